/* A mail whose bytes are at hand is a source too.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/mail/email-source.h"

G_BEGIN_DECLS

EmailSource *email_bytes_source_new (GBytes *mime);

G_END_DECLS

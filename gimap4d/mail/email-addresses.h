/* Address lists of header fields (RFC 5322, 3.4).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

/* Appends what it finds to @addresses, of EmailAddressValue. Groups are dissolved; what has no
 * address has a name only. FALSE when a limit cut the list. */
gboolean email_addresses_parse (const char *text, gsize length, GPtrArray *addresses);

G_END_DECLS

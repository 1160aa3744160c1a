/* Message ids in header fields (RFC 5322, 3.6.4).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Without angle brackets, never NULL. @text is nullable. */
GStrv email_message_ids_parse (const char *text);

G_END_DECLS

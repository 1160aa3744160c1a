/* Modified UTF-7, in which box names are sent to servers older than IMAP4rev2 (RFC 3501, 5.1.3).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @name is valid UTF-8. */
char *imap_utf7_encode (const char *name);
/* A name that is no modified UTF-7 is given back as it is when it is UTF-8, else read as Latin-1: the result is
 * always valid UTF-8, and a name that does not come back to the same bytes must be sent raw. */
char *imap_utf7_decode (const char *raw, gsize length);
gboolean imap_utf7_is_reversible (const char *raw, gsize length);

G_END_DECLS

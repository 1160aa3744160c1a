/* Bytes of any character set become valid UTF-8.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether there is a converter for it, under this name or the one that is meant by it. */
gboolean email_charset_is_known (const char *charset);

/* Never fails: what cannot be converted becomes U+FFFD, an unknown or absent charset (NULL) is taken
 * for UTF-8 if the bytes are, else for windows-1252. @out_problem (nullable) tells that the bytes were
 * not what @charset says. There is no NUL in the result. */
char *email_charset_to_utf8 (const char *charset,
                             const char *bytes,
                             gsize length,
                             gboolean *out_problem);

G_END_DECLS

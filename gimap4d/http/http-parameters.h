/* What follows the value of a header such as Content-Type: ";" name "=" value, again and again.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The value in front of the parameters, in lower case. */
char *http_parameters_dup_value (const char *header);

/* Reads the parameter at *@cursor, which begins where the value of the header has ended; its name is
 * in lower case. FALSE at the end, and with @out_is_bad set where it makes no sense (RFC 9110, 5.6.6).
 * In quotation marks a backslash is one, unless it stands before another or before a mark: browsers
 * have sent paths of Windows like that. */
gboolean http_parameters_next (const char **cursor,
                               char **out_name,
                               char **out_value,
                               gboolean *out_is_bad);

/* The value of one of them, or NULL when it is missing, or there twice, or something makes no
 * sense. */
char *http_parameters_dup (const char *header, const char *name);

/* charset'language'percent-encoded (RFC 8187), as UTF-8; NULL when it is not that. */
char *http_parameters_decode_extended (const char *value);

G_END_DECLS

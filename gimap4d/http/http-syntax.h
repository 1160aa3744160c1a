/* What RFC 9110 and its neighbours allow in a name, a value, a file name, a cookie: pure checks.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* UTF-8 without a NUL, as a string; NULL when it is not that. */
char *http_dup_text (const char *data, gsize size);

/* token = 1*tchar (RFC 9110, 5.6.2). */
gboolean http_is_token (const char *text);

/* Valid UTF-8 of visible characters, blanks and tabs that ISO-8859-1 can carry (RFC 9110, 5.5). */
gboolean http_is_field_value (const char *text);

/* Names that belong to whoever frames and routes the message, never to the application. */
gboolean http_is_framing_field (const char *name);

/* etagc without the quotation marks (RFC 9110, 8.8.3). */
gboolean http_is_entity_tag_text (const char *text);

/* An entity tag as it stands in a header, made of one or of the text in it; NULL when it cannot be. */
char *http_build_entity_tag (const char *etag);

/* cookie-octet (RFC 6265, 4.1.1). */
gboolean http_is_cookie_value (const char *text);

/* host [ ":" port ] as in a Host header, without user information (RFC 9110, 7.2). On success the
 * lower-case host without port and brackets. */
char *http_dup_host_name (const char *authority);

/* A URI reference with everything percent-encoded that must not stand in a Location header, or NULL
 * when it holds control characters. */
char *http_escape_location (const char *location);

/* Every byte that is no tchar is percent-encoded: a name that can stand in a cookie name. */
char *http_escape_token (const char *text);

/* Content-Disposition for a download of that name (RFC 6266, RFC 8187). */
char *http_build_attachment (const char *file_name);

G_END_DECLS

/* Which bodies are sent compressed, and their compression.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Accept-Encoding (RFC 9110, 12.5.3); NULL accepts nothing. */
gboolean http_gzip_is_accepted (const char *accept_encoding);

/* Types that are text in some form: pictures and archives are compressed already. */
gboolean http_gzip_is_for_type (const char *content_type);

/* -1 for a size that is not known: who gives one piece after the other may want each to be seen. */
gboolean http_gzip_is_for_size (gint64 size);

/* NULL when it would not become smaller. */
GBytes *http_gzip_compress (GBytes *bytes);

/* The same while it is read. */
GInputStream *http_gzip_open (GInputStream *plain);

G_END_DECLS

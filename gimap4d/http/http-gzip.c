/* Which bodies are sent compressed, and their compression.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-gzip.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

/* As 4D: fast rather than small. */
#define LEVEL 1

/* "gzip" or "*", with the weight that follows it. */
static gboolean
item_accepts (const char *item, const char *name, gboolean *out_accepts)
{
  g_auto (GStrv) parts = g_strsplit (item, ";", 3);
  double weight = 1;

  if (parts[0] == NULL || g_ascii_strcasecmp (g_strstrip (parts[0]), name) != 0)
    return FALSE;

  if (parts[1] != NULL && g_ascii_strncasecmp (g_strstrip (parts[1]), "q=", 2) == 0)
    weight = g_ascii_strtod (parts[1] + 2, NULL);
  *out_accepts = weight > 0;

  return TRUE;
}

gboolean
http_gzip_is_accepted (const char *accept_encoding)
{
  g_auto (GStrv) items = NULL;
  gboolean accepts = FALSE;

  if (accept_encoding == NULL)
    return FALSE;

  items = g_strsplit (accept_encoding, ",", -1);
  for (guint i = 0; items[i] != NULL; i++)
    if (item_accepts (items[i], "gzip", &accepts))
      return accepts;
  for (guint i = 0; items[i] != NULL; i++)
    if (item_accepts (items[i], "*", &accepts))
      return accepts;

  return FALSE;
}

gboolean
http_gzip_is_for_type (const char *content_type)
{
  static const char *const types[] = { "text/", "application/json", "application/javascript",
                                       "application/xml", "image/svg+xml" };

  for (guint i = 0; content_type != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strncasecmp (content_type, types[i], strlen (types[i])) == 0)
      return TRUE;

  return FALSE;
}

gboolean
http_gzip_is_for_size (gint64 size)
{
  return size >= HTTP_LIMIT_GZIP_MIN && size <= HTTP_LIMIT_GZIP_MAX;
}

GInputStream *
http_gzip_open (GInputStream *plain)
{
  g_autoptr (GZlibCompressor)
      compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, LEVEL);

  return g_converter_input_stream_new (plain, G_CONVERTER (compressor));
}

GBytes *
http_gzip_compress (GBytes *bytes)
{
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (GInputStream) input = http_gzip_open (plain);
  gsize capacity = g_bytes_get_size (bytes);
  g_autofree guchar *data = g_malloc (capacity);
  gsize size = 0;

  if (!g_input_stream_read_all (input, data, capacity, &size, NULL, NULL) || size == capacity)
    return NULL;

  return g_bytes_new_take (g_realloc (g_steal_pointer (&data), size), size);
}

/* The media type of a picture by its first bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-image-type.h"

#include <string.h>

/* An SVG may begin with a declaration, comments and a DOCTYPE: its root is looked for this far. */
#define SVG_PROLOGUE 4096

typedef struct
{
  gsize offset;
  gsize size;
  const char *bytes;
  const char *type;
} Signature;

static const Signature signatures[] = {
  { 0, 8, "\x89PNG\r\n\x1a\n", "image/png" },
  { 0, 3, "\xff\xd8\xff", "image/jpeg" },
  { 0, 6, "GIF87a", "image/gif" },
  { 0, 6, "GIF89a", "image/gif" },
  { 8, 4, "WEBP", "image/webp" },
  { 0, 4, "II*\0", "image/tiff" },
  { 0, 4, "MM\0*", "image/tiff" },
  { 0, 2, "BM", "image/bmp" },
  { 0, 4, "\0\0\1\0", "image/x-icon" },
  { 4, 8, "ftypavif", "image/avif" },
  { 4, 8, "ftypheic", "image/heic" },
  { 0, 12, "\0\0\0\x0cJXL \r\n\x87\n", "image/jxl" },
};

static gboolean
is_svg (const char *data, gsize size)
{
  g_autofree char *start = g_strndup (data, MIN (size, SVG_PROLOGUE));
  const char *text = g_str_has_prefix (start, "\xef\xbb\xbf") ? start + 3 : start;

  text += strspn (text, " \t\r\n");
  if (*text != '<')
    return FALSE;

  /* Before the root element only declarations and comments may stand: "<?" and "<!". */
  while (*text == '<' && (text[1] == '?' || text[1] == '!'))
    {
      const char *close = g_str_has_prefix (text, "<!--") ? "-->" : ">";
      const char *end = strstr (text, close);

      if (end == NULL)
        return FALSE;
      text = end + strlen (close);
      text += strspn (text, " \t\r\n");
    }

  return g_str_has_prefix (text, "<svg") &&
         (text[4] == '\0' || strchr (" \t\r\n>/", text[4]) != NULL);
}

const char *
http_image_type (const void *data, gsize size)
{
  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      const Signature *signature = &signatures[i];

      if (size >= signature->offset + signature->size &&
          memcmp ((const char *) data + signature->offset, signature->bytes, signature->size) == 0)
        return signature->type;
    }

  return size > 0 && is_svg (data, size) ? "image/svg+xml" : NULL;
}

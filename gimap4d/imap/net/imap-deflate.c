/* The two directions of a compressed connection (RFC 4978): no I/O.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/net/imap-deflate.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

#include <string.h>

/* zlib's own default: what is sent is short. */
#define LEVEL 6

struct _ImapDeflate
{
  GConverter *compressor;   /* owned */
  GConverter *decompressor; /* owned */

  guint8 *input; /* owned: what came and is not inflated yet */
  gsize input_size;
  gsize input_begin;
  gsize input_end;
};

ImapDeflate *
imap_deflate_new (void)
{
  ImapDeflate *deflate = g_new0 (ImapDeflate, 1);

  deflate->compressor = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, LEVEL));
  deflate->decompressor = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  deflate->input_size = IMAP_LIMIT_INFLATE_STEP;
  deflate->input = g_malloc (deflate->input_size);

  return deflate;
}

void
imap_deflate_free (ImapDeflate *deflate)
{
  if (deflate == NULL)
    return;

  g_object_unref (deflate->compressor);
  g_object_unref (deflate->decompressor);
  g_free (deflate->input);
  g_free (deflate);
}

GBytes *
imap_deflate_compress (ImapDeflate *deflate, GBytes *plain, gboolean is_whole, GError **error)
{
  GConverterFlags flags = is_whole ? G_CONVERTER_FLUSH : G_CONVERTER_NO_FLAGS;
  GConverterResult result = G_CONVERTER_CONVERTED;
  g_autoptr (GByteArray) output = g_byte_array_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (plain, &size);

  while (is_whole ? result != G_CONVERTER_FLUSHED : size > 0)
    {
      guint8 buffer[16384];
      gsize n_read = 0;
      gsize n_written = 0;

      result = g_converter_convert (deflate->compressor, data, size, buffer, sizeof buffer, flags,
                                    &n_read, &n_written, error);
      if (result == G_CONVERTER_ERROR)
        return NULL;
      data += n_read;
      size -= n_read;
      g_byte_array_append (output, buffer, n_written);
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&output));
}

guint8 *
imap_deflate_reserve (ImapDeflate *deflate, gsize *out_size)
{
  g_assert (deflate->input_begin == deflate->input_end);

  deflate->input_begin = deflate->input_end = 0;
  *out_size = deflate->input_size;

  return deflate->input;
}

void
imap_deflate_commit (ImapDeflate *deflate, gsize n_read)
{
  deflate->input_end += n_read;
}

void
imap_deflate_feed (ImapDeflate *deflate, GBytes *compressed)
{
  gsize size;
  const void *data = g_bytes_get_data (compressed, &size);
  gsize kept = deflate->input_end - deflate->input_begin;

  if (size == 0)
    return;

  memmove (deflate->input, deflate->input + deflate->input_begin, kept);
  if (kept + size > deflate->input_size)
    {
      deflate->input_size = kept + size;
      deflate->input = g_realloc (deflate->input, deflate->input_size);
    }
  memcpy (deflate->input + kept, data, size);
  deflate->input_begin = 0;
  deflate->input_end = kept + size;
}

ImapInflateResult
imap_deflate_inflate (
    ImapDeflate *deflate, guint8 *buffer, gsize room, gsize *out_size, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GConverterResult result = G_CONVERTER_CONVERTED;
  gsize n_read = 0;
  gsize n_written = 0;

  /* A step may take input and give nothing yet. */
  while (result == G_CONVERTER_CONVERTED && n_written == 0)
    {
      result = g_converter_convert (deflate->decompressor, deflate->input + deflate->input_begin,
                                    deflate->input_end - deflate->input_begin, buffer,
                                    MIN (room, IMAP_LIMIT_INFLATE_STEP), G_CONVERTER_NO_FLAGS,
                                    &n_read, &n_written, &cause);
      if (result != G_CONVERTER_ERROR)
        deflate->input_begin += n_read;
    }

  *out_size = n_written;
  if (result == G_CONVERTER_CONVERTED || (result == G_CONVERTER_FINISHED && n_written > 0))
    return IMAP_INFLATE_DATA;
  if (result == G_CONVERTER_FINISHED)
    return IMAP_INFLATE_ENDED;
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    return IMAP_INFLATE_NEED_MORE;

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
               _ ("what the server has compressed makes no sense: %s"), cause->message);

  return IMAP_INFLATE_FAILED;
}

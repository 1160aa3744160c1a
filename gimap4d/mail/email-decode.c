/* Transfer encodings of body parts are undone: of bytes at hand, and of streams on the way.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-decode.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-gmime.h"

#define BLOCK (16 * IMAP_KIB)

typedef struct
{
  GMimeFilter *filter; /* owned */
  gboolean is_base64;
  guint n_signs; /* of base64 so far, modulo 4 */
  char *out;     /* what came of the last bytes; inside the filter, unowned */
  gsize n_out;
} Decoder;

#define EMAIL_TYPE_DECODE_STREAM (email_decode_stream_get_type ())
G_DECLARE_FINAL_TYPE (
    EmailDecodeStream, email_decode_stream, EMAIL, DECODE_STREAM, GFilterInputStream)

struct _EmailDecodeStream
{
  GFilterInputStream parent;

  Decoder decoder;
  char *block; /* what is being decoded; owned */
  gboolean is_at_end;
};

G_DEFINE_FINAL_TYPE (EmailDecodeStream, email_decode_stream, G_TYPE_FILTER_INPUT_STREAM)

static GMimeContentEncoding
find_encoding (const char *encoding)
{
  email_gmime_get_options ();

  return encoding != NULL ? g_mime_content_encoding_from_string (encoding) :
                            GMIME_CONTENT_ENCODING_7BIT;
}

gboolean
email_encoding_is_known (const char *encoding)
{
  return find_encoding (encoding) != GMIME_CONTENT_ENCODING_DEFAULT;
}

gboolean
email_encoding_is_identity (const char *encoding)
{
  GMimeContentEncoding found = find_encoding (encoding);

  return found != GMIME_CONTENT_ENCODING_BASE64 &&
         found != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE &&
         found != GMIME_CONTENT_ENCODING_UUENCODE;
}

static gboolean
is_base64_sign (char c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '/' || c == '=';
}

static gboolean
is_base64 (const char *raw, gsize length)
{
  gsize n_signs = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_isspace (raw[i]))
        continue;
      if (!is_base64_sign (raw[i]))
        return FALSE;
      n_signs++;
    }

  return n_signs % 4 == 0;
}

static gboolean
is_quoted_printable (const char *raw, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (raw[i] != '=' || (i + 1 < length && (raw[i + 1] == '\r' || raw[i + 1] == '\n')))
        continue;
      if (i + 2 >= length || !g_ascii_isxdigit (raw[i + 1]) || !g_ascii_isxdigit (raw[i + 2]))
        return FALSE;
    }

  return TRUE;
}

gboolean
email_encoding_is_well_formed (const char *encoding, const char *raw, gsize length)
{
  switch (find_encoding (encoding))
    {
    case GMIME_CONTENT_ENCODING_BASE64:
      return is_base64 (raw, length);
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
      return is_quoted_printable (raw, length);
    case GMIME_CONTENT_ENCODING_DEFAULT:
      return FALSE;
    default:
      return TRUE;
    }
}

static void
decoder_init (Decoder *decoder, const char *encoding)
{
  GMimeContentEncoding found = find_encoding (encoding);

  decoder->filter = g_mime_filter_basic_new (found, FALSE);
  decoder->is_base64 = found == GMIME_CONTENT_ENCODING_BASE64;
}

static void
decoder_feed (Decoder *decoder, const char *bytes, gsize length)
{
  gsize ignored;

  for (gsize i = 0; decoder->is_base64 && i < length; i++)
    decoder->n_signs = (decoder->n_signs + is_base64_sign (bytes[i])) % 4;

  g_mime_filter_filter (decoder->filter, (char *) bytes, length, 0, &decoder->out, &decoder->n_out,
                        &ignored);
}

/* Padding that the sender forgot is added: without it GMime drops the last bytes. */
static void
decoder_finish (Decoder *decoder)
{
  static const char *const padding[] = { "", "", "==", "=" };
  const char *missing = padding[decoder->n_signs];
  gsize ignored;

  g_mime_filter_complete (decoder->filter, (char *) missing, strlen (missing), 0, &decoder->out,
                          &decoder->n_out, &ignored);
}

GBytes *
email_decode_bytes (GBytes *raw, const char *encoding, gsize max_raw)
{
  gsize size;
  const char *bytes = g_bytes_get_data (raw, &size);
  g_autoptr (GByteArray) decoded = NULL;
  Decoder decoder = { NULL };

  size = MIN (size, max_raw);
  if (email_encoding_is_identity (encoding))
    return g_bytes_new_from_bytes (raw, 0, size);

  decoder_init (&decoder, encoding);
  decoded = g_byte_array_sized_new (size);
  for (gsize at = 0; at < size; at += BLOCK)
    {
      decoder_feed (&decoder, bytes + at, MIN (BLOCK, size - at));
      g_byte_array_append (decoded, (const guint8 *) decoder.out, decoder.n_out);
    }
  decoder_finish (&decoder);
  g_byte_array_append (decoded, (const guint8 *) decoder.out, decoder.n_out);
  g_object_unref (decoder.filter);

  return g_byte_array_free_to_bytes (g_steal_pointer (&decoded));
}

static gboolean
decode_block (EmailDecodeStream *self, GCancellable *cancellable, GError **error)
{
  GInputStream *raw = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));
  gssize n_read = g_input_stream_read (raw, self->block, BLOCK, cancellable, error);

  if (n_read < 0)
    return FALSE;

  self->is_at_end = n_read == 0;
  if (self->is_at_end)
    decoder_finish (&self->decoder);
  else
    decoder_feed (&self->decoder, self->block, n_read);

  return TRUE;
}

static gssize
email_decode_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  EmailDecodeStream *self = EMAIL_DECODE_STREAM (stream);
  Decoder *decoder = &self->decoder;
  gsize n_taken;

  while (decoder->n_out == 0 && !self->is_at_end)
    if (!decode_block (self, cancellable, error))
      return -1;

  n_taken = MIN (count, decoder->n_out);
  /* Of nothing at all there is no place to go on from. */
  if (n_taken == 0)
    return 0;
  memcpy (buffer, decoder->out, n_taken);
  decoder->out += n_taken;
  decoder->n_out -= n_taken;

  return n_taken;
}

/* The parent's would skip encoded bytes. */
static gssize
email_decode_stream_skip (GInputStream *stream,
                          gsize count,
                          GCancellable *cancellable,
                          GError **error)
{
  char block[4096];

  return email_decode_stream_read (stream, block, MIN (count, sizeof block), cancellable, error);
}

static void
email_decode_stream_finalize (GObject *object)
{
  EmailDecodeStream *self = EMAIL_DECODE_STREAM (object);

  g_clear_object (&self->decoder.filter);
  g_free (self->block);

  G_OBJECT_CLASS (email_decode_stream_parent_class)->finalize (object);
}

static void
email_decode_stream_class_init (EmailDecodeStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = email_decode_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = email_decode_stream_read;
  G_INPUT_STREAM_CLASS (klass)->skip = email_decode_stream_skip;
}

static void
email_decode_stream_init (EmailDecodeStream *self)
{
  self->block = g_malloc (BLOCK);
}

GInputStream *
email_decode_stream_new (GInputStream *raw, const char *encoding)
{
  EmailDecodeStream *self;

  if (email_encoding_is_identity (encoding))
    return g_object_ref (raw);

  self = g_object_new (EMAIL_TYPE_DECODE_STREAM, "base-stream", raw, NULL);
  decoder_init (&self->decoder, encoding);

  return G_INPUT_STREAM (self);
}

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

#define EMAIL_TYPE_DECODE_STREAM (email_decode_stream_get_type ())
G_DECLARE_FINAL_TYPE (
    EmailDecodeStream, email_decode_stream, EMAIL, DECODE_STREAM, GFilterInputStream)

struct _EmailDecodeStream
{
  GFilterInputStream parent;

  GMimeFilter *filter; /* owned */
  char *block;         /* what is being decoded; owned */
  char *decoded;       /* inside the filter, unowned */
  gsize n_decoded;
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
is_base64 (const char *raw, gsize length)
{
  gsize n_signs = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_isspace (raw[i]))
        continue;
      if (!g_ascii_isalnum (raw[i]) && raw[i] != '+' && raw[i] != '/' && raw[i] != '=')
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
      gsize next = i + 1;

      if (raw[i] != '=')
        continue;
      if (i + 2 < length && g_ascii_isxdigit (raw[i + 1]) && g_ascii_isxdigit (raw[i + 2]))
        continue;

      /* A soft line break may have space before the break. */
      while (next < length && (raw[next] == ' ' || raw[next] == '\t'))
        next++;
      if (next < length && raw[next] != '\r' && raw[next] != '\n')
        return FALSE;
      i = next;
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

GBytes *
email_decode_bytes (GBytes *raw, const char *encoding, gsize max_raw)
{
  gsize size;
  const char *bytes = g_bytes_get_data (raw, &size);
  g_autoptr (GMimeFilter) filter = NULL;
  GByteArray *decoded;
  char *out;
  gsize n_out;
  gsize ignored;

  size = MIN (size, max_raw);
  if (email_encoding_is_identity (encoding))
    return g_bytes_new_from_bytes (raw, 0, size);

  filter = g_mime_filter_basic_new (find_encoding (encoding), FALSE);
  decoded = g_byte_array_sized_new (size);
  for (gsize at = 0; at < size; at += BLOCK)
    {
      g_mime_filter_filter (filter, (char *) bytes + at, MIN (BLOCK, size - at), 0, &out, &n_out,
                            &ignored);
      g_byte_array_append (decoded, (const guint8 *) out, n_out);
    }
  g_mime_filter_complete (filter, "", 0, 0, &out, &n_out, &ignored);
  g_byte_array_append (decoded, (const guint8 *) out, n_out);

  return g_byte_array_free_to_bytes (decoded);
}

static gboolean
decode_block (EmailDecodeStream *self, GCancellable *cancellable, GError **error)
{
  GInputStream *raw = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));
  gssize n_read = g_input_stream_read (raw, self->block, BLOCK, cancellable, error);
  gsize ignored;

  if (n_read < 0)
    return FALSE;

  self->is_at_end = n_read == 0;
  if (self->is_at_end)
    g_mime_filter_complete (self->filter, "", 0, 0, &self->decoded, &self->n_decoded, &ignored);
  else
    g_mime_filter_filter (self->filter, self->block, n_read, 0, &self->decoded, &self->n_decoded,
                          &ignored);

  return TRUE;
}

static gssize
email_decode_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  EmailDecodeStream *self = EMAIL_DECODE_STREAM (stream);
  gsize n_taken;

  while (self->n_decoded == 0 && !self->is_at_end)
    if (!decode_block (self, cancellable, error))
      return -1;

  n_taken = MIN (count, self->n_decoded);
  if (n_taken > 0)
    memcpy (buffer, self->decoded, n_taken);
  self->decoded += n_taken;
  self->n_decoded -= n_taken;

  return n_taken;
}

static void
email_decode_stream_finalize (GObject *object)
{
  EmailDecodeStream *self = EMAIL_DECODE_STREAM (object);

  g_clear_object (&self->filter);
  g_free (self->block);

  G_OBJECT_CLASS (email_decode_stream_parent_class)->finalize (object);
}

static void
email_decode_stream_class_init (EmailDecodeStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = email_decode_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = email_decode_stream_read;
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
  self->filter = g_mime_filter_basic_new (find_encoding (encoding), FALSE);

  return G_INPUT_STREAM (self);
}

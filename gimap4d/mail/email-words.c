/* Encoded words (RFC 2047) in header texts.
 *
 * Nothing here looks twice at a byte: a word that proves to be none is copied as it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-charset.h"
#include "gimap4d/mail/email-values.h"

typedef struct
{
  const char *charset;
  gsize charset_length;
  gboolean is_base64;
  const char *text;
  gsize text_length;
  gsize length; /* of the whole word */
} Word;

/* Neighbours with the same charset are converted together: senders cut within a character. */
typedef struct
{
  GString *out;
  char *charset;       /* of the pending words, NULL when there are none */
  GByteArray *pending; /* their bytes */
  const char *raw;     /* where the first of them begins */
  gsize raw_length;
  guint n_words;
} Decoder;

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* =?charset*language?encoding?text?= */
static gboolean
scan_word (const char *raw, const char *end, Word *word)
{
  const char *at = raw + 2;
  const char *mark;

  if (end - raw < 8 || raw[0] != '=' || raw[1] != '?')
    return FALSE;

  mark = memchr (at, '?', MIN (end - at, (gssize) EMAIL_LIMIT_CHARSET_NAME));
  if (mark == NULL || mark == at || end - mark < 5 || mark[2] != '?')
    return FALSE;

  word->charset = at;
  word->charset_length = strcspn (at, "*?");
  word->is_base64 = mark[1] == 'B' || mark[1] == 'b';
  if (!word->is_base64 && mark[1] != 'Q' && mark[1] != 'q')
    return FALSE;

  word->text = mark + 3;
  mark = memchr (word->text, '?', end - word->text);
  if (mark == NULL || end - mark < 2 || mark[1] != '=')
    return FALSE;

  word->text_length = mark - word->text;
  word->length = mark + 2 - raw;

  return TRUE;
}

/* Padding that the sender forgot is added. */
static void
decode_base64 (const Word *word, GByteArray *out)
{
  gsize at = out->len;
  gint state = 0;
  guint save = 0;

  g_byte_array_set_size (out, at + word->text_length / 4 * 3 + 6);
  at += g_base64_decode_step (word->text, word->text_length, out->data + at, &state, &save);
  for (guint i = 0; i < 2 && state != 0; i++)
    at += g_base64_decode_step ("=", 1, out->data + at, &state, &save);
  g_byte_array_set_size (out, at);
}

static void
decode_quoted (const Word *word, GByteArray *out)
{
  for (gsize i = 0; i < word->text_length; i++)
    {
      guint8 byte = word->text[i];

      if (byte == '_')
        byte = ' ';
      else if (byte == '=' && i + 2 < word->text_length && g_ascii_isxdigit (word->text[i + 1]) &&
               g_ascii_isxdigit (word->text[i + 2]))
        {
          byte = g_ascii_xdigit_value (word->text[i + 1]) * 16 +
                 g_ascii_xdigit_value (word->text[i + 2]);
          i += 2;
        }
      g_byte_array_append (out, &byte, 1);
    }
}

/* What is shown in one line must not break it: control characters become spaces. */
static void
append_clean (GString *out, const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    g_string_append_c (out, (guchar) *c < 0x20 || *c == 0x7f ? ' ' : *c);
}

static void
append_raw (GString *out, const char *raw, gsize length)
{
  g_autoptr (GString) unfolded = g_string_sized_new (length);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < length; i++)
    {
      gboolean is_break = raw[i] == '\r' || raw[i] == '\n';
      gboolean is_folded = is_break && i + 1 < length && is_space (raw[i + 1]);

      if (!is_folded)
        g_string_append_c (unfolded, raw[i]);
    }

  text = email_charset_to_utf8 (NULL, unfolded->str, unfolded->len, NULL);
  append_clean (out, text);
}

/* UTF-7 hides what it says from everybody who looks at the bytes: not in headers. */
static gboolean
can_decode (const char *charset)
{
  return g_ascii_strcasecmp (charset, "utf-7") != 0 &&
         g_ascii_strcasecmp (charset, "unicode-1-1-utf-7") != 0 && email_charset_is_known (charset);
}

static void
flush_words (Decoder *decoder)
{
  g_autofree char *charset = g_steal_pointer (&decoder->charset);
  g_autofree char *text = NULL;

  if (charset == NULL)
    return;

  if (can_decode (charset))
    {
      text = email_charset_to_utf8 (charset, (const char *) decoder->pending->data,
                                    decoder->pending->len, NULL);
      append_clean (decoder->out, text);
    }
  else
    append_raw (decoder->out, decoder->raw, decoder->raw_length);

  g_byte_array_set_size (decoder->pending, 0);
}

static void
add_word (Decoder *decoder, const char *at, const Word *word)
{
  if (decoder->charset != NULL &&
      (strlen (decoder->charset) != word->charset_length ||
       g_ascii_strncasecmp (decoder->charset, word->charset, word->charset_length) != 0))
    flush_words (decoder);

  if (decoder->charset == NULL)
    {
      decoder->charset = g_strndup (word->charset, word->charset_length);
      decoder->raw = at;
    }

  decoder->raw_length = at + word->length - decoder->raw;
  decoder->n_words++;
  if (word->is_base64)
    decode_base64 (word, decoder->pending);
  else
    decode_quoted (word, decoder->pending);
}

static const char *
find_word (Decoder *decoder, const char *from, const char *end, Word *word)
{
  for (const char *at = from; at < end; at++)
    {
      at = memchr (at, '=', end - at);
      if (at == NULL || decoder->n_words >= EMAIL_LIMIT_ENCODED_WORDS)
        break;

      if (scan_word (at, end, word))
        return at;
    }

  return end;
}

static gboolean
is_blank (const char *from, const char *end)
{
  while (from < end && is_space (*from))
    from++;

  return from == end;
}

static void
decode_words (Decoder *decoder, const char *raw, gsize length)
{
  const char *end = raw + length;
  const char *from = raw;

  while (from < end)
    {
      Word word = { 0 };
      const char *at = find_word (decoder, from, end, &word);
      gboolean is_between = decoder->charset != NULL && at < end;

      /* RFC 2047, 6.2: the space between two words is no part of the text. */
      if (!is_between || !is_blank (from, at))
        {
          flush_words (decoder);
          append_raw (decoder->out, from, at - from);
        }
      if (at == end)
        break;

      add_word (decoder, at, &word);
      from = at + word.length;
    }

  flush_words (decoder);
}

static gboolean
is_plain (const char *raw, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) raw[i] < 0x20 || (guchar) raw[i] > 0x7e ||
        (raw[i] == '=' && i + 1 < length && raw[i + 1] == '?'))
      return FALSE;

  return TRUE;
}

char *
email_decode_text (const char *raw, gsize length)
{
  g_autoptr (GByteArray) pending = NULL;
  Decoder decoder = { 0 };

  if (raw == NULL)
    return NULL;

  if (is_plain (raw, length))
    return g_strndup (raw, length);

  pending = g_byte_array_new ();
  decoder.pending = pending;
  decoder.out = g_string_sized_new (length);
  decode_words (&decoder, raw, length);

  return g_string_free (decoder.out, FALSE);
}

/* How a reader reads strings: quoted ones, and literals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-reader.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-literal.h"
#include "gimap4d/imap/wire/imap-reader-private.h"

#include <string.h>

gboolean
imap_reader_find_quote (const ImapReader *reader, gsize *out_length, gboolean *out_escaped)
{
  const char *begin = imap_reader_text_at (reader) + 1;
  const char *stop = reader->frame->text + reader->end;
  const char *p = begin < stop ? memchr (begin, '"', stop - begin) : NULL;

  *out_escaped = FALSE;
  if (p == NULL)
    return FALSE;
  *out_length = p - begin;
  p = memchr (begin, '\\', p - begin);
  if (p == NULL)
    return TRUE;

  for (; p < stop && *p != '"'; p++)
    if (*p == '\\' && ++p < stop)
      *out_escaped = TRUE;
  if (p >= stop)
    return FALSE;
  *out_length = p - begin;

  return TRUE;
}

/* Only \" and \\ are escapes; others, as in "C:\mail", are servers that escape nothing. */
static void
unescape (ImapString *string)
{
  char *text = g_malloc (string->length + 1);
  gsize n = 0;

  for (gsize i = 0; i < string->length; i++)
    {
      char next = i + 1 < string->length ? string->data[i + 1] : '\0';

      if (string->data[i] == '\\' && (next == '"' || next == '\\'))
        i++;
      text[n++] = string->data[i];
    }
  text[n] = '\0';

  string->data = string->unescaped = text;
  string->length = n;
}

static gboolean
read_quoted (ImapReader *reader, ImapString *out_string)
{
  ImapString string = { 0 };
  gboolean escaped;

  if (!imap_reader_find_quote (reader, &string.length, &escaped))
    {
      reader->at = reader->end;
      return imap_reader_fail (reader, _ ("a closing quote"));
    }
  if (string.length > IMAP_LIMIT_QUOTED)
    return imap_reader_fail_too_large (reader, string.length, IMAP_LIMIT_QUOTED);

  string.data = imap_reader_text_at (reader) + 1;
  reader->at += string.length + 2;
  if (escaped)
    unescape (&string);
  *out_string = string;

  return TRUE;
}

gboolean
imap_reader_pass_literal (ImapReader *reader,
                          const char **out_data,
                          gsize *out_length,
                          ImapBlock **out_block)
{
  gsize length;
  gsize head = imap_literal_parse_head (imap_reader_text_at (reader), imap_reader_rest (reader),
                                        &length);
  const ImapApartLiteral *apart;

  if (head == 0)
    return imap_reader_fail (reader, _ ("a literal"));

  apart = imap_frame_find_apart (reader->frame, reader->at + head);
  if (apart == NULL && imap_reader_rest (reader) - head < length)
    return imap_reader_fail (reader, _ ("a literal that is here whole"));

  reader->at += head;
  *out_length = length;
  *out_block = apart != NULL ? apart->block : reader->frame->block;
  *out_data = apart != NULL ? (const char *) apart->block->data : imap_reader_text_at (reader);
  if (apart == NULL)
    reader->at += length;

  return TRUE;
}

static gboolean
read_literal (ImapReader *reader, ImapString *out_string)
{
  ImapString string = { 0 };
  ImapBlock *block;

  if (!imap_reader_pass_literal (reader, &string.data, &string.length, &block))
    return FALSE;
  *out_string = string;

  return TRUE;
}

gboolean
imap_reader_expect_string (ImapReader *reader, ImapString *out_string)
{
  if (reader->error != NULL)
    return FALSE;

  switch (imap_reader_peek (reader))
    {
    case '"':
      return read_quoted (reader, out_string);
    case '{':
      return read_literal (reader, out_string);
    default:
      return imap_reader_fail (reader, _ ("a string"));
    }
}

gboolean
imap_reader_expect_nstring (ImapReader *reader, ImapString *out_string)
{
  if (imap_reader_accept_nil (reader))
    {
      *out_string = (ImapString){ 0 };
      return TRUE;
    }

  return imap_reader_expect_string (reader, out_string);
}

static void
unref_block (gpointer data)
{
  imap_block_unref (data);
}

gboolean
imap_reader_expect_nstring_bytes (ImapReader *reader, GBytes **out_bytes)
{
  ImapString string;
  ImapBlock *block = reader->frame->block;

  if (imap_reader_peek (reader) == '{' && reader->error == NULL)
    {
      if (!imap_reader_pass_literal (reader, &string.data, &string.length, &block))
        return FALSE;
    }
  else
    {
      if (!imap_reader_expect_nstring (reader, &string))
        return FALSE;
      if (string.data == NULL)
        {
          *out_bytes = NULL;
          return TRUE;
        }
      if (string.unescaped != NULL)
        {
          *out_bytes = g_bytes_new_take (string.unescaped, string.length);
          return TRUE;
        }
    }
  *out_bytes = g_bytes_new_with_free_func (string.data, string.length, unref_block,
                                           imap_block_ref (block));

  return TRUE;
}

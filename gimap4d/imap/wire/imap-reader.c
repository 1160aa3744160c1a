/* A cursor over one frame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-reader.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-literal.h"
#include "gimap4d/imap/wire/imap-reader-private.h"
#include "gimap4d/imap/wire/imap-scan.h"

#include <string.h>

/* Where a run of characters of a kind ends, and what one is made of. */
enum
{
  ENDS_ATOM = 1 << 0,
  ENDS_ASTRING = 1 << 1,
  ENDS_FLAG = 1 << 2,
  ENDS_VALUE = 1 << 3, /* an unknown atom that is skipped */
  IN_ITEM_NAME = 1 << 4,
};

#define ENDS_ALL (ENDS_ATOM | ENDS_ASTRING | ENDS_FLAG | ENDS_VALUE)

/* Exchange sends names of boxes unquoted with characters that no atom may have, Gmail flags with a
 * closing bracket: astrings and flags end only where they must. */
static const guint8 ends[256] = {
  ['\0'] = ENDS_ALL,
  [1 ... 9] = ENDS_ATOM | ENDS_FLAG,
  ['\n'] = ENDS_ALL,
  [11 ... 12] = ENDS_ATOM | ENDS_FLAG,
  ['\r'] = ENDS_ALL,
  [14 ... 31] = ENDS_ATOM | ENDS_FLAG,
  [127] = ENDS_ATOM | ENDS_FLAG,
  [' '] = ENDS_ALL,
  ['('] = ENDS_ALL,
  [')'] = ENDS_ALL,
  ['"'] = ENDS_ATOM | ENDS_ASTRING | ENDS_FLAG,
  ['{'] = ENDS_ATOM | ENDS_ASTRING | ENDS_FLAG,
  ['%'] = ENDS_ATOM,
  ['*'] = ENDS_ATOM,
  ['\\'] = ENDS_ATOM,
  [']'] = ENDS_ATOM,
  ['-'] = IN_ITEM_NAME,
  ['.'] = IN_ITEM_NAME,
  ['0' ... '9'] = IN_ITEM_NAME,
  ['A' ... 'Z'] = IN_ITEM_NAME,
  ['a' ... 'z'] = IN_ITEM_NAME,
};

static gsize
run_length (const ImapReader *reader, guint8 kind)
{
  const guint8 *begin = (const guint8 *) imap_reader_text_at (reader);
  const guint8 *stop = begin + imap_reader_rest (reader);
  const guint8 *p = begin;

  while (p < stop && (ends[*p] & kind) == 0)
    p++;

  return p - begin;
}

static char *
describe_next (const ImapReader *reader)
{
  guchar c;

  if (reader->at >= reader->end)
    return g_strdup (_ ("the end"));
  c = *imap_reader_text_at (reader);
  if (g_ascii_isgraph (c))
    return g_strdup_printf ("“%c”", c);

  return g_strdup_printf (_ ("octet 0x%02X"), c);
}

gboolean
imap_reader_fail (ImapReader *reader, const char *expected)
{
  g_autofree char *found = NULL;

  if (reader->error != NULL)
    return FALSE;

  found = describe_next (reader);
  g_set_error (&reader->error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
               _ ("The server's response cannot be read: expected %s, found %s at octet %zu"),
               expected, found, reader->at);

  return FALSE;
}

gboolean
imap_reader_fail_too_large (ImapReader *reader, gsize measured, gsize limit)
{
  if (reader->error == NULL)
    g_set_error (&reader->error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE,
                 _ ("The server's response has a value of %zu octets at octet %zu, where at most "
                    "%zu are taken"),
                 measured, reader->at, limit);

  return FALSE;
}

static gboolean
fail_too_deep (ImapReader *reader, guint max_depth)
{
  if (reader->error == NULL)
    g_set_error (&reader->error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_DEEP,
                 _ ("The server's response has lists nested deeper than %u at octet %zu"),
                 max_depth, reader->at);

  return FALSE;
}

void
imap_reader_init (ImapReader *reader, ImapFrame *frame)
{
  *reader = (ImapReader){
    .frame = frame,
    .end = frame->length,
    .max_depth = IMAP_LIMIT_DEPTH,
  };
}

void
imap_reader_init_span (ImapReader *reader, ImapFrame *frame, const ImapSpan *span)
{
  g_assert (span->start <= span->end && span->end <= frame->length);

  imap_reader_init (reader, frame);
  reader->at = span->start;
  reader->end = span->end;
}

void
imap_reader_clear (ImapReader *reader)
{
  g_clear_error (&reader->error);
}

gboolean
imap_reader_take_error (ImapReader *reader, GError **error)
{
  if (reader->error == NULL)
    return FALSE;

  g_propagate_error (error, g_steal_pointer (&reader->error));

  return TRUE;
}

void
imap_reader_set_max_depth (ImapReader *reader, guint max_depth)
{
  reader->max_depth = max_depth;
}

gboolean
imap_reader_at_end (const ImapReader *reader)
{
  return reader->at >= reader->end;
}

char
imap_reader_peek (const ImapReader *reader)
{
  if (reader->at >= reader->end)
    return '\0';
  if (*imap_reader_text_at (reader) == '~' && imap_reader_rest (reader) > 1 &&
      imap_reader_text_at (reader)[1] == '{')
    return '{';

  return *imap_reader_text_at (reader);
}

gboolean
imap_reader_accept_char (ImapReader *reader, char c)
{
  if (reader->error != NULL || reader->at >= reader->end || *imap_reader_text_at (reader) != c)
    return FALSE;

  reader->at++;

  return TRUE;
}

gboolean
imap_reader_expect_char (ImapReader *reader, char c)
{
  char expected[] = { c, '\0' };

  return imap_reader_accept_char (reader, c) || imap_reader_fail (reader, expected);
}

gboolean
imap_reader_accept_space (ImapReader *reader)
{
  if (!imap_reader_accept_char (reader, ' '))
    return FALSE;
  while (imap_reader_accept_char (reader, ' '))
    continue;

  return TRUE;
}

gboolean
imap_reader_expect_space (ImapReader *reader)
{
  return imap_reader_accept_space (reader) || imap_reader_fail (reader, _ ("a space"));
}

gboolean
imap_reader_accept_keyword (ImapReader *reader, const char *keyword)
{
  gsize length = strlen (keyword);

  if (reader->error != NULL || imap_reader_rest (reader) < length ||
      ((*imap_reader_text_at (reader) ^ *keyword) & ~0x20) != 0 ||
      (memcmp (imap_reader_text_at (reader), keyword, length) != 0 &&
       g_ascii_strncasecmp (imap_reader_text_at (reader), keyword, length) != 0))
    return FALSE;
  if (imap_reader_rest (reader) > length &&
      (ends[(guchar) imap_reader_text_at (reader)[length]] & ENDS_ATOM) == 0)
    return FALSE;

  reader->at += length;

  return TRUE;
}

gboolean
imap_reader_accept_nil (ImapReader *reader)
{
  return imap_reader_accept_keyword (reader, "NIL");
}

static gboolean
accept_run (ImapReader *reader, gsize length, ImapString *out_string)
{
  if (length > IMAP_LIMIT_ATOM)
    return imap_reader_fail_too_large (reader, length, IMAP_LIMIT_ATOM);

  out_string->data = imap_reader_text_at (reader);
  out_string->length = length;
  out_string->unescaped = NULL;
  reader->at += length;

  return TRUE;
}

gboolean
imap_reader_accept_atom (ImapReader *reader, ImapString *out_atom)
{
  gsize length = reader->error == NULL ? run_length (reader, ENDS_ATOM) : 0;

  return length > 0 && accept_run (reader, length, out_atom);
}

gboolean
imap_reader_expect_atom (ImapReader *reader, ImapString *out_atom)
{
  return imap_reader_accept_atom (reader, out_atom) || imap_reader_fail (reader, _ ("an atom"));
}

gboolean
imap_reader_accept_flag (ImapReader *reader, ImapString *out_flag)
{
  gsize length;

  if (reader->error != NULL)
    return FALSE;
  if (imap_reader_peek (reader) == '"')
    return imap_reader_expect_string (reader, out_flag);
  length = run_length (reader, ENDS_FLAG);

  return length > 0 && accept_run (reader, length, out_flag);
}

gboolean
imap_reader_expect_astring (ImapReader *reader, ImapString *out_string)
{
  char next = imap_reader_peek (reader);
  gsize length;

  if (reader->error != NULL)
    return FALSE;
  if (next == '"' || next == '{')
    return imap_reader_expect_string (reader, out_string);

  length = run_length (reader, ENDS_ASTRING);
  if (length == 0)
    return imap_reader_fail (reader, _ ("a name or a string"));

  return accept_run (reader, length, out_string);
}

static gboolean
accept_number_up_to (ImapReader *reader, guint64 max, guint64 *out_number)
{
  const char *digits = imap_reader_text_at (reader);
  guint64 number = 0;
  gsize n = 0;

  if (reader->error != NULL)
    return FALSE;
  for (; n < imap_reader_rest (reader) && g_ascii_isdigit (digits[n]); n++)
    {
      guint digit = digits[n] - '0';

      if (n == IMAP_LIMIT_NUMBER_DIGITS || number > (max - digit) / 10)
        return FALSE;
      number = number * 10 + digit;
    }
  if (n == 0)
    return FALSE;

  *out_number = number;
  reader->at += n;

  return TRUE;
}

gboolean
imap_reader_accept_number (ImapReader *reader, guint32 *out_number)
{
  guint64 number;

  if (!accept_number_up_to (reader, G_MAXUINT32, &number))
    return FALSE;
  *out_number = number;

  return TRUE;
}

gboolean
imap_reader_expect_number (ImapReader *reader, guint32 *out_number)
{
  return imap_reader_accept_number (reader, out_number) ||
         imap_reader_fail (reader, _ ("a number of at most 32 bits"));
}

gboolean
imap_reader_expect_number64 (ImapReader *reader, guint64 *out_number)
{
  return accept_number_up_to (reader, G_MAXUINT64, out_number) ||
         imap_reader_fail (reader, _ ("a number of at most 64 bits"));
}

gboolean
imap_reader_accept_list (ImapReader *reader)
{
  if (reader->error != NULL || imap_reader_peek (reader) != '(')
    return FALSE;
  if (reader->depth >= reader->max_depth)
    return fail_too_deep (reader, reader->max_depth);

  reader->at++;
  reader->depth++;
  while (imap_reader_accept_char (reader, ' '))
    continue;

  return TRUE;
}

gboolean
imap_reader_expect_list (ImapReader *reader)
{
  return imap_reader_accept_list (reader) || imap_reader_fail (reader, "“(”");
}

gboolean
imap_reader_accept_list_end (ImapReader *reader)
{
  gsize before = reader->at;

  while (imap_reader_accept_char (reader, ' '))
    continue;
  if (!imap_reader_accept_char (reader, ')'))
    {
      reader->at = before;
      return FALSE;
    }
  reader->depth -= reader->depth > 0;

  return TRUE;
}

gboolean
imap_reader_expect_list_end (ImapReader *reader)
{
  return imap_reader_accept_list_end (reader) || imap_reader_fail (reader, "“)”");
}

static gboolean
skip_quoted (ImapReader *reader)
{
  const char *begin = imap_reader_text_at (reader) + 1;
  const char *quote = imap_reader_rest (reader) > 1 ?
                          memchr (begin, '"', imap_reader_rest (reader) - 1) :
                          NULL;
  gboolean escaped;
  gsize length;

  /* Nearly always it is the first one. */
  if (quote != NULL && quote[-1] != '\\')
    {
      reader->at += quote + 1 - imap_reader_text_at (reader);
      return TRUE;
    }
  if (!imap_reader_find_quote (reader, &length, &escaped))
    {
      reader->at = reader->end;
      return imap_reader_fail (reader, _ ("a closing quote"));
    }
  reader->at += length + 2;

  return TRUE;
}

/* A brace that is no literal is a character like another. */
static void
skip_brace (ImapReader *reader)
{
  const char *data;
  ImapBlock *block;
  gsize length;

  if (imap_literal_parse_head (imap_reader_text_at (reader), imap_reader_rest (reader), &length) ==
      0)
    reader->at++;
  else
    imap_reader_pass_literal (reader, &data, &length, &block);
}

/* Passes the list that the reader stands at. */
static gboolean
skip_list (ImapReader *reader)
{
  ImapScan scan = { .at = reader->at };
  ImapScanResult result;

  while ((result = imap_scan_list (&scan, reader->frame->text, reader->end)) == IMAP_SCAN_BRACE)
    {
      reader->at = scan.at;
      skip_brace (reader);
      if (reader->error != NULL)
        return FALSE;
      scan.at = reader->at;
    }
  if (result == IMAP_SCAN_CLOSED)
    {
      reader->at = scan.at;
      return TRUE;
    }
  reader->at = reader->end;

  return scan.deepest > reader->max_depth ? fail_too_deep (reader, reader->max_depth) :
                                            imap_reader_fail (reader, "“)”");
}

static gboolean
skip_atom (ImapReader *reader)
{
  gsize length = run_length (reader, ENDS_VALUE);

  if (length == 0)
    return imap_reader_fail (reader, _ ("a value"));
  reader->at += length;

  return TRUE;
}

gboolean
imap_reader_skip_value (ImapReader *reader, ImapSpan *out_span)
{
  ImapSpan span = { .start = reader->at };
  const char *data;
  ImapBlock *block;
  gsize length;
  gboolean done;

  if (reader->error != NULL)
    return FALSE;

  switch (imap_reader_peek (reader))
    {
    case '(':
      done = skip_list (reader);
      break;
    case '"':
      done = skip_quoted (reader);
      break;
    case '{':
      done = imap_reader_pass_literal (reader, &data, &length, &block);
      break;
    default:
      done = skip_atom (reader);
      break;
    }
  if (!done)
    return FALSE;

  span.end = reader->at;
  if (out_span != NULL)
    *out_span = span;

  return TRUE;
}

/* What a string or a list is: NIL, or a value of its own kind. */
static gboolean
pass_value_of (ImapReader *reader, char kind)
{
  char next = imap_reader_peek (reader);

  if (next == '(' ? kind == 'l' : (next == '"' || next == '{') && kind == 's')
    return imap_reader_skip_value (reader, NULL);

  return imap_reader_accept_nil (reader);
}

gboolean
imap_reader_accept_list_of (ImapReader *reader, const char *kinds, ImapSpan *out_span)
{
  /* With an error of its own. */
  g_auto (ImapReader) ahead = { .frame = reader->frame,
                                .at = reader->at,
                                .end = reader->end,
                                .depth = reader->depth,
                                .max_depth = reader->max_depth };

  if (reader->error != NULL || !imap_reader_accept_list (&ahead))
    return FALSE;
  for (; *kinds != '\0'; kinds++)
    {
      imap_reader_accept_space (&ahead);
      if (!pass_value_of (&ahead, *kinds))
        return FALSE;
    }
  if (!imap_reader_accept_list_end (&ahead))
    return FALSE;

  *out_span = (ImapSpan){ reader->at, ahead.at };
  reader->at = ahead.at;

  return TRUE;
}

gboolean
imap_reader_accept_item_name (ImapReader *reader, ImapString *out_name)
{
  const char *text = imap_reader_text_at (reader);
  gsize length = imap_reader_rest (reader);
  gsize n = 0;

  if (reader->error != NULL)
    return FALSE;
  while (n < length && (ends[(guchar) text[n]] & IN_ITEM_NAME) != 0)
    n++;

  return n > 0 && accept_run (reader, n, out_name);
}

/* "<17>" behind a section: where a piece of it begins. -1 when there is none. */
static gint64
accept_origin (ImapReader *reader)
{
  gint64 origin = 0;

  if (!imap_reader_accept_char (reader, '<'))
    return -1;
  while (reader->at < reader->end && !imap_reader_accept_char (reader, '>'))
    {
      if (g_ascii_isdigit (*imap_reader_text_at (reader)) && origin < G_MAXINT64 / 10 - 1)
        origin = origin * 10 + (*imap_reader_text_at (reader) - '0');
      reader->at++;
    }

  return origin;
}

gboolean
imap_reader_accept_section (ImapReader *reader, ImapString *out_section, gint64 *out_origin)
{
  gsize start = reader->at + 1;

  if (!imap_reader_accept_char (reader, '['))
    return FALSE;
  while (reader->at < reader->end && *imap_reader_text_at (reader) != ']')
    switch (imap_reader_peek (reader))
      {
      case '"':
        if (!skip_quoted (reader))
          return FALSE;
        break;
      case '{':
        skip_brace (reader);
        break;
      default:
        reader->at++;
        break;
      }
  *out_section = (ImapString){ reader->frame->text + start, reader->at - start, NULL };
  if (!imap_reader_expect_char (reader, ']'))
    return FALSE;

  *out_origin = accept_origin (reader);

  return TRUE;
}

void
imap_reader_take_rest (ImapReader *reader, ImapString *out_rest)
{
  out_rest->data = imap_reader_text_at (reader);
  out_rest->length = imap_reader_rest (reader);
  out_rest->unescaped = NULL;
  reader->at = reader->end;
}

/* Finds the head of a literal at the end of a line, "{5}", "{5+}" or "~{5}", and says what may follow.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-literal.h"

#include "gimap4d/base/gimap4d-limits.h"

#include <string.h>

static gboolean
has_word (const char *text, gsize length, const char *word)
{
  gsize n = strlen (word);

  return length >= n && g_ascii_strncasecmp (text, word, n) == 0 && (length == n || text[n] == ' ');
}

/* The offset behind the first word of the response, a tag, "*" or "+", and the spaces that follow. */
static gsize
skip_tag (const char *line, gsize length)
{
  const char *space = memchr (line, ' ', length);
  gsize at = space == NULL ? length : (gsize) (space - line);

  while (at < length && line[at] == ' ')
    at++;

  return at;
}

/* The place behind the condition's word: '[' begins a code there. */
static ImapLinePlace
classify_start (const char *line, gsize length, gsize *out_offset)
{
  static const char *const conditions[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
  gsize at = skip_tag (line, length);

  *out_offset = 0;
  if (length > 0 && line[0] == '+')
    {
      *out_offset = at;
      return at < length && line[at] == '[' ? IMAP_LINE_CODE : IMAP_LINE_TEXT;
    }

  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (has_word (line + at, length - at, conditions[i]))
      {
        at += strlen (conditions[i]);
        while (at < length && line[at] == ' ')
          at++;
        *out_offset = at;
        return at < length && line[at] == '[' ? IMAP_LINE_CODE : IMAP_LINE_TEXT;
      }

  return IMAP_LINE_DATA;
}

/* Behind the quoted string whose first octet is @at; NULL when it does not end. */
static const char *
pass_quoted (const char *at, const char *end)
{
  const char *quote = memchr (at, '"', end - at);
  const char *backslash;

  while (quote != NULL)
    {
      backslash = memchr (at, '\\', quote - at);
      if (backslash == NULL)
        return quote + 1;
      at = backslash + 2;
      /* It has escaped the quote that was found. */
      if (at > quote)
        quote = memchr (at, '"', end - at);
    }

  return NULL;
}

/* The same as below where no code is open, which is nearly all that comes. */
static gboolean
data_ends_outside_quotes (const char *line, gsize length)
{
  const char *end = line + length;
  const char *at = line;

  while (at != NULL && (at = memchr (at, '"', end - at)) != NULL)
    {
      at = pass_quoted (at + 1, end);
      if (at == NULL)
        return FALSE;
    }

  return TRUE;
}

/* Walks to the end of @line: TRUE when it ends outside quotes. A ']' outside quotes ends a code. */
static gboolean
ends_outside_quotes (const char *line, gsize length, ImapLinePlace *place)
{
  gboolean quoted = FALSE;

  if (*place != IMAP_LINE_CODE)
    return data_ends_outside_quotes (line, length);

  for (gsize i = 0; i < length; i++)
    {
      if (line[i] == '\\' && quoted)
        i++;
      else if (line[i] == '"')
        quoted = !quoted;
      else if (line[i] == ']' && !quoted && *place == IMAP_LINE_CODE)
        {
          *place = IMAP_LINE_TEXT;
          return FALSE;
        }
    }

  return !quoted;
}

/* The number between braces; more digits than any number needs are too many in any case. */
static gsize
parse_size (const char *digits, gsize n)
{
  gsize size = 0;

  if (n > IMAP_LIMIT_NUMBER_DIGITS)
    return G_MAXSIZE;
  for (gsize i = 0; i < n; i++)
    if (!g_size_checked_mul (&size, size, 10) || !g_size_checked_add (&size, size, digits[i] - '0'))
      return G_MAXSIZE;

  return size;
}

/* Where the '{' stands that fits the '}' at the end; G_MAXSIZE when what is between is no attempt
 * at a literal. */
static gsize
find_open_brace (const char *line, gsize length)
{
  for (gsize i = length - 1; i > 0; i--)
    {
      char c = line[i - 1];

      if (c == '{')
        return i - 1;
      if (!g_ascii_isdigit (c) && c != '+' && c != '-' && c != ' ')
        break;
    }

  return G_MAXSIZE;
}

ImapLiteralResult
imap_literal_find (const char *line, gsize length, ImapLinePlace *place, gsize *out_size)
{
  gsize offset = 0;
  gsize open, n_digits = 0;

  if (*place == IMAP_LINE_START)
    *place = classify_start (line, length, &offset);
  if (*place == IMAP_LINE_TEXT || length < 2 || line[length - 1] != '}')
    return IMAP_LITERAL_NONE;

  open = find_open_brace (line, length);
  if (open == G_MAXSIZE || !ends_outside_quotes (line + offset, length - offset, place))
    return IMAP_LITERAL_NONE;

  while (g_ascii_isdigit (line[open + 1 + n_digits]))
    n_digits++;
  length -= line[length - 2] == '+' ? 2 : 1;
  if (n_digits == 0 || open + 1 + n_digits != length)
    return IMAP_LITERAL_MALFORMED;

  *out_size = parse_size (line + open + 1, n_digits);

  return IMAP_LITERAL_FOUND;
}

static gboolean
ends_with_item (const char *line, gsize length, const char *item)
{
  gsize n = strlen (item);

  if (length <= n || g_ascii_strncasecmp (line + length - n, item, n) != 0)
    return FALSE;

  return line[length - n - 1] == ' ' || line[length - n - 1] == '(';
}

gboolean
imap_literal_is_body (const char *line, gsize length)
{
  static const char *const plain[] = { "RFC822", "RFC822.TEXT", "RFC822.HEADER" };
  gsize end = length;

  while (end > 0 && line[end - 1] != '{')
    end--;
  end -= end > 0;
  end -= end > 0 && line[end - 1] == '~';
  while (end > 0 && line[end - 1] == ' ')
    end--;

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (ends_with_item (line, end, plain[i]))
      return TRUE;

  if (end > 0 && line[end - 1] == '>')
    while (end > 0 && line[end - 1] != '<')
      end--;
  end -= end > 0 && line[end - 1] == '<';
  if (end == 0 || line[end - 1] != ']')
    return FALSE;
  while (end > 0 && line[end - 1] != '[')
    end--;
  end -= end > 0;

  return ends_with_item (line, end, "BODY") || ends_with_item (line, end, "BINARY");
}

gboolean
imap_literal_is_number_line (const char *line, gsize length)
{
  static const char *const names[] = { "SEARCH", "SORT", "ESEARCH", "THREAD", "VANISHED" };
  gsize at = skip_tag (line, length);

  if (length == 0 || line[0] != '*')
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (has_word (line + at, length - at, names[i]))
      return TRUE;

  return FALSE;
}

gsize
imap_literal_parse_head (const char *text, gsize length, gsize *out_size)
{
  gsize at = length > 0 && text[0] == '~' ? 1 : 0;
  gsize digits;

  if (at >= length || text[at] != '{')
    return 0;
  digits = ++at;
  while (at < length && g_ascii_isdigit (text[at]))
    at++;
  if (at == digits)
    return 0;
  *out_size = parse_size (text + digits, at - digits);

  at += at < length && text[at] == '+';
  if (at >= length || text[at++] != '}')
    return 0;
  at += at < length && text[at] == '\r';
  if (at >= length || text[at] != '\n')
    return 0;

  return at + 1;
}

/* Address lists of header fields (RFC 5322, 3.4), read as real mail has them.
 *
 * One pass without recursion. GMime's parser is not used here: it calls itself for each group within
 * a group, and a list of a few ten thousand colons ends the program.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-addresses.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-charset.h"

typedef struct
{
  const char *at;
  const char *end;
  GString *phrase;  /* what stands before the angle bracket */
  GString *bare;    /* the same with its quotes: without an angle bracket, it is the address */
  GString *comment; /* the last one: the name in "a@b (Name)" */
  char *address;    /* what stood in angle brackets, nullable */
  gboolean is_quoted;
  gboolean has_at; /* outside of quotes */
  gboolean has_space;
  gboolean is_truncated;
  GPtrArray *addresses; /* unowned */
} Parser;

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char *
make_address (const char *raw, gsize length)
{
  g_autofree char *text = email_charset_to_utf8 (NULL, raw, length, NULL);
  char *out = text;

  /* A source route (RFC 5322, 4.4) says nothing of whose address it is. */
  const char *route = text[0] == '@' ? strrchr (text, ':') : NULL;

  for (const char *in = route != NULL ? route + 1 : text; *in != '\0'; in++)
    if ((guchar) *in >= 0x20 && *in != 0x7f)
      *out++ = *in;
  *out = '\0';

  return g_strdup (g_strstrip (text));
}

static char *
make_name (const GString *raw)
{
  g_autofree char *name = email_decode_text (raw->str, raw->len);

  g_strstrip (name);

  return *name != '\0' ? g_steal_pointer (&name) : NULL;
}

static void
take_pair (Parser *parser, GString *into)
{
  if (*parser->at == '\\' && parser->at + 1 < parser->end)
    parser->at++;
  g_string_append_c (into, *parser->at++);
}

static void
append (Parser *parser, char c)
{
  g_string_append_c (parser->phrase, c);
  g_string_append_c (parser->bare, c);
}

static void
take_quoted (Parser *parser)
{
  const char *start = parser->at;

  parser->is_quoted = TRUE;
  for (parser->at++; parser->at < parser->end && *parser->at != '"';)
    take_pair (parser, parser->phrase);
  parser->at++;
  g_string_append_len (parser->bare, start, MIN (parser->at, parser->end) - start);
}

static void
take_comment (Parser *parser)
{
  guint depth = 1;

  g_string_truncate (parser->comment, 0);
  for (parser->at++; parser->at < parser->end; take_pair (parser, parser->comment))
    {
      if (*parser->at == '(')
        depth++;
      else if (*parser->at == ')')
        depth--;

      if (depth == 0)
        break;

      if (depth > EMAIL_LIMIT_COMMENT_DEPTH)
        {
          parser->is_truncated = TRUE;
          parser->at = parser->end;
          return;
        }
    }
  parser->at++;
}

static void
take_angle (Parser *parser)
{
  const char *start = ++parser->at;
  gboolean is_quoted = FALSE;

  for (; parser->at < parser->end; parser->at++)
    {
      if (*parser->at == '"')
        is_quoted = !is_quoted;
      else if (*parser->at == '\\' && is_quoted && parser->at + 1 < parser->end)
        parser->at++;
      else if (*parser->at == '>' && !is_quoted)
        break;
    }

  g_free (parser->address);
  parser->address = make_address (start, parser->at - start);
  parser->at++;
}

/* An address literal: user@[IPv6:2001:db8::1]. */
static void
take_literal (Parser *parser)
{
  while (parser->at < parser->end && *parser->at != ']' && *parser->at != ',')
    append (parser, *parser->at++);
  if (parser->at < parser->end && *parser->at == ']')
    append (parser, *parser->at++);
}

static void
reset (Parser *parser)
{
  g_clear_pointer (&parser->address, g_free);
  g_string_truncate (parser->phrase, 0);
  g_string_truncate (parser->bare, 0);
  g_string_truncate (parser->comment, 0);
  parser->is_quoted = FALSE;
  parser->has_at = FALSE;
  parser->has_space = FALSE;
}

static gboolean
is_address (const Parser *parser)
{
  return parser->has_at || (!parser->is_quoted && strchr (parser->phrase->str, ' ') == NULL &&
                            !g_str_has_prefix (parser->phrase->str, "=?"));
}

static void
finish_mailbox (Parser *parser)
{
  g_autoptr (EmailAddressValue) value = NULL;

  if (parser->address == NULL && parser->phrase->len == 0)
    return;

  if (parser->addresses->len >= EMAIL_LIMIT_ADDRESSES)
    {
      parser->is_truncated = TRUE;
      parser->at = parser->end;
      return;
    }

  value = email_address_value_new (NULL, NULL);
  if (parser->address != NULL)
    {
      value->email = g_steal_pointer (&parser->address);
      value->name = make_name (parser->phrase->len > 0 ? parser->phrase : parser->comment);
    }
  else if (is_address (parser))
    {
      value->email = make_address (parser->bare->str, parser->bare->len);
      value->name = make_name (parser->comment);
    }
  else
    value->name = make_name (parser->phrase);

  g_ptr_array_add (parser->addresses, g_steal_pointer (&value));
}

static void
take_character (Parser *parser)
{
  if (is_space (*parser->at))
    {
      parser->has_space = parser->phrase->len > 0;
      parser->at++;
      return;
    }

  if (parser->has_space)
    append (parser, ' ');
  parser->has_space = FALSE;

  if (*parser->at == '"')
    take_quoted (parser);
  else if (*parser->at == '[')
    take_literal (parser);
  else
    {
      parser->has_at = parser->has_at || *parser->at == '@';
      append (parser, *parser->at++);
    }
}

gboolean
email_addresses_parse (const char *text, gsize length, GPtrArray *addresses)
{
  g_autoptr (GString) phrase = g_string_new (NULL);
  g_autoptr (GString) bare = g_string_new (NULL);
  g_autoptr (GString) comment = g_string_new (NULL);
  Parser parser = { .at = text,
                    .end = text + length,
                    .phrase = phrase,
                    .bare = bare,
                    .comment = comment,
                    .addresses = addresses };

  while (parser.at < parser.end)
    switch (*parser.at)
      {
      case '(':
        take_comment (&parser);
        break;
      case '<':
        take_angle (&parser);
        break;
      case ':': /* what came before was the name of a group */
        reset (&parser);
        parser.at++;
        break;
      case ',':
      case ';':
        parser.at++;
        finish_mailbox (&parser);
        reset (&parser);
        break;
      default:
        take_character (&parser);
        break;
      }

  finish_mailbox (&parser);
  reset (&parser);

  return !parser.is_truncated;
}

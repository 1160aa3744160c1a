/* What an IMAP client may write, read by a parser that shares nothing with the library's writer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "command-grammar.h"

#include "fuzz-lib.h"

#define MAX_DEPTH 100

typedef struct
{
  const char *text;
  gsize length;
  gsize at;
  gboolean is_incomplete; /* it ended before the command did */
  gboolean is_waiting;    /* and a literal's head that waits for "+" was the last of it */
  gboolean allows_utf8;
  gboolean has_sections; /* BODY[HEADER.FIELDS (…)] is one word */
  guint depth;
} Parser;

/* Of RFC 9051 and what is there for RFC 2087, 2177, 2971, 3516, 3691, 4314, 4315, 4978, 5161, 5256, 6851. Each
 * letter is an argument, a "+" in front says that there may be more like the last one:
 *
 *   m  mailbox     p  its pattern, or a list of them     s  set of numbers    l  list   f  list of flags
 *   a  word        t  string or word                     6  base64            q  quoted string
 *   b  literal     v  anything */
static const struct
{
  const char *name;
  const char *arguments;
} grammar[] = {
  { "CAPABILITY", "" },
  { "NOOP", "" },
  { "LOGOUT", "" },
  { "STARTTLS", "" },
  { "IDLE", "" },
  { "NAMESPACE", "" },
  { "UNSELECT", "" },
  { "EXPUNGE", "" },
  { "AUTHENTICATE", "a" },
  { "AUTHENTICATE", "a6" },
  { "LOGIN", "tt" },
  { "ID", "a" },
  { "ID", "l" },
  { "ENABLE", "+a" },
  { "COMPRESS", "a" },
  { "LIST", "mp" },
  { "LIST", "mpal" },
  { "LIST", "lmp" },
  { "LIST", "lmpal" },
  { "LSUB", "mp" },
  { "XLIST", "mp" },
  { "SELECT", "m" },
  { "SELECT", "ml" },
  { "EXAMINE", "m" },
  { "EXAMINE", "ml" },
  { "CREATE", "m" },
  { "DELETE", "m" },
  { "SUBSCRIBE", "m" },
  { "UNSUBSCRIBE", "m" },
  { "RENAME", "mm" },
  { "STATUS", "ml" },
  { "APPEND", "mb" },
  { "APPEND", "mfb" },
  { "APPEND", "mqb" },
  { "APPEND", "mfqb" },
  { "UID EXPUNGE", "s" },
  { "UID STORE", "saf" },
  { "UID STORE", "slaf" },
  { "UID COPY", "sm" },
  { "UID MOVE", "sm" },
  { "GETQUOTAROOT", "m" },
  { "FETCH", "sv" },
  { "FETCH", "svl" },
  { "UID FETCH", "sv" },
  { "UID FETCH", "svl" },
  { "SEARCH", "+v" },
  { "UID SEARCH", "+v" },
  { "UID SORT", "la+v" },
  { "UID THREAD", "aa+v" },
};

static void
token_free (gpointer data)
{
  FuzzToken *token = data;

  g_string_free (token->text, TRUE);
  g_clear_pointer (&token->members, g_ptr_array_unref);
  g_free (token);
}

static FuzzToken *
token_new (FuzzTokenKind kind)
{
  FuzzToken *token = g_new0 (FuzzToken, 1);

  token->kind = kind;
  token->text = g_string_new (NULL);
  token->members = kind == FUZZ_LIST ? g_ptr_array_new_with_free_func (token_free) : NULL;

  return token;
}

void
fuzz_command_free (FuzzCommand *command)
{
  g_free (command->tag);
  g_free (command->name);
  g_ptr_array_unref (command->arguments);
  g_free (command);
}

const char *
fuzz_command_get_text (const FuzzCommand *command, guint index)
{
  FuzzToken *token = index < command->arguments->len ?
                         g_ptr_array_index (command->arguments, index) :
                         NULL;

  return token != NULL ? token->text->str : NULL;
}

/* 0 when there is nothing yet. */
static char
peek (Parser *parser)
{
  if (parser->at < parser->length)
    {
      fuzz_demand (parser->text[parser->at] != '\0');
      return parser->text[parser->at];
    }
  parser->is_incomplete = TRUE;

  return '\0';
}

static gboolean
accept (Parser *parser, char c)
{
  if (peek (parser) != c || parser->is_incomplete)
    return FALSE;
  parser->at++;

  return TRUE;
}

static void
expect (Parser *parser, char c)
{
  fuzz_demand (accept (parser, c) || parser->is_incomplete);
}

static gboolean
is_word_char (char c)
{
  return c > 0x20 && c < 0x7f && strchr ("(){\"", c) == NULL;
}

static FuzzToken *parse_value (Parser *parser);

static void
parse_quoted (Parser *parser, FuzzToken *token)
{
  expect (parser, '"');
  while (!accept (parser, '"') && !parser->is_incomplete)
    {
      char c;

      if (accept (parser, '\\'))
        fuzz_demand (peek (parser) == '"' || peek (parser) == '\\' || parser->is_incomplete);
      c = peek (parser);
      fuzz_demand (c != '\r' && c != '\n');
      fuzz_demand (parser->allows_utf8 || (c & 0x80) == 0);
      g_string_append_c (token->text, c);
      parser->at += !parser->is_incomplete;
    }
  fuzz_demand (parser->is_incomplete || g_utf8_validate (token->text->str, -1, NULL));
}

static gsize
parse_number (Parser *parser)
{
  gsize number = 0;
  guint n = 0;

  for (; g_ascii_isdigit (peek (parser)); parser->at++, n++)
    number = number * 10 + (gsize) (peek (parser) - '0');
  fuzz_demand ((n > 0 && n < 11) || parser->is_incomplete);

  return number;
}

static void
parse_literal (Parser *parser, FuzzToken *token)
{
  gboolean is_binary = accept (parser, '~');
  gboolean waits;
  gsize size;

  expect (parser, '{');
  size = parse_number (parser);
  waits = !accept (parser, '+');
  expect (parser, '}');
  expect (parser, '\r');
  expect (parser, '\n');
  if (parser->is_incomplete)
    return;
  parser->is_waiting = waits && parser->at == parser->length;
  if (parser->length - parser->at < size || parser->is_waiting)
    {
      parser->is_incomplete = TRUE;
      return;
    }
  g_string_append_len (token->text, parser->text + parser->at, (gssize) size);
  parser->at += size;
  fuzz_demand (is_binary || strlen (token->text->str) == size);
}

/* The members of a list or section; @end is behind the last one. */
static void
parse_members (Parser *parser, char end, GPtrArray *members)
{
  fuzz_demand (++parser->depth <= MAX_DEPTH);
  while (!parser->is_incomplete && !accept (parser, end))
    {
      if (members->len > 0)
        expect (parser, ' ');
      if (!parser->is_incomplete)
        g_ptr_array_add (members, parse_value (parser));
    }
  parser->depth--;
}

static void
parse_word (Parser *parser, FuzzToken *token)
{
  gsize start = parser->at;

  while (is_word_char (peek (parser)) && (parser->depth == 0 || peek (parser) != ']'))
    {
      g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (token_free);
      gboolean is_section = parser->has_sections && peek (parser) == '[';

      parser->at++;
      if (is_section)
        parse_members (parser, ']', members);
    }
  fuzz_demand (parser->at > start || parser->is_incomplete);
  g_string_append_len (token->text, parser->text + start, (gssize) (parser->at - start));
}

static FuzzToken *
parse_value (Parser *parser)
{
  FuzzToken *token;
  gsize start = parser->at;

  switch (peek (parser))
    {
    case '(':
      token = token_new (FUZZ_LIST);
      parser->at++;
      parse_members (parser, ')', token->members);
      g_string_append_len (token->text, parser->text + start, (gssize) (parser->at - start));
      break;
    case '"':
      token = token_new (FUZZ_QUOTED);
      parse_quoted (parser, token);
      break;
    case '{':
      token = token_new (FUZZ_LITERAL);
      parse_literal (parser, token);
      break;
    default:
      if (peek (parser) == '~' && (start + 1 == parser->length || parser->text[start + 1] == '{'))
        {
          token = token_new (FUZZ_LITERAL);
          parse_literal (parser, token);
          break;
        }
      token = token_new (FUZZ_ATOM);
      parse_word (parser, token);
      break;
    }

  return token;
}

static char *
parse_tag (Parser *parser)
{
  gsize start = parser->at;

  while (g_ascii_isalnum (peek (parser)))
    parser->at++;
  fuzz_demand (parser->at > start || parser->is_incomplete);

  return g_strndup (parser->text + start, parser->at - start);
}

static char *
parse_name (Parser *parser)
{
  gsize start = parser->at;

  while (g_ascii_isupper (peek (parser)) || (peek (parser) == ' ' && parser->at - start == 3 &&
                                             memcmp (parser->text + start, "UID", 3) == 0))
    parser->at++;

  return g_strndup (parser->text + start, parser->at - start);
}

/* Whether an atom is made of nothing but what RFC 9051 calls ATOM-CHAR, and @more. */
static gboolean
is_atom_with (const FuzzToken *token, const char *more)
{
  for (const char *c = token->text->str; *c != '\0'; c++)
    if (strchr ("%*\\]", *c) != NULL && strchr (more, *c) == NULL)
      return FALSE;

  return token->kind == FUZZ_ATOM;
}

static gboolean
is_string (const FuzzToken *token)
{
  return token->kind == FUZZ_QUOTED || token->kind == FUZZ_LITERAL;
}

static gboolean
is_number (const char *text)
{
  return g_str_equal (text, "*") || (*text != '\0' && strspn (text, "0123456789") == strlen (text));
}

static gboolean
is_range (const char *text)
{
  g_auto (GStrv) ends = g_strsplit (text, ":", 3);
  guint n = g_strv_length (ends);

  return (n == 1 || n == 2) && is_number (ends[0]) && is_number (ends[n - 1]);
}

static gboolean
is_set (const FuzzToken *token)
{
  g_auto (GStrv) ranges = g_strsplit (token->text->str, ",", -1);

  for (guint i = 0; ranges[i] != NULL; i++)
    if (!is_range (ranges[i]))
      return FALSE;

  return token->kind == FUZZ_ATOM && ranges[0] != NULL;
}

static gboolean
is_flags (const FuzzToken *token)
{
  for (guint i = 0; token->members != NULL && i < token->members->len; i++)
    {
      const FuzzToken *flag = g_ptr_array_index (token->members, i);

      if (!is_atom_with (flag, "\\") || strchr (flag->text->str + 1, '\\') != NULL)
        return FALSE;
    }

  return token->kind == FUZZ_LIST;
}

static gboolean
is_base64 (const FuzzToken *token)
{
  return token->kind == FUZZ_ATOM &&
         strspn (token->text->str, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789+/=") == token->text->len;
}

static gboolean
is_pattern (const FuzzToken *token)
{
  for (guint i = 0; token->members != NULL && i < token->members->len; i++)
    if (!is_pattern (g_ptr_array_index (token->members, i)))
      return FALSE;

  return is_string (token) || token->kind == FUZZ_LIST || is_atom_with (token, "%*]");
}

static gboolean
is_of_kind (const FuzzToken *token, char kind)
{
  switch (kind)
    {
    case 'm':
    case 't':
      return is_string (token) || is_atom_with (token, "]");
    case 'p':
      return is_pattern (token);
    case 's':
      return is_set (token);
    case 'l':
      return token->kind == FUZZ_LIST;
    case 'f':
      return is_flags (token);
    case 'a':
      return is_atom_with (token, "");
    case '6':
      return is_base64 (token);
    case 'q':
      return token->kind == FUZZ_QUOTED;
    case 'b':
      return token->kind == FUZZ_LITERAL;
    default:
      return token->kind != FUZZ_ATOM || is_set (token) || is_atom_with (token, "]\\");
    }
}

static gboolean
fits (const GPtrArray *arguments, const char *kinds)
{
  guint i = 0;

  for (; *kinds != '\0'; kinds++)
    {
      gboolean is_repeated = *kinds == '+';

      kinds += is_repeated;
      if (i == arguments->len || !is_of_kind (g_ptr_array_index (arguments, i), *kinds))
        return FALSE;
      for (i++; is_repeated && i < arguments->len; i++)
        if (!is_of_kind (g_ptr_array_index (arguments, i), *kinds))
          return FALSE;
    }

  return i == arguments->len;
}

static gboolean
is_in_grammar (const FuzzCommand *command)
{
  for (guint i = 0; i < G_N_ELEMENTS (grammar); i++)
    if (g_str_equal (grammar[i].name, command->name) &&
        fits (command->arguments, grammar[i].arguments))
      return TRUE;

  return FALSE;
}

static FuzzCommand *
parse (Parser *parser)
{
  g_autoptr (FuzzCommand) command = g_new0 (FuzzCommand, 1);

  command->arguments = g_ptr_array_new_with_free_func (token_free);
  command->tag = parse_tag (parser);
  expect (parser, ' ');
  command->name = parse_name (parser);
  parser->has_sections = g_str_has_suffix (command->name, "FETCH");
  while (!parser->is_incomplete && !accept (parser, '\r') && !parser->is_incomplete)
    {
      expect (parser, ' ');
      if (!parser->is_incomplete)
        g_ptr_array_add (command->arguments, parse_value (parser));
    }
  expect (parser, '\n');
  if (parser->is_incomplete)
    return NULL;

  command->size = parser->at;
  if (!is_in_grammar (command))
    g_printerr ("no command: %.*s\n", (int) command->size, parser->text);
  fuzz_demand (is_in_grammar (command));

  return g_steal_pointer (&command);
}

FuzzCommand *
fuzz_command_parse (const char *text, gsize length, gboolean allows_utf8)
{
  Parser parser = { .text = text, .length = length, .allows_utf8 = allows_utf8 };

  return parse (&parser);
}

gboolean
fuzz_command_waits (const char *text, gsize length)
{
  Parser parser = { .text = text, .length = length, .allows_utf8 = TRUE };
  g_autoptr (FuzzCommand) command = parse (&parser);

  return command == NULL && parser.is_waiting;
}

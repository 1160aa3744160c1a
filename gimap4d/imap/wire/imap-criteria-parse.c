/* Search criteria as a caller wrote them, from text to tree (RFC 9051, 6.4.4).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-criteria.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-criteria-private.h"

#include <string.h>

/* Keys with arguments. Whatever is not here is taken to have none; a text that follows it then stands
 * where the caller wrote it, though nobody knows that it belongs to it. */
static const struct
{
  const char *key;
  guint n_arguments;
} keys[] = {
  { "BCC", 1 },      { "BEFORE", 1 },      { "BODY", 1 },       { "CC", 1 },
  { "FROM", 1 },     { "HEADER", 2 },      { "KEYWORD", 1 },    { "LARGER", 1 },
  { "ON", 1 },       { "SENTBEFORE", 1 },  { "SENTON", 1 },     { "SENTSINCE", 1 },
  { "SINCE", 1 },    { "SMALLER", 1 },     { "SUBJECT", 1 },    { "TEXT", 1 },
  { "TO", 1 },       { "UID", 1 },         { "UNKEYWORD", 1 },  { "YOUNGER", 1 },
  { "OLDER", 1 },    { "ANNOTATION", 3 },  { "EMAILID", 1 },    { "THREADID", 1 },
  { "FILTER", 1 },   { "SAVEDBEFORE", 1 }, { "SAVEDON", 1 },    { "SAVEDSINCE", 1 },
  { "X-GM-RAW", 1 }, { "X-GM-LABELS", 1 }, { "X-GM-MSGID", 1 }, { "X-GM-THRID", 1 },
};

typedef enum
{
  TOKEN_WORD,
  TOKEN_STRING,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_END,
} TokenKind;

typedef struct
{
  const char *text; /* of the caller */
  gsize at;
  guint depth;

  /* The token that comes next. */
  TokenKind kind;
  gsize begin;
  char *value; /* owned, nullable: a string without its quotes, unescaped */

  GError *error; /* owned, nullable: the first one */
} Parser;

static void
parser_clear (Parser *parser)
{
  g_clear_pointer (&parser->value, g_free);
  g_clear_error (&parser->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parser, parser_clear)

G_GNUC_PRINTF (2, 3) static void fail (Parser *parser, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list arguments;

  parser->kind = TOKEN_END;
  if (parser->error != NULL)
    return;

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (&parser->error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("the search criteria cannot be sent: %s"), reason);
}

/* Reads from the opening quote to the closing one. */
static void
read_string (Parser *parser)
{
  g_autoptr (GString) value = g_string_new (NULL);
  gsize i = parser->at + 1;

  for (; parser->text[i] != '"'; i++)
    {
      if (parser->text[i] == '\\' && parser->text[i + 1] != '\0')
        i++;
      if (parser->text[i] == '\0')
        {
          fail (parser, _ ("the quote at octet %zu is not closed"), parser->begin);
          return;
        }
      g_string_append_c (value, parser->text[i]);
    }
  parser->at = i + 1;
  parser->kind = TOKEN_STRING;
  parser->value = g_string_free (g_steal_pointer (&value), FALSE);
}

static void
read_word (Parser *parser)
{
  gsize length = strcspn (parser->text + parser->at, " ()\"{");
  char stop = parser->text[parser->at + length];

  if (stop == '{')
    fail (parser, _ ("“{” can only stand between quotes (octet %zu)"), parser->at + length);
  else if (stop == '"')
    fail (parser, _ ("a quote cannot stand inside a word (octet %zu)"), parser->at + length);
  else
    {
      parser->kind = TOKEN_WORD;
      parser->value = g_strndup (parser->text + parser->at, length);
      parser->at += length;
    }
}

static void
advance (Parser *parser)
{
  g_clear_pointer (&parser->value, g_free);
  while (parser->text[parser->at] == ' ')
    parser->at++;
  parser->begin = parser->at;
  if (parser->error != NULL)
    return;

  switch (parser->text[parser->at])
    {
    case '\0':
      parser->kind = TOKEN_END;
      break;
    case '(':
      parser->kind = TOKEN_OPEN;
      parser->at++;
      break;
    case ')':
      parser->kind = TOKEN_CLOSE;
      parser->at++;
      break;
    case '"':
      read_string (parser);
      break;
    default:
      read_word (parser);
      break;
    }
}

static gboolean
is_word (Parser *parser, const char *word)
{
  return parser->kind == TOKEN_WORD && g_ascii_strcasecmp (parser->value, word) == 0;
}

static void
take_token (Parser *parser, ImapCriteria *to)
{
  imap_criteria_add_token (to,
                           parser->kind == TOKEN_STRING ? IMAP_CRITERIA_STRING : IMAP_CRITERIA_WORD,
                           g_steal_pointer (&parser->value));
  advance (parser);
}

static guint
count_arguments (Parser *parser)
{
  if (parser->kind != TOKEN_WORD)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (is_word (parser, keys[i].key))
      return keys[i].n_arguments;

  return 0;
}

/* RFC 7162, 3.1.5: MODSEQ [name type] number. */
static ImapCriteria *
parse_modseq (Parser *parser)
{
  g_autoptr (ImapCriteria) criteria = imap_criteria_new (IMAP_CRITERIA_KEY);

  take_token (parser, criteria);
  for (guint n = parser->kind == TOKEN_STRING ? 3 : 1; n > 0; n--)
    if (parser->kind == TOKEN_WORD || parser->kind == TOKEN_STRING)
      take_token (parser, criteria);

  return g_steal_pointer (&criteria);
}

static ImapCriteria *
parse_key (Parser *parser)
{
  g_autoptr (ImapCriteria) criteria = imap_criteria_new (IMAP_CRITERIA_KEY);
  g_autofree char *key = g_strdup (parser->value);
  guint n_arguments = count_arguments (parser);

  take_token (parser, criteria);
  for (guint i = 0; i < n_arguments && parser->error == NULL; i++)
    if (parser->kind == TOKEN_WORD || parser->kind == TOKEN_STRING)
      take_token (parser, criteria);
    else
      fail (parser, _ ("“%s” at octet %zu is not followed by what to look for"), key,
            parser->begin);

  return g_steal_pointer (&criteria);
}

static ImapCriteria *parse_one (Parser *parser);

/* All up to the end or the closing parenthesis. */
static ImapCriteria *
parse_all_of (Parser *parser)
{
  g_autoptr (ImapCriteria) criteria = imap_criteria_new (IMAP_CRITERIA_ALL_OF);

  while (parser->kind != TOKEN_END && parser->kind != TOKEN_CLOSE)
    imap_criteria_add_child (criteria, parse_one (parser));

  return g_steal_pointer (&criteria);
}

static ImapCriteria *
parse_group (Parser *parser)
{
  gsize begin = parser->begin;
  g_autoptr (ImapCriteria) criteria = NULL;

  advance (parser);
  criteria = parse_all_of (parser);
  criteria->is_grouped = TRUE;
  if (parser->error != NULL)
    return g_steal_pointer (&criteria);
  if (parser->kind != TOKEN_CLOSE)
    fail (parser, _ ("a “(” is not closed"));
  else if (criteria->children == NULL)
    fail (parser, _ ("the parentheses at octet %zu are empty"), begin);
  advance (parser);

  return g_steal_pointer (&criteria);
}

/* NOT, OR and FUZZY take the keys that follow. */
static ImapCriteria *
parse_operator (Parser *parser, ImapCriteriaKind kind, guint n_operands)
{
  g_autoptr (ImapCriteria) criteria = imap_criteria_new (kind);
  g_autofree char *name = g_strdup (parser->value);

  advance (parser);
  for (guint i = 0; i < n_operands; i++)
    {
      if (parser->kind == TOKEN_END || parser->kind == TOKEN_CLOSE)
        fail (parser, _ ("“%s” at octet %zu is not followed by what to look for"), name,
              parser->begin);
      imap_criteria_add_child (criteria, parse_one (parser));
    }

  return g_steal_pointer (&criteria);
}

static ImapCriteria *
parse_operand (Parser *parser)
{
  switch (parser->kind)
    {
    case TOKEN_OPEN:
      return parse_group (parser);
    case TOKEN_WORD:
      if (is_word (parser, "OR"))
        return parse_operator (parser, IMAP_CRITERIA_ANY_OF, 2);
      if (is_word (parser, "NOT"))
        return parse_operator (parser, IMAP_CRITERIA_NOT, 1);
      if (is_word (parser, "FUZZY"))
        return parse_operator (parser, IMAP_CRITERIA_FUZZY, 1);
      if (is_word (parser, "MODSEQ"))
        return parse_modseq (parser);
      if (is_word (parser, "CHARSET"))
        fail (parser, _ ("criteria are given in UTF-8, no other CHARSET can stand before them"));
      return parser->error == NULL ? parse_key (parser) : imap_criteria_new_all ();
    case TOKEN_STRING:
      return parse_key (parser);
    case TOKEN_CLOSE:
    case TOKEN_END:
    default:
      return imap_criteria_new_all ();
    }
}

static ImapCriteria *
parse_one (Parser *parser)
{
  ImapCriteria *criteria;

  if (parser->depth == IMAP_LIMIT_CRITERIA_DEPTH)
    {
      fail (parser, _ ("they are nested deeper than %u"), IMAP_LIMIT_CRITERIA_DEPTH);
      return imap_criteria_new_all ();
    }

  parser->depth++;
  criteria = parse_operand (parser);
  parser->depth--;

  return criteria;
}

/* "CHARSET x" at the beginning is taken away: what charset is sent is decided by what is. */
static void
take_charset (Parser *parser)
{
  if (!is_word (parser, "CHARSET"))
    return;

  advance (parser);
  if (!is_word (parser, "UTF-8") && !is_word (parser, "US-ASCII"))
    fail (parser, _ ("criteria are given in UTF-8, no other CHARSET can stand before them"));
  advance (parser);
}

static gboolean
check_text (Parser *parser)
{
  const char *invalid;

  for (const char *at = parser->text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      {
        fail (parser, _ ("it has the control character 0x%02X at octet %zu"), (guint) *at,
              (gsize) (at - parser->text));
        return FALSE;
      }
  if (!g_utf8_validate (parser->text, -1, &invalid))
    fail (parser, _ ("it is no valid UTF-8 at octet %zu"), (gsize) (invalid - parser->text));

  return parser->error == NULL;
}

ImapCriteria *
imap_criteria_parse (const char *text, GError **error)
{
  g_auto (Parser) parser = { .text = text };
  g_autoptr (ImapCriteria) criteria = NULL;

  if (check_text (&parser))
    {
      advance (&parser);
      take_charset (&parser);
      criteria = parse_all_of (&parser);
      if (parser.kind == TOKEN_CLOSE)
        fail (&parser, _ ("the “)” at octet %zu has no “(”"), parser.begin);
    }
  if (parser.error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&parser.error));
      return NULL;
    }
  if (criteria->children == NULL)
    return imap_criteria_new_all ();
  if (criteria->children->len == 1)
    return imap_criteria_ref (g_ptr_array_index (criteria->children, 0));

  return g_steal_pointer (&criteria);
}

/* Search criteria as the caller wrote them become what may be sent: words, quoted strings, literals
 * and parentheses, and nothing else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-writer.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/wire/imap-writer-private.h"

#include <string.h>

typedef enum
{
  TOKEN_WORD,
  TOKEN_STRING, /* without its quotes, unescaped */
  TOKEN_OPEN,
  TOKEN_CLOSE,
} TokenKind;

typedef struct
{
  TokenKind kind;
  gsize at;   /* in the criteria, for messages */
  char *text; /* owned, nullable */
} Token;

static void
token_clear (gpointer data)
{
  g_free (((Token *) data)->text);
}

static void
add_token (GArray *tokens, TokenKind kind, gsize at, char *text)
{
  Token token = { kind, at, text };

  g_array_append_val (tokens, token);
}

/* Reads from the opening quote to the closing one; NULL when there is none. */
static char *
read_string (const char *criteria, gsize *at)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize i = *at + 1;

  for (; criteria[i] != '"'; i++)
    {
      if (criteria[i] == '\\' && criteria[i + 1] != '\0')
        i++;
      if (criteria[i] == '\0')
        return NULL;
      g_string_append_c (text, criteria[i]);
    }
  *at = i + 1;

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
add_string (ImapWriter *writer, const char *criteria, gsize *at, GArray *tokens)
{
  gsize begin = *at;
  char *text = read_string (criteria, at);

  if (text == NULL)
    return imap_writer_fail (writer, _ ("the quote at octet %zu is not closed"), begin);
  add_token (tokens, TOKEN_STRING, begin, text);

  return TRUE;
}

static gboolean
add_word (ImapWriter *writer, const char *criteria, gsize *at, GArray *tokens)
{
  gsize length = strcspn (criteria + *at, " ()\"{");
  char stop = criteria[*at + length];

  if (stop == '{')
    return imap_writer_fail (writer, _ ("“{” can only stand between quotes (octet %zu)"),
                             *at + length);
  if (stop == '"')
    return imap_writer_fail (writer, _ ("a quote cannot stand inside a word (octet %zu)"),
                             *at + length);

  add_token (tokens, TOKEN_WORD, *at, g_strndup (criteria + *at, length));
  *at += length;

  return TRUE;
}

/* NULL when @criteria are not well-formed; the writer has the error. */
static GArray *
tokenize (ImapWriter *writer, const char *criteria)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  gsize at = 0, depth = 0;

  g_array_set_clear_func (tokens, token_clear);
  while (criteria[at] != '\0')
    {
      gboolean done = TRUE;

      switch (criteria[at])
        {
        case ' ':
          at++;
          break;
        case '(':
          add_token (tokens, TOKEN_OPEN, at++, NULL);
          depth++;
          break;
        case ')':
          if (depth-- == 0)
            done = imap_writer_fail (writer, _ ("the “)” at octet %zu has no “(”"), at);
          add_token (tokens, TOKEN_CLOSE, at++, NULL);
          break;
        case '"':
          done = add_string (writer, criteria, &at, tokens);
          break;
        default:
          done = add_word (writer, criteria, &at, tokens);
          break;
        }
      if (!done)
        return NULL;
    }
  if (depth > 0)
    {
      imap_writer_fail (writer, _ ("a “(” is not closed"));
      return NULL;
    }

  return g_steal_pointer (&tokens);
}

static gboolean
is_word (const GArray *tokens, guint index, const char *word)
{
  const Token *token = index < tokens->len ? &g_array_index (tokens, Token, index) : NULL;

  return token != NULL && token->kind == TOKEN_WORD && g_ascii_strcasecmp (token->text, word) == 0;
}

/* "CHARSET x" at the beginning is taken away: what charset is sent is decided by what is. */
static gboolean
take_charset (ImapWriter *writer, GArray *tokens, gboolean *out_given)
{
  const Token *name;

  *out_given = is_word (tokens, 0, "CHARSET");
  if (!*out_given)
    return TRUE;

  name = tokens->len > 1 ? &g_array_index (tokens, Token, 1) : NULL;
  if (name == NULL || name->text == NULL ||
      (g_ascii_strcasecmp (name->text, "UTF-8") != 0 &&
       g_ascii_strcasecmp (name->text, "US-ASCII") != 0))
    return imap_writer_fail (
        writer, _ ("criteria are given in UTF-8, no other CHARSET can stand before them"));
  *out_given = g_ascii_strcasecmp (name->text, "UTF-8") == 0;
  g_array_remove_range (tokens, 0, 2);

  return TRUE;
}

static gboolean
is_all_ascii (const GArray *tokens)
{
  for (guint i = 0; i < tokens->len; i++)
    {
      const Token *token = &g_array_index (tokens, Token, i);

      if (token->text != NULL && !imap_text_is_ascii (token->text))
        return FALSE;
    }

  return TRUE;
}

/* @charset NULL is UTF-8. */
static gboolean
put_text (ImapWriter *writer, const Token *token, const char *charset)
{
  g_autofree char *converted = NULL;
  gsize length = 0;

  if (imap_text_is_ascii (token->text))
    {
      if (token->kind == TOKEN_WORD)
        g_string_append (writer->text, token->text);
      else
        imap_writer_put_string (writer, token->text, strlen (token->text));
      return TRUE;
    }
  if (charset == NULL)
    {
      imap_writer_put_string (writer, token->text, strlen (token->text));
      return TRUE;
    }

  converted = g_convert (token->text, -1, charset, "UTF-8", NULL, &length, NULL);
  if (converted == NULL || memchr (converted, '\0', length) != NULL)
    return imap_writer_fail (writer, _ ("the text at octet %zu cannot be written in %s"), token->at,
                             charset);
  imap_writer_put_literal (writer, converted, length);

  return TRUE;
}

static gboolean
put_tokens (ImapWriter *writer, const GArray *tokens, const char *charset)
{
  TokenKind before = TOKEN_OPEN;

  for (guint i = 0; i < tokens->len; i++)
    {
      const Token *token = &g_array_index (tokens, Token, i);

      if (before != TOKEN_OPEN && token->kind != TOKEN_CLOSE)
        imap_writer_space (writer);
      if (token->kind == TOKEN_OPEN)
        imap_writer_char (writer, '(');
      else if (token->kind == TOKEN_CLOSE)
        imap_writer_char (writer, ')');
      else if (!put_text (writer, token, charset))
        return FALSE;
      before = token->kind;
    }

  return TRUE;
}

gboolean
imap_writer_search_text_in (ImapWriter *writer, const char *criteria, const char *charset)
{
  g_autoptr (GArray) tokens = NULL;
  gboolean utf8 = (writer->features & IMAP_WRITER_UTF8) != 0;
  gboolean given;

  writer->n_values++;
  if (!imap_writer_check_text (writer, criteria))
    return FALSE;
  tokens = tokenize (writer, criteria);
  if (tokens == NULL || !take_charset (writer, tokens, &given))
    return FALSE;
  if (tokens->len == 0)
    {
      g_string_append (writer->text, "ALL");
      return TRUE;
    }

  /* RFC 6855, 3: no CHARSET once UTF8=ACCEPT is enabled. */
  if (utf8)
    return put_tokens (writer, tokens, NULL);

  if (!is_all_ascii (tokens) || given)
    {
      g_string_append (writer->text, "CHARSET ");
      imap_writer_atom (writer, charset != NULL ? charset : "UTF-8");
      writer->n_values--;
      imap_writer_space (writer);
    }
  if (writer->error != NULL)
    return FALSE;

  return put_tokens (writer, tokens, charset);
}

void
imap_writer_search_text (ImapWriter *writer, const char *criteria)
{
  imap_writer_search_text_in (writer, criteria, NULL);
}

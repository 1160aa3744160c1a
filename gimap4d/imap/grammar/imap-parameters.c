/* The parameters of a body part, with what RFC 2231 cut in pieces put together.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-parameters.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-values.h"

#include <string.h>

/* "name*2*": the third piece, percent-encoded. */
typedef struct
{
  char *name; /* owned: lower case, without what follows the "*" */
  guint number;
  gboolean is_encoded;
  char *value; /* owned: the octets, NUL-terminated */
} Piece;

static void
piece_clear (gpointer data)
{
  Piece *piece = data;

  g_free (piece->name);
  g_free (piece->value);
}

static int
compare_pieces (gconstpointer a, gconstpointer b)
{
  const Piece *first = a;
  const Piece *second = b;
  int by_name = strcmp (first->name, second->name);

  return by_name != 0 ? by_name : (int) first->number - (int) second->number;
}

/* Splits a name at its "*"; FALSE for a plain one, or when what follows is no number. */
static gboolean
parse_piece_name (const char *name, Piece *piece)
{
  const char *star = strchr (name, '*');
  const char *at = star;

  if (star == NULL || star == name)
    return FALSE;

  piece->number = 0;
  piece->is_encoded = at[1] == '\0';
  if (!piece->is_encoded)
    {
      guint n = 0;

      for (at++; g_ascii_isdigit (*at) && n < 4; at++, n++)
        piece->number = piece->number * 10 + (*at - '0');
      piece->is_encoded = *at == '*';
      at += piece->is_encoded;
      if (n == 0 || *at != '\0')
        return FALSE;
    }
  piece->name = g_strndup (name, star - name);

  return TRUE;
}

static void
append_decoded (GString *to, const char *from)
{
  for (; *from != '\0'; from++)
    {
      if (from[0] == '%' && g_ascii_isxdigit (from[1]) && g_ascii_isxdigit (from[2]))
        {
          g_string_append_c (to,
                             g_ascii_xdigit_value (from[1]) << 4 | g_ascii_xdigit_value (from[2]));
          from += 2;
        }
      else
        {
          g_string_append_c (to, *from);
        }
    }
}

/* Any charset to UTF-8; what does not convert is taken for UTF-8 or Latin-1. */
static char *
convert (const GString *octets, const char *charset)
{
  ImapString plain = { octets->str, octets->len, NULL };
  char *text = NULL;

  if (*charset != '\0')
    text = g_convert (octets->str, octets->len, "UTF-8", charset, NULL, NULL, NULL);
  if (text != NULL && g_utf8_validate (text, -1, NULL))
    return text;
  g_free (text);

  return imap_string_dup_utf8 (&plain);
}

/* Takes "charset'language'" off the first piece; no other has it (RFC 2231, 4.1). */
static const char *
take_charset (const char *value, char **out_charset)
{
  const char *first = strchr (value, '\'');
  const char *second = first != NULL ? strchr (first + 1, '\'') : NULL;

  if (second == NULL)
    {
      *out_charset = g_strdup ("");
      return value;
    }
  *out_charset = g_strndup (value, first - value);

  return second + 1;
}

/* Joins the pieces of one name, from @from on; gives back the index of the next name. */
static guint
join_pieces (const GArray *pieces, guint from, GHashTable *to)
{
  const Piece *first = &g_array_index (pieces, Piece, from);
  g_autoptr (GString) octets = g_string_new (NULL);
  g_autofree char *charset = NULL;
  guint i = from;

  for (; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      const char *value = piece->value;

      if (strcmp (piece->name, first->name) != 0)
        break;
      if (piece->is_encoded && i == from)
        value = take_charset (value, &charset);
      if (piece->is_encoded)
        append_decoded (octets, value);
      else
        g_string_append (octets, value);
    }
  g_hash_table_replace (to, g_strdup (first->name),
                        convert (octets, charset != NULL ? charset : ""));

  return i;
}

/* A value without NULs. */
static char *
dup_octets (const ImapString *string)
{
  return string->data != NULL ? g_strndup (string->data, string->length) : g_strdup ("");
}

static void
add_parameter (GHashTable *to, GArray *pieces, const ImapString *name, const ImapString *value)
{
  g_autofree char *text = imap_string_dup_utf8 (name);
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;
  Piece piece = { 0 };

  if (lower == NULL || *lower == '\0')
    return;
  if (parse_piece_name (lower, &piece))
    {
      piece.value = dup_octets (value);
      g_array_append_val (pieces, piece);
      return;
    }
  /* The first of two with one name is what other readers take. */
  if (!g_hash_table_contains (to, lower))
    {
      char *decoded = email_decode_text (value->data, value->length);

      g_hash_table_insert (to, g_steal_pointer (&lower), decoded != NULL ? decoded : g_strdup (""));
    }
}

/* One value of the list, which need not be a string. */
static gboolean
read_value (ImapReader *reader, ImapString *out_value)
{
  char next = imap_reader_peek (reader);

  *out_value = (ImapString){ 0 };
  if (next == '"' || next == '{')
    return imap_reader_expect_string (reader, out_value);
  if (next == '(')
    return imap_reader_skip_value (reader, NULL);
  if (imap_reader_accept_nil (reader))
    return TRUE;

  return imap_reader_expect_astring (reader, out_value);
}

static gboolean
read_pairs (ImapReader *reader, GHashTable *to, GArray *pieces)
{
  gboolean whole = TRUE;
  guint n = 0;

  while (reader->error == NULL && !imap_reader_accept_list_end (reader))
    {
      g_auto (ImapString) name = { 0 };
      g_auto (ImapString) value = { 0 };

      imap_reader_accept_space (reader);
      if (!read_value (reader, &name))
        return FALSE;
      imap_reader_accept_space (reader);
      if (imap_reader_peek (reader) == ')')
        whole = FALSE;
      else if (!read_value (reader, &value))
        return FALSE;
      else if (n++ < IMAP_LIMIT_PARAMETERS)
        add_parameter (to, pieces, &name, &value);
      else
        whole = FALSE;
    }

  return whole && reader->error == NULL;
}

gboolean
imap_parameters_read (ImapReader *reader, GHashTable *to)
{
  g_autoptr (GArray) pieces = NULL;
  gboolean whole;

  if (imap_reader_accept_nil (reader))
    return TRUE;
  if (!imap_reader_accept_list (reader))
    {
      imap_reader_skip_value (reader, NULL);
      return FALSE;
    }

  pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_array_set_clear_func (pieces, piece_clear);
  whole = read_pairs (reader, to, pieces);
  g_array_sort (pieces, compare_pieces);
  for (guint i = 0; i < pieces->len;)
    i = join_pieces (pieces, i, to);

  return whole;
}

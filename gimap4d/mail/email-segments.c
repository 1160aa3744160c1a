/* Puts the segments of long parameters (RFC 2231) in their order. They may come in any; GMime puts
 * them together well, but takes the character set from the one that comes first.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-segments.h"

#include <string.h>

/* What stands between two semicolons. */
typedef struct
{
  const char *text;
  gsize length;
  /* Of a segment. */
  const char *name;
  gsize name_length; /* 0: it is none */
  guint number;
} Piece;

static const char *
skip_blanks (const char *at, const char *end)
{
  while (at < end && g_ascii_isspace (*at))
    at++;

  return at;
}

/* "name*12*=": the thirteenth, in percent signs. */
static void
read_name (Piece *piece)
{
  const char *end = piece->text + piece->length;
  const char *name = skip_blanks (piece->text, end);
  const char *star = memchr (name, '*', end - name);
  const char *at = star != NULL ? star + 1 : end;
  guint n_digits = 0;

  for (; at < end && g_ascii_isdigit (*at) && n_digits < 9; at++, n_digits++)
    piece->number = piece->number * 10 + (guint) g_ascii_digit_value (*at);
  if (at < end && *at == '*')
    at++;
  at = skip_blanks (at, end);
  if (n_digits == 0 || at >= end || *at != '=' || memchr (name, '=', star - name) != NULL)
    return;

  piece->name = name;
  piece->name_length = star - name;
}

/* To the next semicolon that is not in quotes: GMime's end of a value, too, in comments as elsewhere. */
static const char *
find_end (const char *at)
{
  gboolean is_quoted = FALSE;

  for (; *at != '\0' && (*at != ';' || is_quoted); at++)
    if (*at == '\\' && at[1] != '\0' && is_quoted)
      at++;
    else if (*at == '"')
      is_quoted = !is_quoted;

  return at;
}

static GArray *
split (const char *field)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  const char *end;

  for (const char *at = field;; at = end + 1)
    {
      Piece piece = { .text = at };

      end = find_end (at);
      piece.length = end - at;
      read_name (&piece);
      g_array_append_val (pieces, piece);
      if (*end == '\0')
        return pieces;
    }
}

static int
compare_names (const Piece *a, const Piece *b)
{
  int by_text = g_ascii_strncasecmp (a->name, b->name, MIN (a->name_length, b->name_length));

  if (by_text != 0)
    return by_text;

  return (a->name_length > b->name_length) - (a->name_length < b->name_length);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Piece *first = *(Piece *const *) a;
  const Piece *second = *(Piece *const *) b;
  int by_name = compare_names (first, second);

  return by_name != 0 ? by_name : (first > second) - (first < second);
}

/* Of two with one number the first stays that. */
static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const Piece *first = *(Piece *const *) a;
  const Piece *second = *(Piece *const *) b;
  int by_name = compare_names (first, second);

  if (by_name != 0)
    return by_name;
  if (first->number != second->number)
    return first->number < second->number ? -1 : 1;

  return (first > second) - (first < second);
}

static GPtrArray *
list_segments (GArray *pieces)
{
  GPtrArray *segments = g_ptr_array_new ();

  for (guint i = 0; i < pieces->len; i++)
    {
      Piece *piece = &g_array_index (pieces, Piece, i);

      if (piece->name_length > 0)
        g_ptr_array_add (segments, piece);
    }

  return segments;
}

static char *
join (const GArray *pieces)
{
  GString *field = g_string_new (NULL);

  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);

      if (i > 0)
        g_string_append_c (field, ';');
      g_string_append_len (field, piece->text, piece->length);
    }

  return g_string_free (field, FALSE);
}

char *
email_segments_dup_in_order (const char *field)
{
  g_autoptr (GArray) pieces = split (field);
  g_autoptr (GPtrArray) places = list_segments (pieces);
  g_autoptr (GPtrArray) segments = list_segments (pieces);
  g_autoptr (GArray) sorted = NULL;
  gboolean is_in_order = TRUE;

  g_ptr_array_sort (places, compare_places);
  g_ptr_array_sort (segments, compare_numbers);
  sorted = g_array_copy (pieces);
  for (guint i = 0; i < places->len; i++)
    {
      const Piece *place = g_ptr_array_index (places, i);
      const Piece *segment = g_ptr_array_index (segments, i);

      is_in_order = is_in_order && place == segment;
      g_array_index (sorted, Piece, place - (const Piece *) pieces->data) = *segment;
    }

  return is_in_order ? NULL : join (sorted);
}

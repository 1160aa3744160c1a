/* Sets as commands and responses write them: "1:3,7,9:*".
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-uid-set.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

#include <string.h>

/* Room for "4294967295:4294967295,". */
#define MAX_RANGE_TEXT 24

/* An id or "*", which is given as 0. */
static gboolean
parse_id (const char **at, const char *stop, guint32 *out_id)
{
  guint64 id = 0;
  const char *p = *at;

  if (p < stop && *p == '*')
    {
      *at = p + 1;
      *out_id = 0;
      return TRUE;
    }
  for (; p < stop && g_ascii_isdigit (*p) && id <= G_MAXUINT32; p++)
    id = id * 10 + (*p - '0');
  if (p == *at || id == 0 || id > G_MAXUINT32)
    return FALSE;

  *at = p;
  *out_id = id;

  return TRUE;
}

static gboolean
parse_range (ImapUidSet *set, const char **at, const char *stop)
{
  guint32 first, last;

  if (!parse_id (at, stop, &first))
    return FALSE;
  last = first;
  if (*at < stop && **at == ':')
    {
      (*at)++;
      if (!parse_id (at, stop, &last))
        return FALSE;
    }

  if (first == 0 && last == 0)
    imap_uid_set_add_open_range (set, G_MAXUINT32);
  else if (first == 0 || last == 0)
    imap_uid_set_add_open_range (set, MAX (first, last));
  else
    imap_uid_set_add_range (set, first, last);

  return TRUE;
}

ImapUidSet *
imap_uid_set_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (ImapUidSet) set = imap_uid_set_new ();
  const char *at = text;
  const char *stop = text + (length < 0 ? strlen (text) : (gsize) length);

  while (parse_range (set, &at, stop))
    {
      if (at == stop)
        return g_steal_pointer (&set);
      if (*at != ',')
        break;
      if (imap_uid_set_get_n_ranges (set) >= IMAP_LIMIT_RANGES)
        {
          g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                       _ ("A set of ids has more than %d ranges"), IMAP_LIMIT_RANGES);
          return NULL;
        }
      at++;
    }

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("A set of ids cannot be read at octet %zu: ids are numbers from 1 to 4294967295, "
                  "ranges are written 1:3 or 5:*, commas stand between them"),
               (gsize) (at - text));

  return NULL;
}

static gsize
format_range (char *to, ImapUidRange range, gboolean open)
{
  gboolean to_end = open && range.last == G_MAXUINT32;

  if (range.first == range.last)
    return to_end ? g_snprintf (to, MAX_RANGE_TEXT, "*") :
                    g_snprintf (to, MAX_RANGE_TEXT, "%u", range.first);
  if (to_end)
    return g_snprintf (to, MAX_RANGE_TEXT, "%u:*", range.first);

  return g_snprintf (to, MAX_RANGE_TEXT, "%u:%u", range.first, range.last);
}

char *
imap_uid_set_to_string (ImapUidSet *set)
{
  GString *text = g_string_new (NULL);
  guint n = imap_uid_set_get_n_ranges (set);

  for (guint i = 0; i < n; i++)
    {
      char range[MAX_RANGE_TEXT];

      format_range (range, imap_uid_set_get_range (set, i), imap_uid_set_is_open (set));
      if (i > 0)
        g_string_append_c (text, ',');
      g_string_append (text, range);
    }

  return g_string_free (text, FALSE);
}

typedef struct
{
  GPtrArray *pieces;
  ImapUidSet *piece; /* owned by pieces */
  guint ids;
  gsize bytes;
} Splitter;

static void
put_range (Splitter *splitter, ImapUidRange range, gboolean open, guint max_ids, gsize max_bytes)
{
  char text[MAX_RANGE_TEXT];
  gboolean to_end = open && range.last == G_MAXUINT32;
  gsize bytes = format_range (text, range, open) + 1;
  guint ids = to_end ? max_ids : range.last - range.first + 1;

  if (splitter->piece == NULL || splitter->bytes + bytes > max_bytes + 1 ||
      ids > max_ids - MIN (max_ids, splitter->ids))
    {
      splitter->piece = imap_uid_set_new ();
      splitter->ids = 0;
      splitter->bytes = 0;
      g_ptr_array_add (splitter->pieces, splitter->piece);
    }
  splitter->ids += MIN (ids, max_ids - splitter->ids);
  splitter->bytes += bytes;
  if (to_end)
    imap_uid_set_add_open_range (splitter->piece, range.first);
  else
    imap_uid_set_add_range (splitter->piece, range.first, range.last);
}

GPtrArray *
imap_uid_set_split (ImapUidSet *set, guint max_ids, gsize max_bytes)
{
  Splitter splitter = {
    .pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_uid_set_unref),
  };
  gboolean open = imap_uid_set_is_open (set);
  guint n = imap_uid_set_get_n_ranges (set);
  guint budget = IMAP_LIMIT_EXPANSION;

  g_return_val_if_fail (max_ids > 0, splitter.pieces);

  for (guint i = 0; i < n; i++)
    {
      ImapUidRange range = imap_uid_set_get_range (set, i);
      gboolean to_end = open && range.last == G_MAXUINT32;

      /* A set as a hostile server makes it, 1:4294967295, must not become four million commands:
       * what is past the limit stays whole. */
      while (!to_end && range.last - range.first >= max_ids && budget >= max_ids)
        {
          guint taken = max_ids - (splitter.ids < max_ids ? splitter.ids : 0);
          ImapUidRange part = { range.first, range.first + taken - 1 };

          put_range (&splitter, part, open, max_ids, max_bytes);
          budget -= taken;
          range.first += taken;
        }
      put_range (&splitter, range, open, max_ids, max_bytes);
    }

  return splitter.pieces;
}

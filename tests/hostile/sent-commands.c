/* What a client wrote as the commands that it was: how often each that changes something is whole.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "sent-commands.h"

#include <string.h>

static const char *const changing_verbs[] = { "APPEND",      "COPY",  "CREATE", "DELETE",
                                              "EXPUNGE",     "MOVE",  "RENAME", "SUBSCRIBE",
                                              "UNSUBSCRIBE", "STORE", NULL };

/* The size of the literal that the line announces; -1 when it announces none. */
static gint64
read_literal (const char *line, gsize length)
{
  g_autofree char *text = g_strndup (line, length);
  char *brace = strrchr (text, '{');
  char *end = NULL;
  gint64 size;

  if (brace == NULL || length == 0 || text[length - 1] != '}')
    return -1;
  size = (gint64) g_ascii_strtoull (brace + 1, &end, 10);

  return g_str_equal (end, "}") || g_str_equal (end, "+}") ? size : -1;
}

/* How long the command is that begins here, with its literals; 0 when it is not whole. */
static gsize
measure (const char *data, gsize length)
{
  gsize position = 0;

  for (;;)
    {
      const char *end = memmem (data + position, length - position, "\r\n", 2);
      gint64 literal;

      if (end == NULL)
        return 0;
      literal = read_literal (data + position, (gsize) (end - data) - position);
      position = (gsize) (end - data) + 2;
      if (literal < 0)
        return position;
      if (length - position < (gsize) literal)
        return 0;
      position += (gsize) literal;
    }
}

/* The command behind its tag, when it is one that changes something. */
static char *
dup_change (const char *data, gsize length)
{
  g_autofree char *text = g_strndup (data, length);
  g_auto (GStrv) words = g_strsplit_set (text, " \r", 4);
  gboolean has_uid = words[0] != NULL && words[1] != NULL && g_str_equal (words[1], "UID");
  const char *verb = words[0] != NULL ? words[has_uid ? 2 : 1] : NULL;

  if (verb == NULL || !g_strv_contains (changing_verbs, verb))
    return NULL;

  return g_strdup (text + strlen (words[0]) + 1);
}

void
sent_commands_count_changes (GBytes *written, GHashTable *counts)
{
  gsize length;
  const char *data = g_bytes_get_data (written, &length);
  gsize size;

  while (length > 0 && (size = measure (data, length)) > 0)
    {
      char *change = dup_change (data, size);

      if (change != NULL)
        g_hash_table_insert (
            counts, change,
            GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, change)) + 1));
      data += size;
      length -= size;
    }
}

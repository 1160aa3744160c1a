/* The map of a box: against a model that is too simple to be wrong, and what it costs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/command/imap-mail-map.h"

#include <stdio.h>
#include <string.h>

static const char *const flags[][3] = {
  { NULL },
  { "\\Seen", NULL },
  { "\\Seen", "\\Flagged", NULL },
};

/* The same mails, an entry each, in order. */
static void
assert_same (ImapMailMap *map, GArray *model)
{
  g_assert_cmpuint (imap_mail_map_get_n_mails (map), ==, model->len);
  for (guint i = 0; i < model->len; i++)
    {
      const ImapMailEntry *entry = &g_array_index (model, ImapMailEntry, i);

      g_assert_cmpuint (imap_mail_map_get_uid (map, i + 1), ==, entry->uid);
      g_assert_true (imap_mail_map_contains (map, entry->uid));
      g_assert_false (imap_mail_map_set_flags (map, entry->uid, entry->flags));
    }
  g_assert_cmpuint (imap_mail_map_get_uid (map, 0), ==, 0);
  g_assert_cmpuint (imap_mail_map_get_uid (map, model->len + 1), ==, 0);
  g_assert_cmpuint (imap_mail_map_get_last_uid (map), ==,
                    model->len == 0 ? 0 : g_array_index (model, ImapMailEntry, model->len - 1).uid);
}

static void
append_some (ImapMailMap *map, GArray *model, guint32 *uid)
{
  ImapMailEntry entry = { 0, *uid += (guint32) g_test_rand_int_range (1, 4),
                          (guint32) g_test_rand_int_range (1, 4) };

  g_assert_true (imap_mail_map_append (map, entry.uid, entry.flags));
  g_assert_false (imap_mail_map_append (map, entry.uid, entry.flags));
  g_assert_false (imap_mail_map_append (map, 0, entry.flags));
  g_array_append_val (model, entry);
}

static void
deleted_cb (gpointer data, guint32 uid)
{
  imap_uid_set_add (data, uid);
}

/* VANISHED, with ids that are not there and ranges that have no end. */
static void
remove_range (ImapMailMap *map, GArray *model, guint32 uid)
{
  static const ImapMailMapEvents events = { NULL, deleted_cb, NULL };
  guint32 first = (guint32) g_test_rand_int_range (1, (gint32) uid + 2);
  guint32 last = g_test_rand_int_range (0, 20) == 0 ?
                     G_MAXUINT32 :
                     first + (guint32) g_test_rand_int_range (0, 8);
  g_autoptr (ImapUidSet) uids = imap_uid_set_new_range (first, last);
  g_autoptr (ImapUidSet) told = imap_uid_set_new ();
  guint n = 0;

  imap_mail_map_remove_uids (map, uids, &events, told);
  for (guint i = model->len; i > 0; i--)
    if (imap_uid_set_contains (uids, g_array_index (model, ImapMailEntry, i - 1).uid))
      {
        g_assert_true (
            imap_uid_set_contains (told, g_array_index (model, ImapMailEntry, i - 1).uid));
        g_array_remove_index (model, i - 1);
        n++;
      }
  g_assert_cmpuint (imap_uid_set_get_size (told), ==, n);
}

static void
do_something (ImapMailMap *map, GArray *model, guint32 *uid)
{
  guint number = model->len > 0 ? (guint) g_test_rand_int_range (0, (gint32) model->len) : 0;

  switch (g_test_rand_int_range (0, 8))
    {
    case 0:
      if (model->len == 0)
        {
          g_assert_cmpuint (imap_mail_map_remove_number (map, 1), ==, 0);
          break;
        }
      g_assert_cmpuint (imap_mail_map_remove_number (map, number + 1), ==,
                        g_array_index (model, ImapMailEntry, number).uid);
      g_array_remove_index (model, number);
      break;
    case 1:
      remove_range (map, model, *uid);
      break;
    case 2:
      if (model->len > 0)
        {
          ImapMailEntry *entry = &g_array_index (model, ImapMailEntry, number);
          guint32 flag_set = (guint32) g_test_rand_int_range (1, 4);

          g_assert_cmpint (imap_mail_map_set_flags (map, entry->uid, flag_set), ==,
                           flag_set != entry->flags);
          entry->flags = flag_set;
        }
      break;
    default:
      for (guint i = 0; i < 10; i++)
        append_some (map, model, uid);
      break;
    }
}

static ImapFlagSets *
new_sets (void)
{
  ImapFlagSets *sets = imap_flag_sets_new ();

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    g_assert_cmpuint (imap_flag_sets_find (sets, flags[i]), ==, i + 1);

  return sets;
}

static void
test_model (void)
{
  g_autoptr (ImapFlagSets) sets = new_sets ();

  for (guint round = 0; round < 10; round++)
    {
      g_autoptr (ImapMailMap) map = imap_mail_map_new (sets);
      g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (ImapMailEntry));
      guint32 uid = 0;

      for (guint i = 0; i < 500; i++)
        {
          do_something (map, model, &uid);
          if (i % 50 == 49)
            assert_same (map, model);
        }
    }
}

static void
created_line (gpointer data, guint32 uid)
{
  g_string_append_printf (data, "created %u\n", uid);
}

static void
deleted_line (gpointer data, guint32 uid)
{
  g_string_append_printf (data, "deleted %u\n", uid);
}

static void
flags_line (gpointer data, guint32 uid, const char *const *words)
{
  g_autofree char *joined = g_strjoinv (" ", (char **) words);

  g_string_append_printf (data, "flags %u %s\n", uid, joined);
}

static const ImapMailMapEvents lines = { created_line, deleted_line, flags_line };

static GArray *
parse_entries (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (ImapMailEntry));

  for (guint i = 0; words[i] != NULL; i++)
    {
      ImapMailEntry entry = { 0 };

      if (words[i][0] == '\0')
        continue;
      g_assert_cmpint (sscanf (words[i], "%u/%u/%u", &entry.number, &entry.uid, &entry.flags), ==,
                       3);
      g_array_append_val (entries, entry);
    }

  return entries;
}

/* Number, id and flags of each; what the server says in the order in which it says it. */
static void
test_entries (void)
{
  static const struct
  {
    const char *entries;
    const char *uids; /* NULL: it contradicts itself */
  } cases[] = {
    { "", "" },
    { "1/5/1 2/6/2", "5 6" },
    { "2/6/2 1/5/1 2/6/3", "5 6" },
    { "1/5/1 3/9/1", "5 9" },
    { "1/5/1 1/0/2 2/6/1", "5 6" },
    { "1/0/2 1/5/1 2/0/1", "5" },
    { "1/5/1 1/0/2 1/6/1", NULL },
    { "1/5/1 1/6/1", NULL },
    { "1/5/1 2/5/1", NULL },
    { "1/5/1 2/4/1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ImapFlagSets) sets = new_sets ();
      g_autoptr (GArray) entries = parse_entries (cases[i].entries);
      g_autoptr (ImapMailMap) map = imap_mail_map_new_from_entries (sets, entries);
      g_autoptr (GString) uids = g_string_new ("");

      g_assert_cmpint (map != NULL, ==, cases[i].uids != NULL);
      for (guint j = 1; map != NULL && j <= imap_mail_map_get_n_mails (map); j++)
        g_string_append_printf (uids, j > 1 ? " %u" : "%u", imap_mail_map_get_uid (map, j));
      if (map != NULL)
        g_assert_cmpstr (uids->str, ==, cases[i].uids);
    }
}

/* From a box of before to the same box now, and what is different. */
static void
test_changes (void)
{
  static const struct
  {
    const char *before;
    const char *found; /* NULL: what vanished is told */
    const char *vanished;
    const char *changes;
    const char *lines; /* NULL: not enough is told */
  } cases[] = {
    { "1/5/1 2/6/2", "5:6", NULL, "", "" },
    { "1/5/1 2/6/2", "6,9", NULL, "0/9/1 0/6/3",
      "deleted 5\nflags 6 \\Flagged \\Seen\ncreated 9\n" },
    { "1/5/1 2/6/2", "6,9", NULL, "0/6/3", NULL },
    { "1/5/1 2/6/2", "1:4294967295", NULL, "", NULL },
    { "1/5/1 2/6/2", "6", NULL, "0/6/3 0/6/2 0/7/1", "deleted 5\n" },
    { "", "3", NULL, "0/3/1", "created 3\n" },
    { "1/5/1 2/6/2", NULL, "1:5", "0/6/3 0/9/1",
      "deleted 5\nflags 6 \\Flagged \\Seen\ncreated 9\n" },
    { "1/5/1 2/6/2", NULL, "", "", "" },
    { "1/5/1 2/6/2", NULL, "1:4294967295", "0/9/1", "deleted 5\ndeleted 6\n" },
    { "1/5/1 2/6/2", NULL, "9", "0/9/1 0/10/2", "created 10\n" },
    /* One that was never told of, in between: it is new all the same. */
    { "1/5/1 2/9/2", NULL, "", "0/7/1", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ImapFlagSets) sets = new_sets ();
      g_autoptr (GArray) entries = parse_entries (cases[i].before);
      g_autoptr (GArray) changes = parse_entries (cases[i].changes);
      g_autoptr (ImapMailMap) before = imap_mail_map_new_from_entries (sets, entries);
      g_autoptr (ImapUidSet) found = NULL;
      g_autoptr (ImapUidSet) vanished = imap_uid_set_new ();
      g_autoptr (ImapMailMap) after = NULL;
      g_autoptr (GString) told = g_string_new ("");

      if (cases[i].found != NULL)
        found = imap_uid_set_parse (cases[i].found, -1, NULL);
      if (cases[i].vanished != NULL && cases[i].vanished[0] != '\0')
        {
          imap_uid_set_unref (vanished);
          vanished = imap_uid_set_parse (cases[i].vanished, -1, NULL);
        }
      after = imap_mail_map_new_changed (before, found, vanished, changes);
      g_assert_cmpint (after != NULL, ==, cases[i].lines != NULL);
      if (after == NULL)
        continue;
      imap_mail_map_compare (before, after, &lines, told);
      g_assert_cmpstr (told->str, ==, cases[i].lines);
    }
}

/* In any order and case, without \Recent; and not without end. */
static void
test_flag_sets (void)
{
  g_autoptr (ImapFlagSets) sets = new_sets ();
  const char *const other[] = { "\\FLAGGED", "\\Recent", "\\seen", NULL };
  guint32 n = 0;

  g_assert_cmpuint (imap_flag_sets_find (sets, other), ==, 3);
  g_assert_null (imap_flag_sets_get (sets, IMAP_FLAG_SET_UNKNOWN));
  g_assert_cmpstr (imap_flag_sets_get (sets, 3)[0], ==, "\\Flagged");
  for (guint i = 0; i < 100000; i++)
    {
      char word[16];
      const char *const custom[] = { word, NULL };

      g_snprintf (word, sizeof word, "word%u", i);
      n = MAX (n, imap_flag_sets_find (sets, custom));
    }
  g_assert_cmpuint (n, ==, 65536);
  g_assert_cmpuint (imap_flag_sets_find (sets, other), ==, 3);
}

/* D10: in any order, numbers are found through many blocks, of which some go. */
static void
test_many_blocks (void)
{
  ImapFlagSets *sets = imap_flag_sets_new ();
  g_autoptr (ImapMailMap) map = imap_mail_map_new (sets);
  g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 uid = 0;

  for (guint round = 0; round < 6; round++)
    {
      for (guint i = 0; i < 3000; i++)
        {
          uid += 1 + i % 3;
          g_assert_true (imap_mail_map_append (map, uid, 1));
          g_array_append_val (model, uid);
        }
      for (guint i = 0; i < 2500; i++)
        {
          /* First ones, last ones, those of the middle, any. */
          guint places[] = { 0, model->len - 1, model->len / 2, (i * 7919) % model->len };
          guint at = places[(round + i / 600) % 4];

          g_assert_cmpuint (imap_mail_map_remove_number (map, at + 1), ==,
                            g_array_index (model, guint32, at));
          g_array_remove_index (model, at);
        }
      g_assert_cmpuint (imap_mail_map_get_n_mails (map), ==, model->len);
      for (guint at = 0; at < model->len; at++)
        g_assert_cmpuint (imap_mail_map_get_uid (map, at + 1), ==,
                          g_array_index (model, guint32, at));
      g_assert_cmpuint (imap_mail_map_get_uid (map, model->len + 1), ==, 0);
    }
  imap_flag_sets_unref (sets);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail-map/D10-model", test_model);
  g_test_add_func ("/mail-map/D10-many-blocks", test_many_blocks);
  g_test_add_func ("/mail-map/entries", test_entries);
  g_test_add_func ("/mail-map/changes", test_changes);
  g_test_add_func ("/mail-map/flag-sets", test_flag_sets);

  return g_test_run ();
}

/* Sets against a plain table of flags, and the grammar's edges.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-uid-set.h"

#include <string.h>

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    const char *normal; /* NULL: refused */
    guint size;
  } rows[] = {
    { "1", "1", 1 },
    { "1:3,7", "1:3,7", 4 },
    { "7,1:3", "1:3,7", 4 },
    { "3:1", "1:3", 3 },
    { "1,2,3,5,4", "1:5", 5 },
    { "1:5,3:8,2", "1:8", 8 },
    { "1:*", "1:*", 0 },
    { "*", "*", 0 },
    { "*:4,9", "4:*", 0 },
    { "5,9:*", "5,9:*", 0 },
    { "1:4294967295", "1:4294967295", G_MAXUINT32 },
    { "4294967295", "4294967295", 1 },
    { "", NULL, 0 },
    { "0", NULL, 0 },
    { "1:0", NULL, 0 },
    { "4294967296", NULL, 0 },
    { "99999999999999999999999", NULL, 0 },
    { "1,", NULL, 0 },
    { ",1", NULL, 0 },
    { "1:", NULL, 0 },
    { "1:2:3", NULL, 0 },
    { "1 ,2", NULL, 0 },
    { "-1", NULL, 0 },
    { "1,a", NULL, 0 },
    { "$", NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ImapUidSet) set = imap_uid_set_parse (rows[i].text, -1, &error);
      g_autofree char *text = NULL;

      if (rows[i].normal == NULL)
        {
          g_assert_null (set);
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      text = imap_uid_set_to_string (set);
      g_assert_cmpstr (text, ==, rows[i].normal);
      g_assert_cmpuint (imap_uid_set_get_size (set), ==, rows[i].size);
    }
}

#define MODEL 6000

static void
check_model (ImapUidSet *set, const gboolean *model)
{
  guint n = 0, n_ranges = 0;

  for (guint id = 1; id < MODEL; id++)
    {
      g_assert_cmpint (imap_uid_set_contains (set, id), ==, model[id]);
      if (!model[id])
        continue;
      n_ranges += !model[id - 1];
      g_assert_cmpuint (imap_uid_set_get_id (set, n++), ==, id);
    }
  g_assert_cmpuint (imap_uid_set_get_size (set), ==, n);
  g_assert_cmpuint (imap_uid_set_get_n_ranges (set), ==, n_ranges);
  g_assert_cmpuint (imap_uid_set_get_id (set, n), ==, 0);
  for (guint i = 0; i < n_ranges; i++)
    {
      ImapUidRange range = imap_uid_set_get_range (set, i);

      g_assert_false (model[range.first - 1]);
      g_assert_true (model[range.first] && model[range.last]);
      g_assert_false (model[range.last + 1]);
    }
}

static ImapUidSet *
make_random (gboolean *model, guint n, guint widest)
{
  ImapUidSet *set = imap_uid_set_new ();

  for (guint i = 0; i < n; i++)
    {
      guint first = g_test_rand_int_range (1, MODEL - 100);
      guint last = first + g_test_rand_int_range (0, widest);

      imap_uid_set_add_range (set, first, last);
      for (guint id = first; id <= last; id++)
        model[id] = TRUE;
    }

  return set;
}

static void
test_random (void)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autofree gboolean *first = g_new0 (gboolean, MODEL + 1);
      g_autofree gboolean *second = g_new0 (gboolean, MODEL + 1);
      g_autofree gboolean *united = g_new0 (gboolean, MODEL + 1);
      g_autofree gboolean *left = g_new0 (gboolean, MODEL + 1);
      g_autoptr (ImapUidSet) a = make_random (first, 100 * round, 1 + round % 3);
      g_autoptr (ImapUidSet) b = make_random (second, 50 * round, 1 + round * 4);
      g_autoptr (ImapUidSet) both = imap_uid_set_unite (a, b);
      g_autoptr (ImapUidSet) rest = imap_uid_set_subtract (a, b);
      g_autofree char *text = NULL;

      for (guint id = 0; id < MODEL; id++)
        {
          united[id] = first[id] || second[id];
          left[id] = first[id] && !second[id];
        }
      check_model (a, first);
      check_model (b, second);
      check_model (both, united);
      check_model (rest, left);

      text = imap_uid_set_to_string (a);
      if (!imap_uid_set_is_empty (a))
        {
          g_autoptr (ImapUidSet) again = imap_uid_set_parse (text, -1, NULL);

          g_assert_true (imap_uid_set_equal (a, again));
          g_assert_cmpint (imap_uid_set_equal (a, both), ==,
                           imap_uid_set_get_size (a) == imap_uid_set_get_size (both));
        }
    }
}

/* Of the odd ids: each is found by its place. */
static void
check_counts (ImapUidSet *odd, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (imap_uid_set_get_id (odd, i), ==, 2 * i + 1);
      g_assert_cmpuint (imap_uid_set_get_range (odd, i).first, ==, 2 * i + 1);
    }
}

/* Each order of the same ids gives the same set. */
static void
test_orders (void)
{
  g_autoptr (ImapUidSet) up = imap_uid_set_new ();
  g_autoptr (ImapUidSet) down = imap_uid_set_new ();
  g_autoptr (ImapUidSet) mixed = imap_uid_set_new ();
  guint n = 50000;

  for (guint i = 0; i < n; i++)
    {
      imap_uid_set_add (up, 2 * i + 1);
      imap_uid_set_add (down, 2 * (n - 1 - i) + 1);
      imap_uid_set_add (mixed, 2 * (i * 7919 % n) + 1);
    }
  g_assert_cmpuint (imap_uid_set_get_size (up), ==, n);
  g_assert_cmpuint (imap_uid_set_get_n_ranges (up), ==, n);
  g_assert_true (imap_uid_set_equal (up, down));
  g_assert_true (imap_uid_set_equal (up, mixed));
  check_counts (down, n);

  /* What lies in many chunks becomes one range of the first. */
  imap_uid_set_add_range (down, 2001, 90000);
  g_assert_cmpuint (imap_uid_set_get_n_ranges (down), ==, n - 44000);
  g_assert_cmpuint (imap_uid_set_get_size (down), ==, n + 44000);
  g_assert_cmpuint (imap_uid_set_get_range (down, 1000).last, ==, 90001);
  g_assert_cmpuint (imap_uid_set_get_id (down, 999), ==, 1999);
  g_assert_cmpuint (imap_uid_set_get_id (down, 1000 + 88000), ==, 90001);
  g_assert_cmpuint (imap_uid_set_get_id (down, 1000 + 88001), ==, 90003);
  g_assert_cmpuint (imap_uid_set_get_id (down, n + 44000), ==, 0);
  g_assert_cmpuint (imap_uid_set_get_id (mixed, n - 1), ==, 2 * n - 1);

  imap_uid_set_add_range (mixed, 1, 2 * n);
  g_assert_cmpuint (imap_uid_set_get_n_ranges (mixed), ==, 1);
}

static void
test_open (void)
{
  g_autoptr (ImapUidSet) all = imap_uid_set_new_all ();
  g_autoptr (ImapUidSet) some = imap_uid_set_new_range (5, 9);
  g_autoptr (ImapUidSet) left = imap_uid_set_subtract (all, some);
  g_autoptr (ImapUidSet) none = imap_uid_set_subtract (some, all);
  g_autoptr (ImapUidSet) both = imap_uid_set_unite (some, all);
  g_autofree char *text = imap_uid_set_to_string (left);

  g_assert_cmpstr (text, ==, "1:4,10:*");
  g_assert_true (imap_uid_set_is_open (left));
  g_assert_true (imap_uid_set_is_empty (none));
  g_assert_false (imap_uid_set_is_open (none));
  g_assert_true (imap_uid_set_equal (both, all));
  g_assert_cmpuint (imap_uid_set_get_size (all), ==, 0);
}

static void
test_split (void)
{
  static const struct
  {
    const char *set;
    guint max_ids;
    gsize max_bytes;
    const char *pieces;
  } rows[] = {
    { "1:10", 4, 100, "1:4 5:8 9:10" },
    { "1:3,5:9", 4, 100, "1:3,5 6:9" },
    { "1,3,5,7", 100, 3, "1,3 5,7" },
    { "100,200,300", 100, 7, "100,200 300" },
    { "1:5,9:*", 3, 100, "1:3 4:5 9:*" },
    { "1:*", 3, 100, "1:*" },
    { "1,5", 1, 1, "1 5" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapUidSet) set = imap_uid_set_parse (rows[i].set, -1, NULL);
      g_autoptr (GPtrArray) pieces = imap_uid_set_split (set, rows[i].max_ids, rows[i].max_bytes);
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint p = 0; p < pieces->len; p++)
        {
          g_autofree char *piece = imap_uid_set_to_string (g_ptr_array_index (pieces, p));

          g_string_append_printf (text, "%s%s", p > 0 ? " " : "", piece);
        }
      g_assert_cmpstr (text->str, ==, rows[i].pieces);
    }
}

static void
test_taken (void)
{
  g_autoptr (ImapUidSet) set = imap_uid_set_new ();
  g_autoptr (ImapUidSet) first = imap_uid_set_parse ("1:3,7", -1, NULL);
  g_autoptr (ImapUidSet) second = imap_uid_set_parse ("4,9:*", -1, NULL);
  g_autofree char *text = NULL;

  imap_uid_set_add_taken (set, first);
  imap_uid_set_add_taken (set, second);
  imap_uid_set_add (set, 6);
  text = imap_uid_set_to_string (set);
  g_assert_cmpstr (text, ==, "1:4,6:7,9:4294967295");
  g_assert_true (imap_uid_set_is_empty (first));
}

/* A set that a server made up does not become millions of commands. */
static void
test_p11_split_bounded (void)
{
  g_autoptr (ImapUidSet) set = imap_uid_set_new_range (1, G_MAXUINT32);
  g_autoptr (GPtrArray) pieces = imap_uid_set_split (set, 1000, 8000);
  g_autoptr (ImapUidSet) united = imap_uid_set_new ();

  g_assert_cmpuint (pieces->len, <=, IMAP_LIMIT_EXPANSION / 1000 + 1);
  for (guint i = 0; i < pieces->len; i++)
    {
      ImapUidRange range = imap_uid_set_get_range (g_ptr_array_index (pieces, i), 0);

      imap_uid_set_add_range (united, range.first, range.last);
    }
  g_assert_true (imap_uid_set_equal (united, set));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uid-set/parse", test_parse);
  g_test_add_func ("/uid-set/random", test_random);
  g_test_add_func ("/uid-set/orders", test_orders);
  g_test_add_func ("/uid-set/open", test_open);
  g_test_add_func ("/uid-set/split", test_split);
  g_test_add_func ("/uid-set/taken", test_taken);
  g_test_add_func ("/uid-set/P11-split-bounded", test_p11_split_bounded);

  return g_test_run ();
}

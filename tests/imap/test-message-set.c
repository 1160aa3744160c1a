/* Message sets: made from ids and texts, asked, put together.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "gimap4d/imap/imap-message-set-private.h"

#include <string.h>

static void
assert_set (GImapMessageSet *ids, const char *text, guint size)
{
  g_autofree char *actual = NULL;

  g_assert_nonnull (ids);
  actual = g_imap_message_set_to_string (ids);
  g_assert_cmpstr (actual, ==, text);
  g_assert_cmpuint (g_imap_message_set_get_size (ids), ==, size);
}

static void
test_new (void)
{
  static const char *const unsorted[] = { "7", "3", "4294967295", "5", "4", "3", "1", NULL };
  static const char *const nothing[] = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new (unsorted, &error);
  g_autoptr (GImapMessageSet) empty = g_imap_message_set_new (nothing, &error);
  g_autoptr (GImapMessageSet) null = g_imap_message_set_new (NULL, &error);

  g_assert_no_error (error);
  assert_set (ids, "1,3:5,7,4294967295", 6);
  g_assert_false (g_imap_message_set_is_open (ids));
  assert_set (empty, "", 0);
  assert_set (null, "", 0);
  g_assert_false (g_imap_message_set_is_open (null));
  g_assert_false (imap_message_set_is_all (null));
}

static void
test_bad_ids (void)
{
  static const char *const bad[] = {
    "",
    "0",
    "00",
    "01",
    "-1",
    "+1",
    " 1",
    "1 ",
    "1,2",
    "1:2",
    "*",
    "4294967296",
    "18446744073709551617",
    "42949672950",
    "abc",
    "1\n",
    "\377",
    "１",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *ids[] = { "1", bad[i], NULL };
      g_autoptr (GImapMessageSet) one = g_imap_message_set_new_single ("1", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) single_error = NULL;

      g_assert_null (g_imap_message_set_new (ids, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (g_imap_message_set_new_single (bad[i], &single_error));
      g_assert_error (single_error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      g_assert_false (g_imap_message_set_contains (one, bad[i]));
    }
}

static void
test_range (void)
{
  static const struct
  {
    guint first, last, size;
    const char *text; /* NULL = refused */
  } cases[] = {
    { 1, 1, 1, "1" },   { 3, 7, 5, "3:7" },
    { 7, 3, 5, "3:7" }, { 1, G_MAXUINT32, G_MAXUINT32, "1:4294967295" },
    { 0, 3, 0, NULL },  { 3, 0, 0, NULL },
    { 0, 0, 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapMessageSet)
          ids = g_imap_message_set_new_range (cases[i].first, cases[i].last, &error);

      if (cases[i].text == NULL)
        {
          g_assert_null (ids);
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      assert_set (ids, cases[i].text, cases[i].size);
      g_assert_false (g_imap_message_set_is_open (ids));
    }
}

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    const char *normal; /* NULL = refused */
    guint size;
    gboolean is_open;
  } cases[] = {
    { "1", "1", 1, FALSE },
    { "9,1:3,2:5", "1:5,9", 6, FALSE },
    { "5:1", "1:5", 5, FALSE },
    { "1:*", "1:*", 0, TRUE },
    { "*", "*", 0, TRUE },
    { "7,100:*", "7,100:*", 0, TRUE },
    { "", NULL, 0, FALSE },
    { ",", NULL, 0, FALSE },
    { "1,", NULL, 0, FALSE },
    { "0", NULL, 0, FALSE },
    { "1:0", NULL, 0, FALSE },
    { "1 2", NULL, 0, FALSE },
    { "1\r\nA2 LOGOUT", NULL, 0, FALSE },
    { "4294967296", NULL, 0, FALSE },
    { "all", NULL, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse (cases[i].text, &error);

      if (cases[i].normal == NULL)
        {
          g_assert_null (ids);
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      assert_set (ids, cases[i].normal, cases[i].size);
      g_assert_cmpint (g_imap_message_set_is_open (ids), ==, cases[i].is_open);
      g_assert_false (imap_message_set_is_all (ids));
    }
}

static void
test_items (void)
{
  static const char *const expected[] = { "2", "3", "4", "9", NULL };
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("9,2:4", NULL);
  g_autoptr (GImapMessageSet) open = g_imap_message_set_parse ("5:*", NULL);
  g_autoptr (GImapMessageSet) huge = g_imap_message_set_new_range (1, (1u << 24) + 1, NULL);
  g_auto (GStrv) strv = g_imap_message_set_to_strv (ids);
  g_autofree char *past = g_imap_message_set_get_id (ids, 4);

  g_assert_cmpstrv (strv, expected);
  for (guint i = 0; expected[i] != NULL; i++)
    {
      g_autofree char *id = g_imap_message_set_get_id (ids, i);

      g_assert_cmpstr (id, ==, expected[i]);
      g_assert_cmpuint (g_imap_message_set_get_uid (ids, i), ==, atoi (expected[i]));
      g_assert_true (g_imap_message_set_contains (ids, expected[i]));
    }
  g_assert_null (past);
  g_assert_cmpuint (g_imap_message_set_get_uid (ids, 4), ==, 0);
  g_assert_cmpuint (g_imap_message_set_get_uid (ids, G_MAXUINT), ==, 0);
  g_assert_false (g_imap_message_set_contains (ids, "1"));
  g_assert_false (g_imap_message_set_contains (ids, "5"));

  g_assert_cmpuint (g_imap_message_set_get_uid (open, 0), ==, 0);
  g_assert_null (g_imap_message_set_get_id (open, 0));
  g_assert_null (g_imap_message_set_to_strv (open));
  g_assert_true (g_imap_message_set_contains (open, "4294967295"));
  g_assert_false (g_imap_message_set_contains (open, "4"));
  g_assert_null (g_imap_message_set_to_strv (huge));
}

/* The last id there is must not end the loop that makes the list. */
static void
test_last_id (void)
{
  g_autoptr (GImapMessageSet)
      ids = g_imap_message_set_new_range (G_MAXUINT32 - 1, G_MAXUINT32, NULL);
  g_auto (GStrv) strv = g_imap_message_set_to_strv (ids);

  g_assert_cmpuint (g_strv_length (strv), ==, 2);
  g_assert_cmpstr (strv[1], ==, "4294967295");
}

static void
test_empty (void)
{
  g_autoptr (GImapMessageSet) empty = g_imap_message_set_new (NULL, NULL);
  g_auto (GStrv) strv = g_imap_message_set_to_strv (empty);

  g_assert_cmpuint (g_strv_length (strv), ==, 0);
  g_assert_null (g_imap_message_set_get_id (empty, 0));
  g_assert_false (g_imap_message_set_contains (empty, "1"));
}

static void
test_all (void)
{
  g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();
  g_autoptr (GImapMessageSet) some = g_imap_message_set_parse ("3:5", NULL);
  g_autoptr (GImapMessageSet) united = g_imap_message_set_unite (some, all, NULL);
  g_autoptr (GImapMessageSet) rest = g_imap_message_set_subtract (all, some, NULL);

  assert_set (all, "1:*", 0);
  g_assert_true (g_imap_message_set_is_open (all));
  g_assert_true (imap_message_set_is_all (all));
  assert_set (united, "1:*", 0);
  g_assert_true (imap_message_set_is_all (united));
  assert_set (rest, "1:2,6:*", 0);
  g_assert_true (g_imap_message_set_is_open (rest));
  g_assert_false (imap_message_set_is_all (rest));
}

static GImapMessageSet *
make (const char *text, const char *box, guint32 uid_validity)
{
  g_autoptr (ImapUidSet) uids = imap_uid_set_parse (text, -1, NULL);
  GImapMessageSet *ids = imap_message_set_new_for_box (uids, box, uid_validity);

  g_assert_cmpstr (imap_message_set_get_box (ids), ==, box);
  g_assert_cmpuint (imap_message_set_get_uid_validity (ids), ==, uid_validity);
  g_assert_true (imap_message_set_get_uids (ids) == uids);

  return ids;
}

static void
test_boxes (void)
{
  static const struct
  {
    const char *box, *other_box; /* nullable */
    guint32 uid_validity, other_uid_validity;
    int code; /* -1 = they go together */
    const char *result_box;
    guint32 result_uid_validity;
  } cases[] = {
    { NULL, NULL, 0, 0, -1, NULL, 0 },
    { "INBOX", NULL, 7, 0, -1, "INBOX", 7 },
    { NULL, "INBOX", 0, 7, -1, "INBOX", 7 },
    { "INBOX", "INBOX", 7, 7, -1, "INBOX", 7 },
    { "INBOX", "INBOX", 0, 7, -1, "INBOX", 7 },
    { "INBOX", "Sent", 7, 7, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "INBOX", "INBOX", 7, 8, G_IMAP_ERROR_UIDVALIDITY_CHANGED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GImapMessageSet) a = make ("1:5", cases[i].box, cases[i].uid_validity);
      g_autoptr (GImapMessageSet) b = make ("4:8", cases[i].other_box, cases[i].other_uid_validity);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) subtract_error = NULL;
      g_autoptr (GImapMessageSet) united = g_imap_message_set_unite (a, b, &error);
      g_autoptr (GImapMessageSet) rest = g_imap_message_set_subtract (a, b, &subtract_error);

      if (cases[i].code >= 0)
        {
          g_assert_null (united);
          g_assert_null (rest);
          g_assert_error (error, G_IMAP_ERROR, cases[i].code);
          g_assert_error (subtract_error, G_IMAP_ERROR, cases[i].code);
          continue;
        }
      g_assert_no_error (error);
      g_assert_no_error (subtract_error);
      assert_set (united, "1:8", 8);
      assert_set (rest, "1:3", 3);
      g_assert_cmpstr (imap_message_set_get_box (united), ==, cases[i].result_box);
      g_assert_cmpstr (imap_message_set_get_box (rest), ==, cases[i].result_box);
      g_assert_cmpuint (imap_message_set_get_uid_validity (united), ==,
                        cases[i].result_uid_validity);
      g_assert_cmpuint (imap_message_set_get_uid_validity (rest), ==, cases[i].result_uid_validity);
      /* What went in has not changed. */
      assert_set (a, "1:5", 5);
      assert_set (b, "4:8", 5);
    }
}

static void
test_equal (void)
{
  static const char *const ids[] = { "3", "2", "1", NULL };
  g_autoptr (GImapMessageSet) a = g_imap_message_set_parse ("1:3", NULL);
  g_autoptr (GImapMessageSet) b = g_imap_message_set_new (ids, NULL);
  g_autoptr (GImapMessageSet) boxed = make ("1:3", "INBOX", 7);
  g_autoptr (GImapMessageSet) other = g_imap_message_set_parse ("1:4", NULL);
  g_autoptr (GImapMessageSet) open = g_imap_message_set_parse ("1:*", NULL);
  g_autoptr (GImapMessageSet) closed = g_imap_message_set_new_range (1, G_MAXUINT32, NULL);

  g_assert_true (g_imap_message_set_equal (a, b));
  g_assert_true (g_imap_message_set_equal (a, boxed));
  g_assert_cmpuint (g_imap_message_set_hash (a), ==, g_imap_message_set_hash (b));
  g_assert_cmpuint (g_imap_message_set_hash (a), ==, g_imap_message_set_hash (boxed));
  g_assert_false (g_imap_message_set_equal (a, other));
  g_assert_cmpuint (g_imap_message_set_hash (a), !=, g_imap_message_set_hash (other));
  g_assert_false (g_imap_message_set_equal (open, closed));
}

static gpointer
ref_and_unref (gpointer data)
{
  for (guint i = 0; i < 10000; i++)
    g_imap_message_set_unref (g_imap_message_set_ref (data));

  return NULL;
}

static void
test_references (void)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("1:3", NULL);
  GThread *thread = g_thread_new ("references", ref_and_unref, ids);
  GValue value = G_VALUE_INIT;

  ref_and_unref (ids);
  g_thread_join (thread);

  g_value_init (&value, G_TYPE_IMAP_MESSAGE_SET);
  g_value_set_boxed (&value, ids);
  g_assert_true (g_value_get_boxed (&value) == ids);
  g_value_unset (&value);
  assert_set (ids, "1:3", 3);
}

/* Many ids in no order take no time that grows with their square. */
static void
test_many (void)
{
  enum
  {
    N = 20000
  };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;
  g_autoptr (GImapMessageSet) made = NULL;

  for (guint i = 0; i < N; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", 2 * ((i * 7919u) % N) + 1);

      g_strv_builder_add (builder, id);
    }
  ids = g_strv_builder_end (builder);
  made = g_imap_message_set_new ((const char *const *) ids, NULL);

  g_assert_cmpuint (g_imap_message_set_get_size (made), ==, N);
  for (guint i = 0; i < N; i++)
    g_assert_cmpuint (g_imap_message_set_get_uid (made, i), ==, 2 * i + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-set/new", test_new);
  g_test_add_func ("/message-set/bad-ids", test_bad_ids);
  g_test_add_func ("/message-set/range", test_range);
  g_test_add_func ("/message-set/parse", test_parse);
  g_test_add_func ("/message-set/items", test_items);
  g_test_add_func ("/message-set/last-id", test_last_id);
  g_test_add_func ("/message-set/empty", test_empty);
  g_test_add_func ("/message-set/all", test_all);
  g_test_add_func ("/message-set/boxes", test_boxes);
  g_test_add_func ("/message-set/equal", test_equal);
  g_test_add_func ("/message-set/references", test_references);
  g_test_add_func ("/message-set/many", test_many);

  return g_test_run ();
}

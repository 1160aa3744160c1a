/* Order and threads on a real server: the same whether the server does it or we.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <string.h>

/* Mails of a box. Fields that are NULL are left out; a date is hours after the first of March. */
static const struct
{
  const char *id;
  const char *references; /* with the field's name */
  const char *subject;
  const char *from;
  const char *to;
  const char *cc;
  int sent; /* -1: no Date */
  int received;
  guint filling;
} mails[] = {
  { "1@x", NULL, "Plans", "Zoë <zoe@a.example>", "bob@b.example", NULL, 10, 20, 5 },
  { "2@x", "References: <1@x>", "Re: Plans", "ann@a.example", "zoe@a.example", "c@c.example", 12,
    19, 50 },
  { "3@x", "In-Reply-To: <2@x> (of today)", "re: [list] Re: plans (fwd)", "Bob <bob@b.example>",
    "ann@a.example, zoe@a.example", NULL, 11, 18, 500 },
  { "4@x", "References: <1@x> <2@x>", "Another subject", "bob@b.example", "ann@a.example", NULL, 13,
    17, 5 },
  { "5@x", "References: <missing@x>", "Budget", "ann@a.example", NULL, NULL, 9, 16, 50 },
  { "6@x", "References: <missing@x>", "Re: Budget", "bob@b.example", NULL, NULL, 8, 15, 7 },
  { "7@x", "References: <missing@x> <6@x> <gone@x>", "AW: Budget", "ann@a.example", NULL, NULL, 30,
    14, 8 },
  { "8@x", NULL, "Été", "\"=?utf-8?q?=C3=89mile?=\" <emile@e.example>", "zoe@a.example", NULL, 5,
    13, 9 },
  { "9@x", NULL, "ete", "anna@a.example", NULL, NULL, 6, 12, 10 },
  { NULL, NULL, "Re: PLANS", "carl@c.example", "x@x.example", NULL, 40, 11, 11 },
  { "1@x", NULL, "A second one with this id", "dora@d.example", NULL, NULL, 3, 10, 12 },
  { "12@x", "References: <13@x>", "Ring", "ann@a.example", NULL, NULL, 50, 9, 13 },
  { "13@x", "References: <12@x>", "Re: Ring", "bob@b.example", NULL, NULL, 51, 8, 14 },
  { "14@x", NULL, NULL, NULL, NULL, NULL, -1, 7, 15 },
  { "15@x", NULL, "", "ann@a.example", NULL, NULL, 61, 6, 16 },
  { "16@x", NULL, "Fwd: Lonely", "Ann <ann@a.example>", NULL, NULL, 62, 5, 17 },
  { "17@x", NULL, "Lonely", "\"Bob the second\" <bob@b.example>", NULL, NULL, 63, 4, 18 },
  { "18@x", NULL, "[fwd: Lonely]", "zoe@a.example", NULL, NULL, 64, 3, 19 },
  { "19@x", NULL, "Twice", "zoe@a.example", NULL, NULL, 70, 2, 20 },
  { "20@x", NULL, "Twice", "zoe@a.example", NULL, NULL, 70, 2, 20 },
  { "21@x", "References: <none1@x>", "Fruit", "zoe@a.example", NULL, NULL, 80, 2, 20 },
  { "22@x", "References: <none1@x>", "Apple", "zoe@a.example", NULL, NULL, 81, 2, 20 },
  { "23@x", "References: <none2@x>", "Re: Fruit", "zoe@a.example", NULL, NULL, 82, 2, 20 },
  { "24@x", "References: <none2@x>", "Pear", "zoe@a.example", NULL, NULL, 83, 2, 20 },
  { "25@x", "References: <none3@x> <none4@x>", "Deep", "zoe@a.example", NULL, NULL, 84, 2, 20 },
  { "26@x", "References: <none3@x> <none5@x>", "Deeper", "zoe@a.example", NULL, NULL, 85, 2, 20 },
  { "27@x", "References: <25@x> <26@x> <24@x>", "Re: Deep", "zoe@a.example", NULL, NULL, 86, 2,
    20 },
};

static GDateTime *
make_date (int hours)
{
  g_autoptr (GDateTime) first = g_date_time_new_utc (2024, 3, 1, 0, 0, 0);

  return g_date_time_add_hours (first, hours);
}

static void
add_field (GString *to, const char *name, const char *value)
{
  if (value != NULL)
    g_string_append_printf (to, "%s: %s\r\n", name, value);
}

static GBytes *
make_mail (guint index)
{
  GString *text = g_string_new (NULL);
  g_autofree char *id = mails[index].id != NULL ? g_strdup_printf ("<%s>", mails[index].id) : NULL;

  add_field (text, "From", mails[index].from);
  add_field (text, "To", mails[index].to);
  add_field (text, "Cc", mails[index].cc);
  add_field (text, "Subject",
             g_strcmp0 (mails[index].subject, "Été") == 0 ? "=?utf-8?q?=C3=89t=C3=A9?=" :
                                                            mails[index].subject);
  add_field (text, "Message-ID", id);
  if (mails[index].references != NULL)
    g_string_append_printf (text, "%s\r\n", mails[index].references);
  if (mails[index].sent >= 0)
    {
      g_autoptr (GDateTime) date = make_date (mails[index].sent);
      g_autofree char *stamp = g_date_time_format (date, "%a, %d %b %Y %H:%M:%S %z");

      add_field (text, "Date", stamp);
    }
  g_string_append (text, "\r\n");
  for (guint i = 0; i < mails[index].filling; i++)
    g_string_append (text, "x\r\n");

  return g_string_free_to_bytes (text);
}

/* The box with the mails above, ids from 1. Made once. */
static GImapTransporter *
new_with_mails (void)
{
  static gboolean is_made = FALSE;
  GImapTransporter *transporter = live_test_new_user ("IMAPS_PORT");
  g_autoptr (GError) error = NULL;

  if (!is_made)
    {
      g_imap_transporter_create_box (transporter, "Order", NULL, &error);
      for (guint i = 0; i < G_N_ELEMENTS (mails); i++)
        {
          g_autoptr (GBytes) mime = make_mail (i);
          g_autoptr (GDateTime) date = make_date (mails[i].received);
          g_autoptr (GImapMessageSet) ids = g_imap_transporter_append_mime (
              transporter, mime, "Order", NULL, date, NULL, &error);

          g_assert_no_error (error);
          g_assert_nonnull (ids);
        }
    }
  is_made = TRUE;
  live_test_select (transporter, "Order", G_IMAP_BOX_STATE_READ_ONLY);

  return transporter;
}

static gboolean
server_has (GImapTransporter *transporter, const char *capability)
{
  g_auto (GStrv) known = g_imap_transporter_dup_known_capabilities (transporter);

  return g_strv_contains ((const char *const *) known, capability);
}

/* What Dovecot says; a server without the capability must not make a difference. */
static const struct
{
  const char *order;
  const char *ids;
} orders[] = {
  { "ARRIVAL", "19 20 21 22 23 24 25 26 27 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1" },
  { "REVERSE ARRIVAL", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27" },
  { "DATE", "11 8 9 14 6 5 1 3 2 4 7 10 12 13 15 16 17 18 19 20 21 22 23 24 25 26 27" },
  { "REVERSE DATE", "27 26 25 24 23 22 21 19 20 18 17 16 15 13 12 10 7 4 2 3 1 5 6 14 9 8 11" },
  { "SIZE", "14 9 10 1 15 6 11 12 19 20 16 13 18 4 7 17 24 21 22 23 25 8 26 27 5 2 3" },
  { "SUBJECT", "14 15 11 4 22 7 5 6 25 27 26 9 8 21 23 16 17 18 24 1 2 3 10 12 13 19 20" },
  { "REVERSE SUBJECT", "19 20 12 13 1 2 3 10 24 16 17 18 21 23 8 9 26 25 27 5 6 7 22 4 11 14 15" },
  { "FROM", "14 2 5 7 12 15 16 9 3 4 6 13 17 10 11 8 1 18 19 20 21 22 23 24 25 26 27" },
  { "TO", "5 6 7 9 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 3 4 1 10 2 8" },
  { "CC", "1 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 2" },
  { "DISPLAYFROM", "14 16 2 5 7 12 15 9 3 17 4 6 13 10 11 8 18 19 20 21 22 23 24 25 26 27 1" },
  { "DISPLAYTO", "5 6 7 9 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 3 4 1 10 2 8" },
  { "SUBJECT REVERSE DATE",
    "15 14 11 4 22 7 5 6 27 25 26 9 8 23 21 18 17 16 24 10 2 3 1 13 12 19 20" },
  { "REVERSE FROM SIZE",
    "1 19 20 18 24 21 22 23 25 26 27 8 11 10 6 13 4 17 3 9 15 12 16 7 5 2 14" },
  { "cc to from", "14 5 7 12 15 16 9 6 13 17 11 18 19 20 21 22 23 24 25 26 27 3 4 1 10 8 2" },
};

static void
test_sort (void)
{
  g_autoptr (GImapTransporter) transporter = new_with_mails ();

  g_test_message ("sorted by %s", server_has (transporter, "SORT") ? "the server" : "us");
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv)
          ids = g_imap_transporter_sort (transporter, orders[i].order, NULL, NULL, &error);
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      joined = g_strjoinv (" ", ids);
      if (!g_str_equal (joined, orders[i].ids))
        g_error ("%s: %s", orders[i].order, joined);
    }
}

static void
describe (GString *to, GListModel *threads)
{
  for (guint i = 0; threads != NULL && i < g_list_model_get_n_items (threads); i++)
    {
      g_autoptr (GImapThread) thread = g_list_model_get_item (threads, i);
      g_autoptr (GImapThread) again = g_list_model_get_item (threads, i);
      const char *id = g_imap_thread_get_id (thread);

      g_assert_true (thread == again);
      g_string_append_printf (to, "(%s", id != NULL ? id : "-");
      describe (to, g_imap_thread_get_children (thread));
      g_string_append_c (to, ')');
    }
}

#define REFERENCES                                                                                 \
  "(11)(8)(9)(14)(-(6(7))(5))(1(2(3)(4))(10))(13(12))(15)(17(16)(18))(-(19)(20))(-(21)(22)(23)("   \
  "24(27)))(-(25)(26))"
#define SUBJECTS                                                                                   \
  "(11)(8)(9)(14(15))(6(5))(1(3)(2)(10))(4)(7)(12(13))(16(17)(18))(19(20))(21(23))(22)(24)(25(27)" \
  ")(26)"

static void
test_thread (void)
{
  static const struct
  {
    GImapThreading threading;
    const char *capability;
    const char *expected;
  } rows[] = {
    { G_IMAP_THREADING_REFERENCES, "THREAD=REFERENCES", REFERENCES },
    { G_IMAP_THREADING_ORDERED_SUBJECT, "THREAD=ORDEREDSUBJECT", SUBJECTS },
  };
  g_autoptr (GImapTransporter) transporter = new_with_mails ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel)
          threads = g_imap_transporter_thread (transporter, rows[i].threading, NULL, NULL, &error);
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_no_error (error);
      g_test_message ("threaded by %s",
                      server_has (transporter, rows[i].capability) ? "the server" : "us");
      describe (text, threads);
      if (!g_str_equal (text->str, rows[i].expected))
        g_error ("%u: %s", i, text->str);
    }
}

static void
test_some (void)
{
  g_autoptr (GImapTransporter) transporter = new_with_mails ();
  g_autoptr (GImapSearch) plans = g_imap_search_new_subject ("plans");
  g_autoptr (GDateTime) moment = make_date (12);
  g_autoptr (GImapSearch) early = g_imap_search_new_sent_before (moment);
  g_autoptr (GImapSearch) both = g_imap_search_both (plans, early);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;
  g_auto (GStrv) again = NULL;
  g_auto (GStrv) exact = NULL;
  g_auto (GStrv) below = NULL;
  g_autoptr (GListModel) threads = NULL;
  g_autoptr (GListModel) later = NULL;
  g_autoptr (GImapThread) first = NULL;
  g_autofree char *joined = NULL;
  g_autofree char *rejoined = NULL;
  g_autofree char *exactly = NULL;
  g_autofree char *all = NULL;

  ids = g_imap_transporter_sort (transporter, "reverse date", plans, NULL, &error);
  g_assert_no_error (error);
  joined = g_strjoinv (" ", ids);
  g_assert_cmpstr (joined, ==, "10 2 3 1");
  live_test_await (transporter, g_imap_transporter_sort, again, &error, "REVERSE DATE", plans,
                   NULL);
  g_assert_no_error (error);
  rejoined = g_strjoinv (" ", again);
  g_assert_cmpstr (rejoined, ==, joined);
  exact = g_imap_transporter_sort (transporter, "DATE", both, NULL, &error);
  g_assert_no_error (error);
  exactly = g_strjoinv (" ", exact);
  g_assert_cmpstr (exactly, ==, "1 3");

  threads = g_imap_transporter_thread (transporter, G_IMAP_THREADING_REFERENCES, both, NULL,
                                       &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (threads), ==, 1);
  live_test_await (transporter, g_imap_transporter_thread, later, &error,
                   G_IMAP_THREADING_REFERENCES, plans, NULL);
  g_assert_no_error (error);
  first = g_list_model_get_item (later, 0);
  g_assert_cmpstr (g_imap_thread_get_id (first), ==, "1");
  below = g_imap_thread_dup_ids (first);
  all = g_strjoinv (" ", below);
  g_assert_cmpstr (all, ==, "1 2 3 10");
}

static void
test_refused (void)
{
  static const char *const orders_refused[] = {
    "",      "REVERSE", "NONSENSE",     "DATE REVERSE",
    "DA,TE", "DATE)",   "DATE\r\nSIZE", "REVERSE REVERSE DATE"
  };
  g_autoptr (GImapTransporter) transporter = new_with_mails ();
  g_autoptr (GImapSearch) nothing = g_imap_search_new_subject ("nothing of it");
  g_autoptr (GListModel) threads = NULL;
  g_auto (GStrv) none = NULL;
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (orders_refused); i++)
    {
      g_assert_null (g_imap_transporter_sort (transporter, orders_refused[i], NULL, NULL, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
  none = g_imap_transporter_sort (transporter, "date, size", nothing, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  threads = g_imap_transporter_thread (transporter, G_IMAP_THREADING_ORDERED_SUBJECT, nothing, NULL,
                                       &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (threads), ==, 0);
}

static void
test_quota (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_user ("IMAPS_PORT");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) quotas = g_imap_transporter_get_quota (transporter, NULL, NULL, &error);
  GListModel *again = NULL;

  if (!server_has (transporter, "QUOTA"))
    {
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (quotas), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GImapQuota) quota = g_list_model_get_item (quotas, i);
      gboolean is_storage = g_str_equal (g_imap_quota_get_resource (quota), "STORAGE");

      g_assert_true (is_storage || g_str_equal (g_imap_quota_get_resource (quota), "MESSAGE"));
      g_assert_cmpstr (g_imap_quota_get_root (quota), ==, "User quota");
      g_assert_cmpint (g_imap_quota_get_limit (quota), ==, is_storage ? 2048 : 1000);
      g_assert_cmpint (g_imap_quota_get_usage (quota), >=, 0);
    }

  live_test_await (transporter, g_imap_transporter_get_quota, again, &error, "INBOX", NULL);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (again), ==, 2);
  g_clear_object (&again);
  g_assert_null (g_imap_transporter_get_quota (transporter, "", NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/live/order/sort", test_sort);
  g_test_add_func ("/live/order/thread", test_thread);
  g_test_add_func ("/live/order/some", test_some);
  g_test_add_func ("/live/order/refused", test_refused);
  g_test_add_func ("/live/order/quota", test_quota);

  return g_test_run ();
}

/* Finding mails on a real server: exact dates, the same result whatever the server can do.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <string.h>

/* Mails around midnight of several zones. Dates are ISO 8601. */
static const struct
{
  const char *received;
  const char *sent; /* NULL: the mail has no Date */
  const char *subject;
  const char *keyword; /* NULL: none */
} mails[] = {
  { "2024-03-01T00:00:00Z", "2024-03-01T00:00:00Z", "first", NULL },
  { "2024-03-01T00:00:00+14:00", "2024-03-02T12:00:00Z", "east", "$seen" },
  { "2024-03-01T00:00:00-12:00", "2024-02-29T23:59:59-12:00", "west", NULL },
  { "2024-02-29T23:59:59Z", "2024-03-01T01:30:00+02:00", "before", "$flagged" },
  { "2024-03-01T11:59:59Z", "2024-03-01T12:00:00Z", "noon", NULL },
  { "2024-03-01T12:00:00Z", "2024-03-01T11:59:59Z", "noon", "work" },
  { "2024-03-02T09:59:59Z", NULL, "none", NULL },
  { "2024-03-02T10:00:00Z", "2024-03-02T10:00:00Z", "été", "$seen" },
  { "2024-03-05T00:00:00Z", "2024-02-01T00:00:00Z", "late", NULL },
};

static GDateTime *
date_of (const char *iso)
{
  return iso != NULL ? g_date_time_new_from_iso8601 (iso, NULL) : NULL;
}

static void
append_mails (GImapTransporter *transporter, const char *box)
{
  g_autoptr (GError) error = NULL;

  if (!g_imap_transporter_create_box (transporter, box, NULL, &error))
    g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (mails); i++)
    {
      g_autoptr (GDateTime) received = date_of (mails[i].received);
      g_autoptr (GDateTime) sent = date_of (mails[i].sent);
      g_autofree char *stamp = sent != NULL ?
                                   g_date_time_format (sent, "Date: %a, %d %b %Y %H:%M:%S %z\r\n") :
                                   g_strdup ("");
      g_autofree char *text = g_strdup_printf (
          "From: Ann <ann@a.example>\r\n%sSubject: %s\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "\r\nBody %u\r\n",
          stamp,
          g_str_equal (mails[i].subject, "été") ? "=?utf-8?q?=C3=A9t=C3=A9?=" : mails[i].subject,
          i);
      g_autoptr (GBytes) mime = g_bytes_new (text, strlen (text));
      const char *keywords[] = { mails[i].keyword, NULL };
      g_autoptr (GImapMessageSet) ids = g_imap_transporter_append_mime (
          transporter, mime, box, mails[i].keyword != NULL ? keywords : NULL, received, NULL,
          &error);

      g_assert_no_error (error);
      g_assert_nonnull (ids);
    }
}

/* The box with the mails above, ids 1 to 9. Made once. */
static GImapTransporter *
new_with_mails (void)
{
  static gboolean is_made = FALSE;
  GImapTransporter *transporter = live_test_new_user ("IMAPS_PORT");

  if (!is_made)
    append_mails (transporter, "Moments");
  is_made = TRUE;
  live_test_select (transporter, "Moments", G_IMAP_BOX_STATE_WRITABLE);

  return transporter;
}

static void
assert_finds (GImapTransporter *transporter, GImapSearch *search, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = g_imap_transporter_search (transporter, search, NULL, &error);
  g_autofree char *found = NULL;

  g_assert_no_error (error);
  found = g_imap_message_set_to_string (ids);
  if (!g_str_equal (found, expected))
    {
      g_autofree char *text = g_imap_search_to_string (search);

      g_error ("%s finds “%s”, not “%s”", text, found, expected);
    }
}

/* What a condition must find: the rows that it holds for, as a set. */
typedef gboolean (*Holds) (guint row, GDateTime *moment);

static char *
list_rows (Holds holds, GDateTime *moment, gboolean is_negated)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;
  g_autoptr (GImapMessageSet) set = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (mails); i++)
    if (holds (i, moment) != is_negated)
      {
        g_autofree char *id = g_strdup_printf ("%u", i + 1);

        g_strv_builder_add (builder, id);
      }
  ids = g_strv_builder_end (builder);
  set = g_imap_message_set_new ((const char *const *) ids, NULL);

  return g_imap_message_set_to_string (set);
}

static gint64
seconds_between (const char *iso, GDateTime *moment)
{
  g_autoptr (GDateTime) date = date_of (iso);

  return g_date_time_difference (date, moment);
}

static gboolean
is_received_since (guint row, GDateTime *moment)
{
  return seconds_between (mails[row].received, moment) >= 0;
}

static gboolean
is_received_before (guint row, GDateTime *moment)
{
  return seconds_between (mails[row].received, moment) < 0;
}

static gboolean
is_sent_since (guint row, GDateTime *moment)
{
  return mails[row].sent != NULL && seconds_between (mails[row].sent, moment) >= 0;
}

static gboolean
is_sent_before (guint row, GDateTime *moment)
{
  return mails[row].sent != NULL && seconds_between (mails[row].sent, moment) < 0;
}

static gboolean
is_same_day (const char *iso, GDateTime *moment)
{
  g_autoptr (GDateTime) date = date_of (iso);
  g_autoptr (GDateTime) there = NULL;

  if (date == NULL)
    return FALSE;
  there = g_date_time_to_timezone (date, g_date_time_get_timezone (moment));

  return g_date_time_get_year (there) == g_date_time_get_year (moment) &&
         g_date_time_get_day_of_year (there) == g_date_time_get_day_of_year (moment);
}

static gboolean
is_received_on (guint row, GDateTime *moment)
{
  return is_same_day (mails[row].received, moment);
}

static gboolean
is_sent_on (guint row, GDateTime *moment)
{
  return is_same_day (mails[row].sent, moment);
}

static const struct
{
  GImapSearch *(*make) (GDateTime *moment);
  Holds holds;
} conditions[] = {
  { g_imap_search_new_since, is_received_since },
  { g_imap_search_new_before, is_received_before },
  { g_imap_search_new_on, is_received_on },
  { g_imap_search_new_sent_since, is_sent_since },
  { g_imap_search_new_sent_before, is_sent_before },
  { g_imap_search_new_sent_on, is_sent_on },
};

/* Each date of the mails, the second before and after it, in zones at both ends of the day. */
static void
test_moments (void)
{
  static const int zones[] = { 0, 14 * 3600, -12 * 3600, 5 * 3600 + 1800 };
  g_autoptr (GImapTransporter) transporter = new_with_mails ();

  for (guint row = 0; row < G_N_ELEMENTS (mails); row += 2)
    for (int shift = -1; shift <= 1; shift++)
      for (guint c = 0; c < G_N_ELEMENTS (conditions); c++)
        {
          g_autoptr (GDateTime) date = date_of (mails[row].received);
          g_autoptr (GDateTime) shifted = g_date_time_add_seconds (date, shift);
          g_autoptr (GTimeZone)
              zone = g_time_zone_new_offset (zones[(row + c) % G_N_ELEMENTS (zones)]);
          g_autoptr (GDateTime) moment = g_date_time_to_timezone (shifted, zone);
          g_autoptr (GImapSearch) search = conditions[c].make (moment);
          g_autoptr (GImapSearch) negated = g_imap_search_negate (search);
          g_autofree char *expected = list_rows (conditions[c].holds, moment, FALSE);
          g_autofree char *others = list_rows (conditions[c].holds, moment, TRUE);

          assert_finds (transporter, search, expected);
          assert_finds (transporter, negated, others);
        }
}

/* Moments in the middle of other criteria. */
static void
test_mixed (void)
{
  g_autoptr (GImapTransporter) transporter = new_with_mails ();
  g_autoptr (GDateTime) noon = date_of ("2024-03-01T12:00:00Z");
  g_autoptr (GDateTime) late = date_of ("2024-03-02T10:00:00Z");
  g_autoptr (GImapSearch) since = g_imap_search_new_since (noon);
  g_autoptr (GImapSearch) before = g_imap_search_new_before (late);
  g_autoptr (GImapSearch) span = g_imap_search_both (since, before);
  g_autoptr (GImapSearch) seen = g_imap_search_new_keyword ("$seen");
  g_autoptr (GImapSearch) work = g_imap_search_new_keyword ("work");
  g_autoptr (GImapSearch) subject = g_imap_search_new_subject ("noon");
  g_autoptr (GImapSearch) summer = g_imap_search_new_subject ("ÉTÉ");
  g_autoptr (GImapSearch) either = g_imap_search_either (since, seen);
  g_autoptr (GImapSearch) neither = g_imap_search_negate (either);
  g_autoptr (GImapSearch) nested = g_imap_search_both (neither, subject);
  g_autoptr (GImapSearch) odd = g_imap_search_either (nested, summer);

  assert_finds (transporter, since, "3,6:9");
  assert_finds (transporter, span, "3,6:7");
  assert_finds (transporter, work, "6");
  assert_finds (transporter, subject, "5:6");
  assert_finds (transporter, summer, "8");
  assert_finds (transporter, either, "2:3,6:9");
  assert_finds (transporter, neither, "1,4:5");
  assert_finds (transporter, nested, "5");
  assert_finds (transporter, odd, "5,8");
}

static void
test_keys (void)
{
  g_autoptr (GImapTransporter) transporter = new_with_mails ();
  g_autoptr (GImapMessageSet) some = g_imap_message_set_parse ("2:3,77", NULL);
  g_autoptr (GImapMessageSet) everything = g_imap_message_set_new_all ();
  g_autoptr (GError) error = NULL;
  struct
  {
    GImapSearch *search;
    const char *expected;
  } rows[] = {
    { g_imap_search_new_all (), "1:9" },
    { g_imap_search_new_from ("ann@a.example"), "1:9" },
    { g_imap_search_new_from ("nobody"), "" },
    { g_imap_search_new_to ("ann"), "" },
    { g_imap_search_new_cc ("ann"), "" },
    { g_imap_search_new_bcc ("ann"), "" },
    { g_imap_search_new_body ("Body 7"), "8" },
    { g_imap_search_new_text ("été"), "8" },
    { g_imap_search_new_header ("Date", NULL), "1:6,8:9" },
    { g_imap_search_new_header ("Subject", "late"), "9" },
    { g_imap_search_new_keyword ("$flagged"), "4" },
    { g_imap_search_new_larger (100000), "" },
    { g_imap_search_new_smaller (100000), "1:9" },
    { g_imap_search_new_older (3600), "1:9" },
    { g_imap_search_new_younger (3600), "" },
    { g_imap_search_new_ids (some), "2:3" },
    { g_imap_search_new_ids (everything), "1:9" },
    { g_imap_search_parse ("OR SUBJECT été KEYWORD work", NULL), "6,8" },
    { g_imap_search_parse ("", NULL), "1:9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_imap_search_to_string (rows[i].search);

      assert_finds (transporter, rows[i].search, rows[i].expected);
      /* Text and tree say the same, and so do the two calls. */
      if (i != 13 && i != 14)
        {
          g_autoptr (GImapSearch) reread = g_imap_search_parse (text, &error);
          g_autoptr (GImapSearch) fuzzy = g_imap_search_make_fuzzy (rows[i].search);

          g_assert_no_error (error);
          assert_finds (transporter, reread, rows[i].expected);
          assert_finds (transporter, fuzzy, rows[i].expected);
        }
      g_imap_search_unref (rows[i].search);
    }
}

static void
test_async (void)
{
  g_autoptr (GImapTransporter) transporter = new_with_mails ();
  g_autoptr (GImapSearch) search = g_imap_search_new_subject ("noon");
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  live_test_await (transporter, g_imap_transporter_search, ids, &error, search, NULL);
  g_assert_no_error (error);
  text = g_imap_message_set_to_string (ids);
  g_assert_cmpstr (text, ==, "5:6");
}

static void
assert_refused (GImapTransporter *transporter, GImapSearch *search, int code)
{
  g_autoptr (GError) error = NULL;
  GImapMessageSet *ids = NULL;

  g_assert_null (g_imap_transporter_search (transporter, search, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, code);
  g_clear_error (&error);
  live_test_await (transporter, g_imap_transporter_search, ids, &error, search, NULL);
  g_assert_null (ids);
  g_assert_error (error, G_IMAP_ERROR, code);
}

static void
test_refused (void)
{
  g_autoptr (GImapTransporter) transporter = new_with_mails ();
  g_autoptr (GImapTransporter) other = live_test_new_selected ("INBOX");
  g_autoptr (GImapSearch) all = g_imap_search_new_all ();
  g_autoptr (GImapSearch) gmail = g_imap_search_new_gmail ("has:attachment");
  g_autoptr (GImapSearch) injected = g_imap_search_new_from ("a\r\nb");
  g_autoptr (GImapSearch) keyword = g_imap_search_new_keyword ("a b");
  g_autoptr (GImapMessageSet) here = g_imap_transporter_search (transporter, all, NULL, NULL);
  g_autoptr (GImapMessageSet) there = g_imap_transporter_search (other, all, NULL, NULL);
  g_autoptr (GImapSearch) ids_here = g_imap_search_new_ids (here);
  g_autoptr (GImapSearch) ids_there = g_imap_search_new_ids (there);
  g_autoptr (GImapSearch) negated = g_imap_search_negate (ids_there);
  g_autoptr (GImapSearch) torn = g_imap_search_either (ids_here, ids_there);

  assert_refused (transporter, gmail, G_IMAP_ERROR_UNSUPPORTED);
  assert_refused (transporter, injected, G_IMAP_ERROR_INVALID_ARGUMENT);
  assert_refused (transporter, keyword, G_IMAP_ERROR_INVALID_ARGUMENT);
  assert_refused (transporter, ids_there, G_IMAP_ERROR_INVALID_ARGUMENT);
  assert_refused (transporter, negated, G_IMAP_ERROR_INVALID_ARGUMENT);
  assert_refused (transporter, torn, G_IMAP_ERROR_INVALID_ARGUMENT);
  assert_finds (transporter, ids_here, "1:9");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/live/search/moments", test_moments);
  g_test_add_func ("/live/search/mixed", test_mixed);
  g_test_add_func ("/live/search/keys", test_keys);
  g_test_add_func ("/live/search/async", test_async);
  g_test_add_func ("/live/search/refused", test_refused);

  return g_test_run ();
}

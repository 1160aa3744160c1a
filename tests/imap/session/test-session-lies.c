/* A server that lies, mixes up answers, says too much, or goes at the worst moment.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

/* A change in two parts, cut between them: the first one was made. */
static void
test_store_cut (void)
{
  static const char *const keywords[] = { "$seen", NULL };
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("") SELECTED ("2", "3000") "C: $3 UID STORE 1:1000 *\n"
                                                                      "S: $3 OK stored\nrst\n",
                                SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_range (1, 2000, NULL);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_assert_false (g_imap_transporter_add_flags (transporter, ids, keywords, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME);
}

/* The second half of a part comes from the box that the first half came from, or not at all. */
static void
test_part_of_other_box (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED (
          "2",
          "3") "C: $3 UID FETCH 5 (UID BODY.PEEK[2.MIME]*\n"
               "S: * 1 FETCH (UID 5 BODY[2.MIME]<0> {35}\n"
               "S-raw: Content-Transfer-Encoding: 8bit\\r\\n\\r\\n)\\r\\n\nS: $3 OK\n" SELECTED (
                   "4", "3"),
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_auto (SessionTestAnswer) opened = { 0 };
  g_auto (SessionTestAnswer) selected = { 0 };
  g_autoptr (GImapBoxInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_imap_transporter_open_part_async (transporter, "5", "2", NULL, session_test_answer_cb, &opened);
  g_imap_transporter_select_box_async (transporter, "Other", G_IMAP_BOX_STATE_WRITABLE, NULL,
                                       session_test_answer_cb, &selected);
  session_test_await (&opened);
  g_assert_null (g_imap_transporter_open_part_finish (transporter, opened.result, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  session_test_await (&selected);
  info = g_imap_transporter_select_box_finish (transporter, selected.result, NULL);
  g_assert_nonnull (info);
}

/* A short list that looks whole would be worse than none. */
static void
test_search_unreadable (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("ESEARCH") SELECTED (
          "2",
          "3") "C: $3 UID SEARCH *\nS: * ESEARCH (TAG \"$3\") UID ALL 1:banana\nS: $3 OK found\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_assert_null (g_imap_transporter_search_mails (transporter, "ALL", NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
}

static char *
finish_search (GImapTransporter *transporter, SessionTestAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;

  session_test_await (answer);
  ids = g_imap_transporter_search_mails_finish (transporter, answer->result, &error);
  g_assert_no_error (error);

  return g_imap_message_set_to_string (ids);
}

/* "* SEARCH" does not say whose it is: the second search waits for the first one. */
static void
test_searches_in_turn (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED ("2", "3") "C: $3 UID SEARCH *\nS: * SEARCH 1\nS: $3 OK found\n"
                                         "C: $4 UID SEARCH *\nS: * SEARCH 2\nS: $4 OK found\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_auto (SessionTestAnswer) first = { 0 };
  g_auto (SessionTestAnswer) second = { 0 };
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  session_test_select (transporter, "INBOX");
  g_imap_transporter_search_mails_async (transporter, "SEEN", NULL, session_test_answer_cb, &first);
  g_imap_transporter_search_mails_async (transporter, "DRAFT", NULL, session_test_answer_cb,
                                         &second);
  one = finish_search (transporter, &first);
  two = finish_search (transporter, &second);
  g_assert_cmpstr (one, ==, "1");
  g_assert_cmpstr (two, ==, "2");
  scripted_peer_assert_done (peer);
}

/* S04: what a server echoes is shown nowhere. */
static void
test_echoed_secret (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK you are " SESSION_TEST_PASSWORD "\n"
                     "C: $3 NOOP\nS: * BYE bad " SESSION_TEST_PASSWORD "\ncut\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_imap_status_get_success (status));
  assert_contains (g_imap_status_get_status_text (status), "you are ");
  assert_contains_not (g_imap_status_get_status_text (status), "CANARY");
  error = session_test_fail (transporter);
  assert_contains_not (error->message, "CANARY");
}

/* A name that no command can carry costs that box, not the list. */
static void
test_name_with_line_break (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "C: $2 LIST *\nC: $3 LSUB *\nS: * LIST () \"/\" \"INBOX\"\n"
                     "S-raw: * LIST () \"/\" {3}\\r\\na\\nb\\r\\n\nS: $2 OK\nS: $3 OK\n"
                     "C: $4 STATUS *\nS: * STATUS INBOX (MESSAGES 1)\nS: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) boxes = g_imap_transporter_get_box_list (
      transporter, G_IMAP_BOX_LIST_WITH_STATUS, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (boxes), ==, 1);
}

static void
test_more_mails_than_there_are (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED (
          "2",
          "1") "may-close\nC: $3 UID FETCH *\n"
               "repeat 20000\nS: * 1 FETCH (UID $# RFC822.SIZE 3 FLAGS () BODY[HEADER] \"\")\nend\n"
               "S: $3 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_assert_null (
      g_imap_transporter_get_mails (transporter, all, G_IMAP_FETCH_HEADERS, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
}

/* Nor are more of them put in order, by the server or here, or found by their numbers. */
static void
test_more_found_than_there_are (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("SORT") SELECTED (
          "2", "2") "C: $3 UID SORT *\nrepeat 1010\nS: * SORT 1\nend\nS: $3 OK\n"
                    "C: $4 UID SEARCH *\nS: * ESEARCH UID ALL 1:4294967295\nS: $4 OK\n"
                    "C: $5 FETCH 1:2 (UID)\nrepeat 10\nS: * 1 FETCH (UID $#)\nend\nS: $5 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapMessageSet) found = NULL;
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_assert_null (g_imap_transporter_sort (transporter, "SIZE", NULL, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
  g_clear_error (&error);
  g_assert_null (g_imap_transporter_sort (transporter, "DISPLAYFROM", NULL, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
  g_clear_error (&error);
  found = g_imap_transporter_num_to_id (transporter, 1, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_imap_message_set_get_size (found), ==, 2);
  scripted_peer_assert_done (peer);
}

/* What marks a mail by its number is not done again over another connection, where the number may be
 * another mail's. */
static void
test_mark_by_number_once (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("") SELECTED ("2", "1") "C: $3 NOOP\nS: $3 OK\nC: $4 FETCH 1:1 *\ncut\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  session_test_check (transporter);
  g_assert_null (g_imap_transporter_get_mails_by_number (transporter, 1, 1, G_IMAP_FETCH_DEFAULT,
                                                         NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

static void
test_endless_exists (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED ("2", "3") "may-close\nC: $3 NOOP\n"
                                         "repeat 150000\nS: * 1 EXISTS\nend\nS: $3 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapStatus) status = NULL;

  session_test_select (transporter, "INBOX");
  status = g_imap_transporter_check_connection (transporter, NULL, NULL);
  g_assert_false (g_imap_status_get_success (status));
  assert_contains (g_imap_status_get_status_text (status), "100000");
}

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(guint *) data)++;
}

static void
test_new_capabilities (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK\n"
                     "C: $3 NOOP\nS: * CAPABILITY IMAP4rev1 XNEW\nS: $3 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  guint n_notified = 0;

  session_test_check (transporter);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_signal_connect (transporter, "notify::known-capabilities", G_CALLBACK (count_cb), &n_notified);
  session_test_check (transporter);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (n_notified, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/lies/store-cut", test_store_cut);
  g_test_add_func ("/session/lies/part-of-other-box", test_part_of_other_box);
  g_test_add_func ("/session/lies/search-unreadable", test_search_unreadable);
  g_test_add_func ("/session/lies/searches-in-turn", test_searches_in_turn);
  g_test_add_func ("/session/lies/echoed-secret", test_echoed_secret);
  g_test_add_func ("/session/lies/name-with-line-break", test_name_with_line_break);
  g_test_add_func ("/session/lies/more-mails-than-there-are", test_more_mails_than_there_are);
  g_test_add_func ("/session/lies/more-found-than-there-are", test_more_found_than_there_are);
  g_test_add_func ("/session/lies/mark-by-number-once", test_mark_by_number_once);
  g_test_add_func ("/session/lies/endless-exists", test_endless_exists);
  g_test_add_func ("/session/lies/new-capabilities", test_new_capabilities);

  return g_test_run ();
}

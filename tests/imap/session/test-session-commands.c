/* Commands and what answers them: names, lists, searches, numbers, and responses in between.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

#define FACTS "FLAGS () INTERNALDATE \" 1-Jan-2024 00:00:00 +0000\" RFC822.SIZE 3"

static void
assert_ids (GImapTransporter *transporter, const char *criteria, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_search_mails (transporter, criteria, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = g_imap_message_set_to_string (ids);
  g_assert_cmpstr (text, ==, expected);
}

/* P17, T04: tags that answer nothing. */
static void
test_tags (void)
{
  static const char *const misuses[] = {
    "C: $2 LIST *\nS: X OK\n",
    "C: $2 LIST *\nS: $1 OK\n",
    "C: $2 LIST *\nS: $2x OK\n",
    "C: $2 LIST *\nS: + go on\n",
    "C: $2 LIST *\nS: * LIST () \"/\" \"\"\nS: $2 OK\nS: $2 OK\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (misuses); i++)
    {
      g_autofree char *script = g_strconcat (LOGGED_IN (""), misuses[i], "expect-close\n", NULL);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (GError) error = NULL;
      g_autofree char *delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);

      if (i < 4)
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
      scripted_peer_assert_done (peer);
      /* The peer sees the end of the connection a moment before the state says it. */
      for (guint j = 0;
           g_imap_transporter_get_state (transporter) != G_IMAP_TRANSPORTER_STATE_CLOSED && j < 500;
           j++)
        g_usleep (10 * 1000);
      g_assert_cmpint (g_imap_transporter_get_state (transporter), ==,
                       G_IMAP_TRANSPORTER_STATE_CLOSED);
    }
}

static void
test_list_fallback (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("LIST-EXTENDED SPECIAL-USE") "C: $2 LIST \"\" \"*\" RETURN *\nS: $2 BAD what?\n"
                                              "C: $3 LIST \"\" \"*\"\nC: $4 LSUB \"\" \"*\"\n"
                                              "S: * LIST (\\HasChildren) \"/\" INBOX\nS: * LIST "
                                              "(\\Noselect) \"/\" x\nS: * LIST () \"/\" "
                                              "Entw&APw-rfe\nS: $3 OK\n"
                                              "S: * LSUB () \"/\" INBOX\nS: * LSUB (\\Noselect) "
                                              "\"/\" x\nS: $4 OK\n"
                                              "C: $5 STATUS * (*)\nC: $6 STATUS * (*)\n"
                                              "S: * STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY "
                                              "4 UNSEEN 1)\nS: $5 OK\nS: $6 NO [NOPERM] no\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) boxes = g_imap_transporter_get_box_list (
      transporter, G_IMAP_BOX_LIST_WITH_STATUS, NULL, &error);
  g_autoptr (GImapBox) inbox = NULL;
  g_autoptr (GImapBox) drafts = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (boxes), ==, 3);
  inbox = g_list_model_get_item (boxes, 0);
  drafts = g_list_model_get_item (boxes, 2);
  g_assert_true (g_imap_box_get_subscribed (inbox));
  g_assert_cmpuint (g_imap_box_info_get_mail_count (g_imap_box_get_info (inbox)), ==, 3);
  g_assert_cmpstr (g_imap_box_get_name (drafts), ==, "Entwürfe");
  g_assert_null (g_imap_box_get_info (drafts));
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* A name that modified UTF-7 does not lead back to is sent as it came. */
static void
test_raw_names (void)
{
  static const char *const raw_names[] = { "a&b", "Entw&APw-rfe&", "&AGE-x", "caf\\xe9" };

  for (guint i = 0; i < G_N_ELEMENTS (raw_names); i++)
    {
      g_autofree char *script = g_strdup_printf (
          LOGGED_IN ("") "C: $2 LIST *\nC: $3 LSUB *\nS-raw: * LIST () \"/\" \"%s\"\\r\\n\n"
                         "S: * LIST () \"/\" INBOX\nS: $2 OK\nS: $3 OK\n"
                         "%sS: * 0 EXISTS\nS: $4 OK\n",
          raw_names[i],
          i == 3 ? "C: $4 SELECT {4}\nS: + go\nC-raw: caf\\xe9\\r\\n\n" : "C: $4 SELECT *\n");
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel)
          boxes = g_imap_transporter_get_box_list (transporter, G_IMAP_BOX_LIST_NONE, NULL, &error);
      g_autoptr (GImapBox) box = NULL;
      g_autofree char *sent = NULL;
      g_autofree char *octets = g_strcompress (i == 3 ? "caf\\351" : raw_names[i]);

      g_assert_no_error (error);
      g_assert_cmpuint (g_list_model_get_n_items (boxes), ==, 2);
      box = g_list_model_get_item (boxes, 0);
      g_assert_true (g_utf8_validate (g_imap_box_get_name (box), -1, NULL));
      g_object_unref (g_imap_transporter_select_box (transporter, g_imap_box_get_name (box),
                                                     G_IMAP_BOX_STATE_WRITABLE, NULL, &error));
      g_assert_no_error (error);
      g_clear_object (&transporter);
      scripted_peer_assert_done (peer);
      sent = session_test_dup_received (peer, FALSE);
      assert_contains (strstr (sent, "SELECT"), octets);
    }
}

/* UTF-8 first, then what the server says it knows, as far as the words can be written in it. */
static void
test_search (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("")
          SELECTED ("2", "9") "C: $3 UID SEARCH CHARSET UTF-8 SUBJECT {5}\nS: + go\nC-raw: "
                              "gr\\xc3\\xbcn\\r\\n\nS: $3 NO [BADCHARSET (ISO-8859-1)] no\n"
                              "C: $4 UID SEARCH CHARSET ISO-8859-1 SUBJECT {4}\nS: + go\nC-raw: "
                              "gr\\xfcn\\r\\n\nS: * SEARCH 4\nS: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);

  session_test_select (transporter, "INBOX");
  assert_ids (transporter, "SUBJECT \"grün\"", "4");
}

/* ESEARCH of another's tag, several SEARCH lines, and what comes between. */
static void
test_esearch (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("ESEARCH") SELECTED (
          "2",
          "9") "C: $3 UID SEARCH RETURN (ALL) UNSEEN\nS: * 3 FETCH (FLAGS (\\Seen))\nS: * ESEARCH "
               "(TAG \"$3\") UID ALL 2:4,9\nS: * 10 EXISTS\nS: $3 OK\n"
               "C: $4 UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG \"$4\") UID\nS: $4 OK\n"
               "C: $5 UID SEARCH RETURN (ALL) SEEN\nS: * SEARCH 1 2\nS: * SEARCH 3\nS: $5 OK\n",
      SCRIPTED_PEER_CHUNK_ONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);

  session_test_select (transporter, "INBOX");
  assert_ids (transporter, "UNSEEN", "2:4,9");
  assert_ids (transporter, "ALL", "");
  assert_ids (transporter, "SEEN", "1:3");
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* Numbers are those of the moment in which the command goes, not of the call. */
static void
test_numbers_wait (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED (
          "2",
          "9") "C: $3 NOOP\ndelay 200\nS: * 9 EXPUNGE\nS: * 1 EXPUNGE\nS: $3 OK\n"
               "C: $4 FETCH 1:7 (UID)\nS: * 1 FETCH (UID 4)\nS: * 7 FETCH (UID 11)\nS: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_auto (SessionTestAnswer) noop = { 0 };
  g_auto (SessionTestAnswer) numbers = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autoptr (GImapStatus) status = NULL;
  g_autofree char *text = NULL;

  session_test_select (transporter, "INBOX");
  g_imap_transporter_check_connection_async (transporter, NULL, session_test_answer_cb, &noop);
  g_imap_transporter_num_to_id_async (transporter, 0, 0, NULL, session_test_answer_cb, &numbers);
  session_test_await (&numbers);
  session_test_await (&noop);
  status = g_imap_transporter_check_connection_finish (transporter, noop.result, &error);
  ids = g_imap_transporter_num_to_id_finish (transporter, numbers.result, &error);
  g_assert_no_error (error);
  text = g_imap_message_set_to_string (ids);
  g_assert_cmpstr (text, ==, "4,11");
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* Fetched: only what was asked for, once, complete; what is said besides is news. */
static void
test_fetch (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED ("2", "9") "C: $3 UID FETCH 5,7,9 (*)\n"
                                         "S: * 2 FETCH (UID 5 FLAGS (\\Seen))\n"
                                         "S: * 2 FETCH (UID 5 " FACTS " BODY[] {3}\nS: abc)\n"
                                         "S: * 2 FETCH (UID 5 " FACTS " BODY[] {3}\nS: xyz)\n"
                                         "S: * 3 EXPUNGE\nS: * 8 EXISTS\n"
                                         "S: * 3 FETCH (UID 6 " FACTS " BODY[] {3}\nS: xyz)\n"
                                         "S: * 0 FETCH (UID 9 FLAGS ())\n"
                                         "S: * 4 FETCH (" FACTS " BODY[] {0}\nS: UID 7)\n"
                                         "S: $3 OK\n",
      SCRIPTED_PEER_CHUNK_RANDOM);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("5,7,9", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMails) mails = NULL;
  g_autoptr (GEmail) mail = NULL;

  session_test_select (transporter, "INBOX");
  mails = g_imap_transporter_get_mails (transporter, ids, G_IMAP_FETCH_WITH_BODY, NULL, &error);
  g_assert_no_error (error);
  mail = g_list_model_get_item (g_imap_mails_get_list (mails), 0);
  g_assert_cmpstr (g_email_get_id (mail), ==, "5");
  g_assert_cmpstr (g_imap_mails_get_not_found (mails)[0], ==, "9");
  g_assert_null (g_imap_mails_get_not_found (mails)[1]);
}

/* Commands in flight together are answered in any order: each gets its own. */
static void
test_interleaved (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED (
          "2", "9") "C: $3 FETCH 1:9 (UID)\nC: $4 FETCH 5:5 (*ENVELOPE*)\nC: $5 FETCH 5:5 "
                    "(*BODY.PEEK[])\nC: $6 FETCH 5:5 (*BODY.PEEK[HEADER])\n"
                    "S: * 5 FETCH (UID 50 " FACTS " BODY[HEADER] {2}\nS-raw: \\r\\n)\\r\\n\n"
                    "S: * 5 FETCH (UID 50 " FACTS " BODY[] {3}\nS: abc)\n"
                    "S: * 5 FETCH (UID 50 " FACTS
                    " ENVELOPE (NIL \"hello\" NIL NIL NIL NIL NIL NIL NIL NIL))\n"
                    "S: * 5 FETCH (UID 50)\nS: * 6 FETCH (UID 60)\n"
                    "S: $6 OK\nS: $5 OK\nS: $4 OK\nS: $3 OK\n",
      SCRIPTED_PEER_CHUNK_RANDOM);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  static const GImapFetchFlags flags[] = { G_IMAP_FETCH_SUMMARY, G_IMAP_FETCH_WITH_BODY,
                                           G_IMAP_FETCH_HEADERS };
  g_auto (SessionTestAnswer) numbers = { 0 };
  SessionTestAnswer answers[3] = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autofree char *text = NULL;

  session_test_select (transporter, "INBOX");
  g_imap_transporter_num_to_id_async (transporter, 0, 0, NULL, session_test_answer_cb, &numbers);
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    g_imap_transporter_get_mail_by_number_async (transporter, 5, flags[i], NULL,
                                                 session_test_answer_cb, &answers[i]);
  session_test_await (&numbers);
  ids = g_imap_transporter_num_to_id_finish (transporter, numbers.result, &error);
  scripted_peer_assert_done (peer);
  g_assert_no_error (error);
  text = g_imap_message_set_to_string (ids);
  g_assert_cmpstr (text, ==, "50,60");
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (GEmail) mail = NULL;

      session_test_await (&answers[i]);
      mail = g_imap_transporter_get_mail_by_number_finish (transporter, answers[i].result, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_email_get_id (mail), ==, "50");
      g_assert_cmpstr (g_email_get_subject (mail), ==, i == 0 ? "hello" : NULL);
      session_test_answer_clear (&answers[i]);
    }
}

/* Refused where it can be known; the server hears nothing of it. */
static void
test_refused_here (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK\n" SELECTED (
                                    "3", "9") "C: $4 UID SEARCH ALL\nS: * SEARCH 5\nS: $4 "
                                              "OK\n" SELECTED ("5", "9") "C: $6 NOOP\nS: $6 OK\n",
                                SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;

  session_test_check (transporter);
  g_assert_null (g_imap_transporter_search_mails (transporter, NULL, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
  g_clear_error (&error);
  g_assert_null (
      g_imap_transporter_get_mail (transporter, "x", G_IMAP_FETCH_HEADERS, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (g_imap_transporter_select_box (transporter, "a\r\nb", 0, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  session_test_select (transporter, "INBOX");
  g_assert_null (g_imap_transporter_search_mails (transporter, "ALL\r\nA1 DELETE x", NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  ids = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);
  g_assert_no_error (error);
  session_test_select (transporter, "Other");
  g_assert_null (
      g_imap_transporter_get_mails (transporter, ids, G_IMAP_FETCH_HEADERS, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* A SELECT that is refused leaves nothing selected. */
static void
test_select_refused (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED ("2", "1") "C: $3 SELECT *\nS: * OK [CLOSED] .\nS: $3 NO [REFERRAL "
                                         "imap://elsewhere.example/x] gone\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_assert_null (g_imap_transporter_select_box (transporter, "x", 0, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_REFERRAL);
  g_clear_error (&error);
  g_assert_null (g_imap_transporter_dup_selected_box (transporter));
  g_assert_null (g_imap_transporter_search_mails (transporter, NULL, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
}

/* T17: cut inside of TLS is never the end of a mail. */
static void
test_truncated (void)
{
  static const char *const ends[] = {
    "S-raw: * 1 FETCH (UID 5 BODY[] {30}\\r\\nabc\ntls-no-close-notify\n",
    "S: * 1 FETCH (UID 5 " FACTS " BODY[] {3}\nS: abc)\ntls-no-close-notify\n",
    "S-raw: * 1 FETCH (UID 5 BODY[] {30}\\r\\nabc\ncut\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *script = g_strconcat (
          LOGGED_IN ("") SELECTED ("2", "1") "C: $3 UID FETCH *\n", ends[i], NULL);
      g_autoptr (ScriptedPeer)
          peer = scripted_peer_new (script, SCRIPTED_PEER_TLS | SCRIPTED_PEER_LAST_AGAIN);
      g_autoptr (GImapTransporter)
          transporter = new_transporter (peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT);
      g_autoptr (GError) error = NULL;

      session_test_select (transporter, "INBOX");
      g_assert_null (
          g_imap_transporter_get_mail (transporter, "5", G_IMAP_FETCH_WITH_BODY, NULL, &error));
      g_assert_true (error->domain == G_IMAP_ERROR);
      g_assert_true (error->code == G_IMAP_ERROR_TLS_TRUNCATED ||
                     error->code == G_IMAP_ERROR_DISCONNECTED);
    }
}

/* P30: a user or a password with a line break or a control in it is refused before anybody is connected to. */
static void
test_p30_login (void)
{
  static const char *const words[] = { "bob\r\nX LOGOUT", "bo\nb", "bo\001b" };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (words); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new ("S: * OK never\n", SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = g_object_new (
          G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
          (guint) scripted_peer_get_port (peer), "accept-unsecure-connection", TRUE, "user",
          i % 2 == 0 ? words[i / 2] : "bob", "password", i % 2 == 0 ? "x" : words[i / 2], NULL);
      g_autoptr (GError) error = session_test_fail (transporter);

      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/commands/p17", test_tags);
  g_test_add_func ("/session/commands/list-fallback", test_list_fallback);
  g_test_add_func ("/session/commands/raw-names", test_raw_names);
  g_test_add_func ("/session/commands/search", test_search);
  g_test_add_func ("/session/commands/esearch", test_esearch);
  g_test_add_func ("/session/commands/numbers-wait", test_numbers_wait);
  g_test_add_func ("/session/commands/fetch", test_fetch);
  g_test_add_func ("/session/commands/interleaved", test_interleaved);
  g_test_add_func ("/session/commands/refused-here", test_refused_here);
  g_test_add_func ("/session/commands/select-refused", test_select_refused);
  g_test_add_func ("/session/commands/t17", test_truncated);
  g_test_add_func ("/session/P30-login", test_p30_login);

  return g_test_run ();
}

/* The connection is lost: what is done again, with which box, and how often.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

#define MAIL(tag)                                                                                  \
  "S: * 1 FETCH (UID 5 FLAGS () INTERNALDATE \" 1-Jan-2024 00:00:00 +0000\" RFC822.SIZE 3 BODY[] " \
  "{3}\nS: abc)\nS: $" tag " OK\n"

static GEmail *
get_mail (GImapTransporter *transporter, GError **error)
{
  return g_imap_transporter_get_mail (transporter, "5", G_IMAP_FETCH_WITH_BODY, NULL, error);
}

/* While idle, and in the middle of a command. */
static void
test_again (void)
{
  static const char *const ends[] = {
    "cut\n",
    "rst\n",
    "S: * BYE idle for too long\ncut\n",
    "C: $3 UID FETCH *\ncut\n",
    "C: $3 UID FETCH *\nS: * BYE no\ncut\n",
    "C: $3 UID FETCH *\nS-raw: * 1 FETCH (UID 5 BODY[] {3}\\r\\na\ncut\n",
    "C: $3 UID FETCH *\nS: * 1 FETCH (UID 5 RFC822.SIZE 3 BODY[] {3}\nS: abc)\ncut\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *first = g_strconcat (LOGGED_IN ("") SELECTED ("2", "1"), ends[i], NULL);
      const char *scripts[] = { first,
                                LOGGED_IN ("") SELECTED ("2", "1") "C: $3 UID FETCH *\n" MAIL ("3"),
                                NULL };
      g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GEmail) mail = NULL;
      g_autofree char *box = NULL;

      session_test_select (transporter, "INBOX");
      if (i < 3)
        g_usleep (50 * 1000);
      mail = get_mail (transporter, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_email_get_id (mail), ==, "5");
      box = g_imap_transporter_dup_selected_box (transporter);
      g_assert_cmpstr (box, ==, "INBOX");
      g_clear_object (&transporter);
      scripted_peer_assert_done (peer);
    }
}

/* What was read-only is so again. */
static void
test_examine (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("") "C: $2 EXAMINE *\nS: * 1 EXISTS\nS: $2 OK [READ-ONLY] selected\ncut\n",
    LOGGED_IN ("") "C: $2 EXAMINE *\nS: * 1 EXISTS\nS: $2 OK selected\nC: $3 UID FETCH *\n" MAIL (
        "3"),
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "INBOX", G_IMAP_BOX_STATE_READ_ONLY, NULL, &error);
  g_autoptr (GEmail) mail = NULL;

  g_assert_no_error (error);
  g_assert_true (g_imap_box_info_get_read_only (info));
  mail = get_mail (transporter, &error);
  g_assert_no_error (error);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* D08: ids from before count no more; what has none goes on. */
static void
test_uid_validity (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("") SELECTED ("2", "1") "C: $3 UID SEARCH *\nS: * SEARCH 5\nS: $3 OK\ncut\n",
    LOGGED_IN ("") "C: $2 SELECT *\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 8] .\nS: $2 OK\n"
                   "C: $3 UID SEARCH *\nS: * SEARCH 5\nS: $3 OK\n"
                   "C: $4 UID FETCH *\n" MAIL ("4"),
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) old = NULL;
  g_autoptr (GImapMessageSet) found = NULL;
  g_autoptr (GEmail) mail = NULL;

  session_test_select (transporter, "INBOX");
  old = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);
  g_assert_no_error (error);
  g_usleep (50 * 1000);
  g_assert_null (get_mail (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
  assert_contains (error->message, "now 8");
  g_clear_error (&error);

  found = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);
  g_assert_no_error (error);
  g_assert_null (
      g_imap_transporter_get_mails (transporter, old, G_IMAP_FETCH_HEADERS, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
  g_clear_error (&error);
  mail = get_mail (transporter, &error);
  g_assert_no_error (error);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* A server that drops the connection at each SELECT is not tried for ever. */
static void
test_drops_select (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("") SELECTED ("2", "1") "cut\n",
    LOGGED_IN ("") "C: $2 SELECT *\ncut\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_LAST_AGAIN);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_usleep (50 * 1000);
  g_assert_null (get_mail (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), <=, 5);
}

/* … nor one that says nothing to it, and each time-out counts. */
static void
test_silent_select (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("") SELECTED ("2", "1") "cut\n",
    LOGGED_IN ("") "C: $2 SELECT *\nstall\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_LAST_AGAIN);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "response-timeout", 1);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_usleep (50 * 1000);
  g_assert_null (get_mail (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 2);
}

/* The same for one that drops each FETCH: once more, not for ever. */
static void
test_drops_fetch (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED ("2", "1") "C: $3 UID FETCH *\ncut\n", SCRIPTED_PEER_LAST_AGAIN);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_assert_null (get_mail (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 2);
}

/* The box is gone: whoever needs it hears that, the others work. */
static void
test_box_gone (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("") SELECTED ("2", "1") "cut\n",
    LOGGED_IN ("") "C: $2 SELECT *\ndelay 300\nS: $2 NO [NONEXISTENT] gone\nC: $3 LIST *\nS: * "
                   "LIST () \"/\" \"\"\nS: $3 OK\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (SessionTestAnswer) cancelled = { 0 };
  g_auto (SessionTestAnswer) mail = { 0 };
  g_auto (SessionTestAnswer) list = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = NULL;

  session_test_select (transporter, "INBOX");
  g_usleep (50 * 1000);
  g_imap_transporter_get_mail_async (transporter, "5", G_IMAP_FETCH_HEADERS, cancellable,
                                     session_test_answer_cb, &cancelled);
  g_imap_transporter_get_delimiter_async (transporter, NULL, session_test_answer_cb, &list);
  g_imap_transporter_get_mail_async (transporter, "5", G_IMAP_FETCH_HEADERS, NULL,
                                     session_test_answer_cb, &mail);
  g_usleep (150 * 1000);
  /* What the box is selected for goes; the next in the queue needs none. */
  g_cancellable_cancel (cancellable);
  session_test_await (&list);
  delimiter = g_imap_transporter_get_delimiter_finish (transporter, list.result, &error);
  g_assert_no_error (error);
  session_test_await (&mail);
  g_assert_null (g_imap_transporter_get_mail_finish (transporter, mail.result, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT);
  g_clear_error (&error);
  session_test_await (&cancelled);
  g_assert_null (g_imap_transporter_get_mail_finish (transporter, cancelled.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The first connection that breaks at its first command is not tried again: nothing says that it
 * would be better. */
static void
test_never_worked (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("") "C: $2 LIST *\ncut\n", SCRIPTED_PEER_LAST_AGAIN);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

/* R08: a mail that is too large fails its own call; another one beside it is asked for again. */
static void
test_too_large (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("")
        SELECTED ("2", "2") "C: $3 UID FETCH 9 *\nC: $4 UID FETCH 5 *\nmay-close\n"
                            "S: * 2 FETCH (UID 9 BODY[] {1001}\nS-fill: 1001 x\nS: )\nS: $3 OK\n",
    LOGGED_IN ("") SELECTED ("2", "2") "C: $3 UID FETCH 5 *\n" MAIL ("3"),
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, "max-message-size", (guint64) 1000);
  g_auto (SessionTestAnswer) large = { 0 };
  g_auto (SessionTestAnswer) small = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GEmail) mail = NULL;

  session_test_select (transporter, "INBOX");
  g_imap_transporter_get_mail_async (transporter, "9", G_IMAP_FETCH_WITH_BODY, NULL,
                                     session_test_answer_cb, &large);
  g_imap_transporter_get_mail_async (transporter, "5", G_IMAP_FETCH_WITH_BODY, NULL,
                                     session_test_answer_cb, &small);
  session_test_await (&large);
  g_assert_null (g_imap_transporter_get_mail_finish (transporter, large.result, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
  assert_contains (error->message, "1001");
  assert_contains (error->message, "1000");
  g_clear_error (&error);
  session_test_await (&small);
  mail = g_imap_transporter_get_mail_finish (transporter, small.result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_email_get_id (mail), ==, "5");
}

static void
count_cb (GImapTransporter *transporter, guint *count)
{
  ++*count;
}

static void
count_error_cb (GImapTransporter *transporter, const GError *error, guint *count)
{
  g_assert_nonnull (error);
  ++*count;
}

static void
test_signals (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK\ncut\n",
                                                     SCRIPTED_PEER_LAST_AGAIN);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  guint n_connected = 0;
  guint n_disconnected = 0;

  g_signal_connect (transporter, "connected", G_CALLBACK (count_cb), &n_connected);
  g_signal_connect (transporter, "disconnected", G_CALLBACK (count_error_cb), &n_disconnected);
  for (guint i = 0; i < 3; i++)
    {
      session_test_check (transporter);
      g_usleep (50 * 1000);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_connected, ==, 3);
  g_assert_cmpuint (n_disconnected, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/reconnect/again", test_again);
  g_test_add_func ("/session/reconnect/examine", test_examine);
  g_test_add_func ("/session/reconnect/uid-validity", test_uid_validity);
  g_test_add_func ("/session/reconnect/drops-select", test_drops_select);
  g_test_add_func ("/session/reconnect/silent-select", test_silent_select);
  g_test_add_func ("/session/reconnect/drops-fetch", test_drops_fetch);
  g_test_add_func ("/session/reconnect/box-gone", test_box_gone);
  g_test_add_func ("/session/reconnect/never-worked", test_never_worked);
  g_test_add_func ("/session/reconnect/r08", test_too_large);
  g_test_add_func ("/session/reconnect/signals", test_signals);

  return g_test_run ();
}

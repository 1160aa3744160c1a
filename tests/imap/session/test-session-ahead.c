/* What goes in the same flight as the login. Flights are counted by the peer: what a client writes
 * without waiting for an answer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

/* The greeting comes when all calls are made. */
#define GREETING(more)                                                                             \
  "delay 100\nS: * OK [CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN " more "] hello\n"
#define LOGIN_AND_ID "C: $1 AUTHENTICATE PLAIN *\nC: $2 ID *\n"
#define IN "S: $1 OK [CAPABILITY IMAP4rev1 ID] in\nS: * ID NIL\nS: $2 OK\n"
#define IN_BOX(number, exists)                                                                     \
  "S: * " exists " EXISTS\nS: * OK [UIDVALIDITY 7] .\nS: $" number " OK [READ-WRITE] selected\n"
#define MAIL(number)                                                                               \
  "S: * " number " FETCH (UID " number                                                             \
  " FLAGS () INTERNALDATE \" 1-Jan-2024 00:00:00 +0000\" RFC822.SIZE 1 ENVELOPE (NIL \"s\" NIL "   \
  "NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1))\n"

#define new_quiet(peer, ...) new_plain_transporter (peer, "client-id", "t", __VA_ARGS__)

/* The three calls of somebody who opens a mailbox and lists it, made at once. */
typedef struct
{
  SessionTestAnswer checked;
  SessionTestAnswer selected;
  SessionTestAnswer listed;
} Trio;

static void
trio_begin (
    Trio *trio, GImapTransporter *transporter, gint64 first, gint64 last, GImapFetchFlags flags)
{
  memset (trio, 0, sizeof *trio);
  g_imap_transporter_check_connection_async (transporter, NULL, session_test_answer_cb,
                                             &trio->checked);
  g_imap_transporter_select_box_async (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL,
                                       session_test_answer_cb, &trio->selected);
  g_imap_transporter_get_mails_by_number_async (transporter, first, last, flags, NULL,
                                                session_test_answer_cb, &trio->listed);
}

/* Returns: the first id, or "" for no mail. */
static char *
trio_end (Trio *trio, GImapTransporter *transporter, guint *out_n, GError **error)
{
  g_autoptr (GImapStatus) status = NULL;
  g_autoptr (GImapBoxInfo) info = NULL;
  g_autoptr (GImapMails) mails = NULL;
  g_autoptr (GEmail) mail = NULL;

  session_test_await (&trio->checked);
  session_test_await (&trio->selected);
  session_test_await (&trio->listed);
  status = g_imap_transporter_check_connection_finish (transporter, trio->checked.result, NULL);
  info = g_imap_transporter_select_box_finish (transporter, trio->selected.result, NULL);
  mails = g_imap_transporter_get_mails_by_number_finish (transporter, trio->listed.result, error);
  session_test_answer_clear (&trio->checked);
  session_test_answer_clear (&trio->selected);
  session_test_answer_clear (&trio->listed);
  if (mails == NULL)
    return NULL;

  g_assert_true (g_imap_status_get_success (status));
  g_assert_nonnull (info);
  *out_n = g_list_model_get_n_items (g_imap_mails_get_list (mails));
  mail = g_list_model_get_item (g_imap_mails_get_list (mails), 0);

  return g_strdup (mail != NULL ? g_email_get_id (mail) : "");
}

static const struct
{
  const char *name;
  const char *script;
  gint64 first;
  gint64 last;
  GImapFetchFlags flags;
  const char *id; /* of the first mail */
  guint n_mails;
  guint n_flights;
} trios[] = {
  { "last-mails",
    GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 951:* (UID FLAGS *\n" IN
                               "S: $3 OK\n" IN_BOX ("4", "952") MAIL ("951") MAIL ("952") "S: $5 "
                                                                                          "OK\n",
    951, 0, G_IMAP_FETCH_SUMMARY, "951", 2, 1 },
  { "first-mails",
    GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:50 *\n" IN
                               "S: $3 OK\n" IN_BOX ("4", "60") MAIL ("1") "S: $5 OK\n",
    1, 50, G_IMAP_FETCH_SUMMARY, "1", 1, 1 },
  /* A server that minds numbers too many is asked again. */
  { "too-many",
    GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:50 *\n" IN
                               "S: $3 OK\n" IN_BOX ("4", "2") "S: $5 BAD no such mails\nC: $6 "
                                                              "FETCH 1:2 *\n" MAIL ("1")
                                                                  MAIL ("2") "S: $6 OK\n",
    1, 50, G_IMAP_FETCH_SUMMARY, "1", 2, 2 },
  { "empty",
    GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:* *\n" IN
                               "S: $3 OK\n" IN_BOX ("4", "0") "S: $5 NO nothing there\n",
    0, 0, G_IMAP_FETCH_SUMMARY, "", 0, 1 },
  /* "60:*" is the last mail where there is no 60, and was not asked for. */
  { "behind-the-last",
    GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 60:* *\n" IN
                               "S: $3 OK\n" IN_BOX ("4", "3") MAIL ("3") "S: $5 OK\n",
    60, 0, G_IMAP_FETCH_SUMMARY, "", 0, 1 },
  /* What marks mails waits until it is known what there is. */
  { "marking",
    GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\n" IN "S: $3 OK\n" IN_BOX ("4", "0"), 1,
    0, G_IMAP_FETCH_DEFAULT, "", 0, 1 },
  { "enable",
    GREETING ("ENABLE UTF8=ACCEPT") LOGIN_AND_ID
    "C: $3 ENABLE UTF8=ACCEPT\nC: $4 NOOP\nC: $5 SELECT *\nC: $6 FETCH 1:* *\n" IN
    "S: * ENABLED UTF8=ACCEPT\nS: $3 OK\nS: $4 OK\n" IN_BOX ("5", "1") MAIL ("1") "S: $6 OK\n",
    1, 0, G_IMAP_FETCH_SUMMARY, "1", 1, 1 },
  /* The list comes late; what is under way is not held up. */
  { "no-list",
    GREETING ("") LOGIN_AND_ID
    "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:* *\nS: $1 OK in\nS: $2 OK\nS: $3 OK\n" IN_BOX (
        "4", "1") MAIL ("1") "S: $5 OK\nC: $6 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: $6 OK\n",
    1, 0, G_IMAP_FETCH_SUMMARY, "1", 1, 2 },
  /* A server whose list has no ID yet may refuse SELECT before it. */
  { "no-id",
    "delay 100\nS: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\nC: $1 AUTHENTICATE PLAIN "
    "*\nS: $1 OK [CAPABILITY IMAP4rev1 ID] in\nC: $2 ID *\nC: $3 NOOP\nC: $4 SELECT *\nC: $5 "
    "FETCH 1:* *\nS: $2 OK\nS: $3 OK\n" IN_BOX ("4", "1") MAIL ("1") "S: $5 OK\n",
    1, 0, G_IMAP_FETCH_SUMMARY, "1", 1, 2 },
};

static void
test_trio (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (trios[i].script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  guint n_mails = 0;
  Trio trio;

  trio_begin (&trio, transporter, trios[i].first, trios[i].last, trios[i].flags);
  id = trio_end (&trio, transporter, &n_mails, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_mails, ==, trios[i].n_mails);
  g_assert_cmpstr (id, ==, trios[i].id);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, trios[i].n_flights);
}

/* Over TLS nothing is different; behind STARTTLS the list is asked for again first. */
static void
test_tls (void)
{
  static const struct
  {
    const char *script;
    ScriptedPeerFlags flags;
    GImapTlsMode mode;
    guint n_flights;
  } ways[] = {
    { GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:* *\n" IN
                                 "S: $3 OK\n" IN_BOX ("4", "1") MAIL ("1") "S: $5 OK\n",
      SCRIPTED_PEER_TLS, G_IMAP_TLS_MODE_IMPLICIT, 1 },
    { "delay 100\nS: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hello\nC: $8 STARTTLS\nS: "
      "$8 OK go\ntls\nC: $9 CAPABILITY\nS: * CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN\nS: $9 "
      "OK\n" LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:* *\n" IN
      "S: $3 OK\n" IN_BOX ("4", "1") MAIL ("1") "S: $5 OK\n",
      SCRIPTED_PEER_NONE, G_IMAP_TLS_MODE_STARTTLS, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (ways[i].script, ways[i].flags);
      g_autoptr (GImapTransporter)
          transporter = new_transporter (peer, "client-id", "t", "tls-mode", ways[i].mode);
      g_autoptr (GError) error = NULL;
      g_autofree char *id = NULL;
      guint n_mails = 0;
      Trio trio;

      trio_begin (&trio, transporter, 1, 0, G_IMAP_FETCH_SUMMARY);
      id = trio_end (&trio, transporter, &n_mails, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (n_mails, ==, 1);
      scripted_peer_assert_done (peer);
      g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, ways[i].n_flights);
    }
}

/* One after the other, as in a script: each call is one flight, and none is for the connection. */
static void
test_synchronous (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING ("") LOGIN_AND_ID
      "C: $3 SELECT *\n" IN IN_BOX ("3", "1") "C: $4 FETCH 1:1 *\n" MAIL ("1") "S: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
  g_autoptr (GImapMails) mails = NULL;
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  mails = g_imap_transporter_get_mails_by_number (transporter, 0, 0, G_IMAP_FETCH_SUMMARY, NULL,
                                                  &error);
  g_assert_no_error (error);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, 2);
}

/* By unique ids too, but not with ids that are of a box that is not selected yet. */
static void
test_ids (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING ("") LOGIN_AND_ID "C: $3 SELECT *\nC: $4 UID FETCH 3:5 *\n" IN IN_BOX ("3", "1")
          MAIL ("4") "S: $4 OK\nC: $5 UID SEARCH *\nS: * SEARCH 4\nS: $5 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("3:5", NULL);
  g_autoptr (GImapMessageSet) found = NULL;
  g_autoptr (GImapMails) mails = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (SessionTestAnswer) selected = { 0 };
  g_auto (SessionTestAnswer) listed = { 0 };

  g_imap_transporter_select_box_async (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL,
                                       session_test_answer_cb, &selected);
  g_imap_transporter_get_mails_async (transporter, ids, G_IMAP_FETCH_SUMMARY, NULL,
                                      session_test_answer_cb, &listed);
  session_test_await (&listed);
  mails = g_imap_transporter_get_mails_finish (transporter, listed.result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (g_imap_mails_get_list (mails)), ==, 1);
  g_assert_cmpuint (g_strv_length ((char **) g_imap_mails_get_not_found (mails)), ==, 2);
  found = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);
  g_assert_no_error (error);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, 2);
}

/* The box is not there: who asked for its mails hears that none is selected, even from a server that
 * answers with another one's. */
static void
test_no_box (void)
{
  static const char *const answers[] = { "S: $5 BAD no box\n", MAIL ("1") "S: $5 OK\n" };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *script = g_strconcat (GREETING ("") LOGIN_AND_ID
                                             "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:* *\n" IN
                                             "S: $3 OK\nS: $4 NO [NONEXISTENT] no such box\n",
                                             answers[i], NULL);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
      g_autoptr (GError) error = NULL;
      guint n_mails = 0;
      Trio trio;

      trio_begin (&trio, transporter, 1, 0, G_IMAP_FETCH_SUMMARY);
      g_assert_null (trio_end (&trio, transporter, &n_mails, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
      scripted_peer_assert_done (peer);
    }
}

/* All that went with a login that is refused hears of that, and of nothing else. */
static void
test_refused (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:* *\n"
                                 "S: $1 NO [AUTHENTICATIONFAILED] wrong\nexpect-close\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
  g_autoptr (GError) error = NULL;
  guint n_mails = 0;
  Trio trio;

  trio_begin (&trio, transporter, 1, 0, G_IMAP_FETCH_SUMMARY);
  g_assert_null (trio_end (&trio, transporter, &n_mails, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED);
  assert_contains (error->message, "wrong");
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

/* T10: what comes before the login is accepted is no answer to what went ahead. */
static void
test_too_early (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING ("") LOGIN_AND_ID "C: $3 NOOP\nC: $4 SELECT *\nC: $5 FETCH 1:* *\n"
                                 "S: * 5 EXISTS\nexpect-close\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
  g_autoptr (GError) error = NULL;
  guint n_mails = 0;
  Trio trio;

  trio_begin (&trio, transporter, 1, 0, G_IMAP_FETCH_SUMMARY);
  g_assert_null (trio_end (&trio, transporter, &n_mails, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
  scripted_peer_assert_done (peer);
}

/* What may be answered by a question is followed by nothing. */
static const struct
{
  const char *name;
  const char *script;
  const char *token;
  const char *box;
  guint n_flights;
} alone[] = {
  { "xoauth2",
    GREETING ("AUTH=XOAUTH2") "C: $1 AUTHENTICATE XOAUTH2 *\nS: $1 OK [CAPABILITY IMAP4rev1 ID] "
                              "in\nC: $2 ID *\nC: $3 SELECT *\nS: $2 OK\n" IN_BOX ("3", "1"),
    "CANARY-token", "INBOX", 2 },
  { "oauthbearer",
    GREETING (
        "AUTH=OAUTHBEARER") "C: $1 AUTHENTICATE OAUTHBEARER *\nS: $1 OK [CAPABILITY "
                            "IMAP4rev1 ID] in\nC: $2 ID *\nC: $3 SELECT *\nS: $2 OK\n" IN_BOX ("3",
                                                                                               "1"),
    "CANARY-token", "INBOX", 2 },
  { "no-initial-response",
    "S: * OK [CAPABILITY IMAP4rev1 ID AUTH=PLAIN] hello\nC: $1 AUTHENTICATE PLAIN\nS: +\nC: "
    "*\nS: $1 OK [CAPABILITY IMAP4rev1 ID] in\nC: $2 ID *\nC: $3 SELECT *\nS: $2 OK\n" IN_BOX ("3",
                                                                                               "1"),
    NULL, "INBOX", 3 },
  { "literal",
    "S: * OK [CAPABILITY IMAP4rev1 ID] hello\nC: $1 LOGIN \"bob\" {12}\nS: + go\nC-bytes: 14\nS: "
    "$1 OK [CAPABILITY IMAP4rev1 ID] in\nC: $2 ID *\nC: $3 SELECT *\nS: $2 OK\n" IN_BOX ("3", "1"),
    NULL, "INBOX", 3 },
  /* This one cannot. */
  { "literal-plus",
    "S: * OK [CAPABILITY IMAP4rev1 ID LITERAL+] hello\nC: $1 LOGIN \"bob\" {12+}\nC-bytes: 14\nC: "
    "$2 ID *\nC: $3 SELECT *\n" IN IN_BOX ("3", "1"),
    NULL, "INBOX", 1 },
  /* How this name is written depends on what the server can do. */
  { "name", GREETING ("") LOGIN_AND_ID IN "C: $3 SELECT \"Entw&APw-rfe\"\n" IN_BOX ("3", "1"), NULL,
    "Entwürfe", 2 },
};

static void
test_alone (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (alone[i].script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_quiet (peer, "access-token-oauth2", alone[i].token);

  session_test_select (transporter, alone[i].box);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, alone[i].n_flights);
}

/* A server that does not get along with it is asked in single steps, at once and from then on. */
static void
test_hang_up (void)
{
  static const char *const ends[] = { "S: $1 OK [CAPABILITY IMAP4rev1 ID] in\ncut\n", "cut\n",
                                      "rst\n" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *first = g_strconcat (GREETING ("") LOGIN_AND_ID "C: $3 SELECT *\n", ends[i],
                                            NULL);
      const char *const scripts[] = {
        first,
        GREETING ("") "C: $1 AUTHENTICATE PLAIN *\nS: $1 OK [CAPABILITY IMAP4rev1 ID] in\nC: $2 "
                      "ID *\nC: $3 SELECT *\nS: $2 OK\n" IN_BOX ("3", "1"),
        NULL,
      };
      g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);

      session_test_select (transporter, "INBOX");
      scripted_peer_assert_done (peer);
      g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 2);
    }
}

/* Who goes while the login is under way takes nobody with him. */
static void
test_cancel (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (GREETING ("") LOGIN_AND_ID
                                                     "C: $3 NOOP\nC: $4 SELECT *\ndelay 300\n" IN
                                                     "S: $3 OK\n" IN_BOX ("4", "1"),
                                                     SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GImapStatus) status = NULL;
  g_autoptr (GImapBoxInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (SessionTestAnswer) checked = { 0 };
  g_auto (SessionTestAnswer) selected = { 0 };

  g_imap_transporter_check_connection_async (transporter, cancellable, session_test_answer_cb,
                                             &checked);
  g_imap_transporter_select_box_async (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL,
                                       session_test_answer_cb, &selected);
  while (g_imap_transporter_get_state (transporter) != G_IMAP_TRANSPORTER_STATE_AUTHENTICATING)
    g_main_context_iteration (NULL, FALSE);
  g_usleep (50 * 1000);
  g_cancellable_cancel (cancellable);
  session_test_await (&checked);
  session_test_await (&selected);
  status = g_imap_transporter_check_connection_finish (transporter, checked.result, NULL);
  g_assert_false (g_imap_status_get_success (status));
  info = g_imap_transporter_select_box_finish (transporter, selected.result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (info);
  scripted_peer_assert_done (peer);
}

/* It passes over what stands behind AUTHENTICATE: nothing goes ahead of the answer. And it cannot
 * tell a MAILBOXID in STATUS: that is not asked for. */
static void
test_cyrus (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      "S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN] localhost Cyrus IMAP 3.6.1 server "
      "ready\n"
      "C: $1 AUTHENTICATE PLAIN *\n"
      "S: $1 OK [CAPABILITY IMAP4rev1 ID OBJECTID X-CREATEDMODSEQ] in\n"
      "C: $2 ID *\n"
      "C: $3 SELECT *\n"
      "S: $2 OK\n" IN_BOX (
          "3", "1") "C: $4 STATUS \"Sent\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT)\n"
                    "S: * STATUS Sent (MESSAGES 4)\n"
                    "S: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_quiet (peer, NULL);
  g_autoptr (GImapBoxInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  info = g_imap_transporter_get_box_info (transporter, "Sent", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_imap_box_info_get_mail_count (info), ==, 4);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (trios); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/ahead/%s", trios[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_trio);
    }
  g_test_add_func ("/session/ahead/tls", test_tls);
  g_test_add_func ("/session/ahead/synchronous", test_synchronous);
  g_test_add_func ("/session/ahead/ids", test_ids);
  g_test_add_func ("/session/ahead/no-box", test_no_box);
  g_test_add_func ("/session/ahead/refused", test_refused);
  g_test_add_func ("/session/ahead/t10-too-early", test_too_early);
  for (guint i = 0; i < G_N_ELEMENTS (alone); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/ahead/%s", alone[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_alone);
    }
  g_test_add_func ("/session/ahead/hang-up", test_hang_up);
  g_test_add_func ("/session/ahead/cancel", test_cancel);
  g_test_add_func ("/session/ahead/cyrus", test_cyrus);

  return g_test_run ();
}

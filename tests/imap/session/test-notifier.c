/* The notifier on a connection that holds: what it tells, and how IDLE goes with everything else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "notifier-test.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/session/imap-watch.h"

#include <string.h>

#define BEGUN(capabilities) LOGGED_IN (capabilities) SELECTED ("2", "2") TWO_MAILS ("3")

/* News of each kind, each with its id. */
static void
test_news (gconstpointer flags)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") "S: * 3 EXISTS\n" LEFT (
          "4") "C: $5 UID FETCH 7:* (FLAGS)\nS: * 3 FETCH (UID 7 FLAGS (\\Recent))\nS: $5 "
               "OK\n" IDLING ("6") "S: * 1 FETCH (FLAGS (\\Seen $Junk))\nS: * 2 FETCH (UID 6 FLAGS "
                                   "(\\Seen))\n"
                                   "S: * 1 EXPUNGE\nS: * OK still here\n" LEFT (
                                       "6") "C: $7 LOGOUT\nS: $7 OK\n",
      GPOINTER_TO_UINT (flags));
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await (test, "created 7 (3)\n");
  notifier_test_await (test, "flags 5 $Junk $seen\ndeleted 5\n");
  g_assert_true (test->thread == g_thread_self ());
  g_assert_true (g_imap_transporter_close (transporter, NULL, NULL));
  scripted_peer_assert_done (peer);
  notifier_test_await (test, "stopped\n");
}

/* IDLE is left for a call and taken up again; the call does not see it. */
static void
test_calls (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") LEFT ("4") "C: $5 NOOP\nS: * 1 EXPUNGE\nS: $5 OK\n" IDLING (
          "6") "S: * 1 FETCH (FLAGS ())\n" LEFT ("6") "C: $7 NOOP\nS: $7 OK\n" IDLING ("8"),
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await_command (transporter, 4);
  session_test_check (transporter);
  notifier_test_await (test, "deleted 5\nflags 6 \n");
  session_test_check (transporter);
  scripted_peer_assert_done (peer);
  notifier_test_await_silence (test);
}

typedef struct
{
  GImapTransporter *transporter;
  guint n;
} Load;

static gpointer
check_often (gpointer data)
{
  Load *load = data;

  for (guint i = 0; i < load->n; i++)
    session_test_check (load->transporter);

  return NULL;
}

/* R16: several threads at once. The peer answers whatever comes; a command in IDLE does not fit. */
static void
test_threads (void)
{
  GString *script = g_string_new (BEGUN ("IDLE"));
  g_autoptr (ScriptedPeer) peer = NULL;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (NotifierTest) test = NULL;
  Load load = { NULL, 4 };
  GThread *threads[3];

  /* With a pause that is long enough all calls of a row go without IDLE between them. */
  imap_rest_times.pause = 2000;
  for (guint i = 0; i < G_N_ELEMENTS (threads) * load.n; i++)
    g_string_append_printf (script, "C: $%u NOOP\nS: $%u OK\n", i + 4, i + 4);
  peer = scripted_peer_new (script->str, SCRIPTED_PEER_NONE);
  transporter = new_plain_transporter (peer, "client-id", NULL);
  test = notifier_test_new_started (transporter);
  load.transporter = transporter;
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("load", check_often, &load);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  scripted_peer_assert_done (peer);
  g_string_free (script, TRUE);
  notifier_test_hurry ();
}

/* A call from a handler of a signal does not wait for itself. */
static void
call_cb (GImapNotifier *notifier, GImapMessageSet *ids, GImapTransporter *transporter)
{
  session_test_check (transporter);
}

static void
test_call_in_handler (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") "S: * 2 EXPUNGE\n" LEFT ("4") "C: $5 NOOP\nS: $5 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  g_signal_connect (test->notifier, "mail-deleted", G_CALLBACK (call_cb), transporter);
  notifier_test_await (test, "deleted 6\n");
  scripted_peer_assert_done (peer);
}

/* IDLE is renewed when its time is over. */
static void
test_renew (void)
{
  g_autoptr (ScriptedPeer) peer = NULL;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (NotifierTest) test = NULL;

  imap_rest_times.idle = 50;
  peer = scripted_peer_new (BEGUN ("IDLE") IDLING ("4") LEFT ("4") IDLING ("5") LEFT ("5")
                                IDLING ("6") "S: * 2 EXPUNGE\nmay-close\n",
                            SCRIPTED_PEER_NONE);
  transporter = new_plain_transporter (peer, "client-id", NULL);
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "deleted 6\n");
  scripted_peer_assert_done (peer);
  imap_rest_times.idle = IMAP_LIMIT_IDLE_MS;
}

/* Nothing told before DONE is lost, nor what comes with the answer to it. */
static void
test_news_when_left (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") "C: DONE\nS: * 1 EXPUNGE\nS: * 2 EXISTS\nS: $4 OK\n"
                                  "C: $5 UID FETCH 7:* (FLAGS)\nS: * 2 FETCH (UID 9 FLAGS ())\n"
                                  "S: $5 OK\nC: $6 NOOP\nS: $6 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await_command (transporter, 4);
  session_test_check (transporter);
  notifier_test_await (test, "deleted 5\ncreated 9 (2)\n");
  scripted_peer_assert_done (peer);
}

/* D10: EXPUNGE and VANISHED in the middle of whatever response; the map stays right. */
static void
test_expunge_anywhere (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("IDLE") SELECTED (
          "2",
          "5") "C: $3 FETCH 1:5 (UID FLAGS)\n"
               "S: * 1 FETCH (UID 1 FLAGS ())\nS: * 2 FETCH (UID 2 FLAGS ())\nS: * 3 FETCH (UID 3 "
               "FLAGS ())\n"
               "S: * 4 FETCH (UID 4 FLAGS ())\nS: * 5 FETCH (UID 5 FLAGS ())\nS: $3 OK\n"
               "C: $4 UID SEARCH ALL\nS: * 1 EXPUNGE\nS: * SEARCH 2 4 5\nS: * 2 EXPUNGE\nS: $4 OK\n"
               "C: $5 UID FETCH *\nS: * 2 EXPUNGE\n"
               "S: * 2 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE \" 1-Jan-2024 00:00:00 +0000\" "
               "RFC822.SIZE 3 BODY[HEADER] {3}\nS: abc)\nS: * VANISHED 2\nS: $5 OK\n" IDLING (
                   "6") "S: * 1 FETCH (FLAGS (\\Seen \\Flagged))\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = NULL;
  g_autoptr (GImapMessageSet) found = NULL;
  g_autoptr (GEmail) mail = NULL;
  g_autoptr (GError) error = NULL;

  imap_rest_times.pause = 300;
  test = notifier_test_new_started (transporter);
  found = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);
  g_assert_no_error (error);
  mail = g_imap_transporter_get_mail (transporter, "5", G_IMAP_FETCH_HEADERS, NULL, &error);
  g_assert_no_error (error);
  notifier_test_await (test, "deleted 1\ndeleted 3\ndeleted 4\nflags 5 $seen\ndeleted 2\n");
  notifier_test_await (test, "flags 5 $flagged $seen\n");
  scripted_peer_assert_done (peer);
  notifier_test_hurry ();
}

/* D10: … also while the box is read: it is read again. */
static void
test_expunge_while_reading (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("IDLE") SELECTED (
          "2", "3") "C: $3 FETCH 1:3 (UID FLAGS)\nS: * 1 FETCH (UID 4 FLAGS ())\nS: * 1 EXPUNGE\n"
                    "S: * 2 FETCH (UID 6 FLAGS (\\Seen))\nS: $3 OK\n" TWO_MAILS ("4")
                        IDLING ("5") "S: * 2 EXPUNGE\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await (test, "deleted 6\n");
  scripted_peer_assert_done (peer);
}

/* D10: … and without any command that it could belong to. */
static void
test_unasked (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") "S: * 1 EXPUNGE\nS: * 2 EXISTS\nC: $4 UID FETCH 7:* (FLAGS)\n"
                     "S: * 2 FETCH (UID 8 FLAGS ())\nS: $4 OK\n" IDLING ("5") "S: * 1 EXPUNGE\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = NULL;

  imap_rest_times.pause = 300;
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "deleted 5\ncreated 8 (2)\ndeleted 6\n");
  scripted_peer_assert_done (peer);
  notifier_test_hurry ();
}

/* D08: the box becomes another one under our eyes. */
static void
test_uid_validity (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") "S: * OK [UIDVALIDITY 9] made anew\n" LEFT (
          "4") "C: $5 FETCH 1:2 (UID FLAGS)\nS: * 1 FETCH (UID 1 FLAGS ())\n"
               "S: * 2 FETCH (UID 2 FLAGS ())\nS: $5 OK\n" IDLING ("6") "S: * 1 EXPUNGE\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await (test, "error uidvalidity-changed\ndeleted 1\n");
  assert_contains (test->error->message, "now 9");
  scripted_peer_assert_done (peer);
}

/* P28: more than may come for one command does not end an IDLE that is left in time. */
static void
test_many_news (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") "repeat 60000\nS: * 1 FETCH (FLAGS (\\Seen))\nend\n" LEFT ("4")
          IDLING ("5") "repeat 60000\nS: * 1 FETCH (FLAGS (\\Seen))\nend\n" LEFT ("5")
              IDLING ("6") "S: * 2 EXPUNGE\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await (test, "flags 5 $seen\ndeleted 6\n");
  scripted_peer_assert_done (peer);
}

/* P13, P15: numbers that are none, and ids that do not fit: the box is read again, and what did not
 * happen is not told. */
static void
test_lies (void)
{
  static const struct
  {
    const char *lie;
    const char *answer;
    const char *lines;
  } cases[] = {
    { "S: * 0 FETCH (FLAGS (\\Seen))\nS: * 4294967295 FETCH (FLAGS (\\Seen))\nS: * 3 FETCH (UID 9 "
      "FLAGS ())\nS: * 0 EXPUNGE\nS: * 3 EXPUNGE\nS: * 4294967295 EXPUNGE\nS: * 2 EXPUNGE\n",
      NULL, "deleted 6\n" },
    { "S: * 1 FETCH (UID 6 FLAGS (\\Seen))\n", TWO_MAILS ("5"), "" },
    { "S: * 1 FETCH (UID 0 FLAGS (\\Seen \\Flagged))\n", NULL, "flags 5 $flagged $seen\n" },
    { "S: * 1 EXISTS\n",
      "C: $5 FETCH 1:1 (UID FLAGS)\nS: * 1 FETCH (UID 6 FLAGS (\\Seen))\nS: $5 OK\n",
      "deleted 5\n" },
    { "S: * 3 EXISTS\nS: * 1 EXPUNGE\n",
      "C: $5 UID FETCH 7:* (FLAGS)\nS: * 1 FETCH (UID 6 FLAGS (\\Seen))\nS: $5 OK\n"
      "C: $6 FETCH 1:2 (UID FLAGS)\nS: * 1 FETCH (UID 6 FLAGS (\\Seen))\nS: $6 OK\n",
      "deleted 5\n" },
    { "S: * 3 EXISTS\n",
      "C: $5 UID FETCH 7:* (FLAGS)\nS: * 3 FETCH (UID 4 FLAGS (\\Seen))\nS: $5 OK\n"
      "C: $6 FETCH 1:3 (UID FLAGS)\nS: * 3 FETCH (UID 7 FLAGS ())\nS: * 1 FETCH (UID 5 FLAGS ())\n"
      "S: * 2 FETCH (UID 6 FLAGS ())\nS: $6 OK\n",
      "flags 6 \ncreated 7 (3)\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *end = cases[i].answer != NULL ?
                                 g_strconcat (LEFT ("4"), cases[i].answer, IDLING ("7"), NULL) :
                                 g_strdup ("");
      g_autofree char *script = g_strconcat (BEGUN ("IDLE") IDLING ("4"), cases[i].lie, end, NULL);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

      notifier_test_await (test, cases[i].lines);
      scripted_peer_assert_done (peer);
      notifier_test_await_silence (test);
    }
}

/* P14: a number that is too large is an error, and nothing is made room for. */
static void
test_huge_box (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("IDLE") SELECTED ("2", "4294967295") "C: $3 NOOP\nS: $3 OK\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  GImapNotifier *notifier = g_imap_transporter_get_notifier (transporter);
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_assert_false (g_imap_notifier_start (notifier, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
  assert_contains (error->message, "4294967295");
  g_assert_false (g_imap_notifier_get_is_started (notifier));
  session_test_check (transporter);
  scripted_peer_assert_done (peer);
}

/* P15: a server that contradicts itself again and again is left. */
static void
test_contradictions (void)
{
  GString *script = g_string_new (BEGUN ("IDLE"));
  g_autoptr (ScriptedPeer) peer = NULL;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (NotifierTest) test = NULL;

  for (guint i = 0; i < IMAP_LIMIT_REREADS; i++)
    g_string_append_printf (
        script,
        "C: $%u IDLE\nS: + \nS: * 1 FETCH (UID 6 FLAGS ())\nC: DONE\nS: $%u OK\n"
        "C: $%u FETCH 1:2 (UID FLAGS)\nS: * 1 FETCH (UID 5 FLAGS ())\n"
        "S: * 2 FETCH (UID 6 FLAGS (\\Seen))\nS: $%u OK\n",
        2 * i + 4, 2 * i + 4, 2 * i + 5, 2 * i + 5);
  g_string_append (script, "C: $90 IDLE\nS: + \nS: * 1 FETCH (UID 6 FLAGS ())\nC: DONE\nS: $90 OK\n"
                           "C: $91 NOOP\nS: $91 OK\n");
  peer = scripted_peer_new (script->str, SCRIPTED_PEER_NONE);
  transporter = new_plain_transporter (peer, "client-id", NULL);
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "error protocol\nstopped\n");
  session_test_check (transporter);
  scripted_peer_assert_done (peer);
  g_string_free (script, TRUE);
}

/* A box that cannot be true any more and is empty now has nothing to be read; who waits goes on. */
static void
test_emptied (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") "C: DONE\nS: * 0 EXISTS\nS: $4 OK left\nC: $5 NOOP\nS: $5 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await_command (transporter, 4);
  session_test_check (transporter);
  notifier_test_await (test, "deleted 5\ndeleted 6\n");
  scripted_peer_assert_done (peer);
}

/* A server that refuses IDLE, or has none, is asked. */
static void
test_polling (void)
{
  static const char *const scripts[] = {
    BEGUN ("") "C: $4 NOOP\nS: $4 OK\nC: $5 NOOP\nS: * 3 EXISTS\nS: $5 OK\n"
               "C: $6 UID FETCH 7:* (FLAGS)\nS: * 3 FETCH (UID 8 FLAGS ())\nS: $6 OK\n"
               "C: $7 NOOP\nS: * 1 EXPUNGE\nS: $7 OK\n",
    BEGUN ("IDLE") "C: $4 IDLE\nS: $4 NO not today\nC: $5 NOOP\nS: * 3 EXISTS\nS: $5 OK\n"
                   "C: $6 UID FETCH 7:* (FLAGS)\nS: * 3 FETCH (UID 8 FLAGS ())\nS: $6 OK\n"
                   "C: $7 NOOP\nS: * 1 EXPUNGE\nS: $7 OK\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (scripts[i], SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

      notifier_test_await (test, "created 8 (3)\ndeleted 5\n");
      scripted_peer_assert_done (peer);
    }
}

/* The box that is selected is the one that is watched. */
static void
test_other_box (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") LEFT ("4")
          SELECTED ("5", "1") "C: $6 FETCH 1:1 (UID FLAGS)\nS: * 1 FETCH (UID 80 FLAGS ())\nS: $6 "
                              "OK\n" IDLING ("7") "S: * 1 EXPUNGE\n" LEFT (
                                  "7") "C: $8 SELECT *\nS: $8 NO [NONEXISTENT] none\n"
                                       "C: $9 NOOP\nS: $9 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);
  g_autoptr (GError) error = NULL;

  notifier_test_await_command (transporter, 4);
  session_test_select (transporter, "Other");
  notifier_test_await (test, "deleted 80\n");
  g_assert_null (
      g_imap_transporter_select_box (transporter, "None", G_IMAP_BOX_STATE_WRITABLE, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT);
  session_test_check (transporter);
  notifier_test_await_silence (test);
  g_assert_true (g_imap_notifier_get_is_started (test->notifier));
  scripted_peer_assert_done (peer);
}

static void
test_no_box (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (LOGGED_IN ("IDLE"), SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  GImapNotifier *notifier = g_imap_transporter_get_notifier (transporter);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_imap_notifier_stop (notifier, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (g_imap_notifier_start (notifier, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
  g_assert_false (g_imap_notifier_get_is_started (notifier));
  scripted_peer_assert_done (peer);
}

/* What a call of the transporter itself changes is told, too, and asked for. */
static void
test_own_changes (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN ("IDLE") IDLING ("4") LEFT ("4") "C: $5 UID STORE 5 +FLAGS (\\Flagged)\n"
                                             "S: * 1 FETCH (UID 5 FLAGS (\\Flagged))\nS: $5 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_single ("5", NULL);
  const char *const flags[] = { "$flagged", NULL };
  g_autoptr (GError) error = NULL;

  notifier_test_await_command (transporter, 4);
  g_imap_transporter_add_flags (transporter, ids, flags, NULL, &error);
  g_assert_no_error (error);
  notifier_test_await (test, "flags 5 $flagged\n");
  scripted_peer_assert_done (peer);
}

/* HIGHESTMODSEQ and MODSEQ: none where a server says 0 or -1 (Zoho). */
static void
test_no_modseq (void)
{
  static const char *const values[] = { "0", "-1", "x" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *script = g_strdup_printf (
          LOGGED_IN ("IDLE CONDSTORE") "C: $2 SELECT *\nS: * 2 EXISTS\n"
                                       "S: * OK [HIGHESTMODSEQ %s] .\nS: $2 OK\n"
                                       "C: $3 FETCH 2 (UID MODSEQ)\nC: $4 FETCH 1:2 (UID FLAGS)\n"
                                       "S: $3 BAD none\nS: * 1 FETCH (UID 5 FLAGS ())\n"
                                       "S: * 2 FETCH (UID 6 FLAGS (\\Seen))\nS: $4 OK\n" IDLING (
                                           "5") "S: * 1 FETCH (MODSEQ (%s) FLAGS (\\Seen))\n",
          values[i], values[i]);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (NotifierTest) test = notifier_test_new (transporter);
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
          transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (g_imap_box_info_get_highest_modseq (info), ==, -1);
      g_assert_true (g_imap_notifier_start (test->notifier, NULL, &error));
      notifier_test_await (test, "started\nflags 5 $seen\n");
      scripted_peer_assert_done (peer);
    }
}

static void
add_chunked (const char *path, GTestDataFunc func)
{
  static const struct
  {
    const char *name;
    ScriptedPeerFlags flags;
  } chunks[] = {
    { "whole", SCRIPTED_PEER_NONE },
    { "one", SCRIPTED_PEER_CHUNK_ONE },
    { "random", SCRIPTED_PEER_CHUNK_RANDOM },
  };

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++)
    {
      g_autofree char *whole_path = g_strconcat (path, "/", chunks[i].name, NULL);

      g_test_add_data_func (whole_path, GUINT_TO_POINTER (chunks[i].flags), func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notifier_test_hurry ();
  add_chunked ("/notifier/news", test_news);
  g_test_add_func ("/notifier/calls", test_calls);
  g_test_add_func ("/notifier/R16-threads", test_threads);
  g_test_add_func ("/notifier/call-in-handler", test_call_in_handler);
  g_test_add_func ("/notifier/renew", test_renew);
  g_test_add_func ("/notifier/news-when-left", test_news_when_left);
  g_test_add_func ("/notifier/D10-expunge-anywhere", test_expunge_anywhere);
  g_test_add_func ("/notifier/D10-expunge-while-reading", test_expunge_while_reading);
  g_test_add_func ("/notifier/D10-unasked", test_unasked);
  g_test_add_func ("/notifier/D08-uid-validity", test_uid_validity);
  g_test_add_func ("/notifier/P28-many-news", test_many_news);
  g_test_add_func ("/notifier/P13-P15-lies", test_lies);
  g_test_add_func ("/notifier/P14-huge-box", test_huge_box);
  g_test_add_func ("/notifier/P15-contradictions", test_contradictions);
  g_test_add_func ("/notifier/emptied", test_emptied);
  g_test_add_func ("/notifier/polling", test_polling);
  g_test_add_func ("/notifier/other-box", test_other_box);
  g_test_add_func ("/notifier/no-box", test_no_box);
  g_test_add_func ("/notifier/own-changes", test_own_changes);
  g_test_add_func ("/notifier/no-modseq", test_no_modseq);

  return g_test_run ();
}

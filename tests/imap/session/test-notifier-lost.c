/* The notifier and a connection that is lost: it comes back by itself, and tells what happened.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "notifier-test.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/session/imap-watch.h"

#include <string.h>

#define BEGUN(capabilities) LOGGED_IN (capabilities) SELECTED ("2", "2") TWO_MAILS ("3")
#define BEGUN_IDLE BEGUN ("IDLE") IDLING ("4")

/* With modification sequences: up to 10 is known. */
#define SELECTED_MODSEQ(number, exists, modseq)                                                    \
  "C: $" number " SELECT *\n"                                                                      \
  "S: * " exists " EXISTS\n"                                                                       \
  "S: * OK [UIDVALIDITY 7] .\n"                                                                    \
  "S: * OK [HIGHESTMODSEQ " modseq "] .\n"                                                         \
  "S: $" number " OK [READ-WRITE] selected\n"
#define BEGUN_MODSEQ(capabilities)                                                                 \
  LOGGED_IN (capabilities)                                                                         \
  SELECTED_MODSEQ ("2", "2", "10")                                                                 \
  "C: $3 FETCH 2 (UID MODSEQ)\n"                                                                   \
  "C: $4 FETCH 1:2 (UID FLAGS)\n"                                                                  \
  "S: * OK [HIGHESTMODSEQ 10] .\n"                                                                 \
  "S: * 2 FETCH (UID 6 MODSEQ (8))\n"                                                              \
  "S: $3 OK\n"                                                                                     \
  "S: * 1 FETCH (UID 5 FLAGS (\\Seen))\n"                                                          \
  "S: * 2 FETCH (UID 6 FLAGS (\\Seen))\n"                                                          \
  "S: * 1 FETCH (FLAGS () MODSEQ (10))\n"                                                          \
  "S: $4 OK read\n" IDLING ("5")

/* 5 is gone, 6 is marked, 9 is new. */
#define LINES "error disconnected\ndeleted 5\nflags 6 $flagged\ncreated 9 (2)\n"

#define QRESYNC "IDLE ENABLE CONDSTORE QRESYNC"
#define QRESYNC_ENABLED "C: $2 ENABLE QRESYNC\nS: * ENABLED QRESYNC\nS: $2 OK\n"

/* Each way to find out what happened meanwhile, and each server that makes it hard. */
static const struct
{
  const char *name;
  const char *first;
  const char *second;
  const char *lines;
} resyncs[] = {
  { "plain", BEGUN_IDLE "cut\n",
    LOGGED_IN ("IDLE")
        SELECTED ("2", "2") "C: $3 FETCH 1:2 (UID FLAGS)\nS: * 1 FETCH (UID 6 FLAGS (\\Flagged))\n"
                            "S: * 2 FETCH (UID 9 FLAGS ())\nS: $3 OK\n" IDLING ("4"),
    LINES },
  { "plain-nothing", BEGUN_IDLE "cut\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4"), "error disconnected\n" },
  { "plain-empty", BEGUN_IDLE "cut\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "0") IDLING ("3") "S: * 1 EXISTS\n" LEFT (
        "3") "C: $4 UID FETCH 1:* (FLAGS)\nS: * 1 FETCH (UID 9 FLAGS ())\nS: $4 OK\n",
    "error disconnected\ndeleted 5\ndeleted 6\ncreated 9 (1)\n" },
  { "condstore", BEGUN_MODSEQ ("IDLE CONDSTORE ESEARCH") "cut\n",
    LOGGED_IN ("IDLE CONDSTORE ESEARCH") SELECTED_MODSEQ (
        "2", "2", "20") "C: $3 UID SEARCH RETURN (ALL) UID 1:*\n"
                        "S: * ESEARCH (TAG \"$3\") UID ALL 6,9\nS: $3 OK\n"
                        "C: $4 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 10)\n"
                        "S: * 2 FETCH (UID 9 FLAGS () MODSEQ (19))\n"
                        "S: * 1 FETCH (UID 6 FLAGS (\\Flagged) MODSEQ (20))\nS: $4 OK\n" IDLING (
                            "5"),
    LINES },
  { "condstore-incomplete", BEGUN_MODSEQ ("IDLE CONDSTORE") "cut\n",
    LOGGED_IN ("IDLE CONDSTORE")
        SELECTED_MODSEQ ("2", "2", "20") "C: $3 UID SEARCH UID 1:*\nS: * SEARCH 6 9\nS: $3 OK\n"
                                         "C: $4 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 10)\nS: $4 OK\n"
                                         "C: $5 FETCH 1:2 (UID FLAGS)\n"
                                         "S: * 1 FETCH (UID 6 FLAGS (\\Flagged))\nS: * 2 FETCH "
                                         "(UID 9 FLAGS ())\nS: $5 OK\n" IDLING ("7"),
    LINES },
  { "condstore-back", BEGUN_MODSEQ ("IDLE CONDSTORE") "cut\n",
    LOGGED_IN ("IDLE CONDSTORE")
        SELECTED_MODSEQ ("2", "2", "3") "C: $5 FETCH 1:2 (UID FLAGS)\n"
                                        "S: * 1 FETCH (UID 6 FLAGS (\\Flagged))\nS: * 2 FETCH (UID "
                                        "9 FLAGS ())\nS: $5 OK\n" IDLING ("7"),
    LINES },
  { "qresync", BEGUN_MODSEQ (QRESYNC) "cut\n",
    LOGGED_IN (QRESYNC) QRESYNC_ENABLED
    "C: $3 SELECT * (QRESYNC (7 10))\nS: * 2 EXISTS\nS: * OK [UIDVALIDITY 7] .\n"
    "S: * OK [HIGHESTMODSEQ 20] .\nS: * VANISHED (EARLIER) 1:5,7:8\n"
    "S: * 1 FETCH (UID 6 FLAGS (\\Flagged) MODSEQ (20))\n"
    "S: * 2 FETCH (UID 9 FLAGS () MODSEQ (19))\nS: $3 OK\n" IDLING ("4"),
    LINES },
  { "qresync-nothing", BEGUN_MODSEQ (QRESYNC) "cut\n",
    LOGGED_IN (QRESYNC) QRESYNC_ENABLED
    "C: $3 SELECT * (QRESYNC (7 10))\nS: * 2 EXISTS\nS: * OK [UIDVALIDITY 7] .\n"
    "S: * OK [HIGHESTMODSEQ 10] .\nS: $3 OK\n" IDLING ("4") "S: * VANISHED 5\n",
    "error disconnected\ndeleted 5\n" },
  /* What was learned over IDLE need not be asked for again. */
  { "qresync-later",
    BEGUN_MODSEQ (QRESYNC) "S: * 1 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (12))\nS: * 2 "
                           "EXPUNGE\n" LEFT ("5") "C: $6 NOOP\nS: $6 OK\ncut\n",
    LOGGED_IN (QRESYNC) QRESYNC_ENABLED
    "C: $3 SELECT * (QRESYNC (7 12))\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] .\n"
    "S: * OK [HIGHESTMODSEQ 12] .\nS: $3 OK\n" IDLING ("4"),
    "flags 5 $seen\ndeleted 6\nerror disconnected\n" },
  /* It leaves something out: the whole box is read. */
  { "qresync-incomplete", BEGUN_MODSEQ (QRESYNC) "cut\n",
    LOGGED_IN (QRESYNC) QRESYNC_ENABLED
    "C: $3 SELECT * (QRESYNC (7 10))\nS: * 2 EXISTS\nS: * OK [UIDVALIDITY 7] .\n"
    "S: * OK [HIGHESTMODSEQ 20] .\nS: * VANISHED (EARLIER) 5\nS: $3 OK\n"
    "C: $4 UID SEARCH UID 1:*\nS: * SEARCH 6 9\nS: $4 OK\n"
    "C: $5 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 10)\n"
    "S: * 2 FETCH (UID 9 FLAGS () MODSEQ (19))\n"
    "S: * 1 FETCH (UID 6 FLAGS (\\Flagged) MODSEQ (20))\nS: $5 OK\n" IDLING ("6"),
    LINES },
  { "qresync-bad", BEGUN_MODSEQ (QRESYNC) "cut\n",
    LOGGED_IN (QRESYNC) QRESYNC_ENABLED
    "C: $3 SELECT * (QRESYNC (7 10))\nS: $3 BAD what\n" SELECTED_MODSEQ (
        "4", "2", "20") "C: $5 UID SEARCH UID 1:*\nS: * SEARCH 6 9\nS: $5 OK\n"
                        "C: $6 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 10)\n"
                        "S: * 2 FETCH (UID 9 FLAGS () MODSEQ (19))\n"
                        "S: * 1 FETCH (UID 6 FLAGS (\\Flagged) MODSEQ (20))\nS: $6 OK\n" IDLING (
                            "7"),
    LINES },
  { "bye", BEGUN_IDLE "S: * BYE idle for too long\nstall\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4"), "error bye\n" },
  { "rst", BEGUN_IDLE "rst\n", LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4"),
    "error disconnected\n" },
  { "D08-uid-validity", BEGUN_IDLE "cut\n",
    LOGGED_IN (
        "IDLE") "C: $2 SELECT *\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 8] .\nS: $2 OK\n"
                "C: $3 FETCH 1:1 (UID FLAGS)\nS: * 1 FETCH (UID 1 FLAGS ())\nS: $3 OK\n" IDLING (
                    "4") "S: * 1 EXPUNGE\n",
    "error disconnected\nerror uidvalidity-changed\ndeleted 1\n" },
  { "select-later", BEGUN_IDLE "cut\n",
    LOGGED_IN ("IDLE") "C: $2 SELECT *\nS: $2 NO [UNAVAILABLE] starting\n"
                       "C: $3 SELECT *\nS: $3 NO [UNAVAILABLE] starting\n" SELECTED ("4", "2")
                           TWO_MAILS ("5") IDLING ("6"),
    "error disconnected\nerror no\n" },
  { "D21-refused", BEGUN_IDLE "cut\n",
    LOGGED_IN ("IDLE") "C: $2 SELECT *\nS: $2 NO none\nC: $3 SELECT *\nS: $3 NO none\n"
                       "C: $4 SELECT *\nS: $4 NO none\nC: $5 SELECT *\nS: $5 NO none\n"
                       "C: $6 SELECT *\nS: $6 NO none\n",
    "error disconnected\nerror no\nerror no\nstopped\n" },
  { "D21-nonexistent", BEGUN_IDLE "cut\n",
    LOGGED_IN ("IDLE") "C: $2 SELECT *\nS: $2 NO [NONEXISTENT] gone\n",
    "error disconnected\nerror nonexistent\nstopped\n" },
  { "login-refused", BEGUN_IDLE "cut\n",
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\nC: $1 AUTHENTICATE PLAIN *\n"
    "S: $1 NO [AUTHENTICATIONFAILED] no\n",
    "error disconnected\nerror auth-failed\nstopped\n" },
};

static void
test_resync (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data) / 3;
  guint chunk = GPOINTER_TO_UINT (data) % 3;
  const char *const scripts[] = { resyncs[i].first, resyncs[i].second, NULL };
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new_many (scripts, chunk == 0 ? SCRIPTED_PEER_NONE :
                                              chunk == 1 ? SCRIPTED_PEER_CHUNK_ONE :
                                                           SCRIPTED_PEER_CHUNK_RANDOM);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  if (strstr (resyncs[i].first, "NOOP") != NULL)
    {
      notifier_test_await (test, "flags 5 $seen\ndeleted 6\n");
      session_test_check (transporter);
      notifier_test_await (test, strstr (resyncs[i].lines, "error"));
    }
  else
    {
      notifier_test_await (test, resyncs[i].lines);
    }
  scripted_peer_assert_done (peer);
  notifier_test_await_silence (test);
  g_assert_cmpint (g_imap_notifier_get_is_started (test->notifier), ==,
                   strstr (resyncs[i].lines, "stopped") == NULL);
}

/* R02: the line breaks at each step of the notifier. What happened is told once, whatever was told
 * before it broke. */
static void
test_cut_anywhere (void)
{
  static const char *const ends[] = {
    "C: $4 IDLE\ncut\n",
    "C: $4 IDLE\nS: + idling\ncut\n",
    "C: $4 IDLE\nS: + idling\nS: * 3 EXISTS\ncut\n",
    "C: $4 IDLE\nS: + idling\nS: * 3 EXISTS\nC: DONE\ncut\n",
    "C: $4 IDLE\nS: + idling\nS: * 3 EXISTS\nC: DONE\nS: $4 OK\ncut\n",
    "C: $4 IDLE\nS: + idling\nS: * 3 EXISTS\nC: DONE\nS: $4 OK\nC: $5 UID FETCH *\ncut\n",
    "C: $4 IDLE\nS: + idling\nS: * 3 EXISTS\nC: DONE\nS: $4 OK\nC: $5 UID FETCH *\nS: * 3 FETCH "
    "(UID 9 FLAGS ())\ncut\n",
    "C: $4 IDLE\nS: + idling\nS: * 3 EXISTS\nC: DONE\nS: $4 OK\nC: $5 UID FETCH *\nS-raw: * 3 "
    "FETCH "
    "(UID 9 FL\ncut\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *first = g_strconcat (BEGUN ("IDLE"), ends[i], NULL);
      const char *const scripts[] = {
        first,
        LOGGED_IN ("IDLE") SELECTED ("2", "3") "C: $3 FETCH 1:3 (UID FLAGS)\ncut\n",
        LOGGED_IN ("IDLE")
            SELECTED ("2", "3") "C: $3 FETCH 1:3 (UID FLAGS)\nS: * 1 FETCH (UID 5 FLAGS ())\n"
                                "S: * 2 FETCH (UID 6 FLAGS (\\Seen))\nS: * 3 FETCH (UID 9 FLAGS "
                                "())\nS: $3 OK\n" IDLING ("4") "S: * 1 EXPUNGE\n",
        NULL,
      };
      g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

      /* One of the two ways round. */
      notifier_test_await (test, i == 6 ? "created 9 (3)\nerror disconnected\ndeleted 5\n" :
                                          "error disconnected\ncreated 9 (3)\ndeleted 5\n");
      scripted_peer_assert_done (peer);
    }
}

/* R04, R01: the answer to DONE does not come; the call that wanted the connection gets a new one,
 * even one that changes something: it was not sent yet. */
static void
test_done_unanswered (void)
{
  static const char *const scripts[] = {
    BEGUN_IDLE "C: DONE\nstall\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "2")
        TWO_MAILS ("3") "C: $4 UID STORE 5 +FLAGS (\\Flagged)\nS: * 1 FETCH (UID 5 FLAGS "
                        "(\\Flagged))\nS: $4 OK\n" IDLING ("5"),
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = NULL;
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_single ("5", NULL);
  const char *const flags[] = { "$flagged", NULL };
  g_autoptr (GError) error = NULL;

  imap_rest_times.idle_done = 100;
  test = notifier_test_new_started (transporter);
  notifier_test_await_command (transporter, 4);
  g_imap_transporter_add_flags (transporter, ids, flags, NULL, &error);
  g_assert_no_error (error);
  notifier_test_await (test, "error timeout-idle\nflags 5 $flagged\n");
  scripted_peer_assert_done (peer);
  imap_rest_times.idle_done = IMAP_LIMIT_IDLE_DONE_MS;
}

/* R04: the cable is pulled while nobody calls: found when IDLE is renewed. */
static void
test_dead_idle (void)
{
  static const char *const scripts[] = {
    BEGUN_IDLE "stall\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4") "S: * 2 EXPUNGE\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = NULL;

  imap_rest_times.idle = 100;
  imap_rest_times.idle_done = 100;
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "error timeout-idle\n");
  assert_contains (test->error->message, "IDLE");
  notifier_test_await (test, "deleted 6\n");
  scripted_peer_assert_done (peer);
  imap_rest_times.idle = IMAP_LIMIT_IDLE_MS;
  imap_rest_times.idle_done = IMAP_LIMIT_IDLE_DONE_MS;
}

/* A server that drops IDLE is asked before it does so again. */
static void
test_learns (void)
{
  static const char *const scripts[] = {
    BEGUN_IDLE "delay 300\ncut\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4") LEFT ("4") IDLING ("5"),
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = NULL;

  /* However late the client is on a busy machine, IDLE held longer than this. */
  imap_rest_times.idle_min = 1;
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "error disconnected\n");
  /* The peer waits ten seconds for DONE, which comes after 240 ms, not ten minutes. */
  scripted_peer_assert_done (peer);
  imap_rest_times.idle_min = IMAP_LIMIT_IDLE_MIN_MS;
}

/* Without a network nothing is tried; when it is back, at once. */
static void
test_offline (void)
{
  static const char *const scripts[] = {
    BEGUN_IDLE "cut\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4"),
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = NULL;

  imap_rest_times.network = FALSE;
  imap_rest_times.retry_max = 60000;
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "error disconnected\n");
  notifier_test_await_silence (test);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
  imap_rest_times.network = TRUE;
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  scripted_peer_assert_done (peer);
  imap_rest_times.network = -1;
  notifier_test_hurry ();
}

/* A server that is not there for a while is tried again and again; the loss is told once. */
static void
test_server_away (void)
{
  static const char *const scripts[] = {
    BEGUN_IDLE "cut\n",
    "cut\n",
    "S: * BYE starting\ncut\n",
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\nC: $1 AUTHENTICATE *\nS: $1 NO "
    "[UNAVAILABLE] later\n",
    LOGGED_IN ("IDLE") "C: $2 SELECT *\ncut\n",
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4") "S: * 2 EXPUNGE\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await (test, "error disconnected\ndeleted 6\n");
  scripted_peer_assert_done (peer);
}

/* Stopped while there is no connection: it is not opened any more. */
static void
test_stop_offline (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (BEGUN_IDLE "cut\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = NULL;
  g_autoptr (GError) error = NULL;

  imap_rest_times.retry_min = 60000;
  imap_rest_times.retry_max = 60000;
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "error disconnected\n");
  g_assert_true (g_imap_notifier_stop (test->notifier, NULL, &error));
  g_assert_no_error (error);
  notifier_test_await (test, "stopped\n");
  notifier_test_await_silence (test);
  scripted_peer_assert_done (peer);
  notifier_test_hurry ();
}

int
main (int argc, char **argv)
{
  static const char *const chunks[] = { "whole", "one", "random" };

  g_test_init (&argc, &argv, NULL);
  notifier_test_hurry ();
  for (guint i = 0; i < G_N_ELEMENTS (resyncs) * G_N_ELEMENTS (chunks); i++)
    {
      g_autofree char *path = g_strconcat ("/notifier/resync/", resyncs[i / 3].name, "/",
                                           chunks[i % 3], NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_resync);
    }
  g_test_add_func ("/notifier/R02-cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/notifier/R04-done-unanswered", test_done_unanswered);
  g_test_add_func ("/notifier/R04-dead-idle", test_dead_idle);
  g_test_add_func ("/notifier/learns", test_learns);
  g_test_add_func ("/notifier/offline", test_offline);
  g_test_add_func ("/notifier/server-away", test_server_away);
  g_test_add_func ("/notifier/stop-offline", test_stop_offline);

  return g_test_run ();
}

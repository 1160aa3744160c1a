/* Objects, threads and contexts of the notifier: who lives how long, and where what happens.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "notifier-test.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/imap-news.h"
#include "gimap4d/imap/session/imap-watch.h"

#include <string.h>

#define BEGUN LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4")

/* R15: the transporter goes from a handler of its notifier, and nothing comes behind it. */
static void
unref_cb (GImapNotifier *notifier, GImapMessageSet *ids, GImapTransporter **transporter)
{
  g_clear_object (transporter);
}

static void
test_unref_in_handler (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN "S: * 1 EXPUNGE\nS: * 1 FETCH (FLAGS (\\Flagged))\nC: DONE\nS: $4 OK\nC: $5 LOGOUT\n"
            "S: $5 OK\n",
      SCRIPTED_PEER_NONE);
  GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  g_signal_connect (test->notifier, "mail-deleted", G_CALLBACK (unref_cb), &transporter);
  while (transporter != NULL)
    g_main_context_iteration (NULL, TRUE);
  scripted_peer_assert_done (peer);
  while (g_imap_notifier_get_is_started (test->notifier))
    g_main_context_iteration (NULL, FALSE);
}

/* R15: nobody keeps anybody: the last reference to the transporter is the program's. */
static void
test_no_cycle (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN "C: DONE\nS: $4 OK\nC: $5 LOGOUT\nS: $5 OK\n", SCRIPTED_PEER_NONE);
  GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);
  g_autoptr (GError) error = NULL;

  notifier_test_await_command (transporter, 4);
  g_object_add_weak_pointer (G_OBJECT (transporter), (gpointer *) &transporter);
  g_object_unref (transporter);
  g_assert_null (transporter);
  notifier_test_await (test, "stopped\n");
  scripted_peer_assert_done (peer);
  g_assert_true (g_imap_notifier_stop (test->notifier, NULL, NULL));
  g_assert_false (g_imap_notifier_start (test->notifier, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
}

/* R15: nor does a start that failed, in a program that never runs a main loop. */
static void
test_no_cycle_after_failure (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("IDLE") "C: $2 LOGOUT\nS: $2 OK\n", SCRIPTED_PEER_NONE);
  GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (
      g_imap_notifier_start (g_imap_transporter_get_notifier (transporter), NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
  g_object_add_weak_pointer (G_OBJECT (transporter), (gpointer *) &transporter);
  g_object_unref (transporter);
  g_assert_null (transporter);
  scripted_peer_assert_done (peer);
}

/* Two start it at the same time: the later one watches, also when the other one hears of his own
 * start after that. */
static void
test_two_starts (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3")
                                    TWO_MAILS ("4") IDLING ("5") "S: * 1 EXPUNGE\n",
                                SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NotifierTest) test = NULL;
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  test = notifier_test_new (transporter);
  g_main_context_push_thread_default (context);
  g_imap_notifier_start_async (test->notifier, NULL, session_test_answer_cb, &answer);
  g_main_context_pop_thread_default (context);
  g_assert_true (g_imap_notifier_start (test->notifier, NULL, &error));
  while (answer.result == NULL)
    g_main_context_iteration (context, TRUE);
  g_assert_true (g_imap_notifier_start_finish (test->notifier, answer.result, &error));
  g_assert_no_error (error);
  g_assert_true (g_imap_notifier_get_is_started (test->notifier));
  notifier_test_await (test, "started\ndeleted 5\n");
  scripted_peer_assert_done (peer);
}

static gpointer
unref_in_thread (gpointer transporter)
{
  g_object_unref (transporter);

  return NULL;
}

/* R15: … from another thread, while news come. */
static void
test_unref_in_thread (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (
          BEGUN "may-close\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE\nC: DONE\nS: $4 OK\nC: $5 LOGOUT\nS: $5 "
                "OK\n",
          SCRIPTED_PEER_NONE);
      GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);
      GThread *thread;

      g_usleep (i * 2000);
      thread = g_thread_new ("unref", unref_in_thread, transporter);
      while (g_imap_notifier_get_is_started (test->notifier))
        g_main_context_iteration (NULL, FALSE);
      /* How far the peer came depends on the moment. */
      g_thread_join (thread);
    }
}

/* After stop () nothing comes, not even what has happened before. */
static void
test_stop (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN
      "S: * 1 EXPUNGE\nC: DONE\nS: * 1 EXPUNGE\nS: $4 OK\nC: $5 NOOP\nS: * 5 EXISTS\nS: $5 OK\n"
      "C: $6 FETCH 1:5 (UID FLAGS)\nS: * 1 FETCH (UID 8 FLAGS ())\nS: $6 OK\n" IDLING (
          "7") "S: * 1 FETCH (UID 8 FLAGS (\\Seen))\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);
  g_autoptr (GError) error = NULL;

  /* It comes, but the main loop does not run. */
  notifier_test_await_command (transporter, 4);
  g_usleep (200 * 1000);
  g_assert_true (g_imap_notifier_stop (test->notifier, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (g_imap_notifier_get_is_started (test->notifier));
  notifier_test_await (test, "stopped\n");
  session_test_check (transporter);
  notifier_test_await_silence (test);

  /* … and it can be started again, in a box that does not show all that it counts. */
  g_assert_true (g_imap_notifier_start (test->notifier, NULL, &error));
  g_assert_true (g_imap_notifier_start (test->notifier, NULL, &error));
  notifier_test_await (test, "started\nflags 8 $seen\n");
  scripted_peer_assert_done (peer);
}

/* Stopped by a handler: what was to come behind it does not. */
static void
stop_cb (GImapNotifier *notifier, GImapMessageSet *ids, gpointer data)
{
  g_assert_true (g_imap_notifier_stop (notifier, NULL, NULL));
}

static void
test_stop_in_handler (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN "S: * 1 EXPUNGE\nS: * 1 FETCH (FLAGS (\\Flagged))\nC: DONE\nS: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  /* Both are there before the main loop runs. */
  notifier_test_await_command (transporter, 4);
  g_usleep (200 * 1000);
  g_signal_connect (test->notifier, "mail-deleted", G_CALLBACK (stop_cb), NULL);
  notifier_test_await (test, "deleted 5\nstopped\n");
  notifier_test_await_silence (test);
  scripted_peer_assert_done (peer);
}

typedef struct
{
  ScriptedPeer *peer;
  GThread *main_thread;
} Elsewhere;

/* The signals come where start () was called, also in its asynchronous form. */
static gpointer
watch_elsewhere (gpointer data)
{
  Elsewhere *elsewhere = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (NotifierTest) test = NULL;
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  transporter = new_plain_transporter (elsewhere->peer, "client-id", NULL);
  session_test_select (transporter, "INBOX");
  g_main_context_push_thread_default (context);
  test = notifier_test_new (transporter);
  g_imap_notifier_start_async (test->notifier, NULL, session_test_answer_cb, &answer);
  session_test_await (&answer);
  g_assert_true (g_imap_notifier_start_finish (test->notifier, answer.result, &error));
  g_assert_no_error (error);
  notifier_test_await (test, "started\ncreated 9 (3)\n");
  notifier_test_await_command (transporter, 6);
  g_assert_true (test->thread == g_thread_self ());
  g_assert_true (test->thread != elsewhere->main_thread);

  session_test_answer_clear (&answer);
  g_imap_notifier_stop_async (test->notifier, NULL, session_test_answer_cb, &answer);
  session_test_await (&answer);
  g_assert_true (g_imap_notifier_stop_finish (test->notifier, answer.result, &error));
  g_assert_no_error (error);
  notifier_test_await (test, "stopped\n");
  g_clear_pointer (&test, notifier_test_free);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_context (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN "S: * 3 EXISTS\n" LEFT (
          "4") "C: $5 UID FETCH 7:* (FLAGS)\nS: * 3 FETCH (UID 9 FLAGS ())\nS: $5 OK\n" IDLING ("6")
          LEFT ("6"),
      SCRIPTED_PEER_NONE);
  Elsewhere elsewhere = { peer, g_thread_self () };
  GThread *thread = g_thread_new ("elsewhere", watch_elsewhere, &elsewhere);

  g_thread_join (thread);
  scripted_peer_assert_done (peer);
}

/* A start that is cancelled while the box is read leaves nothing behind. */
static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("IDLE") SELECTED ("2", "2") "C: $3 FETCH *\ndelay 200\n"
                                             "S: * 1 FETCH (UID 5 FLAGS ())\nS: $3 OK\nC: $4 NOOP\n"
                                             "S: * 1 EXPUNGE\nS: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new (transporter);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  g_timeout_add (50, cancel_cb, cancellable);
  g_imap_notifier_start_async (test->notifier, cancellable, session_test_answer_cb, &answer);
  session_test_await (&answer);
  g_assert_false (g_imap_notifier_start_finish (test->notifier, answer.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_imap_notifier_get_is_started (test->notifier));
  session_test_check (transporter);
  notifier_test_await_silence (test);
  scripted_peer_assert_done (peer);
}

/* close () means it: nothing is opened again. */
static void
test_close (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      BEGUN "C: DONE\nS: $4 OK\nC: $5 LOGOUT\nS: * BYE see you\nS: $5 OK\ncut\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (NotifierTest) test = notifier_test_new_started (transporter);

  notifier_test_await_command (transporter, 4);
  g_assert_true (g_imap_transporter_close (transporter, NULL, NULL));
  g_assert_false (g_imap_notifier_get_is_started (test->notifier));
  notifier_test_await (test, "stopped\n");
  notifier_test_await_silence (test);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

static void
count_cb (GObject *object, const ImapNewsItem *item)
{
  GArray *counts = g_object_get_data (object, "counts");
  guint n = item->uids != NULL ? imap_uid_set_get_size (item->uids) : 0;

  g_array_append_val (counts, item->kind);
  g_array_append_val (counts, n);
}

/* Nobody runs the main loop: news become fewer, then they are lost, which is told. */
static void
test_overflow (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GArray) counts = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (ImapNews) news = imap_news_new (object, count_cb);
  static const char *const flags[][2] = { { "\\Seen", NULL }, { "\\Flagged", NULL } };

  g_object_set_data (object, "counts", counts);
  for (guint i = 1; i <= 100000; i++)
    imap_news_sink.created (news, "a", 1, i, i);
  for (guint i = 1; i <= 100000; i++)
    imap_news_sink.flags_modified (news, "a", 1, i, flags[i % 2]);
  imap_news_sink.flags_modified (news, "a", 1, 1, flags[0]);
  imap_news_sink.flags_modified (news, "a", 1, 1, flags[1]);
  imap_news_sink.deleted (news, "b", 1, 1);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  {
    static const guint expected[] = { IMAP_NEWS_CREATED,        100000,
                                      IMAP_NEWS_FLAGS_MODIFIED, 50000,
                                      IMAP_NEWS_FLAGS_MODIFIED, 50001,
                                      IMAP_NEWS_FLAGS_MODIFIED, 1,
                                      IMAP_NEWS_DELETED,        1 };

    g_assert_cmpmem (counts->data, counts->len * sizeof (guint), expected, sizeof expected);
  }

  g_array_set_size (counts, 0);
  for (guint i = 1; i <= 2 * IMAP_LIMIT_NEWS; i++)
    if (i % 2 == 0)
      imap_news_sink.created (news, "a", 1, i, i);
    else
      imap_news_sink.deleted (news, "a", 1, i);
  imap_news_sink.failed (news, NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (counts->len, ==, 2 * (IMAP_LIMIT_NEWS + 2));
  g_assert_cmpuint (g_array_index (counts, guint, counts->len - 4), ==, IMAP_NEWS_ERROR);
  g_assert_cmpuint (g_array_index (counts, guint, counts->len - 2), ==, IMAP_NEWS_END);
  g_assert_true (imap_news_has_ended (news));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notifier_test_hurry ();
  g_test_add_func ("/notifier/R15-unref-in-handler", test_unref_in_handler);
  g_test_add_func ("/notifier/R15-no-cycle", test_no_cycle);
  g_test_add_func ("/notifier/R15-no-cycle-after-failure", test_no_cycle_after_failure);
  g_test_add_func ("/notifier/two-starts", test_two_starts);
  g_test_add_func ("/notifier/R15-unref-in-thread", test_unref_in_thread);
  g_test_add_func ("/notifier/stop", test_stop);
  g_test_add_func ("/notifier/stop-in-handler", test_stop_in_handler);
  g_test_add_func ("/notifier/context", test_context);
  g_test_add_func ("/notifier/R14-cancel", test_cancel);
  g_test_add_func ("/notifier/close", test_close);
  g_test_add_func ("/notifier/overflow", test_overflow);

  return g_test_run ();
}

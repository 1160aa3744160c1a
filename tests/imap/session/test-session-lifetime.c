/* Who holds what: the last reference dropped anywhere, contexts that go, children that are forked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOOD LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK alive\n"
#define GOOD_BYE GOOD "C: $3 LOGOUT\nS: * BYE\nS: $3 OK\nexpect-close\n"

static void
assert_gone (GImapTransporter *transporter, gpointer *weak)
{
  g_object_unref (transporter);
  for (guint i = 0; *weak != NULL && i < 500; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10 * 1000);
    }
  g_assert_null (*weak);
}

/* Says good-bye in the background, from whatever thread. */
static gpointer
unref_in_thread (gpointer data)
{
  g_object_unref (data);

  return NULL;
}

static void
test_unref (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (GOOD_BYE, SCRIPTED_PEER_NONE);
      GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);

      session_test_check (transporter);
      if (i == 0)
        g_object_unref (transporter);
      else
        g_thread_join (g_thread_new ("unref", unref_in_thread, transporter));
      scripted_peer_assert_done (peer);
    }
}

/* A program without a main loop: what its context was to be told goes with the object. */
static void
test_no_main_loop (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (GOOD_BYE, SCRIPTED_PEER_NONE);
  g_autoptr (GMainContext) context = g_main_context_new ();
  GImapTransporter *transporter;
  g_autoptr (GImapStatus) status = NULL;

  g_main_context_push_thread_default (context);
  transporter = new_plain_transporter (peer, "client-id", NULL);
  g_main_context_pop_thread_default (context);
  status = g_imap_transporter_check_connection (transporter, NULL, NULL);
  g_assert_true (g_imap_status_get_success (status));
  g_assert_true (g_main_context_pending (context));

  g_object_unref (transporter);
  scripted_peer_assert_done (peer);
  for (guint i = 0; i < 500 && g_main_context_pending (context); i++)
    g_usleep (10 * 1000);
  g_assert_false (g_main_context_pending (context));
}

/* While the call is on its way, in each stage: the call holds the object, and ends. */
static void
test_unref_in_call (void)
{
  static const char *const scripts[] = {
    "delay 100\n" GOOD,
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] x\nC: $1 AUTHENTICATE PLAIN *\n"
    "delay 100\nS: $1 OK [CAPABILITY IMAP4rev1] x\nC: $2 NOOP\nS: $2 OK\n",
    LOGGED_IN ("") "C: $2 NOOP\ndelay 100\nS: $2 OK alive\n",
    LOGGED_IN ("") "C: $2 NOOP\ndelay 100\ncut\n"
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (scripts[i], SCRIPTED_PEER_NONE);
      GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);
      gpointer weak = transporter;
      g_auto (SessionTestAnswer) answer = { 0 };
      g_autoptr (GImapStatus) status = NULL;

      g_object_add_weak_pointer (G_OBJECT (transporter), &weak);
      g_imap_transporter_check_connection_async (transporter, NULL, session_test_answer_cb,
                                                 &answer);
      g_object_unref (transporter);
      session_test_await (&answer);
      status = g_imap_transporter_check_connection_finish (transporter, answer.result, NULL);
      g_assert_true (g_imap_status_get_success (status) == (i < 3));
      session_test_answer_clear (&answer);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_null (weak);
    }
}

static void
unref_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection_finish (
      G_IMAP_TRANSPORTER (source), result, NULL);

  g_object_unref (source);
  *(gboolean *) user_data = TRUE;
}

static void
test_unref_in_callback (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (GOOD_BYE, SCRIPTED_PEER_NONE);
  GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);
  gboolean is_done = FALSE;

  g_imap_transporter_check_connection_async (transporter, NULL, unref_cb, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
  scripted_peer_assert_done (peer);
}

/* Cancelled while connecting, and gone at once. */
static void
test_unref_while_connecting (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (
          "may-close\nstall\n", i % 2 == 0 ? SCRIPTED_PEER_TLS : SCRIPTED_PEER_NONE);
      GImapTransporter *transporter = new_plain_transporter (
          peer, "tls-mode", i % 2 == 0 ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS);
      gpointer weak = transporter;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (SessionTestAnswer) answer = { 0 };

      g_object_add_weak_pointer (G_OBJECT (transporter), &weak);
      g_imap_transporter_check_connection_async (transporter, cancellable, session_test_answer_cb,
                                                 &answer);
      g_usleep (i * 500);
      g_cancellable_cancel (cancellable);
      session_test_await (&answer);
      g_object_unref (
          g_imap_transporter_check_connection_finish (transporter, answer.result, NULL));
      session_test_answer_clear (&answer);
      assert_gone (transporter, &weak);
    }
}

/* Nobody runs the caller's context any more. */
static void
test_context_dropped (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GOOD "C: $3 LIST *\nS: * LIST () \"/\" \"\"\nS: $3 OK\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  GMainContext *context = g_main_context_new ();
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = NULL;

  g_main_context_push_thread_default (context);
  g_imap_transporter_check_connection_async (transporter, NULL, session_test_answer_cb, &answer);
  g_main_context_pop_thread_default (context);
  g_usleep (100 * 1000);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (answer.result);
  /* It was only waiting. */
  g_main_context_push_thread_default (context);
  session_test_await (&answer);
  g_object_unref (g_imap_transporter_check_connection_finish (transporter, answer.result, NULL));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

/* R22: the child has no connection and breaks none. */
static void
test_fork (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (GOOD "C: $3 NOOP\nS: $3 OK\n", SCRIPTED_PEER_NONE);
  GImapTransporter *transporter = new_plain_transporter (peer, "client-id", NULL);
  pid_t child;
  int code;

  session_test_check (transporter);
  child = fork ();
  if (child == 0)
    {
      GError *error = NULL;
      char *delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
      gboolean is_right = delimiter == NULL &&
                          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);

      g_object_unref (transporter);
      /* Memory of threads that a child does not have is no leak: nothing looks for it behind exec. */
      execl (is_right ? "/bin/true" : "/bin/false", "child", NULL);
    }
  g_assert_cmpint (waitpid (child, &code, 0), ==, child);
  g_assert_true (WIFEXITED (code));
  g_assert_cmpint (WEXITSTATUS (code), ==, 0);
  session_test_check (transporter);
  g_object_unref (transporter);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;

  return n;
}

/* R10, in small: nothing stays open after connections that failed, were lost, or closed. */
static void
test_descriptors (void)
{
  static const char *const scripts[] = {
    "cut\n",
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] x\nC: $1 AUTHENTICATE PLAIN *\nS: $1 NO "
    "wrong\n",
    GOOD "cut\n",
    GOOD "C: $3 LOGOUT\nS: $3 OK\n",
  };
  guint n_before = 0;

  for (guint i = 0; i < 80; i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (scripts[i % 4], SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);

      g_object_unref (g_imap_transporter_check_connection (transporter, NULL, NULL));
      g_imap_transporter_close (transporter, NULL, NULL);
      /* Threads and contexts of GLib are made in the first rounds, and kept. */
      if (i == 20)
        n_before = count_descriptors ();
    }

  for (guint i = 0; count_descriptors () > n_before + 3 && i < 200; i++)
    g_usleep (10 * 1000);
  g_assert_cmpuint (count_descriptors (), <=, n_before + 3);
}

/* Two at once do not disturb each other. */
static void
test_two (void)
{
  g_autoptr (ScriptedPeer) stalled = scripted_peer_new (
      LOGGED_IN ("") "C: $2 NOOP\ndelay 500\nS: $2 OK\n", SCRIPTED_PEER_NONE);
  g_autoptr (ScriptedPeer) quick = scripted_peer_new (GOOD_BYE, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) slow = new_plain_transporter (stalled, "client-id", NULL);
  GImapTransporter *other = new_plain_transporter (quick, "client-id", NULL);
  g_auto (SessionTestAnswer) answer = { 0 };

  g_imap_transporter_check_connection_async (slow, NULL, session_test_answer_cb, &answer);
  session_test_check (other);
  g_object_unref (other);
  g_assert_null (answer.result);
  session_test_await (&answer);
  g_object_unref (g_imap_transporter_check_connection_finish (slow, answer.result, NULL));
}

/* The callback runs where the call was made, also when the object was made elsewhere, and never
 * before the call has returned. */
static gpointer
call_in_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GImapStatus) status = NULL;

  g_main_context_push_thread_default (context);
  g_imap_transporter_check_connection_async (data, NULL, session_test_answer_cb, &answer);
  g_assert_null (answer.result);
  session_test_await (&answer);
  g_assert_true (answer.thread == g_thread_self ());
  status = g_imap_transporter_check_connection_finish (data, answer.result, NULL);
  g_assert_true (g_imap_status_get_success (status));
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_contexts (void)
{
  g_autoptr (ScriptedPeer) good = scripted_peer_new (GOOD, SCRIPTED_PEER_LAST_AGAIN);

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (good, "client-id", NULL);

      g_thread_join (g_thread_new ("caller", call_in_thread, transporter));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/lifetime/R15-unref", test_unref);
  g_test_add_func ("/session/lifetime/no-main-loop", test_no_main_loop);
  g_test_add_func ("/session/lifetime/R15-unref-in-call", test_unref_in_call);
  g_test_add_func ("/session/lifetime/R15-unref-in-callback", test_unref_in_callback);
  g_test_add_func ("/session/lifetime/R15-unref-while-connecting", test_unref_while_connecting);
  g_test_add_func ("/session/lifetime/context-dropped", test_context_dropped);
  g_test_add_func ("/session/lifetime/fork", test_fork);
  g_test_add_func ("/session/lifetime/r10", test_descriptors);
  g_test_add_func ("/session/lifetime/two", test_two);
  g_test_add_func ("/session/lifetime/contexts", test_contexts);

  return g_test_run ();
}

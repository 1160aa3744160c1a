/* Cancelling in each state: returns at once, costs no connection, and what still comes is swallowed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

/* A cancel returns in a quarter of a second; a slow machine gets more. */
#define AT_ONCE (5 * G_USEC_PER_SEC)

typedef struct
{
  ScriptedPeer *peer;
  GCancellable *cancellable;
} Canceller;

/* When the peer is connected, and has come to where it says nothing more. */
static gpointer
cancel_soon (gpointer data)
{
  Canceller *canceller = data;

  while (scripted_peer_get_n_connections (canceller->peer) == 0)
    g_usleep (10 * 1000);
  g_usleep (200 * 1000);
  g_cancellable_cancel (canceller->cancellable);

  return NULL;
}

static void
assert_cancelled (GImapTransporter *transporter, ScriptedPeer *peer, gboolean is_async)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Canceller canceller = { peer, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_soon, &canceller);
  gint64 start = g_get_monotonic_time ();
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = NULL;

  if (is_async)
    {
      g_imap_transporter_get_delimiter_async (transporter, cancellable, session_test_answer_cb,
                                              &answer);
      session_test_await (&answer);
      delimiter = g_imap_transporter_get_delimiter_finish (transporter, answer.result, &error);
    }
  else
    {
      delimiter = g_imap_transporter_get_delimiter (transporter, cancellable, &error);
    }
  g_assert_null (delimiter);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, AT_ONCE);
  g_thread_join (thread);
}

#define GOOD LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK alive\n"

/* In each state before there is a connection: it is given up, and the next call makes its own. */
static void
test_opening (void)
{
  static const struct
  {
    const char *script;
    gboolean is_implicit;
  } states[] = {
    { "stall\n", FALSE },
    { "stall\n", TRUE },
    { "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\nC: $1 STARTTLS\nstall\n", FALSE },
    { "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\nC: $1 STARTTLS\nS: $1 OK\nstall\n", FALSE },
    { "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\nC: $1 AUTHENTICATE PLAIN\nstall\n", FALSE },
    { LOGGED_IN ("ENABLE UTF8=ACCEPT") "C: $2 ENABLE *\nstall\n", FALSE },
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (states); i++)
    {
      const char *scripts[] = { states[i / 2].script, GOOD, NULL };
      g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (
          peer, "tls-mode",
          states[i / 2].is_implicit ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS);

      assert_cancelled (transporter, peer, i % 2 == 0);
      if (!states[i / 2].is_implicit)
        session_test_check (transporter);
      g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==,
                        states[i / 2].is_implicit ? 1 : 2);
    }
}

/* While its command is on its way: the late reply is swallowed, the connection goes on. */
static void
test_command (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (
          LOGGED_IN ("")
              SELECTED ("2", "3") "C: $3 LIST *\ndelay 500\nS: * LIST () \"x\" \"\"\nS: * 5 "
                                  "EXISTS\nS: * 1 EXPUNGE\nS: $3 OK late\n"
                                  "C: $4 FETCH 1:4 *\nS: $4 OK\nC: $5 NOOP\nS: $5 OK alive\n",
          SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapMessageSet) ids = NULL;

      session_test_select (transporter, "INBOX");
      assert_cancelled (transporter, peer, i == 0);
      /* What came meanwhile about the box is known all the same. */
      ids = g_imap_transporter_num_to_id (transporter, 0, 0, NULL, &error);
      g_assert_no_error (error);
      session_test_check (transporter);
      g_clear_object (&transporter);
      scripted_peer_assert_done (peer);
    }
}

/* A cancelled SELECT has selected its box. */
static void
test_select (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("") "C: $2 SELECT *\ndelay 500\nS: * 2 EXISTS\nS: $2 OK "
                                               "[READ-WRITE] late\nC: $3 FETCH 1:2 *\nS: $3 OK\n",
                                SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Canceller canceller = { peer, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_soon, &canceller);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autofree char *box = NULL;

  g_assert_null (g_imap_transporter_select_box (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE,
                                                cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_thread_join (thread);
  /* Nothing is selected yet when this is asked; the queue knows better. */
  g_usleep (600 * 1000);
  ids = g_imap_transporter_num_to_id (transporter, 0, 0, NULL, &error);
  g_assert_no_error (error);
  box = g_imap_transporter_dup_selected_box (transporter);
  g_assert_cmpstr (box, ==, "INBOX");
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* Cancelled before it began: nothing is sent, nobody is connected to. */
static void
test_before (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (GOOD, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (g_imap_transporter_get_delimiter (transporter, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_imap_transporter_get_delimiter_async (transporter, cancellable, session_test_answer_cb,
                                          &answer);
  g_assert_null (answer.result);
  g_usleep (50 * 1000);
  session_test_await (&answer);
  g_assert_null (g_imap_transporter_get_delimiter_finish (transporter, answer.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 0);
}

/* Behind others in the queue: never sent. */
static void
test_queued (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "C: $2 SELECT *\ndelay 400\nS: $2 OK\nC: $3 NOOP\nS: $3 OK alive\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_auto (SessionTestAnswer) selected = { 0 };
  g_autoptr (GImapBoxInfo) info = NULL;

  g_imap_transporter_select_box_async (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL,
                                       session_test_answer_cb, &selected);
  assert_cancelled (transporter, peer, FALSE);
  session_test_await (&selected);
  info = g_imap_transporter_select_box_finish (transporter, selected.result, NULL);
  g_assert_nonnull (info);
  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* The same thread, right behind the call, at random moments; the context is another thread's. */
static void
test_storm (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "may-close\nrepeat 300\nC~ (?<tag>\\S+) .*\nend\n", SCRIPTED_PEER_LAST_AGAIN);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "response-timeout", 2);

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (SessionTestAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;

      g_imap_transporter_get_delimiter_async (transporter, cancellable, session_test_answer_cb,
                                              &answer);
      g_usleep (g_test_rand_int_range (0, 300));
      g_cancellable_cancel (cancellable);
      session_test_await (&answer);
      g_free (g_imap_transporter_get_delimiter_finish (transporter, answer.result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/cancel/opening", test_opening);
  g_test_add_func ("/session/cancel/command", test_command);
  g_test_add_func ("/session/cancel/select", test_select);
  g_test_add_func ("/session/cancel/before", test_before);
  g_test_add_func ("/session/cancel/queued", test_queued);
  g_test_add_func ("/session/cancel/storm", test_storm);

  return g_test_run ();
}

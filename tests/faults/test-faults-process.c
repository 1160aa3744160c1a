/* The client in a process to which things happen: it forks, its clock is set, its peer resets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY 86400
#define ALIVE(number) "C: $" number " NOOP\nS: $" number " OK alive\n"

static const FaultShim *shim;
static gint n_signals; /* atomic */

static char *
run_check (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, error);

  return status != NULL ? g_strdup (g_imap_status_get_status_text (status)) : NULL;
}

static char *
run_delimiter (GImapTransporter *transporter, GError **error)
{
  return g_imap_transporter_get_delimiter (transporter, NULL, error);
}

static char *
run_append (GImapTransporter *transporter, GError **error)
{
  g_autofree char *text = g_strnfill (2000000, 'x');
  g_autoptr (GBytes) mail = g_bytes_new_take (g_steal_pointer (&text), 2000000);
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_append_mime (transporter, mail, "INBOX", NULL, NULL, NULL, error);

  return ids != NULL ? g_imap_message_set_to_string (ids) : NULL;
}

/* What a child has to say to the server: nothing, on no descriptor. */
static int
count_calls_of_child (GImapTransporter *transporter)
{
  GError *error = NULL;
  char *delimiter;

  shim->arm (FAULT_COUNT, "send,write,connect,socket", 0, 0, 0);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_object_unref (transporter);

  if (delimiter != NULL || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    return 101;

  return (int) MIN (shim->get_count (), 100);
}

static void
test_fork (gconstpointer data)
{
  const Conversation *conversation = data;
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  GImapTransporter *transporter = fault_test_new_transporter (conversation, peer);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = conversation->run (transporter, &error);
  g_autofree char *second = NULL;
  int code = -1;
  pid_t child;

  g_assert_no_error (error);
  child = fork ();
  if (child == 0)
    _exit (count_calls_of_child (transporter));
  g_assert_cmpint (waitpid (child, &code, 0), ==, child);
  g_assert_true (WIFEXITED (code));
  g_assert_cmpint (WEXITSTATUS (code), ==, 0);

  /* The parent goes on with its connection. */
  second = conversation->run (transporter, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (second, ==, first);
  g_object_unref (transporter);
}

static gpointer
set_clock_thread (gpointer data)
{
  g_usleep (200 * 1000);
  shim->set_clock (GPOINTER_TO_INT (data));

  return NULL;
}

/* A jump while a reply is awaited. Returns: what came out */
static char *
converse_with_jump (const Conversation *conversation, int seconds, GError **error)
{
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  g_autoptr (GImapTransporter) transporter = fault_test_new_transporter (conversation, peer);
  GThread *thread = g_thread_new ("clock", set_clock_thread, GINT_TO_POINTER (seconds));
  gint64 before = g_get_real_time ();
  char *result;

  result = conversation->run (transporter, error);
  g_thread_join (thread);
  g_assert_cmpint (ABS (g_get_real_time () - before), >, (gint64) DAY / 2 * G_USEC_PER_SEC);
  shim->set_clock (0);

  return result;
}

/* It ends no wait before its time … */
static void
test_clock_ahead (gconstpointer data)
{
  for (int i = -1; i <= 1; i += 2)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *delimiter = converse_with_jump (data, i * DAY, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (delimiter, ==, "/");
    }
}

/* … and makes none longer. */
static void
test_clock_stall (gconstpointer data)
{
  for (int i = -1; i <= 1; i += 2)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *delimiter = converse_with_jump (data, i * DAY, &error);

      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE);
    }
}

static void
count_signal (int number)
{
  g_atomic_int_inc (&n_signals);
}

/* GIO has it ignored, which an application may undo: then writing must not raise it in the first
 * place. */
static void
test_broken_pipe (gconstpointer data)
{
  const Conversation *conversation = data;
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  g_autoptr (GTypeClass) socket_class = g_type_class_ref (G_TYPE_SOCKET);
  void (*before) (int) = signal (SIGPIPE, count_signal);

  raise (SIGPIPE);
  g_assert_cmpint (g_atomic_int_get (&n_signals), ==, 1);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *result = fault_test_converse (conversation, peer, &error);

      g_assert_null (result);
      fault_test_assert_clean (error, conversation);
    }
  /* And where the kernel would raise it surely. */
  for (guint n = 1; n < 6; n++)
    {
      g_autofree char *result = NULL;

      shim->arm (FAULT_NTH, "send", n, EPIPE, 0);
      result = fault_test_converse (conversation, peer, NULL);
      shim->disarm ();
      g_assert_null (result);
    }
  g_assert_cmpint (g_atomic_int_get (&n_signals), ==, 1);
  g_atomic_int_set (&n_signals, 0);
  signal (SIGPIPE, before);
}

#define PLAIN G_IMAP_TLS_MODE_AUTOMATIC

static const Conversation alive = {
  "plain",  FAULT_TEST_LOGIN ALIVE ("10") ALIVE ("11") "may-close\n", "127.0.0.1", PLAIN, FALSE,
  run_check
};
static const Conversation slow = { "slow",
                                   FAULT_TEST_LOGIN "C: $10 LIST *\ndelay 600\n"
                                                    "S: * LIST () \"/\" \"\"\nS: $10 OK\n",
                                   "127.0.0.1",
                                   PLAIN,
                                   FALSE,
                                   run_delimiter };
static const Conversation stalled = {
  "stalled", FAULT_TEST_LOGIN "C: $10 LIST *\nstall\n", "127.0.0.1", PLAIN, FALSE, run_delimiter, 1
};
static const Conversation resets[] = {
  { "reset", FAULT_TEST_LOGIN "C: $10 APPEND *\nS: + go\nrst\n", "127.0.0.1", PLAIN, FALSE,
    run_append },
  { "cut", FAULT_TEST_LOGIN "C: $10 APPEND *\nS: + go\ncut\n", "127.0.0.1", PLAIN, FALSE,
    run_append },
  { "tls",
    "may-close\ntls\nS: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\n"
    "C: $1 AUTHENTICATE PLAIN *\nS: $1 OK [CAPABILITY IMAP4rev1] in\n"
    "C: $10 APPEND *\nS: + go\nrst\n",
    "127.0.0.1", G_IMAP_TLS_MODE_IMPLICIT, FALSE, run_append },
};

int
main (int argc, char **argv)
{
  int result;

  fault_test_begin_peers ();
  g_test_init (&argc, &argv, NULL);
  shim = fault_test_find_shim ();
  g_assert_nonnull (shim);

  g_test_add_data_func ("/faults/process/R22-fork-after-connect", &alive, test_fork);
  g_test_add_data_func ("/faults/process/R17-clock-jumps/in-time", &slow, test_clock_ahead);
  g_test_add_data_func ("/faults/process/R17-clock-jumps/too-late", &stalled, test_clock_stall);
  for (guint i = 0; i < G_N_ELEMENTS (resets); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faults/process/R21-no-sigpipe/%s", resets[i].name);

      g_test_add_data_func (path, &resets[i], test_broken_pipe);
    }

  result = g_test_run ();
  fault_test_end_peers ();

  return result;
}

/* Silence in each state, transfers and commands without end: what ends them, and when.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

/* Far more than any deadline here and far less than what is the default. */
#define UPPER_BOUND (8 * G_USEC_PER_SEC)

typedef struct
{
  const char *name;
  const char *script;
  int code;
  gboolean is_implicit;
} Case;

static const Case cases[] = {
  { "greeting", "stall\n", G_IMAP_ERROR_TIMEOUT_GREETING, FALSE },
  { "greeting-drip", "drip 2/s\nS: * OK hello, this takes longer than anybody waits\n",
    G_IMAP_ERROR_TIMEOUT_GREETING, FALSE },
  { "handshake", "stall\n", G_IMAP_ERROR_TIMEOUT_TLS, TRUE },
  { "starttls", "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\nC: $1 STARTTLS\nstall\n",
    G_IMAP_ERROR_TIMEOUT_RESPONSE, FALSE },
  { "starttls-handshake",
    "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\nC: $1 STARTTLS\nS: $1 OK\nstall\n",
    G_IMAP_ERROR_TIMEOUT_TLS, FALSE },
  { "capability", "S: * OK hello\nC: $1 CAPABILITY\nstall\n", G_IMAP_ERROR_TIMEOUT_RESPONSE,
    FALSE },
  { "authenticate",
    "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\nC: $1 AUTHENTICATE PLAIN\nstall\n",
    G_IMAP_ERROR_TIMEOUT_RESPONSE, FALSE },
  { "login-literal", "S: * OK [CAPABILITY IMAP4rev1] hello\nC: $1 LOGIN *\nstall\n",
    G_IMAP_ERROR_TIMEOUT_RESPONSE, FALSE },
  { "enable", LOGGED_IN ("ENABLE UTF8=ACCEPT") "C: $2 ENABLE *\nstall\n",
    G_IMAP_ERROR_TIMEOUT_RESPONSE, FALSE },
  { "command", LOGGED_IN ("") "C: $2 LIST *\nstall\n", G_IMAP_ERROR_TIMEOUT_RESPONSE, FALSE },
  { "command-line", LOGGED_IN ("") "C: $2 LIST *\nS-raw: * LI\nstall\n",
    G_IMAP_ERROR_TIMEOUT_RESPONSE, FALSE },
  { "command-literal", LOGGED_IN ("") "C: $2 LIST *\nS-raw: * LIST () {100}\\r\\nabc\nstall\n",
    G_IMAP_ERROR_TIMEOUT_STALL, FALSE },
  { "bye", LOGGED_IN ("") "C: $2 LIST *\nS: * BYE going down\nstall\n", G_IMAP_ERROR_BYE, FALSE },
};

static void
run_silence (const Case *test, gboolean by_connection_timeout)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (test->script, SCRIPTED_PEER_NONE);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;

  transporter = new_plain_transporter (
      peer, "tls-mode", test->is_implicit ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS,
      "response-timeout", by_connection_timeout ? 30 : 1, "connection-timeout",
      by_connection_timeout ? 1 : 2);
  error = session_test_fail (transporter);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, test->code);
  g_assert_cmpint (g_get_monotonic_time () - start, <, UPPER_BOUND);
  g_assert_cmpint (g_imap_transporter_get_state (transporter), ==, G_IMAP_TRANSPORTER_STATE_CLOSED);
}

static void
test_silence (gconstpointer data)
{
  const Case *test = data;

  run_silence (test, FALSE);
  if (strstr (test->script, "LIST") == NULL)
    run_silence (test, TRUE);
}

/* Untagged lines nobody asked for are no progress. */
static void
test_endless_lines (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN (
          "") "C: $2 LIST *\nmay-close\nrepeat 90\nS: * OK wait\nS: * 5 EXISTS\ndelay 100\nend\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, "response-timeout", 1, "command-timeout", 2);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE);
  assert_contains (error->message, "2 seconds");
  g_assert_cmpint (g_get_monotonic_time () - start, <, UPPER_BOUND);
}

/* … and not taken without end when they are fast. */
static void
test_flood (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "C: $2 LIST *\nmay-close\nrepeat 200000\nS: * OK wait\nend\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
}

/* What makes progress may take longer than the timeouts. */
static void
test_progress (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "C: $2 LIST *\nC: $3 LSUB *\nrepeat 15\nS: * LIST () \"/\" box$#\ndelay "
                     "200\nend\nS: * LIST () \"/\" INBOX\nS: $2 OK\nS: $3 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, "response-timeout", 1, "command-timeout", 5);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel)
      boxes = g_imap_transporter_get_box_list (transporter, G_IMAP_BOX_LIST_NONE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (boxes), ==, 16);
}

/* Seconds times a million are more than 32 bits have. */
static void
test_long_times (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("") "C: $2 NOOP\ndelay 1500\nS: $2 OK alive\nC: $3 LIST "
                                               "*\nS: * LIST () \"/\" \"\"\nS: $3 OK\n",
                                SCRIPTED_PEER_NONE);
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = NULL;
  /* 4295 s are 4294967296 µs and a little: what is left in 32 bits is 0.03 s. */
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (
      peer, "response-timeout", 4295, "command-timeout", 4295, "connection-timeout", 4295,
      "check-connection-delay", 4295);

  session_test_check (transporter);
  g_usleep (100 * 1000);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_assert_no_error (error);
}

/* Good-bye waits a while, and is a success whatever comes. */
static void
test_close (void)
{
  static const char *const ends[] = {
    "C: $3 LOGOUT\nS: * BYE see you\nS: $3 OK\ncut\n",
    "C: $3 LOGOUT\nS: * BYE see you\ncut\n",
    "C: $3 LOGOUT\ncut\n",
    "C: $3 LOGOUT\nS: $3 NO never\n",
    "C: $3 LOGOUT\nstall\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *script = g_strconcat (LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK\n", ends[i],
                                             NULL);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_LAST_AGAIN);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      session_test_check (transporter);
      g_assert_true (g_imap_transporter_close (transporter, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (g_get_monotonic_time () - start, <, UPPER_BOUND);
      g_assert_cmpint (g_imap_transporter_get_state (transporter), ==,
                       G_IMAP_TRANSPORTER_STATE_CLOSED);
      /* Once more is nothing, and the next call opens again. */
      g_assert_true (g_imap_transporter_close (transporter, NULL, &error));
      session_test_check (transporter);
      g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 2);
    }
}

/* With no delay each call is preceded by one NOOP, and only one. */
static void
test_probe (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") "C: $2 LIST *\nS: * LIST () \"/\" \"\"\nS: $2 OK\n"
                     "C: $3 NOOP\nS: $3 OK\nC: $4 LIST *\nS: * LIST () \"/\" \"\"\nS: $4 OK\n"
                     "C: $5 LOGOUT\nS: $5 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, "check-connection-delay", 0);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (delimiter, ==, "/");
      g_usleep (20 * 1000);
    }
  g_assert_true (g_imap_transporter_close (transporter, NULL, NULL));
  scripted_peer_assert_done (peer);
}

/* A probe that is not answered costs its time, not the call. */
static void
test_dead_probe (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("") "C: $2 LIST *\nS: * LIST () \"/\" \"\"\nS: $2 OK\nC: $3 NOOP\nstall\n",
    LOGGED_IN ("") "C: $2 LIST *\nS: * LIST () \".\" \"\"\nS: $2 OK\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "check-connection-delay",
                                                                    0, "response-timeout", 1);
  g_autofree char *first = g_imap_transporter_get_delimiter (transporter, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *second = NULL;

  g_usleep (20 * 1000);
  second = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "/");
  g_assert_cmpstr (second, ==, ".");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/session/time/silence/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_silence);
    }
  g_test_add_func ("/session/time/endless-lines", test_endless_lines);
  g_test_add_func ("/session/time/flood", test_flood);
  g_test_add_func ("/session/time/progress", test_progress);
  g_test_add_func ("/session/time/long-times", test_long_times);
  g_test_add_func ("/session/time/close", test_close);
  g_test_add_func ("/session/time/probe", test_probe);
  g_test_add_func ("/session/time/dead-probe", test_dead_probe);

  return g_test_run ();
}

/* A command whose literal waits for the server's "+", and is given up meanwhile: what was not sent was
 * not done, whoever has to hear that; and nobody waits for a server that waits for a literal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

#define LONG_NAME 1100
#define LARGE_MAIL 3000000
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF (x)

static gboolean
append (GImapTransporter *transporter, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) mime = g_bytes_new_static ("A: b\n\nc", 7);
  g_autoptr (GImapMessageSet) ids = g_imap_transporter_append_mime (transporter, mime, "Drafts",
                                                                    NULL, NULL, cancellable, error);

  return ids != NULL;
}

static gboolean
append_large (GImapTransporter *transporter, GCancellable *cancellable, GError **error)
{
  g_autofree char *mail = g_strnfill (LARGE_MAIL, 'x');
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (mail, LARGE_MAIL, NULL);
  g_autoptr (GImapMessageSet) ids = g_imap_transporter_append_stream (
      transporter, stream, LARGE_MAIL, "Drafts", NULL, NULL, cancellable, error);

  return ids != NULL;
}

static gboolean
rename_long (GImapTransporter *transporter, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = g_strnfill (LONG_NAME, 'a');
  g_autofree char *new_name = g_strnfill (LONG_NAME, 'b');

  return g_imap_transporter_rename_box (transporter, name, new_name, cancellable, error);
}

static const struct
{
  const char *name;
  gboolean (*call) (GImapTransporter *transporter, GCancellable *cancellable, GError **error);
  guint64 n_octets; /* cancelled when so many of the command were sent */
  const char *script;
} rows[] = {
  { "D18-append", append, 1, "C: $3 APPEND *{9}\nexpect-close\n" },
  { "D18-append-stream", append_large, 1, "C: $3 APPEND *{" TEXT (LARGE_MAIL) "}\nexpect-close\n" },
  { "D18-first-of-two", rename_long, 1, "C: $3 RENAME {" TEXT (LONG_NAME) "}\nexpect-close\n" },
  { "D18-second-of-two", rename_long, LONG_NAME,
    "C: $3 RENAME {" TEXT (LONG_NAME) "}\nS: + go on\nC-bytes: " TEXT (LONG_NAME) "\nC:  {" TEXT (
        LONG_NAME) "}\nexpect-close\n" },
};

/* The server cannot have done what it has not got: the call was cancelled, and that is all. The next
 * one has a connection of its own at once. */
static void
test_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *script = g_strconcat (LOGGED_IN ("UIDPLUS") "C: $2 NOOP\nS: $2 OK alive\n",
                                         rows[i].script, NULL);
  const char *scripts[] = { script, LOGGED_IN ("UIDPLUS") "C: $2 NOOP\nS: $2 OK alive\n", NULL };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  SessionTestCanceller canceller = { transporter, cancellable, 0 };
  GThread *thread;

  session_test_check (transporter);
  canceller.n_sent = session_test_count_sent (transporter) + rows[i].n_octets;
  thread = session_test_cancel (&canceller);
  g_assert_false (rows[i].call (transporter, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  session_test_check (transporter);
  scripted_peer_assert_done (peer);
}

/* The connection goes on as long as another one's change has no answer, whether the server says "+"
 * meanwhile or not. */
static void
test_beside_a_change (gconstpointer go_on)
{
  static const char *const keywords[] = { "$seen", NULL };
  g_autofree char *script = g_strconcat (
      LOGGED_IN ("UIDPLUS") SELECTED ("2", "3") "C: $3 UID STORE *\nC: $4 APPEND *{9}\n", go_on,
      "delay 300\nS: $3 OK stored\nexpect-close\n", NULL);
  const char *scripts[] = { script, LOGGED_IN ("UIDPLUS") "C: $2 NOOP\nS: $2 OK alive\n", NULL };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_range (1, 2, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_auto (SessionTestAnswer) stored = { 0 };
  SessionTestCanceller canceller = { transporter, cancellable, 0 };
  GThread *thread;

  session_test_select (transporter, "INBOX");
  canceller.n_sent = session_test_count_sent (transporter);
  g_imap_transporter_add_flags_async (transporter, ids, keywords, NULL, session_test_answer_cb,
                                      &stored);
  while (session_test_count_sent (transporter) == canceller.n_sent)
    g_usleep (1000);
  canceller.n_sent = session_test_count_sent (transporter) + 1;
  thread = session_test_cancel (&canceller);
  g_assert_false (append (transporter, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_thread_join (thread);

  session_test_await (&stored);
  g_imap_transporter_add_flags_finish (transporter, stored.result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
  session_test_check (transporter);
  scripted_peer_assert_done (peer);
}

/* Nor does it hurt a change that waits behind it, of which nothing was sent: it goes over the next one,
 * once. */
static void
test_before_a_change (void)
{
  static const char *const keywords[] = { "$seen", NULL };
  static const char *const scripts[] = {
    LOGGED_IN ("UIDPLUS") SELECTED ("2", "3") "C: $3 APPEND *{9}\nexpect-close\n",
    LOGGED_IN ("UIDPLUS") SELECTED ("2", "3") "C: $3 UID STORE *\nS: $3 OK stored\n", NULL
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_range (1, 2, NULL);
  g_autoptr (GBytes) mime = g_bytes_new_static ("A: b\n\nc", 7);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GImapMessageSet) appended = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (SessionTestAnswer) append_answer = { 0 };
  g_auto (SessionTestAnswer) stored = { 0 };
  guint64 n_sent;

  session_test_select (transporter, "INBOX");
  n_sent = session_test_count_sent (transporter);
  g_imap_transporter_append_mime_async (transporter, mime, "Drafts", NULL, NULL, cancellable,
                                        session_test_answer_cb, &append_answer);
  while (session_test_count_sent (transporter) == n_sent)
    g_usleep (1000);
  g_imap_transporter_add_flags_async (transporter, ids, keywords, NULL, session_test_answer_cb,
                                      &stored);
  g_cancellable_cancel (cancellable);
  session_test_await (&append_answer);
  appended = g_imap_transporter_append_mime_finish (transporter, append_answer.result, &error);
  g_assert_null (appended);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  session_test_await (&stored);
  g_imap_transporter_add_flags_finish (transporter, stored.result, &error);
  g_assert_no_error (error);
  scripted_peer_assert_done (peer);
}

/* What changes nothing costs no connection: the rest is sent, and the answer comes to nothing. */
static void
test_search (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("") SELECTED ("2", "3") "C: $3 UID SEARCH CHARSET UTF-8 SUBJECT {5}\ndelay 300\n"
                                         "S: + go on\nC-raw: gr\\xc3\\xbcn\\r\\n\nS: * SEARCH 2\n"
                                         "S: $3 OK found\nC: $4 NOOP\nS: $4 OK alive\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  SessionTestCanceller canceller = { transporter, cancellable, 0 };
  GThread *thread;

  session_test_select (transporter, "INBOX");
  canceller.n_sent = session_test_count_sent (transporter) + 1;
  thread = session_test_cancel (&canceller);
  g_assert_null (
      g_imap_transporter_search_mails (transporter, "SUBJECT \"grün\"", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  session_test_check (transporter);
  scripted_peer_assert_done (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/session/literal/", rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_data_func ("/session/literal/D18-beside-a-change", "", test_beside_a_change);
  g_test_add_data_func ("/session/literal/D18-beside-a-change-and-asked", "delay 500\nS: + go\n",
                        test_beside_a_change);
  g_test_add_func ("/session/literal/before-a-change", test_before_a_change);
  g_test_add_func ("/session/literal/search", test_search);

  return g_test_run ();
}

/* The scripted peer does what its script says, and tells when the client does not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "scripted-peer.h"

#include <string.h>

static GSocketConnection *
connect_to (ScriptedPeer *peer)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", scripted_peer_get_port (peer), NULL, &error);

  g_assert_no_error (error);
  g_socket_set_timeout (g_socket_connection_get_socket (connection), 10);

  return connection;
}

static GIOStream *
start_tls (GSocketConnection *connection)
{
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", 0);
  g_autoptr (GTlsDatabase) database = scripted_peer_new_database ();
  g_autoptr (GError) error = NULL;
  GIOStream *tls = g_tls_client_connection_new (G_IO_STREAM (connection), identity, &error);

  g_assert_no_error (error);
  g_tls_connection_set_database (G_TLS_CONNECTION (tls), database);
  g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error);
  g_assert_no_error (error);

  return tls;
}

static void
say (GIOStream *stream, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), text, strlen (text), NULL,
                             NULL, &error);
  g_assert_no_error (error);
}

/* Reads exactly this. */
static void
assert_hears (GIOStream *stream, const char *expected)
{
  g_autofree char *buffer = g_malloc0 (strlen (expected) + 1);
  g_autoptr (GError) error = NULL;

  g_input_stream_read_all (g_io_stream_get_input_stream (stream), buffer, strlen (expected), NULL,
                           NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (buffer, ==, expected);
}

static void
assert_end (GIOStream *stream)
{
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_cmpint (
      g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, NULL, &error), ==, 0);
  g_assert_no_error (error);
}

static void
assert_read_error (GIOStream *stream, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_cmpint (
      g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, NULL, &error), ==, -1);
  g_assert_error (error, domain, code);
}

static void
assert_received (ScriptedPeer *peer, gboolean is_inside_tls, const char *expected)
{
  g_autoptr (GBytes) received = scripted_peer_get_received (peer, is_inside_tls);

  g_assert_cmpmem (g_bytes_get_data (received, NULL), g_bytes_get_size (received), expected,
                   strlen (expected));
}

static void
assert_problem (ScriptedPeer *peer, const char *expected)
{
  g_autofree char *problem = scripted_peer_dup_problem (peer);

  g_assert_nonnull (problem);
  if (strstr (problem, expected) == NULL)
    g_error ("“%s” does not contain “%s”", problem, expected);
}

static const char dialogue[] = "S: * OK ready\n"
                               "C: $1 LOGIN * *\n"
                               "S: $1 OK [CAPABILITY IMAP4rev1] done\n"
                               "C~ $2 (NOOP|CHECK)\n"
                               "C: $3 STORE 1 +FLAGS ($Forwarded)\n"
                               "S: $2 OK\n"
                               "S: $3 OK\n"
                               "C: $4 APPEND x {5}\n"
                               "S: + go\n"
                               "C-raw: a\\r\\n\\x00\\\\\n"
                               "C-bytes: 2\n"
                               "S-raw: $4 OK\\r\\n\n"
                               "C: $1 again\n"
                               "expect-close\n";

static void
test_dialogue (gconstpointer data)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (dialogue, GPOINTER_TO_UINT (data));
  g_autoptr (GSocketConnection) connection = connect_to (peer);
  gboolean is_tls = (GPOINTER_TO_UINT (data) & SCRIPTED_PEER_TLS) != 0;
  g_autoptr (GIOStream) stream = is_tls ? start_tls (connection) :
                                          G_IO_STREAM (g_object_ref (connection));
  static const char literal[] = { 'a', '\r', '\n', '\0', '\\', '\r', '\n' };
  g_autoptr (GBytes) received = NULL;

  assert_hears (stream, "* OK ready\r\n");
  say (stream, "A1 LOGIN a \"b c\"\r\n");
  assert_hears (stream, "A1 OK [CAPABILITY IMAP4rev1] done\r\n");
  say (stream, "A2 CHECK\r\nA3 STORE 1 +FLAGS ($Forwarded)\r\n");
  assert_hears (stream, "A2 OK\r\nA3 OK\r\n");
  say (stream, "A4 APPEND x {5}\r\n");
  assert_hears (stream, "+ go\r\n");
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), literal, sizeof literal, NULL,
                             NULL, NULL);
  assert_hears (stream, "A4 OK\r\n");
  say (stream, "A1 again\r\n");
  g_io_stream_close (stream, NULL, NULL);

  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, 5);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
  received = scripted_peer_get_received (peer, !is_tls);
  g_assert_cmpuint (g_bytes_get_size (received), ==, 0);
}

static void
test_starttls (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new ("S: * OK\n"
                                                     "C: $1 STARTTLS\n"
                                                     "S: $1 OK\n"
                                                     "tls\n"
                                                     "C: $2 LOGIN *\n"
                                                     "S: $2 OK\n"
                                                     "tls-no-close-notify\n",
                                                     SCRIPTED_PEER_NONE);
  g_autoptr (GSocketConnection) connection = connect_to (peer);
  g_autoptr (GIOStream) tls = NULL;

  assert_hears (G_IO_STREAM (connection), "* OK\r\n");
  say (G_IO_STREAM (connection), "a STARTTLS\r\n");
  assert_hears (G_IO_STREAM (connection), "a OK\r\n");
  tls = start_tls (connection);
  say (tls, "b LOGIN me secret\r\n");
  assert_hears (tls, "b OK\r\n");
  assert_read_error (tls, G_TLS_ERROR, G_TLS_ERROR_EOF);

  scripted_peer_assert_done (peer);
  assert_received (peer, FALSE, "a STARTTLS\r\n");
  assert_received (peer, TRUE, "b LOGIN me secret\r\n");
}

static void
test_close_notify (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new ("S: * BYE\ncut\n", SCRIPTED_PEER_TLS);
  g_autoptr (GSocketConnection) connection = connect_to (peer);
  g_autoptr (GIOStream) tls = start_tls (connection);

  assert_hears (tls, "* BYE\r\n");
  assert_end (tls);
  scripted_peer_assert_done (peer);
}

static gboolean
store_flags_cb (GTlsConnection *tls,
                GTlsCertificate *certificate,
                GTlsCertificateFlags flags,
                gpointer data)
{
  *(GTlsCertificateFlags *) data = flags;
  return FALSE;
}

static void
test_certificates (void)
{
  static const struct
  {
    const char *script;
    GTlsCertificateFlags flags;
  } cases[] = {
    { "certificate expired\nmay-close\nS: * OK\n", G_TLS_CERTIFICATE_EXPIRED },
    { "certificate other-name\nmay-close\nS: * OK\n", G_TLS_CERTIFICATE_BAD_IDENTITY },
    { "certificate other-ca\nmay-close\nS: * OK\n", G_TLS_CERTIFICATE_UNKNOWN_CA },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (cases[i].script, SCRIPTED_PEER_TLS);
      g_autoptr (GSocketConnection) connection = connect_to (peer);
      g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", 0);
      g_autoptr (GTlsDatabase) database = scripted_peer_new_database ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GIOStream)
          tls = g_tls_client_connection_new (G_IO_STREAM (connection), identity, &error);
      GTlsCertificateFlags flags = 0;

      g_tls_connection_set_database (G_TLS_CONNECTION (tls), database);
      g_signal_connect (tls, "accept-certificate", G_CALLBACK (store_flags_cb), &flags);
      g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
      g_assert_cmpuint (flags, ==, cases[i].flags);
    }
}

static void
test_ends (void)
{
  g_autoptr (ScriptedPeer) cut = scripted_peer_new ("S: x\ncut\n", SCRIPTED_PEER_NONE);
  g_autoptr (ScriptedPeer) reset = scripted_peer_new ("C: go\nrst\n", SCRIPTED_PEER_NONE);
  g_autoptr (ScriptedPeer)
      fin = scripted_peer_new ("S: x\nfin\nC: still\nexpect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (ScriptedPeer) stall = scripted_peer_new ("S: x\nstall\nC: never\n", 0);
  g_autoptr (GSocketConnection) connection = connect_to (cut);

  assert_hears (G_IO_STREAM (connection), "x\r\n");
  assert_end (G_IO_STREAM (connection));
  scripted_peer_assert_done (cut);

  g_set_object (&connection, NULL);
  connection = connect_to (reset);
  say (G_IO_STREAM (connection), "go\r\n");
  assert_read_error (G_IO_STREAM (connection), G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  scripted_peer_assert_done (reset);

  g_set_object (&connection, NULL);
  connection = connect_to (fin);
  assert_hears (G_IO_STREAM (connection), "x\r\n");
  assert_end (G_IO_STREAM (connection));
  say (G_IO_STREAM (connection), "still\r\n");
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  scripted_peer_assert_done (fin);

  g_set_object (&connection, NULL);
  connection = connect_to (stall);
  assert_hears (G_IO_STREAM (connection), "x\r\n");
  say (G_IO_STREAM (connection), "anything\r\n");
  scripted_peer_assert_done (stall);
}

static void
test_repeat_and_chunks (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new ("chunk 1\n"
                                                     "repeat 3\n"
                                                     "  S: * $# EXISTS\n"
                                                     "end\n"
                                                     "chunk random 42\n"
                                                     "repeat 2\n"
                                                     "  repeat 2\n"
                                                     "    S-raw: ab\n"
                                                     "  end\n"
                                                     "  C: more\n"
                                                     "end\n"
                                                     "chunk whole\n"
                                                     "delay 10\n"
                                                     "drip 500/s\n"
                                                     "S: slow\n"
                                                     "drip 0/s\n"
                                                     "S-fill: 5000 y\n"
                                                     "S-file: lib/mails/01.eml\n"
                                                     "cut\n",
                                                     SCRIPTED_PEER_NONE);
  g_autoptr (GSocketConnection) connection = connect_to (peer);
  g_autofree char *fill = g_strnfill (5000, 'y');
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "lib", "mails", "01.eml", NULL);
  g_autofree char *mail = NULL;

  g_assert_true (g_file_get_contents (path, &mail, NULL, NULL));
  assert_hears (G_IO_STREAM (connection), "* 1 EXISTS\r\n* 2 EXISTS\r\n* 3 EXISTS\r\nabab");
  say (G_IO_STREAM (connection), "more\r\n");
  assert_hears (G_IO_STREAM (connection), "abab");
  say (G_IO_STREAM (connection), "more\r\n");
  assert_hears (G_IO_STREAM (connection), "slow\r\n");
  assert_hears (G_IO_STREAM (connection), fill);
  assert_hears (G_IO_STREAM (connection), mail);
  assert_end (G_IO_STREAM (connection));
  scripted_peer_assert_done (peer);
}

/* A literal is measured first, whatever is in it. */
static void
test_literal (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new ("S-raw: a\\x20\n"
                                                     "S-literal\n"
                                                     "S: b\n"
                                                     "repeat 11\n"
                                                     "  S-raw: $#\\n\n"
                                                     "end\n"
                                                     "S-fill: 2 c\n"
                                                     "end\n"
                                                     "S: )\n"
                                                     "S-literal\n"
                                                     "end\n"
                                                     "cut\n",
                                                     SCRIPTED_PEER_NONE);
  g_autoptr (GSocketConnection) connection = connect_to (peer);

  assert_hears (G_IO_STREAM (connection),
                "a {29}\r\nb\r\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\ncc)\r\n{0}\r\n");
  assert_end (G_IO_STREAM (connection));
  scripted_peer_assert_done (peer);
}

static void
test_mismatch (void)
{
  static const struct
  {
    const char *script;
    const char *said;
    const char *problem;
  } cases[] = {
    { "S: x\nC: $1 LOGIN *\n", "A1 NOOP\r\n",
      "connection 1, line 2, “C: $1 LOGIN *”: the client sent “A1 NOOP”" },
    { "C: $1 a\nC: $1 b\n", "A1 a\r\nA2 b\r\n", "line 2" },
    { "C: a.c\n", "abc\r\n", "“abc”" },
    { "C~ a.c\n", "abcd\r\n", "“abcd”" },
    { "C-raw: xyz\n", "xyy", "“xyy”" },
    { "S: x\ntls\n", "early", "line 2, “tls”: " },
    { "C: a\nexpect-close\n", "a\r\nb", "1 more bytes" },
    { "C: a\nC: b\n", "a\r\n", "the client closed the connection" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (cases[i].script, SCRIPTED_PEER_NONE);
      g_autoptr (GSocketConnection) connection = connect_to (peer);

      say (G_IO_STREAM (connection), cases[i].said);
      g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE, NULL);
      assert_problem (peer, cases[i].problem);
    }
}

static void
test_reconnect (void)
{
  static const char *const scripts[] = { "S: first\ncut\n", "S: second\nexpect-close\n", NULL };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GSocketConnection) first = connect_to (peer);
  g_autoptr (GSocketConnection) second = NULL;
  g_autoptr (GSocketConnection) third = NULL;

  assert_hears (G_IO_STREAM (first), "first\r\n");
  second = connect_to (peer);
  assert_hears (G_IO_STREAM (second), "second\r\n");
  g_io_stream_close (G_IO_STREAM (second), NULL, NULL);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 2);

  third = connect_to (peer);
  assert_end (G_IO_STREAM (third));
  assert_problem (peer, "connection 3, line 0, “”: nobody expected this connection");
}

static void
test_last_again (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new ("S: again\nexpect-close\n", SCRIPTED_PEER_LAST_AGAIN);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GSocketConnection) connection = connect_to (peer);

      assert_hears (G_IO_STREAM (connection), "again\r\n");
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    }
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 3);
}

static void
test_may_close (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new ("may-close\n"
                                                     "repeat 1000000\n"
                                                     "  S-fill: 65536 z\n"
                                                     "end\n",
                                                     SCRIPTED_PEER_NONE);
  g_autoptr (GSocketConnection) connection = connect_to (peer);

  assert_hears (G_IO_STREAM (connection), "zzzz");
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  scripted_peer_assert_done (peer);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/scripted-peer/dialogue/plain", GUINT_TO_POINTER (SCRIPTED_PEER_NONE),
                        test_dialogue);
  g_test_add_data_func ("/scripted-peer/dialogue/bytes", GUINT_TO_POINTER (SCRIPTED_PEER_CHUNK_ONE),
                        test_dialogue);
  g_test_add_data_func ("/scripted-peer/dialogue/tls",
                        GUINT_TO_POINTER (SCRIPTED_PEER_TLS | SCRIPTED_PEER_CHUNK_RANDOM),
                        test_dialogue);
  g_test_add_func ("/scripted-peer/starttls", test_starttls);
  g_test_add_func ("/scripted-peer/close-notify", test_close_notify);
  g_test_add_func ("/scripted-peer/certificates", test_certificates);
  g_test_add_func ("/scripted-peer/ends", test_ends);
  g_test_add_func ("/scripted-peer/repeat-and-chunks", test_repeat_and_chunks);
  g_test_add_func ("/scripted-peer/literal", test_literal);
  g_test_add_func ("/scripted-peer/mismatch", test_mismatch);
  g_test_add_func ("/scripted-peer/reconnect", test_reconnect);
  g_test_add_func ("/scripted-peer/last-again", test_last_again);
  g_test_add_func ("/scripted-peer/may-close", test_may_close);

  return g_test_run ();
}

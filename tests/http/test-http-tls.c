/* The guard under TLS: whole requests, and peers that never finish their handshake.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* A certificate for this run, or NULL where there is no openssl to make one. */
static GTlsCertificate *
make_certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-XXXXXX", &error);
  g_autofree char *key = g_build_filename (folder, "key.pem", NULL);
  g_autofree char *certificate = g_build_filename (folder, "certificate.pem", NULL);
  const char *arguments[] = { "openssl",
                              "req",
                              "-x509",
                              "-newkey",
                              "ec",
                              "-pkeyopt",
                              "ec_paramgen_curve:prime256v1",
                              "-nodes",
                              "-keyout",
                              key,
                              "-out",
                              certificate,
                              "-days",
                              "2",
                              "-subj",
                              "/CN=localhost",
                              NULL };
  GTlsCertificate *made = NULL;

  if (g_spawn_sync (NULL, (char **) arguments, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL))
    made = g_tls_certificate_new_from_files (certificate, key, &error);
  g_assert_no_error (error);
  g_unlink (key);
  g_unlink (certificate);
  g_rmdir (folder);

  return made;
}

static void
tell_size (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autofree char *text = g_strnfill (json_array_get_int_element (parameters, 0), 'x');

  g_assert_true (g_incoming_message_get_is_secure (request));
  g_outgoing_message_add_cookie (message, "a", "b", -1, G_OUTGOING_COOKIE_NONE, NULL);
  g_outgoing_message_set_text (message, text, NULL);
  g_rest_call_return_message (call, message);
}

static ServerFixture *
fixture_new (void)
{
  g_autoptr (GTlsCertificate) certificate = make_certificate ();
  ServerFixture *fixture = NULL;

  if (certificate == NULL)
    {
      g_test_skip ("there is no openssl");
      return NULL;
    }

  fixture = server_fixture_new ("T");
  fixture->scheme = "https";
  g_object_set (fixture->server, "tls-certificate", certificate, NULL);
  g_rest_server_expose (fixture->server, "T", "size", G_REST_EXPOSE_HTTP_GET, tell_size, NULL,
                        NULL);
  server_fixture_listen (fixture);

  return fixture;
}

static void
test_requests (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_auto (GStrv) uris = NULL;
  g_autofree char *head = NULL;
  g_autofree char *second = NULL;
  g_autofree char *connects = NULL;
  g_autoptr (GBytes) large = NULL;

  if (fixture == NULL)
    return;

  uris = g_rest_server_get_uris (fixture->server);
  g_assert_true (g_str_has_prefix (uris[0], "https://127.0.0.1:"));
  head = server_fixture_curl_text (fixture, "/rest/T/size?$params=[3]", "-i", NULL);
  g_assert_nonnull (strstr (head, "SameSite=Strict"));
  g_assert_nonnull (
      strstr (head, "\r\nSet-Cookie: a=b; Path=/; Secure; HttpOnly; SameSite=Lax\r\n"));
  g_assert_true (g_str_has_suffix (head, "\r\n\r\nxxx"));
  large = server_fixture_curl (fixture, "/rest/T/size?$params=[5000000]", NULL);
  g_assert_cmpuint (g_bytes_get_size (large), ==, 5000000);
  second = g_strconcat (uris[0], "rest/T/size?$params=[1]", NULL);
  connects = server_fixture_curl_text (fixture, "/rest/T/size?$params=[1]", "-o", "/dev/null", "-o",
                                       "/dev/null", "-w", "%{num_connects},", second, NULL);
  g_assert_cmpstr (connects, ==, "1,0,");
}

/* Who takes the body slowly gets all of it. */
static void
test_slow_reader (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GBytes) large = NULL;

  if (fixture == NULL)
    return;

  large = server_fixture_curl (fixture, "/rest/T/size?$params=[6000000]", "--limit-rate", "4M",
                               NULL);
  g_assert_cmpuint (g_bytes_get_size (large), ==, 6000000);
}

/* A client may bring a certificate; nobody asks for it. */
static void
test_client_certificate (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GTlsCertificate) own = NULL;
  g_autofree char *certificate = NULL;
  g_autofree char *key = NULL;
  g_autofree char *both = NULL;
  g_autofree char *name = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (fixture == NULL)
    return;

  own = make_certificate ();
  g_object_get (own, "certificate-pem", &certificate, "private-key-pem", &key, NULL);
  both = g_strconcat (certificate, key, NULL);
  g_close (g_file_open_tmp ("gimap4d-XXXXXX", &name, &error), NULL);
  g_assert_true (g_file_set_contents (name, both, -1, &error));
  answer = server_fixture_curl_text (fixture, "/rest/T/size?$params=[3]", "--cert", name, NULL);
  g_unlink (name);
  g_assert_cmpstr (answer, ==, "xxx");
}

static void
keep (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  GCancellable **place = data;

  *place = g_object_ref (g_incoming_message_get_cancellable (request));
  g_object_set_data_full (G_OBJECT (*place), "call", g_object_ref (call), g_object_unref);
}

/* A client that leaves is noticed under TLS too. */
static void
test_leaves (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GCancellable) cancellable = NULL;
  g_autofree char *text = NULL;

  if (fixture == NULL)
    return;

  g_rest_server_expose (fixture->server, "T", "keep", G_REST_EXPOSE_HTTP_GET, keep, &cancellable,
                        NULL);
  text = server_fixture_curl_text (fixture, "/rest/T/keep", "--max-time", "0.5", "--stderr",
                                   "/dev/null", NULL);
  g_assert_cmpstr (text, ==, "");
  g_assert_nonnull (cancellable);
  while (!g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (NULL, TRUE);
  g_object_set_data (G_OBJECT (cancellable), "call", NULL);
}

static GSocketConnection *
connect_plain (ServerFixture *fixture)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host (client, "127.0.0.1",
                                                                   fixture->port, NULL, &error);

  g_assert_no_error (error);

  return connection;
}

static void
turn (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * 1000;

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
}

/* Who speaks no TLS is sent home; who says nothing is cut when the server stops in the middle of the
 * handshake (H19). */
static void
test_no_handshake (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GSocketConnection) garbage = NULL;
  g_autoptr (GSocketConnection) silent = NULL;
  g_autoptr (GSocketConnection) half = NULL;
  g_autoptr (GSocketConnection) leaving = NULL;
  g_autofree char *answer = NULL;

  if (fixture == NULL)
    return;

  garbage = connect_plain (fixture);
  silent = connect_plain (fixture);
  half = connect_plain (fixture);
  leaving = connect_plain (fixture);
  g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (garbage)),
                         "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 35, NULL, NULL);
  g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (half)), "\x16\x03\x01", 3,
                         NULL, NULL);
  turn (50);
  g_io_stream_close (G_IO_STREAM (leaving), NULL, NULL);
  turn (50);
  answer = server_fixture_curl_text (fixture, "/rest/T/size?$params=[3]", NULL);
  g_assert_cmpstr (answer, ==, "xxx");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-tls/requests", test_requests);
  g_test_add_func ("/http-tls/slow-reader", test_slow_reader);
  g_test_add_func ("/http-tls/client-certificate", test_client_certificate);
  g_test_add_func ("/http-tls/H18/leaves", test_leaves);
  g_test_add_func ("/http-tls/H19/no-handshake", test_no_handshake);

  return g_test_run ();
}

/* The guard against clients that are slow, many, gone, or too fast.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "raw-client.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gimap4d/http/http-guard.h"

#define GET "GET /rest/T/ok HTTP/1.1\r\nHost: localhost\r\n\r\n"

static void
ok (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_rest_call_return_value (call, NULL);
}

static void
tell_size (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, strlen (json_array_get_string_element (parameters, 0)));
  g_rest_call_return_value (call, &value);
}

static void
keep (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  GPtrArray *calls = data;

  g_ptr_array_add (calls, g_object_ref (call));
}

static ServerFixture *
fixture_new (GPtrArray *calls)
{
  ServerFixture *fixture = server_fixture_new ("T");

  g_object_set (fixture->server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);
  g_rest_server_expose (fixture->server, "T", "ok", G_REST_EXPOSE_HTTP_GET, ok, NULL, NULL);
  g_rest_server_expose (fixture->server, "T", "size", G_REST_EXPOSE_HTTP_GET, tell_size, NULL,
                        NULL);
  if (calls != NULL)
    g_rest_server_expose (fixture->server, "T", "keep", G_REST_EXPOSE_HTTP_GET, keep, calls, NULL);

  return fixture;
}

static void
assert_serves (ServerFixture *fixture)
{
  g_autoptr (Client) client = client_new (fixture);

  client_send (client, GET, strlen (GET));
  client_wait_for (client, "{\"result\":null}");
}

static void
wait_for_descriptors (guint n_expected)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (count_descriptors () > n_expected && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_descriptors (), <=, n_expected);
}

/* Clients that keep the connection, ask once and leave cost nothing afterwards. */
static void
test_no_leak (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  guint n_before = 0;

  server_fixture_listen (fixture);
  assert_serves (fixture);
  turn ();
  n_before = count_descriptors ();
  for (guint i = 0; i < 300; i++)
    assert_serves (fixture);
  wait_for_descriptors (n_before);
}

/* H18: at each byte of a request the client closes, or resets. */
static void
test_leaves_at_each_byte (void)
{
  static const char post[] = "POST /rest/T/size HTTP/1.1\r\nHost: localhost\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n7\r\n[\"abc\"]\r\n0\r\n\r\n";
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  guint n_before = 0;

  server_fixture_listen (fixture);
  assert_serves (fixture);
  turn ();
  n_before = count_descriptors ();
  for (gsize i = 0; i < sizeof post; i++)
    for (guint j = 0; j < 3; j++)
      {
        g_autoptr (Client) client = client_new (fixture);

        client_send (client, post, i);
        if (j > 0)
          turn ();
        if (j == 2)
          client_reset (client);
      }
  wait_for_descriptors (n_before);
  assert_serves (fixture);
}

/* A client that ends its side once it has sent all gets its answer. */
static void
test_half_close (void)
{
  static const char post[] = "POST /rest/T/size HTTP/1.1\r\nHost: localhost\r\n"
                             "Content-Length: 7\r\n\r\n[\"abc\"]";
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);

  server_fixture_listen (fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Client) client = client_new (fixture);

      client_send (client, post, sizeof post - 1);
      if (i == 1)
        turn ();
      g_socket_shutdown (client->socket, FALSE, TRUE, NULL);
      client_wait_for_end (client);
      g_assert_nonnull (strstr (client->answer->str, "{\"result\":3}"));
    }
}

/* H12 */
static void
test_slow_head (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  Client *slow[40];

  g_object_set (fixture->server, "header-timeout", 1, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    {
      slow[i] = client_new (fixture);
      client_send (slow[i], GET, i);
    }
  assert_serves (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    {
      client_wait_for_end (slow[i]);
      /* Who has said nothing at all is told nothing. */
      g_assert_true (i == 0 || g_str_has_prefix (slow[i]->answer->str, "HTTP/1.1 408 "));
      client_free (slow[i]);
    }
}

static void
listen_with_guard (HttpGuard *guard, ServerFixture *fixture)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = http_guard_bind (any, FALSE, &error);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_no_error (error);
  http_guard_add_socket (guard, socket);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  fixture->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* H12: an upload that is slower than it may be. Its time is not to be set, so that the guard is asked
 * without a server. */
static void
test_slow_body (void)
{
  static const char head[] = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n[";
  const HttpConnectionLimits limits = { .body_timeout = 300, .max_body = 1000 };
  g_autoptr (SoupServer) soup = soup_server_new (NULL, NULL);
  g_autoptr (Client) client = NULL;
  HttpGuard *guard = http_guard_new (soup, &limits, 10, NULL);
  ServerFixture fixture = { NULL };

  listen_with_guard (guard, &fixture);
  client = client_new (&fixture);
  client_send (client, head, sizeof head - 1);
  client_wait_for_end (client);
  g_assert_true (g_str_has_prefix (client->answer->str, "HTTP/1.1 408 "));
  http_guard_cut (guard);
  turn ();
  http_guard_unref (guard);
}

#define LARGE (64 * 1024 * 1024)

static void
serve_large (SoupServer *soup,
             SoupServerMessage *message,
             const char *path,
             GHashTable *query,
             gpointer data)
{
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_TAKE, g_malloc0 (LARGE),
                                    LARGE);
}

/* Takes a little each time before it would be cut. Returns how much it got. */
static gsize
take_in_steps (Client *client)
{
  gsize taken = 0;
  gboolean has_ended = FALSE;

  while (!has_ended && taken < LARGE)
    {
      g_autoptr (GError) error = NULL;
      char block[16384];
      gssize size = 0;

      turn ();
      g_usleep (500);
      size = g_socket_receive (client->socket, block, sizeof block, NULL, &error);
      has_ended = size <= 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      taken += MAX (size, 0);
    }

  return taken;
}

/* An answer that is taken more slowly than it may be, although always something is. */
static void
test_slow_answer (void)
{
  const HttpConnectionLimits limits = { .write_timeout = 400,
                                        .answer_rate = 1000000000,
                                        .max_body = 1000 };
  g_autoptr (SoupServer) soup = soup_server_new (NULL, NULL);
  g_autoptr (Client) client = NULL;
  HttpGuard *guard = http_guard_new (soup, &limits, 10, NULL);
  ServerFixture fixture = { NULL };

  soup_server_add_handler (soup, NULL, serve_large, NULL, NULL);
  listen_with_guard (guard, &fixture);
  client = client_new (&fixture);
  client_send (client, GET, strlen (GET));
  g_assert_cmpuint (take_in_steps (client), <, LARGE);
  http_guard_cut (guard);
  turn ();
  http_guard_unref (guard);
}

/* An empty line before a request, in two halves. */
static void
test_empty_line (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_autoptr (Client) client = NULL;

  server_fixture_listen (fixture);
  client = client_new (fixture);
  for (guint i = 0; i < 3; i++)
    {
      client_send (client, "\r\n\r\n" + i, 1);
      for (guint j = 0; j < 20; j++)
        g_main_context_iteration (NULL, FALSE);
    }
  client_send (client, "\n" GET, 1 + strlen (GET));
  client_wait_for (client, "{\"result\":null}");
}

/* H12 */
static void
test_idle (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_autoptr (Client) client = NULL;

  g_object_set (fixture->server, "idle-timeout", 1, NULL);
  server_fixture_listen (fixture);
  client = client_new (fixture);
  client_send (client, GET, strlen (GET));
  client_wait_for (client, "{\"result\":null}");
  client_send (client, GET, strlen (GET));
  client_wait_for_end (client);
  g_assert_true (g_str_has_suffix (client->answer->str, "{\"result\":null}"));
}

/* H12 */
static void
test_too_many (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_autoptr (Client) first = NULL;
  g_autoptr (Client) second = NULL;
  g_autoptr (Client) third = NULL;

  g_object_set (fixture->server, "max-connections", 2, NULL);
  server_fixture_listen (fixture);
  first = client_new (fixture);
  second = client_new (fixture);
  turn ();
  third = client_new (fixture);
  client_wait_for_end (third);
  g_assert_true (g_str_has_prefix (third->answer->str, "HTTP/1.1 503 "));
  client_send (first, GET, strlen (GET));
  client_wait_for (first, "{\"result\":null}");

  /* Who was refused and does not go takes no place. */
  client_reset (second);
  turn ();
  assert_serves (fixture);
}

/* Without a descriptor left the server pauses, and goes on as soon as there is one. */
static void
test_no_descriptors (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  struct rlimit before;
  struct rlimit low;
  Client *clients[20];
  guint n_clients = 0;

  server_fixture_listen (fixture);
  assert_serves (fixture);
  turn ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  low = before;
  /* Room for all clients, and for half of their other ends. */
  low.rlim_cur = count_descriptors () + G_N_ELEMENTS (clients) * 3 / 2;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &low), ==, 0);
  while (n_clients < G_N_ELEMENTS (clients))
    clients[n_clients++] = client_new (fixture);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  while (n_clients > 10)
    client_free (clients[--n_clients]);
  assert_serves (fixture);
  while (n_clients > 0)
    client_free (clients[--n_clients]);
  assert_serves (fixture);
  setrlimit (RLIMIT_NOFILE, &before);
}

static void
test_large_upload (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *data = NULL;
  g_autofree char *filler = g_strnfill (3000000, 'x');
  g_autofree char *text = g_strconcat ("[\"", filler, "\"]", NULL);
  g_autofree char *length = NULL;
  g_autofree char *chunked = NULL;
  g_autofree char *expecting = NULL;
  const char *final_answer = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *refused_chunked = NULL;
  int fd = g_file_open_tmp ("gimap4d-XXXXXX", &name, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (name, text, -1, &error);
  g_assert_no_error (error);
  data = g_strconcat ("@", name, NULL);

  g_object_set (fixture->server, "max-request-size", (guint64) 3000004, NULL);
  server_fixture_listen (fixture);
  length = server_fixture_curl_text (fixture, "/rest/T/size", "-H", "Expect:", "--data-binary",
                                     data, NULL);
  g_assert_cmpstr (length, ==, "{\"result\":3000000}");
  chunked = server_fixture_curl_text (fixture, "/rest/T/size", "-H", "Transfer-Encoding: chunked",
                                      "--data-binary", data, NULL);
  g_assert_cmpstr (chunked, ==, "{\"result\":3000000}");
  expecting = server_fixture_curl_text (fixture, "/rest/T/size", "-i", "-H", "Expect: 100-continue",
                                        "--data-binary", data, NULL);
  g_assert_true (g_str_has_prefix (expecting, "HTTP/1.1 100 Continue\r\n"));
  final_answer = strstr (expecting, "\r\n\r\nHTTP/1.1 200 OK\r\n");
  g_assert_nonnull (final_answer);
  g_assert_nonnull (strstr (final_answer, "\r\nDate: "));

  g_free (text);
  text = g_strconcat ("[\"x", filler, "\"]", NULL);
  g_assert_true (g_file_set_contents (name, text, -1, &error));
  refused = server_fixture_curl_text (fixture, "/rest/T/size", "-i", "--data-binary", data, NULL);
  g_assert_nonnull (strstr (refused, "HTTP/1.1 413 "));
  refused_chunked = server_fixture_curl_text (fixture, "/rest/T/size", "-i", "-H",
                                              "Transfer-Encoding: chunked", "--data-binary", data,
                                              NULL);
  g_assert_nonnull (strstr (refused_chunked, "HTTP/1.1 413 "));
  g_unlink (name);
}

static gboolean
answer_all (gpointer data)
{
  g_ptr_array_foreach (data, (GFunc) g_rest_call_return_value, NULL);
  g_ptr_array_set_size (data, 0);

  return G_SOURCE_REMOVE;
}

/* H19: who is idle is sent home at once, who is served gets the answer, and nobody new comes in. */
static void
test_drain (void)
{
  static const char request[] = "GET /rest/T/keep HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ServerFixture) fixture = fixture_new (calls);
  g_autoptr (Client) idle = NULL;
  g_autoptr (Client) busy = NULL;
  g_autoptr (GSocketClient) late = g_socket_client_new ();

  server_fixture_listen (fixture);
  idle = client_new (fixture);
  busy = client_new (fixture);
  client_send (idle, GET, strlen (GET));
  client_wait_for (idle, "{\"result\":null}");
  client_send (busy, request, sizeof request - 1);
  while (calls->len == 0)
    g_main_context_iteration (NULL, TRUE);

  g_rest_server_stop (fixture->server);
  client_wait_for_end (idle);
  g_assert_null (g_socket_client_connect_to_host (late, "127.0.0.1", fixture->port, NULL, NULL));
  g_assert_false (busy->has_ended);
  answer_all (calls);
  client_wait_for_end (busy);
  g_assert_true (g_str_has_suffix (busy->answer->str, "{\"result\":null}"));
}

/* H19: what does not end is cut after five seconds. */
static void
test_drain_cuts (void)
{
  static const char request[] = "GET /rest/T/keep HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ServerFixture) fixture = fixture_new (calls);
  g_autoptr (Client) busy = NULL;

  server_fixture_listen (fixture);
  busy = client_new (fixture);
  client_send (busy, request, sizeof request - 1);
  while (calls->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_rest_server_stop (fixture->server);
  client_wait_for_end (busy);
  g_assert_cmpstr (busy->answer->str, ==, "");
  turn ();
  answer_all (calls);
}

static void
stop_server (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_rest_server_stop (data);
  g_rest_call_return_value (call, NULL);
}

static void
run_loop (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  Client *client = data;

  /* The client is gone before its function comes back from the main loop. */
  client_reset (client);
  turn ();
  g_rest_call_return_value (call, NULL);
}

/* What a function does to the server while it is called. */
static void
test_reentrant (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  static const char request[] = "GET /rest/T/loop HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (Client) gone = NULL;
  g_autofree char *stopped = NULL;

  server_fixture_listen (fixture);
  gone = client_new (fixture);
  g_rest_server_expose (fixture->server, "T", "loop", G_REST_EXPOSE_HTTP_GET, run_loop, gone, NULL);
  g_rest_server_expose (fixture->server, "T", "stop", G_REST_EXPOSE_HTTP_GET, stop_server,
                        fixture->server, NULL);
  client_send (gone, request, sizeof request - 1);
  while (!g_socket_is_closed (gone->socket))
    g_main_context_iteration (NULL, TRUE);
  turn ();

  stopped = server_fixture_curl_text (fixture, "/rest/T/stop", "-i", NULL);
  g_assert_true (g_str_has_suffix (stopped, "{\"result\":null}"));
}

static void
test_listens_again (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_auto (GStrv) uris = NULL;

  for (guint i = 0; i < 3; i++)
    {
      server_fixture_listen (fixture);
      assert_serves (fixture);
      g_rest_server_stop (fixture->server);
      g_rest_server_run (fixture->server);
    }
  uris = g_rest_server_get_uris (fixture->server);
  g_assert_null (uris[0]);
}

static void
test_port_in_use (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_autoptr (ServerFixture) second = fixture_new (NULL);
  g_autoptr (ServerFixture) sharing = fixture_new (NULL);
  g_autoptr (ServerFixture) sharing_too = fixture_new (NULL);
  g_autoptr (GError) error = NULL;

  server_fixture_listen (fixture);
  g_assert_false (g_rest_server_listen (second->server, fixture->port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);

  g_object_set (sharing->server, "share-port", TRUE, NULL);
  g_object_set (sharing_too->server, "share-port", TRUE, NULL);
  server_fixture_listen (sharing);
  g_assert_true (g_rest_server_listen (sharing_too->server, sharing->port, &error));
  g_assert_no_error (error);
}

/* H26 */
static void
test_http2_environment (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_autoptr (GError) error = NULL;

  g_setenv ("SOUP_SERVER_HTTP2", "1", TRUE);
  g_assert_false (g_rest_server_listen (fixture->server, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_unsetenv ("SOUP_SERVER_HTTP2");
}

static void
test_unix_socket (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_auto (GStrv) uris = NULL;
  g_autofree char *text = NULL;
  g_autofree char *old = NULL;

  g_assert_true (g_rest_server_listen_address (fixture->server, address, &error));
  g_assert_no_error (error);
  uris = g_rest_server_get_uris (fixture->server);
  g_assert_true (g_str_has_prefix (uris[0], "unix:/"));
  text = server_fixture_curl_text (fixture, "/rest/T/ok", "--unix-socket", path, NULL);
  g_assert_cmpstr (text, ==, "{\"result\":null}");
  old = server_fixture_curl_text (fixture, "/rest/T/ok", "--unix-socket", path, "-0", "-H",
                                  "Host:", NULL);
  g_assert_cmpstr (old, ==, "{\"result\":null}");
  g_unlink (path);
  g_rmdir (folder);
}

/* What systemd starts: this program again, with a socket as descriptor 3. */
static int
serve_systemd (void)
{
  g_autoptr (GRestServer) server = g_rest_server_new ("T");
  g_autoptr (GError) error = NULL;

  g_rest_server_expose (server, "T", "ok", G_REST_EXPOSE_HTTP_GET, ok, NULL, NULL);
  g_rest_server_expose (server, "T", "stop", G_REST_EXPOSE_HTTP_GET, stop_server, server, NULL);
  if (!g_rest_server_listen_systemd (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_rest_server_run (server);

  return 0;
}

static char *program = NULL;

static GSubprocess *
start_systemd (GSocket *socket)
{
  g_autoptr (GSubprocessLauncher)
      launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *quoted = g_shell_quote (program);
  g_autofree char *line = g_strdup_printf ("LISTEN_PID=$$ exec %s --systemd", quoted);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = NULL;

  g_subprocess_launcher_setenv (launcher, "LISTEN_FDS", "1", TRUE);
  g_subprocess_launcher_take_fd (launcher, dup (g_socket_get_fd (socket)), 3);
  process = g_subprocess_launcher_spawn (launcher, &error, "sh", "-c", line, NULL);
  g_assert_no_error (error);

  return process;
}

static void
test_systemd (void)
{
  g_autoptr (ServerFixture) none = fixture_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocket) unfit = NULL;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSubprocess) server = NULL;
  g_autoptr (GSubprocess) refusing = NULL;
  g_autofree char *text = NULL;
  g_autofree char *stopped = NULL;

  g_assert_false (g_rest_server_listen_systemd (none->server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, &error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error) &&
                 g_socket_listen (socket, &error));
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  none->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  server = start_systemd (socket);
  text = server_fixture_curl_text (none, "/rest/T/ok", NULL);
  g_assert_cmpstr (text, ==, "{\"result\":null}");
  stopped = server_fixture_curl_text (none, "/rest/T/stop", NULL);
  g_assert_true (g_subprocess_wait_check (server, NULL, &error));
  g_assert_no_error (error);

  unfit = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, &error);
  refusing = start_systemd (unfit);
  g_assert_false (g_subprocess_wait_check (refusing, NULL, &error));
}

int
main (int argc, char **argv)
{
  if (argc > 1 && g_str_equal (argv[1], "--systemd"))
    return serve_systemd ();

  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-guard/no-leak", test_no_leak);
  g_test_add_func ("/http-guard/H18/leaves-at-each-byte", test_leaves_at_each_byte);
  g_test_add_func ("/http-guard/half-close", test_half_close);
  g_test_add_func ("/http-guard/H12/slow-head", test_slow_head);
  g_test_add_func ("/http-guard/H12/slow-body", test_slow_body);
  g_test_add_func ("/http-guard/H12/slow-answer", test_slow_answer);
  g_test_add_func ("/http-guard/empty-line", test_empty_line);
  g_test_add_func ("/http-guard/H12/idle", test_idle);
  g_test_add_func ("/http-guard/H12/too-many", test_too_many);
  g_test_add_func ("/http-guard/H12/no-descriptors", test_no_descriptors);
  g_test_add_func ("/http-guard/H13/large-upload", test_large_upload);
  g_test_add_func ("/http-guard/H19/drain", test_drain);
  g_test_add_func ("/http-guard/H19/drain-cuts", test_drain_cuts);
  g_test_add_func ("/http-guard/reentrant", test_reentrant);
  g_test_add_func ("/http-guard/listens-again", test_listens_again);
  g_test_add_func ("/http-guard/port-in-use", test_port_in_use);
  g_test_add_func ("/http-guard/H26/http2-environment", test_http2_environment);
  g_test_add_func ("/http-guard/unix-socket", test_unix_socket);
  g_test_add_func ("/http-guard/systemd", test_systemd);

  return g_test_run ();
}

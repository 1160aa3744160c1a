/* The ways to a server beside IPv4: IPv6, a socket for both, a port shared by two processes; old
 * clients; and what happens while functions run main loops, or the server stops.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "raw-client.h"

#include <string.h>
#include <unistd.h>

#include "gimap4d/http/http-guard.h"

#define GET "GET /rest/T/who HTTP/1.1\r\nHost: localhost\r\n\r\n"

static char *program = NULL;

static void
tell_process (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, getpid ());
  g_rest_call_return_value (call, &value);
}

static void
tell_client (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, g_incoming_message_get_remote_address (request));
  g_rest_call_return_value (call, &value);
}

static void
add_functions (GRestServer *server)
{
  g_object_set (server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);
  g_rest_server_expose (server, "T", "who", G_REST_EXPOSE_HTTP_GET, tell_process, NULL, NULL);
  g_rest_server_expose (server, "T", "client", G_REST_EXPOSE_HTTP_GET, tell_client, NULL, NULL);
}

static ServerFixture *
fixture_new (void)
{
  ServerFixture *fixture = server_fixture_new ("T");

  add_functions (fixture->server);

  return fixture;
}

static gboolean
has_ipv6 (void)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("::1", 0);
  g_autoptr (GSocket) socket = http_guard_bind (any, FALSE, NULL);

  return socket != NULL;
}

static void
test_ipv6 (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (Client) client = NULL;
  g_auto (GStrv) uris = NULL;
  g_autofree char *uri = NULL;

  if (!has_ipv6 ())
    {
      g_test_skip ("there is no IPv6");
      return;
    }
  server_fixture_listen (fixture);
  uris = g_rest_server_get_uris (fixture->server);
  uri = g_strdup_printf ("http://[::1]:%u/", fixture->port);
  g_assert_cmpstr (uris[1], ==, uri);
  address = g_inet_socket_address_new_from_string ("::1", fixture->port);
  client = client_new_to (address);
  client_send (client, "GET /rest/T/client HTTP/1.1\r\nHost: [::1]\r\n\r\n", 44);
  client_wait_for (client, "{\"result\":\"::1\"}");
}

/* A socket of systemd is for both families: a client of IPv4 is called by its own name. */
static void
test_both_families (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("::", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSubprocess) server = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *quoted = g_shell_quote (program);
  g_autofree char *line = g_strdup_printf ("LISTEN_PID=$$ exec %s --systemd", quoted);
  g_autofree char *text = NULL;

  if (!has_ipv6 ())
    {
      g_test_skip ("there is no IPv6");
      return;
    }
  socket = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, 0, &error);
  g_assert_true (g_socket_bind (socket, any, FALSE, &error) && g_socket_listen (socket, &error));
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  fixture->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_subprocess_launcher_setenv (launcher, "LISTEN_FDS", "1", TRUE);
  g_subprocess_launcher_take_fd (launcher, dup (g_socket_get_fd (socket)), 3);
  server = g_subprocess_launcher_spawn (launcher, &error, "sh", "-c", line, NULL);
  g_assert_no_error (error);
  text = server_fixture_curl_text (fixture, "/rest/T/client", NULL);
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  g_assert_cmpstr (text, ==, "{\"result\":\"127.0.0.1\"}");
}

/* Two processes, one port: both are asked, and when one is killed the other goes on. */
static void
test_two_processes (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GSubprocess) other = NULL;
  g_autoptr (GHashTable) answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *port = NULL;
  g_autofree char *ready = NULL;
  g_autoptr (GDataInputStream) output = NULL;

  g_object_set (fixture->server, "share-port", TRUE, NULL);
  server_fixture_listen (fixture);
  port = g_strdup_printf ("%u", fixture->port);
  other = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--share", port, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (other));
  ready = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_cmpstr (ready, ==, "ready");

  while (g_hash_table_size (answers) < 2)
    g_hash_table_add (answers, server_fixture_curl_text (fixture, "/rest/T/who", NULL));
  g_subprocess_force_exit (other);
  g_subprocess_wait (other, NULL, NULL);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *answer = server_fixture_curl_text (fixture, "/rest/T/who", NULL);

      g_assert_true (g_hash_table_contains (answers, answer));
    }
}

/* HTTP/1.0: one answer, and the end of the connection, whatever the client asks for. */
static void
test_http_1_0 (void)
{
  static const char *const headers[] = { "", "Connection: keep-alive\r\n", "Connection: close\r\n",
                                         "Expect: 100-continue\r\n",
                                         "Expect:100-CONTINUE\r\nHost: localhost\r\n" };
  g_autoptr (ServerFixture) fixture = fixture_new ();

  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *text = g_strconcat ("GET /rest/T/client HTTP/1.0\r\n", headers[i], "\r\n",
                                           NULL);
      g_autofree char *answer = server_fixture_ask (fixture, text);

      g_assert_true (g_str_has_suffix (answer, "{\"result\":\"127.0.0.1\"}"));
      g_assert_null (strstr (answer, "eep-"));
      /* He would take it for the answer. */
      g_assert_null (strstr (answer, "100 Continue"));
    }
}

typedef struct
{
  ServerFixture *fixture;
  guint depth;
} Nest;

/* Asks its own server, and waits in a main loop. */
static void
ask_inside (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  Nest *nest = data;
  g_autoptr (Client) client = client_new (nest->fixture);
  static const char deeper[] = "GET /rest/T/nest HTTP/1.1\r\nHost: localhost\r\n\r\n";

  if (nest->depth-- > 0)
    client_send (client, deeper, sizeof deeper - 1);
  else
    client_send (client, GET, strlen (GET));
  client_wait_for (client, "{\"result\":");
  g_rest_call_return_value (call, NULL);
}

/* A function that runs a main loop stops nobody: it may even be a client of its own server. */
static void
test_nested_loops (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  Nest nest = { fixture, 5 };

  g_rest_server_expose (fixture->server, "T", "nest", G_REST_EXPOSE_HTTP_GET, ask_inside, &nest,
                        NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *answer = server_fixture_curl_text (fixture, "/rest/T/nest", NULL);

      g_assert_cmpstr (answer, ==, "{\"result\":null}");
      nest.depth = 5;
    }
}

static void
send_slowly (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GFile) zero = g_file_new_for_path ("/dev/zero");
  g_autoptr (GFileInputStream) stream = g_file_read (zero, NULL, NULL);

  g_outgoing_message_set_stream (message, G_INPUT_STREAM (stream), -1, NULL, NULL);
  g_rest_call_return_message (call, message);
}

/* The server stops in each stage of a request: all is let go of, within the time of the drain. */
static void
test_stop_in_stages (void)
{
  static const char *const stages[] = {
    "",
    "GET /rest/T/who HT",
    "POST /rest/T/who HTTP/1.1\r\nHost: localhost\r\n",
    "POST /rest/T/who HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n[1,",
    "POST /rest/T/who HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1",
    "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n",
  };
  ServerFixture *fixture = fixture_new ();
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);

  g_rest_server_add_handler (fixture->server, "/endless", NULL, send_slowly, NULL, NULL, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      Client *client = client_new (fixture);

      client_send (client, stages[i], strlen (stages[i]));
      g_ptr_array_add (clients, client);
    }
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  server_fixture_free (fixture);
}

/* The others of those that share a port, or what systemd starts. */
static int
serve (const char *port)
{
  g_autoptr (GRestServer) server = g_rest_server_new ("T");
  g_autoptr (GError) error = NULL;
  gboolean listens = FALSE;

  add_functions (server);
  if (port == NULL)
    listens = g_rest_server_listen_systemd (server, &error);
  else
    {
      g_object_set (server, "share-port", TRUE, NULL);
      listens = g_rest_server_listen (server, (guint16) g_ascii_strtoull (port, NULL, 10), &error);
    }
  if (!listens)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("ready\n");
  g_rest_server_run (server);

  return 0;
}

int
main (int argc, char **argv)
{
  if (argc > 1 && (g_str_equal (argv[1], "--systemd") || g_str_equal (argv[1], "--share")))
    return serve (argc > 2 ? argv[2] : NULL);

  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-transport/ipv6", test_ipv6);
  g_test_add_func ("/http-transport/both-families", test_both_families);
  g_test_add_func ("/http-transport/two-processes", test_two_processes);
  g_test_add_func ("/http-transport/http-1.0", test_http_1_0);
  g_test_add_func ("/http-transport/nested-loops", test_nested_loops);
  g_test_add_func ("/http-transport/H19/stop-in-stages", test_stop_in_stages);

  return g_test_run ();
}

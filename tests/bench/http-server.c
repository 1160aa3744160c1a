/* What the HTTP benchmark measures: a GRestServer, and a bare SoupServer that answers the same bytes.
 *
 *   http-server guard|bare [PORT]
 *
 * Serves on 127.0.0.1, with the port shared where one is given; prints the port, and ends when its
 * standard input ends.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <gio/gunixinputstream.h>
#include <string.h>
#include <sys/resource.h>

static const struct
{
  const char *path;
  gsize size;
} bodies[] = {
  { "/1k", 1024 },
  { "/64k", 64 * 1024 },
  { "/10m", 10 * 1024 * 1024 },
};

static GBytes *blobs[G_N_ELEMENTS (bodies)];
static GMainLoop *loop = NULL;

static void
make_blobs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      guchar *data = g_malloc (bodies[i].size);

      for (gsize j = 0; j < bodies[i].size; j++)
        data[j] = (guchar) (j * 7);
      blobs[i] = g_bytes_new_take (data, bodies[i].size);
    }
}

static void
send_blob (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_outgoing_message_set_bytes (message, data, NULL);
  g_rest_call_return_message (call, message);
}

static void
send_stream (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (data);

  g_outgoing_message_set_stream (message, stream, (gint64) g_bytes_get_size (data), NULL, NULL);
  g_rest_call_return_message (call, message);
}

static void
call_function (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  send_blob (request, call, data);
}

static void
wait_long (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_ptr_array_add (data, g_object_ref (call));
}

static guint16
start_guard (guint16 port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_auto (GStrv) uris = NULL;
  g_autoptr (GUri) uri = NULL;
  GRestServer *server = g_rest_server_new ("Bench");

  g_object_set (server, "session-mode", G_REST_SESSION_MODE_NONE, "max-connections", 4096,
                "share-port", port != 0, "header-timeout", 600, "idle-timeout", 600, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    g_rest_server_add_handler (server, bodies[i].path, NULL, send_blob, blobs[i], NULL, &error);
  g_rest_server_add_handler (server, "/stream", NULL, send_stream, blobs[2], NULL, &error);
  g_rest_server_add_handler (server, "/wait", NULL, wait_long, g_ptr_array_new (), NULL, &error);
  g_rest_server_expose (server, "$singleton/Bench", "get", G_REST_EXPOSE_HTTP_GET, call_function,
                        blobs[0], NULL);
  if (error != NULL || !g_rest_server_listen_address (server, address, &error))
    g_error ("%s", error->message);
  uris = g_rest_server_get_uris (server);
  uri = g_uri_parse (uris[0], G_URI_FLAGS_NONE, NULL);

  return (guint16) g_uri_get_port (uri);
}

static void
answer_bare (SoupServer *server,
             SoupServerMessage *message,
             const char *path,
             GHashTable *query,
             gpointer data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  gsize size = 0;
  const void *bytes = g_bytes_get_data (data, &size);

  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_append (headers, "Content-Type", "application/octet-stream");
  soup_message_headers_append (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_append (headers, "Accept-Ranges", "bytes");
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                            bytes, size);
}

static guint16
start_bare (void)
{
  g_autoptr (GError) error = NULL;
  SoupServer *server = soup_server_new (NULL, NULL);
  GSList *uris = NULL;
  guint16 port = 0;

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    soup_server_add_handler (server, bodies[i].path, answer_bare, blobs[i], NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    g_error ("%s", error->message);
  uris = soup_server_get_uris (server);
  port = (guint16) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  return port;
}

static gboolean
stop_cb (GObject *stream, gpointer data)
{
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  struct rlimit many = { 0 };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GSource) source = NULL;
  guint16 port = 0;

  if (argc < 2)
    g_error ("guard or bare?");

  getrlimit (RLIMIT_NOFILE, &many);
  many.rlim_cur = many.rlim_max;
  setrlimit (RLIMIT_NOFILE, &many);
  make_blobs ();
  loop = g_main_loop_new (NULL, FALSE);
  port = g_str_equal (argv[1], "bare") ?
             start_bare () :
             start_guard (argc > 2 ? (guint16) g_ascii_strtoull (argv[2], NULL, 10) : 0);
  source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (stop_cb), NULL, NULL);
  g_source_attach (source, NULL);
  g_print ("%u\n", port);
  g_main_loop_run (loop);

  return 0;
}

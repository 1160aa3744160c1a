/* A message that goes to a SoupServer of the application, or to a stream.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include <string.h>

static void
serve_cb (SoupServer *server,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer data)
{
  g_autoptr (GIncomingMessage) request = g_incoming_message_new_from_soup (message);
  g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("0123456789", 10, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (g_incoming_message_get_verb (request), ==, "GET");
  g_assert_cmpstr (g_incoming_message_get_remote_address (request), ==, "127.0.0.1");
  g_assert_false (g_incoming_message_get_is_secure (request));
  if (g_str_has_prefix (path, "/text"))
    g_outgoing_message_set_text (answer, g_incoming_message_get_url (request), &error);
  else if (g_str_has_prefix (path, "/stream"))
    g_outgoing_message_set_stream (answer, stream, 10, NULL, &error);
  else
    g_outgoing_message_set_stream (answer, stream, 20, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_outgoing_message_send (answer, message, &error));
  g_assert_no_error (error);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **place = data;

  *place = g_object_ref (result);
}

static GBytes *
ask (SoupServer *server, const char *path, const char *range, guint *out_status, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  GSList *uris = soup_server_get_uris (server);
  g_autoptr (GUri) uri = g_uri_parse_relative (uris->data, path, G_URI_FLAGS_NONE, NULL);
  g_autoptr (SoupMessage) message = soup_message_new_from_uri ("GET", uri);
  g_autoptr (GAsyncResult) result = NULL;
  GBytes *bytes = NULL;

  if (range != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message), "Range", range);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, answered_cb,
                                    &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  bytes = soup_session_send_and_read_finish (session, result, error);
  *out_status = soup_message_get_status (message);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  return bytes;
}

static void
test_soup (void)
{
  static const struct
  {
    const char *path;
    const char *range;
    guint status;
    const char *body;
  } rows[] = {
    { "/text?a=b", NULL, 200, "/text?a=b" },   { "/text", "bytes=1-2", 206, "te" },
    { "/text", "bytes=0-9999", 206, "/text" }, { "/stream", NULL, 200, "0123456789" },
    { "/stream", "bytes=3-5", 206, "345" },
  };
  g_autoptr (SoupServer) server = soup_server_new ("raw-paths", TRUE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) cut = NULL;
  guint status = 0;

  soup_server_add_handler (server, NULL, serve_cb, NULL, NULL);
  g_assert_true (soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) body = ask (server, rows[i].path, rows[i].range, &status, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (status, ==, rows[i].status);
      g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), rows[i].body,
                       strlen (rows[i].body));
    }

  cut = ask (server, "/cut", NULL, &status, &error);
  g_assert_nonnull (error);
  soup_server_disconnect (server);
}

static void
test_write (void)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  static const char expected[] =
      "HTTP/1.1 201 Created\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: 2\r\n\r\nhi";

  g_outgoing_message_set_text (message, "hi", NULL);
  g_outgoing_message_set_status (message, 201, NULL);
  g_assert_true (g_outgoing_message_write (message, output, NULL, &error));
  g_assert_no_error (error);
  g_outgoing_message_write_async (message, output, NULL, answered_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_outgoing_message_write_finish (message, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (output)), ==,
                    2 * (sizeof expected - 1));
  g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (output)),
                   sizeof expected - 1, expected, sizeof expected - 1);
}

static void
test_write_cancelled (void)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (g_outgoing_message_write (message, output, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outgoing-send/soup", test_soup);
  g_test_add_func ("/outgoing-send/write", test_write);
  g_test_add_func ("/outgoing-send/write-cancelled", test_write_cancelled);

  return g_test_run ();
}

/* A message that goes to a SoupServer of the application, or to a stream.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include <string.h>
#include <sys/socket.h>

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

/* A connection by hand: those of libsoup's own listener leave a socket behind. */
static char *
ask (SoupServer *server, const char *path, const char *range)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 80);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) mine = NULL;
  g_autoptr (GSocket) theirs = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autofree char *request = NULL;
  char block[1024];
  gssize size = -1;
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
  mine = g_socket_new_from_fd (ends[0], &error);
  theirs = g_socket_new_from_fd (ends[1], &error);
  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (theirs);
  g_assert_true (
      soup_server_accept_iostream (server, G_IO_STREAM (connection), address, address, &error));
  g_assert_no_error (error);
  request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n\r\n", path,
                             range != NULL ? "Range: " : "X: y", range != NULL ? range : "");
  g_assert_cmpint (g_socket_send (mine, request, strlen (request), NULL, &error), >, 0);
  g_socket_set_blocking (mine, FALSE);
  while (size != 0)
    {
      g_main_context_iteration (NULL, FALSE);
      size = g_socket_receive (mine, block, sizeof block, NULL, NULL);
      if (size > 0)
        g_string_append_len (answer, block, size);
    }

  return g_string_free (g_steal_pointer (&answer), FALSE);
}

static void
test_soup (void)
{
  static const struct
  {
    const char *path;
    const char *range;
    const char *status;
    const char *body;
  } rows[] = {
    { "/text?a=b", NULL, "HTTP/1.1 200 ", "\r\n\r\n/text?a=b" },
    { "/text", "bytes=1-2", "HTTP/1.1 206 ", "\r\n\r\nte" },
    { "/text", "bytes=0-9999", "HTTP/1.1 206 ", "\r\n\r\n/text" },
    { "/stream", NULL, "HTTP/1.1 200 ", "\r\n\r\n0123456789" },
    { "/stream", "bytes=3-5", "HTTP/1.1 206 ", "\r\n\r\n345" },
    /* Of twenty bytes that were promised there are ten. */
    { "/cut", NULL, "HTTP/1.1 200 ", "\r\n\r\n0123456789" },
  };
  g_autoptr (SoupServer) server = soup_server_new ("raw-paths", TRUE, NULL);

  soup_server_add_handler (server, NULL, serve_cb, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *answer = ask (server, rows[i].path, rows[i].range);

      g_assert_true (g_str_has_prefix (answer, rows[i].status));
      g_assert_true (g_str_has_suffix (answer, rows[i].body));
    }
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

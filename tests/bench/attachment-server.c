/* An attachment on its way from the mailbox into an answer, or into a file.
 *
 *   attachment-server serve FILE --port PORT --box NAME [--tls --authority CA]
 *
 * GET /attachment answers with the first part of the first mail of the box as its stream brings it; GET
 * /save writes it to FILE, and answers with how many octets that were. Prints its port, and ends when
 * its standard input ends.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "bench-workload.h"

#include <gio/gunixinputstream.h>

static GImapTransporter *transporter = NULL;
static const char *target = NULL;

static void
fail (GRestCall *call, GError *error)
{
  g_printerr ("%s\n", error->message);
  g_rest_call_return_error (call, error);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GRestCall) call = data;
  g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) part = g_imap_transporter_open_part_finish (transporter, result, &error);

  if (part == NULL || !g_outgoing_message_set_stream (answer, part, -1, NULL, &error))
    fail (call, g_steal_pointer (&error));
  else
    g_rest_call_return_message (call, answer);
}

static void
send_attachment (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_imap_transporter_open_part_async (transporter, "1", "1", NULL, opened_cb, g_object_ref (call));
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GRestCall) call = data;
  g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();
  g_autoptr (GError) error = NULL;
  gssize n = g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error);
  g_autofree char *text = g_strdup_printf ("%" G_GSSIZE_FORMAT, n);

  if (n < 0 || !g_outgoing_message_set_text (answer, text, &error))
    fail (call, g_steal_pointer (&error));
  else
    g_rest_call_return_message (call, answer);
}

static void
opened_to_save_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GRestCall) call = data;
  g_autoptr (GFile) file = g_file_new_for_path (target);
  g_autoptr (GFileOutputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) part = g_imap_transporter_open_part_finish (transporter, result, &error);

  if (part != NULL)
    output = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, &error);
  if (output == NULL)
    {
      fail (call, g_steal_pointer (&error));
      return;
    }

  g_output_stream_splice_async (G_OUTPUT_STREAM (output), part,
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE |
                                    G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, NULL, saved_cb, g_steal_pointer (&call));
}

static void
save_attachment (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_imap_transporter_open_part_async (transporter, "1", "1", NULL, opened_to_save_cb,
                                      g_object_ref (call));
}

static guint16
start (void)
{
  g_autoptr (GRestServer) server = g_rest_server_new ("Attachment");
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) uris = NULL;
  g_autoptr (GUri) uri = NULL;

  g_object_set (server, "session-mode", G_REST_SESSION_MODE_NONE, "call-timeout", 0, NULL);
  g_rest_server_add_handler (server, "/attachment", NULL, send_attachment, NULL, NULL, &error);
  g_assert_no_error (error);
  g_rest_server_add_handler (server, "/save", NULL, save_attachment, NULL, NULL, &error);
  g_assert_no_error (error);
  g_rest_server_listen_address (server, address, &error);
  g_assert_no_error (error);
  uris = g_rest_server_get_uris (server);
  uri = g_uri_parse (uris[0], G_URI_FLAGS_NONE, NULL);
  g_object_ref (server);

  return (guint16) g_uri_get_port (uri);
}

static gboolean
stop_cb (GObject *stream, gpointer data)
{
  g_main_loop_quit (data);

  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  BenchPlace place = { 0 };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSource) ended = NULL;

  target = bench_parse_arguments (argc, argv, &place)[1];
  transporter = bench_workload_open (&place);
  ended = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (ended, G_SOURCE_FUNC (stop_cb), loop, NULL);
  g_source_attach (ended, NULL);
  g_print ("%u\n", start ());
  g_main_loop_run (loop);

  return 0;
}

/* A message on its way without a GRestServer: to a SoupServer of the application, to any stream.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-outgoing-message.h"

#include "gimap4d/http/http-answer.h"
#include "gimap4d/http/outgoing-message-private.h"
#include "gimap4d/http/http-status.h"

/* The client must not take a part for the whole. */
static void
cut (SoupServerMessage *message, const GError *error, gpointer data)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
}

/**
 * g_outgoing_message_send:
 * @self: a #GOutgoingMessage
 * @message: a request of a #SoupServer that the application runs, in its handler or paused
 * @error: return location for a #GError
 *
 * Answers a request of a #SoupServer of the application. Conditional requests and parts are
 * answered as a #GRestServer does it, files and streams are sent with constant memory in the
 * thread-default context. A message that was paused has to be unpaused afterwards.
 *
 * Fails with %G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT for a stream that was sent before, or with a
 * #GIOErrorEnum when a file cannot be read: then nothing was answered.
 *
 * Returns: %TRUE if the answer is on its way
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_send (GOutgoingMessage *self, SoupServerMessage *message, GError **error)
{
  GUri *uri = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), FALSE);

  uri = soup_server_message_get_uri (message);
  return http_answer_begin (message, self, g_str_equal (g_uri_get_scheme (uri), "https"), cut, NULL,
                            error);
}

static void
append_header (const char *name, const char *value, gpointer data)
{
  g_string_append_printf (data, "%s: %s\r\n", name, value);
}

static GString *
build_head (GOutgoingMessage *self, gint64 length)
{
  int status = g_outgoing_message_get_status (self);
  GString *head = g_string_new (NULL);

  g_string_append_printf (head, "HTTP/1.1 %d %s\r\n", status, http_status_get_phrase (status));
  outgoing_message_foreach_wire_header (self, FALSE, append_header, head);
  if (length >= 0 && status != 204 && status != 304)
    g_string_append_printf (head, "Content-Length: %" G_GINT64_FORMAT "\r\n", length);
  g_string_append (head, "\r\n");

  return head;
}

static gboolean
write_body (GInputStream *input, GOutputStream *output, GCancellable *cancellable, GError **error)
{
  return input == NULL ||
         g_output_stream_splice (output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE, cancellable,
                                 error) >= 0;
}

/**
 * g_outgoing_message_write:
 * @self: a #GOutgoingMessage
 * @output: where to
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Writes status, headers and body in the form of HTTP/1.1 (RFC 9112), for other transports than a
 * server: a file, a pipe, a test. The length is among the headers when it is known; otherwise the
 * body goes on to the end of the stream. @output is not closed.
 *
 * Fails with a #GIOErrorEnum, or with %G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT for a stream that was
 * sent before.
 *
 * Returns: %TRUE if all was written
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_write (GOutgoingMessage *self,
                          GOutputStream *output,
                          GCancellable *cancellable,
                          GError **error)
{
  OutgoingBody *body = NULL;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GString) head = NULL;
  gint64 length = 0;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (output), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !outgoing_message_begin_sending (self, error))
    return FALSE;
  body = outgoing_message_get_wire_body (self);
  if (body != NULL)
    {
      input = outgoing_body_open (body, &length, cancellable, error);
      if (input == NULL)
        return FALSE;
    }

  head = build_head (self, length);
  return g_output_stream_write_all (output, head->str, head->len, NULL, cancellable, error) &&
         write_body (input, output, cancellable, error);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer output, GCancellable *cancellable)
{
  GError *error = NULL;

  if (g_outgoing_message_write (source, output, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * g_outgoing_message_write_async:
 * @self: a #GOutgoingMessage
 * @output: where to
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (closure data): called when all was written, or something failed
 * @data: what is given to @callback
 *
 * Writes the message as g_outgoing_message_write() does, without waiting for it. Until it is done
 * the message belongs to the thread that writes it.
 *
 * Since: 1.0
 */
void
g_outgoing_message_write_async (GOutgoingMessage *self,
                                GOutputStream *output,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (G_IS_OUTGOING_MESSAGE (self));
  g_return_if_fail (G_IS_OUTPUT_STREAM (output));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, g_outgoing_message_write_async);
  g_task_set_task_data (task, g_object_ref (output), g_object_unref);
  g_task_run_in_thread (task, write_in_thread);
}

/**
 * g_outgoing_message_write_finish:
 * @self: a #GOutgoingMessage
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Gets what became of g_outgoing_message_write_async().
 *
 * Returns: %TRUE if all was written
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_write_finish (GOutgoingMessage *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

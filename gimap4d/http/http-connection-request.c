/* One request of a client: from the first byte of its head to the last of its answer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-connection.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-connection-private.h"

/* While there is a request, the deadline is that of a client who has to take something. */
static void
begin_blocked (HttpConnection *connection)
{
  http_pace_block (&connection->pace, g_get_monotonic_time ());
  http_connection_set_deadline (connection, connection->limits->write_timeout);
}

void
http_connection_end_blocked (HttpConnection *connection)
{
  http_pace_unblock (&connection->pace, g_get_monotonic_time ());
  http_connection_set_deadline (connection, 0);
}

static gssize
send_cb (const GOutputVector *vectors, guint n_vectors, gpointer data)
{
  HttpConnection *connection = data;
  GOutputStream *output = g_io_stream_get_output_stream (connection->io);
  GPollableReturn result = G_POLLABLE_RETURN_WOULD_BLOCK;
  gsize written = 0;

  if (!http_pace_is_blocked (&connection->pace))
    result = g_pollable_output_stream_writev_nonblocking (G_POLLABLE_OUTPUT_STREAM (output),
                                                          vectors, n_vectors, &written, NULL, NULL);
  if (result == G_POLLABLE_RETURN_FAILED)
    return -1;
  http_pace_take (&connection->pace, written);

  return (gssize) written;
}

/* FALSE when the client is gone. */
static gboolean
flush_output (HttpConnection *connection)
{
  GOutputStream *stream = g_io_stream_get_output_stream (connection->io);
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (stream);
  gsize size = 0;
  const void *data = NULL;

  if (http_pace_is_blocked (&connection->pace))
    return TRUE;
  while ((data = http_pipe_peek (connection->pipe, &size)) != NULL && size > 0)
    {
      g_autoptr (GError) error = NULL;
      gssize written = g_pollable_output_stream_write_nonblocking (output, data, size, NULL,
                                                                   &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          begin_blocked (connection);
          return TRUE;
        }
      if (written < 0)
        return FALSE;
      http_pipe_drop (connection->pipe, written);
      http_pace_take (&connection->pace, written);
    }

  return TRUE;
}

static gsize
take_body (HttpConnection *connection, const char *data, gsize size, guint *out_status)
{
  gsize consumed = 0;
  HttpGateResult result;

  if (!connection->head.is_chunked)
    {
      consumed = MIN (size, connection->body_left);
      connection->body_left -= consumed;
      connection->is_body_complete = connection->body_left == 0;
      return consumed;
    }

  result = http_gate_scan_chunks (&connection->chunks, data, size, connection->limits->max_body,
                                  &consumed, out_status);
  connection->is_body_complete = result == HTTP_GATE_COMPLETE;

  return consumed;
}

/* Never a byte of the next request. FALSE when the body was refused. */
static gboolean
feed_body (HttpConnection *connection)
{
  gsize size = MIN (connection->buffer->len, http_pipe_get_room (connection->pipe));
  gsize consumed = 0;
  guint status = 0;

  if (connection->is_body_complete)
    return TRUE;

  consumed = take_body (connection, (const char *) connection->buffer->data, size, &status);
  if (status != 0)
    {
      http_connection_refuse (connection, status);
      return FALSE;
    }

  connection->pace.received += consumed;
  http_pipe_push (connection->pipe, connection->buffer->data, consumed);
  g_byte_array_remove_range (connection->buffer, 0, consumed);
  if (connection->is_body_complete)
    http_pipe_end (connection->pipe);

  return TRUE;
}

static gboolean
is_going_on (HttpConnection *connection)
{
  return connection->head.is_keep_alive && connection->is_body_complete &&
         connection->is_answer_complete && !connection->must_close && !connection->is_draining &&
         (!connection->has_ended || connection->buffer->len > 0);
}

static void
finish_request (HttpConnection *connection)
{
  gboolean goes_on = is_going_on (connection);

  g_clear_pointer (&connection->pipe, http_pipe_unref);
  connection->message = NULL;
  connection->gone = NULL;
  if (!goes_on)
    {
      http_connection_linger (connection);
      return;
    }

  connection->state = HTTP_CONNECTION_HEAD;
  connection->scanned = 0;
  connection->has_begun = FALSE;
  http_connection_set_deadline (connection, connection->limits->idle_timeout);
}

static void
push_head (HttpConnection *connection)
{
  const HttpHead *head = &connection->head;
  gsize next = head->ignored_at + head->ignored_size;

  if (head->ignored_size > 0)
    http_pipe_push (connection->pipe, connection->buffer->data, head->ignored_at);
  http_pipe_push (connection->pipe, connection->buffer->data + next, head->size - next);
  g_byte_array_remove_range (connection->buffer, 0, head->size);
}

static void
begin_request (HttpConnection *connection)
{
  g_autoptr (GIOStream) stream = NULL;

  connection->state = HTTP_CONNECTION_REQUEST;
  connection->pipe = http_pipe_new (connection->watch, send_cb, connection);
  http_pipe_attend (connection->pipe, TRUE);
  connection->chunks = (HttpChunks){ 0 };
  connection->body_left = connection->head.content_length;
  connection->is_body_complete = !connection->head.is_chunked && connection->body_left == 0;
  connection->pace = (HttpPace){ .start = g_get_monotonic_time () };
  connection->is_answer_complete = FALSE;
  connection->must_close = FALSE;
  connection->deadline = 0;

  push_head (connection);
  if (connection->is_body_complete)
    http_pipe_end (connection->pipe);
  if (!feed_body (connection))
    {
      g_clear_pointer (&connection->pipe, http_pipe_unref);
      return;
    }

  stream = http_pipe_open_stream (connection->pipe);
  g_main_context_push_thread_default (connection->context);
  if (!soup_server_accept_iostream (connection->server, stream, connection->local,
                                    connection->remote, NULL))
    http_connection_close_now (connection);
  g_main_context_pop_thread_default (connection->context);
}

static void
drop_empty_lines (HttpConnection *connection)
{
  gsize size = 0;

  /* An old habit of clients after a POST (RFC 9112, 2.2). */
  while (connection->buffer->len >= size + 2 &&
         memcmp (connection->buffer->data + size, "\r\n", 2) == 0)
    size += 2;
  if (size > 0)
    g_byte_array_remove_range (connection->buffer, 0, size);
}

/* The first half of an empty line must not be looked at as a head. */
static gboolean
has_head_bytes (HttpConnection *connection)
{
  return connection->buffer->len > 1 ||
         (connection->buffer->len == 1 && connection->buffer->data[0] != '\r');
}

void
http_connection_read_head (HttpConnection *connection)
{
  guint status = 0;
  HttpGateResult result = HTTP_GATE_NEEDS_MORE;

  if (!connection->has_begun && connection->buffer->len > 0)
    {
      connection->has_begun = TRUE;
      http_connection_set_deadline (connection, connection->limits->header_timeout);
    }
  if (connection->scanned == 0)
    drop_empty_lines (connection);

  if (has_head_bytes (connection))
    result = http_gate_scan_head ((const char *) connection->buffer->data, connection->buffer->len,
                                  &connection->scanned, connection->limits->max_body,
                                  &connection->head, &status);
  if (result == HTTP_GATE_BAD)
    http_connection_refuse (connection, status);
  else if (result == HTTP_GATE_COMPLETE)
    begin_request (connection);
  else if (connection->has_ended)
    http_connection_close_now (connection);
}

/* Whoever ends his side before the answer is there is taken for gone, once libsoup has read all
 * that he sent and did not answer at once. */
static gboolean
has_left (HttpConnection *connection)
{
  return connection->has_ended && http_pipe_get_room (connection->pipe) == HTTP_LIMIT_BUFFER &&
         (connection->is_body_complete || connection->buffer->len == 0);
}

void
http_connection_serve_request (HttpConnection *connection)
{
  gboolean is_closed = FALSE;
  gsize waiting = 0;

  if (!feed_body (connection))
    return;

  /* Asked first: what is written before the close is then in the pipe. */
  is_closed = http_pipe_is_closed (connection->pipe);
  if (!flush_output (connection))
    {
      http_connection_cut (connection);
      return;
    }
  http_pipe_peek (connection->pipe, &waiting);
  if (is_closed && waiting == 0)
    finish_request (connection);
  else if (!is_closed && has_left (connection))
    http_connection_cut (connection);
}

/* One client: from its first byte to its last, with one SoupServer stream for each request.
 *
 * libsoup 3.2 has no time limits, leaks connections that end idle, and reads requests that have
 * two meanings. It never sees such a one: the head is read and checked here, and a small stream
 * with exactly one request goes to soup_server_accept_iostream(). libsoup answers it and closes
 * it; whether the client's connection goes on is decided here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-connection.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-address.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-pace.h"
#include "gimap4d/http/http-pipe.h"
#include "gimap4d/http/http-refusal.h"
#include "gimap4d/http/http-tls.h"

/* Not smaller than a TLS record: what is left of one inside GnuTLS makes no source ready. */
#define READ_SIZE 16384

typedef enum
{
  STATE_HANDSHAKE,
  STATE_HEAD,    /* waits for a request, or for the rest of its head */
  STATE_REQUEST, /* libsoup has it */
  STATE_LINGER,  /* the last answer is out: nothing of the client matters any more */
  STATE_CLOSED,
} State;

struct _HttpConnection
{
  guint count;        /* of references: a function may run a main loop while we wait for it */
  SoupServer *server; /* owned */
  const HttpConnectionLimits *limits; /* unowned */
  GMainContext *context;              /* owned */
  GIOStream *io;                      /* owned; the TLS connection where there is TLS */
  GSocket *socket;                    /* owned */
  GSocketAddress *local;              /* owned */
  GSocketAddress *remote;             /* owned; carries this connection for libsoup's messages */
  char *remote_host;                  /* owned */
  char *remote_network;               /* owned */
  GCancellable *cancellable;          /* owned; stops the handshake */
  gboolean is_secure;

  State state;
  gint64 deadline;      /* monotonic µs, 0 for none */
  HttpWatch *watch;     /* owned */
  gboolean is_with_tls; /* a thread of TLS has the socket: nobody else looks at it, or closes it */

  GByteArray *buffer; /* what came and was not handed on */
  gsize scanned;
  gboolean has_begun; /* the first byte of a request is there, and its time is running */
  gboolean has_ended; /* the client sends nothing more */
  gsize lingered;

  HttpPipe *pipe; /* owned, nullable: while there is a request */
  HttpHead head;
  HttpChunks chunks;
  guint64 body_left;
  gboolean is_body_complete;
  HttpPace pace;
  SoupServerMessage *message; /* unowned, nullable */
  gboolean is_answer_complete;
  gboolean must_close;
  gboolean is_draining;

  HttpConnectionFunc closed;
  gpointer closed_data;
  HttpConnectionFunc gone;
  gpointer gone_data;
};

static GQuark
connection_quark (void)
{
  return g_quark_from_static_string ("gimap4d-http-connection");
}

static void watch_socket (HttpConnection *connection);

static void
set_deadline (HttpConnection *connection, guint milliseconds)
{
  connection->deadline = milliseconds > 0 ? g_get_monotonic_time () + (gint64) milliseconds * 1000 :
                                            0;
}

static void
close_now (HttpConnection *connection)
{
  if (connection->state == STATE_CLOSED)
    return;

  connection->state = STATE_CLOSED;
  connection->deadline = 0;
  g_cancellable_cancel (connection->cancellable);
  http_watch_forget_descriptor (connection->watch);
  if (!connection->is_with_tls)
    g_socket_close (connection->socket, NULL);
  http_watch_ring (connection->watch);
}

static void
tell_gone (HttpConnection *connection)
{
  HttpConnectionFunc gone = g_steal_pointer (&connection->gone);

  if (connection->pipe != NULL)
    http_pipe_break (connection->pipe);
  if (gone != NULL)
    gone (connection, connection->gone_data);
}

void
http_connection_cut (HttpConnection *connection)
{
  close_now (connection);
  tell_gone (connection);
}

static void
said_goodbye_cb (gboolean is_done, gpointer data)
{
  HttpConnection *connection = data;

  connection->is_with_tls = FALSE;
  close_now (connection);
}

static void
close_tls (HttpConnection *connection)
{
  connection->is_with_tls = TRUE;
  connection->has_ended = TRUE;
  watch_socket (connection);
  http_tls_end (connection->io, connection->socket, connection->context, connection->cancellable,
                said_goodbye_cb, connection);
}

/* The last byte is out. Closing at once would reset the connection when bytes of the client are
 * still on their way, and the reset would take the answer with it (RFC 9112, 9.6). */
static void
linger (HttpConnection *connection)
{
  if (connection->has_ended && !connection->is_secure)
    {
      close_now (connection);
      return;
    }

  connection->state = STATE_LINGER;
  g_byte_array_set_size (connection->buffer, 0);
  set_deadline (connection, HTTP_LIMIT_LINGER_MS);
  if (connection->is_secure)
    close_tls (connection);
  else
    g_socket_shutdown (connection->socket, FALSE, TRUE, NULL);
}

/* A refusal is small and the first thing written: what the socket does not take at once is lost. */
void
http_connection_refuse (HttpConnection *connection, guint status)
{
  g_autofree char *text = http_refusal_build (status);
  GOutputStream *output = g_io_stream_get_output_stream (connection->io);

  if (connection->state == STATE_HANDSHAKE)
    {
      close_now (connection);
      return;
    }

  g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), text,
                                              strlen (text), NULL, NULL);
  tell_gone (connection);
  linger (connection);
  watch_socket (connection);
}

static void
connection_unref (HttpConnection *connection)
{
  if (--connection->count > 0)
    return;

  http_watch_unref (connection->watch);
  g_byte_array_unref (connection->buffer);
  g_object_unref (connection->server);
  g_object_unref (connection->io);
  g_object_unref (connection->socket);
  g_object_unref (connection->local);
  g_object_unref (connection->remote);
  g_object_unref (connection->cancellable);
  g_free (connection->remote_host);
  g_free (connection->remote_network);
  g_main_context_unref (connection->context);
  g_free (connection);
}

static gboolean
is_reading (HttpConnection *connection)
{
  return !connection->has_ended && connection->buffer->len < HTTP_LIMIT_BUFFER;
}

/* Input also while a request is running: it is how a client that leaves is noticed. */
static void
watch_socket (HttpConnection *connection)
{
  GIOCondition condition = 0;

  if (connection->state == STATE_CLOSED)
    return;

  if (!connection->is_with_tls && is_reading (connection))
    condition |= G_IO_IN;
  if (!connection->is_with_tls && http_pace_is_blocked (&connection->pace))
    condition |= G_IO_OUT;
  http_watch_set_condition (connection->watch, condition);
}

static void
read_input (HttpConnection *connection)
{
  GInputStream *stream = g_io_stream_get_input_stream (connection->io);
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (stream);
  gboolean is_blocked = FALSE;

  while (!is_blocked && is_reading (connection))
    {
      g_autoptr (GError) error = NULL;
      char block[READ_SIZE];
      gssize size = g_pollable_input_stream_read_nonblocking (input, block, sizeof block, NULL,
                                                              &error);

      if (size > 0)
        {
          g_byte_array_append (connection->buffer, (const guint8 *) block, size);
          /* What a socket has beyond it comes in another turn; TLS may hold it where none sees. */
          is_blocked = size < (gssize) sizeof block && !connection->is_secure;
        }
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        is_blocked = TRUE;
      else
        connection->has_ended = TRUE;
    }
}

/* While there is a request, the deadline is that of a client who has to take something. */
static void
begin_blocked (HttpConnection *connection)
{
  http_pace_block (&connection->pace, g_get_monotonic_time ());
  set_deadline (connection, connection->limits->write_timeout);
}

static void
end_blocked (HttpConnection *connection)
{
  http_pace_unblock (&connection->pace, g_get_monotonic_time ());
  set_deadline (connection, 0);
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
      linger (connection);
      return;
    }

  connection->state = STATE_HEAD;
  connection->scanned = 0;
  connection->has_begun = FALSE;
  set_deadline (connection, connection->limits->idle_timeout);
}

static void
begin_request (HttpConnection *connection)
{
  g_autoptr (GIOStream) stream = NULL;

  connection->state = STATE_REQUEST;
  connection->pipe = http_pipe_new (connection->watch, send_cb, connection);
  http_pipe_attend (connection->pipe, TRUE);
  connection->chunks = (HttpChunks){ 0 };
  connection->body_left = connection->head.content_length;
  connection->is_body_complete = !connection->head.is_chunked && connection->body_left == 0;
  connection->pace = (HttpPace){ .start = g_get_monotonic_time () };
  connection->is_answer_complete = FALSE;
  connection->must_close = FALSE;
  connection->deadline = 0;

  http_pipe_push (connection->pipe, connection->buffer->data, connection->head.size);
  g_byte_array_remove_range (connection->buffer, 0, connection->head.size);
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
    close_now (connection);
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

static void
read_head (HttpConnection *connection)
{
  guint status = 0;
  HttpGateResult result = HTTP_GATE_NEEDS_MORE;

  if (!connection->has_begun && connection->buffer->len > 0)
    {
      connection->has_begun = TRUE;
      set_deadline (connection, connection->limits->header_timeout);
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
    close_now (connection);
}

/* Whoever ends his side before the answer is there is taken for gone, once libsoup has read all
 * that he sent and did not answer at once. */
static gboolean
has_left (HttpConnection *connection)
{
  return connection->has_ended && http_pipe_get_room (connection->pipe) == HTTP_LIMIT_BUFFER &&
         (connection->is_body_complete || connection->buffer->len == 0);
}

static void
serve_request (HttpConnection *connection)
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

static void
discard_input (HttpConnection *connection)
{
  connection->lingered += connection->buffer->len;
  g_byte_array_set_size (connection->buffer, 0);
  if (connection->is_secure)
    return;
  if (connection->has_ended || connection->lingered > HTTP_LIMIT_LINGER_BYTES)
    close_now (connection);
}

/* One step after the other until nothing moves: a request that came with others is answered within
 * the same turn. */
static void
advance (HttpConnection *connection)
{
  State before;

  if (connection->pipe != NULL)
    http_pipe_attend (connection->pipe, TRUE);
  do
    {
      before = connection->state;
      if (before == STATE_HEAD)
        read_head (connection);
      else if (before == STATE_REQUEST)
        serve_request (connection);
      else if (before == STATE_LINGER)
        discard_input (connection);
    }
  while (connection->state != before ||
         (connection->pipe != NULL && http_pipe_take_news (connection->pipe)));
  if (connection->pipe != NULL)
    http_pipe_attend (connection->pipe, FALSE);

  watch_socket (connection);
}

static void
watch_cb (GIOCondition condition, gpointer data)
{
  HttpConnection *connection = data;

  if (connection->state == STATE_CLOSED)
    {
      connection->closed (connection, connection->closed_data);
      return;
    }

  connection->count++;
  if ((condition & G_IO_OUT) && http_pace_is_blocked (&connection->pace))
    end_blocked (connection);
  if (condition & G_IO_IN)
    read_input (connection);
  if (condition != 0 || connection->state == STATE_REQUEST)
    advance (connection);
  connection_unref (connection);
}

static void
handshake_cb (gboolean is_done, gpointer data)
{
  HttpConnection *connection = data;

  connection->is_with_tls = FALSE;
  if (!is_done)
    {
      close_now (connection);
      return;
    }

  connection->state = STATE_HEAD;
  set_deadline (connection, connection->limits->header_timeout);
  /* A request that came with the end of the handshake is inside of TLS, where the socket shows
   * nothing of it. */
  connection->count++;
  read_input (connection);
  advance (connection);
  connection_unref (connection);
}

static gboolean
begin_handshake (HttpConnection *connection, GTlsCertificate *certificate)
{
  GIOStream *tls = http_tls_begin (G_SOCKET_CONNECTION (connection->io), certificate,
                                   connection->context, connection->cancellable, handshake_cb,
                                   connection);

  if (tls == NULL)
    return FALSE;

  g_object_unref (connection->io);
  connection->io = tls;
  connection->is_secure = TRUE;
  connection->is_with_tls = TRUE;
  connection->state = STATE_HANDSHAKE;
  set_deadline (connection, HTTP_LIMIT_TLS_HANDSHAKE_MS);

  return TRUE;
}

HttpConnection *
http_connection_new (SoupServer *server,
                     HttpPoller *poller,
                     GSocketConnection *socket,
                     GTlsCertificate *certificate,
                     const HttpConnectionLimits *limits,
                     HttpConnectionFunc closed,
                     gpointer data)
{
  HttpConnection *connection = g_new0 (HttpConnection, 1);
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (socket, NULL);

  connection->count = 1;
  connection->server = g_object_ref (server);
  connection->limits = limits;
  connection->closed = closed;
  connection->closed_data = data;
  connection->context = g_main_context_ref_thread_default ();
  connection->io = G_IO_STREAM (g_object_ref (socket));
  connection->socket = g_object_ref (g_socket_connection_get_socket (socket));
  connection->local = http_address_copy (local);
  connection->remote = http_address_copy (remote);
  connection->remote_host = http_address_dup_host (remote);
  connection->remote_network = http_address_dup_network (remote);
  connection->cancellable = g_cancellable_new ();
  connection->buffer = g_byte_array_new ();
  g_object_set_qdata (G_OBJECT (connection->remote), connection_quark (), connection);

  connection->watch = http_watch_new (poller, g_socket_get_fd (connection->socket), watch_cb,
                                      connection);

  connection->state = STATE_HEAD;
  set_deadline (connection, limits->header_timeout);
  if (certificate == NULL)
    watch_socket (connection);
  else if (!begin_handshake (connection, certificate))
    close_now (connection);

  return connection;
}

void
http_connection_free (HttpConnection *connection)
{
  close_now (connection);
  g_object_set_qdata (G_OBJECT (connection->remote), connection_quark (), NULL);
  http_watch_stop (connection->watch);
  g_clear_pointer (&connection->pipe, http_pipe_unref);
  connection_unref (connection);
}

HttpConnection *
http_connection_find (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_qdata (G_OBJECT (remote), connection_quark ()) : NULL;
}

gboolean
http_connection_is_secure (HttpConnection *connection)
{
  return connection->is_secure;
}

const char *
http_connection_get_remote_host (HttpConnection *connection)
{
  return connection->remote_host;
}

const char *
http_connection_get_remote_network (HttpConnection *connection)
{
  return connection->remote_network;
}

gboolean
http_connection_is_leaving (HttpConnection *connection)
{
  return connection->state == STATE_LINGER || connection->state == STATE_CLOSED;
}

void
http_connection_watch_gone (HttpConnection *connection, HttpConnectionFunc gone, gpointer data)
{
  connection->gone = gone;
  connection->gone_data = data;
}

void
http_connection_request_started (HttpConnection *connection, SoupServerMessage *message)
{
  connection->message = message;
}

void
http_connection_request_ended (HttpConnection *connection,
                               SoupServerMessage *message,
                               gboolean is_complete)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (connection->message != message)
    return;

  connection->is_answer_complete = is_complete;
  connection->must_close = soup_message_headers_header_contains (headers, "Connection", "close") ||
                           soup_message_headers_get_encoding (headers) == SOUP_ENCODING_EOF;
  connection->gone = NULL;
}

static gboolean
is_body_late (HttpConnection *connection, gint64 now)
{
  return connection->state == STATE_REQUEST && !connection->is_body_complete &&
         http_pace_is_body_late (&connection->pace, now, connection->limits->body_timeout);
}

static gboolean
is_answer_late (HttpConnection *connection, gint64 now)
{
  const HttpConnectionLimits *limits = connection->limits;

  return connection->state == STATE_REQUEST &&
         http_pace_is_answer_late (&connection->pace, now, limits->write_timeout,
                                   limits->answer_rate);
}

void
http_connection_tick (HttpConnection *connection, gint64 now)
{
  gboolean is_late = connection->deadline != 0 && now > connection->deadline;

  if (is_body_late (connection, now))
    http_connection_refuse (connection, 408);
  else if (!is_late && !is_answer_late (connection, now))
    return;
  else if (connection->state == STATE_HEAD && connection->buffer->len > 0)
    http_connection_refuse (connection, 408);
  else
    http_connection_cut (connection);
}

void
http_connection_drain (HttpConnection *connection)
{
  connection->is_draining = TRUE;
  if (connection->state == STATE_HANDSHAKE || connection->state == STATE_HEAD)
    close_now (connection);
}

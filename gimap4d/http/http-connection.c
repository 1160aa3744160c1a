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
#include "gimap4d/http/http-connection-private.h"
#include "gimap4d/http/http-refusal.h"
#include "gimap4d/http/http-tls.h"

/* Not smaller than a TLS record: what is left of one inside GnuTLS makes no source ready. */
#define READ_SIZE 16384

static GQuark
connection_quark (void)
{
  return g_quark_from_static_string ("gimap4d-http-connection");
}

static void watch_socket (HttpConnection *connection);

void
http_connection_set_deadline (HttpConnection *connection, guint milliseconds)
{
  connection->deadline = milliseconds > 0 ? g_get_monotonic_time () + (gint64) milliseconds * 1000 :
                                            0;
}

void
http_connection_close_now (HttpConnection *connection)
{
  if (connection->state == HTTP_CONNECTION_CLOSED)
    return;

  connection->state = HTTP_CONNECTION_CLOSED;
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
  http_connection_close_now (connection);
  tell_gone (connection);
}

static void
said_goodbye_cb (gboolean is_done, gpointer data)
{
  HttpConnection *connection = data;

  connection->is_with_tls = FALSE;
  http_connection_close_now (connection);
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
void
http_connection_linger (HttpConnection *connection)
{
  if (connection->has_ended && !connection->is_secure)
    {
      http_connection_close_now (connection);
      return;
    }

  connection->state = HTTP_CONNECTION_LINGER;
  g_byte_array_set_size (connection->buffer, 0);
  http_connection_set_deadline (connection, HTTP_LIMIT_LINGER_MS);
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

  if (connection->state == HTTP_CONNECTION_HANDSHAKE)
    {
      http_connection_close_now (connection);
      return;
    }

  g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), text,
                                              strlen (text), NULL, NULL);
  tell_gone (connection);
  http_connection_linger (connection);
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

  if (connection->state == HTTP_CONNECTION_CLOSED)
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

static void
discard_input (HttpConnection *connection)
{
  connection->lingered += connection->buffer->len;
  g_byte_array_set_size (connection->buffer, 0);
  if (connection->is_secure)
    return;
  if (connection->has_ended || connection->lingered > HTTP_LIMIT_LINGER_BYTES)
    http_connection_close_now (connection);
}

/* One step after the other until nothing moves: a request that came with others is answered within
 * the same turn. */
static void
advance (HttpConnection *connection)
{
  HttpConnectionState before;

  if (connection->pipe != NULL)
    http_pipe_attend (connection->pipe, TRUE);
  do
    {
      before = connection->state;
      if (before == HTTP_CONNECTION_HEAD)
        http_connection_read_head (connection);
      else if (before == HTTP_CONNECTION_REQUEST)
        http_connection_serve_request (connection);
      else if (before == HTTP_CONNECTION_LINGER)
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

  if (connection->state == HTTP_CONNECTION_CLOSED)
    {
      connection->closed (connection, connection->closed_data);
      return;
    }

  connection->count++;
  if ((condition & G_IO_OUT) && http_pace_is_blocked (&connection->pace))
    http_connection_end_blocked (connection);
  if (condition & G_IO_IN)
    read_input (connection);
  if (condition != 0 || connection->state == HTTP_CONNECTION_REQUEST)
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
      http_connection_close_now (connection);
      return;
    }

  connection->state = HTTP_CONNECTION_HEAD;
  http_connection_set_deadline (connection, connection->limits->header_timeout);
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
  connection->state = HTTP_CONNECTION_HANDSHAKE;
  http_connection_set_deadline (connection, HTTP_LIMIT_TLS_HANDSHAKE_MS);

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

  connection->state = HTTP_CONNECTION_HEAD;
  http_connection_set_deadline (connection, limits->header_timeout);
  if (certificate == NULL)
    watch_socket (connection);
  else if (!begin_handshake (connection, certificate))
    http_connection_close_now (connection);

  return connection;
}

void
http_connection_free (HttpConnection *connection)
{
  http_connection_close_now (connection);
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
  return connection->state == HTTP_CONNECTION_LINGER || connection->state == HTTP_CONNECTION_CLOSED;
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
  return connection->state == HTTP_CONNECTION_REQUEST && !connection->is_body_complete &&
         http_pace_is_body_late (&connection->pace, now, connection->limits->body_timeout);
}

static gboolean
is_answer_late (HttpConnection *connection, gint64 now)
{
  const HttpConnectionLimits *limits = connection->limits;

  return connection->state == HTTP_CONNECTION_REQUEST &&
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
  else if (connection->state == HTTP_CONNECTION_HEAD && connection->buffer->len > 0)
    http_connection_refuse (connection, 408);
  else
    http_connection_cut (connection);
}

void
http_connection_drain (HttpConnection *connection)
{
  connection->is_draining = TRUE;
  if (connection->state == HTTP_CONNECTION_HANDSHAKE || connection->state == HTTP_CONNECTION_HEAD)
    http_connection_close_now (connection);
}

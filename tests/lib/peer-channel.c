/* The connection of a scripted peer: bytes in and out, in chunks, with TLS and deadlines.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "peer-channel.h"

#include <gio/gnetworking.h>
#include <string.h>

#define READ_SIZE 65536
#define PUSH_LIMIT 65536
#define LONGEST_LINE (16 * 1024 * 1024)
#define LONGEST_RANDOM_CHUNK 24
#define LONGEST_TRANSCRIPT 262144
#define LONGEST_SHOWN 1000

struct _PeerChannel
{
  GSocketConnection *connection; /* owned */
  GIOStream *stream;             /* owned: connection, or TLS on it */
  PeerRecord *record;            /* unowned: of the peer, lives longer */
  GByteArray *received;     /* unowned: of the connection, lives longer; with the record's mutex */
  GByteArray *input;        /* owned: read, but not yet asked for */
  GByteArray *output;       /* owned: pushed, but not yet written */
  GRand *random;            /* owned */
  GConverter *compressor;   /* owned, nullable */
  GConverter *decompressor; /* owned, nullable */
  PeerChunk chunk;
  guint drip;
  gboolean is_in_flight;
};

PeerChannel *
peer_channel_new (GSocket *socket, PeerRecord *record, GByteArray *received)
{
  PeerChannel *channel = g_new0 (PeerChannel, 1);

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  channel->connection = g_socket_connection_factory_create_connection (socket);
  channel->stream = G_IO_STREAM (g_object_ref (channel->connection));
  channel->record = record;
  channel->received = received;
  channel->input = g_byte_array_new ();
  channel->output = g_byte_array_new ();
  channel->random = g_rand_new_with_seed (0);

  return channel;
}

void
peer_channel_free (PeerChannel *channel)
{
  g_socket_close (g_socket_connection_get_socket (channel->connection), NULL);
  g_object_unref (channel->stream);
  g_object_unref (channel->connection);
  g_byte_array_unref (channel->input);
  g_byte_array_unref (channel->output);
  g_rand_free (channel->random);
  g_clear_object (&channel->compressor);
  g_clear_object (&channel->decompressor);
  g_free (channel);
}

void
peer_channel_set_chunk (PeerChannel *channel, PeerChunk chunk, guint32 seed)
{
  channel->chunk = chunk;
  g_rand_set_seed (channel->random, seed);
}

void
peer_channel_set_drip (PeerChannel *channel, guint bytes_per_second)
{
  channel->drip = bytes_per_second;
}

static gboolean
mark_ready_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
mark_pollable_ready_cb (GObject *stream, gpointer data)
{
  return mark_ready_cb (data);
}

static gboolean
is_stopping (PeerChannel *channel)
{
  return g_atomic_int_get (&channel->record->is_stopping);
}

/* Takes the source. FALSE: the deadline or the end of the peer came first. No source of a
 * GCancellable: in GLib 2.74 they do not survive a cancel from another thread. */
static gboolean
wait_for_source (PeerChannel *channel, GSource *source, guint milliseconds)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr (GSource) timeout = g_timeout_source_new (milliseconds);
  gboolean is_ready = FALSE;
  gboolean is_late = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (mark_pollable_ready_cb), &is_ready, NULL);
  g_source_attach (source, context);
  g_source_set_callback (timeout, mark_ready_cb, &is_late, NULL);
  g_source_attach (timeout, context);
  while (!is_ready && !is_late && !is_stopping (channel))
    g_main_context_iteration (context, TRUE);
  g_source_destroy (source);
  g_source_unref (source);
  g_source_destroy (timeout);

  return is_ready;
}

static void
set_wait_error (PeerChannel *channel, const char *what, GError **error)
{
  if (is_stopping (channel))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the peer was freed");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the client %s for %d s", what,
                 PEER_DEADLINE_SECONDS);
}

/* Every way in which a connection ends becomes one error. */
static void
take_read_error (GError *problem, GError **error)
{
  if (g_error_matches (problem, G_TLS_ERROR, G_TLS_ERROR_EOF) ||
      g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                           "the client closed the connection");
      g_error_free (problem);
      return;
    }

  g_propagate_error (error, problem);
}

/* With the record's mutex. Lines of a server that speaks fast become one entry. */
static void
add_to_transcript (PeerChannel *channel, const char *who, const guint8 *data, gsize length)
{
  PeerRecord *record = channel->record;
  gint64 milliseconds = (g_get_monotonic_time () - record->start) / 1000;
  gsize shown = MIN (length, LONGEST_SHOWN);
  g_autofree char *text = g_strndup ((const char *) data, shown);
  g_autofree char *printable = g_strescape (text, NULL);

  if (record->transcript->len > LONGEST_TRANSCRIPT)
    return;
  g_string_append_printf (record->transcript, "%6" G_GINT64_FORMAT " ms %s%s %s", milliseconds, who,
                          G_IS_TLS_CONNECTION (channel->stream) ? " (TLS)" : "", printable);
  if (shown < length)
    g_string_append_printf (record->transcript, "… (%" G_GSIZE_FORMAT " bytes)", length);
  g_string_append_c (record->transcript, '\n');
}

static void
record_input (PeerChannel *channel, const guint8 *data, gsize length)
{
  PeerRecord *record = channel->record;

  g_byte_array_append (channel->input, data, length);
  g_mutex_lock (&record->mutex);
  g_byte_array_append (G_IS_TLS_CONNECTION (channel->stream) ? record->tls : record->plain, data,
                       length);
  g_byte_array_append (channel->received, data, length);
  add_to_transcript (channel, "C:", data, length);
  if (!channel->is_in_flight)
    record->n_flights++;
  g_mutex_unlock (&record->mutex);
  channel->is_in_flight = TRUE;
}

/* All that the converter makes of the data. */
static gboolean
convert (GConverter *converter,
         const guint8 *data,
         gsize length,
         GConverterFlags flags,
         GByteArray *output,
         GError **error)
{
  GConverterResult result = G_CONVERTER_CONVERTED;
  g_autoptr (GError) problem = NULL;

  while (result == G_CONVERTER_CONVERTED)
    {
      guint8 buffer[READ_SIZE];
      gsize n_read = 0;
      gsize n_written = 0;

      result = g_converter_convert (converter, data, length, buffer, sizeof buffer, flags, &n_read,
                                    &n_written, &problem);
      if (result == G_CONVERTER_ERROR)
        break;
      data += n_read;
      length -= n_read;
      g_byte_array_append (output, buffer, n_written);
    }

  if (problem == NULL || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));

  return FALSE;
}

static gboolean
record_compressed (PeerChannel *channel, const guint8 *data, gsize length, GError **error)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();

  if (!convert (channel->decompressor, data, length, G_CONVERTER_NO_FLAGS, plain, error))
    return FALSE;
  if (plain->len > 0)
    record_input (channel, plain->data, plain->len);

  return TRUE;
}

/* Reads what is there; G_IO_ERROR_WOULD_BLOCK when nothing is. */
static gboolean
read_available (PeerChannel *channel, GError **error)
{
  GInputStream *stream = g_io_stream_get_input_stream (channel->stream);
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);
  GError *problem = NULL;
  gssize length = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream),
                                                            buffer, READ_SIZE, NULL, &problem);

  if (length > 0 && channel->decompressor != NULL)
    return record_compressed (channel, buffer, (gsize) length, error);
  if (length > 0)
    {
      record_input (channel, buffer, (gsize) length);
      return TRUE;
    }
  if (length == 0)
    problem = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "end");
  take_read_error (problem, error);

  return FALSE;
}

/* Waits until more input is in the buffer. */
static gboolean
read_more (PeerChannel *channel, GError **error)
{
  GPollableInputStream *stream = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (channel->stream));

  while (TRUE)
    {
      g_autoptr (GError) problem = NULL;

      if (is_stopping (channel))
        {
          set_wait_error (channel, "", error);
          return FALSE;
        }
      if (read_available (channel, &problem))
        return TRUE;
      if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      if (!wait_for_source (channel, g_pollable_input_stream_create_source (stream, NULL),
                            PEER_DEADLINE_SECONDS * 1000))
        {
          set_wait_error (channel, "was silent", error);
          return FALSE;
        }
    }
}

/* How much of this may still be sent before the cut. */
static gsize
count_before_cut (PeerChannel *channel, gsize length)
{
  guint64 n_sent = __atomic_load_n (channel->record->n_sent, __ATOMIC_RELAXED);

  return (gsize) MIN (length, channel->record->cut_at - MIN (channel->record->cut_at, n_sent));
}

static void
count_sent (PeerChannel *channel, gssize n)
{
  __atomic_add_fetch (channel->record->n_sent, (guint64) n, __ATOMIC_SEQ_CST);
}

static gboolean
write_uncut (PeerChannel *channel, const guint8 *data, gsize length, GError **error)
{
  GPollableOutputStream *stream = G_POLLABLE_OUTPUT_STREAM (
      g_io_stream_get_output_stream (channel->stream));

  while (length > 0)
    {
      g_autoptr (GError) problem = NULL;
      gssize written;

      /* Counted before the client can have it: who watches him looks at the number. */
      count_sent (channel, (gssize) length);
      written = g_pollable_output_stream_write_nonblocking (stream, data, length, NULL, &problem);
      count_sent (channel, MAX (written, 0) - (gssize) length);
      if (written >= 0)
        {
          data += written;
          length -= (gsize) written;
        }
      else if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          take_read_error (g_steal_pointer (&problem), error);
          return FALSE;
        }
      else if (!wait_for_source (channel, g_pollable_output_stream_create_source (stream, NULL),
                                 PEER_DEADLINE_SECONDS * 1000))
        {
          set_wait_error (channel, "did not read", error);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
write_all (PeerChannel *channel, const guint8 *data, gsize length, GError **error)
{
  gsize allowed = count_before_cut (channel, length);

  if (allowed > 0 && !write_uncut (channel, data, allowed, error))
    return FALSE;
  if (allowed == length)
    return TRUE;

  peer_channel_close_without_notify (channel);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the cut came here");

  return FALSE;
}

static gsize
choose_chunk (PeerChannel *channel, gsize length)
{
  gsize random = (gsize) g_rand_int_range (channel->random, 1, LONGEST_RANDOM_CHUNK);

  if (channel->chunk == PEER_CHUNK_ONE || channel->drip > 0)
    return 1;

  return channel->chunk == PEER_CHUNK_RANDOM ? MIN (length, random) : length;
}

/* What the client wrote until now belongs to the flight that our bytes end. */
static void
end_flight (PeerChannel *channel)
{
  while (read_available (channel, NULL))
    continue;
  channel->is_in_flight = FALSE;
}

gboolean
peer_channel_flush (PeerChannel *channel, GError **error)
{
  g_autoptr (GByteArray) output = g_steal_pointer (&channel->output);
  gsize position = 0;

  channel->output = g_byte_array_new ();
  if (output->len > 0)
    {
      end_flight (channel);
      g_mutex_lock (&channel->record->mutex);
      add_to_transcript (channel, "S:", output->data, output->len);
      g_mutex_unlock (&channel->record->mutex);
    }
  if (output->len > 0 && channel->compressor != NULL)
    {
      g_autoptr (GByteArray) plain = g_steal_pointer (&output);

      output = g_byte_array_new ();
      if (!convert (channel->compressor, plain->data, plain->len, G_CONVERTER_FLUSH, output, error))
        return FALSE;
    }

  while (position < output->len)
    {
      gsize length = choose_chunk (channel, output->len - position);

      if (!write_all (channel, output->data + position, length, error))
        return FALSE;
      position += length;
      if (channel->drip > 0)
        peer_channel_sleep (channel, 1000 / channel->drip);
      if (is_stopping (channel))
        {
          set_wait_error (channel, "", error);
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
peer_channel_push (PeerChannel *channel, const void *data, gsize length, GError **error)
{
  g_byte_array_append (channel->output, data, length);

  return channel->output->len < PUSH_LIMIT || peer_channel_flush (channel, error);
}

static GBytes *
take_input (PeerChannel *channel, gsize length, gsize skip)
{
  GBytes *bytes = g_bytes_new (channel->input->data, length);

  g_byte_array_remove_range (channel->input, 0, length + skip);

  return bytes;
}

GBytes *
peer_channel_read_line (PeerChannel *channel, GError **error)
{
  if (!peer_channel_flush (channel, error))
    return NULL;

  while (channel->input->len < LONGEST_LINE)
    {
      const guint8 *end = channel->input->len == 0 ?
                              NULL :
                              memmem (channel->input->data, channel->input->len, "\r\n", 2);

      if (end != NULL)
        return take_input (channel, (gsize) (end - channel->input->data), 2);
      if (!read_more (channel, error))
        return NULL;
    }

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "the line has no end");
  return NULL;
}

GBytes *
peer_channel_read_bytes (PeerChannel *channel, gsize length, GError **error)
{
  if (!peer_channel_flush (channel, error))
    return NULL;

  while (channel->input->len < length)
    if (!read_more (channel, error))
      return NULL;

  return take_input (channel, length, 0);
}

gboolean
peer_channel_read_to_end (PeerChannel *channel, gsize *out_length, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (!peer_channel_flush (channel, error))
    return FALSE;

  while (read_more (channel, &problem))
    continue;
  *out_length = channel->input->len;
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));

  return FALSE;
}

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_set_object ((GAsyncResult **) data, result);
}

/* The socket's own timeout ends a handshake that gets no answer. */
static void
complete_handshake (PeerChannel *channel, GAsyncResult **out_result)
{
  GSocket *socket = g_socket_connection_get_socket (channel->connection);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_socket_set_timeout (socket, PEER_DEADLINE_SECONDS);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (channel->stream), G_PRIORITY_DEFAULT,
                                    cancellable, store_result_cb, out_result);
  while (*out_result == NULL)
    {
      if (is_stopping (channel))
        g_cancellable_cancel (cancellable);
      g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
    }
  g_socket_set_timeout (socket, 0);
}

gboolean
peer_channel_start_tls (PeerChannel *channel, GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GIOStream *tls;

  if (!peer_channel_flush (channel, error))
    return FALSE;
  if (channel->input->len > 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the client sent %u bytes too early",
                   channel->input->len);
      return FALSE;
    }

  tls = g_tls_server_connection_new (G_IO_STREAM (channel->connection), certificate, error);
  if (tls == NULL)
    return FALSE;
  g_object_unref (channel->stream);
  channel->stream = tls;
  channel->is_in_flight = FALSE;

  complete_handshake (channel, &result);

  return g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, error);
}

gboolean
peer_channel_start_deflate (PeerChannel *channel, GError **error)
{
  if (!peer_channel_flush (channel, error))
    return FALSE;
  if (channel->input->len > 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the client sent %u bytes too early",
                   channel->input->len);
      return FALSE;
    }

  channel->compressor = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 9));
  channel->decompressor = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));

  return TRUE;
}

void
peer_channel_sleep (PeerChannel *channel, guint milliseconds)
{
  GSource *never = g_timeout_source_new (G_MAXUINT);

  wait_for_source (channel, never, MIN (milliseconds, PEER_DEADLINE_SECONDS * 1000));
}

void
peer_channel_close (PeerChannel *channel)
{
  /* Closing a socket with unread bytes would be a reset. */
  while (read_available (channel, NULL))
    continue;
  g_io_stream_close (channel->stream, NULL, NULL);
}

void
peer_channel_close_without_notify (PeerChannel *channel)
{
  while (read_available (channel, NULL))
    continue;
  g_socket_close (g_socket_connection_get_socket (channel->connection), NULL);
}

void
peer_channel_reset (PeerChannel *channel)
{
  GSocket *socket = g_socket_connection_get_socket (channel->connection);
  struct linger linger = { 1, 0 };

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  g_socket_close (socket, NULL);
}

void
peer_channel_half_close (PeerChannel *channel)
{
  g_socket_shutdown (g_socket_connection_get_socket (channel->connection), FALSE, TRUE, NULL);
}

/* Bytes in and out of one stream, without blocking, in the thread-default context.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/net/imap-channel.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/imap/net/imap-deflate.h"

#include <string.h>

/* After this much in one turn the other connections of the thread get theirs. */
#define READ_PER_TURN (4 * 1024 * 1024)

struct _ImapChannel
{
  GIOStream *stream; /* owned; NULL when stolen */
  const ImapChannelSink *sink;
  gpointer user;
  GMainContext *context; /* owned */

  GSource *read_source;  /* owned, nullable */
  GSource *again_source; /* owned, nullable: more is there than one turn may take */
  GSource *write_source; /* owned, nullable: the stream takes no more for now */

  GQueue unwritten;     /* of GBytes, owned */
  ImapDeflate *deflate; /* owned, nullable */
  GBytes *compressed;   /* owned, nullable: what the stream has not taken yet of it */
  guint64 n_written;
  guint64 n_read;

  gboolean is_closed;
  gboolean is_paused;
  guint n_uses; /* calls into the sink that are on the stack */
  gboolean is_freed;
};

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    {
      g_source_destroy (*source);
      g_clear_pointer (source, g_source_unref);
    }
}

static void
stop (ImapChannel *channel)
{
  clear_source (&channel->read_source);
  clear_source (&channel->again_source);
  clear_source (&channel->write_source);
  channel->is_closed = TRUE;
}

static void
release (ImapChannel *channel)
{
  if (channel->n_uses > 0 || !channel->is_freed)
    return;

  g_queue_clear_full (&channel->unwritten, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&channel->compressed, g_bytes_unref);
  imap_deflate_free (channel->deflate);
  g_clear_pointer (&channel->context, g_main_context_unref);
  g_free (channel);
}

static void
report_closed (ImapChannel *channel, const GError *error)
{
  if (channel->is_closed)
    return;

  stop (channel);
  channel->n_uses++;
  channel->sink->closed (channel->user, error);
  channel->n_uses--;
}

static gboolean read_cb (GObject *pollable, gpointer user_data);

static gboolean
again_cb (gpointer user_data)
{
  ImapChannel *channel = user_data;

  clear_source (&channel->again_source);
  read_cb (NULL, channel);

  return G_SOURCE_REMOVE;
}

/* A TLS stream keeps what it has decrypted to itself and its source stays silent about it: whoever stops before
 * WOULD_BLOCK has to come back by himself. */
static void
schedule_again (ImapChannel *channel)
{
  if (channel->is_closed || channel->is_paused || channel->again_source != NULL)
    return;

  channel->again_source = g_idle_source_new ();
  g_source_set_priority (channel->again_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (channel->again_source, again_cb, channel, NULL);
  g_source_attach (channel->again_source, channel->context);
}

/* FALSE when there is nothing more to read now. */
static gboolean
read_some (ImapChannel *channel, guint8 *buffer, gsize room, gsize *out_size)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (channel->stream));
  g_autoptr (GError) error = NULL;
  gssize size = g_pollable_input_stream_read_nonblocking (input, buffer, room, NULL, &error);

  if (size > 0)
    {
      channel->n_read += size;
      *out_size = size;
      return TRUE;
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    report_closed (channel, error);

  return FALSE;
}

/* The same through the decompressor. */
static gboolean
inflate_some (ImapChannel *channel, guint8 *buffer, gsize room, gsize *out_size)
{
  g_autoptr (GError) error = NULL;

  for (;;)
    {
      guint8 *compressed;
      gsize size;

      switch (imap_deflate_inflate (channel->deflate, buffer, room, out_size, &error))
        {
        case IMAP_INFLATE_DATA:
          return TRUE;
        case IMAP_INFLATE_NEED_MORE:
          compressed = imap_deflate_reserve (channel->deflate, &size);
          if (!read_some (channel, compressed, size, &size))
            return FALSE;
          imap_deflate_commit (channel->deflate, size);
          break;
        case IMAP_INFLATE_ENDED:
        case IMAP_INFLATE_FAILED:
        default:
          report_closed (channel, error);
          return FALSE;
        }
    }
}

/* One read. FALSE when there is nothing more to read now. */
static gboolean
read_once (ImapChannel *channel, gsize *out_size)
{
  gsize room;
  guint8 *buffer = channel->sink->reserve (channel->user, &room);

  if (channel->deflate != NULL ? !inflate_some (channel, buffer, room, out_size) :
                                 !read_some (channel, buffer, room, out_size))
    return FALSE;

  channel->sink->commit (channel->user, *out_size);

  return !channel->is_closed;
}

static gboolean
read_cb (GObject *pollable, gpointer user_data)
{
  ImapChannel *channel = user_data;
  gsize total = 0;
  gsize size = 0;

  channel->n_uses++;
  while (!channel->is_closed && !channel->is_paused && total < READ_PER_TURN &&
         read_once (channel, &size))
    total += size;
  if (total >= READ_PER_TURN)
    schedule_again (channel);
  channel->n_uses--;
  release (channel);

  return G_SOURCE_CONTINUE;
}

static gboolean write_cb (GObject *pollable, gpointer user_data);

static void
wait_to_write (ImapChannel *channel)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (
      g_io_stream_get_output_stream (channel->stream));

  if (channel->write_source != NULL)
    return;

  channel->write_source = g_pollable_output_stream_create_source (output, NULL);
  g_source_set_callback (channel->write_source, G_SOURCE_FUNC (write_cb), channel, NULL);
  g_source_attach (channel->write_source, channel->context);
}

/* What is waiting goes out in as few calls as it takes: small pieces are put together, so that a
 * burst of commands is one packet and one TLS record. */
static GBytes *
take_next (ImapChannel *channel)
{
  GBytes *head = g_queue_peek_head (&channel->unwritten);
  gsize size = 0;
  guint n_joined = 0;
  guint8 *next;
  GBytes *joined;

  if (channel->unwritten.length == 1 || g_bytes_get_size (head) > 8192)
    return g_queue_pop_head (&channel->unwritten);

  for (const GList *link = channel->unwritten.head;
       link != NULL && size + g_bytes_get_size (link->data) <= 16384; link = link->next)
    {
      size += g_bytes_get_size (link->data);
      n_joined++;
    }
  /* There may be a password in it. */
  joined = imap_secret_new_bytes (size, &next);
  for (; n_joined > 0; n_joined--)
    {
      gsize length;
      const void *data;

      head = g_queue_pop_head (&channel->unwritten);
      data = g_bytes_get_data (head, &length);
      if (length > 0)
        memcpy (next, data, length);
      next += length;
      g_bytes_unref (head);
    }

  return joined;
}

/* The next piece as the stream gets it: small enough that a large mail is compressed while it goes,
 * and whole for the server when nothing is behind it. */
static GBytes *
take_next_compressed (ImapChannel *channel, GError **error)
{
  g_autoptr (GBytes) plain = NULL;
  gsize size;

  if (channel->compressed != NULL)
    return g_steal_pointer (&channel->compressed);

  plain = take_next (channel);
  size = g_bytes_get_size (plain);
  if (size > IMAP_LIMIT_INFLATE_STEP)
    {
      g_autoptr (GBytes) large = g_steal_pointer (&plain);

      plain = g_bytes_new_from_bytes (large, 0, IMAP_LIMIT_INFLATE_STEP);
      g_queue_push_head (
          &channel->unwritten,
          g_bytes_new_from_bytes (large, IMAP_LIMIT_INFLATE_STEP, size - IMAP_LIMIT_INFLATE_STEP));
    }

  return imap_deflate_compress (channel->deflate, plain, g_queue_is_empty (&channel->unwritten),
                                error);
}

static void
put_back (ImapChannel *channel, GBytes *rest)
{
  if (channel->deflate != NULL)
    channel->compressed = rest;
  else
    g_queue_push_head (&channel->unwritten, rest);
}

static void
write_now (ImapChannel *channel)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (
      g_io_stream_get_output_stream (channel->stream));

  while (!channel->is_closed && imap_channel_has_unwritten (channel))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = channel->deflate != NULL ? take_next_compressed (channel, &error) :
                                                            take_next (channel);
      gsize size = 0;
      const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
      gssize n = bytes != NULL ? 0 : -1;

      if (size > 0)
        n = g_pollable_output_stream_write_nonblocking (output, data, size, NULL, &error);
      if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          report_closed (channel, error);
          return;
        }
      channel->n_written += MAX (n, 0);
      if (n < (gssize) size)
        put_back (channel, g_bytes_new_from_bytes (bytes, MAX (n, 0), size - MAX (n, 0)));
      if (n < 0)
        {
          wait_to_write (channel);
          return;
        }
    }

  clear_source (&channel->write_source);
}

static gboolean
write_cb (GObject *pollable, gpointer user_data)
{
  ImapChannel *channel = user_data;

  channel->n_uses++;
  write_now (channel);
  if (!channel->is_closed && !imap_channel_has_unwritten (channel))
    channel->sink->written (channel->user);
  channel->n_uses--;
  release (channel);

  return G_SOURCE_CONTINUE;
}

static void
wait_to_read (ImapChannel *channel)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (channel->stream));

  channel->read_source = g_pollable_input_stream_create_source (input, NULL);
  g_source_set_callback (channel->read_source, G_SOURCE_FUNC (read_cb), channel, NULL);
  g_source_attach (channel->read_source, channel->context);
  /* What came with the handshake, or before a pause, may lie decrypted already. */
  schedule_again (channel);
}

ImapChannel *
imap_channel_new (GIOStream *stream, const ImapChannelSink *sink, gpointer user)
{
  ImapChannel *channel = g_new0 (ImapChannel, 1);

  channel->stream = g_object_ref (stream);
  channel->sink = sink;
  channel->user = user;
  channel->context = g_main_context_ref_thread_default ();
  g_queue_init (&channel->unwritten);
  wait_to_read (channel);

  return channel;
}

void
imap_channel_set_paused (ImapChannel *channel, gboolean is_paused)
{
  if (channel->is_closed || channel->is_paused == is_paused)
    return;

  channel->is_paused = is_paused;
  clear_source (&channel->read_source);
  clear_source (&channel->again_source);
  if (!is_paused)
    wait_to_read (channel);
}

static void
stream_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* Nobody waits for it; a peer that is gone cannot be told good-bye. */
  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
}

void
imap_channel_free (ImapChannel *channel)
{
  if (channel == NULL)
    return;

  stop (channel);
  if (channel->stream != NULL)
    g_io_stream_close_async (channel->stream, G_PRIORITY_DEFAULT, NULL, stream_closed_cb, NULL);
  g_clear_object (&channel->stream);
  channel->is_freed = TRUE;
  release (channel);
}

void
imap_channel_start_deflate (ImapChannel *channel, GBytes *surplus)
{
  g_assert (channel->deflate == NULL && !imap_channel_has_unwritten (channel));

  channel->deflate = imap_deflate_new ();
  imap_deflate_feed (channel->deflate, surplus);
}

void
imap_channel_write (ImapChannel *channel, GBytes *bytes)
{
  if (channel->is_closed)
    return;

  g_queue_push_tail (&channel->unwritten, g_bytes_ref (bytes));
}

void
imap_channel_flush (ImapChannel *channel)
{
  channel->n_uses++;
  if (!channel->is_closed && channel->write_source == NULL)
    write_now (channel);
  channel->n_uses--;
  release (channel);
}

gboolean
imap_channel_has_unwritten (const ImapChannel *channel)
{
  return channel->unwritten.length > 0 || channel->compressed != NULL;
}

guint64
imap_channel_get_n_written (const ImapChannel *channel)
{
  return channel->n_written;
}

guint64
imap_channel_get_n_read (const ImapChannel *channel)
{
  return channel->n_read;
}

GIOStream *
imap_channel_steal_stream (ImapChannel *channel)
{
  stop (channel);

  return g_steal_pointer (&channel->stream);
}

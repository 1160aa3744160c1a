/* The two buffers between a client's connection and the stream that SoupServer talks to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-pipe.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

/* Bytes that are taken from the front without moving the rest each time. */
typedef struct
{
  GByteArray *bytes;
  gsize start;
} Queue;

struct _HttpPipe
{
  gatomicrefcount count;
  GMutex mutex;
  Queue input;          /* towards libsoup */
  Queue output;         /* towards the client */
  gboolean has_ended;   /* nothing more will come in */
  gboolean is_broken;   /* the client is gone */
  gboolean is_closed;   /* libsoup has closed its stream */
  GSource *input_bell;  /* owned, nullable: waits until there is something to read */
  GSource *output_bell; /* owned, nullable: waits until there is room to write */
  HttpWatch *pump;      /* owned */
  gboolean is_attended; /* whoever pumps looks by himself */
  gboolean has_news;    /* for him */
  HttpPipeSendFunc send;
  gpointer send_data;
};

static gsize
queue_size (const Queue *queue)
{
  return queue->bytes->len - queue->start;
}

static void
queue_drop (Queue *queue, gsize size)
{
  queue->start += size;
  if (queue->start == queue->bytes->len)
    {
      g_byte_array_set_size (queue->bytes, 0);
      queue->start = 0;
    }
  else if (queue->start >= HTTP_LIMIT_BUFFER)
    {
      g_byte_array_remove_range (queue->bytes, 0, queue->start);
      queue->start = 0;
    }
}

HttpPipe *
http_pipe_new (HttpWatch *pump, HttpPipeSendFunc send, gpointer data)
{
  HttpPipe *pipe = g_new0 (HttpPipe, 1);

  pipe->send = send;
  pipe->send_data = data;
  g_atomic_ref_count_init (&pipe->count);
  g_mutex_init (&pipe->mutex);
  pipe->input.bytes = g_byte_array_new ();
  pipe->output.bytes = g_byte_array_new ();
  pipe->pump = http_watch_ref (pump);

  return pipe;
}

HttpPipe *
http_pipe_ref (HttpPipe *pipe)
{
  g_atomic_ref_count_inc (&pipe->count);

  return pipe;
}

void
http_pipe_unref (HttpPipe *pipe)
{
  if (!g_atomic_ref_count_dec (&pipe->count))
    return;

  g_byte_array_unref (pipe->input.bytes);
  g_byte_array_unref (pipe->output.bytes);
  g_clear_pointer (&pipe->input_bell, g_source_unref);
  g_clear_pointer (&pipe->output_bell, g_source_unref);
  http_watch_unref (pipe->pump);
  g_mutex_clear (&pipe->mutex);
  g_free (pipe);
}

static void
ring (GSource *bell)
{
  if (bell != NULL)
    g_source_set_ready_time (bell, 0);
}

/* To ring wakes the main loop up, which is dear: who is at work for this pipe is only told. */
static void
ring_pump (HttpPipe *pipe)
{
  if (pipe->is_attended)
    pipe->has_news = TRUE;
  else
    http_watch_ring (pipe->pump);
}

void
http_pipe_attend (HttpPipe *pipe, gboolean is_attended)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  pipe->is_attended = is_attended;
  if (!is_attended && pipe->has_news)
    http_watch_ring (pipe->pump);
  pipe->has_news = FALSE;
}

gboolean
http_pipe_take_news (HttpPipe *pipe)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);
  gboolean has_news = pipe->has_news;

  pipe->has_news = FALSE;

  return has_news;
}

gsize
http_pipe_get_room (HttpPipe *pipe)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);
  gsize size = queue_size (&pipe->input);

  return size < HTTP_LIMIT_BUFFER ? HTTP_LIMIT_BUFFER - size : 0;
}

void
http_pipe_push (HttpPipe *pipe, const void *data, gsize size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  g_byte_array_append (pipe->input.bytes, data, size);
  ring (pipe->input_bell);
}

void
http_pipe_end (HttpPipe *pipe)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  pipe->has_ended = TRUE;
  ring (pipe->input_bell);
}

const void *
http_pipe_peek (HttpPipe *pipe, gsize *out_size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  *out_size = queue_size (&pipe->output);

  return pipe->output.bytes->data + pipe->output.start;
}

void
http_pipe_drop (HttpPipe *pipe, gsize size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  queue_drop (&pipe->output, size);
  ring (pipe->output_bell);
}

gboolean
http_pipe_is_closed (HttpPipe *pipe)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  return pipe->is_closed;
}

void
http_pipe_break (HttpPipe *pipe)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  pipe->is_broken = TRUE;
  ring (pipe->input_bell);
  ring (pipe->output_bell);
}

static gssize
fail (GError **error, GIOErrorEnum code)
{
  g_set_error_literal (error, G_IO_ERROR, code,
                       code == G_IO_ERROR_WOULD_BLOCK ? "WOULD_BLOCK" : _ ("The client has left"));

  return -1;
}

static gssize
pipe_read (HttpPipe *pipe, void *buffer, gsize count, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);
  gsize size = MIN (queue_size (&pipe->input), count);

  if (pipe->is_broken)
    return fail (error, G_IO_ERROR_CONNECTION_CLOSED);
  if (size == 0 && !pipe->has_ended)
    return fail (error, G_IO_ERROR_WOULD_BLOCK);

  memcpy (buffer, pipe->input.bytes->data + pipe->input.start, size);
  queue_drop (&pipe->input, size);
  ring_pump (pipe);

  return size;
}

/* What is large goes out at once, with what waits before it, instead of being copied. How much of
 * @buffer went, or -1 when the client is gone. */
static gssize
send_past_queue (HttpPipe *pipe, const void *buffer, gsize count)
{
  gsize queued = queue_size (&pipe->output);
  const GOutputVector vectors[] = { { pipe->output.bytes->data + pipe->output.start, queued },
                                    { buffer, count } };
  guint first = queued == 0;
  gssize sent = pipe->send (vectors + first, G_N_ELEMENTS (vectors) - first, pipe->send_data);

  if (sent <= 0)
    return sent;
  queue_drop (&pipe->output, MIN ((gsize) sent, queued));

  return (gsize) sent > queued ? (gssize) (sent - queued) : 0;
}

/* Only the few bytes that end a chunked body are written in the blocking way, and by a worker. */
static gssize
pipe_write (HttpPipe *pipe, const void *buffer, gsize count, gboolean is_blocking, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);
  gssize sent = 0;
  gsize size = 0;
  gsize room = 0;

  if (!is_blocking && !pipe->is_broken && count >= HTTP_LIMIT_SMALL_WRITE)
    sent = send_past_queue (pipe, buffer, count);
  if (pipe->is_broken || sent < 0)
    return fail (error, G_IO_ERROR_CONNECTION_CLOSED);
  if ((gsize) sent == count)
    return sent;

  size = queue_size (&pipe->output);
  room = size < HTTP_LIMIT_BUFFER ? HTTP_LIMIT_BUFFER - size : 0;
  if (is_blocking)
    room = count;
  if (room == 0 && sent == 0 && count > 0)
    return fail (error, G_IO_ERROR_WOULD_BLOCK);

  count = MIN (count - sent, room);
  g_byte_array_append (pipe->output.bytes, (const guint8 *) buffer + sent, count);
  ring_pump (pipe);

  return sent + (gssize) count;
}

static void
pipe_close (HttpPipe *pipe)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  pipe->is_closed = TRUE;
  g_clear_pointer (&pipe->input_bell, g_source_unref);
  g_clear_pointer (&pipe->output_bell, g_source_unref);
  ring_pump (pipe);
}

static gboolean
pipe_is_readable (HttpPipe *pipe)
{
  return queue_size (&pipe->input) > 0 || pipe->has_ended || pipe->is_broken;
}

static gboolean
pipe_is_writable (HttpPipe *pipe)
{
  return queue_size (&pipe->output) < HTTP_LIMIT_BUFFER || pipe->is_broken;
}

static gboolean
bell_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_ready_time (source, -1);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs bell_funcs = { NULL, NULL, bell_dispatch, NULL, NULL, NULL };

static GSource *
create_source (gpointer stream, GCancellable *cancellable, GSource **place, gboolean is_ready)
{
  GSource *source = g_pollable_source_new_full (stream, NULL, cancellable);
  GSource *bell = g_source_new (&bell_funcs, sizeof (GSource));

  if (is_ready)
    g_source_set_ready_time (bell, 0);
  g_source_add_child_source (source, bell);
  g_clear_pointer (place, g_source_unref);
  *place = bell;

  return source;
}

#define HTTP_TYPE_PIPE_INPUT (http_pipe_input_get_type ())
G_DECLARE_FINAL_TYPE (HttpPipeInput, http_pipe_input, HTTP, PIPE_INPUT, GInputStream)

struct _HttpPipeInput
{
  GInputStream parent_instance;

  HttpPipe *pipe; /* owned */
};

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  HttpPipe *pipe = HTTP_PIPE_INPUT (stream)->pipe;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  return pipe_is_readable (pipe);
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  HttpPipe *pipe = HTTP_PIPE_INPUT (stream)->pipe;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  return create_source (stream, cancellable, &pipe->input_bell, pipe_is_readable (pipe));
}

static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  return pipe_read (HTTP_PIPE_INPUT (stream)->pipe, buffer, count, error);
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HttpPipeInput,
                               http_pipe_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      input_pollable_init))

static void
http_pipe_input_init (HttpPipeInput *self)
{
}

static gssize
input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return pipe_read (HTTP_PIPE_INPUT (stream)->pipe, buffer, count, error);
}

static void
http_pipe_input_finalize (GObject *object)
{
  http_pipe_unref (HTTP_PIPE_INPUT (object)->pipe);

  G_OBJECT_CLASS (http_pipe_input_parent_class)->finalize (object);
}

static void
http_pipe_input_class_init (HttpPipeInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = http_pipe_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = input_read;
}

#define HTTP_TYPE_PIPE_OUTPUT (http_pipe_output_get_type ())
G_DECLARE_FINAL_TYPE (HttpPipeOutput, http_pipe_output, HTTP, PIPE_OUTPUT, GOutputStream)

struct _HttpPipeOutput
{
  GOutputStream parent_instance;

  HttpPipe *pipe; /* owned */
};

static gboolean
output_is_writable (GPollableOutputStream *stream)
{
  HttpPipe *pipe = HTTP_PIPE_OUTPUT (stream)->pipe;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  return pipe_is_writable (pipe);
}

static GSource *
output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  HttpPipe *pipe = HTTP_PIPE_OUTPUT (stream)->pipe;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);

  return create_source (stream, cancellable, &pipe->output_bell, pipe_is_writable (pipe));
}

static gssize
output_write_nonblocking (GPollableOutputStream *stream,
                          const void *buffer,
                          gsize count,
                          GError **error)
{
  return pipe_write (HTTP_PIPE_OUTPUT (stream)->pipe, buffer, count, FALSE, error);
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
  iface->write_nonblocking = output_write_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HttpPipeOutput,
                               http_pipe_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      output_pollable_init))

static void
http_pipe_output_init (HttpPipeOutput *self)
{
}

static gssize
output_write (GOutputStream *stream,
              const void *buffer,
              gsize count,
              GCancellable *cancellable,
              GError **error)
{
  return pipe_write (HTTP_PIPE_OUTPUT (stream)->pipe, buffer, count, TRUE, error);
}

static void
http_pipe_output_finalize (GObject *object)
{
  http_pipe_unref (HTTP_PIPE_OUTPUT (object)->pipe);

  G_OBJECT_CLASS (http_pipe_output_parent_class)->finalize (object);
}

static void
http_pipe_output_class_init (HttpPipeOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = http_pipe_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = output_write;
}

#define HTTP_TYPE_PIPE_STREAM (http_pipe_stream_get_type ())
G_DECLARE_FINAL_TYPE (HttpPipeStream, http_pipe_stream, HTTP, PIPE_STREAM, GIOStream)

struct _HttpPipeStream
{
  GIOStream parent_instance;

  HttpPipe *pipe;        /* owned */
  GInputStream *input;   /* owned */
  GOutputStream *output; /* owned */
};

G_DEFINE_FINAL_TYPE (HttpPipeStream, http_pipe_stream, G_TYPE_IO_STREAM)

static void
http_pipe_stream_init (HttpPipeStream *self)
{
}

static GInputStream *
stream_get_input_stream (GIOStream *stream)
{
  return HTTP_PIPE_STREAM (stream)->input;
}

static GOutputStream *
stream_get_output_stream (GIOStream *stream)
{
  return HTTP_PIPE_STREAM (stream)->output;
}

static gboolean
stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  pipe_close (HTTP_PIPE_STREAM (stream)->pipe);

  return TRUE;
}

static void
http_pipe_stream_finalize (GObject *object)
{
  HttpPipeStream *self = HTTP_PIPE_STREAM (object);

  /* GIOStream closes itself when it is disposed of. */
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  http_pipe_unref (self->pipe);

  G_OBJECT_CLASS (http_pipe_stream_parent_class)->finalize (object);
}

static void
http_pipe_stream_class_init (HttpPipeStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = http_pipe_stream_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = stream_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = stream_get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = stream_close;
}

GIOStream *
http_pipe_open_stream (HttpPipe *pipe)
{
  HttpPipeStream *stream = g_object_new (HTTP_TYPE_PIPE_STREAM, NULL);
  HttpPipeInput *input = g_object_new (HTTP_TYPE_PIPE_INPUT, NULL);
  HttpPipeOutput *output = g_object_new (HTTP_TYPE_PIPE_OUTPUT, NULL);

  stream->pipe = http_pipe_ref (pipe);
  input->pipe = http_pipe_ref (pipe);
  output->pipe = http_pipe_ref (pipe);
  stream->input = G_INPUT_STREAM (input);
  stream->output = G_OUTPUT_STREAM (output);

  return G_IO_STREAM (stream);
}

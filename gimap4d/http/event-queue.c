/* What waits to be sent as server-sent events, and the stream that it is read from.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/event-queue.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"

/* Every client passes over it, and every proxy sees that somebody is there (HTML, 9.2.7). */
static const char comment[] = ":\n\n";

struct _EventQueue
{
  gatomicrefcount count;
  GMutex mutex;
  GCond changed; /* for a reader that waits in its thread */
  GString *waiting;
  gsize most_waiting;
  guint keep_alive; /* seconds */
  gboolean is_closed;
  GTask *reader; /* owned, nullable: it waits for an event */
};

/* What a waiting reader has: data of its task. */
typedef struct
{
  void *buffer;
  gsize size;
  GSource *timer;  /* owned, nullable */
  GSource *cancel; /* owned, nullable */
} Reader;

#define EVENT_TYPE_INPUT (event_input_get_type ())
G_DECLARE_FINAL_TYPE (EventInput, event_input, EVENT, INPUT, GInputStream)

struct _EventInput
{
  GInputStream parent_instance;

  EventQueue *queue; /* owned */
};

G_DEFINE_FINAL_TYPE (EventInput, event_input, G_TYPE_INPUT_STREAM)

EventQueue *
event_queue_new (gsize most_waiting)
{
  EventQueue *queue = g_new0 (EventQueue, 1);

  g_atomic_ref_count_init (&queue->count);
  g_mutex_init (&queue->mutex);
  g_cond_init (&queue->changed);
  queue->waiting = g_string_new (NULL);
  queue->most_waiting = most_waiting;

  return queue;
}

EventQueue *
event_queue_ref (EventQueue *queue)
{
  g_atomic_ref_count_inc (&queue->count);

  return queue;
}

/* A reader that waits holds its stream, and that holds the queue: here is none. */
void
event_queue_unref (EventQueue *queue)
{
  if (!g_atomic_ref_count_dec (&queue->count))
    return;

  g_string_free (queue->waiting, TRUE);
  g_cond_clear (&queue->changed);
  g_mutex_clear (&queue->mutex);
  g_free (queue);
}

static void
destroy_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
reader_free (gpointer data)
{
  Reader *reader = data;

  destroy_source (&reader->timer);
  destroy_source (&reader->cancel);
  g_free (reader);
}

/* With the mutex. */
static gsize
take (EventQueue *queue, void *buffer, gsize size)
{
  gsize n = MIN (size, queue->waiting->len);

  memcpy (buffer, queue->waiting->str, n);
  g_string_erase (queue->waiting, 0, (gssize) n);

  return n;
}

static gboolean
has_news (EventQueue *queue)
{
  return queue->is_closed || queue->waiting->len > 0;
}

/* With the mutex. The task that may be answered now, for after the mutex was let go. */
static GTask *
steal_reader (EventQueue *queue, gsize *out_size)
{
  GTask *task = g_steal_pointer (&queue->reader);
  Reader *reader = NULL;

  g_cond_broadcast (&queue->changed);
  if (task == NULL)
    return NULL;

  reader = g_task_get_task_data (task);
  destroy_source (&reader->timer);
  destroy_source (&reader->cancel);
  *out_size = take (queue, reader->buffer, reader->size);

  return task;
}

static void
answer (GTask *task, gsize size)
{
  if (task == NULL)
    return;

  g_task_return_int (task, (gssize) size);
  g_object_unref (task);
}

void
event_queue_set_keep_alive (EventQueue *queue, guint seconds)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&queue->mutex);

  queue->keep_alive = seconds;
}

/* With the mutex. */
static gboolean
check_room (EventQueue *queue, gsize size, GError **error)
{
  if (queue->is_closed)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                   _ ("The event cannot be sent: the client is gone, or the stream was closed"));
      return FALSE;
    }
  if (queue->waiting->len + size > queue->most_waiting)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _ ("The client has not taken %zu bytes of events: its stream ends"),
                   queue->waiting->len);
      queue->is_closed = TRUE;
      return FALSE;
    }

  return TRUE;
}

gboolean
event_queue_push (EventQueue *queue, const char *text, GError **error)
{
  gsize size = strlen (text);
  GTask *task = NULL;
  gsize n_taken = 0;
  gboolean has_room = FALSE;

  g_mutex_lock (&queue->mutex);
  has_room = check_room (queue, size, error);
  if (has_room)
    g_string_append_len (queue->waiting, text, (gssize) size);
  if (has_news (queue))
    task = steal_reader (queue, &n_taken);
  g_mutex_unlock (&queue->mutex);
  answer (task, n_taken);

  return has_room;
}

gboolean
event_queue_close (EventQueue *queue)
{
  GTask *task = NULL;
  gsize n_taken = 0;
  gboolean was_open = FALSE;

  g_mutex_lock (&queue->mutex);
  was_open = !queue->is_closed;
  queue->is_closed = TRUE;
  task = steal_reader (queue, &n_taken);
  g_mutex_unlock (&queue->mutex);
  answer (task, n_taken);

  return was_open;
}

gboolean
event_queue_is_open (EventQueue *queue)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&queue->mutex);

  return !queue->is_closed;
}

/* Answers the reader, if nobody else has. */
static gboolean
end_waiting (GTask *task, const char *text, gboolean is_last)
{
  EventQueue *queue = EVENT_INPUT (g_task_get_source_object (task))->queue;
  GTask *stolen = NULL;
  gsize n_taken = 0;

  g_mutex_lock (&queue->mutex);
  queue->is_closed = queue->is_closed || is_last;
  if (queue->reader == task)
    {
      g_string_append (queue->waiting, text);
      stolen = steal_reader (queue, &n_taken);
    }
  g_mutex_unlock (&queue->mutex);
  answer (stolen, n_taken);

  return G_SOURCE_REMOVE;
}

static gboolean
timer_cb (gpointer task)
{
  return end_waiting (task, comment, FALSE);
}

/* Who does not read any more does not come back. */
static gboolean
cancelled_cb (GCancellable *cancellable, gpointer task)
{
  return end_waiting (task, "", TRUE);
}

static GSource *
attach (GSource *source, GSourceFunc func, GTask *task)
{
  g_source_set_callback (source, func, g_object_ref (task), g_object_unref);
  g_source_attach (source, g_task_get_context (task));

  return source;
}

/* With the mutex. */
static void
begin_waiting (EventQueue *queue, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Reader *reader = g_task_get_task_data (task);

  queue->reader = g_object_ref (task);
  if (cancellable != NULL)
    reader->cancel = attach (g_cancellable_source_new (cancellable), G_SOURCE_FUNC (cancelled_cb),
                             task);
  if (queue->keep_alive > 0)
    reader->timer = attach (g_timeout_source_new_seconds (queue->keep_alive), timer_cb, task);
}

static void
event_input_read_async (GInputStream *stream,
                        void *buffer,
                        gsize count,
                        int priority,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  EventQueue *queue = EVENT_INPUT (stream)->queue;
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, data);
  Reader *reader = g_new0 (Reader, 1);
  gboolean is_ready = FALSE;
  gsize n_taken = 0;

  reader->buffer = buffer;
  reader->size = count;
  g_task_set_source_tag (task, event_input_read_async);
  g_task_set_task_data (task, reader, reader_free);

  g_mutex_lock (&queue->mutex);
  is_ready = has_news (queue);
  if (is_ready)
    n_taken = take (queue, buffer, count);
  else
    begin_waiting (queue, task);
  g_mutex_unlock (&queue->mutex);

  if (is_ready)
    g_task_return_int (task, (gssize) n_taken);
}

static gssize
event_input_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
wake_cb (GCancellable *cancellable, gpointer data)
{
  EventQueue *queue = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&queue->mutex);

  g_cond_broadcast (&queue->changed);
}

static gssize
event_input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  EventQueue *queue = EVENT_INPUT (stream)->queue;
  gulong handler = cancellable != NULL ?
                       g_cancellable_connect (cancellable, G_CALLBACK (wake_cb), queue, NULL) :
                       0;
  gsize n_taken = 0;

  g_mutex_lock (&queue->mutex);
  while (!has_news (queue) && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&queue->changed, &queue->mutex);
  n_taken = take (queue, buffer, count);
  g_mutex_unlock (&queue->mutex);
  g_cancellable_disconnect (cancellable, handler);

  return g_cancellable_set_error_if_cancelled (cancellable, error) ? -1 : (gssize) n_taken;
}

static gboolean
event_input_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  event_queue_close (EVENT_INPUT (stream)->queue);

  return TRUE;
}

static void
event_input_finalize (GObject *object)
{
  EventInput *self = EVENT_INPUT (object);

  event_queue_unref (self->queue);

  G_OBJECT_CLASS (event_input_parent_class)->finalize (object);
}

static void
event_input_class_init (EventInputClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = event_input_finalize;
  stream_class->read_fn = event_input_read;
  stream_class->close_fn = event_input_close;
  stream_class->read_async = event_input_read_async;
  stream_class->read_finish = event_input_read_finish;
}

static void
event_input_init (EventInput *self)
{
}

void
event_queue_end_stream (GInputStream *stream)
{
  if (EVENT_IS_INPUT (stream))
    event_queue_close (EVENT_INPUT (stream)->queue);
}

GInputStream *
event_queue_open_stream (EventQueue *queue)
{
  EventInput *input = g_object_new (EVENT_TYPE_INPUT, NULL);

  input->queue = event_queue_ref (queue);

  return G_INPUT_STREAM (input);
}

/* Where a line of text ends, by any of the three line ends that a client knows. */
static const char *
skip_line_end (const char *text)
{
  return text[0] == '\r' && text[1] == '\n' ? text + 2 : text + 1;
}

static void
append_data (GString *text, const char *data)
{
  for (;;)
    {
      gsize length = strcspn (data, "\r\n");

      g_string_append (text, "data: ");
      g_string_append_len (text, data, (gssize) length);
      g_string_append_c (text, '\n');
      if (data[length] == '\0')
        return;
      data = skip_line_end (data + length);
    }
}

static gboolean
check_line (const char *text, const char *what, GError **error)
{
  if (text == NULL || (g_utf8_validate (text, -1, NULL) && strpbrk (text, "\r\n") == NULL))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               _ ("The %s of an event has to be one line of UTF-8"), what);
  return FALSE;
}

char *
event_queue_format (const char *data, const char *event, const char *id, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!check_line (event, _ ("name"), error) || !check_line (id, _ ("id"), error))
    return NULL;
  if (!g_utf8_validate (data, -1, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("The data of an event has to be UTF-8"));
      return NULL;
    }

  if (event != NULL)
    g_string_append_printf (text, "event: %s\n", event);
  if (id != NULL)
    g_string_append_printf (text, "id: %s\n", id);
  append_data (text, data);
  g_string_append_c (text, '\n');

  return g_strdup (text->str);
}

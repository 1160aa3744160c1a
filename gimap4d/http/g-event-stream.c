/* Events that a server pushes to a page for as long as it is open.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-event-stream.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/event-queue.h"
#include "gimap4d/http/incoming-message-private.h"

/**
 * SECTION:g-event-stream
 * @Title: GEventStream
 * @Short_description: events that are pushed to a page
 *
 * A page of a browser that says `new EventSource("/events")` gets events for as long as it is open
 * (server-sent events; the HTML standard, section 9.2): of new mails, say. On the side of the
 * server a handler makes a #GEventStream of the request, answers with it, and keeps it to send
 * events later.
 *
 * A browser that has lost the connection comes again by itself, and says which event it has seen
 * last, in #GEventStream:last-event-id. So give each event an id from which you know what came
 * after it.
 *
 * While there is no event, a comment is sent now and then, so that neither proxy nor browser takes
 * the silence for the end. A client that does not take its events is not waited for: when 256 KiB
 * are waiting, its stream ends.
 */

/**
 * GEventStream:
 *
 * Events for one page. May be used from any thread.
 *
 * |[<!-- language="C" -->
 * static GEventStream *page = NULL;
 *
 * static void
 * open_events (GIncomingMessage *request, GRestCall *call, gpointer data)
 * {
 *   g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
 *   g_autoptr (GEventStream) stream = g_event_stream_new (request);
 *
 *   g_outgoing_message_set_event_stream (message, stream, NULL);
 *   g_rest_call_return_message (call, message);
 *   g_set_object (&page, stream);
 * }
 *
 * static void
 * tell_page (const char *text)
 * {
 *   if (page != NULL && !g_event_stream_send (page, text, "news", NULL, NULL))
 *     g_clear_object (&page);
 * }
 * ]|
 *
 * Since: 1.0
 */

/* A cancellable that ends the stream. Its handler may run while the stream goes away. */
typedef struct
{
  GCancellable *cancellable; /* owned, nullable */
  gulong handler;
} Watch;

struct _GEventStream
{
  GObject parent_instance;

  EventQueue *queue;   /* owned */
  char *last_event_id; /* owned, nullable */
  gint keep_alive;     /* atomic */
  gint is_given;       /* atomic: to a message */
  Watch client;        /* the client leaves */
  Watch server;        /* the server stops */
};

enum
{
  PROP_0,
  PROP_LAST_EVENT_ID,
  PROP_IS_OPEN,
  PROP_KEEP_ALIVE,
  N_PROPERTIES
};

enum
{
  CLOSED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GEventStream, g_event_stream, G_TYPE_OBJECT)

static void
g_event_stream_init (GEventStream *self)
{
  self->queue = event_queue_new (HTTP_LIMIT_EVENTS);
}

static void
unwatch (Watch *watch)
{
  if (watch->cancellable != NULL)
    g_signal_handler_disconnect (watch->cancellable, watch->handler);
  g_clear_object (&watch->cancellable);
}

/* Whoever drops the stream has no more events. */
static void
g_event_stream_dispose (GObject *object)
{
  GEventStream *self = G_EVENT_STREAM (object);

  unwatch (&self->client);
  unwatch (&self->server);
  event_queue_close (self->queue);

  G_OBJECT_CLASS (g_event_stream_parent_class)->dispose (object);
}

static void
g_event_stream_finalize (GObject *object)
{
  GEventStream *self = G_EVENT_STREAM (object);

  event_queue_unref (self->queue);
  g_free (self->last_event_id);

  G_OBJECT_CLASS (g_event_stream_parent_class)->finalize (object);
}

static void
g_event_stream_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  GEventStream *self = G_EVENT_STREAM (object);

  switch (property_id)
    {
    case PROP_LAST_EVENT_ID:
      g_value_set_string (value, self->last_event_id);
      break;
    case PROP_IS_OPEN:
      g_value_set_boolean (value, g_event_stream_get_is_open (self));
      break;
    case PROP_KEEP_ALIVE:
      g_value_set_uint (value, g_event_stream_get_keep_alive (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_event_stream_set_property (GObject *object,
                             guint property_id,
                             const GValue *value,
                             GParamSpec *pspec)
{
  switch (property_id)
    {
    case PROP_KEEP_ALIVE:
      g_event_stream_set_keep_alive (G_EVENT_STREAM (object), g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_event_stream_class_init (GEventStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = g_event_stream_dispose;
  object_class->finalize = g_event_stream_finalize;
  object_class->get_property = g_event_stream_get_property;
  object_class->set_property = g_event_stream_set_property;

  /**
   * GEventStream:last-event-id:
   *
   * The id of the last event that the browser has seen, which it says when it comes again; %NULL the
   * first time.
   *
   * Since: 1.0
   */
  properties[PROP_LAST_EVENT_ID] = g_param_spec_string (
      "last-event-id", "Last event id", "The id of the last event that was seen", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GEventStream:is-open:
   *
   * Whether events can be sent. It does not notify: #GEventStream::closed tells.
   *
   * Since: 1.0
   */
  properties[PROP_IS_OPEN] = g_param_spec_boolean ("is-open", "Is open",
                                                   "Whether events can be sent", TRUE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GEventStream:keep-alive:
   *
   * After how many seconds without an event a comment is sent; 0 for never. Proxies cut connections
   * that are silent for a minute, as a rule.
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_ALIVE] = g_param_spec_uint (
      "keep-alive", "Keep alive", "Seconds without an event until a comment is sent", 0,
      G_MAXINT / 1000, HTTP_DEFAULT_EVENT_KEEP_ALIVE_S,
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * GEventStream::closed:
   * @self: the stream
   *
   * The client has left, or the server stops. Emitted in the context of the server, once.
   *
   * Since: 1.0
   */
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_EVENT_STREAM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
ended_cb (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GEventStream) self = g_weak_ref_get (data);

  if (self != NULL && event_queue_close (self->queue))
    g_signal_emit (self, signals[CLOSED], 0);
}

static void
weak_ref_free (gpointer data, GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
watch (GEventStream *self, Watch *place, GCancellable *cancellable)
{
  GWeakRef *weak = NULL;

  if (cancellable == NULL)
    return;

  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  place->cancellable = g_object_ref (cancellable);
  place->handler = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (ended_cb), weak,
                                          weak_ref_free, 0);
  if (g_cancellable_is_cancelled (cancellable))
    event_queue_close (self->queue);
}

/**
 * g_event_stream_new:
 * @request: the request of a page for events
 *
 * Makes a stream of events for the page that has asked. It is sent by
 * g_outgoing_message_set_event_stream(), or given to g_rest_call_return_value(). Keep it: with its
 * last reference the stream ends.
 *
 * Returns: (transfer full): a stream
 *
 * Since: 1.0
 */
GEventStream *
g_event_stream_new (GIncomingMessage *request)
{
  GEventStream *self = NULL;

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (request), NULL);

  self = g_object_new (G_TYPE_EVENT_STREAM, NULL);
  self->last_event_id = g_strdup (g_incoming_message_get_header (request, "last-event-id"));
  watch (self, &self->client, g_incoming_message_get_cancellable (request));
  watch (self, &self->server, incoming_message_get_stopping (request));

  return self;
}

/**
 * g_event_stream_get_last_event_id:
 * @self: a #GEventStream
 *
 * Gets the id of the last event that the browser has seen.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL when the page is new
 *
 * Since: 1.0
 */
const char *
g_event_stream_get_last_event_id (GEventStream *self)
{
  g_return_val_if_fail (G_IS_EVENT_STREAM (self), NULL);

  return self->last_event_id;
}

/**
 * g_event_stream_get_is_open:
 * @self: a #GEventStream
 *
 * Whether events can be sent. A client may have left and nobody has noticed yet.
 *
 * Returns: %TRUE if they can
 *
 * Since: 1.0
 */
gboolean
g_event_stream_get_is_open (GEventStream *self)
{
  g_return_val_if_fail (G_IS_EVENT_STREAM (self), FALSE);

  return event_queue_is_open (self->queue);
}

/**
 * g_event_stream_set_keep_alive:
 * @self: a #GEventStream
 * @seconds: after how many seconds without an event a comment is sent; 0 for never
 *
 * Sets how long the stream may be silent. It counts from the next event on.
 *
 * Since: 1.0
 */
void
g_event_stream_set_keep_alive (GEventStream *self, guint seconds)
{
  g_return_if_fail (G_IS_EVENT_STREAM (self));
  g_return_if_fail (seconds <= G_MAXINT / 1000);

  g_atomic_int_set (&self->keep_alive, (gint) seconds);
  event_queue_set_keep_alive (self->queue, seconds);
}

/**
 * g_event_stream_get_keep_alive:
 * @self: a #GEventStream
 *
 * Gets how long the stream may be silent.
 *
 * Returns: seconds, or 0 for ever
 *
 * Since: 1.0
 */
guint
g_event_stream_get_keep_alive (GEventStream *self)
{
  g_return_val_if_fail (G_IS_EVENT_STREAM (self), 0);

  return (guint) g_atomic_int_get (&self->keep_alive);
}

/**
 * g_event_stream_send:
 * @self: a #GEventStream
 * @data: a text of any number of lines, JSON perhaps; the page gets each line end as a line feed
 * @event: (nullable): the name of the event; %NULL for `message`
 * @id: (nullable): what #GEventStream:last-event-id is to be when the page comes again; %NULL to
 *   leave it
 * @error: return location for a #GError
 *
 * Sends an event. It does not wait until the client has taken it.
 *
 * Fails with %G_IO_ERROR_CLOSED when the client is gone or the stream was closed, with
 * %G_IO_ERROR_NO_SPACE when the client takes too little: the stream has ended then; and with
 * %G_IO_ERROR_INVALID_ARGUMENT for a name or id that is no line of text, and for what is no UTF-8.
 *
 * Returns: %TRUE if the event is on its way
 *
 * Since: 1.0
 */
gboolean
g_event_stream_send (
    GEventStream *self, const char *data, const char *event, const char *id, GError **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (G_IS_EVENT_STREAM (self), FALSE);
  g_return_val_if_fail (data != NULL, FALSE);

  text = event_queue_format (data, event, id, error);

  return text != NULL && event_queue_push (self->queue, text, error);
}

/**
 * g_event_stream_send_retry:
 * @self: a #GEventStream
 * @milliseconds: how long the browser is to wait
 * @error: return location for a #GError
 *
 * Tells the browser how long to wait before it comes again when the connection is lost. Fails as
 * g_event_stream_send() does.
 *
 * Returns: %TRUE if it is on its way
 *
 * Since: 1.0
 */
gboolean
g_event_stream_send_retry (GEventStream *self, guint milliseconds, GError **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (G_IS_EVENT_STREAM (self), FALSE);

  text = g_strdup_printf ("retry: %u\n\n", milliseconds);

  return event_queue_push (self->queue, text, error);
}

/**
 * g_event_stream_close:
 * @self: a #GEventStream
 *
 * Ends the stream after the events that were sent. The browser comes again: to keep it away, answer
 * that request with the status 204.
 *
 * Since: 1.0
 */
void
g_event_stream_close (GEventStream *self)
{
  g_return_if_fail (G_IS_EVENT_STREAM (self));

  event_queue_close (self->queue);
}

/**
 * g_outgoing_message_set_event_stream:
 * @self: a #GOutgoingMessage
 * @stream: a stream of events
 * @error: return location for a #GError
 *
 * Makes the events of @stream the body, with the Content-Type `text/event-stream` and a
 * Cache-Control that keeps caches away; nginx is told not to collect them (`X-Accel-Buffering`).
 *
 * Fails with %G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT when the message was sent, or @stream was given
 * to another message.
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_event_stream (GOutgoingMessage *self, GEventStream *stream, GError **error)
{
  g_autoptr (GInputStream) input = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (G_IS_EVENT_STREAM (stream), FALSE);

  if (!g_atomic_int_compare_and_exchange (&stream->is_given, FALSE, TRUE))
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT,
                   _ ("The events belong to another message already"));
      return FALSE;
    }

  input = event_queue_open_stream (stream->queue);
  if (!g_outgoing_message_set_stream (self, input, -1, "text/event-stream", error))
    {
      g_atomic_int_set (&stream->is_given, FALSE);
      return FALSE;
    }

  return g_outgoing_message_set_header (self, "Cache-Control", "no-cache", error) &&
         g_outgoing_message_set_header (self, "X-Accel-Buffering", "no", error);
}

/* The one answer that a function owes to its caller.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-call.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/g-event-stream.h"
#include "gimap4d/http/g-rest-error.h"
#include "gimap4d/http/http-json.h"
#include "gimap4d/http/rest-call-private.h"

/**
 * SECTION:g-rest-call
 * @Title: GRestCall
 * @Short_description: the one answer that a function owes
 *
 * A function or handler of a #GRestServer gets a #GRestCall and answers it once: before it returns,
 * or later, and from any thread. A call that is dropped without an answer is answered with the
 * status 500; so is one that was not answered within #GRestServer:call-timeout. What comes after
 * the first answer, or after the client has left, is passed over.
 */

/**
 * GRestCall:
 *
 * The answer that is due. May be used from any thread.
 *
 * |[<!-- language="C" -->
 * static gboolean
 * answer_later (gpointer data)
 * {
 *   g_autoptr (GRestCall) call = data;
 *   g_auto (GValue) value = G_VALUE_INIT;
 *
 *   g_value_init (&value, G_TYPE_STRING);
 *   g_value_set_static_string (&value, "done");
 *   g_rest_call_return_value (call, &value);
 *
 *   return G_SOURCE_REMOVE;
 * }
 *
 * static void
 * work (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
 * {
 *   g_timeout_add (100, answer_later, g_object_ref (call));
 * }
 * ]|
 *
 * Since: 1.0
 */

struct _RestSlot
{
  gatomicrefcount count;
  GMutex mutex;
  GMainContext *context; /* owned */
  GThread *thread;       /* unowned, nullable: where the function is running right now */
  gboolean is_answered;
  GOutgoingMessage *answer; /* owned, nullable */
  GError *error;            /* owned, nullable */
  RestAnswerFunc func;      /* NULL when nobody waits any more */
  gpointer data;
};

struct _GRestCall
{
  GObject parent_instance;

  RestSlot *slot; /* owned */
  gboolean has_envelope;
};

G_DEFINE_FINAL_TYPE (GRestCall, g_rest_call, G_TYPE_OBJECT)

RestSlot *
rest_slot_new (GMainContext *context, RestAnswerFunc func, gpointer data)
{
  RestSlot *slot = g_new0 (RestSlot, 1);

  g_atomic_ref_count_init (&slot->count);
  g_mutex_init (&slot->mutex);
  slot->context = g_main_context_ref (context);
  slot->func = func;
  slot->data = data;

  return slot;
}

RestSlot *
rest_slot_ref (RestSlot *slot)
{
  g_atomic_ref_count_inc (&slot->count);

  return slot;
}

void
rest_slot_unref (RestSlot *slot)
{
  if (!g_atomic_ref_count_dec (&slot->count))
    return;

  g_clear_object (&slot->answer);
  g_clear_error (&slot->error);
  g_main_context_unref (slot->context);
  g_mutex_clear (&slot->mutex);
  g_free (slot);
}

void
rest_slot_abandon (RestSlot *slot)
{
  slot->func = NULL;
}

static void
deliver (RestSlot *slot)
{
  RestAnswerFunc func = g_steal_pointer (&slot->func);

  if (func != NULL)
    func (slot->answer, slot->error, slot->data);
}

static gboolean
deliver_cb (gpointer data)
{
  deliver (data);

  return G_SOURCE_REMOVE;
}

static void
slot_unref_cb (gpointer data)
{
  rest_slot_unref (data);
}

/* The first answer wins; takes both. */
static void
answer (RestSlot *slot, GOutgoingMessage *message, GError *error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&slot->mutex);
  g_autoptr (GSource) source = NULL;

  if (slot->is_answered)
    {
      g_clear_object (&message);
      g_clear_error (&error);
      return;
    }

  slot->is_answered = TRUE;
  slot->answer = message;
  slot->error = error;
  if (slot->thread == g_thread_self ())
    return;

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver_cb, rest_slot_ref (slot), slot_unref_cb);
  g_source_attach (source, slot->context);
}

void
rest_slot_enter (RestSlot *slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&slot->mutex);

  slot->thread = g_thread_self ();
}

void
rest_slot_leave (RestSlot *slot)
{
  gboolean is_answered = FALSE;

  g_mutex_lock (&slot->mutex);
  is_answered = slot->is_answered;
  slot->thread = NULL;
  g_mutex_unlock (&slot->mutex);

  if (is_answered)
    deliver (slot);
}

static void
g_rest_call_init (GRestCall *self)
{
}

static void
g_rest_call_finalize (GObject *object)
{
  GRestCall *self = G_REST_CALL (object);

  answer (self->slot, NULL,
          g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The function did not answer")));
  rest_slot_unref (self->slot);

  G_OBJECT_CLASS (g_rest_call_parent_class)->finalize (object);
}

static void
g_rest_call_class_init (GRestCallClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = g_rest_call_finalize;
}

GRestCall *
rest_call_new (RestSlot *slot, gboolean has_envelope)
{
  GRestCall *self = g_object_new (G_TYPE_REST_CALL, NULL);

  self->slot = rest_slot_ref (slot);
  self->has_envelope = has_envelope;

  return self;
}

static JsonNode *
wrap (JsonNode *result)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_member (object, "result", result);
  json_node_take_object (node, object);

  return node;
}

/* What is no message: as JSON, of a function within its envelope. */
static GOutgoingMessage *
message_from_json (GRestCall *self, const GValue *value, GError **error)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (JsonNode) node = http_json_from_value (value);

  if (node == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("A %s cannot be a result"),
                   G_VALUE_TYPE_NAME (value));
      return NULL;
    }

  if (self->has_envelope)
    node = wrap (g_steal_pointer (&node));

  return g_outgoing_message_set_json (message, node, error) ? g_steal_pointer (&message) : NULL;
}

/* What is a message already, or the events of one. */
static GOutgoingMessage *
message_from_object (GObject *object, GError **error)
{
  g_autoptr (GOutgoingMessage) message = NULL;

  if (G_IS_OUTGOING_MESSAGE (object))
    return G_OUTGOING_MESSAGE (g_object_ref (object));

  message = g_outgoing_message_new ();
  return g_outgoing_message_set_event_stream (message, G_EVENT_STREAM (object), error) ?
             g_steal_pointer (&message) :
             NULL;
}

/* A handler may return whatever can be a body, or nothing. */
static GOutgoingMessage *
message_from_handler (GRestCall *self, const GValue *value, GError **error)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  if (value == NULL || g_outgoing_message_set_body (message, value, NULL))
    return g_steal_pointer (&message);

  return message_from_json (self, value, error);
}

static GOutgoingMessage *
message_from_value (GRestCall *self, const GValue *value, GError **error)
{
  gboolean has_object = value != NULL && G_IS_VALUE (value) && G_VALUE_HOLDS_OBJECT (value);
  GObject *object = has_object ? g_value_get_object (value) : NULL;

  if (G_IS_OUTGOING_MESSAGE (object) || G_IS_EVENT_STREAM (object))
    return message_from_object (object, error);

  return self->has_envelope ? message_from_json (self, value, error) :
                              message_from_handler (self, value, error);
}

/**
 * g_rest_call_return_value:
 * @self: a #GRestCall
 * @value: (nullable): the result, or %NULL for none
 *
 * Answers the call. A #GOutgoingMessage is sent as it is, and so are the events of a #GEventStream.
 * Of a function anything else is sent as
 * `{"result": …}`: %NULL, texts, numbers, booleans, lists of texts, #JsonNode, #JsonObject,
 * #JsonArray, #GVariant. Of a handler anything else is sent as g_outgoing_message_set_body() would,
 * or as JSON. What can be neither is answered with the status 500.
 *
 * Since: 1.0
 */
void
g_rest_call_return_value (GRestCall *self, const GValue *value)
{
  g_autoptr (GError) error = NULL;
  GOutgoingMessage *message = NULL;

  g_return_if_fail (G_IS_REST_CALL (self));

  message = message_from_value (self, value, &error);
  answer (self->slot, message, g_steal_pointer (&error));
}

/**
 * g_rest_call_return_message:
 * @self: a #GRestCall
 * @message: the message
 *
 * Answers the call with a message, which is sent as it is.
 *
 * Since: 1.0
 */
void
g_rest_call_return_message (GRestCall *self, GOutgoingMessage *message)
{
  g_return_if_fail (G_IS_REST_CALL (self));
  g_return_if_fail (G_IS_OUTGOING_MESSAGE (message));

  answer (self->slot, g_object_ref (message), NULL);
}

/**
 * g_rest_call_return_error:
 * @self: a #GRestCall
 * @error: what went wrong
 *
 * Answers the call with an error. The client is told of a #GRestServerError, with its status and
 * its message, and, with the status 400, of an error of g_incoming_message_get_json(),
 * g_incoming_message_get_form(), or g_incoming_message_get_parts(), which tell that its own request
 * cannot be read; of any other error only that there was one, with the status 500, and
 * #GRestServer::call-failed has the rest.
 *
 * Since: 1.0
 */
void
g_rest_call_return_error (GRestCall *self, const GError *error)
{
  g_return_if_fail (G_IS_REST_CALL (self));
  g_return_if_fail (error != NULL);

  answer (self->slot, NULL, g_error_copy (error));
}

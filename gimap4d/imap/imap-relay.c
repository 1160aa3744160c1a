/* Brings what happens in the I/O thread to the thread that a transporter was made in, as signals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-relay.h"

/* A script that never runs a main loop must not pay for every alert of its server. */
#define MAX_ALERTS 64
#define MAX_WAITING 1024

typedef struct
{
  ImapEvent event;
  char *text;    /* owned, nullable */
  GError *error; /* owned, nullable */
} Message;

/* Shared with the source that delivers. */
struct _ImapRelay
{
  gatomicrefcount ref_count;
  GWeakRef object;
  ImapRelayFunc func;
  GMainContext *context; /* owned */

  GMutex mutex;
  GQueue messages; /* of Message, owned; guarded by the mutex */
  GSource *source; /* owned, while it waits; guarded by the mutex */
};

static void
message_free (Message *message)
{
  g_free (message->text);
  g_clear_error (&message->error);
  g_free (message);
}

ImapRelay *
imap_relay_new (GObject *object, ImapRelayFunc func)
{
  ImapRelay *relay = g_new0 (ImapRelay, 1);

  g_atomic_ref_count_init (&relay->ref_count);
  g_weak_ref_init (&relay->object, object);
  g_mutex_init (&relay->mutex);
  g_queue_init (&relay->messages);
  relay->func = func;
  relay->context = g_main_context_ref_thread_default ();

  return relay;
}

static void
relay_unref (ImapRelay *relay)
{
  if (!g_atomic_ref_count_dec (&relay->ref_count))
    return;

  g_weak_ref_clear (&relay->object);
  g_queue_clear_full (&relay->messages, (GDestroyNotify) message_free);
  g_mutex_clear (&relay->mutex);
  g_main_context_unref (relay->context);
  g_free (relay);
}

/* Nobody is left to be told: where no main loop runs, what waits would wait for ever. */
void
imap_relay_free (ImapRelay *relay)
{
  GSource *source;

  g_mutex_lock (&relay->mutex);
  source = g_steal_pointer (&relay->source);
  g_mutex_unlock (&relay->mutex);
  if (source != NULL)
    {
      g_source_destroy (source);
      g_source_unref (source);
    }
  relay_unref (relay);
}

GObject *
imap_relay_ref_object (ImapRelay *relay)
{
  return g_weak_ref_get (&relay->object);
}

static gboolean
deliver_cb (gpointer data)
{
  ImapRelay *relay = data;
  g_autoptr (GObject) object = g_weak_ref_get (&relay->object);
  GQueue messages;
  Message *message;

  g_mutex_lock (&relay->mutex);
  messages = relay->messages;
  g_queue_init (&relay->messages);
  g_clear_pointer (&relay->source, g_source_unref);
  g_mutex_unlock (&relay->mutex);

  while ((message = g_queue_pop_head (&messages)) != NULL)
    {
      if (object != NULL)
        relay->func (object, message->event, message->text, message->error);
      message_free (message);
    }

  return G_SOURCE_REMOVE;
}

/* With the mutex held. */
static void
schedule (ImapRelay *relay)
{
  if (relay->source != NULL)
    return;

  g_atomic_ref_count_inc (&relay->ref_count);
  relay->source = g_idle_source_new ();
  g_source_set_priority (relay->source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (relay->source, "gimap4d signals");
  g_source_set_callback (relay->source, deliver_cb, relay, (GDestroyNotify) relay_unref);
  g_source_attach (relay->source, relay->context);
}

/* Alerts have less room, so that they never push out what says how the connection is. */
static gboolean
has_room (ImapRelay *relay, ImapEvent event)
{
  Message *last = g_queue_peek_tail (&relay->messages);

  if (event == IMAP_EVENT_FACTS_CHANGED && last != NULL && last->event == event)
    return FALSE;

  return relay->messages.length < (event == IMAP_EVENT_ALERT ? MAX_ALERTS : MAX_WAITING);
}

void
imap_relay_send (ImapRelay *relay, ImapEvent event, const char *text, const GError *error)
{
  g_mutex_lock (&relay->mutex);
  if (has_room (relay, event))
    {
      Message *message = g_new0 (Message, 1);

      message->event = event;
      message->text = g_strdup (text);
      message->error = error != NULL ? g_error_copy (error) : NULL;
      g_queue_push_tail (&relay->messages, message);
      schedule (relay);
    }
  g_mutex_unlock (&relay->mutex);
}

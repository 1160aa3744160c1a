/* What starting and stopping a notifier ask of a session.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-watch.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-read-box.h"

/* What a call to start the notifier brings. */
typedef struct
{
  const ImapWatchSink *sink;
  gpointer data; /* owned, nullable: taken by the watch */
  GDestroyNotify destroy;
  GNetworkMonitor *monitor; /* owned */
} WatchOrder;

static void
watch_order_free (gpointer data)
{
  WatchOrder *order = data;

  if (order->data != NULL)
    order->destroy (order->data);
  g_object_unref (order->monitor);
  g_free (order);
}

/* The box is read: from here on it is watched. Takes the map. */
static void
begin_cb (gpointer data, gpointer user_data, ImapMailMap *map, guint n_missing, const GError *error)
{
  ImapOperation *operation = data;
  WatchOrder *order = user_data;

  if (map != NULL)
    imap_watch_begin (operation->host_data, order->sink, g_steal_pointer (&order->data),
                      order->destroy, order->monitor, map, n_missing);
}

gpointer
imap_session_new_watch_operation (const ImapWatchSink *sink, gpointer data, GDestroyNotify destroy)
{
  WatchOrder *order = g_new0 (WatchOrder, 1);

  order->sink = sink;
  order->data = data;
  order->destroy = destroy;
  /* Here, in the caller's thread: finding it may take a while. */
  order->monitor = g_object_ref (g_network_monitor_get_default ());

  return imap_read_box_operation_new (NULL, begin_cb, order, watch_order_free);
}

typedef struct
{
  ImapOperation parent;

  gconstpointer data; /* to be compared only */
} UnwatchOperation;

static void
unwatch_start (ImapOperation *operation)
{
  imap_watch_end_for (operation->host_data, operation);
  imap_operation_return (operation, GINT_TO_POINTER (TRUE), NULL);
}

static const ImapOperationClass unwatch_class = {
  .size = sizeof (UnwatchOperation),
  .traits = IMAP_OPERATION_OFFLINE,
  .start = unwatch_start,
};

gboolean
imap_watch_is_end (const ImapOperation *operation)
{
  return operation->klass == &unwatch_class;
}

void
imap_watch_end_for (ImapSession *session, const ImapOperation *operation)
{
  const UnwatchOperation *self = (const UnwatchOperation *) operation;

  if (session->watch != NULL &&
      (!imap_watch_is_end (operation) || session->watch->data == self->data))
    imap_watch_end (session, NULL);
}

gpointer
imap_session_new_unwatch_operation (gconstpointer data)
{
  UnwatchOperation *self = imap_operation_new (&unwatch_class,
                                               g_strdup (_ ("stopping the notifier")));

  self->data = data;

  return self;
}

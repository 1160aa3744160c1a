/* Tells open pages of what happens in their boxes.
 *
 * Each box that is watched has a connection for that alone, which is kept for a while when nobody
 * looks any more: who turns pages comes again at once. When it is lost the pages are told by the end
 * of their streams; they ask anew, which opens it again or tells them that this does not work now.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-watch.h"

#include <string.h>

/* Connections that wait for news, and pages that one of them serves. */
#define MOST_BOXES 3
#define MOST_PAGES 100
/* For how long a box is watched although no page is open. */
#define REST_LIFE (60 * G_USEC_PER_SEC)
#define RETRY_MS 3000

/* Referenced by the list and by the handlers of signals, which may run while it is taken away. */
typedef struct
{
  ServeWatch *watch; /* unowned */
  char *box;
  GImapTransporter *transporter; /* owned */
  GPtrArray *streams;            /* (element-type GEventStream) owned */
  guint n_changes;
  gint64 last_use; /* monotonic µs */
  gboolean is_over;
} Watched;

struct _ServeWatch
{
  ServeMailbox *mailbox; /* unowned */
  guint32 run;           /* tells this start of the program from others */

  GMutex mutex;     /* guards what follows, and all of each box */
  GPtrArray *boxes; /* (element-type Watched) owned */
  guint n_changes;  /* of all boxes: what is said of two states of one is never the same */
};

static void
watched_clear (gpointer data)
{
  Watched *watched = data;

  g_ptr_array_unref (watched->streams);
  g_object_unref (watched->transporter);
  g_free (watched->box);
}

static void
watched_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, watched_clear);
}

static void
unref_closure (gpointer data, GClosure *closure)
{
  watched_unref (data);
}

static void
watched_end (gpointer data)
{
  Watched *watched = data;

  watched->is_over = TRUE;
  for (guint i = 0; i < watched->streams->len; i++)
    g_event_stream_close (g_ptr_array_index (watched->streams, i));
  g_signal_handlers_disconnect_by_data (g_imap_transporter_get_notifier (watched->transporter),
                                        watched);
  watched_unref (watched);
}

ServeWatch *
serve_watch_new (ServeMailbox *mailbox)
{
  ServeWatch *self = g_new0 (ServeWatch, 1);

  self->mailbox = mailbox;
  self->run = g_random_int ();
  self->boxes = g_ptr_array_new_with_free_func (watched_end);
  g_mutex_init (&self->mutex);

  return self;
}

void
serve_watch_free (ServeWatch *self)
{
  g_ptr_array_unref (self->boxes);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static Watched *
find_watched (ServeWatch *self, const char *box)
{
  for (guint i = 0; i < self->boxes->len; i++)
    {
      Watched *watched = g_ptr_array_index (self->boxes, i);

      if (strcmp (watched->box, box) == 0)
        return watched;
    }

  return NULL;
}

static char *
describe (ServeWatch *self, const Watched *watched)
{
  return g_strdup_printf ("%08x-%u", self->run, watched->n_changes);
}

/* What a page of the box, made now, has seen: it says so when it asks for events. */
char *
serve_watch_describe (ServeWatch *self, const char *box)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Watched *watched = find_watched (self, box);

  return watched != NULL ? describe (self, watched) : g_strdup ("none");
}

static void
remove_closed (Watched *watched)
{
  for (guint i = watched->streams->len; i > 0; i--)
    if (!g_event_stream_get_is_open (g_ptr_array_index (watched->streams, i - 1)))
      g_ptr_array_remove_index (watched->streams, i - 1);
}

static void
tell (ServeWatch *self, Watched *watched)
{
  g_autofree char *seen = describe (self, watched);

  remove_closed (watched);
  for (guint i = 0; i < watched->streams->len; i++)
    g_event_stream_send (g_ptr_array_index (watched->streams, i), "", "mails", seen, NULL);
}

/* In the context of the server, as all signals of the notifiers. */
static void
changed (Watched *watched)
{
  ServeWatch *self = watched->watch;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (watched->is_over)
    return;
  serve_mailbox_forget_boxes (self->mailbox);
  watched->n_changes = ++self->n_changes;
  tell (self, watched);
}

static void
mails_cb (GImapNotifier *notifier, GImapMessageSet *ids, guint n_mails, gpointer data)
{
  changed (data);
}

static void
deleted_cb (GImapNotifier *notifier, GImapMessageSet *ids, gpointer data)
{
  changed (data);
}

static void
flags_cb (GImapNotifier *notifier, GImapMessageSet *ids, GStrv keywords, gpointer data)
{
  changed (data);
}

/* Also when the library would open it again: until it has, and if it never has, pages would be shown as
 * if they were up to date. */
static void
error_cb (GImapNotifier *notifier, const GError *error, gpointer data)
{
  Watched *watched = data;
  ServeWatch *self = watched->watch;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (watched->is_over)
    return;
  serve_mailbox_forget_boxes (self->mailbox);
  g_ptr_array_remove (self->boxes, watched);
}

static void
make_room (ServeWatch *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = self->boxes->len; i > 0; i--)
    {
      Watched *watched = g_ptr_array_index (self->boxes, i - 1);

      remove_closed (watched);
      if (watched->streams->len > 0)
        watched->last_use = now;
      else if (self->boxes->len >= MOST_BOXES || now - watched->last_use > REST_LIFE)
        g_ptr_array_remove_index (self->boxes, i - 1);
    }
}

static GImapTransporter *
start (ServeWatch *self, const char *box, GCancellable *cancellable, GError **error)
{
  g_autoptr (GImapTransporter) transporter = serve_mailbox_connect (self->mailbox, error);
  g_autoptr (GImapBoxInfo) info = NULL;

  if (transporter == NULL)
    return NULL;

  info = g_imap_transporter_select_box (transporter, box, G_IMAP_BOX_STATE_READ_ONLY, cancellable,
                                        error);
  if (info == NULL ||
      !g_imap_notifier_start (g_imap_transporter_get_notifier (transporter), cancellable, error))
    return NULL;

  return g_steal_pointer (&transporter);
}

static void
follow (Watched *watched, const char *signal, GCallback callback)
{
  g_signal_connect_data (g_imap_transporter_get_notifier (watched->transporter), signal, callback,
                         g_atomic_rc_box_acquire (watched), unref_closure, 0);
}

static Watched *
add_watched (ServeWatch *self, const char *box, GImapTransporter *transporter)
{
  Watched *watched = g_atomic_rc_box_new0 (Watched);

  watched->watch = self;
  watched->box = g_strdup (box);
  watched->transporter = g_object_ref (transporter);
  watched->streams = g_ptr_array_new_with_free_func (g_object_unref);
  follow (watched, "mail-created", G_CALLBACK (mails_cb));
  follow (watched, "mail-deleted", G_CALLBACK (deleted_cb));
  follow (watched, "flags-modified", G_CALLBACK (flags_cb));
  follow (watched, "error", G_CALLBACK (error_cb));
  watched->n_changes = ++self->n_changes;
  g_ptr_array_add (self->boxes, watched);

  return watched;
}

static gboolean
is_watched (ServeWatch *self, const char *box, gboolean *out_has_room)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean is_there = FALSE;

  is_there = find_watched (self, box) != NULL;
  if (!is_there)
    make_room (self);
  *out_has_room = self->boxes->len < MOST_BOXES;

  return is_there;
}

static GEventStream *
add_stream (ServeWatch *self, Watched *watched, GIncomingMessage *request, const char *seen)
{
  g_autoptr (GEventStream) stream = g_event_stream_new (request);
  const char *last_event_id = g_event_stream_get_last_event_id (stream);
  g_autofree char *now = describe (self, watched);

  remove_closed (watched);
  if (watched->streams->len >= MOST_PAGES)
    return NULL;
  g_event_stream_send_retry (stream, RETRY_MS, NULL);
  /* Something may have happened after the page was made. */
  if (g_strcmp0 (last_event_id != NULL ? last_event_id : seen, now) != 0)
    g_event_stream_send (stream, "", "mails", now, NULL);
  g_ptr_array_add (watched->streams, g_object_ref (stream));
  watched->last_use = g_get_monotonic_time ();

  return g_steal_pointer (&stream);
}

/* NULL without an error when there are too many pages already: this one does without. */
GEventStream *
serve_watch_open (
    ServeWatch *self, const char *box, GIncomingMessage *request, const char *seen, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GMutexLocker) locker = NULL;
  gboolean has_room = FALSE;
  Watched *watched = NULL;

  if (!is_watched (self, box, &has_room))
    {
      if (!has_room)
        return NULL;
      transporter = start (self, box, g_incoming_message_get_cancellable (request), error);
      if (transporter == NULL)
        return NULL;
    }

  locker = g_mutex_locker_new (&self->mutex);
  watched = find_watched (self, box);
  if (watched == NULL && transporter != NULL)
    watched = add_watched (self, box, transporter);

  return watched != NULL ? add_stream (self, watched, request, seen) : NULL;
}

/* The mailbox of one user: its connections, shared by the requests of all browsers.
 *
 * A connection has one selected box. So each box that is read has one of its own, opened for
 * reading only, as long as there are not too many. One more lists the boxes; it selects none, as
 * servers need not tell the truth about the state of a box that is selected (RFC 9051, 6.3.11). And
 * one changes flags, once there is something to change.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-mailbox.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"

/* Servers limit the connections of one user, to 10 or 15 as a rule. */
#define MOST_READERS 3
/* A list of the boxes is good for this long, unless something is known to have changed. */
#define LIST_LIFE (5 * G_USEC_PER_SEC)

typedef struct
{
  char *box;
  GImapTransporter *transporter; /* owned */
} Reader;

struct _ServeMailbox
{
  ServeConnectFunc connect;
  gpointer data;
  GImapTransporter *lister; /* owned */

  GMutex listing; /* held while the boxes are listed: who comes meanwhile gets the same list */

  GMutex changing;          /* guards the writer, and the box that it has selected */
  GImapTransporter *writer; /* owned, nullable */

  GMutex mutex;      /* guards what follows */
  GQueue readers;    /* (element-type Reader) owned, the one used last at the head */
  GPtrArray *boxes;  /* (element-type PageBox) (nullable) owned; never changed */
  gint64 boxes_time; /* monotonic µs */
};

ServeMailbox *
serve_mailbox_new (GImapTransporter *lister, ServeConnectFunc connect, gpointer data)
{
  ServeMailbox *self = g_new0 (ServeMailbox, 1);

  self->connect = connect;
  self->data = data;
  self->lister = g_object_ref (lister);
  g_mutex_init (&self->listing);
  g_mutex_init (&self->changing);
  g_mutex_init (&self->mutex);
  g_queue_init (&self->readers);

  return self;
}

static void
reader_free (gpointer data)
{
  Reader *reader = data;

  g_object_unref (reader->transporter);
  g_free (reader->box);
  g_free (reader);
}

void
serve_mailbox_free (ServeMailbox *self)
{
  g_queue_clear_full (&self->readers, reader_free);
  g_clear_pointer (&self->boxes, g_ptr_array_unref);
  g_clear_object (&self->lister);
  g_clear_object (&self->writer);
  g_mutex_clear (&self->listing);
  g_mutex_clear (&self->changing);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

GImapTransporter *
serve_mailbox_connect (ServeMailbox *self, GError **error)
{
  return self->connect (self->data, error);
}

static GPtrArray *
find_fresh_boxes (ServeMailbox *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->boxes == NULL || g_get_monotonic_time () - self->boxes_time > LIST_LIFE)
    return NULL;

  return g_ptr_array_ref (self->boxes);
}

static GPtrArray *
take_boxes (GListModel *list)
{
  GPtrArray *boxes = g_ptr_array_new_with_free_func ((GDestroyNotify) page_box_free);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GImapBox) box = g_list_model_get_item (list, i);

      g_ptr_array_add (boxes, page_box_new (box));
    }
  g_ptr_array_sort (boxes, page_box_compare);

  return boxes;
}

static void
keep_boxes (ServeMailbox *self, GPtrArray *boxes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_clear_pointer (&self->boxes, g_ptr_array_unref);
  self->boxes = g_ptr_array_ref (boxes);
  self->boxes_time = g_get_monotonic_time ();
}

/* All boxes, in the order in which they are shown; for reading only. */
GPtrArray *
serve_mailbox_list_boxes (ServeMailbox *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->listing);
  GPtrArray *boxes = find_fresh_boxes (self);
  g_autoptr (GListModel) list = NULL;

  if (boxes != NULL)
    return boxes;

  list = g_imap_transporter_get_box_list (self->lister, G_IMAP_BOX_LIST_WITH_STATUS, cancellable,
                                          error);
  if (list == NULL)
    return NULL;

  boxes = take_boxes (list);
  keep_boxes (self, boxes);

  return boxes;
}

/* The counts have changed. May be called from any thread. */
void
serve_mailbox_forget_boxes (ServeMailbox *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_clear_pointer (&self->boxes, g_ptr_array_unref);
}

static GList *
find_reader (ServeMailbox *self, const char *box)
{
  for (GList *link = self->readers.head; link != NULL; link = link->next)
    if (strcmp (((Reader *) link->data)->box, box) == 0)
      return link;

  return NULL;
}

/* What is still being read over a connection that makes room goes on: it holds the transporter. */
static GImapTransporter *
add_reader (ServeMailbox *self, const char *box, GError **error)
{
  g_autoptr (GImapTransporter) transporter = self->connect (self->data, error);
  Reader *reader = NULL;

  if (transporter == NULL)
    return NULL;

  reader = g_new0 (Reader, 1);
  reader->box = g_strdup (box);
  reader->transporter = g_object_ref (transporter);
  while (self->readers.length >= MOST_READERS)
    reader_free (g_queue_pop_tail (&self->readers));
  g_queue_push_head (&self->readers, reader);

  return g_steal_pointer (&transporter);
}

static GImapTransporter *
take_reader (ServeMailbox *self, const char *box, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GList *link = find_reader (self, box);

  if (link == NULL)
    return add_reader (self, box, error);

  g_queue_unlink (&self->readers, link);
  g_queue_push_head_link (&self->readers, link);

  return g_object_ref (((Reader *) link->data)->transporter);
}

static void
drop_reader (ServeMailbox *self, const char *box)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GList *link = find_reader (self, box);

  if (link == NULL)
    return;

  reader_free (link->data);
  g_queue_delete_link (&self->readers, link);
}

/* The box is selected anew each time: it tells how many mails there are now, and whether ids of
 * earlier pages still mean the same mails. */
GImapTransporter *
serve_mailbox_open_box (ServeMailbox *self,
                        const char *box,
                        GImapBoxInfo **out_info,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (GImapTransporter) transporter = take_reader (self, box, error);
  g_autoptr (GImapBoxInfo) info = NULL;

  if (transporter == NULL)
    return NULL;

  info = g_imap_transporter_select_box (transporter, box, G_IMAP_BOX_STATE_READ_ONLY, cancellable,
                                        error);
  if (info == NULL)
    {
      drop_reader (self, box);
      return NULL;
    }

  *out_info = g_steal_pointer (&info);

  return g_steal_pointer (&transporter);
}

static gboolean
change_flag (GImapTransporter *transporter,
             const ServeChange *change,
             GCancellable *cancellable,
             GError **error)
{
  const char *keywords[] = { change->keyword, NULL };
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_single (change->id, error);

  if (ids == NULL)
    return FALSE;

  return change->is_set ?
             g_imap_transporter_add_flags (transporter, ids, keywords, cancellable, error) :
             g_imap_transporter_remove_flags (transporter, ids, keywords, cancellable, error);
}

gboolean
serve_mailbox_change (ServeMailbox *self,
                      const ServeChange *change,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->changing);
  g_autoptr (GImapBoxInfo) info = NULL;

  if (self->writer == NULL)
    self->writer = self->connect (self->data, error);
  if (self->writer == NULL)
    return FALSE;

  info = g_imap_transporter_select_box (self->writer, change->box, G_IMAP_BOX_STATE_WRITABLE,
                                        cancellable, error);
  if (info == NULL)
    return FALSE;
  if (g_imap_box_info_get_uid_validity (info) != change->uid_validity)
    {
      g_set_error_literal (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED,
                           _ ("The box was made anew since the page was shown."));
      return FALSE;
    }
  if (!change_flag (self->writer, change, cancellable, error))
    return FALSE;

  serve_mailbox_forget_boxes (self);

  return TRUE;
}

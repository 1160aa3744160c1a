/* The mails below one as a list of objects that are made when somebody asks for them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-thread-private.h"

struct _ImapThreadList
{
  GObject parent_instance;

  ImapThreadTree *tree; /* owned */
  GArray *nodes;        /* owned: of guint */

  GMutex mutex;
  GPtrArray *threads; /* owned: of GImapThread, NULL until asked for; guarded by the mutex */
};

static void imap_thread_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ImapThreadList,
                               imap_thread_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      imap_thread_list_model_init))

static void
unref_thread (gpointer data)
{
  if (data != NULL)
    g_object_unref (data);
}

static void
imap_thread_list_init (ImapThreadList *self)
{
  g_mutex_init (&self->mutex);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (guint));
  self->threads = g_ptr_array_new_with_free_func (unref_thread);
}

static void
imap_thread_list_finalize (GObject *object)
{
  ImapThreadList *self = IMAP_THREAD_LIST (object);

  g_ptr_array_unref (self->threads);
  g_array_unref (self->nodes);
  imap_thread_tree_unref (self->tree);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (imap_thread_list_parent_class)->finalize (object);
}

static void
imap_thread_list_class_init (ImapThreadListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = imap_thread_list_finalize;
}

static GType
imap_thread_list_get_item_type (GListModel *model)
{
  return G_TYPE_IMAP_THREAD;
}

static guint
imap_thread_list_get_n_items (GListModel *model)
{
  return IMAP_THREAD_LIST (model)->nodes->len;
}

static gpointer
imap_thread_list_get_item (GListModel *model, guint position)
{
  ImapThreadList *self = IMAP_THREAD_LIST (model);
  GImapThread *thread;

  if (position >= self->nodes->len)
    return NULL;

  g_mutex_lock (&self->mutex);
  thread = g_ptr_array_index (self->threads, position);
  if (thread == NULL)
    {
      thread = imap_thread_new (self->tree, g_array_index (self->nodes, guint, position));
      g_ptr_array_index (self->threads, position) = thread;
    }
  g_object_ref (thread);
  g_mutex_unlock (&self->mutex);

  return thread;
}

static void
imap_thread_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = imap_thread_list_get_item_type;
  iface->get_n_items = imap_thread_list_get_n_items;
  iface->get_item = imap_thread_list_get_item;
}

GListModel *
imap_thread_list_new (ImapThreadTree *tree, guint node)
{
  ImapThreadList *self = g_object_new (IMAP_TYPE_THREAD_LIST, NULL);

  self->tree = imap_thread_tree_ref (tree);
  for (guint child = imap_thread_tree_get_first_child (tree, node); child != 0;
       child = imap_thread_tree_get_next_sibling (tree, child))
    g_array_append_val (self->nodes, child);
  g_ptr_array_set_size (self->threads, self->nodes->len);

  return G_LIST_MODEL (self);
}

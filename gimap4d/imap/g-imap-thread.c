/* A mail with those that answer it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-thread.h"

#include "gimap4d/imap/imap-thread-private.h"

/**
 * SECTION:g-imap-thread
 * @Title: GImapThread
 * @Short_description: a mail with those that answer it
 *
 * #GImapThread is one mail in the tree that g_imap_transporter_thread() returns: its id, and the
 * mails below it as a #GListModel, which goes into a GtkTreeListModel as it is. The objects are made
 * when somebody asks for them. Immutable; may be used from any thread.
 *
 * |[<!-- language="Python" -->
 * def show(threads, depth=0):
 *     for thread in threads:
 *         print("  " * depth, thread.id or "(a mail that is not there)")
 *         show(thread.children or (), depth + 1)
 *
 * show(transporter.thread())
 * ]|
 */

/**
 * GImapThread:
 *
 * A mail with those that answer it.
 *
 * Since: 1.0
 */
struct _GImapThread
{
  GObject parent_instance;

  ImapThreadTree *tree; /* owned */
  guint node;
  char *id;             /* owned, nullable */
  GListModel *children; /* owned, nullable */
};

G_DEFINE_FINAL_TYPE (GImapThread, g_imap_thread, G_TYPE_OBJECT)

enum
{
  PROP_ID = 1,
  PROP_CHILDREN,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
g_imap_thread_init (GImapThread *self)
{
}

static void
g_imap_thread_finalize (GObject *object)
{
  GImapThread *self = G_IMAP_THREAD (object);

  g_clear_object (&self->children);
  imap_thread_tree_unref (self->tree);
  g_free (self->id);

  G_OBJECT_CLASS (g_imap_thread_parent_class)->finalize (object);
}

static void
g_imap_thread_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  GImapThread *self = G_IMAP_THREAD (object);

  switch (property_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_CHILDREN:
      g_value_set_object (value, self->children);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
g_imap_thread_class_init (GImapThreadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_thread_finalize;
  object_class->get_property = g_imap_thread_get_property;

  /**
   * GImapThread:id:
   *
   * The id of the mail, %NULL for one that others answer and that was not found.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", "Id", "The id of the mail", NULL,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapThread:children:
   *
   * The mails below this one, of #GImapThread; %NULL when there is none.
   *
   * Since: 1.0
   */
  properties[PROP_CHILDREN] = g_param_spec_object ("children", "Children",
                                                   "The mails below this one", G_TYPE_LIST_MODEL,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

GImapThread *
imap_thread_new (ImapThreadTree *tree, guint node)
{
  GImapThread *self = g_object_new (G_TYPE_IMAP_THREAD, NULL);
  guint32 uid = imap_thread_tree_get_uid (tree, node);

  self->tree = imap_thread_tree_ref (tree);
  self->node = node;
  if (uid != 0)
    self->id = g_strdup_printf ("%u", uid);
  if (imap_thread_tree_get_first_child (tree, node) != 0)
    self->children = imap_thread_list_new (tree, node);

  return self;
}

/**
 * g_imap_thread_get_id:
 * @self: a thread
 *
 * Gets #GImapThread:id.
 *
 * Returns: (nullable): the id of the mail; %NULL when it is not there
 *
 * Since: 1.0
 */
const char *
g_imap_thread_get_id (GImapThread *self)
{
  g_return_val_if_fail (G_IS_IMAP_THREAD (self), NULL);

  return self->id;
}

/**
 * g_imap_thread_get_children:
 * @self: a thread
 *
 * Gets #GImapThread:children.
 *
 * Returns: (transfer none) (nullable): the mails below this one; %NULL when there is none
 *
 * Since: 1.0
 */
GListModel *
g_imap_thread_get_children (GImapThread *self)
{
  g_return_val_if_fail (G_IS_IMAP_THREAD (self), NULL);

  return self->children;
}

/**
 * g_imap_thread_dup_ids:
 * @self: a thread
 *
 * The ids of this mail and of all below it, each before those that answer it.
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids
 *
 * Since: 1.0
 */
char **
g_imap_thread_dup_ids (GImapThread *self)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));
  guint node;

  g_return_val_if_fail (G_IS_IMAP_THREAD (self), NULL);

  g_array_append_val (stack, self->node);
  while (stack->len > 0)
    {
      guint32 uid;

      node = g_array_index (stack, guint, stack->len - 1);
      g_array_set_size (stack, stack->len - 1);
      uid = imap_thread_tree_get_uid (self->tree, node);
      if (uid != 0)
        {
          g_autofree char *id = g_strdup_printf ("%u", uid);

          g_strv_builder_add (ids, id);
        }
      /* What comes next beside it waits below what comes next under it. */
      if (node != self->node)
        {
          guint next = imap_thread_tree_get_next_sibling (self->tree, node);

          if (next != 0)
            g_array_append_val (stack, next);
        }
      node = imap_thread_tree_get_first_child (self->tree, node);
      if (node != 0)
        g_array_append_val (stack, node);
    }

  return g_strv_builder_end (ids);
}

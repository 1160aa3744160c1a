/* A list model that never changes: what a received mail hands out.
 *
 * A GListStore would do, but a list of one sender costs ten times as much with it, and can be changed
 * by anybody.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-list.h"

#define EMAIL_TYPE_LIST (email_list_get_type ())
G_DECLARE_FINAL_TYPE (EmailList, email_list, EMAIL, LIST, GObject)

struct _EmailList
{
  GObject parent;

  GType type;
  GPtrArray *objects; /* owned */
};

static GType
email_list_get_item_type (GListModel *model)
{
  return EMAIL_LIST (model)->type;
}

static guint
email_list_get_n_items (GListModel *model)
{
  return EMAIL_LIST (model)->objects->len;
}

static gpointer
email_list_get_item (GListModel *model, guint position)
{
  EmailList *self = EMAIL_LIST (model);

  return position < self->objects->len ? g_object_ref (self->objects->pdata[position]) : NULL;
}

static void
email_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = email_list_get_item_type;
  iface->get_n_items = email_list_get_n_items;
  iface->get_item = email_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (EmailList,
                               email_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, email_list_model_init))

static void
email_list_finalize (GObject *object)
{
  g_ptr_array_unref (EMAIL_LIST (object)->objects);

  G_OBJECT_CLASS (email_list_parent_class)->finalize (object);
}

static void
email_list_class_init (EmailListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = email_list_finalize;
}

static void
email_list_init (EmailList *self)
{
}

GListModel *
email_list_new (GType type, GPtrArray *objects)
{
  EmailList *self = g_object_new (EMAIL_TYPE_LIST, NULL);

  self->type = type;
  self->objects = g_ptr_array_ref (objects);

  return G_LIST_MODEL (self);
}

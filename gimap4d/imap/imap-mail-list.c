/* A list of fetched mails whose items are made when somebody asks for them.
 *
 * A hundred thousand mails are one array of places in what the server sent; an object is made for
 * those that are looked at, and stays the same one as long as somebody holds it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-mails-private.h"

#include "gimap4d/imap/imap-mail-source.h"

struct _ImapMailList
{
  GObject parent_instance;

  ImapMailOrigin *origin; /* owned */
};

static void imap_mail_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ImapMailList,
                               imap_mail_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, imap_mail_list_model_init))

static void
imap_mail_list_init (ImapMailList *self)
{
}

static void
imap_mail_list_finalize (GObject *object)
{
  imap_mail_origin_unref (IMAP_MAIL_LIST (object)->origin);

  G_OBJECT_CLASS (imap_mail_list_parent_class)->finalize (object);
}

static void
imap_mail_list_class_init (ImapMailListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = imap_mail_list_finalize;
}

static GType
imap_mail_list_get_item_type (GListModel *model)
{
  return G_TYPE_EMAIL;
}

static guint
imap_mail_list_get_n_items (GListModel *model)
{
  return IMAP_MAIL_LIST (model)->origin->fetched->fetches->len;
}

static gpointer
imap_mail_list_get_item (GListModel *model, guint position)
{
  ImapMailList *self = IMAP_MAIL_LIST (model);

  if (position >= self->origin->fetched->fetches->len)
    return NULL;

  return imap_mail_origin_get_mail (self->origin, position);
}

static void
imap_mail_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = imap_mail_list_get_item_type;
  iface->get_n_items = imap_mail_list_get_n_items;
  iface->get_item = imap_mail_list_get_item;
}

ImapMailList *
imap_mail_list_new (ImapFetched *fetched, GImapTransporter *transporter)
{
  ImapMailList *self = g_object_new (IMAP_TYPE_MAIL_LIST, NULL);

  self->origin = imap_mail_origin_new (fetched, transporter);

  return self;
}

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
#include "gimap4d/mail/email-private.h"

struct _ImapMailList
{
  GObject parent_instance;

  ImapFetched *fetched; /* owned */
  GWeakRef transporter;

  GMutex mutex;
  GWeakRef *items; /* owned: one for each mail; guarded by the mutex */
};

static void imap_mail_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ImapMailList,
                               imap_mail_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, imap_mail_list_model_init))

static void
imap_mail_list_init (ImapMailList *self)
{
  g_mutex_init (&self->mutex);
}

static void
imap_mail_list_finalize (GObject *object)
{
  ImapMailList *self = IMAP_MAIL_LIST (object);

  for (guint i = 0; i < self->fetched->fetches->len; i++)
    g_weak_ref_clear (&self->items[i]);
  g_free (self->items);
  g_weak_ref_clear (&self->transporter);
  imap_fetched_unref (self->fetched);
  g_mutex_clear (&self->mutex);

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
  return IMAP_MAIL_LIST (model)->fetched->fetches->len;
}

static GEmail *
make_mail (ImapMailList *self, guint position)
{
  g_autoptr (GImapTransporter) transporter = g_weak_ref_get (&self->transporter);
  g_autoptr (EmailSource) source = imap_mail_source_new (self->fetched, position, transporter);

  return email_new_received (source);
}

static gpointer
imap_mail_list_get_item (GListModel *model, guint position)
{
  ImapMailList *self = IMAP_MAIL_LIST (model);
  GEmail *mail;

  if (position >= self->fetched->fetches->len)
    return NULL;

  g_mutex_lock (&self->mutex);
  mail = g_weak_ref_get (&self->items[position]);
  if (mail == NULL)
    {
      mail = make_mail (self, position);
      g_weak_ref_set (&self->items[position], mail);
    }
  g_mutex_unlock (&self->mutex);

  return mail;
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

  self->fetched = imap_fetched_ref (fetched);
  g_weak_ref_init (&self->transporter, transporter);
  /* A weak reference that was never set is all zero. */
  self->items = g_new0 (GWeakRef, fetched->fetches->len);

  return self;
}

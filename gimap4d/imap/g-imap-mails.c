/* What get_mails gives: mails, and the ids that there is nothing for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-mails.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/imap-mails-private.h"

/**
 * SECTION:g-imap-mails
 * @Title: GImapMails
 * @Short_description: the result of getting several mails
 *
 * #GImapMails holds what g_imap_transporter_get_mails() found: the mails as a #GListModel, in the
 * order of the box, and the ids that no mail has. The mails are made when somebody asks for
 * them, so that a long list costs little. Immutable; may be used from any thread.
 *
 * |[<!-- language="C" -->
 * GListModel *list = g_imap_mails_get_list (mails);
 *
 * for (guint i = 0; i < g_list_model_get_n_items (list); i++)
 *   {
 *     g_autoptr (GEmail) mail = g_list_model_get_item (list, i);
 *
 *     g_print ("%s\n", g_email_get_subject (mail));
 *   }
 * ]|
 *
 * 4D: the object that `getMails` returns.
 */

/**
 * GImapMails:
 *
 * Mails, and the ids that there is nothing for.
 *
 * Since: 1.0
 */
struct _GImapMails
{
  GObject parent_instance;

  GListModel *list; /* owned */
  GStrv not_found;  /* owned */
  GStrv failed;     /* owned */
};

G_DEFINE_FINAL_TYPE (GImapMails, g_imap_mails, G_TYPE_OBJECT)

enum
{
  PROP_LIST = 1,
  PROP_NOT_FOUND,
  PROP_FAILED,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
g_imap_mails_init (GImapMails *self)
{
}

static void
g_imap_mails_finalize (GObject *object)
{
  GImapMails *self = G_IMAP_MAILS (object);

  g_clear_object (&self->list);
  g_strfreev (self->not_found);
  g_strfreev (self->failed);

  G_OBJECT_CLASS (g_imap_mails_parent_class)->finalize (object);
}

static void
g_imap_mails_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  GImapMails *self = G_IMAP_MAILS (object);

  switch (property_id)
    {
    case PROP_LIST:
      g_value_set_object (value, self->list);
      break;
    case PROP_NOT_FOUND:
      g_value_set_boxed (value, self->not_found);
      break;
    case PROP_FAILED:
      g_value_set_boxed (value, self->failed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
g_imap_mails_class_init (GImapMailsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_mails_finalize;
  object_class->get_property = g_imap_mails_get_property;

  /**
   * GImapMails:list:
   *
   * The mails, in the order of the box.
   *
   * Since: 1.0
   */
  properties[PROP_LIST] = g_param_spec_object ("list", "List", "The mails", G_TYPE_LIST_MODEL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapMails:not-found:
   *
   * The ids that were asked for one by one and that no mail has.
   *
   * Since: 1.0
   */
  properties[PROP_NOT_FOUND] = g_param_spec_boxed ("not-found", "Not found",
                                                   "The ids that no mail has", G_TYPE_STRV,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapMails:failed:
   *
   * The ids of mails that are there and that the server could not give: it refused each of them
   * alone, and gave the others.
   *
   * Since: 1.0
   */
  properties[PROP_FAILED] = g_param_spec_boxed (
      "failed", "Failed", "The ids of mails that the server cannot give", G_TYPE_STRV,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

/* A range that holds few of its ids is no reason to write down millions of them. */
static GStrv
list_ids (ImapUidSet *uids)
{
  guint size = MIN (imap_uid_set_get_size (uids), IMAP_LIMIT_RANGES);
  GStrv ids = g_new0 (char *, size + 1);

  for (guint i = 0; i < size; i++)
    ids[i] = g_strdup_printf ("%u", imap_uid_set_get_id (uids, i));

  return ids;
}

GImapMails *
imap_mails_new (ImapFetched *fetched, GImapTransporter *transporter)
{
  GImapMails *self = g_object_new (G_TYPE_IMAP_MAILS, NULL);

  self->list = G_LIST_MODEL (imap_mail_list_new (fetched, transporter));
  self->not_found = list_ids (fetched->missing);
  self->failed = fetched->failed != NULL ? list_ids (fetched->failed) : g_new0 (char *, 1);

  return self;
}

/**
 * g_imap_mails_get_list:
 * @self: the mails
 *
 * Gets #GImapMails:list, of #GEmail.
 *
 * Returns: (transfer none): the mails, in the order of the box
 *
 * Since: 1.0
 */
GListModel *
g_imap_mails_get_list (GImapMails *self)
{
  g_return_val_if_fail (G_IS_IMAP_MAILS (self), NULL);

  return self->list;
}

/**
 * g_imap_mails_get_not_found:
 * @self: the mails
 *
 * Gets #GImapMails:not-found.
 *
 * Returns: (transfer none) (array zero-terminated=1): the ids that no mail has
 *
 * Since: 1.0
 */
const char *const *
g_imap_mails_get_not_found (GImapMails *self)
{
  g_return_val_if_fail (G_IS_IMAP_MAILS (self), NULL);

  return (const char *const *) self->not_found;
}

/**
 * g_imap_mails_get_failed:
 * @self: the mails
 *
 * Gets #GImapMails:failed.
 *
 * Returns: (transfer none) (array zero-terminated=1): the ids of mails that the server cannot give
 *
 * Since: 1.0
 */
const char *const *
g_imap_mails_get_failed (GImapMails *self)
{
  g_return_val_if_fail (G_IS_IMAP_MAILS (self), NULL);

  return (const char *const *) self->failed;
}

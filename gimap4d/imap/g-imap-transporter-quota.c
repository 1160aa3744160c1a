/* How much may be stored.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/imap/command/imap-quota.h"
#include "gimap4d/imap/imap-quota-private.h"
#include "gimap4d/imap/imap-transporter-private.h"

static gpointer
make_quota (const char *name, GError **error)
{
  if (name != NULL && !imap_transporter_check_box_name (name, error))
    return NULL;

  return imap_quota_operation_new (name);
}

/* Takes what came. */
static GListModel *
to_quotas (gpointer result)
{
  g_autoptr (GPtrArray) items = result;
  GListStore *quotas;

  if (items == NULL)
    return NULL;

  quotas = g_list_store_new (G_TYPE_IMAP_QUOTA);
  for (guint i = 0; i < items->len; i++)
    {
      const ImapQuotaItem *item = g_ptr_array_index (items, i);
      g_autoptr (GImapQuota)
          quota = imap_quota_new (item->root, item->resource, item->usage, item->limit);

      g_list_store_append (quotas, quota);
    }

  return G_LIST_MODEL (quotas);
}

/**
 * g_imap_transporter_get_quota:
 * @self: a transporter
 * @name: (nullable): name of a box; %NULL for the selected one, or INBOX when none is
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Asks for the limits that a box is under (RFC 9208): how much there may be, and is. Opens the
 * connection when there is none.
 *
 * Fails with %G_IMAP_ERROR_UNSUPPORTED when the server knows no quotas.
 *
 * Returns: (transfer full): the limits, of #GImapQuota, none when there is none, or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
GListModel *
g_imap_transporter_get_quota (GImapTransporter *self,
                              const char *name,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_quotas (imap_transporter_call (self, make_quota (name, error), cancellable, error));
}

/**
 * g_imap_transporter_get_quota_async:
 * @self: a transporter
 * @name: (nullable): name of a box; %NULL for the selected one, or INBOX when none is
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_quota(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_quota_async (GImapTransporter *self,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  operation = make_quota (name, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_get_quota_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_get_quota_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_quota_async(); see g_imap_transporter_get_quota().
 *
 * Returns: (transfer full): the limits, of #GImapQuota, none when there is none, or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
GListModel *
g_imap_transporter_get_quota_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_quotas (
      imap_transporter_call_finish (self, result, g_imap_transporter_get_quota_async, error));
}

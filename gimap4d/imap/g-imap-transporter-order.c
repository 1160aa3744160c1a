/* Mails in an order, and as threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/imap/imap-mail-order.h"
#include "gimap4d/imap/imap-search-private.h"
#include "gimap4d/imap/imap-thread-private.h"
#include "gimap4d/imap/imap-transporter-private.h"

/* The ids in the search are of a box. NULL and an error when they are of several. */
static ImapCriteria *
get_criteria (GImapSearch *search, const char **out_box, guint32 *out_uid_validity, GError **error)
{
  *out_box = NULL;
  *out_uid_validity = 0;
  if (search == NULL)
    return imap_criteria_new_all ();
  if (!imap_search_get_box (search, out_box, out_uid_validity, error))
    return NULL;

  return imap_criteria_ref (imap_search_get_criteria (search));
}

static gpointer
make_sort (const char *order, GImapSearch *search, GError **error)
{
  const char *box;
  guint32 uid_validity;
  g_autoptr (ImapCriteria) criteria = get_criteria (search, &box, &uid_validity, error);
  GArray *keys = criteria != NULL ? imap_sort_keys_parse (order, error) : NULL;
  ImapOperation *operation;

  if (keys == NULL)
    return NULL;
  operation = imap_sort_operation_new (keys, criteria);
  operation->box = g_strdup (box);
  operation->uid_validity = uid_validity;

  return operation;
}

static gpointer
make_thread (GImapThreading threading, GImapSearch *search, GError **error)
{
  const char *box;
  guint32 uid_validity;
  g_autoptr (ImapCriteria) criteria = get_criteria (search, &box, &uid_validity, error);
  ImapOperation *operation;

  if (criteria == NULL)
    return NULL;
  operation = imap_thread_operation_new (threading == G_IMAP_THREADING_ORDERED_SUBJECT ?
                                             IMAP_THREAD_ORDEREDSUBJECT :
                                             IMAP_THREAD_REFERENCES,
                                         criteria);
  operation->box = g_strdup (box);
  operation->uid_validity = uid_validity;

  return operation;
}

/* Takes what came. */
static char **
to_ids (gpointer result)
{
  g_autoptr (ImapSorted) sorted = result;
  g_autoptr (GArray) uids = NULL;
  char **ids;

  if (sorted == NULL)
    return NULL;

  uids = sorted->uids != NULL ? g_array_ref (sorted->uids) :
                                imap_mail_order_sort (sorted->fetches, sorted->keys);
  ids = g_new (char *, uids->len + 1);
  for (guint i = 0; i < uids->len; i++)
    ids[i] = g_strdup_printf ("%u", g_array_index (uids, guint32, i));
  ids[uids->len] = NULL;

  return ids;
}

/* Takes what came. */
static GListModel *
to_threads (gpointer result)
{
  g_autoptr (ImapThreaded) threaded = result;

  if (threaded == NULL)
    return NULL;
  if (threaded->tree == NULL)
    threaded->tree = imap_mail_order_thread (threaded->fetches, threaded->algorithm);

  return imap_thread_list_new (threaded->tree, 0);
}

/**
 * g_imap_transporter_sort:
 * @self: a transporter
 * @order: by what, the most important first: "SUBJECT REVERSE DATE"
 * @search: (nullable): which mails; %NULL for all of the box
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Puts mails of the selected box in order. Opens the connection when there is none, and selects the
 * last selected box again.
 *
 * @order names one key or more (RFC 5256, RFC 5957): `ARRIVAL` is when the server got the mail,
 * `DATE` when it was sent, `SIZE`, `SUBJECT` without "Re:" and its like, `FROM`, `TO` and `CC` the
 * part of the first address before the "@", `DISPLAYFROM` and `DISPLAYTO` the name that people
 * see. `REVERSE` before a key turns it around. Upper and lower case are the same. What is equal stays
 * in the order of the box.
 *
 * A server that can sort does it; with one that cannot, the dates and addresses are fetched and the
 * mails are put in order here, in the thread of the caller, with the same result.
 *
 * The ids are a list, as a #GImapMessageSet has no order of its own; g_imap_message_set_new() makes a
 * set of them.
 *
 * Fails as g_imap_transporter_search() does, and with %G_IMAP_ERROR_INVALID_ARGUMENT when @order is
 * something else.
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids in this order, or %NULL with @error
 *   set
 *
 * Since: 1.0
 */
char **
g_imap_transporter_sort (GImapTransporter *self,
                         const char *order,
                         GImapSearch *search,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (order != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_ids (
      imap_transporter_call (self, make_sort (order, search, error), cancellable, error));
}

/**
 * g_imap_transporter_sort_async:
 * @self: a transporter
 * @order: by what, the most important first: "SUBJECT REVERSE DATE"
 * @search: (nullable): which mails; %NULL for all of the box
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_sort(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_sort_async (GImapTransporter *self,
                               const char *order,
                               GImapSearch *search,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (order != NULL);

  operation = make_sort (order, search, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_sort_async, cancellable,
                               callback, user_data);
}

/**
 * g_imap_transporter_sort_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_sort_async(); see g_imap_transporter_sort().
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids in this order, or %NULL with @error
 *   set
 *
 * Since: 1.0
 */
char **
g_imap_transporter_sort_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_ids (imap_transporter_call_finish (self, result, g_imap_transporter_sort_async, error));
}

/**
 * g_imap_transporter_thread:
 * @self: a transporter
 * @threading: what makes a thread
 * @search: (nullable): which mails; %NULL for all of the box
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Arranges mails of the selected box as threads (RFC 5256): each mail with those that answer it.
 * Opens the connection when there is none, and selects the last selected box again.
 *
 * A server that can do that does it; with one that cannot, some header fields are fetched and the
 * threads are found here, in the thread of the caller, with the same result.
 *
 * Fails as g_imap_transporter_search() does, and with %G_IMAP_ERROR_TOO_DEEP when the server's
 * threads branch more than 256 times below each other.
 *
 * Returns: (transfer full): the threads, of #GImapThread, the oldest first, or %NULL with @error
 *   set
 *
 * Since: 1.0
 */
GListModel *
g_imap_transporter_thread (GImapTransporter *self,
                           GImapThreading threading,
                           GImapSearch *search,
                           GCancellable *cancellable,
                           GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_threads (
      imap_transporter_call (self, make_thread (threading, search, error), cancellable, error));
}

/**
 * g_imap_transporter_thread_async:
 * @self: a transporter
 * @threading: what makes a thread
 * @search: (nullable): which mails; %NULL for all of the box
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_thread(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_thread_async (GImapTransporter *self,
                                 GImapThreading threading,
                                 GImapSearch *search,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  operation = make_thread (threading, search, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_thread_async, cancellable,
                               callback, user_data);
}

/**
 * g_imap_transporter_thread_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_thread_async(); see g_imap_transporter_thread().
 *
 * Returns: (transfer full): the threads, of #GImapThread, the oldest first, or %NULL with @error
 *   set
 *
 * Since: 1.0
 */
GListModel *
g_imap_transporter_thread_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_threads (
      imap_transporter_call_finish (self, result, g_imap_transporter_thread_async, error));
}

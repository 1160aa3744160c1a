/* Many mails, handed out one by one as they come.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/imap/command/imap-fetch-each.h"
#include "gimap4d/imap/imap-mail-source.h"
#include "gimap4d/imap/imap-message-set-private.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/mail/email-private.h"

/* What the mails go to. */
typedef struct
{
  GImapMailFunc func;
  gpointer data;
  GDestroyNotify destroy; /* nullable */
} Taker;

static void
taker_free (Taker *taker)
{
  if (taker->destroy != NULL)
    taker->destroy (taker->data);
  g_free (taker);
}

/* In the caller's thread. */
static gboolean
take_cb (gpointer object, ImapFetched *fetched, gpointer data)
{
  Taker *taker = data;
  g_autoptr (EmailSource) source = imap_mail_source_new (fetched, 0, object);
  g_autoptr (GEmail) mail = email_new_received (source);

  return taker->func (mail, taker->data);
}

static gpointer
make_each (GImapMessageSet *ids, GImapFetchFlags flags, Taker *taker)
{
  ImapOperation *operation = imap_fetch_each_operation_new (
      imap_message_set_get_uids (ids), imap_transporter_get_what (flags), take_cb, taker);

  operation->box = g_strdup (imap_message_set_get_box (ids));
  operation->uid_validity = imap_message_set_get_uid_validity (ids);

  return operation;
}

/**
 * g_imap_transporter_fetch_mails:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @flags: how much of each to get
 * @func: (scope call) (closure func_data): takes each mail as it comes
 * @func_data: data for @func
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Gets mails of the selected box and hands them to @func one by one, as they come: however many they
 * are, about as much is in memory as one mail takes, and some megabytes. Opens the connection when there
 * is none, and selects the last selected box again. Ids that no mail has are passed over; see
 * g_imap_transporter_get_mails() for the rest. The order is the server's, as a rule that of the box.
 *
 * |[<!-- language="C" -->
 * static gboolean
 * print_subject (GEmail *mail, gpointer user_data)
 * {
 *   g_print ("%s\n", g_email_get_subject (mail));
 *   return TRUE;
 * }
 *
 * g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();
 * g_imap_transporter_fetch_mails (transporter, all, G_IMAP_FETCH_SUMMARY, print_subject, NULL, NULL, &error);
 * ]|
 *
 * @func runs in the calling thread. When it returns %FALSE it is not called any more, and the call
 * succeeds at once: what is under way by then, one megabyte or two (or the mail that is larger), is
 * received and dropped behind its back, and the connection stays. Cancelling does the same, and fails
 * with %G_IO_ERROR_CANCELLED.
 *
 * From @func a synchronous call on the same transporter fails with %G_IO_ERROR_PENDING, as it would wait
 * for this one; asynchronous ones may be started.
 *
 * When the server refuses some mails each alone, all others are handed out, and then the call fails
 * with what it said.
 *
 * When @func is slow nothing more is read from the connection until it has caught up, and calls of other
 * threads wait for that; but at most for three seconds at a time. Then what is under way is dropped, the
 * others get their turn, and the mails that were dropped are asked for again. With
 * %G_IMAP_FETCH_UPDATE_SEEN a mail counts as seen when the server has sent it.
 *
 * When the connection is lost the mails that were not handed out yet are asked for over the next one,
 * once; a call that fails has handed out what it could, each mail once.
 *
 * Returns: %TRUE when all were handed out or @func did not want more, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_fetch_mails (GImapTransporter *self,
                                GImapMessageSet *ids,
                                GImapFetchFlags flags,
                                GImapMailFunc func,
                                gpointer func_data,
                                GCancellable *cancellable,
                                GError **error)
{
  Taker taker = { func, func_data, NULL };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_each (ids, flags, &taker), cancellable, error));
}

/**
 * g_imap_transporter_fetch_mails_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @flags: how much of each to get
 * @func: (scope notified) (closure func_data) (destroy func_destroy): takes each mail as it comes
 * @func_data: data for @func
 * @func_destroy: (nullable): frees @func_data when the call has ended
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_fetch_mails(). @func and the callback run in the
 * thread-default main context of the caller, @func behind what is more urgent there
 * (%G_PRIORITY_DEFAULT_IDLE), so that a window stays alive however many mails come.
 *
 * Since: 1.0
 */
void
g_imap_transporter_fetch_mails_async (GImapTransporter *self,
                                      GImapMessageSet *ids,
                                      GImapFetchFlags flags,
                                      GImapMailFunc func,
                                      gpointer func_data,
                                      GDestroyNotify func_destroy,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  Taker *taker;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (func != NULL);

  taker = g_new0 (Taker, 1);
  taker->func = func;
  taker->data = func_data;
  taker->destroy = func_destroy;
  imap_transporter_call_async_with (self, make_each (ids, flags, taker), NULL,
                                    g_imap_transporter_fetch_mails_async, taker,
                                    (GDestroyNotify) taker_free, cancellable, callback, user_data);
}

/**
 * g_imap_transporter_fetch_mails_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_fetch_mails_async(); see g_imap_transporter_fetch_mails().
 *
 * Returns: %TRUE when all were handed out or the function did not want more, or %FALSE with @error
 *   set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_fetch_mails_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_fetch_mails_async, error));
}

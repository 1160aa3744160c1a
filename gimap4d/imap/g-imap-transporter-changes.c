/* Mails changed: their flags, their box, their end.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-copy.h"
#include "gimap4d/imap/command/imap-expunge.h"
#include "gimap4d/imap/command/imap-store.h"
#include "gimap4d/imap/imap-message-set-private.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/mail/email-keywords.h"

/* The box that the ids are of goes with them. */
static gpointer
bind_to_box (gpointer data, GImapMessageSet *ids)
{
  ImapOperation *operation = data;

  operation->box = g_strdup (imap_message_set_get_box (ids));
  operation->uid_validity = imap_message_set_get_uid_validity (ids);

  return operation;
}

static gpointer
make_store (GImapMessageSet *ids, gboolean is_added, const char *const *keywords, GError **error)
{
  g_auto (GStrv) flags = email_keywords_to_flags (keywords, error);

  if (flags == NULL)
    return NULL;

  return bind_to_box (imap_store_operation_new (imap_message_set_get_uids (ids), is_added,
                                                (const char *const *) flags),
                      ids);
}

static gpointer
make_delete (GImapMessageSet *ids)
{
  static const char *const deleted[] = { "\\Deleted", NULL };

  return bind_to_box (imap_store_operation_new (imap_message_set_get_uids (ids), TRUE, deleted),
                      ids);
}

static gpointer
make_expunge (GImapMessageSet *ids)
{
  return bind_to_box (imap_expunge_operation_new (imap_message_set_get_uids (ids)), ids);
}

static gpointer
make_copy (GImapMessageSet *ids, const char *box, gboolean is_move, GError **error)
{
  ImapUidSet *uids = imap_message_set_get_uids (ids);

  if (box[0] == '\0')
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("the name of the box is empty"));
      return NULL;
    }

  return bind_to_box (
      is_move ? imap_move_operation_new (uids, box) : imap_copy_operation_new (uids, box), ids);
}

/**
 * g_imap_transporter_add_flags:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @keywords: (array zero-terminated=1): keywords: `$seen`, `$draft`, `$flagged`, `$answered`,
 *   `$deleted`, or names of your own
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Sets keywords on mails of the selected box. Opens the connection when there is none, and
 * selects the last selected box again. Ids that no mail has are passed over. Fails with
 * %G_IMAP_ERROR_READ_ONLY in a box that was opened read-only. A keyword that is empty or no
 * keyword of IMAP is %G_IMAP_ERROR_INVALID_ARGUMENT, one that the box does not keep
 * %G_IMAP_ERROR_UNSUPPORTED. When the connection breaks after the command was sent the call
 * fails with %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * 4D: `addFlags()`. RFC 9051, 6.4.6.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_add_flags (GImapTransporter *self,
                              GImapMessageSet *ids,
                              const char *const *keywords,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);
  g_return_val_if_fail (keywords != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call (self, make_store (ids, TRUE, keywords, error), cancellable, error));
}

/**
 * g_imap_transporter_add_flags_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @keywords: (array zero-terminated=1): keywords: `$seen`, `$draft`, `$flagged`, `$answered`,
 *   `$deleted`, or names of your own
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_add_flags(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_add_flags_async (GImapTransporter *self,
                                    GImapMessageSet *ids,
                                    const char *const *keywords,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (keywords != NULL);

  operation = make_store (ids, TRUE, keywords, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_add_flags_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_add_flags_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_add_flags_async(); see g_imap_transporter_add_flags().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_add_flags_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_add_flags_async, error));
}

/**
 * g_imap_transporter_remove_flags:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @keywords: (array zero-terminated=1): keywords: `$seen`, `$draft`, `$flagged`, `$answered`,
 *   `$deleted`, or names of your own
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Takes keywords away from mails of the selected box. Opens the connection when there is none,
 * and selects the last selected box again. Ids that no mail has are passed over. Fails with
 * %G_IMAP_ERROR_READ_ONLY in a box that was opened read-only. See
 * g_imap_transporter_add_flags().
 *
 * 4D: `removeFlags()`. RFC 9051, 6.4.6.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_remove_flags (GImapTransporter *self,
                                 GImapMessageSet *ids,
                                 const char *const *keywords,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);
  g_return_val_if_fail (keywords != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call (self, make_store (ids, FALSE, keywords, error), cancellable, error));
}

/**
 * g_imap_transporter_remove_flags_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @keywords: (array zero-terminated=1): keywords: `$seen`, `$draft`, `$flagged`, `$answered`,
 *   `$deleted`, or names of your own
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_remove_flags(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_remove_flags_async (GImapTransporter *self,
                                       GImapMessageSet *ids,
                                       const char *const *keywords,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (keywords != NULL);

  operation = make_store (ids, FALSE, keywords, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_remove_flags_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_remove_flags_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_remove_flags_async(); see g_imap_transporter_remove_flags().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_remove_flags_finish (GImapTransporter *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_remove_flags_async, error));
}

/**
 * g_imap_transporter_delete:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Flags mails of the selected box as deleted. They are removed by
 * g_imap_transporter_expunge_ids() or g_imap_transporter_expunge(), and by nothing else unless
 * #GImapTransporter:expunge-on-leave is set. Opens the connection when there is none, and
 * selects the last selected box again. Ids that no mail has are passed over. Fails with
 * %G_IMAP_ERROR_READ_ONLY in a box that was opened read-only. When the connection breaks after
 * the command was sent the call fails with %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent
 * twice.
 *
 * 4D: `delete()`.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_delete (GImapTransporter *self,
                           GImapMessageSet *ids,
                           GCancellable *cancellable,
                           GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_delete (ids), cancellable, error));
}

/**
 * g_imap_transporter_delete_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_delete(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_delete_async (GImapTransporter *self,
                                 GImapMessageSet *ids,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);

  imap_transporter_call_async (self, make_delete (ids), NULL, g_imap_transporter_delete_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_delete_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_delete_async(); see g_imap_transporter_delete().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_delete_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_delete_async, error));
}

/**
 * g_imap_transporter_expunge:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Removes for good all mails of the selected box that are flagged as deleted, whoever flagged
 * them. Opens the connection when there is none, and selects the last selected box again. To
 * remove your own only, use g_imap_transporter_expunge_ids(). When the connection breaks after
 * the command was sent the call fails with %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent
 * twice.
 *
 * 4D: `expunge()`. RFC 9051, 6.4.3.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_expunge (GImapTransporter *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, imap_expunge_operation_new (NULL), cancellable, error));
}

/**
 * g_imap_transporter_expunge_async:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_expunge(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_expunge_async (GImapTransporter *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_transporter_call_async (self, imap_expunge_operation_new (NULL), NULL,
                               g_imap_transporter_expunge_async, cancellable, callback, user_data);
}

/**
 * g_imap_transporter_expunge_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_expunge_async(); see g_imap_transporter_expunge().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_expunge_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_expunge_async, error));
}

/**
 * g_imap_transporter_expunge_ids:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Removes for good those of these mails that are flagged as deleted, and no others. Opens the
 * connection when there is none, and selects the last selected box again. A server without
 * UIDPLUS cannot do that: the call fails with %G_IMAP_ERROR_NO_UIDPLUS then, and nothing is
 * removed. When the connection breaks after the command was sent the call fails with
 * %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * RFC 4315; RFC 9051, 6.4.9.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_expunge_ids (GImapTransporter *self,
                                GImapMessageSet *ids,
                                GCancellable *cancellable,
                                GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_expunge (ids), cancellable, error));
}

/**
 * g_imap_transporter_expunge_ids_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_expunge_ids(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_expunge_ids_async (GImapTransporter *self,
                                      GImapMessageSet *ids,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);

  imap_transporter_call_async (self, make_expunge (ids), NULL, g_imap_transporter_expunge_ids_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_expunge_ids_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_expunge_ids_async(); see g_imap_transporter_expunge_ids().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_expunge_ids_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_expunge_ids_async, error));
}

/**
 * g_imap_transporter_copy:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @box: name of the box to copy to, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Copies mails of the selected box to another one. Opens the connection when there is none, and
 * selects the last selected box again. A box that does not exist is %G_IMAP_ERROR_TRYCREATE.
 * When the connection breaks after the command was sent the call fails with
 * %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * A server without UIDPLUS (RFC 4315) does not tell the new ids. They are found out where that is
 * sure: by the UIDNEXT of @box before and after, when the copies are all that came, and all of @ids
 * are there still. Otherwise the set is empty.
 *
 * 4D: `copy()`. RFC 9051, 6.4.7.
 *
 * Returns: (transfer full): the ids of the mails in @box, an empty set when they are not
 *   known; or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_copy (GImapTransporter *self,
                         GImapMessageSet *ids,
                         const char *box,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (box != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call (self, make_copy (ids, box, FALSE, error), cancellable, error));
}

/**
 * g_imap_transporter_copy_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @box: name of the box to copy to, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_copy(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_copy_async (GImapTransporter *self,
                               GImapMessageSet *ids,
                               const char *box,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (box != NULL);

  operation = make_copy (ids, box, FALSE, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_copy_async, cancellable,
                               callback, user_data);
}

/**
 * g_imap_transporter_copy_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_copy_async(); see g_imap_transporter_copy().
 *
 * Returns: (transfer full): the ids of the mails in @box, an empty set when they are not
 *   known; or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_copy_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_copy_async, error));
}

/**
 * g_imap_transporter_move:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @box: name of the box to move to, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Moves mails of the selected box to another one. Opens the connection when there is none, and
 * selects the last selected box again. A box that does not exist is %G_IMAP_ERROR_TRYCREATE.
 * When the connection breaks after the command was sent the call fails with
 * %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * On a server without MOVE the mails are copied, and then exactly those whose copy the server
 * has named are removed. Where that cannot be done safely the originals stay, nothing is
 * removed, and the error says that the copies exist.
 *
 * 4D: `move()`. RFC 6851; RFC 9051, 6.4.8.
 *
 * Returns: (transfer full): the ids of the mails in @box, an empty set when the server does not
 *   tell them; or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_move (GImapTransporter *self,
                         GImapMessageSet *ids,
                         const char *box,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (box != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call (self, make_copy (ids, box, TRUE, error), cancellable, error));
}

/**
 * g_imap_transporter_move_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @box: name of the box to move to, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_move(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_move_async (GImapTransporter *self,
                               GImapMessageSet *ids,
                               const char *box,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (box != NULL);

  operation = make_copy (ids, box, TRUE, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_move_async, cancellable,
                               callback, user_data);
}

/**
 * g_imap_transporter_move_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_move_async(); see g_imap_transporter_move().
 *
 * Returns: (transfer full): the ids of the mails in @box, an empty set when the server does not
 *   tell them; or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_move_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_move_async, error));
}

/* Boxes made, removed, renamed, subscribed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-boxes.h"
#include "gimap4d/imap/imap-transporter-private.h"

/* One of the operations on one box; NULL for a name that is none. */
static gpointer
make_for_box (gpointer (*make) (const char *), const char *name, GError **error)
{
  return imap_transporter_check_box_name (name, error) ? make (name) : NULL;
}

static gpointer
make_rename (const char *name, const char *new_name, GError **error)
{
  if (!imap_transporter_check_box_name (name, error) ||
      !imap_transporter_check_box_name (new_name, error))
    return NULL;

  return imap_rename_operation_new (name, new_name);
}

/**
 * g_imap_transporter_create_box:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Makes a box. Opens the connection when there is none. Parents that do not exist are made by
 * the server. A box that exists already is an error. When the connection breaks after the
 * command was sent the call fails with %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * 4D: `createBox()`. RFC 9051, 6.3.4.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_create_box (GImapTransporter *self,
                               const char *name,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_for_box (imap_create_operation_new, name, error),
                                   cancellable, error));
}

/**
 * g_imap_transporter_create_box_async:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_create_box(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_create_box_async (GImapTransporter *self,
                                     const char *name,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (name != NULL);

  operation = make_for_box (imap_create_operation_new, name, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_create_box_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_create_box_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_create_box_async(); see g_imap_transporter_create_box().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_create_box_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_create_box_async, error));
}

/**
 * g_imap_transporter_delete_box:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Removes a box with all mails in it. Opens the connection when there is none. The inbox, and a
 * box that does not exist, are errors. When the connection breaks after the command was sent the
 * call fails with %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * 4D: `deleteBox()`. RFC 9051, 6.3.5.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_delete_box (GImapTransporter *self,
                               const char *name,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_for_box (imap_delete_operation_new, name, error),
                                   cancellable, error));
}

/**
 * g_imap_transporter_delete_box_async:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_delete_box(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_delete_box_async (GImapTransporter *self,
                                     const char *name,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (name != NULL);

  operation = make_for_box (imap_delete_operation_new, name, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_delete_box_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_delete_box_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_delete_box_async(); see g_imap_transporter_delete_box().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_delete_box_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_delete_box_async, error));
}

/**
 * g_imap_transporter_rename_box:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @new_name: its new name, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Renames a box, and the boxes below it. Opens the connection when there is none. The mails of
 * the inbox are moved to the new box instead. When the connection breaks after the command was
 * sent the call fails with %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * 4D: `renameBox()`. RFC 9051, 6.3.6.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_rename_box (GImapTransporter *self,
                               const char *name,
                               const char *new_name,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (new_name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_rename (name, new_name, error), cancellable, error));
}

/**
 * g_imap_transporter_rename_box_async:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @new_name: its new name, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_rename_box(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_rename_box_async (GImapTransporter *self,
                                     const char *name,
                                     const char *new_name,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (new_name != NULL);

  operation = make_rename (name, new_name, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_rename_box_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_rename_box_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_rename_box_async(); see g_imap_transporter_rename_box().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_rename_box_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_rename_box_async, error));
}

/**
 * g_imap_transporter_subscribe:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Adds a box to those that the user wants to see. Opens the connection when there is none. When
 * the connection breaks after the command was sent the call fails with
 * %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * 4D: `subscribe()`. RFC 9051, 6.3.7.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_subscribe (GImapTransporter *self,
                              const char *name,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_for_box (imap_subscribe_operation_new, name, error),
                                   cancellable, error));
}

/**
 * g_imap_transporter_subscribe_async:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_subscribe(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_subscribe_async (GImapTransporter *self,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (name != NULL);

  operation = make_for_box (imap_subscribe_operation_new, name, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_subscribe_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_subscribe_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_subscribe_async(); see g_imap_transporter_subscribe().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_subscribe_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_subscribe_async, error));
}

/**
 * g_imap_transporter_unsubscribe:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Takes a box away from those that the user wants to see. Opens the connection when there is
 * none. When the connection breaks after the command was sent the call fails with
 * %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice.
 *
 * 4D: `unsubscribe()`. RFC 9051, 6.3.8.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_unsubscribe (GImapTransporter *self,
                                const char *name,
                                GCancellable *cancellable,
                                GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, make_for_box (imap_unsubscribe_operation_new, name, error),
                                   cancellable, error));
}

/**
 * g_imap_transporter_unsubscribe_async:
 * @self: a transporter
 * @name: name of the box, in UTF-8
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_unsubscribe(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_unsubscribe_async (GImapTransporter *self,
                                      const char *name,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (name != NULL);

  operation = make_for_box (imap_unsubscribe_operation_new, name, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_unsubscribe_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_unsubscribe_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_unsubscribe_async(); see g_imap_transporter_unsubscribe().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_unsubscribe_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_unsubscribe_async, error));
}

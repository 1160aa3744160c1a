/* Checking and closing the connection.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-capability-list.h"
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/command/imap-noop.h"
#include "gimap4d/imap/imap-status-private.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/imap/session/imap-session.h"

/* Takes the text. A failed check is an answer too: the status says it. */
static GImapStatus *
make_status (char *text, GError *error)
{
  g_autofree char *owned = text;
  const GError *errors[] = { error };
  ImapStatusValues values = { 0 };
  GImapStatus *status;

  values.is_success = error == NULL;
  values.status_text = error != NULL ? error->message : text;
  /* What the server said itself needs no error stack of ours. */
  if (error != NULL && !imap_failure_is_servers (error))
    {
      values.errors = errors;
      values.n_errors = G_N_ELEMENTS (errors);
    }
  status = imap_status_new (&values);
  g_clear_error (&error);

  return status;
}

/**
 * g_imap_transporter_check_connection:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @error: never set; there for the form that all calls share
 *
 * Checks the connection with the stored settings, opening it when there is none, and says how it
 * went.
 *
 * It never fails: whatever goes wrong, a missing host and a cancellation included, is told by
 * the status, whose #GImapStatus:success is then %FALSE and whose #GImapStatus:status-text is a
 * sentence with the cause. #GImapStatus:errors has our errors; it is empty when the server
 * itself answered.
 *
 * 4D: `checkConnection()`.
 *
 * Returns: (transfer full): how it went
 *
 * Since: 1.0
 */
GImapStatus *
g_imap_transporter_check_connection (GImapTransporter *self,
                                     GCancellable *cancellable,
                                     GError **error)
{
  GError *cause = NULL;
  char *text;

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  text = imap_transporter_call (self, imap_noop_operation_new (), cancellable, &cause);

  return make_status (text, cause);
}

/**
 * g_imap_transporter_check_connection_async:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_check_connection(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_check_connection_async (GImapTransporter *self,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_transporter_call_async (self, imap_noop_operation_new (), NULL,
                               g_imap_transporter_check_connection_async, cancellable, callback,
                               user_data);
}

/**
 * g_imap_transporter_check_connection_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: never set; there for the form that all calls share
 *
 * Ends g_imap_transporter_check_connection_async(); see g_imap_transporter_check_connection().
 *
 * Returns: (transfer full): how it went
 *
 * Since: 1.0
 */
GImapStatus *
g_imap_transporter_check_connection_finish (GImapTransporter *self,
                                            GAsyncResult *result,
                                            GError **error)
{
  GError *cause = NULL;
  char *text;

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  text = imap_transporter_call_finish (self, result, g_imap_transporter_check_connection_async,
                                       &cause);

  return make_status (text, cause);
}

/**
 * g_imap_transporter_get_capabilities:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Tells what the server says it can do, in upper case: `IMAP4REV1`, `IDLE`, `AUTH=PLAIN`. Opens the
 * connection when there is none: the list is the one that holds for the user who is logged in.
 * #GImapTransporter:known-capabilities is the same without waiting, and %NULL without a
 * connection.
 *
 * What the server offers is used by itself; a program needs this to show it, or to leave out what
 * cannot work. RFC 9051, 6.1.1.
 *
 * Returns: (transfer full) (array zero-terminated=1): the capabilities, or %NULL with @error set
 *
 * Since: 1.0
 */
char **
g_imap_transporter_get_capabilities (GImapTransporter *self,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_call (self, imap_capability_list_operation_new (), cancellable, error);
}

/**
 * g_imap_transporter_get_capabilities_async:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_capabilities(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_capabilities_async (GImapTransporter *self,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_transporter_call_async (self, imap_capability_list_operation_new (), NULL,
                               g_imap_transporter_get_capabilities_async, cancellable, callback,
                               user_data);
}

/**
 * g_imap_transporter_get_capabilities_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_capabilities_async(); see g_imap_transporter_get_capabilities().
 *
 * Returns: (transfer full) (array zero-terminated=1): the capabilities, or %NULL with @error set
 *
 * Since: 1.0
 */
char **
g_imap_transporter_get_capabilities_finish (GImapTransporter *self,
                                            GAsyncResult *result,
                                            GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_call_finish (self, result, g_imap_transporter_get_capabilities_async,
                                       error);
}

/**
 * g_imap_transporter_close:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Says good-bye to the server and closes the connection, waiting at most five seconds for its
 * answer. Calls that were made before are finished first. The next call opens the connection
 * again. Closing a connection that is not open succeeds. A started #GImapNotifier is stopped.
 *
 * The connection is also closed when the object is destroyed; that waits for nothing.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_close (GImapTransporter *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call (self, imap_session_new_close_operation (), cancellable, error));
}

/**
 * g_imap_transporter_close_async:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_close(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_close_async (GImapTransporter *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_transporter_call_async (self, imap_session_new_close_operation (), NULL,
                               g_imap_transporter_close_async, cancellable, callback, user_data);
}

/**
 * g_imap_transporter_close_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_close_async(); see g_imap_transporter_close().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_transporter_close_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), FALSE);

  return imap_transporter_to_boolean (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_close_async, error));
}

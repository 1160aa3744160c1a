/* How a public call becomes an operation of the session, and its result comes back.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-transporter-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/imap-transporter-object.h"

static gboolean
check_call (GImapTransporter *self, GError **error)
{
  if (self->token_problem == NULL)
    return TRUE;

  g_set_error_literal (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, self->token_problem);

  return FALSE;
}

/* An argument that was refused is refused for this server too: the sentence begins like all others. */
static void
name_place (GImapTransporter *self, GError **error)
{
  if (self->settings->host != NULL)
    g_prefix_error (error, "%s:%u: ", self->settings->host, self->settings->port);
}

ImapTokenSource *
imap_transporter_get_token_source (GImapTransporter *self)
{
  return self->tokens;
}

/* The caller has gone: the I/O thread is told, and swallows what still comes for him. */
static void
abandoned (gpointer object, gpointer call)
{
  imap_session_abandon (G_IMAP_TRANSPORTER (object)->session, call);
}

gpointer
imap_transporter_call (GImapTransporter *self,
                       gpointer operation,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (ImapOperation) owned = operation;
  g_autoptr (ImapCall) call = NULL;

  if (operation == NULL || !check_call (self, error))
    {
      name_place (self, error);
      return NULL;
    }
  if (imap_call_is_answering (self))
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_PENDING,
          _ ("a call on this transporter waits for this handler: use the asynchronous form"));
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  call = imap_call_new_sync (self, cancellable);
  imap_call_set_abandoned_func (call, abandoned, call);
  imap_session_perform (self->session, g_steal_pointer (&owned), call);

  return imap_call_wait (call, error);
}

void
imap_transporter_order (GImapTransporter *self, gpointer operation)
{
  g_autoptr (ImapCall) call = imap_call_new_sync (self, NULL);

  imap_session_perform (self->session, operation, call);
}

void
imap_transporter_call_async (GImapTransporter *self,
                             gpointer operation,
                             GError *cause,
                             gpointer source_tag,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  imap_transporter_call_async_with (self, operation, cause, source_tag, NULL, NULL, cancellable,
                                    callback, user_data);
}

void
imap_transporter_call_async_with (GImapTransporter *self,
                                  gpointer operation,
                                  GError *cause,
                                  gpointer source_tag,
                                  gpointer closure,
                                  GDestroyNotify closure_free,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (ImapOperation) owned = operation;
  g_autoptr (ImapCall) call = NULL;
  GError *error = cause;

  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, closure, closure_free);
  if (operation == NULL || !check_call (self, &error))
    {
      name_place (self, &error);
      g_task_return_error (task, error);
      return;
    }

  call = imap_call_new_async (task);
  imap_call_set_abandoned_func (call, abandoned, call);
  imap_call_start (call);
  imap_session_perform (self->session, g_steal_pointer (&owned), call);
}

gpointer
imap_transporter_call_finish (GImapTransporter *self,
                              GAsyncResult *result,
                              gpointer source_tag,
                              GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Commands and the operations that they make up.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-command.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-failure.h"

gpointer
imap_operation_new (const ImapOperationClass *klass, char *title)
{
  ImapOperation *operation = g_malloc0 (klass->size);

  g_atomic_ref_count_init (&operation->ref_count);
  operation->klass = klass;
  operation->title = title;

  return operation;
}

gpointer
imap_operation_ref (gpointer operation)
{
  g_atomic_ref_count_inc (&((ImapOperation *) operation)->ref_count);

  return operation;
}

void
imap_operation_unref (gpointer data)
{
  ImapOperation *operation = data;

  if (!g_atomic_ref_count_dec (&operation->ref_count))
    return;

  if (operation->klass->finalize != NULL)
    operation->klass->finalize (operation);
  if (operation->settled != NULL)
    operation->settled_destroy (operation->settled);
  g_free (operation->title);
  g_free (operation->box);
  g_free (operation);
}

static void
complete (ImapOperation *operation, gpointer result, GDestroyNotify destroy, GError *error)
{
  if (operation->is_complete)
    {
      if (result != NULL && destroy != NULL)
        destroy (result);
      g_clear_error (&error);
      return;
    }

  if (error != NULL && operation->settled != NULL)
    {
      g_clear_error (&error);
      result = g_steal_pointer (&operation->settled);
      destroy = operation->settled_destroy;
    }
  operation->is_complete = TRUE;
  operation->host->complete (operation->host_data, operation, result, destroy, error);
}

void
imap_operation_return (gpointer operation, gpointer result, GDestroyNotify destroy)
{
  complete (operation, result, destroy, NULL);
}

void
imap_operation_fail (gpointer operation, GError *error)
{
  complete (operation, NULL, NULL, error);
}

void
imap_operation_fail_response (gpointer operation, const ImapResponse *response)
{
  complete (operation, NULL, NULL, imap_failure_new (response));
}

void
imap_operation_hand_out (gpointer data,
                         void (*func) (gpointer object, gpointer data),
                         gpointer item,
                         GDestroyNotify destroy)
{
  ImapOperation *operation = data;

  operation->host->hand_out (operation->host_data, operation, func, item, destroy);
}

void
imap_operation_poke (gpointer data)
{
  ImapOperation *operation = data;

  operation->host->poke (operation->host_data, operation);
}

void
imap_operation_fail_unreadable (gpointer operation, const GError *reason)
{
  gboolean is_limit = g_error_matches (reason, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY) ||
                      g_error_matches (reason, G_IMAP_ERROR, G_IMAP_ERROR_TOO_DEEP) ||
                      g_error_matches (reason, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);

  complete (operation, NULL, NULL,
            g_error_new (G_IMAP_ERROR, is_limit ? reason->code : G_IMAP_ERROR_PROTOCOL,
                         _ ("the answer of the server cannot be read: %s"), reason->message));
}

const ImapCapabilities *
imap_operation_get_capabilities (gpointer data)
{
  ImapOperation *operation = data;

  return operation->host->get_capabilities (operation->host_data);
}

gboolean
imap_operation_has (gpointer operation, ImapCapability capability)
{
  return imap_capabilities_has (imap_operation_get_capabilities (operation), capability);
}

ImapBoxState *
imap_operation_get_box (gpointer data)
{
  ImapOperation *operation = data;

  return operation->host->get_box (operation->host_data);
}

gboolean
imap_operation_accepts_utf8 (gpointer data)
{
  ImapOperation *operation = data;

  return (operation->host->get_features (operation->host_data) & IMAP_WRITER_UTF8) != 0;
}

ImapWriter *
imap_operation_write (gpointer data, const char *name)
{
  ImapOperation *operation = data;

  return imap_writer_new (name, operation->host->get_features (operation->host_data));
}

void
imap_operation_write_box (gpointer data, ImapWriter *writer, const char *name)
{
  ImapOperation *operation = data;
  const char *raw_name = operation->host->get_raw_box (operation->host_data, name);

  if (raw_name != NULL)
    imap_writer_box_raw (writer, raw_name);
  else
    imap_writer_box (writer, name);
}

ImapCommand *
imap_command_new (gpointer operation,
                  ImapWriter *writer,
                  ImapCommandTraits traits,
                  gboolean (*claim) (ImapCommand *, const ImapResponse *),
                  void (*done) (ImapCommand *, const ImapResponse *))
{
  ImapCommand *command = g_new0 (ImapCommand, 1);

  command->operation = imap_operation_ref (operation);
  command->writer = writer;
  command->traits = traits;
  command->claim = claim;
  command->done = done;

  return command;
}

void
imap_command_submit (ImapCommand *command)
{
  ImapOperation *operation = command->operation;

  operation->n_commands++;
  operation->host->submit (operation->host_data, command);
}

void
imap_operation_submit (gpointer operation,
                       ImapWriter *writer,
                       ImapCommandTraits traits,
                       gboolean (*claim) (ImapCommand *, const ImapResponse *),
                       void (*done) (ImapCommand *, const ImapResponse *))
{
  imap_command_submit (imap_command_new (operation, writer, traits, claim, done));
}

void
imap_command_free (ImapCommand *command)
{
  g_clear_pointer (&command->writer, imap_writer_free);
  g_clear_pointer (&command->segments, g_ptr_array_unref);
  imap_operation_unref (command->operation);
  g_free (command);
}

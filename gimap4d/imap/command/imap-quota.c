/* GETQUOTAROOT (RFC 9208).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-quota.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

typedef struct
{
  ImapOperation parent;

  char *name;       /* owned, nullable */
  GPtrArray *items; /* owned, nullable: of ImapQuotaItem */
  GError *problem;  /* owned, nullable: too many */
} QuotaOperation;

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  QuotaOperation *self = (QuotaOperation *) command->operation;

  if (response->type == IMAP_DATA_QUOTA && self->problem == NULL)
    imap_data_parse_quota (response, self->items, &self->problem);

  return response->type == IMAP_DATA_QUOTA || response->type == IMAP_DATA_QUOTAROOT;
}

static void
done (ImapCommand *command, const ImapResponse *response)
{
  QuotaOperation *self = (QuotaOperation *) command->operation;

  if (response->condition != IMAP_CONDITION_OK)
    imap_operation_fail_response (self, response);
  else if (self->problem != NULL)
    imap_operation_fail (self, g_steal_pointer (&self->problem));
  else
    imap_operation_return (self, g_steal_pointer (&self->items),
                           (GDestroyNotify) g_ptr_array_unref);
}

static void
reset (ImapOperation *operation)
{
  QuotaOperation *self = (QuotaOperation *) operation;

  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_error (&self->problem);
}

static void
start (ImapOperation *operation)
{
  QuotaOperation *self = (QuotaOperation *) operation;
  ImapBoxState *box = imap_operation_get_box (self);
  const char *name = self->name;
  ImapWriter *writer;

  if (!imap_operation_has (self, IMAP_CAPABILITY_QUOTA))
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED,
                                              _ ("the server knows no quotas (QUOTA)")));
      return;
    }

  reset (operation);
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_quota_item_free);
  if (name == NULL)
    name = box != NULL ? box->name : "INBOX";
  writer = imap_operation_write (self, "GETQUOTAROOT");
  imap_writer_space (writer);
  imap_operation_write_box (self, writer, name);
  imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim, done);
}

static void
finalize (ImapOperation *operation)
{
  reset (operation);
  g_free (((QuotaOperation *) operation)->name);
}

static const ImapOperationClass quota_class = {
  .size = sizeof (QuotaOperation),
  .traits = IMAP_OPERATION_REPEATABLE,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

gpointer
imap_quota_operation_new (const char *name)
{
  QuotaOperation *self = imap_operation_new (
      &quota_class, name != NULL ?
                        g_strdup_printf (_ ("asking for the quotas of the box “%s”"), name) :
                        g_strdup (_ ("asking for quotas")));

  self->name = g_strdup (name);

  return self;
}

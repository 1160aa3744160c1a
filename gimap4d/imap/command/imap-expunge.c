/* EXPUNGE and UID EXPUNGE: mails flagged as deleted are removed for good.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-expunge.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-batches.h"
#include "gimap4d/imap/command/imap-store.h"

typedef struct
{
  ImapOperation parent;

  gboolean is_whole_box;
  ImapBatches batches;
} ExpungeOperation;

/* What is gone need not be removed when the box is left. */
static void
note_gone (gpointer operation, ImapUidSet *uids)
{
  const ImapOperation *self = operation;

  self->host->note_deleted (self->host_data, uids, FALSE);
}

static void
box_done (ImapCommand *command, const ImapResponse *response)
{
  g_autoptr (ImapUidSet) all = imap_uid_set_new_all ();

  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_operation_fail_response (command->operation, response);
      return;
    }
  note_gone (command->operation, all);
  imap_operation_return (command->operation, GINT_TO_POINTER (TRUE), NULL);
}

static void expunge_next (ExpungeOperation *self);

static void
ids_done (ImapCommand *command, const ImapResponse *response)
{
  ExpungeOperation *self = (ExpungeOperation *) command->operation;

  /* A server that refuses UID EXPUNGE is never given a plain EXPUNGE instead. */
  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_batches_fail (&self->batches, self, response);
      return;
    }
  note_gone (self, imap_batches_get_next (&self->batches));
  imap_batches_advance (&self->batches);
  expunge_next (self);
}

static void
expunge_next (ExpungeOperation *self)
{
  ImapUidSet *uids = imap_batches_get_next (&self->batches);
  ImapWriter *writer;

  if (uids == NULL)
    {
      imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
      return;
    }

  writer = imap_operation_write (self, "UID EXPUNGE");
  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_operation_submit (self, writer, IMAP_COMMAND_MUTATES, NULL, ids_done);
}

static void
expunge_ids (ExpungeOperation *self, const ImapBoxState *box)
{
  if (!imap_operation_has (self, IMAP_CAPABILITY_UIDPLUS))
    imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_NO_UIDPLUS,
                                            _ ("the server has no UIDPLUS: it would remove mails "
                                               "that others have flagged too")));
  else if (imap_batches_begin (&self->batches, box))
    expunge_next (self);
  else
    imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
}

static void
start (ImapOperation *operation)
{
  ExpungeOperation *self = (ExpungeOperation *) operation;
  ImapBoxState *box = imap_operation_get_box (self);
  GError *error = imap_store_check_box (box, NULL);

  if (error != NULL)
    imap_operation_fail (self, error);
  else if (self->is_whole_box)
    imap_operation_submit (self, imap_operation_write (self, "EXPUNGE"), IMAP_COMMAND_MUTATES, NULL,
                           box_done);
  else
    expunge_ids (self, box);
}

static void
finalize (ImapOperation *operation)
{
  imap_batches_clear (&((ExpungeOperation *) operation)->batches);
}

static const ImapOperationClass box_class = {
  .size = sizeof (ExpungeOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_RESTARTABLE,
  .start = start,
  .finalize = finalize,
};

static const ImapOperationClass ids_class = {
  .size = sizeof (ExpungeOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_USES_IDS | IMAP_OPERATION_RESTARTABLE,
  .start = start,
  .finalize = finalize,
};

gpointer
imap_expunge_operation_new (ImapUidSet *uids)
{
  ExpungeOperation *self = imap_operation_new (uids != NULL ? &ids_class : &box_class,
                                               g_strdup (_ ("removing deleted mails")));

  self->is_whole_box = uids == NULL;
  if (uids != NULL)
    imap_batches_init (&self->batches, uids);

  return self;
}

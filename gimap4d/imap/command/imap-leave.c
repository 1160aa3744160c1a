/* UID EXPUNGE of the mails that were flagged as deleted here, before their box is left.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-leave.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-batches.h"
#include "gimap4d/imap/command/imap-failure.h"

typedef struct
{
  ImapOperation parent;

  ImapBatches batches;
  ImapLeftFunc left; /* NULL when it was called */
  gpointer data;
} LeaveOperation;

static void
tell (LeaveOperation *self, const GError *error)
{
  ImapLeftFunc left = g_steal_pointer (&self->left);

  if (left != NULL)
    left (self->data, error);
}

static void expunge_next (LeaveOperation *self);

static void
done (ImapCommand *command, const ImapResponse *response)
{
  LeaveOperation *self = (LeaveOperation *) command->operation;

  /* A server that refuses UID EXPUNGE is never given a plain EXPUNGE instead. */
  if (response->condition != IMAP_CONDITION_OK)
    {
      g_autoptr (GError) refusal = imap_failure_new (response);

      tell (self, refusal);
      imap_operation_fail_response (self, response);
      return;
    }
  imap_batches_advance (&self->batches);
  expunge_next (self);
}

static void
expunge_next (LeaveOperation *self)
{
  ImapUidSet *uids = imap_batches_get_next (&self->batches);
  ImapWriter *writer;

  if (uids == NULL)
    {
      tell (self, NULL);
      imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
      return;
    }

  writer = imap_operation_write (self, "UID EXPUNGE");
  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_operation_submit (self, writer, IMAP_COMMAND_MUTATES, NULL, done);
}

static void
start (ImapOperation *operation)
{
  LeaveOperation *self = (LeaveOperation *) operation;

  imap_batches_begin (&self->batches, imap_operation_get_box (self));
  expunge_next (self);
}

/* Before the reply came: never sent twice. */
static void
ended (ImapOperation *operation)
{
  g_autoptr (GError) error = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME,
                                          _ ("the connection was lost meanwhile, and some may be "
                                             "gone"));

  tell ((LeaveOperation *) operation, error);
}

static void
finalize (ImapOperation *operation)
{
  imap_batches_clear (&((LeaveOperation *) operation)->batches);
}

static const ImapOperationClass leave_class = {
  .size = sizeof (LeaveOperation),
  .traits = IMAP_OPERATION_BARRIER,
  .start = start,
  .ended = ended,
  .finalize = finalize,
};

gpointer
imap_leave_operation_new (ImapUidSet *uids, ImapLeftFunc left, gpointer data)
{
  LeaveOperation *self = imap_operation_new (&leave_class, g_strdup (_ ("removing deleted mails")));

  imap_batches_init (&self->batches, uids);
  self->left = left;
  self->data = data;

  return self;
}

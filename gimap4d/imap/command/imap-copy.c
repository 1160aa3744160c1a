/* UID COPY and UID MOVE: mails into another box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-copy.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-batches.h"
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/command/imap-placer.h"
#include "gimap4d/imap/command/imap-store.h"

typedef struct
{
  ImapPlacer parent;

  char *box; /* owned */
  gboolean is_move;
  ImapBatches batches;

  /* What the server told of the copies. */
  ImapUidSet *copied; /* owned: ids in the selected box */
  ImapUidSet *placed; /* owned: their ids in the other one */
  guint32 placed_validity;
  guint n_told;       /* pieces that it told of */
  gboolean is_untold; /* it did not tell of all */

  ImapBatches removal; /* of those copied, one step after the other */
} CopyOperation;

static void
add_all (ImapUidSet *to, ImapUidSet *from)
{
  for (guint i = 0; i < imap_uid_set_get_n_ranges (from); i++)
    {
      ImapUidRange range = imap_uid_set_get_range (from, i);

      imap_uid_set_add_range (to, range.first, range.last);
    }
}

/* What a move removes afterwards is what the server says it has copied: a server that names mails
 * which nobody asked for is not believed at all. */
static void
take_source (CopyOperation *self, ImapUidSet *source)
{
  g_autoptr (ImapUidSet) foreign = imap_uid_set_subtract (source, self->batches.uids);

  if (imap_uid_set_is_empty (foreign))
    add_all (self->copied, source);
  else
    self->is_untold = TRUE;
}

/* TRUE when the response names the copies. */
static gboolean
take_copyuid (CopyOperation *self, const ImapResponse *response)
{
  if (response->code != IMAP_CODE_COPYUID || response->code_uids == NULL)
    return FALSE;

  self->n_told++;
  self->placed_validity = (guint32) MIN (response->code_number, G_MAXUINT32);
  add_all (self->placed, response->code_uids);
  if (response->code_source != NULL)
    take_source (self, response->code_source);
  else
    self->is_untold = TRUE;

  return TRUE;
}

static void
return_placed (CopyOperation *self)
{
  ImapFound *found = g_new0 (ImapFound, 1);

  found->box = g_strdup (self->box);
  /* Half an answer is none: the ids have to be those of all the mails. */
  if (self->is_untold)
    {
      found->uids = imap_uid_set_new ();
      imap_placer_end (self, found, NULL, self->batches.uids);
      return;
    }

  found->uids = imap_uid_set_ref (self->placed);
  found->uid_validity = self->placed_validity;
  imap_operation_return (self, found, (GDestroyNotify) imap_found_free);
}

/* A MOVE whose copies stand and whose originals were not removed. Takes @cause. */
static void
fail_removal (CopyOperation *self, GError *cause)
{
  g_prefix_error (&cause, _ ("the mails were copied to “%s”, and the originals were not removed: "),
                  self->box);
  imap_operation_fail (self, cause);
}

static void expunge_next (CopyOperation *self);

static void
expunge_done (ImapCommand *command, const ImapResponse *response)
{
  CopyOperation *self = (CopyOperation *) command->operation;

  if (response->condition != IMAP_CONDITION_OK)
    {
      fail_removal (self, imap_failure_new (response));
      return;
    }
  imap_batches_advance (&self->removal);
  expunge_next (self);
}

static void
expunge_next (CopyOperation *self)
{
  ImapUidSet *uids = imap_batches_get_next (&self->removal);
  ImapWriter *writer;

  if (uids == NULL)
    {
      return_placed (self);
      return;
    }

  writer = imap_operation_write (self, "UID EXPUNGE");
  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_operation_submit (self, writer, IMAP_COMMAND_MUTATES, NULL, expunge_done);
}

static void flag_next (CopyOperation *self);

static void
flag_done (ImapCommand *command, const ImapResponse *response)
{
  CopyOperation *self = (CopyOperation *) command->operation;

  if (response->condition != IMAP_CONDITION_OK)
    {
      fail_removal (self, imap_failure_new (response));
      return;
    }
  imap_batches_advance (&self->removal);
  flag_next (self);
}

static void
flag_next (CopyOperation *self)
{
  static const char *const deleted[] = { "\\Deleted", NULL };
  ImapUidSet *uids = imap_batches_get_next (&self->removal);

  if (uids != NULL)
    {
      imap_store_submit (self, uids, TRUE, deleted, NULL, flag_done);
      return;
    }

  self->removal.n_done = 0;
  expunge_next (self);
}

/* Only what the server says it has copied is removed, by its id. */
static void
remove_copied (CopyOperation *self)
{
  if (!imap_operation_has (self, IMAP_CAPABILITY_UIDPLUS))
    {
      fail_removal (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_NO_UIDPLUS,
                                       _ ("the server has neither MOVE nor UIDPLUS")));
      return;
    }
  if (self->is_untold)
    {
      fail_removal (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_NO_UIDPLUS,
                                       _ ("the server does not say which mails it copied")));
      return;
    }

  imap_batches_init (&self->removal, self->copied);
  if (imap_batches_begin (&self->removal, imap_operation_get_box (self)))
    flag_next (self);
  else
    return_placed (self);
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  /* With MOVE it comes before the EXPUNGEs, in an OK of its own (RFC 6851, 4.3). */
  return response->type == IMAP_DATA_NONE && response->condition == IMAP_CONDITION_OK &&
         take_copyuid ((CopyOperation *) command->operation, response);
}

static gboolean
uses_move (CopyOperation *self)
{
  return self->is_move && imap_operation_has (self, IMAP_CAPABILITY_MOVE);
}

static void copy_next (CopyOperation *self);

static void
copy_done (ImapCommand *command, const ImapResponse *response)
{
  CopyOperation *self = (CopyOperation *) command->operation;

  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_batches_fail (&self->batches, self, response);
      return;
    }
  take_copyuid (self, response);
  imap_batches_advance (&self->batches);
  /* A server that has none of the mails says nothing of copies either. */
  if (self->n_told < self->batches.n_done)
    self->is_untold = TRUE;
  copy_next (self);
}

static void
copy_next (CopyOperation *self)
{
  ImapUidSet *uids = imap_batches_get_next (&self->batches);
  ImapWriter *writer;

  if (uids == NULL)
    {
      if (self->is_move && !uses_move (self))
        remove_copied (self);
      else
        return_placed (self);
      return;
    }

  writer = imap_operation_write (self, uses_move (self) ? "UID MOVE" : "UID COPY");
  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_writer_space (writer);
  imap_operation_write_box (self, writer, self->box);
  imap_operation_submit (self, writer, IMAP_COMMAND_MUTATES, claim, copy_done);
}

static void
begun (gpointer operation)
{
  copy_next (operation);
}

/* Only where it can be seen afterwards that all the mails were there to be copied. */
static gboolean
can_be_counted (CopyOperation *self)
{
  return !self->is_move && self->batches.pieces->len == 1 &&
         !imap_uid_set_is_open (self->batches.uids);
}

static void
start (ImapOperation *operation)
{
  CopyOperation *self = (CopyOperation *) operation;
  ImapBoxState *box = imap_operation_get_box (self);
  GError *error = self->is_move ? imap_store_check_box (box, NULL) : NULL;

  g_clear_pointer (&self->copied, imap_uid_set_unref);
  g_clear_pointer (&self->placed, imap_uid_set_unref);
  self->copied = imap_uid_set_new ();
  self->placed = imap_uid_set_new ();
  if (error != NULL)
    imap_operation_fail (self, error);
  else if (imap_batches_begin (&self->batches, box))
    imap_placer_begin (self, self->box, can_be_counted (self) ? IMAP_PLACER_IDS : IMAP_PLACER_NONE,
                       begun);
  else
    return_placed (self);
}

static void
finalize (ImapOperation *operation)
{
  CopyOperation *self = (CopyOperation *) operation;

  imap_placer_finalize (self);
  imap_batches_clear (&self->batches);
  imap_batches_clear (&self->removal);
  g_clear_pointer (&self->copied, imap_uid_set_unref);
  g_clear_pointer (&self->placed, imap_uid_set_unref);
  g_free (self->box);
}

static const ImapOperationClass copy_class = {
  .size = sizeof (CopyOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_USES_IDS | IMAP_OPERATION_NAMES_BOX |
            IMAP_OPERATION_RESTARTABLE,
  .start = start,
  .finalize = finalize,
};

static gpointer
copy_operation_new (char *title, ImapUidSet *uids, const char *box, gboolean is_move)
{
  CopyOperation *self = imap_operation_new (&copy_class, title);

  self->box = g_strdup (box);
  self->is_move = is_move;
  imap_batches_init (&self->batches, uids);

  return self;
}

gpointer
imap_copy_operation_new (ImapUidSet *uids, const char *box)
{
  return copy_operation_new (g_strdup_printf (_ ("copying mails to “%s”"), box), uids, box, FALSE);
}

gpointer
imap_move_operation_new (ImapUidSet *uids, const char *box)
{
  return copy_operation_new (g_strdup_printf (_ ("moving mails to “%s”"), box), uids, box, TRUE);
}

/* UID STORE: flags set and taken away.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-store.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-batches.h"
#include "gimap4d/imap/grammar/imap-data.h"

typedef struct
{
  ImapOperation parent;

  gboolean is_added;
  GStrv flags; /* owned */
  ImapBatches batches;
  ImapUidSet *deleted; /* owned, nullable: which of this piece are flagged as deleted now */
} StoreOperation;

static gboolean
has_flag (const char *const *flags, const char *wanted)
{
  for (; flags != NULL && *flags != NULL; flags++)
    if (g_ascii_strcasecmp (*flags, wanted) == 0)
      return TRUE;

  return FALSE;
}

GError *
imap_store_check_box (const ImapBoxState *box, const char *const *flags)
{
  const char *const *permanent = (const char *const *) box->permanent_flags;

  if (box->is_read_only)
    return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_READ_ONLY, _ ("the box “%s” is read-only"),
                        box->name);
  /* A server that names no permanent flags takes all (RFC 9051, 7.1). */
  if (permanent[0] == NULL || has_flag (permanent, "\\*"))
    return NULL;

  for (; flags != NULL && *flags != NULL; flags++)
    if (!has_flag (permanent, *flags))
      return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED,
                          _ ("the box “%s” does not keep the flag %s"), box->name, *flags);

  return NULL;
}

void
imap_store_submit (gpointer operation,
                   const ImapUidSet *uids,
                   gboolean is_added,
                   const char *const *flags,
                   gboolean (*claim) (ImapCommand *, const ImapResponse *),
                   void (*done) (ImapCommand *, const ImapResponse *))
{
  ImapWriter *writer = imap_operation_write (operation, "UID STORE");
  /* A notifier wants to hear what became of them. */
  gboolean is_silent = claim == NULL && !imap_operation_get_box (operation)->is_watched;

  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_writer_raw (writer, is_added ? " +FLAGS" : " -FLAGS");
  imap_writer_raw (writer, is_silent ? ".SILENT (" : " (");
  for (guint i = 0; flags[i] != NULL; i++)
    {
      if (i > 0)
        imap_writer_space (writer);
      imap_writer_flag (writer, flags[i]);
    }
  imap_writer_char (writer, ')');
  imap_operation_submit (operation, writer, IMAP_COMMAND_MUTATES, claim, done);
}

static void store_next (StoreOperation *self);

/* Only what the server says is flagged counts as flagged by us, and of that only what we asked for. */
static gboolean
claim_deleted (ImapCommand *command, const ImapResponse *response)
{
  StoreOperation *self = (StoreOperation *) command->operation;
  ImapUidSet *asked = imap_batches_get_next (&self->batches);
  g_auto (ImapFetch) fetch = { 0 };
  g_auto (GStrv) flags = NULL;

  if (response->type != IMAP_DATA_FETCH || !imap_data_parse_fetch (response, &fetch, NULL) ||
      fetch.uid == 0 || !fetch.has_flags || fetch.size >= 0 ||
      !imap_uid_set_contains (asked, fetch.uid))
    return FALSE;

  flags = imap_fetch_dup_flags (&fetch);
  if (has_flag ((const char *const *) flags, "\\Deleted"))
    imap_uid_set_add (self->deleted, fetch.uid);

  return TRUE;
}

static gboolean
is_about_deleted (StoreOperation *self)
{
  return has_flag ((const char *const *) self->flags, "\\Deleted") &&
         self->parent.host->wants_deleted (self->parent.host_data);
}

/* Mails that are removed when the box is left, or not any more. */
static void
note_deleted (StoreOperation *self)
{
  if (is_about_deleted (self))
    self->parent.host->note_deleted (
        self->parent.host_data,
        self->is_added ? self->deleted : imap_batches_get_next (&self->batches), self->is_added);
}

static void
done (ImapCommand *command, const ImapResponse *response)
{
  StoreOperation *self = (StoreOperation *) command->operation;

  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_batches_fail (&self->batches, self, response);
      return;
    }
  note_deleted (self);
  imap_batches_advance (&self->batches);
  store_next (self);
}

static void
store_next (StoreOperation *self)
{
  ImapUidSet *uids = imap_batches_get_next (&self->batches);

  if (uids == NULL)
    {
      imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
      return;
    }

  g_clear_pointer (&self->deleted, imap_uid_set_unref);
  self->deleted = imap_uid_set_new ();
  imap_store_submit (self, uids, self->is_added, (const char *const *) self->flags,
                     self->is_added && is_about_deleted (self) ? claim_deleted : NULL, done);
}

static void
start (ImapOperation *operation)
{
  StoreOperation *self = (StoreOperation *) operation;
  ImapBoxState *box = imap_operation_get_box (self);
  GError *error = imap_store_check_box (box,
                                        self->is_added ? (const char *const *) self->flags : NULL);

  if (error != NULL)
    imap_operation_fail (self, error);
  else if (imap_batches_begin (&self->batches, box))
    store_next (self);
  else
    imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
}

static void
finalize (ImapOperation *operation)
{
  StoreOperation *self = (StoreOperation *) operation;

  imap_batches_clear (&self->batches);
  g_clear_pointer (&self->deleted, imap_uid_set_unref);
  g_strfreev (self->flags);
}

static const ImapOperationClass store_class = {
  .size = sizeof (StoreOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_USES_IDS | IMAP_OPERATION_RESTARTABLE,
  .start = start,
  .finalize = finalize,
};

gpointer
imap_store_operation_new (ImapUidSet *uids, gboolean is_added, const char *const *flags)
{
  StoreOperation *self = imap_operation_new (
      &store_class, g_strdup (is_added ? _ ("setting flags") : _ ("taking flags away")));

  self->is_added = is_added;
  self->flags = g_strdupv ((GStrv) flags);
  imap_batches_init (&self->batches, uids);

  return self;
}

/* STATUS: the facts of a box without selecting it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-status.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

typedef struct
{
  ImapOperation parent;

  char *name;                 /* owned, nullable */
  ImapBoxState *state;        /* owned, nullable: what STATUS said */
  gboolean is_unseen_unknown; /* the answer could not be read */
  ImapUidSet *unseen;         /* owned, nullable: of the selected box */
} BoxInfoOperation;

char *
imap_status_dup_items (gpointer operation)
{
  GString *items = g_string_new ("(MESSAGES UIDNEXT UIDVALIDITY UNSEEN");

  /* RFC 9051 has no RECENT any more. */
  if (imap_operation_has (operation, IMAP_CAPABILITY_IMAP4REV1) ||
      !imap_operation_has (operation, IMAP_CAPABILITY_IMAP4REV2))
    g_string_append (items, " RECENT");
  if (imap_operation_has (operation, IMAP_CAPABILITY_CONDSTORE))
    g_string_append (items, " HIGHESTMODSEQ");
  if (imap_operation_has (operation, IMAP_CAPABILITY_STATUS_SIZE))
    g_string_append (items, " SIZE");
  if (imap_operation_has (operation, IMAP_CAPABILITY_OBJECTID))
    g_string_append (items, " MAILBOXID");
  g_string_append_c (items, ')');

  return g_string_free (items, FALSE);
}

ImapBoxState *
imap_status_to_state (const ImapStatusItem *item)
{
  ImapBoxState *state = imap_box_state_new (item->name);

  state->exists = (guint32) CLAMP (item->messages, 0, G_MAXUINT32);
  state->recent = (guint32) CLAMP (item->recent, 0, G_MAXUINT32);
  state->unseen = item->unseen;
  state->uid_next = item->uid_next;
  state->uid_validity = (guint32) CLAMP (item->uid_validity, 0, G_MAXUINT32);
  state->highest_modseq = item->highest_modseq;
  state->size = item->size;
  state->mailbox_id = g_strdup (item->mailbox_id);

  return state;
}

gboolean
imap_status_is_answer (gpointer operation,
                       const ImapResponse *response,
                       const char *box,
                       ImapStatusItem *out_item)
{
  g_auto (ImapStatusItem) item = { 0 };

  if (response->type != IMAP_DATA_STATUS ||
      !imap_data_parse_status (response, imap_operation_accepts_utf8 (operation), &item, NULL) ||
      !imap_box_name_is_same (item.name, box))
    return FALSE;

  *out_item = item;
  item = (ImapStatusItem){ 0 };

  return TRUE;
}

static gboolean
claim_status (ImapCommand *command, const ImapResponse *response)
{
  BoxInfoOperation *self = (BoxInfoOperation *) command->operation;
  g_auto (ImapStatusItem) item = { 0 };

  if (!imap_status_is_answer (self, response, self->name, &item))
    return FALSE;

  g_clear_pointer (&self->state, imap_box_state_free);
  self->state = imap_status_to_state (&item);

  return TRUE;
}

static void
status_done (ImapCommand *command, const ImapResponse *response)
{
  BoxInfoOperation *self = (BoxInfoOperation *) command->operation;

  if (response->condition != IMAP_CONDITION_OK)
    imap_operation_fail_response (self, response);
  else if (self->state == NULL)
    imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                            _ ("the server answered OK and told nothing")));
  else
    imap_operation_return (self, g_steal_pointer (&self->state),
                           (GDestroyNotify) imap_box_state_free);
}

static void
ask_status (BoxInfoOperation *self)
{
  g_autofree char *items = imap_status_dup_items (self);
  ImapWriter *writer = imap_operation_write (self, "STATUS");

  imap_writer_space (writer);
  imap_operation_write_box (self, writer, self->name);
  imap_writer_space (writer);
  imap_writer_raw (writer, items);
  imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim_status, status_done);
}

static gboolean
claim_unseen (ImapCommand *command, const ImapResponse *response)
{
  BoxInfoOperation *self = (BoxInfoOperation *) command->operation;

  if (response->type == IMAP_DATA_ESEARCH)
    {
      g_autofree char *tag = imap_data_dup_esearch_tag (response);

      if (tag != NULL && g_strcmp0 (tag, command->tag) != 0)
        return FALSE;
    }
  else if (response->type != IMAP_DATA_SEARCH)
    {
      return FALSE;
    }
  if (!imap_data_parse_search (response, self->unseen, NULL))
    self->is_unseen_unknown = TRUE;

  return TRUE;
}

static void
unseen_done (ImapCommand *command, const ImapResponse *response)
{
  BoxInfoOperation *self = (BoxInfoOperation *) command->operation;
  ImapBoxState *state = imap_operation_get_box (self);

  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_operation_fail_response (self, response);
      return;
    }

  state->unseen = self->is_unseen_unknown ? -1 : (gint64) imap_uid_set_get_size (self->unseen);
  imap_operation_return (self, imap_box_state_copy (state), (GDestroyNotify) imap_box_state_free);
}

/* STATUS is not meant for the selected box (RFC 9051, 6.3.11): NOOP brings what is known of it up
 * to date, and a search counts the unseen. */
static void
ask_selected (BoxInfoOperation *self)
{
  ImapWriter *writer = imap_operation_write (self, "UID SEARCH");

  self->unseen = imap_uid_set_new ();
  imap_operation_submit (self, imap_operation_write (self, "NOOP"), IMAP_COMMAND_NONE, NULL, NULL);
  /* With a tag the answer cannot be taken for another search's. */
  imap_writer_raw (writer, imap_operation_has (self, IMAP_CAPABILITY_ESEARCH) ?
                               " RETURN (ALL) UNSEEN" :
                               " UNSEEN");
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim_unseen, unseen_done);
}

static void
start (ImapOperation *operation)
{
  BoxInfoOperation *self = (BoxInfoOperation *) operation;
  ImapBoxState *box = imap_operation_get_box (self);

  if (box != NULL && (self->name == NULL || imap_box_name_is_same (self->name, box->name)))
    ask_selected (self);
  else
    ask_status (self);
}

static void
reset (ImapOperation *operation)
{
  BoxInfoOperation *self = (BoxInfoOperation *) operation;

  g_clear_pointer (&self->state, imap_box_state_free);
  g_clear_pointer (&self->unseen, imap_uid_set_unref);
}

static void
finalize (ImapOperation *operation)
{
  reset (operation);
  g_free (((BoxInfoOperation *) operation)->name);
}

static const ImapOperationClass other_class = {
  .size = sizeof (BoxInfoOperation),
  .traits = IMAP_OPERATION_REPEATABLE,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

static const ImapOperationClass selected_class = {
  .size = sizeof (BoxInfoOperation),
  .traits = IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_NEEDS_BOX,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

gpointer
imap_box_info_operation_new (const char *box)
{
  BoxInfoOperation *self;

  if (box == NULL)
    return imap_operation_new (&selected_class, g_strdup (_ ("asking for the selected box")));

  self = imap_operation_new (&other_class, g_strdup_printf (_ ("asking for the box “%s”"), box));
  self->name = g_strdup (box);

  return self;
}

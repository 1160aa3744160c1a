/* Mails that are put into a box: which ids they have got there, where the server does not tell.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-placer.h"

#include "gimap4d/imap/command/imap-status.h"

static gboolean
claim_before (ImapCommand *command, const ImapResponse *response)
{
  ImapPlacer *self = (ImapPlacer *) command->operation;
  g_auto (ImapStatusItem) item = { 0 };

  if (!imap_status_is_answer (self, response, self->box, &item))
    return FALSE;
  self->append_limit = item.append_limit;
  if (!self->is_selected)
    {
      self->before = item.uid_next;
      self->validity = item.uid_validity;
    }

  return TRUE;
}

/* Whatever it said: the mail may go. */
static void
before_done (ImapCommand *command, const ImapResponse *response)
{
  ImapPlacer *self = (ImapPlacer *) command->operation;

  self->begun (self);
}

static void
ask_before (ImapPlacer *self, ImapPlacerWishes wishes)
{
  ImapWriter *writer = imap_operation_write (self, "STATUS");
  gboolean wants_ids = self->is_looking && !self->is_selected;

  imap_writer_space (writer);
  imap_operation_write_box (self, writer, self->box);
  if ((wishes & IMAP_PLACER_LIMIT) != 0)
    imap_writer_raw (writer, wants_ids ? " (UIDNEXT UIDVALIDITY APPENDLIMIT)" : " (APPENDLIMIT)");
  else
    imap_writer_raw (writer, " (UIDNEXT UIDVALIDITY)");
  imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim_before, before_done);
}

/* Of each box its own, when the server names no number for all. */
static gboolean
has_limit_of_box (ImapPlacer *self)
{
  const ImapCapabilities *capabilities = imap_operation_get_capabilities (self);

  return g_strv_contains ((const char *const *) capabilities->words, "APPENDLIMIT");
}

void
imap_placer_begin (gpointer operation,
                   const char *box,
                   ImapPlacerWishes wishes,
                   void (*begun) (gpointer operation))
{
  ImapPlacer *self = operation;
  const ImapBoxState *selected = imap_operation_get_box (self);

  g_free (self->box);
  self->box = g_strdup (box);
  self->begun = begun;
  self->after = -1;
  self->validity = -1;
  self->append_limit = -1;
  self->is_selected = selected != NULL && imap_box_name_is_same (selected->name, box);
  self->before = self->is_selected ? selected->uid_next : -1;
  self->is_looking = (wishes & IMAP_PLACER_IDS) != 0 &&
                     !imap_operation_has (self, IMAP_CAPABILITY_UIDPLUS);
  if (!has_limit_of_box (self))
    wishes &= ~IMAP_PLACER_LIMIT;

  if ((self->is_looking && !self->is_selected) || (wishes & IMAP_PLACER_LIMIT) != 0)
    ask_before (self, wishes);
  else
    begun (self);
}

gboolean
imap_placer_wants_message_id (gpointer operation)
{
  ImapPlacer *self = operation;

  return self->is_looking && self->is_selected;
}

static void
return_found (ImapPlacer *self)
{
  imap_operation_return (self, g_steal_pointer (&self->parent.settled),
                         self->parent.settled_destroy);
}

static gboolean
claim_search (ImapCommand *command, const ImapResponse *response)
{
  ImapPlacer *self = (ImapPlacer *) command->operation;

  if (!imap_search_is_answer (command, response))
    return FALSE;
  if (!imap_data_parse_search (response, self->answer, NULL))
    self->is_looking = FALSE;

  return TRUE;
}

static ImapWriter *
begin_search (ImapPlacer *self)
{
  ImapWriter *writer = imap_operation_write (self, "UID SEARCH");

  self->answer = imap_uid_set_new ();
  imap_writer_space (writer);
  if (imap_operation_has (self, IMAP_CAPABILITY_ESEARCH))
    imap_writer_raw (writer, "RETURN (ALL) ");
  imap_writer_raw (writer, "UID ");

  return writer;
}

/* "n:*" has the last mail in it even when its id is below n. */
static void
take_appended (ImapPlacer *self)
{
  ImapFound *found = self->parent.settled;
  ImapBoxState *box = imap_operation_get_box (self);
  g_autoptr (ImapUidSet) old = NULL;
  g_autoptr (ImapUidSet) placed = NULL;

  if (box == NULL || imap_uid_set_is_open (self->answer))
    return;
  if (self->before > 1)
    old = imap_uid_set_new_range (1, (guint32) self->before - 1);
  else
    old = imap_uid_set_new ();
  placed = imap_uid_set_subtract (self->answer, old);
  if (imap_uid_set_get_size (placed) != 1)
    return;

  /* The same mail once more is a newer one. */
  box->uid_next = MAX (box->uid_next, (gint64) imap_uid_set_get_id (placed, 0) + 1);
  imap_uid_set_unref (found->uids);
  found->uids = g_steal_pointer (&placed);
  found->uid_validity = box->uid_validity;
}

static void
appended_done (ImapCommand *command, const ImapResponse *response)
{
  ImapPlacer *self = (ImapPlacer *) command->operation;

  if (self->is_looking && response->condition == IMAP_CONDITION_OK)
    take_appended (self);
  return_found (self);
}

/* NOOP, because a server need not tell of the new mail before (RFC 9051, 6.3.12). */
static void
search_appended (ImapPlacer *self, const char *message_id)
{
  g_autofree char *range = g_strdup_printf ("%" G_GINT64_FORMAT ":* HEADER Message-ID ",
                                            self->before);
  ImapWriter *writer;

  imap_operation_submit (self, imap_operation_write (self, "NOOP"), IMAP_COMMAND_NONE, NULL, NULL);
  writer = begin_search (self);
  imap_writer_raw (writer, range);
  imap_writer_astring (writer, message_id);
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim_search, appended_done);
}

static gboolean
claim_after (ImapCommand *command, const ImapResponse *response)
{
  ImapPlacer *self = (ImapPlacer *) command->operation;
  g_auto (ImapStatusItem) item = { 0 };

  if (!imap_status_is_answer (self, response, self->box, &item))
    return FALSE;
  self->after = item.uid_validity == self->validity ? item.uid_next : -1;

  return TRUE;
}

static void
after_done (ImapCommand *command, const ImapResponse *response)
{
  ImapPlacer *self = (ImapPlacer *) command->operation;
  ImapFound *found = self->parent.settled;

  if (self->is_looking && response->condition == IMAP_CONDITION_OK &&
      self->after - self->before == (gint64) self->n_wanted && self->after <= G_MAXUINT32)
    {
      imap_uid_set_unref (found->uids);
      found->uids = imap_uid_set_new_range ((guint32) self->before, (guint32) self->after - 1);
      found->uid_validity = (guint32) self->validity;
    }
  return_found (self);
}

static void
ask_after (ImapPlacer *self)
{
  ImapWriter *writer = imap_operation_write (self, "STATUS");

  imap_writer_space (writer);
  imap_operation_write_box (self, writer, self->box);
  imap_writer_raw (writer, " (UIDNEXT UIDVALIDITY)");
  imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim_after, after_done);
}

/* A server passes over ids of mails that are gone. What is there now was there when it was copied. */
static void
sources_done (ImapCommand *command, const ImapResponse *response)
{
  ImapPlacer *self = (ImapPlacer *) command->operation;

  if (response->condition != IMAP_CONDITION_OK || !imap_uid_set_equal (self->answer, self->wanted))
    self->is_looking = FALSE;
}

static void
check_sources (ImapPlacer *self)
{
  ImapWriter *writer;

  imap_operation_submit (self, imap_operation_write (self, "NOOP"), IMAP_COMMAND_NONE, NULL, NULL);
  writer = begin_search (self);
  imap_writer_set (writer, self->wanted);
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim_search, sources_done);
}

void
imap_placer_end (gpointer operation, ImapFound *found, const char *message_id, ImapUidSet *copied)
{
  ImapPlacer *self = operation;

  self->parent.settled = found;
  self->parent.settled_destroy = (GDestroyNotify) imap_found_free;
  if (!self->is_looking || self->before <= 0 || self->before > G_MAXUINT32 ||
      (self->is_selected && message_id == NULL) || (!self->is_selected && self->validity <= 0))
    {
      return_found (self);
      return;
    }

  self->n_wanted = copied != NULL ? imap_uid_set_get_size (copied) : 1;
  if (self->is_selected)
    {
      search_appended (self, message_id);
      return;
    }
  if (copied != NULL)
    {
      self->wanted = imap_uid_set_ref (copied);
      check_sources (self);
    }
  ask_after (self);
}

void
imap_placer_finalize (gpointer operation)
{
  ImapPlacer *self = operation;

  g_free (self->box);
  g_clear_pointer (&self->answer, imap_uid_set_unref);
  g_clear_pointer (&self->wanted, imap_uid_set_unref);
}

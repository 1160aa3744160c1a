/* SELECT and EXAMINE: the box that the next commands are about.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-select.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-failure.h"

typedef struct
{
  ImapOperation parent;

  char *name;
  gboolean read_only;
  ImapBoxState *state; /* what the server has told so far; owned, nullable */

  gboolean wants_modseqs;
  guint32 known_validity; /* 0 = nothing is known from before */
  guint64 known_modseq;

  ImapReselectedFunc reselected; /* nullable */
  gpointer data;
} SelectOperation;

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  SelectOperation *self = (SelectOperation *) command->operation;

  /* What came before this was about the box that was selected before (RFC 7162, 3.2.11). */
  if (response->code == IMAP_CODE_CLOSED)
    {
      imap_box_state_free (self->state);
      self->state = imap_box_state_new (self->name);
      return TRUE;
    }

  if (imap_box_state_apply (self->state, response))
    return TRUE;

  /* Whoever asked for it listens. */
  return self->known_validity != 0 &&
         (response->type == IMAP_DATA_FETCH || response->type == IMAP_DATA_VANISHED);
}

static void
set_box (SelectOperation *self, ImapBoxState *state)
{
  self->parent.host->set_box (self->parent.host_data, state);
}

static void
selected (SelectOperation *self, const ImapResponse *response)
{
  ImapBoxState *state = g_steal_pointer (&self->state);

  state->is_read_only = state->is_read_only || self->read_only;
  state->is_condstore = self->known_validity != 0 ||
                        (self->wants_modseqs &&
                         imap_operation_has (self, IMAP_CAPABILITY_CONDSTORE));
  imap_box_state_apply (state, response);
  if (self->reselected != NULL)
    self->reselected (self->data, state, NULL);
  imap_operation_return (self, imap_box_state_copy (state), (GDestroyNotify) imap_box_state_free);
  set_box (self, state);
}

static void start (ImapOperation *operation);

static void
done (ImapCommand *command, const ImapResponse *response)
{
  SelectOperation *self = (SelectOperation *) command->operation;
  g_autoptr (GError) refusal = NULL;

  if (response->condition == IMAP_CONDITION_OK)
    {
      selected (self, response);
      return;
    }

  /* A server that offers QRESYNC or CONDSTORE and does not understand it is asked as everybody is. */
  if (response->condition == IMAP_CONDITION_BAD &&
      (self->known_validity != 0 || self->wants_modseqs))
    {
      self->known_validity = 0;
      self->wants_modseqs = FALSE;
      g_clear_pointer (&self->state, imap_box_state_free);
      start (command->operation);
      return;
    }

  /* A SELECT that fails leaves no box selected (RFC 9051, 6.3.2). */
  refusal = imap_failure_new (response);
  set_box (self, NULL);
  if (self->reselected != NULL)
    self->reselected (self->data, NULL, refusal);
  imap_operation_fail (self, g_steal_pointer (&refusal));
}

static void
start (ImapOperation *operation)
{
  SelectOperation *self = (SelectOperation *) operation;
  ImapWriter *writer = imap_operation_write (self, self->read_only ? "EXAMINE" : "SELECT");

  self->state = imap_box_state_new (self->name);
  imap_writer_space (writer);
  imap_operation_write_box (self, writer, self->name);
  if (self->known_validity != 0)
    {
      g_autofree char *known = g_strdup_printf (" (QRESYNC (%u %" G_GUINT64_FORMAT "))",
                                                self->known_validity, self->known_modseq);

      imap_writer_raw (writer, known);
    }
  else if (self->wants_modseqs && imap_operation_has (self, IMAP_CAPABILITY_CONDSTORE))
    {
      imap_writer_raw (writer, " (CONDSTORE)");
    }
  imap_operation_submit (self, writer, IMAP_COMMAND_EXCLUSIVE | IMAP_COMMAND_LEADS, claim, done);
}

static void
reset (ImapOperation *operation)
{
  SelectOperation *self = (SelectOperation *) operation;

  g_clear_pointer (&self->state, imap_box_state_free);
}

static void
finalize (ImapOperation *operation)
{
  SelectOperation *self = (SelectOperation *) operation;

  g_clear_pointer (&self->state, imap_box_state_free);
  g_free (self->name);
}

static const ImapOperationClass select_class = {
  .size = sizeof (SelectOperation),
  .traits = IMAP_OPERATION_BARRIER | IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_SELECTS |
            IMAP_OPERATION_LEAVES_BOX,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

/* Modified UTF-7, UTF-8 and a quoted string are the same then, so that it can be written before it is
 * known which it has to be. */
static gboolean
is_plain_name (const char *name)
{
  for (; *name != '\0'; name++)
    if (*name < ' ' || *name > '~' || *name == '&')
      return FALSE;

  return TRUE;
}

gpointer
imap_select_operation_new (const char *box, gboolean read_only)
{
  SelectOperation *self = imap_operation_new (&select_class,
                                              g_strdup_printf (_ ("selecting the box “%s”"), box));

  self->name = g_strdup (box);
  self->parent.box = g_strdup (box);
  self->read_only = read_only;
  self->parent.goes_ahead = is_plain_name (box);

  return self;
}

gpointer
imap_select_operation_new_again (const char *box,
                                 gboolean read_only,
                                 ImapReselectedFunc reselected,
                                 gpointer data)
{
  SelectOperation *self = imap_select_operation_new (box, read_only);

  self->parent.goes_ahead = FALSE;
  self->reselected = reselected;
  self->data = data;

  return self;
}

void
imap_select_operation_set_modseqs (gpointer operation)
{
  ((SelectOperation *) operation)->wants_modseqs = TRUE;
}

void
imap_select_operation_set_resync (gpointer operation, guint32 uid_validity, guint64 modseq)
{
  SelectOperation *self = operation;

  self->known_validity = uid_validity;
  self->known_modseq = modseq;
}

/* CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE: what changes the boxes themselves.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-boxes.h"

#include "gimap4d/base/gimap4d-i18n.h"

#include <string.h>

#define DELETE "DELETE"

typedef struct
{
  ImapOperation parent;

  const char *command; /* static */
  char *box;           /* owned */
  char *new_name;      /* owned, nullable */
  gboolean was_selected;
} BoxesOperation;

static void
return_true (BoxesOperation *self)
{
  imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
}

static gboolean
deletes_selected (BoxesOperation *self)
{
  ImapBoxState *selected = imap_operation_get_box (self);

  return strcmp (self->command, DELETE) == 0 && selected != NULL &&
         imap_box_name_is_same (selected->name, self->box);
}

static void
done (ImapCommand *command, const ImapResponse *response)
{
  BoxesOperation *self = (BoxesOperation *) command->operation;

  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_operation_fail_response (self, response);
      return;
    }
  /* What was selected and is gone is not to be selected again, either. */
  if (self->was_selected)
    self->parent.host->set_box (self->parent.host_data, NULL);
  return_true (self);
}

static void
submit (BoxesOperation *self)
{
  ImapWriter *writer = imap_operation_write (self, self->command);

  imap_writer_space (writer);
  imap_operation_write_box (self, writer, self->box);
  if (self->new_name != NULL)
    {
      imap_writer_space (writer);
      imap_writer_box (writer, self->new_name);
    }
  imap_operation_submit (self, writer, IMAP_COMMAND_MUTATES, NULL, done);
}

static void
unselected (ImapCommand *command, const ImapResponse *response)
{
  BoxesOperation *self = (BoxesOperation *) command->operation;

  if (response->condition == IMAP_CONDITION_OK)
    self->parent.host->doubt_box (self->parent.host_data);
  submit (self);
}

/* Some servers hang up on who has a box selected that goes. UNSELECT (RFC 3691) before it has them forget
 * it; CLOSE would expunge. When the box stays after all it is selected again by the next call. */
static void
start (ImapOperation *operation)
{
  BoxesOperation *self = (BoxesOperation *) operation;

  self->was_selected = deletes_selected (self);
  if (self->was_selected && imap_operation_has (self, IMAP_CAPABILITY_UNSELECT))
    imap_operation_submit (self, imap_operation_write (self, "UNSELECT"), IMAP_COMMAND_EXCLUSIVE,
                           NULL, unselected);
  else
    submit (self);
}

static void
finalize (ImapOperation *operation)
{
  BoxesOperation *self = (BoxesOperation *) operation;

  g_free (self->box);
  g_free (self->new_name);
}

/* A barrier: what comes next may be about the box that is made, or not about the one that is gone. */
static const ImapOperationClass boxes_class = {
  .size = sizeof (BoxesOperation),
  .traits = IMAP_OPERATION_BARRIER,
  .start = start,
  .finalize = finalize,
};

static gpointer
boxes_operation_new (const char *command, char *title, const char *box, const char *new_name)
{
  BoxesOperation *self = imap_operation_new (&boxes_class, title);

  self->command = command;
  self->box = g_strdup (box);
  self->new_name = g_strdup (new_name);

  return self;
}

gpointer
imap_create_operation_new (const char *box)
{
  return boxes_operation_new ("CREATE", g_strdup_printf (_ ("creating the box “%s”"), box), box,
                              NULL);
}

gpointer
imap_delete_operation_new (const char *box)
{
  return boxes_operation_new (DELETE, g_strdup_printf (_ ("deleting the box “%s”"), box), box,
                              NULL);
}

gpointer
imap_rename_operation_new (const char *box, const char *new_name)
{
  return boxes_operation_new ("RENAME",
                              g_strdup_printf (_ ("renaming the box “%s” to “%s”"), box, new_name),
                              box, new_name);
}

gpointer
imap_subscribe_operation_new (const char *box)
{
  return boxes_operation_new ("SUBSCRIBE", g_strdup_printf (_ ("subscribing the box “%s”"), box),
                              box, NULL);
}

gpointer
imap_unsubscribe_operation_new (const char *box)
{
  return boxes_operation_new ("UNSUBSCRIBE",
                              g_strdup_printf (_ ("unsubscribing the box “%s”"), box), box, NULL);
}

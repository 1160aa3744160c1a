/* IDLE: the server tells what happens by itself (RFC 2177).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-idle.h"

typedef struct
{
  ImapOperation parent;

  const ImapIdleEvents *events;
  gpointer data;
  gboolean is_entered;
} IdleOperation;

static gboolean
continued (ImapCommand *command, const ImapResponse *response)
{
  IdleOperation *self = (IdleOperation *) command->operation;

  /* A second one asks for nothing. */
  if (self->is_entered)
    return TRUE;

  /* From here on its reply is not due. */
  self->is_entered = TRUE;
  command->traits |= IMAP_COMMAND_INDEPENDENT;
  self->events->entered (self->data);

  return TRUE;
}

static void
done (ImapCommand *command, const ImapResponse *response)
{
  IdleOperation *self = (IdleOperation *) command->operation;

  self->events->left (self->data, response);
  imap_operation_return (self, NULL, NULL);
}

static void
start (ImapOperation *operation)
{
  ImapCommand *command = imap_command_new (operation, imap_operation_write (operation, "IDLE"),
                                           IMAP_COMMAND_NONE, NULL, done);

  command->continued = continued;
  imap_command_submit (command);
}

static const ImapOperationClass idle_class = {
  .size = sizeof (IdleOperation),
  .traits = IMAP_OPERATION_BARRIER,
  .start = start,
};

gpointer
imap_idle_operation_new (const ImapIdleEvents *events, gpointer data)
{
  IdleOperation *self = imap_operation_new (&idle_class, NULL);

  self->events = events;
  self->data = data;

  return self;
}

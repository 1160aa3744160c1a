/* NOOP: is the connection alive, and what has happened meanwhile.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-noop.h"

#include "gimap4d/base/gimap4d-i18n.h"

static void
done (ImapCommand *command, const ImapResponse *response)
{
  if (response->condition == IMAP_CONDITION_OK)
    imap_operation_return (command->operation, g_strdup (response->text), g_free);
  else
    imap_operation_fail_response (command->operation, response);
}

static void
start (ImapOperation *operation)
{
  imap_operation_submit (operation, imap_operation_write (operation, "NOOP"), IMAP_COMMAND_LEADS,
                         NULL, done);
}

static const ImapOperationClass noop_class = {
  .size = sizeof (ImapOperation),
  .traits = IMAP_OPERATION_REPEATABLE,
  .start = start,
};

static const ImapOperationClass probe_class = {
  .size = sizeof (ImapOperation),
  .traits = IMAP_OPERATION_BARRIER,
  .start = start,
};

gpointer
imap_noop_operation_new (void)
{
  ImapOperation *operation = imap_operation_new (&noop_class,
                                                 g_strdup (_ ("checking the connection")));

  operation->goes_ahead = TRUE;

  return operation;
}

gpointer
imap_noop_operation_new_probe (void)
{
  return imap_operation_new (&probe_class, g_strdup (_ ("checking the connection")));
}

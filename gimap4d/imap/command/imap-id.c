/* ID: telling the server who we are (RFC 2971).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-id.h"

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  return response->type == IMAP_DATA_ID;
}

static void
add_field (ImapWriter *writer, const char *name, const char *value)
{
  imap_writer_nstring (writer, name);
  imap_writer_space (writer);
  imap_writer_nstring (writer, value);
}

void
imap_id_submit (gpointer operation, const char *client_id)
{
  ImapWriter *writer = imap_operation_write (operation, "ID");

  imap_writer_raw (writer, " (");
  add_field (writer, "name", client_id != NULL ? client_id : "gimap4d");
  if (client_id == NULL)
    {
      imap_writer_space (writer);
      add_field (writer, "version", PACKAGE_VERSION);
    }
  imap_writer_char (writer, ')');
  imap_operation_submit (operation, writer, IMAP_COMMAND_INDEPENDENT | IMAP_COMMAND_AHEAD, claim,
                         NULL);
}

/* What several families of the transporter's methods do with arguments and results.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-transporter-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-search.h"
#include "gimap4d/imap/imap-message-set-private.h"

gboolean
imap_transporter_check_box_name (const char *name, GError **error)
{
  if (name[0] != '\0')
    return TRUE;

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("the name of the box is empty"));

  return FALSE;
}

gboolean
imap_transporter_to_boolean (GImapTransporter *self, gpointer result)
{
  return result != NULL;
}

GImapMessageSet *
imap_transporter_to_message_set (GImapTransporter *self, gpointer result)
{
  ImapFound *found = result;
  GImapMessageSet *ids;

  if (found == NULL)
    return NULL;

  ids = imap_message_set_new_for_box (found->uids, found->box, found->uid_validity);
  imap_found_free (found);

  return ids;
}

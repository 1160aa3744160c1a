/* UID SEARCH: which messages match, and which ids stand behind numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/wire/imap-criteria.h"

G_BEGIN_DECLS

/* Ids, and the box that they are of. */
typedef struct
{
  ImapUidSet *uids;
  char *box;
  guint32 uid_validity;
} ImapFound;

void imap_found_free (ImapFound *found);

/* Whether an untagged response may be the answer to this search command. */
gboolean imap_search_is_answer (const ImapCommand *command, const ImapResponse *response);

/* The result is an ImapFound. */
gpointer imap_search_operation_new (ImapCriteria *criteria);

/* The ids of the messages from @first to @last; 0 = from the first, up to the last. The result is an
 * ImapFound. */
gpointer imap_numbers_operation_new (guint32 first, guint32 last);

G_END_DECLS

/* A set of ids that goes to the server in pieces, one after the other: when one fails, it is known
 * how far the change went.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

typedef struct
{
  ImapUidSet *uids;  /* owned */
  GPtrArray *pieces; /* owned, nullable: of ImapUidSet */
  guint n_done;
} ImapBatches;

void imap_batches_init (ImapBatches *batches, ImapUidSet *uids);
void imap_batches_clear (ImapBatches *batches);
/* Cuts the set. FALSE when there is nothing to do: an empty set, or all of an empty box. */
gboolean imap_batches_begin (ImapBatches *batches, const ImapBoxState *box);
/* NULL when all are done. */
ImapUidSet *imap_batches_get_next (ImapBatches *batches);
void imap_batches_advance (ImapBatches *batches);
/* Fails the operation with what the server said, and how much was done before. */
void imap_batches_fail (ImapBatches *batches, gpointer operation, const ImapResponse *response);

G_END_DECLS

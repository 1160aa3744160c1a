/* LIST and LSUB: which boxes there are.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/grammar/imap-data.h"

G_BEGIN_DECLS

typedef struct
{
  ImapListItem item;
  gboolean is_subscribed;
  ImapBoxState *state; /* owned, nullable */
} ImapListedBox;

void imap_listed_box_free (ImapListedBox *box);

/* The result is a GPtrArray of ImapListedBox. */
gpointer imap_list_operation_new (gboolean only_subscribed, gboolean with_status);

/* The result is the hierarchy delimiter (utf8); "" where the names have no levels. */
gpointer imap_delimiter_operation_new (void);

G_END_DECLS

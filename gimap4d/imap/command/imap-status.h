/* STATUS: the facts of a box without selecting it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/grammar/imap-data.h"

G_BEGIN_DECLS

/* The result is an ImapBoxState. @box NULL: the selected one. */
gpointer imap_box_info_operation_new (const char *box);

/* What to ask for with STATUS here: "(MESSAGES …)". */
char *imap_status_dup_items (gpointer operation);
/* Whether the response tells of this box; then what it says. */
gboolean imap_status_is_answer (gpointer operation,
                                const ImapResponse *response,
                                const char *box,
                                ImapStatusItem *out_item);
ImapBoxState *imap_status_to_state (const ImapStatusItem *item);

G_END_DECLS

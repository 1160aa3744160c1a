/* An mbox that other programs write into, too: opened while nobody else has it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CliMailbox CliMailbox;

/* Waits for some seconds when another program has it; makes it when it is not there. */
CliMailbox *cli_mailbox_open (const char *path, GError **error);
void cli_mailbox_close (CliMailbox *mailbox);

/* To read and write; closed with the mailbox, which no other descriptor of it may be before. */
int cli_mailbox_get_descriptor (CliMailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliMailbox, cli_mailbox_close)

G_END_DECLS

/* CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE: what changes the boxes themselves.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* The result of each is TRUE. Sent once, never repeated. */
gpointer imap_create_operation_new (const char *box);
gpointer imap_delete_operation_new (const char *box);
gpointer imap_rename_operation_new (const char *box, const char *new_name);
gpointer imap_subscribe_operation_new (const char *box);
gpointer imap_unsubscribe_operation_new (const char *box);

G_END_DECLS

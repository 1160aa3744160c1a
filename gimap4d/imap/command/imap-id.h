/* ID: telling the server who we are (RFC 2971).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* @client_id: the name to give; NULL = the library's own. Nothing waits for the answer. */
void imap_id_submit (gpointer operation, const char *client_id);

G_END_DECLS

/* From what the server refused to the error that says so.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/grammar/imap-response.h"

G_BEGIN_DECLS

/* For a NO, BAD or BYE. The message is the server's, with what it means before it. */
GError *imap_failure_new (const ImapResponse *response);

/* It is not this command that the server refuses: there were too many. */
gboolean imap_failure_is_over_limit (const ImapResponse *response);

/* The server itself said it, as opposed to us or the network. */
gboolean imap_failure_is_servers (const GError *error);

G_END_DECLS

/* NOOP: is the connection alive, and what has happened meanwhile.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* The result is the text of the server's OK (utf8, owned by who gets it). */
gpointer imap_noop_operation_new (void);
/* The same for the connection itself, before it is used again. */
gpointer imap_noop_operation_new_probe (void);

G_END_DECLS

/* What the server can do, as the result of a call.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* An operation; its result is a GStrv. It sends nothing: who is logged in knows the list. */
gpointer imap_capability_list_operation_new (void);

G_END_DECLS

/* What a client wrote as the commands that it was: how often each that changes something is whole.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Adds what was written over one connection to the counts: from the command without its tag to how
 * often it was written to its end. */
void sent_commands_count_changes (GBytes *written, GHashTable *counts);

G_END_DECLS

/* What the completion of shells asks for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/command.h"

G_BEGIN_DECLS

/* A line a command: name, tab, what it does. */
void cli_complete_print_command (const Command *command);
/* A line an option: name, tab, "flag", "file" or "text" for its argument, tab, what it does. */
void cli_complete_print_options (const GOptionEntry *entries);

G_END_DECLS

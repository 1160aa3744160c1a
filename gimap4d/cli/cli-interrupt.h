/* Ctrl-C and its relatives end what is being done, and then the program.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Call once, before any other thread. Unowned; cancelled by SIGINT, SIGTERM and SIGHUP. A second
 * signal ends the program at once. */
GCancellable *cli_interrupt_watch (void);

gboolean cli_interrupt_has_come (void);

/* Ends the program by the signal that came, so that a shell sees what happened. Returns when none
 * came. */
void cli_interrupt_raise (void);

G_END_DECLS

/* The password: from a file, or from the terminal without showing it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The first line of the file; “-” is standard input. */
char *cli_password_read (const char *path, GError **error);

/* Fails with CLI_ERROR where there is no terminal, with G_IO_ERROR_CANCELLED at Ctrl-C. */
char *cli_password_ask (const char *question, GCancellable *cancellable, GError **error);

/* Async-signal-safe: the echo comes back when the program is about to die in the prompt. */
void cli_password_restore_terminal (void);

/* Overwrites it first. @secret is nullable. */
void cli_password_free (char *secret);

G_END_DECLS

/* OAuth 2 tokens from a program of the user.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

/* The first line that the program prints. @command: its words, quoted as for a shell; there is no shell. */
char *cli_token_run (const char *command, GCancellable *cancellable, GError **error);

/* The program is asked whenever the transporter needs a token. */
void cli_token_provide (GImapTransporter *transporter, const char *command);

G_END_DECLS

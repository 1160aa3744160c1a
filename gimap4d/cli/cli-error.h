/* What makes the command fail: codes, exit codes, and the sentence that people read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a shell sees; gimap4d(1) documents them. */
typedef enum
{
  CLI_EXIT_OK = 0,
  CLI_EXIT_FAILED = 1,
  CLI_EXIT_USAGE = 2,
  CLI_EXIT_CONNECTION = 3,
  CLI_EXIT_LOGIN = 4,
  CLI_EXIT_TLS = 5,
  CLI_EXIT_NOT_FOUND = 6,
  CLI_EXIT_UNKNOWN_OUTCOME = 7,
} CliExit;

/* Errors of the command itself; the code is its CliExit. Their sentences are complete: no advice is
 * added to them. */
#define CLI_ERROR (cli_error_quark ())
GQuark cli_error_quark (void);

CliExit cli_error_get_exit (const GError *error);
/* One sentence for people: what happened, and what to do next. */
char *cli_error_make_sentence (const GError *error);
gboolean cli_error_is_interrupt (const GError *error);

G_END_DECLS

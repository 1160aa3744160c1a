/* gimap4d serve: a small web page of the mailbox.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/command.h"

static gboolean
run_serve (const CommandRun *run, GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED, "serve");

  return FALSE;
}

const Command command_serve = {
  .name = "serve",
  .summary = N_ ("Show the mailbox as a page in your browser"),
  .examples = "gimap4d serve imaps://ada@imap.example.org/",
  .run = run_serve,
};

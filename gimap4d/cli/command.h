/* What a command is to the program: a name, options, a function.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/cli/cli-account.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-url.h"

G_BEGIN_DECLS

/* What a command is run with; all unowned. */
typedef struct
{
  const CliUrl *url;
  CliAccount *account;       /* cli_account_connect (account, url, cancellable, error) logs in */
  const char *const *words;  /* what follows the URL; ends with NULL */
  gboolean is_json;          /* --json */
  GCancellable *cancellable; /* cancelled by Ctrl-C */
} CommandRun;

typedef struct
{
  const char *name;
  const char *words;   /* nullable, to be translated: what follows the URL, for the help */
  const char *summary; /* to be translated: what it does, one line */
  const char *examples;
  guint n_words;               /* how many may follow the URL */
  gboolean takes_files;        /* they are names of files, in the encoding of these */
  const GOptionEntry *entries; /* nullable, to be translated */

  /* What went wrong otherwise than by an error of the library is a CLI_ERROR. */
  gboolean (*run) (const CommandRun *run, GError **error);
} Command;

/* Logs in and selects the box of the URL, or INBOX. */
GImapBoxInfo *command_open_box (const CommandRun *run,
                                GImapBoxState state,
                                GImapTransporter **out_transporter,
                                GError **error);

extern const Command command_append;
extern const Command command_boxes;
extern const Command command_check;
extern const Command command_fetch;
extern const Command command_get;
extern const Command command_list;
extern const Command command_search;
extern const Command command_serve;
extern const Command command_watch;

G_END_DECLS

/* The mails in a file: one, or those of an mbox.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/cli-spool.h"

G_BEGIN_DECLS

typedef struct _CliMailFile CliMailFile;

/* “-” is standard input. */
CliMailFile *cli_mail_file_open (const char *path, gboolean is_mbox, GError **error);
void cli_mail_file_close (CliMailFile *file);

/* FALSE with an error, or without one at the end. @out_date: when the mbox says that it came; nullable. */
gboolean cli_mail_file_next (CliMailFile *file,
                             CliSpool **out_mail,
                             GDateTime **out_date,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliMailFile, cli_mail_file_close)

G_END_DECLS

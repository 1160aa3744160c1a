/* A file that appears whole or not at all.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CliFile CliFile;

/* @temporary is written first, and is made anew when it is there: it has to be on the file system of
 * @path. */
CliFile *cli_file_new (const char *temporary, const char *path, GError **error);
/* Removes what was not committed. */
void cli_file_free (CliFile *file);

gboolean cli_file_write (CliFile *file, gconstpointer octets, gsize length, GError **error);
/* No more is written: the system may begin to put it on the disk. */
void cli_file_begin_sync (CliFile *file);
/* On the disk; the commit does it otherwise. Many files in a row cost less than each before its commit. */
gboolean cli_file_sync (CliFile *file, GError **error);
/* In its place. G_IO_ERROR_EXISTS when something is there and @may_replace is FALSE. */
gboolean cli_file_commit (CliFile *file, gboolean may_replace, GError **error);

/* From now on the files in it have their names even when the power fails. */
gboolean cli_file_sync_folder (const char *folder, GError **error);

void cli_file_set_error (const char *path, int problem, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliFile, cli_file_free)

G_END_DECLS

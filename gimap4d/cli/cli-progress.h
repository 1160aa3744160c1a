/* How far it is: a bar on a terminal, nothing elsewhere.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CliProgress CliProgress;

/* @label: translated. @total: octets, 0 when it is not known. */
CliProgress *cli_progress_new (const char *label, guint64 total);
/* Wipes the bar away. */
void cli_progress_free (CliProgress *progress);

void cli_progress_set_total (CliProgress *progress, guint64 total);
void cli_progress_add (CliProgress *progress, guint64 octets);
/* Of what was added: it has to be done once more. */
void cli_progress_take_back (CliProgress *progress, guint64 octets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_free)

G_END_DECLS

/* The attachments of a mail become files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/command.h"

G_BEGIN_DECLS

/* Into @folder, which is made if need be, and nowhere else. Prints what was written. */
gboolean cli_attachments_save (
    const CommandRun *run, GEmail *mail, const char *folder, gboolean may_replace, GError **error);

G_END_DECLS

/* A mail as people read it: some headers, the text, what is attached.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/command.h"

G_BEGIN_DECLS

/* @mail: its summary; the text is fetched. */
gboolean cli_reading_show (const CommandRun *run,
                           GImapTransporter *transporter,
                           GEmail *mail,
                           gboolean is_with_headers,
                           GError **error);

G_END_DECLS

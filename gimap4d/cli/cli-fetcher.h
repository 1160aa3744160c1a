/* Mails go from the box to the store.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/cli-store.h"
#include "gimap4d/cli/command.h"

G_BEGIN_DECLS

typedef struct
{
  guint n_fetched;
  guint n_known;   /* that the store had */
  guint n_refused; /* that the server did not give */
  guint64 octets;
} CliFetchResult;

/* What is fetched stays, whatever happens to the rest. Mails that the server refuses are told at once,
 * and the others fetched; it fails at the end then. */
gboolean cli_fetcher_run (const CommandRun *run,
                          GImapTransporter *transporter,
                          GImapMessageSet *ids,
                          CliStore *store,
                          CliFetchResult *result,
                          GError **error);

G_END_DECLS

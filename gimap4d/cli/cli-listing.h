/* Mails of the selected box, listed: in the order of the box, or in another.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/command.h"

G_BEGIN_DECLS

/* Each as it comes. */
gboolean cli_listing_print_set (const CommandRun *run,
                                GImapTransporter *transporter,
                                GImapMessageSet *ids,
                                GError **error);

/* The first @limit in this order (see g_imap_transporter_sort()); @search is nullable. */
gboolean cli_listing_print_sorted (const CommandRun *run,
                                   GImapTransporter *transporter,
                                   const char *order,
                                   GImapSearch *search,
                                   guint limit,
                                   GError **error);

/* --limit, whose value is @limit. */
gboolean cli_listing_check_limit (int limit, GError **error);

G_END_DECLS

/* What a page shows, fetched from the server: no more than that page needs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/serve/page-list.h"
#include "gimap4d/cli/serve/serve-kept.h"

G_BEGIN_DECLS

/* @known: of GImapMessageSet, what was found for pages before. */
gboolean serve_listing_load (ServeKept *known,
                             GImapTransporter *transporter,
                             GImapBoxInfo *info,
                             PageList *list,
                             GCancellable *cancellable,
                             GError **error);
void serve_listing_find_neighbours (GImapTransporter *transporter,
                                    const char *id,
                                    char **out_newer,
                                    char **out_older,
                                    GCancellable *cancellable);

G_END_DECLS

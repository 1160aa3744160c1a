/* The token provider that a program has set, which may change while it runs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-transporter.h"

G_BEGIN_DECLS

typedef struct _ImapTokenSource ImapTokenSource;

ImapTokenSource *imap_token_source_new (void);
ImapTokenSource *imap_token_source_ref (ImapTokenSource *source);
void imap_token_source_unref (ImapTokenSource *source);

/* All from any thread. A provider that runs is finished with before its data is destroyed. */
void imap_token_source_set (ImapTokenSource *source,
                            GImapTokenProvider provider,
                            gpointer data,
                            GDestroyNotify destroy);
gboolean imap_token_source_has_provider (ImapTokenSource *source);
/* Runs the provider. Returns: (transfer full) (nullable): its answer, NULL for an empty one */
char *imap_token_source_ask (ImapTokenSource *source,
                             GImapTransporter *transporter,
                             GImapTokenReason reason,
                             GCancellable *cancellable);

G_END_DECLS

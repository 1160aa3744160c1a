/* QUOTA and QUOTAROOT (RFC 9208).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/grammar/imap-response.h"

G_BEGIN_DECLS

typedef struct
{
  char *root;     /* owned */
  char *resource; /* owned: upper case */
  gint64 usage;   /* -1 = cannot be read */
  gint64 limit;   /* -1 = cannot be read */
} ImapQuotaItem;

void imap_quota_item_free (ImapQuotaItem *item);

/* Adds to @items what a QUOTA says, of ImapQuotaItem; what is malformed is left out. FALSE when there
 * are too many. */
gboolean imap_data_parse_quota (const ImapResponse *response, GPtrArray *items, GError **error);

G_END_DECLS

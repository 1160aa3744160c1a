/* UID SORT: mails in an order, or what is needed to put them in it here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-headers.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_SORT_ARRIVAL,
  IMAP_SORT_CC,
  IMAP_SORT_DATE,
  IMAP_SORT_FROM,
  IMAP_SORT_SIZE,
  IMAP_SORT_SUBJECT,
  IMAP_SORT_TO,
  IMAP_SORT_DISPLAY_FROM,
  IMAP_SORT_DISPLAY_TO,
} ImapSortKind;

typedef struct
{
  ImapSortKind kind;
  gboolean is_reverse;
} ImapSortKey;

/* "REVERSE DATE SUBJECT", of ImapSortKey. NULL with G_IMAP_ERROR_INVALID_ARGUMENT. */
GArray *imap_sort_keys_parse (const char *text, GError **error);

typedef struct
{
  GArray *uids;    /* owned, nullable: of guint32, in the server's order */
  GArray *fetches; /* owned, nullable: of ImapFetch, to be put in order; one of the two is there */
  GArray *keys;    /* owned: of ImapSortKey */
} ImapSorted;

void imap_sorted_free (ImapSorted *sorted);

/* Takes the keys. The result is an ImapSorted. */
gpointer imap_sort_operation_new (GArray *keys, ImapCriteria *criteria);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapSorted, imap_sorted_free)

G_END_DECLS

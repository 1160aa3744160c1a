/* A few header fields of many mails, for an operation that puts them in order.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-searcher.h"
#include "gimap4d/imap/grammar/imap-data.h"

G_BEGIN_DECLS

typedef struct _ImapHeaders ImapHeaders;
typedef void (*ImapHeadersDone) (ImapSearcher *searcher);

/* To be the first member behind the searcher of an operation. */
struct _ImapHeaders
{
  GArray *fetches;   /* owned, nullable: of ImapFetch, each with id, date, size, and the fields */
  ImapUidSet *asked; /* owned, nullable */
  ImapUidSet *found; /* owned, nullable */
  gboolean has_fields;
  guint n_answers_due;
  ImapHeadersDone done;
};

/* An operation that searches, and may ask for headers then. */
typedef struct
{
  ImapSearcher parent;

  ImapHeaders headers;
} ImapHeadersOperation;

/* @fields: "DATE SUBJECT", NULL for none. Mails that are gone by then are left out. */
void imap_headers_fetch (ImapHeadersOperation *operation,
                         ImapUidSet *uids,
                         const char *fields,
                         ImapHeadersDone done);
void imap_headers_reset (ImapHeadersOperation *operation);
/* Nobody can have so many mails, whatever he says that he found. */
gboolean imap_headers_is_too_many (ImapHeadersOperation *operation, guint64 n_mails);
GError *imap_headers_new_too_many_error (ImapHeadersOperation *operation);
/* Gives the array away. */
GArray *imap_headers_steal (ImapHeadersOperation *operation);

G_END_DECLS

/* UID FETCH: mails, as much of each as was asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/grammar/imap-data.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_FETCH_FACTS = 0,          /* id, flags, date, size: always */
  IMAP_FETCH_HEADER = 1 << 0,    /* the header block */
  IMAP_FETCH_BODY = 1 << 1,      /* the whole message */
  IMAP_FETCH_ENVELOPE = 1 << 2,  /* envelope and structure */
  IMAP_FETCH_MARK_SEEN = 1 << 3, /* as reading does */
  IMAP_FETCH_STRUCTURE = 1 << 4, /* the structure without the envelope */
} ImapFetchWhat;

/* What came. Immutable once handed out; shared by the mails made from it. */
typedef struct
{
  gatomicrefcount ref_count;
  GArray *fetches;     /* of ImapFetch, in the order of the box */
  ImapUidSet *missing; /* asked for by id and not there; NULL of a mail that is handed out alone */
  ImapUidSet *failed;  /* nullable: there, and the server cannot give them */
  char *box;
  guint32 uid_validity;
} ImapFetched;

ImapFetched *imap_fetched_ref (ImapFetched *fetched);
void imap_fetched_unref (ImapFetched *fetched);

/* An empty one for mails of this box. */
ImapFetched *imap_fetched_new (const ImapBoxState *box);

/* What a FETCH of so much asks for: " (UID …)". And whether a response may be the answer to it. */
void imap_fetch_mails_write_items (gpointer operation, ImapWriter *writer, ImapFetchWhat what);
gboolean imap_fetch_mails_is_answer (ImapFetchWhat what, const ImapFetch *fetch);
/* Whether a refusal may be about one mail of many, and not about all or the moment. */
gboolean imap_fetch_mails_is_about_a_mail (const ImapResponse *response);

/* The result is an ImapFetched. */
gpointer imap_fetch_operation_new (ImapUidSet *uids, ImapFetchWhat what);
/* By message number; 0 = from the first, up to the last. */
gpointer imap_fetch_operation_new_by_number (guint32 first, guint32 last, ImapFetchWhat what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapFetched, imap_fetched_unref)

G_END_DECLS

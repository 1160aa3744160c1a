/* An operation that begins with a search: which mails match, to the second.
 *
 * A server knows days only, and nobody knows in which zone. Where criteria speak of points in time, all
 * that may match is searched and all that must; the dates of the mails between the two, of some days at
 * most, are fetched.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-batches.h"
#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/wire/imap-criteria.h"

G_BEGIN_DECLS

typedef struct _ImapSearcher ImapSearcher;

/* Takes the ids. */
typedef void (*ImapSearcherDone) (ImapSearcher *searcher, ImapUidSet *uids);

struct _ImapSearcher
{
  ImapOperation parent;

  ImapCriteria *criteria; /* owned: as the caller has them */
  ImapSearcherDone done;

  /* Since it was started. */
  ImapCriteria *prepared; /* owned: for this server */
  char *charset;          /* owned, nullable: the one that it took; NULL is UTF-8 */
  guint n_charsets;       /* refused so far */
  guint n_searches;
  ImapUidSet *uids;      /* owned, nullable: what the search under way has found */
  GError *error;         /* owned, nullable: an answer that cannot be read */
  ImapCriteria *asked;   /* owned, nullable: by the search under way */
  ImapCriteriaForm form; /* in which */
  void (*searched) (ImapSearcher *searcher, ImapUidSet *uids);
  ImapUidSet *wide;      /* owned, nullable: what may match */
  ImapUidSet *matching;  /* owned, nullable: what does */
  ImapUidSet *undecided; /* owned, nullable: whose dates are fetched */
  ImapUidSet *decided;   /* owned, nullable: whose dates have come */
  GPtrArray *fields;     /* owned, nullable: of char *, the header fields that are fetched */
  guint n_answers_due;
  GHashTable *left; /* owned, nullable: what is to be asked of which ids */
};

/* For the operation's class: reset () and finalize () are to be called by its own. */
void imap_searcher_init (ImapSearcher *searcher, ImapCriteria *criteria);
void imap_searcher_start (ImapSearcher *searcher, ImapSearcherDone done);
void imap_searcher_reset (ImapSearcher *searcher);
void imap_searcher_finalize (ImapSearcher *searcher);

/* The criteria for this server, before or instead of a search. FALSE: the operation has failed. */
gboolean imap_searcher_prepare (ImapSearcher *searcher);
/* After a refusal: TRUE when there is another charset to try, which is now the searcher's. */
gboolean imap_searcher_try_next_charset (ImapSearcher *searcher,
                                         ImapCriteria *criteria,
                                         const ImapResponse *response);
/* Criteria for exactly these ids; NULL when they are too many for one command. */
ImapCriteria *imap_searcher_new_short (ImapUidSet *uids);
/* What the criteria look for, for the title: cut, in quotes. */
char *imap_searcher_describe (ImapCriteria *criteria);

G_END_DECLS

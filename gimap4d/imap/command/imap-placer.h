/* Mails that are put into a box: which ids they have got there, where the server does not tell.
 *
 * An operation that puts mails into a box begins with an ImapPlacer. Where the server has UIDPLUS there is nothing
 * to do; where it has not, one of two things leads to the ids, and neither selects a box:
 *
 * - The box is not the selected one. Its UIDNEXT is asked for before and after. Each mail that was put there has got
 *   an id of its own, at least the first and below the second UIDNEXT (RFC 9051, 2.3.1.1). When there are only as
 *   many ids between them as mails were put there, these are theirs, whatever others did meanwhile.
 * - The box is the selected one, and there is one mail. It is searched for by its Message-ID, above the UIDNEXT that
 *   SELECT told, and is the only one found.
 *
 * Otherwise the ids are not known, and none are told.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-search.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_PLACER_NONE = 0,
  IMAP_PLACER_IDS = 1 << 0, /* the new ids are wanted */
  IMAP_PLACER_LIMIT =
      1 << 1, /* how large a mail may be, where each box has its own limit (RFC 7889) */
} ImapPlacerWishes;

typedef struct
{
  ImapOperation parent;

  char *box;           /* owned: where to */
  gint64 append_limit; /* -1 = the server says nothing */

  /* Its own. */
  void (*begun) (gpointer operation);
  gboolean is_looking;  /* the ids can be found, as far as is known now */
  gboolean is_selected; /* in the selected box */
  gint64 before;        /* UIDNEXT; -1 = not told */
  gint64 after;
  gint64 validity;
  ImapUidSet *answer; /* owned, nullable: of the search */
  guint n_wanted;
  ImapUidSet *wanted; /* owned, nullable: the mails that were copied */
} ImapPlacer;

/* Asks for what has to be known before the mails go, if anything, and calls @begun. */
void imap_placer_begin (gpointer operation,
                        const char *box,
                        ImapPlacerWishes wishes,
                        void (*begun) (gpointer operation));
/* Whether the Message-ID of the mail would help. */
gboolean imap_placer_wants_message_id (gpointer operation);
/* The mails are in the box: the operation succeeds with @found, and its ids where they can be found. Takes @found,
 * whose ids are none. One mail with this Message-ID was appended, or @copied were copied; one of both is NULL, and
 * both are when the Message-ID is not known. */
void imap_placer_end (gpointer operation,
                      ImapFound *found,
                      const char *message_id,
                      ImapUidSet *copied);
void imap_placer_finalize (gpointer operation);

G_END_DECLS

/* Mails put in order here, as a server would do it that can (RFC 5256).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-sort.h"
#include "gimap4d/imap/command/imap-thread.h"

G_BEGIN_DECLS

/* What a mail is put in order by. */
typedef struct
{
  guint32 uid;
  gint64 received; /* seconds since 1970 */
  gint64 sent;     /* the header's date, else received */
  gint64 size;
  char *subject; /* owned: base subject, to compare by */
  gboolean is_answer;
  char *texts[IMAP_SORT_DISPLAY_TO + 1]; /* owned, nullable: by ImapSortKind, to compare by */
  char *message_id;                      /* owned, nullable */
  GStrv references;                      /* owned, never NULL: the nearest last */
} ImapMailFacts;

/* @fetches: of ImapFetch; of ImapMailFacts, by ascending ids. */
GArray *imap_mail_facts_new (GArray *fetches);

/* Of guint32. */
GArray *imap_mail_order_sort (GArray *fetches, GArray *keys);
ImapThreadTree *imap_mail_order_thread (GArray *fetches, ImapThreadAlgorithm algorithm);

/* imap-mail-references.c, imap-mail-subjects.c */
ImapThreadTree *imap_mail_order_thread_references (GArray *facts);
ImapThreadTree *imap_mail_order_thread_subjects (GArray *facts);

G_END_DECLS

/* UID THREAD: mails as trees of answers, or what is needed to find them here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-headers.h"
#include "gimap4d/imap/grammar/imap-thread-tree.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_THREAD_REFERENCES,
  IMAP_THREAD_ORDEREDSUBJECT,
} ImapThreadAlgorithm;

typedef struct
{
  ImapThreadTree *tree; /* owned, nullable: the server's */
  GArray *fetches;      /* owned, nullable: of ImapFetch, to be threaded; one of the two is there */
  ImapThreadAlgorithm algorithm;
} ImapThreaded;

void imap_threaded_free (ImapThreaded *threaded);

/* The result is an ImapThreaded. */
gpointer imap_thread_operation_new (ImapThreadAlgorithm algorithm, ImapCriteria *criteria);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapThreaded, imap_threaded_free)

G_END_DECLS

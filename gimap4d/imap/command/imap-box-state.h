/* The selected box, as its server keeps it up to date.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/grammar/imap-response.h"

G_BEGIN_DECLS

typedef struct
{
  char *name; /* UTF-8, owned */
  gboolean is_read_only;
  gboolean is_condstore; /* the server was asked for modification sequences */
  gboolean is_watched;   /* a notifier is started */
  guint32 exists;
  guint32 recent;
  GStrv flags;           /* owned, never NULL */
  GStrv permanent_flags; /* owned, never NULL */
  guint32 uid_validity;  /* 0 = not told */
  gint64 uid_next;       /* -1 = not told */
  gint64 unseen;         /* how many, -1 = not known */
  gint64 highest_modseq; /* -1 = none */
  gint64 size;           /* octets of all mails; -1 = not known */
  char *mailbox_id;      /* owned, nullable (RFC 8474) */
} ImapBoxState;

ImapBoxState *imap_box_state_new (const char *name);
ImapBoxState *imap_box_state_copy (const ImapBoxState *state);
void imap_box_state_free (ImapBoxState *state);

/* INBOX is the same in any case (RFC 9051, 5.1), other names are not. */
gboolean imap_box_name_is_same (const char *a, const char *b);

/* Takes over what a response says of the box; FALSE when it says nothing of it. */
gboolean imap_box_state_apply (ImapBoxState *state, const ImapResponse *response);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapBoxState, imap_box_state_free)

G_END_DECLS

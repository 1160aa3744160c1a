/* How the facts of a box are made.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-box-info.h"

G_BEGIN_DECLS

/* All is copied. */
typedef struct
{
  const char *name;
  guint mail_count;
  guint mail_recent;
  const char *mailbox_id;             /* nullable: OBJECTID; without it the UIDVALIDITY is the id */
  const char *const *flags;           /* nullable: none; as sent */
  const char *const *permanent_flags; /* nullable: none; as sent */
  gint64 unseen;                      /* -1 = not known */
  guint32 uid_validity;               /* 0 = not known */
  gint64 uid_next;                    /* -1 = not known */
  gint64 highest_modseq;              /* -1 = not known */
  gint64 size;                        /* the same */
  gboolean is_read_only;
} ImapBoxInfoValues;

/* Nothing is known yet. */
#define IMAP_BOX_INFO_VALUES_INIT                                                                  \
  {                                                                                                \
    .unseen = -1, .uid_next = -1, .highest_modseq = -1, .size = -1                                 \
  }

GImapBoxInfo *imap_box_info_new (const ImapBoxInfoValues *values);

G_END_DECLS

/* A set of message numbers or unique ids as sorted ranges (RFC 9051, sequence-set).
 *
 * Immutable once handed on; reference counted. Never expanded: a set of 4294967295 ids is one range.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ImapUidSet ImapUidSet;

typedef struct
{
  guint32 first;
  guint32 last; /* G_MAXUINT32 stands for "*" in an open set */
} ImapUidRange;

ImapUidSet *imap_uid_set_new (void);
ImapUidSet *imap_uid_set_new_range (guint32 first, guint32 last);
ImapUidSet *imap_uid_set_new_all (void); /* 1:* */
/* As the grammar has it: "1:3,7,9:*". In any order, overlaps are merged; 0 and ids past 32 bits are
 * errors (G_IMAP_ERROR_INVALID_ARGUMENT); at most IMAP_LIMIT_RANGES ranges (TOO_MANY). */
ImapUidSet *imap_uid_set_parse (const char *text, gssize length, GError **error);
ImapUidSet *imap_uid_set_ref (ImapUidSet *set);
void imap_uid_set_unref (ImapUidSet *set);

/* While it is built, by its only owner. Ascending ids are cheap, others cost a search and the moving
 * of some ranges. 0 is no id and is left out. */
void imap_uid_set_add (ImapUidSet *set, guint32 id);
void imap_uid_set_add_range (ImapUidSet *set, guint32 first, guint32 last);
/* Adds the ids of @from, "*" not with them; it need not be the same afterwards. An empty set takes its memory. */
void imap_uid_set_add_taken (ImapUidSet *set, ImapUidSet *from);
void imap_uid_set_add_open_range (ImapUidSet *set, guint32 first); /* first:* */

gboolean imap_uid_set_is_empty (ImapUidSet *set);
/* It goes up to "*": its size is not known. */
gboolean imap_uid_set_is_open (ImapUidSet *set);
guint imap_uid_set_get_size (ImapUidSet *set);              /* ids in it; 0 when open */
guint32 imap_uid_set_get_id (ImapUidSet *set, guint index); /* 0 when out of range */
gboolean imap_uid_set_contains (ImapUidSet *set, guint32 id);
guint imap_uid_set_get_n_ranges (ImapUidSet *set);
ImapUidRange imap_uid_set_get_range (ImapUidSet *set, guint index);
gboolean imap_uid_set_equal (ImapUidSet *a, ImapUidSet *b);
ImapUidSet *imap_uid_set_unite (ImapUidSet *a, ImapUidSet *b);
ImapUidSet *imap_uid_set_subtract (ImapUidSet *a, ImapUidSet *b);
char *imap_uid_set_to_string (ImapUidSet *set);
/* Pieces for one command each, of ImapUidSet: at most @max_ids ids and @max_bytes bytes of text. What
 * goes up to "*" stays one range, and so does what is past IMAP_LIMIT_EXPANSION ids. */
GPtrArray *imap_uid_set_split (ImapUidSet *set, guint max_ids, gsize max_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapUidSet, imap_uid_set_unref)

G_END_DECLS

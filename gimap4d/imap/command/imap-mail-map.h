/* The mails of a box in their order: which id stands behind which number, and the flags of each.
 *
 * Ids ascend with numbers (RFC 9051, 2.3.1.2). Eight octets a mail; nothing is made room for that has
 * not come.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-flag-sets.h"
#include "gimap4d/imap/wire/imap-uid-set.h"

G_BEGIN_DECLS

typedef struct _ImapMailMap ImapMailMap;

/* What a server has told of one mail. */
typedef struct
{
  guint32 number; /* 0 = not told */
  guint32 uid;
  guint32 flags; /* in the map's flag sets */
} ImapMailEntry;

/* What is different. Each is nullable. */
typedef struct
{
  void (*created) (gpointer data, guint32 uid);
  void (*deleted) (gpointer data, guint32 uid);
  void (*flags_modified) (gpointer data, guint32 uid, const char *const *flags);
} ImapMailMapEvents;

/* Takes a reference to the sets. */
ImapMailMap *imap_mail_map_new (ImapFlagSets *sets);
/* From what was told of all mails by number, in any order; NULL when it contradicts itself: two ids
 * for one number, or ids that do not ascend. Sorts @entries, of ImapMailEntry. */
ImapMailMap *imap_mail_map_new_from_entries (ImapFlagSets *sets, GArray *entries);
/* What @known has become: the ids of @found (or, where that is NULL, those of @known without
 * @vanished) and what @changes say of them, the last one of an id counts. New mails are those of
 * @changes. NULL when @found has a mail of which nobody told the flags. Sorts @changes. */
ImapMailMap *imap_mail_map_new_changed (ImapMailMap *known,
                                        ImapUidSet *found,
                                        ImapUidSet *vanished,
                                        GArray *changes);
void imap_mail_map_free (ImapMailMap *map);

ImapFlagSets *imap_mail_map_get_sets (ImapMailMap *map); /* unowned */
guint imap_mail_map_get_n_mails (ImapMailMap *map);
guint32 imap_mail_map_get_uid (ImapMailMap *map, guint32 number); /* 0 when there is no such mail */
guint32 imap_mail_map_get_last_uid (ImapMailMap *map);            /* 0 when empty */
gboolean imap_mail_map_contains (ImapMailMap *map, guint32 uid);

/* Behind the others. FALSE, and nothing done, when the id does not ascend. */
gboolean imap_mail_map_append (ImapMailMap *map, guint32 uid, guint32 flags);
/* EXPUNGE: the id of the mail that had the number; 0 when there is none. */
guint32 imap_mail_map_remove_number (ImapMailMap *map, guint32 number);
/* VANISHED: removes those that are there, and tells each. */
void imap_mail_map_remove_uids (ImapMailMap *map,
                                ImapUidSet *uids,
                                const ImapMailMapEvents *events,
                                gpointer data);
/* TRUE when they are others than before, or were not known. */
gboolean imap_mail_map_set_flags (ImapMailMap *map, guint32 uid, guint32 flags);

/* Both have the same flag sets. Created mails come last. */
void imap_mail_map_compare (ImapMailMap *before,
                            ImapMailMap *after,
                            const ImapMailMapEvents *events,
                            gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapMailMap, imap_mail_map_free)

G_END_DECLS

/* What the rest of the library needs of a message set besides its public face.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-message-set.h"
#include "gimap4d/imap/wire/imap-uid-set.h"

G_BEGIN_DECLS

/* Ids of the box @box (NULL = any) while its UIDVALIDITY is @uid_validity (0 = any). @uids is
 * referenced, and must not be changed any more. */
GImapMessageSet *imap_message_set_new_for_box (ImapUidSet *uids,
                                               const char *box,
                                               guint32 uid_validity);

ImapUidSet *imap_message_set_get_uids (GImapMessageSet *self);     /* unowned */
const char *imap_message_set_get_box (GImapMessageSet *self);      /* NULL = any */
guint32 imap_message_set_get_uid_validity (GImapMessageSet *self); /* 0 = any */
/* "All mails" was asked for, by g_imap_message_set_new_all () or a union with it. */
gboolean imap_message_set_is_all (GImapMessageSet *self);

G_END_DECLS

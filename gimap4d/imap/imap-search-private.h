/* What the rest of the library needs of a search besides its public face.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-search.h"
#include "gimap4d/imap/wire/imap-criteria.h"

G_BEGIN_DECLS

/* Takes the criteria. */
GImapSearch *imap_search_take (ImapCriteria *criteria);
/* Unowned. */
ImapCriteria *imap_search_get_criteria (GImapSearch *search);
/* The box of the ids in it, NULL = any, and its UIDVALIDITY, 0 = any. FALSE and an error when they are
 * of more than one. */
gboolean imap_search_get_box (GImapSearch *search,
                              const char **out_box,
                              guint32 *out_uid_validity,
                              GError **error);

G_END_DECLS

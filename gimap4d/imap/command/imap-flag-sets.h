/* Which flags a mail has, as a number: of thousands of mails most have the same few.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ImapFlagSets ImapFlagSets;

/* The number of no set: what a mail has is not known. */
#define IMAP_FLAG_SET_UNKNOWN 0

ImapFlagSets *imap_flag_sets_new (void);
ImapFlagSets *imap_flag_sets_ref (ImapFlagSets *sets);
void imap_flag_sets_unref (ImapFlagSets *sets);

/* The same number for the same flags, in whatever order and case. \Recent, which says something of
 * this connection and not of the mail, does not count. IMAP_FLAG_SET_UNKNOWN past the limit. */
guint32 imap_flag_sets_find (ImapFlagSets *sets, const char *const *flags);
/* NULL for IMAP_FLAG_SET_UNKNOWN. */
const char *const *imap_flag_sets_get (ImapFlagSets *sets, guint32 number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapFlagSets, imap_flag_sets_unref)

G_END_DECLS

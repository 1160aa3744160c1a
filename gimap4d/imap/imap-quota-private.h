/* What the rest of the library needs of a quota besides its public face.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-quota.h"

G_BEGIN_DECLS

/* -1 = not known. */
GImapQuota *imap_quota_new (const char *root, const char *resource, gint64 usage, gint64 limit);

G_END_DECLS

/* What a box is for, from what the server says and from its name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-enums.h"

G_BEGIN_DECLS

/* INBOX by its name, others by SPECIAL-USE (RFC 6154) or XLIST. */
GImapBoxRole imap_box_role_from_attributes (const char *name, const char *const *attributes);

/* @delimiter nullable. @out_rank: how clearly the name speaks, 0 is the clearest; not set for
 * NONE. */
GImapBoxRole imap_box_role_from_name (const char *name, const char *delimiter, guint *out_rank);

G_END_DECLS

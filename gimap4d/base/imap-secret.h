/* Passwords and tokens in memory that no dump of the process has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each has its own page, which core dumps leave out. Returns: (transfer full) (nullable): NULL for
 * NULL; freed with imap_secret_free () only. */
char *imap_secret_dup (const char *text);

/* The same of a text that is wiped and freed with it. */
char *imap_secret_take (char *text);

/* Wipes and frees; nullable. */
void imap_secret_free (char *secret);

/* Wipes and frees a text that came from elsewhere; nullable. */
void imap_secret_wipe_text (char *text);

/* Octets that are wiped when the last reference goes; to be filled in. Returns: (transfer full) */
GBytes *imap_secret_new_bytes (gsize size, guint8 **out_data);

G_END_DECLS

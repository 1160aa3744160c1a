/* Flags of IMAP as the keywords that programs see.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "\\Seen" becomes "$seen"; "\\Recent" is no keyword. @flags is nullable. */
GStrv email_keywords_from_flags (const char *const *flags);

/* The way back, for STORE and APPEND. NULL with G_IMAP_ERROR_INVALID_ARGUMENT for no keyword at all, and
 * for one that is empty or that no flag-keyword of RFC 9051 can be. */
GStrv email_keywords_to_flags (const char *const *keywords, GError **error);

G_END_DECLS

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

G_END_DECLS

/* The classes of characters of RFC 3454 that SASLprep asks for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tables C.1.2, B.1, C.2 to C.9, D.1 and D.2. */
gboolean imap_stringprep_is_space (gunichar c);
gboolean imap_stringprep_is_mapped_to_nothing (gunichar c);
gboolean imap_stringprep_is_prohibited (gunichar c);
gboolean imap_stringprep_is_right_to_left (gunichar c);
gboolean imap_stringprep_is_left_to_right (gunichar c);

G_END_DECLS

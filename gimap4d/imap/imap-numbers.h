/* 4D's way to name a range of messages by number.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 0 or less is the first, or the last: 0 in the results. G_IMAP_ERROR_INVALID_ARGUMENT for what is no
 * message number, and for a start behind the end. */
gboolean imap_numbers_check (
    gint64 start, gint64 end, guint32 *out_first, guint32 *out_last, GError **error);
/* One message: there is no 0. */
gboolean imap_numbers_check_one (gint64 number, GError **error);

G_END_DECLS

/* The HTML of a mail, made ready for a frame in which it may do nothing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where what the mail names by "cid:" is; NULL if it is not in the mail. */
typedef char *(*PageLetterFindFunc) (const char *content_id, gpointer data);

char *page_letter_prepare (const char *mail, PageLetterFindFunc find, gpointer data);
gboolean page_letter_has_remote (const char *mail);
const char *page_letter_guess_size (const char *mail);
gboolean page_letter_shows (const char *mail, const char *content_id);

G_END_DECLS

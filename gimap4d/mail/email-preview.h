/* The first words of a mail, for a list.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In one line, at most EMAIL_LIMIT_PREVIEW_CHARS characters. */
char *email_preview_from_text (const char *text);
char *email_preview_from_html (const char *html);

G_END_DECLS

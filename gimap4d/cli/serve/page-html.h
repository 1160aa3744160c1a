/* HTML that is put together: the one place where text becomes HTML.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void page_html_add (GString *html, const char *format, ...) G_GNUC_PRINTF (2, 3);
void page_html_add_text (GString *html, const char *text, gssize length);

G_END_DECLS

/* The text of a mail as HTML.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void page_text_add (GString *html, const char *text);

G_END_DECLS

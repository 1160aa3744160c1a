/* All that can be asked of a mail, as one line of text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

/* Subject, date and addresses; how many headers, parts and levels; what was cut, or can be read in two
 * ways; the text; of each attachment the name, the type, and when the mail @is_whole the size of its
 * content. */
void client_mail_add_facts (GString *text, GEmail *email, gboolean is_whole);

G_END_DECLS

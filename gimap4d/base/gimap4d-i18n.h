/* Translation of what the library says to people.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *gimap4d_gettext (const char *text) G_GNUC_FORMAT (1);
const char *gimap4d_ngettext (const char *one, const char *many, gulong n) G_GNUC_FORMAT (1)
    G_GNUC_FORMAT (2);

#define _(text) gimap4d_gettext (text)
#define N_(text) (text)

G_END_DECLS

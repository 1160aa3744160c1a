/* The date of a header field (RFC 5322, 3.3).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* NULL for what is no date of the years 1 to 9999. @text is nullable. */
GDateTime *email_date_parse (const char *text);

G_END_DECLS

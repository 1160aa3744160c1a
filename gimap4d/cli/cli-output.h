/* What comes out: lines for people, JSON for programs, errors.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Standard output, in the character set of the terminal. What strangers wrote has to be made safe
 * before, see cli_text_make_safe(). */
void cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* One line of JSON, without a character that a terminal obeys. Takes @builder's root. */
void cli_print_json (JsonBuilder *builder);

/* Standard error, in one line; it is made safe here. */
void cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Whether all that was printed got through. */
gboolean cli_print_finish (GError **error);

G_END_DECLS

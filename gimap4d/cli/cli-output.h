/* What comes out: lines for people, JSON for programs, errors.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Standard output, in the character set of the terminal. What strangers wrote has to be made safe
 * before, see cli_text_make_safe(). */
void cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* What was printed stands out on a terminal; nothing is added elsewhere, or where NO_COLOR or a
 * terminal without colours asks for none. */
const char *cli_print_bold (void);
const char *cli_print_plain (void);

/* Columns of the terminal that standard output is; 0 when it is none. */
guint cli_print_get_width (void);

/* One line of JSON, without a character that a terminal obeys. */
void cli_print_json (JsonBuilder *builder);
void cli_print_json_node (JsonNode *node);

/* Octets as they are; on a terminal only what it can show. @size: how many there will be about, 0 when
 * that is not known. */
gboolean cli_print_stream (GInputStream *stream,
                           guint64 size,
                           GCancellable *cancellable,
                           GError **error);

/* Standard error, in one line; it is made safe here. */
void cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Whether all that was printed got through. */
gboolean cli_print_finish (GError **error);

G_END_DECLS

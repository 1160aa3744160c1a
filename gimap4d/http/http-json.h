/* JSON in and out with the limits that json-glib does not have.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* RFC 8259 text, UTF-8 without byte order mark, no deeper and with no more members than allowed, nor with
 * names that collide: see http-json-names.h. */
JsonNode *http_json_parse (const char *text, gsize size, GError **error);

/* Fails for what JSON cannot say: infinite numbers, text that is not UTF-8. */
char *http_json_to_text (JsonNode *node, GError **error);

/* NULL, a basic type, a strv, a GVariant or a JSON type; NULL for everything else. */
JsonNode *http_json_from_value (const GValue *value);

G_END_DECLS

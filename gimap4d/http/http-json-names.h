/* Whether the names of an object were made to be slow in the hash table of json-glib.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @hashes: what g_str_hash () says of each name, in their order. */
gboolean http_json_names_collide (const guint *hashes, guint n);

G_END_DECLS

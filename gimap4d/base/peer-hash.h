/* Where a text that a stranger chose stands in a hash table.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For g_hash_table_new () instead of g_str_hash (), for which anybody can make as many texts of one
 * hash as he likes. Each process has a key of its own for this one. */
guint peer_hash (gconstpointer text);

G_END_DECLS

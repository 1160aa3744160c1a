/* The keys that signed sessions are sealed with: one, and those before it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* (element-type GBytes). The first seals, all open. */
GPtrArray *rest_session_keys_new (GBytes *key);

/* One key in base64 on each line; "#" begins a comment. Fails for a file that others may read, and
 * for what is no key. */
GPtrArray *rest_session_keys_load (const char *path, GError **error);

G_END_DECLS

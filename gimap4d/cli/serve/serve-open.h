/* Opens the page in the browser of the desktop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The file leads to the page; to be deleted with g_unlink() at the end. */
char *serve_open (const char *address, GError **error);

G_END_DECLS

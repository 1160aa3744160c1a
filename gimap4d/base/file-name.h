/* File names that strangers chose.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A name that is safe to make a file with in a folder of one's own: no path, no control or direction
 * characters, no name that a system reserves, at most LIMIT_FILE_NAME bytes. NULL for NULL and
 * where nothing is left. */
char *file_name_sanitise (const char *name);

G_END_DECLS

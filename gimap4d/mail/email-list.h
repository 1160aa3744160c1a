/* A list model that never changes: what a received mail hands out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @objects: of GObject of @type; a reference to the array is taken, which must not change after. */
GListModel *email_list_new (GType type, GPtrArray *objects);

G_END_DECLS

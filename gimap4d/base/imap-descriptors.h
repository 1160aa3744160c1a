/* Whether the process may open anything more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A main context, and a cancellable that is waited for without one, need a descriptor or two, and GLib
 * ends the program when there is none. Who is about to make one asks here first. */
gboolean imap_descriptors_are_left (GError **error);

G_END_DECLS

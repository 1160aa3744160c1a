/* The one thread in which all connections of the process live.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef void (*ImapIoFunc) (gpointer data);

/* Makes the thread, if it is not there yet. FALSE when there is nothing to make it of, and in a forked
 * child, where it does not exist. */
gboolean imap_io_thread_start (GError **error);

/* Runs @func in the I/O thread, in the order of the posts; may be called from any thread, the I/O thread included, and
 * never runs it at once. FALSE where the thread does not exist: see above. */
gboolean imap_io_thread_post (ImapIoFunc func, gpointer data);

/* For sources of the I/O thread itself. */
GMainContext *imap_io_thread_get_context (void);

G_END_DECLS

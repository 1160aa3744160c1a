/* A mail that is read from a stream while it is appended: in the thread of the caller, never in the
 * I/O thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-append.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads @size octets of @stream, which the caller keeps as long as his call waits. */
ImapAppendFeed imap_stream_feed_new (GInputStream *stream,
                                     guint64 size,
                                     gboolean is_async,
                                     GCancellable *cancellable);

G_END_DECLS

/* What waits to be sent as server-sent events, and the stream that it is read from.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reference counted; any thread may call. */
typedef struct _EventQueue EventQueue;

EventQueue *event_queue_new (gsize most_waiting);
EventQueue *event_queue_ref (EventQueue *queue);
void event_queue_unref (EventQueue *queue);

/* @seconds without an event after which the reader gets a comment; 0 for never. */
void event_queue_set_keep_alive (EventQueue *queue, guint seconds);

/* Fails with G_IO_ERROR_CLOSED when it is closed, and with G_IO_ERROR_NO_SPACE when too much is
 * waiting: it is closed then. */
gboolean event_queue_push (EventQueue *queue, const char *text, GError **error);

/* The reader gets what is waiting, and then the end. TRUE the first time. */
gboolean event_queue_close (EventQueue *queue);
gboolean event_queue_is_open (EventQueue *queue);

/* The one stream that reads from it; closing it closes the queue. */
GInputStream *event_queue_open_stream (EventQueue *queue);

/* Nobody reads from @stream any more; if it is one of these, its queue is closed. */
void event_queue_end_stream (GInputStream *stream);

/* One event (HTML, 9.2.5), or NULL when it would become another: @event and @id are nullable. */
char *event_queue_format (const char *data, const char *event, const char *id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EventQueue, event_queue_unref)

G_END_DECLS

/* The two buffers between a client's connection and the stream that SoupServer talks to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/http/http-poller.h"

G_BEGIN_DECLS

/* One for each request. Any thread may call: libsoup writes the end of a chunked body from a
 * worker. */
typedef struct _HttpPipe HttpPipe;

/* Sends to the client what fits, without waiting: how much, 0 when nothing does, -1 when the client is
 * gone. Is called in the thread of the connection, from inside of the stream, and calls nothing of
 * the pipe. */
typedef gssize (*HttpPipeSendFunc) (const GOutputVector *vectors, guint n_vectors, gpointer data);

/* @pump is rung when there is something to send, or the stream was closed. */
HttpPipe *http_pipe_new (HttpWatch *pump, HttpPipeSendFunc send, gpointer data);
HttpPipe *http_pipe_ref (HttpPipe *pipe);
void http_pipe_unref (HttpPipe *pipe);

/* The side of the connection. */
gsize http_pipe_get_room (HttpPipe *pipe);
void http_pipe_push (HttpPipe *pipe, const void *data, gsize size);
void http_pipe_end (HttpPipe *pipe);
const void *http_pipe_peek (HttpPipe *pipe, gsize *out_size);
void http_pipe_drop (HttpPipe *pipe, gsize size);
gboolean http_pipe_is_closed (HttpPipe *pipe);

/* While it is attended, the pump is not rung: there are news instead, and if they are not taken, the
 * pump is rung in the end. */
void http_pipe_attend (HttpPipe *pipe, gboolean is_attended);
gboolean http_pipe_take_news (HttpPipe *pipe);

/* The client is gone: whatever is read or written from now on fails. */
void http_pipe_break (HttpPipe *pipe);

/* The side of libsoup: both directions can be polled. Closing it closes the pipe. */
GIOStream *http_pipe_open_stream (HttpPipe *pipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpPipe, http_pipe_unref)

G_END_DECLS

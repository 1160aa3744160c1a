/* The sockets of all clients behind one source of the main loop.
 *
 * A source for each of them costs each turn of the loop a visit, and its dispatch four wake-ups.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HttpPoller HttpPoller;
typedef struct _HttpWatch HttpWatch;

/* @condition is 0 when the watch was only rung. What it says may be over, where a main loop was run
 * meanwhile. */
typedef void (*HttpWatchFunc) (GIOCondition condition, gpointer data);

/* Without @with_epoll, and where there is none, poll() does its work. */
HttpPoller *http_poller_new (GMainContext *context, gboolean with_epoll);
void http_poller_unref (HttpPoller *poller);

/* Watches for nothing at first. @func is called in the context of the poller, and perhaps from a
 * main loop that it runs itself. */
HttpWatch *http_watch_new (HttpPoller *poller, int fd, HttpWatchFunc func, gpointer data);
HttpWatch *http_watch_ref (HttpWatch *watch);
void http_watch_unref (HttpWatch *watch);

/* %G_IO_IN, %G_IO_OUT, both or none. */
void http_watch_set_condition (HttpWatch *watch, GIOCondition condition);

/* Before its descriptor is closed. @func is still called when the watch is rung. */
void http_watch_forget_descriptor (HttpWatch *watch);

/* From now on @func is not called. */
void http_watch_stop (HttpWatch *watch);

/* Has @func called soon; from any thread. */
void http_watch_ring (HttpWatch *watch);

G_END_DECLS

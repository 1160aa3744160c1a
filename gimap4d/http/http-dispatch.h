/* A request that never was on a wire: SoupServer answers it into memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _HttpDispatch HttpDispatch;

/* @answer is what would have gone to the client, NULL when it was cut. */
typedef void (*HttpDispatchFunc) (GBytes *answer, gpointer data);
typedef void (*HttpDispatchGoneFunc) (gpointer data);

/* @request is one whole request that the gate has let through; @done is called once, later. Everything
 * happens in the thread-default context of this call. */
HttpDispatch *http_dispatch_begin (SoupServer *server,
                                   GBytes *request,
                                   HttpDispatchFunc done,
                                   gpointer data);

/* Whoever asked has left: @done is still called. */
void http_dispatch_cut (HttpDispatch *dispatch);

/* NULL for a message that came over a wire. */
HttpDispatch *http_dispatch_find (SoupServerMessage *message);

/* @gone is called once when the request is cut before its answer is complete. */
void http_dispatch_watch_gone (HttpDispatch *dispatch, HttpDispatchGoneFunc gone, gpointer data);

G_END_DECLS

/* One client: from its first byte to its last, with one SoupServer stream for each request.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <libsoup/soup.h>

#include "gimap4d/http/http-poller.h"

G_BEGIN_DECLS

typedef struct _HttpConnection HttpConnection;

/* Times in milliseconds; 0 means for ever. */
typedef struct
{
  guint header_timeout;
  guint idle_timeout;
  guint write_timeout; /* while nothing is taken, and in all beyond what the rate allows */
  guint answer_rate;   /* bytes per second; 0 for none */
  guint body_timeout;  /* and longer as long as the client keeps up the rate */
  guint64 max_body;
} HttpConnectionLimits;

typedef void (*HttpConnectionFunc) (HttpConnection *connection, gpointer data);

/* @certificate makes it a TLS connection. @closed is called once, when the connection may be freed;
 * @limits and @server outlive it. Everything happens in the thread-default context of this call. */
HttpConnection *http_connection_new (SoupServer *server,
                                     HttpPoller *poller,
                                     GSocketConnection *socket,
                                     GTlsCertificate *certificate,
                                     const HttpConnectionLimits *limits,
                                     HttpConnectionFunc closed,
                                     gpointer data);
void http_connection_free (HttpConnection *connection);

/* The connection that a message came over, or NULL when it is gone or the message is not ours. */
HttpConnection *http_connection_find (SoupServerMessage *message);

gboolean http_connection_is_secure (HttpConnection *connection);

/* The address without port; "unix" for a Unix socket. */
const char *http_connection_get_remote_host (HttpConnection *connection);

/* What counts as one client: the host, or the network of an IPv6 host. */
const char *http_connection_get_remote_network (HttpConnection *connection);

/* Whether it only waits for its client to go: it takes no place from others. */
gboolean http_connection_is_leaving (HttpConnection *connection);

/* @gone is called once when the client leaves before its answer is complete. */
void http_connection_watch_gone (HttpConnection *connection,
                                 HttpConnectionFunc gone,
                                 gpointer data);

/* From the signals of the server: the request has been handed on, the answer is written or is
 * cut. */
void http_connection_request_started (HttpConnection *connection, SoupServerMessage *message);
void http_connection_request_ended (HttpConnection *connection,
                                    SoupServerMessage *message,
                                    gboolean is_complete);

/* Cuts what has taken too long. */
void http_connection_tick (HttpConnection *connection, gint64 now);

/* No further request; one that is running may end. */
void http_connection_drain (HttpConnection *connection);

/* Answers with a short text and closes: for those that are not let in. */
void http_connection_refuse (HttpConnection *connection, guint status);

void http_connection_cut (HttpConnection *connection);

G_END_DECLS

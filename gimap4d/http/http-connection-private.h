/* What the files of a connection share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/http-connection.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-pace.h"
#include "gimap4d/http/http-pipe.h"

G_BEGIN_DECLS

typedef enum
{
  HTTP_CONNECTION_HANDSHAKE,
  HTTP_CONNECTION_HEAD,    /* waits for a request, or for the rest of its head */
  HTTP_CONNECTION_REQUEST, /* libsoup has it */
  HTTP_CONNECTION_LINGER,  /* the last answer is out: nothing of the client matters any more */
  HTTP_CONNECTION_CLOSED,
} HttpConnectionState;

struct _HttpConnection
{
  guint count;        /* of references: a function may run a main loop while we wait for it */
  SoupServer *server; /* owned */
  const HttpConnectionLimits *limits; /* unowned */
  GMainContext *context;              /* owned */
  GIOStream *io;                      /* owned; the TLS connection where there is TLS */
  GSocket *socket;                    /* owned */
  GSocketAddress *local;              /* owned */
  GSocketAddress *remote;             /* owned; carries this connection for libsoup's messages */
  char *remote_host;                  /* owned */
  char *remote_network;               /* owned */
  GCancellable *cancellable;          /* owned; stops the handshake */
  gboolean is_secure;

  HttpConnectionState state;
  gint64 deadline;      /* monotonic µs, 0 for none */
  HttpWatch *watch;     /* owned */
  gboolean is_with_tls; /* a thread of TLS has the socket: nobody else looks at it, or closes it */

  GByteArray *buffer; /* what came and was not handed on */
  gsize scanned;
  gboolean has_begun; /* the first byte of a request is there, and its time is running */
  gboolean has_ended; /* the client sends nothing more */
  gsize lingered;

  HttpPipe *pipe; /* owned, nullable: while there is a request */
  HttpHead head;
  HttpChunks chunks;
  guint64 body_left;
  gboolean is_body_complete;
  HttpPace pace;
  SoupServerMessage *message; /* unowned, nullable */
  gboolean is_answer_complete;
  gboolean must_close;
  gboolean is_draining;

  HttpConnectionFunc closed;
  gpointer closed_data;
  HttpConnectionFunc gone;
  gpointer gone_data;
};

/* http-connection.c */
/* 0 for none. */
void http_connection_set_deadline (HttpConnection *connection, guint milliseconds);
void http_connection_close_now (HttpConnection *connection);
/* The last byte is out. */
void http_connection_linger (HttpConnection *connection);

/* http-connection-request.c */
/* Looks for a request in what came, and begins it. */
void http_connection_read_head (HttpConnection *connection);
/* Moves what can be moved of the one that is running, and ends it. */
void http_connection_serve_request (HttpConnection *connection);
/* The client takes something again. */
void http_connection_end_blocked (HttpConnection *connection);

G_END_DECLS

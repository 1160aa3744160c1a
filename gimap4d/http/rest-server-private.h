/* What the files of GRestServer share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/http-guard.h"
#include "gimap4d/http/rest-service.h"

G_BEGIN_DECLS

struct _GRestServer
{
  GObject parent_instance;

  GRestSessionMode session_mode;
  GBytes *session_key;   /* owned, nullable */
  GStrv allowed_hosts;   /* owned, nullable */
  GStrv trusted_proxies; /* owned, nullable */
  char *access_log;      /* owned, nullable */
  guint max_connections;
  guint64 max_request_size;
  guint header_timeout;
  guint idle_timeout;
  guint write_timeout;
  guint n_threads;
  gboolean share_port;
  GTlsCertificate *certificate; /* owned, nullable */

  RestService service;
  SoupServer *soup;      /* owned, nullable: from the first listening on */
  HttpGuard *guard;      /* owned, nullable */
  GMainContext *context; /* owned, nullable */
  GStrvBuilder *uris;    /* owned */
  gboolean is_beyond_loopback;
  GMainLoop *loop;      /* owned, nullable: while it runs */
  GSource *drain_timer; /* owned, nullable */
};

/* What it needs to answer requests in the thread-default context; nothing when it does already. */
gboolean rest_server_prepare (GRestServer *self, GError **error);

/* A SoupServer that gives all its requests to the service. */
SoupServer *rest_server_make_soup (GRestServer *self);

G_END_DECLS

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
  GRestAccessLogFormat access_log_format;
  char *metrics_path;     /* owned, nullable */
  char *session_key_file; /* owned, nullable */
  gboolean watch_files;
  GPtrArray *handler_files; /* owned, of HandlerFile */
  GPtrArray *monitors;      /* owned, of GFileMonitor */
  GSource *reload_source;   /* owned, nullable */
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

/* The class's properties, with what reads and sets them. */
void rest_server_install_properties (GObjectClass *object_class);

/* The keys of signed sessions as the settings say, or NULL. */
GPtrArray *rest_server_read_keys (GRestServer *self, GError **error);

/* Begins to watch all files, or stops it, as the settings say. */
void rest_server_watch_files (GRestServer *self);

/* Frees what belongs to files. */
void rest_server_forget_files (GRestServer *self);

/* As the signal. */
void rest_server_tell_reload_failed (GRestServer *self, const GError *error);

G_END_DECLS

/* From a request to the function that answers it: the checks, the session, the way.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/http-guard.h"
#include "gimap4d/http/http-proxy.h"
#include "gimap4d/http/rest-exchange.h"
#include "gimap4d/http/rest-metrics.h"
#include "gimap4d/http/rest-session-store.h"

G_BEGIN_DECLS

/* The settings and tables of one server; its owner fills them in. */
typedef struct
{
  RestRouter *router;         /* owned */
  RestSessionStore *sessions; /* owned, nullable: no sessions in memory */
  GPtrArray *session_keys;    /* owned, nullable: no sessions in cookies */
  char *project;              /* owned */
  char *rest_path;            /* owned */
  GStrv rest_segments;        /* owned */
  char *cookie_name;          /* owned */
  gboolean has_legacy_cookie;
  GStrv allowed_hosts; /* owned, nullable: any */
  guint session_idle_timeout;
  guint call_timeout;
  GThreadPool *pool;         /* unowned, nullable */
  GMainContext *context;     /* unowned */
  HttpProxies *proxies;      /* owned, nullable */
  GOutputStream *access_log; /* owned, nullable */
  gboolean has_common_log;   /* without referer and agent */
  GStrv metrics_path;        /* owned, nullable */
  RestMetrics metrics;
  gboolean is_draining;
  GCancellable *stopping; /* owned, nullable: cancelled when it drains */
  HttpGuard *guard;       /* unowned, nullable: for the metrics */
  RestFailedFunc failed;
  GObject *failed_object; /* unowned */
} RestService;

/* Its metrics, with what is true at this moment. */
void rest_service_read_metrics (RestService *service, RestMetrics *out_metrics);

void rest_service_clear (RestService *service);

/* Answers @message, now or later. */
void rest_service_serve (RestService *service, SoupServerMessage *message);

G_END_DECLS

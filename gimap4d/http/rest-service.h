/* From a request to the function that answers it: the checks, the session, the way.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/http-proxy.h"
#include "gimap4d/http/rest-exchange.h"
#include "gimap4d/http/rest-session-store.h"

G_BEGIN_DECLS

/* The settings and tables of one server; its owner fills them in. */
typedef struct
{
  RestRouter *router;         /* owned */
  RestSessionStore *sessions; /* owned, nullable: no sessions in memory */
  GBytes *session_key;        /* owned, nullable: no sessions in cookies */
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
  gboolean is_draining;
  GCancellable *stopping; /* owned, nullable: cancelled when it drains */
  RestFailedFunc failed;
  GObject *failed_object; /* unowned */
} RestService;

void rest_service_clear (RestService *service);

/* Answers @message, now or later. */
void rest_service_serve (RestService *service, SoupServerMessage *message);

G_END_DECLS

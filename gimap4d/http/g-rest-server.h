/* A server that answers requests with functions of the application.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/http/g-incoming-message.h>
#include <gimap4d/http/g-rest-call.h>
#include <gimap4d/http/g-rest-error.h>

G_BEGIN_DECLS

/**
 * GRestExposeFlags:
 * @G_REST_EXPOSE_NONE: the function is called with POST
 * @G_REST_EXPOSE_HTTP_GET: it may be called with GET too, as 4D's `onHTTPGet`: it must not change
 *   anything, because any page can have a browser send a GET
 *
 * How a function is exposed.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  G_REST_EXPOSE_NONE = 0,
  G_REST_EXPOSE_HTTP_GET = 1 << 0,
} GRestExposeFlags;

/**
 * GRestSessionMode:
 * @G_REST_SESSION_MODE_MEMORY: sessions are kept in memory and end with the server
 * @G_REST_SESSION_MODE_NONE: there are no sessions, and no cookies
 * @G_REST_SESSION_MODE_SIGNED_COOKIE: the session itself is in the cookie, signed with
 *   #GRestServer:session-key: any server with that key knows it, and its client can read it
 *
 * Where the sessions of a #GRestServer are kept.
 *
 * Since: 1.0
 */
typedef enum
{
  G_REST_SESSION_MODE_MEMORY,
  G_REST_SESSION_MODE_NONE,
  G_REST_SESSION_MODE_SIGNED_COOKIE,
} GRestSessionMode;

/**
 * GRestAccessLogFormat:
 * @G_REST_ACCESS_LOG_FORMAT_COMBINED: address, time, request, status, size, and which page and
 *   program it came from
 * @G_REST_ACCESS_LOG_FORMAT_COMMON: without the last two
 *
 * The format of #GRestServer:access-log, as the web servers have it.
 *
 * Since: 1.0
 */
typedef enum
{
  G_REST_ACCESS_LOG_FORMAT_COMBINED,
  G_REST_ACCESS_LOG_FORMAT_COMMON,
} GRestAccessLogFormat;

/**
 * GRestFunction:
 * @request: the request
 * @parameters: the positional parameters that were sent
 * @call: what has to be answered, once
 * @user_data: what was given to g_rest_server_expose()
 *
 * A function of the application that clients can call. With #GRestServer:n-threads it is called in
 * any thread, else in the context of the server.
 *
 * Since: 1.0
 */
typedef void (*GRestFunction) (GIncomingMessage *request,
                               JsonArray *parameters,
                               GRestCall *call,
                               gpointer user_data);

/**
 * GHttpHandlerFunction:
 * @request: the request
 * @call: what has to be answered, once
 * @user_data: what was given to g_rest_server_add_handler()
 *
 * A function of the application that answers all requests below a path. With #GRestServer:n-threads
 * it is called in any thread, else in the context of the server.
 *
 * Since: 1.0
 */
typedef void (*GHttpHandlerFunction) (GIncomingMessage *request,
                                      GRestCall *call,
                                      gpointer user_data);

/**
 * G_TYPE_REST_SERVER:
 *
 * The #GType of #GRestServer.
 *
 * Since: 1.0
 */
#define G_TYPE_REST_SERVER (g_rest_server_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GRestServer, g_rest_server, G, REST_SERVER, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GRestServer *g_rest_server_new (const char *project_name);

G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_server_expose (GRestServer *self,
                           const char *class_name,
                           const char *function_name,
                           GRestExposeFlags flags,
                           GRestFunction func,
                           gpointer data,
                           GDestroyNotify destroy);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_expose_method (GRestServer *self,
                                      const char *class_name,
                                      GObject *object,
                                      const char *method,
                                      GRestExposeFlags flags,
                                      GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_conceal (GRestServer *self,
                                const char *class_name,
                                const char *function_name);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_add_handler (GRestServer *self,
                                    const char *pattern,
                                    const char *verbs,
                                    GHttpHandlerFunction func,
                                    gpointer data,
                                    GDestroyNotify destroy,
                                    GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_add_regex_handler (GRestServer *self,
                                          const char *pattern,
                                          const char *verbs,
                                          GHttpHandlerFunction func,
                                          gpointer data,
                                          GDestroyNotify destroy,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_server_add_singleton (GRestServer *self, const char *name, GObject *singleton);
G_IMAP4D_AVAILABLE_IN_1_0
GObject *g_rest_server_get_singleton (GRestServer *self, const char *name);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_server_add_singleton_function (GRestServer *self,
                                           const char *class_name,
                                           const char *method,
                                           GHttpHandlerFunction func,
                                           gpointer data,
                                           GDestroyNotify destroy);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_load_handlers (GRestServer *self, GFile *file, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_reload (GRestServer *self, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_listen (GRestServer *self, guint16 port, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_listen_address (GRestServer *self, GSocketAddress *address, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_server_listen_systemd (GRestServer *self, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GOutgoingMessage *g_rest_server_dispatch (GRestServer *self,
                                          const char *verb,
                                          const char *url,
                                          GHashTable *headers,
                                          GBytes *body,
                                          GCancellable *cancellable,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_server_dispatch_async (GRestServer *self,
                                   const char *verb,
                                   const char *url,
                                   GHashTable *headers,
                                   GBytes *body,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer data);
G_IMAP4D_AVAILABLE_IN_1_0
GOutgoingMessage *g_rest_server_dispatch_finish (GRestServer *self,
                                                 GAsyncResult *result,
                                                 GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GStrv g_rest_server_get_uris (GRestServer *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_server_run (GRestServer *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_server_stop (GRestServer *self);

G_END_DECLS

/* A server that answers requests with functions of the application.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-server.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/gimap4d-enum-types.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/rest-server-private.h"

/**
 * SECTION:g-rest-server
 * @Title: GRestServer
 * @Short_description: answers HTTP requests with functions of the application
 *
 * A #GRestServer makes functions of the application callable over HTTP, in the way that 4D's REST
 * server does: `POST /rest/$catalog/getFile` with a JSON array of parameters calls the function
 * `getFile` of the class `$catalog`. Nothing is callable that was not exposed.
 *
 * A function answers with a value, which is sent as `{"result": …}`, or with a #GOutgoingMessage,
 * which is sent as it is. Handlers, added with g_rest_server_add_handler(), answer all requests
 * below a path of their own.
 *
 * SoupServer of libsoup 3 speaks HTTP; in front of it stands a guard that reads each request
 * strictly, and has the limits that a server among strangers needs. It listens on the loopback
 * interface unless g_rest_server_listen_address() or g_rest_server_listen_systemd() is told
 * otherwise. For a server that the Internet can reach put a reverse proxy in front of it, and name
 * it in #GRestServer:trusted-proxies.
 *
 * Everything happens in the #GMainContext that was the thread-default one when the server began to
 * listen, functions included unless #GRestServer:n-threads says otherwise; the server is used from
 * that thread only. Limits, proxies, key and log are read when it begins to listen.
 */

/**
 * GRestServer:
 *
 * Answers HTTP requests with functions of the application.
 *
 * |[<!-- language="C" -->
 * static void
 * add (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
 * {
 *   g_auto (GValue) sum = G_VALUE_INIT;
 *   gint64 total = 0;
 *
 *   for (guint i = 0; i < json_array_get_length (parameters); i++)
 *     total += json_array_get_int_element (parameters, i);
 *   g_value_init (&sum, G_TYPE_INT64);
 *   g_value_set_int64 (&sum, total);
 *   g_rest_call_return_value (call, &sum);
 * }
 *
 * int
 * main (void)
 * {
 *   g_autoptr (GRestServer) server = g_rest_server_new ("Sums");
 *   g_autoptr (GError) error = NULL;
 *
 *   g_rest_server_expose (server, "$catalog", "add", G_REST_EXPOSE_NONE, add, NULL, NULL);
 *   if (!g_rest_server_listen (server, 8044, &error))
 *     g_error ("%s", error->message);
 *   g_rest_server_run (server);
 *
 *   return 0;
 * }
 * ]|
 *
 * Since: 1.0
 */

enum
{
  CALL_FAILED,
  RELOAD_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GRestServer, g_rest_server, G_TYPE_OBJECT)

static void
failed_cb (const GError *error, gpointer data)
{
  GRestServer *self = data;

  self->service.metrics.n_failed++;
  g_signal_emit (self, signals[CALL_FAILED], 0, error);
}

void
rest_server_tell_reload_failed (GRestServer *self, const GError *error)
{
  g_signal_emit (self, signals[RELOAD_FAILED], 0, error);
}

static void
g_rest_server_init (GRestServer *self)
{
  self->uris = g_strv_builder_new ();
  self->service.router = rest_router_new ();
  self->service.failed = failed_cb;
  self->service.failed_object = G_OBJECT (self);
}

static void
stop_drain_timer (GRestServer *self)
{
  if (self->drain_timer == NULL)
    return;

  g_source_destroy (self->drain_timer);
  g_clear_pointer (&self->drain_timer, g_source_unref);
}

static void
close_all (GRestServer *self)
{
  stop_drain_timer (self);
  if (self->guard != NULL)
    http_guard_cut (self->guard);
  g_clear_pointer (&self->guard, http_guard_unref);
  self->service.guard = NULL;
  if (self->soup != NULL)
    {
      soup_server_remove_handler (self->soup, NULL);
      soup_server_remove_handler (self->soup, "*");
      soup_server_disconnect (self->soup);
    }
  g_clear_object (&self->soup);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_strv_builder_unref (self->uris);
  self->uris = g_strv_builder_new ();
  if (self->loop != NULL)
    g_main_loop_quit (self->loop);
}

static void
g_rest_server_dispose (GObject *object)
{
  GRestServer *self = G_REST_SERVER (object);

  close_all (self);
  rest_server_forget_files (self);

  G_OBJECT_CLASS (g_rest_server_parent_class)->dispose (object);
}

static void
g_rest_server_finalize (GObject *object)
{
  GRestServer *self = G_REST_SERVER (object);

  /* Without waiting: this may be one of its threads. What it still runs holds all it needs, and
   * what it has not begun is dropped, because its client is gone. */
  if (self->service.pool != NULL)
    g_thread_pool_free (self->service.pool, FALSE, FALSE);
  rest_service_clear (&self->service);
  g_strv_builder_unref (self->uris);
  g_clear_pointer (&self->session_key, g_bytes_unref);
  g_strfreev (self->allowed_hosts);
  g_strfreev (self->trusted_proxies);
  g_free (self->access_log);
  g_free (self->metrics_path);
  g_free (self->session_key_file);
  g_clear_object (&self->certificate);

  G_OBJECT_CLASS (g_rest_server_parent_class)->finalize (object);
}

static void
g_rest_server_class_init (GRestServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = g_rest_server_dispose;
  object_class->finalize = g_rest_server_finalize;
  rest_server_install_properties (object_class);

  /**
   * GRestServer::call-failed:
   * @self: the server
   * @error: what went wrong
   *
   * A function or handler has failed with what its client is not told, or the body of its answer
   * could not be sent to its end: write it to a log.
   *
   * Since: 1.0
   */
  signals[CALL_FAILED] = g_signal_new ("call-failed", G_TYPE_REST_SERVER, G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * GRestServer::reload-failed:
   * @self: the server
   * @error: what is wrong
   *
   * With #GRestServer:watch-files: a file has changed and cannot be used. What was read before stays.
   *
   * Since: 1.0
   */
  signals[RELOAD_FAILED] = g_signal_new ("reload-failed", G_TYPE_REST_SERVER, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

/**
 * g_rest_server_new:
 * @project_name: the name of the project
 *
 * Makes a server that has no functions and does not listen yet.
 *
 * Returns: (transfer full): the server
 *
 * Since: 1.0
 */
GRestServer *
g_rest_server_new (const char *project_name)
{
  g_return_val_if_fail (project_name != NULL, NULL);

  return g_object_new (G_TYPE_REST_SERVER, "project-name", project_name, NULL);
}

/**
 * g_rest_server_expose:
 * @self: a #GRestServer
 * @class_name: `$catalog`, the name of a class, or `$singleton/` and the name of a singleton
 * @function_name: the name of the function
 * @flags: how it may be called
 * @func: (scope notified) (closure data) (destroy destroy): the function
 * @data: what is given to it
 * @destroy: (nullable): frees @data
 *
 * Makes a function callable as `POST /rest/class/function`, in place of one of the same name.
 *
 * Since: 1.0
 */
void
g_rest_server_expose (GRestServer *self,
                      const char *class_name,
                      const char *function_name,
                      GRestExposeFlags flags,
                      GRestFunction func,
                      gpointer data,
                      GDestroyNotify destroy)
{
  RestRoute *route = NULL;

  g_return_if_fail (G_IS_REST_SERVER (self));
  g_return_if_fail (class_name != NULL && *class_name != '\0');
  g_return_if_fail (function_name != NULL && *function_name != '\0');
  g_return_if_fail (func != NULL);

  route = rest_route_new (data, destroy);
  route->function = func;
  route->flags = flags;
  rest_router_expose (self->service.router, class_name, function_name, route);
}

/**
 * g_rest_server_conceal:
 * @self: a #GRestServer
 * @class_name: the name of the class, as it was exposed
 * @function_name: the name of the function
 *
 * Takes an exposed function back. Calls that are running are not touched.
 *
 * Returns: %TRUE if there was such a function
 *
 * Since: 1.0
 */
gboolean
g_rest_server_conceal (GRestServer *self, const char *class_name, const char *function_name)
{
  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);
  g_return_val_if_fail (class_name != NULL, FALSE);
  g_return_val_if_fail (function_name != NULL, FALSE);

  return rest_router_conceal (self->service.router, class_name, function_name);
}

/**
 * g_rest_server_run:
 * @self: a #GRestServer that listens
 *
 * Runs the context of the server until g_rest_server_stop() was called and the last client is gone.
 *
 * Since: 1.0
 */
void
g_rest_server_run (GRestServer *self)
{
  g_return_if_fail (G_IS_REST_SERVER (self));
  g_return_if_fail (self->loop == NULL);

  if (self->guard == NULL)
    return;

  self->loop = g_main_loop_new (self->context, FALSE);
  g_object_ref (self);
  g_main_loop_run (self->loop);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_object_unref (self);
}

static gboolean
drained_cb (gpointer data)
{
  close_all (data);

  return G_SOURCE_REMOVE;
}

/**
 * g_rest_server_stop:
 * @self: a #GRestServer
 *
 * Stops listening at once, closes connections that wait for a request, and ends each
 * #GEventStream. Requests that are running have five seconds to end. It returns before that: the context of the server has to run
 * until then. The server can listen again afterwards.
 *
 * Since: 1.0
 */
void
g_rest_server_stop (GRestServer *self)
{
  g_return_if_fail (G_IS_REST_SERVER (self));

  if (self->guard == NULL || self->drain_timer != NULL)
    return;

  self->service.is_draining = TRUE;
  self->drain_timer = g_timeout_source_new (HTTP_LIMIT_DRAIN_MS);
  g_source_set_callback (self->drain_timer, drained_cb, self, NULL);
  g_source_attach (self->drain_timer, self->context);
  http_guard_drain (self->guard, drained_cb, self);
  g_cancellable_cancel (self->service.stopping);
}

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
  PROP_0,
  PROP_PROJECT_NAME,
  PROP_REST_PATH,
  PROP_SESSION_MODE,
  PROP_SESSION_KEY,
  PROP_SESSION_IDLE_TIMEOUT,
  PROP_LEGACY_REST_COOKIE,
  PROP_ALLOWED_HOSTS,
  PROP_MAX_CONNECTIONS,
  PROP_MAX_REQUEST_SIZE,
  PROP_HEADER_TIMEOUT,
  PROP_IDLE_TIMEOUT,
  PROP_WRITE_TIMEOUT,
  PROP_CALL_TIMEOUT,
  PROP_N_THREADS,
  PROP_SHARE_PORT,
  PROP_TLS_CERTIFICATE,
  PROP_TRUSTED_PROXIES,
  PROP_ACCESS_LOG,
  PROP_URIS,
  N_PROPERTIES
};

enum
{
  CALL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GRestServer, g_rest_server, G_TYPE_OBJECT)

static void
failed_cb (const GError *error, gpointer data)
{
  g_signal_emit (data, signals[CALL_FAILED], 0, error);
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
  g_clear_object (&self->certificate);

  G_OBJECT_CLASS (g_rest_server_parent_class)->finalize (object);
}

static void
g_rest_server_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  GRestServer *self = G_REST_SERVER (object);

  switch (property_id)
    {
    case PROP_PROJECT_NAME:
      g_value_set_string (value, self->service.project);
      break;
    case PROP_REST_PATH:
      g_value_set_string (value, self->service.rest_path);
      break;
    case PROP_SESSION_MODE:
      g_value_set_enum (value, self->session_mode);
      break;
    case PROP_SESSION_IDLE_TIMEOUT:
      g_value_set_uint (value, self->service.session_idle_timeout);
      break;
    case PROP_LEGACY_REST_COOKIE:
      g_value_set_boolean (value, self->service.has_legacy_cookie);
      break;
    case PROP_ALLOWED_HOSTS:
      g_value_set_boxed (value, self->allowed_hosts);
      break;
    case PROP_MAX_CONNECTIONS:
      g_value_set_uint (value, self->max_connections);
      break;
    case PROP_MAX_REQUEST_SIZE:
      g_value_set_uint64 (value, self->max_request_size);
      break;
    case PROP_HEADER_TIMEOUT:
      g_value_set_uint (value, self->header_timeout);
      break;
    case PROP_IDLE_TIMEOUT:
      g_value_set_uint (value, self->idle_timeout);
      break;
    case PROP_WRITE_TIMEOUT:
      g_value_set_uint (value, self->write_timeout);
      break;
    case PROP_CALL_TIMEOUT:
      g_value_set_uint (value, self->service.call_timeout);
      break;
    case PROP_N_THREADS:
      g_value_set_uint (value, self->n_threads);
      break;
    case PROP_SHARE_PORT:
      g_value_set_boolean (value, self->share_port);
      break;
    case PROP_TLS_CERTIFICATE:
      g_value_set_object (value, self->certificate);
      break;
    case PROP_TRUSTED_PROXIES:
      g_value_set_boxed (value, self->trusted_proxies);
      break;
    case PROP_ACCESS_LOG:
      g_value_set_string (value, self->access_log);
      break;
    case PROP_URIS:
      g_value_take_boxed (value, g_rest_server_get_uris (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
set_project_name (GRestServer *self, const char *name)
{
  g_autofree char *token = http_escape_token (name != NULL ? name : "");

  g_free (self->service.project);
  self->service.project = g_strdup (name != NULL ? name : "");
  g_free (self->service.cookie_name);
  self->service.cookie_name = g_strconcat ("4DSID_", token, NULL);
}

static void
set_rest_path (GRestServer *self, const char *path)
{
  GStrv segments = http_gate_split_path (path);

  g_return_if_fail (segments != NULL && segments[0] != NULL);

  g_free (self->service.rest_path);
  self->service.rest_path = g_strdup (path);
  g_strfreev (self->service.rest_segments);
  self->service.rest_segments = segments;
}

static void
g_rest_server_set_property (GObject *object,
                            guint property_id,
                            const GValue *value,
                            GParamSpec *pspec)
{
  GRestServer *self = G_REST_SERVER (object);

  switch (property_id)
    {
    case PROP_PROJECT_NAME:
      set_project_name (self, g_value_get_string (value));
      break;
    case PROP_REST_PATH:
      set_rest_path (self, g_value_get_string (value));
      break;
    case PROP_SESSION_MODE:
      self->session_mode = g_value_get_enum (value);
      break;
    case PROP_SESSION_KEY:
      g_clear_pointer (&self->session_key, g_bytes_unref);
      self->session_key = g_value_dup_boxed (value);
      break;
    case PROP_SESSION_IDLE_TIMEOUT:
      self->service.session_idle_timeout = g_value_get_uint (value);
      break;
    case PROP_LEGACY_REST_COOKIE:
      self->service.has_legacy_cookie = g_value_get_boolean (value);
      break;
    case PROP_ALLOWED_HOSTS:
      g_strfreev (self->allowed_hosts);
      self->allowed_hosts = g_value_dup_boxed (value);
      break;
    case PROP_MAX_CONNECTIONS:
      self->max_connections = g_value_get_uint (value);
      break;
    case PROP_MAX_REQUEST_SIZE:
      self->max_request_size = g_value_get_uint64 (value);
      break;
    case PROP_HEADER_TIMEOUT:
      self->header_timeout = g_value_get_uint (value);
      break;
    case PROP_IDLE_TIMEOUT:
      self->idle_timeout = g_value_get_uint (value);
      break;
    case PROP_WRITE_TIMEOUT:
      self->write_timeout = g_value_get_uint (value);
      break;
    case PROP_CALL_TIMEOUT:
      self->service.call_timeout = g_value_get_uint (value);
      break;
    case PROP_N_THREADS:
      self->n_threads = g_value_get_uint (value);
      break;
    case PROP_SHARE_PORT:
      self->share_port = g_value_get_boolean (value);
      break;
    case PROP_TLS_CERTIFICATE:
      g_set_object (&self->certificate, g_value_get_object (value));
      break;
    case PROP_TRUSTED_PROXIES:
      g_strfreev (self->trusted_proxies);
      self->trusted_proxies = g_value_dup_boxed (value);
      break;
    case PROP_ACCESS_LOG:
      g_free (self->access_log);
      self->access_log = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
install_rest_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  /**
   * GRestServer:project-name:
   *
   * The name of the project: the cookie of a session is `4DSID_` and this name, percent-encoded
   * where a cookie's name could not hold it.
   *
   * Since: 1.0
   */
  properties[PROP_PROJECT_NAME] = g_param_spec_string (
      "project-name", "Project name", "The name of the project", "",
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * GRestServer:rest-path:
   *
   * The path below which functions are called.
   *
   * Since: 1.0
   */
  properties[PROP_REST_PATH] = g_param_spec_string (
      "rest-path", "REST path", "The path below which functions are called", "/rest", flags);

  /**
   * GRestServer:session-mode:
   *
   * Where sessions are kept.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION_MODE] = g_param_spec_enum (
      "session-mode", "Session mode", "Where sessions are kept", G_TYPE_REST_SESSION_MODE,
      G_REST_SESSION_MODE_MEMORY, flags);

  /**
   * GRestServer:session-key:
   *
   * What %G_REST_SESSION_MODE_SIGNED_COOKIE signs with: at least 32 random bytes that nobody else
   * knows. %NULL for new ones with each start. It cannot be read back.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION_KEY] = g_param_spec_boxed (
      "session-key", "Session key", "What cookies are signed with", G_TYPE_BYTES,
      G_PARAM_WRITABLE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);

  /**
   * GRestServer:session-idle-timeout:
   *
   * After how many seconds without a request a session ends.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION_IDLE_TIMEOUT] = g_param_spec_uint (
      "session-idle-timeout", "Session idle timeout", "Seconds until an idle session ends", 1,
      G_MAXINT, HTTP_DEFAULT_SESSION_IDLE_S, flags);

  /**
   * GRestServer:legacy-rest-cookie:
   *
   * Whether the cookie `WASID4D` is sent besides that of the project.
   *
   * Since: 1.0
   */
  properties[PROP_LEGACY_REST_COOKIE] = g_param_spec_boolean (
      "legacy-rest-cookie", "Legacy REST cookie", "Whether WASID4D is sent too", TRUE, flags);

  /**
   * GRestServer:call-timeout:
   *
   * After how many seconds a call that was not answered is answered with the status 500; 0 for
   * never.
   *
   * Since: 1.0
   */
  properties[PROP_CALL_TIMEOUT] = g_param_spec_uint (
      "call-timeout", "Call timeout", "Seconds until a call has failed", 0, G_MAXINT / 1000,
      HTTP_DEFAULT_CALL_TIMEOUT_S, flags);

  /**
   * GRestServer:n-threads:
   *
   * In how many threads functions and handlers run; 0 for the context of the server.
   *
   * Since: 1.0
   */
  properties[PROP_N_THREADS] = g_param_spec_uint (
      "n-threads", "Number of threads", "In how many threads functions run", 0, 1024, 0, flags);
}

static void
install_limit_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  /**
   * GRestServer:max-connections:
   *
   * How many clients may be connected at once; others get the status 503.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_CONNECTIONS] = g_param_spec_uint ("max-connections", "Most connections",
                                                        "How many clients at once", 1, G_MAXINT,
                                                        HTTP_DEFAULT_CONNECTIONS, flags);

  /**
   * GRestServer:max-request-size:
   *
   * How large the body of a request may be, in bytes; beyond it the status is 413.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_REQUEST_SIZE] = g_param_spec_uint64 (
      "max-request-size", "Largest request", "Bytes that a body may have", 0, G_MAXINT64,
      HTTP_DEFAULT_REQUEST_SIZE, flags);

  /**
   * GRestServer:header-timeout:
   *
   * How many seconds the head of a request may take; 0 for ever.
   *
   * Since: 1.0
   */
  properties[PROP_HEADER_TIMEOUT] = g_param_spec_uint (
      "header-timeout", "Header timeout", "Seconds that a head may take", 0, G_MAXINT / 1000,
      HTTP_DEFAULT_HEADER_TIMEOUT_S, flags);

  /**
   * GRestServer:idle-timeout:
   *
   * How many seconds a connection is kept for the next request; 0 for ever.
   *
   * Since: 1.0
   */
  properties[PROP_IDLE_TIMEOUT] = g_param_spec_uint (
      "idle-timeout", "Idle timeout", "Seconds that a connection may be idle", 0, G_MAXINT / 1000,
      HTTP_DEFAULT_IDLE_TIMEOUT_S, flags);

  /**
   * GRestServer:write-timeout:
   *
   * How many seconds a client may take nothing of its answer, and may be behind 500 bytes a second
   * while it takes it; 0 for ever.
   *
   * Since: 1.0
   */
  properties[PROP_WRITE_TIMEOUT] = g_param_spec_uint (
      "write-timeout", "Write timeout", "Seconds that a client may take nothing", 0,
      G_MAXINT / 1000, HTTP_DEFAULT_WRITE_TIMEOUT_S, flags);
}

static void
install_door_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  /**
   * GRestServer:allowed-hosts:
   *
   * The names, in lower case and without port, by which clients may call this server; for others
   * the status is 421. %NULL: the names of this machine while it listens on loopback only, any name
   * else.
   *
   * Since: 1.0
   */
  properties[PROP_ALLOWED_HOSTS] = g_param_spec_boxed (
      "allowed-hosts", "Allowed hosts", "The names of this server", G_TYPE_STRV, flags);

  /**
   * GRestServer:share-port:
   *
   * Whether other processes of the same user may listen on the same port, so that the kernel
   * spreads the clients over them.
   *
   * Since: 1.0
   */
  properties[PROP_SHARE_PORT] = g_param_spec_boolean (
      "share-port", "Share port", "Whether other processes may listen too", FALSE, flags);

  /**
   * GRestServer:tls-certificate:
   *
   * The certificate with its key; with one, the server speaks TLS only.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_CERTIFICATE] = g_param_spec_object ("tls-certificate", "TLS certificate",
                                                          "The certificate with its key",
                                                          G_TYPE_TLS_CERTIFICATE, flags);

  /**
   * GRestServer:trusted-proxies:
   *
   * The proxies in front of this server: addresses, networks such as `10.0.0.0/8`, or `unix` for
   * whoever comes by a Unix socket. Of their requests, and of no other, `X-Forwarded-For`,
   * `X-Forwarded-Proto` and `X-Forwarded-Host` are believed.
   *
   * Since: 1.0
   */
  properties[PROP_TRUSTED_PROXIES] = g_param_spec_boxed ("trusted-proxies", "Trusted proxies",
                                                         "The proxies in front of this server",
                                                         G_TYPE_STRV, flags);

  /**
   * GRestServer:access-log:
   *
   * The path of a file to which a line is added for each request that came as far as to be
   * answered by the server, in the combined format; %NULL for none. The file is made with mode
   * 0600.
   *
   * Since: 1.0
   */
  properties[PROP_ACCESS_LOG] = g_param_spec_string (
      "access-log", "Access log", "The file with a line for each request", NULL, flags);

  /**
   * GRestServer:uris:
   *
   * Where the server can be reached.
   *
   * Since: 1.0
   */
  properties[PROP_URIS] = g_param_spec_boxed ("uris", "URIs", "Where the server can be reached",
                                              G_TYPE_STRV,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
g_rest_server_class_init (GRestServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = g_rest_server_dispose;
  object_class->finalize = g_rest_server_finalize;
  object_class->get_property = g_rest_server_get_property;
  object_class->set_property = g_rest_server_set_property;

  install_rest_properties (object_class);
  install_limit_properties (object_class);
  install_door_properties (object_class);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

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

/* The properties of a server.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-server.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/gimap4d-enum-types.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/rest-server-private.h"

enum
{
  PROP_0,
  PROP_PROJECT_NAME,
  PROP_REST_PATH,
  PROP_SESSION_MODE,
  PROP_SESSION_KEY,
  PROP_SESSION_KEY_FILE,
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
  PROP_ACCESS_LOG_FORMAT,
  PROP_METRICS_PATH,
  PROP_WATCH_FILES,
  PROP_URIS,
  PROP_REQUEST_COUNT,
  PROP_RUNNING_COUNT,
  PROP_FAILED_COUNT,
  PROP_CONNECTION_COUNT,
  PROP_REFUSED_COUNT,
  PROP_SESSION_COUNT,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

static void
get_count (GRestServer *self, guint property_id, GValue *value)
{
  RestMetrics metrics;

  rest_service_read_metrics (&self->service, &metrics);
  switch (property_id)
    {
    case PROP_REQUEST_COUNT:
      g_value_set_uint64 (value, rest_metrics_count_requests (&metrics));
      break;
    case PROP_RUNNING_COUNT:
      g_value_set_uint (value, metrics.n_running);
      break;
    case PROP_FAILED_COUNT:
      g_value_set_uint64 (value, metrics.n_failed);
      break;
    case PROP_CONNECTION_COUNT:
      g_value_set_uint (value, metrics.n_connections);
      break;
    case PROP_REFUSED_COUNT:
      g_value_set_uint64 (value, metrics.n_refused);
      break;
    case PROP_SESSION_COUNT:
      g_value_set_uint (value, metrics.n_sessions);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
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
    case PROP_ACCESS_LOG_FORMAT:
      g_value_set_enum (value, self->access_log_format);
      break;
    case PROP_METRICS_PATH:
      g_value_set_string (value, self->metrics_path);
      break;
    case PROP_SESSION_KEY_FILE:
      g_value_set_string (value, self->session_key_file);
      break;
    case PROP_WATCH_FILES:
      g_value_set_boolean (value, self->watch_files);
      break;
    case PROP_URIS:
      g_value_take_boxed (value, g_rest_server_get_uris (self));
      break;
    default:
      get_count (self, property_id, value);
      break;
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
set_metrics_path (GRestServer *self, const char *path)
{
  GStrv segments = path != NULL ? http_gate_split_path (path) : NULL;

  g_return_if_fail (path == NULL || segments != NULL);

  g_free (self->metrics_path);
  self->metrics_path = g_strdup (path);
  g_strfreev (self->service.metrics_path);
  self->service.metrics_path = segments;
}

static void
set_property (GObject *object, guint property_id, const GValue *value, GParamSpec *pspec)
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
    case PROP_ACCESS_LOG_FORMAT:
      self->access_log_format = g_value_get_enum (value);
      self->service.has_common_log = self->access_log_format == G_REST_ACCESS_LOG_FORMAT_COMMON;
      break;
    case PROP_METRICS_PATH:
      set_metrics_path (self, g_value_get_string (value));
      break;
    case PROP_SESSION_KEY_FILE:
      g_free (self->session_key_file);
      self->session_key_file = g_value_dup_string (value);
      break;
    case PROP_WATCH_FILES:
      self->watch_files = g_value_get_boolean (value);
      rest_server_watch_files (self);
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
   * GRestServer:session-key-file:
   *
   * The path of a file with such keys, in place of #GRestServer:session-key: one on each line, in
   * base64, as `openssl rand -base64 32` prints it; `#` begins a comment. The first signs, the others,
   * seven at most, are still believed: to change the key, put a new one on top and call
   * g_rest_server_reload(), and remove the old one when its sessions have ended. Others than the user
   * and the group must not be able to read it.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION_KEY_FILE] = g_param_spec_string ("session-key-file", "Session key file",
                                                           "The file with the keys of the sessions",
                                                           NULL, flags);

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
   * answered by the server; %NULL for none. The file is made with mode 0600. Values of parameters
   * that let somebody in, as `?token=`, are masked in it; headers have no place there.
   *
   * Since: 1.0
   */
  properties[PROP_ACCESS_LOG] = g_param_spec_string (
      "access-log", "Access log", "The file with a line for each request", NULL, flags);

  /**
   * GRestServer:access-log-format:
   *
   * What stands in a line of #GRestServer:access-log.
   *
   * Since: 1.0
   */
  properties[PROP_ACCESS_LOG_FORMAT] = g_param_spec_enum (
      "access-log-format", "Access log format", "What stands in a line of the log",
      G_TYPE_REST_ACCESS_LOG_FORMAT, G_REST_ACCESS_LOG_FORMAT_COMBINED, flags);

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
install_operation_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  /**
   * GRestServer:metrics-path:
   *
   * The path, such as `/metrics`, at which monitoring reads what the server counts, in the text format
   * of Prometheus; %NULL for none. Everybody who can call the server can read it: have the proxy in
   * front of it keep strangers away.
   *
   * Since: 1.0
   */
  properties[PROP_METRICS_PATH] = g_param_spec_string (
      "metrics-path", "Metrics path", "Where monitoring reads what the server counts", NULL, flags);

  /**
   * GRestServer:watch-files:
   *
   * Whether g_rest_server_reload() is called by itself when one of its files has changed. When it
   * fails, #GRestServer::reload-failed tells.
   *
   * Since: 1.0
   */
  properties[PROP_WATCH_FILES] = g_param_spec_boolean (
      "watch-files", "Watch files", "Whether files that change are read again", FALSE, flags);
}

static void
install_counts (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * GRestServer:request-count:
   *
   * How many requests were answered, whole or not. Like all counts it does not notify, and does not
   * begin anew when the server listens again.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_COUNT] = g_param_spec_uint64 (
      "request-count", "Request count", "Requests that were answered", 0, G_MAXUINT64, 0, flags);

  /**
   * GRestServer:running-count:
   *
   * How many requests are being answered.
   *
   * Since: 1.0
   */
  properties[PROP_RUNNING_COUNT] = g_param_spec_uint (
      "running-count", "Running count", "Requests that are being answered", 0, G_MAXUINT, 0, flags);

  /**
   * GRestServer:failed-count:
   *
   * How often #GRestServer::call-failed was emitted.
   *
   * Since: 1.0
   */
  properties[PROP_FAILED_COUNT] = g_param_spec_uint64 (
      "failed-count", "Failed count", "Calls that have failed", 0, G_MAXUINT64, 0, flags);

  /**
   * GRestServer:connection-count:
   *
   * How many clients are connected.
   *
   * Since: 1.0
   */
  properties[PROP_CONNECTION_COUNT] = g_param_spec_uint (
      "connection-count", "Connection count", "Clients that are connected", 0, G_MAXUINT, 0, flags);

  /**
   * GRestServer:refused-count:
   *
   * For how many clients there was no room since the server began to listen.
   *
   * Since: 1.0
   */
  properties[PROP_REFUSED_COUNT] = g_param_spec_uint64 ("refused-count", "Refused count",
                                                        "Clients for which there was no room", 0,
                                                        G_MAXUINT64, 0, flags);

  /**
   * GRestServer:session-count:
   *
   * How many sessions are kept in memory.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION_COUNT] = g_param_spec_uint ("session-count", "Session count",
                                                      "Sessions in memory", 0, G_MAXUINT, 0, flags);
}

void
rest_server_install_properties (GObjectClass *object_class)
{
  object_class->get_property = get_property;
  object_class->set_property = set_property;

  install_rest_properties (object_class);
  install_limit_properties (object_class);
  install_door_properties (object_class);
  install_operation_properties (object_class);
  install_counts (object_class);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

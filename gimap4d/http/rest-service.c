/* From a request to the function that answers it: the checks, the session, the way.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-service.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/http-cookie.h"
#include "gimap4d/http/http-json.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/http-upload.h"
#include "gimap4d/http/incoming-message-private.h"
#include "gimap4d/http/rest-access.h"
#include "gimap4d/http/rest-session-cookie.h"
#include "gimap4d/http/rest-session-private.h"

#define LEGACY_COOKIE "WASID4D"

/* One request on its way. */
typedef struct
{
  RestService *service;
  SoupServerMessage *message;
  GIncomingMessage *request; /* owned */
  gboolean is_proxied;       /* by one that is trusted */
  gboolean wants_json;
} Visit;

void
rest_service_clear (RestService *service)
{
  g_clear_pointer (&service->router, rest_router_free);
  g_clear_pointer (&service->sessions, rest_session_store_free);
  g_clear_pointer (&service->session_keys, g_ptr_array_unref);
  g_clear_pointer (&service->metrics_path, g_strfreev);
  g_clear_pointer (&service->project, g_free);
  g_clear_pointer (&service->proxies, http_proxies_free);
  g_clear_object (&service->access_log);
  g_clear_object (&service->stopping);
  g_clear_pointer (&service->rest_path, g_free);
  g_clear_pointer (&service->rest_segments, g_strfreev);
  g_clear_pointer (&service->cookie_name, g_free);
  g_clear_pointer (&service->allowed_hosts, g_strfreev);
}

static GStrv
build_cookies (RestService *service, const char *value, gboolean is_secure)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_autofree char *own = http_cookie_build (service->cookie_name, value, -1,
                                            G_OUTGOING_COOKIE_SAME_SITE_STRICT, is_secure);
  g_autofree char *legacy = http_cookie_build (LEGACY_COOKIE, value, -1,
                                               G_OUTGOING_COOKIE_SAME_SITE_STRICT, is_secure);

  g_strv_builder_add (lines, own);
  if (service->has_legacy_cookie)
    g_strv_builder_add (lines, legacy);

  return g_strv_builder_end (lines);
}

/* NULL when it is too much for a cookie: the client keeps the one before. */
static char *
seal_session (RestService *service, GRestSession *session)
{
  g_autofree char *sealed = rest_session_cookie_seal (
      session, g_ptr_array_index (service->session_keys, 0), service->project);
  const char *fault = http_cookie_find_fault (service->cookie_name, sealed);
  g_autoptr (GError) error = NULL;

  if (fault == NULL)
    return g_steal_pointer (&sealed);

  g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("The session is not kept: %s"), fault);
  service->failed (error, service->failed_object);

  return NULL;
}

static GStrv
make_cookies (GIncomingMessage *request, gpointer data)
{
  RestService *service = data;
  GRestSession *session = g_incoming_message_get_session (request);
  g_autofree char *value = NULL;

  if (session == NULL)
    return NULL;
  if (service->session_keys != NULL && rest_session_take_is_changed (session))
    value = seal_session (service, session);
  else if (service->session_keys == NULL)
    value = rest_session_take_new_id (session);
  if (value != NULL && service->sessions != NULL)
    rest_session_store_rename (service->sessions, session, value);

  return value != NULL ?
             build_cookies (service, value, g_incoming_message_get_is_secure (request)) :
             NULL;
}

static RestExchange *
begin (Visit *visit)
{
  const RestExchangeFacts facts = {
    .message = visit->message,
    .request = visit->request,
    .context = visit->service->context,
    .cookies = make_cookies,
    .cookies_data = visit->service,
    .is_draining = visit->service->is_draining,
    .wants_json = visit->wants_json,
  };

  return rest_exchange_begin (&facts, visit->service->failed, visit->service->failed_object);
}

static void
answer_status (Visit *visit, guint status, const char *allow)
{
  rest_exchange_answer_status (begin (visit), status, allow);
}

/* Against pages that have their own name resolve to this machine (DNS rebinding). */
static gboolean
is_allowed_host (Visit *visit)
{
  const char *header = g_incoming_message_get_header (visit->request, "host");
  g_autofree char *host = header != NULL ? http_dup_host_name (header) : NULL;

  return visit->service->allowed_hosts == NULL || host == NULL ||
         g_strv_contains ((const char *const *) visit->service->allowed_hosts, host);
}

static gboolean
is_safe_verb (const char *verb)
{
  return g_str_equal (verb, "GET") || g_str_equal (verb, "HEAD") || g_str_equal (verb, "OPTIONS");
}

static gboolean
has_same_origin (const char *origin, const char *host)
{
  const char *authority = strstr (origin, "://");

  return authority != NULL && host != NULL && g_ascii_strcasecmp (authority + 3, host) == 0;
}

/* A browser says where a request comes from; whoever is no browser has no cookies to abuse. */
static gboolean
is_cross_site (Visit *visit)
{
  const char *site = g_incoming_message_get_header (visit->request, "sec-fetch-site");
  const char *origin = g_incoming_message_get_header (visit->request, "origin");
  const char *host = g_incoming_message_get_header (visit->request, "host");
  const char *proxied_host = g_incoming_message_get_header (visit->request, "x-forwarded-host");

  if (visit->is_proxied && proxied_host != NULL)
    host = proxied_host;
  if (is_safe_verb (g_incoming_message_get_verb (visit->request)))
    return FALSE;
  if (site != NULL)
    return !g_str_equal (site, "same-origin") && !g_str_equal (site, "none");

  return origin != NULL && !has_same_origin (origin, host);
}

static GRestSession *
find_session (Visit *visit)
{
  RestService *service = visit->service;
  const char *header = g_incoming_message_get_header (visit->request, "cookie");
  g_autofree char *value = NULL;

  if (header == NULL)
    return NULL;
  value = http_cookie_find (header, service->cookie_name);
  if (value == NULL && service->has_legacy_cookie)
    value = http_cookie_find (header, LEGACY_COOKIE);
  if (value == NULL)
    return NULL;

  return service->session_keys != NULL ?
             rest_session_cookie_open (value, service->session_keys, service->project,
                                       service->session_idle_timeout) :
             rest_session_store_find (service->sessions, value);
}

static GRestSession *
create_session (RestService *service)
{
  g_autofree char *id = NULL;

  if (service->session_keys == NULL)
    return rest_session_store_create (service->sessions, service->session_idle_timeout);

  id = rest_session_make_id ();
  return rest_session_new (id, service->session_idle_timeout);
}

/* Only who reaches a function or handler gets a session: a scan of paths costs nothing. */
static void
open_session (Visit *visit)
{
  RestService *service = visit->service;
  g_autoptr (GRestSession) session = NULL;

  if (service->sessions == NULL && service->session_keys == NULL)
    return;

  session = find_session (visit);
  if (session == NULL)
    session = create_session (service);
  incoming_message_set_session (visit->request, session);
}

/* $params='[…]', as 4D writes it, or without the quotation marks. */
static JsonNode *
parse_query_parameters (const char *text, GError **error)
{
  gsize size = strlen (text);
  gboolean is_quoted = size >= 2 && (*text == '\'' || *text == '"') && text[size - 1] == *text;

  return is_quoted ? http_json_parse (text + 1, size - 2, error) :
                     http_json_parse (text, size, error);
}

static JsonNode *
read_parameters (Visit *visit, GError **error)
{
  g_auto (GStrv) values = NULL;
  g_autoptr (GBytes) body = NULL;

  if (!g_str_equal (g_incoming_message_get_verb (visit->request), "POST"))
    {
      values = g_incoming_message_get_query_values (visit->request, "$params");
      return parse_query_parameters (values[0] != NULL ? values[0] : "[]", error);
    }

  body = g_incoming_message_get_blob (visit->request);
  if (g_bytes_get_size (body) == 0)
    return http_json_parse ("[]", 2, error);

  return g_incoming_message_get_json (visit->request, error);
}

static void
call_function (Visit *visit, RestRoute *route)
{
  RestService *service = visit->service;
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) parameters = read_parameters (visit, &cause);

  if (parameters == NULL || !JSON_NODE_HOLDS_ARRAY (parameters))
    {
      g_autoptr (GError) error = g_error_new (
          G_REST_SERVER_ERROR, G_REST_SERVER_ERROR_BAD_REQUEST, "%s",
          cause != NULL ? cause->message : _ ("The parameters have to be a JSON array"));

      rest_exchange_answer_error (begin (visit), error);
      return;
    }

  open_session (visit);
  rest_exchange_call (begin (visit), route, json_node_get_array (parameters), service->call_timeout,
                      service->pool);
}

static void
call_handler (Visit *visit, RestRoute *route)
{
  open_session (visit);
  rest_exchange_call (begin (visit), route, NULL, visit->service->call_timeout,
                      visit->service->pool);
}

static RestMatch
find_handler (Visit *visit, RestRoute **out_route, char **out_allow, GError **error)
{
  const char *const *path = g_incoming_message_get_url_path (visit->request);

  if (rest_path_is_reserved (path))
    return REST_MATCH_NONE;

  return rest_router_find_handler (
      visit->service->router, path, g_incoming_message_get_verb (visit->request), out_route,
      out_allow, g_incoming_message_get_path_params (visit->request), error);
}

static void
route (Visit *visit)
{
  RestService *service = visit->service;
  const char *verb = g_incoming_message_get_verb (visit->request);
  const char *const *path = g_incoming_message_get_url_path (visit->request);
  const char *const *rest = rest_path_skip (path, (const char *const *) service->rest_segments);
  g_autofree char *allow = NULL;
  g_autoptr (RestRoute) found = NULL;
  g_autoptr (GError) error = NULL;
  RestMatch match;

  visit->wants_json = rest != NULL;
  match = rest != NULL ? rest_router_find_function (service->router, rest, verb, &found, &allow) :
                         find_handler (visit, &found, &allow, &error);

  if (match == REST_MATCH_NONE)
    answer_status (visit, 404, NULL);
  else if (match == REST_MATCH_FAILED)
    rest_exchange_answer_error (begin (visit), error);
  else if (match == REST_MATCH_VERB)
    answer_status (visit, g_str_equal (verb, "OPTIONS") ? 204 : 405, allow);
  else if (is_cross_site (visit))
    answer_status (visit, 403, NULL);
  else if (rest != NULL)
    call_function (visit, found);
  else
    call_handler (visit, found);
}

/* Who asks: the client itself, or behind a trusted proxy whom the proxy names. */
static GIncomingMessage *
make_request (RestService *service,
              SoupServerMessage *message,
              GBytes *body,
              gboolean *out_is_proxied)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  HttpConnection *connection = http_connection_find (message);
  const char *remote = connection != NULL ? http_connection_get_remote_host (connection) : "";
  gboolean is_secure = connection != NULL && http_connection_is_secure (connection);
  const char *scheme = soup_message_headers_get_one (headers, "X-Forwarded-Proto");
  g_autofree char *client = NULL;

  *out_is_proxied = http_proxies_trust (service->proxies, remote);
  if (!*out_is_proxied)
    return incoming_message_new (message, body, remote, is_secure);

  client = http_proxies_find_client (service->proxies, remote,
                                     soup_message_headers_get_list (headers, "X-Forwarded-For"));

  return incoming_message_new (message, body, client,
                               scheme != NULL && g_ascii_strcasecmp (scheme, "https") == 0);
}

static void
answer_metrics (Visit *visit)
{
  g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();
  g_autofree char *text = NULL;
  RestMetrics metrics;

  rest_service_read_metrics (visit->service, &metrics);
  text = rest_metrics_format (&metrics, visit->service->project);
  g_outgoing_message_set_text (answer, text, NULL);
  g_outgoing_message_set_header (answer, "Content-Type", "text/plain; version=0.0.4; charset=utf-8",
                                 NULL);
  g_outgoing_message_set_header (answer, "Cache-Control", "no-store", NULL);
  rest_exchange_answer (begin (visit), answer);
}

static gboolean
wants_metrics (Visit *visit)
{
  const char *const *path = (const char *const *) visit->service->metrics_path;
  const char *verb = g_incoming_message_get_verb (visit->request);

  return path != NULL && (g_str_equal (verb, "GET") || g_str_equal (verb, "HEAD")) &&
         g_strv_equal (path, g_incoming_message_get_url_path (visit->request));
}

void
rest_service_read_metrics (RestService *service, RestMetrics *out_metrics)
{
  *out_metrics = service->metrics;
  if (service->guard != NULL)
    out_metrics->n_connections = http_guard_count (service->guard, &out_metrics->n_accepted,
                                                   &out_metrics->n_refused);
  if (service->sessions != NULL)
    out_metrics->n_sessions = rest_session_store_count (service->sessions);
}

void
rest_service_serve (RestService *service, SoupServerMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = http_upload_take_body (message, &error);
  g_autoptr (GBytes) nothing = g_bytes_new_static (NULL, 0);
  gboolean is_proxied = FALSE;
  g_autoptr (GIncomingMessage)
      request = make_request (service, message, body != NULL ? body : nothing, &is_proxied);
  Visit visit = {
    .service = service, .message = message, .request = request, .is_proxied = is_proxied
  };

  incoming_message_set_stopping (request, service->stopping);
  rest_access_watch (service, message, request);
  if (body == NULL)
    rest_exchange_answer_error (begin (&visit), error);
  else if (!is_allowed_host (&visit))
    answer_status (&visit, 421, NULL);
  else if (soup_server_message_is_options_ping (message))
    answer_status (&visit, 204, "GET, HEAD, POST, OPTIONS");
  else if (wants_metrics (&visit))
    answer_metrics (&visit);
  else
    route (&visit);
}

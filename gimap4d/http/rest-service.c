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
#include "gimap4d/http/incoming-message-private.h"

#define LEGACY_COOKIE "WASID4D"

/* One request on its way. */
typedef struct
{
  RestService *service;
  SoupServerMessage *message;
  HttpConnection *connection; /* nullable */
  GIncomingMessage *request;  /* owned */
  GStrv cookies;              /* owned, nullable */
  gboolean wants_json;
} Visit;

void
rest_service_clear (RestService *service)
{
  g_clear_pointer (&service->router, rest_router_free);
  g_clear_pointer (&service->sessions, rest_session_store_free);
  g_clear_pointer (&service->rest_path, g_free);
  g_clear_pointer (&service->rest_segments, g_strfreev);
  g_clear_pointer (&service->cookie_name, g_free);
  g_clear_pointer (&service->allowed_hosts, g_strfreev);
}

static RestExchange *
begin (Visit *visit)
{
  const RestExchangeFacts facts = {
    .message = visit->message,
    .connection = visit->connection,
    .request = visit->request,
    .context = visit->service->context,
    .cookies = (const char *const *) visit->cookies,
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

  if (is_safe_verb (g_incoming_message_get_verb (visit->request)))
    return FALSE;
  if (site != NULL)
    return !g_str_equal (site, "same-origin") && !g_str_equal (site, "none");

  return origin != NULL && !has_same_origin (origin, host);
}

static GRestSession *
find_session (Visit *visit)
{
  const char *header = g_incoming_message_get_header (visit->request, "cookie");
  g_autofree char *id = NULL;

  if (header == NULL)
    return NULL;
  id = http_cookie_find (header, visit->service->cookie_name);
  if (id == NULL && visit->service->has_legacy_cookie)
    id = http_cookie_find (header, LEGACY_COOKIE);

  return id != NULL ? rest_session_store_find (visit->service->sessions, id) : NULL;
}

static GStrv
build_cookies (Visit *visit, const char *id)
{
  gboolean is_secure = g_incoming_message_get_is_secure (visit->request);
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_autofree char *own = http_cookie_build (visit->service->cookie_name, id, -1,
                                            G_OUTGOING_COOKIE_SAME_SITE_STRICT, is_secure);
  g_autofree char *legacy = http_cookie_build (LEGACY_COOKIE, id, -1,
                                               G_OUTGOING_COOKIE_SAME_SITE_STRICT, is_secure);

  g_strv_builder_add (lines, own);
  if (visit->service->has_legacy_cookie)
    g_strv_builder_add (lines, legacy);

  return g_strv_builder_end (lines);
}

/* Only who reaches a function or handler gets a session: a scan of paths costs nothing. */
static void
open_session (Visit *visit)
{
  RestService *service = visit->service;
  g_autoptr (GRestSession) session = NULL;

  if (service->sessions == NULL)
    return;

  session = find_session (visit);
  if (session == NULL)
    {
      session = rest_session_store_create (service->sessions, service->session_idle_timeout);
      visit->cookies = build_cookies (visit, g_rest_session_get_id (session));
    }
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

void
rest_service_serve (RestService *service, SoupServerMessage *message)
{
  HttpConnection *connection = http_connection_find (message);
  const char *remote = connection != NULL ? http_connection_get_remote_host (connection) : "";
  gboolean is_secure = connection != NULL && http_connection_is_secure (connection);
  g_autoptr (GIncomingMessage) request = incoming_message_new (message, remote, is_secure);
  Visit visit = {
    .service = service, .message = message, .connection = connection, .request = request
  };

  if (!is_allowed_host (&visit))
    answer_status (&visit, 421, NULL);
  else if (soup_server_message_is_options_ping (message))
    answer_status (&visit, 204, "GET, HEAD, POST, OPTIONS");
  else
    route (&visit);

  g_strfreev (visit.cookies);
}

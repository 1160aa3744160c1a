/* One request on its way to a function and back: paused, answered, or left by its client.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-exchange.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/http-answer.h"
#include "gimap4d/http/http-dispatch.h"
#include "gimap4d/http/incoming-message-private.h"
#include "gimap4d/http/rest-call-private.h"
#include "gimap4d/http/http-status.h"

/* What nginx calls a client that closed its connection; it is never sent. */
#define STATUS_CLIENT_GONE 499

struct _RestExchange
{
  SoupServerMessage *message; /* owned */
  GIncomingMessage *request;  /* owned */
  RestCookiesFunc cookies;
  gpointer cookies_data; /* of what failed_object owns */
  GStrv cookie_lines;    /* owned, nullable: taken once, also when a second answer is begun */
  gboolean is_draining;
  gboolean wants_json;
  gboolean is_answered;
  gboolean is_paused;
  gboolean is_calling; /* the function is on the stack, perhaps with a main loop of its own */
  gboolean has_ended;
  GMainContext *context; /* owned */
  RestSlot *slot;        /* owned, nullable */
  GSource *timer;        /* owned, nullable */
  RestFailedFunc failed;
  GObject *failed_object; /* owned */
};

typedef struct
{
  RestRoute *route;          /* owned */
  GIncomingMessage *request; /* owned */
  JsonArray *parameters;     /* owned, nullable */
  GRestCall *call;           /* owned */
} Job;

static const guint error_statuses[] = {
  [G_REST_SERVER_ERROR_BAD_REQUEST] = 400,      [G_REST_SERVER_ERROR_UNAUTHORIZED] = 401,
  [G_REST_SERVER_ERROR_PAYMENT_REQUIRED] = 402, [G_REST_SERVER_ERROR_FORBIDDEN] = 403,
  [G_REST_SERVER_ERROR_NOT_FOUND] = 404,        [G_REST_SERVER_ERROR_METHOD_NOT_ALLOWED] = 405,
  [G_REST_SERVER_ERROR_TIMEOUT] = 408,          [G_REST_SERVER_ERROR_TOO_LARGE] = 413,
  [G_REST_SERVER_ERROR_INTERNAL] = 500,         [G_REST_SERVER_ERROR_UNAVAILABLE] = 503,
};

static void
stop_waiting (RestExchange *exchange)
{
  if (exchange->timer != NULL)
    {
      g_source_destroy (exchange->timer);
      g_clear_pointer (&exchange->timer, g_source_unref);
    }
  if (exchange->slot != NULL)
    {
      rest_slot_abandon (exchange->slot);
      g_clear_pointer (&exchange->slot, rest_slot_unref);
    }
}

static void
exchange_free (RestExchange *exchange)
{
  stop_waiting (exchange);
  g_strfreev (exchange->cookie_lines);
  g_object_unref (exchange->message);
  g_object_unref (exchange->request);
  g_object_unref (exchange->failed_object);
  g_main_context_unref (exchange->context);
  g_free (exchange);
}

static void
resume (RestExchange *exchange)
{
  if (!exchange->is_paused)
    return;

  exchange->is_paused = FALSE;
  soup_server_message_unpause (exchange->message);
}

/* Without an answer the message goes on only to fail: libsoup then lets go of it. */
static void
client_gone (RestExchange *exchange)
{
  g_cancellable_cancel (g_incoming_message_get_cancellable (exchange->request));
  if (exchange->is_answered)
    {
      http_answer_abort (exchange->message);
      return;
    }

  exchange->is_answered = TRUE;
  stop_waiting (exchange);
  soup_server_message_set_status (exchange->message, STATUS_CLIENT_GONE, "Client Closed Request");
  resume (exchange);
}

static void
gone_cb (HttpConnection *connection, gpointer data)
{
  client_gone (data);
}

static void
watch_gone (RestExchange *exchange, gboolean is_watching)
{
  HttpConnection *connection = http_connection_find (exchange->message);
  HttpDispatch *dispatch = connection == NULL ? http_dispatch_find (exchange->message) : NULL;

  if (connection != NULL)
    http_connection_watch_gone (connection, is_watching ? gone_cb : NULL, exchange);
  else if (dispatch != NULL)
    http_dispatch_watch_gone (dispatch, is_watching ? (HttpDispatchGoneFunc) client_gone : NULL,
                              exchange);
}

/* Sent, aborted, or swept away when the server stops: libsoup tells the last only as a lost
 * connection. */
static void
ended_cb (SoupServerMessage *message, gpointer data)
{
  RestExchange *exchange = data;

  watch_gone (exchange, FALSE);
  g_signal_handlers_disconnect_by_data (message, exchange);
  if (!exchange->is_answered)
    g_cancellable_cancel (g_incoming_message_get_cancellable (exchange->request));
  exchange->is_answered = TRUE;
  exchange->has_ended = TRUE;
  stop_waiting (exchange);
  if (!exchange->is_calling)
    exchange_free (exchange);
}

RestExchange *
rest_exchange_begin (const RestExchangeFacts *facts, RestFailedFunc failed, GObject *failed_object)
{
  RestExchange *exchange = g_new0 (RestExchange, 1);

  exchange->message = g_object_ref (facts->message);
  exchange->request = g_object_ref (facts->request);
  exchange->cookies = facts->cookies;
  exchange->cookies_data = facts->cookies_data;
  exchange->is_draining = facts->is_draining;
  exchange->wants_json = facts->wants_json;
  exchange->failed = failed;
  exchange->failed_object = g_object_ref (failed_object);

  exchange->context = g_main_context_ref (facts->context);

  g_signal_connect (facts->message, "finished", G_CALLBACK (ended_cb), exchange);
  g_signal_connect (facts->message, "disconnected", G_CALLBACK (ended_cb), exchange);
  watch_gone (exchange, TRUE);

  return exchange;
}

/* The client must not take a part for the whole: its connection is cut. */
static void
body_failed (SoupServerMessage *message, const GError *error, gpointer data)
{
  RestExchange *exchange = data;
  HttpConnection *connection = http_connection_find (message);
  HttpDispatch *dispatch = http_dispatch_find (message);

  exchange->failed (error, exchange->failed_object);
  if (connection != NULL)
    http_connection_cut (connection);
  else if (dispatch != NULL)
    http_dispatch_cut (dispatch);
}

static void
add_own_headers (RestExchange *exchange)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (exchange->message);

  if (exchange->cookie_lines == NULL)
    exchange->cookie_lines = exchange->cookies (exchange->request, exchange->cookies_data);
  for (guint i = 0; exchange->cookie_lines != NULL && exchange->cookie_lines[i] != NULL; i++)
    soup_message_headers_append (headers, "Set-Cookie", exchange->cookie_lines[i]);
  if (exchange->is_draining)
    soup_message_headers_append (headers, "Connection", "close");
}

void
rest_exchange_answer (RestExchange *exchange, GOutgoingMessage *answer)
{
  g_autoptr (GError) error = NULL;
  gboolean is_secure = g_incoming_message_get_is_secure (exchange->request);

  if (exchange->is_answered)
    return;

  exchange->is_answered = TRUE;
  stop_waiting (exchange);
  add_own_headers (exchange);
  if (http_answer_begin (exchange->message, answer, is_secure, body_failed, exchange, &error))
    {
      resume (exchange);
      return;
    }

  exchange->is_answered = FALSE;
  soup_message_headers_clear (soup_server_message_get_response_headers (exchange->message));
  rest_exchange_answer_error (exchange, error);
}

static JsonNode *
build_error (guint status, const char *text)
{
  JsonObject *entry = json_object_new ();
  JsonArray *list = json_array_new ();
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (entry, "message", text);
  json_object_set_string_member (entry, "componentSignature", "gi4d");
  json_object_set_int_member (entry, "errCode", status);
  json_array_add_object_element (list, entry);
  json_object_set_array_member (object, "__ERROR", list);
  json_node_take_object (node, object);

  return node;
}

static void
answer_text (RestExchange *exchange, guint status, const char *text, const char *allow)
{
  g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();

  g_outgoing_message_set_status (answer, status, NULL);
  if (allow != NULL)
    g_outgoing_message_set_header (answer, "Allow", allow, NULL);
  if (exchange->wants_json)
    {
      g_autoptr (JsonNode) node = build_error (status, text);

      g_outgoing_message_set_json (answer, node, NULL);
    }
  else
    {
      g_autofree char *line = g_strconcat (text, "\n", NULL);

      g_outgoing_message_set_text (answer, line, NULL);
    }

  rest_exchange_answer (exchange, answer);
}

void
rest_exchange_answer_status (RestExchange *exchange, guint status, const char *allow)
{
  if (status == 204)
    {
      g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();

      g_outgoing_message_set_status (answer, status, NULL);
      g_outgoing_message_set_header (answer, "Allow", allow, NULL);
      rest_exchange_answer (exchange, answer);
      return;
    }

  answer_text (exchange, status, http_status_get_phrase (status), allow);
}

void
rest_exchange_answer_error (RestExchange *exchange, const GError *error)
{
  gboolean is_public = error->domain == G_REST_SERVER_ERROR && error->code >= 0 &&
                       error->code < (int) G_N_ELEMENTS (error_statuses);
  gboolean is_fault = incoming_message_is_fault (exchange->request, error);
  g_autofree char *text = NULL;

  if (!is_public && !is_fault)
    {
      exchange->failed (error, exchange->failed_object);
      answer_text (exchange, 500, _ ("The function has failed"), NULL);
      return;
    }

  text = g_utf8_make_valid (error->message, -1);
  answer_text (exchange, is_fault ? 400 : error_statuses[error->code], text, NULL);
}

static void
answered_cb (GOutgoingMessage *answer, const GError *error, gpointer data)
{
  if (answer != NULL)
    rest_exchange_answer (data, answer);
  else
    rest_exchange_answer_error (data, error);
}

static gboolean
timeout_cb (gpointer data)
{
  RestExchange *exchange = data;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (g_incoming_message_get_cancellable (exchange->request));
  g_set_error (&error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("The function did not answer in time"));
  rest_exchange_answer_error (exchange, error);

  return G_SOURCE_REMOVE;
}

static void
start_timer (RestExchange *exchange, guint timeout)
{
  if (timeout == 0)
    return;

  exchange->timer = g_timeout_source_new (timeout * 1000);
  g_source_set_callback (exchange->timer, timeout_cb, exchange, NULL);
  g_source_attach (exchange->timer, exchange->context);
}

static void
job_free (Job *job)
{
  rest_route_unref (job->route);
  g_object_unref (job->request);
  g_clear_pointer (&job->parameters, json_array_unref);
  g_object_unref (job->call);
  g_free (job);
}

static void
run_job (Job *job)
{
  const RestRoute *route = job->route;

  if (route->function != NULL)
    route->function (job->request, job->parameters, job->call, route->data);
  else
    route->handler (job->request, job->call, route->data);
  job_free (job);
}

void
rest_exchange_run_in_pool (gpointer data, gpointer pool_data)
{
  Job *job = data;

  if (g_cancellable_is_cancelled (g_incoming_message_get_cancellable (job->request)))
    job_free (job);
  else
    run_job (job);
}

void
rest_exchange_call (RestExchange *exchange,
                    RestRoute *route,
                    JsonArray *parameters,
                    guint timeout,
                    GThreadPool *pool)
{
  RestSlot *slot = rest_slot_new (exchange->context, answered_cb, exchange);
  Job *job = g_new0 (Job, 1);

  exchange->slot = slot;
  start_timer (exchange, timeout);
  job->route = rest_route_ref (route);
  job->request = g_object_ref (exchange->request);
  job->parameters = parameters != NULL ? json_array_ref (parameters) : NULL;
  job->call = rest_call_new (slot, route->function != NULL);

  /* The answer frees the exchange's reference to it. */
  rest_slot_ref (slot);
  exchange->is_calling = TRUE;
  if (pool != NULL && !route->is_async)
    {
      g_thread_pool_push (pool, job, NULL);
    }
  else
    {
      rest_slot_enter (slot);
      run_job (job);
      rest_slot_leave (slot);
    }
  rest_slot_unref (slot);
  exchange->is_calling = FALSE;

  if (exchange->has_ended)
    {
      exchange_free (exchange);
    }
  else if (!exchange->is_answered)
    {
      exchange->is_paused = TRUE;
      soup_server_message_pause (exchange->message);
    }
}

/* One request on its way to a function and back: paused, answered, or left by its client.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/http-connection.h"
#include "gimap4d/http/rest-router.h"

G_BEGIN_DECLS

typedef struct _RestExchange RestExchange;

/* Told once, when the function has failed with what is not for the client's eyes. */
typedef void (*RestFailedFunc) (const GError *error, gpointer data);

/* Lines for Set-Cookie that go with the answer; NULL for none. Asked when it is sent. */
typedef GStrv (*RestCookiesFunc) (GIncomingMessage *request, gpointer data);

typedef struct
{
  SoupServerMessage *message;
  GIncomingMessage *request;
  GMainContext *context;
  RestCookiesFunc cookies;
  gpointer cookies_data;
  gboolean is_draining;
  gboolean wants_json; /* errors are told in JSON */
} RestExchangeFacts;

/* It lives until the message has ended. */
RestExchange *rest_exchange_begin (const RestExchangeFacts *facts,
                                   RestFailedFunc failed,
                                   GObject *failed_object);

void rest_exchange_answer (RestExchange *exchange, GOutgoingMessage *answer);
void rest_exchange_answer_error (RestExchange *exchange, const GError *error);

/* @allow: nullable, for the header Allow. */
void rest_exchange_answer_status (RestExchange *exchange, guint status, const char *allow);

/* Runs @route, in @pool where there is one, and answers with what it returns. @parameters is NULL
 * for a handler; @timeout is in seconds. */
void rest_exchange_call (RestExchange *exchange,
                         RestRoute *route,
                         JsonArray *parameters,
                         guint timeout,
                         GThreadPool *pool);

/* What a pool of such calls runs: those that are still wanted. */
void rest_exchange_run_in_pool (gpointer job, gpointer pool_data);

G_END_DECLS

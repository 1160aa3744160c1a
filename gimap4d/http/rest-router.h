/* Which function or handler answers a path: the table of what the application exposed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-rest-server.h"

G_BEGIN_DECLS

/* One of both functions is set. Reference counted: it can be removed while it runs. */
typedef struct
{
  GRestFunction function;       /* nullable */
  GHttpHandlerFunction handler; /* nullable */
  GRestExposeFlags flags;
  gboolean is_async; /* it does not block: no thread of the pool is needed for it */
  gpointer data;
  GDestroyNotify destroy;
} RestRoute;

typedef struct _RestRouter RestRouter;

typedef enum
{
  REST_MATCH_NONE,
  REST_MATCH_VERB, /* there is something, but not for this verb */
  REST_MATCH_FOUND,
  REST_MATCH_FAILED, /* with an error */
} RestMatch;

RestRouter *rest_router_new (void);
void rest_router_free (RestRouter *router);

RestRoute *rest_route_new (gpointer data, GDestroyNotify destroy);
RestRoute *rest_route_ref (RestRoute *route);
void rest_route_unref (RestRoute *route);

/* Takes @route. An older one of the same name is replaced. */
void rest_router_expose (RestRouter *router,
                         const char *class_name,
                         const char *name,
                         RestRoute *route);
gboolean rest_router_conceal (RestRouter *router, const char *class_name, const char *name);

/* What a handler answers: exactly one of @pattern and @regex is set. @verbs: nullable for all,
 * else a list separated by commas. */
typedef struct
{
  const char *pattern;
  const char *regex;
  const char *verbs;
} RestPattern;

/* Takes @route. */
gboolean rest_router_add_handler (RestRouter *router,
                                  const char *rest_path,
                                  const RestPattern *pattern,
                                  RestRoute *route,
                                  GError **error);

/* HTTPHandlers.json: all of its entries, for one of the two functions below, or NULL. */
GPtrArray *rest_handlers_parse (const char *rest_path, JsonNode *list, GError **error);

/* Takes @handlers, which are tried after those before. Its number is for the function below. */
guint rest_router_add_group (RestRouter *router, GPtrArray *handlers);

/* Takes @handlers, which stand where others stood. */
void rest_router_replace_group (RestRouter *router, guint group, GPtrArray *handlers);

void rest_router_add_singleton (RestRouter *router, const char *name, GObject *singleton);
GObject *rest_router_get_singleton (RestRouter *router, const char *name);

/* Takes @route. */
void rest_router_add_singleton_function (RestRouter *router,
                                         const char *class_name,
                                         const char *method,
                                         RestRoute *route);

/* @out_allow: what may be asked with, as for the header Allow; owned by the caller. */
RestMatch rest_router_find_function (RestRouter *router,
                                     const char *const *segments,
                                     const char *verb,
                                     RestRoute **out_route,
                                     char **out_allow);
/* @parameters: utf8 → utf8, is filled with what the pattern names. */
RestMatch rest_router_find_handler (RestRouter *router,
                                    const char *const *segments,
                                    const char *verb,
                                    RestRoute **out_route,
                                    char **out_allow,
                                    GHashTable *parameters,
                                    GError **error);

/* Whether a path belongs to the server, so that no handler may have it. */
gboolean rest_path_is_reserved (const char *const *path);

/* The segments of @path that follow @prefix, or NULL when it does not begin with it. */
const char *const *rest_path_skip (const char *const *path, const char *const *prefix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RestRoute, rest_route_unref)

G_END_DECLS

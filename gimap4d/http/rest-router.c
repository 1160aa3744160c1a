/* Which function or handler answers a path: the table of what the application exposed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-router.h"

#include <gio/gio.h>
#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-syntax.h"

typedef struct
{
  GStrv prefix;     /* owned: segments */
  GStrv verbs;      /* owned: upper case */
  RestRoute *route; /* owned */
} Handler;

struct _RestRouter
{
  GHashTable *functions; /* owned: "class/name" → RestRoute */
  GPtrArray *handlers;   /* owned, of Handler, tried in this order */
};

static void
handler_free (gpointer data)
{
  Handler *handler = data;

  g_strfreev (handler->prefix);
  g_strfreev (handler->verbs);
  rest_route_unref (handler->route);
  g_free (handler);
}

RestRouter *
rest_router_new (void)
{
  RestRouter *router = g_new0 (RestRouter, 1);

  router->functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify) rest_route_unref);
  router->handlers = g_ptr_array_new_with_free_func (handler_free);

  return router;
}

void
rest_router_free (RestRouter *router)
{
  g_hash_table_unref (router->functions);
  g_ptr_array_unref (router->handlers);
  g_free (router);
}

RestRoute *
rest_route_new (gpointer data, GDestroyNotify destroy)
{
  RestRoute *route = g_atomic_rc_box_new0 (RestRoute);

  route->data = data;
  route->destroy = destroy;

  return route;
}

RestRoute *
rest_route_ref (RestRoute *route)
{
  return g_atomic_rc_box_acquire (route);
}

static void
route_clear (gpointer data)
{
  RestRoute *route = data;

  if (route->destroy != NULL)
    route->destroy (route->data);
}

void
rest_route_unref (RestRoute *route)
{
  g_atomic_rc_box_release_full (route, route_clear);
}

static char *
make_key (const char *class_name, const char *name)
{
  return g_strconcat (class_name, "/", name, NULL);
}

void
rest_router_expose (RestRouter *router, const char *class_name, const char *name, RestRoute *route)
{
  g_hash_table_replace (router->functions, make_key (class_name, name), route);
}

gboolean
rest_router_conceal (RestRouter *router, const char *class_name, const char *name)
{
  g_autofree char *key = make_key (class_name, name);

  return g_hash_table_remove (router->functions, key);
}

const char *const *
rest_path_skip (const char *const *path, const char *const *prefix)
{
  for (; *prefix != NULL; path++, prefix++)
    if (*path == NULL || strcmp (*path, *prefix) != 0)
      return NULL;

  return path;
}

static gboolean
is_reserved (const char *const *prefix, const char *rest_path)
{
  static const char *const reserved[] = { "/4DACTION", "/$lib/renderer", "/$shared" };
  g_auto (GStrv) rest = http_gate_split_path (rest_path);

  if (rest != NULL && rest_path_skip (prefix, (const char *const *) rest) != NULL)
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    {
      g_auto (GStrv) segments = http_gate_split_path (reserved[i]);

      if (rest_path_skip (prefix, (const char *const *) segments) != NULL)
        return TRUE;
    }

  return FALSE;
}

/* What a handler takes that does not say which. OPTIONS is answered by the server. */
#define ALL_VERBS "GET,HEAD,POST,PUT,PATCH,DELETE"

/* NULL when a verb is no token. */
static GStrv
split_verbs (const char *verbs)
{
  g_auto (GStrv) parts = g_strsplit (verbs, ",", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *verb = g_ascii_strup (g_strstrip (parts[i]), -1);

      if (!http_is_token (verb))
        return NULL;
      g_strv_builder_add (builder, verb);
    }

  return g_strv_builder_end (builder);
}

gboolean
rest_router_add_handler (RestRouter *router,
                         const char *rest_path,
                         const char *pattern,
                         const char *verbs,
                         RestRoute *route,
                         GError **error)
{
  g_autoptr (RestRoute) owned = route;
  g_auto (GStrv) prefix = http_gate_split_path (pattern);
  g_auto (GStrv) list = split_verbs (verbs != NULL ? verbs : ALL_VERBS);
  Handler *handler = NULL;

  if (prefix == NULL || is_reserved ((const char *const *) prefix, rest_path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("The pattern “%s” is no path, or belongs to the server"), pattern);
      return FALSE;
    }
  if (list == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("The verbs “%s” of the pattern “%s” are no list of verbs"), verbs, pattern);
      return FALSE;
    }

  handler = g_new0 (Handler, 1);
  handler->prefix = g_steal_pointer (&prefix);
  handler->verbs = g_steal_pointer (&list);
  handler->route = g_steal_pointer (&owned);
  g_ptr_array_add (router->handlers, handler);

  return TRUE;
}

/* $catalog/fn, class/fn, $singleton/class/fn */
static RestRoute *
lookup_function (RestRouter *router, const char *const *segments)
{
  guint length = g_strv_length ((GStrv) segments);
  gboolean is_singleton = length == 3 && g_str_equal (segments[0], "$singleton");
  g_autofree char *key = NULL;

  if (length != 2 && !is_singleton)
    return NULL;
  /* A slash that was encoded in a segment must not become one of the key. */
  for (guint i = 0; i < length; i++)
    if (strchr (segments[i], '/') != NULL)
      return NULL;

  key = g_strjoinv ("/", (GStrv) segments);
  return g_hash_table_lookup (router->functions, key);
}

static gboolean
is_get (const char *verb)
{
  return strcmp (verb, "GET") == 0 || strcmp (verb, "HEAD") == 0;
}

RestMatch
rest_router_find_function (RestRouter *router,
                           const char *const *segments,
                           const char *verb,
                           RestRoute **out_route,
                           char **out_allow)
{
  RestRoute *route = lookup_function (router, segments);
  gboolean has_get = route != NULL && (route->flags & G_REST_EXPOSE_HTTP_GET);

  if (route == NULL)
    return REST_MATCH_NONE;

  *out_allow = g_strdup (has_get ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS");
  if (strcmp (verb, "POST") != 0 && !(has_get && is_get (verb)))
    return REST_MATCH_VERB;
  *out_route = rest_route_ref (route);

  return REST_MATCH_FOUND;
}

/* Whoever answers GET answers HEAD. */
static gboolean
takes_verb (const Handler *handler, const char *verb)
{
  const char *const *verbs = (const char *const *) handler->verbs;

  return g_strv_contains (verbs, verb) ||
         (strcmp (verb, "HEAD") == 0 && g_strv_contains (verbs, "GET"));
}

static void
allow_verb (GPtrArray *allow, const char *verb)
{
  if (!g_ptr_array_find_with_equal_func (allow, verb, g_str_equal, NULL))
    g_ptr_array_add (allow, (gpointer) verb);
}

static void
collect_allow (const Handler *handler, GPtrArray *allow)
{
  for (guint i = 0; handler->verbs[i] != NULL; i++)
    {
      allow_verb (allow, handler->verbs[i]);
      if (strcmp (handler->verbs[i], "GET") == 0)
        allow_verb (allow, "HEAD");
    }
}

RestMatch
rest_router_find_handler (RestRouter *router,
                          const char *const *segments,
                          const char *verb,
                          RestRoute **out_route,
                          char **out_allow)
{
  g_autoptr (GPtrArray) allow = g_ptr_array_new ();
  gboolean has_path = FALSE;

  for (guint i = 0; i < router->handlers->len; i++)
    {
      const Handler *handler = g_ptr_array_index (router->handlers, i);

      if (rest_path_skip (segments, (const char *const *) handler->prefix) == NULL)
        continue;
      if (takes_verb (handler, verb))
        {
          *out_route = rest_route_ref (handler->route);
          return REST_MATCH_FOUND;
        }
      has_path = TRUE;
      collect_allow (handler, allow);
    }
  if (!has_path)
    return REST_MATCH_NONE;

  allow_verb (allow, "OPTIONS");
  g_ptr_array_add (allow, NULL);
  *out_allow = g_strjoinv (", ", (GStrv) allow->pdata);

  return REST_MATCH_VERB;
}

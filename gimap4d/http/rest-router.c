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
#include "gimap4d/http/rest-method.h"

/* A pattern is trusted, a path is not: what would take too long is given up (PCRE2). */
#define REGEX_LIMITS "(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=1000)(*LIMIT_HEAP=1024)"
#define REGEX_SUBJECT 2048

typedef struct
{
  GStrv prefix;     /* owned, nullable: segments, "{name}" for any */
  GRegex *regex;    /* owned, nullable: goes before the prefix */
  GStrv verbs;      /* owned: upper case */
  RestRoute *route; /* owned, nullable: a singleton's function is looked up when it is needed */
  char *class_name; /* owned, nullable */
  char *method;     /* owned, nullable */
} Handler;

struct _RestRouter
{
  GHashTable *functions;           /* owned: "class/name" → RestRoute */
  GHashTable *singletons;          /* owned: name → GObject */
  GHashTable *singleton_functions; /* owned: name → (method → RestRoute) */
  GPtrArray *groups;               /* owned, of arrays of Handler, tried in this order */
};

static void
handler_free (gpointer data)
{
  Handler *handler = data;

  g_strfreev (handler->prefix);
  g_clear_pointer (&handler->regex, g_regex_unref);
  g_strfreev (handler->verbs);
  g_clear_pointer (&handler->route, rest_route_unref);
  g_free (handler->class_name);
  g_free (handler->method);
  g_free (handler);
}

RestRouter *
rest_router_new (void)
{
  RestRouter *router = g_new0 (RestRouter, 1);

  router->functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify) rest_route_unref);
  router->singletons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  router->singleton_functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                       (GDestroyNotify) g_hash_table_unref);
  router->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  return router;
}

void
rest_router_free (RestRouter *router)
{
  g_hash_table_unref (router->functions);
  g_hash_table_unref (router->singletons);
  g_hash_table_unref (router->singleton_functions);
  g_ptr_array_unref (router->groups);
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

gboolean
rest_path_is_reserved (const char *const *path)
{
  static const char *const action[] = { "4DACTION", NULL };
  static const char *const renderer[] = { "$lib", "renderer", NULL };
  static const char *const shared[] = { "$shared", NULL };

  return rest_path_skip (path, action) != NULL || rest_path_skip (path, renderer) != NULL ||
         rest_path_skip (path, shared) != NULL;
}

static gboolean
is_reserved (const char *const *prefix, const char *rest_path)
{
  g_auto (GStrv) rest = http_gate_split_path (rest_path);

  return rest_path_is_reserved (prefix) ||
         (rest != NULL && rest_path_skip (prefix, (const char *const *) rest) != NULL);
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

      /* For many it means all of them; a client never sends it (RFC 9110, 16.1.2). */
      if (!http_is_token (verb) || g_str_equal (verb, "*"))
        return NULL;
      g_strv_builder_add (builder, verb);
    }

  return g_strv_builder_end (builder);
}

/* A pattern that knows how a match may not go on for ever, or NULL. */
static Handler *
handler_new (const char *rest_path, const RestPattern *pattern, GError **error)
{
  gboolean has_verbs = pattern->verbs != NULL && *pattern->verbs != '\0';
  g_auto (GStrv) list = split_verbs (has_verbs ? pattern->verbs : ALL_VERBS);
  g_auto (GStrv) prefix = NULL;
  g_autoptr (GRegex) regex = NULL;
  g_autofree char *limited = g_strconcat (REGEX_LIMITS, pattern->regex, NULL);
  Handler *handler = NULL;

  if (list == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("“%s” is no list of verbs"),
                   pattern->verbs);
      return NULL;
    }
  if (pattern->regex != NULL)
    {
      regex = g_regex_new (limited, G_REGEX_ANCHORED, 0, error);
      if (regex == NULL)
        return NULL;
    }
  else
    {
      prefix = http_gate_split_path (pattern->pattern);
      if (prefix == NULL || is_reserved ((const char *const *) prefix, rest_path))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _ ("The pattern “%s” is no path, or belongs to the server"),
                       pattern->pattern);
          return NULL;
        }
    }

  handler = g_new0 (Handler, 1);
  handler->prefix = g_steal_pointer (&prefix);
  handler->regex = g_steal_pointer (&regex);
  handler->verbs = g_steal_pointer (&list);

  return handler;
}

guint
rest_router_add_group (RestRouter *router, GPtrArray *handlers)
{
  g_ptr_array_add (router->groups, handlers);

  return router->groups->len - 1;
}

void
rest_router_replace_group (RestRouter *router, guint group, GPtrArray *handlers)
{
  g_ptr_array_unref (router->groups->pdata[group]);
  router->groups->pdata[group] = handlers;
}

gboolean
rest_router_add_handler (RestRouter *router,
                         const char *rest_path,
                         const RestPattern *pattern,
                         RestRoute *route,
                         GError **error)
{
  g_autoptr (RestRoute) owned = route;
  Handler *handler = handler_new (rest_path, pattern, error);
  GPtrArray *group = NULL;

  if (handler == NULL)
    return FALSE;

  handler->route = g_steal_pointer (&owned);
  group = g_ptr_array_new_with_free_func (handler_free);
  g_ptr_array_add (group, handler);
  rest_router_add_group (router, group);

  return TRUE;
}

static const char *
get_text (JsonObject *entry, const char *name)
{
  JsonNode *member = json_object_get_member (entry, name);

  return member != NULL && JSON_NODE_HOLDS_VALUE (member) ? json_node_get_string (member) : NULL;
}

static Handler *
handler_from_json (const char *rest_path, JsonNode *node, GError **error)
{
  JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  RestPattern pattern = { NULL };
  Handler *handler = NULL;

  if (entry != NULL)
    pattern = (RestPattern){ .pattern = get_text (entry, "pattern"),
                             .regex = get_text (entry, "regexPattern"),
                             .verbs = get_text (entry, "verbs") };
  if (entry == NULL || get_text (entry, "class") == NULL || get_text (entry, "method") == NULL ||
      (pattern.pattern == NULL && pattern.regex == NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("“class”, “method” and “pattern” or “regexPattern” have to be texts"));
      return NULL;
    }

  handler = handler_new (rest_path, &pattern, error);
  if (handler == NULL)
    return NULL;
  handler->class_name = g_strdup (get_text (entry, "class"));
  handler->method = g_strdup (get_text (entry, "method"));

  return handler;
}

GPtrArray *
rest_handlers_parse (const char *rest_path, JsonNode *list, GError **error)
{
  g_autoptr (GPtrArray) handlers = g_ptr_array_new_with_free_func (handler_free);
  JsonArray *array = NULL;

  if (!JSON_NODE_HOLDS_ARRAY (list))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("The handlers are no array"));
      return NULL;
    }

  array = json_node_get_array (list);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      Handler *handler = handler_from_json (rest_path, json_array_get_element (array, i), error);

      if (handler == NULL)
        {
          g_prefix_error (error, _ ("Handler %u: "), i + 1);
          return NULL;
        }
      g_ptr_array_add (handlers, handler);
    }

  return g_steal_pointer (&handlers);
}

void
rest_router_add_singleton (RestRouter *router, const char *name, GObject *singleton)
{
  g_hash_table_replace (router->singletons, g_strdup (name), g_object_ref (singleton));
}

GObject *
rest_router_get_singleton (RestRouter *router, const char *name)
{
  return g_hash_table_lookup (router->singletons, name);
}

void
rest_router_add_singleton_function (RestRouter *router,
                                    const char *class_name,
                                    const char *method,
                                    RestRoute *route)
{
  GHashTable *methods = g_hash_table_lookup (router->singleton_functions, class_name);

  if (methods == NULL)
    {
      methods = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) rest_route_unref);
      g_hash_table_insert (router->singleton_functions, g_strdup (class_name), methods);
    }
  g_hash_table_replace (methods, g_strdup (method), route);
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

static char *
dup_parameter_name (const char *segment)
{
  gsize length = strlen (segment);

  return length > 2 && *segment == '{' && segment[length - 1] == '}' ?
             g_strndup (segment + 1, length - 2) :
             NULL;
}

static gboolean
matches_prefix (const Handler *handler, const char *const *segments, GHashTable *parameters)
{
  for (guint i = 0; handler->prefix[i] != NULL; i++)
    {
      g_autofree char *name = dup_parameter_name (handler->prefix[i]);

      if (segments[i] == NULL || (name == NULL && strcmp (segments[i], handler->prefix[i]) != 0))
        return FALSE;
      if (name != NULL)
        g_hash_table_replace (parameters, g_steal_pointer (&name), g_strdup (segments[i]));
    }

  return TRUE;
}

/* Names of groups that can stand in a pattern are ASCII words: they are found by looking for
 * them. */
static void
take_groups (const Handler *handler, GMatchInfo *match, GHashTable *parameters)
{
  g_autoptr (GRegex) names = g_regex_new ("\\(\\?P?[<']([A-Za-z_][A-Za-z0-9_]*)[>']", 0, 0, NULL);
  g_autoptr (GMatchInfo) name_match = NULL;

  g_regex_match (names, g_regex_get_pattern (handler->regex), 0, &name_match);
  for (; g_match_info_matches (name_match); g_match_info_next (name_match, NULL))
    {
      g_autofree char *name = g_match_info_fetch (name_match, 1);
      int start = -1;

      if (g_match_info_fetch_named_pos (match, name, &start, NULL) && start >= 0)
        {
          char *value = g_match_info_fetch_named (match, name);

          g_hash_table_replace (parameters, g_steal_pointer (&name), value);
        }
    }
}

static gboolean
matches_regex (const Handler *handler,
               const char *const *segments,
               GHashTable *parameters,
               GError **error)
{
  g_autofree char *joined = g_strjoinv ("/", (GStrv) segments);
  g_autofree char *path = g_strconcat ("/", joined, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (strlen (path) > REGEX_SUBJECT ||
      !g_regex_match_full (handler->regex, path, -1, 0, 0, &match, error))
    return FALSE;
  take_groups (handler, match, parameters);

  return TRUE;
}

static gboolean
matches (const Handler *handler,
         const char *const *segments,
         GHashTable *parameters,
         GError **error)
{
  g_hash_table_remove_all (parameters);

  return handler->regex != NULL ? matches_regex (handler, segments, parameters, error) :
                                  matches_prefix (handler, segments, parameters);
}

static void
call_method (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (JsonArray) none = json_array_new ();

  rest_method_call (data, request, none, call);
}

/* What nobody has registered may be a method that the typelib of the singleton describes. */
static RestRoute *
find_method (RestRouter *router, const Handler *handler)
{
  GObject *singleton = rest_router_get_singleton (router, handler->class_name);
  RestMethod *method = singleton != NULL ? rest_method_new (singleton, handler->method, NULL) :
                                           NULL;
  RestRoute *route = NULL;

  if (method == NULL)
    return NULL;

  route = rest_route_new (method, rest_method_unref);
  route->handler = call_method;
  route->is_async = rest_method_is_async (method);

  return route;
}

static RestRoute *
find_route (RestRouter *router, const Handler *handler, GError **error)
{
  GHashTable *methods = NULL;
  RestRoute *route = handler->route;

  if (route == NULL)
    {
      methods = g_hash_table_lookup (router->singleton_functions, handler->class_name);
      route = methods != NULL ? g_hash_table_lookup (methods, handler->method) : NULL;
    }
  if (route != NULL)
    return rest_route_ref (route);
  route = find_method (router, handler);
  if (route != NULL)
    return route;

  /* 4D's words, which programs look for: they are not translated. */
  g_set_error (error, G_REST_SERVER_ERROR, G_REST_SERVER_ERROR_INTERNAL,
               methods == NULL && rest_router_get_singleton (router, handler->class_name) == NULL ?
                   "Cannot find singleton" :
                   "Cannot find singleton function");
  return NULL;
}

/* What is being looked for, and what was found so far. */
typedef struct
{
  const char *const *segments;
  const char *verb;
  GHashTable *parameters;
  gboolean has_path;
  GPtrArray *allow;
} Search;

/* REST_MATCH_NONE to go on. */
static RestMatch
try_handler (RestRouter *router,
             const Handler *handler,
             Search *search,
             RestRoute **out_route,
             GError **error)
{
  g_autoptr (GError) cause = NULL;
  gboolean is_match = matches (handler, search->segments, search->parameters, &cause);

  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return REST_MATCH_FAILED;
    }
  if (is_match && takes_verb (handler, search->verb))
    {
      *out_route = find_route (router, handler, error);
      return *out_route != NULL ? REST_MATCH_FOUND : REST_MATCH_FAILED;
    }
  if (is_match)
    collect_allow (handler, search->allow);
  search->has_path = search->has_path || is_match;

  return REST_MATCH_NONE;
}

static RestMatch
try_group (RestRouter *router,
           const GPtrArray *group,
           Search *search,
           RestRoute **out_route,
           GError **error)
{
  RestMatch match = REST_MATCH_NONE;

  for (guint i = 0; i < group->len && match == REST_MATCH_NONE; i++)
    match = try_handler (router, g_ptr_array_index (group, i), search, out_route, error);

  return match;
}

RestMatch
rest_router_find_handler (RestRouter *router,
                          const char *const *segments,
                          const char *verb,
                          RestRoute **out_route,
                          char **out_allow,
                          GHashTable *parameters,
                          GError **error)
{
  g_autoptr (GPtrArray) allow = g_ptr_array_new ();
  Search search = { .segments = segments, .verb = verb, .parameters = parameters, .allow = allow };
  RestMatch match = REST_MATCH_NONE;

  for (guint i = 0; i < router->groups->len && match == REST_MATCH_NONE; i++)
    match = try_group (router, g_ptr_array_index (router->groups, i), &search, out_route, error);
  if (match != REST_MATCH_NONE || !search.has_path)
    return match;

  allow_verb (allow, "OPTIONS");
  g_ptr_array_add (allow, NULL);
  *out_allow = g_strjoinv (", ", (GStrv) allow->pdata);

  return REST_MATCH_VERB;
}

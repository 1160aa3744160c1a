/* Handlers of a server: paths of the application's own, and 4D's HTTPHandlers.json.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-server.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/rest-server-private.h"

static gboolean
add_handler (GRestServer *self,
             const RestPattern *pattern,
             GHttpHandlerFunction func,
             gpointer data,
             GDestroyNotify destroy,
             GError **error)
{
  RestService *service = &self->service;
  RestRoute *route = rest_route_new (data, destroy);

  route->handler = func;

  return rest_router_add_handler (service->router, service->rest_path, pattern, route, error);
}

/**
 * g_rest_server_add_handler:
 * @self: a #GRestServer
 * @pattern: a path, such as `/docs`: it stands for itself and everything below it
 * @verbs: (nullable): a list of verbs separated by commas, in any case; %NULL for all
 * @func: (scope notified) (closure data) (destroy destroy): the handler
 * @data: what is given to it
 * @destroy: (nullable): frees @data
 * @error: return location for a #GError
 *
 * Has a function answer all requests below a path. Handlers are tried in the order in which they
 * were added; the first that takes path and verb runs. `/docs` takes `/docs` and `/docs/x`, not
 * `/docsearch`; `/` takes all. Who takes GET takes HEAD too. A segment in braces, as in
 * `/mail/{id}`, takes any, and tells it in #GIncomingMessage:path-params.
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT for what is no path, for paths below
 * #GRestServer:rest-path, `/4DACTION`, `/$lib/renderer` and `/$shared`, and for verbs that are
 * none.
 *
 * Returns: %TRUE if the handler was added
 *
 * Since: 1.0
 */
gboolean
g_rest_server_add_handler (GRestServer *self,
                           const char *pattern,
                           const char *verbs,
                           GHttpHandlerFunction func,
                           gpointer data,
                           GDestroyNotify destroy,
                           GError **error)
{
  const RestPattern rest_pattern = { .pattern = pattern, .verbs = verbs };

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);
  g_return_val_if_fail (pattern != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  return add_handler (self, &rest_pattern, func, data, destroy, error);
}

/**
 * g_rest_server_add_regex_handler:
 * @self: a #GRestServer
 * @pattern: a regular expression, which is matched from the start of the decoded path
 * @verbs: (nullable): a list of verbs separated by commas, in any case; %NULL for all
 * @func: (scope notified) (closure data) (destroy destroy): the handler
 * @data: what is given to it
 * @destroy: (nullable): frees @data
 * @error: return location for a #GError
 *
 * Has a function answer all requests whose path matches a regular expression of Perl's kind
 * (#GRegex). What its named groups stand for is in #GIncomingMessage:path-params. A path longer
 * than 2 KiB never matches, and a match that takes too long is answered with the status 500.
 *
 * Fails with a #GRegexError, or with %G_IO_ERROR_INVALID_ARGUMENT for verbs that are none.
 *
 * Returns: %TRUE if the handler was added
 *
 * Since: 1.0
 */
gboolean
g_rest_server_add_regex_handler (GRestServer *self,
                                 const char *pattern,
                                 const char *verbs,
                                 GHttpHandlerFunction func,
                                 gpointer data,
                                 GDestroyNotify destroy,
                                 GError **error)
{
  const RestPattern rest_pattern = { .regex = pattern, .verbs = verbs };

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);
  g_return_val_if_fail (pattern != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  return add_handler (self, &rest_pattern, func, data, destroy, error);
}

/**
 * g_rest_server_add_singleton:
 * @self: a #GRestServer
 * @name: the class that HTTPHandlers.json names
 * @singleton: its one object
 *
 * Makes an object known to which the handlers of g_rest_server_load_handlers() belong. Its functions
 * are added with g_rest_server_add_singleton_function(), as Python does it for the methods of its
 * objects by itself. What was not added is looked for among the methods that the object's typelib
 * describes, as by g_rest_server_expose_method(): one without parameters, or with a
 * #GIncomingMessage, a #GCancellable or both.
 *
 * Since: 1.0
 */
void
g_rest_server_add_singleton (GRestServer *self, const char *name, GObject *singleton)
{
  g_return_if_fail (G_IS_REST_SERVER (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (G_IS_OBJECT (singleton));

  rest_router_add_singleton (self->service.router, name, singleton);
}

/**
 * g_rest_server_get_singleton:
 * @self: a #GRestServer
 * @name: the name that it was added with
 *
 * Gets an object that was added with g_rest_server_add_singleton().
 *
 * Returns: (transfer none) (nullable): the object, or %NULL
 *
 * Since: 1.0
 */
GObject *
g_rest_server_get_singleton (GRestServer *self, const char *name)
{
  g_return_val_if_fail (G_IS_REST_SERVER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return rest_router_get_singleton (self->service.router, name);
}

/**
 * g_rest_server_add_singleton_function:
 * @self: a #GRestServer
 * @class_name: the class that HTTPHandlers.json names
 * @method: the method that it names
 * @func: (scope notified) (closure data) (destroy destroy): the handler
 * @data: what is given to it
 * @destroy: (nullable): frees @data
 *
 * Gives a method of HTTPHandlers.json its function, in place of one before.
 *
 * Since: 1.0
 */
void
g_rest_server_add_singleton_function (GRestServer *self,
                                      const char *class_name,
                                      const char *method,
                                      GHttpHandlerFunction func,
                                      gpointer data,
                                      GDestroyNotify destroy)
{
  RestRoute *route = NULL;

  g_return_if_fail (G_IS_REST_SERVER (self));
  g_return_if_fail (class_name != NULL);
  g_return_if_fail (method != NULL);
  g_return_if_fail (func != NULL);

  route = rest_route_new (data, destroy);
  route->handler = func;
  rest_router_add_singleton_function (self->service.router, class_name, method, route);
}

/* Methods of objects that clients may call by name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-server.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/rest-method.h"
#include "gimap4d/http/rest-server-private.h"

static void
call_method (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  rest_method_call (data, request, parameters, call);
}

/**
 * g_rest_server_expose_method:
 * @self: a #GRestServer
 * @class_name: `$catalog`, the name of a class, or `$singleton/` and the name of a singleton
 * @object: an object whose class a typelib describes
 * @method: the name of one of its methods, without the prefix of its class: `get_box_list`
 * @flags: how it may be called
 * @error: return location for a #GError
 *
 * Makes one method of an object callable as `POST /rest/class/method`, in place of a function of
 * that name. Nothing else of the object becomes callable. Its parameters come from the JSON array of
 * the request, by what the typelib says of them: booleans, numbers in their range, texts, lists of
 * texts, enumerations by number or short name, times as in ISO 8601, #JsonNode, #GVariant, and types
 * that are made of a text by a constructor `parse`, such as #GImapMessageSet. At the end, what may be
 * %NULL may be left out. A #GCancellable is that of the request, and a #GIncomingMessage the request:
 * the client does not give them. What does not fit is answered with the status 400, which says why.
 *
 * A method that has a pair `…_async` and `…_finish` is called in this form: it keeps no thread while it
 * waits. Any other one is called as a function is, and with #GRestServer:n-threads in any thread.
 *
 * What it returns is the result: what can be a parameter, lists, and objects: a #GOutgoingMessage or
 * #GEventStream is sent as it is, bytes as they are, any other object as its own `to_json` says, or
 * with its properties under names like `mailCount`. An error is told as
 * g_rest_call_return_error() does.
 *
 * The typelibs of this library and of GIO are known; one of the application has to be loaded, as
 * languages with introspection do it. This needs libgirepository when it is called, and only then.
 *
 * Fails with %G_IO_ERROR_NOT_FOUND when there is no such method, or it is one of #GObject itself, and
 * with %G_IO_ERROR_NOT_SUPPORTED for one with parameters or results of other kinds, file names and
 * lists that do not end with %NULL among them, for one that takes its object away, and where
 * libgirepository is not installed.
 *
 * Returns: %TRUE if the method was exposed
 *
 * Since: 1.0
 */
gboolean
g_rest_server_expose_method (GRestServer *self,
                             const char *class_name,
                             GObject *object,
                             const char *method,
                             GRestExposeFlags flags,
                             GError **error)
{
  RestMethod *found = NULL;
  RestRoute *route = NULL;

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);
  g_return_val_if_fail (class_name != NULL && *class_name != '\0', FALSE);
  g_return_val_if_fail (G_IS_OBJECT (object), FALSE);
  g_return_val_if_fail (method != NULL && *method != '\0', FALSE);

  found = rest_method_new (object, method, error);
  if (found == NULL)
    return FALSE;

  route = rest_route_new (found, rest_method_unref);
  route->function = call_method;
  route->flags = flags;
  route->is_async = rest_method_is_async (found);
  rest_router_expose (self->service.router, class_name, method, route);

  return TRUE;
}

/* A method of an object that clients may call, as its typelib describes it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-method.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/g-rest-error.h"
#include "gimap4d/http/rest-argument.h"
#include "gimap4d/http/rest-result.h"

struct _RestMethod
{
  gatomicrefcount count;
  const RestTypelib *gi;    /* unowned */
  GObject *object;          /* owned */
  GIFunctionInfo *function; /* owned */
  GIFunctionInfo *finish;   /* owned, nullable: of a function that goes on */
  RestArgument *arguments;  /* owned */
  guint n_arguments;
  guint n_parameters; /* those of them that the client gives */
};

/* What a function that goes on has with it. */
typedef struct
{
  RestMethod *method; /* owned */
  GRestCall *call;    /* owned */
} Pending;

static void
unref_info (const RestTypelib *gi, GIFunctionInfo **info)
{
  if (*info != NULL)
    gi->g_base_info_unref (*info);
  *info = NULL;
}

RestMethod *
rest_method_ref (RestMethod *method)
{
  g_atomic_ref_count_inc (&method->count);

  return method;
}

void
rest_method_unref (gpointer data)
{
  RestMethod *method = data;

  if (!g_atomic_ref_count_dec (&method->count))
    return;

  for (guint i = 0; i < method->n_arguments; i++)
    rest_argument_clear (&method->arguments[i], method->gi);
  g_free (method->arguments);
  unref_info (method->gi, &method->function);
  unref_info (method->gi, &method->finish);
  g_object_unref (method->object);
  g_free (method);
}

/* With its pair, a method does not keep a thread while it waits. */
static void
find_functions (RestMethod *method, const char *name)
{
  GType type = G_OBJECT_TYPE (method->object);
  g_autofree char *async_name = g_strconcat (name, "_async", NULL);
  g_autofree char *finish_name = g_strconcat (name, "_finish", NULL);

  method->function = rest_typelib_find_method (method->gi, type, async_name);
  method->finish = rest_typelib_find_method (method->gi, type, finish_name);
  if (method->function != NULL && method->finish != NULL)
    return;

  unref_info (method->gi, &method->function);
  unref_info (method->gi, &method->finish);
  method->function = rest_typelib_find_method (method->gi, type, name);
}

static void
read_arguments (RestMethod *method)
{
  const RestTypelib *gi = method->gi;

  method->n_arguments = gi->g_callable_info_get_n_args (method->function);
  method->arguments = g_new0 (RestArgument, method->n_arguments);
  for (guint i = 0; i < method->n_arguments; i++)
    {
      GIArgInfo *info = gi->g_callable_info_get_arg (method->function, i);
      int closure = gi->g_arg_info_get_closure (info);

      rest_argument_init (&method->arguments[i], gi, info);
      if (method->arguments[i].kind == REST_ARGUMENT_CALLBACK && closure > (int) i &&
          closure < (int) method->n_arguments)
        method->arguments[closure].is_closure = TRUE;
      gi->g_base_info_unref (info);
    }
  for (guint i = 0; i < method->n_arguments; i++)
    {
      /* rest_argument_init () of the data itself came later than the mark. */
      if (i > 0 && method->arguments[i - 1].kind == REST_ARGUMENT_CALLBACK)
        method->arguments[i].is_closure = TRUE;
      method->n_parameters += rest_argument_is_given (&method->arguments[i]);
    }
}

static gboolean
refuse_instance (RestMethod *method, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _ ("%s.%s cannot be exposed: it takes the object away"),
               G_OBJECT_TYPE_NAME (method->object),
               method->gi->g_base_info_get_name (method->function));

  return FALSE;
}

static gboolean
check_arguments (RestMethod *method, GError **error)
{
  if (method->gi->g_callable_info_get_instance_ownership_transfer (method->function) !=
      GI_TRANSFER_NOTHING)
    return refuse_instance (method, error);
  for (guint i = 0; i < method->n_arguments; i++)
    {
      const RestArgument *argument = &method->arguments[i];
      gboolean is_callback = argument->kind == REST_ARGUMENT_CALLBACK;

      if (argument->is_closure || (is_callback && method->finish != NULL) ||
          (!is_callback && argument->kind != REST_ARGUMENT_UNSUPPORTED))
        continue;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _ ("%s.%s cannot be exposed: no client can give its parameter %s"),
                   G_OBJECT_TYPE_NAME (method->object),
                   method->gi->g_base_info_get_name (method->function), argument->name);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_result (RestMethod *method, GError **error)
{
  const RestTypelib *gi = method->gi;
  GIFunctionInfo *returning = method->finish != NULL ? method->finish : method->function;
  GITypeInfo *type = gi->g_callable_info_get_return_type (returning);
  gboolean is_supported = rest_result_is_supported (gi, type) &&
                          (method->finish == NULL ||
                           gi->g_callable_info_get_n_args (method->finish) == 1);

  gi->g_base_info_unref (type);
  if (is_supported)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _ ("%s.%s cannot be exposed: what it returns cannot be sent"),
               G_OBJECT_TYPE_NAME (method->object), gi->g_base_info_get_name (returning));
  return FALSE;
}

RestMethod *
rest_method_new (GObject *object, const char *name, GError **error)
{
  const RestTypelib *gi = rest_typelib_get (error);
  RestMethod *method = NULL;

  if (gi == NULL)
    return NULL;

  method = g_new0 (RestMethod, 1);
  g_atomic_ref_count_init (&method->count);
  method->gi = gi;
  method->object = g_object_ref (object);
  find_functions (method, name);
  if (method->function == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _ ("%s has no method %s, or its typelib is not loaded"),
                   G_OBJECT_TYPE_NAME (object), name);
      rest_method_unref (method);
      return NULL;
    }

  read_arguments (method);
  if (check_arguments (method, error) && check_result (method, error))
    return method;

  rest_method_unref (method);
  return NULL;
}

gboolean
rest_method_is_async (RestMethod *method)
{
  return method->finish != NULL;
}

static void
return_result (RestMethod *method, GIFunctionInfo *function, GIArgument *result, GRestCall *call)
{
  const RestTypelib *gi = method->gi;
  GITypeInfo *type = gi->g_callable_info_get_return_type (function);

  rest_result_return (gi, type, gi->g_callable_info_get_caller_owns (function), result, call);
  gi->g_base_info_unref (type);
}

static void
finish_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  RestMethod *method = pending->method;
  GIArgument arguments[] = { { .v_pointer = method->object }, { .v_pointer = result } };
  GIArgument value = { 0 };
  g_autoptr (GError) error = NULL;

  if (method->gi->g_function_info_invoke (method->finish, arguments, G_N_ELEMENTS (arguments), NULL,
                                          0, &value, &error))
    return_result (method, method->finish, &value, pending->call);
  else
    g_rest_call_return_error (pending->call, error);
  rest_method_unref (method);
  g_object_unref (pending->call);
  g_free (pending);
}

/* The parameters of the client, and what stands between them. */
static gboolean
fill_arguments (RestMethod *method,
                GIncomingMessage *request,
                JsonArray *parameters,
                gpointer pending,
                GIArgument *values,
                GError **error)
{
  guint n_given = json_array_get_length (parameters);
  guint next = 0;

  if (n_given > method->n_parameters)
    {
      g_set_error (error, G_REST_SERVER_ERROR, G_REST_SERVER_ERROR_BAD_REQUEST,
                   _ ("There are too many parameters: it takes %u"), method->n_parameters);
      return FALSE;
    }
  for (guint i = 0; i < method->n_arguments; i++)
    {
      const RestArgument *argument = &method->arguments[i];
      JsonNode *node = NULL;

      if (argument->is_closure)
        values[i].v_pointer = pending;
      else if (argument->kind == REST_ARGUMENT_CALLBACK)
        values[i].v_pointer = (gpointer) finish_cb;
      else if (argument->kind == REST_ARGUMENT_REQUEST)
        values[i].v_pointer = request;
      else if (argument->kind == REST_ARGUMENT_CANCELLABLE)
        values[i].v_pointer = g_incoming_message_get_cancellable (request);
      if (!rest_argument_is_given (argument))
        continue;

      node = next < n_given ? json_array_get_element (parameters, next) : NULL;
      next++;
      if (!rest_argument_from_json (argument, method->gi, node, &values[i], error))
        return FALSE;
    }

  return TRUE;
}

static void
release_arguments (RestMethod *method, GIArgument *values)
{
  for (guint i = 0; i < method->n_arguments; i++)
    if (rest_argument_is_given (&method->arguments[i]))
      rest_argument_release (&method->arguments[i], &values[i]);
}

static void
invoke (RestMethod *method, GIArgument *values, GRestCall *call)
{
  GIArgument result = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_fine = method->gi->g_function_info_invoke (
      method->function, values, (int) method->n_arguments + 1, NULL, 0, &result, &error);

  if (!is_fine)
    g_rest_call_return_error (call, error);
  else if (method->finish == NULL)
    return_result (method, method->function, &result, call);
}

void
rest_method_call (RestMethod *method,
                  GIncomingMessage *request,
                  JsonArray *parameters,
                  GRestCall *call)
{
  g_autofree GIArgument *values = g_new0 (GIArgument, method->n_arguments + 1);
  g_autoptr (GError) error = NULL;
  Pending *pending = NULL;

  values[0].v_pointer = method->object;
  if (method->finish != NULL)
    {
      pending = g_new0 (Pending, 1);
      pending->method = rest_method_ref (method);
      pending->call = g_object_ref (call);
    }
  if (fill_arguments (method, request, parameters, pending, values + 1, &error))
    {
      invoke (method, values, call);
    }
  else
    {
      g_rest_call_return_error (call, error);
      if (pending != NULL)
        {
          rest_method_unref (pending->method);
          g_object_unref (pending->call);
          g_free (pending);
        }
    }
  release_arguments (method, values + 1);
}

/* libgirepository, where there is one: it is loaded when the first method is exposed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-typelib.h"

#include <dlfcn.h>
#include <gio/gio.h>

#include "gimap4d/base/gimap4d-i18n.h"

/* The one that a program of a language with introspection has loaded already. */
#define LIBRARY "libgirepository-1.0.so.1"

static RestTypelib table;

static gboolean
load_symbols (void *library)
{
#define LOAD(name)                                                                                 \
  table.name = dlsym (library, #name);                                                             \
  if (table.name == NULL)                                                                          \
    return FALSE;
  REST_TYPELIB_SYMBOLS (LOAD)
#undef LOAD

  return TRUE;
}

/* What an application calls most; what else it has, it has loaded. */
static void
load_typelibs (void)
{
  static const char *const namespaces[][2] = { { "Gio", "2.0" }, { "GImap4D", "1.0" } };

  for (guint i = 0; i < G_N_ELEMENTS (namespaces); i++)
    table.g_irepository_require (NULL, namespaces[i][0], namespaces[i][1], 0, NULL);
}

const RestTypelib *
rest_typelib_get (GError **error)
{
  static gsize state = 0; /* 1: there; 2: not there */

  if (g_once_init_enter (&state))
    {
      void *library = dlopen (LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
      gboolean is_there = library != NULL && load_symbols (library);

      if (is_there)
        load_typelibs ();
      g_once_init_leave (&state, is_there ? 1 : 2);
    }
  if (state == 1)
    return &table;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _ ("Methods cannot be exposed: %s is not installed"), LIBRARY);
  return NULL;
}

GIObjectInfo *
rest_typelib_find_class (const RestTypelib *gi, GType type)
{
  for (; type != 0; type = g_type_parent (type))
    {
      GIBaseInfo *info = gi->g_irepository_find_by_gtype (NULL, type);

      if (info != NULL && gi->g_base_info_get_type (info) == GI_INFO_TYPE_OBJECT)
        return info;
      if (info != NULL)
        gi->g_base_info_unref (info);
    }

  return NULL;
}

gboolean
rest_typelib_is_list_of_texts (const RestTypelib *gi, GITypeInfo *type)
{
  GITypeInfo *element = NULL;
  gboolean is_text = FALSE;

  if (gi->g_type_info_get_tag (type) != GI_TYPE_TAG_ARRAY)
    return FALSE;
  element = gi->g_type_info_get_param_type (type, 0);
  is_text = gi->g_type_info_get_tag (element) == GI_TYPE_TAG_UTF8;
  gi->g_base_info_unref (element);

  return is_text && gi->g_type_info_get_array_type (type) == GI_ARRAY_TYPE_C &&
         gi->g_type_info_is_zero_terminated (type) && gi->g_type_info_get_array_length (type) < 0;
}

GIFunctionInfo *
rest_typelib_find_method (const RestTypelib *gi, GType type, const char *name)
{
  GIObjectInfo *info = rest_typelib_find_class (gi, type);
  GIFunctionInfo *method = NULL;

  while (info != NULL && method == NULL &&
         gi->g_registered_type_info_get_g_type (info) != G_TYPE_OBJECT)
    {
      GIObjectInfo *implementor = NULL;
      GIObjectInfo *parent = gi->g_object_info_get_parent (info);

      method = gi->g_object_info_find_method_using_interfaces (info, name, &implementor);
      if (implementor != NULL)
        gi->g_base_info_unref (implementor);
      gi->g_base_info_unref (info);
      info = parent;
    }
  if (info != NULL)
    gi->g_base_info_unref (info);
  if (method != NULL && !(gi->g_function_info_get_flags (method) & GI_FUNCTION_IS_METHOD))
    {
      gi->g_base_info_unref (method);
      return NULL;
    }

  return method;
}

/* libgirepository, where there is one: it is loaded when the first method is exposed.
 *
 * Most programs expose functions, not methods: they do not carry the library and its dependencies.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <girepository.h>

G_BEGIN_DECLS

#define REST_TYPELIB_SYMBOLS(X)                                                                    \
  X (g_arg_info_get_ownership_transfer)                                                            \
  X (g_arg_info_get_direction)                                                                     \
  X (g_arg_info_get_closure)                                                                       \
  X (g_arg_info_get_type)                                                                          \
  X (g_arg_info_may_be_null)                                                                       \
  X (g_base_info_get_name)                                                                         \
  X (g_base_info_get_namespace)                                                                    \
  X (g_base_info_get_type)                                                                         \
  X (g_base_info_ref)                                                                              \
  X (g_base_info_unref)                                                                            \
  X (g_callable_info_can_throw_gerror)                                                             \
  X (g_callable_info_get_arg)                                                                      \
  X (g_callable_info_get_caller_owns)                                                              \
  X (g_callable_info_get_instance_ownership_transfer)                                              \
  X (g_callable_info_get_n_args)                                                                   \
  X (g_callable_info_get_return_type)                                                              \
  X (g_function_info_get_flags)                                                                    \
  X (g_function_info_invoke)                                                                       \
  X (g_irepository_find_by_gtype)                                                                  \
  X (g_irepository_require)                                                                        \
  X (g_object_info_find_method_using_interfaces)                                                   \
  X (g_object_info_get_parent)                                                                     \
  X (g_registered_type_info_get_g_type)                                                            \
  X (g_struct_info_find_method)                                                                    \
  X (g_type_info_get_array_length)                                                                 \
  X (g_type_info_get_array_type)                                                                   \
  X (g_type_info_get_interface)                                                                    \
  X (g_type_info_get_param_type)                                                                   \
  X (g_type_info_get_tag)                                                                          \
  X (g_type_info_is_pointer)                                                                       \
  X (g_type_info_is_zero_terminated)

/* Its functions, under their own names. */
typedef struct
{
#define REST_TYPELIB_FIELD(name) __typeof__ (name) *name;
  REST_TYPELIB_SYMBOLS (REST_TYPELIB_FIELD)
#undef REST_TYPELIB_FIELD
} RestTypelib;

/* From any thread. Fails with G_IO_ERROR_NOT_SUPPORTED where the library is not installed. */
const RestTypelib *rest_typelib_get (GError **error);

/* The description of a class, or of the nearest of its parents that has one. NULL when none has;
 * unref it with g_base_info_unref (). */
GIObjectInfo *rest_typelib_find_class (const RestTypelib *gi, GType type);

/* Whether a type is a list of texts with a NULL at its end. Where a number says how long it is, a
 * client would give that number, and memory behind the list be read. */
gboolean rest_typelib_is_list_of_texts (const RestTypelib *gi, GITypeInfo *type);

/* The method of an instance, also of its parents and interfaces, or NULL. None of GObject itself:
 * they count references and dispose. */
GIFunctionInfo *rest_typelib_find_method (const RestTypelib *gi, GType type, const char *name);

G_END_DECLS

/* What a function that a typelib describes has returned, as an answer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-result.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/g-event-stream.h"
#include "gimap4d/http/http-json.h"

/* Objects may lead to each other: there is a limit to their number too. */
typedef struct
{
  const RestTypelib *gi;
  guint depth;
  guint n_objects;
} Conversion;

static JsonNode *object_to_json (Conversion *conversion, GObject *object, GError **error);

/* A method without parameters, or NULL. */
static GIFunctionInfo *
find_plain_method (const RestTypelib *gi, GIBaseInfo *info, const char *name)
{
  GIFunctionInfo *method = gi->g_base_info_get_type (info) == GI_INFO_TYPE_STRUCT ?
                               gi->g_struct_info_find_method (info, name) :
                               NULL;

  if (method == NULL || ((gi->g_function_info_get_flags (method) & GI_FUNCTION_IS_METHOD) &&
                         gi->g_callable_info_get_n_args (method) == 0))
    return method;

  gi->g_base_info_unref (method);
  return NULL;
}

static gboolean
returns_texts (const RestTypelib *gi, GIFunctionInfo *method)
{
  GITypeInfo *type = gi->g_callable_info_get_return_type (method);
  gboolean is_text = gi->g_type_info_get_tag (type) == GI_TYPE_TAG_UTF8 ||
                     rest_typelib_is_list_of_texts (gi, type);

  gi->g_base_info_unref (type);

  return is_text;
}

/* What a boxed value says of itself, in one of the forms that JSON has. */
static GIFunctionInfo *
find_speaker (const RestTypelib *gi, GIBaseInfo *info)
{
  static const char *const names[] = { "to_strv", "to_string" };
  GIFunctionInfo *method = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names) && method == NULL; i++)
    method = find_plain_method (gi, info, names[i]);
  if (method == NULL || returns_texts (gi, method))
    return method;

  gi->g_base_info_unref (method);
  return NULL;
}

static gboolean
is_known_boxed (GType type)
{
  return type == JSON_TYPE_NODE || type == G_TYPE_VARIANT || type == G_TYPE_DATE_TIME ||
         type == G_TYPE_BYTES;
}

static gboolean
is_supported_interface (const RestTypelib *gi, GIBaseInfo *info)
{
  GIInfoType kind = gi->g_base_info_get_type (info);
  GType type = kind == GI_INFO_TYPE_CALLBACK ? G_TYPE_NONE :
                                               gi->g_registered_type_info_get_g_type (info);
  GIFunctionInfo *speaker = NULL;

  /* A typelib has enumerations, and objects, of which GObject knows nothing. */
  if (kind == GI_INFO_TYPE_OBJECT)
    return g_type_is_a (type, G_TYPE_OBJECT);
  if (kind == GI_INFO_TYPE_ENUM)
    return G_TYPE_IS_ENUM (type);
  if (kind == GI_INFO_TYPE_INTERFACE || kind == GI_INFO_TYPE_FLAGS || is_known_boxed (type))
    return TRUE;

  speaker = find_speaker (gi, info);
  if (speaker != NULL)
    gi->g_base_info_unref (speaker);

  return speaker != NULL;
}

gboolean
rest_result_is_supported (const RestTypelib *gi, GITypeInfo *type)
{
  GITypeTag tag = gi->g_type_info_get_tag (type);
  GIBaseInfo *info = NULL;
  gboolean is_supported = FALSE;

  if (tag == GI_TYPE_TAG_VOID)
    return !gi->g_type_info_is_pointer (type);
  if (tag == GI_TYPE_TAG_ARRAY)
    return rest_typelib_is_list_of_texts (gi, type);
  if (tag != GI_TYPE_TAG_INTERFACE)
    return tag <= GI_TYPE_TAG_DOUBLE || tag == GI_TYPE_TAG_UTF8;

  info = gi->g_type_info_get_interface (type);
  is_supported = is_supported_interface (gi, info);
  gi->g_base_info_unref (info);

  return is_supported;
}

static void
set_integer (GValue *value, gint64 number)
{
  g_value_init (value, G_TYPE_INT64);
  g_value_set_int64 (value, number);
}

/* FALSE for what is no number and no boolean. */
static gboolean
read_basic (GITypeTag tag, const GIArgument *result, GValue *value)
{
  switch (tag)
    {
    case GI_TYPE_TAG_BOOLEAN:
      g_value_init (value, G_TYPE_BOOLEAN);
      g_value_set_boolean (value, result->v_boolean);
      return TRUE;
    case GI_TYPE_TAG_INT8:
      set_integer (value, result->v_int8);
      return TRUE;
    case GI_TYPE_TAG_UINT8:
      set_integer (value, result->v_uint8);
      return TRUE;
    case GI_TYPE_TAG_INT16:
      set_integer (value, result->v_int16);
      return TRUE;
    case GI_TYPE_TAG_UINT16:
      set_integer (value, result->v_uint16);
      return TRUE;
    case GI_TYPE_TAG_INT32:
      set_integer (value, result->v_int32);
      return TRUE;
    case GI_TYPE_TAG_UINT32:
      set_integer (value, result->v_uint32);
      return TRUE;
    case GI_TYPE_TAG_INT64:
      set_integer (value, result->v_int64);
      return TRUE;
    case GI_TYPE_TAG_UINT64:
      g_value_init (value, G_TYPE_UINT64);
      g_value_set_uint64 (value, result->v_uint64);
      return TRUE;
    case GI_TYPE_TAG_FLOAT:
      g_value_init (value, G_TYPE_DOUBLE);
      g_value_set_double (value, result->v_float);
      return TRUE;
    case GI_TYPE_TAG_DOUBLE:
      g_value_init (value, G_TYPE_DOUBLE);
      g_value_set_double (value, result->v_double);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
set_enum (GValue *value, GType type, int number)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  const GEnumValue *member = g_enum_get_value (G_ENUM_CLASS (klass), number);

  g_value_init (value, G_TYPE_STRING);
  g_value_set_string (value, member != NULL ? member->value_nick : NULL);
}

static void
take_node (GValue *value, JsonNode *node)
{
  g_value_init (value, JSON_TYPE_NODE);
  g_value_take_boxed (value, node);
}

static void
set_time (GValue *value, GDateTime *time)
{
  g_autoptr (GDateTime) utc = g_date_time_to_utc (time);

  g_value_init (value, G_TYPE_STRING);
  g_value_take_string (value, g_date_time_format_iso8601 (utc));
}

static void
set_bytes (GValue *value, GBytes *bytes)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_outgoing_message_set_bytes (message, bytes, NULL);
  g_value_init (value, G_TYPE_OUTGOING_MESSAGE);
  g_value_set_object (value, message);
}

/* A text, or a list of them. */
static void
read_texts (GITypeTag tag, GITransfer transfer, const GIArgument *result, GValue *value)
{
  g_value_init (value, tag == GI_TYPE_TAG_UTF8 ? G_TYPE_STRING : G_TYPE_STRV);
  if (tag == GI_TYPE_TAG_UTF8 && transfer == GI_TRANSFER_NOTHING)
    g_value_set_string (value, result->v_string);
  else if (tag == GI_TYPE_TAG_UTF8)
    g_value_take_string (value, result->v_string);
  else if (transfer == GI_TRANSFER_EVERYTHING)
    g_value_take_boxed (value, result->v_pointer);
  else
    g_value_set_boxed (value, result->v_pointer);
  /* The list is ours, its texts are not. */
  if (tag == GI_TYPE_TAG_ARRAY && transfer == GI_TRANSFER_CONTAINER)
    g_free (result->v_pointer);
}

/* What the speaker of a boxed value returns. */
static void
set_spoken (const RestTypelib *gi, GIBaseInfo *info, gpointer boxed, GValue *value)
{
  GIFunctionInfo *speaker = find_speaker (gi, info);
  GIArgument self = { .v_pointer = boxed };
  GIArgument said = { 0 };
  GITypeInfo *type = gi->g_callable_info_get_return_type (speaker);

  if (gi->g_function_info_invoke (speaker, &self, 1, NULL, 0, &said, NULL))
    read_texts (gi->g_type_info_get_tag (type), gi->g_callable_info_get_caller_owns (speaker),
                &said, value);
  gi->g_base_info_unref (type);
  gi->g_base_info_unref (speaker);
}

static gboolean
read_object (const RestTypelib *gi, GObject *object, GValue *value, GError **error)
{
  Conversion conversion = { .gi = gi };
  JsonNode *node = NULL;

  if (G_IS_OUTGOING_MESSAGE (object) || G_IS_EVENT_STREAM (object))
    {
      g_value_init (value, G_TYPE_OBJECT);
      g_value_set_object (value, object);
      return TRUE;
    }
  node = object_to_json (&conversion, object, error);
  if (node == NULL)
    return FALSE;
  take_node (value, node);

  return TRUE;
}

static gboolean
read_interface (const RestTypelib *gi,
                GIBaseInfo *info,
                const GIArgument *result,
                GValue *value,
                GError **error)
{
  GIInfoType kind = gi->g_base_info_get_type (info);
  GType type = gi->g_registered_type_info_get_g_type (info);

  if (kind == GI_INFO_TYPE_ENUM)
    set_enum (value, type, result->v_int);
  else if (kind == GI_INFO_TYPE_FLAGS)
    set_integer (value, result->v_uint);
  else if (result->v_pointer == NULL)
    return TRUE;
  else if (kind == GI_INFO_TYPE_OBJECT || kind == GI_INFO_TYPE_INTERFACE)
    return read_object (gi, result->v_pointer, value, error);
  else if (type == JSON_TYPE_NODE)
    take_node (value, json_node_copy (result->v_pointer));
  else if (type == G_TYPE_VARIANT)
    take_node (value, json_gvariant_serialize (result->v_pointer));
  else if (type == G_TYPE_DATE_TIME)
    set_time (value, result->v_pointer);
  else if (type == G_TYPE_BYTES)
    set_bytes (value, result->v_pointer);
  else
    set_spoken (gi, info, result->v_pointer, value);

  return TRUE;
}

static void
free_interface (const RestTypelib *gi, GIBaseInfo *info, gpointer pointer)
{
  GIInfoType kind = gi->g_base_info_get_type (info);
  GType type = gi->g_registered_type_info_get_g_type (info);

  if (kind == GI_INFO_TYPE_ENUM || kind == GI_INFO_TYPE_FLAGS || pointer == NULL)
    return;

  if (kind == GI_INFO_TYPE_OBJECT || kind == GI_INFO_TYPE_INTERFACE)
    g_object_unref (pointer);
  else if (type == G_TYPE_VARIANT)
    g_variant_unref (pointer);
  else if (G_TYPE_IS_BOXED (type))
    g_boxed_free (type, pointer);
}

/* Leaves @value as it is where there is nothing. */
static gboolean
read_result (const RestTypelib *gi,
             GITypeInfo *type,
             GITransfer transfer,
             GIArgument *result,
             GValue *value,
             GError **error)
{
  GITypeTag tag = gi->g_type_info_get_tag (type);
  gboolean is_ours = transfer != GI_TRANSFER_NOTHING;
  GIBaseInfo *info = NULL;
  gboolean is_read = TRUE;

  if (tag == GI_TYPE_TAG_VOID || read_basic (tag, result, value))
    return TRUE;
  if (tag == GI_TYPE_TAG_UTF8 || tag == GI_TYPE_TAG_ARRAY)
    {
      read_texts (tag, transfer, result, value);
      return TRUE;
    }

  info = gi->g_type_info_get_interface (type);
  is_read = read_interface (gi, info, result, value, error);
  if (is_ours)
    free_interface (gi, info, result->v_pointer);
  gi->g_base_info_unref (info);

  return is_read;
}

void
rest_result_return (const RestTypelib *gi,
                    GITypeInfo *type,
                    GITransfer transfer,
                    GIArgument *result,
                    GRestCall *call)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  if (!read_result (gi, type, transfer, result, &value, &error))
    g_rest_call_return_error (call, error);
  else
    g_rest_call_return_value (call, G_IS_VALUE (&value) ? &value : NULL);
}

/* mail-count → mailCount, as 4D writes it. */
static char *
make_member_name (const char *property)
{
  GString *name = g_string_new (NULL);

  for (const char *c = property; *c != '\0'; c++)
    {
      if (*c == '-' && c[1] != '\0')
        g_string_append_c (name, g_ascii_toupper (*++c));
      else
        g_string_append_c (name, *c);
    }

  return g_string_free (name, FALSE);
}

/* NULL for what JSON has no form for. */
static JsonNode *
property_to_json (Conversion *conversion, const GValue *value, GError **error)
{
  g_auto (GValue) plain = G_VALUE_INIT;

  if (G_VALUE_HOLDS_OBJECT (value) && g_value_get_object (value) != NULL)
    return object_to_json (conversion, g_value_get_object (value), error);
  if (G_VALUE_HOLDS_ENUM (value))
    set_enum (&plain, G_VALUE_TYPE (value), g_value_get_enum (value));
  else if (G_VALUE_HOLDS_FLAGS (value))
    set_integer (&plain, g_value_get_flags (value));
  else if (G_VALUE_HOLDS (value, G_TYPE_DATE_TIME) && g_value_get_boxed (value) != NULL)
    set_time (&plain, g_value_get_boxed (value));

  return http_json_from_value (G_IS_VALUE (&plain) ? &plain : value);
}

static JsonNode *
properties_to_json (Conversion *conversion, GObject *object, GError **error)
{
  guint n_properties = 0;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object),
                                                                   &n_properties);
  g_autoptr (JsonObject) members = json_object_new ();
  JsonNode *node = NULL;

  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *name = make_member_name (pspecs[i]->name);
      g_autoptr (GError) cause = NULL;
      JsonNode *member = NULL;

      if (!(pspecs[i]->flags & G_PARAM_READABLE))
        continue;
      g_object_get_property (object, pspecs[i]->name, &value);
      member = property_to_json (conversion, &value, &cause);
      if (cause != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      if (member != NULL)
        json_object_set_member (members, name, member);
    }
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (node, members);

  return node;
}

static JsonNode *
list_to_json (Conversion *conversion, GListModel *list, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  guint n_items = g_list_model_get_n_items (list);
  JsonNode *node = NULL;

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (list, i);
      JsonNode *element = NULL;

      /* It has become shorter meanwhile. */
      if (item == NULL)
        break;
      element = object_to_json (conversion, item, error);
      if (element == NULL)
        return NULL;
      json_array_add_element (array, element);
    }
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, array);

  return node;
}

/* The object's own, or NULL without an error when it has none. */
static JsonNode *
ask_to_json (const RestTypelib *gi, GObject *object)
{
  GIFunctionInfo *method = rest_typelib_find_method (gi, G_OBJECT_TYPE (object), "to_json");
  GIArgument self = { .v_pointer = object };
  GIArgument result = { 0 };
  JsonNode *node = NULL;
  GITypeInfo *type = method != NULL ? gi->g_callable_info_get_return_type (method) : NULL;
  GIBaseInfo *info = type != NULL && gi->g_type_info_get_tag (type) == GI_TYPE_TAG_INTERFACE ?
                         gi->g_type_info_get_interface (type) :
                         NULL;

  if (info != NULL && gi->g_registered_type_info_get_g_type (info) == JSON_TYPE_NODE &&
      gi->g_callable_info_get_n_args (method) == 0 &&
      gi->g_callable_info_get_caller_owns (method) == GI_TRANSFER_EVERYTHING &&
      gi->g_function_info_invoke (method, &self, 1, NULL, 0, &result, NULL))
    node = result.v_pointer;
  if (info != NULL)
    gi->g_base_info_unref (info);
  if (type != NULL)
    gi->g_base_info_unref (type);
  if (method != NULL)
    gi->g_base_info_unref (method);

  return node;
}

static JsonNode *
convert_object (Conversion *conversion, GObject *object, GError **error)
{
  JsonNode *node = ask_to_json (conversion->gi, object);

  if (node != NULL)
    return node;

  return G_IS_LIST_MODEL (object) ? list_to_json (conversion, G_LIST_MODEL (object), error) :
                                    properties_to_json (conversion, object, error);
}

static JsonNode *
object_to_json (Conversion *conversion, GObject *object, GError **error)
{
  JsonNode *node = NULL;

  if (conversion->depth >= HTTP_LIMIT_RESULT_DEPTH ||
      conversion->n_objects >= HTTP_LIMIT_RESULT_ITEMS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _ ("A result has too many objects, or a %s is nested too deeply in it"),
                   G_OBJECT_TYPE_NAME (object));
      return NULL;
    }

  conversion->n_objects++;
  conversion->depth++;
  node = convert_object (conversion, object, error);
  conversion->depth--;

  return node;
}

/* Values from JSON for a function that a typelib describes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-argument.h"

#include <math.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/g-incoming-message.h"
#include "gimap4d/http/g-rest-error.h"

static const struct
{
  GITypeTag tag;
  gint64 min;
  guint64 max;
} integers[] = {
  { GI_TYPE_TAG_INT8, G_MININT8, G_MAXINT8 },    { GI_TYPE_TAG_UINT8, 0, G_MAXUINT8 },
  { GI_TYPE_TAG_INT16, G_MININT16, G_MAXINT16 }, { GI_TYPE_TAG_UINT16, 0, G_MAXUINT16 },
  { GI_TYPE_TAG_INT32, G_MININT32, G_MAXINT32 }, { GI_TYPE_TAG_UINT32, 0, G_MAXUINT32 },
  { GI_TYPE_TAG_INT64, G_MININT64, G_MAXINT64 }, { GI_TYPE_TAG_UINT64, 0, G_MAXINT64 },
};

static gboolean
is_integer (GITypeTag tag)
{
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    if (integers[i].tag == tag)
      return TRUE;

  return FALSE;
}

/* A constructor of one text, which may fail. */
static GIFunctionInfo *
find_parse (const RestTypelib *gi, GIBaseInfo *info)
{
  GIFunctionInfo *parse = gi->g_base_info_get_type (info) == GI_INFO_TYPE_STRUCT ?
                              gi->g_struct_info_find_method (info, "parse") :
                              NULL;

  if (parse == NULL)
    return NULL;
  if ((gi->g_function_info_get_flags (parse) & GI_FUNCTION_IS_CONSTRUCTOR) &&
      gi->g_callable_info_get_n_args (parse) == 1)
    return parse;

  gi->g_base_info_unref (parse);
  return NULL;
}

static RestArgumentKind
find_boxed_kind (RestArgument *argument, const RestTypelib *gi, GIBaseInfo *info)
{
  if (argument->type == JSON_TYPE_NODE)
    return REST_ARGUMENT_JSON;
  if (argument->type == G_TYPE_VARIANT)
    return REST_ARGUMENT_VARIANT;
  if (argument->type == G_TYPE_DATE_TIME)
    return REST_ARGUMENT_DATE_TIME;

  argument->parse = find_parse (gi, info);
  return argument->parse != NULL ? REST_ARGUMENT_PARSED : REST_ARGUMENT_UNSUPPORTED;
}

static RestArgumentKind
find_interface_kind (RestArgument *argument, const RestTypelib *gi, GIBaseInfo *info)
{
  GIInfoType kind = gi->g_base_info_get_type (info);

  if (kind == GI_INFO_TYPE_CALLBACK)
    return g_str_equal (gi->g_base_info_get_name (info), "AsyncReadyCallback") ?
               REST_ARGUMENT_CALLBACK :
               REST_ARGUMENT_UNSUPPORTED;

  argument->type = gi->g_registered_type_info_get_g_type (info);
  if (kind == GI_INFO_TYPE_ENUM && G_TYPE_IS_ENUM (argument->type))
    return REST_ARGUMENT_ENUM;
  if (kind == GI_INFO_TYPE_FLAGS && G_TYPE_IS_FLAGS (argument->type))
    return REST_ARGUMENT_FLAGS;
  if (argument->type == G_TYPE_CANCELLABLE)
    return REST_ARGUMENT_CANCELLABLE;
  if (argument->type == G_TYPE_INCOMING_MESSAGE)
    return REST_ARGUMENT_REQUEST;

  return find_boxed_kind (argument, gi, info);
}

/* A file name is none of these: a stranger must not choose one. */
static RestArgumentKind
find_kind (RestArgument *argument, const RestTypelib *gi, GITypeInfo *type)
{
  GIBaseInfo *info = NULL;
  RestArgumentKind kind;

  if (is_integer (argument->tag))
    return REST_ARGUMENT_INTEGER;

  switch (argument->tag)
    {
    case GI_TYPE_TAG_BOOLEAN:
      return REST_ARGUMENT_BOOLEAN;
    case GI_TYPE_TAG_FLOAT:
    case GI_TYPE_TAG_DOUBLE:
      return REST_ARGUMENT_NUMBER;
    case GI_TYPE_TAG_UTF8:
      return REST_ARGUMENT_TEXT;
    case GI_TYPE_TAG_ARRAY:
      return rest_typelib_is_list_of_texts (gi, type) ? REST_ARGUMENT_TEXTS :
                                                        REST_ARGUMENT_UNSUPPORTED;
    case GI_TYPE_TAG_INTERFACE:
      info = gi->g_type_info_get_interface (type);
      kind = find_interface_kind (argument, gi, info);
      gi->g_base_info_unref (info);
      return kind;
    default:
      return REST_ARGUMENT_UNSUPPORTED;
    }
}

void
rest_argument_init (RestArgument *argument, const RestTypelib *gi, GIArgInfo *info)
{
  GITypeInfo *type = gi->g_arg_info_get_type (info);

  argument->name = gi->g_base_info_get_name (info);
  argument->tag = gi->g_type_info_get_tag (type);
  argument->is_nullable = gi->g_arg_info_may_be_null (info);
  argument->kind = find_kind (argument, gi, type);
  if (gi->g_arg_info_get_direction (info) != GI_DIRECTION_IN ||
      gi->g_arg_info_get_ownership_transfer (info) != GI_TRANSFER_NOTHING)
    argument->kind = REST_ARGUMENT_UNSUPPORTED;
  gi->g_base_info_unref (type);
}

void
rest_argument_clear (RestArgument *argument, const RestTypelib *gi)
{
  if (argument->parse != NULL)
    gi->g_base_info_unref (argument->parse);
}

gboolean
rest_argument_is_given (const RestArgument *argument)
{
  return !argument->is_closure && argument->kind != REST_ARGUMENT_REQUEST &&
         argument->kind != REST_ARGUMENT_CANCELLABLE && argument->kind != REST_ARGUMENT_CALLBACK;
}

static gboolean
refuse (const RestArgument *argument, const char *wanted, GError **error)
{
  g_set_error (error, G_REST_SERVER_ERROR, G_REST_SERVER_ERROR_BAD_REQUEST,
               _ ("The parameter %s has to be %s"), argument->name, wanted);

  return FALSE;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gboolean
read_integer (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  gint64 number = holds (node, G_TYPE_INT64) ? json_node_get_int (node) : 0;

  if (!holds (node, G_TYPE_INT64))
    return refuse (argument, _ ("a whole number"), error);
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    if (integers[i].tag == argument->tag &&
        (number < integers[i].min || (number > 0 && (guint64) number > integers[i].max)))
      return refuse (argument, _ ("within the range of its type"), error);

  switch (argument->tag)
    {
    case GI_TYPE_TAG_INT8:
      out->v_int8 = (gint8) number;
      break;
    case GI_TYPE_TAG_UINT8:
      out->v_uint8 = (guint8) number;
      break;
    case GI_TYPE_TAG_INT16:
      out->v_int16 = (gint16) number;
      break;
    case GI_TYPE_TAG_UINT16:
      out->v_uint16 = (guint16) number;
      break;
    case GI_TYPE_TAG_INT32:
      out->v_int32 = (gint32) number;
      break;
    case GI_TYPE_TAG_UINT32:
      out->v_uint32 = (guint32) number;
      break;
    default:
      out->v_int64 = number;
    }

  return TRUE;
}

static gboolean
read_number (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  double number = 0;

  if (!holds (node, G_TYPE_DOUBLE) && !holds (node, G_TYPE_INT64))
    return refuse (argument, _ ("a number"), error);
  number = json_node_get_double (node);
  if (!isfinite (number) || (argument->tag == GI_TYPE_TAG_FLOAT && fabs (number) > G_MAXFLOAT))
    return refuse (argument, _ ("within the range of its type"), error);

  if (argument->tag == GI_TYPE_TAG_FLOAT)
    out->v_float = (float) number;
  else
    out->v_double = number;

  return TRUE;
}

static gboolean
read_texts (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL)
    return refuse (argument, _ ("a list of texts"), error);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!holds (element, G_TYPE_STRING))
        return refuse (argument, _ ("a list of texts"), error);
      g_strv_builder_add (texts, json_node_get_string (element));
    }
  out->v_pointer = g_strv_builder_end (texts);

  return TRUE;
}

/* By its number or its short name. */
static gboolean
read_enum (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (argument->type);
  const GEnumValue *value = NULL;

  if (holds (node, G_TYPE_STRING))
    value = g_enum_get_value_by_nick (G_ENUM_CLASS (klass), json_node_get_string (node));
  else if (holds (node, G_TYPE_INT64) && json_node_get_int (node) >= G_MININT &&
           json_node_get_int (node) <= G_MAXINT)
    value = g_enum_get_value (G_ENUM_CLASS (klass), (int) json_node_get_int (node));
  if (value == NULL)
    return refuse (argument, _ ("one of the values of its kind"), error);
  out->v_int = value->value;

  return TRUE;
}

static gboolean
read_flags (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (argument->type);
  gint64 number = holds (node, G_TYPE_INT64) ? json_node_get_int (node) : -1;

  if (number < 0 || number > G_MAXUINT || ((guint) number & ~G_FLAGS_CLASS (klass)->mask) != 0)
    return refuse (argument, _ ("one of the values of its kind"), error);
  out->v_uint = (guint) number;

  return TRUE;
}

static gboolean
read_date_time (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  GDateTime *time = holds (node, G_TYPE_STRING) ?
                        g_date_time_new_from_iso8601 (json_node_get_string (node), utc) :
                        NULL;

  if (time == NULL)
    return refuse (argument, _ ("a time as in ISO 8601"), error);
  out->v_pointer = time;

  return TRUE;
}

static gboolean
read_parsed (const RestArgument *argument,
             const RestTypelib *gi,
             JsonNode *node,
             GIArgument *out,
             GError **error)
{
  GIArgument text = {
    .v_string = (char *) (holds (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL)
  };
  g_autoptr (GError) cause = NULL;

  if (text.v_string != NULL &&
      gi->g_function_info_invoke (argument->parse, &text, 1, NULL, 0, out, &cause))
    return TRUE;

  return refuse (argument, cause != NULL ? cause->message : _ ("a text"), error);
}

static gboolean
read_variant (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  GVariant *variant = json_gvariant_deserialize (node, NULL, NULL);

  if (variant == NULL)
    return refuse (argument, _ ("another value"), error);
  out->v_pointer = g_variant_ref_sink (variant);

  return TRUE;
}

static gboolean
read_text (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  if (!holds (node, G_TYPE_STRING))
    return refuse (argument, _ ("a text"), error);
  out->v_string = (char *) json_node_get_string (node);

  return TRUE;
}

static gboolean
read_boolean (const RestArgument *argument, JsonNode *node, GIArgument *out, GError **error)
{
  if (!holds (node, G_TYPE_BOOLEAN))
    return refuse (argument, _ ("true or false"), error);
  out->v_boolean = json_node_get_boolean (node);

  return TRUE;
}

gboolean
rest_argument_from_json (const RestArgument *argument,
                         const RestTypelib *gi,
                         JsonNode *node,
                         GIArgument *out_value,
                         GError **error)
{
  out_value->v_pointer = NULL;
  if (node == NULL || (JSON_NODE_HOLDS_NULL (node) && argument->kind != REST_ARGUMENT_JSON))
    return argument->is_nullable || refuse (argument, _ ("given"), error);

  switch (argument->kind)
    {
    case REST_ARGUMENT_BOOLEAN:
      return read_boolean (argument, node, out_value, error);
    case REST_ARGUMENT_INTEGER:
      return read_integer (argument, node, out_value, error);
    case REST_ARGUMENT_NUMBER:
      return read_number (argument, node, out_value, error);
    case REST_ARGUMENT_TEXT:
      return read_text (argument, node, out_value, error);
    case REST_ARGUMENT_TEXTS:
      return read_texts (argument, node, out_value, error);
    case REST_ARGUMENT_ENUM:
      return read_enum (argument, node, out_value, error);
    case REST_ARGUMENT_FLAGS:
      return read_flags (argument, node, out_value, error);
    case REST_ARGUMENT_VARIANT:
      return read_variant (argument, node, out_value, error);
    case REST_ARGUMENT_DATE_TIME:
      return read_date_time (argument, node, out_value, error);
    case REST_ARGUMENT_PARSED:
      return read_parsed (argument, gi, node, out_value, error);
    default:
      out_value->v_pointer = node;
      return TRUE;
    }
}

void
rest_argument_release (const RestArgument *argument, GIArgument *value)
{
  switch (argument->kind)
    {
    case REST_ARGUMENT_TEXTS:
      g_strfreev (value->v_pointer);
      break;
    case REST_ARGUMENT_VARIANT:
      g_clear_pointer ((GVariant **) &value->v_pointer, g_variant_unref);
      break;
    case REST_ARGUMENT_DATE_TIME:
      g_clear_pointer ((GDateTime **) &value->v_pointer, g_date_time_unref);
      break;
    case REST_ARGUMENT_PARSED:
      if (value->v_pointer != NULL)
        g_boxed_free (argument->type, value->v_pointer);
      break;
    default:
      break;
    }
  value->v_pointer = NULL;
}

/* The body of an outgoing message as it goes to the wire: bytes, a file or a stream, and its type.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/outgoing-body.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/g-outgoing-message.h"
#include "gimap4d/http/http-image-type.h"
#include "gimap4d/http/http-json.h"

/* A type by its content shows in the first few KiB. */
#define SNIFF_SIZE 4096

static OutgoingBody *
new_for_bytes (GBytes *bytes, const char *content_type)
{
  OutgoingBody *body = g_new0 (OutgoingBody, 1);

  body->bytes = bytes;
  body->length = g_bytes_get_size (bytes);
  body->content_type = g_strdup (content_type);

  return body;
}

static OutgoingBody *
new_for_text (const char *text, GError **error)
{
  OutgoingBody *body = NULL;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY,
                   text == NULL ? _ ("A text that is not there cannot be a body") :
                                  _ ("A text that is not valid UTF-8 cannot be a body"));
      return NULL;
    }

  body = new_for_bytes (g_bytes_new (text, strlen (text)), "text/plain");
  body->is_text = TRUE;

  return body;
}

static OutgoingBody *
new_for_json (JsonNode *node, GError **error)
{
  g_autoptr (GError) cause = NULL;
  char *text = http_json_to_text (node, &cause);

  if (text == NULL)
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY,
                   _ ("The object cannot be a body: %s"), cause->message);
      return NULL;
    }

  return new_for_bytes (g_bytes_new_take (text, strlen (text)), "application/json");
}

static OutgoingBody *
new_for_variant (GVariant *variant, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_BYTESTRING))
    return new_for_bytes (g_variant_get_data_as_bytes (variant), "application/octet-stream");

  node = json_gvariant_serialize (variant);
  return new_for_json (node, error);
}

static GBytes *
read_all (GInputStream *input, GError **error)
{
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();

  if (g_output_stream_splice (
          output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
          NULL, error) < 0)
    return NULL;

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

/* The bytes decide; what the icon says of itself is asked only when they are not known here. */
static char *
dup_picture_type (GBytes *bytes, const char *told)
{
  gsize size = 0;
  const void *data = g_bytes_get_data (bytes, &size);
  const char *known = http_image_type (data, size);
  g_autofree char *guessed = NULL;
  g_autofree char *mime = NULL;

  if (known != NULL)
    return g_strdup (known);

  if (told == NULL || !g_str_has_prefix (told, "image/"))
    {
      guessed = g_content_type_guess (NULL, data, size, NULL);
      told = guessed;
    }
  mime = g_content_type_get_mime_type (told);

  return mime != NULL && g_str_has_prefix (mime, "image/") ? g_steal_pointer (&mime) : NULL;
}

static OutgoingBody *
new_for_icon (GLoadableIcon *icon, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *told = NULL;
  g_autofree char *type = NULL;

  input = g_loadable_icon_load (icon, 0, &told, NULL, &cause);
  if (input != NULL)
    bytes = read_all (input, &cause);
  if (bytes == NULL)
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY,
                   _ ("The picture cannot be read: %s"), cause->message);
      return NULL;
    }

  type = dup_picture_type (bytes, told);
  if (type == NULL)
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY,
                   _ ("The bytes of the %s are no picture"), G_OBJECT_TYPE_NAME (icon));
      return NULL;
    }

  return new_for_bytes (g_steal_pointer (&bytes), type);
}

static char *
dup_file_type (GFile *file, GInputStream *input)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *guessed = NULL;
  guchar start[SNIFF_SIZE];
  gsize size = 0;
  const char *picture = NULL;
  char *mime = NULL;

  if (!g_input_stream_read_all (input, start, sizeof start, &size, NULL, NULL))
    size = 0;
  picture = http_image_type (start, size);
  if (picture != NULL)
    return g_strdup (picture);

  guessed = g_content_type_guess (name, start, size, NULL);
  mime = g_content_type_get_mime_type (guessed);

  return mime != NULL ? mime : g_strdup ("application/octet-stream");
}

/* Only what is a regular file is opened: opening a FIFO would wait for its writer. */
static GInputStream *
open_regular_file (GFile *file,
                   gint64 *out_length,
                   GDateTime **out_modified,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GFileInputStream) input = NULL;
  g_autoptr (GFileInfo)
      info = g_file_query_info (file,
                                G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE
                                                               "," G_FILE_ATTRIBUTE_TIME_MODIFIED,
                                G_FILE_QUERY_INFO_NONE, cancellable, error);

  if (info == NULL)
    return NULL;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _ ("It is not a regular file"));
      return NULL;
    }

  input = g_file_read (file, cancellable, error);
  if (input != NULL)
    *out_length = g_file_info_get_size (info);
  if (input != NULL && out_modified != NULL)
    *out_modified = g_file_info_get_modification_date_time (info);

  return (GInputStream *) g_steal_pointer (&input);
}

static OutgoingBody *
new_for_file (GFile *file, GError **error)
{
  g_autoptr (GInputStream) input = NULL;
  OutgoingBody *body = NULL;
  g_autoptr (GDateTime) modified = NULL;
  gint64 length = -1;

  input = open_regular_file (file, &length, &modified, NULL, error);
  if (input == NULL)
    {
      g_prefix_error (error, _ ("The file cannot be a body: "));
      return NULL;
    }

  body = g_new0 (OutgoingBody, 1);
  body->file = g_object_ref (file);
  body->length = length;
  body->modified = g_steal_pointer (&modified);
  body->content_type = dup_file_type (file, input);

  return body;
}

OutgoingBody *
outgoing_body_new_for_stream (GInputStream *stream, gint64 length, const char *type)
{
  OutgoingBody *body = g_new0 (OutgoingBody, 1);

  body->stream = g_object_ref (stream);
  body->length = length;
  body->content_type = g_strdup (type != NULL ? type : "application/octet-stream");

  return body;
}

static OutgoingBody *
new_for_array (GByteArray *array)
{
  return new_for_bytes (g_bytes_new (array->data, array->len), "application/octet-stream");
}

static OutgoingBody *
refuse (const GValue *value, GError **error)
{
  g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY,
               _ ("A %s cannot be a body: it has to be a text, bytes, an object or a picture"),
               G_IS_VALUE (value) ? G_VALUE_TYPE_NAME (value) : "NULL");

  return NULL;
}

static OutgoingBody *
new_for_object (const GValue *value, GError **error)
{
  GObject *object = g_value_get_object (value);

  if (G_IS_LOADABLE_ICON (object))
    return new_for_icon (G_LOADABLE_ICON (object), error);
  if (G_IS_FILE (object))
    return new_for_file (G_FILE (object), error);
  if (G_IS_INPUT_STREAM (object))
    return outgoing_body_new_for_stream (G_INPUT_STREAM (object), -1, NULL);

  return refuse (value, error);
}

OutgoingBody *
outgoing_body_new (const GValue *value, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (!G_IS_VALUE (value))
    return refuse (value, error);
  if (G_VALUE_HOLDS_STRING (value))
    return new_for_text (g_value_get_string (value), error);
  if (G_VALUE_HOLDS_OBJECT (value))
    return new_for_object (value, error);
  if (G_VALUE_HOLDS_VARIANT (value))
    return g_value_get_variant (value) != NULL ?
               new_for_variant (g_value_get_variant (value), error) :
               refuse (value, error);
  if (!G_VALUE_HOLDS_BOXED (value) || g_value_get_boxed (value) == NULL)
    return refuse (value, error);

  if (G_VALUE_HOLDS (value, G_TYPE_BYTES))
    return new_for_bytes (g_value_dup_boxed (value), "application/octet-stream");
  if (G_VALUE_HOLDS (value, G_TYPE_BYTE_ARRAY))
    return new_for_array (g_value_get_boxed (value));
  if (!G_VALUE_HOLDS (value, JSON_TYPE_NODE) && !G_VALUE_HOLDS (value, JSON_TYPE_OBJECT) &&
      !G_VALUE_HOLDS (value, JSON_TYPE_ARRAY))
    return refuse (value, error);

  node = http_json_from_value (value);
  return new_for_json (node, error);
}

void
outgoing_body_free (OutgoingBody *body)
{
  g_clear_pointer (&body->bytes, g_bytes_unref);
  g_clear_object (&body->file);
  g_clear_object (&body->stream);
  g_clear_pointer (&body->modified, g_date_time_unref);
  g_free (body->content_type);
  g_free (body);
}

GInputStream *
outgoing_body_open (OutgoingBody *body,
                    gint64 *out_length,
                    GCancellable *cancellable,
                    GError **error)
{
  *out_length = body->length;
  if (body->bytes != NULL)
    return g_memory_input_stream_new_from_bytes (body->bytes);
  if (body->stream != NULL)
    return g_object_ref (body->stream);

  return open_regular_file (body->file, out_length, NULL, cancellable, error);
}

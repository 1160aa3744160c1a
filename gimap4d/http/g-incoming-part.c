/* One field or file of a form that was sent as multipart/form-data.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-incoming-part.h"

#include "gimap4d/base/file-name.h"
#include "gimap4d/http/http-multipart.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/incoming-part-private.h"

/**
 * SECTION:g-incoming-part
 * @Title: GIncomingPart
 * @Short_description: a field or file of a form
 *
 * A form with files comes as `multipart/form-data` (RFC 7578): each of its fields and files is a
 * part. g_incoming_message_get_parts() has all of them, g_incoming_message_get_files() the files.
 *
 * Large parts are not in memory: a body beyond 256 KiB waits in a file without a name in the
 * folder for temporary files (`TMPDIR`), which is gone with the request and its parts, and is read
 * from there.
 */

/**
 * GIncomingPart:
 *
 * A field or file of a form. It never changes, and can be read from any thread.
 *
 * |[<!-- language="C" -->
 * static void
 * keep_files (GIncomingMessage *request, GRestCall *call, gpointer folder)
 * {
 *   g_autoptr (GError) error = NULL;
 *   g_autoptr (GListModel) files = g_incoming_message_get_files (request, &error);
 *
 *   if (files == NULL)
 *     {
 *       g_rest_call_return_error (call, error);
 *       return;
 *     }
 *   for (guint i = 0; i < g_list_model_get_n_items (files); i++)
 *     {
 *       g_autoptr (GIncomingPart) part = g_list_model_get_item (files, i);
 *       g_autoptr (GInputStream) content = g_incoming_part_open (part);
 *
 *       g_print ("%s, %" G_GUINT64_FORMAT " bytes\n", g_incoming_part_get_file_name (part),
 *                g_incoming_part_get_size (part));
 *     }
 *   g_rest_call_return_value (call, NULL);
 * }
 * ]|
 *
 * Since: 1.0
 */

struct _GIncomingPart
{
  GObject parent_instance;

  char *name;          /* owned */
  char *file_name;     /* owned, nullable */
  gboolean is_file;    /* whether the sender gave it a file name, even one that is none */
  gboolean is_nothing; /* what a browser sends where no file was chosen */
  GHashTable *headers; /* owned */
  GBytes *bytes;       /* owned: set when the part has ended */
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_FILE_NAME,
  PROP_IS_FILE,
  PROP_CONTENT_TYPE,
  PROP_HEADERS,
  PROP_SIZE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GIncomingPart, g_incoming_part, G_TYPE_OBJECT)

static void
g_incoming_part_init (GIncomingPart *self)
{
}

static void
g_incoming_part_finalize (GObject *object)
{
  GIncomingPart *self = G_INCOMING_PART (object);

  g_free (self->name);
  g_free (self->file_name);
  g_hash_table_unref (self->headers);
  g_clear_pointer (&self->bytes, g_bytes_unref);

  G_OBJECT_CLASS (g_incoming_part_parent_class)->finalize (object);
}

static void
g_incoming_part_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  GIncomingPart *self = G_INCOMING_PART (object);

  switch (property_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_FILE_NAME:
      g_value_set_string (value, self->file_name);
      break;
    case PROP_IS_FILE:
      g_value_set_boolean (value, self->is_file);
      break;
    case PROP_CONTENT_TYPE:
      g_value_set_string (value, g_incoming_part_get_content_type (self));
      break;
    case PROP_HEADERS:
      g_value_set_boxed (value, self->headers);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, g_incoming_part_get_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_incoming_part_class_init (GIncomingPartClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_incoming_part_finalize;
  object_class->get_property = g_incoming_part_get_property;

  /**
   * GIncomingPart:name:
   *
   * The name of the field in the form.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", "Name", "The name of the field", NULL,
                                               flags);

  /**
   * GIncomingPart:file-name:
   *
   * The name of the file, without its folders, and without what a file system or a reader could
   * stumble over; %NULL for a field, and where nothing is left of the name. It is the sender's
   * choice all the same: two files may have one name.
   *
   * Since: 1.0
   */
  properties[PROP_FILE_NAME] = g_param_spec_string ("file-name", "File name",
                                                    "The name of the file", NULL, flags);

  /**
   * GIncomingPart:is-file:
   *
   * Whether the part is a file, and not a field.
   *
   * Since: 1.0
   */
  properties[PROP_IS_FILE] = g_param_spec_boolean ("is-file", "Is file",
                                                   "Whether the part is a file", FALSE, flags);

  /**
   * GIncomingPart:content-type:
   *
   * What the sender says that the content is; `text/plain` when it says nothing.
   *
   * Since: 1.0
   */
  properties[PROP_CONTENT_TYPE] = g_param_spec_string (
      "content-type", "Content type", "What the content is said to be", NULL, flags);

  /**
   * GIncomingPart:headers: (type GLib.HashTable(utf8,utf8))
   *
   * The headers of the part, their names in lower case.
   *
   * Since: 1.0
   */
  properties[PROP_HEADERS] = g_param_spec_boxed ("headers", "Headers", "The headers of the part",
                                                 G_TYPE_HASH_TABLE, flags);

  /**
   * GIncomingPart:size:
   *
   * The size of the content, in bytes.
   *
   * Since: 1.0
   */
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", "Size", "The size of the content", 0,
                                               G_MAXUINT64, 0, flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

/* What is put together while a body is read. */
typedef struct
{
  GBytes *body;
  GPtrArray *parts;
  guint64 start; /* of the content of the last part */
} Parsing;

static void
begin_part (HttpPartHead *head, guint64 offset, gpointer data)
{
  Parsing *parsing = data;
  GIncomingPart *part = g_object_new (G_TYPE_INCOMING_PART, NULL);

  part->name = g_steal_pointer (&head->name);
  part->file_name = file_name_sanitise (head->file_name);
  part->is_file = head->file_name != NULL;
  part->is_nothing = part->is_file && *head->file_name == '\0';
  part->headers = g_steal_pointer (&head->headers);
  http_part_head_free (head);
  parsing->start = offset;
  g_ptr_array_add (parsing->parts, part);
}

static void
end_part (guint64 offset, gpointer data)
{
  Parsing *parsing = data;
  GIncomingPart *part = g_ptr_array_index (parsing->parts, parsing->parts->len - 1);

  part->bytes = g_bytes_new_from_bytes (parsing->body, parsing->start, offset - parsing->start);
  if (part->is_nothing && g_bytes_get_size (part->bytes) == 0)
    g_ptr_array_set_size (parsing->parts, (int) parsing->parts->len - 1);
}

GPtrArray *
incoming_parts_parse (const char *boundary, GBytes *body, GError **error)
{
  static const HttpMultipartSink sink = { .begin = begin_part, .end = end_part };
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_object_unref);
  Parsing parsing = { .body = body, .parts = parts };
  g_autoptr (HttpMultipart) multipart = http_multipart_new (boundary, &sink, &parsing);
  gsize size = 0;
  const char *data = g_bytes_get_data (body, &size);

  if (!http_multipart_feed (multipart, data, size, error) ||
      !http_multipart_finish (multipart, error))
    return NULL;

  return g_steal_pointer (&parts);
}

/**
 * g_incoming_part_get_name:
 * @self: a #GIncomingPart
 *
 * Gets the name of the field.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
g_incoming_part_get_name (GIncomingPart *self)
{
  g_return_val_if_fail (G_IS_INCOMING_PART (self), NULL);

  return self->name;
}

/**
 * g_incoming_part_get_file_name:
 * @self: a #GIncomingPart
 *
 * Gets the name of the file, which is safe to make a file with in a folder of one's own.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL when there is none
 *
 * Since: 1.0
 */
const char *
g_incoming_part_get_file_name (GIncomingPart *self)
{
  g_return_val_if_fail (G_IS_INCOMING_PART (self), NULL);

  return self->file_name;
}

/**
 * g_incoming_part_get_is_file:
 * @self: a #GIncomingPart
 *
 * Whether the part is a file, and not a field.
 *
 * Returns: %TRUE if it is a file
 *
 * Since: 1.0
 */
gboolean
g_incoming_part_get_is_file (GIncomingPart *self)
{
  g_return_val_if_fail (G_IS_INCOMING_PART (self), FALSE);

  return self->is_file;
}

/**
 * g_incoming_part_get_content_type:
 * @self: a #GIncomingPart
 *
 * Gets what the sender says that the content is. Nothing checks that.
 *
 * Returns: (transfer none): a media type
 *
 * Since: 1.0
 */
const char *
g_incoming_part_get_content_type (GIncomingPart *self)
{
  const char *type = NULL;

  g_return_val_if_fail (G_IS_INCOMING_PART (self), NULL);

  type = g_hash_table_lookup (self->headers, "content-type");
  return type != NULL ? type : "text/plain";
}

/**
 * g_incoming_part_get_headers:
 * @self: a #GIncomingPart
 *
 * Gets the headers of the part; the names are in lower case.
 *
 * Returns: (transfer none) (element-type utf8 utf8): the headers
 *
 * Since: 1.0
 */
GHashTable *
g_incoming_part_get_headers (GIncomingPart *self)
{
  g_return_val_if_fail (G_IS_INCOMING_PART (self), NULL);

  return self->headers;
}

/**
 * g_incoming_part_get_size:
 * @self: a #GIncomingPart
 *
 * Gets the size of the content.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
g_incoming_part_get_size (GIncomingPart *self)
{
  g_return_val_if_fail (G_IS_INCOMING_PART (self), 0);

  return g_bytes_get_size (self->bytes);
}

/**
 * g_incoming_part_get_text:
 * @self: a #GIncomingPart
 *
 * Gets the content as a text.
 *
 * Returns: (transfer full) (nullable): the text, or %NULL when it is no UTF-8, or has a NUL in it
 *
 * Since: 1.0
 */
char *
g_incoming_part_get_text (GIncomingPart *self)
{
  gsize size = 0;
  const char *data = NULL;

  g_return_val_if_fail (G_IS_INCOMING_PART (self), NULL);

  data = g_bytes_get_data (self->bytes, &size);
  return http_dup_text (data, size);
}

/**
 * g_incoming_part_get_bytes:
 * @self: a #GIncomingPart
 *
 * Gets the content. A large one is not read before the bytes are looked at.
 *
 * Returns: (transfer full): the content
 *
 * Since: 1.0
 */
GBytes *
g_incoming_part_get_bytes (GIncomingPart *self)
{
  g_return_val_if_fail (G_IS_INCOMING_PART (self), NULL);

  return g_bytes_ref (self->bytes);
}

/**
 * g_incoming_part_open:
 * @self: a #GIncomingPart
 *
 * Opens the content for reading, from its beginning.
 *
 * Returns: (transfer full): a stream
 *
 * Since: 1.0
 */
GInputStream *
g_incoming_part_open (GIncomingPart *self)
{
  g_return_val_if_fail (G_IS_INCOMING_PART (self), NULL);

  return g_memory_input_stream_new_from_bytes (self->bytes);
}

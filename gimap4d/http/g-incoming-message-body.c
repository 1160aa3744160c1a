/* The body of a request: as text, bytes, JSON, picture, form, stream.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-incoming-message.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/http-form.h"
#include "gimap4d/http/http-image-type.h"
#include "gimap4d/http/http-json.h"
#include "gimap4d/http/http-multipart.h"
#include "gimap4d/http/http-parameters.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/incoming-message-private.h"
#include "gimap4d/http/incoming-part-private.h"

/**
 * g_incoming_message_get_text:
 * @self: a #GIncomingMessage
 *
 * Gets the body as a text.
 *
 * Returns: (transfer full) (nullable): the body, or %NULL when it is no UTF-8, or has a NUL in it
 *
 * Since: 1.0
 */
char *
g_incoming_message_get_text (GIncomingMessage *self)
{
  gsize size = 0;
  const char *data = NULL;

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  data = g_bytes_get_data (self->body, &size);
  return http_dup_text (data, size);
}

/**
 * g_incoming_message_get_blob:
 * @self: a #GIncomingMessage
 *
 * Gets the body as it came.
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 1.0
 */
GBytes *
g_incoming_message_get_blob (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return g_bytes_ref (self->body);
}

static void
remember_fault (GIncomingMessage *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (error == NULL)
    return;

  g_clear_error (&self->fault);
  self->fault = g_error_copy (*error);
}

gboolean
incoming_message_is_fault (GIncomingMessage *self, const GError *error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->fault != NULL && g_error_matches (error, self->fault->domain, self->fault->code) &&
         g_str_equal (error->message, self->fault->message);
}

/**
 * g_incoming_message_get_json:
 * @self: a #GIncomingMessage
 * @error: return location for a #GError
 *
 * Reads the body as JSON (RFC 8259), at most 128 levels deep, without objects whose names were made to
 * be slow to look up. What is no JSON fails with a #JsonParserError.
 *
 * Returns: (transfer full): the value
 *
 * Since: 1.0
 */
JsonNode *
g_incoming_message_get_json (GIncomingMessage *self, GError **error)
{
  JsonNode *node = NULL;
  gsize size = 0;
  const char *data = NULL;

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  data = g_bytes_get_data (self->body, &size);
  node = http_json_parse (data != NULL ? data : "", size, error);
  if (node == NULL)
    remember_fault (self, error);

  return node;
}

/**
 * g_incoming_message_get_picture:
 * @self: a #GIncomingMessage
 *
 * Gets the body as a picture. It is recognised by its first bytes and not decoded.
 *
 * Returns: (transfer full) (nullable): a #GBytesIcon, or %NULL when the body is no picture
 *
 * Since: 1.0
 */
GLoadableIcon *
g_incoming_message_get_picture (GIncomingMessage *self)
{
  gsize size = 0;
  const void *data = NULL;

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  data = g_bytes_get_data (self->body, &size);
  return http_image_type (data, size) != NULL ? G_LOADABLE_ICON (g_bytes_icon_new (self->body)) :
                                                NULL;
}

/* In the words of whoever sent it. */
static gboolean
refuse_type (const char *type, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("The body is no form but %s"),
               type != NULL ? type : "?");

  return FALSE;
}

/* Read once: who asks for the fields asks for the files too. */
static GPtrArray *
ref_parts (GIncomingMessage *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const char *type = g_incoming_message_get_header (self, "content-type");
  g_autofree char *boundary = type != NULL ? http_multipart_dup_boundary (type) : NULL;

  if (boundary == NULL)
    {
      refuse_type (type, error);
      return NULL;
    }
  if (self->parts == NULL)
    self->parts = incoming_parts_parse (boundary, self->body, error);

  return self->parts != NULL ? g_ptr_array_ref (self->parts) : NULL;
}

static gboolean
is_urlencoded (GIncomingMessage *self)
{
  const char *type = g_incoming_message_get_header (self, "content-type");
  g_autofree char *value = http_parameters_dup_value (type != NULL ? type : "");

  return g_str_equal (value, "application/x-www-form-urlencoded");
}

/* The fields of either kind of form, in their order. */
static GPtrArray *
read_fields (GIncomingMessage *self, GError **error)
{
  g_autoptr (GPtrArray) parts = NULL;
  GPtrArray *fields = NULL;

  if (is_urlencoded (self))
    {
      gsize size = 0;
      const char *data = g_bytes_get_data (self->body, &size);

      return http_form_parse (data != NULL ? data : "", size, error);
    }

  parts = ref_parts (self, error);
  if (parts == NULL)
    return NULL;

  fields = http_form_new ();
  for (guint i = 0; i < parts->len; i++)
    {
      GIncomingPart *part = g_ptr_array_index (parts, i);

      if (!g_incoming_part_get_is_file (part))
        http_form_take (fields, g_strdup (g_incoming_part_get_name (part)),
                        g_incoming_part_get_text (part));
    }

  return fields;
}

/**
 * g_incoming_message_get_form:
 * @self: a #GIncomingMessage
 * @error: return location for a #GError
 *
 * Reads the body as a form, and gets its fields; of a name that comes more than once the last
 * value. The form was sent as `application/x-www-form-urlencoded` or as `multipart/form-data` (RFC
 * 7578), whose files g_incoming_message_get_files() has. What is no text in UTF-8 is passed over.
 *
 * Fails with %G_IO_ERROR_INVALID_DATA for another content type, for a form that can be understood
 * in two ways or breaks off, and for more than 1000 fields and files.
 *
 * Returns: (transfer full) (element-type utf8 utf8): names and values
 *
 * Since: 1.0
 */
GHashTable *
g_incoming_message_get_form (GIncomingMessage *self, GError **error)
{
  g_autoptr (GPtrArray) fields = NULL;

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  fields = read_fields (self, error);
  if (fields == NULL)
    remember_fault (self, error);

  return fields != NULL ? http_form_to_table (fields) : NULL;
}

/**
 * g_incoming_message_get_form_values:
 * @self: a #GIncomingMessage
 * @name: the name of a field
 * @error: return location for a #GError
 *
 * Reads the body as a form, as g_incoming_message_get_form() does and with its errors, and gets all
 * values of a field, in their order: of a list in which several entries were chosen.
 *
 * Returns: (transfer full) (array zero-terminated=1): the values, none when the form has no such
 *   field
 *
 * Since: 1.0
 */
GStrv
g_incoming_message_get_form_values (GIncomingMessage *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) fields = NULL;

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  fields = read_fields (self, error);
  if (fields == NULL)
    remember_fault (self, error);

  return fields != NULL ? http_form_get_values (fields, name) : NULL;
}

static GListModel *
list_parts (GIncomingMessage *self, gboolean only_files, GError **error)
{
  g_autoptr (GPtrArray) parts = ref_parts (self, error);
  GListStore *store = NULL;

  if (parts == NULL)
    {
      remember_fault (self, error);
      return NULL;
    }

  store = g_list_store_new (G_TYPE_INCOMING_PART);
  for (guint i = 0; i < parts->len; i++)
    if (!only_files || g_incoming_part_get_is_file (g_ptr_array_index (parts, i)))
      g_list_store_append (store, g_ptr_array_index (parts, i));

  return G_LIST_MODEL (store);
}

/**
 * g_incoming_message_get_parts:
 * @self: a #GIncomingMessage
 * @error: return location for a #GError
 *
 * Reads the body as `multipart/form-data` (RFC 7578), and gets its fields and files, in their
 * order. What a browser sends for a file that was not chosen is passed over.
 *
 * Fails with %G_IO_ERROR_INVALID_DATA as g_incoming_message_get_form() does; a head of a part must
 * not be longer than 8 KiB. It takes time in proportion to the body: for one of many megabytes see
 * g_incoming_message_get_parts_async().
 *
 * Returns: (transfer full): a list of #GIncomingPart
 *
 * Since: 1.0
 */
GListModel *
g_incoming_message_get_parts (GIncomingMessage *self, GError **error)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return list_parts (self, FALSE, error);
}

/**
 * g_incoming_message_get_files:
 * @self: a #GIncomingMessage
 * @error: return location for a #GError
 *
 * Gets the files among g_incoming_message_get_parts(), with its errors.
 *
 * Returns: (transfer full): a list of #GIncomingPart
 *
 * Since: 1.0
 */
GListModel *
g_incoming_message_get_files (GIncomingMessage *self, GError **error)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return list_parts (self, TRUE, error);
}

static void
list_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GListModel *parts = list_parts (source, FALSE, &error);

  if (parts != NULL)
    g_task_return_pointer (task, parts, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * g_incoming_message_get_parts_async:
 * @self: a #GIncomingMessage
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (closure data): called when the body was read
 * @data: what is given to @callback
 *
 * Does what g_incoming_message_get_parts() does in a thread of its own, so that a large upload
 * keeps nobody waiting. Afterwards g_incoming_message_get_form() and
 * g_incoming_message_get_files() are quick.
 *
 * Since: 1.0
 */
void
g_incoming_message_get_parts_async (GIncomingMessage *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (G_IS_INCOMING_MESSAGE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, g_incoming_message_get_parts_async);
  g_task_run_in_thread (task, list_in_thread);
}

/**
 * g_incoming_message_get_parts_finish:
 * @self: a #GIncomingMessage
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Gets what g_incoming_message_get_parts_async() found, or why it failed.
 *
 * Returns: (transfer full): a list of #GIncomingPart
 *
 * Since: 1.0
 */
GListModel *
g_incoming_message_get_parts_finish (GIncomingMessage *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * g_incoming_message_open_stream:
 * @self: a #GIncomingMessage
 *
 * Opens the body for reading, from its beginning, as often as you like. A body beyond 256 KiB waits
 * in a file without a name in the folder for temporary files (`TMPDIR`): reading it takes no memory
 * to speak of, however large #GRestServer:max-request-size is.
 *
 * Returns: (transfer full): a stream
 *
 * Since: 1.0
 */
GInputStream *
g_incoming_message_open_stream (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return g_memory_input_stream_new_from_bytes (self->body);
}

/* The content of an attachment, from wherever it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-mail-attachment.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-decode.h"
#include "gimap4d/mail/mail-attachment-private.h"

GInputStream *
mail_attachment_decode (GMailAttachment *self)
{
  g_autoptr (GBytes) raw = email_content_dup_raw (self->content, self->part);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (raw);

  return email_decode_stream_new (stream, self->part->encoding);
}

/* What needs neither network nor file system. */
static GInputStream *
open_from_memory (GMailAttachment *self)
{
  if (self->bytes != NULL)
    return g_memory_input_stream_new_from_bytes (self->bytes);

  if (self->content != NULL && email_content_is_here (self->content))
    return mail_attachment_decode (self);

  return NULL;
}

static gboolean
check_source (GMailAttachment *self, gboolean can_open, GError **error)
{
  if (can_open)
    return TRUE;

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED,
               _ ("Part %s cannot be opened: its bytes were not fetched with the mail"),
               self->part->part_id);

  return FALSE;
}

/**
 * g_mail_attachment_open:
 * @self: a #GMailAttachment
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Opens the content as a stream, decoded as it is read, in constant memory whatever its size. When
 * the mail was fetched without its body this asks the server, and so may every read.
 *
 * Returns: (transfer full): the stream, or %NULL with the error of the file or of the server
 *
 * Since: 1.0
 */
GInputStream *
g_mail_attachment_open (GMailAttachment *self, GCancellable *cancellable, GError **error)
{
  GInputStream *stream;
  g_autoptr (GInputStream) raw = NULL;
  EmailSource *source;

  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  stream = open_from_memory (self);
  if (stream != NULL)
    return stream;

  if (self->file != NULL)
    return G_INPUT_STREAM (g_file_read (self->file, cancellable, error));

  source = email_content_get_source (self->content);
  if (!check_source (self, source->klass->open_part != NULL, error))
    return NULL;

  raw = source->klass->open_part (source, self->part->part_id, cancellable, error);

  return raw != NULL ? email_decode_stream_new (raw, self->part->encoding) : NULL;
}

static void
open_file_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  GFileInputStream *stream = g_file_read_finish (G_FILE (object), result, &error);

  if (stream != NULL)
    g_task_return_pointer (task, stream, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
open_part_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  GMailAttachment *self = g_task_get_source_object (task);
  EmailSource *source = email_content_get_source (self->content);
  g_autoptr (GInputStream) raw = source->klass->open_part_finish (source, result, &error);

  if (raw != NULL)
    g_task_return_pointer (task, email_decode_stream_new (raw, self->part->encoding),
                           g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * g_mail_attachment_open_async:
 * @self: a #GMailAttachment
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when the stream is open
 * @user_data: for @callback
 *
 * Does what g_mail_attachment_open() does without blocking. @callback is called in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_mail_attachment_open_async (GMailAttachment *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GInputStream *stream;
  GError *error = NULL;
  EmailSource *source;

  g_return_if_fail (G_IS_MAIL_ATTACHMENT (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, g_mail_attachment_open_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  stream = open_from_memory (self);
  if (stream != NULL)
    {
      g_task_return_pointer (task, stream, g_object_unref);
      return;
    }

  if (self->file != NULL)
    {
      g_file_read_async (self->file, G_PRIORITY_DEFAULT, cancellable, open_file_cb,
                         g_steal_pointer (&task));
      return;
    }

  source = email_content_get_source (self->content);
  if (!check_source (self, source->klass->open_part_async != NULL, &error))
    g_task_return_error (task, error);
  else
    source->klass->open_part_async (source, self->part->part_id, cancellable, open_part_cb,
                                    g_steal_pointer (&task));
}

/**
 * g_mail_attachment_open_finish:
 * @self: a #GMailAttachment
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * The end of g_mail_attachment_open_async().
 *
 * Returns: (transfer full): the stream, or %NULL with the error of the file or of the server
 *
 * Since: 1.0
 */
GInputStream *
g_mail_attachment_open_finish (GMailAttachment *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What needs no reading at all. */
static GBytes *
get_content_from_memory (GMailAttachment *self)
{
  g_autoptr (GBytes) raw = NULL;

  if (self->bytes != NULL)
    return g_bytes_ref (self->bytes);

  if (self->content == NULL || !email_content_is_here (self->content))
    return NULL;

  raw = email_content_dup_raw (self->content, self->part);

  return email_decode_bytes (raw, self->part->encoding, G_MAXSIZE);
}

static gboolean
append_block (GMailAttachment *self, GByteArray *content, GBytes *block, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (block, &size);

  if (content->len + size > IMAP_DEFAULT_MESSAGE_SIZE)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE,
                   _ ("The attachment “%s” is larger than %zu bytes: open it as a stream instead"),
                   self->name != NULL ? self->name : "", IMAP_DEFAULT_MESSAGE_SIZE);
      return FALSE;
    }

  g_byte_array_append (content, data, size);

  return TRUE;
}

/**
 * g_mail_attachment_get_content:
 * @self: a #GMailAttachment
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * The whole content, decoded, in memory. When the mail was fetched without its body this asks the
 * server. What is larger than 256 MiB is for g_mail_attachment_open().
 *
 * Returns: (transfer full): the content, or %NULL with the error of the file or of the server, or
 *   %G_IMAP_ERROR_TOO_LARGE
 *
 * Since: 1.0
 */
GBytes *
g_mail_attachment_get_content (GMailAttachment *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GByteArray) content = NULL;
  GBytes *bytes;

  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  bytes = get_content_from_memory (self);
  if (bytes != NULL)
    return bytes;

  stream = g_mail_attachment_open (self, cancellable, error);
  if (stream == NULL)
    return NULL;

  content = g_byte_array_new ();
  for (;;)
    {
      g_autoptr (GBytes)
          block = g_input_stream_read_bytes (stream, IMAP_LIMIT_READ_BLOCK, cancellable, error);

      if (block == NULL)
        return NULL;
      if (g_bytes_get_size (block) == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&content));
      if (!append_block (self, content, block, error))
        return NULL;
    }
}

static void
read_block_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GMailAttachment *self = g_task_get_source_object (task);
  GByteArray *content = g_task_get_task_data (task);
  GInputStream *stream = G_INPUT_STREAM (object);
  GError *error = NULL;
  g_autoptr (GBytes) block = g_input_stream_read_bytes_finish (stream, result, &error);

  if (block == NULL || !append_block (self, content, block, &error))
    g_task_return_error (task, error);
  else if (g_bytes_get_size (block) > 0)
    g_input_stream_read_bytes_async (stream, IMAP_LIMIT_READ_BLOCK, G_PRIORITY_DEFAULT,
                                     g_task_get_cancellable (task), read_block_cb,
                                     g_object_ref (task));
  else
    g_task_return_pointer (task, g_bytes_new (content->data, content->len),
                           (GDestroyNotify) g_bytes_unref);
}

static void
open_for_content_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GInputStream)
      stream = g_mail_attachment_open_finish (G_MAIL_ATTACHMENT (object), result, &error);

  if (stream == NULL)
    g_task_return_error (task, error);
  else
    g_input_stream_read_bytes_async (stream, IMAP_LIMIT_READ_BLOCK, G_PRIORITY_DEFAULT,
                                     g_task_get_cancellable (task), read_block_cb,
                                     g_object_ref (task));
}

/**
 * g_mail_attachment_get_content_async:
 * @self: a #GMailAttachment
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when the content is here
 * @user_data: for @callback
 *
 * Does what g_mail_attachment_get_content() does without blocking. @callback is called in the
 * thread-default main context of the caller.
 *
 * Since: 1.0
 */
void
g_mail_attachment_get_content_async (GMailAttachment *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GBytes *bytes;

  g_return_if_fail (G_IS_MAIL_ATTACHMENT (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, g_mail_attachment_get_content_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  bytes = get_content_from_memory (self);
  if (bytes != NULL)
    {
      g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
      return;
    }

  g_task_set_task_data (task, g_byte_array_new (), (GDestroyNotify) g_byte_array_unref);
  g_mail_attachment_open_async (self, cancellable, open_for_content_cb, g_steal_pointer (&task));
}

/**
 * g_mail_attachment_get_content_finish:
 * @self: a #GMailAttachment
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * The end of g_mail_attachment_get_content_async().
 *
 * Returns: (transfer full): the content, or %NULL with the error of the file or of the server, or
 *   %G_IMAP_ERROR_TOO_LARGE
 *
 * Since: 1.0
 */
GBytes *
g_mail_attachment_get_content_finish (GMailAttachment *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Mails and their parts as streams, for what is too large to hold.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/imap-message-set-private.h"
#include "gimap4d/imap/imap-section-stream.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/mail/email-decode.h"
#include "gimap4d/mail/email-mime.h"

static gboolean
read_uid (const char *id, guint32 *out_uid, GError **error)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_single (id, error);

  if (ids == NULL)
    return FALSE;
  *out_uid = imap_uid_set_get_id (imap_message_set_get_uids (ids), 0);

  return TRUE;
}

/**
 * g_imap_transporter_open_mime:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @update_seen: whether to mark the mail as seen
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Opens one mail of the selected box as a stream of its raw MIME. Opens the connection when there is
 * none, and selects the last selected box again.
 *
 * The mail is asked for in pieces while it is read: whatever its size, about two megabytes are in
 * memory, and between two pieces the connection serves other calls. The stream holds the
 * transporter; when another box is selected meanwhile, reading on fails with
 * %G_IMAP_ERROR_INVALID_ARGUMENT. A stream belongs to one thread at a time.
 *
 * Fails with %G_IMAP_ERROR_NOT_FOUND when no mail has this id.
 *
 * Returns: (transfer full): the stream, or %NULL with @error set
 *
 * Since: 1.0
 */
GInputStream *
g_imap_transporter_open_mime (GImapTransporter *self,
                              const char *id,
                              gboolean update_seen,
                              GCancellable *cancellable,
                              GError **error)
{
  ImapSectionPlace place = { .section = "", .update_seen = update_seen };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!read_uid (id, &place.uid, error))
    return NULL;

  return imap_section_stream_open (self, &place, cancellable, error);
}

static void
mime_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GInputStream *stream = imap_section_stream_open_finish (result, &error);

  if (stream == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, stream, g_object_unref);
}

/**
 * g_imap_transporter_open_mime_async:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @update_seen: whether to mark the mail as seen
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_open_mime(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_open_mime_async (GImapTransporter *self,
                                    const char *id,
                                    gboolean update_seen,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  ImapSectionPlace place = { .section = "", .update_seen = update_seen };
  GError *error = NULL;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (id != NULL);

  g_task_set_source_tag (task, g_imap_transporter_open_mime_async);
  g_task_set_check_cancellable (task, FALSE);
  if (!read_uid (id, &place.uid, &error))
    g_task_return_error (task, error);
  else
    imap_section_stream_open_async (self, &place, cancellable, mime_opened_cb,
                                    g_steal_pointer (&task));
}

/**
 * g_imap_transporter_open_mime_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_open_mime_async(); see g_imap_transporter_open_mime().
 *
 * Returns: (transfer full): the stream, or %NULL with @error set
 *
 * Since: 1.0
 */
GInputStream *
g_imap_transporter_open_mime_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, g_imap_transporter_open_mime_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Where the server saves octets by decoding. With quoted-printable these are few, and servers differ in what is
 * text and what is not. In a mail or multipart inside of the mail it might decode the
 * parts of that as well, and so change what the sender has signed. */
static gboolean
is_best_decoded (const EmailStructure *structure)
{
  return g_str_equal (structure->encoding, "base64") &&
         !g_str_has_prefix (structure->type, "multipart/") &&
         !g_str_has_prefix (structure->type, "message/");
}

/* The encoding that the header of a part names; NULL for a part that has no header, and so is not
 * there: each ends with an empty line at least. */
static char *
dup_encoding (GInputStream *stream,
              const char *part_id,
              gboolean *out_is_best_decoded,
              GError **error)
{
  const EmailStructure *structure;
  g_autoptr (GBytes) header = imap_section_stream_dup_piece (stream);
  g_autoptr (EmailMime) mime = NULL;

  if (g_bytes_get_size (header) == 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NOT_FOUND, _ ("the mail has no part %s"),
                   part_id);
      return NULL;
    }

  mime = email_mime_new (header);

  structure = email_mime_get_structure (mime);
  *out_is_best_decoded = is_best_decoded (structure);

  return g_strdup (structure->encoding);
}

static GInputStream *
decode (GInputStream *raw, const char *encoding)
{
  if (imap_section_stream_is_decoded (raw) || email_encoding_is_identity (encoding))
    return g_object_ref (raw);

  return email_decode_stream_new (raw, encoding);
}

/**
 * g_imap_transporter_open_part:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @part_id: the part, as #GEmailBodyPart:part-id names it: `2`, `1.2`
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Opens one part of a mail of the selected box, an attachment for instance, as a stream of its decoded
 * content. The mail is not marked as seen. What is in base64 is decoded by the server where it has
 * BINARY (RFC 3516), which saves a quarter of the octets, as far as the content has 8 MiB at most; what
 * is larger, or cannot be decoded there, is decoded here. Otherwise see g_imap_transporter_open_mime().
 *
 * Fails with %G_IMAP_ERROR_NOT_FOUND when there is no such mail or part, and with
 * %G_IMAP_ERROR_INVALID_ARGUMENT when @part_id is none.
 *
 * Returns: (transfer full): the stream, or %NULL with @error set
 *
 * Since: 1.0
 */
GInputStream *
g_imap_transporter_open_part (GImapTransporter *self,
                              const char *id,
                              const char *part_id,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autofree char *section = NULL;
  g_autofree char *encoding = NULL;
  g_autoptr (GInputStream) header_stream = NULL;
  g_autoptr (GInputStream) raw = NULL;
  ImapSectionPlace place = { 0 };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (part_id != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  section = g_strconcat (part_id, ".MIME", NULL);
  place.section = section;
  if (!read_uid (id, &place.uid, error))
    return NULL;

  header_stream = imap_section_stream_open (self, &place, cancellable, error);
  if (header_stream == NULL)
    return NULL;
  encoding = dup_encoding (header_stream, part_id, &place.is_best_decoded, error);
  if (encoding == NULL)
    return NULL;

  imap_section_stream_bind_place (header_stream, &place);
  place.section = part_id;
  raw = imap_section_stream_open (self, &place, cancellable, error);

  return raw != NULL ? decode (raw, encoding) : NULL;
}

typedef struct
{
  guint32 uid;
  char *part_id;  /* owned */
  char *encoding; /* owned, nullable */
} OpenPart;

static void
open_part_free (OpenPart *open)
{
  g_free (open->part_id);
  g_free (open->encoding);
  g_free (open);
}

static void
part_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  OpenPart *open = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GInputStream) raw = imap_section_stream_open_finish (result, &error);

  if (raw == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, decode (raw, open->encoding), g_object_unref);
}

static void
header_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  OpenPart *open = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GInputStream) stream = imap_section_stream_open_finish (result, &error);
  ImapSectionPlace place = { .uid = open->uid, .section = open->part_id };
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (stream == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  open->encoding = dup_encoding (stream, open->part_id, &place.is_best_decoded, &error);
  if (open->encoding == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  imap_section_stream_bind_place (stream, &place);
  imap_section_stream_open_async (G_IMAP_TRANSPORTER (source), &place, cancellable, part_opened_cb,
                                  g_steal_pointer (&task));
}

/**
 * g_imap_transporter_open_part_async:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @part_id: the part, as #GEmailBodyPart:part-id names it
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_open_part(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_open_part_async (GImapTransporter *self,
                                    const char *id,
                                    const char *part_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *section = NULL;
  ImapSectionPlace place = { 0 };
  GError *error = NULL;
  OpenPart *open;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (id != NULL);
  g_return_if_fail (part_id != NULL);

  g_task_set_source_tag (task, g_imap_transporter_open_part_async);
  g_task_set_check_cancellable (task, FALSE);
  section = g_strconcat (part_id, ".MIME", NULL);
  place.section = section;
  if (!read_uid (id, &place.uid, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  open = g_new0 (OpenPart, 1);
  open->uid = place.uid;
  open->part_id = g_strdup (part_id);
  g_task_set_task_data (task, open, (GDestroyNotify) open_part_free);
  imap_section_stream_open_async (self, &place, cancellable, header_opened_cb,
                                  g_steal_pointer (&task));
}

/**
 * g_imap_transporter_open_part_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_open_part_async(); see g_imap_transporter_open_part().
 *
 * Returns: (transfer full): the stream, or %NULL with @error set
 *
 * Since: 1.0
 */
GInputStream *
g_imap_transporter_open_part_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, g_imap_transporter_open_part_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

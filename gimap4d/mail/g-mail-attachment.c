/* A file that is in a mail, or goes into one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-mail-attachment.h"

#include "gimap4d/base/file-name.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/mail/email-decode.h"
#include "gimap4d/mail/email-structure.h"
#include "gimap4d/mail/mail-attachment-private.h"

/**
 * SECTION:g-mail-attachment
 * @Title: GMailAttachment
 * @Short_description: a file in a mail
 *
 * The attachments of a received mail are in #GEmail:attachments. Their bytes come when they are asked
 * for, with g_mail_attachment_get_content() all at once or with g_mail_attachment_open() as a stream:
 * from memory if the whole mail was fetched, else from the server, decoded on the way.
 *
 * |[<!-- language="C" -->
 * static gboolean
 * save (GMailAttachment *attachment, GFile *folder, GError **error)
 * {
 *   const char *name = g_mail_attachment_get_name (attachment);
 *   g_autoptr (GFile) file = g_file_get_child (folder, name != NULL ? name : "attachment");
 *   g_autoptr (GInputStream) in = g_mail_attachment_open (attachment, NULL, error);
 *   g_autoptr (GFileOutputStream) out = NULL;
 *
 *   if (in == NULL)
 *     return FALSE;
 *
 *   out = g_file_create (file, G_FILE_CREATE_NONE, NULL, error);
 *
 *   return out != NULL && g_output_stream_splice (G_OUTPUT_STREAM (out), in,
 *                                                 G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL,
 *                                                 error) >= 0;
 * }
 * ]|
 *
 * One for a mail to be sent is made with g_mail_attachment_new_from_bytes(),
 * g_mail_attachment_new_from_file() or g_mail_attachment_new_from_path() and goes into a mail with
 * g_email_add_attachment(). With a #GMailAttachment:cid it is a picture of the HTML text, which shows
 * it with `<img src="cid:…">`.
 *
 * An attachment never changes, and may be used from any thread.
 */

/**
 * GMailAttachment:
 *
 * A file that is in a mail, or goes into one.
 *
 * Since: 1.0
 */
enum
{
  PROP_0,
  PROP_NAME,
  PROP_CID,
  PROP_TYPE,
  PROP_DISPOSITION,
  PROP_PATH,
  PROP_SIZE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GMailAttachment, g_mail_attachment, G_TYPE_OBJECT)

static void
g_mail_attachment_finalize (GObject *object)
{
  GMailAttachment *self = G_MAIL_ATTACHMENT (object);

  g_free (self->name);
  g_free (self->cid);
  g_free (self->content_type);
  g_free (self->disposition);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->file);
  g_clear_pointer (&self->content, email_content_unref);
  g_free (self->path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (g_mail_attachment_parent_class)->finalize (object);
}

static void
g_mail_attachment_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GMailAttachment *self = G_MAIL_ATTACHMENT (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_CID:
      g_value_set_string (value, self->cid);
      break;
    case PROP_TYPE:
      g_value_set_string (value, self->content_type);
      break;
    case PROP_DISPOSITION:
      g_value_set_string (value, self->disposition);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, g_mail_attachment_get_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
g_mail_attachment_class_init (GMailAttachmentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = g_mail_attachment_finalize;
  object_class->get_property = g_mail_attachment_get_property;

  /**
   * GMailAttachment:name:
   *
   * The file name, or %NULL when the mail gives none. That of a received mail is made safe to be
   * used in a folder of one's own: no path, no control characters, nothing that a system reserves, at
   * most 255 bytes.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, "The file name", NULL, flags);

  /**
   * GMailAttachment:cid:
   *
   * The content id (RFC 2392) without angle brackets, by which the HTML text shows it, or %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_CID] = g_param_spec_string ("cid", NULL, "The content id", NULL, flags);

  /**
   * GMailAttachment:type:
   *
   * The media type, "application/pdf". "application/octet-stream" when nothing is known of it.
   *
   * Since: 1.0
   */
  properties[PROP_TYPE] = g_param_spec_string ("type", NULL, "The media type", NULL, flags);

  /**
   * GMailAttachment:disposition:
   *
   * "inline" for what is shown within the text, else "attachment". If nobody says it: "inline" when
   * there is a #GMailAttachment:cid.
   *
   * Since: 1.0
   */
  properties[PROP_DISPOSITION] = g_param_spec_string ("disposition", NULL, "Inline or attachment",
                                                      NULL, flags);

  /**
   * GMailAttachment:path:
   *
   * The path of the file that it was made from, or %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_PATH] = g_param_spec_string (
      "path", NULL, "The path of the file that it was made from", NULL, flags);

  /**
   * GMailAttachment:size:
   *
   * The size of the content in bytes. Of an attachment that is still on the server only the encoded
   * size is known, and this is what it will be to within a few bytes for each line break.
   *
   * Since: 1.0
   */
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, "The size in bytes", 0, G_MAXUINT64, 0,
                                               flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
g_mail_attachment_init (GMailAttachment *self)
{
  g_mutex_init (&self->lock);
}

static const char *
choose_disposition (const char *disposition, const char *cid)
{
  if (disposition != NULL && g_ascii_strcasecmp (disposition, "inline") == 0)
    return "inline";

  if (disposition != NULL)
    return "attachment";

  return cid != NULL ? "inline" : "attachment";
}

GMailAttachment *
mail_attachment_new_for_part (EmailContent *content, const EmailStructure *part)
{
  GMailAttachment *self = g_object_new (G_TYPE_MAIL_ATTACHMENT, NULL);

  self->name = file_name_sanitise (email_structure_get_raw_name (part));
  self->cid = g_strdup (part->content_id);
  self->content_type = g_strdup (part->type != NULL ? part->type : "application/octet-stream");
  self->disposition = g_strdup (choose_disposition (part->disposition, part->content_id));
  self->content = email_content_ref (content);
  self->part = part;

  return self;
}

static char *
guess_type (const char *name, GBytes *bytes)
{
  gsize size = 0;
  const guchar *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autofree char *guess = g_content_type_guess (name, data, size, NULL);
  g_autofree char *type = g_content_type_get_mime_type (guess);

  return type != NULL ? g_steal_pointer (&type) : g_strdup ("application/octet-stream");
}

static GMailAttachment *
new_described (const char *name, const char *cid, const char *type, const char *disposition)
{
  GMailAttachment *self = g_object_new (G_TYPE_MAIL_ATTACHMENT, NULL);

  self->name = g_strdup (name);
  self->cid = g_strdup (cid);
  self->content_type = g_strdup (type);
  self->disposition = g_strdup (choose_disposition (disposition, cid));

  return self;
}

/**
 * g_mail_attachment_new_from_bytes:
 * @bytes: the content
 * @name: (nullable): the file name, or %NULL for none
 * @cid: (nullable): the content id without angle brackets, or %NULL for none
 * @type: (nullable): the media type, or %NULL to guess it from name and content
 * @disposition: (nullable): "inline" or "attachment", or %NULL for "inline" if there is a @cid and
 *   "attachment" if not
 *
 * Makes an attachment from bytes in memory, of which it takes a reference and no copy. The texts are
 * not checked here: what cannot stand in a mail is refused when the mail is built.
 *
 * Returns: (transfer full): a new attachment
 *
 * Since: 1.0
 */
GMailAttachment *
g_mail_attachment_new_from_bytes (
    GBytes *bytes, const char *name, const char *cid, const char *type, const char *disposition)
{
  GMailAttachment *self;

  g_return_val_if_fail (bytes != NULL, NULL);

  self = new_described (name, cid, type, disposition);
  self->bytes = g_bytes_ref (bytes);
  self->size = g_bytes_get_size (bytes);
  self->is_measured = TRUE;
  if (type == NULL)
    self->content_type = guess_type (name, bytes);

  return self;
}

/**
 * g_mail_attachment_new_from_file:
 * @file: a regular file
 * @name: (nullable): the file name to give it in the mail, or %NULL for its own
 * @cid: (nullable): the content id without angle brackets, or %NULL for none
 * @type: (nullable): the media type, or %NULL to guess it from the name
 * @disposition: (nullable): "inline" or "attachment", or %NULL for "inline" if there is a @cid and
 *   "attachment" if not
 * @error: return location for a #GError
 *
 * Makes an attachment from a file. The file has to be there now, and is read when the content is
 * asked for. This asks the file system, and blocks if that does.
 *
 * Returns: (transfer full): a new attachment, or %NULL with an error of %G_IO_ERROR when there is no
 *   such file, or it is a folder
 *
 * Since: 1.0
 */
GMailAttachment *
g_mail_attachment_new_from_file (GFile *file,
                                 const char *name,
                                 const char *cid,
                                 const char *type,
                                 const char *disposition,
                                 GError **error)
{
  g_autoptr (GFileInfo) info = NULL;
  GMailAttachment *self;

  g_return_val_if_fail (G_IS_FILE (file), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  info = g_file_query_info (file,
                            G_FILE_ATTRIBUTE_STANDARD_TYPE
                            "," G_FILE_ATTRIBUTE_STANDARD_SIZE
                            "," G_FILE_ATTRIBUTE_STANDARD_DISPLAY_NAME,
                            G_FILE_QUERY_INFO_NONE, NULL, error);
  if (info == NULL)
    return NULL;

  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_autofree char *where = g_file_get_parse_name (file);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   _ ("“%s” cannot be attached: it is no regular file"), where);
      return NULL;
    }

  if (name == NULL)
    name = g_file_info_get_display_name (info);
  self = new_described (name, cid, type, disposition);
  self->file = g_object_ref (file);
  self->path = g_file_get_path (file);
  self->size = g_file_info_get_size (info);
  self->is_measured = TRUE;
  if (type == NULL)
    self->content_type = guess_type (name, NULL);

  return self;
}

/**
 * g_mail_attachment_new_from_path:
 * @path: (type filename): the path of a regular file
 * @name: (nullable): the file name to give it in the mail, or %NULL for its own
 * @cid: (nullable): the content id without angle brackets, or %NULL for none
 * @type: (nullable): the media type, or %NULL to guess it from the name
 * @disposition: (nullable): "inline" or "attachment", or %NULL for "inline" if there is a @cid and
 *   "attachment" if not
 * @error: return location for a #GError
 *
 * Does what g_mail_attachment_new_from_file() does, for a path.
 *
 * Returns: (transfer full): a new attachment, or %NULL with an error of %G_IO_ERROR when there is no
 *   such file, or it is a folder
 *
 * Since: 1.0
 */
GMailAttachment *
g_mail_attachment_new_from_path (const char *path,
                                 const char *name,
                                 const char *cid,
                                 const char *type,
                                 const char *disposition,
                                 GError **error)
{
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  file = g_file_new_for_path (path);

  return g_mail_attachment_new_from_file (file, name, cid, type, disposition, error);
}

/**
 * g_mail_attachment_get_name:
 * @self: a #GMailAttachment
 *
 * See #GMailAttachment:name.
 *
 * Returns: (nullable): the file name
 *
 * Since: 1.0
 */
const char *
g_mail_attachment_get_name (GMailAttachment *self)
{
  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), NULL);

  return self->name;
}

/**
 * g_mail_attachment_get_cid:
 * @self: a #GMailAttachment
 *
 * See #GMailAttachment:cid.
 *
 * Returns: (nullable): the content id
 *
 * Since: 1.0
 */
const char *
g_mail_attachment_get_cid (GMailAttachment *self)
{
  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), NULL);

  return self->cid;
}

/**
 * g_mail_attachment_get_content_type:
 * @self: a #GMailAttachment
 *
 * See #GMailAttachment:type.
 *
 * Returns: the media type
 *
 * Since: 1.0
 */
const char *
g_mail_attachment_get_content_type (GMailAttachment *self)
{
  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), NULL);

  return self->content_type;
}

/**
 * g_mail_attachment_get_disposition:
 * @self: a #GMailAttachment
 *
 * See #GMailAttachment:disposition.
 *
 * Returns: "inline" or "attachment"
 *
 * Since: 1.0
 */
const char *
g_mail_attachment_get_disposition (GMailAttachment *self)
{
  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), NULL);

  return self->disposition;
}

/**
 * g_mail_attachment_get_path:
 * @self: a #GMailAttachment
 *
 * See #GMailAttachment:path.
 *
 * Returns: (nullable) (type filename): the path
 *
 * Since: 1.0
 */
const char *
g_mail_attachment_get_path (GMailAttachment *self)
{
  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), NULL);

  return self->path;
}

static guint64
measure (GMailAttachment *self)
{
  guint64 encoded = self->part->size;
  g_autoptr (GInputStream) stream = NULL;
  guint64 size = 0;
  gssize n;

  if (email_encoding_is_identity (self->part->encoding))
    return encoded;

  /* Base64: 57 bytes are a line of 76 characters and its end. */
  if (!email_content_is_here (self->content))
    return g_ascii_strcasecmp (self->part->encoding, "base64") == 0 ?
               encoded / 78 * 57 + encoded % 78 * 3 / 4 :
               encoded;

  stream = mail_attachment_decode (self);
  while ((n = g_input_stream_skip (stream, G_MAXSSIZE, NULL, NULL)) > 0)
    size += n;

  return size;
}

/**
 * g_mail_attachment_get_size:
 * @self: a #GMailAttachment
 *
 * See #GMailAttachment:size.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
guint64
g_mail_attachment_get_size (GMailAttachment *self)
{
  guint64 size;

  g_return_val_if_fail (G_IS_MAIL_ATTACHMENT (self), 0);

  g_mutex_lock (&self->lock);
  if (!self->is_measured)
    self->size = measure (self);
  self->is_measured = TRUE;
  size = self->size;
  g_mutex_unlock (&self->lock);

  return size;
}

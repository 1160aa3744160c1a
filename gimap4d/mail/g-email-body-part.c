/* A node of the tree that a mail's body is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email-body-part.h"

#include "gimap4d/base/file-name.h"
#include "gimap4d/mail/email-body-part-private.h"
#include "gimap4d/mail/email-list.h"
#include "gimap4d/mail/email-lists.h"
#include "gimap4d/mail/email-structure.h"
#include "gimap4d/mail/g-email-header.h"

/**
 * SECTION:g-email-body-part
 * @Title: GEmailBodyPart
 * @Short_description: what a mail is made of
 *
 * A mail is a tree: a multipart holds parts, some of which are multiparts. #GEmail:body-structure is
 * the root of it. Programs that only want the text and the attachments have #GEmail:text-body,
 * #GEmail:html-body and #GEmail:attachments instead.
 *
 * |[<!-- language="C" -->
 * static void
 * print_part (GEmailBodyPart *part, int depth)
 * {
 *   GListModel *parts = g_email_body_part_get_sub_parts (part);
 *
 *   g_print ("%*s%s %s\n", depth, "", g_email_body_part_get_part_id (part),
 *            g_email_body_part_get_content_type (part));
 *   for (guint i = 0; i < g_list_model_get_n_items (parts); i++)
 *     {
 *       g_autoptr (GEmailBodyPart) child = g_list_model_get_item (parts, i);
 *
 *       print_part (child, depth + 1);
 *     }
 * }
 * ]|
 *
 * It never changes, and may be used from any thread. The tree is at most 100 levels deep.
 */

/**
 * GEmailBodyPart:
 *
 * A node of the tree that a mail's body is.
 *
 * Since: 1.0
 */
struct _GEmailBodyPart
{
  GObject parent;

  EmailContent *content;      /* owned */
  const EmailStructure *part; /* the content's */
  char *name;                 /* nullable */
  GListModel *sub_parts;      /* of GEmailBodyPart */

  GMutex lock;
  GListModel *headers;   /* of GEmailHeader, nullable; under the lock */
  gboolean is_text_read; /* under the lock */
  gboolean is_encoding_problem;
};

enum
{
  PROP_0,
  PROP_PART_ID,
  PROP_CONTENT_TYPE,
  PROP_CHARSET,
  PROP_ENCODING,
  PROP_DISPOSITION,
  PROP_LANGUAGE,
  PROP_LOCATION,
  PROP_NAME,
  PROP_SIZE,
  PROP_SUB_PARTS,
  PROP_HEADERS,
  PROP_IS_ENCODING_PROBLEM,
  PROP_IS_TRUNCATED,
  PROP_IS_AMBIGUOUS,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GEmailBodyPart, g_email_body_part, G_TYPE_OBJECT)

static void
g_email_body_part_finalize (GObject *object)
{
  GEmailBodyPart *self = G_EMAIL_BODY_PART (object);

  g_clear_pointer (&self->content, email_content_unref);
  g_free (self->name);
  g_clear_object (&self->sub_parts);
  g_clear_object (&self->headers);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (g_email_body_part_parent_class)->finalize (object);
}

static void
g_email_body_part_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GEmailBodyPart *self = G_EMAIL_BODY_PART (object);

  switch (id)
    {
    case PROP_PART_ID:
      g_value_set_string (value, g_email_body_part_get_part_id (self));
      break;
    case PROP_CONTENT_TYPE:
      g_value_set_string (value, g_email_body_part_get_content_type (self));
      break;
    case PROP_CHARSET:
      g_value_set_string (value, g_email_body_part_get_charset (self));
      break;
    case PROP_ENCODING:
      g_value_set_string (value, g_email_body_part_get_encoding (self));
      break;
    case PROP_DISPOSITION:
      g_value_set_string (value, g_email_body_part_get_disposition (self));
      break;
    case PROP_LANGUAGE:
      g_value_set_boxed (value, g_email_body_part_get_language (self));
      break;
    case PROP_LOCATION:
      g_value_set_string (value, g_email_body_part_get_location (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, g_email_body_part_get_name (self));
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, g_email_body_part_get_size (self));
      break;
    case PROP_SUB_PARTS:
      g_value_set_object (value, g_email_body_part_get_sub_parts (self));
      break;
    case PROP_HEADERS:
      g_value_set_object (value, g_email_body_part_get_headers (self));
      break;
    case PROP_IS_ENCODING_PROBLEM:
      g_value_set_boolean (value, g_email_body_part_get_is_encoding_problem (self));
      break;
    case PROP_IS_TRUNCATED:
      g_value_set_boolean (value, g_email_body_part_get_is_truncated (self));
      break;
    case PROP_IS_AMBIGUOUS:
      g_value_set_boolean (value, g_email_body_part_get_is_ambiguous (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
g_email_body_part_class_init (GEmailBodyPartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = g_email_body_part_finalize;
  object_class->get_property = g_email_body_part_get_property;

  /**
   * GEmailBodyPart:part-id:
   *
   * The number of the part, "1.2", as IMAP counts (RFC 3501, 6.4.5): it is what
   * #GImapTransporter asks a part by. It is "" for the mail itself when that is a multipart,
   * and ends with "TEXT" for a multipart that is a whole message within this one.
   *
   * Since: 1.0
   */
  properties[PROP_PART_ID] = g_param_spec_string ("part-id", NULL, "The number of the part", NULL,
                                                  flags);

  /**
   * GEmailBodyPart:content-type:
   *
   * The media type in lower case without parameters, "text/plain". A part that does not say it
   * is "text/plain" (RFC 2045, 5.2). 4D calls it `type`.
   *
   * Since: 1.0
   */
  properties[PROP_CONTENT_TYPE] = g_param_spec_string ("content-type", NULL, "The media type", NULL,
                                                       flags);

  /**
   * GEmailBodyPart:charset:
   *
   * The character set that the part says it is written in, or %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_CHARSET] = g_param_spec_string (
      "charset", NULL, "The character set, as the part says", NULL, flags);

  /**
   * GEmailBodyPart:encoding:
   *
   * The transfer encoding in lower case, "base64", "7bit" when the part does not say it.
   *
   * Since: 1.0
   */
  properties[PROP_ENCODING] = g_param_spec_string ("encoding", NULL, "The transfer encoding", NULL,
                                                   flags);

  /**
   * GEmailBodyPart:disposition:
   *
   * "inline" or "attachment" in lower case, or %NULL when the part does not say it.
   *
   * Since: 1.0
   */
  properties[PROP_DISPOSITION] = g_param_spec_string ("disposition", NULL, "The disposition", NULL,
                                                      flags);

  /**
   * GEmailBodyPart:language:
   *
   * The languages of the part (RFC 3282), or %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_LANGUAGE] = g_param_spec_boxed ("language", NULL, "The languages", G_TYPE_STRV,
                                                  flags);

  /**
   * GEmailBodyPart:location:
   *
   * The address that the part stands for (RFC 2557), or %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_LOCATION] = g_param_spec_string (
      "location", NULL, "The address that the part stands for", NULL, flags);

  /**
   * GEmailBodyPart:name:
   *
   * The file name, from the disposition or else from the type, or %NULL. It is made safe: no
   * folder, no control characters, nothing that a system reserves, at most 255 bytes. What the
   * sender really wrote is in #GEmailBodyPart:headers.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, "The file name, made safe", NULL,
                                               flags);

  /**
   * GEmailBodyPart:size:
   *
   * The size in bytes as the mail has the part, still encoded.
   *
   * Since: 1.0
   */
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, "The size in bytes, still encoded", 0,
                                               G_MAXUINT64, 0, flags);

  /**
   * GEmailBodyPart:sub-parts:
   *
   * The parts of a multipart, or of a message within the mail; a #GListModel of
   * #GEmailBodyPart, empty for others.
   *
   * Since: 1.0
   */
  properties[PROP_SUB_PARTS] = g_param_spec_object (
      "sub-parts", NULL, "The parts of which this one is made", G_TYPE_LIST_MODEL, flags);

  /**
   * GEmailBodyPart:headers:
   *
   * The fields of the header of the part, in order; a #GListModel of #GEmailHeader. Empty when
   * only the structure of the mail was fetched and not its bytes.
   *
   * Since: 1.0
   */
  properties[PROP_HEADERS] = g_param_spec_object ("headers", NULL, "The header fields of the part",
                                                  G_TYPE_LIST_MODEL, flags);

  /**
   * GEmailBodyPart:is-encoding-problem:
   *
   * Whether the part is text and was not what its character set and its transfer encoding say,
   * so that the text is a guess here and there. Always %FALSE when the bytes were not fetched.
   *
   * Since: 1.0
   */
  properties[PROP_IS_ENCODING_PROBLEM] = g_param_spec_boolean (
      "is-encoding-problem", NULL, "Whether the text could not be decoded as it should be", FALSE,
      flags);

  /**
   * GEmailBodyPart:is-truncated:
   *
   * Whether the part exceeds a limit of the library (100 levels, 10,000 parts, 10,000 header
   * fields, 1 MiB for one of them), so that what is within it, or the rest of the mail after
   * it, was not cut into parts. No bytes are lost.
   *
   * Since: 1.0
   */
  properties[PROP_IS_TRUNCATED] = g_param_spec_boolean ("is-truncated", NULL,
                                                        "Whether a limit was hit", FALSE, flags);

  /**
   * GEmailBodyPart:is-ambiguous:
   *
   * Whether the header of the part is written so that programs read it in different ways: a field
   * that may stand once stands twice, a name has a space or a NUL in it, a line ends halfway. Whoever
   * checked such a mail, or the server in its summary of it, may have seen another sender or another
   * attachment than what is read here. %FALSE for a part whose header was not fetched.
   *
   * Since: 1.0
   */
  properties[PROP_IS_AMBIGUOUS] = g_param_spec_boolean (
      "is-ambiguous", NULL, "Whether the header can be read in different ways", FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
g_email_body_part_init (GEmailBodyPart *self)
{
  g_mutex_init (&self->lock);
}

/* Recursive: the structure keeps to EMAIL_LIMIT_DEPTH. */
GEmailBodyPart *
email_body_part_new (EmailContent *content, const EmailStructure *part)
{
  GEmailBodyPart *self = g_object_new (G_TYPE_EMAIL_BODY_PART, NULL);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < part->parts->len; i++)
    g_ptr_array_add (parts, email_body_part_new (content, part->parts->pdata[i]));

  self->content = email_content_ref (content);
  self->part = part;
  self->name = file_name_sanitise (email_structure_get_raw_name (part));
  self->sub_parts = email_list_new (G_TYPE_EMAIL_BODY_PART, parts);

  return self;
}

/**
 * g_email_body_part_get_part_id:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:part-id.
 *
 * Returns: the text
 *
 * Since: 1.0
 */
const char *
g_email_body_part_get_part_id (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return self->part->part_id;
}

/**
 * g_email_body_part_get_content_type:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:content-type.
 *
 * Returns: the text
 *
 * Since: 1.0
 */
const char *
g_email_body_part_get_content_type (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return self->part->type != NULL ? self->part->type : "application/octet-stream";
}

/**
 * g_email_body_part_get_charset:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:charset.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_body_part_get_charset (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return email_structure_get_charset (self->part);
}

/**
 * g_email_body_part_get_encoding:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:encoding.
 *
 * Returns: the text
 *
 * Since: 1.0
 */
const char *
g_email_body_part_get_encoding (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return self->part->encoding != NULL ? self->part->encoding : "7bit";
}

/**
 * g_email_body_part_get_disposition:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:disposition.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_body_part_get_disposition (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return self->part->disposition;
}

/**
 * g_email_body_part_get_language:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:language.
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): the texts
 *
 * Since: 1.0
 */
const char *const *
g_email_body_part_get_language (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return (const char *const *) self->part->language;
}

/**
 * g_email_body_part_get_location:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:location.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_body_part_get_location (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return self->part->location;
}

/**
 * g_email_body_part_get_name:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:name.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_body_part_get_name (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return self->name;
}

/**
 * g_email_body_part_get_size:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:size.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
g_email_body_part_get_size (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), 0);

  return self->part->size;
}

/**
 * g_email_body_part_get_sub_parts:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:sub-parts.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
g_email_body_part_get_sub_parts (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  return self->sub_parts;
}

/* Returns: (transfer full) (nullable): NULL when the mail was not fetched */
static EmailFields *
read_fields (GEmailBodyPart *self)
{
  g_autoptr (GBytes) block = NULL;
  const char *bytes;
  gsize size = 0;

  if (!email_content_is_here (self->content))
    return NULL;

  block = email_content_dup_header (self->content, self->part);
  bytes = g_bytes_get_data (block, &size);

  return email_fields_new (bytes, size, email_fields_find_line_end (bytes, size));
}

static GListModel *
read_headers (GEmailBodyPart *self)
{
  g_autoptr (EmailFields) fields = read_fields (self);

  if (fields == NULL)
    return G_LIST_MODEL (g_list_store_new (G_TYPE_EMAIL_HEADER));

  return email_lists_new_headers (fields);
}

/**
 * g_email_body_part_get_headers:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:headers.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
g_email_body_part_get_headers (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  g_mutex_lock (&self->lock);
  if (self->headers == NULL)
    self->headers = read_headers (self);
  g_mutex_unlock (&self->lock);

  return self->headers;
}

static gboolean
is_text_here (GEmailBodyPart *self)
{
  return email_content_is_here (self->content) && self->part->type != NULL &&
         g_str_has_prefix (self->part->type, "text/");
}

/**
 * g_email_body_part_get_is_encoding_problem:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:is-encoding-problem.
 *
 * Returns: whether it is so
 *
 * Since: 1.0
 */
gboolean
g_email_body_part_get_is_encoding_problem (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), FALSE);

  if (!is_text_here (self))
    return FALSE;

  g_mutex_lock (&self->lock);
  if (!self->is_text_read)
    g_free (
        email_content_dup_text (self->content, self->part, G_MAXSIZE, &self->is_encoding_problem));
  self->is_text_read = TRUE;
  g_mutex_unlock (&self->lock);

  return self->is_encoding_problem;
}

/**
 * g_email_body_part_get_is_truncated:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:is-truncated.
 *
 * Returns: whether it is so
 *
 * Since: 1.0
 */
gboolean
g_email_body_part_get_is_truncated (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), FALSE);

  return self->part->is_truncated;
}

/**
 * g_email_body_part_get_is_ambiguous:
 * @self: a #GEmailBodyPart
 *
 * See #GEmailBodyPart:is-ambiguous.
 *
 * Returns: whether it is so
 *
 * Since: 1.0
 */
gboolean
g_email_body_part_get_is_ambiguous (GEmailBodyPart *self)
{
  g_autoptr (EmailFields) fields = NULL;

  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), FALSE);

  fields = read_fields (self);

  return fields != NULL && email_fields_are_ambiguous (fields);
}

/**
 * g_email_body_part_dup_text:
 * @self: a #GEmailBodyPart
 *
 * Decodes a text part, "text/plain", "text/html" or another: transfer encoding and character set are
 * undone, lines end with LF. What cannot be decoded is U+FFFD, and
 * #GEmailBodyPart:is-encoding-problem tells of it.
 *
 * Returns: (nullable): the text, or %NULL when the part is no text or its bytes were not fetched
 *
 * Since: 1.0
 */
char *
g_email_body_part_dup_text (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  if (!is_text_here (self))
    return NULL;

  return email_content_dup_text (self->content, self->part, G_MAXSIZE, NULL);
}

/**
 * g_email_body_part_dup_raw:
 * @self: a #GEmailBodyPart
 *
 * The bytes of the body of the part exactly as the mail has them, still encoded. No copy is made of
 * them.
 *
 * Returns: (nullable) (transfer full): the bytes, or %NULL when they were not fetched
 *
 * Since: 1.0
 */
GBytes *
g_email_body_part_dup_raw (GEmailBodyPart *self)
{
  g_return_val_if_fail (G_IS_EMAIL_BODY_PART (self), NULL);

  if (!email_content_is_here (self->content))
    return NULL;

  return email_content_dup_raw (self->content, self->part);
}

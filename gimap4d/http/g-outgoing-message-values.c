/* The typed forms of a message: a text, a file, a picture, a cookie, a redirection.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-outgoing-message.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-cookie.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/outgoing-message-private.h"

static gboolean
refuse (GError **error, const char *what, const char *reason)
{
  g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER,
               _ ("The %s cannot be set: %s"), what, reason);

  return FALSE;
}

/**
 * g_outgoing_message_set_text:
 * @self: a #GOutgoingMessage
 * @text: a text in UTF-8
 * @error: return location for a #GError
 *
 * Sets a text as the body and `Content-Type` to `text/plain`, as g_outgoing_message_set_body().
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_text (GOutgoingMessage *self, const char *text, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_static_string (&value, text);

  return g_outgoing_message_set_body (self, &value, error);
}

static gboolean
set_boxed (GOutgoingMessage *self, GType type, gconstpointer boxed, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, type);
  g_value_set_boxed (&value, boxed);

  return g_outgoing_message_set_body (self, &value, error);
}

/**
 * g_outgoing_message_set_bytes:
 * @self: a #GOutgoingMessage
 * @bytes: the bytes; they are not copied
 * @error: return location for a #GError
 *
 * Sets bytes as the body and `Content-Type` to `application/octet-stream`, as
 * g_outgoing_message_set_body().
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_bytes (GOutgoingMessage *self, GBytes *bytes, GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  return set_boxed (self, G_TYPE_BYTES, bytes, error);
}

/**
 * g_outgoing_message_set_json:
 * @self: a #GOutgoingMessage
 * @json: an object, an array or any other JSON value
 * @error: return location for a #GError
 *
 * Sets JSON as the body and `Content-Type` to `application/json`, as g_outgoing_message_set_body().
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_json (GOutgoingMessage *self, JsonNode *json, GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (json != NULL, FALSE);

  return set_boxed (self, JSON_TYPE_NODE, json, error);
}

static gboolean
set_object (GOutgoingMessage *self, gpointer object, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_OBJECT_TYPE (object));
  g_value_set_object (&value, object);

  return g_outgoing_message_set_body (self, &value, error);
}

/**
 * g_outgoing_message_set_image:
 * @self: a #GOutgoingMessage
 * @image: a picture: GdkPixbuf, GdkTexture, #GBytesIcon, #GFileIcon and so on
 * @error: return location for a #GError
 *
 * Sets a picture as the body and `Content-Type` to `image/…` by its bytes, as
 * g_outgoing_message_set_body(). The picture is read at once, which may wait for a file.
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_image (GOutgoingMessage *self, GLoadableIcon *image, GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (G_IS_LOADABLE_ICON (image), FALSE);

  return set_object (self, image, error);
}

/**
 * g_outgoing_message_set_file:
 * @self: a #GOutgoingMessage
 * @file: a regular file
 * @error: return location for a #GError
 *
 * Sets a file as the body and `Content-Type` by its name and content, as
 * g_outgoing_message_set_body(). Its first bytes are read at once, the rest when the message is
 * sent, with constant memory.
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_file (GOutgoingMessage *self, GFile *file, GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  return set_object (self, file, error);
}

/**
 * g_outgoing_message_set_stream:
 * @self: a #GOutgoingMessage
 * @stream: where the body is read from, once, when the message is sent
 * @length: how many bytes it gives, or -1 when only its end will tell
 * @content_type: (nullable): what `Content-Type` is set to; %NULL for `application/octet-stream`
 * @error: return location for a #GError
 *
 * Sets a stream as the body. It is read with constant memory, as fast as the client takes it.
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_stream (GOutgoingMessage *self,
                               GInputStream *stream,
                               gint64 length,
                               const char *content_type,
                               GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), FALSE);
  g_return_val_if_fail (length >= -1, FALSE);

  if (content_type != NULL &&
      (!http_is_field_value (content_type) || strlen (content_type) > HTTP_LIMIT_HEADER_VALUE))
    return refuse (error, _ ("content type"), _ ("it has characters that a header cannot have"));

  g_value_init (&value, G_TYPE_INPUT_STREAM);
  g_value_set_object (&value, stream);

  return outgoing_message_take_body (
      self, &value, outgoing_body_new_for_stream (stream, length, content_type), error);
}

/**
 * g_outgoing_message_add_cookie:
 * @self: a #GOutgoingMessage
 * @name: the name of the cookie
 * @value: its value: visible ASCII without quotation marks, commas, semicolons and backslashes
 * @max_age: how long the browser keeps it, in seconds; 0 removes it, -1 keeps it until the browser
 *   is closed
 * @flags: what differs from the careful default
 * @error: return location for a #GError
 *
 * Adds a cookie (RFC 6265) for all paths of this host, beside those that were added before.
 *
 * Returns: %TRUE if the cookie was added; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_add_cookie (GOutgoingMessage *self,
                               const char *name,
                               const char *value,
                               int max_age,
                               GOutgoingCookieFlags flags,
                               GError **error)
{
  g_autofree char *plain = NULL;
  g_autofree char *secure = NULL;
  const char *fault = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  fault = http_cookie_find_fault (name, value);
  if (fault != NULL)
    return refuse (error, _ ("cookie"), fault);

  plain = http_cookie_build (name, value, max_age, flags, FALSE);
  secure = http_cookie_build (name, value, max_age, flags, TRUE);

  return outgoing_message_add_cookie_line (self, plain, secure, error);
}

static gboolean
is_redirection (int status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/**
 * g_outgoing_message_set_redirect:
 * @self: a #GOutgoingMessage
 * @location: where to: an absolute or relative reference; what may not stand in a URI is
 *   percent-encoded
 * @status: 301, 302, 303, 307 or 308
 * @error: return location for a #GError
 *
 * Sends the client elsewhere: sets the status and the header `Location`.
 *
 * Returns: %TRUE if both were set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_redirect (GOutgoingMessage *self,
                                 const char *location,
                                 int status,
                                 GError **error)
{
  g_autofree char *escaped = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (location != NULL, FALSE);

  if (!is_redirection (status))
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_STATUS,
                   _ ("The status cannot be %d: a redirection is 301, 302, 303, 307 or 308"),
                   status);
      return FALSE;
    }
  escaped = http_escape_location (location);
  if (escaped == NULL)
    return refuse (error, _ ("location"), _ ("it has control characters in it"));

  return g_outgoing_message_set_header (self, "Location", escaped, error) &&
         g_outgoing_message_set_status (self, status, error);
}

/**
 * g_outgoing_message_set_attachment_name:
 * @self: a #GOutgoingMessage
 * @file_name: a file name in UTF-8, without folders
 * @error: return location for a #GError
 *
 * Has a browser save the body under a name instead of showing it (RFC 6266). Slashes, backslashes
 * and control characters in the name become underscores.
 *
 * Returns: %TRUE if the header was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_attachment_name (GOutgoingMessage *self,
                                        const char *file_name,
                                        GError **error)
{
  g_autofree char *value = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (file_name != NULL, FALSE);

  if (*file_name == '\0' || !g_utf8_validate (file_name, -1, NULL))
    return refuse (error, _ ("file name"), _ ("it is empty, or not valid UTF-8"));

  value = http_build_attachment (file_name);
  return g_outgoing_message_set_header (self, "Content-Disposition", value, error);
}

/**
 * g_outgoing_message_set_etag:
 * @self: a #GOutgoingMessage
 * @etag: what changes with the body: visible ASCII without quotation marks, or a whole entity tag
 *   in quotation marks, with `W/` before it when it is weak
 * @error: return location for a #GError
 *
 * Sets the entity tag (RFC 9110, 8.8.3), by which a client asks whether its copy is still right.
 *
 * Returns: %TRUE if the header was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_etag (GOutgoingMessage *self, const char *etag, GError **error)
{
  g_autofree char *value = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (etag != NULL, FALSE);

  value = http_build_entity_tag (etag);
  if (value == NULL)
    return refuse (error, _ ("entity tag"), _ ("it has characters that it cannot have"));

  return g_outgoing_message_set_header (self, "ETag", value, error);
}

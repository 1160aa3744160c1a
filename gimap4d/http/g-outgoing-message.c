/* What a program answers: a body of any kind, headers and a status.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-outgoing-message.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/outgoing-message-private.h"

/**
 * SECTION:g-outgoing-message
 * @Title: GOutgoingMessage
 * @Short_description: what a program answers over HTTP
 *
 * A #GOutgoingMessage is built by a function of the application and returned to a #GRestServer,
 * which sends it as it is instead of an object: to download a file, to show a picture, to answer
 * with any content type. It corresponds to 4D's `4D.OutgoingMessage`.
 *
 * g_outgoing_message_set_body() sets the body and the header `Content-Type` that belongs to it; a
 * header of that name that is to differ is set after it. Assigning the property
 * #GOutgoingMessage:body sets the body alone.
 *
 * The server adds headers of its own when it sends the message: its length, the date, cookies of
 * the session. They never show in #GOutgoingMessage:headers.
 *
 * A call that fails changes nothing. A message belongs to one thread at a time, and once it has
 * been sent it cannot be changed.
 */

/**
 * GOutgoingMessage:
 *
 * A body, headers and a status, on their way to a client.
 *
 * |[<!-- language="C" -->
 * static GOutgoingMessage *
 * get_file (GError **error)
 * {
 *   g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
 *   g_autoptr (GFile) file = g_file_new_for_path ("testFile.pdf");
 *   g_autoptr (GBytes) content = g_file_load_bytes (file, NULL, NULL, error);
 *
 *   if (content == NULL || !g_outgoing_message_set_bytes (message, content, error) ||
 *       !g_outgoing_message_set_header (message, "Content-Type", "application/pdf", error))
 *     return NULL;
 *
 *   return g_steal_pointer (&message);
 * }
 * ]|
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_BODY,
  PROP_HEADERS,
  PROP_STATUS,
  PROP_CONTENT_LENGTH,
  PROP_ADD_CHARSET,
  PROP_IS_SECRET,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GOutgoingMessage, g_outgoing_message, G_TYPE_OBJECT)

GQuark
g_outgoing_message_error_quark (void)
{
  return g_quark_from_static_string ("g-outgoing-message-error-quark");
}

static void
header_free (gpointer data)
{
  OutgoingHeader *header = data;

  g_free (header->name);
  g_free (header->value);
  g_free (header);
}

static void
cookie_free (gpointer data)
{
  OutgoingCookie *cookie = data;

  g_free (cookie->plain);
  g_free (cookie->secure);
  g_free (cookie);
}

static void
g_outgoing_message_init (GOutgoingMessage *self)
{
  self->headers = g_ptr_array_new_with_free_func (header_free);
  self->cookies = g_ptr_array_new_with_free_func (cookie_free);
  self->status = 200;
  self->add_charset = TRUE;
}

static void
g_outgoing_message_finalize (GObject *object)
{
  GOutgoingMessage *self = G_OUTGOING_MESSAGE (object);

  if (G_IS_VALUE (&self->body))
    g_value_unset (&self->body);
  g_clear_pointer (&self->wire_body, outgoing_body_free);
  g_ptr_array_unref (self->headers);
  g_ptr_array_unref (self->cookies);

  G_OBJECT_CLASS (g_outgoing_message_parent_class)->finalize (object);
}

/* @value is NULL to have no body; takes @body. */
static void
replace_body (GOutgoingMessage *self, const GValue *value, OutgoingBody *body)
{
  GValue copy = G_VALUE_INIT;

  if (value != NULL)
    {
      g_value_init (&copy, G_VALUE_TYPE (value));
      g_value_copy (value, &copy);
    }
  if (G_IS_VALUE (&self->body))
    g_value_unset (&self->body);
  self->body = copy;
  g_clear_pointer (&self->wire_body, outgoing_body_free);
  self->wire_body = body;

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BODY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONTENT_LENGTH]);
}

/* A property has no way to return an error: what is refused is told as a critical. */
static void
assign_body (GOutgoingMessage *self, const GValue *value)
{
  g_autoptr (GError) error = NULL;
  OutgoingBody *body = NULL;

  if (!outgoing_message_is_open (self, &error) ||
      (value != NULL && (body = outgoing_body_new (value, &error)) == NULL))
    {
      g_critical ("The body of the message stays as it was: %s", error->message);
      return;
    }

  replace_body (self, value, body);
}

static void
g_outgoing_message_get_property (GObject *object,
                                 guint property_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  GOutgoingMessage *self = G_OUTGOING_MESSAGE (object);

  switch (property_id)
    {
    case PROP_BODY:
      g_value_set_boxed (value, g_outgoing_message_get_body (self));
      break;
    case PROP_HEADERS:
      g_value_take_boxed (value, g_outgoing_message_get_headers (self));
      break;
    case PROP_STATUS:
      g_value_set_int (value, self->status);
      break;
    case PROP_CONTENT_LENGTH:
      g_value_set_int64 (value, g_outgoing_message_get_content_length (self));
      break;
    case PROP_ADD_CHARSET:
      g_value_set_boolean (value, self->add_charset);
      break;
    case PROP_IS_SECRET:
      g_value_set_boolean (value, self->is_secret);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_outgoing_message_set_property (GObject *object,
                                 guint property_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  GOutgoingMessage *self = G_OUTGOING_MESSAGE (object);

  switch (property_id)
    {
    case PROP_BODY:
      assign_body (self, g_value_get_boxed (value));
      break;
    case PROP_ADD_CHARSET:
      g_outgoing_message_set_add_charset (self, g_value_get_boolean (value));
      break;
    case PROP_IS_SECRET:
      g_outgoing_message_set_is_secret (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_outgoing_message_class_init (GOutgoingMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_outgoing_message_finalize;
  object_class->get_property = g_outgoing_message_get_property;
  object_class->set_property = g_outgoing_message_set_property;

  /**
   * GOutgoingMessage:body:
   *
   * The body, as it was given: a text, bytes, an object or a picture, of the types that
   * g_outgoing_message_set_body() takes. Assigning it does not touch any header. A value that
   * cannot be a body is refused with a critical and changes nothing; %NULL is no body.
   *
   * Since: 1.0
   */
  properties[PROP_BODY] = g_param_spec_boxed (
      "body", "Body", "The body, as it was given", G_TYPE_VALUE,
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * GOutgoingMessage:headers: (type GLib.HashTable(utf8,utf8))
   *
   * The headers that were set, as they are now: a copy, to look at. g_outgoing_message_set_header()
   * changes them.
   *
   * Since: 1.0
   */
  properties[PROP_HEADERS] = g_param_spec_boxed ("headers", "Headers", "The headers that were set",
                                                 G_TYPE_HASH_TABLE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GOutgoingMessage:status:
   *
   * The HTTP status, 200 at first. g_outgoing_message_set_status() changes it.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] = g_param_spec_int ("status", "Status", "The HTTP status", 200, 599, 200,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GOutgoingMessage:content-length:
   *
   * The size of the body in bytes, 0 when there is none, -1 when only its end will tell.
   *
   * Since: 1.0
   */
  properties[PROP_CONTENT_LENGTH] = g_param_spec_int64 (
      "content-length", "Content length", "The size of the body in bytes", -1, G_MAXINT64, 0,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GOutgoingMessage:add-charset:
   *
   * Whether `; charset=utf-8` is added to the content type of a text when it is sent. It never
   * shows in #GOutgoingMessage:headers.
   *
   * Since: 1.0
   */
  properties[PROP_ADD_CHARSET] = g_param_spec_boolean (
      "add-charset", "Add charset", "Whether a text is sent with its charset", TRUE,
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * GOutgoingMessage:is-secret:
   *
   * Whether the body holds something that nobody may guess, such as a token, beside what the client
   * has sent: it is then never compressed, because the size of what is compressed tells of it.
   *
   * Since: 1.0
   */
  properties[PROP_IS_SECRET] = g_param_spec_boolean (
      "is-secret", "Is secret", "Whether the body is never compressed", FALSE,
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

/**
 * g_outgoing_message_new:
 *
 * Makes a message without body and headers, with status 200.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
GOutgoingMessage *
g_outgoing_message_new (void)
{
  return g_object_new (G_TYPE_OUTGOING_MESSAGE, NULL);
}

gboolean
outgoing_message_is_open (GOutgoingMessage *self, GError **error)
{
  if (!self->is_sent)
    return TRUE;

  g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT,
               _ ("The message cannot be changed: it was sent already"));
  return FALSE;
}

gboolean
outgoing_message_take_body (GOutgoingMessage *self,
                            const GValue *value,
                            OutgoingBody *body,
                            GError **error)
{
  g_autoptr (OutgoingBody) owned = body;

  if (body == NULL || !outgoing_message_is_open (self, error))
    return FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  outgoing_message_replace_header (self, "Content-Type", body->content_type);
  replace_body (self, value, g_steal_pointer (&owned));
  g_object_thaw_notify (G_OBJECT (self));

  return TRUE;
}

/**
 * g_outgoing_message_set_body:
 * @self: a #GOutgoingMessage
 * @body: the body
 * @error: return location for a #GError
 *
 * Sets the body, and the header `Content-Type` to what belongs to it:
 *
 * - a text (%G_TYPE_STRING, valid UTF-8): `text/plain`;
 * - bytes (#GBytes, #GByteArray, a #GVariant of type `ay`): `application/octet-stream`;
 * - an object (#JsonNode, #JsonObject, #JsonArray, any other #GVariant): `application/json`;
 * - a picture (any #GLoadableIcon, such as GdkPixbuf, GdkTexture or #GBytesIcon): `image/jpeg`,
 *   `image/gif` and so on, by its bytes;
 * - a #GFile: by its name and content; it is read when the message is sent;
 * - a #GInputStream: `application/octet-stream`; it is read once, when the message is sent.
 *
 * Objects are written to JSON, and pictures read, when they are given: what happens to them
 * afterwards is not sent. A header of another content type has to be set after this call.
 *
 * Fails with %G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY for any other type, with
 * %G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT, or with a #GIOErrorEnum when a file cannot be read.
 *
 * Returns: %TRUE if the body was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_body (GOutgoingMessage *self, const GValue *body, GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (body != NULL, FALSE);

  return outgoing_message_is_open (self, error) &&
         outgoing_message_take_body (self, body, outgoing_body_new (body, error), error);
}

/**
 * g_outgoing_message_get_body:
 * @self: a #GOutgoingMessage
 *
 * Gets the body as it was given.
 *
 * Returns: (transfer none) (nullable): the body, valid until it is changed, or %NULL if there is
 *   none
 *
 * Since: 1.0
 */
const GValue *
g_outgoing_message_get_body (GOutgoingMessage *self)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), NULL);

  return G_IS_VALUE (&self->body) ? &self->body : NULL;
}

/**
 * g_outgoing_message_set_status:
 * @self: a #GOutgoingMessage
 * @status: an HTTP status, 200 to 599
 * @error: return location for a #GError
 *
 * Sets the status. One outside its range fails with %G_OUTGOING_MESSAGE_ERROR_INVALID_STATUS.
 *
 * Returns: %TRUE if the status was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_status (GOutgoingMessage *self, int status, GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);

  if (status < 200 || status > 599)
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_STATUS,
                   _ ("The status cannot be %d: it has to be between 200 and 599"), status);
      return FALSE;
    }
  if (!outgoing_message_is_open (self, error))
    return FALSE;

  if (self->status != status)
    {
      self->status = status;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
    }

  return TRUE;
}

/**
 * g_outgoing_message_get_status:
 * @self: a #GOutgoingMessage
 *
 * Gets the status.
 *
 * Returns: the status, 200 to 599
 *
 * Since: 1.0
 */
int
g_outgoing_message_get_status (GOutgoingMessage *self)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), 0);

  return self->status;
}

/**
 * g_outgoing_message_get_content_length:
 * @self: a #GOutgoingMessage
 *
 * Gets the size of the body as it is sent.
 *
 * Returns: the size in bytes, 0 when there is no body, -1 when only its end will tell
 *
 * Since: 1.0
 */
gint64
g_outgoing_message_get_content_length (GOutgoingMessage *self)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), 0);

  return self->wire_body != NULL ? self->wire_body->length : 0;
}

/**
 * g_outgoing_message_set_add_charset:
 * @self: a #GOutgoingMessage
 * @add_charset: whether a text is sent with its charset
 *
 * Sets #GOutgoingMessage:add-charset.
 *
 * Since: 1.0
 */
void
g_outgoing_message_set_add_charset (GOutgoingMessage *self, gboolean add_charset)
{
  g_return_if_fail (G_IS_OUTGOING_MESSAGE (self));

  add_charset = add_charset != FALSE;
  if (self->add_charset == add_charset)
    return;

  self->add_charset = add_charset;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ADD_CHARSET]);
}

/**
 * g_outgoing_message_get_add_charset:
 * @self: a #GOutgoingMessage
 *
 * Gets #GOutgoingMessage:add-charset.
 *
 * Returns: whether a text is sent with its charset
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_get_add_charset (GOutgoingMessage *self)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);

  return self->add_charset;
}

/**
 * g_outgoing_message_set_is_secret:
 * @self: a #GOutgoingMessage
 * @is_secret: whether the body holds something that nobody may guess
 *
 * Sets #GOutgoingMessage:is-secret.
 *
 * Since: 1.0
 */
void
g_outgoing_message_set_is_secret (GOutgoingMessage *self, gboolean is_secret)
{
  g_return_if_fail (G_IS_OUTGOING_MESSAGE (self));

  is_secret = is_secret != FALSE;
  if (self->is_secret == is_secret)
    return;

  self->is_secret = is_secret;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_SECRET]);
}

/**
 * g_outgoing_message_get_is_secret:
 * @self: a #GOutgoingMessage
 *
 * Gets #GOutgoingMessage:is-secret.
 *
 * Returns: whether the body holds something that nobody may guess
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_get_is_secret (GOutgoingMessage *self)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);

  return self->is_secret;
}

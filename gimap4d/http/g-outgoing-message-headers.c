/* The headers of a message, cookies among them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-outgoing-message.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/outgoing-message-private.h"

static OutgoingHeader *
find_header (GOutgoingMessage *self, const char *name)
{
  for (guint i = 0; i < self->headers->len; i++)
    {
      OutgoingHeader *header = g_ptr_array_index (self->headers, i);

      if (g_ascii_strcasecmp (header->name, name) == 0)
        return header;
    }

  return NULL;
}

void
outgoing_message_replace_header (GOutgoingMessage *self, const char *name, const char *value)
{
  OutgoingHeader *header = find_header (self, name);

  if (header == NULL)
    {
      header = g_new0 (OutgoingHeader, 1);
      g_ptr_array_add (self->headers, header);
    }
  g_free (header->name);
  header->name = g_strdup (name);
  g_free (header->value);
  header->value = g_strdup (value);

  g_object_notify (G_OBJECT (self), "headers");
}

static gboolean
refuse_header (GError **error, GOutgoingMessageError code, const char *name, const char *reason)
{
  g_set_error (error, G_OUTGOING_MESSAGE_ERROR, code, _ ("The header “%.64s” cannot be set: %s"),
               name, reason);

  return FALSE;
}

/* Room is kept for what the server adds. */
static gboolean
has_room (GOutgoingMessage *self, const char *name, const char *value)
{
  gsize size = strlen (name) + strlen (value);
  guint n_headers = self->headers->len + self->cookies->len;

  for (guint i = 0; i < self->headers->len; i++)
    {
      const OutgoingHeader *header = g_ptr_array_index (self->headers, i);

      if (g_ascii_strcasecmp (header->name, name) == 0)
        n_headers--;
      else
        size += strlen (header->name) + strlen (header->value) + 4;
    }

  return n_headers < HTTP_LIMIT_HEADERS && size <= HTTP_LIMIT_HEADER_BLOCK;
}

static gboolean
check_header (GOutgoingMessage *self, const char *name, const char *value, GError **error)
{
  const GOutgoingMessageError invalid = G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER;

  if (strnlen (name, HTTP_LIMIT_HEADER_VALUE + 1) > HTTP_LIMIT_HEADER_VALUE ||
      !http_is_token (name))
    return refuse_header (error, invalid, "…", _ ("its name is no token (RFC 9110, 5.6.2)"));
  if (http_is_framing_field (name))
    return refuse_header (error, G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER, name,
                          _ ("it belongs to whoever sends the message"));
  if (strnlen (value, HTTP_LIMIT_HEADER_VALUE + 1) > HTTP_LIMIT_HEADER_VALUE)
    return refuse_header (error, invalid, name, _ ("its value is longer than 8 KiB"));
  if (!http_is_field_value (value))
    return refuse_header (error, invalid, name,
                          _ ("its value has control characters, or some that are not Latin"));
  if (!has_room (self, name, value))
    return refuse_header (error, invalid, name, _ ("there are too many headers"));

  return outgoing_message_is_open (self, error);
}

/**
 * g_outgoing_message_set_header:
 * @self: a #GOutgoingMessage
 * @key: the name of the header, in any case
 * @value: its value
 * @error: return location for a #GError
 *
 * Sets a header, in place of one of the same name. `Set-Cookie` replaces all cookies.
 *
 * The name is a token (RFC 9110, 5.6.2); the value has no control characters but tabs, none that
 * ISO-8859-1 does not have, and at most 8 KiB; else the call fails with
 * %G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER. `Content-Length`, `Transfer-Encoding`, `Connection`,
 * `Keep-Alive`, `Host`, `Date`, `Upgrade`, `TE` and `Trailer` belong to whoever sends the message:
 * %G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER.
 *
 * Returns: %TRUE if the header was set; %FALSE if nothing was changed
 *
 * Since: 1.0
 */
gboolean
g_outgoing_message_set_header (GOutgoingMessage *self,
                               const char *key,
                               const char *value,
                               GError **error)
{
  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  if (!check_header (self, key, value, error))
    return FALSE;

  if (g_ascii_strcasecmp (key, "Set-Cookie") == 0)
    g_ptr_array_set_size (self->cookies, 0);
  outgoing_message_replace_header (self, key, value);

  return TRUE;
}

/**
 * g_outgoing_message_get_header:
 * @self: a #GOutgoingMessage
 * @key: the name of the header, in any case
 *
 * Gets a header that was set.
 *
 * Returns: (transfer none) (nullable): its value, valid until it is changed, or %NULL
 *
 * Since: 1.0
 */
const char *
g_outgoing_message_get_header (GOutgoingMessage *self, const char *key)
{
  OutgoingHeader *header = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  header = find_header (self, key);
  return header != NULL ? header->value : NULL;
}

/**
 * g_outgoing_message_get_headers:
 * @self: a #GOutgoingMessage
 *
 * Gets a copy of the headers that were set, with the names as they were given. The cookies of
 * g_outgoing_message_add_cookie() stand together under `Set-Cookie`, separated by a comma.
 *
 * Returns: (transfer full) (element-type utf8 utf8): the headers
 *
 * Since: 1.0
 */
GHashTable *
g_outgoing_message_get_headers (GOutgoingMessage *self)
{
  GHashTable *table = NULL;

  g_return_val_if_fail (G_IS_OUTGOING_MESSAGE (self), NULL);

  table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < self->headers->len; i++)
    {
      const OutgoingHeader *header = g_ptr_array_index (self->headers, i);

      g_hash_table_insert (table, g_strdup (header->name), g_strdup (header->value));
    }

  return table;
}

/* What get_header and the snapshot show of the cookies. */
static void
show_cookies (GOutgoingMessage *self)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < self->cookies->len; i++)
    {
      const OutgoingCookie *cookie = g_ptr_array_index (self->cookies, i);

      g_string_append_printf (joined, "%s%s", i > 0 ? ", " : "", cookie->plain);
    }
  outgoing_message_replace_header (self, "Set-Cookie", joined->str);
}

/* One that was set as a header before stays the first. */
static void
adopt_cookie_header (GOutgoingMessage *self)
{
  OutgoingHeader *header = find_header (self, "Set-Cookie");
  OutgoingCookie *cookie = NULL;

  if (header == NULL || self->cookies->len > 0)
    return;

  cookie = g_new0 (OutgoingCookie, 1);
  cookie->plain = g_strdup (header->value);
  cookie->secure = g_strdup (header->value);
  g_ptr_array_add (self->cookies, cookie);
}

gboolean
outgoing_message_add_cookie_line (GOutgoingMessage *self,
                                  const char *plain_line,
                                  const char *secure_line,
                                  GError **error)
{
  OutgoingCookie *cookie = NULL;

  if (!outgoing_message_is_open (self, error))
    return FALSE;
  if (self->cookies->len >= HTTP_LIMIT_COOKIES)
    return refuse_header (error, G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER, "Set-Cookie",
                          _ ("there are too many cookies"));

  adopt_cookie_header (self);
  cookie = g_new0 (OutgoingCookie, 1);
  cookie->plain = g_strdup (plain_line);
  cookie->secure = g_strdup (secure_line);
  g_ptr_array_add (self->cookies, cookie);
  show_cookies (self);

  return TRUE;
}

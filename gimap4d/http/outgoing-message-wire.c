/* How a message goes to the wire: what those see of it who send it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/outgoing-message-private.h"

#include <libsoup/soup.h>
#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"

gboolean
outgoing_message_begin_sending (GOutgoingMessage *self, GError **error)
{
  if (self->is_sent && self->wire_body != NULL && self->wire_body->stream != NULL)
    {
      g_set_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT,
                   _ ("The message cannot be sent again: its stream was read already"));
      return FALSE;
    }
  self->is_sent = TRUE;

  return TRUE;
}

OutgoingBody *
outgoing_message_get_wire_body (GOutgoingMessage *self)
{
  return self->wire_body;
}

char *
outgoing_message_dup_last_modified (GOutgoingMessage *self)
{
  const char *header = g_outgoing_message_get_header (self, "Last-Modified");

  if (header != NULL)
    return g_strdup (header);

  return self->wire_body != NULL && self->wire_body->modified != NULL ?
             soup_date_time_to_string (self->wire_body->modified, SOUP_DATE_HTTP) :
             NULL;
}

static gboolean
needs_charset (GOutgoingMessage *self, const char *content_type)
{
  g_autofree char *lower = g_ascii_strdown (content_type, -1);

  return self->add_charset && self->wire_body != NULL && self->wire_body->is_text &&
         g_str_has_prefix (lower, "text/") && strstr (lower, "charset=") == NULL;
}

static void
emit_content_type (GOutgoingMessage *self,
                   const char *value,
                   OutgoingHeaderFunc func,
                   gpointer data)
{
  g_autofree char *with_charset = NULL;

  if (needs_charset (self, value))
    with_charset = g_strconcat (value, "; charset=utf-8", NULL);
  func ("Content-Type", with_charset != NULL ? with_charset : value, data);
}

static void
emit_header (GOutgoingMessage *self,
             const OutgoingHeader *header,
             OutgoingHeaderFunc func,
             gpointer data)
{
  g_autofree char *latin = NULL;
  const char *value = header->value;

  if (!g_str_is_ascii (value))
    value = latin = g_convert (value, -1, "ISO-8859-1", "UTF-8", NULL, NULL, NULL);
  if (g_ascii_strcasecmp (header->name, "Content-Type") == 0)
    emit_content_type (self, value, func, data);
  else if (g_ascii_strcasecmp (header->name, "Set-Cookie") != 0 || self->cookies->len == 0)
    func (header->name, value, data);
}

void
outgoing_message_foreach_wire_header (GOutgoingMessage *self,
                                      gboolean is_secure,
                                      OutgoingHeaderFunc func,
                                      gpointer data)
{
  g_autofree char *last_modified = NULL;

  for (guint i = 0; i < self->headers->len; i++)
    emit_header (self, g_ptr_array_index (self->headers, i), func, data);

  if (self->wire_body != NULL && g_outgoing_message_get_header (self, "Content-Type") == NULL)
    emit_content_type (self, self->wire_body->content_type, func, data);
  if (g_outgoing_message_get_header (self, "Last-Modified") == NULL)
    last_modified = outgoing_message_dup_last_modified (self);
  if (last_modified != NULL)
    func ("Last-Modified", last_modified, data);

  for (guint i = 0; i < self->cookies->len; i++)
    {
      const OutgoingCookie *cookie = g_ptr_array_index (self->cookies, i);

      func ("Set-Cookie", is_secure ? cookie->secure : cookie->plain, data);
    }
}

/* What RFC 9110 and its neighbours allow in a name, a value, a file name, a cookie: pure checks.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-syntax.h"

#include <string.h>

#include <gio/gio.h>

static const char *const framing_fields[] = {
  "Connection", "Content-Length",    "Date",    "Host", "Keep-Alive", "Proxy-Connection", "TE",
  "Trailer",    "Transfer-Encoding", "Upgrade",
};

static gboolean
is_token_char (guchar c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

char *
http_dup_text (const char *data, gsize size)
{
  if (size == 0)
    return g_strdup ("");

  return g_utf8_validate_len (data, size, NULL) ? g_strndup (data, size) : NULL;
}

gboolean
http_is_token (const char *text)
{
  if (*text == '\0')
    return FALSE;

  for (; *text != '\0'; text++)
    if (!is_token_char (*text))
      return FALSE;

  return TRUE;
}

gboolean
http_is_field_value (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if ((c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || c > 0xff)
        return FALSE;
    }

  return TRUE;
}

gboolean
http_is_framing_field (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (framing_fields); i++)
    if (g_ascii_strcasecmp (name, framing_fields[i]) == 0)
      return TRUE;

  return FALSE;
}

gboolean
http_is_entity_tag_text (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text < 0x21 || *text > 0x7e || *text == '"')
      return FALSE;

  return TRUE;
}

char *
http_build_entity_tag (const char *etag)
{
  gboolean is_weak = g_str_has_prefix (etag, "W/\"");
  const char *start = etag + (is_weak ? 2 : 0);
  gsize length = strlen (start);
  g_autofree char *text = NULL;

  text = *start == '"' && length >= 2 && start[length - 1] == '"' ?
             g_strndup (start + 1, length - 2) :
             g_strdup (start);

  return http_is_entity_tag_text (text) ? g_strdup_printf ("%s\"%s\"", is_weak ? "W/" : "", text) :
                                          NULL;
}

gboolean
http_is_cookie_value (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text < 0x21 || *text > 0x7e || strchr ("\",;\\", *text) != NULL)
      return FALSE;

  return TRUE;
}

static gboolean
is_port (const char *text)
{
  return *text == '\0' || (strlen (text) <= 5 && strspn (text, "0123456789") == strlen (text) &&
                           g_ascii_strtoull (text, NULL, 10) <= G_MAXUINT16);
}

static gboolean
is_registered_name (const char *text)
{
  if (*text == '\0')
    return FALSE;

  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("-._~", *text) == NULL)
      return FALSE;

  return TRUE;
}

char *
http_dup_host_name (const char *authority)
{
  g_autofree char *host = NULL;
  const char *port = NULL;

  if (strlen (authority) > 262)
    return NULL;

  if (*authority == '[')
    {
      const char *end = strchr (authority, ']');
      g_autoptr (GInetAddress) address = NULL;

      if (end == NULL || (end[1] != '\0' && end[1] != ':'))
        return NULL;
      host = g_strndup (authority + 1, end - authority - 1);
      address = g_inet_address_new_from_string (host);
      if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
        return NULL;
      port = end[1] == ':' ? end + 2 : "";
    }
  else
    {
      const char *colon = strchr (authority, ':');

      host = colon != NULL ? g_strndup (authority, colon - authority) : g_strdup (authority);
      port = colon != NULL ? colon + 1 : "";
      if (!is_registered_name (host))
        return NULL;
    }

  return is_port (port) ? g_ascii_strdown (host, -1) : NULL;
}

char *
http_escape_location (const char *location)
{
  g_autoptr (GString) escaped = g_string_new (NULL);

  for (const guchar *c = (const guchar *) location; *c != '\0'; c++)
    {
      if (*c < 0x20 || *c == 0x7f)
        return NULL;

      if (*c > 0x7f || strchr (" \"<>\\^`{|}", *c) != NULL)
        g_string_append_printf (escaped, "%%%02X", *c);
      else
        g_string_append_c (escaped, *c);
    }

  return g_string_free (g_steal_pointer (&escaped), FALSE);
}

char *
http_escape_token (const char *text)
{
  g_autoptr (GString) escaped = g_string_new (NULL);

  for (const guchar *c = (const guchar *) text; *c != '\0'; c++)
    {
      if (is_token_char (*c) && *c != '%')
        g_string_append_c (escaped, *c);
      else
        g_string_append_printf (escaped, "%%%02X", *c);
    }

  return g_string_free (g_steal_pointer (&escaped), FALSE);
}

/* A receiver must not take the name for a path (RFC 6266, 4.3), nor be surprised by controls and
 * characters that turn the direction of writing. */
static gboolean
is_unsafe_in_file_name (gunichar c)
{
  return c == '/' || c == '\\' || g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

char *
http_build_attachment (const char *file_name)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autoptr (GString) safe = g_string_new (NULL);
  g_autofree char *extended = NULL;

  for (const char *c = file_name; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (is_unsafe_in_file_name (character))
        character = '_';
      g_string_append_unichar (safe, character);
      /* Some receivers decode %XX in the plain form, some do not: it must not occur there. */
      if (character > 0x7e || character == '"' || character == '%')
        character = '_';
      g_string_append_c (plain, character);
    }

  if (strcmp (plain->str, safe->str) == 0)
    return g_strdup_printf ("attachment; filename=\"%s\"", plain->str);

  extended = g_uri_escape_string (safe->str, "!#$&+^`|", FALSE);
  return g_strdup_printf ("attachment; filename=\"%s\"; filename*=UTF-8''%s", plain->str, extended);
}

/* The URL that says where the mail is: imaps://user@host:port/box (RFC 5092).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-url.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"

#define LONGEST_URL 4096
#define PORT_IMAPS 993
#define PORT_IMAP 143

void
cli_url_free (CliUrl *url)
{
  g_free (url->user);
  g_free (url->host);
  g_free (url->box);
  g_free (url);
}

static gboolean
refuse (const char *text, const char *why, GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
               _ ("“%s” is not the URL of a mailbox: %s; it has the form "
                  "imaps://user@host[:port]/[box]"),
               text, why);

  return FALSE;
}

/* The URL is not repeated: it holds the password. */
static gboolean
refuse_password (GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
               _ ("a password has no place in a URL, where everybody can read it; leave it out "
                  "to be asked for it, or use --password-file"));

  return FALSE;
}

/* Also in a URL that is none, as one without its scheme, or where the password has a slash. */
static gboolean
has_password (const char *text)
{
  const char *scheme = strstr (text, "://");
  const char *start = scheme != NULL ? scheme + 3 : text;
  const char *at = strchr (start, '@');

  return at != NULL && memchr (start, ':', at - start) != NULL;
}

/* UTF-8 without control characters, or NULL. */
static char *
decode (const char *text, gsize length)
{
  g_autofree char *decoded = g_uri_unescape_segment (text, text + length, NULL);

  if (decoded == NULL || !g_utf8_validate (decoded, -1, NULL))
    return NULL;
  for (const char *p = decoded; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return NULL;

  return g_steal_pointer (&decoded);
}

static gboolean
read_number (const char *text, gsize length, guint64 largest, guint *out)
{
  g_autofree char *digits = g_strndup (text, length);
  guint64 value;

  if (!g_ascii_string_to_unsigned (digits, 10, 1, largest, &value, NULL))
    return FALSE;
  *out = value;

  return TRUE;
}

static gboolean
read_scheme (CliUrl *url, const char **rest, GError **error)
{
  if (g_ascii_strncasecmp (*rest, "imaps://", 8) == 0)
    url->is_implicit_tls = TRUE;
  else if (g_ascii_strncasecmp (*rest, "imap://", 7) != 0)
    return refuse (*rest, _ ("it does not begin with imaps:// or imap://"), error);
  *rest += url->is_implicit_tls ? 8 : 7;

  return TRUE;
}

/* RFC 5092, 3: user, or user;AUTH=MECHANISM. */
static gboolean
read_user (CliUrl *url, const char *whole, const char *text, gsize length, GError **error)
{
  const char *parameter = memchr (text, ';', length);

  if (memchr (text, ':', length) != NULL)
    return refuse_password (error);
  if (parameter != NULL)
    return refuse (whole, _ ("it has parameters after the user"), error);
  url->user = decode (text, length);
  if (url->user == NULL || *url->user == '\0')
    return refuse (whole, _ ("its user cannot be read"), error);

  return TRUE;
}

static gboolean
read_host (CliUrl *url, const char *whole, const char *text, gsize length, GError **error)
{
  const char *end = text + length;
  const char *host_end = memchr (text, ':', length);

  if (length > 0 && *text == '[')
    {
      const char *bracket = memchr (text, ']', length);

      if (bracket == NULL)
        return refuse (whole, _ ("its address has no closing bracket"), error);
      url->host = decode (text + 1, bracket - text - 1);
      if (url->host == NULL || strchr (url->host, ':') == NULL)
        return refuse (whole, _ ("what stands in brackets is no IPv6 address"), error);
      host_end = bracket + 1;
    }
  else
    {
      if (host_end == NULL)
        host_end = end;
      url->host = decode (text, host_end - text);
    }

  if (url->host == NULL || *url->host == '\0' || strpbrk (url->host, " /@") != NULL)
    return refuse (whole, _ ("its host cannot be read"), error);
  url->port = url->is_implicit_tls ? PORT_IMAPS : PORT_IMAP;
  if (host_end < end && (*host_end != ':' ||
                         !read_number (host_end + 1, end - host_end - 1, G_MAXUINT16, &url->port)))
    return refuse (whole, _ ("its port is no number from 1 to 65535"), error);

  return TRUE;
}

static gboolean
read_parameter (CliUrl *url, const char *text)
{
  if (g_ascii_strncasecmp (text, "UID=", 4) == 0)
    return read_number (text + 4, strlen (text + 4), G_MAXUINT32, &url->uid);
  if (g_ascii_strncasecmp (text, "UIDVALIDITY=", 12) == 0)
    return read_number (text + 12, strlen (text + 12), G_MAXUINT32, &url->uid_validity);

  return FALSE;
}

/* RFC 5092, 6: box[;UIDVALIDITY=…][/;UID=…] */
static gboolean
read_path (CliUrl *url, const char *whole, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", 4);
  gsize length = parts[0] != NULL ? strlen (parts[0]) : 0;

  if (strpbrk (text, "?#") != NULL)
    /* xgettext:no-c-format */
    return refuse (whole, _ ("“?” and “#” are written %3F and %23"), error);
  for (guint i = 1; parts[0] != NULL && parts[i] != NULL; i++)
    {
      if (g_str_has_suffix (parts[i], "/"))
        parts[i][strlen (parts[i]) - 1] = '\0';
      if (!read_parameter (url, parts[i]))
        return refuse (
            whole, _ ("after its box only ;UIDVALIDITY=number and /;UID=number may come"), error);
    }
  if (length > 0 && parts[0][length - 1] == '/')
    length--;
  if (length == 0)
    return TRUE;
  url->box = decode (parts[0], length);
  if (url->box == NULL)
    return refuse (whole, _ ("its box cannot be read"), error);

  return TRUE;
}

CliUrl *
cli_url_parse (const char *text, GError **error)
{
  g_autoptr (CliUrl) url = g_new0 (CliUrl, 1);
  const char *rest = text;
  const char *path, *at;

  if (strlen (text) > LONGEST_URL || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                   _ ("the URL is longer than %d octets, or no UTF-8"), LONGEST_URL);
      return NULL;
    }
  if (has_password (text))
    {
      refuse_password (error);
      return NULL;
    }
  if (!read_scheme (url, &rest, error))
    return NULL;

  path = rest + strcspn (rest, "/");
  /* The last one: people forget to write the “@” of their user as %40. */
  at = g_strrstr_len (rest, path - rest, "@");
  if (at == NULL)
    {
      refuse (text, _ ("it has no user"), error);
      return NULL;
    }
  if (!read_user (url, text, rest, at - rest, error) ||
      !read_host (url, text, at + 1, path - at - 1, error) ||
      !read_path (url, text, *path == '/' ? path + 1 : path, error))
    return NULL;

  return g_steal_pointer (&url);
}

char *
cli_url_make_text (const CliUrl *url, const char *box)
{
  g_autofree char *user = g_uri_escape_string (url->user, NULL, TRUE);
  g_autofree char *path = g_uri_escape_string (box != NULL ? box : "", "/", TRUE);
  gboolean is_ipv6 = strchr (url->host, ':') != NULL;

  return g_strdup_printf ("%s://%s@%s%s%s:%u/%s", url->is_implicit_tls ? "imaps" : "imap", user,
                          is_ipv6 ? "[" : "", url->host, is_ipv6 ? "]" : "", url->port, path);
}

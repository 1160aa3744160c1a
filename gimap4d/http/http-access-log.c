/* One line for each answer, in one of the formats that web servers share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-access-log.h"

#include <string.h>

/* The names do not follow the language of the user. */
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

#define MASK "***"

/* Parameters that let somebody in: a log is no place for their values. */
static const char *const secret_names[] = {
  "auth", "code", "key", "session", "sessionid", "sid", "sig",
};
/* … and all whose names hold one of these. */
static const char *const secret_words[] = {
  "apikey", "api_key", "authorization", "credential", "jwt",   "oauth",
  "pass",   "pwd",     "secret",        "signature",  "token",
};

static void
append_escaped_length (GString *line, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) text[i];

      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
        g_string_append_printf (line, "\\x%02x", c);
      else
        g_string_append_c (line, (char) c);
    }
}

static void
append_escaped (GString *line, const char *text)
{
  if (text == NULL)
    g_string_append_c (line, '-');
  else
    append_escaped_length (line, text, strlen (text));
}

static gboolean
is_secret_name (const char *name, gsize length)
{
  g_autofree char *unescaped = g_uri_unescape_segment (name, name + length, NULL);
  g_autofree char *lower = unescaped != NULL ? g_ascii_strdown (unescaped, -1) : NULL;

  /* Who hides the name of a parameter has a reason. */
  if (lower == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (secret_names); i++)
    if (g_str_equal (lower, secret_names[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (secret_words); i++)
    if (strstr (lower, secret_words[i]) != NULL)
      return TRUE;

  return FALSE;
}

/* One parameter, up to the next one or the end. */
static void
append_parameter (GString *line, const char *parameter, gsize length)
{
  const char *equals = memchr (parameter, '=', length);
  gsize name_length = equals != NULL ? (gsize) (equals - parameter) : length;

  if (equals == NULL || !is_secret_name (parameter, name_length))
    {
      append_escaped_length (line, parameter, length);
      return;
    }
  append_escaped_length (line, parameter, name_length);
  g_string_append (line, "=" MASK);
}

/* Writes up to the user and password that a full URL may have, and masks them.
 * Returns: what stands behind them */
static const char *
append_scheme (GString *line, const char *url)
{
  const char *authority = url[0] != '/' ? strstr (url, "://") : NULL;
  const char *at;

  if (authority == NULL)
    return url;
  authority += strlen ("://");
  at = memrchr (authority, '@', strcspn (authority, "/?#"));
  if (at == NULL)
    return url;

  append_escaped_length (line, url, (gsize) (authority - url));
  g_string_append (line, MASK);

  return at;
}

static void
append_url (GString *line, const char *url)
{
  const char *next = url != NULL ? append_scheme (line, url) : "-";
  gsize length = strcspn (next, "?#");

  append_escaped_length (line, next, length);
  for (next += length; *next != '\0'; next += length)
    {
      append_escaped_length (line, next++, 1);
      length = strcspn (next, "?&;#");
      append_parameter (line, next, length);
    }
}

static void
append_reader (GString *line, const HttpAccess *access)
{
  g_string_append (line, " \"");
  append_url (line, access->referer);
  g_string_append (line, "\" \"");
  append_escaped (line, access->agent);
  g_string_append_c (line, '"');
}

char *
http_access_format (const HttpAccess *access, GDateTime *time)
{
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%s - - [%02d/%s/%d:%02d:%02d:%02d +0000] \"", access->client,
                          g_date_time_get_day_of_month (time),
                          months[g_date_time_get_month (time) - 1], g_date_time_get_year (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time));
  append_escaped (line, access->verb);
  g_string_append_c (line, ' ');
  append_url (line, access->url);
  g_string_append_printf (line, " HTTP/1.%d\" %u ", access->is_http_1_0 ? 0 : 1, access->status);
  if (access->size >= 0)
    g_string_append_printf (line, "%" G_GINT64_FORMAT, access->size);
  else
    g_string_append_c (line, '-');
  if (!access->is_common)
    append_reader (line, access);
  g_string_append_c (line, '\n');

  return g_string_free (line, FALSE);
}

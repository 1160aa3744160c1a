/* One line for each answer, in one of the formats that web servers share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-access-log.h"

/* The names do not follow the language of the user. */
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static void
append_escaped (GString *line, const char *text)
{
  if (text == NULL)
    {
      g_string_append_c (line, '-');
      return;
    }

  for (const guchar *c = (const guchar *) text; *c != '\0'; c++)
    {
      if (*c < 0x20 || *c > 0x7e || *c == '"' || *c == '\\')
        g_string_append_printf (line, "\\x%02x", *c);
      else
        g_string_append_c (line, (char) *c);
    }
}

static void
append_reader (GString *line, const HttpAccess *access)
{
  g_string_append (line, " \"");
  append_escaped (line, access->referer);
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
  append_escaped (line, access->url);
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

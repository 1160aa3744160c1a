/* The date of a header field (RFC 5322, 3.3).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-date.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-gmime.h"

/* Clocks are at most 14 hours off, allow for 15. */
static gboolean
is_lawful_zone (gint64 zone)
{
  return zone / 100 <= 15 && zone % 100 < 60;
}

/* GMime takes an unlawful zone for UTC. */
static gboolean
has_lawful_zone (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if ((*c == '+' || *c == '-') && c > text && (c[-1] == ' ' || c[-1] == '\t') &&
        g_ascii_isdigit (c[1]))
      return is_lawful_zone (g_ascii_strtoll (c + 1, NULL, 10));

  return TRUE;
}

/* A number of at most @n_digits digits, and what has to follow it. -1 when there is none. */
static int
accept_number (const char **at, guint n_digits, char end)
{
  int number = 0;
  guint n = 0;

  while (n < n_digits && g_ascii_isdigit (**at))
    {
      number = number * 10 + g_ascii_digit_value (**at);
      (*at)++;
      n++;
    }
  if (n == 0 || **at != end)
    return -1;

  if (end != '\0')
    (*at)++;

  return number;
}

static int
accept_month (const char **at)
{
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

  for (guint month = 0; month < 12; month++)
    if (strncmp (*at, names + 3 * month, 3) == 0 && (*at)[3] == ' ')
      {
        *at += 4;
        return month + 1;
      }

  return -1;
}

/* Zones are kept, one for each quarter of an hour: making one costs more than reading the date. */
static GTimeZone *
get_zone (int minutes)
{
  static GTimeZone *zones[2 * 16 * 4];
  GTimeZone **place = &zones[16 * 4 + minutes / 15];
  GTimeZone *zone;

  if (minutes % 15 != 0)
    return g_time_zone_new_offset (minutes * 60);

  if (g_once_init_enter (place))
    {
      zone = g_time_zone_new_offset (minutes * 60);
      g_once_init_leave (place, zone);
    }

  return g_time_zone_ref (*place);
}

/* "Mon, 5 Jan 2026 10:00:00 +0100": what nearly every mail has, read ten times as fast as GMime does.
 * NULL for anything else. */
static GDateTime *
parse_usual (const char *text)
{
  const char *at = strlen (text) > 5 && text[3] == ',' && text[4] == ' ' ? text + 5 : text;
  int day = accept_number (&at, 2, ' ');
  int month = day > 0 ? accept_month (&at) : -1;
  int year = month > 0 ? accept_number (&at, 4, ' ') : -1;
  int hour = year >= 1000 ? accept_number (&at, 2, ':') : -1;
  int minute = hour >= 0 ? accept_number (&at, 2, ':') : -1;
  int second = minute >= 0 ? accept_number (&at, 2, ' ') : -1;
  int sign = *at == '-' ? -1 : 1;
  g_autoptr (GTimeZone) zone = NULL;
  int offset;

  if (second < 0 || (*at != '+' && *at != '-'))
    return NULL;

  at++;
  offset = accept_number (&at, 4, '\0');
  if (offset < 0 || !is_lawful_zone (offset))
    return NULL;

  zone = get_zone (sign * (offset / 100 * 60 + offset % 100));

  return g_date_time_new (zone, year, month, day, hour, minute, second);
}

GDateTime *
email_date_parse (const char *text)
{
  g_autoptr (GDateTime) date = NULL;

  if (text == NULL || strlen (text) > EMAIL_LIMIT_DATE || !has_lawful_zone (text))
    return NULL;

  date = parse_usual (text);
  if (date != NULL)
    return g_steal_pointer (&date);

  email_gmime_get_options ();
  date = g_mime_utils_header_decode_date (text);
  if (date == NULL || g_date_time_get_year (date) < 1 || g_date_time_get_year (date) > 9999)
    return NULL;

  return g_steal_pointer (&date);
}

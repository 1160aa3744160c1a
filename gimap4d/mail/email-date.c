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

/* GMime takes an unlawful zone for UTC. Clocks are at most 14 hours off, allow for 15. */
static gboolean
has_lawful_zone (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if ((*c == '+' || *c == '-') && c > text && (c[-1] == ' ' || c[-1] == '\t') &&
        g_ascii_isdigit (c[1]))
      {
        gint64 zone = g_ascii_strtoll (c + 1, NULL, 10);

        return zone / 100 <= 15 && zone % 100 < 60;
      }

  return TRUE;
}

GDateTime *
email_date_parse (const char *text)
{
  g_autoptr (GDateTime) date = NULL;

  if (text == NULL || strlen (text) > EMAIL_LIMIT_DATE || !has_lawful_zone (text))
    return NULL;

  email_gmime_get_options ();
  date = g_mime_utils_header_decode_date (text);
  if (date == NULL || g_date_time_get_year (date) < 1 || g_date_time_get_year (date) > 9999)
    return NULL;

  return g_steal_pointer (&date);
}

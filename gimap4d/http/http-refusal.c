/* The short answer to a request that goes no further than the gate.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-refusal.h"
#include "gimap4d/http/http-status.h"

#include <libsoup/soup.h>
#include <string.h>

char *
http_refusal_build (guint status)
{
  const char *phrase = http_status_get_phrase (status);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  return g_strdup_printf (
      "HTTP/1.1 %u %s\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: %" G_GSIZE_FORMAT "\r\nX-Content-Type-Options: nosniff\r\n"
      "%sConnection: close\r\n\r\n%s\n",
      status, phrase, date, strlen (phrase) + 1,
      status == 405 ? "Allow: GET, HEAD, POST, OPTIONS\r\n" : "", phrase);
}

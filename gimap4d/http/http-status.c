/* What a status is called.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-status.h"

#include <libsoup/soup.h>

/* Those of the registry of IANA that libsoup has no name for. */
static const struct
{
  guint status;
  const char *phrase;
} phrases[] = {
  { 208, "Already Reported" },
  { 226, "IM Used" },
  { 308, "Permanent Redirect" },
  { 421, "Misdirected Request" },
  { 425, "Too Early" },
  { 426, "Upgrade Required" },
  { 428, "Precondition Required" },
  { 429, "Too Many Requests" },
  { 431, "Request Header Fields Too Large" },
  { 451, "Unavailable For Legal Reasons" },
  { 506, "Variant Also Negotiates" },
  { 508, "Loop Detected" },
  { 511, "Network Authentication Required" },
};

const char *
http_status_get_phrase (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (phrases[i].status == status)
      return phrases[i].phrase;

  return soup_status_get_phrase (status);
}

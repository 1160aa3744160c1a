/* Dates as people write them on a command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-date.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"

GDateTime *
cli_date_parse (const char *text, GError **error)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  g_autofree char *midnight = g_strconcat (text, "T00:00:00", NULL);
  g_autofree char *minute = g_strconcat (text, ":00", NULL);
  GDateTime *date = g_date_time_new_from_iso8601 (text, local);

  if (date == NULL)
    date = g_date_time_new_from_iso8601 (midnight, local);
  if (date == NULL)
    date = g_date_time_new_from_iso8601 (minute, local);
  if (date == NULL)
    g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                 _ ("“%s” is no date; write it as 2024-12-31 or 2024-12-31T18:00"), text);

  return date;
}

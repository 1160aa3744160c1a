/* Searches for points in time and days.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-search.h"

#include "gimap4d/imap/imap-search-private.h"

static GImapSearch *
take_moment (ImapCriteriaDate date, gboolean is_since, GDateTime *date_time)
{
  gint64 microseconds = g_date_time_to_unix (date_time) * G_USEC_PER_SEC +
                        g_date_time_get_microsecond (date_time);

  return imap_search_take (imap_criteria_new_moment (date, is_since, microseconds));
}

/* From midnight to midnight where the date is. */
static GImapSearch *
take_day (ImapCriteriaDate date, GDateTime *date_time)
{
  GTimeZone *zone = g_date_time_get_timezone (date_time);
  g_autoptr (GDateTime) tomorrow = g_date_time_add_days (date_time, 1);
  g_autoptr (GDateTime) end = NULL;
  g_autoptr (GDateTime) begin = NULL;
  g_autoptr (GImapSearch) since = NULL;
  g_autoptr (GImapSearch) before = NULL;

  begin = g_date_time_new (zone, g_date_time_get_year (date_time),
                           g_date_time_get_month (date_time),
                           g_date_time_get_day_of_month (date_time), 0, 0, 0);
  since = take_moment (date, TRUE, begin);
  /* The last day that a date can have. */
  if (tomorrow == NULL)
    return g_steal_pointer (&since);
  end = g_date_time_new (zone, g_date_time_get_year (tomorrow), g_date_time_get_month (tomorrow),
                         g_date_time_get_day_of_month (tomorrow), 0, 0, 0);
  before = take_moment (date, FALSE, end);

  return g_imap_search_both (since, before);
}

/**
 * g_imap_search_new_since: (constructor)
 * @date_time: a point in time
 *
 * Makes a search for mails that were received at a point in time or after it, when the server got them. Exact
 * to the second, wherever server and sender are.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_since (GDateTime *date_time)
{
  g_return_val_if_fail (date_time != NULL, NULL);

  return take_moment (IMAP_CRITERIA_RECEIVED, TRUE, date_time);
}

/**
 * g_imap_search_new_before: (constructor)
 * @date_time: a point in time
 *
 * Makes a search for mails that were received before a point in time, when the server got them. Exact
 * to the second, wherever server and sender are.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_before (GDateTime *date_time)
{
  g_return_val_if_fail (date_time != NULL, NULL);

  return take_moment (IMAP_CRITERIA_RECEIVED, FALSE, date_time);
}

/**
 * g_imap_search_new_on: (constructor)
 * @date_time: any time of a day
 *
 * Makes a search for mails that were received on the day of a date, from midnight to midnight in its
 * time zone, when the server got them.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_on (GDateTime *date_time)
{
  g_return_val_if_fail (date_time != NULL, NULL);

  return take_day (IMAP_CRITERIA_RECEIVED, date_time);
}

/**
 * g_imap_search_new_sent_since: (constructor)
 * @date_time: a point in time
 *
 * Makes a search for mails that were sent at a point in time or after it, by the Date in their
 * header. Mails without such a date are not found. Exact to the second, wherever server and
 * sender are.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_sent_since (GDateTime *date_time)
{
  g_return_val_if_fail (date_time != NULL, NULL);

  return take_moment (IMAP_CRITERIA_SENT, TRUE, date_time);
}

/**
 * g_imap_search_new_sent_before: (constructor)
 * @date_time: a point in time
 *
 * Makes a search for mails that were sent before a point in time, by the Date
 * in their header. Mails without such a date are not found. Exact to the second, wherever server and
 * sender are.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_sent_before (GDateTime *date_time)
{
  g_return_val_if_fail (date_time != NULL, NULL);

  return take_moment (IMAP_CRITERIA_SENT, FALSE, date_time);
}

/**
 * g_imap_search_new_sent_on: (constructor)
 * @date_time: any time of a day
 *
 * Makes a search for mails that were sent on the day of a date, from midnight to midnight in its
 * time zone, by the Date in their header. Mails without such a date are not found.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_sent_on (GDateTime *date_time)
{
  g_return_val_if_fail (date_time != NULL, NULL);

  return take_day (IMAP_CRITERIA_SENT, date_time);
}

/**
 * g_imap_search_new_younger: (constructor)
 * @seconds: an age, from 1
 *
 * Makes a search for mails that the server got within the last seconds (RFC 5032; where the server
 * does not know that, by their dates and the clock of this machine).
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_younger (guint seconds)
{
  return imap_search_take (imap_criteria_new_age (TRUE, MAX (seconds, 1)));
}

/**
 * g_imap_search_new_older: (constructor)
 * @seconds: an age, from 1
 *
 * Makes a search for mails that the server got longer ago than some seconds; see
 * g_imap_search_new_younger().
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_older (guint seconds)
{
  return imap_search_take (imap_criteria_new_age (FALSE, MAX (seconds, 1)));
}

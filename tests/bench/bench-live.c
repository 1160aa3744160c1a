/* Selecting a large box and reading the headers of all of its mails: time, and our share of it.
 *
 *   tests/lib/private-dovecot --many 10000 -- build/tests/live/bench-live
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <string.h>
#include <sys/resource.h>

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static gsize
read_mails (GListModel *list)
{
  gsize n_octets = 0;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (list, i);
      const char *subject = g_email_get_subject (mail);

      n_octets += subject != NULL ? strlen (subject) : 0;
      n_octets += g_list_model_get_n_items (g_email_get_from (mail));
    }

  return n_octets;
}

static void
measure (const char *name, GImapFetchFlags flags)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_user ("IMAPS_PORT");
  double cpu = get_cpu_seconds ();
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMails) mails = NULL;
  gint64 fetched;
  gsize n_octets;

  live_test_select (transporter, "Many", G_IMAP_BOX_STATE_READ_ONLY);
  mails = g_imap_transporter_get_mails_by_number (transporter, 0, 0, flags, NULL, &error);
  g_assert_no_error (error);
  fetched = g_get_monotonic_time ();
  n_octets = read_mails (g_imap_mails_get_list (mails));
  g_print ("%s: %u mails, %zu octets read, %.3f s to fetch, %.3f s in all, %.3f s of our CPU\n",
           name, g_list_model_get_n_items (g_imap_mails_get_list (mails)), n_octets,
           (fetched - start) / 1e6, (g_get_monotonic_time () - start) / 1e6,
           get_cpu_seconds () - cpu);
}

int
main (int argc, char **argv)
{
  for (guint i = 0; i < 3; i++)
    {
      measure ("headers", G_IMAP_FETCH_HEADERS);
      measure ("summary", G_IMAP_FETCH_SUMMARY);
      measure ("whole", G_IMAP_FETCH_WITH_BODY);
    }

  return 0;
}

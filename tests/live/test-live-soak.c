/* R10: connections that come and go, and logins that fail, leave nothing behind.
 *
 *   private-dovecot -- test-live-soak --cycles 10000
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <unistd.h>

/* Until the allocator and the libraries have what they keep. */
#define SHORTEST_WARM_UP 15
/* What it does to pages is no drift yet. */
#define SHORT_RUN_SLACK (1024 * 1024)
#define LONG_RUN 1000

static gint n_cycles = 25;

static const GOptionEntry options[] = {
  { "cycles", 0, 0, G_OPTION_ARG_INT, &n_cycles, "How many of each kind", "N" },
  { NULL },
};

static guint
count_descriptors (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, &error);
  guint n_descriptors = 0;

  g_assert_no_error (error);
  while (g_dir_read_name (folder) != NULL)
    n_descriptors++;

  return n_descriptors;
}

/* In octets. */
static guint64
get_resident (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents ("/proc/self/statm", &text, NULL, &error);
  g_assert_no_error (error);
  words = g_strsplit (text, " ", -1);

  return g_ascii_strtoull (words[1], NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

static void
come_and_go (guint round)
{
  g_autoptr (GImapTransporter)
      transporter = live_test_new_user (round % 2 == 0 ? "IMAPS_PORT" : "STARTTLS_PORT");
  g_autoptr (GError) error = NULL;

  live_test_select (transporter, "INBOX", G_IMAP_BOX_STATE_READ_ONLY);
  g_assert_true (g_imap_transporter_close (transporter, NULL, &error));
  g_assert_no_error (error);
}

static void
be_refused (guint round)
{
  g_autoptr (GImapTransporter) transporter = live_test_new (
      round % 2 == 0 ? "IMAPS_PORT" : "STARTTLS_PORT", "password", "wrong");
  g_autoptr (GError) error = NULL;

  g_assert_null (g_imap_transporter_select_box (transporter, "INBOX", 0, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED);
}

static void
repeat (gconstpointer data)
{
  void (*run) (guint) = (void (*) (guint)) data;
  guint n_descriptors;
  guint64 resident;
  guint64 after;

  for (guint i = 0; i < MAX (SHORTEST_WARM_UP, (guint) n_cycles / 10); i++)
    run (i);
  n_descriptors = count_descriptors ();
  resident = get_resident ();

  for (guint i = 0; i < (guint) n_cycles; i++)
    run (i);
  /* The last connection is let go by another thread. */
  for (guint i = 0; i < 1000 && count_descriptors () > n_descriptors; i++)
    g_usleep (1000);
  after = get_resident ();
  g_test_message ("%d times: %u descriptors before, %u after; %" G_GUINT64_FORMAT
                  " KiB resident before, %" G_GUINT64_FORMAT " KiB after",
                  n_cycles, n_descriptors, count_descriptors (), resident / 1024, after / 1024);
  g_assert_cmpuint (count_descriptors (), <=, n_descriptors);
  /* With the address sanitizer what is freed stays for a while. */
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpuint (after, <, resident + (n_cycles < LONG_RUN ? SHORT_RUN_SLACK : resident / 100));
#endif
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_test_add_data_func ("/live/soak/R10-connections", (gconstpointer) come_and_go, repeat);
  g_test_add_data_func ("/live/soak/R10-refused", (gconstpointer) be_refused, repeat);

  return g_test_run ();
}

/* R10: connections that come and go, and logins that fail, leave nothing behind.
 *
 *   private-dovecot -- test-live-soak --cycles 10000
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include "heap-in-use.h"

#include <string.h>

/* Until the libraries have what they keep. */
#define SHORTEST_WARM_UP 15
#define REFUSED_AT_ONCE 20
#define MORE 4
/* What is in use goes up and down by what the caches of the threads' allocators hold. An object that is
 * leaked in each cycle is more than this in a long run. */
#define IN_USE_SLACK (512 * 1024)
/* What the allocator does to pages in a short run is no drift yet. */
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

/* The last connections are let go by another thread. */
static void
wait_for_descriptors (guint n)
{
  for (guint i = 0; i < 1000 && count_descriptors () > n; i++)
    g_usleep (1000);
}

/* In octets. */
typedef struct
{
  guint64 resident;
  guint64 in_use;
} Memory;

static Memory
measure (void)
{
  Memory memory;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const char *line;

  /* Pages that are free, but kept, would hide or feign a drift. */
  heap_trim ();
  g_file_get_contents ("/proc/self/status", &text, NULL, &error);
  g_assert_no_error (error);
  line = strstr (text, "VmRSS:");
  g_assert_nonnull (line);
  memory.resident = g_ascii_strtoull (line + strlen ("VmRSS:"), NULL, 10) * 1024;
  memory.in_use = heap_get_in_use ();

  return memory;
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
refused_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *n_waiting = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (
      g_imap_transporter_select_box_finish (G_IMAP_TRANSPORTER (source), result, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED);
  (*n_waiting)--;
}

/* Dovecot takes half a second for a refusal, of however many: each twentieth round has twenty. */
static void
be_refused (guint round)
{
  guint n_descriptors = count_descriptors ();
  guint n_waiting = REFUSED_AT_ONCE;

  if (round % REFUSED_AT_ONCE != 0)
    return;
  for (guint i = 0; i < REFUSED_AT_ONCE; i++)
    {
      g_autoptr (GImapTransporter) transporter = live_test_new (
          i % 2 == 0 ? "IMAPS_PORT" : "STARTTLS_PORT", "password", "wrong");

      g_imap_transporter_select_box_async (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL,
                                           refused_cb, &n_waiting);
    }
  while (n_waiting > 0)
    g_main_context_iteration (NULL, TRUE);
  wait_for_descriptors (n_descriptors);
}

/* The allocator takes a while until it has found its form, longer than there is patience for: the
 * pages are compared in the second half, where a leak grows as it does in the first. */
static gboolean
has_drifted (const Memory *begin, const Memory *middle, const Memory *end)
{
  guint64 slack = n_cycles < LONG_RUN ? SHORT_RUN_SLACK : middle->resident / 100;

  return end->in_use > begin->in_use + IN_USE_SLACK || end->resident > middle->resident + slack;
}

static void
check_memory (const Memory *begin, const Memory *middle, const Memory *end)
{
  g_test_message ("%d times: KiB in use %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                  ", %" G_GUINT64_FORMAT "; resident %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                  ", %" G_GUINT64_FORMAT " after warming up, in the middle, and at the end",
                  n_cycles, begin->in_use / 1024, middle->in_use / 1024, end->in_use / 1024,
                  begin->resident / 1024, middle->resident / 1024, end->resident / 1024);
  /* With the address sanitizer what is freed stays for a while. */
#ifndef __SANITIZE_ADDRESS__
  g_assert_false (has_drifted (begin, middle, end));
#endif
}

static void
repeat (gconstpointer data)
{
  void (*run) (guint) = (void (*) (guint)) data;
  guint n_descriptors;
  Memory begin;
  Memory middle;
  Memory end;

  for (guint i = 0; i < MAX (SHORTEST_WARM_UP, (guint) n_cycles / 10); i++)
    run (i);
  n_descriptors = count_descriptors ();
  begin = measure ();

  for (guint i = 0; i < (guint) n_cycles / 2; i++)
    run (i);
  middle = measure ();
  for (guint i = (guint) n_cycles / 2; i < (guint) n_cycles; i++)
    run (i);
  wait_for_descriptors (n_descriptors);
  end = measure ();
  /* What is there by chance goes again; of a leak there is more each time. */
  for (guint i = 0; i < MORE && has_drifted (&begin, &middle, &end); i++)
    {
      for (guint j = 0; j < (guint) n_cycles / 20; j++)
        run (j);
      wait_for_descriptors (n_descriptors);
      end = measure ();
    }

  g_test_message ("%u descriptors before, %u after", n_descriptors, count_descriptors ());
  g_assert_cmpuint (count_descriptors (), <=, n_descriptors);
  check_memory (&begin, &middle, &end);
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

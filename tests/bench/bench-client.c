/* One workload, once, in a process of its own: what it costs.
 *
 *   bench-client KIND WORKLOAD [options]
 *
 * KIND is "library", or "bare" or "gio", which send the commands of a journal and read what comes
 * (see bench-loop.h). It prints one line of JSON: how many mails and octets came in the measured
 * span, which begins behind the SELECT, and its CPU, its time, and the peak memory of the process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "bench-loop.h"
#include "bench-workload.h"

#include <string.h>
#include <sys/resource.h>
#include <valgrind/callgrind.h>

static int port;
static gboolean with_tls;
static char *authority;
static char *journal;
static BenchPlace place = { .user = "alice", .password = "wonder land" };

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Of this process; getrusage () would name that of the one that started it, when that was larger. */
static guint64
get_peak_kib (void)
{
  g_autofree char *status = NULL;
  const char *line = NULL;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    line = strstr (status, "VmHWM:");

  return line != NULL ? g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10) : 0;
}

typedef struct
{
  double cpu;
  gint64 time;
} Start;

static Start
begin (void)
{
  CALLGRIND_START_INSTRUMENTATION;

  return (Start){ get_cpu_seconds (), g_get_monotonic_time () };
}

static void
report (Start start, BenchCount count)
{
  double cpu = get_cpu_seconds () - start.cpu;
  double wall = (g_get_monotonic_time () - start.time) / 1e6;

  CALLGRIND_STOP_INSTRUMENTATION;
  g_print ("{\"mails\": %" G_GUINT64_FORMAT ", \"content\": %" G_GUINT64_FORMAT
           ", \"octets\": %" G_GUINT64_FORMAT ", \"cpu\": %.6f, \"wall\": %.6f, \"kib\": "
           "%" G_GUINT64_FORMAT "}\n",
           count.mails, count.content, count.octets, cpu, wall, get_peak_kib ());
}

static void
run_loop (const BenchWorkload *workload, gboolean is_bare)
{
  g_autoptr (GPtrArray) commands = bench_journal_read (journal);
  guint n_before = 0;
  BenchCount count = { 0 };
  Start start = begin ();
  BenchLoop *loop = is_bare ? bench_loop_new_bare (port, with_tls) :
                              bench_loop_new_gio (port, with_tls);

  for (guint i = 0; i < commands->len && !workload->opens; i++)
    if (bench_journal_is (commands->pdata[i], "SELECT"))
      n_before = i + 1;

  count.octets = bench_loop_read_greeting (loop);
  for (guint i = 0; i < commands->len && !bench_journal_is (commands->pdata[i], "LOGOUT"); i++)
    {
      if (i == n_before && n_before > 0)
        {
          count.octets = 0;
          start = begin ();
        }
      count.octets += bench_loop_run (loop, commands->pdata[i]);
    }
  report (start, count);
  bench_loop_free (loop);
}

static void
run_library (const BenchWorkload *workload)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  BenchCount count = { 0 };
  guint64 before = 0;
  Start start;

  place.port = port;
  place.with_tls = with_tls;
  place.authority = authority;
  if (workload->opens)
    {
      start = begin ();
      transporter = bench_workload_open (&place);
    }
  else
    {
      transporter = bench_workload_open (&place);
      before = bench_workload_get_octets (transporter);
      start = begin ();
      workload->run (transporter, &place, &count);
    }
  count.octets = bench_workload_get_octets (transporter) - before;
  report (start, count);
}

static const GOptionEntry options[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &port, "The server's port", "PORT" },
  { "tls", 0, 0, G_OPTION_ARG_NONE, &with_tls, "With TLS", NULL },
  { "authority", 0, 0, G_OPTION_ARG_FILENAME, &authority, "Who signed its certificate", "FILE" },
  { "journal", 0, 0, G_OPTION_ARG_FILENAME, &journal, "The commands for the loops", "FILE" },
  { "box", 0, 0, G_OPTION_ARG_STRING, &place.box, "The box to select", "NAME" },
  { 0 },
};

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("KIND WORKLOAD");
  g_autoptr (GError) error = NULL;
  const BenchWorkload *workload = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (argc == 3)
    workload = bench_workload_find (argv[2]);
  if (workload == NULL)
    g_error ("%s", g_option_context_get_help (context, TRUE, NULL));

  if (g_str_equal (argv[1], "library"))
    run_library (workload);
  else
    run_loop (workload, g_str_equal (argv[1], "bare"));

  return 0;
}

/* One span of a process: its CPU, its time, and the peak memory of the process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "bench-measure.h"

#include <string.h>
#include <sys/resource.h>
#include <valgrind/callgrind.h>

char **
bench_parse_arguments (int argc, char **argv, BenchPlace *place)
{
  const GOptionEntry options[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &place->port, "The server's port", "PORT" },
    { "tls", 0, 0, G_OPTION_ARG_NONE, &place->with_tls, "With TLS", NULL },
    { "authority", 0, 0, G_OPTION_ARG_FILENAME, &place->authority, "Who signed its certificate",
      "FILE" },
    { "journal", 0, 0, G_OPTION_ARG_FILENAME, &place->journal, "The commands for the loops",
      "FILE" },
    { "box", 0, 0, G_OPTION_ARG_STRING, &place->box, "The box to select", "NAME" },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("KIND WORKLOAD");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (argc != 3)
    g_error ("%s", g_option_context_get_help (context, TRUE, NULL));

  return argv + 1;
}

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

BenchStart
bench_begin (void)
{
  CALLGRIND_START_INSTRUMENTATION;

  return (BenchStart){ get_cpu_seconds (), g_get_monotonic_time () };
}

void
bench_report (BenchStart start, const BenchCount *count)
{
  double cpu = get_cpu_seconds () - start.cpu;
  double wall = (g_get_monotonic_time () - start.time) / 1e6;

  CALLGRIND_STOP_INSTRUMENTATION;
  g_print ("{\"mails\": %" G_GUINT64_FORMAT ", \"content\": %" G_GUINT64_FORMAT
           ", \"octets\": %" G_GUINT64_FORMAT ", \"cpu\": %.6f, \"wall\": %.6f, \"kib\": "
           "%" G_GUINT64_FORMAT "}\n",
           count->mails, count->content, count->octets, cpu, wall, get_peak_kib ());
}

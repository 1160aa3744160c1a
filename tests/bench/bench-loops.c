/* What the library is compared with, once, in a process of its own: see bench-loop.h.
 *
 *   bench-loops bare|gio WORKLOAD --journal FILE --port PORT [--tls]
 *
 * It sends the commands of a journal and reads what comes. What is measured begins behind the SELECT,
 * as with the library.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "bench-loop.h"
#include "bench-measure.h"

static guint
count_before (GPtrArray *commands)
{
  guint n_before = 0;

  for (guint i = 0; i < commands->len; i++)
    if (bench_journal_is (commands->pdata[i], "SELECT"))
      n_before = i + 1;

  return n_before;
}

int
main (int argc, char **argv)
{
  BenchPlace place = { 0 };
  char **arguments = bench_parse_arguments (argc, argv, &place);
  g_autoptr (GPtrArray) commands = bench_journal_read (place.journal);
  guint n_before = g_str_equal (arguments[1], "open") ? 0 : count_before (commands);
  BenchStart start = bench_begin ();
  BenchLoop *loop = g_str_equal (arguments[0], "bare") ?
                        bench_loop_new_bare (place.port, place.with_tls) :
                        bench_loop_new_gio (place.port, place.with_tls);
  BenchCount count = { .octets = bench_loop_read_greeting (loop) };

  for (guint i = 0; i < commands->len && !bench_journal_is (commands->pdata[i], "LOGOUT"); i++)
    {
      if (i == n_before && n_before > 0)
        {
          count.octets = 0;
          start = bench_begin ();
        }
      count.octets += bench_loop_run (loop, commands->pdata[i]);
    }
  bench_report (start, &count);
  bench_loop_free (loop);

  return 0;
}

/* One workload of the library, once, in a process of its own.
 *
 *   bench-client library WORKLOAD --port PORT --box NAME [--tls --authority FILE]
 *
 * What is measured begins behind the SELECT, but for the workload "open".
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "bench-workload.h"

int
main (int argc, char **argv)
{
  BenchPlace place = { 0 };
  char **arguments = bench_parse_arguments (argc, argv, &place);
  const BenchWorkload *workload = bench_workload_find (arguments[1]);
  BenchStart start = workload->run == NULL ? bench_begin () : (BenchStart){ 0 };
  g_autoptr (GImapTransporter) transporter = bench_workload_open (&place);
  BenchCount count = { 0 };
  guint64 before = 0;

  if (workload->run != NULL)
    {
      before = bench_workload_get_octets (transporter);
      start = bench_begin ();
      workload->run (transporter, &count, &start);
    }
  count.octets = bench_workload_get_octets (transporter) - before;
  bench_report (start, &count);

  return 0;
}

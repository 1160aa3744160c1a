/* One span of a process: its CPU, its time, and the peak memory of the process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 mails;
  guint64 content; /* octets of what was asked for, as the caller got them */
  guint64 octets;  /* that came over the connection */
} BenchCount;

typedef struct
{
  double cpu;
  gint64 time;
} BenchStart;

typedef struct
{
  int port;
  gboolean with_tls;
  char *authority; /* who signed the server's certificate */
  char *journal;
  char *box;
} BenchPlace;

/* KIND WORKLOAD and the options; ends the program when they are wrong. Returns @argv behind the
 * program's name. */
char **bench_parse_arguments (int argc, char **argv, BenchPlace *place);

BenchStart bench_begin (void);
/* Prints one line of JSON. */
void bench_report (BenchStart start, const BenchCount *count);

G_END_DECLS

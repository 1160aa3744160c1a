/* What a program does with a mailbox, as the benchmark measures it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef struct
{
  guint port;
  gboolean with_tls;
  const char *authority;
  const char *user;
  const char *password;
  char *box;
} BenchPlace;

typedef struct
{
  guint64 mails;
  guint64 content; /* octets of what was asked for, as the caller got them */
  guint64 octets;  /* that came over the connection */
} BenchCount;

typedef struct
{
  const char *name;
  gboolean opens; /* opening and selecting is what is measured */
  void (*run) (GImapTransporter *transporter, const BenchPlace *place, BenchCount *count);
} BenchWorkload;

/* NULL when there is none of this name. */
const BenchWorkload *bench_workload_find (const char *name);

/* Logged in, with the box selected. */
GImapTransporter *bench_workload_open (const BenchPlace *place);
guint64 bench_workload_get_octets (GImapTransporter *transporter);

G_END_DECLS

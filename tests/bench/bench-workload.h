/* What a program does with a mailbox, as the benchmark measures it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "bench-measure.h"

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  /* NULL: opening and selecting is what is measured. It may begin the span again when all is
   * prepared. */
  void (*run) (GImapTransporter *transporter, BenchCount *count, BenchStart *start);
} BenchWorkload;

/* Ends the program when there is none of this name. */
const BenchWorkload *bench_workload_find (const char *name);

/* Logged in, with the box selected. */
GImapTransporter *bench_workload_open (const BenchPlace *place);
guint64 bench_workload_get_octets (GImapTransporter *transporter);

G_END_DECLS

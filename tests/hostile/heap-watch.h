/* Watches the allocator of the program that links it: the peak, and requests larger than they may be.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What one allocation may take beyond what was received: a step of 64 KiB, and a literal that is given
 * its place when it is announced, of IMAP_LIMIT_LITERAL_AT_ONCE. */
#define HEAP_WATCH_ROOM (64 * 1024 + 1024 * 1024)
/* A block grows by a half at a time, a GString doubles, and Latin-1 is twice as long in UTF-8. */
#define HEAP_WATCH_FACTOR 2

typedef struct
{
  gint64 peak;        /* bytes above what there was at the start */
  guint64 largest;    /* bytes of the largest request */
  guint64 excess;     /* bytes of the request that was furthest above what it may be; 0: none was */
  guint64 n_received; /* what had come in by then */
} HeapWatchFigures;

/* FALSE under sanitizers and valgrind: they have an allocator of their own. */
gboolean heap_watch_works (void);

/* A request may be as large as HEAP_WATCH_FACTOR times *n_received, which others count up meanwhile,
 * what is allowed besides, and HEAP_WATCH_ROOM together. */
void heap_watch_start (const guint64 *n_received);
void heap_watch_allow (guint64 bytes);
void heap_watch_stop (HeapWatchFigures *out_figures);

G_END_DECLS

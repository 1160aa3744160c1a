/* The loops that the library is compared with: they read the same octets and look for nothing but the
 * tagged reply.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The commands of a journal of replay-server, tags and all, in order: of GBytes. */
GPtrArray *bench_journal_read (const char *path);
gboolean bench_journal_is (GBytes *command, const char *name);

typedef struct _BenchLoop BenchLoop;

/* The limit: a socket, GnuTLS over it with @with_tls, blocks of 256 KiB. */
BenchLoop *bench_loop_new_bare (guint16 port, gboolean with_tls);
/* What a library on GIO can hope for: the same by way of GSocketClient and GTlsConnection. */
BenchLoop *bench_loop_new_gio (guint16 port, gboolean with_tls);
void bench_loop_free (BenchLoop *loop);

/* Each returns how many octets came. */
guint64 bench_loop_read_greeting (BenchLoop *loop);
guint64 bench_loop_run (BenchLoop *loop, GBytes *command);

G_END_DECLS

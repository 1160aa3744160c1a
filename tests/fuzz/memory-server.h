/* A network of memory: what the library sends goes to functions of the test, what these say it reads.
 *
 * Takes the place of gimap4d/imap/net/imap-connector.c, imap-tls.c and session/imap-io-thread.c: there
 * is no thread, no socket, no name, and TLS is a mark on the stream. Everything happens in the default main
 * context, in the same order each time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  /* Whether there is a server, the client has connected to it then. */
  gboolean (*connected) (gpointer user);
  /* The client begins TLS; FALSE when that fails. */
  gboolean (*secured) (gpointer user);
  void (*received) (gpointer user, const char *bytes, gsize size, gboolean is_secure);
} MemoryServer;

/* @write_limit: octets that one write takes, every second one takes none; 0 for all. */
void memory_server_start (const MemoryServer *server, gpointer user, gsize write_limit);
/* No connection is left behind. */
void memory_server_stop (void);

/* The client has neither closed the last connection nor was it ended here. */
gboolean memory_server_is_open (void);
gboolean memory_server_is_secure (void);
/* It has not read all yet that was sent. */
gboolean memory_server_has_unread (void);
void memory_server_send (const char *bytes, gsize size);
void memory_server_end (gboolean is_reset);

/* Runs what can run without waiting. FALSE when it does not come to an end. */
gboolean memory_server_settle (void);

G_END_DECLS

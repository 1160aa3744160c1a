/* The door of the server: listens, lets clients in as long as there is room, and sends them home.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/http-connection.h"

G_BEGIN_DECLS

typedef struct _HttpGuard HttpGuard;

/* Everything happens in the thread-default context of this call. */
HttpGuard *http_guard_new (SoupServer *server,
                           const HttpConnectionLimits *limits,
                           guint max_connections,
                           GTlsCertificate *certificate);
void http_guard_unref (HttpGuard *guard);

/* Takes a listening socket. */
void http_guard_add_socket (HttpGuard *guard, GSocket *socket);

/* With @share_port other processes of the user may listen on it too. */
GSocket *http_guard_bind (GSocketAddress *address, gboolean share_port, GError **error);

/* How many clients are connected, have connected, and were sent home again. */
guint http_guard_count (HttpGuard *guard, guint64 *out_accepted, guint64 *out_refused);

/* Lets nobody in any more, closes who is idle; @drained is called when the last one is gone. */
void http_guard_drain (HttpGuard *guard, GSourceFunc drained, gpointer data);

/* Cuts everybody. */
void http_guard_cut (HttpGuard *guard);

G_END_DECLS

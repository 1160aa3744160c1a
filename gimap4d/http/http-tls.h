/* The TLS of one client: how it begins, and how it says goodbye.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Called in the context that was given, unless the cancellable is cancelled by then, which whoever
 * waits does before @data goes away, and instead of closing the socket: that is done here when the
 * thread of TLS has left it. */
typedef void (*HttpTlsFunc) (gboolean is_done, gpointer data);

/* The encrypted stream above @base, whose handshake has begun; NULL where there is no TLS. */
GIOStream *http_tls_begin (GSocketConnection *base,
                           GTlsCertificate *certificate,
                           GMainContext *context,
                           GCancellable *cancellable,
                           HttpTlsFunc func,
                           gpointer data);
/* Says goodbye as TLS wants it, which waits when the client does not read. */
void http_tls_end (GIOStream *tls,
                   GSocket *socket,
                   GMainContext *context,
                   GCancellable *cancellable,
                   HttpTlsFunc func,
                   gpointer data);

G_END_DECLS

/* From an address to a byte stream: DNS, proxy, TCP, each in its time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Told of each way that is tried: through this proxy (its kind, address and port), or NULL for none. */
typedef void (*ImapConnectorWayFunc) (const char *proxy, gpointer user_data);

/* Connects in the thread-default context. Errors are G_IMAP_ERROR_DNS and _CONNECT. */
void imap_connector_connect_async (const char *host,
                                   guint16 port,
                                   const char *scheme,
                                   GProxyResolver *proxy_resolver,
                                   ImapConnectorWayFunc way_func,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GSocketConnection *imap_connector_connect_finish (GAsyncResult *result, GError **error);

G_END_DECLS

/* From an address to a byte stream: DNS, proxy, TCP, each in its time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/net/imap-connector.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* What cannot be set is done without: none of it is needed for the dialogue to be right. */
static void
set_option (GSocket *socket, int level, int option, int value)
{
  g_socket_set_option (socket, level, option, value, NULL);
}

static void
prepare_socket (GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  /* Commands are short and wait for their reply: Nagle's algorithm would hold them back. */
  set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE);

  /* Not by g_socket_set_keepalive (), which has a warning for a failure. */
  set_option (socket, SOL_SOCKET, SO_KEEPALIVE, TRUE);
#ifdef TCP_KEEPIDLE
  set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, IMAP_LIMIT_KEEPALIVE_IDLE_S);
  set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, IMAP_LIMIT_KEEPALIVE_INTERVAL_S);
  set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, IMAP_LIMIT_KEEPALIVE_COUNT);
#endif
#ifdef TCP_USER_TIMEOUT
  set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, IMAP_LIMIT_TCP_USER_TIMEOUT_MS);
#endif
}

static GError *
name_cause (GError *cause)
{
  GError *named;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cause;

  if (cause->domain == G_RESOLVER_ERROR)
    named = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DNS, _ ("the name does not resolve: %s"),
                         cause->message);
  else
    named = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_CONNECT, _ ("no connection: %s"),
                         cause->message);
  g_error_free (cause);

  return named;
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GSocketConnection *connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result,
                                                                  &error);

  if (connection == NULL)
    {
      g_task_return_error (task, name_cause (error));
      return;
    }

  prepare_socket (connection);
  g_task_return_pointer (task, connection, g_object_unref);
}

void
imap_connector_connect_async (const char *host,
                              guint16 port,
                              const char *scheme,
                              GProxyResolver *proxy_resolver,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = NULL;

  g_task_set_source_tag (task, imap_connector_connect_async);

  /* The scheme is what a proxy resolver decides by. */
  address = g_object_new (G_TYPE_NETWORK_ADDRESS, "hostname", host, "port", (guint) port, "scheme",
                          scheme, NULL);
  if (proxy_resolver != NULL)
    g_socket_client_set_proxy_resolver (client, proxy_resolver);
  g_socket_client_connect_async (client, address, cancellable, connected_cb, task);
}

GSocketConnection *
imap_connector_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

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

/* One call of imap_connector_connect_async (). */
typedef struct
{
  ImapConnectorWayFunc way_func;
  gpointer user_data;
  char *proxy; /* owned, nullable: through which the last try went */
} Attempt;

static void
attempt_free (Attempt *attempt)
{
  g_free (attempt->proxy);
  g_free (attempt);
}

/* Not g_proxy_address_get_uri (): there may be a password in it. */
static char *
dup_proxy_name (GProxyAddress *address)
{
  GInetSocketAddress *place = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (place));

  return g_strdup_printf ("%s://%s:%u", g_proxy_address_get_protocol (address), host,
                          g_inet_socket_address_get_port (place));
}

static void
event_cb (GSocketClient *client,
          GSocketClientEvent event,
          GSocketConnectable *connectable,
          GIOStream *connection,
          gpointer user_data)
{
  Attempt *attempt = user_data;
  g_autoptr (GSocketAddress) address = NULL;

  if (event != G_SOCKET_CLIENT_CONNECTING)
    return;

  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  g_clear_pointer (&attempt->proxy, g_free);
  if (G_IS_PROXY_ADDRESS (address))
    attempt->proxy = dup_proxy_name (G_PROXY_ADDRESS (address));
  attempt->way_func (attempt->proxy, attempt->user_data);
}

static GError *
name_cause (const Attempt *attempt, GError *cause)
{
  GError *named;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cause;

  if (cause->domain == G_RESOLVER_ERROR)
    named = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DNS, _ ("the name does not resolve: %s"),
                         cause->message);
  else if (attempt->proxy != NULL)
    named = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_CONNECT,
                         _ ("no connection through the proxy %s: %s"), attempt->proxy,
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

  g_signal_handlers_disconnect_by_func (source, event_cb, g_task_get_task_data (task));
  if (connection == NULL)
    {
      g_task_return_error (task, name_cause (g_task_get_task_data (task), error));
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
                              ImapConnectorWayFunc way_func,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Attempt attempt = { way_func, user_data, NULL };
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = NULL;

  g_task_set_source_tag (task, imap_connector_connect_async);
  g_task_set_task_data (task, g_memdup2 (&attempt, sizeof attempt), (GDestroyNotify) attempt_free);

  /* The scheme is what a proxy resolver decides by. */
  address = g_object_new (G_TYPE_NETWORK_ADDRESS, "hostname", host, "port", (guint) port, "scheme",
                          scheme, NULL);
  if (proxy_resolver != NULL)
    g_socket_client_set_proxy_resolver (client, proxy_resolver);
  g_signal_connect (client, "event", G_CALLBACK (event_cb), g_task_get_task_data (task));
  g_socket_client_connect_async (client, address, cancellable, connected_cb, task);
}

GSocketConnection *
imap_connector_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

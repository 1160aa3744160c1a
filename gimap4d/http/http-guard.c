/* The door of the server: listens, lets clients in as long as there is room, and sends them home.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-guard.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

/* How many clients are let in before others get their turn. */
#define ACCEPT_BATCH 64

typedef struct
{
  HttpGuard *guard; /* unowned */
  GSocket *socket;  /* owned */
  GSource *source;  /* owned, nullable: while there are no descriptors left */
} Listener;

struct _HttpGuard
{
  guint count;
  SoupServer *server; /* owned */
  gulong signals[3];
  HttpConnectionLimits limits;
  guint max_connections;
  GTlsCertificate *certificate; /* owned, nullable */
  GMainContext *context;        /* owned */
  HttpPoller *poller;           /* owned */
  GPtrArray *listeners;         /* owned, of Listener */
  GPtrArray *connections;       /* of HttpConnection, each with a reference to this */
  GSource *tick;                /* owned, nullable: while there is something to watch */
  GSourceFunc drained;          /* nullable */
  gpointer drained_data;
  guint64 n_accepted;
  guint64 n_refused;
};

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  if (listener->source != NULL)
    {
      g_source_destroy (listener->source);
      g_source_unref (listener->source);
    }
  g_socket_close (listener->socket, NULL);
  g_object_unref (listener->socket);
  g_free (listener);
}

static void
request_started_cb (SoupServer *server, SoupServerMessage *message, gpointer data)
{
  HttpConnection *connection = http_connection_find (message);

  if (connection != NULL)
    http_connection_request_started (connection, message);
}

static void
request_finished_cb (SoupServer *server, SoupServerMessage *message, gpointer data)
{
  HttpConnection *connection = http_connection_find (message);

  if (connection != NULL)
    http_connection_request_ended (connection, message, TRUE);
}

/* libsoup ends every answer with status 500 in this way, the complete ones too. */
static void
request_aborted_cb (SoupServer *server, SoupServerMessage *message, gpointer data)
{
  HttpConnection *connection = http_connection_find (message);
  gboolean is_complete = soup_server_message_get_status (message) == 500;

  if (connection != NULL)
    http_connection_request_ended (connection, message, is_complete);
}

HttpGuard *
http_guard_new (SoupServer *server,
                const HttpConnectionLimits *limits,
                guint max_connections,
                GTlsCertificate *certificate)
{
  HttpGuard *guard = g_new0 (HttpGuard, 1);

  guard->count = 1;
  guard->server = g_object_ref (server);
  guard->limits = *limits;
  guard->max_connections = max_connections;
  guard->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  guard->context = g_main_context_ref_thread_default ();
  guard->poller = http_poller_new (guard->context, TRUE);
  guard->listeners = g_ptr_array_new_with_free_func (listener_free);
  guard->connections = g_ptr_array_new ();
  guard->signals[0] = g_signal_connect (server, "request-started", G_CALLBACK (request_started_cb),
                                        NULL);
  guard->signals[1] = g_signal_connect (server, "request-finished",
                                        G_CALLBACK (request_finished_cb), NULL);
  guard->signals[2] = g_signal_connect (server, "request-aborted", G_CALLBACK (request_aborted_cb),
                                        NULL);

  return guard;
}

static void
stop_tick (HttpGuard *guard)
{
  if (guard->tick == NULL)
    return;

  g_source_destroy (guard->tick);
  g_clear_pointer (&guard->tick, g_source_unref);
}

void
http_guard_unref (HttpGuard *guard)
{
  if (--guard->count > 0)
    return;

  stop_tick (guard);
  for (guint i = 0; i < G_N_ELEMENTS (guard->signals); i++)
    g_signal_handler_disconnect (guard->server, guard->signals[i]);
  g_ptr_array_unref (guard->listeners);
  g_ptr_array_unref (guard->connections);
  http_poller_unref (guard->poller);
  g_clear_object (&guard->certificate);
  g_object_unref (guard->server);
  g_main_context_unref (guard->context);
  g_free (guard);
}

static gboolean accept_cb (GSocket *socket, GIOCondition condition, gpointer data);

static void
watch (Listener *listener)
{
  listener->source = g_socket_create_source (listener->socket, G_IO_IN, NULL);
  g_source_set_callback (listener->source, G_SOURCE_FUNC (accept_cb), listener, NULL);
  g_source_attach (listener->source, listener->guard->context);
}

static void
mute (Listener *listener)
{
  g_source_destroy (listener->source);
  g_clear_pointer (&listener->source, g_source_unref);
}

/* What is cut leaves the list later, in the main loop. */
static void
for_each_connection (HttpGuard *guard, void (*func) (HttpConnection *connection))
{
  for (guint i = 0; i < guard->connections->len; i++)
    func (g_ptr_array_index (guard->connections, i));
}

static gboolean
tick_cb (gpointer data)
{
  HttpGuard *guard = data;
  gint64 now = g_get_monotonic_time ();
  gboolean is_muted = FALSE;

  for (guint i = 0; i < guard->connections->len; i++)
    http_connection_tick (g_ptr_array_index (guard->connections, i), now);
  for (guint i = 0; i < guard->listeners->len; i++)
    {
      Listener *listener = g_ptr_array_index (guard->listeners, i);

      if (listener->source == NULL)
        {
          watch (listener);
          is_muted = TRUE;
        }
    }

  if (is_muted || guard->connections->len > 0)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&guard->tick, g_source_unref);
  return G_SOURCE_REMOVE;
}

static void
start_tick (HttpGuard *guard)
{
  if (guard->tick != NULL)
    return;

  guard->tick = g_timeout_source_new (HTTP_TICK_MS);
  g_source_set_callback (guard->tick, tick_cb, guard, NULL);
  g_source_attach (guard->tick, guard->context);
}

static void
tell_drained (HttpGuard *guard)
{
  GSourceFunc drained = guard->drained;

  if (drained == NULL || guard->connections->len > 0)
    return;

  guard->drained = NULL;
  drained (guard->drained_data);
}

static void
closed_cb (HttpConnection *connection, gpointer data)
{
  HttpGuard *guard = data;

  g_ptr_array_remove_fast (guard->connections, connection);
  http_connection_free (connection);
  tell_drained (guard);
  http_guard_unref (guard);
}

static gboolean
is_loopback (const char *host)
{
  return g_str_has_prefix (host, "127.") || g_str_equal (host, "::1") || g_str_equal (host, "unix");
}

static gboolean
has_room (HttpGuard *guard, HttpConnection *newcomer)
{
  const char *host = http_connection_get_remote_host (newcomer);
  const char *network = http_connection_get_remote_network (newcomer);
  guint n_staying = 0;
  guint n_same = 0;

  for (guint i = 0; i < guard->connections->len; i++)
    {
      HttpConnection *connection = g_ptr_array_index (guard->connections, i);

      n_staying += !http_connection_is_leaving (connection);
      n_same += g_str_equal (network, http_connection_get_remote_network (connection));
    }

  return n_staying < guard->max_connections &&
         (is_loopback (host) || n_same < HTTP_LIMIT_CONNECTIONS_PER_ADDRESS);
}

/* Who gets a refusal stays until he has read it. With as many of those as there are places, the next
 * ones get none. */
static void
send_home (HttpGuard *guard, HttpConnection *connection)
{
  guard->n_refused++;
  if (guard->connections->len / 2 < guard->max_connections)
    http_connection_refuse (connection, 503);
  else
    http_connection_cut (connection);
}

static void
let_in (HttpGuard *guard, GSocket *socket)
{
  g_autoptr (GSocketConnection) client = g_socket_connection_factory_create_connection (socket);
  HttpConnection *connection = NULL;
  gboolean is_welcome = FALSE;

  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);

  guard->count++;
  guard->n_accepted++;
  connection = http_connection_new (guard->server, guard->poller, client, guard->certificate,
                                    &guard->limits, closed_cb, guard);
  is_welcome = has_room (guard, connection);
  g_ptr_array_add (guard->connections, connection);
  if (!is_welcome)
    send_home (guard, connection);
  start_tick (guard);
}

/* A failed accept never ends the listening. Without descriptors left it pauses until the next tick:
 * the clients wait in the queue of the kernel. */
static gboolean
accept_cb (GSocket *socket, GIOCondition condition, gpointer data)
{
  Listener *listener = data;
  HttpGuard *guard = listener->guard;

  for (guint i = 0; i < ACCEPT_BATCH; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) client = g_socket_accept (socket, NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (client != NULL)
        {
          let_in (guard, client);
          continue;
        }

      mute (listener);
      start_tick (guard);
      return G_SOURCE_REMOVE;
    }

  return G_SOURCE_CONTINUE;
}

void
http_guard_add_socket (HttpGuard *guard, GSocket *socket)
{
  Listener *listener = g_new0 (Listener, 1);

  listener->guard = guard;
  listener->socket = g_object_ref (socket);
  g_socket_set_blocking (socket, FALSE);
  watch (listener);
  g_ptr_array_add (guard->listeners, listener);
}

static gboolean
set_options (int fd, GSocketFamily family, gboolean share_port)
{
  const int on = 1;

  if (family == G_SOCKET_FAMILY_UNIX)
    return TRUE;
  if (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
    return FALSE;
  if (family == G_SOCKET_FAMILY_IPV6 &&
      setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
    return FALSE;

  return !share_port || setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
}

/* By hand, because g_socket_bind() takes SO_REUSEPORT back. */
GSocket *
http_guard_bind (GSocketAddress *address, gboolean share_port, GError **error)
{
  struct sockaddr_storage native;
  gssize size = g_socket_address_get_native_size (address);
  GSocketFamily family = g_socket_address_get_family (address);
  GSocket *socket_object = NULL;
  int fd = -1;

  if (!g_socket_address_to_native (address, &native, sizeof native, error))
    return NULL;

  fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || !set_options (fd, family, share_port) ||
      bind (fd, (struct sockaddr *) &native, size) != 0 || listen (fd, HTTP_LISTEN_BACKLOG) != 0)
    {
      g_autofree char *text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
      int code = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("Cannot listen on %s: %s"),
                   text, g_strerror (code));
      if (fd >= 0)
        close (fd);
      return NULL;
    }

  socket_object = g_socket_new_from_fd (fd, error);
  if (socket_object == NULL)
    close (fd);

  return socket_object;
}

guint
http_guard_count (HttpGuard *guard, guint64 *out_accepted, guint64 *out_refused)
{
  *out_accepted = guard->n_accepted;
  *out_refused = guard->n_refused;

  return guard->connections->len;
}

void
http_guard_drain (HttpGuard *guard, GSourceFunc drained, gpointer data)
{
  guard->drained = drained;
  guard->drained_data = data;
  g_ptr_array_set_size (guard->listeners, 0);
  for_each_connection (guard, http_connection_drain);
  tell_drained (guard);
}

void
http_guard_cut (HttpGuard *guard)
{
  g_ptr_array_set_size (guard->listeners, 0);
  guard->drained = NULL;
  for_each_connection (guard, http_connection_cut);
}

/* Where a server listens: loopback, other addresses, sockets that systemd hands over.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-server.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-upload.h"
#include "gimap4d/http/rest-server-private.h"

#define FIRST_PASSED_DESCRIPTOR 3
#define MAX_PASSED_DESCRIPTORS 64

static void
serve_cb (SoupServer *soup,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer data)
{
  rest_service_serve (data, message);
}

static void
receive_cb (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  /* The end of the last answer may let go of us, and libsoup speaks to its server after that. */
  g_object_set_data_full (G_OBJECT (message), "gimap4d-server", g_object_ref (soup),
                          g_object_unref);
  http_upload_begin (message);
}

/* While only this machine can connect, a request for another name is a trick. */
static void
update_allowed_hosts (GRestServer *self)
{
  static const char *const own[] = { "localhost", "127.0.0.1", "::1", NULL };
  g_autofree char *host_name = g_ascii_strdown (g_get_host_name (), -1);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();

  g_clear_pointer (&self->service.allowed_hosts, g_strfreev);
  if (self->allowed_hosts != NULL)
    {
      self->service.allowed_hosts = g_strdupv (self->allowed_hosts);
      return;
    }
  if (self->is_beyond_loopback)
    return;

  g_strv_builder_addv (hosts, (const char **) own);
  g_strv_builder_add (hosts, host_name);
  self->service.allowed_hosts = g_strv_builder_end (hosts);
}

static void
start_pool (GRestServer *self)
{
  if (self->n_threads > 0 && self->service.pool == NULL)
    self->service.pool = g_thread_pool_new (rest_exchange_run_in_pool, NULL, self->n_threads, FALSE,
                                            NULL);
}

static gboolean
start_sessions (GRestServer *self, GError **error)
{
  RestService *service = &self->service;

  if (self->session_mode == G_REST_SESSION_MODE_MEMORY && service->sessions == NULL)
    service->sessions = rest_session_store_new (HTTP_LIMIT_SESSIONS);
  if (self->session_mode == G_REST_SESSION_MODE_SIGNED_COOKIE && service->session_keys == NULL)
    service->session_keys = rest_server_read_keys (self, error);

  return self->session_mode != G_REST_SESSION_MODE_SIGNED_COOKIE || service->session_keys != NULL;
}

static gboolean
start_proxies (GRestServer *self, GError **error)
{
  g_clear_pointer (&self->service.proxies, http_proxies_free);
  if (self->trusted_proxies == NULL)
    return TRUE;

  self->service.proxies = http_proxies_new ((const char *const *) self->trusted_proxies, error);

  return self->service.proxies != NULL;
}

static gboolean
start_access_log (GRestServer *self, GError **error)
{
  g_autoptr (GFile) file = NULL;

  g_clear_object (&self->service.access_log);
  if (self->access_log == NULL)
    return TRUE;

  file = g_file_new_for_path (self->access_log);
  self->service.access_log = G_OUTPUT_STREAM (
      g_file_append_to (file, G_FILE_CREATE_PRIVATE, NULL, error));

  return self->service.access_log != NULL;
}

SoupServer *
rest_server_make_soup (GRestServer *self)
{
  SoupServer *soup = soup_server_new ("raw-paths", TRUE, NULL);

  soup_server_add_early_handler (soup, NULL, receive_cb, NULL, NULL);
  soup_server_add_handler (soup, NULL, serve_cb, &self->service, NULL);
  soup_server_add_handler (soup, "*", serve_cb, &self->service, NULL);

  return soup;
}

gboolean
rest_server_prepare (GRestServer *self, GError **error)
{
  if (self->context != NULL)
    return TRUE;
  /* With it libsoup would speak HTTP/2 past everything that the guard checks. */
  if (g_getenv ("SOUP_SERVER_HTTP2") != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _ ("The server does not start while SOUP_SERVER_HTTP2 is in the environment"));
      return FALSE;
    }
  if (!start_sessions (self, error) || !start_proxies (self, error) ||
      !start_access_log (self, error))
    return FALSE;

  self->context = g_main_context_ref_thread_default ();
  self->service.context = self->context;
  self->service.is_draining = FALSE;
  g_clear_object (&self->service.stopping);
  self->service.stopping = g_cancellable_new ();
  start_pool (self);

  return TRUE;
}

static gboolean
start (GRestServer *self, GError **error)
{
  const HttpConnectionLimits limits = {
    .header_timeout = self->header_timeout * 1000,
    .idle_timeout = self->idle_timeout * 1000,
    .write_timeout = self->write_timeout * 1000,
    .answer_rate = HTTP_LIMIT_ANSWER_RATE,
    .body_timeout = HTTP_LIMIT_BODY_MS,
    .max_body = self->max_request_size,
  };

  if (self->guard != NULL)
    return TRUE;
  /* What it has answered without listening was answered with the settings of that time. */
  g_clear_pointer (&self->context, g_main_context_unref);
  if (!rest_server_prepare (self, error))
    return FALSE;

  self->soup = rest_server_make_soup (self);
  self->guard = http_guard_new (self->soup, &limits, self->max_connections, self->certificate);
  self->service.guard = self->guard;
  rest_server_watch_files (self);

  return TRUE;
}

static void
add_uri (GRestServer *self, GSocketAddress *address)
{
  const char *scheme = self->certificate != NULL ? "https" : "http";
  g_autofree char *host = NULL;
  g_autofree char *uri = NULL;
  GInetSocketAddress *inet = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    {
      uri = g_strconcat ("unix:", g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)),
                         NULL);
      g_strv_builder_add (self->uris, uri);
      return;
    }

  inet = G_INET_SOCKET_ADDRESS (address);
  host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  uri = g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, host, g_inet_socket_address_get_port (inet),
                    "/", NULL, NULL);
  g_strv_builder_add (self->uris, uri);
}

static gboolean
is_local (GSocketAddress *address)
{
  return G_IS_INET_SOCKET_ADDRESS (address) &&
         g_inet_address_get_is_loopback (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static gboolean
listen_on_socket (GRestServer *self, GSocket *socket, GError **error)
{
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, error);

  if (bound == NULL || !start (self, error))
    return FALSE;

  if (!is_local (bound))
    self->is_beyond_loopback = TRUE;
  update_allowed_hosts (self);
  http_guard_add_socket (self->guard, socket);
  add_uri (self, bound);
  g_object_notify (G_OBJECT (self), "uris");

  return TRUE;
}

/**
 * g_rest_server_listen_address:
 * @self: a #GRestServer
 * @address: an internet address, or the path of a Unix socket
 * @error: return location for a #GError
 *
 * Begins to listen on an address, besides those before. Clients of other machines are strangers:
 * put a reverse proxy in front of what the Internet can reach.
 *
 * Fails with a #GIOErrorEnum when the address cannot be had, and, like all functions that begin to
 * listen, when #GRestServer:access-log cannot be written, with %G_IO_ERROR_INVALID_ARGUMENT for a
 * #GRestServer:session-key that is too short and for #GRestServer:trusted-proxies that are no
 * addresses, with the errors of g_rest_server_reload() for #GRestServer:session-key-file, and with %G_IO_ERROR_NOT_SUPPORTED while `SOUP_SERVER_HTTP2` is in the environment.
 *
 * Returns: %TRUE if the server listens
 *
 * Since: 1.0
 */
gboolean
g_rest_server_listen_address (GRestServer *self, GSocketAddress *address, GError **error)
{
  g_autoptr (GSocket) socket = NULL;

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_ADDRESS (address), FALSE);

  socket = http_guard_bind (address, self->share_port, error);

  return socket != NULL && listen_on_socket (self, socket, error);
}

/* The protocol of systemd (sd_listen_fds): descriptors from 3 on, for this process only. */
static guint
count_passed_descriptors (void)
{
  const char *process = g_getenv ("LISTEN_PID");
  const char *count = g_getenv ("LISTEN_FDS");

  if (process == NULL || count == NULL || g_ascii_strtoll (process, NULL, 10) != getpid ())
    return 0;

  return MIN (g_ascii_strtoull (count, NULL, 10), MAX_PASSED_DESCRIPTORS);
}

static gboolean
listen_on_descriptor (GRestServer *self, int fd, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  int is_listening = 0;

  fcntl (fd, F_SETFD, FD_CLOEXEC);
  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    return FALSE;
  if (!g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, error))
    return FALSE;
  if (!is_listening || g_socket_get_socket_type (socket) != G_SOCKET_TYPE_STREAM)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("Descriptor %d is no stream socket that listens"), fd);
      return FALSE;
    }

  return listen_on_socket (self, socket, error);
}

/**
 * g_rest_server_listen_systemd:
 * @self: a #GRestServer
 * @error: return location for a #GError
 *
 * Begins to listen on the sockets that systemd has handed to this process (`LISTEN_FDS`), at most
 * 64. Call it once, and before the process starts others.
 *
 * Fails with %G_IO_ERROR_NOT_FOUND when there are none, or with a #GIOErrorEnum when one of them is
 * no stream socket that listens; the server then listens on those before it. See also
 * g_rest_server_listen_address().
 *
 * Returns: %TRUE if the server listens on all of them
 *
 * Since: 1.0
 */
gboolean
g_rest_server_listen_systemd (GRestServer *self, GError **error)
{
  guint n_descriptors = 0;

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);

  n_descriptors = count_passed_descriptors ();
  if (n_descriptors == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _ ("systemd has handed no sockets to this process"));
      return FALSE;
    }

  for (guint i = 0; i < n_descriptors; i++)
    if (!listen_on_descriptor (self, FIRST_PASSED_DESCRIPTOR + (int) i, error))
      return FALSE;

  return TRUE;
}

static guint16
find_port (GRestServer *self)
{
  g_auto (GStrv) uris = g_rest_server_get_uris (self);
  guint length = g_strv_length (uris);
  g_autoptr (GUri) uri = g_uri_parse (uris[length - 1], G_URI_FLAGS_NONE, NULL);

  return g_uri_get_port (uri);
}

/**
 * g_rest_server_listen:
 * @self: a #GRestServer
 * @port: the port, 0 for any that is free
 * @error: return location for a #GError
 *
 * Begins to listen on the loopback interface, where only programs of this machine can connect, with
 * IPv4 and, where there is, IPv6. #GRestServer:uris tells the port.
 *
 * Fails with a #GIOErrorEnum when the port cannot be had; see also g_rest_server_listen_address().
 *
 * Returns: %TRUE if the server listens
 *
 * Since: 1.0
 */
gboolean
g_rest_server_listen (GRestServer *self, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketAddress) address6 = NULL;

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);

  address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  if (!g_rest_server_listen_address (self, address, error))
    return FALSE;

  address6 = g_inet_socket_address_new_from_string ("::1", find_port (self));
  g_rest_server_listen_address (self, address6, NULL);

  return TRUE;
}

/**
 * g_rest_server_get_uris:
 * @self: a #GRestServer
 *
 * Gets where the server can be reached: `http://127.0.0.1:8044/`, or `unix:` and a path.
 *
 * Returns: (transfer full) (array zero-terminated=1): the URIs, none while it does not listen
 *
 * Since: 1.0
 */
GStrv
g_rest_server_get_uris (GRestServer *self)
{
  GStrv uris = NULL;

  g_return_val_if_fail (G_IS_REST_SERVER (self), NULL);

  /* Taking the texts out empties the builder. */
  uris = g_strv_builder_end (self->uris);
  g_strv_builder_addv (self->uris, (const char **) uris);

  return uris;
}

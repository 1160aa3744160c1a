/* Where the browsers of this machine find the pages: a name and a port of nobody else.
 *
 * A browser sends the cookies of a host to all of its ports, and takes them from all. So each run
 * has a name of its own below "localhost", which browsers find on this machine by themselves (RFC
 * 6761, 6.3). Nobody but them may know it: it is said in the address alone.
 *
 * They may look for it with IPv6 or with IPv4. So both are ours, or the server does not start: who
 * had the port of the other one would be given the token.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-listen.h"

#include "gimap4d/cli/serve/serve-door.h"

/* Who tries each of these names needs a browser that visits all of them. */
#define HOST_DIGITS 16
/* Free ports that are tried, if others have them with IPv6. */
#define MOST_TRIES 32

static const char *const loopback[] = { "127.0.0.1", "::1" };

char *
serve_listen_make_host (void)
{
  g_autofree char *random = serve_door_make_random ();

  return g_strdup_printf ("%.*s.localhost", HOST_DIGITS, random);
}

static gboolean
has_address (const char *const *uris, const char *host, int port)
{
  for (guint i = 0; uris[i] != NULL; i++)
    {
      g_autoptr (GUri) uri = g_uri_parse (uris[i], G_URI_FLAGS_NONE, NULL);

      if (uri != NULL && g_strcmp0 (g_uri_get_host (uri), host) == 0 &&
          g_uri_get_port (uri) == port)
        return TRUE;
    }

  return FALSE;
}

/* What the system does not have, nobody can listen on. */
static gboolean
hold (GRestServer *server, const char *host, int port, GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, port);
  g_autoptr (GError) problem = NULL;

  if (g_rest_server_listen_address (server, address, &problem) ||
      !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&problem));

  return FALSE;
}

/* A socket of systemd may be for all addresses, and then has these. */
static gboolean
hold_both (GRestServer *server, int port, GError **error)
{
  g_auto (GStrv) uris = g_rest_server_get_uris (server);
  const char *const *known = (const char *const *) uris;

  if (has_address (known, "0.0.0.0", port) || has_address (known, "::", port))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (loopback); i++)
    if (!has_address (known, loopback[i], port) && !hold (server, loopback[i], port, error))
      return FALSE;

  return TRUE;
}

/* Of what it listens on last; -1 for a Unix socket. */
static int
get_port (GRestServer *server)
{
  g_auto (GStrv) uris = g_rest_server_get_uris (server);
  g_autoptr (GUri) uri = g_uri_parse (uris[g_strv_length (uris) - 1], G_URI_FLAGS_NONE, NULL);

  return uri != NULL ? g_uri_get_port (uri) : -1;
}

/* Both for one port; any that is free has to be free for both. */
static gboolean
listen_on_port (GRestServer *server, guint16 port, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) problem = NULL;

      if (!g_rest_server_listen (server, port, error))
        return FALSE;
      if (hold_both (server, get_port (server), &problem))
        return TRUE;
      if (port != 0 || i >= MOST_TRIES)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
    }
}

/* systemd may have a socket for us. */
static gboolean
listen_somewhere (GRestServer *server, guint16 port, GError **error)
{
  if (g_getenv ("LISTEN_FDS") == NULL)
    return listen_on_port (server, port, error);

  return g_rest_server_listen_systemd (server, error) &&
         (get_port (server) < 0 || hold_both (server, get_port (server), error));
}

/* The address of the site, without a token. */
char *
serve_listen (GRestServer *server, const char *host, guint16 port, GError **error)
{
  const char *const hosts[] = { host, NULL };

  g_object_set (server, "allowed-hosts", hosts, NULL);
  if (!listen_somewhere (server, port, error))
    return NULL;

  return g_uri_join (G_URI_FLAGS_NONE, "http", NULL, host, get_port (server), "/", NULL, NULL);
}

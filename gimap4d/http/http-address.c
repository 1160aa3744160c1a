/* The two ends of a connection, as libsoup and as whoever compares them wants to have them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-address.h"

#include <string.h>

/* libsoup takes every address for an internet address, so that it gets one for a Unix socket too;
 * a new object in any case, because this connection is attached to it. */
GSocketAddress *
http_address_copy (GSocketAddress *address)
{
  GInetAddress *inet = NULL;
  g_autoptr (GInetAddress) loopback = NULL;

  if (address != NULL && G_IS_INET_SOCKET_ADDRESS (address))
    {
      inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
      return g_inet_socket_address_new (
          inet, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
    }

  loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  return g_inet_socket_address_new (loopback, 0);
}

/* A socket for both families, as systemd makes them, names clients of IPv4 in IPv6: nothing that
 * compares addresses may have to know that. */
static GInetAddress *
unmap_address (GInetAddress *address)
{
  static const guint8 prefix[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6 ||
      memcmp (bytes, prefix, sizeof prefix) != 0)
    return g_object_ref (address);

  return g_inet_address_new_from_bytes (bytes + sizeof prefix, G_SOCKET_FAMILY_IPV4);
}

char *
http_address_dup_host (GSocketAddress *address)
{
  g_autoptr (GInetAddress) inet = NULL;

  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("unix");

  inet = unmap_address (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));

  return g_inet_address_to_string (inet);
}

/* Whoever has one address of IPv6 has all of the same 64 bits (RFC 6177, 2). */
char *
http_address_dup_network (GSocketAddress *address)
{
  g_autofree char *host = http_address_dup_host (address);
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (host);
  g_autoptr (GInetAddress) network = NULL;
  guint8 bytes[16] = { 0 };

  if (inet == NULL || g_inet_address_get_family (inet) != G_SOCKET_FAMILY_IPV6)
    return g_steal_pointer (&host);

  memcpy (bytes, g_inet_address_to_bytes (inet), 8);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);

  return g_inet_address_to_string (network);
}

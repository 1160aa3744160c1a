/* Preloaded into the programs of the README: the world in which their server is the private one.
 *
 * They say what a user says, no port and no authority: port 993 leads to $GIMAP4D_TEST_IMAPS_PORT,
 * and the system trusts $GIMAP4D_TEST_CA.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>

#define IMAPS_PORT 993

typedef int (*Connect) (int socket, const struct sockaddr *address, socklen_t length);

static in_port_t
redirect (in_port_t port)
{
  return port == htons (IMAPS_PORT) ? htons (atoi (g_getenv ("GIMAP4D_TEST_IMAPS_PORT"))) : port;
}

G_MODULE_EXPORT int
connect (int socket, const struct sockaddr *address, socklen_t length)
{
  struct sockaddr_storage redirected = { 0 };
  Connect next;

  /* The one way from a symbol to a function that ISO C has no words for. */
  *(void **) &next = dlsym (RTLD_NEXT, "connect");
  memcpy (&redirected, address, MIN (length, sizeof redirected));
  if (address->sa_family == AF_INET)
    {
      struct sockaddr_in *in = (struct sockaddr_in *) &redirected;

      in->sin_port = redirect (in->sin_port);
    }
  else if (address->sa_family == AF_INET6)
    {
      struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &redirected;

      in6->sin6_port = redirect (in6->sin6_port);
    }

  return next (socket, (struct sockaddr *) &redirected, length);
}

G_MODULE_EXPORT GTlsDatabase *
g_tls_backend_get_default_database (GTlsBackend *backend)
{
  return g_tls_file_database_new (g_getenv ("GIMAP4D_TEST_CA"), NULL);
}

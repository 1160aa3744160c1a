/* Names for hostile scripts: the resolver of libc with names in front that behave as they like.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <arpa/inet.h>
#include <dlfcn.h>
#include <glib.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any script waits. */
#define HANG_SECONDS 4
#define CROWD_SIZE 1000
#define GOOD "127.0.0.1"
/* Nobody listens there, as the peers listen on GOOD only. */
#define DEAD "127.0.0.78"

/* A name, and the addresses that it has. */
typedef struct
{
  const char *name;
  const char *addresses[2]; /* none: there is no such name */
  guint n_dead;             /* so many dead ones stand in front */
  gboolean hangs;
} FakeName;

static const FakeName fake_names[] = {
  { "mail.com", { GOOD } },
  { "nowhere.test", { NULL } },
  { "hang.test", { NULL }, .hangs = TRUE },
  { "dead.test", { DEAD } },
  { "blackhole.test", { "127.0.0.79" } },
  { "crowd.test", { GOOD }, .n_dead = CROWD_SIZE - 1 },
  { "dead-crowd.test", { DEAD }, .n_dead = CROWD_SIZE - 1 },
  /* 100::/64 is for what is to be discarded. */
  { "dead-six.test", { "100::1", GOOD } },
  { "moving.test", { GOOD } },
};

/* How often the name that moves was asked for: the first time it was elsewhere. */
static int n_moves;

/* As libc frees it: in front of what is linked behind it. */
static struct addrinfo *
new_address (const char *text, const char *service, struct addrinfo *next)
{
  struct
  {
    struct addrinfo info;
    struct sockaddr_storage address;
  } *entry = calloc (1, sizeof *entry);
  struct sockaddr_in *four = (struct sockaddr_in *) &entry->address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *) &entry->address;
  in_port_t port = htons (service != NULL ? (guint16) atoi (service) : 0);

  entry->info.ai_addr = (struct sockaddr *) &entry->address;
  entry->info.ai_socktype = SOCK_STREAM;
  entry->info.ai_next = next;
  if (inet_pton (AF_INET, text, &four->sin_addr) == 1)
    {
      entry->info.ai_family = four->sin_family = AF_INET;
      entry->info.ai_addrlen = sizeof *four;
      four->sin_port = port;
    }
  else if (inet_pton (AF_INET6, text, &six->sin6_addr) == 1)
    {
      entry->info.ai_family = six->sin6_family = AF_INET6;
      entry->info.ai_addrlen = sizeof *six;
      six->sin6_port = port;
    }

  return &entry->info;
}

/* GLib asks for each family by itself. */
static struct addrinfo *
add_address (const char *text, const char *service, int family, struct addrinfo *next)
{
  int own_family = strchr (text, ':') != NULL ? AF_INET6 : AF_INET;

  if (family != AF_UNSPEC && family != own_family)
    return next;

  return new_address (text, service, next);
}

static int
resolve (const FakeName *name, const char *service, int family, struct addrinfo **result)
{
  *result = NULL;
  if (name->hangs)
    g_usleep (HANG_SECONDS * G_USEC_PER_SEC);
  if (family != AF_INET6 && g_str_equal (name->name, "moving.test") &&
      g_atomic_int_add (&n_moves, 1) % 2 == 0)
    {
      *result = new_address (DEAD, service, NULL);
      return 0;
    }

  for (guint i = G_N_ELEMENTS (name->addresses); i > 0; i--)
    if (name->addresses[i - 1] != NULL)
      *result = add_address (name->addresses[i - 1], service, family, *result);
  for (guint i = 0; i < name->n_dead; i++)
    {
      g_autofree char *text = g_strdup_printf ("127.0.%u.%u", 2 + i / 250, 1 + i % 250);

      *result = add_address (text, service, family, *result);
    }

  return *result != NULL ? 0 : EAI_NONAME;
}

int
getaddrinfo (const char *node,
             const char *service,
             const struct addrinfo *hints,
             struct addrinfo **result)
{
  int (*real) (const char *, const char *, const struct addrinfo *,
               struct addrinfo **) = dlsym (RTLD_NEXT, "getaddrinfo");

  for (guint i = 0; node != NULL && i < G_N_ELEMENTS (fake_names); i++)
    if (g_ascii_strcasecmp (node, fake_names[i].name) == 0)
      return resolve (&fake_names[i], service, hints != NULL ? hints->ai_family : AF_UNSPEC,
                      result);

  return real (node, service, hints, result);
}

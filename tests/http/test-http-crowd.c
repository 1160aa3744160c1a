/* Very many clients, most of them bad: afterwards everything is as it was before.
 *
 * With -m slow there are ten thousand, and a stream of four GiB.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "raw-client.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define GET "GET /rest/T/ok HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define LAST "GET /rest/T/ok HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
#define HALF "POST /rest/T/ok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n[1,"
#define ANSWER "{\"result\":null}"

static void
ok (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_rest_call_return_value (call, NULL);
}

static ServerFixture *
fixture_new (void)
{
  ServerFixture *fixture = server_fixture_new ("T");

  g_object_set (fixture->server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);
  g_rest_server_expose (fixture->server, "T", "ok", G_REST_EXPOSE_HTTP_GET, ok, NULL, NULL);

  return fixture;
}

/* KiB of this process that are in memory. */
static glong
resident (void)
{
  g_autofree char *text = NULL;
  glong size = 0;
  glong pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%ld %ld", &size, &pages), ==, 2);

  return pages * (sysconf (_SC_PAGESIZE) / 1024);
}

typedef enum
{
  KEEPS,         /* asks with keep-alive, and closes */
  CLOSES,        /* asks without */
  ASKS_TWICE,    /* both over one connection */
  RESETS,        /* asks, and resets without a look */
  RESETS_INSIDE, /* in the middle of a body */
  CLOSES_INSIDE,
  HALF_CLOSES, /* in the middle of a head, and waits */
  SAYS_NOTHING,
  N_KINDS
} Kind;

static void
begin (Client *client, Kind kind)
{
  if (kind == KEEPS || kind == ASKS_TWICE || kind == RESETS)
    client_send (client, GET, strlen (GET));
  else if (kind == CLOSES)
    client_send (client, LAST, strlen (LAST));
  else if (kind == RESETS_INSIDE || kind == CLOSES_INSIDE)
    client_send (client, HALF, strlen (HALF));
  else if (kind == HALF_CLOSES)
    client_send (client, GET, 20);
}

static void
end (Client *client, Kind kind)
{
  if (kind == KEEPS || kind == ASKS_TWICE)
    client_wait_for (client, ANSWER);
  if (kind == ASKS_TWICE)
    client_send (client, LAST, strlen (LAST));
  if (kind == CLOSES || kind == ASKS_TWICE)
    {
      client_wait_for_end (client);
      g_assert_true (g_str_has_suffix (client->answer->str, ANSWER));
    }
  if (kind == RESETS || kind == RESETS_INSIDE)
    client_reset (client);
  if (kind == HALF_CLOSES)
    {
      g_socket_shutdown (client->socket, FALSE, TRUE, NULL);
      client_wait_for_end (client);
    }
  client_free (client);
}

static void
visit (ServerFixture *fixture, guint n_clients)
{
  Client *clients[48];

  for (guint done = 0; done < n_clients; done += G_N_ELEMENTS (clients))
    {
      for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
        {
          clients[i] = client_new (fixture);
          begin (clients[i], i % N_KINDS);
        }
      g_main_context_iteration (NULL, FALSE);
      for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
        end (clients[i], i % N_KINDS);
    }
}

/* Five in eight of them are rude. */
static void
test_come_and_go (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  const guint n_clients = g_test_slow () ? 10000 : 1500;
  gint64 limit = 0;
  guint n_before = 0;
  glong before = 0;

  server_fixture_listen (fixture);
  visit (fixture, 500);
  turn ();
  n_before = count_descriptors ();
  before = resident ();
  visit (fixture, n_clients);

  limit = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  while (count_descriptors () > n_before && g_get_monotonic_time () < limit)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_descriptors (), <=, n_before);
  g_test_message ("%u clients: %ld KiB more than the %ld before", n_clients, resident () - before,
                  before);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (resident () - before, <, 1024);
#endif
}

/* As many descriptors as there may be; how many clients they are enough for. */
static guint
raise_limit (guint n_wanted)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);

  return (guint) MIN (n_wanted, (limit.rlim_max - 100) / 2);
}

/* A thousand that never end their head, and one that asks: it is served while they hang. The
 * benchmark shows how fast. */
static void
test_slow_crowd (void)
{
  const guint n_slow = raise_limit (1000);
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GPtrArray) slow = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);

  g_object_set (fixture->server, "max-connections", 2000, "header-timeout", 300, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < n_slow; i++)
    {
      Client *client = client_new (fixture);

      client_send (client, GET, 1 + i % (strlen (GET) - 1));
      g_ptr_array_add (slow, client);
      g_main_context_iteration (NULL, FALSE);
    }
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (Client) healthy = client_new (fixture);

      client_send (healthy, LAST, strlen (LAST));
      client_wait_for_end (healthy);
      g_assert_true (g_str_has_suffix (healthy->answer->str, ANSWER));
    }
  for (guint i = 0; i < slow->len; i++)
    {
      Client *client = g_ptr_array_index (slow, i);

      client_read (client);
      g_assert_false (client->has_ended);
      g_assert_cmpuint (client->answer->len, ==, 0);
    }
}

/* Who is one too many is told so, and those inside are served. */
static void
test_over_the_limit (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  guint n_refused = 0;

  g_object_set (fixture->server, "max-connections", 100, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < 150; i++)
    {
      g_ptr_array_add (clients, client_new (fixture));
      turn ();
    }
  for (guint i = 0; i < clients->len; i++)
    {
      Client *client = g_ptr_array_index (clients, i);

      client_read (client);
      n_refused += g_str_has_prefix (client->answer->str, "HTTP/1.1 503 ");
    }
  g_assert_cmpuint (n_refused, ==, 50);
  for (guint i = 0; i < 100; i++)
    {
      Client *client = g_ptr_array_index (clients, i);

      client_send (client, LAST, strlen (LAST));
      client_wait_for (client, ANSWER);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-crowd/come-and-go", test_come_and_go);
  g_test_add_func ("/http-crowd/H12/slow-crowd", test_slow_crowd);
  g_test_add_func ("/http-crowd/H12/over-the-limit", test_over_the_limit);

  return g_test_run ();
}

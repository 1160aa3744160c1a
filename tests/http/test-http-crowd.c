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
#define STREAM "GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
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

/* A request with some of its bytes changed, lost, doubled, or replaced by what requests are made of. */
static GString *
mutate (void)
{
  static const char *const seeds[] = {
    GET LAST,
    "POST /rest/T/ok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n[1]" LAST,
    "POST /rest/T/ok HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    "1\r\n[\r\n2;a=b\r\n1]\r\n0\r\n\r\n" GET,
    "POST /rest/T/ok HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    "Content-Length: 2\r\n\r\n[]" LAST,
    "HEAD /none HTTP/1.0\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET /stream HTTP/1.1\r\nHost: localhost\r\nRange: bytes=1-\r\n\r\n" LAST,
  };
  static const char *const words[] = {
    "\r\n",
    "\n",
    "\r\n\r\n",
    "0\r\n\r\n",
    " ",
    ":",
    "%00",
    "..",
    "HTTP/1.1",
    "Host: a\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "ffffffff",
  };
  GString *text = g_string_new (seeds[g_test_rand_int_range (0, G_N_ELEMENTS (seeds))]);

  for (int n = g_test_rand_int_range (0, 5); n > 0 && text->len > 0; n--)
    {
      gssize at = g_test_rand_int_range (0, (gint32) text->len);
      gssize size = g_test_rand_int_range (1, 8);

      switch (g_test_rand_int_range (0, 4))
        {
        case 0:
          text->str[at] = (char) g_test_rand_int_range (0, 256);
          break;
        case 1:
          g_string_erase (text, at, MIN (size, (gssize) text->len - at));
          break;
        case 2:
          g_string_insert (text, at, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
          break;
        default:
          g_string_truncate (text, at);
        }
    }

  return text;
}

static void
leave (Client *client)
{
  int way = g_test_rand_int_range (0, 3);

  if (way == 0)
    client_reset (client);
  else if (way == 1)
    g_socket_shutdown (client->socket, FALSE, TRUE, NULL);
  for (int n = g_test_rand_int_range (0, 5); n > 0; n--)
    {
      g_main_context_iteration (NULL, FALSE);
      if (way != 0)
        client_read (client);
    }
  client_free (client);
}

static void
send_stream (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new ();

  for (guint i = 0; i < 10; i++)
    g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (stream), data);
  g_outgoing_message_set_stream (message, stream, -1, NULL, NULL);
  g_rest_call_return_message (call, message);
}

/* Mutated requests in random pieces, whose clients leave at random: nothing is left of them. */
static void
test_mutations (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GBytes) block = g_bytes_new_take (g_malloc0 (50000), 50000);
  g_autoptr (Client) first = NULL;
  const guint n_clients = g_test_slow () ? 20000 : 1000;
  gint64 limit = 0;
  guint n_before = 0;

  g_rest_server_add_handler (fixture->server, "/stream", NULL, send_stream, block, NULL, NULL);
  server_fixture_listen (fixture);
  first = client_new (fixture);
  client_send (first, STREAM, strlen (STREAM));
  client_wait_for_end (first);
  g_clear_pointer (&first, client_free);
  turn ();
  n_before = count_descriptors ();
  for (guint i = 0; i < n_clients; i++)
    {
      Client *client = client_new (fixture);
      g_autoptr (GString) text = mutate ();

      for (gsize at = 0; at < text->len;)
        {
          gsize wanted = (gsize) g_test_rand_int_range (1, 200);
          gsize size = MIN (wanted, text->len - at);

          /* The server may have closed already. */
          if (g_socket_send (client->socket, text->str + at, size, NULL, NULL) < 0)
            break;
          at += size;
          if (g_test_rand_bit ())
            g_main_context_iteration (NULL, FALSE);
        }
      leave (client);
    }

  limit = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  while (count_descriptors () > n_before && g_get_monotonic_time () < limit)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_descriptors (), <=, n_before);
  visit (fixture, 48);
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
  g_test_add_func ("/http-crowd/H18/mutations", test_mutations);
  g_test_add_func ("/http-crowd/H12/slow-crowd", test_slow_crowd);
  g_test_add_func ("/http-crowd/H12/over-the-limit", test_over_the_limit);

  return g_test_run ();
}

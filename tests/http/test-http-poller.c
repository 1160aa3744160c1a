/* Many sockets behind one source: what is told, what is not told any more, and rings of threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-poller.h"

#include <sys/socket.h>
#include <unistd.h>

#define N_PAIRS 200

typedef struct
{
  HttpWatch *watch;
  HttpWatch *victim; /* nullable: is stopped by this one */
  int ends[2];
  guint n_calls;
  guint n_rings;
  guint n_read;
  GIOCondition last;
  gboolean runs_loop;
} Pair;

static void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
pair_cb (GIOCondition condition, gpointer data)
{
  Pair *pair = data;
  char byte;

  pair->n_calls++;
  pair->n_rings += condition == 0;
  pair->last = condition;
  pair->n_read += (condition & G_IO_IN) && read (pair->ends[0], &byte, 1) == 1;
  if (condition & G_IO_OUT)
    http_watch_set_condition (pair->watch, G_IO_IN);
  if (pair->victim != NULL)
    http_watch_stop (pair->victim);
  if (pair->runs_loop)
    {
      pair->runs_loop = FALSE;
      turn ();
    }
}

static void
pair_open (Pair *pair, HttpPoller *poller)
{
  *pair = (Pair){ NULL };
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair->ends),
                   ==, 0);
  pair->watch = http_watch_new (poller, pair->ends[0], pair_cb, pair);
}

static void
pair_close (Pair *pair)
{
  http_watch_stop (pair->watch);
  http_watch_unref (pair->watch);
  close (pair->ends[0]);
  close (pair->ends[1]);
}

static void
send_byte (Pair *pair)
{
  g_assert_cmpint (write (pair->ends[1], "x", 1), ==, 1);
}

/* More of them at once than one dispatch serves. */
static void
test_many (gconstpointer with_epoll)
{
  HttpPoller *poller = http_poller_new (NULL, with_epoll != NULL);
  Pair pairs[N_PAIRS];

  for (guint i = 0; i < N_PAIRS; i++)
    {
      pair_open (&pairs[i], poller);
      send_byte (&pairs[i]);
    }
  turn ();
  for (guint i = 0; i < N_PAIRS; i++)
    {
      g_assert_cmpuint (pairs[i].n_calls, ==, 0);
      http_watch_set_condition (pairs[i].watch, i % 2 ? G_IO_IN : G_IO_IN | G_IO_OUT);
    }
  turn ();
  for (guint i = 0; i < N_PAIRS; i++)
    {
      g_assert_cmpuint (pairs[i].n_calls, >=, 1);
      g_assert_cmpuint (pairs[i].n_rings, ==, 0);
      http_watch_set_condition (pairs[i].watch, 0);
      pairs[i].n_calls = 0;
      send_byte (&pairs[i]);
    }
  turn ();
  for (guint i = 0; i < N_PAIRS; i++)
    {
      g_assert_cmpuint (pairs[i].n_calls, ==, 0);
      pair_close (&pairs[i]);
    }
  http_poller_unref (poller);
}

/* The other end closes: that is told to who reads, and does not spin for who asks for nothing. */
static void
test_hang_up (gconstpointer with_epoll)
{
  HttpPoller *poller = http_poller_new (NULL, with_epoll != NULL);
  Pair pair;

  pair_open (&pair, poller);
  http_watch_set_condition (pair.watch, G_IO_IN);
  shutdown (pair.ends[1], SHUT_RDWR);
  g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (pair.n_calls, ==, 1);
  g_assert_cmpint (pair.last & G_IO_IN, !=, 0);
  http_watch_set_condition (pair.watch, 0);
  turn ();
  g_assert_cmpuint (pair.n_calls, ==, 1);
  pair_close (&pair);
  http_poller_unref (poller);
}

/* Two are ready; the first that is called stops the other. */
static void
test_stopped_by_other (gconstpointer with_epoll)
{
  HttpPoller *poller = http_poller_new (NULL, with_epoll != NULL);
  Pair pairs[2];

  for (guint i = 0; i < 2; i++)
    pair_open (&pairs[i], poller);
  for (guint i = 0; i < 2; i++)
    {
      pairs[i].victim = pairs[1 - i].watch;
      send_byte (&pairs[i]);
      http_watch_set_condition (pairs[i].watch, G_IO_IN);
    }
  turn ();
  g_assert_cmpuint (pairs[0].n_calls + pairs[1].n_calls, ==, 1);
  for (guint i = 0; i < 2; i++)
    pair_close (&pairs[i]);
  http_poller_unref (poller);
}

/* While one runs a main loop, the others are served. */
static void
test_nested (gconstpointer with_epoll)
{
  HttpPoller *poller = http_poller_new (NULL, with_epoll != NULL);
  Pair pairs[2];

  for (guint i = 0; i < 2; i++)
    {
      pair_open (&pairs[i], poller);
      http_watch_set_condition (pairs[i].watch, G_IO_IN);
    }
  pairs[0].runs_loop = TRUE;
  send_byte (&pairs[0]);
  send_byte (&pairs[1]);
  g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (pairs[0].n_read, ==, 1);
  g_assert_cmpuint (pairs[1].n_read, ==, 1);
  for (guint i = 0; i < 2; i++)
    pair_close (&pairs[i]);
  http_poller_unref (poller);
}

static gpointer
ring_thread (gpointer data)
{
  for (guint i = 0; i < 1000; i++)
    http_watch_ring (data);
  http_watch_unref (data);

  return NULL;
}

/* A ring is heard, whoever rings; after the end it is not, and nothing is left over. */
static void
test_rings (gconstpointer with_epoll)
{
  HttpPoller *poller = http_poller_new (NULL, with_epoll != NULL);
  GThread *thread = NULL;
  HttpWatch *watch = NULL;
  Pair pair;

  pair_open (&pair, poller);
  thread = g_thread_new ("ring", ring_thread, http_watch_ref (pair.watch));
  while (pair.n_rings == 0)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  turn ();
  pair.n_rings = 0;
  http_watch_ring (pair.watch);
  http_watch_ring (pair.watch);
  turn ();
  g_assert_cmpuint (pair.n_rings, ==, 1);

  watch = http_watch_ref (pair.watch);
  http_watch_ring (watch);
  pair_close (&pair);
  http_poller_unref (poller);
  turn ();
  http_watch_ring (watch);
  turn ();
  g_assert_cmpuint (pair.n_rings, ==, 1);
  http_watch_unref (watch);
}

static void
add (const char *name, GTestDataFunc func)
{
  g_autofree char *epoll = g_strconcat ("/http-poller/epoll/", name, NULL);
  g_autofree char *poll = g_strconcat ("/http-poller/poll/", name, NULL);

  g_test_add_data_func (epoll, GINT_TO_POINTER (TRUE), func);
  g_test_add_data_func (poll, NULL, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("many", test_many);
  add ("hang-up", test_hang_up);
  add ("stopped-by-other", test_stopped_by_other);
  add ("nested", test_nested);
  add ("rings", test_rings);

  return g_test_run ();
}

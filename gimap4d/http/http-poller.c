/* The sockets of all clients behind one source of the main loop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-poller.h"

#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

/* How many sockets are served before the other sources of the loop have their turn. */
#define BATCH 64

struct _HttpPoller
{
  gatomicrefcount count;
  GMutex mutex;       /* of what may be rung from other threads: is_rung, rung */
  GSource *source;    /* owned */
  int epoll;          /* -1 without */
  gboolean is_rung;   /* the source is ready because of these */
  GPtrArray *rung;    /* owned, of HttpWatch, each with a reference */
  GPtrArray *watches; /* owned, of HttpWatch, unowned: those with a tag */
};

struct _HttpWatch
{
  gatomicrefcount count;
  HttpPoller *poller; /* owned */
  int fd;
  GIOCondition condition;
  gpointer tag; /* of the source, where there is no epoll or no room in it; NULL for no condition */
  HttpWatchFunc func;
  gpointer data;
  /* Under the mutex of the poller. */
  gboolean is_stopped;
  gboolean is_rung;
};

typedef struct
{
  GSource source;
  HttpPoller *poller; /* unowned: it destroys the source */
} PollerSource;

static void
call (HttpWatch *watch, GIOCondition condition)
{
  if (!watch->is_stopped)
    watch->func (condition, watch->data);
}

static void
call_rung (HttpPoller *poller)
{
  g_autoptr (GPtrArray) rung = NULL;

  g_mutex_lock (&poller->mutex);
  if (poller->is_rung)
    {
      rung = g_steal_pointer (&poller->rung);
      poller->rung = g_ptr_array_new_with_free_func ((GDestroyNotify) http_watch_unref);
      poller->is_rung = FALSE;
      g_source_set_ready_time (poller->source, -1);
      for (guint i = 0; i < rung->len; i++)
        ((HttpWatch *) g_ptr_array_index (rung, i))->is_rung = FALSE;
    }
  g_mutex_unlock (&poller->mutex);

  for (guint i = 0; rung != NULL && i < rung->len; i++)
    call (g_ptr_array_index (rung, i), 0);
}

#ifdef __linux__
static guint32
to_events (GIOCondition condition)
{
  return (condition & G_IO_IN ? EPOLLIN | EPOLLRDHUP : 0) | (condition & G_IO_OUT ? EPOLLOUT : 0);
}

static GIOCondition
to_condition (guint32 events)
{
  GIOCondition both = events & (EPOLLERR | EPOLLHUP) ? G_IO_IN | G_IO_OUT : 0;

  return both | (events & (EPOLLIN | EPOLLRDHUP) ? G_IO_IN : 0) |
         (events & EPOLLOUT ? G_IO_OUT : 0);
}

/* With a reference to each: what is called for one may stop others. */
static void
call_polled (HttpPoller *poller)
{
  struct epoll_event events[BATCH];
  int n_events = epoll_wait (poller->epoll, events, BATCH, 0);

  for (int i = 0; i < n_events; i++)
    http_watch_ref (events[i].data.ptr);
  for (int i = 0; i < n_events; i++)
    {
      HttpWatch *watch = events[i].data.ptr;
      GIOCondition condition = to_condition (events[i].events) & watch->condition;

      if (condition != 0)
        call (watch, condition);
      http_watch_unref (watch);
    }
}

/* FALSE when the kernel has no room for one more. */
static gboolean
set_epoll_condition (HttpWatch *watch, GIOCondition condition)
{
  struct epoll_event event = { .events = to_events (condition), .data.ptr = watch };
  int operation = EPOLL_CTL_MOD;

  /* Errors are told even to those who ask for nothing, so that they have to be taken out. */
  if (condition == 0)
    operation = EPOLL_CTL_DEL;
  else if (watch->condition == 0)
    operation = EPOLL_CTL_ADD;

  return epoll_ctl (watch->poller->epoll, operation, watch->fd, &event) == 0 ||
         operation != EPOLL_CTL_ADD;
}

static int
open_epoll (void)
{
  return epoll_create1 (EPOLL_CLOEXEC);
}
#else
static void
call_polled (HttpPoller *poller)
{
}

static gboolean
set_epoll_condition (HttpWatch *watch, GIOCondition condition)
{
  return FALSE;
}

static int
open_epoll (void)
{
  return -1;
}
#endif

static void
call_each_polled (HttpPoller *poller)
{
  g_autoptr (GPtrArray) ready = g_ptr_array_new_with_free_func ((GDestroyNotify) http_watch_unref);

  for (guint i = 0; i < poller->watches->len; i++)
    {
      HttpWatch *watch = g_ptr_array_index (poller->watches, i);

      if (g_source_query_unix_fd (poller->source, watch->tag) != 0)
        g_ptr_array_add (ready, http_watch_ref (watch));
    }
  for (guint i = 0; i < ready->len; i++)
    {
      HttpWatch *watch = g_ptr_array_index (ready, i);

      if (watch->condition != 0)
        call (watch, watch->condition);
    }
}

static gboolean
poller_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  HttpPoller *poller = ((PollerSource *) source)->poller;

  g_atomic_ref_count_inc (&poller->count);
  call_rung (poller);
  if (poller->epoll >= 0)
    call_polled (poller);
  if (poller->watches->len > 0)
    call_each_polled (poller);
  http_poller_unref (poller);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_funcs = { NULL, NULL, poller_dispatch, NULL, NULL, NULL };

HttpPoller *
http_poller_new (GMainContext *context, gboolean with_epoll)
{
  HttpPoller *poller = g_new0 (HttpPoller, 1);

  g_atomic_ref_count_init (&poller->count);
  g_mutex_init (&poller->mutex);
  poller->rung = g_ptr_array_new_with_free_func ((GDestroyNotify) http_watch_unref);
  poller->watches = g_ptr_array_new ();
  poller->source = g_source_new (&poller_funcs, sizeof (PollerSource));
  ((PollerSource *) poller->source)->poller = poller;
  poller->epoll = with_epoll ? open_epoll () : -1;
  if (poller->epoll >= 0)
    g_source_add_unix_fd (poller->source, poller->epoll, G_IO_IN);
  /* A function that runs a main loop must not stop all other clients. */
  g_source_set_can_recurse (poller->source, TRUE);
  g_source_attach (poller->source, context);

  return poller;
}

void
http_poller_unref (HttpPoller *poller)
{
  if (!g_atomic_ref_count_dec (&poller->count))
    return;

  g_source_destroy (poller->source);
  g_source_unref (poller->source);
  if (poller->epoll >= 0)
    close (poller->epoll);
  g_ptr_array_unref (poller->rung);
  g_ptr_array_unref (poller->watches);
  g_mutex_clear (&poller->mutex);
  g_free (poller);
}

HttpWatch *
http_watch_new (HttpPoller *poller, int fd, HttpWatchFunc func, gpointer data)
{
  HttpWatch *watch = g_new0 (HttpWatch, 1);

  g_atomic_ref_count_init (&watch->count);
  g_atomic_ref_count_inc (&poller->count);
  watch->poller = poller;
  watch->fd = fd;
  watch->func = func;
  watch->data = data;

  return watch;
}

HttpWatch *
http_watch_ref (HttpWatch *watch)
{
  g_atomic_ref_count_inc (&watch->count);

  return watch;
}

void
http_watch_unref (HttpWatch *watch)
{
  if (!g_atomic_ref_count_dec (&watch->count))
    return;

  http_poller_unref (watch->poller);
  g_free (watch);
}

static void
set_poll_condition (HttpWatch *watch, GIOCondition condition)
{
  HttpPoller *poller = watch->poller;

  if (condition == 0)
    {
      g_source_remove_unix_fd (poller->source, g_steal_pointer (&watch->tag));
      g_ptr_array_remove_fast (poller->watches, watch);
    }
  else if (watch->tag == NULL)
    {
      watch->tag = g_source_add_unix_fd (poller->source, watch->fd, condition);
      g_ptr_array_add (poller->watches, watch);
    }
  else
    {
      g_source_modify_unix_fd (poller->source, watch->tag, condition);
    }
}

void
http_watch_set_condition (HttpWatch *watch, GIOCondition condition)
{
  if (watch->condition == condition || watch->fd < 0)
    return;

  if (watch->poller->epoll < 0 || watch->tag != NULL || !set_epoll_condition (watch, condition))
    set_poll_condition (watch, condition);
  watch->condition = condition;
}

void
http_watch_forget_descriptor (HttpWatch *watch)
{
  http_watch_set_condition (watch, 0);
  watch->fd = -1;
}

void
http_watch_stop (HttpWatch *watch)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&watch->poller->mutex);

  http_watch_forget_descriptor (watch);
  watch->is_stopped = TRUE;
}

void
http_watch_ring (HttpWatch *watch)
{
  HttpPoller *poller = watch->poller;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&poller->mutex);

  if (watch->is_rung || watch->is_stopped)
    return;

  watch->is_rung = TRUE;
  g_ptr_array_add (poller->rung, http_watch_ref (watch));
  if (!poller->is_rung)
    g_source_set_ready_time (poller->source, 0);
  poller->is_rung = TRUE;
}

/* The one thread in which all connections of the process live.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-io-thread.h"

#include <unistd.h>

typedef struct
{
  ImapIoFunc func;
  gpointer data;
} Post;

typedef struct _IoThread IoThread;

typedef struct
{
  GSource source;
  IoThread *io; /* unowned */
} Bell;

/* Made once and never freed, as GDBus does with its worker: the process ends before it. */
struct _IoThread
{
  GThread *thread;
  GMainContext *context;
  pid_t pid;

  GMutex mutex;
  GArray *posts; /* of Post, in order; guarded by the mutex */
  GSource *bell; /* its ready time is set to now when there are posts */
};

static gboolean
bell_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  IoThread *io = ((Bell *) source)->io;
  g_autoptr (GArray) posts = NULL;

  /* In this order: what is posted from here on rings again. */
  g_source_set_ready_time (source, -1);

  g_mutex_lock (&io->mutex);
  posts = io->posts;
  io->posts = g_array_new (FALSE, FALSE, sizeof (Post));
  g_mutex_unlock (&io->mutex);

  for (guint i = 0; i < posts->len; i++)
    {
      Post *post = &g_array_index (posts, Post, i);

      post->func (post->data);
    }

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs bell_funcs = { NULL, NULL, bell_dispatch, NULL, NULL, NULL };

static gpointer
run (gpointer data)
{
  IoThread *io = data;
  g_autoptr (GMainLoop) loop = g_main_loop_new (io->context, FALSE);

  g_main_context_push_thread_default (io->context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (io->context);

  return NULL;
}

static IoThread *
get_io_thread (void)
{
  static IoThread *io = NULL;

  if (g_once_init_enter (&io))
    {
      IoThread *made = g_new0 (IoThread, 1);

      /* Types that the thread would make while another thread makes their parents. */
      g_type_ensure (G_TYPE_TASK);
      g_type_ensure (G_TYPE_CANCELLABLE);
      g_type_ensure (G_TYPE_SOCKET_CLIENT);

      g_mutex_init (&made->mutex);
      made->pid = getpid ();
      made->posts = g_array_new (FALSE, FALSE, sizeof (Post));
      made->context = g_main_context_new ();
      made->bell = g_source_new (&bell_funcs, sizeof (Bell));
      ((Bell *) made->bell)->io = made;
      g_source_set_static_name (made->bell, "gimap4d posts");
      g_source_attach (made->bell, made->context);
      made->thread = g_thread_new ("gimap4d", run, made);
      g_once_init_leave (&io, made);
    }

  return io;
}

gboolean
imap_io_thread_post (ImapIoFunc func, gpointer data)
{
  IoThread *io = get_io_thread ();
  Post post = { func, data };

  if (io->pid != getpid ())
    return FALSE;

  g_mutex_lock (&io->mutex);
  g_array_append_val (io->posts, post);
  g_mutex_unlock (&io->mutex);
  g_source_set_ready_time (io->bell, 0);

  return TRUE;
}

GMainContext *
imap_io_thread_get_context (void)
{
  return get_io_thread ()->context;
}

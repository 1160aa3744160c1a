/* The one thread in which all connections of the process live.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-io-thread.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/imap-descriptors.h"

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
new_io_thread (void)
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

  return made;
}

/* Nullable: before the first start (). */
static IoThread *the_io_thread;

gboolean
imap_io_thread_start (GError **error)
{
  static GMutex mutex;
  IoThread *io = g_atomic_pointer_get (&the_io_thread);

  if (io == NULL)
    {
      g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

      if (the_io_thread == NULL && !imap_descriptors_are_left (error))
        return FALSE;
      if (the_io_thread == NULL)
        g_atomic_pointer_set (&the_io_thread, new_io_thread ());
      io = the_io_thread;
    }
  if (io->pid == getpid ())
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       _ ("a connection cannot be used in a forked child"));

  return FALSE;
}

gboolean
imap_io_thread_post (ImapIoFunc func, gpointer data)
{
  IoThread *io = g_atomic_pointer_get (&the_io_thread);
  Post post = { func, data };

  if (io == NULL || io->pid != getpid ())
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
  IoThread *io = g_atomic_pointer_get (&the_io_thread);

  g_assert (io != NULL);

  return io->context;
}

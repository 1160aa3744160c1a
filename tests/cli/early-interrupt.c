/* For LD_PRELOAD: Ctrl-C comes, and has cancelled what it cancels, when the program was about to wait
 * for something in its main loop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <dlfcn.h>
#include <gio/gio.h>
#include <signal.h>
#include <unistd.h>

static int is_cancelled; /* atomic */

void
g_cancellable_cancel (GCancellable *cancellable)
{
  void (*real) (GCancellable *) = dlsym (RTLD_NEXT, "g_cancellable_cancel");

  real (cancellable);
  g_atomic_int_set (&is_cancelled, 1);
}

void
g_main_loop_run (GMainLoop *loop)
{
  void (*real) (GMainLoop *) = dlsym (RTLD_NEXT, "g_main_loop_run");

  if (getpid () == gettid ())
    {
      kill (getpid (), SIGINT);
      while (!g_atomic_int_get (&is_cancelled))
        g_usleep (1000);
    }
  real (loop);
}

/* Ctrl-C and its relatives end what is being done, and then the program.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-interrupt.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#include "gimap4d/cli/cli-password.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static GCancellable *interrupt; /* owned, for the life of the program */
static int came;                /* atomic: the first signal */

static void
die_of (int number)
{
  signal (number, SIG_DFL);
  raise (number);
  /* Where the signal is blocked. */
  _exit (128 + number);
}

static gboolean
signal_cb (gpointer data)
{
  int number = GPOINTER_TO_INT (data);

  if (!g_atomic_int_compare_and_exchange (&came, 0, number))
    {
      cli_password_restore_terminal ();
      die_of (number);
    }
  g_cancellable_cancel (interrupt);

  return G_SOURCE_CONTINUE;
}

/* As nohup and shells have it for programs in the background. */
static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Its own context: the main thread waits inside of calls most of the time. */
static gpointer
run_thread (gpointer data)
{
  g_autoptr (GMainLoop) loop = data;

  g_main_loop_run (loop);

  return NULL;
}

GCancellable *
cli_interrupt_watch (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  interrupt = g_cancellable_new ();
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (GSource) source = NULL;

      if (is_ignored (signals[i]))
        continue;
      source = g_unix_signal_source_new (signals[i]);
      g_source_set_callback (source, signal_cb, GINT_TO_POINTER (signals[i]), NULL);
      g_source_attach (source, context);
    }
  g_thread_unref (g_thread_new ("signals", run_thread, g_main_loop_new (context, FALSE)));

  return interrupt;
}

gboolean
cli_interrupt_has_come (void)
{
  return g_atomic_int_get (&came) != 0;
}

void
cli_interrupt_raise (void)
{
  int number = g_atomic_int_get (&came);

  if (number != 0)
    die_of (number);
}

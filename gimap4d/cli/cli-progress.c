/* How far it is: a bar on a terminal, nothing elsewhere.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-progress.h"

#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-text.h"

#define REDRAW_TIME (G_USEC_PER_SEC / 10)
/* Before that a rate says nothing. */
#define RATE_TIME (G_USEC_PER_SEC / 2)
#define USUAL_COLUMNS 80
#define BAR_LIMIT 40
#define BAR_LEAST 5

struct _CliProgress
{
  char *label; /* owned */
  guint64 total;
  guint64 done;
  gint64 started_at; /* monotonic, µs */
  gint64 drawn_at;
  gboolean is_shown;   /* whether standard error is a terminal */
  gboolean is_on_line; /* something is to be wiped away */
};

CliProgress *
cli_progress_new (const char *label, guint64 total)
{
  CliProgress *progress = g_new0 (CliProgress, 1);

  progress->label = g_strdup (label);
  progress->total = total;
  progress->started_at = g_get_monotonic_time ();
  progress->is_shown = isatty (STDERR_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;

  return progress;
}

void
cli_progress_free (CliProgress *progress)
{
  if (progress->is_on_line)
    fputs ("\r\033[K", stderr);
  g_free (progress->label);
  g_free (progress);
}

static guint
get_columns (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col :
                                                                            USUAL_COLUMNS;
}

static char *
make_time (double seconds)
{
  guint64 left = seconds < 1e7 ? (guint64) ceil (seconds) : (guint64) 1e7;

  if (left >= 3600)
    return g_strdup_printf ("%u:%02u:%02u", (guint) (left / 3600), (guint) (left / 60 % 60),
                            (guint) (left % 60));

  return g_strdup_printf ("%u:%02u", (guint) (left / 60), (guint) (left % 60));
}

/* “3.1 MB of 12 MB, 1.2 MB/s, 0:08 left” */
static char *
make_numbers (CliProgress *progress, gint64 now)
{
  gint64 spent = now - progress->started_at;
  double rate = spent > RATE_TIME ? (double) progress->done * G_USEC_PER_SEC / spent : 0;
  g_autofree char *done = g_format_size (progress->done);
  g_autofree char *total = g_format_size (progress->total);
  g_autofree char *speed = g_format_size (rate);
  g_autofree char *left = NULL;

  if (rate < 1)
    return progress->total > 0 ? g_strdup_printf (_ ("%s of %s"), done, total) :
                                 g_steal_pointer (&done);
  if (progress->total < progress->done)
    return g_strdup_printf (_ ("%s, %s/s"), done, speed);
  left = make_time ((progress->total - progress->done) / rate);

  return g_strdup_printf (_ ("%s of %s, %s/s, %s left"), done, total, speed, left);
}

static char *
make_bar (CliProgress *progress, guint room)
{
  guint width = MIN (room, BAR_LIMIT);
  guint full = progress->total > 0 ?
                   (guint) (width * MIN ((double) progress->done / progress->total, 1.0)) :
                   0;
  GString *bar = g_string_new ("[");

  for (guint i = 0; i < width; i++)
    g_string_append_c (bar, i < full ? '#' : '.');
  g_string_append (bar, "] ");

  return g_string_free (bar, FALSE);
}

static void
draw (CliProgress *progress, gint64 now)
{
  guint columns = get_columns ();
  g_autofree char *numbers = make_numbers (progress, now);
  g_autofree char *label = cli_text_make_safe (progress->label, CLI_TEXT_LINE);
  int room = (int) columns - 1 - (int) cli_text_get_width (label) - 1 -
             (int) cli_text_get_width (numbers) - 3;
  g_autofree char *bar = progress->total > 0 && room >= BAR_LEAST ? make_bar (progress, room) :
                                                                    g_strdup ("");
  g_autofree char *line = g_strconcat (label, " ", bar, numbers, NULL);
  g_autofree char *fitted = cli_text_fit (line, columns - 1);
  g_autofree char *local = g_locale_from_utf8 (g_strchomp (fitted), -1, NULL, NULL, NULL);

  fprintf (stderr, "\r\033[K%s", local != NULL ? local : "");
  fflush (stderr);
  progress->is_on_line = TRUE;
  progress->drawn_at = now;
}

void
cli_progress_set_total (CliProgress *progress, guint64 total)
{
  progress->total = total;
}

void
cli_progress_add (CliProgress *progress, guint64 octets)
{
  gint64 now;

  progress->done += octets;
  if (!progress->is_shown)
    return;
  now = g_get_monotonic_time ();
  if (now - progress->drawn_at >= REDRAW_TIME)
    draw (progress, now);
}

void
cli_progress_take_back (CliProgress *progress, guint64 octets)
{
  progress->done -= octets;
}

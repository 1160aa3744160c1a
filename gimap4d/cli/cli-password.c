/* The password: from a file, or from the terminal without showing it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-password.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"

/* Tokens of some providers have several thousand octets. */
#define LONGEST_SECRET 65536

static int terminal = -1; /* atomic; while the echo is off */
static struct termios terminal_before;

void
cli_password_free (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
cli_password_restore_terminal (void)
{
  int fd = g_atomic_int_get (&terminal);

  if (fd >= 0)
    tcsetattr (fd, TCSANOW, &terminal_before);
}

/* Of the octets until the first line break, or all. */
static char *
take_line (const char *octets, gsize length, const char *where, GError **error)
{
  const char *end = memchr (octets, '\n', length);
  gsize line = end != NULL ? (gsize) (end - octets) : length;

  if (line > 0 && octets[line - 1] == '\r')
    line--;
  if (line == 0)
    g_set_error (error, CLI_ERROR, CLI_EXIT_LOGIN, _ ("there is no password in %s"), where);
  else if (memchr (octets, '\0', line) != NULL || !g_utf8_validate (octets, line, NULL))
    g_set_error (error, CLI_ERROR, CLI_EXIT_LOGIN,
                 _ ("what is in %s is no UTF-8 text, and cannot be a password"), where);
  else
    return g_strndup (octets, line);

  return NULL;
}

/* Reads until a line break, the end, or the limit; -1 when that fails. */
static gssize
read_octets (int fd, char *octets, gsize room)
{
  gsize length = 0;

  while (length < room)
    {
      gssize got = read (fd, octets + length, room - length);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return -1;
      if (got == 0 || memchr (octets + length, '\n', got) != NULL)
        return length + got;
      length += got;
    }

  return length;
}

char *
cli_password_read (const char *path, GError **error)
{
  gboolean is_input = strcmp (path, "-") == 0;
  g_autofree char *octets = g_malloc (LONGEST_SECRET + 1);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *where = is_input ? g_strdup (_ ("standard input")) :
                                      g_strdup_printf ("“%s”", shown);
  int fd = is_input ? STDIN_FILENO : g_open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
  gssize length = fd >= 0 ? read_octets (fd, octets, LONGEST_SECRET + 1) : -1;
  int problem = errno;
  char *secret = NULL;

  if (!is_input && fd >= 0)
    g_close (fd, NULL);
  if (length < 0)
    g_set_error (error, CLI_ERROR, CLI_EXIT_LOGIN, _ ("%s cannot be read: %s"), where,
                 g_strerror (problem));
  else if (length > LONGEST_SECRET)
    g_set_error (error, CLI_ERROR, CLI_EXIT_LOGIN, _ ("%s is too large for a password"), where);
  else
    secret = take_line (octets, length, where, error);
  explicit_bzero (octets, LONGEST_SECRET + 1);

  return secret;
}

static gboolean
set_echo_off (int fd)
{
  struct termios silent;

  if (tcgetattr (fd, &terminal_before) != 0)
    return FALSE;
  silent = terminal_before;
  silent.c_lflag &= ~(ECHO | ECHOE | ECHOK | ECHONL);
  silent.c_lflag |= ICANON | ISIG;
  g_atomic_int_set (&terminal, fd);
  if (tcsetattr (fd, TCSAFLUSH, &silent) == 0)
    return TRUE;
  g_atomic_int_set (&terminal, -1);

  return FALSE;
}

static void
set_echo_back (void)
{
  cli_password_restore_terminal ();
  g_atomic_int_set (&terminal, -1);
}

/* TRUE when a line is there, FALSE when the wait was cancelled. */
static gboolean
wait_for_line (int fd, GCancellable *cancellable)
{
  GPollFD cancelled = { -1 };
  struct pollfd waits[2] = { { fd, POLLIN, 0 } };
  nfds_t n_waits = g_cancellable_make_pollfd (cancellable, &cancelled) ? 2 : 1;

  waits[1] = (struct pollfd){ cancelled.fd, POLLIN, 0 };
  while (poll (waits, n_waits, -1) < 0 && errno == EINTR)
    continue;
  if (n_waits == 2)
    g_cancellable_release_fd (cancellable);

  return !g_cancellable_is_cancelled (cancellable);
}

static void
show (int fd, const char *text)
{
  /* Nothing is lost when it does not come through. */
  G_GNUC_UNUSED gssize written = write (fd, text, strlen (text));
}

static char *
ask_on (int fd, GCancellable *cancellable, GError **error)
{
  g_autofree char *octets = g_malloc (LONGEST_SECRET + 1);
  char *secret = NULL;
  gssize length;

  if (wait_for_line (fd, cancellable))
    {
      length = read_octets (fd, octets, LONGEST_SECRET);
      secret = take_line (octets, MAX (length, 0), _ ("what was typed"), error);
    }
  else
    g_cancellable_set_error_if_cancelled (cancellable, error);
  explicit_bzero (octets, LONGEST_SECRET + 1);

  return secret;
}

char *
cli_password_ask (const char *question, GCancellable *cancellable, GError **error)
{
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  char *secret = NULL;

  if (fd < 0 || !set_echo_off (fd))
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                   _ ("there is no terminal to ask for the password on; use --password-file"));
    }
  else
    {
      show (fd, question);
      secret = ask_on (fd, cancellable, error);
      show (fd, "\n");
      set_echo_back ();
    }
  if (fd >= 0)
    g_close (fd, NULL);

  return secret;
}

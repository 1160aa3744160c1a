/* An mbox that other programs write into, too: opened while nobody else has it.
 *
 * They lock it as Debian has it (Policy, 11.6): with fcntl(2), then with a file that is named like it
 * and ".lock", in which the number of the process stands. What that one has left when it was killed
 * does not count.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-file.h"

/* It is tried so often, after such a pause. */
#define TRIES 100
#define PAUSE (G_USEC_PER_SEC / 10)

/* A lock without a process counts for so long, as in liblockfile. */
#define LOCK_SECONDS 300

struct _CliMailbox
{
  char *path;      /* owned */
  char *lock_path; /* owned */
  int fd;
  gboolean is_locked; /* whether the file lock_path is ours */
};

typedef enum
{
  ATTEMPT_DONE,
  ATTEMPT_BUSY,
  ATTEMPT_FAILED,
} Attempt;

static void
let_go (CliMailbox *mailbox)
{
  if (mailbox->is_locked)
    g_unlink (mailbox->lock_path);
  mailbox->is_locked = FALSE;
  if (mailbox->fd >= 0)
    close (mailbox->fd);
  mailbox->fd = -1;
}

void
cli_mailbox_close (CliMailbox *mailbox)
{
  let_go (mailbox);
  g_free (mailbox->path);
  g_free (mailbox->lock_path);
  g_free (mailbox);
}

int
cli_mailbox_get_descriptor (CliMailbox *mailbox)
{
  return mailbox->fd;
}

static Attempt
fail (const char *path, GError **error)
{
  cli_file_set_error (path, errno, error);

  return ATTEMPT_FAILED;
}

/* Closing the file ends this lock. */
static Attempt
lock_descriptor (CliMailbox *mailbox, GError **error)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  if (fcntl (mailbox->fd, F_SETLK, &lock) == 0)
    return ATTEMPT_DONE;

  return errno == EAGAIN || errno == EACCES ? ATTEMPT_BUSY : fail (mailbox->path, error);
}

/* 0 when none stands there. */
static pid_t
read_process (const char *path)
{
  g_autofree char *text = NULL;
  guint64 number = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      !g_ascii_string_to_unsigned (g_strchomp (text), 10, 1, G_MAXINT32, &number, NULL))
    return 0;

  return (pid_t) number;
}

static gboolean
is_stale (const char *path)
{
  pid_t process = read_process (path);
  GStatBuf facts;

  if (process > 0)
    return kill (process, 0) != 0 && errno == ESRCH;

  return g_stat (path, &facts) == 0 && time (NULL) - facts.st_mtime > LOCK_SECONDS;
}

static gboolean
write_process (int fd)
{
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());

  return write (fd, text, strlen (text)) == (gssize) strlen (text);
}

/* With what is to stand in it from the beginning: who was killed in between would have left one that
 * nobody knows to be stale. errno when it fails. */
static gboolean
put_lock_file (CliMailbox *mailbox)
{
  g_autofree char *folder = g_path_get_dirname (mailbox->path);
  int fd = open (folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0444);
  g_autofree char *open_file = g_strdup_printf ("/proc/self/fd/%d", fd);
  gboolean is_put = fd >= 0 && write_process (fd) &&
                    linkat (AT_FDCWD, open_file, AT_FDCWD, mailbox->lock_path, AT_SYMLINK_FOLLOW) ==
                        0;
  int problem = errno;

  if (fd >= 0)
    close (fd);
  errno = problem;

  return is_put;
}

/* The same where there are no files without a name, as over NFS. */
static gboolean
put_named_lock_file (CliMailbox *mailbox)
{
  g_autofree char *name = g_strconcat (mailbox->lock_path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (name, O_WRONLY | O_CLOEXEC, 0444);
  gboolean is_put = fd >= 0 && write_process (fd) && link (name, mailbox->lock_path) == 0;
  int problem = errno;

  if (fd >= 0)
    {
      close (fd);
      g_unlink (name);
    }
  errno = problem;

  return is_put;
}

static Attempt
make_lock_file (CliMailbox *mailbox, GError **error)
{
  mailbox->is_locked = put_lock_file (mailbox) ||
                       (errno != EEXIST && put_named_lock_file (mailbox));
  if (mailbox->is_locked)
    return ATTEMPT_DONE;
  if (errno != EEXIST)
    return fail (mailbox->lock_path, error);
  if (is_stale (mailbox->lock_path))
    g_unlink (mailbox->lock_path);

  return ATTEMPT_BUSY;
}

/* Another file may have been put in its place before it was locked. */
static Attempt
check_place (CliMailbox *mailbox, GError **error)
{
  struct stat ours, there;

  if (fstat (mailbox->fd, &ours) != 0)
    return fail (mailbox->path, error);

  return stat (mailbox->path, &there) == 0 && ours.st_dev == there.st_dev &&
                 ours.st_ino == there.st_ino ?
             ATTEMPT_DONE :
             ATTEMPT_BUSY;
}

static Attempt
attempt (CliMailbox *mailbox, GError **error)
{
  Attempt result;

  mailbox->fd = g_open (mailbox->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (mailbox->fd < 0)
    return fail (mailbox->path, error);
  result = lock_descriptor (mailbox, error);
  if (result == ATTEMPT_DONE)
    result = make_lock_file (mailbox, error);
  if (result == ATTEMPT_DONE)
    result = check_place (mailbox, error);

  return result;
}

CliMailbox *
cli_mailbox_open (const char *path, GError **error)
{
  g_autoptr (CliMailbox) mailbox = g_new0 (CliMailbox, 1);
  g_autofree char *shown = g_filename_display_name (path);

  mailbox->path = g_strdup (path);
  mailbox->lock_path = g_strconcat (path, ".lock", NULL);
  mailbox->fd = -1;
  for (guint i = 0; i < TRIES; i++)
    {
      Attempt result = attempt (mailbox, error);

      if (result == ATTEMPT_DONE)
        return g_steal_pointer (&mailbox);
      /* Who waits for one of the locks has none, so that nobody waits for the other. */
      let_go (mailbox);
      if (result == ATTEMPT_FAILED)
        return NULL;
      g_usleep (PAUSE);
    }
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
               _ ("another program has locked “%s”; wait for its end, then run this again"), shown);

  return NULL;
}

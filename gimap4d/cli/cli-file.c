/* A file that appears whole or not at all.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"

struct _CliFile
{
  char *temporary; /* owned; nullable: it is not there any more */
  char *path;      /* owned */
  int fd;          /* -1: closed */
};

void
cli_file_set_error (const char *path, int problem, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (problem), _ ("“%s” cannot be written: %s"),
               shown, g_strerror (problem));
}

CliFile *
cli_file_new (const char *temporary, const char *path, GError **error)
{
  CliFile *file;
  int fd;

  /* What a killed run has left; nobody else's file is written into. */
  g_unlink (temporary);
  fd = g_open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      cli_file_set_error (temporary, errno, error);
      return NULL;
    }
  file = g_new0 (CliFile, 1);
  file->temporary = g_strdup (temporary);
  file->path = g_strdup (path);
  file->fd = fd;

  return file;
}

void
cli_file_free (CliFile *file)
{
  if (file->fd >= 0)
    close (file->fd);
  if (file->temporary != NULL)
    g_unlink (file->temporary);
  g_free (file->temporary);
  g_free (file->path);
  g_free (file);
}

gboolean
cli_file_write (CliFile *file, gconstpointer octets, gsize length, GError **error)
{
  const char *rest = octets;

  while (length > 0)
    {
      gssize written = write (file->fd, rest, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          cli_file_set_error (file->temporary, errno, error);
          return FALSE;
        }
      rest += written;
      length -= written;
    }

  return TRUE;
}

/* errno when it fails. File systems without RENAME_NOREPLACE have links, as a rule. */
static gboolean
put_without_replacing (const char *temporary, const char *path)
{
  if (renameat2 (AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  if (link (temporary, path) != 0)
    return FALSE;
  unlink (temporary);

  return TRUE;
}

void
cli_file_begin_sync (CliFile *file)
{
  /* Only to save time: what does not begin here is done by the end. */
  if (file->fd >= 0)
    sync_file_range (file->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

gboolean
cli_file_sync (CliFile *file, GError **error)
{
  int fd = file->fd;
  gboolean is_synced;

  if (fd < 0)
    return TRUE;
  file->fd = -1;
  is_synced = fsync (fd) == 0;
  if (!is_synced)
    cli_file_set_error (file->temporary, errno, error);
  if (close (fd) != 0 && is_synced)
    {
      cli_file_set_error (file->temporary, errno, error);
      return FALSE;
    }

  return is_synced;
}

gboolean
cli_file_commit (CliFile *file, gboolean may_replace, GError **error)
{
  if (!cli_file_sync (file, error))
    return FALSE;
  if (!(may_replace ? rename (file->temporary, file->path) == 0 :
                      put_without_replacing (file->temporary, file->path)))
    {
      cli_file_set_error (file->path, errno, error);
      return FALSE;
    }
  g_clear_pointer (&file->temporary, g_free);

  return TRUE;
}

gboolean
cli_file_sync_folder (const char *folder, GError **error)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean is_done = fd >= 0 && (fsync (fd) == 0 || errno == EINVAL);

  if (!is_done)
    cli_file_set_error (folder, errno, error);
  if (fd >= 0)
    close (fd);

  return is_done;
}

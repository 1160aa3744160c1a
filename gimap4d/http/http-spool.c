/* A body that arrives: in memory while it is small, then in a file without a name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"

struct _HttpSpool
{
  gsize most_in_memory;
  GByteArray *memory; /* owned */
  int fd;             /* -1 while all is in memory */
  gboolean has_failed;
};

HttpSpool *
http_spool_new (gsize most_in_memory)
{
  HttpSpool *spool = g_new0 (HttpSpool, 1);

  spool->most_in_memory = most_in_memory;
  spool->memory = g_byte_array_new ();
  spool->fd = -1;

  return spool;
}

void
http_spool_free (HttpSpool *spool)
{
  g_clear_pointer (&spool->memory, g_byte_array_unref);
  if (spool->fd >= 0)
    close (spool->fd);
  g_free (spool);
}

static gboolean
fail (HttpSpool *spool, GError **error)
{
  int code = errno;

  spool->has_failed = TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
               _ ("The body of a request cannot be kept in %s: %s"), g_get_tmp_dir (),
               g_strerror (code));

  return FALSE;
}

/* Mode 0600 and no name from the beginning, or, where the file system has no such files, from the
 * next moment on. */
static int
open_file (void)
{
  int fd = open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  g_autofree char *name = NULL;

  if (fd >= 0)
    return fd;

  name = g_build_filename (g_get_tmp_dir (), "gimap4d-XXXXXX", NULL);
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    g_unlink (name);

  return fd;
}

static gboolean
write_all (int fd, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      size -= (gsize) n;
    }

  return TRUE;
}

static gboolean
move_to_file (HttpSpool *spool)
{
  spool->fd = open_file ();
  if (spool->fd < 0 || !write_all (spool->fd, spool->memory->data, spool->memory->len))
    return FALSE;

  g_byte_array_unref (spool->memory);
  spool->memory = g_byte_array_new ();

  return TRUE;
}

gboolean
http_spool_append (HttpSpool *spool, const void *data, gsize size, GError **error)
{
  if (spool->has_failed)
    return TRUE;
  if (spool->fd < 0 && spool->memory->len + size <= spool->most_in_memory)
    {
      g_byte_array_append (spool->memory, data, (guint) size);
      return TRUE;
    }
  if (spool->fd < 0 && !move_to_file (spool))
    return fail (spool, error);

  return write_all (spool->fd, data, size) || fail (spool, error);
}

GBytes *
http_spool_finish (HttpSpool *spool, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;

  if (spool->fd < 0)
    return g_byte_array_free_to_bytes (g_steal_pointer (&spool->memory));

  file = g_mapped_file_new_from_fd (spool->fd, FALSE, error);

  return file != NULL ? g_mapped_file_get_bytes (file) : NULL;
}

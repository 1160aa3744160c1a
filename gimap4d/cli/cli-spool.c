/* A mail that is to be sent, made ready in a file without a name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gimap4d/gimap4d.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"

/* Not in memory, as /tmp is on many systems. */
#define FOLDER "/var/tmp"

#define HEADER_LIMIT 65536

struct _CliSpool
{
  FILE *file; /* owned; removed already */
  guint64 size;
  char last; /* the octet before */
};

static gboolean
fail (GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
               _ ("there is no room for a mail in %s: %s; make some"), FOLDER, g_strerror (errno));

  return FALSE;
}

CliSpool *
cli_spool_new (GError **error)
{
  char name[] = FOLDER "/gimap4d-XXXXXX";
  int fd = mkostemp (name, O_CLOEXEC);
  FILE *file = fd >= 0 ? fdopen (fd, "w+") : NULL;
  CliSpool *spool;

  if (file == NULL)
    fail (error);
  if (fd >= 0)
    unlink (name);
  if (file == NULL && fd >= 0)
    close (fd);
  if (file == NULL)
    return NULL;

  spool = g_new0 (CliSpool, 1);
  spool->file = file;

  return spool;
}

void
cli_spool_free (CliSpool *spool)
{
  fclose (spool->file);
  g_free (spool);
}

static gboolean
put (CliSpool *spool, const char *octets, gsize length, GError **error)
{
  if (fwrite (octets, 1, length, spool->file) != length)
    return fail (error);
  spool->size += length;

  return TRUE;
}

gboolean
cli_spool_write (CliSpool *spool, const char *octets, gsize length, GError **error)
{
  const char *end = octets + length;

  while (octets < end)
    {
      const char *line_end = memchr (octets, '\n', end - octets);
      const char *stop = line_end != NULL ? line_end : end;
      char before = stop > octets ? stop[-1] : spool->last;

      if (!put (spool, octets, stop - octets, error))
        return FALSE;
      spool->last = before;
      if (line_end == NULL)
        break;
      if (!put (spool, "\r\n" + (before == '\r' ? 1 : 0), before == '\r' ? 1 : 2, error))
        return FALSE;
      spool->last = '\n';
      octets = line_end + 1;
    }

  return TRUE;
}

guint64
cli_spool_get_size (CliSpool *spool)
{
  return spool->size;
}

GInputStream *
cli_spool_open (CliSpool *spool, GError **error)
{
  if (fflush (spool->file) != 0 || lseek (fileno (spool->file), 0, SEEK_SET) != 0)
    {
      fail (error);
      return NULL;
    }

  return g_unix_input_stream_new (fileno (spool->file), FALSE);
}

/* A stranger wrote it, and who is told of it may put it into a shell. */
static gboolean
is_harmless (const char *message_id)
{
  return message_id != NULL &&
         message_id[strspn (message_id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "<>@.-_+=~/")] ==
             '\0';
}

char *
cli_spool_find_message_id (CliSpool *spool)
{
  g_autofree char *octets = g_malloc (HEADER_LIMIT);
  gssize length = pread (fileno (spool->file), octets, HEADER_LIMIT, 0);
  g_autoptr (GBytes) bytes = length > 0 ? g_bytes_new (octets, length) : NULL;
  g_autoptr (GEmail) mail = bytes != NULL ? g_email_new_from_mime (bytes, NULL) : NULL;

  return mail != NULL && is_harmless (g_email_get_message_id (mail)) ?
             g_strdup (g_email_get_message_id (mail)) :
             NULL;
}

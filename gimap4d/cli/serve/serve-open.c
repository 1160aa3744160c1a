/* Opens the page in the browser of the desktop.
 *
 * Everybody on the machine sees the command lines of all programs. So the browser is not given the
 * address, which has the token in it, but a file that leads there and that only the user can read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-open.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/serve/page-html.h"

static gboolean
write_all (int descriptor, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize written = write (descriptor, text, length);

      if (written < 0 && errno != EINTR)
        return FALSE;
      if (written > 0)
        {
          text += written;
          length -= written;
        }
    }

  return TRUE;
}

static char *
write_file (const char *address, GError **error)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "gimap4d-XXXXXX.html", NULL);
  g_autoptr (GString) html = g_string_new (NULL);
  int descriptor = -1;
  gboolean is_written = FALSE;

  page_html_add (html,
                 "<!DOCTYPE html><meta charset=\"utf-8\">"
                 "<meta http-equiv=\"refresh\" content=\"0; url=%s\"><a href=\"%s\">gimap4d</a>\n",
                 address, address);
  g_mkdir_with_parents (g_get_user_runtime_dir (), 0700);
  descriptor = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0)
    {
      is_written = write_all (descriptor, html->str, html->len);
      is_written = close (descriptor) == 0 && is_written;
    }
  if (!is_written)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
                   g_strerror (errno));
      if (descriptor >= 0)
        g_unlink (path);
      return NULL;
    }

  return g_steal_pointer (&path);
}

char *
serve_open (const char *address, GError **error)
{
  g_autofree char *path = write_file (address, error);
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, error) : NULL;

  if (uri == NULL || !g_app_info_launch_default_for_uri (uri, NULL, error))
    {
      if (path != NULL)
        g_unlink (path);
      return NULL;
    }

  return g_steal_pointer (&path);
}

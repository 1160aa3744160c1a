/* The keys that signed sessions are sealed with: one, and those before it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-session-keys.h"

#include <string.h>
#include <sys/stat.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/rest-session-cookie.h"

GPtrArray *
rest_session_keys_new (GBytes *key)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  if (key != NULL)
    g_ptr_array_add (keys, g_bytes_ref (key));

  return keys;
}

/* The group may read it: systemd hands credentials over like that. */
static gboolean
check_mode (const char *path, GError **error)
{
  struct stat info;

  if (stat (path, &info) != 0 || (info.st_mode & (S_IRWXO | S_IWGRP)) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               _ ("The keys in %s are not secret: others can read or change the file"), path);
  return FALSE;
}

/* g_base64_decode () passes over what is none. */
static GBytes *
decode_key (const char *line)
{
  gsize size = 0;
  guchar *data = NULL;

  if (strspn (line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") !=
      strlen (line))
    return NULL;
  data = g_base64_decode (line, &size);
  if (size >= REST_SESSION_KEY_SIZE)
    return g_bytes_new_take (data, size);

  g_free (data);
  return NULL;
}

GPtrArray *
rest_session_keys_load (const char *path, GError **error)
{
  g_autoptr (GPtrArray) keys = rest_session_keys_new (NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (!check_mode (path, error) || !g_file_load_contents (file, NULL, &text, NULL, NULL, error))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      GBytes *key = NULL;

      g_strstrip (lines[i]);
      if (*lines[i] == '\0' || *lines[i] == '#')
        continue;
      key = keys->len < HTTP_LIMIT_SESSION_KEYS ? decode_key (lines[i]) : NULL;
      if (key == NULL)
        {
          g_set_error (
              error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
              _ ("Line %u of %s is no key of at least %d bytes in base64, or one too many"), i + 1,
              path, REST_SESSION_KEY_SIZE);
          return NULL;
        }
      g_ptr_array_add (keys, key);
    }
  if (keys->len > 0)
    return g_steal_pointer (&keys);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("There is no key in %s"), path);
  return NULL;
}

/* A raw mail as IMAP takes it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-mail-text.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

#include <string.h>

static gsize
count_bare_feeds (const char *text, gsize size)
{
  const char *end = text + size;
  gsize count = 0;

  for (const char *at = text; (at = memchr (at, '\n', end - at)) != NULL; at++)
    if (at == text || at[-1] != '\r')
      count++;

  return count;
}

static GBytes *
complete_line_ends (const char *text, gsize size, gsize n_bare)
{
  char *made = g_malloc (size + n_bare);
  gsize length = 0;

  for (gsize i = 0; i < size; i++)
    {
      if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
        made[length++] = '\r';
      made[length++] = text[i];
    }

  return g_bytes_new_take (made, length);
}

GBytes *
imap_mail_text_prepare (GBytes *mime, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (mime, &size);
  gsize n_bare;

  if (size == 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, _ ("the mail is empty"));
      return NULL;
    }
  /* Octets, and no lines that could be mended. */
  if (memchr (text, '\0', size) != NULL)
    return g_bytes_ref (mime);

  n_bare = count_bare_feeds (text, size);

  return n_bare == 0 ? g_bytes_ref (mime) : complete_line_ends (text, size, n_bare);
}

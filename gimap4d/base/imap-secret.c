/* Passwords and tokens in memory that no dump of the process has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/imap-secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Octets with their size, which a free function is not given. */
typedef struct
{
  gsize size;
  guint8 data[];
} Octets;

static gsize
get_mapped_size (const char *text)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  return (strlen (text) + page) / page * page;
}

char *
imap_secret_dup (const char *text)
{
  gsize size = text != NULL ? get_mapped_size (text) : 0;
  char *secret;

  if (text == NULL)
    return NULL;

  secret = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (secret == MAP_FAILED)
    g_error ("no memory for %zu octets: %s", size, g_strerror (errno));
  /* A kernel that cannot leave the page out still has it wiped. */
  madvise (secret, size, MADV_DONTDUMP);

  return strcpy (secret, text);
}

char *
imap_secret_take (char *text)
{
  char *secret = imap_secret_dup (text);

  imap_secret_wipe_text (text);

  return secret;
}

void
imap_secret_free (char *secret)
{
  gsize size = secret != NULL ? get_mapped_size (secret) : 0;

  if (secret == NULL)
    return;

  explicit_bzero (secret, size);
  munmap (secret, size);
}

void
imap_secret_wipe_text (char *text)
{
  if (text == NULL)
    return;

  explicit_bzero (text, strlen (text));
  g_free (text);
}

static void
wipe_octets (gpointer data)
{
  Octets *octets = data;

  explicit_bzero (octets->data, octets->size);
  g_free (octets);
}

GBytes *
imap_secret_new_bytes (gsize size, guint8 **out_data)
{
  Octets *octets = g_malloc (sizeof (Octets) + size);

  octets->size = size;
  *out_data = octets->data;

  return g_bytes_new_with_free_func (octets->data, size, wipe_octets, octets);
}

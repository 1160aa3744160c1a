/* Which flags a mail has, as a number.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-flag-sets.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/peer-hash.h"

#include <stdlib.h>
#include <string.h>

struct _ImapFlagSets
{
  guint ref_count;
  GHashTable *numbers; /* owned: the flags as one text → number */
  GPtrArray *sets;     /* owned, of GStrv: the number is the index and one more */
  gsize n_bytes;       /* of all texts */
};

ImapFlagSets *
imap_flag_sets_new (void)
{
  ImapFlagSets *sets = g_new0 (ImapFlagSets, 1);

  sets->ref_count = 1;
  sets->numbers = g_hash_table_new_full (peer_hash, g_str_equal, g_free, NULL);
  sets->sets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  return sets;
}

ImapFlagSets *
imap_flag_sets_ref (ImapFlagSets *sets)
{
  sets->ref_count++;

  return sets;
}

void
imap_flag_sets_unref (ImapFlagSets *sets)
{
  if (--sets->ref_count > 0)
    return;

  g_hash_table_unref (sets->numbers);
  g_ptr_array_unref (sets->sets);
  g_free (sets);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, without \Recent. */
static GStrv
order (const char *const *flags)
{
  g_autoptr (GPtrArray) ordered = g_ptr_array_new ();

  for (; *flags != NULL; flags++)
    if (g_ascii_strcasecmp (*flags, "\\Recent") != 0)
      g_ptr_array_add (ordered, g_strdup (*flags));
  g_ptr_array_sort (ordered, compare);
  g_ptr_array_add (ordered, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&ordered), FALSE);
}

guint32
imap_flag_sets_find (ImapFlagSets *sets, const char *const *flags)
{
  g_auto (GStrv) ordered = order (flags);
  g_autofree char *joined = g_strjoinv (" ", ordered);
  g_autofree char *key = g_ascii_strdown (joined, -1);
  gsize size = strlen (key);
  guint32 number = GPOINTER_TO_UINT (g_hash_table_lookup (sets->numbers, key));

  if (number != 0)
    return number;
  if (sets->n_bytes + size > IMAP_LIMIT_FLAG_SETS_BYTES || sets->sets->len >= IMAP_LIMIT_FLAG_SETS)
    return IMAP_FLAG_SET_UNKNOWN;

  sets->n_bytes += size;
  g_ptr_array_add (sets->sets, g_steal_pointer (&ordered));
  number = sets->sets->len;
  g_hash_table_insert (sets->numbers, g_steal_pointer (&key), GUINT_TO_POINTER (number));

  return number;
}

const char *const *
imap_flag_sets_get (ImapFlagSets *sets, guint32 number)
{
  if (number == IMAP_FLAG_SET_UNKNOWN)
    return NULL;

  return g_ptr_array_index (sets->sets, number - 1);
}

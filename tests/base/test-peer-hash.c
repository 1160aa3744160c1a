/* Words that g_str_hash () takes for one another stand in places of their own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/peer-hash.h"

#include <string.h>

#define WORDS 4096

static char *
make_word (guint number)
{
  GString *word = g_string_new (NULL);

  for (guint bit = 0; bit < 12; bit++)
    g_string_append (word, (number >> bit) % 2 == 0 ? "Ez" : "FY");

  return g_string_free (word, FALSE);
}

static void
test_alike (void)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new (NULL, NULL);
  g_autofree char *first = make_word (0);

  for (guint i = 0; i < WORDS; i++)
    {
      g_autofree char *word = make_word (i);

      g_assert_cmpuint (g_str_hash (word), ==, g_str_hash (first));
      g_hash_table_add (hashes, GUINT_TO_POINTER (peer_hash (word)));
    }
  /* Two of so many have one of four milliards by chance once in five hundred times. */
  g_assert_cmpuint (g_hash_table_size (hashes), >=, WORDS - 3);
}

/* Each length, each octet at each place. */
static void
test_all_octets_count (void)
{
  char text[32] = "";

  for (guint length = 1; length < sizeof text; length++)
    {
      g_autofree char *same = NULL;

      text[length - 1] = (char) (0xc0 + length);
      text[length] = '\0';
      same = g_strdup (text);
      g_assert_cmpuint (peer_hash (text), ==, peer_hash (same));
      for (guint at = 0; at < length; at++)
        {
          same[at] ^= 1;
          g_assert_cmpuint (peer_hash (text), !=, peer_hash (same));
          same[at] ^= 1;
        }
      same[length - 1] = '\0';
      g_assert_cmpuint (peer_hash (text), !=, peer_hash (same));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer-hash/alike", test_alike);
  g_test_add_func ("/peer-hash/all-octets-count", test_all_octets_count);

  return g_test_run ();
}

/* Where a text that a stranger chose stands in a hash table: SipHash-1-3 (Aumasson and Bernstein).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/peer-hash.h"

#include <string.h>
#include <sys/random.h>

static guint64 key[2];

static gpointer
make_key (gpointer data)
{
  /* Where the kernel has none yet, what GLib has is better than nothing. */
  if (getrandom (key, sizeof key, 0) != sizeof key)
    for (guint i = 0; i < G_N_ELEMENTS (key); i++)
      key[i] = (guint64) g_random_int () << 32 | g_random_int ();

  return NULL;
}

static inline guint64
rotate (guint64 word, guint n)
{
  return word << n | word >> (64 - n);
}

static inline void
mix (guint64 v[4])
{
  v[0] += v[1];
  v[1] = rotate (v[1], 13) ^ v[0];
  v[0] = rotate (v[0], 32);
  v[2] += v[3];
  v[3] = rotate (v[3], 16) ^ v[2];
  v[0] += v[3];
  v[3] = rotate (v[3], 21) ^ v[0];
  v[2] += v[1];
  v[1] = rotate (v[1], 17) ^ v[2];
  v[2] = rotate (v[2], 32);
}

static inline void
take_word (guint64 v[4], guint64 word)
{
  v[3] ^= word;
  mix (v);
  v[0] ^= word;
}

guint
peer_hash (gconstpointer text)
{
  static GOnce once = G_ONCE_INIT;
  const char *bytes = text;
  gsize length = strlen (bytes);
  gsize at = 0;
  guint64 last = (guint64) length << 56;
  guint64 v[4];

  g_once (&once, make_key, NULL);
  v[0] = key[0] ^ G_GUINT64_CONSTANT (0x736f6d6570736575);
  v[1] = key[1] ^ G_GUINT64_CONSTANT (0x646f72616e646f6d);
  v[2] = key[0] ^ G_GUINT64_CONSTANT (0x6c7967656e657261);
  v[3] = key[1] ^ G_GUINT64_CONSTANT (0x7465646279746573);

  for (; at + 8 <= length; at += 8)
    {
      guint64 word;

      memcpy (&word, bytes + at, sizeof word);
      take_word (v, GUINT64_FROM_LE (word));
    }
  for (guint i = 0; at + i < length; i++)
    last |= (guint64) (guchar) bytes[at + i] << (8 * i);
  take_word (v, last);

  v[2] ^= 0xff;
  for (guint i = 0; i < 3; i++)
    mix (v);

  return (guint) (v[0] ^ v[1] ^ v[2] ^ v[3]);
}

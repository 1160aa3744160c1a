/* Whether the names of an object were made to be slow in the hash table of json-glib.
 *
 * A JsonObject keeps its members by g_str_hash (), for which names of one hash are easily made: a
 * hundred thousand of them cost minutes. Nothing can be changed about the table; so what would become
 * of it is counted beforehand.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-json-names.h"

#include "gimap4d/base/gimap4d-limits.h"

/* As the table of GLib grows: how many places it has, and the prime that a hash is divided by. */
static const struct
{
  guint places;
  guint prime;
} sizes[] = {
  { 128, 127 },     { 256, 251 },     { 512, 509 },       { 1024, 1021 },
  { 2048, 2039 },   { 4096, 4093 },   { 8192, 8191 },     { 16384, 16381 },
  { 32768, 32749 }, { 65536, 65521 }, { 131072, 131071 }, { 262144, 262139 },
};

/* GLib spreads hashes that are close to one another. */
#define SPREAD 11

static gboolean
is_crowded (const guint *hashes, guint n, guint prime)
{
  g_autofree guint8 *places = g_new0 (guint8, prime);

  for (guint i = 0; i < n; i++)
    if (++places[hashes[i] * SPREAD % prime] > HTTP_LIMIT_JSON_ALIKE)
      return TRUE;

  return FALSE;
}

gboolean
http_json_names_collide (const guint *hashes, guint n)
{
  /* While the table has a size, it has no more names than places. */
  for (guint i = 0; i < G_N_ELEMENTS (sizes) && n > HTTP_LIMIT_JSON_ALIKE; i++)
    {
      if (is_crowded (hashes, MIN (n, sizes[i].places), sizes[i].prime))
        return TRUE;
      if (n < sizes[i].places / 2)
        break;
    }

  return FALSE;
}

/* A set of message numbers or unique ids as sorted ranges.
 *
 * Ranges lie in chunks, so that one in the middle costs the moving of a chunk and not of the set.
 * Everything is in order at any time: asking changes nothing and needs no lock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-uid-set.h"

#include <string.h>

#define CHUNK_RANGES 256

typedef struct
{
  ImapUidRange *ranges; /* owned */
  guint n;
  guint capacity;
  guint ids;        /* in this chunk */
  guint ids_before; /* in the chunks before */
  guint ranges_before;
} Chunk;

struct _ImapUidSet
{
  gatomicrefcount ref_count;
  Chunk *chunks; /* owned */
  guint n_chunks;
  guint capacity;
  gboolean open; /* the last range goes up to "*" */
};

/* A range's place; chunk == n_chunks is behind the last. */
typedef struct
{
  guint chunk;
  guint index;
} Place;

ImapUidSet *
imap_uid_set_new (void)
{
  ImapUidSet *set = g_new0 (ImapUidSet, 1);

  g_atomic_ref_count_init (&set->ref_count);

  return set;
}

ImapUidSet *
imap_uid_set_new_range (guint32 first, guint32 last)
{
  ImapUidSet *set = imap_uid_set_new ();

  imap_uid_set_add_range (set, first, last);

  return set;
}

ImapUidSet *
imap_uid_set_new_all (void)
{
  ImapUidSet *set = imap_uid_set_new ();

  imap_uid_set_add_open_range (set, 1);

  return set;
}

ImapUidSet *
imap_uid_set_ref (ImapUidSet *set)
{
  g_atomic_ref_count_inc (&set->ref_count);

  return set;
}

void
imap_uid_set_unref (ImapUidSet *set)
{
  if (!g_atomic_ref_count_dec (&set->ref_count))
    return;

  for (guint i = 0; i < set->n_chunks; i++)
    g_free (set->chunks[i].ranges);
  g_free (set->chunks);
  g_free (set);
}

static guint
count_range (ImapUidRange range)
{
  return range.last - range.first + 1;
}

static Chunk *
insert_chunk (ImapUidSet *set, guint at)
{
  Chunk *chunk;

  if (set->n_chunks == set->capacity)
    {
      set->capacity = MAX (1, set->capacity * 2);
      set->chunks = g_renew (Chunk, set->chunks, set->capacity);
    }
  memmove (&set->chunks[at + 1], &set->chunks[at], (set->n_chunks - at) * sizeof (Chunk));
  set->n_chunks++;
  chunk = &set->chunks[at];
  *chunk = (Chunk){ 0 };

  return chunk;
}

static void
remove_chunk (ImapUidSet *set, guint at)
{
  g_free (set->chunks[at].ranges);
  set->n_chunks--;
  memmove (&set->chunks[at], &set->chunks[at + 1], (set->n_chunks - at) * sizeof (Chunk));
}

/* Sums up anew from @from on; @from itself was changed. */
static void
recount (ImapUidSet *set, guint from)
{
  if (from < set->n_chunks)
    {
      Chunk *changed = &set->chunks[from];

      changed->ids = 0;
      for (guint i = 0; i < changed->n; i++)
        changed->ids += count_range (changed->ranges[i]);
    }

  for (guint i = from; i < set->n_chunks; i++)
    {
      const Chunk *before = i > 0 ? &set->chunks[i - 1] : NULL;

      set->chunks[i].ids_before = before != NULL ? before->ids_before + before->ids : 0;
      set->chunks[i].ranges_before = before != NULL ? before->ranges_before + before->n : 0;
    }
}

static void
insert_range (Chunk *chunk, guint at, ImapUidRange range)
{
  if (chunk->n == chunk->capacity)
    {
      chunk->capacity = MAX (2, chunk->capacity * 2);
      chunk->ranges = g_renew (ImapUidRange, chunk->ranges, chunk->capacity);
    }
  memmove (&chunk->ranges[at + 1], &chunk->ranges[at], (chunk->n - at) * sizeof (ImapUidRange));
  chunk->ranges[at] = range;
  chunk->n++;
}

/* The chunk's upper half becomes a chunk of its own. */
static void
split_chunk (ImapUidSet *set, guint at)
{
  Chunk *upper = insert_chunk (set, at + 1);
  Chunk *lower = &set->chunks[at];
  guint half = lower->n / 2;

  for (guint i = half; i < lower->n; i++)
    insert_range (upper, upper->n, lower->ranges[i]);
  lower->n = half;
  recount (set, at + 1);
  recount (set, at);
}

/* The first range that ends at @id or behind it. */
static Place
find_range (const ImapUidSet *set, guint32 id)
{
  Place place = { .chunk = 0 };
  guint low = 0, high = set->n_chunks;
  const Chunk *chunk;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      chunk = &set->chunks[middle];
      if (chunk->ranges[chunk->n - 1].last < id)
        low = middle + 1;
      else
        high = middle;
    }
  place.chunk = low;
  if (low == set->n_chunks)
    return place;

  chunk = &set->chunks[low];
  for (low = 0, high = chunk->n; low < high;)
    {
      guint middle = low + (high - low) / 2;

      if (chunk->ranges[middle].last < id)
        low = middle + 1;
      else
        high = middle;
    }
  place.index = low;

  return place;
}

/* The ranges from @place on that touch @range, which stands there, become part of it. */
static void
absorb (ImapUidSet *set, Place place)
{
  Chunk *home = &set->chunks[place.chunk];
  ImapUidRange *range = &home->ranges[place.index];
  guint32 last = range->last;
  guint next = place.index + 1;
  guint at = place.chunk;

  while (at < set->n_chunks)
    {
      Chunk *chunk = &set->chunks[at];
      guint n = at == place.chunk ? next : 0;
      guint from = n;

      while (n < chunk->n && (last == G_MAXUINT32 || chunk->ranges[n].first <= last + 1))
        {
          last = MAX (last, chunk->ranges[n].last);
          n++;
        }
      memmove (&chunk->ranges[from], &chunk->ranges[n], (chunk->n - n) * sizeof (ImapUidRange));
      chunk->n -= n - from;
      if (chunk->n > from)
        {
          if (at > place.chunk)
            recount (set, at);
          break;
        }
      if (chunk->n == 0)
        remove_chunk (set, at);
      else
        at++;
    }

  set->chunks[place.chunk].ranges[place.index].last = last;
  recount (set, place.chunk);
}

static void
insert_or_merge (ImapUidSet *set, ImapUidRange range)
{
  Place place = find_range (set, range.first > 1 ? range.first - 1 : range.first);
  Chunk *chunk;

  if (place.chunk == set->n_chunks)
    {
      /* Behind everything: in the last chunk while it has room. */
      if (set->n_chunks == 0 || set->chunks[set->n_chunks - 1].n == CHUNK_RANGES)
        insert_chunk (set, set->n_chunks);
      chunk = &set->chunks[set->n_chunks - 1];
      insert_range (chunk, chunk->n, range);
      recount (set, set->n_chunks - 1);
      return;
    }

  chunk = &set->chunks[place.chunk];
  if (range.last != G_MAXUINT32 && chunk->ranges[place.index].first > range.last + 1)
    {
      if (chunk->n == CHUNK_RANGES)
        {
          split_chunk (set, place.chunk);
          place = find_range (set, range.first);
          chunk = &set->chunks[place.chunk];
        }
      insert_range (chunk, place.index, range);
      recount (set, place.chunk);
      return;
    }

  chunk->ranges[place.index].first = MIN (chunk->ranges[place.index].first, range.first);
  chunk->ranges[place.index].last = MAX (chunk->ranges[place.index].last, range.last);
  absorb (set, place);
}

/* What most calls do: a number behind the last one. */
static gboolean
try_append (ImapUidSet *set, ImapUidRange range)
{
  Chunk *chunk = set->n_chunks > 0 ? &set->chunks[set->n_chunks - 1] : NULL;
  ImapUidRange *end = chunk != NULL ? &chunk->ranges[chunk->n - 1] : NULL;

  if (chunk == NULL || range.first <= end->last)
    return FALSE;
  if (range.first == end->last + 1)
    end->last = range.last;
  else if (chunk->n < CHUNK_RANGES)
    insert_range (chunk, chunk->n, range);
  else
    return FALSE;
  chunk->ids += count_range (range);

  return TRUE;
}

void
imap_uid_set_add (ImapUidSet *set, guint32 id)
{
  imap_uid_set_add_range (set, id, id);
}

void
imap_uid_set_add_range (ImapUidSet *set, guint32 first, guint32 last)
{
  ImapUidRange range = { MIN (first, last), MAX (first, last) };

  if (range.last == 0)
    return;
  range.first = MAX (range.first, 1);

  if (!try_append (set, range))
    insert_or_merge (set, range);
}

void
imap_uid_set_add_open_range (ImapUidSet *set, guint32 first)
{
  imap_uid_set_add_range (set, first, G_MAXUINT32);
  set->open = TRUE;
}

gboolean
imap_uid_set_is_empty (ImapUidSet *set)
{
  return set->n_chunks == 0;
}

gboolean
imap_uid_set_is_open (ImapUidSet *set)
{
  return set->open;
}

guint
imap_uid_set_get_size (ImapUidSet *set)
{
  const Chunk *last = set->n_chunks > 0 ? &set->chunks[set->n_chunks - 1] : NULL;

  return last == NULL || set->open ? 0 : last->ids_before + last->ids;
}

guint32
imap_uid_set_get_id (ImapUidSet *set, guint index)
{
  guint low = 0, high = set->n_chunks;
  const Chunk *chunk;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      chunk = &set->chunks[middle];
      if (index - chunk->ids_before >= chunk->ids && index >= chunk->ids_before)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == set->n_chunks)
    return 0;

  chunk = &set->chunks[low];
  index -= chunk->ids_before;
  for (guint i = 0; i < chunk->n; i++)
    {
      guint n = count_range (chunk->ranges[i]);

      if (index < n)
        return chunk->ranges[i].first + index;
      index -= n;
    }

  return 0;
}

gboolean
imap_uid_set_contains (ImapUidSet *set, guint32 id)
{
  Place place = find_range (set, id);

  return id != 0 && place.chunk < set->n_chunks &&
         set->chunks[place.chunk].ranges[place.index].first <= id;
}

guint
imap_uid_set_get_n_ranges (ImapUidSet *set)
{
  const Chunk *last = set->n_chunks > 0 ? &set->chunks[set->n_chunks - 1] : NULL;

  return last == NULL ? 0 : last->ranges_before + last->n;
}

ImapUidRange
imap_uid_set_get_range (ImapUidSet *set, guint index)
{
  guint low = 0, high = set->n_chunks;

  g_return_val_if_fail (index < imap_uid_set_get_n_ranges (set), ((ImapUidRange){ 0, 0 }));

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (set->chunks[middle].ranges_before <= index)
        low = middle;
      else
        high = middle;
    }

  return set->chunks[low].ranges[index - set->chunks[low].ranges_before];
}

gboolean
imap_uid_set_equal (ImapUidSet *a, ImapUidSet *b)
{
  guint n = imap_uid_set_get_n_ranges (a);

  if (n != imap_uid_set_get_n_ranges (b) || a->open != b->open)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      ImapUidRange one = imap_uid_set_get_range (a, i);
      ImapUidRange other = imap_uid_set_get_range (b, i);

      if (one.first != other.first || one.last != other.last)
        return FALSE;
    }

  return TRUE;
}

static void
add_set (ImapUidSet *set, ImapUidSet *other)
{
  for (guint c = 0; c < other->n_chunks; c++)
    for (guint i = 0; i < other->chunks[c].n; i++)
      imap_uid_set_add_range (set, other->chunks[c].ranges[i].first,
                              other->chunks[c].ranges[i].last);
  set->open = set->open || other->open;
}

void
imap_uid_set_add_taken (ImapUidSet *set, ImapUidSet *from)
{
  gboolean open = set->open;
  ImapUidSet before = *set;

  if (!imap_uid_set_is_empty (set))
    {
      add_set (set, from);
      set->open = open;
      return;
    }

  set->chunks = g_steal_pointer (&from->chunks);
  set->n_chunks = from->n_chunks;
  set->capacity = from->capacity;
  from->chunks = before.chunks;
  from->n_chunks = before.n_chunks;
  from->capacity = before.capacity;
}

ImapUidSet *
imap_uid_set_unite (ImapUidSet *a, ImapUidSet *b)
{
  ImapUidSet *united = imap_uid_set_new ();

  add_set (united, a);
  add_set (united, b);

  return united;
}

/* Adds what is left of @range without the ranges of @other, which is gone through from *@at on. */
static void
add_difference (ImapUidSet *set, ImapUidRange range, ImapUidSet *other, guint *at)
{
  guint n = imap_uid_set_get_n_ranges (other);

  for (; *at < n; (*at)++)
    {
      ImapUidRange hole = imap_uid_set_get_range (other, *at);

      if (hole.last < range.first)
        continue;
      if (hole.first > range.last)
        break;
      if (hole.first > range.first)
        imap_uid_set_add_range (set, range.first, hole.first - 1);
      if (hole.last >= range.last)
        return;
      range.first = hole.last + 1;
    }
  imap_uid_set_add_range (set, range.first, range.last);
}

ImapUidSet *
imap_uid_set_subtract (ImapUidSet *a, ImapUidSet *b)
{
  ImapUidSet *left = imap_uid_set_new ();
  guint at = 0;

  for (guint c = 0; c < a->n_chunks; c++)
    for (guint i = 0; i < a->chunks[c].n; i++)
      add_difference (left, a->chunks[c].ranges[i], b, &at);
  left->open = a->open && imap_uid_set_contains (left, G_MAXUINT32);

  return left;
}

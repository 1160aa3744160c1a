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
  guint ids_sum;    /* in it and some before it: see add_to_sums () */
  guint ranges_sum; /* likewise */
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
remove_chunks (ImapUidSet *set, guint at, guint n)
{
  for (guint i = at; i < at + n; i++)
    g_free (set->chunks[i].ranges);
  set->n_chunks -= n;
  memmove (&set->chunks[at], &set->chunks[at + n], (set->n_chunks - at) * sizeof (Chunk));
}

/* A chunk sums up itself and as many before it as the ones at the end of its number's bits say (a
 * Fenwick tree): a change and a question go through the logarithm of the chunks, not through all. */
static void
add_to_sums (ImapUidSet *set, guint at, guint n_ids, guint n_ranges)
{
  for (; at < set->n_chunks; at |= at + 1)
    {
      set->chunks[at].ids_sum += n_ids;
      set->chunks[at].ranges_sum += n_ranges;
    }
}

/* After chunks have come or gone from @from on: those have other numbers now. */
static void
sum_up (ImapUidSet *set, guint from)
{
  for (guint i = from; i < set->n_chunks; i++)
    {
      Chunk *chunk = &set->chunks[i];

      chunk->ids_sum = chunk->ids;
      chunk->ranges_sum = chunk->n;
      for (guint bit = 1; i & bit; bit <<= 1)
        {
          chunk->ids_sum += set->chunks[i - bit].ids_sum;
          chunk->ranges_sum += set->chunks[i - bit].ranges_sum;
        }
    }
}

static void
count_before (const ImapUidSet *set, guint at, guint *out_ids, guint *out_ranges)
{
  *out_ids = *out_ranges = 0;
  for (; at > 0; at &= at - 1)
    {
      *out_ids += set->chunks[at - 1].ids_sum;
      *out_ranges += set->chunks[at - 1].ranges_sum;
    }
}

/* The chunk with the @index-th id, or the @index-th range, which is counted from its start then. */
static guint
find_counted (const ImapUidSet *set, gboolean counts_ids, guint *index)
{
  guint at = 0;
  guint step = 1;

  while (step <= set->n_chunks / 2)
    step *= 2;
  for (; step > 0; step /= 2)
    {
      guint sum;

      if (at + step > set->n_chunks)
        continue;
      sum = counts_ids ? set->chunks[at + step - 1].ids_sum : set->chunks[at + step - 1].ranges_sum;
      if (*index < sum)
        continue;
      *index -= sum;
      at += step;
    }

  return at;
}

static guint
count_ids (const Chunk *chunk)
{
  guint n = 0;

  for (guint i = 0; i < chunk->n; i++)
    n += count_range (chunk->ranges[i]);

  return n;
}

/* The ranges of a chunk were changed, of which there were @n_before. */
static void
recount (ImapUidSet *set, guint at, guint n_before)
{
  Chunk *chunk = &set->chunks[at];
  guint ids = count_ids (chunk);

  add_to_sums (set, at, ids - chunk->ids, chunk->n - n_before);
  chunk->ids = ids;
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
  lower->ids = count_ids (lower);
  upper->ids = count_ids (upper);
  sum_up (set, at);
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

/* Takes the ranges of a chunk from @from on that touch what goes up to *@last. */
static void
take_touching (Chunk *chunk, guint from, guint32 *last)
{
  guint n = from;

  while (n < chunk->n && (*last == G_MAXUINT32 || chunk->ranges[n].first <= *last + 1))
    {
      *last = MAX (*last, chunk->ranges[n].last);
      n++;
    }
  memmove (&chunk->ranges[from], &chunk->ranges[n], (chunk->n - n) * sizeof (ImapUidRange));
  chunk->n -= n - from;
}

/* The ranges from @place on that touch @range, which stands there, become part of it. */
static void
absorb (ImapUidSet *set, Place place)
{
  Chunk *home = &set->chunks[place.chunk];
  guint32 last = home->ranges[place.index].last;
  guint n_home = home->n;
  guint at = place.chunk + 1;
  guint n_before = 0;

  take_touching (home, place.index + 1, &last);
  if (home->n == place.index + 1)
    for (; at < set->n_chunks; at++)
      {
        n_before = set->chunks[at].n;
        take_touching (&set->chunks[at], 0, &last);
        if (set->chunks[at].n > 0)
          break;
      }

  home->ranges[place.index].last = last;
  recount (set, place.chunk, n_home);
  if (n_before > 0 && at < set->n_chunks)
    recount (set, at, n_before);
  if (at > place.chunk + 1)
    {
      remove_chunks (set, place.chunk + 1, at - place.chunk - 1);
      sum_up (set, place.chunk + 1);
    }
}

static void
add_at (ImapUidSet *set, Place place, ImapUidRange range)
{
  Chunk *chunk = &set->chunks[place.chunk];

  insert_range (chunk, place.index, range);
  chunk->ids += count_range (range);
  add_to_sums (set, place.chunk, count_range (range), 1);
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
        {
          insert_chunk (set, set->n_chunks);
          sum_up (set, set->n_chunks - 1);
        }
      chunk = &set->chunks[set->n_chunks - 1];
      add_at (set, (Place){ set->n_chunks - 1, chunk->n }, range);
      return;
    }

  chunk = &set->chunks[place.chunk];
  if (range.last != G_MAXUINT32 && chunk->ranges[place.index].first > range.last + 1)
    {
      if (chunk->n == CHUNK_RANGES)
        {
          split_chunk (set, place.chunk);
          place = find_range (set, range.first);
        }
      add_at (set, place, range);
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
    {
      end->last = range.last;
      chunk->ids += count_range (range);
      add_to_sums (set, set->n_chunks - 1, count_range (range), 0);
    }
  else if (chunk->n < CHUNK_RANGES)
    {
      add_at (set, (Place){ set->n_chunks - 1, chunk->n }, range);
    }
  else
    {
      return FALSE;
    }

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
  guint n_ids;
  guint n_ranges;

  count_before (set, set->n_chunks, &n_ids, &n_ranges);

  return set->open ? 0 : n_ids;
}

guint32
imap_uid_set_get_id (ImapUidSet *set, guint index)
{
  guint at = find_counted (set, TRUE, &index);
  const Chunk *chunk = &set->chunks[at];

  if (at == set->n_chunks)
    return 0;

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
  guint n_ids;
  guint n_ranges;

  count_before (set, set->n_chunks, &n_ids, &n_ranges);

  return n_ranges;
}

ImapUidRange
imap_uid_set_get_range (ImapUidSet *set, guint index)
{
  guint at;

  g_return_val_if_fail (index < imap_uid_set_get_n_ranges (set), ((ImapUidRange){ 0, 0 }));

  at = find_counted (set, FALSE, &index);

  return set->chunks[at].ranges[index];
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

/* The mails of a box in their order: which id stands behind which number, and the flags of each.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-mail-map.h"

#include <string.h>

/* A removal moves at most one block, and finding a number goes through the logarithm of them. */
#define BLOCK 512

typedef struct
{
  guint n;
  guint n_sum; /* in it and some before it: see add_to_sums () */
  guint32 uids[BLOCK];
  guint32 flags[BLOCK];
} Block;

struct _ImapMailMap
{
  ImapFlagSets *sets; /* owned */
  GPtrArray *blocks;  /* owned, of Block; none is empty */
  guint n_mails;
};

/* A mail: block and place in it. */
typedef struct
{
  guint block;
  guint index;
} Place;

ImapMailMap *
imap_mail_map_new (ImapFlagSets *sets)
{
  ImapMailMap *map = g_new0 (ImapMailMap, 1);

  map->sets = imap_flag_sets_ref (sets);
  map->blocks = g_ptr_array_new_with_free_func (g_free);

  return map;
}

void
imap_mail_map_free (ImapMailMap *map)
{
  if (map == NULL)
    return;

  imap_flag_sets_unref (map->sets);
  g_ptr_array_unref (map->blocks);
  g_free (map);
}

static Block *
get_block (ImapMailMap *map, guint number)
{
  return g_ptr_array_index (map->blocks, number);
}

/* A block sums up itself and as many before it as the ones at the end of its number's bits say (a
 * Fenwick tree). */
static void
add_to_sums (ImapMailMap *map, guint block, int n)
{
  for (; block < map->blocks->len; block |= block + 1)
    get_block (map, block)->n_sum += n;
}

/* After blocks have come or gone from @from on: those have other numbers now. */
static void
sum_up (ImapMailMap *map, guint from)
{
  for (guint i = from; i < map->blocks->len; i++)
    {
      Block *block = get_block (map, i);

      block->n_sum = block->n;
      for (guint bit = 1; i & bit; bit <<= 1)
        block->n_sum += get_block (map, i - bit)->n_sum;
    }
}

static gboolean
is_at_end (ImapMailMap *map, const Place *place)
{
  return place->block >= map->blocks->len;
}

static guint32
uid_at (ImapMailMap *map, const Place *place)
{
  return is_at_end (map, place) ? 0 : get_block (map, place->block)->uids[place->index];
}

static guint32
flags_at (ImapMailMap *map, const Place *place)
{
  return get_block (map, place->block)->flags[place->index];
}

static void
go_on (ImapMailMap *map, Place *place)
{
  if (++place->index < get_block (map, place->block)->n)
    return;
  place->block++;
  place->index = 0;
}

/* The first mail whose id is not smaller. */
static Place
find_uid (ImapMailMap *map, guint32 uid)
{
  Place place = { 0, 0 };
  guint low = 0;
  guint high = map->blocks->len;
  Block *block;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      block = get_block (map, middle);
      if (block->uids[block->n - 1] < uid)
        low = middle + 1;
      else
        high = middle;
    }
  place.block = low;
  if (is_at_end (map, &place))
    return place;

  block = get_block (map, low);
  low = 0;
  high = block->n;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (block->uids[middle] < uid)
        low = middle + 1;
      else
        high = middle;
    }
  place.index = low;

  return place;
}

static gboolean
find_number (ImapMailMap *map, guint32 number, Place *out_place)
{
  guint block = 0;
  guint step = 1;

  if (number == 0 || number > map->n_mails)
    return FALSE;

  number--;
  while (step <= map->blocks->len / 2)
    step *= 2;
  for (; step > 0; step /= 2)
    if (block + step <= map->blocks->len && number >= get_block (map, block + step - 1)->n_sum)
      {
        number -= get_block (map, block + step - 1)->n_sum;
        block += step;
      }
  *out_place = (Place){ block, number };

  return TRUE;
}

/* Stays where the next mail then is. */
static void
remove_at (ImapMailMap *map, Place *place)
{
  Block *block = get_block (map, place->block);
  gsize n_behind = block->n - place->index - 1;

  memmove (block->uids + place->index, block->uids + place->index + 1, n_behind * sizeof (guint32));
  memmove (block->flags + place->index, block->flags + place->index + 1,
           n_behind * sizeof (guint32));
  block->n--;
  map->n_mails--;
  add_to_sums (map, place->block, -1);
  if (block->n == 0)
    {
      g_ptr_array_remove_index (map->blocks, place->block);
      sum_up (map, place->block);
      place->index = 0;
    }
  else if (place->index == block->n)
    {
      *place = (Place){ place->block + 1, 0 };
    }
}

ImapFlagSets *
imap_mail_map_get_sets (ImapMailMap *map)
{
  return map->sets;
}

guint
imap_mail_map_get_n_mails (ImapMailMap *map)
{
  return map->n_mails;
}

guint32
imap_mail_map_get_uid (ImapMailMap *map, guint32 number)
{
  Place place;

  return find_number (map, number, &place) ? uid_at (map, &place) : 0;
}

guint32
imap_mail_map_get_last_uid (ImapMailMap *map)
{
  Block *last;

  if (map->blocks->len == 0)
    return 0;
  last = get_block (map, map->blocks->len - 1);

  return last->uids[last->n - 1];
}

gboolean
imap_mail_map_contains (ImapMailMap *map, guint32 uid)
{
  Place place = find_uid (map, uid);

  return uid != 0 && uid_at (map, &place) == uid;
}

gboolean
imap_mail_map_append (ImapMailMap *map, guint32 uid, guint32 flags)
{
  Block *last = map->blocks->len > 0 ? get_block (map, map->blocks->len - 1) : NULL;

  if (uid <= imap_mail_map_get_last_uid (map))
    return FALSE;
  if (last == NULL || last->n == BLOCK)
    {
      last = g_new (Block, 1);
      last->n = 0;
      g_ptr_array_add (map->blocks, last);
      sum_up (map, map->blocks->len - 1);
    }

  add_to_sums (map, map->blocks->len - 1, 1);
  last->uids[last->n] = uid;
  last->flags[last->n++] = flags;
  map->n_mails++;

  return TRUE;
}

guint32
imap_mail_map_remove_number (ImapMailMap *map, guint32 number)
{
  Place place;
  guint32 uid;

  if (!find_number (map, number, &place))
    return 0;
  uid = uid_at (map, &place);
  remove_at (map, &place);

  return uid;
}

void
imap_mail_map_remove_uids (ImapMailMap *map,
                           ImapUidSet *uids,
                           const ImapMailMapEvents *events,
                           gpointer data)
{
  for (guint i = 0; i < imap_uid_set_get_n_ranges (uids); i++)
    {
      ImapUidRange range = imap_uid_set_get_range (uids, i);
      Place place = find_uid (map, range.first);

      while (!is_at_end (map, &place) && uid_at (map, &place) <= range.last)
        {
          guint32 uid = uid_at (map, &place);

          remove_at (map, &place);
          if (events != NULL && events->deleted != NULL)
            events->deleted (data, uid);
        }
    }
}

gboolean
imap_mail_map_set_flags (ImapMailMap *map, guint32 uid, guint32 flags)
{
  Place place = find_uid (map, uid);
  guint32 *at;

  if (uid == 0 || uid_at (map, &place) != uid)
    return FALSE;
  at = &get_block (map, place.block)->flags[place.index];
  if (*at == flags && flags != IMAP_FLAG_SET_UNKNOWN)
    return FALSE;
  *at = flags;

  return TRUE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const ImapMailEntry *one = a;
  const ImapMailEntry *other = b;

  return (one->number > other->number) - (one->number < other->number);
}

ImapMailMap *
imap_mail_map_new_from_entries (ImapFlagSets *sets, GArray *entries)
{
  g_autoptr (ImapMailMap) map = imap_mail_map_new (sets);
  guint32 number = 0;
  guint32 uid = 0;

  /* Stable: of two that tell of one mail the later one counts. */
  g_array_sort (entries, compare_numbers);
  for (guint i = 0; i < entries->len; i++)
    {
      const ImapMailEntry *entry = &g_array_index (entries, ImapMailEntry, i);
      gboolean is_again = entry->number == number;

      /* Flags without an id are those of the mail that has the number. */
      if (is_again && (entry->uid == uid || entry->uid == 0))
        imap_mail_map_set_flags (map, uid, entry->flags);
      else if (entry->uid == 0)
        continue;
      else if (is_again || !imap_mail_map_append (map, entry->uid, entry->flags))
        return NULL;
      number = entry->number;
      uid = is_again ? uid : entry->uid;
    }

  return g_steal_pointer (&map);
}

static int
compare_uids (gconstpointer a, gconstpointer b)
{
  const ImapMailEntry *one = a;
  const ImapMailEntry *other = b;

  return (one->uid > other->uid) - (one->uid < other->uid);
}

/* The last of the changes of this id from @at on, which is left behind it; NULL when there is none. */
static const ImapMailEntry *
take_change (GArray *changes, guint *at, guint32 uid)
{
  const ImapMailEntry *found = NULL;

  for (; *at < changes->len; (*at)++)
    {
      const ImapMailEntry *change = &g_array_index (changes, ImapMailEntry, *at);

      if (change->uid > uid)
        break;
      if (change->uid == uid)
        found = change;
    }

  return found;
}

static ImapMailMap *
make_found (ImapMailMap *known, ImapUidSet *found, GArray *changes)
{
  g_autoptr (ImapMailMap) map = imap_mail_map_new (known->sets);
  guint at = 0;

  for (guint i = 0; i < imap_uid_set_get_n_ranges (found); i++)
    {
      ImapUidRange range = imap_uid_set_get_range (found, i);
      Place place = find_uid (known, range.first);

      for (guint64 uid = range.first; uid <= range.last; uid++)
        {
          const ImapMailEntry *change = take_change (changes, &at, uid);
          gboolean is_known = uid_at (known, &place) == uid;

          if (!is_known && change == NULL)
            return NULL;
          imap_mail_map_append (map, uid,
                                change != NULL ? change->flags : flags_at (known, &place));
          if (is_known)
            go_on (known, &place);
        }
    }

  return g_steal_pointer (&map);
}

static void
append_changed (ImapMailMap *map, GArray *changes, guint *at, guint32 uid, guint32 flags)
{
  const ImapMailEntry *change = take_change (changes, at, uid);

  imap_mail_map_append (map, uid, change != NULL ? change->flags : flags);
}

static ImapMailMap *
make_remaining (ImapMailMap *known, ImapUidSet *vanished, GArray *changes)
{
  ImapMailMap *map = imap_mail_map_new (known->sets);
  guint at = 0;

  for (Place place = { 0, 0 }; !is_at_end (known, &place); go_on (known, &place))
    if (!imap_uid_set_contains (vanished, uid_at (known, &place)))
      append_changed (map, changes, &at, uid_at (known, &place), flags_at (known, &place));

  for (; at < changes->len; at++)
    {
      const ImapMailEntry *change = &g_array_index (changes, ImapMailEntry, at);

      if (imap_uid_set_contains (vanished, change->uid))
        continue;
      if (!imap_mail_map_append (map, change->uid, change->flags))
        imap_mail_map_set_flags (map, change->uid, change->flags);
    }

  return map;
}

ImapMailMap *
imap_mail_map_new_changed (ImapMailMap *known,
                           ImapUidSet *found,
                           ImapUidSet *vanished,
                           GArray *changes)
{
  g_array_sort (changes, compare_uids);

  return found != NULL ? make_found (known, found, changes) :
                         make_remaining (known, vanished, changes);
}

static void
tell_flags (ImapMailMap *after, const Place *place, const ImapMailMapEvents *events, gpointer data)
{
  const char *const *flags = imap_flag_sets_get (after->sets, flags_at (after, place));

  if (flags != NULL && events->flags_modified != NULL)
    events->flags_modified (data, uid_at (after, place), flags);
}

/* What is there twice has changed when its flags have; what is there once was deleted, or is new. */
static void
compare_maps (ImapMailMap *before,
              ImapMailMap *after,
              gboolean is_about_new,
              const ImapMailMapEvents *events,
              gpointer data)
{
  Place old = { 0, 0 };
  Place new = { 0, 0 };

  while (!is_at_end (before, &old) || !is_at_end (after, &new))
    {
      guint32 old_uid = is_at_end (before, &old) ? G_MAXUINT32 : uid_at (before, &old);
      guint32 new_uid = is_at_end (after, &new) ? G_MAXUINT32 : uid_at (after, &new);
      gboolean is_gone = !is_at_end (before, &old) &&
                         (is_at_end (after, &new) || old_uid < new_uid);
      gboolean is_new = !is_gone && (is_at_end (before, &old) || new_uid < old_uid);

      if (is_gone && !is_about_new && events->deleted != NULL)
        events->deleted (data, old_uid);
      if (is_new && is_about_new && events->created != NULL)
        events->created (data, new_uid);
      if (!is_gone && !is_new && !is_about_new && flags_at (before, &old) != flags_at (after, &new))
        tell_flags (after, &new, events, data);
      if (!is_new)
        go_on (before, &old);
      if (!is_gone)
        go_on (after, &new);
    }
}

void
imap_mail_map_compare (ImapMailMap *before,
                       ImapMailMap *after,
                       const ImapMailMapEvents *events,
                       gpointer data)
{
  compare_maps (before, after, FALSE, events, data);
  compare_maps (before, after, TRUE, events, data);
}

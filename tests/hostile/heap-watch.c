/* Watches the allocator of the program that links it: the peak, and requests larger than they may be.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "heap-watch.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

static gint64 current; /* bytes in use */
static gint64 base;
static gint64 peak;
static guint64 largest;
static guint64 excess;
static guint64 excess_received;
static const guint64 *received; /* NULL: nobody watches */
static guint64 allowance;

#ifdef HEAP_WATCH

/* What stands behind the functions of libc; a program may have its own in front of them. */
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t count, size_t size);
void *__libc_realloc (void *block, size_t size);
void *__libc_memalign (size_t alignment, size_t size);
void __libc_free (void *block);

static void
raise_to (gint64 *maximum, gint64 value)
{
  gint64 old = __atomic_load_n (maximum, __ATOMIC_RELAXED);

  while (old < value && !__atomic_compare_exchange_n (maximum, &old, value, TRUE, __ATOMIC_RELAXED,
                                                      __ATOMIC_RELAXED))
    continue;
}

static void
watch_request (size_t size)
{
  const guint64 *n_received = __atomic_load_n (&received, __ATOMIC_ACQUIRE);
  guint64 n;

  if (n_received == NULL)
    return;
  raise_to ((gint64 *) &largest, (gint64) size);
  if (size <= HEAP_WATCH_ROOM)
    return;
  n = __atomic_load_n (n_received, __ATOMIC_RELAXED);
  if (size > HEAP_WATCH_FACTOR * n + __atomic_load_n (&allowance, __ATOMIC_RELAXED) +
                 HEAP_WATCH_ROOM &&
      size > excess)
    {
      excess = size;
      excess_received = n;
    }
}

static void *
count_block (void *block, size_t size)
{
  if (block != NULL)
    {
      gint64 now = __atomic_add_fetch (&current, (gint64) malloc_usable_size (block),
                                       __ATOMIC_RELAXED);

      raise_to (&peak, now);
      watch_request (size);
    }

  return block;
}

static void
forget_block (void *block)
{
  if (block != NULL)
    __atomic_sub_fetch (&current, (gint64) malloc_usable_size (block), __ATOMIC_RELAXED);
}

void *
malloc (size_t size)
{
  return count_block (__libc_malloc (size), size);
}

void *
calloc (size_t count, size_t size)
{
  return count_block (__libc_calloc (count, size), count * size);
}

void *
realloc (void *block, size_t size)
{
  gint64 before = block != NULL ? (gint64) malloc_usable_size (block) : 0;
  void *result = __libc_realloc (block, size);

  if (result != NULL || size == 0)
    __atomic_sub_fetch (&current, before, __ATOMIC_RELAXED);

  return count_block (result, size);
}

void
free (void *block)
{
  forget_block (block);
  __libc_free (block);
}

void *
memalign (size_t alignment, size_t size)
{
  return count_block (__libc_memalign (alignment, size), size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  return memalign (alignment, size);
}

int
posix_memalign (void **out_block, size_t alignment, size_t size)
{
  void *block = memalign (alignment, size);

  if (block == NULL)
    return ENOMEM;
  *out_block = block;

  return 0;
}

#endif

gboolean
heap_watch_works (void)
{
  gint64 before = __atomic_load_n (&current, __ATOMIC_RELAXED);
  void *volatile block = malloc (100000);
  gboolean is_counted = __atomic_load_n (&current, __ATOMIC_RELAXED) >= before + 100000;

  free (block);

  return is_counted;
}

void
heap_watch_start (const guint64 *n_received)
{
  largest = 0;
  excess = 0;
  allowance = 0;
  base = __atomic_load_n (&current, __ATOMIC_RELAXED);
  peak = base;
  __atomic_store_n (&received, n_received, __ATOMIC_RELEASE);
}

void
heap_watch_allow (guint64 bytes)
{
  __atomic_add_fetch (&allowance, bytes, __ATOMIC_RELAXED);
}

void
heap_watch_stop (HeapWatchFigures *out_figures)
{
  __atomic_store_n (&received, NULL, __ATOMIC_RELEASE);
  out_figures->peak = __atomic_load_n (&peak, __ATOMIC_RELAXED) - base;
  out_figures->largest = largest;
  out_figures->excess = excess;
  out_figures->n_received = excess_received;
}

/* Frames and the blocks of memory that they lie in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-frame-private.h"

#include <string.h>
#include <sys/mman.h>

/* Takes @data. */
static ImapBlock *
block_new_take (guint8 *data, gsize size, gboolean is_mapped)
{
  ImapBlock *block = g_new (ImapBlock, 1);

  g_atomic_ref_count_init (&block->ref_count);
  block->size = size;
  block->data = data;
  block->is_mapped = is_mapped;

  return block;
}

ImapBlock *
imap_block_new (gsize size)
{
  return block_new_take (g_malloc (size), size, FALSE);
}

ImapBlock *
imap_block_try_new (gsize size)
{
  guint8 *data = g_try_malloc (size);

  return data != NULL ? block_new_take (data, size, FALSE) : NULL;
}

#ifdef MADV_HUGEPAGE
/* A large page has to begin where one fits: so twice as much is mapped, and what is around it goes
 * back. */
static guint8 *
map_large_page (gsize size)
{
  guint8 *mapped = mmap (NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                         0);
  gsize before;

  if (mapped == MAP_FAILED)
    return NULL;

  before = (size - (guintptr) mapped % size) % size;
  if (before > 0)
    munmap (mapped, before);
  munmap (mapped + before + size, size - before);
  madvise (mapped + before, size, MADV_HUGEPAGE);

  return mapped + before;
}
#endif

ImapBlock *
imap_block_new_kept (void)
{
#ifdef MADV_HUGEPAGE
  guint8 *data = map_large_page (IMAP_LIMIT_KEPT_BLOCK);

  if (data != NULL)
    return block_new_take (data, IMAP_LIMIT_KEPT_BLOCK, TRUE);
#endif

  return imap_block_try_new (IMAP_LIMIT_KEPT_BLOCK);
}

static void
free_data (ImapBlock *block)
{
  if (block->is_mapped)
    munmap (block->data, block->size);
  else
    g_free (block->data);
}

ImapBlock *
imap_block_ref (ImapBlock *block)
{
  g_atomic_ref_count_inc (&block->ref_count);

  return block;
}

void
imap_block_unref (ImapBlock *block)
{
  if (!g_atomic_ref_count_dec (&block->ref_count))
    return;

  free_data (block);
  g_free (block);
}

gboolean
imap_block_is_shared (ImapBlock *block)
{
  return !g_atomic_ref_count_compare (&block->ref_count, 1);
}

gboolean
imap_block_try_resize (ImapBlock *block, gsize size)
{
  guint8 *data = g_try_realloc (block->is_mapped ? NULL : block->data, size);

  g_assert (!imap_block_is_shared (block));

  if (data == NULL)
    return FALSE;
  if (block->is_mapped)
    {
      memcpy (data, block->data, MIN (size, block->size));
      free_data (block);
    }
  block->data = data;
  block->is_mapped = FALSE;
  block->size = size;

  return TRUE;
}

ImapFrame *
imap_frame_new (ImapBlock *block, gsize start, gsize length, gsize size, GArray *apart)
{
  ImapFrame *frame = g_new (ImapFrame, 1);

  g_atomic_ref_count_init (&frame->ref_count);
  frame->block = imap_block_ref (block);
  frame->text = (const char *) block->data + start;
  frame->length = length;
  frame->size = size;
  frame->apart = apart;

  return frame;
}

ImapFrame *
imap_frame_new_from_text (const char *text, gssize length)
{
  gsize n = length < 0 ? strlen (text) : (gsize) length;
  ImapBlock *block = imap_block_new (MAX (n, 1));
  ImapFrame *frame;

  memcpy (block->data, text, n);
  frame = imap_frame_new (block, 0, n, n + strlen ("\r\n"), NULL);
  imap_block_unref (block);

  return frame;
}

ImapFrame *
imap_frame_ref (ImapFrame *frame)
{
  g_atomic_ref_count_inc (&frame->ref_count);

  return frame;
}

void
imap_frame_unref (ImapFrame *frame)
{
  if (!g_atomic_ref_count_dec (&frame->ref_count))
    return;

  imap_block_unref (frame->block);
  g_clear_pointer (&frame->apart, g_array_unref);
  g_free (frame);
}

gsize
imap_frame_get_size (const ImapFrame *frame)
{
  return frame->size;
}

static int
compare_place (gconstpointer a, gconstpointer b)
{
  gsize first = ((const ImapApartLiteral *) a)->at;
  gsize second = ((const ImapApartLiteral *) b)->at;

  return first < second ? -1 : first > second;
}

const ImapApartLiteral *
imap_frame_find_apart (const ImapFrame *frame, gsize at)
{
  ImapApartLiteral wanted = { .at = at };
  guint found;

  if (frame->apart == NULL)
    return NULL;
  if (!g_array_binary_search (frame->apart, &wanted, compare_place, &found))
    return NULL;

  return &g_array_index (frame->apart, ImapApartLiteral, found);
}

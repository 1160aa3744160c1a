/* How much of the heap is in use, where the C library tells it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

#include <malloc.h>

G_BEGIN_DECLS

/* In octets; always 0 elsewhere. What the caches of threads hold counts as in use. */
static inline gsize
heap_get_in_use (void)
{
#ifdef __GLIBC__
  return mallinfo2 ().uordblks;
#else
  return 0;
#endif
}

/* Gives back the pages that are free. */
static inline void
heap_trim (void)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

G_END_DECLS

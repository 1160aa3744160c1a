/* Memory that is not to be had; see fault-shim.c. Not in builds with sanitizers: they have an
 * allocator of their own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-shim-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, without a look-up that would want memory itself. */
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n_items, size_t size);

void *g_try_malloc (size_t size);
void *g_try_malloc0 (size_t size);
void *g_try_realloc (void *memory, size_t size);
void *g_try_malloc_n (size_t n_items, size_t size);
void *g_try_malloc0_n (size_t n_items, size_t size);
void *g_try_realloc_n (void *memory, size_t n_items, size_t size);

/* Who asks with malloc and lives with a NULL. zlib does, but not GIO's classes around it. */
static const char *const coping[] = { "libgnutls.so", "libnettle.so", "libhogweed.so" };

static int
has_none (size_t size)
{
  return size >= FAULT_LARGE && fault_fails (CALL_MALLOC, -1);
}

static int
has_none_for (size_t size, const void *caller)
{
  Dl_info info;

  if (size < FAULT_LARGE || !fault_is_armed (CALL_MALLOC) || dladdr (caller, &info) == 0)
    return 0;
  for (size_t i = 0; i < sizeof coping / sizeof *coping; i++)
    if (strstr (info.dli_fname, coping[i]) != NULL)
      return fault_fails (CALL_MALLOC, -1);

  return 0;
}

EXPORT void *
malloc (size_t size)
{
  return has_none_for (size, __builtin_return_address (0)) ? NULL : __libc_malloc (size);
}

EXPORT void *
calloc (size_t n_items, size_t size)
{
  /* An overflow is glibc's to see. */
  if (has_none_for (n_items * size, __builtin_return_address (0)))
    return NULL;

  return __libc_calloc (n_items, size);
}

EXPORT void *
g_try_malloc (size_t size)
{
  return has_none (size) ? NULL : REAL (g_try_malloc) (size);
}

EXPORT void *
g_try_malloc0 (size_t size)
{
  return has_none (size) ? NULL : REAL (g_try_malloc0) (size);
}

EXPORT void *
g_try_realloc (void *memory, size_t size)
{
  return has_none (size) ? NULL : REAL (g_try_realloc) (memory, size);
}

EXPORT void *
g_try_malloc_n (size_t n_items, size_t size)
{
  return has_none (n_items * size) ? NULL : REAL (g_try_malloc_n) (n_items, size);
}

EXPORT void *
g_try_malloc0_n (size_t n_items, size_t size)
{
  return has_none (n_items * size) ? NULL : REAL (g_try_malloc0_n) (n_items, size);
}

EXPORT void *
g_try_realloc_n (void *memory, size_t n_items, size_t size)
{
  return has_none (n_items * size) ? NULL : REAL (g_try_realloc_n) (memory, n_items, size);
}

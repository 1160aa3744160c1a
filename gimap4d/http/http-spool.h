/* A body that arrives: in memory while it is small, then in a file without a name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _HttpSpool HttpSpool;

HttpSpool *http_spool_new (gsize most_in_memory);
void http_spool_free (HttpSpool *spool);

/* Fails when the file cannot be written; what comes after that is dropped. */
gboolean http_spool_append (HttpSpool *spool, const void *data, gsize size, GError **error);

/* All of it. The bytes of a file are mapped: they cost memory while they are read, and the kernel
 * may take it back. */
GBytes *http_spool_finish (HttpSpool *spool, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpSpool, http_spool_free)

G_END_DECLS

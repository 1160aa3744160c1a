/* What one page has fetched, for the request that follows it: so that it is fetched once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef struct _ServeKept ServeKept;

/* Keeps the last @most of what is kept, each for @seconds. */
ServeKept *serve_kept_new (guint most, guint seconds, GDestroyNotify destroy);
void serve_kept_free (ServeKept *self);

void serve_kept_put (ServeKept *self, const char *name, gpointer what);
/* NULL when it is not there, or not any more; it is there once. */
gpointer serve_kept_take (ServeKept *self, const char *name);
void serve_kept_forget (ServeKept *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeKept, serve_kept_free)

G_END_DECLS

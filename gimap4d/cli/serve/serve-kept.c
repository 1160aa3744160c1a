/* What one page has fetched, for the request that follows it: so that it is fetched once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-kept.h"

#include <string.h>

typedef struct
{
  char *name;    /* owned */
  gpointer what; /* owned, nullable */
  gint64 time;   /* monotonic µs */
} Kept;

struct _ServeKept
{
  guint most;
  gint64 life; /* µs */
  GDestroyNotify destroy;

  GMutex mutex; /* guards what follows */
  GQueue all;   /* (element-type Kept) owned, the oldest at the head */
};

ServeKept *
serve_kept_new (guint most, guint seconds, GDestroyNotify destroy)
{
  ServeKept *self = g_new0 (ServeKept, 1);

  self->most = most;
  self->life = seconds * G_USEC_PER_SEC;
  self->destroy = destroy;
  g_mutex_init (&self->mutex);
  g_queue_init (&self->all);

  return self;
}

static void
drop (ServeKept *self, GList *link)
{
  Kept *kept = link->data;

  g_queue_delete_link (&self->all, link);
  if (kept->what != NULL)
    self->destroy (kept->what);
  g_free (kept->name);
  g_free (kept);
}

static void
drop_all (ServeKept *self)
{
  while (self->all.length > 0)
    drop (self, self->all.head);
}

void
serve_kept_free (ServeKept *self)
{
  drop_all (self);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
drop_old (ServeKept *self)
{
  gint64 oldest = g_get_monotonic_time () - self->life;

  while (self->all.length > 0 && ((Kept *) self->all.head->data)->time < oldest)
    drop (self, self->all.head);
}

static GList *
find (ServeKept *self, const char *name)
{
  for (GList *link = self->all.head; link != NULL; link = link->next)
    if (strcmp (((Kept *) link->data)->name, name) == 0)
      return link;

  return NULL;
}

static gpointer
take (ServeKept *self, const char *name)
{
  GList *link = find (self, name);
  gpointer what = NULL;

  if (link != NULL)
    {
      what = g_steal_pointer (&((Kept *) link->data)->what);
      drop (self, link);
    }

  return what;
}

/* In the place of what has that name. Any thread may put and take. */
void
serve_kept_put (ServeKept *self, const char *name, gpointer what)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GList *before = find (self, name);
  Kept *kept = g_new0 (Kept, 1);

  if (before != NULL)
    drop (self, before);
  drop_old (self);
  while (self->all.length >= self->most)
    drop (self, self->all.head);
  kept->name = g_strdup (name);
  kept->what = what;
  kept->time = g_get_monotonic_time ();
  g_queue_push_tail (&self->all, kept);
}

gpointer
serve_kept_take (ServeKept *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  drop_old (self);

  return take (self, name);
}

void
serve_kept_forget (ServeKept *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  drop_all (self);
}

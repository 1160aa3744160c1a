/* The sessions of a server in memory: bounded, and those that hold nothing go first.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-session-store.h"

#include "gimap4d/http/rest-session-private.h"

typedef struct
{
  GRestSession *session; /* owned */
  char *id;              /* owned: as the client knows it */
  gboolean is_kept;
} Entry;

struct _RestSessionStore
{
  GHashTable *links; /* (element-type utf8 GList), id of the entry → link of the queue */
  GHashTable *links_by_session; /* (element-type GRestSession GList) */
  /* Both (element-type Entry) owned, the one used last at the tail. Who asks without a cookie gets a
   * session: without a difference a flood of them would drive out those of the users. */
  GQueue recent; /* used since anybody looked whether they hold anything */
  GQueue kept;   /* held something when they were looked at */
  guint max_sessions;
};

RestSessionStore *
rest_session_store_new (guint max_sessions)
{
  RestSessionStore *store = g_new0 (RestSessionStore, 1);

  store->links = g_hash_table_new (g_str_hash, g_str_equal);
  store->links_by_session = g_hash_table_new (NULL, NULL);
  g_queue_init (&store->recent);
  g_queue_init (&store->kept);
  store->max_sessions = max_sessions;

  return store;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->session);
  g_free (entry->id);
  g_free (entry);
}

void
rest_session_store_free (RestSessionStore *store)
{
  g_hash_table_unref (store->links);
  g_hash_table_unref (store->links_by_session);
  g_queue_clear_full (&store->recent, entry_free);
  g_queue_clear_full (&store->kept, entry_free);
  g_free (store);
}

/* To the tail of one of the two. */
static void
move_link (RestSessionStore *store, GList *link, gboolean is_kept)
{
  Entry *entry = link->data;

  g_queue_unlink (entry->is_kept ? &store->kept : &store->recent, link);
  entry->is_kept = is_kept;
  g_queue_push_tail_link (is_kept ? &store->kept : &store->recent, link);
}

static void
remove_link (RestSessionStore *store, GList *link)
{
  Entry *entry = link->data;

  g_hash_table_remove (store->links, entry->id);
  g_hash_table_remove (store->links_by_session, entry->session);
  g_queue_delete_link (entry->is_kept ? &store->kept : &store->recent, link);
  entry_free (entry);
}

static void
remove_over (RestSessionStore *store, GQueue *queue)
{
  Entry *oldest = NULL;

  while ((oldest = g_queue_peek_head (queue)) != NULL && rest_session_is_over (oldest->session))
    remove_link (store, queue->head);
}

/* One that a request uses may get content at any time, and from another thread: it stays. */
static gboolean
remove_empty (RestSessionStore *store)
{
  for (guint i = store->recent.length; i > 0; i--)
    {
      GList *link = store->recent.head;
      Entry *entry = link->data;
      gboolean is_used = rest_session_is_used (entry->session);

      if (!is_used && rest_session_is_empty (entry->session))
        {
          remove_link (store, link);
          return TRUE;
        }
      move_link (store, link, !is_used);
    }

  return FALSE;
}

static void
make_room (RestSessionStore *store)
{
  remove_over (store, &store->recent);
  remove_over (store, &store->kept);
  while (rest_session_store_count (store) >= store->max_sessions && !remove_empty (store))
    remove_link (store, store->kept.head != NULL ? store->kept.head : store->recent.head);
}

/* The id is the old one from the moment on at which the session has another: the client of the
 * request that has changed it is told the new one with its answer. */
static gboolean
is_current (const Entry *entry)
{
  g_autofree char *id = rest_session_dup_id (entry->session);

  return g_str_equal (entry->id, id);
}

GRestSession *
rest_session_store_find (RestSessionStore *store, const char *id)
{
  GList *link = NULL;
  Entry *entry = NULL;

  remove_over (store, &store->recent);
  remove_over (store, &store->kept);
  link = g_hash_table_lookup (store->links, id);
  entry = link != NULL ? link->data : NULL;
  if (entry == NULL || !is_current (entry) || rest_session_is_over (entry->session))
    return NULL;

  rest_session_touch (entry->session);
  move_link (store, link, FALSE);

  return g_object_ref (entry->session);
}

GRestSession *
rest_session_store_create (RestSessionStore *store, guint idle_timeout)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->id = rest_session_make_id ();
  entry->session = rest_session_new (entry->id, idle_timeout);
  make_room (store);
  g_queue_push_tail (&store->recent, entry);
  g_hash_table_insert (store->links, entry->id, store->recent.tail);
  g_hash_table_insert (store->links_by_session, entry->session, store->recent.tail);

  return g_object_ref (entry->session);
}

void
rest_session_store_rename (RestSessionStore *store, GRestSession *session, const char *id)
{
  GList *link = g_hash_table_lookup (store->links_by_session, session);
  Entry *entry = link != NULL ? link->data : NULL;

  if (entry == NULL || g_str_equal (entry->id, id))
    return;

  g_hash_table_remove (store->links, entry->id);
  g_free (entry->id);
  entry->id = g_strdup (id);
  g_hash_table_insert (store->links, entry->id, link);
}

guint
rest_session_store_count (RestSessionStore *store)
{
  return store->recent.length + store->kept.length;
}

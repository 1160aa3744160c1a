/* The sessions of a server in memory: bounded, and the oldest idle one goes first.
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
} Entry;

struct _RestSessionStore
{
  GHashTable *links; /* (element-type utf8 GList), id of the entry → link of the queue */
  GHashTable *links_by_session; /* (element-type GRestSession GList) */
  GQueue sessions;              /* (element-type Entry) owned, the one used last at the tail */
  guint max_sessions;
};

RestSessionStore *
rest_session_store_new (guint max_sessions)
{
  RestSessionStore *store = g_new0 (RestSessionStore, 1);

  store->links = g_hash_table_new (g_str_hash, g_str_equal);
  store->links_by_session = g_hash_table_new (NULL, NULL);
  g_queue_init (&store->sessions);
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
  g_queue_clear_full (&store->sessions, entry_free);
  g_free (store);
}

static void
remove_link (RestSessionStore *store, GList *link)
{
  Entry *entry = link->data;

  g_hash_table_remove (store->links, entry->id);
  g_hash_table_remove (store->links_by_session, entry->session);
  g_queue_delete_link (&store->sessions, link);
  entry_free (entry);
}

static void
remove_old (RestSessionStore *store, guint max_sessions)
{
  Entry *oldest = NULL;

  while ((oldest = g_queue_peek_head (&store->sessions)) != NULL &&
         (store->sessions.length > max_sessions || rest_session_is_over (oldest->session)))
    remove_link (store, store->sessions.head);
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

  remove_old (store, store->max_sessions);
  link = g_hash_table_lookup (store->links, id);
  entry = link != NULL ? link->data : NULL;
  if (entry == NULL || !is_current (entry))
    return NULL;

  rest_session_touch (entry->session);
  g_queue_unlink (&store->sessions, link);
  g_queue_push_tail_link (&store->sessions, link);

  return g_object_ref (entry->session);
}

GRestSession *
rest_session_store_create (RestSessionStore *store, guint idle_timeout)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->id = rest_session_make_id ();
  entry->session = rest_session_new (entry->id, idle_timeout);
  remove_old (store, store->max_sessions - 1);
  g_queue_push_tail (&store->sessions, entry);
  g_hash_table_insert (store->links, entry->id, store->sessions.tail);
  g_hash_table_insert (store->links_by_session, entry->session, store->sessions.tail);

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
  return store->sessions.length;
}

/* The sessions of a server in memory: bounded, and the oldest idle one goes first.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-session-store.h"

#include "gimap4d/http/rest-session-private.h"

/* 192 bits, written as 32 characters of base64. */
#define ID_BYTES 24

struct _RestSessionStore
{
  GHashTable *links; /* id (in the session) → GList * of the queue */
  GQueue sessions;   /* owned, the one used last at the tail */
  guint max_sessions;
};

RestSessionStore *
rest_session_store_new (guint max_sessions)
{
  RestSessionStore *store = g_new0 (RestSessionStore, 1);

  store->links = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&store->sessions);
  store->max_sessions = max_sessions;

  return store;
}

void
rest_session_store_free (RestSessionStore *store)
{
  g_hash_table_unref (store->links);
  g_queue_clear_full (&store->sessions, g_object_unref);
  g_free (store);
}

static void
remove_link (RestSessionStore *store, GList *link)
{
  g_autoptr (GRestSession) session = link->data;

  g_hash_table_remove (store->links, g_rest_session_get_id (session));
  g_queue_delete_link (&store->sessions, link);
}

static void
remove_old (RestSessionStore *store, guint max_sessions)
{
  GList *oldest = NULL;

  while ((oldest = store->sessions.head) != NULL &&
         (store->sessions.length > max_sessions || rest_session_is_over (oldest->data)))
    remove_link (store, oldest);
}

GRestSession *
rest_session_store_find (RestSessionStore *store, const char *id)
{
  GList *link = NULL;

  remove_old (store, store->max_sessions);
  link = g_hash_table_lookup (store->links, id);
  if (link == NULL)
    return NULL;

  rest_session_touch (link->data);
  g_queue_unlink (&store->sessions, link);
  g_queue_push_tail_link (&store->sessions, link);

  return g_object_ref (link->data);
}

/* The id is the only key to a session. */
char *
rest_session_make_id (void)
{
  guchar bytes[ID_BYTES];
  char *id = NULL;

  rest_session_fill_random (bytes, sizeof bytes);
  id = g_base64_encode (bytes, sizeof bytes);
  g_strdelimit (id, "+", '-');
  g_strdelimit (id, "/", '_');

  return id;
}

GRestSession *
rest_session_store_create (RestSessionStore *store, guint idle_timeout)
{
  g_autofree char *id = rest_session_make_id ();
  GRestSession *session = rest_session_new (id, idle_timeout);

  remove_old (store, store->max_sessions - 1);
  g_queue_push_tail (&store->sessions, g_object_ref (session));
  g_hash_table_insert (store->links, (gpointer) g_rest_session_get_id (session),
                       store->sessions.tail);

  return session;
}

guint
rest_session_store_count (RestSessionStore *store)
{
  return store->sessions.length;
}

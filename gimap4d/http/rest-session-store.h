/* The sessions of a server in memory: bounded, and those that hold nothing go first.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-rest-session.h"

G_BEGIN_DECLS

typedef struct _RestSessionStore RestSessionStore;

RestSessionStore *rest_session_store_new (guint max_sessions);
void rest_session_store_free (RestSessionStore *store);

/* Returns: (transfer full) (nullable): NULL when there is none of that id, or it is over. */
GRestSession *rest_session_store_find (RestSessionStore *store, const char *id);

/* A new one; the id is always made here, never taken from the client. */
GRestSession *rest_session_store_create (RestSessionStore *store, guint idle_timeout);

/* From now on the session is found by @id, its own one, and by no other. */
void rest_session_store_rename (RestSessionStore *store, GRestSession *session, const char *id);

guint rest_session_store_count (RestSessionStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RestSessionStore, rest_session_store_free)

G_END_DECLS

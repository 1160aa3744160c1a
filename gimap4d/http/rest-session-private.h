/* Sessions as their store sees them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-rest-session.h"

G_BEGIN_DECLS

/* @idle_timeout: in seconds. */
GRestSession *rest_session_new (const char *id, guint idle_timeout);

/* @end: in seconds since 1970, as it was told to the client. */
GRestSession *rest_session_new_from_state (const char *id,
                                           guint idle_timeout,
                                           gint64 end,
                                           const char *const *privileges,
                                           GVariant *storage);

/* From any thread. */
char *rest_session_dup_id (GRestSession *self);
GStrv rest_session_dup_privileges (GRestSession *self);

/* A copy; a new #GVariantDict takes the place of the one before. */
GVariant *rest_session_dup_storage (GRestSession *self);

/* The id when the client does not know it yet, or NULL; it is told then. */
char *rest_session_take_new_id (GRestSession *self);

/* Whether the client's cookie says something else, or something old. The storage is copied. */
gboolean rest_session_take_is_changed (GRestSession *self);

/* The client's cookie is to be made anew, whatever it says. */
void rest_session_forget_told (GRestSession *self);

/* From the kernel, or not at all. */
void rest_session_fill_random (void *data, gsize size);

char *rest_session_make_id (void);

void rest_session_touch (GRestSession *self);
gboolean rest_session_is_over (GRestSession *self);

/* Whether there are references besides that of the store, which gives out all of them. */
gboolean rest_session_is_used (GRestSession *self);

/* Neither privileges nor storage. Only while it is not used. */
gboolean rest_session_is_empty (GRestSession *self);

G_END_DECLS

/* A session that lives in its cookie: signed, so that several machines need no common memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-rest-session.h"

G_BEGIN_DECLS

#define REST_SESSION_KEY_SIZE 32

/* Who has the cookie can read what is in it, and cannot change it. @project: part of what is
 * signed, so that a cookie of one project is none of another. */
char *rest_session_cookie_seal (GRestSession *session, GBytes *key, const char *project);

/* NULL when none of @keys has made the signature, or the time is over. One of an old key is sealed
 * with the first of them next time. @idle_timeout: in seconds. */
GRestSession *rest_session_cookie_open (const char *cookie,
                                        GPtrArray *keys,
                                        const char *project,
                                        guint idle_timeout);

GBytes *rest_session_key_new (void);

G_END_DECLS

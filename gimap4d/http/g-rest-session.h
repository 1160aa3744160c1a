/* What a server remembers of one browser between its requests.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

/**
 * G_TYPE_REST_SESSION:
 *
 * The #GType of #GRestSession.
 *
 * Since: 1.0
 */
#define G_TYPE_REST_SESSION (g_rest_session_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GRestSession, g_rest_session, G, REST_SESSION, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_rest_session_get_id (GRestSession *self);
G_IMAP4D_AVAILABLE_IN_1_0
GVariantDict *g_rest_session_get_storage (GRestSession *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_session_set_privileges (GRestSession *self, const char *const *privileges);
G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_rest_session_get_privileges (GRestSession *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_rest_session_has_privilege (GRestSession *self, const char *privilege);
G_IMAP4D_AVAILABLE_IN_1_0
GDateTime *g_rest_session_get_expiration (GRestSession *self);

G_END_DECLS

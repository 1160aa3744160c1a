/* A request, as a function or handler of a server sees it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include <gimap4d/base/gimap4d-version.h>
#include <gimap4d/http/g-incoming-part.h>
#include <gimap4d/http/g-rest-session.h>

G_BEGIN_DECLS

/**
 * G_TYPE_INCOMING_MESSAGE:
 *
 * The #GType of #GIncomingMessage.
 *
 * Since: 1.0
 */
#define G_TYPE_INCOMING_MESSAGE (g_incoming_message_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GIncomingMessage, g_incoming_message, G, INCOMING_MESSAGE, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GIncomingMessage *g_incoming_message_new_from_soup (SoupServerMessage *message);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_incoming_message_get_url (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_incoming_message_get_url_path (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GHashTable *g_incoming_message_get_url_query (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GStrv g_incoming_message_get_query_values (GIncomingMessage *self, const char *name);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_incoming_message_get_verb (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GHashTable *g_incoming_message_get_headers (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_incoming_message_get_header (GIncomingMessage *self, const char *key);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_incoming_message_get_remote_address (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_incoming_message_get_is_secure (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GRestSession *g_incoming_message_get_session (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GHashTable *g_incoming_message_get_path_params (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GCancellable *g_incoming_message_get_cancellable (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_incoming_message_is_fresh (GIncomingMessage *self, const char *etag);

G_IMAP4D_AVAILABLE_IN_1_0
char *g_incoming_message_get_text (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_incoming_message_get_blob (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
JsonNode *g_incoming_message_get_json (GIncomingMessage *self, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GLoadableIcon *g_incoming_message_get_picture (GIncomingMessage *self);
G_IMAP4D_AVAILABLE_IN_1_0
GHashTable *g_incoming_message_get_form (GIncomingMessage *self, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GStrv g_incoming_message_get_form_values (GIncomingMessage *self, const char *name, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_incoming_message_get_parts (GIncomingMessage *self, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_incoming_message_get_files (GIncomingMessage *self, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_incoming_message_get_parts_async (GIncomingMessage *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer data);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_incoming_message_get_parts_finish (GIncomingMessage *self,
                                                 GAsyncResult *result,
                                                 GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_incoming_message_open_stream (GIncomingMessage *self);

G_END_DECLS

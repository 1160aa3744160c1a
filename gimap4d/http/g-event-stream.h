/* Events that a server pushes to a page for as long as it is open.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>
#include <gimap4d/http/g-incoming-message.h>
#include <gimap4d/http/g-outgoing-message.h>

G_BEGIN_DECLS

/**
 * G_TYPE_EVENT_STREAM:
 *
 * The #GType of #GEventStream.
 *
 * Since: 1.0
 */
#define G_TYPE_EVENT_STREAM (g_event_stream_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GEventStream, g_event_stream, G, EVENT_STREAM, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GEventStream *g_event_stream_new (GIncomingMessage *request);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_event_stream_get_last_event_id (GEventStream *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_event_stream_get_is_open (GEventStream *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_event_stream_set_keep_alive (GEventStream *self, guint seconds);
G_IMAP4D_AVAILABLE_IN_1_0
guint g_event_stream_get_keep_alive (GEventStream *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_event_stream_send (
    GEventStream *self, const char *data, const char *event, const char *id, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_event_stream_send_retry (GEventStream *self, guint milliseconds, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_event_stream_close (GEventStream *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_event_stream (GOutgoingMessage *self,
                                              GEventStream *stream,
                                              GError **error);

G_END_DECLS

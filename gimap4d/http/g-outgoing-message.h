/* What a program answers: a body of any kind, headers and a status.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

/**
 * G_OUTGOING_MESSAGE_ERROR:
 *
 * The error domain of #GOutgoingMessage. Codes are of #GOutgoingMessageError.
 *
 * Since: 1.0
 */
#define G_OUTGOING_MESSAGE_ERROR (g_outgoing_message_error_quark ())

/**
 * GOutgoingMessageError:
 * @G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY: the value has a type that cannot be a body, or its
 *   content is not what its type says: a text that is not UTF-8, a picture that is none
 * @G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER: a name, value, file name, location or cookie cannot be
 *   said in HTTP, or there are too many of them
 * @G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER: the header frames or routes the message: only the
 *   library sets it
 * @G_OUTGOING_MESSAGE_ERROR_INVALID_STATUS: the status is not between 200 and 599
 * @G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT: the message was sent: it can no longer be changed, and a
 *   stream in it no longer be read
 *
 * Why a message could not be changed. A call that fails has changed nothing.
 *
 * Since: 1.0
 */
typedef enum
{
  G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY,
  G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER,
  G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER,
  G_OUTGOING_MESSAGE_ERROR_INVALID_STATUS,
  G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT,
} GOutgoingMessageError;

G_IMAP4D_AVAILABLE_IN_1_0
GQuark g_outgoing_message_error_quark (void);

/**
 * GOutgoingCookieFlags:
 * @G_OUTGOING_COOKIE_NONE: out of reach of scripts, `SameSite=Lax`, Secure where the answer goes
 *   over TLS
 * @G_OUTGOING_COOKIE_READABLE_BY_SCRIPTS: without HttpOnly
 * @G_OUTGOING_COOKIE_SECURE: Secure in any case
 * @G_OUTGOING_COOKIE_SAME_SITE_STRICT: `SameSite=Strict`
 * @G_OUTGOING_COOKIE_SAME_SITE_NONE: `SameSite=None`, which is always Secure
 *
 * How a cookie of g_outgoing_message_add_cookie() differs from the careful default.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  G_OUTGOING_COOKIE_NONE = 0,
  G_OUTGOING_COOKIE_READABLE_BY_SCRIPTS = 1 << 0,
  G_OUTGOING_COOKIE_SECURE = 1 << 1,
  G_OUTGOING_COOKIE_SAME_SITE_STRICT = 1 << 2,
  G_OUTGOING_COOKIE_SAME_SITE_NONE = 1 << 3,
} GOutgoingCookieFlags;

/**
 * G_TYPE_OUTGOING_MESSAGE:
 *
 * The #GType of #GOutgoingMessage.
 *
 * Since: 1.0
 */
#define G_TYPE_OUTGOING_MESSAGE (g_outgoing_message_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GOutgoingMessage, g_outgoing_message, G, OUTGOING_MESSAGE, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GOutgoingMessage *g_outgoing_message_new (void);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_body (GOutgoingMessage *self, const GValue *body, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
const GValue *g_outgoing_message_get_body (GOutgoingMessage *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_header (GOutgoingMessage *self,
                                        const char *key,
                                        const char *value,
                                        GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_outgoing_message_get_header (GOutgoingMessage *self, const char *key);
G_IMAP4D_AVAILABLE_IN_1_0
GHashTable *g_outgoing_message_get_headers (GOutgoingMessage *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_status (GOutgoingMessage *self, int status, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
int g_outgoing_message_get_status (GOutgoingMessage *self);

G_IMAP4D_AVAILABLE_IN_1_0
gint64 g_outgoing_message_get_content_length (GOutgoingMessage *self);

G_IMAP4D_AVAILABLE_IN_1_0
void g_outgoing_message_set_add_charset (GOutgoingMessage *self, gboolean add_charset);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_get_add_charset (GOutgoingMessage *self);

G_IMAP4D_AVAILABLE_IN_1_0
void g_outgoing_message_set_is_secret (GOutgoingMessage *self, gboolean is_secret);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_get_is_secret (GOutgoingMessage *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_text (GOutgoingMessage *self, const char *text, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_bytes (GOutgoingMessage *self, GBytes *bytes, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_json (GOutgoingMessage *self, JsonNode *json, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_image (GOutgoingMessage *self,
                                       GLoadableIcon *image,
                                       GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_file (GOutgoingMessage *self, GFile *file, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_stream (GOutgoingMessage *self,
                                        GInputStream *stream,
                                        gint64 length,
                                        const char *content_type,
                                        GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_add_cookie (GOutgoingMessage *self,
                                        const char *name,
                                        const char *value,
                                        int max_age,
                                        GOutgoingCookieFlags flags,
                                        GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_redirect (GOutgoingMessage *self,
                                          const char *location,
                                          int status,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_attachment_name (GOutgoingMessage *self,
                                                 const char *file_name,
                                                 GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_set_etag (GOutgoingMessage *self, const char *etag, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_send (GOutgoingMessage *self,
                                  SoupServerMessage *message,
                                  GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_write (GOutgoingMessage *self,
                                   GOutputStream *output,
                                   GCancellable *cancellable,
                                   GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_outgoing_message_write_async (GOutgoingMessage *self,
                                     GOutputStream *output,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_outgoing_message_write_finish (GOutgoingMessage *self,
                                          GAsyncResult *result,
                                          GError **error);

G_END_DECLS

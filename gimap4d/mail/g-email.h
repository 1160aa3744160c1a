/* A mail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include <gimap4d/base/gimap4d-version.h>
#include <gimap4d/mail/g-email-body-part.h>
#include <gimap4d/mail/g-mail-attachment.h>

G_BEGIN_DECLS

/**
 * GImapCharsetMode:
 * @G_IMAP_CHARSET_MODE_AUTOMATIC: US-ASCII if that is enough, else UTF-8, quoted-printable
 * @G_IMAP_CHARSET_MODE_UTF8_BASE64: US-ASCII if that is enough, else UTF-8 in base64
 * @G_IMAP_CHARSET_MODE_ISO_8859_1: US-ASCII if that is enough, else ISO-8859-1, quoted-printable
 * @G_IMAP_CHARSET_MODE_ISO_2022_JP: US-ASCII if that is enough, else ISO-2022-JP
 *
 * How the texts of a mail are written when it is built. A text that the character set has no signs for
 * is written as with %G_IMAP_CHARSET_MODE_AUTOMATIC.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_CHARSET_MODE_AUTOMATIC,
  G_IMAP_CHARSET_MODE_UTF8_BASE64,
  G_IMAP_CHARSET_MODE_ISO_8859_1,
  G_IMAP_CHARSET_MODE_ISO_2022_JP,
} GImapCharsetMode;

#define G_TYPE_EMAIL (g_email_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GEmail, g_email, G, EMAIL, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GEmail *g_email_new (void);
G_IMAP4D_AVAILABLE_IN_1_0
GEmail *g_email_new_from_mime (GBytes *mime, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_id (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_id (GEmail *self, const char *id);
G_IMAP4D_AVAILABLE_IN_1_0
guint64 g_email_get_size (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_subject (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_subject (GEmail *self, const char *subject);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_message_id (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_message_id (GEmail *self, const char *message_id);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_in_reply_to (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_in_reply_to (GEmail *self, const char *in_reply_to);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_comments (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_comments (GEmail *self, const char *comments);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_text_body (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_text_body (GEmail *self, const char *text_body);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_html_body (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_html_body (GEmail *self, const char *html_body);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_get_preview (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
GDateTime *g_email_get_received_at (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_received_at (GEmail *self, GDateTime *received_at);
G_IMAP4D_AVAILABLE_IN_1_0
GDateTime *g_email_get_send_at (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_send_at (GEmail *self, GDateTime *send_at);
G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_email_get_references (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_references (GEmail *self, const char *const *references);
G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_email_get_keywords (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_keywords (GEmail *self, const char *const *keywords);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_from (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_from (GEmail *self, GListModel *from);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_sender (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_sender (GEmail *self, GListModel *sender);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_reply_to (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_reply_to (GEmail *self, GListModel *reply_to);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_to (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_to (GEmail *self, GListModel *to);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_cc (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_cc (GEmail *self, GListModel *cc);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_bcc (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_bcc (GEmail *self, GListModel *bcc);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_headers (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_headers (GEmail *self, GListModel *headers);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_get_attachments (GEmail *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_set_attachments (GEmail *self, GListModel *attachments);
G_IMAP4D_AVAILABLE_IN_1_0
GEmailBodyPart *g_email_get_body_structure (GEmail *self);

G_IMAP4D_AVAILABLE_IN_1_0
JsonNode *g_email_to_json (GEmail *self);

G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_email_to_mime (GEmail *self,
                         GImapCharsetMode header_charset,
                         GImapCharsetMode body_charset,
                         GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_email_set_addresses (GEmail *self,
                                const char *field,
                                const char *addresses,
                                GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_email_add_attachment (GEmail *self, GMailAttachment *attachment);
G_IMAP4D_AVAILABLE_IN_1_0
GEmail *g_email_new_from_json (JsonNode *node, GError **error);

G_END_DECLS

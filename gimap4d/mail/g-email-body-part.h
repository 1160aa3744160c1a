/* A node of the tree that a mail's body is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_EMAIL_BODY_PART (g_email_body_part_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GEmailBodyPart, g_email_body_part, G, EMAIL_BODY_PART, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_body_part_get_part_id (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_body_part_get_content_type (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_body_part_get_charset (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_body_part_get_encoding (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_body_part_get_disposition (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_email_body_part_get_language (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_body_part_get_location (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_body_part_get_name (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
guint64 g_email_body_part_get_size (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_body_part_get_sub_parts (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_email_body_part_get_headers (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_email_body_part_get_is_encoding_problem (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_email_body_part_get_is_truncated (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_email_body_part_get_is_ambiguous (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
char *g_email_body_part_dup_text (GEmailBodyPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_email_body_part_dup_raw (GEmailBodyPart *self);

G_END_DECLS

/* A file that is in a mail, or goes into one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_MAIL_ATTACHMENT (g_mail_attachment_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GMailAttachment, g_mail_attachment, G, MAIL_ATTACHMENT, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GMailAttachment *g_mail_attachment_new_from_bytes (
    GBytes *bytes, const char *name, const char *cid, const char *type, const char *disposition);
G_IMAP4D_AVAILABLE_IN_1_0
GMailAttachment *g_mail_attachment_new_from_file (GFile *file,
                                                  const char *name,
                                                  const char *cid,
                                                  const char *type,
                                                  const char *disposition,
                                                  GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GMailAttachment *g_mail_attachment_new_from_path (const char *path,
                                                  const char *name,
                                                  const char *cid,
                                                  const char *type,
                                                  const char *disposition,
                                                  GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_mail_attachment_get_name (GMailAttachment *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_mail_attachment_get_cid (GMailAttachment *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_mail_attachment_get_content_type (GMailAttachment *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_mail_attachment_get_disposition (GMailAttachment *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_mail_attachment_get_path (GMailAttachment *self);
G_IMAP4D_AVAILABLE_IN_1_0
guint64 g_mail_attachment_get_size (GMailAttachment *self);

G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_mail_attachment_open (GMailAttachment *self,
                                      GCancellable *cancellable,
                                      GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_mail_attachment_open_async (GMailAttachment *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_mail_attachment_open_finish (GMailAttachment *self,
                                             GAsyncResult *result,
                                             GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_mail_attachment_get_content (GMailAttachment *self,
                                       GCancellable *cancellable,
                                       GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_mail_attachment_get_content_async (GMailAttachment *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_mail_attachment_get_content_finish (GMailAttachment *self,
                                              GAsyncResult *result,
                                              GError **error);

G_END_DECLS

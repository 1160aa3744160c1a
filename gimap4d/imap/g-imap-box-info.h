/* The facts of one box at one time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>
#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_BOX_INFO (g_imap_box_info_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapBoxInfo, g_imap_box_info, G, IMAP_BOX_INFO, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_box_info_get_name (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
guint g_imap_box_info_get_mail_count (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
guint g_imap_box_info_get_mail_recent (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_box_info_get_id (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_imap_box_info_get_flags (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_imap_box_info_get_permanent_flags (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
gint64 g_imap_box_info_get_unseen (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
guint g_imap_box_info_get_uid_validity (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
gint64 g_imap_box_info_get_uid_next (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
gint64 g_imap_box_info_get_size (GImapBoxInfo *self);
G_IMAP4D_AVAILABLE_IN_1_0
gint64 g_imap_box_info_get_highest_modseq (GImapBoxInfo *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_box_info_get_read_only (GImapBoxInfo *self);

G_END_DECLS

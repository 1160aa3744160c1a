/* One box in the list of a server's boxes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/imap/g-imap-box-info.h>
#include <gimap4d/imap/g-imap-enums.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_BOX (g_imap_box_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapBox, g_imap_box, G, IMAP_BOX, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_box_get_name (GImapBox *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_box_get_selectable (GImapBox *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_box_get_inferior (GImapBox *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_box_get_interesting (GImapBox *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_box_get_subscribed (GImapBox *self);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_box_get_delimiter (GImapBox *self);

G_IMAP4D_AVAILABLE_IN_1_0
GImapBoxRole g_imap_box_get_role (GImapBox *self);

G_IMAP4D_AVAILABLE_IN_1_0
GImapBoxInfo *g_imap_box_get_info (GImapBox *self);

G_END_DECLS

/* Which mails a call is about: an unchanging set of unique ids.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/base/gimap4d-version.h>
#include <glib-object.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_MESSAGE_SET (g_imap_message_set_get_type ())

typedef struct _GImapMessageSet GImapMessageSet;

G_IMAP4D_AVAILABLE_IN_1_0
GType g_imap_message_set_get_type (void) G_GNUC_CONST;

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_new (const char *const *ids, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_new_single (const char *id, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_new_range (guint first, guint last, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_new_all (void);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_parse (const char *text, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_ref (GImapMessageSet *self);

G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_message_set_unref (GImapMessageSet *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_message_set_is_open (GImapMessageSet *self);

G_IMAP4D_AVAILABLE_IN_1_0
guint g_imap_message_set_get_size (GImapMessageSet *self);

G_IMAP4D_AVAILABLE_IN_1_0
char *g_imap_message_set_get_id (GImapMessageSet *self, guint index);

G_IMAP4D_AVAILABLE_IN_1_0
guint g_imap_message_set_get_uid (GImapMessageSet *self, guint index);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_message_set_contains (GImapMessageSet *self, const char *id);

G_IMAP4D_AVAILABLE_IN_1_0
char **g_imap_message_set_to_strv (GImapMessageSet *self);

G_IMAP4D_AVAILABLE_IN_1_0
char *g_imap_message_set_to_string (GImapMessageSet *self);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_unite (GImapMessageSet *self,
                                           GImapMessageSet *other,
                                           GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_message_set_subtract (GImapMessageSet *self,
                                              GImapMessageSet *other,
                                              GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_message_set_equal (GImapMessageSet *self, GImapMessageSet *other);

G_IMAP4D_AVAILABLE_IN_1_0
guint g_imap_message_set_hash (GImapMessageSet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GImapMessageSet, g_imap_message_set_unref)

G_END_DECLS

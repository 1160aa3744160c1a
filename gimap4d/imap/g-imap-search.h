/* What to look for in a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib-object.h>

#include <gimap4d/base/gimap4d-version.h>
#include <gimap4d/imap/g-imap-message-set.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_SEARCH (g_imap_search_get_type ())

typedef struct _GImapSearch GImapSearch;

G_IMAP4D_AVAILABLE_IN_1_0
GType g_imap_search_get_type (void) G_GNUC_CONST;

G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_parse (const char *criteria, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_all (void);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_from (const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_to (const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_cc (const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_bcc (const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_subject (const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_body (const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_text (const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_header (const char *name, const char *text);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_keyword (const char *keyword);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_larger (guint64 size);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_smaller (guint64 size);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_since (GDateTime *date_time);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_before (GDateTime *date_time);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_on (GDateTime *date_time);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_sent_since (GDateTime *date_time);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_sent_before (GDateTime *date_time);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_sent_on (GDateTime *date_time);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_younger (guint seconds);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_older (guint seconds);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_ids (GImapMessageSet *ids);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_new_gmail (const char *query);

G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_ref (GImapSearch *self);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_search_unref (GImapSearch *self);

G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_both (GImapSearch *self, GImapSearch *other);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_either (GImapSearch *self, GImapSearch *other);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_negate (GImapSearch *self);
G_IMAP4D_AVAILABLE_IN_1_0
GImapSearch *g_imap_search_make_fuzzy (GImapSearch *self);

G_IMAP4D_AVAILABLE_IN_1_0
char *g_imap_search_to_string (GImapSearch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GImapSearch, g_imap_search_unref)

G_END_DECLS

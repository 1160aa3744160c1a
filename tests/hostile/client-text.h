/* What a call returned as one line of text, in a form that does not change.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

void client_text_add_words (GString *text, const char *const *words);
void client_text_add_info (GString *text, GImapBoxInfo *info);
void client_text_add_boxes (GString *text, GListModel *boxes);
void client_text_add_email (GString *text, GEmail *email);
void client_text_add_mails (GString *text, GImapMails *mails);
void client_text_add_bytes (GString *text, GBytes *bytes);
void client_text_add_threads (GString *text, GListModel *threads);
void client_text_add_quotas (GString *text, GListModel *quotas);
void client_text_add_property (GString *text, GObject *object, const char *name);

/* The text of the status, or the error that it tells of. */
gboolean client_text_take_status (GImapStatus *status, GString *text, GError **error);

/* TLS_INJECTION for G_IMAP_ERROR_TLS_INJECTION, CANCELLED, ANSWERED for a check, the domain and number for all others.
 * Returns: (transfer full) */
char *client_text_dup_error_name (const GError *error);

G_END_DECLS

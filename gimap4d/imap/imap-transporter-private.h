/* What the files of the transporter share: how a public call becomes an operation.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-fetch-mails.h"
#include "gimap4d/imap/g-imap-transporter.h"
#include "gimap4d/imap/imap-token-source.h"

G_BEGIN_DECLS

/* The private part of set_token_provider. */
ImapTokenSource *imap_transporter_get_token_source (GImapTransporter *self);

/* Each takes the operation. A NULL operation is one that the caller's arguments did not allow: @error
 * says why, and is taken. The result is the operation's. */
gpointer imap_transporter_call (GImapTransporter *self,
                                gpointer operation,
                                GCancellable *cancellable,
                                GError **error);
/* Nobody waits for this one, and no context has to run for it to end. */
void imap_transporter_order (GImapTransporter *self, gpointer operation);
void imap_transporter_call_async (GImapTransporter *self,
                                  gpointer operation,
                                  GError *error,
                                  gpointer source_tag,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* The same; @closure lives until the call has ended, and ends in the caller's context. */
void imap_transporter_call_async_with (GImapTransporter *self,
                                       gpointer operation,
                                       GError *error,
                                       gpointer source_tag,
                                       gpointer closure,
                                       GDestroyNotify closure_free,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gpointer imap_transporter_call_finish (GImapTransporter *self,
                                       GAsyncResult *result,
                                       gpointer source_tag,
                                       GError **error);

/* imap-transporter-results.c. An empty name is INVALID_ARGUMENT. */
gboolean imap_transporter_check_box_name (const char *name, GError **error);
/* From an operation's result to what a method returns. The second takes an ImapFound; its ids remember their box. */
gboolean imap_transporter_to_boolean (GImapTransporter *self, gpointer result);
GImapMessageSet *imap_transporter_to_message_set (GImapTransporter *self, gpointer result);

/* g-imap-transporter-mails.c */
ImapFetchWhat imap_transporter_get_what (GImapFetchFlags flags);

G_END_DECLS

/* What the files of the transporter share: how a public call becomes an operation.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-transporter.h"

G_BEGIN_DECLS

/* Each takes the operation. A NULL operation is one that the caller's arguments did not allow: @error
 * says why, and is taken. The result is the operation's. */
gpointer imap_transporter_call (GImapTransporter *self,
                                gpointer operation,
                                GCancellable *cancellable,
                                GError **error);
void imap_transporter_call_async (GImapTransporter *self,
                                  gpointer operation,
                                  GError *error,
                                  gpointer source_tag,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gpointer imap_transporter_call_finish (GImapTransporter *self,
                                       GAsyncResult *result,
                                       gpointer source_tag,
                                       GError **error);

G_END_DECLS

/* Where new access tokens come from.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/imap/imap-token-source.h"
#include "gimap4d/imap/imap-transporter-private.h"

/**
 * g_imap_transporter_set_token_provider:
 * @self: a transporter
 * @provider: (nullable) (scope notified) (closure user_data) (destroy destroy): gets a new token;
 *   %NULL for none any more
 * @user_data: data for @provider
 * @destroy: (nullable): frees @user_data
 *
 * Sets the function that gets OAuth 2 access tokens. With it the transporter logs in with OAUTH2
 * wherever the server offers that, even without a first token.
 *
 * The function is called when there is no token yet, when the one at hand is about to expire
 * (known from `expires_in` or `tokenExpiration` of #GImapTransporter:access-token-object), and when
 * the server refuses it; at most once for each opening of the connection. The login then begins
 * again by itself, also when the connection was lost and is opened anew. A new token that is
 * refused as well fails the call with %G_IMAP_ERROR_AUTH_EXPIRED and what the server said.
 *
 * It runs in a thread of its own, never twice at the same time, and may take as long as
 * #GImapTransporter:connection-timeout leaves for the opening; then the calls that wait fail with
 * %G_IMAP_ERROR_TIMEOUT_CONNECT, and @cancellable is cancelled. What it still gives serves the next
 * opening. Cancelling a call does not wait for it either. When it gives %NULL or an empty
 * text, #GImapTransporter::request-token is emitted; without any token then the call fails with
 * %G_IMAP_ERROR_AUTH_FAILED, and no password is tried instead. A synchronous call on this transporter from
 * inside fails with %G_IO_ERROR_PENDING.
 *
 * In Python a plain function will do, which takes transporter and reason, the reason alone, or
 * nothing:
 *
 * |[<!-- language="Python" -->
 * transporter.set_token_provider(lambda reason: fetch_token())
 * ]|
 *
 * |[<!-- language="C" -->
 * static char *
 * fetch_token (GImapTransporter *self, GImapTokenReason reason, GCancellable *cancellable,
 *              gpointer user_data)
 * {
 *   return my_account_refresh (user_data, cancellable);
 * }
 * ]|
 *
 * May be called from any thread. RFC 7628.
 *
 * Since: 1.0
 */
void
g_imap_transporter_set_token_provider (GImapTransporter *self,
                                       GImapTokenProvider provider,
                                       gpointer user_data,
                                       GDestroyNotify destroy)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_token_source_set (imap_transporter_get_token_source (self), provider, user_data, destroy);
}

/* TLS over a connected stream: handshake, what the certificate is worth, channel binding.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The handshake in the thread-default context. It succeeds whatever the certificate is worth: what
 * is wrong with it stands in "peer-certificate-errors", to be judged before a byte of IMAP is sent. Fails with
 * G_IMAP_ERROR_TLS_TOO_OLD below TLS 1.2, and with G_IMAP_ERROR_TLS_INJECTION when the stream @was_plain
 * and goes on so. */
void imap_tls_start_async (GIOStream *stream,
                           gboolean was_plain,
                           const char *host,
                           guint16 port,
                           GTlsDatabase *database,
                           GTlsCertificate *client_certificate,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GTlsConnection *imap_tls_start_finish (GAsyncResult *result, GError **error);

/* The strongest channel binding that this connection can give; NULL when it gives none. */
GBytes *imap_tls_get_binding (GTlsConnection *connection, const char **out_type);

/* "TLS 1.3", NULL for no TLS. Static. */
const char *imap_tls_get_protocol_name (GTlsConnection *connection);

/* What the flags say, in words: "the certificate has expired; …". */
char *imap_tls_describe_errors (GTlsCertificate *certificate, GTlsCertificateFlags errors);

G_END_DECLS

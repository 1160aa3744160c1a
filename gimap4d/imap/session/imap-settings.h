/* What a transporter was made with. Never changes; the secrets in it leave it only for a login. The
 * token is the first one: newer ones are the session's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  IMAP_TLS_AUTOMATIC,
  IMAP_TLS_IMPLICIT,
  IMAP_TLS_STARTTLS,
} ImapTls;

/* All texts are owned and nullable. */
typedef struct
{
  gatomicrefcount ref_count;

  char *host;
  guint port;
  char *user;
  char *password;
  char *token;
  gint64 token_expires_at; /* in seconds since 1970; 0 = not known */
  char *authentication_mode;
  char *log_file;
  char *client_id;

  gboolean accept_unsecure_connection;
  gboolean allow_preauth;
  gboolean compress;
  gboolean expunge_on_leave;
  ImapTls tls;
  guint check_connection_delay; /* seconds */
  guint connection_timeout;     /* seconds */
  guint response_timeout;       /* seconds */
  guint command_timeout;        /* seconds */
  guint64 max_message_size;     /* octets */

  GTlsDatabase *tls_database;       /* nullable */
  GTlsCertificate *tls_certificate; /* nullable */
  GProxyResolver *proxy_resolver;   /* nullable */
} ImapSettings;

ImapSettings *imap_settings_new (void);
ImapSettings *imap_settings_ref (ImapSettings *settings);
/* The last one wipes the secrets. */
void imap_settings_unref (ImapSettings *settings);

/* G_IMAP_ERROR_INVALID_ARGUMENT for what can never work: no host, a port that is none, a user with a
 * line break, an unknown authentication mode. */
gboolean imap_settings_check (const ImapSettings *settings, GError **error);

/* TLS from the first byte. */
gboolean imap_settings_is_implicit_tls (const ImapSettings *settings);

G_END_DECLS

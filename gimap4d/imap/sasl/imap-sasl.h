/* One login by one mechanism (RFC 4422): pure, without a connection. Secrets are wiped when it ends.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Channel binding data of the TLS connection, by the names of RFC 5929 and RFC 9266. */
typedef struct
{
  const char
      *type;    /* "tls-exporter", "tls-unique", "tls-server-end-point"; NULL = none to be had */
  GBytes *data; /* unowned */
} ImapSaslBinding;

typedef struct
{
  const char *user;
  const char *password; /* nullable */
  const char *token;    /* nullable: the OAuth 2 access token */
  const char *host;
  guint16 port;
  ImapSaslBinding binding;
  /* The server offered some …-PLUS mechanism: a SCRAM without binding then says "n", else "y"
   * when we could bind (RFC 5802, 6: a downgrade is noticed by the server). */
  gboolean server_offers_plus;
  const char *client_nonce; /* NULL = random; set by tests */
} ImapSaslSettings;

typedef struct _ImapSasl ImapSasl;

/* @mechanism as on the wire: "SCRAM-SHA-256-PLUS", "OAUTHBEARER", "XOAUTH2", "EXTERNAL", "CRAM-MD5",
 * "PLAIN", "LOGIN". G_IMAP_ERROR_AUTH_MECHANISM when unknown or when what it needs is not there,
 * INVALID_ARGUMENT for user or password that it cannot carry. Copies what it needs. */
ImapSasl *imap_sasl_new (const char *mechanism, const ImapSaslSettings *settings, GError **error);
void imap_sasl_free (ImapSasl *sasl);

const char *imap_sasl_get_mechanism (const ImapSasl *sasl);
/* The client speaks first: the first step takes no challenge and may go as initial response (RFC 4959). */
gboolean imap_sasl_is_client_first (const ImapSasl *sasl);
/* All it has to say is its first step: the server cannot ask back. */
gboolean imap_sasl_is_one_step (const ImapSasl *sasl);
/* The next step takes long (SCRAM's key derivation): run it off the I/O thread. */
gboolean imap_sasl_is_next_step_slow (const ImapSasl *sasl);
/* The answer to @challenge (both unencoded); @challenge is NULL for the first of a client-first mechanism.
 * Free the result with imap_sasl_wipe (). Errors: AUTH_FAILED (the server cannot prove itself), PROTOCOL,
 * TOO_LARGE. For OAUTHBEARER/XOAUTH2 an error challenge is answered as RFC 7628 asks and kept. */
GString *imap_sasl_step (ImapSasl *sasl, const char *challenge, gsize length, GError **error);
/* TRUE when the exchange may end with OK now: a SCRAM without the server's signature may not. */
gboolean imap_sasl_may_succeed (const ImapSasl *sasl);
/* What an OAuth server said in its error challenge ("invalid_token"), NULL when nothing. */
const char *imap_sasl_get_failure (const ImapSasl *sasl);

void imap_sasl_wipe (GString *string);

/* SASLprep (RFC 4013) for SCRAM and PLAIN; NULL with INVALID_ARGUMENT for what it forbids. */
char *imap_sasl_prepare (const char *text, GError **error);

typedef enum
{
  IMAP_SASL_OFFER_NONE = 0,
  IMAP_SASL_OFFER_SECURE = 1 << 0, /* the connection is encrypted, or accept-unsecure-connection */
  IMAP_SASL_OFFER_PASSWORD = 1 << 1,
  IMAP_SASL_OFFER_TOKEN = 1 << 2,
  IMAP_SASL_OFFER_BINDING = 1 << 3, /* there is channel binding data */
  IMAP_SASL_OFFER_CLIENT_CERTIFICATE = 1 << 4,
  IMAP_SASL_OFFER_LOGIN_DISABLED = 1 << 5, /* the server said LOGINDISABLED */
} ImapSaslOffer;

/* The one place that decides how to log in. @capabilities: upper case, "AUTH=PLAIN"; @mode: the
 * public authentication mode or NULL for the automatic choice. The public mode OAUTH2 becomes OAUTHBEARER or
 * XOAUTH2, LOGIN becomes AUTHENTICATE LOGIN when offered, else "" = the command LOGIN (which also stands in for
 * PLAIN and in the automatic choice, where no AUTH= is offered at all). NULL with AUTH_MECHANISM or
 * LOGIN_DISABLED, whose message lists what was offered. */
const char *imap_sasl_choose (const char *const *capabilities,
                              const char *mode,
                              ImapSaslOffer offer,
                              GError **error);
/* @mode is one of the public ones. */
gboolean imap_sasl_is_known_mode (const char *mode);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapSasl, imap_sasl_free)

G_END_DECLS

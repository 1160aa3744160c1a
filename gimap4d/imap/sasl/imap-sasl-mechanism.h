/* What a family of SASL mechanisms gives to the dispatch in imap-sasl.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/sasl/imap-sasl.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean is_client_first;
  gboolean is_one_step; /* and there is no second one */
  /* The settings were checked for NULL user and host, and copied by the caller where needed. */
  ImapSasl *(*start) (const char *mechanism, const ImapSaslSettings *settings, GError **error);
  /* @challenge is never NULL; it is not terminated and may hold NUL. */
  GString *(*step) (ImapSasl *sasl, const char *challenge, gsize length, GError **error);
  gboolean (*is_next_step_slow) (const ImapSasl *sasl); /* nullable: never */
  gboolean (*may_succeed) (const ImapSasl *sasl);
  const char *(*get_failure) (const ImapSasl *sasl); /* nullable: has none */
  void (*free) (ImapSasl *sasl);
} ImapSaslFamily;

/* The head of each family's own struct; filled in by imap_sasl_new (). */
struct _ImapSasl
{
  const ImapSaslFamily *family;
  const char *mechanism;
  guint n_steps;
  gboolean is_broken; /* a step has failed: there is no next one */
};

extern const ImapSaslFamily imap_sasl_scram_family;
extern const ImapSaslFamily imap_sasl_oauth_family;
extern const ImapSaslFamily imap_sasl_plain_family;
extern const ImapSaslFamily imap_sasl_login_family;
extern const ImapSaslFamily imap_sasl_cram_md5_family;

/* Fails with AUTH_MECHANISM when there is no password. */
gboolean imap_sasl_check_password (const char *mechanism,
                                   const ImapSaslSettings *settings,
                                   GError **error);
/* Fails with INVALID_ARGUMENT when @text is not UTF-8 or has a control character. */
gboolean imap_sasl_check_text (const char *text, const char *what, GError **error);
/* The server goes on talking when everything was said: always NULL, with PROTOCOL. */
GString *imap_sasl_refuse_challenge (const ImapSasl *sasl, GError **error);
/* A name as GS2 and SCRAM want it (RFC 5802, 5.1): "=2C" for a comma, "=3D" for "=". */
char *imap_sasl_escape_name (const char *name);
/* What a server said, short and printable. */
char *imap_sasl_dup_visible (const char *text, gsize length);
/* A text for secrets: never moved while it grows up to @size, so that no copy is left behind. */
GString *imap_sasl_string_new (gsize size);

G_END_DECLS

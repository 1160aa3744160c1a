/* CRAM-MD5 (RFC 2195): the password proves itself over a challenge and is not sent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/imap/sasl/imap-sasl-mechanism.h"

#include <string.h>

typedef struct
{
  ImapSasl base;
  char *user;     /* owned */
  char *password; /* owned; NULL when it was used */
} ImapSaslCramMd5;

static void
cram_md5_free (ImapSasl *sasl)
{
  ImapSaslCramMd5 *cram_md5 = (ImapSaslCramMd5 *) sasl;

  imap_secret_wipe_text (cram_md5->password);
  g_free (cram_md5->user);
  g_free (cram_md5);
}

static ImapSasl *
cram_md5_start (const char *mechanism, const ImapSaslSettings *settings, GError **error)
{
  ImapSaslCramMd5 *cram_md5;

  if (!imap_sasl_check_password (mechanism, settings, error))
    return NULL;

  cram_md5 = g_new0 (ImapSaslCramMd5, 1);
  cram_md5->user = g_strdup (settings->user);
  cram_md5->password = g_strdup (settings->password);

  return &cram_md5->base;
}

static GString *
cram_md5_step (ImapSasl *sasl, const char *challenge, gsize length, GError **error)
{
  ImapSaslCramMd5 *cram_md5 = (ImapSaslCramMd5 *) sasl;
  g_autofree char *digest = NULL;
  GString *response;

  if (cram_md5->password == NULL)
    return imap_sasl_refuse_challenge (sasl, error);
  /* The same answer for ever would be a password of its own. */
  if (length == 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                   _ ("The server's challenge for the login with %s is empty"), sasl->mechanism);
      return NULL;
    }

  digest = g_compute_hmac_for_data (G_CHECKSUM_MD5, (const guchar *) cram_md5->password,
                                    strlen (cram_md5->password), (const guchar *) challenge,
                                    length);
  g_clear_pointer (&cram_md5->password, imap_secret_wipe_text);
  response = g_string_new (cram_md5->user);
  g_string_append_printf (response, " %s", digest);

  return response;
}

static gboolean
cram_md5_may_succeed (const ImapSasl *sasl)
{
  return ((const ImapSaslCramMd5 *) sasl)->password == NULL;
}

const ImapSaslFamily imap_sasl_cram_md5_family = {
  .is_client_first = FALSE,
  .start = cram_md5_start,
  .step = cram_md5_step,
  .may_succeed = cram_md5_may_succeed,
  .free = cram_md5_free,
};

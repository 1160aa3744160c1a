/* What a transporter was made with.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-settings.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/imap/sasl/imap-sasl.h"

#include <string.h>

#define IMAPS_PORT 993

ImapSettings *
imap_settings_new (void)
{
  ImapSettings *settings = g_new0 (ImapSettings, 1);

  g_atomic_ref_count_init (&settings->ref_count);
  settings->max_message_size = IMAP_DEFAULT_MESSAGE_SIZE;

  return settings;
}

ImapSettings *
imap_settings_ref (ImapSettings *settings)
{
  g_atomic_ref_count_inc (&settings->ref_count);

  return settings;
}

void
imap_settings_unref (ImapSettings *settings)
{
  if (!g_atomic_ref_count_dec (&settings->ref_count))
    return;

  g_free (settings->host);
  g_free (settings->user);
  imap_secret_free (settings->password);
  imap_secret_free (settings->token);
  g_free (settings->authentication_mode);
  g_free (settings->log_file);
  g_free (settings->client_id);
  g_clear_object (&settings->tls_database);
  g_clear_object (&settings->tls_certificate);
  g_clear_object (&settings->proxy_resolver);
  g_free (settings);
}

static gboolean
has_control (const char *text)
{
  for (; text != NULL && *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;

  return FALSE;
}

/* @what names the setting; a secret's value is never shown. */
static gboolean
check_text (const char *what, const char *text, GError **error)
{
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, _ ("%s is not valid UTF-8"),
                   what);
      return FALSE;
    }
  if (has_control (text))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("%s holds a control character"), what);
      return FALSE;
    }

  return TRUE;
}

gboolean
imap_settings_check (const ImapSettings *settings, GError **error)
{
  if (settings->host == NULL || settings->host[0] == '\0')
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, _ ("no host was given"));
      return FALSE;
    }
  if (settings->port == 0 || settings->port > G_MAXUINT16)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("the port %u is not between 1 and 65535"), settings->port);
      return FALSE;
    }
  if (settings->authentication_mode != NULL &&
      !imap_sasl_is_known_mode (settings->authentication_mode))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is no authentication mode"), settings->authentication_mode);
      return FALSE;
    }

  return check_text (_ ("the host"), settings->host, error) &&
         check_text (_ ("the user"), settings->user, error) &&
         check_text (_ ("the password"), settings->password, error) &&
         check_text (_ ("the access token"), settings->token, error) &&
         check_text (_ ("the client id"), settings->client_id, error);
}

gboolean
imap_settings_is_implicit_tls (const ImapSettings *settings)
{
  if (settings->tls == IMAP_TLS_AUTOMATIC)
    return settings->port == IMAPS_PORT;

  return settings->tls == IMAP_TLS_IMPLICIT;
}

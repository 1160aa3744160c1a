/* One login by one mechanism (RFC 4422): the table of mechanisms and what all of them share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/sasl/imap-sasl.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/sasl/imap-sasl-mechanism.h"

#include <string.h>

#define VISIBLE_CHARS 128

static const struct
{
  const char *name;
  const ImapSaslFamily *family;
} mechanisms[] = {
  { "SCRAM-SHA-256-PLUS", &imap_sasl_scram_family },
  { "SCRAM-SHA-256", &imap_sasl_scram_family },
  { "SCRAM-SHA-1-PLUS", &imap_sasl_scram_family },
  { "SCRAM-SHA-1", &imap_sasl_scram_family },
  { "OAUTHBEARER", &imap_sasl_oauth_family },
  { "XOAUTH2", &imap_sasl_oauth_family },
  { "EXTERNAL", &imap_sasl_plain_family },
  { "CRAM-MD5", &imap_sasl_cram_md5_family },
  { "PLAIN", &imap_sasl_plain_family },
  { "LOGIN", &imap_sasl_login_family },
};

ImapSasl *
imap_sasl_new (const char *mechanism, const ImapSaslSettings *settings, GError **error)
{
  ImapSaslSettings complete = *settings;

  complete.user = settings->user != NULL ? settings->user : "";
  complete.host = settings->host != NULL ? settings->host : "";

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      ImapSasl *sasl;

      if (!g_str_equal (mechanism, mechanisms[i].name))
        continue;
      if (!imap_sasl_check_text (complete.user, _ ("user name"), error))
        return NULL;

      sasl = mechanisms[i].family->start (mechanisms[i].name, &complete, error);
      if (sasl != NULL)
        {
          sasl->family = mechanisms[i].family;
          sasl->mechanism = mechanisms[i].name;
        }
      return sasl;
    }

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM,
               _ ("The authentication mechanism “%s” is not known"), mechanism);
  return NULL;
}

void
imap_sasl_free (ImapSasl *sasl)
{
  if (sasl != NULL)
    sasl->family->free (sasl);
}

const char *
imap_sasl_get_mechanism (const ImapSasl *sasl)
{
  return sasl->mechanism;
}

gboolean
imap_sasl_is_client_first (const ImapSasl *sasl)
{
  return sasl->family->is_client_first;
}

gboolean
imap_sasl_is_one_step (const ImapSasl *sasl)
{
  return sasl->family->is_one_step;
}

gboolean
imap_sasl_is_next_step_slow (const ImapSasl *sasl)
{
  return sasl->family->is_next_step_slow != NULL && sasl->family->is_next_step_slow (sasl);
}

static gboolean
check_challenge (const ImapSasl *sasl, gsize length, GError **error)
{
  if (sasl->is_broken)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                   _ ("The login with %s has failed already, and the server goes on with it"),
                   sasl->mechanism);
      return FALSE;
    }
  if (length > IMAP_LIMIT_SASL_MESSAGE)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE,
                   _ ("The server's challenge for the login with %s is larger than %zu bytes"),
                   sasl->mechanism, IMAP_LIMIT_SASL_MESSAGE);
      return FALSE;
    }
  if (sasl->n_steps >= IMAP_LIMIT_SASL_ROUNDS)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                   _ ("The server sends more than %d challenges for the login with %s"),
                   IMAP_LIMIT_SASL_ROUNDS, sasl->mechanism);
      return FALSE;
    }

  return TRUE;
}

GString *
imap_sasl_step (ImapSasl *sasl, const char *challenge, gsize length, GError **error)
{
  GString *response = NULL;

  if (challenge == NULL)
    {
      challenge = "";
      length = 0;
    }

  if (check_challenge (sasl, length, error))
    response = sasl->family->step (sasl, challenge, length, error);
  sasl->n_steps++;
  if (response == NULL)
    sasl->is_broken = TRUE;

  return response;
}

gboolean
imap_sasl_may_succeed (const ImapSasl *sasl)
{
  return !sasl->is_broken && sasl->family->may_succeed (sasl);
}

const char *
imap_sasl_get_failure (const ImapSasl *sasl)
{
  return sasl->family->get_failure != NULL ? sasl->family->get_failure (sasl) : NULL;
}

void
imap_sasl_wipe (GString *string)
{
  if (string == NULL)
    return;

  explicit_bzero (string->str, string->allocated_len);
  g_string_free (string, TRUE);
}

gboolean
imap_sasl_check_password (const char *mechanism, const ImapSaslSettings *settings, GError **error)
{
  if (settings->password != NULL)
    return TRUE;

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM,
               _ ("To log in with %s a password is needed, and there is none"), mechanism);
  return FALSE;
}

gboolean
imap_sasl_check_text (const char *text, const char *what, GError **error)
{
  gboolean is_clean = g_utf8_validate (text, -1, NULL);

  for (const char *c = text; is_clean && *c != '\0'; c++)
    is_clean = !g_ascii_iscntrl (*c);
  if (is_clean)
    return TRUE;

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("To log in, the %s must be UTF-8 without control characters"), what);
  return FALSE;
}

GString *
imap_sasl_refuse_challenge (const ImapSasl *sasl, GError **error)
{
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
               _ ("The server sends one challenge more than the login with %s has"),
               sasl->mechanism);

  return NULL;
}

char *
imap_sasl_escape_name (const char *name)
{
  g_autoptr (GString) escaped = g_string_new (name);

  g_string_replace (escaped, "=", "=3D", 0);
  g_string_replace (escaped, ",", "=2C", 0);

  return g_string_free (g_steal_pointer (&escaped), FALSE);
}

char *
imap_sasl_dup_visible (const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, MIN (length, 4 * VISIBLE_CHARS));
  GString *visible = g_string_new (NULL);
  guint n = 0;

  for (const char *at = valid; *at != '\0' && n < VISIBLE_CHARS; at = g_utf8_next_char (at), n++)
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (visible, g_unichar_isprint (c) ? c : 0xFFFD);
    }

  return g_string_free (visible, FALSE);
}

GString *
imap_sasl_string_new (gsize size)
{
  return g_string_sized_new (size + 1);
}

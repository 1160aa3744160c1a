/* PLAIN (RFC 4616), EXTERNAL (RFC 4422, appendix A) and LOGIN (draft-murchison-sasl-login): texts
 * that are known before the server says anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/sasl/imap-sasl-mechanism.h"

#include <string.h>

typedef struct
{
  ImapSasl base;
  GString *responses[2]; /* owned, each NULL when it is handed out or there is none */
} ImapSaslTexts;

static void
texts_free (ImapSasl *sasl)
{
  ImapSaslTexts *texts = (ImapSaslTexts *) sasl;

  for (guint i = 0; i < G_N_ELEMENTS (texts->responses); i++)
    imap_sasl_wipe (texts->responses[i]);
  g_free (texts);
}

/* "", user, "", password with NUL between: no authorization identity, the user acts as itself. Both
 * go as they were typed: RFC 4616 leaves their preparation to the server, and one that compares the
 * octets would refuse a prepared password. */
static GString *
build_plain (const char *user, const char *password, GError **error)
{
  GString *message;

  if (!g_utf8_validate (password, -1, NULL))
    {
      imap_sasl_check_text (password, _ ("password"), error);
      return NULL;
    }
  if (*user == '\0' || *password == '\0')
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("To log in with %s, user name and password must not be empty"), "PLAIN");
      return NULL;
    }

  message = imap_sasl_string_new (strlen (user) + strlen (password) + 2);
  g_string_append_c (message, '\0');
  g_string_append (message, user);
  g_string_append_c (message, '\0');
  g_string_append (message, password);

  return message;
}

static ImapSasl *
plain_start (const char *mechanism, const ImapSaslSettings *settings, GError **error)
{
  ImapSaslTexts *texts;
  GString *message;

  if (g_str_equal (mechanism, "EXTERNAL"))
    /* The certificate says who we are, the user name as whom we want to act. */
    message = g_string_new (settings->user);
  else if (!imap_sasl_check_password (mechanism, settings, error))
    return NULL;
  else
    message = build_plain (settings->user, settings->password, error);
  if (message == NULL)
    return NULL;

  texts = g_new0 (ImapSaslTexts, 1);
  texts->responses[0] = message;

  return &texts->base;
}

static ImapSasl *
login_start (const char *mechanism, const ImapSaslSettings *settings, GError **error)
{
  ImapSaslTexts *texts;

  if (!imap_sasl_check_password (mechanism, settings, error))
    return NULL;
  if (!g_utf8_validate (settings->password, -1, NULL))
    {
      imap_sasl_check_text (settings->password, _ ("password"), error);
      return NULL;
    }

  texts = g_new0 (ImapSaslTexts, 1);
  texts->responses[0] = g_string_new (settings->user);
  texts->responses[1] = imap_sasl_string_new (strlen (settings->password));
  g_string_append (texts->responses[1], settings->password);

  return &texts->base;
}

/* The prompts of LOGIN are anything ("Username:", "VXNlcg"): what counts is their order. */
static GString *
texts_step (ImapSasl *sasl, const char *challenge, gsize length, GError **error)
{
  ImapSaslTexts *texts = (ImapSaslTexts *) sasl;

  for (guint i = 0; i < G_N_ELEMENTS (texts->responses); i++)
    {
      if (texts->responses[i] != NULL)
        return g_steal_pointer (&texts->responses[i]);
    }

  return imap_sasl_refuse_challenge (sasl, error);
}

static gboolean
texts_may_succeed (const ImapSasl *sasl)
{
  const ImapSaslTexts *texts = (const ImapSaslTexts *) sasl;

  return texts->responses[0] == NULL && texts->responses[1] == NULL;
}

const ImapSaslFamily imap_sasl_plain_family = {
  .is_client_first = TRUE,
  .is_one_step = TRUE,
  .start = plain_start,
  .step = texts_step,
  .may_succeed = texts_may_succeed,
  .free = texts_free,
};

const ImapSaslFamily imap_sasl_login_family = {
  .is_client_first = FALSE,
  .start = login_start,
  .step = texts_step,
  .may_succeed = texts_may_succeed,
  .free = texts_free,
};

/* How to log in: from what the server offers and what we have to the one mechanism to use.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/sasl/imap-sasl.h"

#include <string.h>

/* RFC 4422, 3.1 */
#define MECHANISM_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#define MECHANISM_LENGTH 20

#define COMMAND_LOGIN ""

/* From the strongest to the weakest, with what each needs of us. */
static const struct
{
  const char *name;
  const char *mode; /* the public name */
  ImapSaslOffer needs;
} preferences[] = {
  { "OAUTHBEARER", "OAUTH2", IMAP_SASL_OFFER_TOKEN | IMAP_SASL_OFFER_SECURE },
  { "XOAUTH2", "OAUTH2", IMAP_SASL_OFFER_TOKEN | IMAP_SASL_OFFER_SECURE },
  { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS",
    IMAP_SASL_OFFER_PASSWORD | IMAP_SASL_OFFER_BINDING },
  { "SCRAM-SHA-256", "SCRAM-SHA-256", IMAP_SASL_OFFER_PASSWORD },
  { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS", IMAP_SASL_OFFER_PASSWORD | IMAP_SASL_OFFER_BINDING },
  { "SCRAM-SHA-1", "SCRAM-SHA-1", IMAP_SASL_OFFER_PASSWORD },
  { "EXTERNAL", "EXTERNAL", IMAP_SASL_OFFER_CLIENT_CERTIFICATE },
  { "CRAM-MD5", "CRAM-MD5", IMAP_SASL_OFFER_PASSWORD },
  { "PLAIN", "PLAIN", IMAP_SASL_OFFER_PASSWORD | IMAP_SASL_OFFER_SECURE },
  { "LOGIN", "LOGIN", IMAP_SASL_OFFER_PASSWORD | IMAP_SASL_OFFER_SECURE },
};

#define LOGIN_NEEDS (IMAP_SASL_OFFER_PASSWORD | IMAP_SASL_OFFER_SECURE)

static const char *
get_offered_mechanism (const char *capability)
{
  return g_str_has_prefix (capability, "AUTH=") ? capability + strlen ("AUTH=") : NULL;
}

static gboolean
is_offered (const char *const *capabilities, const char *mechanism)
{
  for (guint i = 0; capabilities != NULL && capabilities[i] != NULL; i++)
    {
      if (g_strcmp0 (get_offered_mechanism (capabilities[i]), mechanism) == 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_mechanism_name (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= MECHANISM_LENGTH && strspn (name, MECHANISM_CHARS) == length;
}

static gboolean
offers_any (const char *const *capabilities)
{
  for (guint i = 0; capabilities != NULL && capabilities[i] != NULL; i++)
    {
      if (get_offered_mechanism (capabilities[i]) != NULL)
        return TRUE;
    }

  return FALSE;
}

/* Only the mechanisms that take the command LOGIN's place: the server wants no password here. */
static gboolean
offers_only_passwords (const char *const *capabilities)
{
  for (guint i = 0; capabilities != NULL && capabilities[i] != NULL; i++)
    {
      const char *name = get_offered_mechanism (capabilities[i]);

      if (name != NULL && !g_str_equal (name, "PLAIN") && !g_str_equal (name, "LOGIN"))
        return FALSE;
    }

  return TRUE;
}

static char *
list_offered (const char *const *capabilities)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; capabilities != NULL && capabilities[i] != NULL; i++)
    {
      const char *name = get_offered_mechanism (capabilities[i]);

      if (name == NULL || !is_mechanism_name (name))
        continue;
      if (list->len + MECHANISM_LENGTH > IMAP_LIMIT_ALERT_CHARS)
        {
          g_string_append (list, ", …");
          break;
        }
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", name);
    }
  if (list->len == 0)
    g_string_append (list, _ ("no mechanism"));

  return g_string_free (list, FALSE);
}

static gboolean
has_all (ImapSaslOffer offer, ImapSaslOffer needs)
{
  return (offer & needs) == needs;
}

static const char *
name_missing (ImapSaslOffer offer, ImapSaslOffer needs)
{
  ImapSaslOffer missing = needs & ~offer;

  if (missing & IMAP_SASL_OFFER_TOKEN)
    return _ ("an access token");
  if (missing & IMAP_SASL_OFFER_PASSWORD)
    return _ ("a password");
  if (missing & IMAP_SASL_OFFER_CLIENT_CERTIFICATE)
    return _ ("a client certificate");
  if (missing & IMAP_SASL_OFFER_BINDING)
    return _ ("a connection with channel binding");

  return _ ("an encrypted connection");
}

static const char *
fail_missing (const char *mode, ImapSaslOffer offer, ImapSaslOffer needs, GError **error)
{
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM,
               _ ("To log in with %s, %s is needed"), mode, name_missing (offer, needs));

  return NULL;
}

static const char *
fail_disabled (const char *const *capabilities, GError **error)
{
  g_autofree char *offered = list_offered (capabilities);

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_LOGIN_DISABLED,
               _ ("The server does not allow to log in with a password on this connection "
                  "(LOGINDISABLED); it offers %s"),
               offered);

  return NULL;
}

/* The command LOGIN, where AUTHENTICATE is not to be had. */
static const char *
choose_command (const char *const *capabilities,
                const char *mode,
                ImapSaslOffer offer,
                GError **error)
{
  if (offer & IMAP_SASL_OFFER_LOGIN_DISABLED)
    return fail_disabled (capabilities, error);
  if (!has_all (offer, LOGIN_NEEDS))
    return fail_missing (mode, offer, LOGIN_NEEDS, error);

  return COMMAND_LOGIN;
}

static const char *
choose_explicit (const char *const *capabilities,
                 const char *mode,
                 ImapSaslOffer offer,
                 GError **error)
{
  g_autofree char *offered = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (preferences); i++)
    {
      if (!g_str_equal (mode, preferences[i].mode) ||
          !is_offered (capabilities, preferences[i].name))
        continue;

      return has_all (offer, preferences[i].needs) ?
                 preferences[i].name :
                 fail_missing (mode, offer, preferences[i].needs, error);
    }

  if (g_str_equal (mode, "LOGIN") || (g_str_equal (mode, "PLAIN") && !offers_any (capabilities)))
    return choose_command (capabilities, mode, offer, error);

  offered = list_offered (capabilities);
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM,
               _ ("The server does not offer to log in with %s; it offers %s"), mode, offered);
  return NULL;
}

static const char *
choose_automatic (const char *const *capabilities, ImapSaslOffer offer, GError **error)
{
  g_autofree char *offered = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (preferences); i++)
    {
      if (has_all (offer, preferences[i].needs) && is_offered (capabilities, preferences[i].name))
        return preferences[i].name;
    }

  if (!offers_any (capabilities) && has_all (offer, LOGIN_NEEDS))
    return choose_command (capabilities, "LOGIN", offer, error);
  if ((offer & IMAP_SASL_OFFER_LOGIN_DISABLED) && (offer & IMAP_SASL_OFFER_PASSWORD) &&
      offers_only_passwords (capabilities))
    return fail_disabled (capabilities, error);

  offered = list_offered (capabilities);
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM,
               _ ("The server offers no way to log in that can be used with what was given, "
                  "over this connection; it offers %s"),
               offered);
  return NULL;
}

const char *
imap_sasl_choose (const char *const *capabilities,
                  const char *mode,
                  ImapSaslOffer offer,
                  GError **error)
{
  if (mode == NULL)
    return choose_automatic (capabilities, offer, error);

  return choose_explicit (capabilities, mode, offer, error);
}

gboolean
imap_sasl_is_known_mode (const char *mode)
{
  for (guint i = 0; i < G_N_ELEMENTS (preferences); i++)
    {
      if (g_strcmp0 (mode, preferences[i].mode) == 0)
        return TRUE;
    }

  return FALSE;
}

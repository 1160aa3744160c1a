/* How to log in: the options that all commands share, and the transporter made of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-account.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-keyring.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-password.h"
#include "gimap4d/cli/cli-token.h"

#define USUAL_TIMEOUT 30
#define LONGEST_TIMEOUT 3600
#define MOST_PROPERTIES 10

struct _CliAccount
{
  /* The options; nullable where they are texts. */
  char *password_file;
  char *token_file;
  char *token_command;
  char *ca_file;
  char *fingerprint;
  char *log_file;
  int timeout;
  gboolean allow_plain;
  gboolean is_compressed;
  gboolean is_keyring_used;
  gboolean is_to_be_saved;

  char *secret;              /* owned, nullable: until the first transporter has connected, */
  gboolean keeps_secret;     /* or for all that follow it */
  char *refused_fingerprint; /* owned, nullable: of the certificate that was not accepted */
};

CliAccount *
cli_account_new (void)
{
  CliAccount *account = g_new0 (CliAccount, 1);

  account->timeout = USUAL_TIMEOUT;

  return account;
}

void
cli_account_free (CliAccount *account)
{
  g_free (account->password_file);
  g_free (account->token_file);
  g_free (account->token_command);
  g_free (account->ca_file);
  g_free (account->fingerprint);
  g_free (account->log_file);
  cli_password_free (account->secret);
  g_free (account->refused_fingerprint);
  g_free (account);
}

void
cli_account_keep_secret (CliAccount *account)
{
  account->keeps_secret = TRUE;
}

GOptionEntry *
cli_account_make_entries (CliAccount *account)
{
  const GOptionEntry entries[] = {
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &account->password_file,
      N_ ("Read the password from the first line of FILE; “-” is standard input"), N_ ("FILE") },
    { "keyring", 0, 0, G_OPTION_ARG_NONE, &account->is_keyring_used,
      N_ ("Take the password from the keyring of the desktop, where it is there"), NULL },
    { "save-password", 0, 0, G_OPTION_ARG_NONE, &account->is_to_be_saved,
      N_ ("Put the password into the keyring when the server has accepted it"), NULL },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &account->token_file,
      N_ ("Log in with the OAuth 2 access token in FILE"), N_ ("FILE") },
    { "token-command", 0, 0, G_OPTION_ARG_STRING, &account->token_command,
      N_ ("Log in with the OAuth 2 access token that COMMAND prints"), N_ ("COMMAND") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &account->ca_file,
      N_ ("Trust the authorities whose certificates are in FILE, and no others"), N_ ("FILE") },
    { "fingerprint", 0, 0, G_OPTION_ARG_STRING, &account->fingerprint,
      N_ ("Accept the certificate with this SHA-256 fingerprint, and no other faulty one"),
      "SHA256" },
    { "allow-plain", 0, 0, G_OPTION_ARG_NONE, &account->allow_plain,
      N_ ("Go on without encryption where the server has none"), NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &account->timeout,
      N_ ("Wait at most so long for the connection (default: 30)"), N_ ("SECONDS") },
    { "compress", 0, 0, G_OPTION_ARG_NONE, &account->is_compressed,
      N_ ("Compress what goes over the connection, where the server can"), NULL },
    { "log-file", 0, 0, G_OPTION_ARG_FILENAME, &account->log_file,
      N_ ("Write what is said to the server, and what it answers, to FILE"), N_ ("FILE") },
    { NULL },
  };

  return g_memdup2 (entries, sizeof entries);
}

/* “AB:CD:…”, or NULL. */
static char *
make_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) octets = NULL;
  g_autofree char *digest = NULL;
  GString *pairs;

  g_object_get (certificate, "certificate", &octets, NULL);
  if (octets == NULL)
    return NULL;
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, octets->data, octets->len);
  pairs = g_string_new (NULL);
  for (guint i = 0; digest[i] != '\0'; i += 2)
    g_string_append_printf (pairs, "%s%c%c", i > 0 ? ":" : "", g_ascii_toupper (digest[i]),
                            g_ascii_toupper (digest[i + 1]));

  return g_string_free (pairs, FALSE);
}

static gboolean
is_same_fingerprint (const char *given, const char *actual)
{
  g_auto (GStrv) given_pairs = g_strsplit (given, ":", -1);
  g_auto (GStrv) actual_pairs = g_strsplit (actual, ":", -1);
  g_autofree char *given_digits = g_strjoinv ("", given_pairs);
  g_autofree char *actual_digits = g_strjoinv ("", actual_pairs);

  return g_ascii_strcasecmp (given_digits, actual_digits) == 0;
}

static gboolean
accept_certificate_cb (GImapTransporter *transporter,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       CliAccount *account)
{
  g_autofree char *fingerprint = make_fingerprint (certificate);

  if (fingerprint != NULL && account->fingerprint != NULL &&
      is_same_fingerprint (account->fingerprint, fingerprint))
    return TRUE;
  /* Several connections may be refused at the same time. */
  g_free (
      g_atomic_pointer_exchange (&account->refused_fingerprint, g_steal_pointer (&fingerprint)));

  return FALSE;
}

static gboolean
are_options_sound (CliAccount *account, GError **error)
{
  guint n_sources = (account->password_file != NULL) + (account->token_file != NULL) +
                    (account->token_command != NULL);

  if (n_sources > 1)
    g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                 _ ("give one of --password-file, --token-file and --token-command"));
  else if (account->timeout < 1 || account->timeout > LONGEST_TIMEOUT)
    g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                 _ ("--timeout takes a number of seconds from 1 to %d"), LONGEST_TIMEOUT);
  else
    return TRUE;

  return FALSE;
}

static char *
ask_for_password (const CliUrl *url, GCancellable *cancellable, GError **error)
{
  g_autofree char *question = g_strdup_printf (_ ("Password of %s on %s: "), url->user, url->host);

  return cli_password_ask (question, cancellable, error);
}

static gboolean
find_secret (CliAccount *account, const CliUrl *url, GCancellable *cancellable, GError **error)
{
  GError *problem = NULL;

  if (account->secret != NULL || account->token_command != NULL)
    return TRUE;
  if (account->token_file != NULL)
    account->secret = cli_password_read (account->token_file, &problem);
  else if (account->password_file != NULL)
    account->secret = cli_password_read (account->password_file, &problem);
  else if (account->is_keyring_used)
    account->secret = cli_keyring_look_up (url, cancellable, &problem);
  if (account->secret == NULL && problem == NULL)
    account->secret = ask_for_password (url, cancellable, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);

  return account->secret != NULL;
}

typedef struct
{
  const char *names[MOST_PROPERTIES];
  GValue values[MOST_PROPERTIES];
  guint n;
} Properties;

static GValue *
add (Properties *properties, const char *name, GType type)
{
  guint i = properties->n++;

  g_assert (i < MOST_PROPERTIES);
  properties->names[i] = name;

  return g_value_init (&properties->values[i], type);
}

static void
add_text (Properties *properties, const char *name, const char *text)
{
  g_value_set_static_string (add (properties, name, G_TYPE_STRING), text);
}

/* By values that refer to our texts: g_object_new() would copy the secret, and free that as it is. */
static GImapTransporter *
make_transporter (CliAccount *account,
                  const CliUrl *url,
                  GTlsDatabase *authorities,
                  const char *log_file)
{
  Properties properties = { 0 };
  GObject *transporter;

  add_text (&properties, "host", url->host);
  g_value_set_uint (add (&properties, "port", G_TYPE_UINT), url->port);
  add_text (&properties, "user", url->user);
  add_text (&properties, account->token_file != NULL ? "access-token-oauth2" : "password",
            account->secret);
  g_value_set_enum (add (&properties, "tls-mode", G_TYPE_IMAP_TLS_MODE),
                    url->is_implicit_tls ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS);
  g_value_set_object (add (&properties, "tls-database", G_TYPE_TLS_DATABASE), authorities);
  g_value_set_boolean (add (&properties, "accept-unsecure-connection", G_TYPE_BOOLEAN),
                       account->allow_plain);
  g_value_set_uint (add (&properties, "connection-timeout", G_TYPE_UINT), account->timeout);
  add_text (&properties, "log-file", log_file);
  g_value_set_boolean (add (&properties, "compress", G_TYPE_BOOLEAN), account->is_compressed);

  transporter = g_object_new_with_properties (G_TYPE_IMAP_TRANSPORTER, properties.n,
                                              properties.names, properties.values);
  for (guint i = 0; i < properties.n; i++)
    g_value_unset (&properties.values[i]);

  return G_IMAP_TRANSPORTER (transporter);
}

GImapTransporter *
cli_account_new_transporter (CliAccount *account,
                             const CliUrl *url,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (GTlsDatabase) authorities = NULL;
  /* The library has relative ones below the user's state. */
  g_autofree char *log_file = account->log_file != NULL ?
                                  g_canonicalize_filename (account->log_file, NULL) :
                                  NULL;
  GImapTransporter *transporter;

  if (!are_options_sound (account, error))
    return NULL;
  if (account->ca_file != NULL)
    {
      g_autofree char *path = g_canonicalize_filename (account->ca_file, NULL);

      authorities = g_tls_file_database_new (path, error);
      if (authorities == NULL)
        {
          g_autofree char *shown = g_filename_display_name (account->ca_file);

          g_prefix_error (error, "%s: ", shown);
          return NULL;
        }
    }
  if (!find_secret (account, url, cancellable, error))
    return NULL;

  transporter = make_transporter (account, url, authorities, log_file);
  if (account->token_command != NULL)
    cli_token_provide (transporter, account->token_command);
  g_signal_connect (transporter, "accept-certificate", G_CALLBACK (accept_certificate_cb), account);

  return transporter;
}

/* What a refused certificate is known by. */
static void
add_fingerprint (CliAccount *account, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (account->refused_fingerprint == NULL ||
      !g_error_matches (*error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE))
    return;
  cause = g_steal_pointer (error);
  g_set_error (error, CLI_ERROR, CLI_EXIT_TLS,
               _ ("%s; name the authority that issued it with --ca-file, or, when who runs the "
                  "server confirms that this is its certificate, add --fingerprint %s"),
               cause->message, account->refused_fingerprint);
}

GImapTransporter *
cli_account_connect (CliAccount *account,
                     const CliUrl *url,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_auto (GStrv) capabilities = NULL;
  GError *cause = NULL;

  transporter = cli_account_new_transporter (account, url, cancellable, error);
  if (transporter == NULL)
    return NULL;
  capabilities = g_imap_transporter_get_capabilities (transporter, cancellable, &cause);
  if (capabilities == NULL)
    {
      add_fingerprint (account, &cause);
      g_propagate_error (error, cause);
      return NULL;
    }

  if (account->is_to_be_saved && account->token_file == NULL && account->secret != NULL)
    {
      if (!cli_keyring_save (url, account->secret, cancellable, error))
        return NULL;
      account->is_to_be_saved = FALSE;
    }
  if (!account->keeps_secret)
    g_clear_pointer (&account->secret, cli_password_free);

  return g_steal_pointer (&transporter);
}

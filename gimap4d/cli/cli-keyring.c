/* Passwords in the keyring of the desktop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-keyring.h"

#include <libsecret/secret.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"

/* The attributes that other mail programs use, too. */
#define ATTRIBUTES(url)                                                                            \
  "protocol", "imap", "server", (url)->host, "port", (int) (url)->port, "user", (url)->user, NULL

static void
explain (GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  cause = g_steal_pointer (error);
  g_set_error (error, CLI_ERROR, CLI_EXIT_LOGIN,
               _ ("the keyring cannot be used: %s; leave --keyring and --save-password out"),
               cause->message);
}

char *
cli_keyring_look_up (const CliUrl *url, GCancellable *cancellable, GError **error)
{
  GError *cause = NULL;
  char *found = secret_password_lookup_sync (SECRET_SCHEMA_COMPAT_NETWORK, cancellable, &cause,
                                             ATTRIBUTES (url));
  char *password = g_strdup (found);

  if (found != NULL)
    secret_password_free (found);
  if (cause != NULL)
    {
      explain (&cause);
      g_propagate_error (error, cause);
    }

  return password;
}

gboolean
cli_keyring_save (const CliUrl *url,
                  const char *password,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autofree char *label = g_strdup_printf (_ ("Mail of %s on %s"), url->user, url->host);

  if (secret_password_store_sync (SECRET_SCHEMA_COMPAT_NETWORK, SECRET_COLLECTION_DEFAULT, label,
                                  password, cancellable, error, ATTRIBUTES (url)))
    return TRUE;
  explain (error);

  return FALSE;
}

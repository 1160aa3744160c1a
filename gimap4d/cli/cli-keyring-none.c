/* Passwords in the keyring of the desktop, where the command was built without libsecret.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-keyring.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"

static void
refuse (GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
               _ ("this gimap4d was built without the keyring (libsecret); use --password-file"));
}

char *
cli_keyring_look_up (const CliUrl *url, GCancellable *cancellable, GError **error)
{
  refuse (error);

  return NULL;
}

gboolean
cli_keyring_save (const CliUrl *url,
                  const char *password,
                  GCancellable *cancellable,
                  GError **error)
{
  refuse (error);

  return FALSE;
}

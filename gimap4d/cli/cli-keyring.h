/* Passwords in the keyring of the desktop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/cli/cli-url.h"

G_BEGIN_DECLS

/* NULL without an error when it has none. */
char *cli_keyring_look_up (const CliUrl *url, GCancellable *cancellable, GError **error);
gboolean cli_keyring_save (const CliUrl *url,
                           const char *password,
                           GCancellable *cancellable,
                           GError **error);

G_END_DECLS

/* How to log in: the options that all commands share, and the transporter made of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

#include "gimap4d/cli/cli-url.h"

G_BEGIN_DECLS

typedef struct _CliAccount CliAccount;

CliAccount *cli_account_new (void);
void cli_account_free (CliAccount *account);

/* They write into @account. Ends as such lists do; free with g_free(). */
GOptionEntry *cli_account_make_entries (CliAccount *account);

/* Asks for the password if need be. No connection is made yet. */
GImapTransporter *cli_account_new_transporter (CliAccount *account,
                                               const CliUrl *url,
                                               GCancellable *cancellable,
                                               GError **error);
/* The same, and logs in; the password is wiped then. */
GImapTransporter *cli_account_connect (CliAccount *account,
                                       const CliUrl *url,
                                       GCancellable *cancellable,
                                       GError **error);

/* For who makes more transporters after that. */
void cli_account_keep_secret (CliAccount *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliAccount, cli_account_free)

G_END_DECLS

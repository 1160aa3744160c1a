/* The pages of a mailbox, and what is behind each address.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/serve/serve-door.h"
#include "gimap4d/cli/serve/serve-mailbox.h"

G_BEGIN_DECLS

typedef struct _ServeSite ServeSite;

/* A token was used: the next browser needs another. Called in any thread. */
typedef void (*ServeUsedFunc) (gpointer data);

typedef struct
{
  const char *account;
  gboolean is_read_only;
  GImapTransporter *transporter; /* one that is there already */
  ServeConnectFunc connect;
  ServeUsedFunc used;
  gpointer data; /* for both functions */
} ServeSettings;

ServeSite *serve_site_new (const ServeSettings *settings);
void serve_site_free (ServeSite *self);

gboolean serve_site_add_to (ServeSite *self, GRestServer *server, GError **error);
char *serve_site_make_address (ServeSite *self, const char *base);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeSite, serve_site_free)

G_END_DECLS

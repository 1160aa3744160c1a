/* What the client of a hostile script does: the calls of its do: lines, and their results as text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef struct
{
  GImapTransporter *transporter; /* owned */
  GString *signals;              /* owned: what was signalled, a line each */
  guint n_signals;
  guint64 n_given; /* bytes that the caller gave to be sent */
} Client;

/* Takes the transporter. */
void client_init (Client *client, GImapTransporter *transporter);
/* Lets the transporter go, with all that was kept of it. */
void client_clear (Client *client);

/* Does what the line says and writes what came of it. FALSE with an error as the library gave it;
 * ends the program when the line is no call: that is a mistake in the test. */
gboolean client_do (
    Client *client, const char *line, GCancellable *cancellable, GString *result, GError **error);

G_END_DECLS

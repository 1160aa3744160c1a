/* What is signalled to the client of a hostile script, as text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "client-calls.h"

G_BEGIN_DECLS

/* From here on alerts are written down. */
void client_signals_connect (Client *client);
/* Starts the notifier, where it is not yet, and writes down what it tells. */
gboolean client_signals_start (Client *client, GCancellable *cancellable, GError **error);
void client_signals_disconnect (Client *client);
/* Until there are so many signals, or for so long. */
void client_signals_await (Client *client, guint n_signals, guint milliseconds);

G_END_DECLS

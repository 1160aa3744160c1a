/* Clients that are bytes on a socket, in the thread of the server: polite, rude and slow ones.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "server-fixture.h"

G_BEGIN_DECLS

/* Small writes never block, and reads wait in the main loop. */
typedef struct
{
  GSocket *socket;
  GString *answer;
  gboolean has_ended;
} Client;

Client *client_new (ServerFixture *fixture);
Client *client_new_to (GSocketAddress *address);
void client_free (Client *client);
void client_send (Client *client, const char *text, gsize size);
void client_reset (Client *client);
void client_read (Client *client);
void client_wait_for (Client *client, const char *text);
void client_wait_for_end (Client *client);

/* How many this process has open. */
guint count_descriptors (void);

/* Whatever the main loop has to do now. */
void turn (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

G_END_DECLS

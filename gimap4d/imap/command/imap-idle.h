/* IDLE: the server tells what happens by itself (RFC 2177).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

typedef struct
{
  /* The server waits for DONE, and may wait as long as it likes. */
  void (*entered) (gpointer data);
  /* It was left, or refused. */
  void (*left) (gpointer data, const ImapResponse *response);
} ImapIdleEvents;

/* One of the connection's own. */
gpointer imap_idle_operation_new (const ImapIdleEvents *events, gpointer data);

G_END_DECLS

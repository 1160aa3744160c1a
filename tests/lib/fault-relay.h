/* A TCP relay in front of a server that counts what passes, and does harm at the wanted octet.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whose octets. */
typedef enum
{
  FAULT_CLIENT,
  FAULT_SERVER,
} FaultSide;

typedef struct _FaultRelay FaultRelay;

/* Runs in the relay's thread; nothing passes meanwhile. */
typedef void (*FaultFunc) (FaultRelay *relay, gpointer data);

/* Listens on 127.0.0.1 when it returns, and connects to this port of it for each connection. */
FaultRelay *fault_relay_new (guint16 target_port);
/* The same on another address. */
FaultRelay *fault_relay_new_on (const char *address, guint16 target_port);
void fault_relay_free (FaultRelay *relay);

guint16 fault_relay_get_port (FaultRelay *relay);

/* Over all connections. */
guint fault_relay_get_n_connections (FaultRelay *relay);
guint64 fault_relay_get_n_octets (FaultRelay *relay, FaultSide side);

/* What happens once, when so many octets of this side have passed, over all connections, or right
 * before a read in which this text is passes on from where the text begins. In place of what was set
 * before; to be set before the client connects, or in @func. */
void fault_relay_at_octet (
    FaultRelay *relay, FaultSide side, guint64 n_octets, FaultFunc func, gpointer data);
void fault_relay_at_text (
    FaultRelay *relay, FaultSide side, const char *text, FaultFunc func, gpointer data);
/* It does not happen any more when this returns. */
void fault_relay_disarm (FaultRelay *relay);
/* At least once. */
gboolean fault_relay_has_happened (FaultRelay *relay);

/* What is done to the connections that are open now. From any thread. */

/* The client sees an orderly end. What it still writes comes to the server, whose answers are lost. */
void fault_relay_cut (FaultRelay *relay);
/* Both see an end: the server gets nothing more. */
void fault_relay_sever (FaultRelay *relay);
/* The same with a reset for both. */
void fault_relay_reset (FaultRelay *relay);
/* Nothing passes any more in either direction, and nobody is told: a cable that was pulled. */
void fault_relay_silence (FaultRelay *relay);
/* The windows of both close. */
void fault_relay_stop_reading (FaultRelay *relay);

/* How the line is from now on, for all connections: octets per second, 0 for as fast as it goes, and
 * how long each takes in one direction. */
void fault_relay_set_rate (FaultRelay *relay, guint octets_per_second);
void fault_relay_set_delay (FaultRelay *relay, guint milliseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultRelay, fault_relay_free)

G_END_DECLS

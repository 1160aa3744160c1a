/* Scripted peers in a process of their own: their memory and descriptors are not the client's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "scripted-peer.h"

G_BEGIN_DECLS

/* Besides ScriptedPeerFlags: on 127.0.0.79 and the peer's port nothing comes of a connection. */
#define PEER_PROCESS_BLACK_HOLE (1 << 16)

typedef struct _PeerProcess PeerProcess;

/* What a peer has seen when it ended. */
typedef struct
{
  char *problem;    /* owned, nullable: what did not fit the scripts */
  GBytes *plain;    /* owned: what the client wrote outside of TLS */
  GBytes *tls;      /* owned: … and inside of it */
  char *transcript; /* owned */
  guint n_connections;
  guint n_flights;
} PeerFindings;

/* Forks: while the program has one thread only. */
PeerProcess *peer_process_new (void);
void peer_process_free (PeerProcess *process);

/* One peer at a time. Returns: its port, 0 when the process has died, of a script that is none. */
guint16 peer_process_begin (PeerProcess *process,
                            const char *const *scripts,
                            const ScriptedPeerOptions *options);

/* Bytes that the peer has sent until now; it changes all the time and is read atomically. */
const guint64 *peer_process_get_n_sent (PeerProcess *process);

/* Waits until the scripts have come to their end when it is to, and ends the peer. */
gboolean peer_process_end (PeerProcess *process, gboolean waits, PeerFindings *out_findings);

void peer_findings_clear (PeerFindings *findings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerProcess, peer_process_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerFindings, peer_findings_clear)

G_END_DECLS

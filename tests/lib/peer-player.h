/* Follows the steps of a script on one connection of a scripted peer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "peer-channel.h"
#include "peer-script.h"
#include "scripted-peer.h"

G_BEGIN_DECLS

/* Begins with zeros, and what is set by others. */
typedef struct
{
  PeerRecord *record;           /* unowned: of the peer; set by others */
  GPtrArray *steps;             /* owned, nullable: of PeerStep; set by others */
  PeerVariables *variables;     /* owned; set by others */
  PeerChannel *channel;         /* unowned; set by others */
  ScriptedPeerFlags flags;      /* set by others */
  guint32 seed;                 /* set by others */
  const PeerStep *current;      /* unowned, nullable; under record->mutex */
  GTlsCertificate *certificate; /* owned */
  guint64 *literal_size;        /* unowned, nullable: what is sent is only counted, to
                            here */
  gboolean may_close;
  gboolean is_closed; /* by the script */
  gboolean is_stalled;
} PeerPlayer;

void peer_player_clear (PeerPlayer *player);

/* From the first step to the last one. */
gboolean peer_player_play (PeerPlayer *player, GError **error);

/* Answers the LOGOUT of a client that goes, whatever it says before. */
void peer_player_answer_logout (PeerPlayer *player);

/* The rest is read so that the record is whole; a silent client may stay. */
void peer_player_read_rest (PeerPlayer *player);

G_END_DECLS

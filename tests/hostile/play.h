/* Plays one hostile script once, over real sockets, and records what came of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "heap-watch.h"
#include "peer-process.h"
#include "script-file.h"

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

#define PLAY_USER "bob"
/* Whoever finds a part of it where it has no business has found a fault. */
#define PLAY_PASSWORD "CANARY-hostile"

/* What all plays need. */
typedef struct
{
  PeerProcess *peers;     /* owned */
  GTlsDatabase *database; /* owned: trusts the authority of the peers */
} Stage;

/* How to play: begin with play_plan_init (). */
typedef struct
{
  const ScriptEach *each; /* unowned, nullable */
  ScriptOver over;
  ScriptChunk chunk;
  guint32 seed;           /* of chunk random */
  guint64 cut_at;         /* the peer hangs up after so many bytes; G_MAXUINT64: it does not */
  guint64 cancel_at;      /* the call is cancelled once the peer has sent so many; likewise */
  gint64 cancel_after_us; /* … or once it has run for so long; -1: it is not */
  guint cancelled_call;   /* which call that is, from 0 */
} PlayPlan;

/* One call of the client. */
typedef struct
{
  const ScriptCall *call; /* unowned: of the script */
  char *result;           /* owned: as text */
  GError *error;          /* owned, nullable */
  gint64 duration;        /* µs */
  gint64 cancelled_at;    /* µs after its begin, -1: it was not cancelled */
  gboolean was_stuck;     /* it did not come back in any sensible time and was cancelled for it */
  guint64 n_sent_by_peer; /* when it came back */
} PlayCall;

typedef struct
{
  GArray *calls; /* owned: of PlayCall */
  PeerFindings findings;
  HeapWatchFigures heap;
  gboolean is_heap_watched;
  guint64 n_sent_by_peer;
  guint16 port;
  guint64 n_given;             /* bytes that the caller gave to be sent */
  GImapTransporterState state; /* after the last call */
  guint n_descriptors_before;
  guint n_descriptors_after;
} PlayRecord;

void stage_init (Stage *stage, PeerProcess *peers);
void stage_clear (Stage *stage);

/* The transporter that the script wants, to this port. Of the stage, only the database is used. */
GImapTransporter *play_new_transporter (Stage *stage,
                                        const ScriptFile *file,
                                        const PlayPlan *plan,
                                        guint16 port);

void play_plan_init (PlayPlan *plan, ScriptOver over, ScriptChunk chunk, guint32 seed);

/* FALSE with an error when the script is none; the record is to be cleared after TRUE only. */
gboolean play_script (Stage *stage,
                      const ScriptFile *file,
                      const PlayPlan *plan,
                      PlayRecord *out_record,
                      GError **error);

void play_record_clear (PlayRecord *record);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stage, stage_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PlayRecord, play_record_clear)

G_END_DECLS

/* Plays a script once with harm done at one octet of the wire, and records what came of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "fault-relay.h"
#include "script-file.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  HARM_NONE,
  HARM_CUT,    /* the client sees an end; what it writes still comes to the server */
  HARM_SEVER,  /* both see an end */
  HARM_RESET,  /* both see a reset */
  HARM_CANCEL, /* the call that runs is cancelled */
} Harm;

/* When so many octets of the side have passed, TLS and all; or, for a call, after so long. */
typedef struct
{
  Harm harm;
  FaultSide side;
  guint64 n_octets;
  gint64 after_us; /* -1: by octets */
} Disturbance;

typedef struct
{
  char *text; /* owned: the call */
  char *result;
  GError *error; /* owned, nullable */
} DisturbedCall;

typedef struct
{
  GPtrArray *calls;   /* owned: of DisturbedCall, up to the first that failed */
  GPtrArray *written; /* owned: of GBytes: the IMAP that the client wrote, for each connection */
  guint64 n_octets[2];
  gint64 duration;    /* µs, of all calls */
  gint64 cancel_took; /* µs until the call came back; -1: none was running */
  gboolean is_freed;  /* nobody has the transporter any more */
} DisturbedPlay;

/* Ends the program when the script is none. */
DisturbedPlay *disturbed_play_new (const ScriptFile *file,
                                   ScriptOver over,
                                   GTlsDatabase *tls_database,
                                   const Disturbance *disturbance);
void disturbed_play_free (DisturbedPlay *play);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DisturbedPlay, disturbed_play_free)

G_END_DECLS

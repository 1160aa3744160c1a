/* One of the clients that work on the boxes at once: what it can do, and how it is done.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "model.h"
#include "plain-client.h"

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef enum
{
  OUTCOME_DONE,
  OUTCOME_NOT_DONE,
  OUTCOME_UNKNOWN,
  OUTCOME_HALF_DONE, /* a move that copied, and said that it could not remove */
} Outcome;

#define N_OUTCOMES 4

typedef struct
{
  Model *model;
  guint32 seed;
  gint n_kills;         /* atomic: that have begun */
  gint n_kills_over;    /* atomic */
  gint n_restarts;      /* atomic: of the whole server */
  gint is_down;         /* atomic */
  gint n_cancelled;     /* atomic: changes cancelled whose outcome is open */
  gint n_server_faults; /* atomic: what the kills have left behind */
  GMainContext *clock;  /* runs in a thread of its own: cancels */
  GMutex mutex;
  char *wrong; /* owned, nullable: the first contradiction */
} World;

typedef struct _Client Client;

/* How a kind of client does it. Ids and the ids of copies are arrays of guint32; those of copies
 * stay empty where they are not told. */
typedef struct
{
  Outcome (*select) (Client *client, guint box);
  Outcome (*append) (Client *client, guint box, guint number, guint flags, GArray *placed);
  Outcome (*copy) (Client *client, GArray *uids, guint box, gboolean is_move, GArray *placed);
  Outcome (*store) (Client *client, GArray *uids, guint flags, gboolean is_added);
  Outcome (*expunge) (Client *client, GArray *uids);
  Outcome (*search) (Client *client, guint number, GArray *found);
  Outcome (*read) (Client *client, const ModelItem *item);
} ClientClass;

struct _Client
{
  const ClientClass *class;
  World *world;
  guint index;
  GRand *random;
  int selected; /* a box, -1 = none */
  guint n_left;
  guint n_done[N_OUTCOMES];
  GString *journal; /* owned: what it did in this round */

  PlainClient *plain;
  int plain_selected;

  GImapTransporter *transporter;
  gint kills_seen;    /* those that were over before the last call that succeeded began */
  gint restarts_seen; /* likewise */
  gboolean has_served;
};

extern const ClientClass library_client_class;
extern const ClientClass plain_client_class;

GImapTransporter *library_client_new_transporter (guint index);

/* The first one is kept, and the run ends. */
void client_report (Client *client, char *wrong);

/* A line for whoever has to find out what went wrong. */
void client_note (Client *client, const char *title, Outcome outcome, const char *text);

/* Does operations until as many are done as were asked for, or something is wrong. */
gpointer client_run (gpointer client);

G_END_DECLS

/* What the notifier keeps of a session: the mails of the selected box, and how the session rests.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-mail-map.h"
#include "gimap4d/imap/session/imap-session-private.h"

G_BEGIN_DECLS

/* What is done while nobody wants anything of the session. */
typedef enum
{
  IMAP_REST_NONE,    /* somebody does, or there is nothing to watch */
  IMAP_REST_PAUSE,   /* for a while, then IDLE or NOOP, or the box is selected again */
  IMAP_REST_IDLE,    /* IDLE, until it is time to renew it */
  IMAP_REST_OFFLINE, /* there is no connection; it is tried again later */
} ImapRest;

typedef enum
{
  IMAP_READING_NOTHING,
  IMAP_READING_ALL, /* what comes meanwhile is in what is read */
  IMAP_READING_NEW,
} ImapReading;

struct _ImapWatch
{
  const ImapWatchSink *sink;
  gpointer data;
  GDestroyNotify destroy;

  /* The box, as it was read last. */
  char *box; /* owned, nullable: there is none */
  gboolean is_read_only;
  guint32 uid_validity;
  ImapMailMap *map;    /* owned, nullable: it has to be read, and what is in it is not news */
  guint n_missing;     /* mails that the server counts and does not show */
  gboolean is_stale;   /* the map is not right any more: it has to be read again */
  guint64 modseq;      /* all up to this is in the map; 0 = not known */
  guint64 seen_modseq; /* the highest that came since */
  guint64 next_modseq; /* will be it when what has changed is read; 0 = all has to be read */
  ImapReading reading;
  ImapOperation *reader; /* unowned, nullable: to be compared, or told that it is not wanted */
  gint64 rereads_since;
  guint n_rereads;

  /* What comes with SELECT (QRESYNC …). Nullable: it was not asked for. */
  ImapUidSet *vanished;
  GArray *changes; /* of ImapMailEntry */

  /* Rest. */
  ImapRest rest;
  GSource *timer;      /* owned */
  gboolean is_hurried; /* what ends now was the notifier's own: no pause behind it */
  gboolean had_news;   /* since the last poll */
  gint64 connected_at; /* monotonic; 0 = is not */
  guint n_refusals;    /* to select the box again, in a row */
  gint64 select_at;    /* monotonic: not before this is the box selected again */
  guint poll_ms;
  guint n_retries;
  gboolean is_lost; /* the connection was, and that was told */

  GNetworkMonitor *monitor; /* owned */
  gulong monitor_id;
};

/* Times in milliseconds; a test makes them shorter before it connects. */
typedef struct
{
  guint pause;
  guint idle;
  guint idle_min;
  guint idle_done;
  guint poll_min;
  guint poll_max;
  guint retry_min;
  guint retry_max;
  guint steady;
  /* The network, as if it were: -1 = as it is, else a gboolean. */
  int network;
} ImapRestTimes;

extern ImapRestTimes imap_rest_times; /* imap-session-rest.c */

/* imap-session-watch.c: the box. */
/* Everything that comes from the server, in order, before anybody takes it. */
void imap_watch_see (ImapSession *session, const ImapResponse *response);
void imap_watch_see_tagged (ImapSession *session, const ImapResponse *response);
/* Another box is selected, or the same again, or none. */
void imap_watch_selected (ImapSession *session);
/* The selected box could not be selected again. */
void imap_watch_refused (ImapSession *session, const GError *error);
/* What SELECT is to ask; FALSE when it is asked nothing. */
gboolean imap_watch_begin_resync (ImapSession *session, guint32 *out_validity, guint64 *out_modseq);
/* The selected box is read: it is watched from here on, by nobody else. Takes @data and @map. */
void imap_watch_begin (ImapSession *session,
                       const ImapWatchSink *sink,
                       gpointer data,
                       GDestroyNotify destroy,
                       GNetworkMonitor *monitor,
                       ImapMailMap *map,
                       guint n_missing);
/* Reads what has to be read. TRUE when the others have to wait for it. */
gboolean imap_watch_take_turn (ImapSession *session);
void imap_watch_lost (ImapSession *session);
/* Nobody watches any more. @error: why, when it ended by itself; nullable. */
void imap_watch_end (ImapSession *session, const GError *error);
void imap_watch_tell (ImapSession *session, const GError *error);

/* imap-session-watch-order.c: starting and stopping. */
gboolean imap_watch_is_end (const ImapOperation *operation);
/* The same for an operation that wants that, or that closes the connection. */
void imap_watch_end_for (ImapSession *session, const ImapOperation *operation);

/* imap-session-rest.c: polling, renewing, and connecting again. */
void imap_rest_begin (ImapSession *session);
/* Whenever something has begun or ended. */
void imap_rest_update (ImapSession *session);
void imap_rest_idle_entered (ImapSession *session);
void imap_rest_connected (ImapSession *session);
/* After the connection was given up; @was_open: it had been ready. */
void imap_rest_lost (ImapSession *session, const GError *error, gboolean was_open);
/* After a refusal the box is not selected again at once. */
void imap_rest_put_off_select (ImapSession *session);
void imap_rest_end (ImapWatch *watch);

G_END_DECLS

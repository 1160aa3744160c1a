/* The inside of a session, shared by the files that make it up: opening, sending, dispatching, queueing.
 *
 * Everything here belongs to the I/O thread, but for what the mutex guards.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/base/imap-trace.h"
#include "gimap4d/imap/grammar/imap-mender.h"
#include "gimap4d/imap/net/imap-channel.h"
#include "gimap4d/imap/sasl/imap-sasl.h"
#include "gimap4d/imap/session/imap-session.h"
#include "gimap4d/imap/wire/imap-framer.h"

G_BEGIN_DECLS

typedef struct _ImapWatch ImapWatch;

typedef enum
{
  IMAP_IDLE_NONE,
  IMAP_IDLE_ENTERING, /* the command is sent */
  IMAP_IDLE_ENTERED,  /* the server waits for DONE */
  IMAP_IDLE_LEAVING,  /* DONE is sent */
} ImapIdle;

struct _ImapSession
{
  gatomicrefcount ref_count;
  ImapSettings *settings; /* owned */
  const ImapSessionEvents *events;
  gpointer owner;
  GDestroyNotify owner_destroy;

  ImapSessionState state;
  gboolean is_shut_down;
  guint generation; /* of the connection: a new one for each stream, TLS included */

  /* The connection. */
  GIOStream *stream;    /* owned; the socket's, or TLS over it */
  GTlsConnection *tls;  /* owned, nullable */
  ImapChannel *channel; /* owned, nullable */
  ImapFramer *framer;   /* owned, nullable */
  ImapMender mender;
  ImapTrace *trace;      /* owned, nullable */
  guint64 wire_received; /* octets of the channel that are in the statistics */
  guint64 wire_sent;
  guint64 n_delivered; /* octets for the framer: inflated, where the connection is compressed */
  guint8 *reserved;    /* unowned: where the last read went, for the trace */
  char *bye;           /* owned, nullable: what the server said on leaving */
  ImapCapabilities capabilities;
  gboolean is_utf8;                      /* UTF8=ACCEPT is enabled */
  gboolean is_qresync;                   /* QRESYNC is */
  GTlsCertificate *accepted_certificate; /* owned, nullable: a bad one that somebody accepted */

  /* Opening it. */
  GCancellable *cancellable; /* owned, while it is opened */
  char *proxy;               /* owned, nullable: through which that is tried */
  ImapOperation *opening;    /* owned, nullable */
  ImapSasl *sasl;            /* owned, while it logs in */
  const char *mode;          /* static: the mechanism in use */
  guint n_sasl_rounds;
  guint n_early_responses;
  gboolean is_logged_in; /* the server has said so */
  gboolean goes_ahead;   /* a login that cannot ask back is under way: what goes AHEAD may start */
  gboolean went_ahead;   /* and something has */
  gboolean avoids_ahead; /* this server does not get along with it */
  gboolean is_id_sent;
  gboolean is_enable_sent;
  gboolean is_enable_due; /* its reply is */
  gboolean is_list_due;   /* the list of capabilities behind the login is */
  gboolean is_rev2;       /* IMAP4rev2 is enabled */
  GStrv offered;          /* owned, nullable: the capabilities by which the mechanism was chosen */

  /* The access token, and asking for a newer one. */
  char *token;              /* owned, nullable: in place of the settings' one */
  gboolean is_token_new;    /* it came in this opening */
  gboolean was_token_asked; /* in this opening */
  gboolean retries_login;   /* with it, over the connection that the old one was refused on */
  gboolean awaits_token;
  ImapTokenReason token_reason;
  guint token_question;            /* which one is waited for */
  GError *token_refusal;           /* owned, nullable: what the login ends with without a new one */
  GCancellable *token_cancellable; /* owned: while the provider runs */

  /* What it is asked to do. */
  GQueue waiting;     /* of ImapOperation, owned: not started */
  GPtrArray *running; /* of ImapOperation, owned: started, or done with commands in flight */
  GQueue unsent;      /* of ImapCommand, owned */
  GQueue in_flight;   /* of ImapCommand, owned; the last one may be sent in part */
  char tag_prefix[5]; /* not to be guessed: nobody can answer a command before it is sent */
  guint64 last_tag;
  guint64 n_turns; /* odd while what came in is looked at */
  guint n_done;    /* operations that this connection has brought to an end */
  guint n_unsolicited;
  gsize unsolicited_size;

  /* The selected box, and the one to be selected again after the connection was lost. */
  ImapBoxState *box;    /* owned, nullable */
  gboolean is_box_gone; /* the server has just said so: others are not to see it any more */
  char *wanted_box;     /* owned, nullable */
  gboolean wanted_read_only;
  guint32 wanted_uid_validity;
  guint32 lost_uid_validity; /* while it is selected again */
  guint32
      untold_validity;  /* of the box before it was made anew, until a caller hears of it; or 0 */
  gpointer reselecting; /* unowned, nullable: the operation that does it */

  /* The notifier, and IDLE. */
  ImapWatch *watch; /* owned, nullable: nobody wants to know */
  ImapIdle idle;
  gboolean idle_wants_out;
  gboolean is_idle_refused; /* by this connection */
  gint64 idle_since;        /* monotonic */
  gint64 idle_deadline;     /* monotonic: the answer to DONE; 0 = none is due */
  guint idle_limit_ms;      /* learned: the server drops it later than this; 0 = not known */

  /* Flagged as deleted over this session, where that is wanted; and what is being removed of it. */
  ImapUidSet *deleted; /* owned, nullable */
  char *deleted_box;   /* owned, nullable */
  guint32 deleted_validity;
  char *left_box; /* owned, nullable */
  guint n_left;

  GHashTable *raw_boxes; /* owned: utf8 → the server's octets, where they differ for good */

  /* Time, monotonic, in microseconds. */
  GSource *timer;        /* owned, nullable */
  gint64 deadline;       /* of opening or closing; 0 = none */
  gint64 stage_deadline; /* of this step of it; 0 = none */
  int stage_error;       /* GImapError that a missed deadline means */
  gint64 moved_at;       /* bytes came or went */
  gint64 heard_at;       /* by the clock that goes on while the machine sleeps */
  gboolean is_checked; /* it has just answered: the next one may use it, however short the delay */
  gint64 stall_since;  /* the window in which the transfer is measured */
  guint64 stall_octets;
  gint64 held_since; /* an operation has no room; 0 = none */

  GMutex mutex;
  ImapSessionFacts facts; /* guarded by the mutex */
};

/* imap-session.c */
gboolean imap_session_move (ImapSession *session, ImapSessionState state);
void imap_session_publish (ImapSession *session);
/* In the statistics. */
void imap_session_count (ImapSession *session, guint64 *counter, guint64 n);
void imap_session_count_wire (ImapSession *session);
/* A text without the secrets. */
char *imap_session_blank (ImapSession *session, const char *text);
/* "host:port: " before the message. Takes @error. */
GError *imap_session_name_place (ImapSession *session, const char *title, GError *error);

/* imap-session-lost.c */
/* The connection is over: what it did is failed, or done again over the next one. Takes @error. */
void imap_session_fail (ImapSession *session, GError *error);
/* The connection cannot be opened: everybody who waits for it hears why. Takes @error. */
void imap_session_fail_opening (ImapSession *session, GError *error);
/* The connection of an opening is gone while it waits for a token: it goes on over a new one, which
 * imap_session_connect () makes. */
void imap_session_reopen (ImapSession *session, const GError *error);
/* Ends an operation that was not started, or whose connection is gone. Takes both. */
void imap_session_end_operation (ImapSession *session, ImapOperation *operation, GError *error);
/* Of those that wait, up to the next barrier, the ones with this trait. TRUE when there was one. */
gboolean imap_session_fail_waiting (ImapSession *session,
                                    ImapOperationTraits trait,
                                    const GError *error);

/* imap-session-queue.c */
void imap_session_pump (ImapSession *session);
/* Takes the operation, which has no caller when it is one of our own. */
void imap_session_start (ImapSession *session, ImapOperation *operation);
/* An operation that has ended keeps its place until the replies to its commands have come. */
void imap_session_settle (ImapSession *session, ImapOperation *operation);
void imap_session_release_operation (ImapOperation *operation);
/* It closes the connection. */
gboolean imap_session_is_close (const ImapOperation *operation);
/* Reads on, or not, as the operations have room. */
void imap_session_update_hold (ImapSession *session);

/* imap-session-box.c */
/* The box that was selected before the connection was lost. */
void imap_session_reselect (ImapSession *session);
/* The selected box was made anew under our hands; it had this UIDVALIDITY. */
void imap_session_made_anew (ImapSession *session, guint32 uid_validity);
/* What is told of it. */
GError *imap_session_new_validity_error (guint32 before, guint32 now);
/* Whether there still is a selected box is to be found out. */
void imap_session_doubt_box (ImapSession *session);
/* FALSE when the ids that the operation brings are not of the selected box; it has ended then. */
gboolean imap_session_check_box (ImapSession *session, ImapOperation *operation);

/* imap-session-orders.c. Any thread. */
void imap_session_poke (ImapSession *session, ImapOperation *operation);

/* imap-session-open.c */
void imap_session_open (ImapSession *session);
void imap_session_begin_opening (ImapSession *session);
void imap_session_connect (ImapSession *session);
void imap_session_attach (ImapSession *session, GIOStream *stream, const ImapFramerLimits *limits);
/* Ends the channel and keeps what it was on, for another one. */
GIOStream *imap_session_take_stream (ImapSession *session);
void imap_session_detach (ImapSession *session);
void imap_session_greeted (ImapSession *session, const ImapResponse *response);
gboolean imap_session_is_secure (const ImapSession *session);
void imap_session_ask_capabilities (ImapSession *session);
/* The first byte of IMAP inside TLS is read or written behind this only. */
void imap_session_go_on_securely (ImapSession *session);
/* A step that ends in a callback: for which connection it was. Ending it frees it, and gives the
 * session, or NULL when its connection was given up meanwhile. */
typedef struct
{
  ImapSession *session; /* owned */
  guint generation;
} ImapStep;
ImapStep *imap_session_begin_step (ImapSession *session);
ImapSession *imap_session_end_step (ImapStep *step);

/* imap-session-certificate.c */
void imap_session_judge_certificate (ImapSession *session,
                                     GTlsCertificate *certificate,
                                     GTlsCertificateFlags errors);
/* The first one who still waits for the connection; nullable. */
ImapCall *imap_session_find_caller (ImapSession *session);

/* imap-session-token.c */
const char *imap_session_get_token (const ImapSession *session);
/* There is a token, or somebody who may have one. */
gboolean imap_session_may_have_token (ImapSession *session);
/* TRUE when a newer token is asked for first: the login begins again with it. */
gboolean imap_session_renew_token (ImapSession *session);
/* The server does not want the token. Takes the error; asks for another token, once, or fails. */
void imap_session_token_refused (ImapSession *session, GError *error);
void imap_session_forget_token_question (ImapSession *session);

/* imap-session-ahead.c */
/* While the login is under way, or a box is being selected. */
gboolean imap_session_can_start_ahead (ImapSession *session, const ImapOperation *operation);
/* The login is sent, and the server cannot ask back. */
void imap_session_go_ahead (ImapSession *session);
/* TRUE when the server may have hung up because of it: what had gone begins again, in single steps. */
gboolean imap_session_give_up_ahead (ImapSession *session, const GError *error);

/* imap-session-login.c */
void imap_session_log_in (ImapSession *session);
void imap_session_prepare (ImapSession *session);

/* imap-session-send.c */
extern const ImapOperationHost imap_session_host;
void imap_session_send (ImapSession *session);
/* The connection is worth nothing when a command was begun that nobody will end. */
void imap_session_check_half (ImapSession *session);
gboolean imap_session_is_feeding (ImapSession *session);
void imap_session_continued (ImapSession *session, const ImapResponse *response);
void imap_session_send_line (ImapSession *session, GString *line, gboolean is_secret);

/* imap-session-receive.c */
extern const ImapChannelSink imap_session_sink;

/* imap-session-idle.c */
gboolean imap_session_can_idle (const ImapSession *session);
void imap_session_enter_idle (ImapSession *session);
/* As soon as that is possible, if it is entered at all. */
void imap_session_leave_idle (ImapSession *session);
/* The answer to DONE is overdue; NULL when it is not. */
GError *imap_session_check_idle (const ImapSession *session, gint64 now);

/* imap-session-leave.c */
void imap_session_note_deleted (ImapSession *session, ImapUidSet *uids, gboolean is_deleted);
/* Another box is selected, or none. */
void imap_session_check_deleted (ImapSession *session, const ImapBoxState *state);
/* They stay, as the connection is gone, and this is told. */
void imap_session_keep_deleted (ImapSession *session);
void imap_session_free_deleted (ImapSession *session);
gboolean imap_session_leaves_deleted (ImapSession *session, const ImapOperation *operation);
/* What has to be done before this operation; NULL when nothing has. */
gpointer imap_session_new_leave_operation (ImapSession *session, const ImapOperation *operation);
gboolean imap_session_needs_box_to_leave (ImapSession *session, const ImapOperation *operation);

/* imap-session-time.c */
/* IMAP_LIMIT_STALL_WINDOW_MS, but for tests that have less patience. */
extern int imap_session_stall_window;
void imap_session_set_deadline (ImapSession *session, int error_code, guint milliseconds);
void imap_session_watch_time (ImapSession *session);
/* Nobody was silent, and nothing stalled, as long as the server could not be heard. */
void imap_session_restart_silence (ImapSession *session);
void imap_session_stop_time (ImapSession *session);
gint64 imap_session_now_awake (void);

G_END_DECLS

/* Commands and the operations that they make up: what a command file needs of the connection, and
 * nothing of how that works.
 *
 * An operation is what a public call asks for; it sends one command or more, reads what answers them,
 * and ends with a value or an error, once. All of it lives in the I/O thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-box-state.h"
#include "gimap4d/imap/command/imap-capabilities.h"
#include "gimap4d/imap/grammar/imap-response.h"
#include "gimap4d/imap/wire/imap-writer.h"

G_BEGIN_DECLS

typedef struct _ImapCommand ImapCommand;
typedef struct _ImapOperation ImapOperation;

typedef enum
{
  IMAP_COMMAND_NONE = 0,
  /* Changes what the connection is: nothing else may be in flight beside it. */
  IMAP_COMMAND_EXCLUSIVE = 1 << 0,
  /* Speaks of messages by number: no EXPUNGE may come in between (RFC 9051, 5.5). */
  IMAP_COMMAND_NUMBERS = 1 << 1,
  /* Its outcome matters to nobody: nothing waits for it. */
  IMAP_COMMAND_INDEPENDENT = 1 << 2,
  /* Changes mail: never sent twice, and its outcome is unknown when its reply does not come. */
  IMAP_COMMAND_MUTATES = 1 << 3,
  /* Asks for a part of a mail: the answers of two of them could be taken for each other's. */
  IMAP_COMMAND_SECTION = 1 << 4,
  /* The same for searches: their answers bear no name. */
  IMAP_COMMAND_SEARCH = 1 << 5,
  /* Its literal is fed while it is sent, and may never become whole: then the connection goes. */
  IMAP_COMMAND_FED = 1 << 6,
  /* While no box is selected, what goes AHEAD may follow in the same flight: it ends in one way or
   * the other and never asks back. */
  IMAP_COMMAND_LEADS = 1 << 7,
  /* Does no harm when what LEADS it fails, and is written in the same way whatever comes of it. */
  IMAP_COMMAND_AHEAD = 1 << 8,
  /* Has the server decode a part. One that hangs up on it is not asked for that again. */
  IMAP_COMMAND_DECODES = 1 << 9,
  /* NAMESPACE, for which the same holds. */
  IMAP_COMMAND_NAMESPACES = 1 << 10,
} ImapCommandTraits;

struct _ImapCommand
{
  ImapCommandTraits traits;
  ImapOperation *operation; /* owned */
  guint index;              /* the operation's own: which of its commands this is */

  /* Untagged responses are offered to the commands in flight, the oldest first; TRUE takes it. */
  gboolean (*claim) (ImapCommand *command, const ImapResponse *response);
  /* A "+" that no literal waits for. FALSE when the command expects none. */
  gboolean (*continued) (ImapCommand *command, const ImapResponse *response);
  /* The tagged response. */
  void (*done) (ImapCommand *command, const ImapResponse *response);
  /* The server wants the octets of the literal: see the host's feed. And: what it was fed has gone. */
  void (*hungry) (ImapCommand *command);

  /* The host's: how far it is sent. */
  char tag[16];
  ImapWriter *writer;  /* owned, until it is written */
  GPtrArray *segments; /* owned, of ImapSegment */
  guint n_segments_sent;
  gboolean is_feeding;
  gint64 progress_at; /* monotonic: when it was sent, or took a response last */
  guint64 sent_in_turn;
};

typedef enum
{
  IMAP_OPERATION_NONE = 0,
  IMAP_OPERATION_NEEDS_BOX = 1 << 0,
  /* Others wait until it has ended, and it until the ones before it have. */
  IMAP_OPERATION_BARRIER = 1 << 1,
  /* May be done again from the start when the connection breaks. */
  IMAP_OPERATION_REPEATABLE = 1 << 2,
  /* Speaks of mails by ids that the caller had from before. */
  IMAP_OPERATION_USES_IDS = 1 << 3,
  /* Selects a box. */
  IMAP_OPERATION_SELECTS = 1 << 6,
  /* Speaks of mails by number: starts when nothing is under way that an EXPUNGE may come with, so
   * that the numbers are still what they were when its command goes. */
  IMAP_OPERATION_BY_NUMBER = 1 << 4,
  /* Needs no connection: where there is none it is done. */
  IMAP_OPERATION_OFFLINE = 1 << 5,
  /* Leaves the selected box, unless it selects that one again: its name is the operation's box then. */
  IMAP_OPERATION_LEAVES_BOX = 1 << 7,
  /* Names a box beside the selected one. */
  IMAP_OPERATION_NAMES_BOX = 1 << 8,
  /* May be started again when the connection breaks before anything of it was sent. */
  IMAP_OPERATION_RESTARTABLE = 1 << 9,
} ImapOperationTraits;

typedef struct
{
  gsize size; /* of the operation's struct */
  ImapOperationTraits traits;
  /* The connection is ready, the box selected where that is needed. */
  void (*start) (ImapOperation *operation);
  /* Forgets what it has collected: it will be started again. */
  void (*reset) (ImapOperation *operation);
  void (*finalize) (ImapOperation *operation);
  /* Somebody poked it: see the host. */
  void (*poked) (ImapOperation *operation);
  /* Nothing more is expected of it. */
  void (*ended) (ImapOperation *operation);
  /* The others have waited long enough for it to let the connection go on. */
  void (*hold_ended) (ImapOperation *operation);
  /* How much its caller's thread has given so far; and: it gave too little for too long. Takes the error. */
  guint64 (*get_n_given) (ImapOperation *operation);
  void (*starved) (ImapOperation *operation, GError *error);
} ImapOperationClass;

/* What the connection does for an operation. */
typedef struct
{
  const ImapCapabilities *(*get_capabilities) (gpointer host);
  ImapWriterFeatures (*get_features) (gpointer host);
  /* The selected box; NULL when there is none. It may be changed by who knows better. */
  ImapBoxState *(*get_box) (gpointer host);
  /* Takes @state: the newly selected box, or NULL for none. */
  void (*set_box) (gpointer host, ImapBoxState *state);
  /* None is selected for now: who needs it has it selected again. */
  void (*doubt_box) (gpointer host);
  /* The octets that a LIST gave for a name that modified UTF-7 does not lead back to; NULL for all
   * others. And the place to tell them. */
  const char *(*get_raw_box) (gpointer host, const char *name);
  void (*set_raw_box) (gpointer host, const char *name, const char *raw_name);
  void (*submit) (gpointer host, ImapCommand *command);
  /* Takes result and error. */
  void (*complete) (gpointer host,
                    ImapOperation *operation,
                    gpointer result,
                    GDestroyNotify destroy,
                    GError *error);
  /* Has @func called in the caller's thread, in order and before the result is handed out, with the
   * object that the call is made on. @destroy runs in any thread, and alone when the caller is gone. */
  void (*hand_out) (gpointer host,
                    ImapOperation *operation,
                    void (*func) (gpointer object, gpointer data),
                    gpointer data,
                    GDestroyNotify destroy);
  /* In any thread, as long as the caller waits: has the class's poked called in the I/O thread, if the
   * operation is still under way then. */
  void (*poke) (gpointer host, ImapOperation *operation);
  /* Octets of a literal; FALSE when they have not all gone, and the command will be hungry again. */
  gboolean (*feed) (gpointer host, ImapCommand *command, GBytes *bytes, gboolean is_last);
  /* Whether it is worth to know which mails are flagged as deleted here, and to tell it. */
  gboolean (*wants_deleted) (gpointer host);
  void (*note_deleted) (gpointer host, ImapUidSet *uids, gboolean is_deleted);
  /* Ends the connection, as a literal will never become whole. Takes the error. */
  void (*cut) (gpointer host, GError *error);
} ImapOperationHost;

struct _ImapOperation
{
  const ImapOperationClass *klass;
  gatomicrefcount ref_count;
  char *title; /* owned: what is tried, for errors: "selecting the box “x”" */

  /* The ids that it was given are of this box; nullable, 0 = whatever is selected. */
  char *box;
  guint32 uid_validity;

  const ImapOperationHost *host; /* while it runs */
  gpointer host_data;
  gpointer caller;  /* the host's own */
  guint n_commands; /* submitted and not done */
  guint n_starts;
  gboolean has_sent; /* a command, at least in part */
  /* All its commands go AHEAD: it may start, with no box yet, before it is known how the login and the
   * selection of a box before it end. */
  gboolean goes_ahead;
  gboolean is_complete;
  /* Owned, nullable: its change is made, and whatever happens from now on it ends with this. */
  gpointer settled;
  GDestroyNotify settled_destroy;
  gboolean is_outcome_unknown; /* a change was sent, and its reply will not come */
  gboolean is_holding; /* it has no room: nothing is read, for a while at most, until it says so */
  /* It was promised octets that its caller's thread has to give; what follows is the host's: the time in
   * which some have to come, 0 = none, and how many there were before. */
  gboolean awaits_octets;
  gint64 awaited_since;
  guint64 n_given_before;
};

/* @title: takes it. The result is of klass->size. */
gpointer imap_operation_new (const ImapOperationClass *klass, char *title);
gpointer imap_operation_ref (gpointer operation);
void imap_operation_unref (gpointer operation);

/* Ends it; once. Later calls are ignored: the first error is the one that counts. */
void imap_operation_return (gpointer operation, gpointer result, GDestroyNotify destroy);
void imap_operation_fail (gpointer operation, GError *error);
/* The server refused: its answer becomes the error. */
void imap_operation_fail_response (gpointer operation, const ImapResponse *response);
/* An answer makes no sense for this reason. */
void imap_operation_fail_unreadable (gpointer operation, const GError *reason);

/* See the host. */
void imap_operation_hand_out (gpointer operation,
                              void (*func) (gpointer object, gpointer data),
                              gpointer data,
                              GDestroyNotify destroy);
void imap_operation_poke (gpointer operation);

const ImapCapabilities *imap_operation_get_capabilities (gpointer operation);
gboolean imap_operation_has (gpointer operation, ImapCapability capability);
ImapBoxState *imap_operation_get_box (gpointer operation);
gboolean imap_operation_accepts_utf8 (gpointer operation);

/* A writer for a command of this operation, with what the connection can do. */
ImapWriter *imap_operation_write (gpointer operation, const char *name);
void imap_operation_write_box (gpointer operation, ImapWriter *writer, const char *name);
/* Takes the writer; @claim is nullable. */
ImapCommand *imap_command_new (gpointer operation,
                               ImapWriter *writer,
                               ImapCommandTraits traits,
                               gboolean (*claim) (ImapCommand *, const ImapResponse *),
                               void (*done) (ImapCommand *, const ImapResponse *));
/* Sends it as soon as it may go. Takes it; a command that cannot be written fails its operation. */
void imap_command_submit (ImapCommand *command);
/* Both in one, for a command without an index. */
void imap_operation_submit (gpointer operation,
                            ImapWriter *writer,
                            ImapCommandTraits traits,
                            gboolean (*claim) (ImapCommand *, const ImapResponse *),
                            void (*done) (ImapCommand *, const ImapResponse *));
void imap_command_free (ImapCommand *command);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapOperation, imap_operation_unref)

G_END_DECLS

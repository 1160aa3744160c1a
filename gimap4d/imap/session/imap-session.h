/* One connection with all its protocol state, for as many calls from as many threads as there are.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/session/imap-call.h"
#include "gimap4d/imap/session/imap-settings.h"

G_BEGIN_DECLS

typedef struct _ImapSession ImapSession;

typedef enum
{
  IMAP_SESSION_CLOSED,
  IMAP_SESSION_CONNECTING, /* DNS, proxy, TCP, and TLS where that comes first */
  IMAP_SESSION_GREETING,
  IMAP_SESSION_SECURING, /* STARTTLS and its handshake */
  IMAP_SESSION_LOGGING_IN,
  IMAP_SESSION_READY,
  IMAP_SESSION_CLOSING,
  IMAP_N_SESSION_STATES,
} ImapSessionState;

/* What can be asked at any time from any thread. */
typedef struct
{
  ImapSessionState state;
  GStrv capabilities;        /* nullable */
  char *selected_box;        /* nullable */
  char *authentication_mode; /* nullable: in use */
  const char *tls_protocol;  /* nullable, static */
  guint64 octets_received;
  guint64 octets_sent;
  guint64 wire_octets_received; /* compressed, where the connection is */
  guint64 wire_octets_sent;
  guint64 n_commands;
  guint64 n_connections;
} ImapSessionFacts;

void imap_session_facts_clear (ImapSessionFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapSessionFacts, imap_session_facts_clear)

/* Why a new access token is wanted. The values are those of GImapTokenReason. */
typedef enum
{
  IMAP_TOKEN_MISSING,
  IMAP_TOKEN_EXPIRED,
  IMAP_TOKEN_REFUSED,
} ImapTokenReason;

/* Whoever owns the session. Where nothing else is said they are called in the I/O thread and must
 * not block. */
typedef struct
{
  void (*facts_changed) (gpointer owner);
  void (*connected) (gpointer owner);
  void (*disconnected) (gpointer owner, const GError *error);
  void (*alert) (gpointer owner, const char *text);
  /* Called in a caller's thread with the object that his call is made on. */
  gboolean (*accept_certificate) (GObject *object,
                                  GTlsCertificate *certificate,
                                  GTlsCertificateFlags errors);
  gboolean (*has_token_provider) (gpointer owner);
  /* A new access token, NULL for none. The first is called in a thread of its own, never twice at
   * once, the second like accept_certificate. */
  char *(*provide_token) (gpointer owner, ImapTokenReason reason, GCancellable *cancellable);
  char *(*request_token) (GObject *object, ImapTokenReason reason);
} ImapSessionEvents;

/* Takes a reference to the settings; @owner is freed with the session. */
ImapSession *imap_session_new (ImapSettings *settings,
                               const ImapSessionEvents *events,
                               gpointer owner,
                               GDestroyNotify owner_destroy);
ImapSession *imap_session_ref (ImapSession *session);
void imap_session_unref (ImapSession *session);

/* Begins an operation for a call; any thread. The call ends with the operation's result. Takes the
 * operation, and a reference to the call. */
void imap_session_perform (ImapSession *session, gpointer operation, ImapCall *call);
/* The caller does not wait any more. */
void imap_session_abandon (ImapSession *session, ImapCall *call);
/* Says good-bye in the background; waits for nothing. Nothing may be performed afterwards. */
void imap_session_shut_down (ImapSession *session);

/* An operation that closes the connection; its result is TRUE. */
gpointer imap_session_new_close_operation (void);

/* Whoever hears of what happens in the selected box. Called in the I/O thread; must not block. */
typedef struct
{
  void (*created) (
      gpointer data, const char *box, guint32 uid_validity, guint32 uid, guint32 n_mails);
  void (*deleted) (gpointer data, const char *box, guint32 uid_validity, guint32 uid);
  void (*flags_modified) (
      gpointer data, const char *box, guint32 uid_validity, guint32 uid, const char *const *flags);
  /* @is_end: nothing comes any more; @error is NULL when somebody wanted that. */
  void (*failed) (gpointer data, const GError *error, gboolean is_end);
} ImapWatchSink;

/* An operation that begins to watch the selected box, in place of who did before; its result is
 * TRUE. Takes @data. May block for a moment: not in the I/O thread. */
gpointer imap_session_new_watch_operation (const ImapWatchSink *sink,
                                           gpointer data,
                                           GDestroyNotify destroy);
/* An operation that ends that, if it is still this @data that watches; it needs no connection. */
gpointer imap_session_new_unwatch_operation (gconstpointer data);

void imap_session_get_facts (ImapSession *session, ImapSessionFacts *out_facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapSession, imap_session_unref)

G_END_DECLS

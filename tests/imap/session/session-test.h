/* What the tests of a session share: transporters for scripted peers, and the beginnings of scripts.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "scripted-peer.h"

#include <gimap4d/gimap4d.h>

#define SESSION_TEST_USER "bob"
#define SESSION_TEST_PASSWORD "CANARY-päss"

/* Logged in without encryption, which is what most tests are not about. Binds $1. */
#define LOGGED_IN(capabilities)                                                                    \
  "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\n"                                      \
  "C: $1 AUTHENTICATE PLAIN *\n"                                                                   \
  "S: $1 OK [CAPABILITY IMAP4rev1 " capabilities "] in\n"

/* Binds the variable with this number. */
#define SELECTED(number, exists)                                                                   \
  "C: $" number " SELECT *\n"                                                                      \
  "S: * " exists " EXISTS\n"                                                                       \
  "S: * OK [UIDVALIDITY 7] .\n"                                                                    \
  "S: $" number " OK [READ-WRITE] selected\n"

#define new_transporter(peer, ...)                                                                 \
  g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",                              \
                (guint) scripted_peer_get_port (peer), "user", SESSION_TEST_USER, "password",      \
                SESSION_TEST_PASSWORD, "tls-database", session_test_get_database (), __VA_ARGS__,  \
                NULL)

#define new_plain_transporter(peer, ...)                                                           \
  new_transporter (peer, "accept-unsecure-connection", TRUE, __VA_ARGS__)

/* Trusts the authority of the peers. Owned by the tests. */
GTlsDatabase *session_test_get_database (void);

/* The error that asking for the delimiter ends with; it has to fail. */
GError *session_test_fail (GImapTransporter *transporter);

/* Has to succeed. */
void session_test_check (GImapTransporter *transporter);
void session_test_select (GImapTransporter *transporter, const char *box);

#define assert_contains(text, part)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (strstr (text, part) == NULL)                                                               \
      g_error ("“%s” does not contain “%s”", text, part);                                          \
  }                                                                                                \
  G_STMT_END

#define assert_contains_not(text, part)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (strstr (text, part) != NULL)                                                               \
      g_error ("“%s” contains “%s”", text, part);                                                  \
  }                                                                                                \
  G_STMT_END

/* What the clients of the peer wrote, as text. */
char *session_test_dup_received (ScriptedPeer *peer, gboolean is_inside_tls);

/* Cancels, from a thread that is to be joined, as soon as the transporter has sent so much. */
typedef struct
{
  GImapTransporter *transporter; /* unowned */
  GCancellable *cancellable;     /* unowned */
  guint64 n_sent;
} SessionTestCanceller;

guint64 session_test_count_sent (GImapTransporter *transporter);
GThread *session_test_cancel (SessionTestCanceller *canceller);

/* Runs the main context until an async call has come back, and takes its result. */
typedef struct
{
  GAsyncResult *result; /* owned */
  GThread *thread;
} SessionTestAnswer;

void session_test_answer_cb (GObject *source, GAsyncResult *result, gpointer user_data);
void session_test_await (SessionTestAnswer *answer);
void session_test_answer_clear (SessionTestAnswer *answer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SessionTestAnswer, session_test_answer_clear)

/* What the tests of the notifier share: somebody who writes down what it tells.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "session-test.h"

/* The box with two mails, 5 and 6, where 6 is read; the notifier reads it. Binds the variable with
 * this number. */
#define TWO_MAILS(number)                                                                          \
  "C: $" number " FETCH 1:2 (UID FLAGS)\n"                                                         \
  "S: * 1 FETCH (UID 5 FLAGS ())\n"                                                                \
  "S: * 2 FETCH (FLAGS (\\Seen \\Recent) UID 6)\n"                                                 \
  "S: $" number " OK read\n"

#define IDLING(number) "C: $" number " IDLE\nS: + idling\n"
#define LEFT(number) "C: DONE\nS: $" number " OK left\n"

/* What has come, a line each: "created 7 (3)", "deleted 5", "flags 5 $flagged $seen", "error
 * disconnected", "started" and "stopped". */
typedef struct
{
  GImapNotifier *notifier; /* owned */
  GString *lines;          /* owned */
  GError *error;           /* owned, nullable: the last one */
  GThread *thread;         /* in which they came */
} NotifierTest;

/* Shortens all times; the connection is not made before. */
void notifier_test_hurry (void);

NotifierTest *notifier_test_new (GImapTransporter *transporter);
/* Selects INBOX and starts, both have to succeed. */
NotifierTest *notifier_test_new_started (GImapTransporter *transporter);
void notifier_test_free (NotifierTest *test);
/* Runs the main context until these lines have come, as the next ones. */
void notifier_test_await (NotifierTest *test, const char *lines);
/* Until the transporter has sent, or is about to send, so many commands; the main context does not run. */
void notifier_test_await_command (GImapTransporter *transporter, guint64 n);
/* Runs the main context for a moment: nothing more may come. */
void notifier_test_await_silence (NotifierTest *test);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NotifierTest, notifier_test_free)

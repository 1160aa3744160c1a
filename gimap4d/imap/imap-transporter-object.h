/* The inside of a transporter, for the files that make it up.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-transporter.h"
#include "gimap4d/imap/imap-token-source.h"
#include "gimap4d/imap/session/imap-session.h"

G_BEGIN_DECLS

struct _GImapTransporter
{
  GObject parent_instance;

  ImapSettings *settings;  /* owned; complete when constructed */
  ImapSession *session;    /* owned */
  ImapTokenSource *tokens; /* owned */
  GImapNotifier *notifier; /* owned */
  char *token_problem;     /* owned, nullable: why the token object is of no use */

  /* What the properties said last; the creating thread's. */
  GImapTransporterState noticed_state;
  char *noticed_box;
  GStrv noticed_capabilities;
};

/* g-imap-transporter-properties.c */
void imap_transporter_install_properties (GObjectClass *object_class);
/* Notifies of the facts that have changed. In the context in which the transporter was made. */
void imap_transporter_notice_facts (GImapTransporter *self);

/* g-imap-transporter-signals.c */
void imap_transporter_install_signals (GType type);
/* One that reports to the transporter. */
ImapSession *imap_transporter_new_session (GImapTransporter *self);

G_END_DECLS

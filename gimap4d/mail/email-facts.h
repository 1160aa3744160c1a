/* What is known of a mail, read from its source when somebody asks for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/mail/email-content.h"
#include "gimap4d/mail/email-source.h"

G_BEGIN_DECLS

typedef enum
{
  EMAIL_FACT_ID, /* text */
  EMAIL_FACT_SUBJECT,
  EMAIL_FACT_MESSAGE_ID,
  EMAIL_FACT_IN_REPLY_TO,
  EMAIL_FACT_COMMENTS,
  EMAIL_FACT_TEXT_BODY,
  EMAIL_FACT_HTML_BODY,
  EMAIL_FACT_PREVIEW,
  EMAIL_FACT_RECEIVED_AT, /* GDateTime */
  EMAIL_FACT_SEND_AT,
  EMAIL_FACT_REFERENCES, /* GStrv, never NULL */
  EMAIL_FACT_KEYWORDS,
  EMAIL_FACT_FROM, /* GListModel, never NULL */
  EMAIL_FACT_SENDER,
  EMAIL_FACT_REPLY_TO,
  EMAIL_FACT_TO,
  EMAIL_FACT_CC,
  EMAIL_FACT_BCC,
  EMAIL_FACT_HEADERS,
  EMAIL_FACT_ATTACHMENTS,
  EMAIL_FACT_BODY_STRUCTURE, /* GEmailBodyPart */
  EMAIL_N_FACTS
} EmailFact;

typedef struct _EmailFacts EmailFacts;

/* Not thread-safe: the mail has the lock. @source is nullable: nothing is known then. */
EmailFacts *email_facts_new (EmailSource *source);
void email_facts_free (EmailFacts *facts);

/* Owned by the caller, NULL where the kind of the fact allows it. */
gpointer email_facts_read (EmailFacts *facts, EmailFact fact);
guint64 email_facts_read_size (EmailFacts *facts);

gpointer email_fact_copy (EmailFact fact, gpointer value);
/* What a mail has that nothing is known of; lists can be changed. */
gpointer email_fact_new_empty (EmailFact fact);
void email_fact_free (EmailFact fact, gpointer value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailFacts, email_facts_free)

G_END_DECLS

/* ENVELOPE, where it stands alone and inside a BODYSTRUCTURE.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-reader.h"
#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

/* NULL when it is no list. */
EmailEnvelope *imap_envelope_parse (ImapFrame *frame, const ImapSpan *span);
/* One field alone; those before it are passed over. FALSE when it is no list. */
gboolean imap_envelope_read_text (ImapFrame *frame,
                                  const ImapSpan *span,
                                  EmailEnvelopeField field,
                                  char **out_text);
gboolean imap_envelope_read_addresses (ImapFrame *frame,
                                       const ImapSpan *span,
                                       EmailEnvelopeField field,
                                       GPtrArray *addresses);

G_END_DECLS

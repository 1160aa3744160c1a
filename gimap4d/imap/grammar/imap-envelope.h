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

G_END_DECLS

/* How a received mail makes its attachments.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/mail/email-content.h"
#include "gimap4d/mail/g-mail-attachment.h"

G_BEGIN_DECLS

/* @part: a leaf of @content's structure. */
GMailAttachment *mail_attachment_new_for_part (EmailContent *content, const EmailStructure *part);

G_END_DECLS

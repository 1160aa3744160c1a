/* How the mail makes its body parts.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/mail/email-content.h"
#include "gimap4d/mail/g-email-body-part.h"

G_BEGIN_DECLS

/* With all parts below it. @part: of @content's structure. */
GEmailBodyPart *email_body_part_new (EmailContent *content, const EmailStructure *part);

G_END_DECLS

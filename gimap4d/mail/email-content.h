/* The content of a received mail: its parts, wherever their bytes are.
 *
 * Immutable; shared by the mail, its body parts and its attachments, from any thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/mail/email-source.h"
#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

typedef struct _EmailContent EmailContent;

/* NULL when the source knows neither the mime nor the structure. */
EmailContent *email_content_new (EmailSource *source);
EmailContent *email_content_ref (EmailContent *content);
void email_content_unref (EmailContent *content);

/* Unowned. */
const EmailStructure *email_content_get_structure (EmailContent *content);
EmailSource *email_content_get_source (EmailContent *content);

/* Whether the bytes are here; if not, only the source's open_part has them. */
gboolean email_content_is_here (EmailContent *content);

/* Only when the bytes are here. */
GBytes *email_content_dup_header (EmailContent *content, const EmailStructure *part);
GBytes *email_content_dup_raw (EmailContent *content, const EmailStructure *part);

/* A text part as UTF-8 with lines that end with LF, from at most @max_raw of its bytes. */
char *email_content_dup_text (EmailContent *content,
                              const EmailStructure *part,
                              gsize max_raw,
                              gboolean *out_problem);

/* Which parts are the text of the mail, by RFC 8621, 4.1.4. Each array is of EmailStructure, unowned.
 * Every leaf is in exactly one of @text (text/plain only), @html (text/html only), @attachments. */
void email_content_sort_parts (EmailContent *content,
                               GPtrArray *text,
                               GPtrArray *html,
                               GPtrArray *attachments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailContent, email_content_unref)

G_END_DECLS

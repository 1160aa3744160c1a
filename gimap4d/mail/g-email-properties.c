/* The getters and setters of a mail's properties, but for its addresses.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-object.h"

/**
 * g_email_get_id:
 * @self: a #GEmail
 *
 * See #GEmail:id.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_id (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_ID);
}

/**
 * g_email_set_id:
 * @self: a #GEmail
 * @id: (nullable): the text, or %NULL for none
 *
 * Sets #GEmail:id. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_id (GEmail *self, const char *id)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_ID, id);
}

/**
 * g_email_get_subject:
 * @self: a #GEmail
 *
 * See #GEmail:subject.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_subject (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_SUBJECT);
}

/**
 * g_email_set_subject:
 * @self: a #GEmail
 * @subject: (nullable): the text, or %NULL for none
 *
 * Sets #GEmail:subject. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_subject (GEmail *self, const char *subject)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_SUBJECT, subject);
}

/**
 * g_email_get_message_id:
 * @self: a #GEmail
 *
 * See #GEmail:message-id.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_message_id (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_MESSAGE_ID);
}

/**
 * g_email_set_message_id:
 * @self: a #GEmail
 * @message_id: (nullable): the text, or %NULL for none
 *
 * Sets #GEmail:message-id. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_message_id (GEmail *self, const char *message_id)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_MESSAGE_ID, message_id);
}

/**
 * g_email_get_in_reply_to:
 * @self: a #GEmail
 *
 * See #GEmail:in-reply-to.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_in_reply_to (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_IN_REPLY_TO);
}

/**
 * g_email_set_in_reply_to:
 * @self: a #GEmail
 * @in_reply_to: (nullable): the text, or %NULL for none
 *
 * Sets #GEmail:in-reply-to. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_in_reply_to (GEmail *self, const char *in_reply_to)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_IN_REPLY_TO, in_reply_to);
}

/**
 * g_email_get_comments:
 * @self: a #GEmail
 *
 * See #GEmail:comments.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_comments (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_COMMENTS);
}

/**
 * g_email_set_comments:
 * @self: a #GEmail
 * @comments: (nullable): the text, or %NULL for none
 *
 * Sets #GEmail:comments. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_comments (GEmail *self, const char *comments)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_COMMENTS, comments);
}

/**
 * g_email_get_text_body:
 * @self: a #GEmail
 *
 * See #GEmail:text-body.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_text_body (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_TEXT_BODY);
}

/**
 * g_email_set_text_body:
 * @self: a #GEmail
 * @text_body: (nullable): the text, or %NULL for none
 *
 * Sets #GEmail:text-body. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_text_body (GEmail *self, const char *text_body)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_TEXT_BODY, text_body);
}

/**
 * g_email_get_html_body:
 * @self: a #GEmail
 *
 * See #GEmail:html-body.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_html_body (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_HTML_BODY);
}

/**
 * g_email_set_html_body:
 * @self: a #GEmail
 * @html_body: (nullable): the text, or %NULL for none
 *
 * Sets #GEmail:html-body. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_html_body (GEmail *self, const char *html_body)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_HTML_BODY, html_body);
}

/**
 * g_email_get_preview:
 * @self: a #GEmail
 *
 * See #GEmail:preview.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_get_preview (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_PREVIEW);
}

/**
 * g_email_get_received_at:
 * @self: a #GEmail
 *
 * See #GEmail:received-at.
 *
 * Returns: (nullable) (transfer none): the date
 *
 * Since: 1.0
 */
GDateTime *
g_email_get_received_at (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_RECEIVED_AT);
}

/**
 * g_email_set_received_at:
 * @self: a #GEmail
 * @received_at: (nullable): the date, or %NULL for none
 *
 * Sets #GEmail:received-at. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_received_at (GEmail *self, GDateTime *received_at)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_RECEIVED_AT, received_at);
}

/**
 * g_email_get_send_at:
 * @self: a #GEmail
 *
 * See #GEmail:send-at.
 *
 * Returns: (nullable) (transfer none): the date
 *
 * Since: 1.0
 */
GDateTime *
g_email_get_send_at (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_SEND_AT);
}

/**
 * g_email_set_send_at:
 * @self: a #GEmail
 * @send_at: (nullable): the date, or %NULL for none
 *
 * Sets #GEmail:send-at. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_send_at (GEmail *self, GDateTime *send_at)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_SEND_AT, send_at);
}

/**
 * g_email_get_references:
 * @self: a #GEmail
 *
 * See #GEmail:references.
 *
 * Returns: (transfer none) (array zero-terminated=1): the texts, which may be none
 *
 * Since: 1.0
 */
const char *const *
g_email_get_references (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_REFERENCES);
}

/**
 * g_email_set_references:
 * @self: a #GEmail
 * @references: (nullable) (array zero-terminated=1): the texts, or %NULL for none
 *
 * Sets #GEmail:references. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_references (GEmail *self, const char *const *references)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_REFERENCES, references);
}

/**
 * g_email_get_keywords:
 * @self: a #GEmail
 *
 * See #GEmail:keywords.
 *
 * Returns: (transfer none) (array zero-terminated=1): the texts, which may be none
 *
 * Since: 1.0
 */
const char *const *
g_email_get_keywords (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_KEYWORDS);
}

/**
 * g_email_set_keywords:
 * @self: a #GEmail
 * @keywords: (nullable) (array zero-terminated=1): the texts, or %NULL for none
 *
 * Sets #GEmail:keywords. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_keywords (GEmail *self, const char *const *keywords)
{
  g_return_if_fail (G_IS_EMAIL (self));

  email_set_fact (self, EMAIL_FACT_KEYWORDS, keywords);
}

/**
 * g_email_get_headers:
 * @self: a #GEmail
 *
 * See #GEmail:headers.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_headers (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_HEADERS);
}

/**
 * g_email_set_headers:
 * @self: a #GEmail
 * @headers: (nullable): a #GListModel of #GEmailHeader, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:headers. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_headers (GEmail *self, GListModel *headers)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (headers == NULL || G_IS_LIST_MODEL (headers));

  email_set_fact (self, EMAIL_FACT_HEADERS, headers);
}

/**
 * g_email_get_attachments:
 * @self: a #GEmail
 *
 * See #GEmail:attachments.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_attachments (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_ATTACHMENTS);
}

/**
 * g_email_set_attachments:
 * @self: a #GEmail
 * @attachments: (nullable): a #GListModel of #GMailAttachment, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:attachments. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_attachments (GEmail *self, GListModel *attachments)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (attachments == NULL || G_IS_LIST_MODEL (attachments));

  email_set_fact (self, EMAIL_FACT_ATTACHMENTS, attachments);
}

/**
 * g_email_get_body_structure:
 * @self: a #GEmail
 *
 * See #GEmail:body-structure.
 *
 * Returns: (nullable) (transfer none): the root of the tree
 *
 * Since: 1.0
 */
GEmailBodyPart *
g_email_get_body_structure (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_BODY_STRUCTURE);
}

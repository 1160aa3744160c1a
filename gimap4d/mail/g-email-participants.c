/* The getters and setters of who a mail is from and goes to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-object.h"

/**
 * g_email_get_from:
 * @self: a #GEmail
 *
 * See #GEmail:from.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_from (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_FROM);
}

/**
 * g_email_set_from:
 * @self: a #GEmail
 * @from: (nullable): a #GListModel of #GEmailAddress, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:from. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_from (GEmail *self, GListModel *from)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (from == NULL || G_IS_LIST_MODEL (from));

  email_set_fact (self, EMAIL_FACT_FROM, from);
}

/**
 * g_email_get_sender:
 * @self: a #GEmail
 *
 * See #GEmail:sender.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_sender (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_SENDER);
}

/**
 * g_email_set_sender:
 * @self: a #GEmail
 * @sender: (nullable): a #GListModel of #GEmailAddress, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:sender. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_sender (GEmail *self, GListModel *sender)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (sender == NULL || G_IS_LIST_MODEL (sender));

  email_set_fact (self, EMAIL_FACT_SENDER, sender);
}

/**
 * g_email_get_reply_to:
 * @self: a #GEmail
 *
 * See #GEmail:reply-to.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_reply_to (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_REPLY_TO);
}

/**
 * g_email_set_reply_to:
 * @self: a #GEmail
 * @reply_to: (nullable): a #GListModel of #GEmailAddress, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:reply-to. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_reply_to (GEmail *self, GListModel *reply_to)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (reply_to == NULL || G_IS_LIST_MODEL (reply_to));

  email_set_fact (self, EMAIL_FACT_REPLY_TO, reply_to);
}

/**
 * g_email_get_to:
 * @self: a #GEmail
 *
 * See #GEmail:to.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_to (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_TO);
}

/**
 * g_email_set_to:
 * @self: a #GEmail
 * @to: (nullable): a #GListModel of #GEmailAddress, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:to. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_to (GEmail *self, GListModel *to)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (to == NULL || G_IS_LIST_MODEL (to));

  email_set_fact (self, EMAIL_FACT_TO, to);
}

/**
 * g_email_get_cc:
 * @self: a #GEmail
 *
 * See #GEmail:cc.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_cc (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_CC);
}

/**
 * g_email_set_cc:
 * @self: a #GEmail
 * @cc: (nullable): a #GListModel of #GEmailAddress, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:cc. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_cc (GEmail *self, GListModel *cc)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (cc == NULL || G_IS_LIST_MODEL (cc));

  email_set_fact (self, EMAIL_FACT_CC, cc);
}

/**
 * g_email_get_bcc:
 * @self: a #GEmail
 *
 * See #GEmail:bcc.
 *
 * Returns: (transfer none): the list, which may be empty
 *
 * Since: 1.0
 */
GListModel *
g_email_get_bcc (GEmail *self)
{
  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  return email_get_fact (self, EMAIL_FACT_BCC);
}

/**
 * g_email_set_bcc:
 * @self: a #GEmail
 * @bcc: (nullable): a #GListModel of #GEmailAddress, of which a reference is taken, or %NULL for none
 *
 * Sets #GEmail:bcc. Ignored on a received mail.
 *
 * Since: 1.0
 */
void
g_email_set_bcc (GEmail *self, GListModel *bcc)
{
  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (bcc == NULL || G_IS_LIST_MODEL (bcc));

  email_set_fact (self, EMAIL_FACT_BCC, bcc);
}

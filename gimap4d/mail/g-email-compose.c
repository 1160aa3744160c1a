/* Filling a mail that is to be sent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email.h"

#include <string.h>

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/mail/email-addresses.h"
#include "gimap4d/mail/email-lists.h"
#include "gimap4d/mail/email-object.h"

static gboolean
find_field (const char *field, EmailFact *out_fact)
{
  static const struct
  {
    const char *name;
    EmailFact fact;
  } fields[] = {
    { "from", EMAIL_FACT_FROM },
    { "sender", EMAIL_FACT_SENDER },
    { "reply-to", EMAIL_FACT_REPLY_TO },
    { "to", EMAIL_FACT_TO },
    { "cc", EMAIL_FACT_CC },
    { "bcc", EMAIL_FACT_BCC },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (field, fields[i].name))
      {
        *out_fact = fields[i].fact;
        return TRUE;
      }

  return FALSE;
}

static gboolean
is_one_line (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      return FALSE;

  return g_utf8_validate (text, -1, NULL);
}

static gboolean
check_addresses (GPtrArray *addresses, const char *text, GError **error)
{
  for (guint i = 0; i < addresses->len; i++)
    {
      const EmailAddressValue *address = addresses->pdata[i];
      const char *at = address->email != NULL ? strchr (address->email, '@') : NULL;

      if (at == NULL || at == address->email || at[1] == '\0')
        {
          g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                       _ ("“%s” cannot be used: “%s” is no address"), text,
                       address->email != NULL ? address->email : address->name);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * g_email_set_addresses:
 * @self: a #GEmail
 * @field: "from", "sender", "reply-to", "to", "cc" or "bcc"
 * @addresses: addresses with commas between them, "Somebody <a@example.com>, c@example.org"; may be
 *   empty
 * @error: return location for a #GError
 *
 * Sets one of the address properties from a text, as people write it. When it fails nothing is
 * changed. Ignored on a received mail.
 *
 * |[<!-- language="C" -->
 * if (!g_email_set_addresses (email, "to", "Ada Example <ada@example.com>, ben@example.org", &error))
 *   g_printerr ("%s\n", error->message);
 * ]|
 *
 * Returns: %TRUE, or %FALSE with %G_IMAP_ERROR_INVALID_ARGUMENT when there is no such field, or
 *   @addresses has a line break or another control character, is no UTF-8, or has something that is no
 *   address
 *
 * Since: 1.0
 */
gboolean
g_email_set_addresses (GEmail *self, const char *field, const char *addresses, GError **error)
{
  g_autoptr (GPtrArray)
      values = g_ptr_array_new_with_free_func ((GDestroyNotify) email_address_value_free);
  g_autoptr (GListModel) list = NULL;
  EmailFact fact;

  g_return_val_if_fail (G_IS_EMAIL (self), FALSE);
  g_return_val_if_fail (field != NULL, FALSE);
  g_return_val_if_fail (addresses != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!find_field (field, &fact))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("A mail has no addresses called “%s”"), field);
      return FALSE;
    }

  if (!is_one_line (addresses))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("What is given for “%s” has a line break or another control character, or is "
                      "no UTF-8"),
                   field);
      return FALSE;
    }

  email_addresses_parse (addresses, strlen (addresses), values);
  if (!check_addresses (values, addresses, error))
    return FALSE;

  list = email_lists_new_addresses (values);
  email_set_fact (self, fact, list);

  return TRUE;
}

/**
 * g_email_add_attachment:
 * @self: a #GEmail
 * @attachment: an attachment, of which a reference is taken
 *
 * Adds a file to those of the mail. Ignored on a received mail.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GMailAttachment) report =
 *     g_mail_attachment_new_from_path ("report.pdf", NULL, NULL, NULL, NULL, &error);
 *
 * if (report != NULL)
 *   g_email_add_attachment (email, report);
 * ]|
 *
 * Since: 1.0
 */
void
g_email_add_attachment (GEmail *self, GMailAttachment *attachment)
{
  GListModel *old;
  g_autoptr (GListStore) store = NULL;

  g_return_if_fail (G_IS_EMAIL (self));
  g_return_if_fail (G_IS_MAIL_ATTACHMENT (attachment));

  if (email_is_received (self))
    return;

  /* The list may be the caller's, and of any kind. */
  old = g_email_get_attachments (self);
  store = g_list_store_new (G_TYPE_MAIL_ATTACHMENT);
  for (guint i = 0; i < g_list_model_get_n_items (old); i++)
    {
      g_autoptr (GMailAttachment) item = g_list_model_get_item (old, i);

      g_list_store_append (store, item);
    }
  g_list_store_append (store, attachment);
  g_email_set_attachments (self, G_LIST_MODEL (store));
}

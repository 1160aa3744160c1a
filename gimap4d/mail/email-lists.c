/* Plain values become the list models that programs see.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-lists.h"

#include "gimap4d/mail/email-list.h"
#include "gimap4d/mail/g-email-address.h"
#include "gimap4d/mail/g-email-header.h"

GListModel *
email_lists_new_addresses (GPtrArray *addresses)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < addresses->len; i++)
    {
      const EmailAddressValue *address = addresses->pdata[i];

      g_ptr_array_add (objects, g_email_address_new (address->name, address->email));
    }

  return email_list_new (G_TYPE_EMAIL_ADDRESS, objects);
}

GListModel *
email_lists_new_headers (EmailFields *fields)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);
  guint count = email_fields_get_count (fields);

  for (guint i = 0; i < count; i++)
    {
      gsize length;
      const char *raw = email_fields_get_raw (fields, i, &length);
      g_autofree char *value = email_decode_text (raw, length);

      g_ptr_array_add (objects, g_email_header_new (email_fields_get_name (fields, i), value));
    }

  return email_list_new (G_TYPE_EMAIL_HEADER, objects);
}

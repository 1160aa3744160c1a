/* Making and freeing the plain values of a mail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-values.h"

#include "gimap4d/base/peer-hash.h"

EmailAddressValue *
email_address_value_take (char *name, char *email)
{
  EmailAddressValue *address = g_new (EmailAddressValue, 1);

  address->name = name;
  address->email = email;

  return address;
}

EmailAddressValue *
email_address_value_new (const char *name, const char *email)
{
  return email_address_value_take (g_strdup (name), g_strdup (email));
}

void
email_address_value_free (EmailAddressValue *address)
{
  if (address == NULL)
    return;

  g_free (address->name);
  g_free (address->email);
  g_free (address);
}

GPtrArray *
email_addresses_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) email_address_value_free);
}

EmailEnvelope *
email_envelope_new (void)
{
  EmailEnvelope *envelope = g_new0 (EmailEnvelope, 1);

  envelope->from = email_addresses_new ();
  envelope->sender = email_addresses_new ();
  envelope->reply_to = email_addresses_new ();
  envelope->to = email_addresses_new ();
  envelope->cc = email_addresses_new ();
  envelope->bcc = email_addresses_new ();

  return envelope;
}

void
email_envelope_free (EmailEnvelope *envelope)
{
  if (envelope == NULL)
    return;

  g_free (envelope->date);
  g_free (envelope->subject);
  g_ptr_array_unref (envelope->from);
  g_ptr_array_unref (envelope->sender);
  g_ptr_array_unref (envelope->reply_to);
  g_ptr_array_unref (envelope->to);
  g_ptr_array_unref (envelope->cc);
  g_ptr_array_unref (envelope->bcc);
  g_free (envelope->in_reply_to);
  g_free (envelope->message_id);
  g_free (envelope);
}

static GHashTable *
new_parameters (void)
{
  return g_hash_table_new_full (peer_hash, g_str_equal, g_free, g_free);
}

EmailStructure *
email_structure_new (const char *part_id)
{
  EmailStructure *structure = g_new0 (EmailStructure, 1);

  structure->part_id = g_strdup (part_id);
  structure->parameters = new_parameters ();
  structure->disposition_parameters = new_parameters ();
  structure->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) email_structure_free);

  return structure;
}

/* Recursive: whoever builds a structure keeps to EMAIL_LIMIT_DEPTH. */
void
email_structure_free (EmailStructure *structure)
{
  if (structure == NULL)
    return;

  g_free (structure->part_id);
  g_free (structure->type);
  g_hash_table_unref (structure->parameters);
  g_free (structure->content_id);
  g_free (structure->description);
  g_free (structure->encoding);
  g_free (structure->disposition);
  g_hash_table_unref (structure->disposition_parameters);
  g_strfreev (structure->language);
  g_free (structure->location);
  email_envelope_free (structure->envelope);
  g_ptr_array_unref (structure->parts);
  g_free (structure);
}

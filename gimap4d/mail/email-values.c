/* Envelope and structure of a mail as plain values.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-values.h"

#include <gmime/gmime.h>
#include <string.h>

EmailAddressValue *
email_address_value_new (const char *name, const char *email)
{
  EmailAddressValue *address = g_new (EmailAddressValue, 1);

  address->name = g_strdup (name);
  address->email = g_strdup (email);

  return address;
}

void
email_address_value_free (EmailAddressValue *address)
{
  g_free (address->name);
  g_free (address->email);
  g_free (address);
}

static GPtrArray *
new_addresses (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) email_address_value_free);
}

EmailEnvelope *
email_envelope_new (void)
{
  EmailEnvelope *envelope = g_new0 (EmailEnvelope, 1);

  envelope->from = new_addresses ();
  envelope->sender = new_addresses ();
  envelope->reply_to = new_addresses ();
  envelope->to = new_addresses ();
  envelope->cc = new_addresses ();
  envelope->bcc = new_addresses ();

  return envelope;
}

void
email_envelope_free (EmailEnvelope *envelope)
{
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

EmailStructure *
email_structure_new (const char *part_id)
{
  EmailStructure *structure = g_new0 (EmailStructure, 1);

  structure->part_id = g_strdup (part_id);
  structure->parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  structure->disposition_parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                             g_free);
  structure->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) email_structure_free);

  return structure;
}

void
email_structure_free (EmailStructure *structure)
{
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
  g_clear_pointer (&structure->envelope, email_envelope_free);
  g_ptr_array_unref (structure->parts);
  g_free (structure);
}

char *
email_decode_text (const char *raw, gsize length)
{
  static gsize initialised = 0;
  g_autofree char *copy = NULL;
  char *decoded;

  if (raw == NULL)
    return NULL;
  if (g_once_init_enter (&initialised))
    {
      g_mime_init ();
      g_once_init_leave (&initialised, 1);
    }

  copy = g_strndup (raw, length);
  decoded = g_mime_utils_header_decode_text (NULL, copy);
  if (g_utf8_validate (decoded, -1, NULL))
    return decoded;
  g_free (decoded);

  return g_utf8_make_valid (copy, -1);
}

/* The Message-ID of a mail that is at hand as octets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-message-id.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-fields.h"

#include <string.h>

/* Less than what two servers could understand in two ways. */
static gboolean
is_message_id (const char *text)
{
  gsize length = strlen (text);

  if (length < 3 || length > IMAP_LIMIT_QUOTED_SENT || text[0] != '<' || text[length - 1] != '>')
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      return FALSE;

  return TRUE;
}

char *
imap_message_id_dup (GBytes *mime)
{
  gsize size;
  const char *text = g_bytes_get_data (mime, &size);
  g_autoptr (EmailFields) fields = email_fields_new (text, size, '\n');
  int first = email_fields_find_first (fields, "Message-ID");
  g_autofree char *id = NULL;

  if (first < 0 || first != email_fields_find_last (fields, "Message-ID"))
    return NULL;
  id = email_fields_dup_structured (fields, "Message-ID");

  return id != NULL && is_message_id (id) ? g_steal_pointer (&id) : NULL;
}

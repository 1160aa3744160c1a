/* What a mail that is at hand as octets tells of itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-mail-head.h"

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

static EmailFields *
read_fields (GBytes *mime)
{
  gsize size;
  const char *text = g_bytes_get_data (mime, &size);

  return email_fields_new (text, size, '\n');
}

char *
imap_mail_head_dup_message_id (GBytes *mime)
{
  g_autoptr (EmailFields) fields = read_fields (mime);
  int first = email_fields_find_first (fields, "Message-ID");
  g_autofree char *id = NULL;

  if (first < 0 || first != email_fields_find_last (fields, "Message-ID"))
    return NULL;
  id = email_fields_dup_structured (fields, "Message-ID");

  return id != NULL && is_message_id (id) ? g_steal_pointer (&id) : NULL;
}

gboolean
imap_mail_head_is_binary (GBytes *mime)
{
  g_autoptr (EmailFields) fields = read_fields (mime);
  g_autofree char *encoding = email_fields_dup_structured (fields, "Content-Transfer-Encoding");

  return encoding != NULL && g_ascii_strcasecmp (encoding, "binary") == 0;
}

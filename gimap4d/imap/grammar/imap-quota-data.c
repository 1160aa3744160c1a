/* QUOTA and QUOTAROOT (RFC 9208).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-quota-data.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-quirks.h"

void
imap_quota_item_free (ImapQuotaItem *item)
{
  g_free (item->root);
  g_free (item->resource);
  g_free (item);
}

static gboolean
read_resource (ImapReader *reader, const char *root, GPtrArray *items)
{
  g_autofree char *text = NULL;
  ImapQuotaItem *item;
  ImapString name;
  gint64 usage = -1;
  gint64 limit = -1;

  imap_reader_accept_space (reader);
  if (!imap_reader_expect_atom (reader, &name))
    return FALSE;
  imap_reader_accept_space (reader);
  if (!imap_quirk_read_number (reader, &usage))
    return FALSE;
  imap_reader_accept_space (reader);
  if (imap_reader_peek (reader) != ')' && !imap_quirk_read_number (reader, &limit))
    return FALSE;

  text = imap_string_dup_utf8 (&name);
  item = g_new0 (ImapQuotaItem, 1);
  item->root = g_strdup (root);
  item->resource = g_ascii_strup (text, -1);
  item->usage = usage;
  item->limit = limit;
  g_ptr_array_add (items, item);

  return TRUE;
}

gboolean
imap_data_parse_quota (const ImapResponse *response, GPtrArray *items, GError **error)
{
  g_auto (ImapReader) reader = { 0 };
  g_auto (ImapString) name = { 0 };
  g_autofree char *root = NULL;

  imap_reader_init_span (&reader, response->frame, &response->data);
  if (!imap_reader_expect_astring (&reader, &name))
    return TRUE;
  root = imap_string_dup_utf8 (&name);
  imap_reader_accept_space (&reader);
  if (!imap_reader_accept_list (&reader))
    return TRUE;

  while (reader.error == NULL && !imap_reader_accept_list_end (&reader))
    {
      if (items->len >= IMAP_LIMIT_QUOTAS)
        {
          g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                       _ ("The server sent more than %d quotas"), IMAP_LIMIT_QUOTAS);
          return FALSE;
        }
      if (!read_resource (&reader, root, items))
        break;
    }

  return TRUE;
}

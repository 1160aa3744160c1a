/* A few header fields of many mails.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-headers.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

gboolean
imap_headers_is_too_many (ImapHeadersOperation *operation, guint64 n_mails)
{
  guint64 exists = imap_operation_get_box (operation)->exists;

  return n_mails > exists + IMAP_LIMIT_EXTRA_MAILS || n_mails > IMAP_LIMIT_EXPANSION;
}

GError *
imap_headers_new_too_many_error (ImapHeadersOperation *operation)
{
  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                      _ ("the server named more mails than the box has (%u)"),
                      imap_operation_get_box (operation)->exists);
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  ImapHeaders *self = &((ImapHeadersOperation *) command->operation)->headers;
  g_auto (ImapFetch) fetch = { 0 };

  if (response->type != IMAP_DATA_FETCH || !imap_data_parse_fetch (response, &fetch, NULL) ||
      !imap_uid_set_contains (self->asked, fetch.uid) ||
      imap_uid_set_contains (self->found, fetch.uid) || fetch.size < 0 ||
      imap_span_is_empty (&fetch.section) == self->has_fields ||
      !imap_span_is_empty (&fetch.body) || !imap_span_is_empty (&fetch.header) ||
      !imap_span_is_empty (&fetch.envelope))
    return FALSE;

  imap_uid_set_add (self->found, fetch.uid);
  g_array_append_val (self->fetches, fetch);
  fetch = (ImapFetch){ 0 };

  return TRUE;
}

static void
done (ImapCommand *command, const ImapResponse *response)
{
  ImapHeadersOperation *operation = (ImapHeadersOperation *) command->operation;

  operation->headers.n_answers_due--;
  if (response->condition != IMAP_CONDITION_OK)
    imap_operation_fail_response (operation, response);
  else if (operation->headers.n_answers_due == 0)
    operation->headers.done (&operation->parent);
}

static void
fetch_piece (ImapHeadersOperation *operation, const ImapUidSet *uids, const char *fields)
{
  ImapWriter *writer = imap_operation_write (operation, "UID FETCH");

  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_writer_raw (writer, " (UID INTERNALDATE RFC822.SIZE");
  if (fields != NULL)
    {
      imap_writer_raw (writer, " BODY.PEEK[HEADER.FIELDS (");
      imap_writer_raw (writer, fields);
      imap_writer_raw (writer, ")]");
    }
  imap_writer_char (writer, ')');
  operation->headers.n_answers_due++;
  imap_operation_submit (operation, writer,
                         fields != NULL ? IMAP_COMMAND_SECTION : IMAP_COMMAND_NONE, claim, done);
}

void
imap_headers_fetch (ImapHeadersOperation *operation,
                    ImapUidSet *uids,
                    const char *fields,
                    ImapHeadersDone headers_done)
{
  ImapHeaders *self = &operation->headers;
  g_autoptr (GPtrArray) pieces = imap_uid_set_split (uids, G_MAXUINT, IMAP_LIMIT_COMMAND_SET_BYTES);

  if (imap_headers_is_too_many (operation, imap_uid_set_get_size (uids)))
    {
      imap_operation_fail (operation, imap_headers_new_too_many_error (operation));
      return;
    }

  imap_headers_reset (operation);
  self->fetches = g_array_new (FALSE, FALSE, sizeof (ImapFetch));
  g_array_set_clear_func (self->fetches, (GDestroyNotify) imap_fetch_clear);
  self->asked = imap_uid_set_ref (uids);
  self->found = imap_uid_set_new ();
  self->has_fields = fields != NULL;
  self->done = headers_done;
  if (imap_uid_set_is_empty (uids))
    self->done (&operation->parent);
  else
    for (guint i = 0; i < pieces->len; i++)
      fetch_piece (operation, g_ptr_array_index (pieces, i), fields);
}

void
imap_headers_reset (ImapHeadersOperation *operation)
{
  ImapHeaders *self = &operation->headers;

  g_clear_pointer (&self->fetches, g_array_unref);
  g_clear_pointer (&self->asked, imap_uid_set_unref);
  g_clear_pointer (&self->found, imap_uid_set_unref);
  self->n_answers_due = 0;
}

GArray *
imap_headers_steal (ImapHeadersOperation *operation)
{
  return g_steal_pointer (&operation->headers.fetches);
}

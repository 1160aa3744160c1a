/* UID SEARCH: which messages match, and which ids stand behind numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-search.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-searcher.h"
#include "gimap4d/imap/grammar/imap-data.h"

void
imap_found_free (ImapFound *found)
{
  imap_uid_set_unref (found->uids);
  g_free (found->box);
  g_free (found);
}

static void
return_found (gpointer operation, ImapUidSet *uids)
{
  ImapFound *found = g_new0 (ImapFound, 1);
  ImapBoxState *box = imap_operation_get_box (operation);

  found->uids = uids;
  found->box = g_strdup (box->name);
  found->uid_validity = box->uid_validity;
  imap_operation_return (operation, found, (GDestroyNotify) imap_found_free);
}

gboolean
imap_search_is_answer (const ImapCommand *command, const ImapResponse *response)
{
  g_autofree char *tag = NULL;

  if (response->type != IMAP_DATA_ESEARCH)
    return response->type == IMAP_DATA_SEARCH;

  tag = imap_data_dup_esearch_tag (response);

  return tag == NULL || g_strcmp0 (tag, command->tag) == 0;
}

static void
searched (ImapSearcher *searcher, ImapUidSet *uids)
{
  return_found (searcher, uids);
}

static void
search_start (ImapOperation *operation)
{
  imap_searcher_start ((ImapSearcher *) operation, searched);
}

static void
search_reset (ImapOperation *operation)
{
  imap_searcher_reset ((ImapSearcher *) operation);
}

static void
search_finalize (ImapOperation *operation)
{
  imap_searcher_finalize ((ImapSearcher *) operation);
}

static const ImapOperationClass search_class = {
  .size = sizeof (ImapSearcher),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE,
  .start = search_start,
  .reset = search_reset,
  .finalize = search_finalize,
};

gpointer
imap_search_operation_new (ImapCriteria *criteria)
{
  g_autofree char *shown = imap_searcher_describe (criteria);
  ImapSearcher *self = imap_operation_new (&search_class,
                                           g_strdup_printf (_ ("searching for “%s”"), shown));

  imap_searcher_init (self, criteria);

  return self;
}

typedef struct
{
  ImapOperation parent;

  guint32 first; /* as asked for */
  guint32 last;
  guint32 from; /* as there are */
  guint32 to;
  ImapUidSet *uids; /* owned, nullable */
} NumbersOperation;

static gboolean
claim_uid (ImapCommand *command, const ImapResponse *response)
{
  NumbersOperation *self = (NumbersOperation *) command->operation;
  g_auto (ImapFetch) fetch = { 0 };

  if (response->type != IMAP_DATA_FETCH || response->number < self->from ||
      response->number > self->to || !imap_data_parse_fetch (response, &fetch, NULL) ||
      fetch.uid == 0 || imap_uid_set_get_size (self->uids) > self->to - self->from)
    return FALSE;
  imap_uid_set_add (self->uids, fetch.uid);

  /* More than the id is the answer to another command that is in flight beside this one. */
  return fetch.size < 0 && imap_span_is_empty (&fetch.body) && imap_span_is_empty (&fetch.header) &&
         imap_span_is_empty (&fetch.section) && imap_span_is_empty (&fetch.envelope);
}

static void
numbers_done (ImapCommand *command, const ImapResponse *response)
{
  NumbersOperation *self = (NumbersOperation *) command->operation;

  if (response->condition == IMAP_CONDITION_OK)
    return_found (self, g_steal_pointer (&self->uids));
  else
    imap_operation_fail_response (self, response);
}

static void
numbers_start (ImapOperation *operation)
{
  NumbersOperation *self = (NumbersOperation *) operation;
  guint32 exists = imap_operation_get_box (self)->exists;
  g_autofree char *range = NULL;
  ImapWriter *writer;

  g_clear_pointer (&self->uids, imap_uid_set_unref);
  self->uids = imap_uid_set_new ();
  self->from = MAX (self->first, 1);
  self->to = self->last == 0 ? exists : MIN (self->last, exists);
  /* Some servers refuse any number in an empty box, and numbers past the end. */
  if (self->from > self->to)
    {
      return_found (self, g_steal_pointer (&self->uids));
      return;
    }

  range = g_strdup_printf (" %u:%u (UID)", self->from, self->to);
  writer = imap_operation_write (self, "FETCH");
  imap_writer_raw (writer, range);
  imap_operation_submit (self, writer, IMAP_COMMAND_NUMBERS, claim_uid, numbers_done);
}

static void
numbers_finalize (ImapOperation *operation)
{
  g_clear_pointer (&((NumbersOperation *) operation)->uids, imap_uid_set_unref);
}

static const ImapOperationClass numbers_class = {
  .size = sizeof (NumbersOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_BY_NUMBER,
  .start = numbers_start,
  .finalize = numbers_finalize,
};

gpointer
imap_numbers_operation_new (guint32 first, guint32 last)
{
  NumbersOperation *self = imap_operation_new (
      &numbers_class,
      g_strdup_printf (_ ("asking for the ids of the mails %u to %u"), first, last));

  self->first = first;
  self->last = last;

  return self;
}

/* UID THREAD (RFC 5256).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-thread.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

typedef struct
{
  ImapHeadersOperation parent;

  ImapThreadAlgorithm algorithm;
  ImapThreadTree *tree; /* owned, nullable: what has come */
  GError *problem;      /* owned, nullable: an answer that cannot be read */
} ThreadOperation;

static const struct
{
  const char *name;
  ImapCapability capability;
  const char *fields;
} algorithms[] = {
  [IMAP_THREAD_REFERENCES] = { "REFERENCES", IMAP_CAPABILITY_THREAD_REFERENCES,
                               "DATE SUBJECT MESSAGE-ID REFERENCES IN-REPLY-TO" },
  [IMAP_THREAD_ORDEREDSUBJECT] = { "ORDEREDSUBJECT", IMAP_CAPABILITY_THREAD_ORDEREDSUBJECT,
                                   "DATE SUBJECT" },
};

void
imap_threaded_free (ImapThreaded *threaded)
{
  if (threaded == NULL)
    return;

  imap_thread_tree_unref (threaded->tree);
  g_clear_pointer (&threaded->fetches, g_array_unref);
  g_free (threaded);
}

static void
return_threaded (ThreadOperation *self, ImapThreadTree *tree, GArray *fetches)
{
  ImapThreaded *threaded = g_new0 (ImapThreaded, 1);

  threaded->tree = tree;
  threaded->fetches = fetches;
  threaded->algorithm = self->algorithm;
  imap_operation_return (self, threaded, (GDestroyNotify) imap_threaded_free);
}

static void
headers_fetched (ImapSearcher *searcher)
{
  return_threaded ((ThreadOperation *) searcher, NULL,
                   imap_headers_steal ((ImapHeadersOperation *) searcher));
}

static void
found_to_thread_here (ImapSearcher *searcher, ImapUidSet *uids)
{
  ThreadOperation *self = (ThreadOperation *) searcher;

  imap_headers_fetch (&self->parent, uids, algorithms[self->algorithm].fields, headers_fetched);
  imap_uid_set_unref (uids);
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  ThreadOperation *self = (ThreadOperation *) command->operation;

  if (response->type != IMAP_DATA_THREAD)
    return FALSE;

  if (self->problem == NULL)
    imap_data_parse_thread (response, self->tree, &self->problem);

  return TRUE;
}

static void send_thread (ThreadOperation *self, ImapCriteria *criteria);

static void
done (ImapCommand *command, const ImapResponse *response)
{
  ThreadOperation *self = (ThreadOperation *) command->operation;
  ImapSearcher *searcher = &self->parent.parent;

  if (self->problem != NULL)
    imap_operation_fail_unreadable (self, self->problem);
  else if (response->condition == IMAP_CONDITION_OK)
    return_threaded (self, g_steal_pointer (&self->tree), NULL);
  else if (imap_searcher_try_next_charset (searcher, searcher->asked, response))
    send_thread (self, searcher->asked);
  else if (response->condition == IMAP_CONDITION_BAD || response->code == IMAP_CODE_BADCHARSET)
    /* It says that it can, and cannot. */
    imap_searcher_start (searcher, found_to_thread_here);
  else
    imap_operation_fail_response (self, response);
}

static void
send_thread (ThreadOperation *self, ImapCriteria *criteria)
{
  ImapSearcher *searcher = &self->parent.parent;
  ImapWriter *writer = imap_operation_write (self, "UID THREAD");
  g_autoptr (ImapCriteria) old = searcher->asked;

  searcher->asked = imap_criteria_ref (criteria);
  g_clear_pointer (&self->tree, imap_thread_tree_unref);
  self->tree = imap_thread_tree_new ();
  imap_writer_space (writer);
  imap_writer_raw (writer, algorithms[self->algorithm].name);
  imap_writer_space (writer);
  imap_writer_charset_and_criteria (writer, criteria, IMAP_CRITERIA_WIDE, searcher->charset);
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim, done);
}

/* With exact dates the server threads by ids, as long as they fit into one command. */
static void
found_to_thread_there (ImapSearcher *searcher, ImapUidSet *uids)
{
  g_autoptr (ImapCriteria) criteria = imap_searcher_new_short (uids);

  if (criteria == NULL)
    {
      found_to_thread_here (searcher, uids);
      return;
    }
  send_thread ((ThreadOperation *) searcher, criteria);
  imap_uid_set_unref (uids);
}

static void
start (ImapOperation *operation)
{
  ThreadOperation *self = (ThreadOperation *) operation;
  ImapSearcher *searcher = &self->parent.parent;

  if (!imap_operation_has (self, algorithms[self->algorithm].capability))
    imap_searcher_start (searcher, found_to_thread_here);
  else if (!imap_searcher_prepare (searcher))
    return;
  else if (imap_criteria_has_own (searcher->prepared))
    imap_searcher_start (searcher, found_to_thread_there);
  else
    send_thread (self, searcher->prepared);
}

static void
reset (ImapOperation *operation)
{
  ThreadOperation *self = (ThreadOperation *) operation;

  imap_headers_reset (&self->parent);
  imap_searcher_reset (&self->parent.parent);
  g_clear_pointer (&self->tree, imap_thread_tree_unref);
  g_clear_error (&self->problem);
}

static void
finalize (ImapOperation *operation)
{
  reset (operation);
  imap_searcher_finalize (&((ThreadOperation *) operation)->parent.parent);
}

static const ImapOperationClass thread_class = {
  .size = sizeof (ThreadOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

gpointer
imap_thread_operation_new (ImapThreadAlgorithm algorithm, ImapCriteria *criteria)
{
  g_autofree char *shown = imap_searcher_describe (criteria);
  ThreadOperation *self = imap_operation_new (&thread_class,
                                              g_strdup_printf (_ ("threading “%s”"), shown));

  imap_searcher_init (&self->parent.parent, criteria);
  self->algorithm = algorithm;

  return self;
}

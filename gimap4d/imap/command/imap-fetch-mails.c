/* UID FETCH: mails, as much of each as was asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-fetch-mails.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

/* Mails that may come in while a box is read, and be told later than sent. */
#define EXTRA_MAILS 1000
/* So that they fit into one command. */
#define MAX_RANGES_AHEAD 100

typedef struct
{
  ImapOperation parent;

  ImapUidSet *uids; /* owned, nullable: by number when NULL */
  guint32 first;    /* as asked for, by number */
  guint32 last;
  guint32 from; /* as there are */
  guint32 to;
  ImapFetchWhat what;

  ImapFetched *fetched; /* owned, nullable: what has come so far */
  ImapUidSet *found;    /* owned, nullable */
  guint n_answers_due;
  gboolean is_blind; /* it went before it was known how many mails there are */
} FetchOperation;

ImapFetched *
imap_fetched_ref (ImapFetched *fetched)
{
  g_atomic_ref_count_inc (&fetched->ref_count);

  return fetched;
}

void
imap_fetched_unref (ImapFetched *fetched)
{
  if (!g_atomic_ref_count_dec (&fetched->ref_count))
    return;

  g_array_unref (fetched->fetches);
  g_clear_pointer (&fetched->missing, imap_uid_set_unref);
  g_free (fetched->box);
  g_free (fetched);
}

ImapFetched *
imap_fetched_new (const ImapBoxState *box)
{
  ImapFetched *fetched = g_new0 (ImapFetched, 1);

  g_atomic_ref_count_init (&fetched->ref_count);
  fetched->fetches = g_array_new (FALSE, TRUE, sizeof (ImapFetch));
  g_array_set_clear_func (fetched->fetches, (GDestroyNotify) imap_fetch_clear);
  fetched->box = g_strdup (box->name);
  fetched->uid_validity = box->uid_validity;

  return fetched;
}

/* A response that only says that flags have changed answers nobody. A server may answer commands that
 * are in flight together in any order: one that brings what this one did not ask for is another's. */
gboolean
imap_fetch_mails_is_answer (ImapFetchWhat what, const ImapFetch *fetch)
{
  gboolean has_body = !imap_span_is_empty (&fetch->body);
  gboolean has_header = !imap_span_is_empty (&fetch->header);
  gboolean has_envelope = !imap_span_is_empty (&fetch->envelope) ||
                          !imap_span_is_empty (&fetch->structure);

  if (!imap_span_is_empty (&fetch->section) || fetch->origin >= 0 ||
      has_body != ((what & IMAP_FETCH_BODY) != 0) ||
      has_header != ((what & (IMAP_FETCH_BODY | IMAP_FETCH_HEADER)) == IMAP_FETCH_HEADER) ||
      (has_envelope && (what & IMAP_FETCH_ENVELOPE) == 0))
    return FALSE;
  if ((what & (IMAP_FETCH_BODY | IMAP_FETCH_HEADER)) != 0)
    return TRUE;

  return fetch->size >= 0 || !imap_span_is_empty (&fetch->internal_date) ||
         !imap_span_is_empty (&fetch->envelope);
}

static gboolean
was_asked_for (FetchOperation *self, const ImapFetch *fetch)
{
  if (fetch->uid == 0 || imap_uid_set_contains (self->found, fetch->uid))
    return FALSE;
  /* What "*" stands for is the server's to know: "60:*" is the last mail where there is no 60. */
  if (self->uids != NULL)
    return imap_uid_set_is_open (self->uids) || imap_uid_set_contains (self->uids, fetch->uid);

  return fetch->number >= self->from && fetch->number <= self->to;
}

/* What went ahead of the selection has a box only behind it. */
static gboolean
has_box (FetchOperation *self)
{
  ImapBoxState *box = imap_operation_get_box (self);

  if (self->fetched == NULL && box != NULL)
    self->fetched = imap_fetched_new (box);

  return self->fetched != NULL;
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  FetchOperation *self = (FetchOperation *) command->operation;
  g_auto (ImapFetch) fetch = { 0 };

  if (response->type != IMAP_DATA_FETCH || !has_box (self) ||
      !imap_data_parse_fetch (response, &fetch, NULL) ||
      !imap_fetch_mails_is_answer (self->what, &fetch) || !was_asked_for (self, &fetch))
    return FALSE;

  if (self->fetched->fetches->len >= imap_operation_get_box (self)->exists + EXTRA_MAILS)
    {
      imap_operation_fail (self,
                           g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                                        _ ("the server sent more mails than the box has (%u)"),
                                        imap_operation_get_box (self)->exists));
      return TRUE;
    }

  imap_uid_set_add (self->found, fetch.uid);
  g_array_append_val (self->fetched->fetches, fetch);
  fetch = (ImapFetch){ 0 };

  return TRUE;
}

static void
return_fetched (FetchOperation *self)
{
  if (self->uids != NULL && !imap_uid_set_is_open (self->uids))
    self->fetched->missing = imap_uid_set_subtract (self->uids, self->found);
  else
    self->fetched->missing = imap_uid_set_new ();

  imap_operation_return (self, g_steal_pointer (&self->fetched),
                         (GDestroyNotify) imap_fetched_unref);
}

static void start (ImapOperation *operation);
static void reset (ImapOperation *operation);

static void
done (ImapCommand *command, const ImapResponse *response)
{
  FetchOperation *self = (FetchOperation *) command->operation;

  self->n_answers_due--;
  if (!has_box (self))
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED,
                                              _ ("no box is selected: call select_box first")));
      return;
    }
  if (response->condition != IMAP_CONDITION_OK && self->is_blind)
    {
      reset (command->operation);
      start (command->operation);
      return;
    }

  if (response->condition != IMAP_CONDITION_OK)
    imap_operation_fail_response (self, response);
  else if (self->n_answers_due == 0)
    return_fetched (self);
}

void
imap_fetch_mails_write_items (gpointer operation, ImapWriter *writer, ImapFetchWhat what)
{
  ImapBoxState *box = imap_operation_get_box (operation);
  /* Where nothing can be marked, a server may refuse to try. */
  gboolean marks = (what & IMAP_FETCH_MARK_SEEN) != 0 && box != NULL && !box->is_read_only;

  imap_writer_raw (writer, " (UID FLAGS INTERNALDATE RFC822.SIZE");
  if ((what & IMAP_FETCH_ENVELOPE) != 0)
    imap_writer_raw (writer, " ENVELOPE BODYSTRUCTURE");
  if ((what & IMAP_FETCH_BODY) != 0)
    imap_writer_raw (writer, marks ? " BODY[]" : " BODY.PEEK[]");
  else if ((what & IMAP_FETCH_HEADER) != 0)
    imap_writer_raw (writer, marks ? " BODY[HEADER]" : " BODY.PEEK[HEADER]");
  imap_writer_char (writer, ')');
}

static void
fetch_uids (FetchOperation *self, const ImapUidSet *uids)
{
  ImapWriter *writer = imap_operation_write (self, "UID FETCH");

  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_fetch_mails_write_items (self, writer, self->what);
  self->n_answers_due++;
  imap_operation_submit (self, writer, IMAP_COMMAND_NONE, claim, done);
}

/* One command, as long as the set fits into one: a range is a range, and each wait costs. */
static void
fetch_by_id (FetchOperation *self)
{
  g_autoptr (GPtrArray) pieces = NULL;

  if (imap_uid_set_is_empty (self->uids))
    {
      return_fetched (self);
      return;
    }

  pieces = imap_uid_set_split (self->uids, G_MAXUINT, IMAP_LIMIT_COMMAND_SET_BYTES);
  for (guint i = 0; i < pieces->len; i++)
    fetch_uids (self, g_ptr_array_index (pieces, i));
}

static void
send_by_number (FetchOperation *self, const char *range)
{
  ImapWriter *writer = imap_operation_write (self, "FETCH");

  imap_writer_raw (writer, range);
  imap_fetch_mails_write_items (self, writer, self->what);
  self->n_answers_due++;
  imap_operation_submit (self, writer, IMAP_COMMAND_NUMBERS, claim, done);
}

/* How many there are stands in the answer to the SELECT before it. A server that minds a number too
 * many is asked again with what is known then. */
static void
fetch_blindly (FetchOperation *self)
{
  g_autofree char *range = self->last == 0 ?
                               g_strdup_printf (" %u:*", MAX (self->first, 1)) :
                               g_strdup_printf (" %u:%u", MAX (self->first, 1), self->last);

  self->from = MAX (self->first, 1);
  self->to = self->last == 0 ? G_MAXUINT32 : self->last;
  send_by_number (self, range);
}

static void
fetch_by_number (FetchOperation *self)
{
  guint32 exists = imap_operation_get_box (self)->exists;
  g_autofree char *range = NULL;

  self->from = MAX (self->first, 1);
  self->to = self->last == 0 ? exists : MIN (self->last, exists);
  if (self->from > self->to)
    {
      return_fetched (self);
      return;
    }

  range = g_strdup_printf (" %u:%u", self->from, self->to);
  send_by_number (self, range);
}

static void
start (ImapOperation *operation)
{
  FetchOperation *self = (FetchOperation *) operation;

  self->found = imap_uid_set_new ();
  self->is_blind = !has_box (self);
  if (self->uids != NULL)
    fetch_by_id (self);
  else if (self->is_blind)
    fetch_blindly (self);
  else
    fetch_by_number (self);
}

static void
reset (ImapOperation *operation)
{
  FetchOperation *self = (FetchOperation *) operation;

  g_clear_pointer (&self->fetched, imap_fetched_unref);
  g_clear_pointer (&self->found, imap_uid_set_unref);
  self->n_answers_due = 0;
}

static void
finalize (ImapOperation *operation)
{
  reset (operation);
  g_clear_pointer (&((FetchOperation *) operation)->uids, imap_uid_set_unref);
}

static const ImapOperationClass by_id_class = {
  .size = sizeof (FetchOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_USES_IDS,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

static const ImapOperationClass by_number_class = {
  .size = sizeof (FetchOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_BY_NUMBER,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

/* Not to be done again over another connection: the number may be another mail's by then, and that
 * would be marked. */
static const ImapOperationClass marking_by_number_class = {
  .size = sizeof (FetchOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_BY_NUMBER,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

gpointer
imap_fetch_operation_new (ImapUidSet *uids, ImapFetchWhat what)
{
  FetchOperation *self = imap_operation_new (&by_id_class, g_strdup (_ ("fetching mails")));

  self->uids = imap_uid_set_ref (uids);
  self->what = what;
  self->parent.goes_ahead = (what & IMAP_FETCH_MARK_SEEN) == 0 && !imap_uid_set_is_empty (uids) &&
                            imap_uid_set_get_n_ranges (uids) <= MAX_RANGES_AHEAD;

  return self;
}

gpointer
imap_fetch_operation_new_by_number (guint32 first, guint32 last, ImapFetchWhat what)
{
  gboolean marks = (what & IMAP_FETCH_MARK_SEEN) != 0;
  FetchOperation *self = imap_operation_new (marks ? &marking_by_number_class : &by_number_class,
                                             g_strdup (_ ("fetching mails by number")));

  self->first = first;
  self->last = last;
  self->what = what;
  self->parent.goes_ahead = !marks && (last == 0 || first <= last);

  return self;
}

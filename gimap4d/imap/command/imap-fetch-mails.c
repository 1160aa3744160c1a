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
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/command/imap-search.h"

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
  GPtrArray *pieces;    /* owned, nullable: of Piece, one for each command */
  guint n_answers_due;
  gboolean is_blind; /* it went before it was known how many mails there are */

  ImapUidSet *bare; /* owned, nullable: whose envelope cannot be read */
  ImapUidSet *cut;  /* owned, nullable: of which too little came */
  gboolean has_retried;
  GHashTable *places; /* owned, nullable: id to place + 1 of what came, in the second round */
  ImapUidSet *failed; /* owned, nullable */
  guint n_refusals;
  GError *refusal;    /* owned, nullable: the first one */
  ImapUidSet *listed; /* owned, nullable: the ids of a piece that was named otherwise */
  GError *problem;    /* owned, nullable: they cannot be read */
} FetchOperation;

/* What one command asks for. */
typedef struct
{
  ImapUidSet *uids; /* owned, nullable: by number */
  ImapFetchWhat what;
} Piece;

static void
piece_free (Piece *piece)
{
  g_clear_pointer (&piece->uids, imap_uid_set_unref);
  g_free (piece);
}

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
  g_clear_pointer (&fetched->failed, imap_uid_set_unref);
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
      (has_envelope && (what & (IMAP_FETCH_ENVELOPE | IMAP_FETCH_STRUCTURE)) == 0))
    return FALSE;
  if ((what & (IMAP_FETCH_BODY | IMAP_FETCH_HEADER)) != 0)
    return TRUE;

  return fetch->size >= 0 || !imap_span_is_empty (&fetch->internal_date) ||
         !imap_span_is_empty (&fetch->envelope);
}

static gboolean
was_asked_for (FetchOperation *self, const Piece *piece, const ImapFetch *fetch)
{
  if (fetch->uid == 0)
    return FALSE;
  if (imap_uid_set_contains (self->found, fetch->uid))
    return self->places != NULL && imap_uid_set_contains (piece->uids, fetch->uid);
  /* What "*" stands for is the server's to know: "60:*" is the last mail where there is no 60. */
  if (piece->uids != NULL)
    return imap_uid_set_is_open (piece->uids) || imap_uid_set_contains (piece->uids, fetch->uid);

  return fetch->number >= self->from && fetch->number <= self->to;
}

/* In the place of what came first, when there was something. */
static void
keep_fetch (FetchOperation *self, ImapFetch *fetch)
{
  GArray *fetches = self->fetched->fetches;

  gpointer place = NULL;

  if (self->places != NULL)
    place = g_hash_table_lookup (self->places, GUINT_TO_POINTER (fetch->uid));
  if (place == NULL)
    {
      g_array_append_val (fetches, *fetch);
      return;
    }
  imap_fetch_clear (&g_array_index (fetches, ImapFetch, GPOINTER_TO_UINT (place) - 1));
  g_array_index (fetches, ImapFetch, GPOINTER_TO_UINT (place) - 1) = *fetch;
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

/* More than the box has, and than may have come in while it is read. */
static gboolean
is_too_many (FetchOperation *self, guint n_mails)
{
  guint64 exists = imap_operation_get_box (self)->exists;

  return n_mails >= exists + IMAP_LIMIT_EXTRA_MAILS;
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  FetchOperation *self = (FetchOperation *) command->operation;
  const Piece *piece = g_ptr_array_index (self->pieces, command->index);
  g_auto (ImapFetch) fetch = { 0 };

  if (response->type != IMAP_DATA_FETCH || !has_box (self) ||
      !imap_data_parse_fetch (response, &fetch, NULL) || !was_asked_for (self, piece, &fetch))
    return FALSE;
  if (!imap_fetch_mails_is_answer (piece->what, &fetch))
    {
      /* Size and no body: Yandex does that now and then. Or it is another command's. */
      if (fetch.size >= 0)
        imap_uid_set_add (self->cut, fetch.uid);
      return FALSE;
    }

  if (is_too_many (self, self->fetched->fetches->len))
    {
      imap_operation_fail (self,
                           g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                                        _ ("the server sent more mails than the box has (%u)"),
                                        imap_operation_get_box (self)->exists));
      return TRUE;
    }

  /* With the header at hand nothing more is needed. */
  if ((piece->what & (IMAP_FETCH_ENVELOPE | IMAP_FETCH_BODY | IMAP_FETCH_HEADER)) ==
          IMAP_FETCH_ENVELOPE &&
      !fetch.has_whole_envelope)
    imap_uid_set_add (self->bare, fetch.uid);
  imap_uid_set_add (self->found, fetch.uid);
  keep_fetch (self, &fetch);
  fetch = (ImapFetch){ 0 };

  return TRUE;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ImapFetch *) a)->uid, right = ((const ImapFetch *) b)->uid;

  return (left > right) - (left < right);
}

static void
return_fetched (FetchOperation *self)
{
  /* Halves of halves do not come in the order of the box. */
  if (self->n_refusals > 0)
    g_array_sort (self->fetched->fetches, compare_ids);
  if (self->uids != NULL && !imap_uid_set_is_open (self->uids))
    {
      g_autoptr (ImapUidSet) missing = imap_uid_set_subtract (self->uids, self->found);

      self->fetched->missing = imap_uid_set_subtract (missing, self->failed);
    }
  else
    {
      self->fetched->missing = imap_uid_set_new ();
    }

  self->fetched->failed = g_steal_pointer (&self->failed);
  imap_operation_return (self, g_steal_pointer (&self->fetched),
                         (GDestroyNotify) imap_fetched_unref);
}

static void fetch_uids (FetchOperation *self, const ImapUidSet *uids, ImapFetchWhat what);

/* What a server cannot say in short is in the header. */
static ImapFetchWhat
get_plainer (ImapFetchWhat what)
{
  ImapFetchWhat others = what & ~(IMAP_FETCH_ENVELOPE | IMAP_FETCH_STRUCTURE);

  if ((what & IMAP_FETCH_ENVELOPE) != 0)
    return others | IMAP_FETCH_STRUCTURE | IMAP_FETCH_HEADER;

  return others;
}

/* The headers of mails whose envelopes cannot be read. */
static void
begin_second_round (FetchOperation *self)
{
  g_autoptr (ImapUidSet) bare = g_steal_pointer (&self->bare);
  GArray *fetches = self->fetched->fetches;

  self->bare = imap_uid_set_new ();
  self->places = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < fetches->len; i++)
    g_hash_table_insert (self->places, GUINT_TO_POINTER (g_array_index (fetches, ImapFetch, i).uid),
                         GUINT_TO_POINTER (i + 1));
  fetch_uids (self, bare, get_plainer (self->what));
}

/* What came cut is asked for once more; what does not come then does not come. FALSE when there is none. */
static gboolean
retry (FetchOperation *self)
{
  g_autoptr (ImapUidSet) cut = imap_uid_set_subtract (self->cut, self->found);
  g_autoptr (ImapUidSet) old = self->failed;

  if (!self->has_retried && !imap_uid_set_is_empty (cut))
    {
      self->has_retried = TRUE;
      imap_uid_set_ref (old);
      fetch_uids (self, cut, self->what);
      return TRUE;
    }
  self->failed = imap_uid_set_unite (old, cut);

  return FALSE;
}

static void
end_round (FetchOperation *self)
{
  if (retry (self))
    return;
  if (!imap_uid_set_is_empty (self->bare))
    begin_second_round (self);
  else if (self->refusal != NULL && self->fetched->fetches->len == 0)
    imap_operation_fail (self, g_steal_pointer (&self->refusal));
  else
    return_fetched (self);
}

gboolean
imap_fetch_mails_is_about_a_mail (const ImapResponse *response)
{
  if (imap_failure_is_over_limit (response))
    return FALSE;

  switch ((int) response->code)
    {
    case IMAP_CODE_UNAVAILABLE:
    case IMAP_CODE_INUSE:
    case IMAP_CODE_NOPERM:
    case IMAP_CODE_CONTACTADMIN:
    case IMAP_CODE_AUTHORIZATIONFAILED:
    case IMAP_CODE_EXPUNGEISSUED:
      return FALSE;
    default:
      return TRUE;
    }
}

/* One mail that the server stumbles over costs that mail: what did not come is asked for in halves,
 * and the one that is left with less and less. */
static void
split (FetchOperation *self, const ImapUidSet *uids, ImapFetchWhat what)
{
  g_autoptr (ImapUidSet) left = imap_uid_set_subtract ((ImapUidSet *) uids, self->found);
  guint n_left = imap_uid_set_get_size (left);
  g_autoptr (ImapUidSet) first = imap_uid_set_new ();
  g_autoptr (ImapUidSet) second = NULL;

  if (n_left == 1 && get_plainer (what) == what)
    {
      imap_uid_set_add (self->failed, imap_uid_set_get_id (left, 0));
      return;
    }
  if (n_left == 1)
    {
      fetch_uids (self, left, get_plainer (what));
      return;
    }
  for (guint i = 0; i < n_left / 2; i++)
    imap_uid_set_add (first, imap_uid_set_get_id (left, i));
  second = imap_uid_set_subtract (left, first);
  if (n_left > 0)
    {
      fetch_uids (self, first, what);
      fetch_uids (self, second, what);
    }
}

static gboolean
claim_list (ImapCommand *command, const ImapResponse *response)
{
  FetchOperation *self = (FetchOperation *) command->operation;

  if (!imap_search_is_answer (command, response))
    return FALSE;
  if (self->problem == NULL)
    imap_data_parse_search (response, self->listed, &self->problem);

  return TRUE;
}

static void
list_done (ImapCommand *command, const ImapResponse *response)
{
  FetchOperation *self = (FetchOperation *) command->operation;

  self->n_answers_due--;
  if (self->problem != NULL || response->condition != IMAP_CONDITION_OK ||
      imap_uid_set_is_open (self->listed) ||
      is_too_many (self, imap_uid_set_get_size (self->listed)))
    {
      imap_operation_fail (self, g_steal_pointer (&self->refusal));
      return;
    }

  split (self, self->listed, self->what);
  if (self->n_answers_due == 0)
    end_round (self);
}

/* The ids of what was asked for by number, or up to the last. */
static void
list_ids (FetchOperation *self, const Piece *piece)
{
  ImapWriter *writer = imap_operation_write (self, "UID SEARCH");
  g_autofree char *range = g_strdup_printf ("%u:%u", self->from, self->to);

  g_clear_pointer (&self->listed, imap_uid_set_unref);
  self->listed = imap_uid_set_new ();
  imap_writer_space (writer);
  if (piece->uids != NULL)
    {
      imap_writer_raw (writer, "UID ");
      imap_writer_set (writer, piece->uids);
    }
  else
    {
      imap_writer_raw (writer, range);
    }
  self->n_answers_due++;
  imap_operation_submit (self, writer,
                         IMAP_COMMAND_SEARCH |
                             (piece->uids == NULL ? IMAP_COMMAND_NUMBERS : IMAP_COMMAND_NONE),
                         claim_list, list_done);
}

static void
refused (FetchOperation *self, const Piece *piece, const ImapResponse *response)
{
  gboolean is_one = piece->uids != NULL && imap_uid_set_get_size (piece->uids) == 1;

  if (self->refusal == NULL)
    self->refusal = imap_failure_new (response);
  self->n_refusals++;
  /* What was refused that often will go on to be; and a mail alone has nobody to spare. */
  if (!imap_fetch_mails_is_about_a_mail (response) || self->n_refusals > IMAP_LIMIT_REFUSALS ||
      (self->fetched->fetches->len == 0 && self->n_refusals > IMAP_LIMIT_FIRST_REFUSALS) ||
      (is_one && self->n_refusals == 1 && get_plainer (self->what) == self->what))
    {
      imap_operation_fail (self, g_steal_pointer (&self->refusal));
      return;
    }

  if (piece->uids == NULL || imap_uid_set_is_open (piece->uids))
    list_ids (self, piece);
  else
    split (self, piece->uids, piece->what);
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
    refused (self, g_ptr_array_index (self->pieces, command->index), response);
  if (self->n_answers_due == 0)
    end_round (self);
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
  else if ((what & IMAP_FETCH_STRUCTURE) != 0)
    imap_writer_raw (writer, " BODYSTRUCTURE");
  if ((what & IMAP_FETCH_BODY) != 0)
    imap_writer_raw (writer, marks ? " BODY[]" : " BODY.PEEK[]");
  else if ((what & IMAP_FETCH_HEADER) != 0)
    imap_writer_raw (writer, marks ? " BODY[HEADER]" : " BODY.PEEK[HEADER]");
  imap_writer_char (writer, ')');
}

static void
submit (FetchOperation *self,
        ImapWriter *writer,
        ImapUidSet *uids,
        ImapFetchWhat what,
        ImapCommandTraits traits)
{
  Piece *piece = g_new0 (Piece, 1);
  ImapCommand *command;

  piece->uids = uids != NULL ? imap_uid_set_ref (uids) : NULL;
  piece->what = what;
  g_ptr_array_add (self->pieces, piece);
  self->n_answers_due++;
  command = imap_command_new (self, writer, traits, claim, done);
  command->index = self->pieces->len - 1;
  imap_command_submit (command);
}

static void
fetch_piece (FetchOperation *self, ImapUidSet *uids, ImapFetchWhat what)
{
  ImapWriter *writer = imap_operation_write (self, "UID FETCH");

  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_fetch_mails_write_items (self, writer, what);
  submit (self, writer, uids, what, IMAP_COMMAND_NONE);
}

/* One command, as long as the set fits into one: a range is a range, and each wait costs. */
static void
fetch_uids (FetchOperation *self, const ImapUidSet *uids, ImapFetchWhat what)
{
  g_autoptr (GPtrArray)
      pieces = imap_uid_set_split ((ImapUidSet *) uids, G_MAXUINT, IMAP_LIMIT_COMMAND_SET_BYTES);

  for (guint i = 0; i < pieces->len; i++)
    fetch_piece (self, g_ptr_array_index (pieces, i), what);
}

static void
fetch_by_id (FetchOperation *self)
{
  ImapBoxState *box = imap_operation_get_box (self);

  /* QQ refuses a set that goes up to "*" in an empty box. */
  if (imap_uid_set_is_empty (self->uids) ||
      (imap_uid_set_is_open (self->uids) && box != NULL && box->exists == 0))
    return_fetched (self);
  else
    fetch_uids (self, self->uids, self->what);
}

static void
send_by_number (FetchOperation *self, const char *range)
{
  ImapWriter *writer = imap_operation_write (self, "FETCH");

  imap_writer_raw (writer, range);
  imap_fetch_mails_write_items (self, writer, self->what);
  submit (self, writer, NULL, self->what, IMAP_COMMAND_NUMBERS);
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
  self->bare = imap_uid_set_new ();
  self->cut = imap_uid_set_new ();
  self->failed = imap_uid_set_new ();
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
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
  g_clear_pointer (&self->bare, imap_uid_set_unref);
  g_clear_pointer (&self->cut, imap_uid_set_unref);
  self->has_retried = FALSE;
  g_clear_pointer (&self->failed, imap_uid_set_unref);
  g_clear_pointer (&self->listed, imap_uid_set_unref);
  g_clear_pointer (&self->pieces, g_ptr_array_unref);
  g_clear_error (&self->refusal);
  g_clear_error (&self->problem);
  g_clear_pointer (&self->places, g_hash_table_unref);
  self->n_refusals = 0;
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

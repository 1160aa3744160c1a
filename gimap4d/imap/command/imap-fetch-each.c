/* UID FETCH of many mails, each handed out when it comes, in constant memory.
 *
 * A few commands are in flight at a time, each for as many mails as make about IMAP_LIMIT_BATCH_BYTES. What
 * the caller has not taken is counted: when it is too much nothing is read from the connection any more, and
 * when that lasts too long the rest of what is in flight is dropped, to be asked for again when there is room.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-fetch-each.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/command/imap-search.h"

#include <string.h>

/* A set of more ids than this may have holes, and asking which of them exist costs less than asking for each. */
#define SEARCHED_FROM 1000
/* What the first commands ask for, when nobody knows yet how large the mails are. */
#define FIRST_BODIES 8
#define FIRST_MAILS 64

/* So many ranges always fit into one command. */
#define MAX_RANGES (IMAP_LIMIT_COMMAND_SET_BYTES / 22)

/* One command: what it asked for, and what of that was handed out. */
typedef struct
{
  ImapUidSet *uids;  /* owned; NULL when the place is free */
  ImapUidSet *taken; /* owned */
  ImapUidSet *lost;  /* owned: they came, and there was no room */
  gsize n_octets;
  guint n_mails;
} Batch;

typedef struct
{
  ImapOperation parent;

  ImapUidSet *uids; /* owned: as asked for */
  ImapFetchWhat what;
  ImapEachFunc func;
  gpointer data;

  ImapUidSet *rest; /* owned, nullable: not asked for yet; NULL as long as it is not known */
  guint n_passed;   /* of these were asked for */
  ImapUidSet *back; /* owned: to be asked for again after the rest */
  gboolean is_searching;
  GError *error; /* owned, nullable: what is wrong with the answer to the search */
  Batch batches[IMAP_LIMIT_BATCHES];
  guint n_batches;
  guint max_batches;
  guint n_next;         /* mails of the next one */
  gboolean is_dropping; /* the caller is slow: what has no room is let go */
  guint n_refusals;
  guint n_failed;  /* mails that the server refused alone */
  GError *refusal; /* owned, nullable: the first one of these */

  GMutex mutex;
  gsize n_waiting;     /* octets that the caller has not taken; guarded by the mutex */
  gboolean wants_poke; /* guarded by the mutex */
  gint is_stopped;     /* atomic */
} EachOperation;

/* One mail on its way to the caller. */
typedef struct
{
  EachOperation *operation; /* owned */
  ImapFetched *fetched;     /* owned */
  gsize size;
} Item;

static void
item_free (Item *item)
{
  imap_fetched_unref (item->fetched);
  imap_operation_unref (item->operation);
  g_free (item);
}

/* In the caller's thread. */
static void
give_cb (gpointer object, gpointer data)
{
  Item *item = data;
  EachOperation *self = item->operation;
  gboolean is_poked = FALSE;

  if (!g_atomic_int_get (&self->is_stopped) && !self->func (object, item->fetched, self->data))
    {
      g_atomic_int_set (&self->is_stopped, TRUE);
      is_poked = TRUE;
    }

  g_mutex_lock (&self->mutex);
  self->n_waiting -= item->size;
  if (self->wants_poke && self->n_waiting <= IMAP_LIMIT_HAND_OUT / 2)
    {
      self->wants_poke = FALSE;
      is_poked = TRUE;
    }
  g_mutex_unlock (&self->mutex);

  if (is_poked)
    imap_operation_poke (self);
}

/* FALSE when so much waits already: then the caller pokes when there is room again. */
static gboolean
has_room (EachOperation *self, gsize limit)
{
  gboolean has_room;

  g_mutex_lock (&self->mutex);
  has_room = self->n_waiting < limit;
  if (!has_room)
    self->wants_poke = TRUE;
  g_mutex_unlock (&self->mutex);

  return has_room;
}

static void
hand_out (EachOperation *self, ImapFetch *fetch, gsize size)
{
  Item *item = g_new0 (Item, 1);

  item->operation = imap_operation_ref (self);
  item->fetched = imap_fetched_new (imap_operation_get_box (self));
  item->size = size;
  g_array_append_val (item->fetched->fetches, *fetch);
  *fetch = (ImapFetch){ 0 };

  g_mutex_lock (&self->mutex);
  self->n_waiting += size;
  g_mutex_unlock (&self->mutex);
  imap_operation_hand_out (self, give_cb, item, (GDestroyNotify) item_free);
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  EachOperation *self = (EachOperation *) command->operation;
  Batch *batch = &self->batches[command->index];
  gsize size = imap_frame_get_size (response->frame);
  g_auto (ImapFetch) fetch = { 0 };

  if (response->type != IMAP_DATA_FETCH || !imap_data_parse_fetch (response, &fetch, NULL) ||
      !imap_fetch_mails_is_answer (self->what, &fetch) || fetch.uid == 0 ||
      !imap_uid_set_contains (batch->uids, fetch.uid) ||
      imap_uid_set_contains (batch->taken, fetch.uid) ||
      imap_uid_set_contains (batch->lost, fetch.uid))
    return FALSE;

  batch->n_mails++;
  batch->n_octets += size;
  if (self->is_dropping && !has_room (self, IMAP_LIMIT_HAND_OUT))
    {
      imap_uid_set_add (batch->lost, fetch.uid);
      return TRUE;
    }

  imap_uid_set_add (batch->taken, fetch.uid);
  hand_out (self, &fetch, size);
  self->parent.is_holding = !self->is_dropping && !has_room (self, IMAP_LIMIT_HAND_OUT);

  return TRUE;
}

/* As many mails as are wanted of the next one; a size that is not known yet is not believed at once. */
static void
learn_size (EachOperation *self, const Batch *batch)
{
  gsize n_wanted;

  if (batch->n_mails == 0)
    return;

  n_wanted = IMAP_LIMIT_BATCH_BYTES * batch->n_mails / MAX (batch->n_octets, 1);
  self->n_next = CLAMP (n_wanted, 1, MIN (self->n_next * 2, IMAP_LIMIT_BATCH_MAILS));
}

static void
clear_batch (EachOperation *self, Batch *batch)
{
  g_clear_pointer (&batch->uids, imap_uid_set_unref);
  g_clear_pointer (&batch->taken, imap_uid_set_unref);
  g_clear_pointer (&batch->lost, imap_uid_set_unref);
  batch->n_mails = 0;
  batch->n_octets = 0;
  self->n_batches--;
}

static void
take_back (EachOperation *self, ImapUidSet *uids)
{
  ImapUidSet *back = imap_uid_set_unite (self->back, uids);

  imap_uid_set_unref (self->back);
  self->back = back;
}

/* One mail that the server stumbles over costs that mail: the others are asked for again, half as many at
 * a time. FALSE when it is not about a mail. */
static gboolean
spare_others (EachOperation *self, Batch *batch, const ImapResponse *response)
{
  g_autoptr (ImapUidSet) missing = imap_uid_set_subtract (batch->uids, batch->taken);
  g_autoptr (ImapUidSet) left = imap_uid_set_subtract (missing, batch->lost);
  guint n_left = imap_uid_set_get_size (left);

  if (!imap_fetch_mails_is_about_a_mail (response) || ++self->n_refusals > IMAP_LIMIT_REFUSALS ||
      imap_uid_set_get_size (self->uids) == 1)
    return FALSE;
  if (n_left > 1)
    {
      take_back (self, left);
      self->n_next = n_left / 2;
      return TRUE;
    }

  self->n_failed += n_left;
  if (self->refusal == NULL)
    self->refusal = imap_failure_new (response);

  return TRUE;
}

static void go_on (EachOperation *self);

static void
done (ImapCommand *command, const ImapResponse *response)
{
  EachOperation *self = (EachOperation *) command->operation;
  Batch *batch = &self->batches[command->index];

  if (response->condition != IMAP_CONDITION_OK)
    {
      if (!spare_others (self, batch, response))
        {
          imap_operation_fail_response (self, response);
          return;
        }
    }
  else
    {
      learn_size (self, batch);
    }
  /* What did not come is not there. */
  take_back (self, batch->lost);
  clear_batch (self, batch);
  go_on (self);
}

/* The next ids, as many as one command asks for; NULL when all were asked for. */
static ImapUidSet *
take_next (EachOperation *self)
{
  guint size = imap_uid_set_get_size (self->rest);
  ImapUidSet *next;

  if (self->n_passed >= size && !imap_uid_set_is_empty (self->back))
    {
      imap_uid_set_unref (self->rest);
      self->rest = g_steal_pointer (&self->back);
      self->back = imap_uid_set_new ();
      self->n_passed = 0;
      size = imap_uid_set_get_size (self->rest);
    }
  if (self->n_passed >= size)
    return NULL;

  next = imap_uid_set_new ();
  for (guint i = 0;
       i < self->n_next && self->n_passed < size && imap_uid_set_get_n_ranges (next) < MAX_RANGES;
       i++)
    imap_uid_set_add (next, imap_uid_set_get_id (self->rest, self->n_passed++));

  return next;
}

static void
fetch_batch (EachOperation *self, ImapUidSet *uids)
{
  ImapWriter *writer = imap_operation_write (self, "UID FETCH");
  guint place = 0;
  ImapCommand *command;

  while (self->batches[place].uids != NULL)
    place++;
  self->batches[place].uids = uids;
  self->batches[place].taken = imap_uid_set_new ();
  self->batches[place].lost = imap_uid_set_new ();
  self->n_batches++;

  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_fetch_mails_write_items (self, writer, self->what);
  command = imap_command_new (self, writer, IMAP_COMMAND_NONE, claim, done);
  command->index = place;
  imap_command_submit (command);
}

/* All that could be given was. */
static void
end (EachOperation *self)
{
  if (self->n_failed == 0)
    {
      imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
      return;
    }
  imap_operation_fail (self, g_error_new (G_IMAP_ERROR, self->refusal->code,
                                          _ ("mails that the server cannot give: %u; all others "
                                             "were handed out; it said first: %s"),
                                          self->n_failed, self->refusal->message));
}

static void
go_on (EachOperation *self)
{
  gsize limit = self->is_dropping ? IMAP_LIMIT_HAND_OUT / 2 : IMAP_LIMIT_HAND_OUT;
  ImapUidSet *next = NULL;

  while (self->n_batches < self->max_batches && has_room (self, limit) &&
         (next = take_next (self)) != NULL)
    fetch_batch (self, next);

  if (self->n_batches == 0 && self->n_passed >= imap_uid_set_get_size (self->rest) &&
      imap_uid_set_is_empty (self->back))
    end (self);
}

static void
poked (ImapOperation *operation)
{
  EachOperation *self = (EachOperation *) operation;

  if (g_atomic_int_get (&self->is_stopped))
    {
      imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
      return;
    }

  operation->is_holding = FALSE;
  if (self->rest != NULL && !self->is_searching)
    go_on (self);
}

/* A caller who is that slow gets less at a time from now on. */
static void
hold_ended (ImapOperation *operation)
{
  EachOperation *self = (EachOperation *) operation;

  self->is_dropping = TRUE;
  self->max_batches = 1;
}

static gboolean
claim_search (ImapCommand *command, const ImapResponse *response)
{
  EachOperation *self = (EachOperation *) command->operation;

  if (!imap_search_is_answer (command, response))
    return FALSE;
  if (self->error == NULL)
    imap_data_parse_search (response, self->rest, &self->error);

  return TRUE;
}

/* Of what the search found, only what was asked for. What "*" stands for is the server's to know. */
static void
go_on_with_asked (EachOperation *self)
{
  g_autoptr (ImapUidSet) others = NULL;

  if (!imap_uid_set_is_open (self->uids))
    {
      g_autoptr (ImapUidSet) found = g_steal_pointer (&self->rest);

      others = imap_uid_set_subtract (found, self->uids);
      self->rest = imap_uid_set_subtract (found, others);
    }
  go_on (self);
}

static void
search_done (ImapCommand *command, const ImapResponse *response)
{
  EachOperation *self = (EachOperation *) command->operation;
  guint32 exists = imap_operation_get_box (self)->exists;

  self->is_searching = FALSE;
  if (response->condition != IMAP_CONDITION_OK)
    imap_operation_fail_response (self, response);
  else if (self->error != NULL)
    imap_operation_fail (self, g_steal_pointer (&self->error));
  else if (imap_uid_set_is_open (self->rest) ||
           imap_uid_set_get_size (self->rest) > (guint64) exists + IMAP_LIMIT_EXTRA_MAILS)
    imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                                            _ ("the server named more mails than the box has (%u)"),
                                            exists));
  else
    go_on_with_asked (self);
}

/* Which of the ids there are: a range, or all of a box, may be anything. */
static void
search (EachOperation *self)
{
  ImapWriter *writer = imap_operation_write (self, "UID SEARCH");
  g_autofree char *text = imap_uid_set_to_string (self->uids);
  guint n_ranges = imap_uid_set_get_n_ranges (self->uids);
  g_autoptr (ImapUidSet) span = imap_uid_set_new ();

  imap_uid_set_add_range (span, imap_uid_set_get_range (self->uids, 0).first,
                          imap_uid_set_get_range (self->uids, n_ranges - 1).last);

  self->is_searching = TRUE;
  self->rest = imap_uid_set_new ();
  imap_writer_space (writer);
  if (imap_operation_has (self, IMAP_CAPABILITY_ESEARCH))
    imap_writer_raw (writer, "RETURN (ALL) ");
  imap_writer_raw (writer, "UID ");
  imap_writer_set (writer, strlen (text) <= IMAP_LIMIT_COMMAND_SET_BYTES ? self->uids : span);
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim_search, search_done);
}

static void
start (ImapOperation *operation)
{
  EachOperation *self = (EachOperation *) operation;
  gboolean is_open = imap_uid_set_is_open (self->uids);

  /* Some servers refuse any id in an empty box. */
  if (imap_uid_set_is_empty (self->uids) || (is_open && imap_operation_get_box (self)->exists == 0))
    {
      imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
      return;
    }
  if (self->rest == NULL && !is_open && imap_uid_set_get_size (self->uids) <= SEARCHED_FROM)
    self->rest = imap_uid_set_ref (self->uids);

  if (self->rest == NULL)
    search (self);
  else
    go_on (self);
}

/* What was handed out stays so: only the rest is asked for over the next connection. */
static void
reset (ImapOperation *operation)
{
  EachOperation *self = (EachOperation *) operation;

  for (guint i = 0; i < G_N_ELEMENTS (self->batches); i++)
    if (self->batches[i].uids != NULL)
      {
        g_autoptr (ImapUidSet)
            left = imap_uid_set_subtract (self->batches[i].uids, self->batches[i].taken);

        take_back (self, left);
        clear_batch (self, &self->batches[i]);
      }
  if (self->is_searching)
    g_clear_pointer (&self->rest, imap_uid_set_unref);
  self->is_searching = FALSE;
  g_clear_error (&self->error);
  operation->is_holding = FALSE;
}

static void
finalize (ImapOperation *operation)
{
  EachOperation *self = (EachOperation *) operation;

  reset (operation);
  imap_uid_set_unref (self->uids);
  imap_uid_set_unref (self->back);
  g_clear_pointer (&self->rest, imap_uid_set_unref);
  g_clear_error (&self->refusal);
  g_mutex_clear (&self->mutex);
}

static const ImapOperationClass each_class = {
  .size = sizeof (EachOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_USES_IDS,
  .start = start,
  .reset = reset,
  .finalize = finalize,
  .poked = poked,
  .hold_ended = hold_ended,
};

gpointer
imap_fetch_each_operation_new (ImapUidSet *uids,
                               ImapFetchWhat what,
                               ImapEachFunc func,
                               gpointer data)
{
  EachOperation *self = imap_operation_new (&each_class, g_strdup (_ ("fetching mails")));

  self->uids = imap_uid_set_ref (uids);
  self->what = what;
  self->func = func;
  self->data = data;
  self->back = imap_uid_set_new ();
  self->max_batches = IMAP_LIMIT_BATCHES;
  self->n_next = (what & IMAP_FETCH_BODY) != 0 ? FIRST_BODIES : FIRST_MAILS;
  g_mutex_init (&self->mutex);

  return self;
}

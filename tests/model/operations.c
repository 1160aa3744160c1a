/* The random operations: which mails they take, and what the model says of them afterwards.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client.h"

#define MOST_ITEMS 60
#define MOST_CHOSEN 5
#define DOWN_SLEEP 5000

static gboolean
has_chance (Client *client, guint percent)
{
  return (guint) g_rand_int_range (client->random, 0, 100) < percent;
}

static guint
choose_box (Client *client)
{
  return (guint) g_rand_int_range (client->random, 0, MODEL_N_BOXES);
}

static GPtrArray *
get_items (Client *client)
{
  return client->world->model->items[client->index];
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const ModelItem *x = *(ModelItem *const *) a;
  const ModelItem *y = *(ModelItem *const *) b;

  return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* Own ones in the selected box, in the order of their ids, with all of @with and none of @without. */
static GPtrArray *
choose_items (Client *client, guint with, guint without)
{
  GPtrArray *items = get_items (client);
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; i < items->len; i++)
    {
      ModelItem *item = g_ptr_array_index (items, i);

      if ((int) item->box == client->selected && model_item_is_sure (item) &&
          (item->flags & with) == with && (item->flags & without) == 0)
        g_ptr_array_add (chosen, item);
    }
  while (chosen->len > MOST_CHOSEN || (chosen->len > 1 && has_chance (client, 30)))
    g_ptr_array_remove_index_fast (
        chosen, (guint) g_rand_int_range (client->random, 0, (gint32) chosen->len));
  g_ptr_array_sort (chosen, compare_items);

  return chosen;
}

static GArray *
list_uids (GPtrArray *items)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < items->len; i++)
    g_array_append_val (uids, ((ModelItem *) g_ptr_array_index (items, i))->uid);

  return uids;
}

static void
note_items (Client *client, const char *title, GPtrArray *items, guint detail)
{
  g_string_append_printf (client->journal, "%s %u:", title, detail);
  for (guint i = 0; i < items->len; i++)
    {
      const ModelItem *item = g_ptr_array_index (items, i);

      g_string_append_printf (client->journal, " %u (box %u, uid %u, flags %x)", item->number,
                              item->box, item->uid, item->flags);
    }
  g_string_append_c (client->journal, '\n');
}

static Outcome
do_select (Client *client)
{
  guint box = choose_box (client);
  Outcome outcome = client->class->select (client, box);

  client->selected = outcome == OUTCOME_DONE ? (int) box : -1;

  return outcome;
}

static guint32
get_placed (GArray *placed, guint index)
{
  return index < placed->len ? g_array_index (placed, guint32, index) : 0;
}

/* The server may have been killed between the mail and its flags. */
static void
open_copy (ModelItem *item, Outcome outcome)
{
  item->is_open = outcome == OUTCOME_UNKNOWN;
  item->open_flags = item->is_open ? item->flags : 0;
}

static Outcome
do_append (Client *client)
{
  Model *model = client->world->model;
  guint number = model->n_next[client->index]++;
  guint box = choose_box (client);
  guint flags = (guint) g_rand_int_range (client->random, 0, 16) & ~(guint) MODEL_DELETED;
  g_autoptr (GArray) placed = g_array_new (FALSE, FALSE, sizeof (guint32));
  Outcome outcome;

  g_string_append_printf (client->journal, "append %u, box %u, flags %x\n", number, box, flags);
  outcome = client->class->append (client, box, number, flags, placed);
  if (outcome != OUTCOME_NOT_DONE)
    open_copy (model_add (model, client->index, number, box, get_placed (placed, 0), flags),
               outcome);

  return outcome;
}

/* A copy that stands, or may stand. */
static ModelItem *
add_copy (Client *client, const ModelItem *item, guint box, guint32 uid, Outcome outcome)
{
  ModelItem *copy = model_add (client->world->model, item->owner, item->number, box, uid,
                               item->flags);

  open_copy (copy, outcome);

  return copy;
}

static void
note_move (Client *client, ModelItem *item, ModelItem *copy, Outcome outcome)
{
  switch (outcome)
    {
    case OUTCOME_DONE:
      model_remove (client->world->model, item);
      break;
    case OUTCOME_UNKNOWN:
      item->is_open = TRUE;
      /* Without MOVE it is flagged before it is removed. */
      item->open_flags |= MODEL_DELETED;
      item->pair = copy->pair = (guint) g_atomic_int_add (&client->world->model->n_pairs, 1) + 1;
      break;
    default:
      break;
    }
}

static Outcome
do_copy (Client *client, gboolean is_move)
{
  g_autoptr (GPtrArray) items = choose_items (client, 0, MODEL_DELETED);
  g_autoptr (GArray) uids = list_uids (items);
  g_autoptr (GArray) placed = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint box = choose_box (client);
  Outcome outcome;

  if (items->len == 0 || (int) box == client->selected)
    return do_append (client);

  note_items (client, is_move ? "move to box" : "copy to box", items, box);
  outcome = client->class->copy (client, uids, box, is_move, placed);
  for (guint i = 0; outcome != OUTCOME_NOT_DONE && i < items->len; i++)
    {
      ModelItem *item = g_ptr_array_index (items, i);
      ModelItem *copy = add_copy (client, item, box, get_placed (placed, i), outcome);

      if (is_move)
        note_move (client, item, copy, outcome);
    }

  return outcome;
}

static Outcome
store (Client *client, GPtrArray *items, guint flags, gboolean is_added)
{
  g_autoptr (GArray) uids = list_uids (items);
  Outcome outcome;

  if (items->len == 0)
    return do_select (client);

  note_items (client, is_added ? "add flags" : "remove flags", items, flags);
  outcome = client->class->store (client, uids, flags, is_added);
  for (guint i = 0; i < items->len; i++)
    {
      ModelItem *item = g_ptr_array_index (items, i);

      if (outcome == OUTCOME_UNKNOWN)
        item->open_flags |= flags;
      else if (outcome == OUTCOME_DONE)
        item->flags = is_added ? item->flags | flags : item->flags & ~flags;
    }

  return outcome;
}

static Outcome
do_flags (Client *client)
{
  guint flags = (guint) g_rand_int_range (client->random, 1, 16) & ~(guint) MODEL_DELETED;
  g_autoptr (GPtrArray) items = choose_items (client, 0, 0);

  return store (client, items, flags != 0 ? flags : MODEL_SEEN, has_chance (client, 60));
}

static Outcome
do_delete (Client *client)
{
  gboolean is_added = has_chance (client, 85);
  g_autoptr (GPtrArray)
      items = choose_items (client, is_added ? 0 : MODEL_DELETED, is_added ? MODEL_DELETED : 0);

  return store (client, items, MODEL_DELETED, is_added);
}

/* Those without the flag are given too: they have to stay. */
static Outcome
do_expunge_ids (Client *client)
{
  g_autoptr (GPtrArray)
      items = choose_items (client, has_chance (client, 80) ? MODEL_DELETED : 0, 0);
  g_autoptr (GArray) uids = list_uids (items);
  Outcome outcome;

  if (items->len == 0)
    return do_delete (client);

  note_items (client, "expunge in box", items, (guint) client->selected);
  outcome = client->class->expunge (client, uids);
  for (guint i = 0; i < items->len; i++)
    {
      ModelItem *item = g_ptr_array_index (items, i);

      if ((item->flags & MODEL_DELETED) == 0)
        continue;
      if (outcome == OUTCOME_DONE)
        model_remove (client->world->model, item);
      else if (outcome == OUTCOME_UNKNOWN)
        item->is_open = TRUE;
    }

  return outcome;
}

/* All that is deleted in a loose box; in the others nobody does it. */
static Outcome
do_expunge (Client *client)
{
  GPtrArray *items = get_items (client);
  Outcome outcome;

  if (client->selected < 0 || !model_boxes[client->selected].is_loose)
    return do_expunge_ids (client);

  outcome = client->class->expunge (client, NULL);
  for (guint i = items->len; outcome == OUTCOME_DONE && i > 0; i--)
    {
      ModelItem *item = g_ptr_array_index (items, i - 1);

      if ((int) item->box == client->selected && (item->flags & MODEL_DELETED) != 0 &&
          item->open_flags == 0)
        g_ptr_array_remove_index (items, i - 1);
    }

  return outcome;
}

/* What was done is seen at once by whom it did it. */
static Outcome
do_search (Client *client)
{
  g_autoptr (GPtrArray) items = choose_items (client, 0, 0);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint32));
  ModelItem *item;
  Outcome outcome;
  gboolean is_there = FALSE;

  if (items->len == 0)
    return do_append (client);

  item = g_ptr_array_index (items, 0);
  outcome = client->class->search (client, item->number, found);
  for (guint i = 0; i < found->len; i++)
    is_there = is_there || g_array_index (found, guint32, i) == item->uid;
  if (outcome == OUTCOME_DONE && !is_there)
    client_report (client, g_strdup_printf ("client %u does not find its mail %u (uid %u) in “%s”",
                                            client->index, item->number, item->uid,
                                            model_boxes[item->box].name));

  return outcome;
}

static Outcome
do_read (Client *client)
{
  g_autoptr (GPtrArray) items = choose_items (client, 0, 0);

  return items->len > 0 ? client->class->read (client, g_ptr_array_index (items, 0)) :
                          do_append (client);
}

static Outcome
do_copy_only (Client *client)
{
  return do_copy (client, FALSE);
}

static Outcome
do_move (Client *client)
{
  return do_copy (client, TRUE);
}

static const struct
{
  Outcome (*run) (Client *client);
  guint weight;
  gboolean makes_more;
} operations[] = {
  { do_select, 8, FALSE },  { do_append, 14, TRUE },  { do_copy_only, 8, TRUE },
  { do_move, 14, FALSE },   { do_delete, 10, FALSE }, { do_expunge_ids, 10, FALSE },
  { do_expunge, 4, FALSE }, { do_flags, 12, FALSE },  { do_search, 8, FALSE },
  { do_read, 12, FALSE },
};

static Outcome
run_one (Client *client)
{
  guint total = 0;
  guint chosen;

  if (client->selected < 0)
    return do_select (client);

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    total += operations[i].weight;
  chosen = (guint) g_rand_int_range (client->random, 0, (gint32) total);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      if (chosen < operations[i].weight)
        return operations[i].makes_more && get_items (client)->len > MOST_ITEMS ?
                   do_expunge_ids (client) :
                   operations[i].run (client);
      chosen -= operations[i].weight;
    }
  g_assert_not_reached ();
}

void
client_note (Client *client, const char *title, Outcome outcome, const char *text)
{
  static const char *const outcomes[N_OUTCOMES] = { "done", "not done", "unknown", "half done" };

  g_string_append_printf (client->journal, "  %s: %s %s\n", title, outcomes[outcome], text);
}

void
client_report (Client *client, char *wrong)
{
  g_mutex_lock (&client->world->mutex);
  if (client->world->wrong == NULL)
    client->world->wrong = wrong;
  else
    g_free (wrong);
  g_mutex_unlock (&client->world->mutex);
}

gpointer
client_run (gpointer data)
{
  Client *client = data;

  g_string_truncate (client->journal, 0);
  while (client->n_left > 0 && g_atomic_pointer_get (&client->world->wrong) == NULL)
    {
      /* No server, no operation that says anything: wait for its start. */
      while (g_atomic_int_get (&client->world->is_down))
        g_usleep (DOWN_SLEEP);
      client->n_left--;
      client->n_done[run_one (client)]++;
    }

  return NULL;
}

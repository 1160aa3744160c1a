/* What the server has to hold: the rules by which a listing is compared with what was done.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "model.h"

#include <stdio.h>
#include <string.h>

const ModelBox model_boxes[MODEL_N_BOXES] = {
  { "INBOX", "INBOX", FALSE },
  { "Entwürfe", "\"Entw&APw-rfe\"", FALSE },
  { "Archive/2024", "Archive/2024", FALSE },
  { "Trash", "Trash", TRUE },
};

const char *const model_flag_names[MODEL_N_FLAGS] = { "\\Seen", "\\Flagged", "\\Deleted", "model" };

Model *
model_new (void)
{
  Model *model = g_new0 (Model, 1);

  for (guint i = 0; i < MODEL_N_CLIENTS; i++)
    model->items[i] = g_ptr_array_new_with_free_func (g_free);

  return model;
}

void
model_free (Model *model)
{
  for (guint i = 0; i < MODEL_N_CLIENTS; i++)
    g_ptr_array_unref (model->items[i]);
  g_free (model);
}

ModelItem *
model_add (Model *model, guint owner, guint number, guint box, guint32 uid, guint flags)
{
  ModelItem *item = g_new0 (ModelItem, 1);

  item->owner = owner;
  item->number = number;
  item->box = box;
  item->uid = uid;
  item->flags = flags;
  g_ptr_array_add (model->items[owner], item);

  return item;
}

void
model_remove (Model *model, ModelItem *item)
{
  g_ptr_array_remove (model->items[item->owner], item);
}

/* Whoever cleans a loose box up takes it along. */
static gboolean
is_free_for_all (const ModelItem *item)
{
  return model_boxes[item->box].is_loose && ((item->flags | item->open_flags) & MODEL_DELETED) != 0;
}

gboolean
model_item_is_sure (const ModelItem *item)
{
  return item->uid != 0 && !item->is_open && item->open_flags == 0 && !is_free_for_all (item);
}

char *
model_make_message_id (guint owner, guint number)
{
  return g_strdup_printf ("<%u.%u@model>", owner, number);
}

gboolean
model_parse_message_id (const char *text, guint *owner, guint *number)
{
  const char *start = strchr (text, '<');

  return start != NULL && sscanf (start, "<%u.%u@model>", owner, number) == 2 &&
         *owner < MODEL_N_CLIENTS;
}

GBytes *
model_make_mail (guint owner, guint number)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (owner * 1000003 + number);
  g_autofree char *id = model_make_message_id (owner, number);
  GString *mail = g_string_new (NULL);
  guint n_lines = number % 50 == 49 ? 2000 : (guint) g_rand_int_range (random, 0, 30);
  gsize length;

  g_string_append_printf (mail,
                          "From: client%u@example.org\r\nTo: alice@example.org\r\n"
                          "Subject: mail %u\r\nMessage-ID: %s\r\n"
                          "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\n",
                          owner, number, id);
  for (guint i = 0; i < n_lines; i++)
    g_string_append_printf (mail, "%u %08x %08x %08x\r\n", i, g_rand_int (random),
                            g_rand_int (random), g_rand_int (random));
  length = mail->len;

  return g_bytes_new_take (g_string_free (mail, FALSE), length);
}

static char *
describe (const ModelItem *item)
{
  return g_strdup_printf ("mail %u.%u in “%s” (uid %u, flags %x, open %x%s)", item->owner,
                          item->number, model_boxes[item->box].name, item->uid, item->flags,
                          item->open_flags, item->is_open ? ", may be gone" : "");
}

static gboolean
has_right_flags (const ModelItem *item, const ModelEntry *entry)
{
  return ((item->flags ^ entry->flags) & ~item->open_flags) == 0;
}

static ModelEntry *
find_entry (const ModelItem *item, GArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      ModelEntry *entry = &g_array_index (entries, ModelEntry, i);

      if (item->uid != 0 ? entry->uid == item->uid :
                           !entry->is_claimed && entry->owner == item->owner &&
                               entry->number == item->number && has_right_flags (item, entry))
        return entry;
    }

  return NULL;
}

/* Returns: NULL, or what is wrong with it */
static char *
check_item (Model *model, ModelItem *item, GArray *entries)
{
  ModelEntry *entry = find_entry (item, entries);
  g_autofree char *what = describe (item);

  if (item->is_open || item->open_flags != 0)
    model->n_resolved++;
  item->is_found = entry != NULL;
  if (entry == NULL)
    return item->is_open || is_free_for_all (item) ? NULL : g_strdup_printf ("lost: %s", what);
  if (entry->owner != item->owner || entry->number != item->number)
    return g_strdup_printf ("wrong id: %s, there is mail %u.%u", what, entry->owner, entry->number);
  if (entry->is_claimed)
    return g_strdup_printf ("told twice: %s", what);
  if (!has_right_flags (item, entry))
    return g_strdup_printf ("wrong flags: %s, it has %x", what, entry->flags);

  entry->is_claimed = TRUE;
  item->uid = entry->uid;
  item->flags = entry->flags;
  item->open_flags = 0;

  return NULL;
}

/* Those with an id first, then those that must be there, then those that may be. */
static guint
rank (const ModelItem *item)
{
  return item->uid != 0 ? 0 : item->is_open ? 2 : 1;
}

static char *
check_items (Model *model, GArray *const entries[MODEL_N_BOXES])
{
  char *wrong = NULL;

  for (guint wanted = 0; wanted < 3; wanted++)
    for (guint i = 0; i < MODEL_N_CLIENTS; i++)
      for (guint j = 0; j < model->items[i]->len; j++)
        {
          ModelItem *item = g_ptr_array_index (model->items[i], j);

          /* The rank changes when an id is found. */
          if (rank (item) != wanted || item->is_found)
            continue;
          wrong = check_item (model, item, entries[item->box]);
          if (wrong != NULL)
            return wrong;
        }

  return NULL;
}

/* TRUE when it was a mail of the model. */
static gboolean
take_risen (Model *model, const ModelEntry *entry, guint box)
{
  if (entry->owner >= MODEL_N_CLIENTS || entry->number >= model->n_next[entry->owner])
    return FALSE;

  model_add (model, entry->owner, entry->number, box, entry->uid, entry->flags)->is_found = TRUE;
  model->n_risen++;

  return TRUE;
}

static char *
check_unclaimed (Model *model, GArray *const entries[MODEL_N_BOXES], gboolean is_repaired)
{
  for (guint i = 0; i < MODEL_N_BOXES; i++)
    for (guint j = 0; j < entries[i]->len; j++)
      {
        const ModelEntry *entry = &g_array_index (entries[i], ModelEntry, j);

        if (!entry->is_claimed && !(is_repaired && take_risen (model, entry, i)))
          return g_strdup_printf ("a duplicate, or not removed: mail %u.%u in “%s” (uid %u, "
                                  "flags %x)",
                                  entry->owner, entry->number, model_boxes[i].name, entry->uid,
                                  entry->flags);
      }

  return NULL;
}

/* Of what was moved with an unknown outcome, one is there at least. */
static char *
check_pairs (Model *model, guint owner)
{
  GPtrArray *items = model->items[owner];

  for (guint i = 0; i < items->len; i++)
    {
      ModelItem *item = g_ptr_array_index (items, i);
      guint n_found = 0;

      if (item->pair == 0)
        continue;
      for (guint j = 0; j < items->len; j++)
        {
          ModelItem *other = g_ptr_array_index (items, j);

          n_found += other->pair == item->pair && other->is_found;
        }
      if (n_found == 0)
        {
          g_autofree char *what = describe (item);

          return g_strdup_printf ("lost in a move: %s", what);
        }
      if (n_found > 1 && item->is_found)
        model->n_duplicates++;
    }

  return NULL;
}

static void
take_over (Model *model, guint owner)
{
  GPtrArray *items = model->items[owner];

  for (guint i = items->len; i > 0; i--)
    {
      ModelItem *item = g_ptr_array_index (items, i - 1);

      if (!item->is_found)
        {
          g_ptr_array_remove_index (items, i - 1);
          continue;
        }
      item->is_found = FALSE;
      item->is_open = FALSE;
      item->pair = 0;
    }
}

char *
model_check (Model *model, GArray *const entries[MODEL_N_BOXES], gboolean is_repaired)
{
  char *wrong = check_items (model, entries);

  for (guint i = 0; wrong == NULL && i < MODEL_N_CLIENTS; i++)
    wrong = check_pairs (model, i);
  if (wrong == NULL)
    wrong = check_unclaimed (model, entries, is_repaired);
  for (guint i = 0; wrong == NULL && i < MODEL_N_CLIENTS; i++)
    take_over (model, i);

  return wrong;
}

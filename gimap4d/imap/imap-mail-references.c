/* Threads by what answers what: REFERENCES (RFC 5256, 3). Nothing here calls itself: threads are as
 * deep as senders make them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-mail-order.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/peer-hash.h"

#define NONE (-1)

/* A mail, or one that others speak of and that is not there. */
typedef struct
{
  int mail;             /* index of its facts; NONE: it is not there */
  int parent;           /* NONE: above all */
  gboolean has_answers; /* some item was put below it */
  gboolean is_gone;
  int first;   /* of the mails below: the oldest one; of a mail itself */
  int n_mails; /* that would move up if this one, not there, went */
  int child;   /* the youngest first, once they are sorted */
  int next;
} Item;

typedef struct
{
  GArray *facts;     /* unowned: of ImapMailFacts */
  GArray *items;     /* owned: of Item */
  GHashTable *by_id; /* owned: message id, unowned, to index + 1 */
} Threads;

static Item *
get (Threads *threads, int index)
{
  return &g_array_index (threads->items, Item, index);
}

static const ImapMailFacts *
facts_of (Threads *threads, int mail)
{
  return &g_array_index (threads->facts, ImapMailFacts, mail);
}

static int
add_item (Threads *threads, int mail)
{
  Item item = { .mail = mail, .parent = NONE, .first = mail, .child = NONE, .next = NONE };

  g_array_append_val (threads->items, item);

  return threads->items->len - 1;
}

static int
find_or_add (Threads *threads, const char *id)
{
  int index = GPOINTER_TO_INT (g_hash_table_lookup (threads->by_id, id)) - 1;

  if (index >= 0)
    return index;

  index = add_item (threads, NONE);
  g_hash_table_insert (threads->by_id, (char *) id, GINT_TO_POINTER (index + 1));

  return index;
}

/* Whether the item stands above the other one, or is it. What is deeper than anybody answers counts as
 * a ring: the way up is not for a sender to make long. */
static gboolean
is_above (Threads *threads, int item, int other)
{
  /* All of a chain but its end is new when the chain is read. */
  if (item != other && !get (threads, item)->has_answers)
    return FALSE;

  for (guint n = 0; other != NONE; n++)
    {
      if (other == item || n == IMAP_LIMIT_THREAD_DEPTH)
        return TRUE;
      other = get (threads, other)->parent;
    }

  return FALSE;
}

static void
put_below (Threads *threads, int item, int parent)
{
  get (threads, item)->parent = parent;
  get (threads, parent)->has_answers = TRUE;
}

/* Step 1: each reference is the parent of the next, the last one the mail's. */
static void
link_mail (Threads *threads, int item, const ImapMailFacts *mail)
{
  int parent = NONE;

  for (guint i = 0; mail->references[i] != NULL; i++)
    {
      int reference = find_or_add (threads, mail->references[i]);

      if (parent != NONE && get (threads, reference)->parent == NONE &&
          !is_above (threads, reference, parent))
        put_below (threads, reference, parent);
      parent = reference;
    }

  /* What an earlier mail with fewer references said of this one was worth less. */
  get (threads, item)->parent = NONE;
  if (parent != NONE && !is_above (threads, item, parent))
    put_below (threads, item, parent);
}

/* A second mail with the same id is nobody's parent. */
static void
add_mails (Threads *threads)
{
  g_autofree int *items = g_new (int, threads->facts->len + 1);

  for (guint i = 0; i < threads->facts->len; i++)
    {
      const char *id = facts_of (threads, i)->message_id;

      if (id == NULL || g_hash_table_contains (threads->by_id, id))
        {
          items[i] = add_item (threads, i);
          continue;
        }
      items[i] = find_or_add (threads, id);
      get (threads, items[i])->mail = get (threads, items[i])->first = i;
    }
  for (guint i = 0; i < threads->facts->len; i++)
    link_mail (threads, items[i], facts_of (threads, i));
}

/* Each item behind the one above it. */
static int *
list_downwards (Threads *threads)
{
  guint n = threads->items->len, n_listed = 0;
  int *order = g_new (int, n + 1);
  int top = NONE;

  for (guint i = 0; i < n; i++)
    {
      Item *item = get (threads, i);
      int *list = item->parent != NONE ? &get (threads, item->parent)->child : &top;

      item->next = *list;
      *list = i;
    }
  for (int i = top; i != NONE; i = get (threads, i)->next)
    order[n_listed++] = i;
  for (guint at = 0; at < n_listed; at++)
    for (int i = get (threads, order[at])->child; i != NONE; i = get (threads, i)->next)
      order[n_listed++] = i;
  g_assert (n_listed == n);
  for (guint i = 0; i < n; i++)
    get (threads, i)->child = get (threads, i)->next = NONE;

  return order;
}

static gboolean
is_older (Threads *threads, int mail, int other)
{
  const ImapMailFacts *left = facts_of (threads, mail), *right = facts_of (threads, other);

  return left->sent != right->sent ? left->sent < right->sent : left->uid < right->uid;
}

/* Step 3: who is not there goes, but for one that keeps several threads together. */
static void
prune (Threads *threads)
{
  g_autofree int *order = list_downwards (threads);

  for (guint i = threads->items->len; i-- > 0;)
    {
      Item *item = get (threads, order[i]);

      if (item->parent != NONE)
        get (threads, item->parent)->n_mails += item->mail != NONE ? 1 : item->n_mails;
      item->is_gone = item->mail == NONE && !(item->parent == NONE && item->n_mails > 1);
    }
  for (guint i = 0; i < threads->items->len; i++)
    {
      Item *item = get (threads, order[i]);

      /* The one above has its place already. */
      if (item->parent != NONE && get (threads, item->parent)->is_gone)
        item->parent = get (threads, item->parent)->parent;
    }
}

/* Whom a root that is not there is dated and named by. */
static void
find_first (Threads *threads)
{
  for (guint i = 0; i < threads->items->len; i++)
    {
      Item *item = get (threads, i);
      Item *parent = item->parent != NONE ? get (threads, item->parent) : NULL;

      if (item->is_gone || item->mail == NONE || parent == NULL || parent->mail != NONE)
        continue;
      if (parent->first == NONE || is_older (threads, item->mail, parent->first))
        parent->first = item->mail;
    }
}

static int
compare_items (gconstpointer a, gconstpointer b, gpointer data)
{
  Threads *threads = data;
  int left = get (threads, *(const int *) a)->first, right = get (threads, *(const int *) b)->first;

  if (left == right)
    return 0;

  return is_older (threads, left, right) ? -1 : 1;
}

/* Step 4: what is left, the oldest first; the roots only, or all. */
static GArray *
list_sorted (Threads *threads, gboolean only_roots)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (int));

  for (int i = 0; i < (int) threads->items->len; i++)
    if (!get (threads, i)->is_gone && !(only_roots && get (threads, i)->parent != NONE))
      g_array_append_val (items, i);
  g_array_sort_with_data (items, compare_items, threads);

  return items;
}

static const char *
subject_of (Threads *threads, int item)
{
  return facts_of (threads, get (threads, item)->first)->subject;
}

static gboolean
is_answer (Threads *threads, int item)
{
  return get (threads, item)->mail != NONE &&
         facts_of (threads, get (threads, item)->mail)->is_answer;
}

/* Step 5 B: the root that stands for a subject. */
static GHashTable *
find_subjects (Threads *threads, GArray *roots)
{
  GHashTable *subjects = g_hash_table_new (peer_hash, g_str_equal);

  for (guint i = 0; i < roots->len; i++)
    {
      int item = g_array_index (roots, int, i);
      const char *subject = subject_of (threads, item);
      int other = GPOINTER_TO_INT (g_hash_table_lookup (subjects, subject)) - 1;

      if (subject[0] == '\0')
        continue;
      if (other < 0 || (get (threads, other)->mail != NONE &&
                        (get (threads, item)->mail == NONE ||
                         (is_answer (threads, other) && !is_answer (threads, item)))))
        g_hash_table_insert (subjects, (char *) subject, GINT_TO_POINTER (item + 1));
    }

  return subjects;
}

/* Two mails of one subject, neither of which answers the other, are below one that is not there. */
static void
join_below (Threads *threads, GHashTable *subjects, int item, int other)
{
  int above = add_item (threads, NONE);
  int first = is_older (threads, get (threads, item)->first, get (threads, other)->first) ?
                  get (threads, item)->first :
                  get (threads, other)->first;

  get (threads, item)->parent = above;
  get (threads, other)->parent = above;
  get (threads, above)->first = first;
  g_hash_table_insert (subjects, (char *) facts_of (threads, first)->subject,
                       GINT_TO_POINTER (above + 1));
}

/* Step 5 C. @merged: into whom a root that is not there has gone. */
static void
merge_roots (Threads *threads, GArray *roots, GHashTable *merged)
{
  g_autoptr (GHashTable) subjects = find_subjects (threads, roots);

  for (guint i = 0; i < roots->len; i++)
    {
      int item = g_array_index (roots, int, i);
      const char *subject = subject_of (threads, item);
      int other = GPOINTER_TO_INT (g_hash_table_lookup (subjects, subject)) - 1;

      if (subject[0] == '\0' || other == item || get (threads, item)->parent != NONE)
        continue;
      if (get (threads, item)->mail == NONE && get (threads, other)->mail == NONE)
        {
          get (threads, item)->is_gone = TRUE;
          g_hash_table_insert (merged, GINT_TO_POINTER (item), GINT_TO_POINTER (other));
        }
      else if (get (threads, other)->mail == NONE ||
               (is_answer (threads, item) && !is_answer (threads, other)))
        {
          get (threads, item)->parent = other;
        }
      else
        {
          join_below (threads, subjects, item, other);
        }
    }
}

static void
gather_subjects (Threads *threads)
{
  g_autoptr (GArray) roots = list_sorted (threads, TRUE);
  g_autoptr (GHashTable) merged = g_hash_table_new (NULL, NULL);
  gpointer into;

  merge_roots (threads, roots, merged);
  for (guint i = 0; i < threads->items->len; i++)
    {
      Item *item = get (threads, i);

      if (item->parent != NONE &&
          g_hash_table_lookup_extended (merged, GINT_TO_POINTER (item->parent), NULL, &into))
        item->parent = GPOINTER_TO_INT (into);
    }
  find_first (threads);
}

/* Where an item stands in the tree: the node that its answers go below. */
typedef struct
{
  guint node;
  guint depth;
} Place;

/* What would be deeper than a tree may be stands beside what it answers. */
static void
add_node (Threads *threads, ImapThreadTree *tree, Place *places, int index)
{
  static const Place top = { 0, 0 };
  const Item *item = get (threads, index);
  const Place *above = item->parent != NONE ? &places[item->parent] : &top;
  guint node = imap_thread_tree_add (tree, above->node,
                                     item->mail != NONE ? facts_of (threads, item->mail)->uid : 0);

  places[index] = *above;
  if (above->depth < IMAP_LIMIT_THREAD_DEPTH)
    places[index] = (Place){ node, above->depth + 1 };
}

/* Step 6: all of it, each one's answers by their dates. */
static ImapThreadTree *
make_tree (Threads *threads)
{
  ImapThreadTree *tree = imap_thread_tree_new ();
  g_autoptr (GArray) sorted = list_sorted (threads, FALSE);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree Place *places = g_new0 (Place, threads->items->len + 1);
  int top = NONE;

  for (guint i = 0; i < sorted->len; i++)
    {
      int index = g_array_index (sorted, int, i);
      Item *item = get (threads, index);
      int *list = item->parent != NONE ? &get (threads, item->parent)->child : &top;

      item->next = *list;
      *list = index;
    }
  for (int i = top; i != NONE; i = get (threads, i)->next)
    g_array_append_val (stack, i);
  while (stack->len > 0)
    {
      int index = g_array_index (stack, int, stack->len - 1);
      Item *item = get (threads, index);

      g_array_set_size (stack, stack->len - 1);
      add_node (threads, tree, places, index);
      for (int i = item->child; i != NONE; i = get (threads, i)->next)
        g_array_append_val (stack, i);
    }

  return tree;
}

ImapThreadTree *
imap_mail_order_thread_references (GArray *facts)
{
  Threads threads = {
    .facts = facts,
    .items = g_array_new (FALSE, FALSE, sizeof (Item)),
    .by_id = g_hash_table_new (peer_hash, g_str_equal),
  };
  ImapThreadTree *tree;

  add_mails (&threads);
  prune (&threads);
  find_first (&threads);
  gather_subjects (&threads);
  tree = make_tree (&threads);
  g_array_unref (threads.items);
  g_hash_table_unref (threads.by_id);

  return tree;
}

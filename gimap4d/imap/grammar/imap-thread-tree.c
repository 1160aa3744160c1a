/* Mails as a tree of answers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-thread-tree.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

typedef struct
{
  guint32 uid;
  guint first_child;
  guint last_child;
  guint next_sibling;
} Node;

struct _ImapThreadTree
{
  gatomicrefcount ref_count;
  GArray *nodes; /* owned: of Node */
};

ImapThreadTree *
imap_thread_tree_new (void)
{
  ImapThreadTree *tree = g_new0 (ImapThreadTree, 1);
  Node root = { 0 };

  g_atomic_ref_count_init (&tree->ref_count);
  tree->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  g_array_append_val (tree->nodes, root);

  return tree;
}

ImapThreadTree *
imap_thread_tree_ref (ImapThreadTree *tree)
{
  g_atomic_ref_count_inc (&tree->ref_count);

  return tree;
}

void
imap_thread_tree_unref (ImapThreadTree *tree)
{
  if (tree == NULL || !g_atomic_ref_count_dec (&tree->ref_count))
    return;

  g_array_unref (tree->nodes);
  g_free (tree);
}

static Node *
get_node (ImapThreadTree *tree, guint node)
{
  g_assert (node < tree->nodes->len);

  return &g_array_index (tree->nodes, Node, node);
}

guint
imap_thread_tree_add (ImapThreadTree *tree, guint parent, guint32 uid)
{
  guint number = tree->nodes->len;
  Node node = { .uid = uid };
  Node *above;

  g_array_append_val (tree->nodes, node);
  above = get_node (tree, parent);
  if (above->first_child == 0)
    above->first_child = number;
  else
    get_node (tree, above->last_child)->next_sibling = number;
  above->last_child = number;

  return number;
}

guint
imap_thread_tree_get_size (ImapThreadTree *tree)
{
  return tree->nodes->len;
}

guint32
imap_thread_tree_get_uid (ImapThreadTree *tree, guint node)
{
  return get_node (tree, node)->uid;
}

guint
imap_thread_tree_get_first_child (ImapThreadTree *tree, guint node)
{
  return get_node (tree, node)->first_child;
}

guint
imap_thread_tree_get_next_sibling (ImapThreadTree *tree, guint node)
{
  return get_node (tree, node)->next_sibling;
}

/* Inside of an open parenthesis. */
typedef struct
{
  guint parent;     /* of what comes next */
  guint depth;      /* of the parent */
  gboolean has_any; /* a number or a list stood in it */
} Level;

/* Below the limit what answers stands beside what it answers: the objects made of it are freed each by
 * the one above. */
static gboolean
add_number (ImapReader *reader, ImapThreadTree *tree, GArray *levels, guint32 uid)
{
  Level *level = &g_array_index (levels, Level, levels->len - 1);

  if (imap_thread_tree_get_size (tree) > IMAP_LIMIT_THREAD_MAILS)
    {
      g_set_error (&reader->error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                   _ ("The server sent threads of more than %u mails"), IMAP_LIMIT_THREAD_MAILS);
      return FALSE;
    }
  level->has_any = TRUE;
  if (level->depth == IMAP_LIMIT_THREAD_DEPTH)
    {
      imap_thread_tree_add (tree, level->parent, uid);
      return TRUE;
    }
  level->parent = imap_thread_tree_add (tree, level->parent, uid);
  level->depth++;

  return TRUE;
}

/* A list whose first thing is a list begins with a mail that is not there. */
static gboolean
open_list (ImapReader *reader, ImapThreadTree *tree, GArray *levels)
{
  Level inner = { 0 };

  if (levels->len > 0)
    {
      if (!g_array_index (levels, Level, levels->len - 1).has_any &&
          !add_number (reader, tree, levels, 0))
        return FALSE;
      inner = g_array_index (levels, Level, levels->len - 1);
      inner.has_any = FALSE;
    }
  g_array_append_val (levels, inner);

  return TRUE;
}

gboolean
imap_data_parse_thread (const ImapResponse *response, ImapThreadTree *tree, GError **error)
{
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (Level));
  g_auto (ImapReader) reader = { 0 };
  guint32 uid;

  imap_reader_init_span (&reader, response->frame, &response->data);
  imap_reader_set_max_depth (&reader, IMAP_LIMIT_DEPTH_STRUCTURE);
  while (reader.error == NULL)
    {
      imap_reader_accept_space (&reader);
      if (imap_reader_at_end (&reader))
        break;
      if (levels->len > 0 && imap_reader_accept_list_end (&reader))
        g_array_set_size (levels, levels->len - 1);
      else if (levels->len > 0 && imap_reader_accept_number (&reader, &uid))
        add_number (&reader, tree, levels, uid);
      else if (imap_reader_expect_list (&reader))
        open_list (&reader, tree, levels);
    }
  if (levels->len > 0)
    imap_reader_expect_list_end (&reader);

  return !imap_reader_take_error (&reader, error);
}

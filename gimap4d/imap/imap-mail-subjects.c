/* Threads by subject: ORDEREDSUBJECT (RFC 5256, 3).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-mail-order.h"

#include <string.h>

/* Mails of one subject: a run of the sorted ones. */
typedef struct
{
  guint first;
  guint n;
} Run;

static int
compare_dates (const ImapMailFacts *left, const ImapMailFacts *right)
{
  if (left->sent != right->sent)
    return left->sent > right->sent ? 1 : -1;

  return (left->uid > right->uid) - (left->uid < right->uid);
}

static int
compare_mails (gconstpointer a, gconstpointer b)
{
  const ImapMailFacts *left = a, *right = b;
  int order = strcmp (left->subject, right->subject);

  return order != 0 ? order : compare_dates (left, right);
}

static int
compare_runs (gconstpointer a, gconstpointer b, gpointer data)
{
  GArray *facts = data;

  return compare_dates (&g_array_index (facts, ImapMailFacts, ((const Run *) a)->first),
                        &g_array_index (facts, ImapMailFacts, ((const Run *) b)->first));
}

static GArray *
find_runs (GArray *facts)
{
  GArray *runs = g_array_new (FALSE, FALSE, sizeof (Run));

  for (guint i = 0; i < facts->len; i++)
    {
      const ImapMailFacts *mail = &g_array_index (facts, ImapMailFacts, i);
      Run run = { .first = i, .n = 1 };

      if (i > 0 && strcmp (mail[-1].subject, mail->subject) == 0)
        g_array_index (runs, Run, runs->len - 1).n++;
      else
        g_array_append_val (runs, run);
    }

  return runs;
}

ImapThreadTree *
imap_mail_order_thread_subjects (GArray *facts)
{
  ImapThreadTree *tree = imap_thread_tree_new ();
  g_autoptr (GArray) runs = NULL;

  g_array_sort (facts, compare_mails);
  runs = find_runs (facts);
  g_array_sort_with_data (runs, compare_runs, facts);
  for (guint i = 0; i < runs->len; i++)
    {
      const Run *run = &g_array_index (runs, Run, i);
      guint first = imap_thread_tree_add (tree, 0,
                                          g_array_index (facts, ImapMailFacts, run->first).uid);

      for (guint j = 1; j < run->n; j++)
        imap_thread_tree_add (tree, first,
                              g_array_index (facts, ImapMailFacts, run->first + j).uid);
    }

  return tree;
}

/* What a page shows, fetched from the server: no more than that page needs.
 *
 * The newest mail is the last of its box. Without anything to look for, a page is so many numbers
 * counted from the end; else the server searches, and of what it finds one page is fetched.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-listing.h"

#include <stdlib.h>

#define MAILS_ON_PAGE 50
#define MOST_WORDS 10
/* The mails beside one are looked for among so many ids before and behind. */
#define NEIGHBOURHOOD 200

static void
count_pages (PageList *list, guint n_mails)
{
  list->n_mails = n_mails;
  list->n_pages = (n_mails + MAILS_ON_PAGE - 1) / MAILS_ON_PAGE;
  list->n_before = (list->page - 1) * MAILS_ON_PAGE;
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  guint64 first = g_ascii_strtoull (g_email_get_id (*(GEmail *const *) a), NULL, 10);
  guint64 second = g_ascii_strtoull (g_email_get_id (*(GEmail *const *) b), NULL, 10);

  return first < second ? 1 : first > second ? -1 : 0;
}

static void
take_mails (PageList *list, GImapMails *mails)
{
  GListModel *model = g_imap_mails_get_list (mails);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (list->mails, g_list_model_get_item (model, i));
  g_ptr_array_sort (list->mails, compare_newest_first);
}

static gboolean
load_by_number (GImapTransporter *transporter,
                PageList *list,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GImapMails) mails = NULL;
  gint64 last = (gint64) list->n_mails - list->n_before;

  if (last < 1)
    return TRUE;

  mails = g_imap_transporter_get_mails_by_number (transporter, MAX (1, last - MAILS_ON_PAGE + 1),
                                                  last, G_IMAP_FETCH_SUMMARY, cancellable, error);
  if (mails == NULL)
    return FALSE;

  take_mails (list, mails);

  return TRUE;
}

static GImapSearch *
narrow (GImapSearch *search, GImapSearch *other)
{
  GImapSearch *both = g_imap_search_both (search, other);

  g_imap_search_unref (search);
  g_imap_search_unref (other);

  return both;
}

static GImapSearch *
widen (GImapSearch *search, GImapSearch *other)
{
  GImapSearch *either = g_imap_search_either (search, other);

  g_imap_search_unref (search);
  g_imap_search_unref (other);

  return either;
}

static GImapSearch *
look_for_word (const char *word, gboolean is_whole)
{
  GImapSearch *search = NULL;

  if (is_whole)
    return g_imap_search_new_text (word);

  search = widen (g_imap_search_new_subject (word), g_imap_search_new_from (word));
  search = widen (search, g_imap_search_new_to (word));

  return widen (search, g_imap_search_new_cc (word));
}

/* Mails that have all the words, in any order. */
static GImapSearch *
look_for (const PageQuery *query)
{
  g_auto (GStrv) words = g_strsplit_set (query->text != NULL ? query->text : "", " \t", -1);
  GImapSearch *search = g_imap_search_new_all ();
  guint n_words = 0;

  for (guint i = 0; words[i] != NULL && n_words < MOST_WORDS; i++)
    if (*words[i] != '\0')
      {
        search = narrow (search, look_for_word (words[i], query->is_whole));
        n_words++;
      }
  if (query->is_unread)
    search = narrow (search, g_imap_search_parse ("UNSEEN", NULL));
  if (query->is_flagged)
    search = narrow (search, g_imap_search_parse ("FLAGGED", NULL));

  return search;
}

/* The ids of one page; what was found is in the order of the box. */
static GImapMessageSet *
take_page (GImapMessageSet *found, const PageList *list, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  guint end = list->n_mails - list->n_before;
  guint start = end > MAILS_ON_PAGE ? end - MAILS_ON_PAGE : 0;

  for (guint i = start; i < end; i++)
    g_ptr_array_add (ids, g_imap_message_set_get_id (found, i));
  g_ptr_array_add (ids, NULL);

  return g_imap_message_set_new ((const char *const *) ids->pdata, error);
}

/* What is found in a box with these mails; flags may have changed since. */
static char *
name_search (GImapBoxInfo *info, const PageQuery *query)
{
  return g_strdup_printf (
      "%u %" G_GINT64_FORMAT " %u %d%d%d %s/%s", g_imap_box_info_get_uid_validity (info),
      g_imap_box_info_get_uid_next (info), g_imap_box_info_get_mail_count (info), query->is_whole,
      query->is_unread, query->is_flagged, query->text != NULL ? query->text : "",
      g_imap_box_info_get_name (info));
}

/* Who turns to the next page need not have the server search again; the first page is always new. */
static GImapMessageSet *
search (ServeKept *known,
        GImapTransporter *transporter,
        GImapBoxInfo *info,
        const PageList *list,
        GCancellable *cancellable,
        GError **error)
{
  g_autofree char *name = name_search (info, &list->query);
  g_autoptr (GImapSearch) criteria = NULL;
  GImapMessageSet *found = list->page > 1 ? serve_kept_take (known, name) : NULL;

  if (found == NULL)
    {
      criteria = look_for (&list->query);
      found = g_imap_transporter_search (transporter, criteria, cancellable, error);
    }
  if (found != NULL)
    serve_kept_put (known, name, g_imap_message_set_ref (found));

  return found;
}

static gboolean
load_by_search (ServeKept *known,
                GImapTransporter *transporter,
                GImapBoxInfo *info,
                PageList *list,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GImapMessageSet) found = search (known, transporter, info, list, cancellable, error);
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autoptr (GImapMails) mails = NULL;

  if (found == NULL)
    return FALSE;
  count_pages (list, g_imap_message_set_get_size (found));
  if (list->n_before >= list->n_mails)
    return TRUE;

  ids = take_page (found, list, error);
  if (ids != NULL)
    mails = g_imap_transporter_get_mails (transporter, ids, G_IMAP_FETCH_SUMMARY, cancellable,
                                          error);
  if (mails == NULL)
    return FALSE;

  take_mails (list, mails);

  return TRUE;
}

/* The page and the query are set; the rest is filled in. */
gboolean
serve_listing_load (ServeKept *known,
                    GImapTransporter *transporter,
                    GImapBoxInfo *info,
                    PageList *list,
                    GCancellable *cancellable,
                    GError **error)
{
  list->uid_validity = g_imap_box_info_get_uid_validity (info);
  if (!page_query_is_empty (&list->query))
    return load_by_search (known, transporter, info, list, cancellable, error);

  count_pages (list, g_imap_box_info_get_mail_count (info));

  return load_by_number (transporter, list, cancellable, error);
}

/* The ids before and behind one, of what exists; NULL where nothing is near. */
static void
pick_neighbours (GImapMessageSet *found, guint uid, char **out_newer, char **out_older)
{
  for (guint i = 0; i < g_imap_message_set_get_size (found); i++)
    {
      guint other = g_imap_message_set_get_uid (found, i);

      if (other < uid)
        {
          g_free (*out_older);
          *out_older = g_imap_message_set_get_id (found, i);
        }
      else if (other > uid && *out_newer == NULL)
        *out_newer = g_imap_message_set_get_id (found, i);
    }
}

/* Where the ways to them lead is a comfort: without them the page is still one. */
void
serve_listing_find_neighbours (GImapTransporter *transporter,
                               const char *id,
                               char **out_newer,
                               char **out_older,
                               GCancellable *cancellable)
{
  guint uid = (guint) g_ascii_strtoull (id, NULL, 10);
  guint first = uid > NEIGHBOURHOOD ? uid - NEIGHBOURHOOD : 1;
  guint last = uid < G_MAXUINT32 - NEIGHBOURHOOD ? uid + NEIGHBOURHOOD : G_MAXUINT32;
  g_autoptr (GImapMessageSet) range = g_imap_message_set_new_range (first, last, NULL);
  g_autoptr (GImapSearch) search = range != NULL ? g_imap_search_new_ids (range) : NULL;
  g_autoptr (GImapMessageSet) found = NULL;

  if (search == NULL)
    return;

  found = g_imap_transporter_search (transporter, search, cancellable, NULL);
  if (found != NULL)
    pick_neighbours (found, uid, out_newer, out_older);
}

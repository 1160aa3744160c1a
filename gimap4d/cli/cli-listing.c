/* Mails of the selected box, listed: in the order of the box, or in another.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-listing.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-mail.h"

#define LARGEST_LIMIT 10000000

/* In another order the summaries of so many are fetched at a time. */
#define WINDOW 200

static void
print_mail (const CommandRun *run, GEmail *mail)
{
  if (run->is_json)
    cli_mail_print_json (mail);
  else
    cli_mail_print_line (mail);
}

static gboolean
mail_cb (GEmail *mail, gpointer data)
{
  print_mail (data, mail);

  return TRUE;
}

gboolean
cli_listing_print_set (const CommandRun *run,
                       GImapTransporter *transporter,
                       GImapMessageSet *ids,
                       GError **error)
{
  if (!g_imap_message_set_is_open (ids) && g_imap_message_set_get_size (ids) == 0)
    return TRUE;

  return g_imap_transporter_fetch_mails (transporter, ids, G_IMAP_FETCH_SUMMARY, mail_cb,
                                         (gpointer) run, run->cancellable, error);
}

static gboolean
print_window (const CommandRun *run,
              GImapTransporter *transporter,
              const char *const *ids,
              GError **error)
{
  g_autoptr (GImapMessageSet) set = g_imap_message_set_new (ids, error);
  g_autoptr (GHashTable)
      by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  g_autoptr (GImapMails) mails = NULL;
  GListModel *list;

  if (set == NULL)
    return FALSE;
  mails = g_imap_transporter_get_mails (transporter, set, G_IMAP_FETCH_SUMMARY, run->cancellable,
                                        error);
  if (mails == NULL)
    return FALSE;

  list = g_imap_mails_get_list (mails);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      GEmail *mail = g_list_model_get_item (list, i);

      g_hash_table_replace (by_id, (gpointer) g_email_get_id (mail), mail);
    }
  for (guint i = 0; ids[i] != NULL; i++)
    {
      GEmail *mail = g_hash_table_lookup (by_id, ids[i]);

      if (mail != NULL)
        print_mail (run, mail);
    }

  return TRUE;
}

gboolean
cli_listing_print_sorted (const CommandRun *run,
                          GImapTransporter *transporter,
                          const char *order,
                          GImapSearch *search,
                          guint limit,
                          GError **error)
{
  g_auto (GStrv)
      ids = g_imap_transporter_sort (transporter, order, search, run->cancellable, error);
  guint n_ids = ids != NULL ? MIN (g_strv_length (ids), limit) : 0;

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < n_ids; i += WINDOW)
    {
      g_autoptr (GPtrArray) window = g_ptr_array_new ();

      for (guint k = i; k < MIN (i + WINDOW, n_ids); k++)
        g_ptr_array_add (window, ids[k]);
      g_ptr_array_add (window, NULL);
      if (!print_window (run, transporter, (const char *const *) window->pdata, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
cli_listing_check_limit (int limit, GError **error)
{
  if (limit >= 1 && limit <= LARGEST_LIMIT)
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE, _ ("--limit takes a number from 1 to %d"),
               LARGEST_LIMIT);

  return FALSE;
}

/* The list of mails that get_mails gives: objects for those that are looked at, and for no other.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/grammar/imap-response.h"
#include "gimap4d/imap/imap-mails-private.h"
#include "gimap4d/mail/g-email.h"

#define N_MAILS 100

static GImapMails *
make_mails (void)
{
  g_autoptr (ImapFetched) fetched = g_new0 (ImapFetched, 1);

  g_atomic_ref_count_init (&fetched->ref_count);
  fetched->fetches = g_array_new (FALSE, TRUE, sizeof (ImapFetch));
  g_array_set_clear_func (fetched->fetches, (GDestroyNotify) imap_fetch_clear);
  fetched->missing = imap_uid_set_new ();
  for (guint i = 1; i <= N_MAILS; i++)
    {
      g_autofree char *line = g_strdup_printf (
          "* %u FETCH (UID %u ENVELOPE (NIL \"mail %u\" NIL NIL "
          "NIL NIL NIL NIL NIL NIL))",
          i, 2 * i, i);
      ImapFrame *frame = imap_frame_new_from_text (line, -1);
      g_auto (ImapResponse) response = { 0 };
      ImapFetch fetch;

      g_assert_true (imap_response_parse (&response, frame, NULL));
      g_assert_true (imap_data_parse_fetch (&response, &fetch, NULL));
      g_array_append_val (fetched->fetches, fetch);
      imap_frame_unref (frame);
    }

  return imap_mails_new (fetched, NULL);
}

static void
note_gone_cb (gpointer data, GObject *where_the_object_was)
{
  *(gboolean *) data = TRUE;
}

static void
test_items (void)
{
  g_autoptr (GImapMails) mails = make_mails ();
  GListModel *list = g_imap_mails_get_list (mails);

  g_assert_cmpuint (g_list_model_get_n_items (list), ==, N_MAILS);
  g_assert_null (g_list_model_get_item (list, N_MAILS));
  for (guint i = 0; i < N_MAILS; i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (list, i);
      g_autofree char *subject = g_strdup_printf ("mail %u", i + 1);

      g_assert_cmpstr (g_email_get_subject (mail), ==, subject);
    }
}

/* The same object as long as somebody holds it, and nothing of it after that. */
static void
test_identity (void)
{
  g_autoptr (GImapMails) mails = make_mails ();
  GListModel *list = g_imap_mails_get_list (mails);
  GEmail *mail = g_list_model_get_item (list, 7);
  GEmail *other = g_list_model_get_item (list, 8);
  GEmail *again = g_list_model_get_item (list, 7);
  gboolean is_gone = FALSE;

  g_assert_true (mail == again);
  g_assert_true (mail != other);
  g_object_weak_ref (G_OBJECT (mail), note_gone_cb, &is_gone);
  g_object_unref (mail);
  g_assert_false (is_gone);
  g_object_unref (again);
  g_assert_true (is_gone);

  mail = g_list_model_get_item (list, 7);
  g_assert_cmpstr (g_email_get_subject (mail), ==, "mail 8");
  g_object_unref (mail);
  g_object_unref (other);
}

/* A mail outlives its list. */
static void
test_outlives (void)
{
  GImapMails *mails = make_mails ();
  g_autoptr (GEmail) mail = g_list_model_get_item (g_imap_mails_get_list (mails), 7);

  g_object_unref (mails);
  g_assert_cmpstr (g_email_get_id (mail), ==, "16");
  g_assert_cmpstr (g_email_get_subject (mail), ==, "mail 8");
}

static gpointer
take_and_drop (gpointer data)
{
  GListModel *list = data;

  for (guint i = 0; i < 50000; i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (list, i % 3);

      if (g_strcmp0 (g_email_get_id (mail), (const char *[]){ "2", "4", "6" }[i % 3]) != 0)
        return NULL;
    }

  return list;
}

/* One thread drops the last reference while another asks for the same mail. */
static void
test_threads (void)
{
  g_autoptr (GImapMails) mails = make_mails ();
  GListModel *list = g_imap_mails_get_list (mails);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("taker", take_and_drop, list);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == list);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail-list/items", test_items);
  g_test_add_func ("/mail-list/identity", test_identity);
  g_test_add_func ("/mail-list/outlives", test_outlives);
  g_test_add_func ("/mail-list/threads", test_threads);

  return g_test_run ();
}

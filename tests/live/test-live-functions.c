/* Each function of the transporter, in both forms, against a real server.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <string.h>

static void
test_boxes (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_user ("IMAPS_PORT");
  g_autoptr (GError) error = NULL;
  GImapBoxInfo *info = NULL;
  GListModel *boxes = NULL;
  GImapStatus *status = NULL;
  char *delimiter = NULL;
  GStrv capabilities = NULL;
  gboolean is_closed = FALSE;

  for (guint i = 0; i < 2; i++)
    {
      if (i == 0)
        delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
      else
        live_test_await (transporter, g_imap_transporter_get_delimiter, delimiter, &error, NULL);
      g_assert_no_error (error);
      g_assert_cmpstr (delimiter, ==, "/");
      g_clear_pointer (&delimiter, g_free);

      if (i == 0)
        status = g_imap_transporter_check_connection (transporter, NULL, &error);
      else
        live_test_await (transporter, g_imap_transporter_check_connection, status, &error, NULL);
      g_assert_true (g_imap_status_get_success (status));
      g_clear_object (&status);

      if (i == 0)
        capabilities = g_imap_transporter_get_capabilities (transporter, NULL, &error);
      else
        live_test_await (transporter, g_imap_transporter_get_capabilities, capabilities, &error,
                         NULL);
      g_assert_no_error (error);
      g_assert_true (g_strv_contains ((const char *const *) capabilities, "IMAP4REV1"));
      g_assert_false (g_strv_contains ((const char *const *) capabilities, "NO-SUCH-THING"));
      g_clear_pointer (&capabilities, g_strfreev);

      if (i == 0)
        boxes = g_imap_transporter_get_box_list (transporter, G_IMAP_BOX_LIST_WITH_STATUS, NULL,
                                                 &error);
      else
        live_test_await (transporter, g_imap_transporter_get_box_list, boxes, &error,
                         G_IMAP_BOX_LIST_SUBSCRIBED, NULL);
      g_assert_no_error (error);
      g_assert_cmpuint (g_list_model_get_n_items (boxes), >, 0);
      for (guint j = 0; j < g_list_model_get_n_items (boxes); j++)
        {
          g_autoptr (GImapBox) box = g_list_model_get_item (boxes, j);

          g_assert_true (g_utf8_validate (g_imap_box_get_name (box), -1, NULL));
          g_assert_true (i == 0 || g_imap_box_get_subscribed (box));
          if (i == 0 && g_imap_box_get_selectable (box))
            g_assert_nonnull (g_imap_box_get_info (box));
        }
      g_clear_object (&boxes);

      if (i == 0)
        info = g_imap_transporter_select_box (transporter, "Entwürfe", G_IMAP_BOX_STATE_READ_ONLY,
                                              NULL, &error);
      else
        live_test_await (transporter, g_imap_transporter_select_box, info, &error, "Entwürfe",
                         G_IMAP_BOX_STATE_READ_ONLY, NULL);
      g_assert_no_error (error);
      g_assert_cmpstr (g_imap_box_info_get_name (info), ==, "Entwürfe");
      g_assert_true (g_imap_box_info_get_read_only (info));
      g_clear_object (&info);

      for (guint j = 0; j < 2; j++)
        {
          if (i == 0)
            info = g_imap_transporter_get_box_info (transporter, j == 0 ? NULL : "INBOX", NULL,
                                                    &error);
          else
            live_test_await (transporter, g_imap_transporter_get_box_info, info, &error,
                             j == 0 ? NULL : "INBOX", NULL);
          g_assert_no_error (error);
          g_assert_cmpstr (g_imap_box_info_get_name (info), ==, j == 0 ? "Entwürfe" : "INBOX");
          g_clear_object (&info);
        }

      if (i == 0)
        is_closed = g_imap_transporter_close (transporter, NULL, &error);
      else
        live_test_await (transporter, g_imap_transporter_close, is_closed, &error, NULL);
      g_assert_true (is_closed);
    }

  /* Dovecot gives no response code for it. */
  g_assert_null (g_imap_transporter_select_box (transporter, "No/such", 0, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO);
}

/* What a second connection sees. */
static guint
count_seen (void)
{
  g_autoptr (GImapTransporter) other = live_test_new_user ("STARTTLS_PORT");

  live_test_select (other, "INBOX", G_IMAP_BOX_STATE_READ_ONLY);

  return live_test_count (other, "SEEN");
}

static void
test_flags (void)
{
  static const struct
  {
    GImapFetchFlags flags;
    gboolean has_body;
    gboolean marks;
  } cases[] = {
    { G_IMAP_FETCH_HEADERS, FALSE, FALSE },  { G_IMAP_FETCH_SUMMARY, FALSE, FALSE },
    { G_IMAP_FETCH_WITH_BODY, TRUE, FALSE }, { G_IMAP_FETCH_UPDATE_SEEN, FALSE, TRUE },
    { G_IMAP_FETCH_DEFAULT, TRUE, TRUE },
  };
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
  guint n_marked = 0;
  guint n_seen = count_seen ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* Numbers of mails that no other case reads. */
      gint64 number = 2 * i + 1;
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapMessageSet)
          ids = g_imap_transporter_num_to_id (transporter, number, number, NULL, &error);
      g_autofree char *id = g_imap_message_set_to_string (ids);
      GEmail *mail;
      GImapMails *mails;

      mail = g_imap_transporter_get_mail (transporter, id, cases[i].flags, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_email_get_id (mail), ==, id);
      g_assert_cmpuint (g_email_get_size (mail), >, 0);
      g_assert_nonnull (g_email_get_received_at (mail));
      g_clear_object (&mail);
      n_marked += cases[i].marks ? 1 : 0;
      g_assert_cmpuint (count_seen (), ==, n_seen + n_marked);

      live_test_await (transporter, g_imap_transporter_get_mail, mail, &error, id, cases[i].flags,
                       NULL);
      g_assert_no_error (error);
      g_clear_object (&mail);
      mail = g_imap_transporter_get_mail_by_number (transporter, number, cases[i].flags, NULL,
                                                    &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_email_get_id (mail), ==, id);
      g_clear_object (&mail);
      live_test_await (transporter, g_imap_transporter_get_mail_by_number, mail, &error, number,
                       cases[i].flags, NULL);
      g_assert_no_error (error);
      g_clear_object (&mail);

      mails = g_imap_transporter_get_mails (transporter, ids, cases[i].flags, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_list_model_get_n_items (g_imap_mails_get_list (mails)), ==, 1);
      g_clear_object (&mails);
      live_test_await (transporter, g_imap_transporter_get_mails, mails, &error, ids,
                       cases[i].flags, NULL);
      g_assert_no_error (error);
      g_clear_object (&mails);
      mails = g_imap_transporter_get_mails_by_number (transporter, number, number, cases[i].flags,
                                                      NULL, &error);
      g_assert_no_error (error);
      g_clear_object (&mails);
      live_test_await (transporter, g_imap_transporter_get_mails_by_number, mails, &error, number,
                       number, cases[i].flags, NULL);
      g_assert_no_error (error);
      g_clear_object (&mails);
      g_assert_cmpuint (count_seen (), ==, n_seen + n_marked);
    }
}

static void
test_blobs (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autofree char *id = NULL;
  guint n_seen = count_seen ();
  GBytes *blobs[4] = { NULL };

  live_test_await (transporter, g_imap_transporter_num_to_id, ids, &error, 20, 20, NULL);
  g_assert_no_error (error);
  id = g_imap_message_set_to_string (ids);
  blobs[0] = g_imap_transporter_get_mime_as_blob (transporter, id, FALSE, NULL, &error);
  g_assert_no_error (error);
  live_test_await (transporter, g_imap_transporter_get_mime_as_blob, blobs[1], &error, id, FALSE,
                   NULL);
  g_assert_no_error (error);
  g_assert_cmpuint (count_seen (), ==, n_seen);
  blobs[2] = g_imap_transporter_get_mime_as_blob_by_number (transporter, 20, TRUE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_seen (), ==, n_seen + 1);
  live_test_await (transporter, g_imap_transporter_get_mime_as_blob_by_number, blobs[3], &error, 20,
                   FALSE, NULL);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (blobs); i++)
    {
      g_assert_true (g_bytes_equal (blobs[i], blobs[0]));
      g_assert_cmpuint (g_bytes_get_size (blobs[i]), >, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (blobs); i++)
    g_bytes_unref (blobs[i]);

  g_assert_null (
      g_imap_transporter_get_mail (transporter, "99999", G_IMAP_FETCH_HEADERS, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (g_imap_transporter_get_mail_by_number (transporter, 99999, G_IMAP_FETCH_HEADERS,
                                                        NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NOT_FOUND);
}

static void
test_sets (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) asked = g_imap_message_set_parse ("1:3,99990:99991", NULL);
  g_autoptr (GImapMessageSet) found = NULL;
  g_autoptr (GImapMails)
      mails = g_imap_transporter_get_mails (transporter, asked, G_IMAP_FETCH_HEADERS, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (g_imap_mails_get_list (mails)), ==, 3);
  g_assert_cmpuint (g_strv_length ((char **) g_imap_mails_get_not_found (mails)), ==, 2);

  live_test_await (transporter, g_imap_transporter_search_mails, found, &error, "ALL", NULL);
  g_assert_no_error (error);
  live_test_select (transporter, "Entwürfe", G_IMAP_BOX_STATE_WRITABLE);
  g_assert_null (
      g_imap_transporter_get_mails (transporter, found, G_IMAP_FETCH_HEADERS, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  live_test_select (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE);
  g_clear_object (&mails);
  mails = g_imap_transporter_get_mails (transporter, found, G_IMAP_FETCH_HEADERS, NULL, &error);
  g_assert_no_error (error);
}

static void
test_search (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (live_test_count (transporter, NULL), >, 40);
  g_assert_cmpuint (live_test_count (transporter, "SUBJECT \"grün und ß nirgends\""), ==, 0);
  g_assert_cmpuint (live_test_count (transporter, "NOT SUBJECT \"grün und ß nirgends\""), ==,
                    live_test_count (transporter, "ALL"));
  g_assert_null (g_imap_transporter_search_mails (transporter, "NO-SUCH-KEY", NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_BAD);
}

static void
compare_content (GMailAttachment *lazy, GMailAttachment *whole, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) expected = g_mail_attachment_get_content (whole, NULL, NULL);
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  GAsyncResult *result = NULL;
  g_autoptr (GBytes) later = NULL;

  if (expected == NULL)
    return;
  content = g_mail_attachment_get_content (lazy, NULL, &error);
  if (error != NULL)
    g_error ("%s: %s", where, error->message);
  if (!g_bytes_equal (content, expected))
    g_error ("%s: “%s” differs: %zu and %zu octets", where, g_mail_attachment_get_name (lazy),
             g_bytes_get_size (content), g_bytes_get_size (expected));

  stream = g_mail_attachment_open (lazy, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_output_stream_splice (output, stream, 0, NULL, &error), ==,
                   g_bytes_get_size (expected));
  g_assert_no_error (error);

  g_mail_attachment_get_content_async (lazy, NULL, live_test_answer_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  later = g_mail_attachment_get_content_finish (lazy, result, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (later, expected));
  g_object_unref (result);
}

/* The whole corpus: what is fetched on demand is what the whole mail has. */
static void
test_attachments (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMails) lazy = g_imap_transporter_get_mails_by_number (
      transporter, 0, 0, G_IMAP_FETCH_SUMMARY, NULL, &error);
  g_autoptr (GImapMails) whole = g_imap_transporter_get_mails_by_number (
      transporter, 0, 0, G_IMAP_FETCH_WITH_BODY, NULL, &error);
  GListModel *list = g_imap_mails_get_list (lazy);
  guint n_compared = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GEmail) a = g_list_model_get_item (list, i);
      g_autoptr (GEmail) b = g_list_model_get_item (g_imap_mails_get_list (whole), i);
      GListModel *from_summary = g_email_get_attachments (a);
      GListModel *from_mime = g_email_get_attachments (b);
      g_autofree char *where = g_strdup_printf ("mail %s (%s)", g_email_get_id (a),
                                                g_email_get_subject (a));

      g_assert_cmpstr (g_email_get_id (a), ==, g_email_get_id (b));
      if (g_list_model_get_n_items (from_summary) != g_list_model_get_n_items (from_mime))
        {
          /* A structure that the server reads in another way than MIME does. */
          g_test_message ("%s: %u attachments in the structure, %u in the mail", where,
                          g_list_model_get_n_items (from_summary),
                          g_list_model_get_n_items (from_mime));
          continue;
        }
      for (guint j = 0; j < g_list_model_get_n_items (from_mime); j++)
        {
          g_autoptr (GMailAttachment) x = g_list_model_get_item (from_summary, j);
          g_autoptr (GMailAttachment) y = g_list_model_get_item (from_mime, j);

          compare_content (x, y, where);
          n_compared++;
        }
    }
  g_test_message ("%u attachments", n_compared);
  g_assert_cmpuint (n_compared, >, 5);
}

/* R16: many threads, one transporter, one connection. */
static gpointer
use_in_thread (gpointer data)
{
  GImapTransporter *transporter = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GEmail) mail = NULL;
      g_autoptr (GImapMessageSet) ids = NULL;
      g_autoptr (GImapBoxInfo) info = NULL;
      GAsyncResult *result = NULL;

      switch (i % 5)
        {
        case 0:
          mail = g_imap_transporter_get_mail_by_number (transporter, 1 + i % 40,
                                                        G_IMAP_FETCH_SUMMARY, NULL, &error);
          break;
        case 1:
          g_assert_cmpuint (live_test_count (transporter, "ALL"), >, 40);
          break;
        case 2:
          g_imap_transporter_num_to_id_async (transporter, 0, 0, NULL, live_test_answer_cb,
                                              &result);
          while (result == NULL)
            g_main_context_iteration (context, TRUE);
          ids = g_imap_transporter_num_to_id_finish (transporter, result, &error);
          g_object_unref (result);
          break;
        case 3:
          info = g_imap_transporter_get_box_info (transporter, "Entwürfe", NULL, &error);
          break;
        default:
          info = g_imap_transporter_select_box (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE,
                                                NULL, &error);
          break;
        }
      g_assert_no_error (error);
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
  g_autoptr (GVariant) statistics = NULL;
  GThread *threads[8];
  guint64 n_connections = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("user", use_in_thread, transporter);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  statistics = g_imap_transporter_dup_statistics (transporter);
  g_assert_true (g_variant_lookup (statistics, "connections", "t", &n_connections));
  g_assert_cmpuint (n_connections, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/functions/boxes", test_boxes);
  g_test_add_func ("/live/functions/D20-flags", test_flags);
  g_test_add_func ("/live/functions/blobs", test_blobs);
  g_test_add_func ("/live/functions/sets", test_sets);
  g_test_add_func ("/live/functions/search", test_search);
  g_test_add_func ("/live/functions/attachments", test_attachments);
  g_test_add_func ("/live/functions/threads", test_threads);

  return g_test_run ();
}

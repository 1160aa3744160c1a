/* What the tests against a real server share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

GTlsDatabase *
live_test_get_database (void)
{
  static GTlsDatabase *database = NULL;
  g_autoptr (GError) error = NULL;

  if (database == NULL)
    database = g_tls_file_database_new (dovecot_get_setting ("CA"), &error);
  g_assert_no_error (error);

  return database;
}

void
live_test_select (GImapTransporter *transporter, const char *box, GImapBoxState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo)
      info = g_imap_transporter_select_box (transporter, box, state, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_imap_box_info_get_name (info), ==, box);
  g_assert_true (g_imap_box_info_get_read_only (info) == (state == G_IMAP_BOX_STATE_READ_ONLY));
}

GImapTransporter *
live_test_new_selected (const char *box)
{
  GImapTransporter *transporter = live_test_new_user ("IMAPS_PORT");

  live_test_select (transporter, box, G_IMAP_BOX_STATE_WRITABLE);

  return transporter;
}

gboolean
live_test_offers (GImapTransporter *transporter, const char *capability)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_imap_transporter_get_capabilities (transporter, NULL, &error);

  g_assert_no_error (error);

  return g_strv_contains ((const char *const *) words, capability);
}

guint
live_test_count (GImapTransporter *transporter, const char *criteria)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_search_mails (transporter, criteria, NULL, &error);

  g_assert_no_error (error);

  return (guint) g_imap_message_set_get_size (ids);
}

void
live_test_answer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

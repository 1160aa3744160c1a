/* What the tests of a session share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

GTlsDatabase *
session_test_get_database (void)
{
  static GTlsDatabase *database = NULL;

  if (database == NULL)
    database = scripted_peer_new_database ();

  return database;
}

GError *
session_test_fail (GImapTransporter *transporter)
{
  GError *error = NULL;
  g_autofree char *delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);

  g_assert_null (delimiter);
  g_assert_nonnull (error);

  return error;
}

void
session_test_check (GImapTransporter *transporter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, &error);

  g_assert_no_error (error);
  if (!g_imap_status_get_success (status))
    {
      g_test_message ("%s", g_imap_status_get_status_text (status));
      g_test_fail ();
    }
}

void
session_test_select (GImapTransporter *transporter, const char *box)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, box, G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_imap_box_info_get_name (info), ==, box);
}

char *
session_test_dup_received (ScriptedPeer *peer, gboolean is_inside_tls)
{
  g_autoptr (GBytes) bytes = scripted_peer_get_received (peer, is_inside_tls);

  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (size > 0 ? data : "", size);
}

guint64
session_test_count_sent (GImapTransporter *transporter)
{
  g_autoptr (GVariant) statistics = g_imap_transporter_dup_statistics (transporter);
  guint64 n_sent = 0;

  g_assert_true (g_variant_lookup (statistics, "octets-sent", "t", &n_sent));

  return n_sent;
}

static gpointer
cancel_thread (gpointer data)
{
  SessionTestCanceller *canceller = data;

  while (session_test_count_sent (canceller->transporter) < canceller->n_sent)
    g_usleep (1000);
  g_cancellable_cancel (canceller->cancellable);

  return NULL;
}

GThread *
session_test_cancel (SessionTestCanceller *canceller)
{
  return g_thread_new ("cancel", cancel_thread, canceller);
}

void
session_test_answer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SessionTestAnswer *answer = user_data;

  g_assert_null (answer->result);
  answer->result = g_object_ref (result);
  answer->thread = g_thread_self ();
  g_main_context_wakeup (g_main_context_get_thread_default ());
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("nothing came back in twenty seconds");

  return G_SOURCE_REMOVE;
}

void
session_test_await (SessionTestAnswer *answer)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr (GSource) late = g_timeout_source_new_seconds (20);

  g_source_set_callback (late, late_cb, NULL, NULL);
  g_source_attach (late, context);
  while (answer->result == NULL)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (late);
}

void
session_test_answer_clear (SessionTestAnswer *answer)
{
  g_clear_object (&answer->result);
}

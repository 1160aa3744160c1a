/* What the tests of the notifier share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "notifier-test.h"

#include "gimap4d/imap/session/imap-watch.h"

#include <string.h>

void
notifier_test_hurry (void)
{
  imap_rest_times.pause = 20;
  imap_rest_times.retry_min = 10;
  imap_rest_times.retry_max = 100;
  imap_rest_times.poll_min = 40;
  imap_rest_times.poll_max = 160;
}

static void
mail_created_cb (GImapNotifier *notifier,
                 GImapMessageSet *ids,
                 guint mail_count,
                 NotifierTest *test)
{
  g_autofree char *text = g_imap_message_set_to_string (ids);

  test->thread = g_thread_self ();
  g_string_append_printf (test->lines, "created %s (%u)\n", text, mail_count);
}

/* A line for each mail: how many become one signal depends on the moment. */
static void
mail_deleted_cb (GImapNotifier *notifier, GImapMessageSet *ids, NotifierTest *test)
{
  for (guint i = 0; i < g_imap_message_set_get_size (ids); i++)
    g_string_append_printf (test->lines, "deleted %u\n", g_imap_message_set_get_uid (ids, i));
}

static void
flags_modified_cb (GImapNotifier *notifier,
                   GImapMessageSet *ids,
                   const char *const *flags,
                   NotifierTest *test)
{
  g_autofree char *words = g_strjoinv (" ", (char **) flags);

  for (guint i = 0; i < g_imap_message_set_get_size (ids); i++)
    g_string_append_printf (test->lines, "flags %u %s\n", g_imap_message_set_get_uid (ids, i),
                            words);
}

static void
error_cb (GImapNotifier *notifier, const GError *error, NotifierTest *test)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (G_TYPE_IMAP_ERROR);
  GEnumValue *value = g_enum_get_value (codes, error->code);

  g_test_message ("%s", error->message);
  g_assert_true (error->domain == G_IMAP_ERROR);
  g_clear_error (&test->error);
  test->error = g_error_copy (error);
  g_string_append_printf (test->lines, "error %s\n", value->value_nick);
}

static void
notify_cb (GImapNotifier *notifier, GParamSpec *pspec, NotifierTest *test)
{
  g_string_append (test->lines,
                   g_imap_notifier_get_is_started (notifier) ? "started\n" : "stopped\n");
}

NotifierTest *
notifier_test_new (GImapTransporter *transporter)
{
  NotifierTest *test = g_new0 (NotifierTest, 1);

  test->notifier = g_object_ref (g_imap_transporter_get_notifier (transporter));
  test->lines = g_string_new ("");
  g_signal_connect (test->notifier, "mail-created", G_CALLBACK (mail_created_cb), test);
  g_signal_connect (test->notifier, "mail-deleted", G_CALLBACK (mail_deleted_cb), test);
  g_signal_connect (test->notifier, "flags-modified", G_CALLBACK (flags_modified_cb), test);
  g_signal_connect (test->notifier, "error", G_CALLBACK (error_cb), test);
  g_signal_connect (test->notifier, "notify::is-started", G_CALLBACK (notify_cb), test);

  return test;
}

NotifierTest *
notifier_test_new_started (GImapTransporter *transporter)
{
  NotifierTest *test;
  g_autoptr (GError) error = NULL;

  session_test_select (transporter, "INBOX");
  test = notifier_test_new (transporter);
  g_imap_notifier_start (test->notifier, NULL, &error);
  g_assert_no_error (error);
  notifier_test_await (test, "started\n");
  g_assert_true (g_imap_notifier_get_is_started (test->notifier));

  return test;
}

void
notifier_test_free (NotifierTest *test)
{
  g_signal_handlers_disconnect_by_data (test->notifier, test);
  g_object_unref (test->notifier);
  g_string_free (test->lines, TRUE);
  g_clear_error (&test->error);
  g_free (test);
}

static gboolean
late_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static GSource *
begin_wait (guint milliseconds, gboolean *is_late)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, late_cb, is_late, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

void
notifier_test_await (NotifierTest *test, const char *lines)
{
  gboolean is_late = FALSE;
  g_autoptr (GSource) late = begin_wait (60000, &is_late);

  while (!is_late && test->lines->len < strlen (lines))
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_source_destroy (late);
  if (!g_str_has_prefix (test->lines->str, lines))
    g_assert_cmpstr (test->lines->str, ==, lines);
  g_string_erase (test->lines, 0, (gssize) strlen (lines));
}

void
notifier_test_await_silence (NotifierTest *test)
{
  gboolean is_late = FALSE;
  g_autoptr (GSource) late = begin_wait (100, &is_late);

  while (!is_late)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_source_destroy (late);
  g_assert_cmpstr (test->lines->str, ==, "");
}

void
notifier_test_await_command (GImapTransporter *transporter, guint64 n)
{
  for (guint i = 0; i < 60000; i++)
    {
      g_autoptr (GVariant) statistics = g_imap_transporter_dup_statistics (transporter);
      guint64 n_commands = 0;

      g_assert_true (g_variant_lookup (statistics, "commands", "t", &n_commands));
      if (n_commands >= n)
        return;
      g_usleep (1000);
    }
  g_error ("command %" G_GUINT64_FORMAT " was not sent in a minute", n);
}

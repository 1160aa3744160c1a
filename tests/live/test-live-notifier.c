/* The notifier against a real server: a second client makes the news, and the server goes away.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include "gimap4d/imap/session/imap-watch.h"

#include <glib/gstdio.h>
#include <string.h>

#define BOX "Watched"

/* What the notifier told, as the box is after it: a mirror that is right, or the notifier is wrong. */
typedef struct
{
  GImapTransporter *transporter; /* owned */
  GImapNotifier *notifier;       /* unowned */
  GHashTable *mails;             /* owned: id → its keywords as one text */
  guint n_news;
  guint n_errors;
  GError *error; /* owned, nullable: the last */
  char *log;     /* owned: the path of the dialogue */
} Mirror;

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
join (const char *const *flags)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  for (; flags != NULL && *flags != NULL; flags++)
    g_ptr_array_add (sorted, (char *) *flags);
  g_ptr_array_sort (sorted, compare_texts);
  g_ptr_array_add (sorted, NULL);

  return g_strjoinv (" ", (char **) sorted->pdata);
}

/* What a new mail has is asked for, in the handler, over the same connection. */
static void
created_cb (GImapNotifier *notifier, GImapMessageSet *ids, guint mail_count, Mirror *mirror)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMails) mails = g_imap_transporter_get_mails (mirror->transporter, ids,
                                                               G_IMAP_FETCH_SUMMARY, NULL, &error);
  GListModel *list;

  g_assert_no_error (error);
  list = g_imap_mails_get_list (mails);
  for (guint i = 0; i < g_imap_message_set_get_size (ids); i++)
    {
      /* No mail is new twice. */
      g_assert_true (
          g_hash_table_insert (mirror->mails, g_imap_message_set_get_id (ids, i), g_strdup ("")));
    }
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (list, i);

      g_hash_table_replace (mirror->mails, g_strdup (g_email_get_id (mail)),
                            join (g_email_get_keywords (mail)));
    }
  mirror->n_news++;
}

static void
deleted_cb (GImapNotifier *notifier, GImapMessageSet *ids, Mirror *mirror)
{
  for (guint i = 0; i < g_imap_message_set_get_size (ids); i++)
    {
      g_autofree char *id = g_imap_message_set_get_id (ids, i);

      /* … nor gone twice. */
      g_assert_true (g_hash_table_remove (mirror->mails, id));
    }
  mirror->n_news++;
}

static void
flags_cb (GImapNotifier *notifier, GImapMessageSet *ids, const char *const *flags, Mirror *mirror)
{
  for (guint i = 0; i < g_imap_message_set_get_size (ids); i++)
    {
      char *id = g_imap_message_set_get_id (ids, i);

      g_assert_true (g_hash_table_contains (mirror->mails, id));
      g_hash_table_replace (mirror->mails, id, join (flags));
    }
  mirror->n_news++;
}

static void
error_cb (GImapNotifier *notifier, const GError *error, Mirror *mirror)
{
  g_test_message ("%s", error->message);
  g_clear_error (&mirror->error);
  mirror->error = g_error_copy (error);
  mirror->n_errors++;
}

static GImapMails *
list_box (GImapTransporter *transporter)
{
  g_autoptr (GError) error = NULL;
  GImapMails *mails = g_imap_transporter_get_mails_by_number (transporter, 1, 0,
                                                              G_IMAP_FETCH_SUMMARY, NULL, &error);

  g_assert_no_error (error);

  return mails;
}

/* The ids and keywords as another client sees them. */
static char *
describe (GImapTransporter *transporter)
{
  /* A FETCH by number alone would not tell it what is gone. */
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);
  g_autoptr (GImapMails) mails = list_box (transporter);
  GListModel *list = g_imap_mails_get_list (mails);
  GString *text = g_string_new ("");

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (list, i);
      g_autofree char *keywords = join (g_email_get_keywords (mail));

      g_string_append_printf (text, "%s %s\n", g_email_get_id (mail), keywords);
    }

  return g_string_free (text, FALSE);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint64 one = g_ascii_strtoull (a, NULL, 10);
  guint64 other = g_ascii_strtoull (b, NULL, 10);

  return (one > other) - (one < other);
}

/* The same from what was told. */
static char *
describe_mirror (Mirror *mirror)
{
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (mirror->mails), compare_ids);
  GString *text = g_string_new ("");

  for (GList *link = ids; link != NULL; link = link->next)
    g_string_append_printf (text, "%s %s\n", (const char *) link->data,
                            (const char *) g_hash_table_lookup (mirror->mails, link->data));

  return g_string_free (text, FALSE);
}

static gboolean
late_cb (gpointer is_late)
{
  *(gboolean *) is_late = TRUE;

  return G_SOURCE_REMOVE;
}

/* Until the mirror shows what the other client sees. */
static void
await_same (Mirror *mirror, GImapTransporter *other)
{
  g_autofree char *expected = describe (other);
  g_autofree char *seen = describe_mirror (mirror);
  gboolean is_late = FALSE;
  guint timeout = g_timeout_add_seconds (30, late_cb, &is_late);

  while (!is_late && strcmp (seen, expected) != 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_free (seen);
      seen = describe_mirror (mirror);
    }
  g_assert_cmpstr (seen, ==, expected);
  g_source_remove (timeout);
}

static void
await_errors (Mirror *mirror, guint n)
{
  gboolean is_late = FALSE;
  guint timeout = g_timeout_add_seconds (30, late_cb, &is_late);

  while (!is_late && mirror->n_errors < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (mirror->n_errors, ==, n);
  g_source_remove (timeout);
}

static void
append_mails (GImapTransporter *transporter, guint n)
{
  g_autoptr (GBytes) mail = g_bytes_new_static ("Subject: news\r\n\r\nThere are some.\r\n", 34);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapMessageSet)
          id = g_imap_transporter_append_mime (transporter, mail, BOX, NULL, NULL, NULL, &error);

      g_assert_no_error (error);
    }
}

/* A box with four mails, empty before. */
static GImapTransporter *
new_other (void)
{
  GImapTransporter *other = live_test_new_user ("IMAPS_PORT");
  g_autoptr (GError) error = NULL;

  g_imap_transporter_delete_box (other, BOX, NULL, NULL);
  g_imap_transporter_create_box (other, BOX, NULL, &error);
  g_assert_no_error (error);
  append_mails (other, 4);
  live_test_select (other, BOX, G_IMAP_BOX_STATE_WRITABLE);

  return other;
}

static Mirror *
mirror_new (const char *port)
{
  Mirror *mirror = g_new0 (Mirror, 1);
  g_autoptr (GImapMails) mails = NULL;
  g_autoptr (GError) error = NULL;

  mirror->mails = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  mirror->log = g_build_filename (g_get_tmp_dir (), "notifier-XXXXXX", NULL);
  g_close (g_mkstemp (mirror->log), NULL);
  mirror->transporter = live_test_new (port, "password", dovecot_get_setting ("PASSWORD"),
                                       "log-file", mirror->log);
  mirror->notifier = g_imap_transporter_get_notifier (mirror->transporter);
  g_signal_connect (mirror->notifier, "mail-created", G_CALLBACK (created_cb), mirror);
  g_signal_connect (mirror->notifier, "mail-deleted", G_CALLBACK (deleted_cb), mirror);
  g_signal_connect (mirror->notifier, "flags-modified", G_CALLBACK (flags_cb), mirror);
  g_signal_connect (mirror->notifier, "error", G_CALLBACK (error_cb), mirror);
  live_test_select (mirror->transporter, BOX, G_IMAP_BOX_STATE_WRITABLE);
  g_imap_notifier_start (mirror->notifier, NULL, &error);
  g_assert_no_error (error);
  mails = list_box (mirror->transporter);
  for (guint i = 0; i < g_list_model_get_n_items (g_imap_mails_get_list (mails)); i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (g_imap_mails_get_list (mails), i);

      g_hash_table_insert (mirror->mails, g_strdup (g_email_get_id (mail)),
                           join (g_email_get_keywords (mail)));
    }

  return mirror;
}

static void
mirror_free (Mirror *mirror)
{
  g_signal_handlers_disconnect_by_data (mirror->notifier, mirror);
  g_object_unref (mirror->transporter);
  g_unlink (mirror->log);
  g_free (mirror->log);
  g_hash_table_unref (mirror->mails);
  g_clear_error (&mirror->error);
  g_free (mirror);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mirror, mirror_free)

static void
change_flags (GImapTransporter *transporter, const char *id, const char *flag, gboolean is_added)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse (id, NULL);
  const char *const flags[] = { flag, NULL };
  g_autoptr (GError) error = NULL;

  if (is_added)
    g_imap_transporter_add_flags (transporter, ids, flags, NULL, &error);
  else
    g_imap_transporter_remove_flags (transporter, ids, flags, NULL, &error);
  g_assert_no_error (error);
}

static void
delete_mails (GImapTransporter *transporter, const char *text)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse (text, NULL);
  g_autoptr (GError) error = NULL;

  g_imap_transporter_delete (transporter, ids, NULL, &error);
  g_assert_no_error (error);
  g_imap_transporter_expunge_ids (transporter, ids, NULL, &error);
  g_assert_no_error (error);
}

/* What another client does, and what the transporter does itself. */
static void
test_news (void)
{
  g_autoptr (GImapTransporter) other = new_other ();
  g_autoptr (Mirror) mirror = mirror_new ("IMAPS_PORT");

  append_mails (other, 2);
  await_same (mirror, other);
  change_flags (other, "2:5", "$flagged", TRUE);
  change_flags (other, "3", "custom", TRUE);
  await_same (mirror, other);
  change_flags (other, "3:4", "$flagged", FALSE);
  delete_mails (other, "1,5");
  await_same (mirror, other);
  g_assert_cmpuint (g_hash_table_size (mirror->mails), ==, 4);

  change_flags (mirror->transporter, "2", "$seen", TRUE);
  append_mails (mirror->transporter, 1);
  delete_mails (mirror->transporter, "4");
  await_same (mirror, other);
  g_assert_cmpuint (mirror->n_errors, ==, 0);
}

static gpointer
work (gpointer transporter)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *text = describe (transporter);
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapMessageSet)
          ids = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_imap_message_set_get_size (ids), >, 0);
    }

  return NULL;
}

/* R16: calls of several threads at once, while news come. */
static void
test_busy (void)
{
  g_autoptr (GImapTransporter) other = new_other ();
  g_autoptr (Mirror) mirror = mirror_new ("IMAPS_PORT");
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("work", work, mirror->transporter);
  for (guint i = 0; i < 10; i++)
    {
      append_mails (other, 1);
      change_flags (other, "2:*", "$flagged", i % 2 == 0);
    }
  delete_mails (other, "5:8");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  await_same (mirror, other);
  g_assert_cmpuint (mirror->n_errors, ==, 0);
}

/* What the server can do is what it is asked with. */
static void
assert_resynced (Mirror *mirror)
{
  g_auto (GStrv) words = g_imap_transporter_dup_known_capabilities (mirror->transporter);
  gboolean has_qresync = g_strv_contains ((const char *const *) words, "QRESYNC");
  gboolean has_condstore = g_strv_contains ((const char *const *) words, "CONDSTORE");
  g_autofree char *log = NULL;

  g_assert_true (g_file_get_contents (mirror->log, &log, NULL, NULL));
  g_assert_cmpint (strstr (log, " (QRESYNC (") != NULL, ==, has_qresync);
  g_assert_cmpint (strstr (log, "(CHANGEDSINCE ") != NULL, ==, has_condstore && !has_qresync);
}

/* R02: the server's process dies, or says BYE, and things happen while there is no connection; the
 * connection of the other client is a new one too. */
static void
test_killed (gconstpointer way)
{
  g_autoptr (GImapTransporter) other = new_other ();
  g_autoptr (Mirror) mirror = mirror_new ("IMAPS_PORT");

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *before = NULL;

      g_strfreev (dovecot_control (way));
      /* What it says to a connection that is dead already would have no answer. */
      before = describe (other);
      append_mails (other, 1);
      delete_mails (other, i == 0 ? "1:3" : "4");
      change_flags (other, "5:*", "$answered", TRUE);
      await_errors (mirror, i + 1);
      await_same (mirror, other);
    }
  assert_resynced (mirror);
}

/* R01: the server's process stands still in IDLE: a call gets another one, and nothing is lost. */
static void
test_stopped (void)
{
  g_autoptr (GImapTransporter) other = new_other ();
  g_autoptr (Mirror) mirror = mirror_new ("IMAPS_PORT");
  g_autoptr (GError) error = NULL;
  g_autofree char *box = NULL;

  append_mails (other, 1);
  await_same (mirror, other);
  g_assert_true (g_imap_transporter_close (other, NULL, &error));
  imap_rest_times.idle_done = 300;
  /* Until it is in IDLE again. */
  g_usleep (500 * 1000);
  g_strfreev (dovecot_control ("stop"));
  change_flags (mirror->transporter, "2", "$flagged", TRUE);
  live_test_select (other, BOX, G_IMAP_BOX_STATE_WRITABLE);
  await_same (mirror, other);
  g_assert_cmpuint (mirror->n_errors, ==, 1);
  g_assert_error (mirror->error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_IDLE);
  imap_rest_times.idle_done = 10000;
  g_strfreev (dovecot_control ("continue"));
}

/* The whole server is away for a while, and the box changes meanwhile: three mails go, one comes. */
static void
test_restarted (void)
{
  g_autoptr (GImapTransporter) other = new_other ();
  g_autoptr (Mirror) mirror = mirror_new ("IMAPS_PORT");

  g_strfreev (dovecot_control ("down"));
  await_errors (mirror, 1);
  g_strfreev (dovecot_control ("deliver " BOX "\tmeanwhile"));
  g_strfreev (dovecot_control ("up"));
  await_same (mirror, other);
  g_assert_cmpuint (g_hash_table_size (mirror->mails), ==, 5);
  delete_mails (other, "2:4");
  await_same (mirror, other);
  g_assert_cmpuint (mirror->n_errors, ==, 1);
}

/* D08: the box is another one when the server is back. */
static void
test_renumbered (void)
{
  g_autoptr (GImapTransporter) other = new_other ();
  g_autoptr (Mirror) mirror = mirror_new ("IMAPS_PORT");

  g_strfreev (dovecot_control ("renumber " BOX));
  await_errors (mirror, 2);
  g_assert_error (mirror->error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
  g_assert_true (g_imap_notifier_get_is_started (mirror->notifier));
  g_assert_cmpuint (mirror->n_news, ==, 0);
}

/* D21: … or is not there any more. */
static void
test_box_deleted (void)
{
  g_autoptr (GImapTransporter) other = new_other ();
  g_autoptr (Mirror) mirror = mirror_new ("IMAPS_PORT");
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapStatus) status = NULL;
  gboolean is_late = FALSE;
  guint timeout = g_timeout_add_seconds (30, late_cb, &is_late);

  /* Who has it selected might hear BYE before the answer. */
  live_test_select (other, "INBOX", G_IMAP_BOX_STATE_READ_ONLY);
  g_imap_transporter_delete_box (other, BOX, NULL, &error);
  g_assert_no_error (error);
  /* The server says so when it is asked. */
  status = g_imap_transporter_check_connection (mirror->transporter, NULL, NULL);
  g_test_message ("%s", g_imap_status_get_status_text (status));
  while (!is_late && g_imap_notifier_get_is_started (mirror->notifier))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_source_remove (timeout);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_error (mirror->error, G_IMAP_ERROR, G_IMAP_ERROR_NO);
}

/* In the form that GTK uses. */
static void
test_async (void)
{
  g_autoptr (GImapTransporter) other = new_other ();
  GImapNotifier *notifier = g_imap_transporter_get_notifier (other);
  g_autoptr (GError) error = NULL;
  gboolean is_done = FALSE;

  live_test_await (notifier, g_imap_notifier_start, is_done, &error, NULL);
  g_assert_no_error (error);
  g_assert_true (is_done && g_imap_notifier_get_is_started (notifier));
  live_test_await (notifier, g_imap_notifier_stop, is_done, &error, NULL);
  g_assert_no_error (error);
  g_assert_true (is_done && !g_imap_notifier_get_is_started (notifier));
  g_assert_true (g_imap_notifier_stop (notifier, NULL, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  imap_rest_times.retry_min = 100;
  imap_rest_times.retry_max = 500;
  g_test_add_func ("/live/notifier/news", test_news);
  g_test_add_func ("/live/notifier/R16-busy", test_busy);
  g_test_add_data_func ("/live/notifier/R02-killed", "kill", test_killed);
  g_test_add_data_func ("/live/notifier/R02-terminated", "terminate", test_killed);
  g_test_add_func ("/live/notifier/R01-R04-stopped", test_stopped);
  g_test_add_func ("/live/notifier/R02-restarted", test_restarted);
  g_test_add_func ("/live/notifier/D08-renumbered", test_renumbered);
  g_test_add_func ("/live/notifier/D21-box-deleted", test_box_deleted);
  g_test_add_func ("/live/notifier/async", test_async);

  return g_test_run ();
}

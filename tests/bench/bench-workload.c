/* What a program does with a mailbox, as the benchmark measures it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "bench-workload.h"

#include <string.h>

/* Those of the private Dovecot. */
#define USER "alice"
#define PASSWORD "wonder land"

#define READ_SIZE (64 * 1024)
#define APPENDED_SIZE (10 * 1024)
#define LARGE_SIZE (20 * 1024 * 1024)

GImapTransporter *
bench_workload_open (const BenchPlace *place)
{
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) box = NULL;
  GImapTransporter *transporter;

  if (place->with_tls)
    database = g_tls_file_database_new (place->authority, &error);
  g_assert_no_error (error);
  transporter = g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", (guint) place->port, "user", USER,
      "password", PASSWORD, "tls-database", database, "tls-mode",
      place->with_tls ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS,
      "accept-unsecure-connection", !place->with_tls, "authentication-mode", "PLAIN", NULL);
  box = g_imap_transporter_select_box (transporter, place->box, G_IMAP_BOX_STATE_WRITABLE, NULL,
                                       &error);
  g_assert_no_error (error);

  return transporter;
}

guint64
bench_workload_get_octets (GImapTransporter *transporter)
{
  g_autoptr (GVariant) statistics = g_imap_transporter_dup_statistics (transporter);
  guint64 octets;

  g_assert_true (g_variant_lookup (statistics, "octets-received", "t", &octets));

  return octets;
}

static GImapMails *
get_mails (GImapTransporter *transporter, GImapFetchFlags flags, BenchCount *count)
{
  g_autoptr (GError) error = NULL;
  GImapMails *mails = g_imap_transporter_get_mails_by_number (transporter, 0, 0, flags, NULL,
                                                              &error);

  g_assert_no_error (error);
  count->mails = g_list_model_get_n_items (g_imap_mails_get_list (mails));

  return mails;
}

static void
list (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GImapMails) mails = get_mails (transporter, G_IMAP_FETCH_SUMMARY, count);
}

/* Subject, sender and date of each, as a list of mails shows them. */
static void
list_and_read (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GImapMails) mails = get_mails (transporter, G_IMAP_FETCH_SUMMARY, count);
  GListModel *model = g_imap_mails_get_list (mails);

  for (guint i = 0; i < count->mails; i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (model, i);
      g_autoptr (GEmailAddress) from = g_list_model_get_item (g_email_get_from (mail), 0);

      g_assert_nonnull (g_email_get_send_at (mail));
      count->content += strlen (g_email_get_subject (mail));
      count->content += strlen (g_email_address_get_email (from));
    }
}

static void
headers (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GImapMails) mails = get_mails (transporter, G_IMAP_FETCH_HEADERS, count);
}

static gboolean
count_mail_cb (GEmail *mail, gpointer user_data)
{
  BenchCount *count = user_data;

  count->mails++;
  count->content += g_email_get_size (mail);

  return TRUE;
}

/* One by one, as they come. */
static void
whole (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();
  g_autoptr (GError) error = NULL;
  gboolean done = g_imap_transporter_fetch_mails (transporter, all, G_IMAP_FETCH_WITH_BODY,
                                                  count_mail_cb, count, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
stream (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream)
      mail = g_imap_transporter_open_mime (transporter, "1", FALSE, NULL, &error);
  g_autofree char *buffer = g_malloc (READ_SIZE);
  gssize n;

  g_assert_no_error (error);
  while ((n = g_input_stream_read (mail, buffer, READ_SIZE, NULL, &error)) > 0)
    count->content += n;
  g_assert_no_error (error);
  count->mails = 1;
}

static void
search (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_search_mails (transporter, "NOT DELETED", NULL, &error);

  g_assert_no_error (error);
  count->mails = g_imap_message_set_get_size (ids);
}

static void
store (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  const char *const keywords[] = { "$flagged", NULL };
  /* Ids, not all: so it goes in pieces. Those that are not there do not matter. */
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_range (1, 100000, NULL);

  g_imap_transporter_add_flags (transporter, ids, keywords, NULL, &error);
  g_assert_no_error (error);
}

static GBytes *
make_mail (gsize size)
{
  GString *text = g_string_new ("From: somebody@example.org\r\nSubject: appended\r\n\r\n");

  while (text->len < size)
    g_string_append (text, "A line of text as it stands in many a mail, 64 octets long....\r\n");

  return g_string_free_to_bytes (text);
}

static void
append_mails (
    GImapTransporter *transporter, gsize size, guint n, BenchCount *count, BenchStart *start)
{
  g_autoptr (GBytes) mail = make_mail (size);

  *start = bench_begin ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapMessageSet)
          id = g_imap_transporter_append_mime (transporter, mail, "Sent", NULL, NULL, NULL, &error);

      g_assert_no_error (error);
      count->mails++;
      count->content += g_bytes_get_size (mail);
    }
}

static void
append (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  append_mails (transporter, APPENDED_SIZE, 20, count, start);
}

static void
append_large (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  append_mails (transporter, LARGE_SIZE, 1, count, start);
}

static void
num_to_id (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet) ids = g_imap_transporter_num_to_id (transporter, 0, 0, NULL, &error);

  g_assert_no_error (error);
  count->mails = g_imap_message_set_get_size (ids);
}

static void
copy (GImapTransporter *transporter, BenchCount *count, BenchStart *start)
{
  g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_copy (transporter, all, "Trash", NULL, &error);

  g_assert_no_error (error);
  count->mails = g_imap_message_set_get_size (ids);
}

static const BenchWorkload workloads[] = {
  { "open", NULL },
  { "list", list },
  { "list-and-read", list_and_read },
  { "headers", headers },
  { "whole", whole },
  { "stream", stream },
  { "search", search },
  { "store", store },
  { "append", append },
  { "append-large", append_large },
  { "num-to-id", num_to_id },
  { "copy", copy },
};

const BenchWorkload *
bench_workload_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (workloads); i++)
    if (g_str_equal (workloads[i].name, name))
      return &workloads[i];

  g_error ("there is no workload “%s”", name);
}

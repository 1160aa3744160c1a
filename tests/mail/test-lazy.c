/* Nothing is asked of a source before it is needed, and nothing twice; from any thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <string.h>

#include "gimap4d/mail/email-private.h"

/* A source that counts what it is asked, and has what it was given. */
typedef struct
{
  EmailSource parent;

  const char *mime;
  const char *header;
  gboolean has_envelope;
  gboolean has_structure;
  const char *part; /* what open_part gives, NULL for an error */

  int n_mime;
  int n_header;
  int n_envelope;
  int n_structure;
  int n_open;
  gboolean *was_freed;
} FakeSource;

static const char mail[] = "From: Mime <mime@example.com>\r\n"
                           "Subject: from the mime\r\n"
                           "References: <r@example.com>\r\n"
                           "Content-Type: multipart/mixed; boundary=b\r\n"
                           "\r\n"
                           "--b\r\n\r\nText.\r\n"
                           "--b\r\nContent-Type: image/png\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n";

static char *
dup_id (EmailSource *source)
{
  return g_strdup ("42");
}

static gint64
get_size (EmailSource *source)
{
  return 1234;
}

static GDateTime *
dup_received_at (EmailSource *source)
{
  return g_date_time_new_utc (2026, 1, 2, 3, 4, 5);
}

static GStrv
dup_flags (EmailSource *source)
{
  static const char *const flags[] = { "\\SEEN",    "\\Recent",  "$Forwarded",
                                       "\\Flagged", "\\Unknown", NULL };

  return g_strdupv ((char **) flags);
}

static GBytes *
dup_mime (EmailSource *source)
{
  FakeSource *self = (FakeSource *) source;

  g_atomic_int_inc (&self->n_mime);

  return self->mime != NULL ? g_bytes_new_static (self->mime, strlen (self->mime)) : NULL;
}

static GBytes *
dup_header (EmailSource *source)
{
  FakeSource *self = (FakeSource *) source;

  g_atomic_int_inc (&self->n_header);

  return self->header != NULL ? g_bytes_new_static (self->header, strlen (self->header)) : NULL;
}

static EmailEnvelope *
dup_envelope (EmailSource *source)
{
  FakeSource *self = (FakeSource *) source;
  EmailEnvelope *envelope;

  g_atomic_int_inc (&self->n_envelope);
  if (!self->has_envelope)
    return NULL;

  envelope = email_envelope_new ();
  envelope->subject = g_strdup ("from the envelope");
  envelope->date = g_strdup ("Mon, 5 Jan 2026 10:00:00 +0000");
  envelope->message_id = g_strdup ("<m@example.com>");
  envelope->in_reply_to = g_strdup ("<i@example.com> <j@example.com>");
  g_ptr_array_add (envelope->from, email_address_value_new ("Ada", "ada@example.com"));
  g_ptr_array_add (envelope->sender, email_address_value_new ("Ada", "ada@example.com"));
  g_ptr_array_add (envelope->reply_to, email_address_value_new (NULL, "list@example.com"));

  return envelope;
}

static EmailStructure *
dup_structure (EmailSource *source)
{
  FakeSource *self = (FakeSource *) source;
  EmailStructure *root;
  EmailStructure *part;

  g_atomic_int_inc (&self->n_structure);
  if (!self->has_structure)
    return NULL;

  root = email_structure_new ("");
  root->type = g_strdup ("multipart/mixed");
  part = email_structure_new ("1");
  part->type = g_strdup ("text/plain");
  g_ptr_array_add (root->parts, part);
  part = email_structure_new ("2");
  part->type = g_strdup ("application/pdf");
  part->encoding = g_strdup ("base64");
  part->size = 780;
  part->disposition = g_strdup ("attachment");
  g_hash_table_insert (part->disposition_parameters, g_strdup ("filename"), g_strdup ("../a.pdf"));
  g_ptr_array_add (root->parts, part);

  return root;
}

static GInputStream *
open_part (EmailSource *source, const char *part_id, GCancellable *cancellable, GError **error)
{
  FakeSource *self = (FakeSource *) source;

  self->n_open++;
  g_assert_cmpstr (part_id, ==, "2");
  if (self->part != NULL)
    return g_memory_input_stream_new_from_data (self->part, strlen (self->part), NULL);

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED, "gone");

  return NULL;
}

static void
open_part_async (EmailSource *source,
                 const char *part_id,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;
  GInputStream *stream = open_part (source, part_id, cancellable, &error);

  if (stream != NULL)
    g_task_return_pointer (task, stream, g_object_unref);
  else
    g_task_return_error (task, error);
}

static GInputStream *
open_part_finish (EmailSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
finalize (EmailSource *source)
{
  FakeSource *self = (FakeSource *) source;

  if (self->was_freed != NULL)
    *self->was_freed = TRUE;
  g_free (self);
}

static const EmailSourceClass fake_class = {
  .dup_id = dup_id,
  .get_size = get_size,
  .dup_received_at = dup_received_at,
  .dup_flags = dup_flags,
  .dup_mime = dup_mime,
  .dup_header = dup_header,
  .dup_envelope = dup_envelope,
  .dup_structure = dup_structure,
  .open_part = open_part,
  .open_part_async = open_part_async,
  .open_part_finish = open_part_finish,
  .finalize = finalize,
};

static const EmailSourceClass empty_class = {
  .finalize = finalize,
};

static FakeSource *
fake_source_new (const EmailSourceClass *klass)
{
  FakeSource *self = g_new0 (FakeSource, 1);

  email_source_init (&self->parent, klass);

  return self;
}

/* The mail has the only reference. */
static GEmail *
receive (FakeSource *source)
{
  GEmail *email = email_new_received (&source->parent);

  email_source_unref (&source->parent);

  return email;
}

static char *
get_first_address (GListModel *addresses)
{
  g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, 0);

  return address != NULL ? g_strdup (g_email_address_get_email (address)) : NULL;
}

static void
test_envelope_is_enough (void)
{
  FakeSource *source = fake_source_new (&fake_class);
  g_autoptr (GEmail) email = receive (source);
  g_autofree char *from = NULL;
  g_autofree char *reply_to = NULL;
  g_autofree char *date = NULL;

  source->mime = mail;
  source->header = mail;
  source->has_envelope = TRUE;
  g_assert_cmpint (source->n_envelope, ==, 0);

  g_assert_cmpstr (g_email_get_subject (email), ==, "from the envelope");
  g_assert_cmpstr (g_email_get_message_id (email), ==, "m@example.com");
  g_assert_cmpstr (g_email_get_in_reply_to (email), ==, "i@example.com j@example.com");
  date = g_date_time_format_iso8601 (g_email_get_send_at (email));
  g_assert_cmpstr (date, ==, "2026-01-05T10:00:00Z");
  from = get_first_address (g_email_get_from (email));
  reply_to = get_first_address (g_email_get_reply_to (email));
  g_assert_cmpstr (from, ==, "ada@example.com");
  g_assert_cmpstr (reply_to, ==, "list@example.com");
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_sender (email)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_to (email)), ==, 0);
  g_assert_cmpstr (g_email_get_id (email), ==, "42");
  g_assert_cmpuint (g_email_get_size (email), ==, 1234);
  g_assert_cmpstr (g_email_get_subject (email), ==, "from the envelope");

  g_assert_cmpint (source->n_envelope, ==, 1);
  g_assert_cmpint (source->n_mime, ==, 0);
  g_assert_cmpint (source->n_header, ==, 0);
  g_assert_cmpint (source->n_structure, ==, 0);
}

static void
test_header_before_mime (void)
{
  FakeSource *source = fake_source_new (&fake_class);
  g_autoptr (GEmail) email = receive (source);

  source->mime = mail;
  source->header = "Subject: from the header\r\nComments: c\r\n\r\n";
  g_assert_cmpstr (g_email_get_subject (email), ==, "from the header");
  g_assert_cmpstr (g_email_get_comments (email), ==, "c");
  g_assert_cmpuint (g_strv_length ((char **) g_email_get_references (email)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_headers (email)), ==, 2);

  g_assert_cmpint (source->n_header, ==, 1);
  g_assert_cmpint (source->n_mime, ==, 0);
}

static void
test_mime (void)
{
  FakeSource *source = fake_source_new (&fake_class);
  g_autoptr (GEmail) email = receive (source);

  source->mime = mail;
  source->has_structure = TRUE;
  g_assert_cmpstr (g_email_get_subject (email), ==, "from the mime");
  g_assert_cmpint (source->n_mime, ==, 1);
  g_assert_cmpstr (g_email_get_references (email)[0], ==, "r@example.com");
  g_assert_cmpint (source->n_mime, ==, 1);
  g_assert_cmpstr (g_email_get_text_body (email), ==, "Text.");
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_attachments (email)), ==, 1);
  g_assert_cmpstr (g_email_get_preview (email), ==, "Text.");
  g_assert_null (g_email_get_html_body (email));

  /* Once for the header, once for the parts. */
  g_assert_cmpint (source->n_mime, ==, 2);
  g_assert_cmpint (source->n_structure, ==, 0);
  g_assert_cmpint (source->n_open, ==, 0);
}

static void
test_keywords (void)
{
  g_autoptr (GEmail) email = receive (fake_source_new (&fake_class));
  g_autofree char *joined = g_strjoinv (" ", (char **) g_email_get_keywords (email));
  g_autofree char *date = g_date_time_format_iso8601 (g_email_get_received_at (email));

  g_assert_cmpstr (joined, ==, "$seen $Forwarded $flagged \\Unknown");
  g_assert_cmpstr (date, ==, "2026-01-02T03:04:05Z");
}

static void
test_source_that_knows_nothing (void)
{
  gboolean was_freed = FALSE;
  FakeSource *source = fake_source_new (&empty_class);
  GEmail *email = receive (source);

  source->was_freed = &was_freed;
  g_assert_null (g_email_get_id (email));
  g_assert_null (g_email_get_subject (email));
  g_assert_null (g_email_get_send_at (email));
  g_assert_null (g_email_get_text_body (email));
  g_assert_null (g_email_get_body_structure (email));
  g_assert_cmpuint (g_email_get_size (email), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_from (email)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_headers (email)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_attachments (email)), ==, 0);
  g_assert_true (email_get_source (email) == &source->parent);
  g_object_unref (email);
  g_assert_true (was_freed);
}

static GMailAttachment *
get_remote_attachment (FakeSource *source)
{
  g_autoptr (GEmail) email = receive (source);

  source->has_structure = TRUE;
  g_assert_null (g_email_get_text_body (email));
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_attachments (email)), ==, 1);
  g_assert_cmpint (source->n_structure, ==, 1);
  g_assert_cmpint (source->n_open, ==, 0);

  return g_list_model_get_item (g_email_get_attachments (email), 0);
}

/* The attachment outlives its mail. */
static void
test_remote_attachment (void)
{
  FakeSource *source = fake_source_new (&fake_class);
  g_autoptr (GMailAttachment) attachment = get_remote_attachment (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GInputStream) stream = NULL;
  char block[16];

  g_assert_cmpstr (g_mail_attachment_get_name (attachment), ==, "a.pdf");
  g_assert_cmpuint (g_mail_attachment_get_size (attachment), ==, 570);
  g_assert_null (g_mail_attachment_get_content (attachment, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
  g_clear_error (&error);

  source->part = "aGVs\r\nbG8=\r\n";
  content = g_mail_attachment_get_content (attachment, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), "hello", 5);

  stream = g_mail_attachment_open (attachment, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (stream, block, sizeof block, NULL, NULL), ==, 5);
  g_assert_cmpint (source->n_open, ==, 3);
}

static void
keep_result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (result);
}

static void
test_remote_attachment_async (void)
{
  FakeSource *source = fake_source_new (&fake_class);
  g_autoptr (GMailAttachment) attachment = get_remote_attachment (source);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;
  GAsyncResult *kept = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      if (i == 1)
        source->part = "aGVsbG8=";
      if (i == 2)
        g_cancellable_cancel (cancellable);
      g_mail_attachment_get_content_async (attachment, cancellable, keep_result_cb, &kept);
      g_assert_null (kept);
      result = wait_for (&kept);
      g_clear_pointer (&content, g_bytes_unref);
      content = g_mail_attachment_get_content_finish (attachment, result, &error);
      if (i == 0)
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
      else if (i == 2)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), "hello", 5);
      g_clear_error (&error);
    }
}

static void
test_no_way_to_open (void)
{
  static EmailSourceClass closed_class;
  FakeSource *source;
  g_autoptr (GMailAttachment) attachment = NULL;
  g_autoptr (GError) error = NULL;

  closed_class = fake_class;
  closed_class.open_part = NULL;
  source = fake_source_new (&closed_class);
  attachment = get_remote_attachment (source);

  g_assert_null (g_mail_attachment_open (attachment, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED);
}

static void
fail_on_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_received_is_read_only (void)
{
  FakeSource *source = fake_source_new (&fake_class);
  g_autoptr (GEmail) email = receive (source);

  source->has_envelope = TRUE;
  g_signal_connect (email, "notify", G_CALLBACK (fail_on_notify), NULL);
  g_object_set (email, "subject", "other", "from", NULL, NULL);
  g_email_set_text_body (email, "other");
  g_assert_cmpstr (g_email_get_subject (email), ==, "from the envelope");
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_from (email)), ==, 1);
  g_assert_null (g_email_get_text_body (email));
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_own_is_writable (void)
{
  static const char *const keywords[] = { "$draft", NULL };
  g_autoptr (GEmail) email = g_email_new ();
  g_autoptr (GListStore) to = g_list_store_new (G_TYPE_EMAIL_ADDRESS);
  g_autoptr (GDateTime) date = g_date_time_new_utc (2026, 1, 2, 3, 4, 5);
  guint n = 0;

  g_signal_connect (email, "notify", G_CALLBACK (count_notify), &n);
  g_assert_null (g_email_get_subject (email));
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_to (email)), ==, 0);
  g_object_set (email, "subject", "s", "to", to, "send-at", date, "keywords", keywords, NULL);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpstr (g_email_get_subject (email), ==, "s");
  g_assert_true (g_email_get_to (email) == G_LIST_MODEL (to));
  g_assert_true (g_email_get_send_at (email) == date);
  g_assert_cmpstr (g_email_get_keywords (email)[0], ==, "$draft");
  g_email_set_subject (email, NULL);
  g_email_set_to (email, NULL);
  g_email_set_keywords (email, NULL);
  g_assert_null (g_email_get_subject (email));
  g_assert_true (G_IS_LIST_STORE (g_email_get_to (email)));
  g_assert_cmpuint (g_strv_length ((char **) g_email_get_keywords (email)), ==, 0);
  g_assert_null (email_get_source (email));
}

static void
test_parsed_is_writable (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (mail, strlen (mail));
  g_autoptr (GEmail) email = g_email_new_from_mime (bytes, NULL);

  g_email_set_subject (email, "mine");
  g_assert_cmpstr (g_email_get_subject (email), ==, "mine");
  g_assert_cmpstr (g_email_get_text_body (email), ==, "Text.");
  g_assert_null (email_get_source (email));
}

typedef struct
{
  GEmail *email;
  GMailAttachment *attachment;
  GEmailBodyPart *structure;
} Shared;

static gpointer
read_all (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GMailAttachment)
          attachment = g_list_model_get_item (g_email_get_attachments (shared->email), 0);
      g_autoptr (GBytes) content = g_mail_attachment_get_content (attachment, NULL, NULL);
      GEmailBodyPart *structure = g_email_get_body_structure (shared->email);

      g_assert_cmpstr (g_email_get_subject (shared->email), ==, "from the mime");
      g_assert_cmpstr (g_email_get_text_body (shared->email), ==, "Text.");
      g_assert_cmpuint (g_bytes_get_size (content), ==, 5);
      g_assert_cmpuint (g_mail_attachment_get_size (attachment), ==, 5);
      g_assert_false (g_email_body_part_get_is_encoding_problem (structure));
      g_assert_cmpuint (g_list_model_get_n_items (g_email_body_part_get_headers (structure)), ==,
                        4);
    }

  return g_email_get_body_structure (shared->email);
}

static void
test_threads (void)
{
  FakeSource *source = fake_source_new (&fake_class);
  g_autoptr (GEmail) email = receive (source);
  Shared shared = { .email = email };
  GThread *threads[4];
  gpointer structures[4];

  source->mime = mail;
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_all, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    structures[i] = g_thread_join (threads[i]);

  for (guint i = 1; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (structures[i] == structures[0]);
  g_assert_cmpint (source->n_mime, ==, 2);
}

static void
test_made_attachments (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("%PDF-1.4 x", 10);
  g_autoptr (GMailAttachment)
      made = g_mail_attachment_new_from_bytes (bytes, "a.pdf", NULL, NULL, NULL);
  g_autoptr (GMailAttachment)
      picture = g_mail_attachment_new_from_bytes (bytes, NULL, "id", "image/png", NULL);
  g_autoptr (GMailAttachment) none = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "mails", "empty-body.eml",
                                                 NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GMailAttachment)
      file = g_mail_attachment_new_from_path (path, NULL, NULL, "message/rfc822", NULL, &error);
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) content_async = NULL;
  g_autofree char *type = NULL;

  g_assert_no_error (error);
  g_object_get (made, "type", &type, NULL);
  g_assert_cmpstr (type, ==, "application/pdf");
  g_assert_cmpstr (g_mail_attachment_get_disposition (made), ==, "attachment");
  g_assert_cmpstr (g_mail_attachment_get_disposition (picture), ==, "inline");
  g_assert_null (g_mail_attachment_get_path (made));

  g_assert_cmpstr (g_mail_attachment_get_name (file), ==, "empty-body.eml");
  g_assert_cmpstr (g_mail_attachment_get_path (file), ==, path);
  content = g_mail_attachment_get_content (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (content), ==, g_mail_attachment_get_size (file));
  g_mail_attachment_get_content_async (file, NULL, keep_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  content_async = g_mail_attachment_get_content_finish (file, result, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (content, content_async));

  none = g_mail_attachment_new_from_path ("/no/such/file", NULL, NULL, NULL, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_null (none);
  g_clear_error (&error);
  none = g_mail_attachment_new_from_path (folder, NULL, NULL, NULL, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lazy/envelope-is-enough", test_envelope_is_enough);
  g_test_add_func ("/lazy/header-before-mime", test_header_before_mime);
  g_test_add_func ("/lazy/mime", test_mime);
  g_test_add_func ("/lazy/keywords", test_keywords);
  g_test_add_func ("/lazy/source-that-knows-nothing", test_source_that_knows_nothing);
  g_test_add_func ("/lazy/remote-attachment", test_remote_attachment);
  g_test_add_func ("/lazy/remote-attachment-async", test_remote_attachment_async);
  g_test_add_func ("/lazy/no-way-to-open", test_no_way_to_open);
  g_test_add_func ("/lazy/received-is-read-only", test_received_is_read_only);
  g_test_add_func ("/lazy/own-is-writable", test_own_is_writable);
  g_test_add_func ("/lazy/parsed-is-writable", test_parsed_is_writable);
  g_test_add_func ("/lazy/threads", test_threads);
  g_test_add_func ("/lazy/made-attachments", test_made_attachments);

  return g_test_run ();
}

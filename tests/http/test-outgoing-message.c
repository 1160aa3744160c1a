/* The message by the letter: which type sets which header, and that a failed call changes nothing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gimap4d/http/outgoing-message-private.h"

static const char png[] = "\x89PNG\r\n\x1a\n rest";

static void
collect (const char *name, const char *value, gpointer data)
{
  g_string_append_printf (data, "%s: %s\n", name, value);
}

static char *
dup_wire (GOutgoingMessage *message, gboolean is_secure)
{
  GString *text = g_string_new (NULL);

  outgoing_message_foreach_wire_header (message, is_secure, collect, text);

  return g_string_free (text, FALSE);
}

static void
assert_wire (GOutgoingMessage *message, const char *expected)
{
  g_autofree char *wire = dup_wire (message, FALSE);

  g_assert_cmpstr (wire, ==, expected);
}

static void
assert_content (GOutgoingMessage *message, const void *expected, gsize expected_size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) input = NULL;
  char buffer[256];
  gsize size = 0;
  gint64 length = 0;

  input = outgoing_body_open (outgoing_message_get_wire_body (message), &length, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (input, buffer, sizeof buffer, &size, NULL, &error));
  g_assert_cmpmem (buffer, size, expected, expected_size);
  g_assert_cmpint (length, ==, g_outgoing_message_get_content_length (message));
}

static GOutgoingMessage *
message_with_value (GValue *value)
{
  g_autoptr (GError) error = NULL;
  GOutgoingMessage *message = g_outgoing_message_new ();

  g_assert_true (g_outgoing_message_set_body (message, value, &error));
  g_assert_no_error (error);
  g_value_unset (value);

  return message;
}

static void
assert_type (GOutgoingMessage *message, const char *type, const char *content)
{
  g_assert_cmpstr (g_outgoing_message_get_header (message, "content-type"), ==, type);
  assert_content (message, content, strlen (content));
}

static void
test_new (void)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GHashTable) headers = g_outgoing_message_get_headers (message);

  g_assert_cmpint (g_outgoing_message_get_status (message), ==, 200);
  g_assert_null (g_outgoing_message_get_body (message));
  g_assert_cmpuint (g_hash_table_size (headers), ==, 0);
  g_assert_cmpint (g_outgoing_message_get_content_length (message), ==, 0);
  g_assert_true (g_outgoing_message_get_add_charset (message));
  assert_wire (message, "");
}

static void
test_types (void)
{
  GValue value = G_VALUE_INIT;
  g_autoptr (GOutgoingMessage) text = NULL;
  g_autoptr (GOutgoingMessage) bytes = NULL;
  g_autoptr (GOutgoingMessage) byte_array = NULL;
  g_autoptr (GOutgoingMessage) object = NULL;
  g_autoptr (GOutgoingMessage) array = NULL;
  g_autoptr (GOutgoingMessage) node = NULL;
  g_autoptr (GOutgoingMessage) variant = NULL;
  g_autoptr (GOutgoingMessage) blob = NULL;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_static_string (&value, "é");
  text = message_with_value (&value);
  assert_type (text, "text/plain", "é");

  g_value_init (&value, G_TYPE_BYTES);
  g_value_take_boxed (&value, g_bytes_new_static ("a\0b", 3));
  bytes = message_with_value (&value);
  g_assert_cmpstr (g_outgoing_message_get_header (bytes, "Content-Type"), ==,
                   "application/octet-stream");
  assert_content (bytes, "a\0b", 3);

  g_value_init (&value, G_TYPE_BYTE_ARRAY);
  g_value_take_boxed (&value, g_byte_array_append (g_byte_array_new (), (const guint8 *) "xy", 2));
  byte_array = message_with_value (&value);
  assert_type (byte_array, "application/octet-stream", "xy");

  g_value_init (&value, JSON_TYPE_OBJECT);
  g_value_take_boxed (&value, json_object_new ());
  object = message_with_value (&value);
  assert_type (object, "application/json", "{}");

  g_value_init (&value, JSON_TYPE_ARRAY);
  g_value_take_boxed (&value, json_array_new ());
  array = message_with_value (&value);
  assert_type (array, "application/json", "[]");

  g_value_init (&value, JSON_TYPE_NODE);
  g_value_take_boxed (&value, json_node_new (JSON_NODE_NULL));
  node = message_with_value (&value);
  assert_type (node, "application/json", "null");

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (&value, g_variant_new_parsed ("{'a': <[1, 2]>}"));
  variant = message_with_value (&value);
  assert_type (variant, "application/json", "{\"a\":[1,2]}");

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (&value, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "zz", 2, 1));
  blob = message_with_value (&value);
  assert_type (blob, "application/octet-stream", "zz");
}

static void
test_images (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
    const char *type;
  } rows[] = {
    { png, sizeof png - 1, "image/png" },
    { "\xff\xd8\xff\xe0 jfif", 9, "image/jpeg" },
    { "GIF89a", 6, "image/gif" },
    { "RIFF....WEBPVP8 ", 16, "image/webp" },
    { "II*\0 tiff", 9, "image/tiff" },
    { "BM bitmap", 9, "image/bmp" },
    { "<?xml version='1.0'?><svg/>", 27, "image/svg+xml" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
      g_autoptr (GBytes) bytes = g_bytes_new_static (rows[i].bytes, rows[i].size);
      g_autoptr (GIcon) icon = g_bytes_icon_new (bytes);

      g_assert_true (g_outgoing_message_set_image (message, G_LOADABLE_ICON (icon), &error));
      g_assert_no_error (error);
      g_assert_cmpstr (g_outgoing_message_get_header (message, "Content-Type"), ==, rows[i].type);
      assert_content (message, rows[i].bytes, rows[i].size);
    }
}

static void
assert_unchanged (GOutgoingMessage *message)
{
  g_assert_cmpstr (g_value_get_string (g_outgoing_message_get_body (message)), ==, "kept");
  g_assert_cmpint (g_outgoing_message_get_status (message), ==, 201);
  assert_wire (message, "Content-Type: text/plain; charset=utf-8\nX-A: 1\n");
}

static GOutgoingMessage *
message_to_keep (void)
{
  g_autoptr (GError) error = NULL;
  GOutgoingMessage *message = g_outgoing_message_new ();

  g_assert_true (g_outgoing_message_set_text (message, "kept", &error));
  g_assert_true (g_outgoing_message_set_header (message, "X-A", "1", &error));
  g_assert_true (g_outgoing_message_set_status (message, 201, &error));
  g_assert_no_error (error);

  return message;
}

static void
assert_refused_body (GOutgoingMessage *message, GValue *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (g_outgoing_message_set_body (message, value, &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_UNSUPPORTED_BODY);
  assert_unchanged (message);
  if (G_IS_VALUE (value))
    g_value_unset (value);
}

static void
test_unsupported (void)
{
  const GType types[] = { G_TYPE_INT,   G_TYPE_BOOLEAN, G_TYPE_DOUBLE,   G_TYPE_STRING,
                          G_TYPE_BYTES, G_TYPE_POINTER, G_TYPE_OBJECT,   G_TYPE_VARIANT,
                          G_TYPE_CHAR,  G_TYPE_INT64,   G_TYPE_DATE_TIME };
  g_autoptr (GOutgoingMessage) message = message_to_keep ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("no picture", 10);
  GValue value = G_VALUE_INIT;

  assert_refused_body (message, &value);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_value_init (&value, types[i]);
      assert_refused_body (message, &value);
    }

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_static_string (&value, "\xff");
  assert_refused_body (message, &value);

  g_value_init (&value, G_TYPE_DATE_TIME);
  g_value_take_boxed (&value, g_date_time_new_now_utc ());
  assert_refused_body (message, &value);

  g_value_init (&value, G_TYPE_OBJECT);
  g_value_take_object (&value, g_bytes_icon_new (bytes));
  assert_refused_body (message, &value);

  g_value_init (&value, G_TYPE_OBJECT);
  g_value_take_object (&value, g_cancellable_new ());
  assert_refused_body (message, &value);
}

static void
test_headers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GHashTable) snapshot = NULL;

  g_assert_true (g_outgoing_message_set_text (message, "<p>", &error));
  g_assert_true (g_outgoing_message_set_header (message, "content-TYPE", "text/html", &error));
  g_assert_true (g_outgoing_message_set_header (message, "X-Latin", "café", &error));
  snapshot = g_outgoing_message_get_headers (message);
  g_assert_cmpuint (g_hash_table_size (snapshot), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (snapshot, "content-TYPE"), ==, "text/html");
  assert_wire (message, "Content-Type: text/html; charset=utf-8\nX-Latin: caf\xe9\n");
}

static void
test_content_type_after_body (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_assert_true (
      g_outgoing_message_set_header (message, "Content-Type", "application/pdf", &error));
  g_assert_true (g_outgoing_message_set_text (message, "x", &error));
  g_assert_cmpstr (g_outgoing_message_get_header (message, "Content-Type"), ==, "text/plain");
  g_assert_true (
      g_outgoing_message_set_header (message, "Content-Type", "application/pdf", &error));
  assert_wire (message, "Content-Type: application/pdf\n");
}

static void
test_charset (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_assert_true (g_outgoing_message_set_text (message, "x", &error));
  g_assert_cmpstr (g_outgoing_message_get_header (message, "Content-Type"), ==, "text/plain");
  assert_wire (message, "Content-Type: text/plain; charset=utf-8\n");
  g_assert_true (
      g_outgoing_message_set_header (message, "Content-Type", "text/css;Charset=x", &error));
  assert_wire (message, "Content-Type: text/css;Charset=x\n");
  g_assert_true (g_outgoing_message_set_header (message, "Content-Type", "text/html", &error));
  g_outgoing_message_set_add_charset (message, FALSE);
  assert_wire (message, "Content-Type: text/html\n");
}

/* H01, H03 */
static void
test_invalid_headers (void)
{
  static const struct
  {
    const char *key;
    const char *value;
    int code;
  } rows[] = {
    { "", "x", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "a b", "x", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "a:", "x", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "a\r\nb", "x", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "a\n", "x", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "é", "x", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "X-A", "a\rb", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "X-A", "a\nb", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "X-A", "a\x01", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "X-A", "日本", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "X-A", "\xff", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER },
    { "Content-Length", "1", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "transfer-encoding", "chunked", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "CONNECTION", "close", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "Host", "x", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "Date", "x", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "Upgrade", "x", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "Keep-Alive", "x", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "TE", "x", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
    { "Trailer", "x", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER },
  };
  g_autoptr (GOutgoingMessage) message = message_to_keep ();
  g_autofree char *fits = g_strnfill (8192, 'v');
  g_autofree char *too_long = g_strnfill (8193, 'v');
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) refusal = NULL;

      g_assert_false (
          g_outgoing_message_set_header (message, rows[i].key, rows[i].value, &refusal));
      g_assert_error (refusal, G_OUTGOING_MESSAGE_ERROR, rows[i].code);
      assert_unchanged (message);
    }

  g_assert_false (g_outgoing_message_set_header (message, "X-A", too_long, &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER);
  g_clear_error (&error);
  g_assert_false (g_outgoing_message_set_header (message, too_long, "x", &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER);
  assert_unchanged (message);
  g_clear_error (&error);
  g_assert_true (g_outgoing_message_set_header (message, "X-A", fits, &error));
}

static void
test_header_limits (void)
{
  g_autoptr (GOutgoingMessage) many = g_outgoing_message_new ();
  g_autoptr (GOutgoingMessage) large = g_outgoing_message_new ();
  g_autofree char *value = g_strnfill (8000, 'v');
  guint n_many = 0;
  guint n_large = 0;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("X-%u", i);

      n_many += g_outgoing_message_set_header (many, key, "", NULL);
      n_large += g_outgoing_message_set_header (large, key, value, NULL);
    }

  g_assert_cmpuint (n_many, ==, 100);
  g_assert_cmpuint (n_large, ==, 4);
  g_assert_true (g_outgoing_message_set_header (many, "x-5", "again", NULL));
}

static void
test_status (void)
{
  static const int wrong[] = { 0, -1, 100, 101, 199, 600, G_MAXINT, G_MININT };
  g_autoptr (GOutgoingMessage) message = message_to_keep ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (g_outgoing_message_set_status (message, wrong[i], &error));
      g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_STATUS);
      assert_unchanged (message);
    }
  g_assert_true (g_outgoing_message_set_status (message, 599, NULL));
  g_assert_cmpint (g_outgoing_message_get_status (message), ==, 599);
}

static void
count (GObject *object, GParamSpec *pspec, gpointer data)
{
  guint *calls = data;

  (*calls)++;
}

static void
test_assign_body (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_auto (GValue) value = G_VALUE_INIT;
  GValue *read_back = NULL;
  guint calls = 0;

  g_signal_connect (message, "notify::body", G_CALLBACK (count), &calls);
  g_assert_true (g_outgoing_message_set_header (message, "Content-Type", "image/x", &error));
  g_value_init (&value, G_TYPE_BYTES);
  g_value_set_boxed (&value, bytes);
  g_object_set (message, "body", &value, NULL);
  g_assert_cmpuint (calls, ==, 1);
  assert_wire (message, "Content-Type: image/x\n");
  assert_content (message, "abc", 3);

  g_object_get (message, "body", &read_back, NULL);
  g_assert_true (g_value_get_boxed (read_back) == bytes);
  g_boxed_free (G_TYPE_VALUE, read_back);

  g_object_set (message, "body", NULL, NULL);
  g_assert_null (g_outgoing_message_get_body (message));
  g_assert_cmpint (g_outgoing_message_get_content_length (message), ==, 0);
}

static void
test_default_type (void)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GHashTable) headers = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_static_string (&value, "<script>");
  g_object_set (message, "body", &value, NULL);
  headers = g_outgoing_message_get_headers (message);
  g_assert_cmpuint (g_hash_table_size (headers), ==, 0);
  assert_wire (message, "Content-Type: text/plain; charset=utf-8\n");
}

/* What is written to the log while a test wants to see it. */
static GString *caught_log = NULL;

static GLogWriterOutput
catch_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (caught_log == NULL)
    return g_log_writer_default (level, fields, n_fields, data);

  for (gsize i = 0; i < n_fields; i++)
    if (level == G_LOG_LEVEL_CRITICAL && g_str_equal (fields[i].key, "MESSAGE"))
      g_string_append (caught_log, fields[i].value);

  return G_LOG_WRITER_HANDLED;
}

static void
test_assign_refused (void)
{
  g_autoptr (GOutgoingMessage) message = message_to_keep ();
  g_auto (GValue) value = G_VALUE_INIT;
  guint calls = 0;

  g_signal_connect (message, "notify::body", G_CALLBACK (count), &calls);
  g_value_init (&value, G_TYPE_INT);
  caught_log = g_string_new (NULL);
  g_object_set (message, "body", &value, NULL);
  g_assert_nonnull (strstr (caught_log->str, "stays as it was"));
  g_assert_nonnull (strstr (caught_log->str, "gint"));
  g_string_free (g_steal_pointer (&caught_log), TRUE);

  g_assert_cmpuint (calls, ==, 0);
  assert_unchanged (message);
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) directory = g_file_new_for_path (folder);
  g_autoptr (GFile) pipe_file = g_file_new_for_path (fifo);
  g_autoptr (GOutgoingMessage) message = message_to_keep ();

  g_assert_false (g_outgoing_message_set_file (message, file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (g_outgoing_message_set_file (message, directory, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_false (g_outgoing_message_set_file (message, pipe_file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);
  assert_unchanged (message);

  g_assert_true (g_file_set_contents (path, png, sizeof png - 1, &error));
  g_assert_true (g_outgoing_message_set_file (message, file, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_outgoing_message_get_header (message, "Content-Type"), ==, "image/png");
  assert_content (message, png, sizeof png - 1);

  g_unlink (path);
  g_unlink (fifo);
  g_rmdir (folder);
}

static void
test_stream (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) message = message_to_keep ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("abc", 3, NULL);

  g_assert_false (g_outgoing_message_set_stream (message, stream, 3, "a/b\r\nX: y", &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER);
  assert_unchanged (message);
  g_clear_error (&error);

  g_assert_true (g_outgoing_message_set_stream (message, stream, -1, NULL, &error));
  g_assert_cmpstr (g_outgoing_message_get_header (message, "Content-Type"), ==,
                   "application/octet-stream");
  g_assert_cmpint (g_outgoing_message_get_content_length (message), ==, -1);
  assert_content (message, "abc", 3);

  g_assert_true (outgoing_message_begin_sending (message, &error));
  g_assert_false (outgoing_message_begin_sending (message, &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT);
}

static void
test_already_sent (void)
{
  g_autoptr (GOutgoingMessage) message = message_to_keep ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  GError *errors[6] = { NULL };

  g_assert_true (outgoing_message_begin_sending (message, &errors[0]));
  g_assert_true (outgoing_message_begin_sending (message, &errors[0]));
  g_assert_false (g_outgoing_message_set_text (message, "x", &errors[0]));
  g_assert_false (g_outgoing_message_set_bytes (message, bytes, &errors[1]));
  g_assert_false (g_outgoing_message_set_header (message, "X-B", "x", &errors[2]));
  g_assert_false (g_outgoing_message_set_status (message, 404, &errors[3]));
  g_assert_false (g_outgoing_message_add_cookie (message, "a", "b", -1, 0, &errors[4]));
  g_assert_false (g_outgoing_message_set_redirect (message, "/", 302, &errors[5]));
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT);
      g_error_free (errors[i]);
    }
  assert_unchanged (message);
}

/* H30, H22 */
static void
test_cookies (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autofree char *secure = NULL;

  g_assert_true (g_outgoing_message_set_header (message, "set-cookie", "z=0", &error));
  g_assert_true (
      g_outgoing_message_add_cookie (message, "a", "1", -1, G_OUTGOING_COOKIE_NONE, &error));
  g_assert_true (g_outgoing_message_add_cookie (message, "b", "2", 5,
                                                G_OUTGOING_COOKIE_SAME_SITE_STRICT, &error));
  g_assert_no_error (error);
  assert_wire (message, "Set-Cookie: z=0\nSet-Cookie: a=1; Path=/; HttpOnly; SameSite=Lax\n"
                        "Set-Cookie: b=2; Path=/; Max-Age=5; HttpOnly; SameSite=Strict\n");
  secure = dup_wire (message, TRUE);
  g_assert_nonnull (strstr (secure, "a=1; Path=/; Secure; HttpOnly; SameSite=Lax\n"));
  g_assert_true (
      g_str_has_prefix (g_outgoing_message_get_header (message, "Set-Cookie"), "z=0, a=1;"));

  g_assert_false (g_outgoing_message_add_cookie (message, "a", "x;y", -1, 0, &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER);
  g_clear_error (&error);

  g_assert_true (g_outgoing_message_set_header (message, "Set-Cookie", "only=1", &error));
  assert_wire (message, "Set-Cookie: only=1\n");
}

static void
test_cookie_limit (void)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  guint n_added = 0;

  for (guint i = 0; i < 100; i++)
    n_added += g_outgoing_message_add_cookie (message, "a", "b", -1, 0, NULL);
  g_assert_cmpuint (n_added, ==, 50);
}

/* H02 */
static void
test_conveniences (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_assert_true (g_outgoing_message_set_redirect (message, "/é", 303, &error));
  g_assert_cmpint (g_outgoing_message_get_status (message), ==, 303);
  g_assert_true (g_outgoing_message_set_attachment_name (message, "a b.pdf", &error));
  g_assert_true (g_outgoing_message_set_etag (message, "v1", &error));
  assert_wire (message, "Location: /%C3%A9\nContent-Disposition: attachment; filename=\"a b.pdf\"\n"
                        "ETag: \"v1\"\n");
  g_assert_true (g_outgoing_message_set_etag (message, "\"v2\"", &error));
  g_assert_cmpstr (g_outgoing_message_get_header (message, "ETag"), ==, "\"v2\"");
  g_assert_true (g_outgoing_message_set_etag (message, "W/\"v3\"", &error));
  g_assert_cmpstr (g_outgoing_message_get_header (message, "ETag"), ==, "W/\"v3\"");
  g_assert_no_error (error);

  g_assert_false (g_outgoing_message_set_etag (message, "a\"b", &error));
  g_clear_error (&error);
  g_assert_false (g_outgoing_message_set_redirect (message, "/", 200, &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_INVALID_STATUS);
  g_clear_error (&error);
  g_assert_false (g_outgoing_message_set_redirect (message, "/a\r\nX: y", 302, &error));
  g_clear_error (&error);
  g_assert_false (g_outgoing_message_set_attachment_name (message, "", &error));
  g_clear_error (&error);
  g_assert_cmpstr (g_outgoing_message_get_header (message, "Location"), ==, "/%C3%A9");
  g_assert_cmpint (g_outgoing_message_get_status (message), ==, 303);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (catch_log, NULL, NULL);
  g_test_add_func ("/outgoing-message/new", test_new);
  g_test_add_func ("/outgoing-message/types", test_types);
  g_test_add_func ("/outgoing-message/images", test_images);
  g_test_add_func ("/outgoing-message/unsupported", test_unsupported);
  g_test_add_func ("/outgoing-message/headers", test_headers);
  g_test_add_func ("/outgoing-message/content-type-after-body", test_content_type_after_body);
  g_test_add_func ("/outgoing-message/charset", test_charset);
  g_test_add_func ("/outgoing-message/H01/invalid-headers", test_invalid_headers);
  g_test_add_func ("/outgoing-message/header-limits", test_header_limits);
  g_test_add_func ("/outgoing-message/status", test_status);
  g_test_add_func ("/outgoing-message/assign-body", test_assign_body);
  g_test_add_func ("/outgoing-message/default-type", test_default_type);
  g_test_add_func ("/outgoing-message/assign-refused", test_assign_refused);
  g_test_add_func ("/outgoing-message/file", test_file);
  g_test_add_func ("/outgoing-message/stream", test_stream);
  g_test_add_func ("/outgoing-message/already-sent", test_already_sent);
  g_test_add_func ("/outgoing-message/H22/cookies", test_cookies);
  g_test_add_func ("/outgoing-message/cookie-limit", test_cookie_limit);
  g_test_add_func ("/outgoing-message/H02/conveniences", test_conveniences);

  return g_test_run ();
}

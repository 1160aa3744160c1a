/* Bodies that are streams and files: whole, in constant memory, cut where their source is (H29).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

/* Gives bytes without end, or up to a size, and then ends or fails; one at a time with slow. */
#define TEST_TYPE_SOURCE (test_source_get_type ())
G_DECLARE_FINAL_TYPE (TestSource, test_source, TEST, SOURCE, GInputStream)

struct _TestSource
{
  GInputStream parent_instance;

  guint64 remaining;
  guint64 given;
  gsize step;
  gboolean fails;
  gboolean *is_finalized;
};

G_DEFINE_FINAL_TYPE (TestSource, test_source, G_TYPE_INPUT_STREAM)

static gssize
test_source_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  TestSource *self = TEST_SOURCE (stream);
  gsize size = MIN (count, MIN (self->step, self->remaining));

  if (size == 0 && self->fails)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The source has failed");
      return -1;
    }
  for (gsize i = 0; i < size; i++)
    ((guchar *) buffer)[i] = (guchar) ((self->given + i) * 7);
  self->given += size;
  self->remaining -= size;

  return size;
}

static void
test_source_finalize (GObject *object)
{
  TestSource *self = TEST_SOURCE (object);

  if (self->is_finalized != NULL)
    *self->is_finalized = TRUE;

  G_OBJECT_CLASS (test_source_parent_class)->finalize (object);
}

static void
test_source_init (TestSource *self)
{
  self->step = G_MAXSIZE;
}

static void
test_source_class_init (TestSourceClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = test_source_read;
  G_OBJECT_CLASS (klass)->finalize = test_source_finalize;
}

static TestSource *
source_new (guint64 size)
{
  TestSource *source = g_object_new (TEST_TYPE_SOURCE, NULL);

  source->remaining = size;

  return source;
}

static ServerFixture *
fixture_new (void)
{
  ServerFixture *fixture = server_fixture_new ("T");

  g_object_set (fixture->server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);

  return fixture;
}

static void
send_source (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  GHashTable *query = g_incoming_message_get_url_query (request);
  const char *length = g_hash_table_lookup (query, "length");
  g_autoptr (TestSource)
      source = source_new (g_ascii_strtoull (g_hash_table_lookup (query, "size"), NULL, 10));

  source->fails = g_hash_table_contains (query, "fails");
  if (g_hash_table_contains (query, "slow"))
    source->step = 1;
  source->is_finalized = data;
  g_assert_true (g_outgoing_message_set_stream (
      message, G_INPUT_STREAM (source), length != NULL ? g_ascii_strtoll (length, NULL, 10) : -1,
      NULL, NULL));
  g_rest_call_return_message (call, message);
}

static void
add_handler (ServerFixture *fixture, const char *path, GHttpHandlerFunction func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_rest_server_add_handler (fixture->server, path, NULL, func, data, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_pattern (GBytes *bytes, gsize expected)
{
  gsize size = 0;
  const guchar *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint (size, ==, expected);
  for (gsize i = 0; i < size; i++)
    if (data[i] != (guchar) (i * 7))
      g_error ("byte %" G_GSIZE_FORMAT " is wrong", i);
}

static void
test_whole (void)
{
  static const struct
  {
    const char *query;
    gsize size;
    const char *header;
  } rows[] = {
    { "/s?size=0", 0, "Transfer-Encoding: chunked" },
    { "/s?size=1", 1, "Transfer-Encoding: chunked" },
    { "/s?size=50&slow=1", 50, "Transfer-Encoding: chunked" },
    { "/s?size=65536", 65536, "Transfer-Encoding: chunked" },
    { "/s?size=1000000", 1000000, "Transfer-Encoding: chunked" },
    { "/s?size=0&length=0", 0, "Content-Length: 0" },
    { "/s?size=65536&length=65536", 65536, "Content-Length: 65536" },
    { "/s?size=1000000&length=1000000", 1000000, "Content-Length: 1000000" },
    { "/s?size=50&length=50&slow=1", 50, "Content-Length: 50" },
    /* What goes beyond the length that was told is not sent. */
    { "/s?size=1000&length=10", 10, "Content-Length: 10" },
  };
  g_autoptr (ServerFixture) fixture = fixture_new ();

  add_handler (fixture, "/s", send_source, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) body = server_fixture_curl (fixture, rows[i].query, NULL);
      g_autoptr (GBytes) old = server_fixture_curl (fixture, rows[i].query, "-0", NULL);
      g_autofree char *head = server_fixture_curl_text (fixture, rows[i].query, "-D", "-", "-o",
                                                        "/dev/null", NULL);
      g_autofree char *only_head = server_fixture_curl_text (fixture, rows[i].query, "-I", NULL);

      assert_pattern (body, rows[i].size);
      assert_pattern (old, rows[i].size);
      g_assert_nonnull (strstr (head, rows[i].header));
      g_assert_nonnull (strstr (only_head, rows[i].header));
    }
}

/* The client sees that the body is not whole, the source is let go of, and the cause is told. */
static void
test_cut (void)
{
  static const char *const queries[] = { "/s?size=100000&fails=1",
                                         "/s?size=100000&length=200000&fails=1",
                                         "/s?size=100000&length=200000", "/s?size=0&fails=1" };
  g_autoptr (ServerFixture) fixture = fixture_new ();
  gboolean is_finalized = FALSE;

  add_handler (fixture, "/s", send_source, &is_finalized);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char *code = NULL;

      is_finalized = FALSE;
      g_string_truncate (fixture->failures, 0);
      code = server_fixture_curl_text (fixture, queries[i], "-o", "/dev/null", "-w", "%{exitcode}",
                                       "--stderr", "/dev/null", NULL);
      g_assert_cmpstr (code, !=, "0");
      while (!is_finalized)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (fixture->failures->len, >, 0);
    }
}

static glong
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return usage.ru_maxrss;
}

/* A body of more than 4 GiB: its length is told, and where its source ends too early the client sees
 * it. With -m slow all of it is sent. */
static void
test_four_gib (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autofree char *text = NULL;
  g_autofree char *all = NULL;
  G_GNUC_UNUSED glong before = 0;

  add_handler (fixture, "/s", send_source, NULL);
  server_fixture_listen (fixture);
  text = server_fixture_curl_text (fixture, "/s?size=10000000&length=4294967297", "-D", "-", "-o",
                                   "/dev/null", "-w", "%{exitcode} %{size_download}", "--stderr",
                                   "/dev/null", NULL);
  g_assert_nonnull (strstr (text, "\r\nContent-Length: 4294967297\r\n"));
  /* 18: a partial file. */
  g_assert_true (g_str_has_suffix (text, "18 10000000"));
  if (!g_test_slow ())
    return;

  before = peak_memory ();
  all = server_fixture_curl_text (fixture, "/s?size=4294967297&length=4294967297", "-o",
                                  "/dev/null", "-w", "%{size_download}", NULL);
  g_assert_cmpstr (all, ==, "4294967297");
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (peak_memory () - before, <, 1024);
#endif
}

/* 128 MiB pass through, and leave no trace in the peak of the memory. */
static void
test_constant_memory (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autofree char *small = NULL;
  g_autofree char *large = NULL;
  G_GNUC_UNUSED glong before = 0;

  add_handler (fixture, "/s", send_source, NULL);
  server_fixture_listen (fixture);
  small = server_fixture_curl_text (fixture, "/s?size=1000000", "-o", "/dev/null", NULL);
  before = peak_memory ();
  large = server_fixture_curl_text (fixture, "/s?size=134217728", "-o", "/dev/null", "-w",
                                    "%{size_download}", NULL);
  g_assert_cmpstr (large, ==, "134217728");
#ifndef __SANITIZE_ADDRESS__
  /* In KiB; a sanitizer keeps what was freed. */
  g_assert_cmpint (peak_memory () - before, <, 32 * 1024);
#endif
}

/* H12: a client that reads nothing is cut, and its source let go of. */
static void
test_write_stall (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  static const char request[] = "GET /s?size=1000000000000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  gboolean is_finalized = FALSE;

  g_object_set (fixture->server, "write-timeout", 1, NULL);
  add_handler (fixture, "/s", send_source, &is_finalized);
  server_fixture_listen (fixture);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->port, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                             sizeof request - 1, NULL, NULL, &error);
  g_assert_no_error (error);
  while (!is_finalized)
    g_main_context_iteration (NULL, TRUE);
}

/* Waits for ever, or until it is cancelled. */
#define TEST_TYPE_SILENT (test_silent_get_type ())
G_DECLARE_FINAL_TYPE (TestSilent, test_silent, TEST, SILENT, GInputStream)

struct _TestSilent
{
  GInputStream parent_instance;
};

G_DEFINE_FINAL_TYPE (TestSilent, test_silent, G_TYPE_INPUT_STREAM)

static gboolean is_silent_alive = FALSE;

static gssize
test_silent_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  g_cancellable_set_error_if_cancelled (cancellable, error);

  return -1;
}

static void
test_silent_finalize (GObject *object)
{
  is_silent_alive = FALSE;

  G_OBJECT_CLASS (test_silent_parent_class)->finalize (object);
}

static void
test_silent_init (TestSilent *self)
{
  is_silent_alive = TRUE;
}

static void
test_silent_class_init (TestSilentClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = test_silent_read;
  G_OBJECT_CLASS (klass)->finalize = test_silent_finalize;
}

static void
send_silence (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GInputStream) silent = g_object_new (TEST_TYPE_SILENT, NULL);

  g_outgoing_message_set_stream (message, silent, -1, NULL, NULL);
  g_rest_call_return_message (call, message);
}

/* The client leaves while the source of its body has nothing to give (H18). */
static void
test_leaves_silence (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();

  add_handler (fixture, "/silence", send_silence, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, "/silence", "--max-time", "0.2",
                                                        "--stderr", "/dev/null", NULL);

      g_assert_cmpstr (text, ==, "");
      while (is_silent_alive)
        g_main_context_iteration (NULL, FALSE);
    }
}

static void
send_file (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_assert_true (g_outgoing_message_set_file (message, data, NULL));
  g_assert_true (g_outgoing_message_set_etag (message, "v1", NULL));
  g_rest_call_return_message (call, message);
}

static void
remove_and_send_file (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_assert_true (g_outgoing_message_set_file (message, data, NULL));
  g_assert_true (g_file_delete (data, NULL, NULL));
  g_rest_call_return_message (call, message);
}

static void
test_file (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "a.gif", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *content = g_strnfill (300000, 'x');
  g_autoptr (GBytes) body = NULL;
  g_autofree char *head = NULL;
  g_autofree char *removed = NULL;
  g_autofree char *unchanged = NULL;

  memcpy (content, "GIF89a", 6);
  g_assert_true (g_file_set_contents (path, content, 300000, &error));
  add_handler (fixture, "/f", send_file, file);
  add_handler (fixture, "/r", remove_and_send_file, file);
  server_fixture_listen (fixture);
  body = server_fixture_curl (fixture, "/f", NULL);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), content, 300000);
  head = server_fixture_curl_text (fixture, "/f", "-I", "-H", "Range: bytes=0-4", NULL);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (head, "Content-Type: image/gif\r\n"));
  g_assert_nonnull (strstr (head, "Content-Length: 300000\r\n"));
  g_assert_nonnull (strstr (head, "\r\nLast-Modified: "));
  unchanged = server_fixture_curl_text (fixture, "/f", "-D", "-", "-z", path, NULL);
  g_assert_true (g_str_has_prefix (unchanged, "HTTP/1.1 304 "));

  removed = server_fixture_curl_text (fixture, "/r", "-i", NULL);
  g_assert_true (g_str_has_prefix (removed, "HTTP/1.1 500 "));
  g_assert_null (strstr (removed, "gimap4d-"));
  g_assert_null (strstr (removed, "image/gif"));
  g_rmdir (folder);
}

/* What is text is compressed on its way, too, and so is a stream that knows its length: who does not
 * know it may want each piece to be seen at once. */
static void
test_compressed_files (void)
{
  static const struct
  {
    const char *path;
    const char *version;
    gboolean is_compressed;
  } rows[] = {
    { "/f", "--http1.1", TRUE },
    { "/f", "--http1.0", FALSE },
    { "/g", "--http1.1", FALSE },
  };
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "a.css", NULL);
  g_autofree char *picture = g_build_filename (folder, "a.gif", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) picture_file = g_file_new_for_path (picture);
  g_autofree char *content = g_strnfill (300000, 'x');

  memcpy (content, "GIF89a", 6);
  g_assert_true (g_file_set_contents (picture, content, 300000, &error));
  memset (content, 'x', 6);
  g_assert_true (g_file_set_contents (path, content, 300000, &error));
  add_handler (fixture, "/f", send_file, file);
  add_handler (fixture, "/g", send_file, picture_file);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, rows[i].path, "-i",
                                                        rows[i].version, "--compressed", NULL);
      const char *body = strstr (text, "\r\n\r\n") + 4;

      g_assert_cmpuint (strlen (body), ==, 300000);
      g_assert_cmpint (strstr (text, "Content-Encoding: gzip") != NULL, ==, rows[i].is_compressed);
      g_assert_cmpint (strstr (text, "ETag: W/\"v1\"") != NULL, ==, rows[i].is_compressed);
      g_assert_cmpint (strstr (text, "Vary: Accept-Encoding") != NULL, ==,
                       g_str_equal (rows[i].path, "/f"));
    }
  g_file_delete (file, NULL, NULL);
  g_file_delete (picture_file, NULL, NULL);
  g_rmdir (folder);
}

/* A stream can be sent once. */
static void
send_again (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_rest_call_return_message (call, data);
}

static void
test_again (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GOutgoingMessage) stream = g_outgoing_message_new ();
  g_autoptr (GOutgoingMessage) text = g_outgoing_message_new ();
  g_autoptr (TestSource) source = source_new (10);

  g_outgoing_message_set_stream (stream, G_INPUT_STREAM (source), 10, NULL, NULL);
  g_outgoing_message_set_text (text, "again", NULL);
  add_handler (fixture, "/stream", send_again, stream);
  add_handler (fixture, "/text", send_again, text);
  server_fixture_listen (fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *body = server_fixture_curl_text (fixture, "/text", NULL);
      g_autofree char *head = server_fixture_curl_text (fixture, "/stream", "-D", "-", "-o",
                                                        "/dev/null", NULL);

      g_assert_cmpstr (body, ==, "again");
      g_assert_true (g_str_has_prefix (head, i == 0 ? "HTTP/1.1 200 " : "HTTP/1.1 500 "));
    }
}

/* H08, with what a client has of the body already. */
static void
test_parts (void)
{
  static const struct
  {
    const char *path;
    const char *header;
    const char *status;
    const char *has;
    gsize start;
    gsize size;
  } rows[] = {
    { "/f", "Range: bytes=5-9", "206", "Content-Range: bytes 5-9/300000\r\n", 5, 5 },
    { "/f", "Range: bytes=299999-", "206", "Content-Length: 1\r\n", 299999, 1 },
    { "/f", "Range: bytes=100-270000", "206", "Content-Length: 269901\r\n", 100, 269901 },
    { "/f", "Range: bytes=300000-", "416", "Content-Range: bytes */300000\r\n", 0, 0 },
    { "/f", "Range: bytes=0-0,2-2", "200", "Accept-Ranges: bytes\r\n", 0, 300000 },
    { "/f", "If-None-Match: \"v1\"", "304", "ETag: \"v1\"\r\n", 0, 0 },
    { "/f", "If-None-Match: \"v2\"", "200", "ETag: \"v1\"\r\n", 0, 300000 },
    { "/f", "If-Match: \"v2\"", "412", "Content-Length: 0\r\n", 0, 0 },
    { "/t", "Range: bytes=-3", "206", "Content-Range: bytes 3-5/6\r\n", 3, 3 },
    { "/t", "Range: bytes=0-9999", "206", "Content-Range: bytes 0-5/6\r\n", 0, 6 },
    { "/t", "Range: bytes=7-", "416", "Content-Range: bytes */6\r\n", 0, 0 },
    { "/s?size=10&length=10", "Range: bytes=5-9", "200", "Content-Length: 10\r\n", G_MAXSIZE, 10 },
  };
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "a.gif", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GOutgoingMessage) text = g_outgoing_message_new ();
  g_autofree char *content = g_malloc (300000);

  for (gsize i = 0; i < 300000; i++)
    content[i] = (char) (i * 13);
  memcpy (content, "GIF89a", 6);
  g_assert_true (g_file_set_contents (path, content, 300000, &error));
  g_outgoing_message_set_text (text, "GIF89a", NULL);
  add_handler (fixture, "/f", send_file, file);
  add_handler (fixture, "/t", send_again, text);
  add_handler (fixture, "/s", send_source, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes)
          body = server_fixture_curl (fixture, rows[i].path, "-H", rows[i].header, NULL);
      g_autofree char *head = server_fixture_curl_text (fixture, rows[i].path, "-H", rows[i].header,
                                                        "-D", "-", "-o", "/dev/null", NULL);
      g_autofree char *line = g_strconcat ("HTTP/1.1 ", rows[i].status, " ", NULL);

      g_test_message ("%s %s", rows[i].path, rows[i].header);
      g_assert_true (g_str_has_prefix (head, line));
      g_assert_nonnull (strstr (head, rows[i].has));
      g_assert_cmpuint (g_bytes_get_size (body), ==, rows[i].size);
      if (rows[i].start != G_MAXSIZE && rows[i].size > 0)
        g_assert_cmpmem (g_bytes_get_data (body, NULL), rows[i].size, content + rows[i].start,
                         rows[i].size);
    }
  g_file_delete (file, NULL, NULL);
  g_rmdir (folder);
}

typedef struct
{
  const char *type;
  gsize size;
  gboolean is_secret;
  gboolean has_cookie;
} TextKind;

static void
send_text (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  const TextKind *kind = data;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autofree char *text = g_strnfill (kind->size, 'a');

  g_outgoing_message_set_text (message, text, NULL);
  g_outgoing_message_set_header (message, "Content-Type", kind->type, NULL);
  g_outgoing_message_set_etag (message, "v1", NULL);
  g_outgoing_message_set_is_secret (message, kind->is_secret);
  if (kind->has_cookie)
    g_outgoing_message_add_cookie (message, "a", "b", -1, 0, NULL);
  g_rest_call_return_message (call, message);
}

/* H25 */
static void
test_compressed (void)
{
  static const struct
  {
    TextKind kind;
    const char *header;
    gboolean is_compressed;
  } rows[] = {
    { { "text/html", 5000, FALSE, FALSE }, "Accept-Encoding: gzip", TRUE },
    { { "application/json", 5000, FALSE, FALSE }, "Accept-Encoding: br, gzip;q=0.5", TRUE },
    { { "text/html", 5000, FALSE, FALSE }, "Accept-Encoding: *", TRUE },
    { { "text/html", 5000, FALSE, FALSE }, "Accept-Encoding: gzip;q=0, *", FALSE },
    { { "text/html", 5000, FALSE, FALSE }, "Accept-Encoding: br", FALSE },
    { { "text/html", 5000, FALSE, FALSE }, "Accept-Encoding:", FALSE },
    { { "text/html", 1023, FALSE, FALSE }, "Accept-Encoding: gzip", FALSE },
    { { "image/png", 5000, FALSE, FALSE }, "Accept-Encoding: gzip", FALSE },
    { { "text/html", 5000, TRUE, FALSE }, "Accept-Encoding: gzip", FALSE },
    { { "text/html", 5000, FALSE, TRUE }, "Accept-Encoding: gzip", FALSE },
  };
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autofree char *part = NULL;
  g_autofree char *known = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%u", i);

      add_handler (fixture, path, send_text, (gpointer) &rows[i].kind);
    }
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%u", i);
      g_autofree char *text = server_fixture_curl_text (fixture, path, "-i", "-H", rows[i].header,
                                                        "--compressed", NULL);
      g_autofree char *head = server_fixture_curl_text (fixture, path, "-I", "-H", rows[i].header,
                                                        NULL);
      const char *body = strstr (text, "\r\n\r\n") + 4;

      g_test_message ("row %u", i);
      g_assert_cmpuint (strspn (body, "a"), ==, rows[i].kind.size);
      g_assert_cmpint (strstr (text, "Content-Encoding: gzip") != NULL, ==, rows[i].is_compressed);
      g_assert_cmpint (strstr (text, "ETag: W/\"v1\"") != NULL, ==, rows[i].is_compressed);
      g_assert_cmpint (strstr (head, "Content-Encoding: gzip") != NULL, ==, rows[i].is_compressed);
    }

  part = server_fixture_curl_text (fixture, "/0", "-i", "-H", "Accept-Encoding: gzip", "-r",
                                   "0-2999", NULL);
  g_assert_nonnull (strstr (part, "Content-Length: 3000\r\n"));
  g_assert_null (strstr (part, "gzip"));
  known = server_fixture_curl_text (fixture, "/0", "-i", "-H", "Accept-Encoding: gzip", "-H",
                                    "If-None-Match: W/\"v1\"", NULL);
  g_assert_true (g_str_has_prefix (known, "HTTP/1.1 304 "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-stream/whole", test_whole);
  g_test_add_func ("/http-stream/H29/cut", test_cut);
  g_test_add_func ("/http-stream/H29/four-gib", test_four_gib);
  g_test_add_func ("/http-stream/constant-memory", test_constant_memory);
  g_test_add_func ("/http-stream/H12/write-stall", test_write_stall);
  g_test_add_func ("/http-stream/H18/leaves-silence", test_leaves_silence);
  g_test_add_func ("/http-stream/file", test_file);
  g_test_add_func ("/http-stream/H25/compressed-files", test_compressed_files);
  g_test_add_func ("/http-stream/again", test_again);
  g_test_add_func ("/http-stream/H08/parts", test_parts);
  g_test_add_func ("/http-stream/H25/compressed", test_compressed);

  return g_test_run ();
}

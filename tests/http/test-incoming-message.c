/* What a handler sees of a request.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* Keeps the last request that came. */
static void
keep (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  GIncomingMessage **place = data;

  g_set_object (place, request);
  g_rest_call_return_value (call, NULL);
}

typedef struct
{
  ServerFixture *server;
  GIncomingMessage *request;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = server_fixture_new ("P");
  g_object_set (fixture->server->server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);
  g_assert_true (g_rest_server_add_handler (fixture->server->server, "/", NULL, keep,
                                            &fixture->request, NULL, NULL));
  server_fixture_listen (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  GIncomingMessage *request = g_steal_pointer (&fixture->request);

  server_fixture_free (fixture->server);
  /* A thread that has read a form lets go of the request a little later. */
  g_object_add_weak_pointer (G_OBJECT (request), (gpointer *) &request);
  g_object_unref (request);
  while (g_atomic_pointer_get (&request) != NULL)
    g_usleep (1000);
}

static void
ask (Fixture *fixture, const char *head, const char *body, gsize size)
{
  g_autoptr (GString) request = g_string_new (head);
  g_autofree char *answer = NULL;

  g_string_append_printf (
      request,
      "Host: localhost\r\nConnection: close\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n", size);
  g_string_append_len (request, body, size);
  answer = server_fixture_talk (fixture->server, request->str, request->len, 0);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 "));
}

static void
test_url (Fixture *fixture, gconstpointer data)
{
  static const char *const path[] = { "a b", "é", NULL };
  static const char *const values[] = { "1", "2 3", "", NULL };
  GIncomingMessage *request = NULL;
  GHashTable *query = NULL;
  g_auto (GStrv) all = NULL;
  g_auto (GStrv) none = NULL;

  ask (fixture, "GET /a%20b//%C3%A9/?x=1&y=%C3%A9&x=2+3&x&=z&&%FF=1&b=%C3 HTTP/1.1\r\n", "", 0);
  request = fixture->request;
  g_assert_cmpstr (g_incoming_message_get_url (request), ==,
                   "/a%20b//%C3%A9/?x=1&y=%C3%A9&x=2+3&x&=z&&%FF=1&b=%C3");
  g_assert_cmpstrv ((GStrv) g_incoming_message_get_url_path (request), (GStrv) path);
  all = g_incoming_message_get_query_values (request, "x");
  g_assert_cmpstrv (all, (GStrv) values);
  none = g_incoming_message_get_query_values (request, "q");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  query = g_incoming_message_get_url_query (request);
  g_assert_cmpstr (g_hash_table_lookup (query, "x"), ==, "");
  g_assert_cmpstr (g_hash_table_lookup (query, "y"), ==, "é");
  g_assert_cmpstr (g_hash_table_lookup (query, ""), ==, "z");
  /* What is no text is passed over. */
  g_assert_cmpuint (g_hash_table_size (query), ==, 3);
}

static void
test_headers (Fixture *fixture, gconstpointer data)
{
  GIncomingMessage *request = NULL;
  GHashTable *headers = NULL;
  g_autofree char *verb = NULL;
  gboolean is_secure = TRUE;

  ask (fixture,
       "PATCH / HTTP/1.1\r\nX-One: a\r\nx-one:  b \r\nCookie: a=1\r\nCookie: b=2\r\nX-Latin: "
       "caf\xe9\r\n"
       "Content-Type: text/plain; charset=\xff\"\r\n",
       "", 0);
  request = fixture->request;
  headers = g_incoming_message_get_headers (request);
  g_assert_cmpstr (g_hash_table_lookup (headers, "x-one"), ==, "a, b");
  g_assert_cmpstr (g_hash_table_lookup (headers, "cookie"), ==, "a=1; b=2");
  /* Bytes that are no UTF-8 do no harm, and are lost. */
  g_assert_cmpstr (g_incoming_message_get_header (request, "X-LATIN"), ==, "caf\xef\xbf\xbd");
  g_assert_null (g_incoming_message_get_header (request, "X-Two"));
  g_assert_true (
      g_utf8_validate (g_incoming_message_get_header (request, "Content-Type"), -1, NULL));
  g_object_get (request, "verb", &verb, "is-secure", &is_secure, NULL);
  g_assert_cmpstr (verb, ==, "PATCH");
  g_assert_false (is_secure);
  g_assert_cmpstr (g_incoming_message_get_remote_address (request), ==, "127.0.0.1");
  g_assert_null (g_incoming_message_get_session (request));
  g_assert_false (g_cancellable_is_cancelled (g_incoming_message_get_cancellable (request)));
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *none = NULL;
  g_autofree char *empty = NULL;
  g_autofree char *with_nul = NULL;
  g_autoptr (GBytes) blob = NULL;
  g_autoptr (GInputStream) stream = NULL;
  char buffer[8];
  gsize size = 0;

  ask (fixture, "POST / HTTP/1.1\r\n", "é!", 3);
  text = g_incoming_message_get_text (fixture->request);
  g_assert_cmpstr (text, ==, "é!");
  ask (fixture, "POST / HTTP/1.1\r\n", "", 0);
  empty = g_incoming_message_get_text (fixture->request);
  g_assert_cmpstr (empty, ==, "");
  ask (fixture, "POST / HTTP/1.1\r\n", "a\0b", 3);
  with_nul = g_incoming_message_get_text (fixture->request);
  g_assert_null (with_nul);
  ask (fixture, "POST / HTTP/1.1\r\n", "\xff\xfe", 2);
  none = g_incoming_message_get_text (fixture->request);
  g_assert_null (none);

  blob = g_incoming_message_get_blob (fixture->request);
  g_assert_cmpmem (g_bytes_get_data (blob, NULL), g_bytes_get_size (blob), "\xff\xfe", 2);
  stream = g_incoming_message_open_stream (fixture->request);
  g_assert_true (g_input_stream_read_all (stream, buffer, sizeof buffer, &size, NULL, NULL));
  g_assert_cmpmem (buffer, size, "\xff\xfe", 2);
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  ask (fixture, "POST / HTTP/1.1\r\n", "{\"a\":1}", 7);
  node = g_incoming_message_get_json (fixture->request, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "a"), ==, 1);
  ask (fixture, "POST / HTTP/1.1\r\n", "{", 1);
  g_assert_null (g_incoming_message_get_json (fixture->request, &error));
  g_assert_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE);
  g_clear_error (&error);
  ask (fixture, "POST / HTTP/1.1\r\n", "", 0);
  g_assert_null (g_incoming_message_get_json (fixture->request, &error));
  g_assert_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE);
}

static void
test_picture (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GLoadableIcon) icon = NULL;
  GBytes *bytes = NULL;

  ask (fixture, "POST / HTTP/1.1\r\nContent-Type: text/plain\r\n", "GIF89a..", 8);
  icon = g_incoming_message_get_picture (fixture->request);
  g_assert_true (G_IS_BYTES_ICON (icon));
  bytes = g_bytes_icon_get_bytes (G_BYTES_ICON (icon));
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 8);
  ask (fixture, "POST / HTTP/1.1\r\nContent-Type: image/gif\r\n", "not", 3);
  g_assert_null (g_incoming_message_get_picture (fixture->request));
  ask (fixture, "GET / HTTP/1.1\r\n", "", 0);
  g_assert_null (g_incoming_message_get_picture (fixture->request));
}

static void
test_form (Fixture *fixture, gconstpointer data)
{
#define FORM "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) form = NULL;
  g_autoptr (GString) many = g_string_new (NULL);

  ask (fixture, FORM, "a=1&b=x+y%21&a=2", 16);
  form = g_incoming_message_get_form (fixture->request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (form, "a"), ==, "2");
  g_assert_cmpstr (g_hash_table_lookup (form, "b"), ==, "x y!");

  ask (fixture, "POST / HTTP/1.1\r\nContent-Type: multipart/form-data\r\n", "a=1", 3);
  g_assert_null (g_incoming_message_get_form (fixture->request, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);

  for (guint i = 0; i < 1001; i++)
    g_string_append (many, "a=1&");
  ask (fixture, FORM, many->str, many->len);
  g_assert_null (g_incoming_message_get_form (fixture->request, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  ask (fixture, FORM, "a=\0", 3);
  g_assert_null (g_incoming_message_get_form (fixture->request, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

#define PARTS "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=\"A B\"\r\n"

static const char parts_form[] =
    "--A B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nada\r\n"
    "--A B\r\nContent-Disposition: form-data; name=\"f\"; "
    "filename=\"../../etc/caf\xc3\xa9:1.txt\"\r\nContent-Type: "
    "text/csv\r\nX-A: \xff\r\n\r\n\0\r\n1\r\n"
    "--A B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nbob\r\n"
    "--A B\r\nContent-Disposition: form-data; name=\"g\"; "
    "filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n"
    "--A B\r\nContent-Disposition: form-data; name=\"g\"; "
    "filename=\"..\"\r\n\r\nx\r\n"
    "--A B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n\xff\r\n"
    "--A B--\r\n";

static void
check_file (GIncomingPart *part)
{
  g_autoptr (GBytes) bytes = g_incoming_part_get_bytes (part);
  g_autoptr (GInputStream) stream = g_incoming_part_open (part);
  g_autofree char *name = NULL;
  g_autofree char *type = NULL;
  guint64 size = 0;
  char buffer[8];
  gsize n_read = 0;

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\0\r\n1", 4);
  g_assert_true (g_input_stream_read_all (stream, buffer, sizeof buffer, &n_read, NULL, NULL));
  g_assert_cmpmem (buffer, n_read, "\0\r\n1", 4);
  g_object_get (part, "file-name", &name, "content-type", &type, "size", &size, NULL);
  g_assert_cmpstr (name, ==, "caf\xc3\xa9_1.txt");
  g_assert_cmpstr (type, ==, "text/csv");
  g_assert_cmpuint (size, ==, 4);
  g_assert_cmpstr (g_incoming_part_get_name (part), ==, "f");
  g_assert_cmpstr (g_hash_table_lookup (g_incoming_part_get_headers (part), "x-a"), ==,
                   "\xef\xbf\xbd");
  g_assert_null (g_incoming_part_get_text (part));
}

static void
test_parts (Fixture *fixture, gconstpointer data)
{
  static const char *const both[] = { "ada", "bob", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) form = NULL;
  g_autoptr (GListModel) parts = NULL;
  g_autoptr (GListModel) files = NULL;
  g_autoptr (GIncomingPart) first = NULL;
  g_autoptr (GIncomingPart) second = NULL;
  g_auto (GStrv) values = NULL;
  g_auto (GStrv) none = NULL;

  ask (fixture, PARTS, parts_form, sizeof parts_form - 1);
  form = g_incoming_message_get_form (fixture->request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (form), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (form, "to"), ==, "bob");
  values = g_incoming_message_get_form_values (fixture->request, "to", &error);
  g_assert_cmpstrv (values, (GStrv) both);
  none = g_incoming_message_get_form_values (fixture->request, "f", &error);
  g_assert_cmpuint (g_strv_length (none), ==, 0);

  /* Without the file that was not chosen. */
  parts = g_incoming_message_get_parts (fixture->request, &error);
  g_assert_cmpuint (g_list_model_get_n_items (parts), ==, 5);
  files = g_incoming_message_get_files (fixture->request, &error);
  g_assert_cmpuint (g_list_model_get_n_items (files), ==, 2);
  first = g_list_model_get_item (files, 0);
  check_file (first);
  second = g_list_model_get_item (files, 1);
  g_assert_null (g_incoming_part_get_file_name (second));
  g_assert_true (g_incoming_part_get_is_file (second));
  g_assert_cmpstr (g_incoming_part_get_content_type (second), ==, "text/plain");
}

static void
test_wrong_parts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  ask (fixture, PARTS, parts_form, sizeof parts_form - 6);
  g_assert_null (g_incoming_message_get_parts (fixture->request, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (g_incoming_message_get_form (fixture->request, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  ask (fixture, FORM, "a=1", 3);
  g_assert_null (g_incoming_message_get_files (fixture->request, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static gsize
count_memory (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;

  return n;
}

static void
got_parts_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GListModel **place = data;

  *place = g_incoming_message_get_parts_finish (G_INCOMING_MESSAGE (source), result, &error);
  g_assert_no_error (error);
}

/* An upload does not stay in memory, nor does anything of it stay when the request is gone. */
static void
test_large_body (Fixture *fixture, gconstpointer data)
{
  const gsize size = 6 * 1024 * 1024;
  g_autoptr (GString) form = g_string_sized_new (size + 200);
  g_autoptr (GListModel) parts = NULL;
  g_autoptr (GIncomingPart) part = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint n_descriptors = 0;
  gsize before = 0;

  ask (fixture, "GET / HTTP/1.1\r\n", "", 0);
  g_string_append (form, "--A B\r\nContent-Disposition: form-data; name=\"f\"; "
                         "filename=\"large\"\r\n\r\n");
  g_string_set_size (form, form->len + size);
  memset (form->str + form->len - size, '\r', size);
  g_string_append (form, "\r\n--A B--\r\n");
  before = count_memory ();
  n_descriptors = count_descriptors ();
  ask (fixture, PARTS, form->str, form->len);
  g_assert_cmpuint (count_memory (), <, before + 1024 * 1024);
  /* The connection may linger; the file must not. */
  while (count_descriptors () > n_descriptors)
    g_main_context_iteration (NULL, TRUE);

  g_incoming_message_get_parts_async (fixture->request, NULL, got_parts_cb, &parts);
  while (parts == NULL)
    g_main_context_iteration (NULL, TRUE);
  part = g_list_model_get_item (parts, 0);
  bytes = g_incoming_part_get_bytes (part);
  g_assert_cmpuint (g_incoming_part_get_size (part), ==, size);
  g_assert_cmpuint (((const char *) g_bytes_get_data (bytes, NULL))[size - 1], ==, '\r');
  g_assert_cmpuint (count_memory (), <, before + 1024 * 1024);
}

/* A disk that is full ends one request, not the server. */
static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autofree char *body = g_strnfill (1024 * 1024, 'x');
  g_autofree char *request = g_strconcat ("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: "
                                          "close\r\nContent-Length: 1048576\r\n\r\n",
                                          body, NULL);
  g_autofree char *answer = NULL;
  struct rlimit limit;
  struct rlimit none;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 1000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  answer = server_fixture_ask (fixture->server, request);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 500 "));
  g_assert_nonnull (strstr (fixture->server->failures->str, "cannot be kept"));
  g_assert_null (fixture->request);
  ask (fixture, "POST / HTTP/1.1\r\n", body, strlen (body));
}

static void
test_fresh (Fixture *fixture, gconstpointer data)
{
  ask (fixture, "GET / HTTP/1.1\r\nIf-None-Match: \"a\", W/\"b\"\r\n", "", 0);
  g_assert_true (g_incoming_message_is_fresh (fixture->request, "a"));
  g_assert_true (g_incoming_message_is_fresh (fixture->request, "\"b\""));
  g_assert_false (g_incoming_message_is_fresh (fixture->request, "c"));
  g_assert_false (g_incoming_message_is_fresh (fixture->request, "\"a"));
  ask (fixture, "POST / HTTP/1.1\r\nIf-None-Match: \"a\"\r\n", "", 0);
  g_assert_false (g_incoming_message_is_fresh (fixture->request, "a"));
  ask (fixture, "GET / HTTP/1.1\r\n", "", 0);
  g_assert_false (g_incoming_message_is_fresh (fixture->request, "a"));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/incoming-message/url", test_url },
    { "/incoming-message/H11-headers", test_headers },
    { "/incoming-message/text", test_text },
    { "/incoming-message/json", test_json },
    { "/incoming-message/picture", test_picture },
    { "/incoming-message/form", test_form },
    { "/incoming-message/H14/parts", test_parts },
    { "/incoming-message/H14/wrong-parts", test_wrong_parts },
    { "/incoming-message/large-body", test_large_body },
    { "/incoming-message/full-disk", test_full_disk },
    { "/incoming-message/fresh", test_fresh },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);

  return g_test_run ();
}

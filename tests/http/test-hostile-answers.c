/* What an application or a client may make of an answer, and must not: one test for each row.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <string.h>

#define HOST "Host: localhost\r\nConnection: close\r\n"

static gboolean
set_header (const char *name, const char *value, int code)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GHashTable) headers = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_set = g_outgoing_message_set_header (message, name, value, &error);

  headers = g_outgoing_message_get_headers (message);

  return !is_set && g_error_matches (error, G_OUTGOING_MESSAGE_ERROR, code) &&
         g_hash_table_size (headers) == 0;
}

/* Names and values that would break out of their header. */
static void
test_h01 (void)
{
  static const char *const names[] = { "",  "a b", "a:",  "a\r\nb", "a\n",  "a\t", "a\x01",
                                       "é", "a(",  "a\"", "a/b",    "\xff", " a",  "a\x7f" };
  static const char *const values[] = { "a\r\nb", "a\n",  "\r",   "a\x01",    "a\x1f",
                                        "a\x7f",  "\xff", "日本", "\xc4\x80", "\xc2\x85" };
  const int invalid = G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER;
  g_autofree char *long_text = g_strnfill (8193, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!set_header (names[i], "x", invalid))
      g_error ("name %u", i);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (!set_header ("X-A", values[i], invalid))
      g_error ("value %u", i);
  g_assert_true (set_header ("X-A", long_text, invalid));
  g_assert_true (set_header (long_text, "x", invalid));
}

/* The same for what is put together: type, name of a file, place, cookie. A status has no text of
 * the application. */
static void
test_h02 (void)
{
  static const char *const names[] = {
    "a\r\nX: y.pdf", "a\"b.pdf",           "a;b.pdf", "é日.pdf", "../../a.pdf",
    "a%0d.pdf",      "\xe2\x80\xaegpj.exe"
  };
  static const char *const cookies[][2] = {
    { "a", "b\r\nX: y" }, { "a", "b;c" }, { "a", "b\"c" }, { "a", "é" },
    { "a\r\n", "b" },     { "a;b", "c" }, { "a=b", "c" },  { "", "b" },
  };
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new ();

  g_assert_false (g_outgoing_message_set_stream (message, stream, 0, "a/b\r\nX: y", NULL));
  g_assert_true (
      set_header ("Content-Type", "a/b\r\nX: y", G_OUTGOING_MESSAGE_ERROR_INVALID_HEADER));
  g_assert_false (g_outgoing_message_set_redirect (message, "/a\r\nX: y", 302, NULL));
  g_assert_false (g_outgoing_message_set_etag (message, "a\"\r\nX: y", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cookies); i++)
    g_assert_false (g_outgoing_message_add_cookie (message, cookies[i][0], cookies[i][1], -1,
                                                   G_OUTGOING_COOKIE_NONE, NULL));
  g_assert_null (g_outgoing_message_get_header (message, "Set-Cookie"));

  g_assert_true (g_outgoing_message_set_redirect (message, "/a b\"<é>", 302, NULL));
  g_assert_cmpstr (g_outgoing_message_get_header (message, "Location"), ==,
                   "/a%20b%22%3C%C3%A9%3E");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = NULL;

      if (!g_outgoing_message_set_attachment_name (message, names[i], NULL))
        continue;
      value = g_outgoing_message_get_header (message, "Content-Disposition");
      g_assert_true (g_str_has_prefix (value, "attachment; filename=\""));
      g_assert_true (g_str_is_ascii (value));
      g_assert_null (strpbrk (value, "\r\n/\\"));
      /* One quoted text, and nothing but a percent-encoded one behind it. */
      value = strchr (value + strlen ("attachment; filename=\""), '"') + 1;
      g_assert_true (*value == '\0' || g_str_has_prefix (value, "; filename*=UTF-8''"));
      g_assert_null (strchr (value, '"'));
    }
}

/* What frames a message belongs to whoever sends it. */
static void
test_h03 (void)
{
  static const char *const names[] = {
    "Content-Length", "content-length", "Transfer-Encoding", "CONNECTION", "Host",   "Date",
    "Upgrade",        "Keep-Alive",     "Proxy-Connection",  "TE",         "Trailer"
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (set_header (names[i], "1", G_OUTGOING_MESSAGE_ERROR_FORBIDDEN_HEADER));
}

typedef struct
{
  int status;
  guint kind; /* of body: text, stream, stream without length */
} Answer;

static void
answer (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  const Answer *wanted = data;
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("body!", 5, NULL);

  if (wanted->kind == 0)
    g_outgoing_message_set_text (message, "body!", NULL);
  else
    g_outgoing_message_set_stream (message, stream, wanted->kind == 1 ? 5 : -1, NULL, NULL);
  g_assert_true (g_outgoing_message_set_status (message, wanted->status, NULL));
  g_rest_call_return_message (call, message);
}

static ServerFixture *
fixture_new (void)
{
  ServerFixture *fixture = server_fixture_new ("P");

  g_object_set (fixture->server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);

  return fixture;
}

static void
add_handler (ServerFixture *fixture, const char *path, GHttpHandlerFunction func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_rest_server_add_handler (fixture->server, path, NULL, func, data, NULL, &error);
  g_assert_no_error (error);
}

/* Answers that have no body have none, whatever the application gave. */
static void
test_h04 (void)
{
  static const int statuses[] = { 200, 204, 205, 304, 404 };
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  Answer answers[G_N_ELEMENTS (statuses)][3];

  for (int status = 100; status < 200; status++)
    g_assert_false (g_outgoing_message_set_status (message, status, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    for (guint kind = 0; kind < 3; kind++)
      {
        g_autofree char *path = g_strdup_printf ("/%d/%u", statuses[i], kind);

        answers[i][kind] = (Answer){ statuses[i], kind };
        add_handler (fixture, path, answer, &answers[i][kind]);
      }
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    for (guint kind = 0; kind < 3; kind++)
      {
        gboolean has_body = statuses[i] == 200 || statuses[i] == 404;
        g_autofree char *get = g_strdup_printf ("GET /%d/%u HTTP/1.1\r\n" HOST "\r\n", statuses[i],
                                                kind);
        g_autofree char *head = g_strconcat ("HEAD", get + 3, NULL);
        g_autofree char *whole = server_fixture_ask (fixture, get);
        g_autofree char *only_head = server_fixture_ask (fixture, head);
        gboolean has_length = strstr (whole, "\r\nContent-Length: ") != NULL;

        g_test_message ("%d, body %u", statuses[i], kind);
        g_assert_true (g_str_has_suffix (only_head, "\r\n\r\n"));
        g_assert_cmpint (strstr (whole, "body!") != NULL, ==, has_body);
        g_assert_cmpint (g_str_has_suffix (whole, "\r\n\r\n"), ==, !has_body || kind == 2);
        if (has_body)
          g_assert_cmpint (strstr (whole, "\r\nContent-Length: 5\r\n") != NULL, ==, kind < 2);
        else if (statuses[i] != 205)
          g_assert_false (has_length || strstr (whole, "Transfer-Encoding") != NULL);
        else
          g_assert_nonnull (strstr (whole, "\r\nContent-Length: 0\r\n"));
      }
}

static void
send_text (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_outgoing_message_set_text (message, data, NULL);
  g_rest_call_return_message (call, message);
}

/* Ranges: at most one part, never more bytes than the body has. */
static void
test_h08 (void)
{
  static const struct
  {
    const char *range;
    const char *start; /* of the answer */
    gsize size;
  } rows[] = {
    { "0-9999", "HTTP/1.1 206 ", 10 },
    { "-9999", "HTTP/1.1 206 ", 10 },
    { "2-3", "HTTP/1.1 206 ", 2 },
    { "-0", "HTTP/1.1 416 ", 0 },
    { "10-", "HTTP/1.1 416 ", 0 },
    { "9223372036854775808-", "HTTP/1.1 200 ", 10 },
    { "0-9223372036854775808", "HTTP/1.1 200 ", 10 },
    { "-9223372036854775808", "HTTP/1.1 200 ", 10 },
    { "3-2", "HTTP/1.1 200 ", 10 },
    { "5-6,0-1", "HTTP/1.1 200 ", 10 },
    { "0-5,3-9,0-", "HTTP/1.1 200 ", 10 },
    { "a-b", "HTTP/1.1 200 ", 10 },
    { "", "HTTP/1.1 200 ", 10 },
  };
  static const guint numbers[] = { 1000, 5000, 100000 };
  g_autoptr (ServerFixture) fixture = fixture_new ();

  add_handler (fixture, "/t", send_text, (gpointer) "0123456789");
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (
          "GET /t HTTP/1.1\r\n" HOST "Range: bytes=", rows[i].range, "\r\n\r\n", NULL);
      g_autofree char *whole = server_fixture_ask (fixture, text);

      if (!g_str_has_prefix (whole, rows[i].start) ||
          strlen (strstr (whole, "\r\n\r\n")) != rows[i].size + 4)
        g_error ("%s: %s", rows[i].range, whole);
    }
  /* The last of them are more than a head may have. */
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GString) text = g_string_new ("GET /t HTTP/1.1\r\n" HOST "Range: bytes=0-");
      g_autofree char *whole = NULL;

      for (guint j = 1; j < numbers[i]; j++)
        g_string_append (text, ",0-");
      g_string_append (text, "\r\n\r\n");
      whole = server_fixture_ask (fixture, text->str);
      g_assert_cmpuint (strlen (whole), <, 1000);
      g_assert_true (
          g_str_has_prefix (whole, text->len < 32768 ? "HTTP/1.1 200 " : "HTTP/1.1 431 "));
    }
}

static void
set_cookies (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_outgoing_message_add_cookie (message, "a", "1", -1, G_OUTGOING_COOKIE_NONE, NULL);
  g_outgoing_message_add_cookie (message, "__Host-b", "2", 60, G_OUTGOING_COOKIE_NONE, NULL);
  g_outgoing_message_add_cookie (message, "c", "3", -1, G_OUTGOING_COOKIE_SAME_SITE_NONE, NULL);
  g_outgoing_message_set_header (message, "X-One", "1", NULL);
  g_outgoing_message_set_header (message, "x-one", "2", NULL);
  g_rest_call_return_message (call, message);
}

static char *
ask_cookies (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();

  add_handler (fixture, "/c", set_cookies, NULL);
  server_fixture_listen (fixture);

  return server_fixture_ask (fixture, "GET /c HTTP/1.1\r\n" HOST "\r\n");
}

/* A cookie is careful unless the application says otherwise. (Secure under TLS: test-http-tls.c.) */
static void
test_h22 (void)
{
  g_autofree char *text = ask_cookies ();
  g_autofree char *long_value = g_strnfill (4096, 'x');
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_assert_nonnull (strstr (text, "\r\nSet-Cookie: a=1; Path=/; HttpOnly; SameSite=Lax\r\n"));
  g_assert_nonnull (strstr (text, "\r\nSet-Cookie: __Host-b=2; Path=/; Max-Age=60; Secure; "
                                  "HttpOnly; SameSite=Lax\r\n"));
  g_assert_nonnull (
      strstr (text, "\r\nSet-Cookie: c=3; Path=/; Secure; HttpOnly; SameSite=None\r\n"));
  g_assert_nonnull (strstr (text, "\r\nCache-Control: no-store\r\n"));
  g_assert_false (
      g_outgoing_message_add_cookie (message, "a", long_value, -1, G_OUTGOING_COOKIE_NONE, NULL));
}

/* Same names: cookies stay apart, of others the last one counts. */
static void
test_h30 (void)
{
  g_autofree char *text = ask_cookies ();
  guint n_cookies = 0;

  for (const char *at = text; (at = strstr (at, "\r\nSet-Cookie: ")) != NULL; at++)
    n_cookies++;
  g_assert_cmpuint (n_cookies, ==, 3);
  g_assert_nonnull (strstr (text, "\r\nx-one: 2\r\n"));
  g_assert_null (strstr (text, "X-One"));
}

static void
send_untyped (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_auto (GValue) value = G_VALUE_INIT;

  if (data != NULL)
    {
      g_value_init (&value, G_TYPE_STRING);
      g_value_set_string (&value, data);
    }
  else
    {
      g_value_init (&value, G_TYPE_BYTES);
      g_value_take_boxed (&value, g_bytes_new_static ("<html>", 6));
    }
  g_object_set (message, "body", &value, NULL);
  g_rest_call_return_message (call, message);
}

/* A browser is never left to guess. */
static void
test_h23 (void)
{
  static const char *const rows[][2] = {
    { "/text", "\r\nContent-Type: text/plain; charset=utf-8\r\n" },
    { "/bytes", "\r\nContent-Type: application/octet-stream\r\n" },
    { "/rest/none", "\r\nContent-Type: application/json\r\n" },
    { "/none", "\r\nContent-Type: text/plain; charset=utf-8\r\n" },
    { "/a/../b", "\r\nContent-Type: text/plain; charset=utf-8\r\n" },
  };
  g_autoptr (ServerFixture) fixture = fixture_new ();

  add_handler (fixture, "/text", send_untyped, (gpointer) "<script>alert (1)</script>");
  add_handler (fixture, "/bytes", send_untyped, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat ("GET ", rows[i][0], " HTTP/1.1\r\n" HOST "\r\n", NULL);
      g_autofree char *whole = server_fixture_ask (fixture, text);

      g_assert_nonnull (strstr (whole, rows[i][1]));
      g_assert_nonnull (strstr (whole, "\r\nX-Content-Type-Options: nosniff\r\n"));
    }
}

static void
fail (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GError)
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "/srv/secret.c:42: password is wrong");

  g_rest_call_return_error (call, error);
}

/* Nothing of the inside shows in an answer that says no. */
static void
test_h24 (void)
{
  static const char *const requests[] = {
    "GET /fail HTTP/1.1\r\n" HOST "\r\n",
    "GET /none/<b>x HTTP/1.1\r\n" HOST "\r\n",
    "GET /none HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n",
    "GARBAGE\r\n\r\n",
    "POST /rest/a/b HTTP/1.1\r\n" HOST "\r\n",
    "GET /none HTTP/7.0\r\n\r\n",
  };
  static const char *const inside[] = { "secret",  "password", "libsoup", "Soup",
                                        "gimap4d", "Server:",  ".c:",     "<b>" };
  g_autoptr (ServerFixture) fixture = fixture_new ();

  add_handler (fixture, "/fail", fail, NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *whole = server_fixture_ask (fixture, requests[i]);

      g_assert_true (g_str_has_prefix (whole, "HTTP/1.1 "));
      for (guint j = 0; j < G_N_ELEMENTS (inside); j++)
        if (strstr (whole, inside[j]) != NULL)
          g_error ("%s shows %s", requests[i], inside[j]);
    }
  g_assert_nonnull (strstr (fixture->failures->str, "password is wrong"));
}

static void
reflect (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autofree char *filler = g_strnfill (5000, 'x');
  g_autofree char *text = g_strconcat (g_incoming_message_get_url (request), " token=abcdef ",
                                       filler, NULL);

  g_outgoing_message_set_text (message, text, NULL);
  g_outgoing_message_set_is_secret (message, data != NULL);
  if (g_hash_table_contains (g_incoming_message_get_url_query (request), "cookie"))
    g_outgoing_message_add_cookie (message, "a", "b", -1, G_OUTGOING_COOKIE_NONE, NULL);
  g_rest_call_return_message (call, message);
}

/* What holds a secret beside a stranger's text is not compressed. */
static void
test_h25 (void)
{
  static const struct
  {
    const char *path;
    gboolean is_compressed;
  } rows[] = { { "/open?q=a", TRUE },
               { "/open?q=a&cookie=1", FALSE },
               { "/secret?q=token=abc", FALSE },
               { "/secret?q=token=xyz", FALSE } };
  g_autoptr (ServerFixture) fixture = fixture_new ();

  add_handler (fixture, "/open", reflect, NULL);
  add_handler (fixture, "/secret", reflect, (gpointer) "secret");
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (
          "GET ", rows[i].path, " HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n", NULL);
      g_autofree char *whole = server_fixture_ask (fixture, text);

      g_assert_cmpint (strstr (whole, "Content-Encoding") != NULL, ==, rows[i].is_compressed);
    }
}

/* Without being told otherwise nobody but this machine can connect. */
static void
test_h27 (void)
{
  g_autoptr (ServerFixture) fixture = fixture_new ();
  g_auto (GStrv) uris = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_found = 0;

  server_fixture_listen (fixture);
  uris = g_rest_server_get_uris (fixture->server);
  for (guint i = 0; uris[i] != NULL; i++)
    g_assert_true (g_str_has_prefix (uris[i], "http://127.0.0.1:") ||
                   g_str_has_prefix (uris[i], "http://[::1]:"));

  /* The kernel's own words: local address and port, in hexadecimal digits; 0A is a listener. */
  if (!g_file_get_contents ("/proc/self/net/tcp", &table, NULL, NULL))
    {
      g_test_skip ("there is no /proc/self/net/tcp");
      return;
    }
  wanted = g_strdup_printf (":%04X 00000000:0000 0A", fixture->port);
  lines = g_strsplit (table, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], wanted) != NULL)
      {
        n_found++;
        g_assert_nonnull (strstr (lines[i], " 0100007F:"));
      }
  g_assert_cmpuint (n_found, ==, 1);
}

/* No symbol of libsoup that read or write outside of their buffers is used. */
static void
test_h14 (void)
{
  static const char *const symbols[] = { "soup_multipart_", "soup_form_decode_multipart",
                                         "soup_message_headers_set_content_type",
                                         "soup_server_message_set_response" };
  g_autofree char *library = g_test_build_filename (G_TEST_BUILT, "..", "gimap4d",
                                                    "libgimap4d-1.0.so", NULL);
  const char *arguments[] = { "nm", "-D", "--undefined-only", library, NULL };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                     NULL, NULL, &error))
    {
      g_test_skip (error->message);
      return;
    }
  g_assert_nonnull (strstr (output, "soup_server_accept_iostream"));
  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    g_assert_null (strstr (output, symbols[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/H01", test_h01);
  g_test_add_func ("/hostile/H02", test_h02);
  g_test_add_func ("/hostile/H03", test_h03);
  g_test_add_func ("/hostile/H04", test_h04);
  g_test_add_func ("/hostile/H08", test_h08);
  g_test_add_func ("/hostile/H14", test_h14);
  g_test_add_func ("/hostile/H22", test_h22);
  g_test_add_func ("/hostile/H23", test_h23);
  g_test_add_func ("/hostile/H24", test_h24);
  g_test_add_func ("/hostile/H25", test_h25);
  g_test_add_func ("/hostile/H27", test_h27);
  g_test_add_func ("/hostile/H30", test_h30);

  return g_test_run ();
}

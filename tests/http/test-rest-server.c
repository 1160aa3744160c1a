/* A server and real clients: the example of the specification, the REST paths, errors, handlers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const char pdf[] = "%PDF-1.7\n\0\1\2\xff\xfe binary \r\n\r\n%%EOF";

/* The example of the specification: a file of the application, as a PDF. */
static void
get_file (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) result = g_outgoing_message_new ();
  g_autoptr (GBytes) content = g_bytes_new_static (pdf, sizeof pdf - 1);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BYTES);
  g_value_set_boxed (&value, content);
  g_assert_true (g_outgoing_message_set_body (result, &value, NULL));
  g_assert_true (g_outgoing_message_set_header (result, "Content-Type", "application/pdf", NULL));
  g_value_unset (&value);

  g_value_init (&value, G_TYPE_OUTGOING_MESSAGE);
  g_value_set_object (&value, result);
  g_rest_call_return_value (call, &value);
}

static void
return_parameters (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;
  guint *calls = data;

  if (calls != NULL)
    (*calls)++;
  g_value_init (&value, JSON_TYPE_ARRAY);
  g_value_set_boxed (&value, parameters);
  g_rest_call_return_value (call, &value);
}

static ServerFixture *
fixture_with_functions (void)
{
  ServerFixture *fixture = server_fixture_new ("Mon Projet");

  g_rest_server_expose (fixture->server, "$catalog", "getFile", G_REST_EXPOSE_HTTP_GET, get_file,
                        NULL, NULL);
  g_rest_server_expose (fixture->server, "$catalog", "echo", G_REST_EXPOSE_NONE, return_parameters,
                        NULL, NULL);
  g_rest_server_expose (fixture->server, "Person", "echo", G_REST_EXPOSE_HTTP_GET,
                        return_parameters, NULL, NULL);
  g_rest_server_expose (fixture->server, "$singleton/Shop", "echo", G_REST_EXPOSE_NONE,
                        return_parameters, NULL, NULL);

  return fixture;
}

static void
test_example (void)
{
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();
  g_autoptr (GBytes) body = NULL;
  g_autofree char *head = NULL;
  gsize size = 0;
  const void *data = NULL;

  server_fixture_listen (fixture);
  body = server_fixture_curl (fixture, "/rest/$catalog/getFile", NULL);
  data = g_bytes_get_data (body, &size);
  g_assert_cmpmem (data, size, pdf, sizeof pdf - 1);

  head = server_fixture_curl_text (fixture, "/rest/$catalog/getFile", "-D", "-", "-o", "/dev/null",
                                   NULL);
  assert_status (head, 200);
  assert_has (head, "\r\nContent-Type: application/pdf\r\n");
  assert_has (head, "\r\nContent-Length: 31\r\n");
  assert_has (head, "\r\nSet-Cookie: 4DSID_Mon%20Projet=");
  assert_has (head, "\r\nSet-Cookie: WASID4D=");
  assert_has (head, "; Path=/; HttpOnly; SameSite=Strict\r\n");
  assert_has (head, "\r\nX-Content-Type-Options: nosniff\r\n");
  assert_has (head, "\r\nCache-Control: no-store\r\n");
  assert_lacks (head, "Server:");
  assert_lacks (head, "Secure");
  assert_lacks (head, "charset");
}

static void
test_envelope (void)
{
  static const struct
  {
    const char *path;
    const char *body;
    const char *result;
  } rows[] = {
    { "/rest/$catalog/echo", "[]", "{\"result\":[]}" },
    { "/rest/$catalog/echo", "", "{\"result\":[]}" },
    { "/rest/$catalog/echo", "[1,\"é\",null,{\"a\":[true]}]",
      "{\"result\":[1,\"é\",null,{\"a\":[true]}]}" },
    { "/rest/Person/echo", "[2]", "{\"result\":[2]}" },
    { "/rest/$singleton/Shop/echo", "[3]", "{\"result\":[3]}" },
    { "//rest//Person/echo/", "[4]", "{\"result\":[4]}" },
    { "/rest/P%65rson/echo", "[5]", "{\"result\":[5]}" },
  };
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();

  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, rows[i].path, "--data-binary",
                                                        rows[i].body, NULL);

      g_assert_cmpstr (text, ==, rows[i].result);
    }
}

static void
test_get_parameters (void)
{
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();
  g_autofree char *text = NULL;
  g_autofree char *bare = NULL;
  g_autofree char *none = NULL;
  g_autofree char *wrong = NULL;

  server_fixture_listen (fixture);
  text = server_fixture_curl_text (fixture, "/rest/Person/echo?$params='[1,%22b%22]'", NULL);
  g_assert_cmpstr (text, ==, "{\"result\":[1,\"b\"]}");
  bare = server_fixture_curl_text (fixture, "/rest/Person/echo?a=b&$params=[1,%22b%22]", NULL);
  g_assert_cmpstr (bare, ==, "{\"result\":[1,\"b\"]}");
  none = server_fixture_curl_text (fixture, "/rest/Person/echo", NULL);
  g_assert_cmpstr (none, ==, "{\"result\":[]}");
  wrong = server_fixture_curl_text (fixture, "/rest/Person/echo?$params={}", "-i", NULL);
  assert_status (wrong, 400);
}

/* H20, H24 */
static void
test_errors (void)
{
  static const struct
  {
    const char *verb;
    const char *path;
    const char *body;
    int status;
    const char *allow;
  } rows[] = {
    { "POST", "/rest/$catalog/nothing", "[]", 404, NULL },
    { "POST", "/rest/$catalog", "[]", 404, NULL },
    { "POST", "/rest/$catalog/echo/more", "[]", 404, NULL },
    { "POST", "/rest/$catalog%2Fecho", "[]", 404, NULL },
    { "POST", "/rest/$singleton%2FShop/echo", "[]", 404, NULL },
    { "POST", "/rest/$CATALOG/echo", "[]", 404, NULL },
    { "GET", "/restaurant/Person/echo", "", 404, NULL },
    { "GET", "/", "", 404, NULL },
    { "GET", "/rest/$catalog/echo", "", 405, "POST, OPTIONS" },
    { "PUT", "/rest/$catalog/getFile", "[]", 405, "GET, HEAD, POST, OPTIONS" },
    { "FOO", "/rest/$catalog/getFile", "[]", 405, "GET, HEAD, POST, OPTIONS" },
    { "post", "/rest/$catalog/echo", "[]", 405, "POST, OPTIONS" },
    { "TRACE", "/rest/$catalog/getFile", "", 405, "GET, HEAD, POST, OPTIONS" },
    { "OPTIONS", "/rest/$catalog/echo", "", 204, "POST, OPTIONS" },
    { "POST", "/rest/$catalog/echo", "{}", 400, NULL },
    { "POST", "/rest/$catalog/echo", "[", 400, NULL },
    { "POST", "/rest/$catalog/echo", "[NaN]", 400, NULL },
  };
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();

  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = server_fixture_curl_text (
          fixture, rows[i].path, "-i", "-X", rows[i].verb, "--data-binary", rows[i].body, NULL);
      g_autofree char *allow = g_strdup_printf ("\r\nAllow: %s\r\n", rows[i].allow);

      assert_status (text, rows[i].status);
      assert_lacks (text, "Set-Cookie");
      if (rows[i].allow != NULL)
        assert_has (text, allow);
      if (g_str_has_prefix (rows[i].path, "/rest/") && rows[i].status != 204 &&
          rows[i].verb[0] != 'T')
        assert_has (text, "{\"__ERROR\":[{\"message\":");
    }
}

static void
test_head (void)
{
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();
  g_autofree char *text = NULL;

  server_fixture_listen (fixture);
  text = server_fixture_ask (fixture, "HEAD /rest/$catalog/getFile HTTP/1.1\r\nHost: localhost\r\n"
                                      "Connection: close\r\n\r\n");
  assert_status (text, 200);
  assert_has (text, "\r\nContent-Length: 31\r\n");
  g_assert_true (g_str_has_suffix (text, "\r\n\r\n"));
}

static void
fail_in_public (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_autoptr (GError)
      error = g_error_new (G_REST_SERVER_ERROR, GPOINTER_TO_INT (data), "Not “this”");

  g_rest_call_return_error (call, error);
}

static void
fail_in_private (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "secret of /etc/shadow");

  g_rest_call_return_error (call, error);
}

static void
drop (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
}

static void
return_twice (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_rest_call_return_value (call, NULL);
  fail_in_private (request, parameters, call, data);
}

static void
return_object (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_OBJECT);
  g_value_set_object (&value, request);
  g_rest_call_return_value (call, &value);
}

/* H17, H24 */
static void
test_failing_functions (void)
{
  static const guint statuses[] = { 400, 401, 402, 403, 404, 405, 408, 413, 500, 503 };
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  GRestServer *server = fixture->server;
  g_autofree char *private = NULL;
  g_autofree char *dropped = NULL;
  g_autofree char *twice = NULL;
  g_autofree char *object = NULL;

  g_rest_server_expose (server, "F", "private", G_REST_EXPOSE_NONE, fail_in_private, NULL, NULL);
  g_rest_server_expose (server, "F", "drop", G_REST_EXPOSE_NONE, drop, NULL, NULL);
  g_rest_server_expose (server, "F", "twice", G_REST_EXPOSE_NONE, return_twice, NULL, NULL);
  g_rest_server_expose (server, "F", "object", G_REST_EXPOSE_NONE, return_object, NULL, NULL);
  server_fixture_listen (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *text = NULL;

      g_rest_server_expose (server, "F", "public", G_REST_EXPOSE_NONE, fail_in_public,
                            GINT_TO_POINTER (i), NULL);
      text = server_fixture_curl_text (fixture, "/rest/F/public", "-i", "-d", "[]", NULL);
      assert_status (text, statuses[i]);
      assert_has (text, "{\"__ERROR\":[{\"message\":\"Not “this”\"");
    }
  g_assert_cmpstr (fixture->failures->str, ==, "");

  private = server_fixture_curl_text (fixture, "/rest/F/private", "-i", "-d", "[]", NULL);
  assert_status (private, 500);
  assert_lacks (private, "shadow");
  assert_has (fixture->failures->str, "secret of /etc/shadow");
  dropped = server_fixture_curl_text (fixture, "/rest/F/drop", "-i", "-d", "[]", NULL);
  assert_status (dropped, 500);
  twice = server_fixture_curl_text (fixture, "/rest/F/twice", "-d", "[]", NULL);
  g_assert_cmpstr (twice, ==, "{\"result\":null}");
  object = server_fixture_curl_text (fixture, "/rest/F/object", "-i", "-d", "[]", NULL);
  assert_status (object, 500);
  assert_lacks (object, "GIncomingMessage");
}

static void
test_without_session (void)
{
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();
  g_autofree char *text = NULL;

  g_object_set (fixture->server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);
  server_fixture_listen (fixture);
  text = server_fixture_curl_text (fixture, "/rest/$catalog/getFile", "-i", NULL);
  assert_lacks (text, "Set-Cookie");
  assert_lacks (text, "no-store");
}

/* H07 */
static void
test_hosts (void)
{
  static const struct
  {
    const char *host;
    int status;
  } rows[] = {
    { "Host: localhost", 200 }, { "Host: LOCALHOST:1", 200 },         { "Host: [::1]", 200 },
    { "Host: evil.test", 421 }, { "Host: 127.0.0.1.evil.test", 421 }, { "Host: a@localhost", 400 },
  };
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();

  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, "/rest/Person/echo", "-i", "-H",
                                                        rows[i].host, NULL);

      assert_status (text, rows[i].status);
    }
}

static void
test_allowed_hosts (void)
{
  static const char *const hosts[] = { "mail.test", NULL };
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();
  g_autofree char *own = NULL;
  g_autofree char *local = NULL;

  g_object_set (fixture->server, "allowed-hosts", hosts, NULL);
  server_fixture_listen (fixture);
  own = server_fixture_curl_text (fixture, "/rest/Person/echo", "-i", "-H", "Host: mail.test",
                                  NULL);
  assert_status (own, 200);
  local = server_fixture_curl_text (fixture, "/rest/Person/echo", "-i", NULL);
  assert_status (local, 421);
  /* What libsoup has no name for has one. */
  g_assert_nonnull (strstr (local, " 421 Misdirected Request\r\n"));
  g_assert_true (g_str_has_suffix (local, "\r\n\r\nMisdirected Request\n"));
}

static void
tell_client (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autofree char *text = g_strdup_printf ("%s %d", g_incoming_message_get_remote_address (request),
                                           g_incoming_message_get_is_secure (request));
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  g_rest_call_return_value (call, &value);
}

static char *
ask_client (ServerFixture *fixture, gboolean post)
{
  return server_fixture_curl_text (fixture, "/c", "-X", post ? "POST" : "GET", "-H",
                                   "X-Forwarded-For: 1.1.1.1, 192.0.2.1", "-H",
                                   "X-Forwarded-Proto: https", "-H", "X-Forwarded-Host: mail.test",
                                   "-H", "Origin: https://mail.test", NULL);
}

static void
test_proxies (void)
{
  static const char *const proxies[] = { "127.0.0.0/8", NULL };
  static const char *const wrong[] = { "proxy", NULL };
  g_autoptr (ServerFixture) trusting = server_fixture_new ("P");
  g_autoptr (ServerFixture) careful = server_fixture_new ("P");
  g_autoptr (ServerFixture) mistaken = server_fixture_new ("P");
  g_autoptr (GError) error = NULL;
  g_autofree char *believed = NULL;
  g_autofree char *posted = NULL;
  g_autofree char *direct = NULL;
  g_autofree char *refused = NULL;

  g_object_set (trusting->server, "trusted-proxies", proxies, NULL);
  g_object_set (mistaken->server, "trusted-proxies", wrong, NULL);
  g_rest_server_add_handler (trusting->server, "/c", NULL, tell_client, NULL, NULL, NULL);
  g_rest_server_add_handler (careful->server, "/c", NULL, tell_client, NULL, NULL, NULL);
  server_fixture_listen (trusting);
  server_fixture_listen (careful);
  g_assert_false (g_rest_server_listen (mistaken->server, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);

  believed = ask_client (trusting, FALSE);
  g_assert_cmpstr (believed, ==, "192.0.2.1 1");
  posted = ask_client (trusting, TRUE);
  g_assert_cmpstr (posted, ==, "192.0.2.1 1");
  direct = ask_client (careful, FALSE);
  g_assert_cmpstr (direct, ==, "127.0.0.1 0");
  refused = ask_client (careful, TRUE);
  g_assert_cmpstr (refused, ==, "Forbidden\n");
}

static void
test_access_log (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "access.log", NULL);
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  ServerFixture *fixture = fixture_with_functions ();
  g_autofree char *file = NULL;
  g_autofree char *missing = NULL;
  struct stat info;

  g_object_set (fixture->server, "access-log", path, NULL);
  server_fixture_listen (fixture);
  file = server_fixture_curl_text (fixture, "/rest/$catalog/getFile?a=%22", "-A", "agent \"x\"",
                                   "-e", "http://from.test/", NULL);
  missing = server_fixture_curl_text (fixture, "/nothing", "-0", "-X", "POST", "-A", "", NULL);
  server_fixture_free (fixture);

  g_assert_true (g_file_get_contents (path, &content, NULL, &error));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  lines = g_strsplit (content, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_regex_match_simple (
      "^127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z][a-z]/\\d{4}(:\\d\\d){3} \\+0000\\] "
      "\"GET /rest/\\$catalog/getFile\\?a=%22 HTTP/1.1\" 200 31 \"http://from.test/\" "
      "\"agent \\\\x22x\\\\x22\"$",
      lines[0], 0, 0));
  g_assert_true (
      g_regex_match_simple ("\"POST /nothing HTTP/1.0\" 404 10 \"-\" \"-\"$", lines[1], 0, 0));
  g_unlink (path);
  g_rmdir (folder);
}

/* H21 */
static void
test_cross_site (void)
{
  static const struct
  {
    const char *header;
    int status;
  } rows[] = {
    { "X: y", 200 },
    { "Sec-Fetch-Site: same-origin", 200 },
    { "Sec-Fetch-Site: none", 200 },
    { "Sec-Fetch-Site: cross-site", 403 },
    { "Sec-Fetch-Site: same-site", 403 },
    { "Origin: http://localhost", 200 },
    { "Origin: http://evil.test", 403 },
    { "Origin: http://localhost.evil.test", 403 },
    { "Origin: null", 403 },
  };
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  guint calls = 0;
  guint n_expected = 0;

  g_rest_server_expose (fixture->server, "C", "echo", G_REST_EXPOSE_NONE, return_parameters, &calls,
                        NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, "/rest/C/echo", "-i", "-d", "[]",
                                                        "-H", rows[i].header, "-H",
                                                        "Host: localhost", NULL);

      assert_status (text, rows[i].status);
      n_expected += rows[i].status == 200;
      g_assert_cmpuint (calls, ==, n_expected);
    }
}

/* H05, H06, H09, H10, H26: nothing of it reaches a function, and the connection is closed. */
static void
test_malformed (void)
{
#define POST "POST /rest/C/echo HTTP/1.1\r\nHost: localhost\r\n"
  static const struct
  {
    const char *text;
    int status;
  } rows[] = {
    { POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n[]", 400 },
    { POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]", 400 },
    { POST "Transfer-Encoding: xchunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\n\r\n2\n[]\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\n\r\n0x2\r\n[]\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nHost: evil\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n[", 400 },
    { POST "Content-Length: 99999999999\r\n\r\n", 413 },
    { "GET /rest/../C HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
    { "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      400 },
    { "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505 },
    { "GARBAGE\r\n\r\n", 400 },
    { "\x16\x03\x01\x02", 408 },
  };
  static const gsize steps[] = { 0, 1, 7 };
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  guint calls = 0;

  g_object_set (fixture->server, "header-timeout", 1, NULL);
  g_rest_server_expose (fixture->server, "C", "echo", G_REST_EXPOSE_NONE, return_parameters, &calls,
                        NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (steps); j++)
      {
        g_autofree char *text = server_fixture_talk (fixture, rows[i].text, strlen (rows[i].text),
                                                     steps[j]);

        assert_status (text, rows[i].status);
        assert_has (text, "\r\nConnection: close\r\n");
        g_assert_cmpuint (count_text (text, "HTTP/1.1"), ==, 1);
      }
  g_assert_cmpuint (calls, ==, 0);
}

/* H28 */
static void
test_pipeline (void)
{
  static const char text[] =
      "\r\n" POST "Content-Length: 3\r\n\r\n[1]" POST "Transfer-Encoding: chunked\r\n\r\n"
      "1\r\n[\r\n2\r\n2]\r\n0\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" POST
      "Content-Length: 3\r\nConnection: close\r\n\r\n[4]GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");

  g_rest_server_expose (fixture->server, "C", "echo", G_REST_EXPOSE_NONE, return_parameters, NULL,
                        NULL);
  server_fixture_listen (fixture);
  for (gsize step = 0; step < 30; step++)
    {
      g_autofree char *answers = server_fixture_talk (fixture, text, sizeof text - 1, step);
      const char *one = strstr (answers, "{\"result\":[1]}");
      const char *two = strstr (answers, "{\"result\":[2]}");
      const char *four = strstr (answers, "{\"result\":[4]}");

      if (count_text (answers, "HTTP/1.1 ") != 4)
        g_error ("step %" G_GSIZE_FORMAT ": %s", step, answers);
      g_assert_true (one != NULL && two > one && four > two);
      g_assert_true (g_str_has_suffix (answers, "[4]}"));
    }
}

static void
test_http_1_0 (void)
{
  g_autoptr (ServerFixture) fixture = fixture_with_functions ();
  g_autofree char *text = NULL;

  server_fixture_listen (fixture);
  text = server_fixture_ask (fixture, "GET /rest/Person/echo HTTP/1.0\r\n\r\n");
  assert_has (text, " 200 OK\r\n");
  g_assert_true (g_str_has_suffix (text, "{\"result\":[]}"));
}

static void
show_page (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autofree char *path = g_strjoinv ("|", (GStrv) g_incoming_message_get_url_path (request));
  g_autofree char *text = g_strconcat (data, ":", path, NULL);

  g_outgoing_message_set_text (message, text, NULL);
  g_outgoing_message_set_header (message, "Content-Type", "text/html", NULL);
  g_rest_call_return_message (call, message);
}

static void
return_nothing (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_rest_call_return_value (call, NULL);
}

static void
add_handler (ServerFixture *fixture, const char *pattern, const char *verbs, const char *name)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_rest_server_add_handler (fixture->server, pattern, verbs, show_page,
                                            (gpointer) name, NULL, &error));
  g_assert_no_error (error);
}

static void
test_handlers (void)
{
  static const struct
  {
    const char *verb;
    const char *path;
    int status;
    const char *body;
  } rows[] = {
    { "GET", "/docs", 200, "docs:docs" },
    { "GET", "/docs/a%20b/c", 200, "docs:docs|a b|c" },
    { "POST", "/docs/x", 200, "post:docs|x" },
    { "GET", "/docsearch", 404, "Not Found" },
    { "PUT", "/docs", 405, "Method Not Allowed" },
    { "GET", "/any", 200, "any:any" },
    { "DELETE", "/any", 200, "any:any" },
    { "FOO", "/any", 405, "Method Not Allowed" },
    { "GET", "/none", 200, "" },
  };
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");

  add_handler (fixture, "/docs", "get", "docs");
  add_handler (fixture, "docs", "GET, Post", "post");
  add_handler (fixture, "/any", NULL, "any");
  g_assert_true (
      g_rest_server_add_handler (fixture->server, "/none", NULL, return_nothing, NULL, NULL, NULL));
  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, rows[i].path, "-i", "-X",
                                                        rows[i].verb, NULL);

      assert_status (text, rows[i].status);
      assert_has (text, rows[i].body);
      if (rows[i].status == 200 && *rows[i].body != '\0')
        assert_has (text, "\r\nContent-Type: text/html; charset=utf-8\r\n");
    }
}

static void
test_reserved_patterns (void)
{
  static const char *const patterns[] = { "/rest",     "/rest/x",          "/4DACTION",
                                          "/$shared/", "/$lib/renderer/x", "/a/../b" };
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (g_rest_server_add_handler (fixture->server, patterns[i], NULL, show_page,
                                                 NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
  g_assert_false (
      g_rest_server_add_handler (fixture->server, "/a", "GET,,POST", show_page, NULL, NULL, NULL));
  g_assert_false (
      g_rest_server_add_handler (fixture->server, "/a", "*", show_page, NULL, NULL, NULL));
  add_handler (fixture, "/$lib", NULL, "lib");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-server/example", test_example);
  g_test_add_func ("/rest-server/envelope", test_envelope);
  g_test_add_func ("/rest-server/get-parameters", test_get_parameters);
  g_test_add_func ("/rest-server/H20/errors", test_errors);
  g_test_add_func ("/rest-server/H04/head", test_head);
  g_test_add_func ("/rest-server/H17/failing-functions", test_failing_functions);
  g_test_add_func ("/rest-server/without-session", test_without_session);
  g_test_add_func ("/rest-server/H07/hosts", test_hosts);
  g_test_add_func ("/rest-server/allowed-hosts", test_allowed_hosts);
  g_test_add_func ("/rest-server/proxies", test_proxies);
  g_test_add_func ("/rest-server/access-log", test_access_log);
  g_test_add_func ("/rest-server/H21/cross-site", test_cross_site);
  g_test_add_func ("/rest-server/H05/malformed", test_malformed);
  g_test_add_func ("/rest-server/H28/pipeline", test_pipeline);
  g_test_add_func ("/rest-server/http-1.0", test_http_1_0);
  g_test_add_func ("/rest-server/handlers", test_handlers);
  g_test_add_func ("/rest-server/reserved-patterns", test_reserved_patterns);

  return g_test_run ();
}

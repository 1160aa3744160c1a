/* What a client may send to a server, and must not get away with: one test for each row.
 *
 * Rows whose clients are slow, many or gone are in test-http-guard.c, rows of answers in
 * test-hostile-answers.c; the gate alone, at every split, is in test-http-gate.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <string.h>

#define HOST "Host: localhost\r\n"
#define POST "POST /rest/C/echo HTTP/1.1\r\n" HOST

typedef struct
{
  ServerFixture *server;
  guint n_calls;
  char *path; /* the decoded segments of the last request */
  GBytes *body;
} Hostile;

static void
echo (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  ((Hostile *) data)->n_calls++;
  g_value_init (&value, JSON_TYPE_ARRAY);
  g_value_set_boxed (&value, parameters);
  g_rest_call_return_value (call, &value);
}

static void
look (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  Hostile *hostile = data;

  hostile->n_calls++;
  g_free (hostile->path);
  hostile->path = g_strjoinv ("|", (GStrv) g_incoming_message_get_url_path (request));
  g_clear_pointer (&hostile->body, g_bytes_unref);
  hostile->body = g_incoming_message_get_blob (request);
  g_rest_call_return_value (call, NULL);
}

static void
set_up (Hostile *hostile, gconstpointer data)
{
  GRestServer *server = NULL;

  hostile->server = server_fixture_new ("P");
  server = hostile->server->server;
  g_object_set (server, "header-timeout", 1, NULL);
  g_rest_server_expose (server, "C", "echo", G_REST_EXPOSE_NONE, echo, hostile, NULL);
  g_rest_server_expose (server, "C", "get", G_REST_EXPOSE_HTTP_GET, echo, hostile, NULL);
  g_rest_server_add_handler (server, "/look", NULL, look, hostile, NULL, NULL);
  server_fixture_listen (hostile->server);
}

static void
tear_down (Hostile *hostile, gconstpointer data)
{
  server_fixture_free (hostile->server);
  g_free (hostile->path);
  g_clear_pointer (&hostile->body, g_bytes_unref);
}

/* The number after "HTTP/1.1 ", 0 when nothing was answered. */
static guint
status_of (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.1 ") ?
             (guint) g_ascii_strtoull (answer + strlen ("HTTP/1.1 "), NULL, 10) :
             0;
}

static guint
count (const char *text, const char *part)
{
  guint n_found = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n_found++;

  return n_found;
}

/* Refused with one short answer, after which the connection ends; no function has seen it. @step as
 * for server_fixture_talk(). */
static void
assert_refused (Hostile *hostile, const char *text, gsize size, gsize step, guint status)
{
  g_autofree char *answer = server_fixture_talk (hostile->server, text, size, step);

  if (status_of (answer) != status || count (answer, "HTTP/1.1 ") != 1)
    g_error ("not %u: %.300s\nto: %.300s", status, answer, text);
  g_assert_nonnull (strstr (answer, "\r\nConnection: close\r\n"));
  g_assert_nonnull (strstr (answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
  g_assert_null (strstr (answer, "Server:"));
  g_assert_cmpuint (hostile->n_calls, ==, 0);
}

typedef struct
{
  const char *text;
  guint status;
} Row;

/* In the three ways in which bytes arrive: at once, one by one, in pieces of a random size. */
static void
assert_rows (Hostile *hostile, const Row *rows, gsize n_rows)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      const gsize steps[] = { 0, 1, (gsize) g_test_rand_int_range (2, 64) };

      for (gsize j = 0; j < G_N_ELEMENTS (steps); j++)
        assert_refused (hostile, rows[i].text, strlen (rows[i].text), steps[j], rows[i].status);
    }
}

/* A request after which the server closes: how many answers came, and the first status. */
static guint
ask_status (Hostile *hostile, const char *text)
{
  g_autofree char *answer = server_fixture_ask (hostile->server, text);

  return status_of (answer);
}

/* Contradictory framing. */
static void
test_h05 (Hostile *hostile, gconstpointer data)
{
  static const Row rows[] = {
    { POST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n[]", 400 },
    { POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]", 400 },
    { POST "Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]", 400 },
    { POST "Content-Length: +5\r\n\r\n[1,2]", 400 },
    { POST "Content-Length: -1\r\n\r\n", 400 },
    { POST "Content-Length: 5,5\r\n\r\n[1,2]", 400 },
    { POST "Content-Length: 5 5\r\n\r\n[1,2]", 400 },
    { POST "Content-Length: 0x2\r\n\r\n[]", 400 },
    { POST "Content-Length: 2a\r\n\r\n[]", 400 },
    { POST "Content-Length:\r\n\r\n", 400 },
    { POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding:  chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: \x0b"
           "chunked\r\n\r\n0\r\n\r\n",
      400 },
    { POST " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: identity\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked, identity\r\n\r\n", 400 },
    { POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
    { "POST /rest/C/echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
  };

  assert_rows (hostile, rows, G_N_ELEMENTS (rows));
}

/* Chunks that others may read otherwise. */
static void
test_h06 (Hostile *hostile, gconstpointer data)
{
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
  static const Row rows[] = {
    { CHUNKED "2\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "2\r\n[]\n0\r\n\r\n", 400 },
    { CHUNKED "2\r\n[]\r\n0\n\r\n", 400 },
    { CHUNKED "2\r\n[]\r\n0\r\n\n", 400 },
    { CHUNKED "2\r[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "0x10\r\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "ffffffffffffffff\r\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "10000000000000000\r\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "-2\r\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED " 2\r\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "2 \r\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "2;a\x01\r\n[]\r\n0\r\n\r\n", 400 },
    { CHUNKED "2\r\n[]X\r\n0\r\n\r\n", 400 },
    { CHUNKED "2\r\n[]\r\n0\r\nHost: evil.test\r\n\r\n", 400 },
    { CHUNKED "2\r\n[]\r\n0\r\nContent-Length: 9\r\n\r\n", 400 },
  };
  g_autofree char *filler = g_strnfill (1024 * 1024, 'x');
  g_autofree char *extension = g_strconcat (CHUNKED "2;", filler, "\r\n[]\r\n0\r\n\r\n", NULL);

  assert_rows (hostile, rows, G_N_ELEMENTS (rows));
  assert_refused (hostile, extension, strlen (extension), 0, 400);
  g_assert_cmpuint (ask_status (hostile, POST "Connection: close\r\nTransfer-Encoding: chunked\r\n"
                                              "\r\n2;a=b\r\n[]\r\n0\r\n\r\n"),
                    ==, 200);
}

/* For whom the request is. */
static void
test_h07 (Hostile *hostile, gconstpointer data)
{
#define GET_FOR "GET /look HTTP/1.1\r\n"
  static const Row rows[] = {
    { GET_FOR "\r\n", 400 },
    { GET_FOR HOST HOST "\r\n", 400 },
    { GET_FOR "Host: localhost\r\nhost: evil.test\r\n\r\n", 400 },
    { GET_FOR "Host: a:b:c\r\n\r\n", 400 },
    { GET_FOR "Host: localhost:99999\r\n\r\n", 400 },
    { GET_FOR "Host: localhost\r\r\n\r\n", 400 },
    { GET_FOR "Host: evil@localhost\r\n\r\n", 400 },
    { GET_FOR "Host: localhost/x\r\n\r\n", 400 },
    { GET_FOR "Host: local host\r\n\r\n", 400 },
    { GET_FOR "Host: localhost, evil.test\r\n\r\n", 400 },
    { GET_FOR "Host: \r\n\r\n", 400 },
    { GET_FOR "Host: [::1\r\n\r\n", 400 },
    { GET_FOR "Host: [::1]x\r\n\r\n", 400 },
    { GET_FOR "Host: [::zz]\r\n\r\n", 400 },
    { GET_FOR "Host: [127.0.0.1]\r\n\r\n", 400 },
    { GET_FOR "Host: [fe80::1%25eth0]\r\n\r\n", 400 },
  };
  static const char *const strangers[] = { "evil.test", "localhost.evil.test", "127.0.0.2" };
  g_autofree char *filler = g_strnfill (64 * 1024, 'a');
  g_autofree char *huge = g_strconcat (GET_FOR "Host: ", filler, "\r\n\r\n", NULL);

  assert_rows (hostile, rows, G_N_ELEMENTS (rows));
  assert_refused (hostile, huge, strlen (huge), 0, 431);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autofree char *text = g_strconcat (GET_FOR "Connection: close\r\nHost: ", strangers[i],
                                           "\r\n\r\n", NULL);

      g_assert_cmpuint (ask_status (hostile, text), ==, 421);
    }
  g_assert_cmpuint (hostile->n_calls, ==, 0);
  g_assert_cmpuint (ask_status (hostile, GET_FOR "Host: [::1]:80\r\nConnection: close\r\n\r\n"), ==,
                    200);
}

/* One path, or none. There is no helper that serves files by path. */
static void
test_h09 (Hostile *hostile, gconstpointer data)
{
  static const char *const refused[] = {
    "/look/../b",      "/look/..",    "/./look",      "/look/%2e%2e%2f",
    "/look/%2E%2e",    "/look/..%5c", "/look/..%2fx", "/look/%2e%2e%5c",
    "/look/%00",       "/look/a%00b", "/look/%c0%ae", "/look/%ff",
    "/look/%e0%80%af", "/look/%",     "/look/%4",     "/look/%zz",
    "/look/\xc3\xa9",  "/look#x",     "look",         "http://localhost/look",
    "/look\\..\\x y",
  };
  static const char *const paths[][2] = {
    { "/look//a", "look|a" },
    { "//look/a/", "look|a" },
    { "/look/%252e%252e", "look|%2e%2e" },
    { "/look/a%2Fb", "look|a/b" },
    { "/look/%C3%A9", "look|é" },
    { "/look/...", "look|..." },
    { "/look/.a", "look|.a" },
    { "/l%6Fok/b", "look|b" },
  };
  g_autofree char *filler = g_strnfill (64 * 1024, 'a');
  g_autofree char *huge = g_strconcat ("GET /look/", filler, " HTTP/1.1\r\n" HOST "\r\n", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *text = g_strconcat ("GET ", refused[i], " HTTP/1.1\r\n" HOST "\r\n", NULL);

      assert_refused (hostile, text, strlen (text), 0, 400);
    }
  assert_refused (hostile, huge, strlen (huge), 0, 414);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *text = g_strconcat ("GET ", paths[i][0],
                                           " HTTP/1.1\r\nConnection: close\r\n" HOST "\r\n", NULL);

      g_assert_cmpuint (ask_status (hostile, text), ==, 200);
      g_assert_cmpstr (hostile->path, ==, paths[i][1]);
    }
}

/* Heads that are too large, or no heads. */
static void
test_h10 (Hostile *hostile, gconstpointer data)
{
  static const Row rows[] = {
    { "GET /look HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400 },
    { "GET /look HTTP/1.1\r\n" HOST "X: a\r\n\tb: c\r\n\r\n", 400 },
    { "GET /look HTTP/1.1\r\n" HOST "nothing\r\n\r\n", 400 },
    { "GET /look HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400 },
    { "GET /look HTTP/1.1\n" HOST "\r\n", 400 },
    { "GET /look HTTP/1.1\r\n" HOST "X: \x7f\r\n\r\n", 400 },
    { "GET /look HTTP/9.9\r\n" HOST "\r\n", 505 },
    { "GARBAGE\r\n\r\n", 400 },
    { "\x16\x03\x01\x02", 408 },
  };
  static const char with_nul[] = "GET /look HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n";
  static const gsize sizes[] = { 64 * 1024, 1024 * 1024 };
  g_autofree char *filler = g_strnfill (1024 * 1024, 'a');
  g_autofree char *url = g_strconcat ("GET /", filler, " HTTP/1.1\r\n" HOST "\r\n", NULL);
  g_autoptr (GString) many = g_string_new ("GET /look HTTP/1.1\r\n" HOST);

  assert_rows (hostile, rows, G_N_ELEMENTS (rows));
  assert_refused (hostile, with_nul, sizeof with_nul - 1, 0, 400);
  assert_refused (hostile, url, strlen (url), 0, 414);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *block = g_strdup_printf ("GET /look HTTP/1.1\r\n" HOST "X: %.*s\r\n\r\n",
                                                (int) sizes[i], filler);

      assert_refused (hostile, block, strlen (block), 0, 431);
    }
  for (guint i = 0; i < 10000; i++)
    g_string_append (many, "a: b\r\n");
  g_string_append (many, "\r\n");
  assert_refused (hostile, many->str, many->len, 0, 431);
}

/* Bytes that are no UTF-8 where parameters of headers are read. */
static void
test_h11 (Hostile *hostile, gconstpointer data)
{
  static const char *const headers[] = {
    "Content-Type: application/json; charset=\xff\xfe\"",
    "Content-Type: \xc3",
    "Content-Type: text/plain; a*=UTF-8''%ff%",
    "Content-Type: multipart/form-data; boundary=\"\xe0\x80",
    "Content-Disposition: attachment; filename*=\xff''x",
    "Cookie: a=\xff; 4DSID_P=\xc3\x28; WASID4D=\"",
    "Accept-Encoding: gzip;q=\xff, \xc3",
    "Accept-Language: \xff\xff\xff",
    "Range: bytes=\xff-",
    "If-None-Match: \"\xff",
    "Origin: \xff://\xff",
    "Forwarded: for=\xff",
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *text = g_strconcat ("GET /look HTTP/1.1\r\n" HOST "Connection: close\r\n",
                                           headers[i], "\r\n\r\n", NULL);
      guint status = ask_status (hostile, text);

      if (status != 200 && status != 400)
        g_error ("%u: %s", status, headers[i]);
    }
  g_assert_cmpuint (hostile->n_calls, >, 0);
}

/* Bodies without end, and such that would become large. */
static void
test_h13 (Hostile *hostile, gconstpointer data)
{
  static const char gzip[] = "\x1f\x8b\x08\0\0\0\0\0\0\3\x4b\4\0\x43\xbe\xb7\xe8\1\0\0\0";
  g_autoptr (GByteArray) inflated = g_byte_array_new ();
  g_autoptr (GString) endless = g_string_new (POST "Transfer-Encoding: chunked\r\n\r\n");
  g_autofree char *block = g_strnfill (65536, ' ');
  g_autofree char *answer = NULL;
  g_autofree char *head = g_strdup_printf ("POST /look HTTP/1.1\r\n" HOST
                                           "Connection: close\r\nContent-Encoding: gzip\r\n"
                                           "Content-Length: %u\r\n\r\n",
                                           (guint) sizeof gzip - 1);

  assert_refused (hostile, POST "Content-Length: 10737418240\r\n\r\n",
                  strlen (POST "Content-Length: 10737418240\r\n\r\n"), 0, 413);
  assert_refused (hostile, POST "Content-Length: 99999999999999999999999\r\n\r\n",
                  strlen (POST "Content-Length: 99999999999999999999999\r\n\r\n"), 0, 413);
  for (guint i = 0; i < 200; i++)
    g_string_append_printf (endless, "10000\r\n%s\r\n", block);
  assert_refused (hostile, endless->str, endless->len, 0, 413);

  g_byte_array_append (inflated, (const guint8 *) head, strlen (head));
  g_byte_array_append (inflated, (const guint8 *) gzip, sizeof gzip - 1);
  answer = server_fixture_talk (hostile->server, inflated->data, inflated->len, 0);
  g_assert_cmpuint (status_of (answer), ==, 200);
  g_assert_cmpmem (g_bytes_get_data (hostile->body, NULL), g_bytes_get_size (hostile->body), gzip,
                   sizeof gzip - 1);
}

static guint
post_json (Hostile *hostile, const char *json, gsize size)
{
  g_autoptr (GBytes) body = g_bytes_new (json, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) answer = g_rest_server_dispatch (
      hostile->server->server, "POST", "/rest/C/echo", NULL, body, NULL, &error);

  g_assert_no_error (error);

  return (guint) g_outgoing_message_get_status (answer);
}

/* JSON without bounds, or that is none. */
static void
test_h15 (Hostile *hostile, gconstpointer data)
{
  static const char *const refused[] = {
    "[NaN]",         "[Infinity]", "\xef\xbb\xbf[]",        "[\"\\ud800\"]", "[\"\\udc00\"]",
    "[\"\\u0000\"]", "[\"\xff\"]", "[9223372036854775808]", "{\"a\":1}"
  };
  g_autofree char *deep = g_strnfill (1000000, '[');
  g_autofree char *digits = g_strnfill (7000000, '9');
  g_autofree char *open = g_strnfill (129, '[');
  g_autofree char *close = g_strnfill (129, ']');
  g_autofree char *too_deep = g_strconcat (open, close, NULL);
  g_autoptr (GString) keys = g_string_new ("[{");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_cmpuint (post_json (hostile, refused[i], strlen (refused[i])), ==, 400);
  g_assert_cmpuint (post_json (hostile, "[\"a\0b\"]", 7), ==, 400);
  g_assert_cmpuint (post_json (hostile, deep, strlen (deep)), ==, 400);
  g_assert_cmpuint (post_json (hostile, digits, strlen (digits)), ==, 400);
  g_assert_cmpuint (post_json (hostile, too_deep, strlen (too_deep)), ==, 400);
  g_assert_cmpuint (post_json (hostile, too_deep + 1, strlen (too_deep) - 2), ==, 200);
  for (guint i = 0; i < 500000; i++)
    g_string_append_printf (keys, "%s\"k%u\":0", i > 0 ? "," : "", i);
  g_string_append (keys, "}]");
  g_assert_cmpuint (post_json (hostile, keys->str, keys->len), ==, 400);
  /* The last of two equal names counts, and there is one. */
  g_assert_cmpuint (post_json (hostile, "[{\"a\":1,\"a\":2}]", 15), ==, 200);
}

/* Verbs that the function does not have. */
static void
test_h20 (Hostile *hostile, gconstpointer data)
{
  static const struct
  {
    const char *line;
    guint status;
    const char *allow;
  } rows[] = {
    { "GET /rest/C/echo", 405, "POST, OPTIONS" },
    { "HEAD /rest/C/echo", 405, "POST, OPTIONS" },
    { "PUT /rest/C/get", 405, "GET, HEAD, POST, OPTIONS" },
    { "DELETE /rest/C/get", 405, "GET, HEAD, POST, OPTIONS" },
    { "BREW /rest/C/get", 405, "GET, HEAD, POST, OPTIONS" },
    { "post /rest/C/echo", 405, "POST, OPTIONS" },
    { "get /rest/C/get", 405, "GET, HEAD, POST, OPTIONS" },
    { "TRACE /rest/C/get", 405, "GET, HEAD, POST, OPTIONS" },
    { "TRACE /look", 405, "GET, HEAD, POST, OPTIONS" },
    { "CONNECT localhost:80", 405, "GET, HEAD, POST, OPTIONS" },
    { "CONNECT /look", 405, "GET, HEAD, POST, OPTIONS" },
    { "OPTIONS *", 204, "GET, HEAD, POST, OPTIONS" },
    { "OPTIONS /rest/C/echo", 204, "POST, OPTIONS" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (rows[i].line,
                                           " HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", NULL);
      g_autofree char *allow = g_strdup_printf ("\r\nAllow: %s\r\n", rows[i].allow);
      g_autofree char *answer = server_fixture_ask (hostile->server, text);

      if (status_of (answer) != rows[i].status || strstr (answer, allow) == NULL)
        g_error ("%s: %s", rows[i].line, answer);
    }
  g_assert_cmpuint (hostile->n_calls, ==, 0);
}

/* What another site makes a browser ask. */
static void
test_h21 (Hostile *hostile, gconstpointer data)
{
  static const struct
  {
    const char *head;
    guint status;
  } rows[] = {
    { "POST /rest/C/echo HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", 403 },
    { "POST /rest/C/echo HTTP/1.1\r\nSec-Fetch-Site: same-site\r\n", 403 },
    { "POST /rest/C/echo HTTP/1.1\r\nOrigin: http://evil.test\r\n", 403 },
    { "POST /rest/C/echo HTTP/1.1\r\nOrigin: null\r\n", 403 },
    { "POST /rest/C/echo HTTP/1.1\r\nOrigin: http://localhost.evil.test\r\n", 403 },
    { "PUT /look HTTP/1.1\r\nOrigin: http://evil.test\r\n", 403 },
    { "DELETE /look HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", 403 },
    { "GET /rest/C/echo HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", 405 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (
          rows[i].head, HOST "Cookie: 4DSID_P=x\r\nConnection: close\r\n\r\n", NULL);

      g_assert_cmpuint (ask_status (hostile, text), ==, rows[i].status);
    }
  g_assert_cmpuint (hostile->n_calls, ==, 0);
  g_assert_cmpuint (ask_status (hostile, POST "Origin: http://localhost\r\nConnection: close\r\n"
                                              "\r\n"),
                    ==, 200);
}

/* Requests behind and inside of each other. */
static void
test_h28 (Hostile *hostile, gconstpointer data)
{
  static const char three[] = POST "Content-Length: 3\r\n\r\n[1]" POST "Content-Length: 3\r\n\r\n"
                                   "[2]" POST "Connection: close\r\nContent-Length: 3\r\n\r\n[3]";
  static const char inside[] = "POST /look HTTP/1.1\r\n" HOST
                               "Connection: close\r\nContent-Length: 49\r\n\r\n"
                               "GET /rest/C/get HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n";
  static const char behind_bad[] = "GET /look HTTP/1.1\r\n\r\nGET /look HTTP/1.1\r\n" HOST "\r\n";
  static const char behind_bad_body[] = POST
      "Transfer-Encoding: chunked\r\n\r\nx\r\nGET /look HTTP/1.1\r\n" HOST "\r\n";

  for (gsize step = 0; step < 20; step++)
    {
      g_autofree char *answers = server_fixture_talk (hostile->server, three, sizeof three - 1,
                                                      step);
      const char *one = strstr (answers, "[1]");
      const char *two = strstr (answers, "[2]");
      const char *last = strstr (answers, "[3]");

      g_assert_cmpuint (count (answers, "HTTP/1.1 200 "), ==, 3);
      g_assert_true (one != NULL && two > one && last > two);
    }
  hostile->n_calls = 0;
  g_assert_cmpuint (ask_status (hostile, inside), ==, 200);
  g_assert_cmpuint (hostile->n_calls, ==, 1);
  g_assert_cmpstr (hostile->path, ==, "look");
  hostile->n_calls = 0;
  assert_refused (hostile, behind_bad, sizeof behind_bad - 1, 0, 400);
  assert_refused (hostile, behind_bad_body, sizeof behind_bad_body - 1, 0, 400);
}

/* Protocols that nobody asked for; with the environment variable the server does not begin. */
static void
test_h26 (Hostile *hostile, gconstpointer data)
{
  static const Row rows[] = {
    { "GET /look HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 400 },
    { "GET /look HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c, WebSocket\r\n\r\n", 400 },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
  };
  g_autoptr (GRestServer) server = g_rest_server_new ("H");
  g_autoptr (GError) error = NULL;

  assert_rows (hostile, rows, G_N_ELEMENTS (rows));
  g_setenv ("SOUP_SERVER_HTTP2", "1", TRUE);
  g_assert_false (g_rest_server_listen (server, 0, &error));
  g_unsetenv ("SOUP_SERVER_HTTP2");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Hostile *hostile, gconstpointer data);
  } tests[] = {
    { "/hostile/H05", test_h05 }, { "/hostile/H06", test_h06 }, { "/hostile/H07", test_h07 },
    { "/hostile/H09", test_h09 }, { "/hostile/H10", test_h10 }, { "/hostile/H11", test_h11 },
    { "/hostile/H13", test_h13 }, { "/hostile/H15", test_h15 }, { "/hostile/H20", test_h20 },
    { "/hostile/H21", test_h21 }, { "/hostile/H26", test_h26 }, { "/hostile/H28", test_h28 },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Hostile, NULL, set_up, tests[i].func, tear_down);

  return g_test_run ();
}

/* The gate: what has more than one meaning is refused (H05, H06, H07, H09, H10), at every split.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-gate.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

#define MAX_BODY 1000

/* The status, 0 for a complete head, -1 when it needs more. */
static int
scan_at_once (const char *text, gsize size, HttpHead *head)
{
  g_autofree char *exact = g_memdup2 (text, size);
  gsize scanned = 0;
  guint status = 0;
  HttpGateResult result = http_gate_scan_head (exact, size, &scanned, MAX_BODY, head, &status);

  return result == HTTP_GATE_NEEDS_MORE ? -1 : (int) status;
}

static int
scan_by_byte (const char *text, gsize size, HttpHead *head)
{
  gsize scanned = 0;
  guint status = 0;

  for (gsize i = 1; i <= size; i++)
    {
      g_autofree char *exact = g_memdup2 (text, i);
      HttpGateResult result = http_gate_scan_head (exact, i, &scanned, MAX_BODY, head, &status);

      if (result != HTTP_GATE_NEEDS_MORE)
        return status;
    }

  return -1;
}

static void
assert_head (const char *text, int expected)
{
  HttpHead head = { 0 };

  if (scan_at_once (text, strlen (text), &head) != expected ||
      scan_by_byte (text, strlen (text), &head) != expected)
    g_error ("not %d but %d: %s", expected, scan_at_once (text, strlen (text), &head), text);
}

#define HOST "Host: a\r\n"

static void
test_heads (void)
{
  static const struct
  {
    const char *text;
    int status;
  } rows[] = {
    { "GET / HTTP/1.1\r\n" HOST "\r\n", 0 },
    { "GET /a?b=c%20d&e HTTP/1.1\r\nhost: a:80\r\nX:\r\n\r\n", 0 },
    { "GET / HTTP/1.0\r\n\r\n", 0 },
    { "get /x HTTP/1.1\r\n" HOST "\r\n", 0 },
    { "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0 },
    { "GET / HTTP/1.1\r\n" HOST, -1 },
    { "GET /", -1 },
    { "GET * HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 },
    { "GET / http/1.1\r\n" HOST "\r\n", 400 },
    { "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
    { "GET / HTTP/1.2\r\n" HOST "\r\n", 505 },
    { "GET / HTTP/11\r\n" HOST "\r\n", 400 },
    { "GET /\r\n\r\n", 400 },
    { "GET a HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET http://a/ HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /#a HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "TRACE / HTTP/1.1\r\n" HOST "\r\n", 405 },
    { "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 405 },
    { "G(T / HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET / HTTP/1.1\n" HOST "\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400 },
    { "\r\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400 },
    /* Header lines */
    { "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "X : y\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST ": y\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "X: y\r\n z\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "X: y\r\n\tz: a\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "X: \x7f\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n", 0 },
    { "GET / HTTP/1.1\r\n" HOST "Expect: magic\r\n\r\n", 417 },
    { "GET / HTTP/1.0\r\n" HOST "Expect: 100-continue\r\nX: y\r\n\r\n", 0 },
    { "GET / HTTP/1.0\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST "Upgrade: h2c\r\n\r\n", 0 },
    { "GET / HTTP/1.1\r\n" HOST "Upgrade: WebSocket\r\n\r\n", 400 },
    /* Host */
    { "GET / HTTP/1.1\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a:b:c\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: evil@good\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0 },
    { "GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n", 400 },
    /* Framing */
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", 0 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n", 0 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n", 413 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 10737418240\r\n\r\n", 413 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 413 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5,5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 0 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", 0 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:chunked\r\n\r\n", 0 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:  chunked\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\tchunked\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked \r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length:  5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\t\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
      "chunked\r\n\r\n",
      400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      400 },
    { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
    { "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 400 },
    /* Paths */
    { "GET /a//b/%C3%A9 HTTP/1.1\r\n" HOST "\r\n", 0 },
    { "GET /a/../b HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /%2e%2e%2f HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /a/%2E%2e HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /..%5c HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /%252e%252e HTTP/1.1\r\n" HOST "\r\n", 0 },
    { "GET /%c0%ae HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /?a=%ff%C3%A9 HTTP/1.1\r\n" HOST "\r\n", 0 },
    { "GET /?a=%zz HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /?a=% HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "GET /%4 HTTP/1.1\r\n" HOST "\r\n", 400 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_head (rows[i].text, rows[i].status);
}

static void
test_facts (void)
{
  static const char text[] = "POST / HTTP/1.1\r\n" HOST
                             "Content-Length: 7\r\nConnection: x, Close\r\n\r\nbody GET";
  HttpHead head = { 0 };

  g_assert_cmpint (scan_at_once (text, strlen (text), &head), ==, 0);
  g_assert_cmpuint (head.size, ==, strlen (text) - 8);
  g_assert_cmpuint (head.content_length, ==, 7);
  g_assert_false (head.is_chunked);
  g_assert_false (head.is_keep_alive);

  g_assert_cmpint (scan_at_once ("GET / HTTP/1.1\r\n" HOST "\r\n", 27, &head), ==, 0);
  g_assert_true (head.is_keep_alive);
  g_assert_cmpint (scan_at_once ("GET / HTTP/1.0\r\n" HOST "\r\n", 27, &head), ==, 0);
  g_assert_false (head.is_keep_alive);
  g_assert_cmpint (scan_at_once ("GET / HTTP/1.1\0\r\n\r\n", 19, &head), ==, 400);
}

static void
test_limits (void)
{
  g_autofree char *filler = g_strnfill (100000, 'a');
  g_autoptr (GString) line = g_string_new ("GET /");
  g_autoptr (GString) block = g_string_new ("GET / HTTP/1.1\r\n" HOST);
  g_autoptr (GString) many = g_string_new ("GET / HTTP/1.1\r\n");
  HttpHead head = { 0 };

  g_string_append_len (line, filler, 9000);
  g_assert_cmpint (scan_at_once (line->str, line->len, &head), ==, 414);
  g_assert_cmpint (scan_by_byte (line->str, line->len, &head), ==, 414);
  g_string_append (line, " HTTP/1.1\r\n" HOST "\r\n");
  g_assert_cmpint (scan_at_once (line->str, line->len, &head), ==, 414);

  g_string_append_printf (block, "X: %.40000s", filler);
  g_assert_cmpint (scan_at_once (block->str, block->len, &head), ==, 431);
  g_string_append (block, "\r\n\r\n");
  g_assert_cmpint (scan_at_once (block->str, block->len, &head), ==, 431);

  g_string_append (many, HOST);
  for (guint i = 1; i < 100; i++)
    g_string_append (many, "a: b\r\n");
  g_string_append (many, "\r\n");
  g_assert_cmpint (scan_at_once (many->str, many->len, &head), ==, 0);
  g_string_insert (many, 16, "a: b\r\n");
  g_assert_cmpint (scan_at_once (many->str, many->len, &head), ==, 431);
}

static int
scan_chunks (const char *text, gsize size, gsize step, gsize *consumed)
{
  HttpChunks chunks = { 0 };

  *consumed = 0;
  for (gsize i = 0; i < size; i += step)
    {
      gsize part = MIN (step, size - i);
      g_autofree char *exact = g_memdup2 (text + i, part);
      gsize used = 0;
      guint status = 0;
      HttpGateResult result = http_gate_scan_chunks (&chunks, exact, part, MAX_BODY, &used,
                                                     &status);

      *consumed += used;
      if (result != HTTP_GATE_NEEDS_MORE)
        return status;
      g_assert_cmpuint (used, ==, part);
    }

  return -1;
}

static void
test_chunks (void)
{
  static const struct
  {
    const char *text;
    int status;
    gsize consumed;
  } rows[] = {
    { "0\r\n\r\n", 0, 5 },
    { "5\r\nhello\r\n0\r\n\r\nGET", 0, 15 },
    { "5;a=b\r\nhello\r\n00\r\n\r\n", 0, 20 },
    { "A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", 0, 26 },
    { "5\r\nhel", -1, 6 },
    { "5\nhello", 400, 0 },
    { "5 \r\nhello\r\n", 400, 0 },
    { " 5\r\nhello\r\n", 400, 0 },
    { "0x5\r\nhello\r\n", 400, 0 },
    { "\r\n", 400, 0 },
    { ";a\r\n", 400, 0 },
    { "-1\r\n", 400, 0 },
    { "5\r\nhelloX", 400, 0 },
    { "5\r\nhello\n0\r\n\r\n", 400, 0 },
    { "5\r\nhello\r\r", 400, 0 },
    { "5;a\x01\r\n", 400, 0 },
    { "0\r\nHost: x\r\n\r\n", 400, 0 },
    { "3e8\r\n", -1, 5 },
    { "3e9\r\n", 413, 0 },
    { "ffffffffffffffff\r\n", 400, 0 },
    { "0000000000000000000005\r\n", 400, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize step = 1; step <= 40; step++)
      {
        gsize consumed = 0;
        int status = scan_chunks (rows[i].text, strlen (rows[i].text), step, &consumed);

        if (status != rows[i].status || (status <= 0 && consumed != rows[i].consumed))
          g_error ("%d, %" G_GSIZE_FORMAT " bytes at step %" G_GSIZE_FORMAT ": %s", status,
                   consumed, step, rows[i].text);
      }
}

static void
test_long_extension (void)
{
  g_autofree char *filler = g_strnfill (1000000, 'x');
  g_autofree char *text = g_strconcat ("5;", filler, NULL);
  gsize consumed = 0;

  g_assert_cmpint (scan_chunks (text, strlen (text), 4096, &consumed), ==, 400);
}

static void
test_path (void)
{
  g_auto (GStrv) segments = http_gate_split_path ("/a//b%20c/%2Fd/");
  g_auto (GStrv) none = http_gate_split_path ("/");

  g_assert_cmpuint (g_strv_length (segments), ==, 3);
  g_assert_cmpstr (segments[0], ==, "a");
  g_assert_cmpstr (segments[1], ==, "b c");
  g_assert_cmpstr (segments[2], ==, "/d");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-gate/H05/heads", test_heads);
  g_test_add_func ("/http-gate/facts", test_facts);
  g_test_add_func ("/http-gate/H10/limits", test_limits);
  g_test_add_func ("/http-gate/H06/chunks", test_chunks);
  g_test_add_func ("/http-gate/H06/long-extension", test_long_extension);
  g_test_add_func ("/http-gate/path", test_path);

  return g_test_run ();
}

/* Tables of what HTTP allows and what not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-cookie.h"
#include "gimap4d/http/http-image-type.h"
#include "gimap4d/http/http-syntax.h"

#include <string.h>

static void
test_token (void)
{
  static const char *const wrong[] = { "",    "a b", "a:", ":",      "a\r",  "a\n", "a\t",
                                       "a\"", "(a)", "a/", "a\x01b", "\x7f", "é",   "a@b" };

  g_assert_true (http_is_token ("X-Name"));
  g_assert_true (http_is_token ("!#$%&'*+-.^_`|~09azAZ"));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (http_is_token (wrong[i]));
}

static void
test_field_value (void)
{
  static const char *const wrong[] = { "a\r\nb", "a\n",  "\r",        "a\x01",
                                       "a\x7f",  "日本", "a\xc2\x85", "\xff\xfe" };

  g_assert_true (http_is_field_value (""));
  g_assert_true (http_is_field_value ("text/plain;\tq=\"x\""));
  g_assert_true (http_is_field_value ("café"));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (http_is_field_value (wrong[i]));
}

static void
test_host (void)
{
  static const struct
  {
    const char *authority;
    const char *host;
  } rows[] = {
    { "localhost", "localhost" },
    { "LocalHost:8080", "localhost" },
    { "127.0.0.1:1", "127.0.0.1" },
    { "[::1]:80", "::1" },
    { "[::1]", "::1" },
    { "a:", "a" },
    { "", NULL },
    { ":80", NULL },
    { "a:b:c", NULL },
    { "a:65536", NULL },
    { "a:-1", NULL },
    { "a:123456", NULL },
    { "evil@good", NULL },
    { "a/b", NULL },
    { "a b", NULL },
    { "[::1", NULL },
    { "[::1]x", NULL },
    { "[127.0.0.1]", NULL },
    { "[v1.x]", NULL },
    { "a\r", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *host = http_dup_host_name (rows[i].authority);

      g_assert_cmpstr (host, ==, rows[i].host);
    }
}

static void
test_attachment (void)
{
  static const struct
  {
    const char *name;
    const char *header;
  } rows[] = {
    { "a.pdf", "attachment; filename=\"a.pdf\"" },
    { "a;b c.pdf", "attachment; filename=\"a;b c.pdf\"" },
    { "../../etc/passwd", "attachment; filename=\".._.._etc_passwd\"" },
    { "a\r\nX: y", "attachment; filename=\"a__X: y\"" },
    { "a\"b\\c", "attachment; filename=\"a_b_c\"; filename*=UTF-8''a%22b_c" },
    { "été.txt", "attachment; filename=\"_t_.txt\"; filename*=UTF-8''%C3%A9t%C3%A9.txt" },
    { "100%41.txt", "attachment; filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt" },
    { "\xe2\x80\xae"
      "fdp.exe",
      "attachment; filename=\"_fdp.exe\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *header = http_build_attachment (rows[i].name);

      g_assert_cmpstr (header, ==, rows[i].header);
      g_assert_true (http_is_field_value (header));
    }
}

static void
test_location (void)
{
  static const struct
  {
    const char *location;
    const char *escaped;
  } rows[] = {
    { "/a?b=c&d=%20#e", "/a?b=c&d=%20#e" }, { "/a b", "/a%20b" },
    { "/é\"<>", "/%C3%A9%22%3C%3E" },       { "https://[::1]/", "https://[::1]/" },
    { "/a\r\nSet-Cookie: x", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *escaped = http_escape_location (rows[i].location);

      g_assert_cmpstr (escaped, ==, rows[i].escaped);
    }
}

static void
test_cookie (void)
{
  g_autofree char *plain = http_cookie_build ("a", "b", -1, G_OUTGOING_COOKIE_NONE, FALSE);
  g_autofree char *secure = http_cookie_build ("a", "b", 0, G_OUTGOING_COOKIE_NONE, TRUE);
  g_autofree char *host = http_cookie_build ("__Host-a", "b", 60,
                                             G_OUTGOING_COOKIE_SAME_SITE_STRICT, FALSE);
  g_autofree char *cross = http_cookie_build (
      "a", "b", -1, G_OUTGOING_COOKIE_SAME_SITE_NONE | G_OUTGOING_COOKIE_READABLE_BY_SCRIPTS,
      FALSE);
  g_autofree char *found = http_cookie_find ("xa=1; a=2;a=3", "a");
  g_autofree char *missing = http_cookie_find ("aa=1; =2; a", "a");
  g_autofree char *encoded = http_escape_token ("Mon Projet/é%");
  g_autofree char *too_long = g_strnfill (4096, 'x');

  g_assert_cmpstr (plain, ==, "a=b; Path=/; HttpOnly; SameSite=Lax");
  g_assert_cmpstr (secure, ==, "a=b; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
  g_assert_cmpstr (host, ==, "__Host-a=b; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict");
  g_assert_cmpstr (cross, ==, "a=b; Path=/; Secure; SameSite=None");
  g_assert_cmpstr (found, ==, "2");
  g_assert_null (missing);
  g_assert_cmpstr (encoded, ==, "Mon%20Projet%2F%C3%A9%25");
  g_assert_null (http_cookie_find_fault ("a", ""));
  g_assert_nonnull (http_cookie_find_fault ("a b", "x"));
  g_assert_nonnull (http_cookie_find_fault ("a", "x;y"));
  g_assert_nonnull (http_cookie_find_fault ("a", "x\r\n"));
  g_assert_nonnull (http_cookie_find_fault ("a", "é"));
  g_assert_nonnull (http_cookie_find_fault ("a", too_long));
}

static void
test_image_type (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
    const char *type;
  } rows[] = {
    { "\x89PNG\r\n\x1a\n", 8, "image/png" },
    { "\x89PNG\r\n\x1a", 7, NULL },
    { "\xff\xd8\xff\xe0", 4, "image/jpeg" },
    { "GIF89a", 6, "image/gif" },
    { "GIF87a", 6, "image/gif" },
    { "RIFF\0\0\0\0WEBP", 12, "image/webp" },
    { "RIFF\0\0\0\0WAVE", 12, NULL },
    { "II*\0", 4, "image/tiff" },
    { "MM\0*", 4, "image/tiff" },
    { "BM\0\0", 4, "image/bmp" },
    { "\0\0\1\0", 4, "image/x-icon" },
    { "<svg/>", 6, "image/svg+xml" },
    { "\xef\xbb\xbf <?xml version='1.0'?>\n<!-- > --><!DOCTYPE svg><svg xmlns=''>", 63,
      "image/svg+xml" },
    { "<svgx>", 6, NULL },
    { "<html><svg>", 11, NULL },
    { "<!-- ", 5, NULL },
    { "", 0, NULL },
    { "text", 4, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      /* Exactly as large as it says, so that reading past its end shows. */
      g_autofree char *exact = g_memdup2 (rows[i].bytes, rows[i].size);

      g_assert_cmpstr (http_image_type (exact, rows[i].size), ==, rows[i].type);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-syntax/token", test_token);
  g_test_add_func ("/http-syntax/field-value", test_field_value);
  g_test_add_func ("/http-syntax/host", test_host);
  g_test_add_func ("/http-syntax/attachment", test_attachment);
  g_test_add_func ("/http-syntax/location", test_location);
  g_test_add_func ("/http-syntax/cookie", test_cookie);
  g_test_add_func ("/http-syntax/image-type", test_image_type);

  return g_test_run ();
}

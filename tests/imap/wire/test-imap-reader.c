/* The reader: tokens in all their forms, and errors that say where.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-framer.h"
#include "gimap4d/imap/wire/imap-reader.h"

#include <string.h>

/* P04: NIL, quoted and literal are one and the same, whichever way they are read. */
static void
test_p04_strings (void)
{
  static const struct
  {
    const char *text;
    const char *value; /* NULL: NIL */
  } rows[] = {
    { "\"abc\"", "abc" },
    { "{3}\r\nabc", "abc" },
    { "{3+}\r\nabc", "abc" },
    { "~{3}\r\nabc", "abc" },
    { "{003}\nabc", "abc" },
    { "\"\"", "" },
    { "{0}\r\n", "" },
    { "NIL", NULL },
    { "nil", NULL },
    { "\"a\\\"b\\\\\"", "a\"b\\" },
    { "\"C:\\mail\"", "C:\\mail" },
    { "\"a)b(\"", "a)b(" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (rows[i].text, " x", NULL);
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (text, -1);
      g_auto (ImapReader) reader;
      g_auto (ImapString) string = { 0 };
      g_autofree char *copy = NULL;
      g_autoptr (GBytes) bytes = NULL;

      imap_reader_init (&reader, frame);
      g_assert_true (imap_reader_expect_nstring (&reader, &string));
      g_assert_true (imap_reader_expect_space (&reader));
      g_assert_cmpint (imap_reader_peek (&reader), ==, 'x');
      copy = imap_string_dup_utf8 (&string);
      g_assert_cmpstr (copy, ==, rows[i].value);

      imap_reader_clear (&reader);
      imap_reader_init (&reader, frame);
      g_assert_true (imap_reader_expect_nstring_bytes (&reader, &bytes));
      g_assert_cmpint (imap_reader_peek (&reader), ==, ' ');
      if (rows[i].value == NULL)
        g_assert_null (bytes);
      else
        g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), rows[i].value,
                         strlen (rows[i].value));
    }
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *text;
    gboolean fits32;
    gboolean fits64;
  } rows[] = {
    { "0", TRUE, TRUE },
    { "007", TRUE, TRUE },
    { "4294967295", TRUE, TRUE },
    { "4294967296", FALSE, TRUE },
    { "18446744073709551615", FALSE, TRUE },
    { "18446744073709551616", FALSE, FALSE },
    { "000000000000000000000", FALSE, FALSE },
    { "-1", FALSE, FALSE },
    { "", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (rows[i].text, -1);
      g_auto (ImapReader) reader;
      guint32 number;
      guint64 number64;

      imap_reader_init (&reader, frame);
      g_assert_cmpint (imap_reader_accept_number (&reader, &number), ==, rows[i].fits32);
      g_assert_cmpuint (reader.at, ==, rows[i].fits32 ? strlen (rows[i].text) : 0);
      reader.at = 0;
      g_assert_cmpint (imap_reader_expect_number64 (&reader, &number64), ==, rows[i].fits64);
      g_assert_cmpint (imap_reader_take_error (&reader, NULL), ==, !rows[i].fits64);
    }
}

static void
test_words (void)
{
  g_autoptr (ImapFrame)
      frame = imap_frame_new_from_text ("nilly NIL  OK \\* \\Seen \"$Quoted\" a]b {5}x", -1);
  g_auto (ImapReader) reader;
  ImapString string = { 0 };

  imap_reader_init (&reader, frame);
  g_assert_false (imap_reader_accept_nil (&reader));
  g_assert_true (imap_reader_accept_atom (&reader, &string));
  g_assert_true (imap_string_equals (&string, "NILLY"));
  g_assert_false (imap_string_equals (&string, "NILL"));
  g_assert_true (imap_reader_accept_space (&reader));
  g_assert_false (imap_reader_accept_keyword (&reader, "NI"));
  g_assert_true (imap_reader_accept_keyword (&reader, "nil"));
  g_assert_true (imap_reader_expect_space (&reader));
  g_assert_true (imap_reader_accept_keyword (&reader, "ok"));
  for (guint i = 0; i < 4; i++)
    {
      static const char *const flags[] = { "\\*", "\\Seen", "$Quoted", "a]b" };

      g_assert_true (imap_reader_expect_space (&reader));
      g_assert_true (imap_reader_accept_flag (&reader, &string));
      g_assert_true (imap_string_equals (&string, flags[i]));
    }
  imap_reader_take_rest (&reader, &string);
  g_assert_true (imap_string_equals (&string, " {5}x"));
  g_assert_true (imap_reader_at_end (&reader));
}

/* The first error stays, every later call fails and moves nothing. */
static void
test_errors (void)
{
  static const struct
  {
    const char *text;
    const char *found;
    int code;
  } rows[] = {
    { "abc", "found “a” at octet 0", G_IMAP_ERROR_PROTOCOL },
    { "", "found the end at octet 0", G_IMAP_ERROR_PROTOCOL },
    { "\001", "found octet 0x01 at octet 0", G_IMAP_ERROR_PROTOCOL },
    { "\"abc", "at octet 4", G_IMAP_ERROR_PROTOCOL },
    { "\"abc\\", "at octet 5", G_IMAP_ERROR_PROTOCOL },
    { "{5}\r\nabc", "at octet 0", G_IMAP_ERROR_PROTOCOL },
    { "{}\r\nabc", "at octet 0", G_IMAP_ERROR_PROTOCOL },
    { "{5", "at octet 0", G_IMAP_ERROR_PROTOCOL },
    { "{99999999999999999999}\r\n", "at octet 0", G_IMAP_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (rows[i].text, -1);
      g_autoptr (GError) error = NULL;
      g_auto (ImapReader) reader;
      ImapString string;
      gsize at;

      imap_reader_init (&reader, frame);
      g_assert_false (imap_reader_expect_string (&reader, &string));
      at = reader.at;
      g_assert_false (imap_reader_expect_number (&reader, &(guint32){ 0 }));
      g_assert_false (imap_reader_accept_atom (&reader, &string));
      g_assert_false (imap_reader_skip_value (&reader, NULL));
      g_assert_cmpuint (reader.at, ==, at);
      g_assert_true (imap_reader_take_error (&reader, &error));
      g_assert_error (error, G_IMAP_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].found));
      g_assert_false (imap_reader_take_error (&reader, NULL));
    }
}

static void
test_skip (void)
{
  static const struct
  {
    const char *text;
    gsize end;
  } rows[] = {
    { "() x", 2 },
    { "(a (b \")\" c) {3}\r\n))) d) x", 24 },
    { "(\"\\\"(\") x", 7 },
    { "({a} {2) x", 8 },
    { "\"a b\" x", 5 },
    { "\"\" x", 2 },
    { "\"a\\\"b\" x", 6 },
    { "\"a\\\\\" x", 5 },
    { "\"\\a\" x", 4 },
    { "{3}\r\na b x", 8 },
    { "NIL x", 3 },
    { "9.37e+06 x", 8 },
    { "((((((((((((((((((((((((((((((())))))))))))))))))))))))))))))) x", 62 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (rows[i].text, -1);
      g_auto (ImapReader) reader;
      ImapSpan span;

      imap_reader_init (&reader, frame);
      g_assert_true (imap_reader_skip_value (&reader, &span));
      g_assert_cmpuint (span.start, ==, 0);
      g_assert_cmpuint (span.end, ==, rows[i].end);
      g_assert_cmpuint (reader.at, ==, rows[i].end);
    }
}

/* Nothing moves when it is another one, and there is no error. */
static void
test_list_of (void)
{
  static const struct
  {
    const char *text;
    gsize end;
  } rows[] = {
    { "(\"a\" ((NIL \")\")) NIL) x", 21 },
    { "(nil NIL nil) x", 13 },
    { "({2}\r\na) (()()) \"\") x", 19 },
    { "( \"a\"  () \"\\\"\" ) x", 16 },
    { "(\"a\" \"b\" \"c\") x", 0 },
    { "((a) () \"c\") x", 0 },
    { "(\"a\" ()) x", 0 },
    { "(\"a\" () NIL NIL) x", 0 },
    { "(a () NIL) x", 0 },
    { "(NILS () NIL) x", 0 },
    { "({a} () NIL) x", 0 },
    { "(\"a\" () \"c", 0 },
    { "(\"a\" (", 0 },
    { "NIL", 0 },
    { "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (rows[i].text, -1);
      g_auto (ImapReader) reader;
      ImapSpan span = { 0 };

      imap_reader_init (&reader, frame);
      g_assert_cmpint (imap_reader_accept_list_of (&reader, "sls", &span), ==, rows[i].end > 0);
      g_assert_cmpuint (span.start, ==, 0);
      g_assert_cmpuint (span.end, ==, rows[i].end);
      g_assert_cmpuint (reader.at, ==, rows[i].end);
      g_assert_no_error (reader.error);
    }
}

/* P08: a million parentheses are skipped when they close, and one error when they do not. */
static void
test_p08_deep (void)
{
  guint n = 1000000;
  g_autofree char *open = g_strnfill (2 * n, '(');
  g_autoptr (ImapFrame) unbalanced = imap_frame_new_from_text (open, n);
  g_autoptr (ImapFrame) balanced = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (ImapReader) reader;
  guint depth = 0;

  imap_reader_init (&reader, unbalanced);
  g_assert_false (imap_reader_skip_value (&reader, NULL));
  g_assert_true (imap_reader_take_error (&reader, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_DEEP);
  g_clear_error (&error);

  memset (open + n, ')', n);
  balanced = imap_frame_new_from_text (open, 2 * n);
  imap_reader_init (&reader, balanced);
  g_assert_true (imap_reader_skip_value (&reader, NULL));
  g_assert_true (imap_reader_at_end (&reader));

  imap_reader_init (&reader, balanced);
  while (imap_reader_accept_list (&reader))
    depth++;
  g_assert_cmpuint (depth, ==, IMAP_LIMIT_DEPTH);
  g_assert_true (imap_reader_take_error (&reader, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_DEEP);
}

static void
test_token_limits (void)
{
  for (gsize extra = 0; extra < 2; extra++)
    {
      g_autofree char *atom = g_strnfill (IMAP_LIMIT_ATOM + extra, 'a');
      g_autofree char *inside = g_strnfill (IMAP_LIMIT_QUOTED + extra, 'a');
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", inside);
      g_autoptr (ImapFrame) first = imap_frame_new_from_text (atom, -1);
      g_autoptr (ImapFrame) second = imap_frame_new_from_text (quoted, -1);
      g_autoptr (GError) error = NULL;
      g_auto (ImapReader) reader;
      ImapString string;

      imap_reader_init (&reader, first);
      g_assert_cmpint (imap_reader_expect_atom (&reader, &string), ==, extra == 0);
      g_assert_cmpint (imap_reader_take_error (&reader, &error), ==, extra == 1);
      if (extra == 1)
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
      imap_reader_init (&reader, second);
      g_assert_cmpint (imap_reader_expect_string (&reader, &string), ==, extra == 0);
      g_assert_cmpint (imap_reader_take_error (&reader, NULL), ==, extra == 1);
    }
}

/* P05, P34: whatever the octets are, the text is valid UTF-8. */
static void
test_p34_utf8 (void)
{
  static const struct
  {
    const char *data;
    gsize length;
    const char *text;
  } rows[] = {
    { "abc", 3, "abc" },
    { "\xc3\xbc", 2, "ü" },
    { "\xfc", 1, "ü" },
    { "a\0b", 3,
      "a\xef\xbf\xbd"
      "b" },
    { "a\0\xfc", 3, "a\xef\xbf\xbdü" },
    { "\0\xc3\xbc", 3, "\xef\xbf\xbdü" },
    { "\xed\xa0\x80", 3, "í\xc2\xa0\xc2\x80" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ImapString string = { rows[i].data, rows[i].length, NULL };
      g_autofree char *text = imap_string_dup_utf8 (&string);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* A literal in memory of its own reads like one in the line, and outlives its frame. */
static void
test_apart (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autofree char *body = g_strnfill (100000, 'x');
  g_autoptr (GBytes) bytes = NULL;
  g_auto (ImapReader) reader;
  ImapFrame *frame = NULL;
  ImapString string;
  ImapSpan span;

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  imap_framer_feed (framer, "* 1 FETCH (BODY[] {100000}\r\n", 28);
  g_assert_cmpint (imap_framer_next (framer, &frame, NULL), ==, IMAP_FRAMER_NEED_MORE);
  imap_framer_feed (framer, body, 100000);
  imap_framer_feed (framer, " A {1}\r\ny)\r\n", 12);
  g_assert_cmpint (imap_framer_next (framer, &frame, NULL), ==, IMAP_FRAMER_FRAME);

  imap_reader_init (&reader, frame);
  reader.at = 18;
  g_assert_true (imap_reader_skip_value (&reader, &span));
  g_assert_true (imap_reader_expect_space (&reader));
  g_assert_true (imap_reader_accept_keyword (&reader, "A"));
  g_assert_true (imap_reader_expect_space (&reader));
  g_assert_true (imap_reader_expect_string (&reader, &string));
  g_assert_true (imap_string_equals (&string, "y"));
  g_assert_true (imap_reader_accept_list_end (&reader));

  imap_reader_init_span (&reader, frame, &span);
  g_assert_true (imap_reader_expect_nstring_bytes (&reader, &bytes));
  g_assert_true (imap_reader_at_end (&reader));
  imap_reader_init_span (&reader, frame, &(ImapSpan){ 10, 30 });
  imap_frame_unref (frame);
  g_clear_pointer (&framer, imap_framer_free);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), body, 100000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader/P04-strings", test_p04_strings);
  g_test_add_func ("/reader/numbers", test_numbers);
  g_test_add_func ("/reader/words", test_words);
  g_test_add_func ("/reader/errors", test_errors);
  g_test_add_func ("/reader/skip", test_skip);
  g_test_add_func ("/reader/list-of", test_list_of);
  g_test_add_func ("/reader/P08-deep", test_p08_deep);
  g_test_add_func ("/reader/token-limits", test_token_limits);
  g_test_add_func ("/reader/P34-utf8", test_p34_utf8);
  g_test_add_func ("/reader/apart", test_apart);

  return g_test_run ();
}

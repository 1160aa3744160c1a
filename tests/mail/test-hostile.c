/* Messages that were made to do harm: what is too much is cut, and nothing else is lost.
 *
 * Sizes are such that anything worse than linear time does not end before the test is stopped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <pthread.h>
#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

#define STACK_SIZE (256 * 1024)

static GEmail *
parse (GString *mime)
{
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (mime);
  g_autoptr (GError) error = NULL;
  GEmail *email = g_email_new_from_mime (bytes, &error);

  g_assert_no_error (error);

  return email;
}

static GEmail *
parse_text (const char *text)
{
  return parse (g_string_new (text));
}

static guint
walk (GEmailBodyPart *part, guint *depth, gboolean *is_truncated)
{
  GListModel *parts = g_email_body_part_get_sub_parts (part);
  guint n = 1;
  guint deepest = 0;

  *is_truncated = *is_truncated || g_email_body_part_get_is_truncated (part);
  for (guint i = 0; i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr (GEmailBodyPart) child = g_list_model_get_item (parts, i);
      guint below = 0;

      n += walk (child, &below, is_truncated);
      deepest = MAX (deepest, below);
    }
  *depth = deepest + 1;

  return n;
}

/* Everything that a program could ask. */
static void
ask_all (GEmail *email)
{
  guint n_properties;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (email),
                                                                       &n_properties);

  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (email), properties[i]->name, &value);
      if (G_VALUE_HOLDS_STRING (&value) && g_value_get_string (&value) != NULL)
        g_assert_true (g_utf8_validate (g_value_get_string (&value), -1, NULL));
    }
}

static void *
run_on_stack (void *data)
{
  GEmail *email = parse (data);
  guint depth;
  gboolean is_truncated = FALSE;

  ask_all (email);
  walk (g_email_get_body_structure (email), &depth, &is_truncated);
  g_assert_true (is_truncated);
  g_assert_cmpuint (depth, ==, EMAIL_LIMIT_DEPTH + 1);
  g_object_unref (email);

  return NULL;
}

/* The stack has to be enough for what is deepest, and the freeing of it. */
static void
check_on_small_stack (GString *mime)
{
  pthread_attr_t attributes;
  pthread_t thread;

  /* What is loaded at the first use is not what is measured. */
  g_object_unref (parse_text ("Subject: =?koi8-r?q?a?=\n\nb"));

  pthread_attr_init (&attributes);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, STACK_SIZE), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, run_on_stack, mime), ==, 0);
  pthread_join (thread, NULL);
  pthread_attr_destroy (&attributes);
}

/* M01 */
static void
test_deep_multiparts (void)
{
  static const guint levels[] = { 10000, 200000 };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      GString *mime = g_string_new (NULL);

      for (guint level = 0; level < levels[i]; level++)
        g_string_append_printf (mime, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n",
                                level, level);
      g_string_append (mime, "\nthe bottom\n");
      check_on_small_stack (mime);
    }
}

static void
test_deep_messages (void)
{
  static const guint levels[] = { 10000, 500000 };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      GString *mime = g_string_new (NULL);

      for (guint level = 0; level < levels[i]; level++)
        g_string_append (mime, "Content-Type: message/rfc822\n\n");
      g_string_append (mime, "\nthe bottom\n");
      check_on_small_stack (mime);
    }
}

static void
test_depth_at_the_limit (void)
{
  GString *mime = g_string_new (NULL);
  g_autoptr (GEmail) email = NULL;
  guint depth;
  gboolean is_truncated = FALSE;

  for (guint level = 0; level < EMAIL_LIMIT_DEPTH; level++)
    g_string_append_printf (mime, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", level,
                            level);
  g_string_append (mime, "\nthe bottom");
  email = parse (mime);

  walk (g_email_get_body_structure (email), &depth, &is_truncated);
  g_assert_false (is_truncated);
  g_assert_cmpuint (depth, ==, EMAIL_LIMIT_DEPTH + 1);
  g_assert_cmpstr (g_email_get_text_body (email), ==, "the bottom");
}

/* M02 */
static void
test_many_siblings (void)
{
  GString *mime = g_string_new ("Content-Type: multipart/mixed; boundary=b\n\n");
  g_autoptr (GEmail) email = NULL;
  g_autoptr (GEmailBodyPart) rest = NULL;
  g_autoptr (GBytes) raw = NULL;
  GListModel *parts;
  guint n;

  for (guint i = 0; i < 1000000; i++)
    g_string_append (mime, "--b\n\nx\n");
  email = parse (mime);
  parts = g_email_body_part_get_sub_parts (g_email_get_body_structure (email));
  n = g_list_model_get_n_items (parts);
  rest = g_list_model_get_item (parts, n - 1);
  raw = g_email_body_part_dup_raw (rest);

  /* The multipart is a part too. */
  g_assert_cmpuint (n, ==, EMAIL_LIMIT_PARTS);
  g_assert_true (g_email_body_part_get_is_truncated (rest));
  g_assert_cmpstr (g_email_body_part_get_content_type (rest), ==, "application/octet-stream");
  g_assert_cmpuint (g_bytes_get_size (raw), ==, 7 * (1000000 - EMAIL_LIMIT_PARTS + 1) - 4);
  ask_all (email);
}

/* M03 */
static void
test_many_headers (void)
{
  GString *mime = g_string_new (NULL);
  g_autoptr (GEmail) email = NULL;

  for (guint i = 0; i < 500000; i++)
    g_string_append (mime, "To: a@b.c\n");
  g_string_append (mime, "\nbody");
  email = parse (mime);

  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_headers (email)), ==,
                    EMAIL_LIMIT_HEADERS);
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_to (email)), ==, EMAIL_LIMIT_ADDRESSES);
  g_assert_cmpstr (g_email_get_text_body (email), ==, "body");
  g_assert_true (g_email_body_part_get_is_truncated (g_email_get_body_structure (email)));
}

/* M04 */
static void
test_huge_header (void)
{
  g_autofree char *filler = g_strnfill (64 * 1024 * 1024, 'x');
  GString *mime = g_string_new ("From: a@b.c\nSubject: ");
  g_autoptr (GEmail) email = NULL;
  const char *subject;

  g_string_append (mime, filler);
  g_string_append (mime, "\n\nbody");
  email = parse (mime);
  subject = g_email_get_subject (email);

  g_assert_cmpuint (strlen (subject), >, EMAIL_LIMIT_HEADER - 100);
  g_assert_cmpuint (strlen (subject), <=, EMAIL_LIMIT_HEADER);
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_from (email)), ==, 1);
  g_assert_cmpstr (g_email_get_text_body (email), ==, "body");
  g_assert_true (g_email_body_part_get_is_truncated (g_email_get_body_structure (email)));
}

static void
test_huge_header_block (void)
{
  GString *mime = g_string_new ("Subject: first\n");
  g_autofree char *filler = g_strnfill (1000, 'x');
  g_autoptr (GEmail) email = NULL;

  for (guint i = 0; i < 64 * 1024; i++)
    g_string_append_printf (mime, "X-%u: %s\n", i, filler);
  g_string_append (mime, "\nbody");
  email = parse (mime);

  g_assert_cmpstr (g_email_get_subject (email), ==, "first");
  g_assert_cmpstr (g_email_get_text_body (email), ==, "body");
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_headers (email)), <,
                    EMAIL_LIMIT_HEADER_BLOCK / 1000);
}

static GEmail *
parse_repeated (const char *before, const char *piece, guint n, const char *after)
{
  GString *mime = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append (mime, piece);
  g_string_append (mime, after);
  g_string_append (mime, "\n\nbody");

  return parse (mime);
}

/* M05, M06 and M07: fields that are one thing again and again. */
static void
test_repetitions (void)
{
  static const struct
  {
    const char *before;
    const char *piece;
    const char *after;
    guint n_to;
  } rows[] = {
    { "To: ", "a@b, ", "", EMAIL_LIMIT_ADDRESSES },
    { "To: ", "a@b,\n ", "", EMAIL_LIMIT_ADDRESSES },
    { "To: ", "(", "", 0 },
    { "To: a@b ", "(", ")", 1 },
    { "To: ", "()", "a@b", 1 },
    { "To: ", "g:", "a@b", 1 },
    { "To: ", "g: a@b;", "", EMAIL_LIMIT_ADDRESSES },
    { "To: ", "<", "", 1 },
    { "To: ", "\"", "", 0 },
    { "To: ", "\\", "", 1 },
    { "To: ", "@", "", 1 },
    { "To: ", "[", "", 1 },
    { "To: ", "=?x?q?", "", 1 },
    { "To: ", "=?utf-8?q?a?= ", "<a@b>", 1 },
    { "Subject: ", "=?x?y?", "", 0 },
    { "Subject: ", "=?x?q?", "", 0 },
    { "Subject: ", "=?", "", 0 },
    { "Subject: ", "=?x?q?a?=", "", 0 },
    { "Subject: ", "=?utf-8?b?ww==?= ", "", 0 },
    { "Subject: ", "=?utf-8?q?\?= =?iso-8859-1?q?\351?= ", "", 0 },
    { "Subject: ", "\n ", "", 0 },
    { "Subject: ", "\r", "", 0 },
    { "Date: ", "(", "", 0 },
    { "Date: ", "1 ", "", 0 },
    { "References: ", "<", "", 0 },
    { "References: ", "<a@b>", "", 0 },
    { "In-Reply-To: ", "a@b ", "", 0 },
    { "Content-Language: ", "a,", "", 0 },
    { "Content-Type: ", "a/", "", 0 },
    { "Content-Type: text/plain; ", "a=b; ", "", 0 },
    { "Content-Type: text/plain; ", "(", "", 0 },
    { "Content-Type: text/plain; ", "a=\"", "", 0 },
    { "Content-Type: text/plain; ", "a*0*=", "", 0 },
    { "Content-Disposition: attachment; ", "filename*0*=%", "", 0 },
    { "Content-Disposition: attachment; filename*0=a; ", "filename*1=a; ", "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GEmail)
          email = parse_repeated (rows[i].before, rows[i].piece, 100000, rows[i].after);

      ask_all (email);
      g_assert_cmpuint (g_list_model_get_n_items (g_email_get_to (email)), ==, rows[i].n_to);
      if (!g_str_has_prefix (rows[i].before, "Content-"))
        g_assert_cmpstr (g_email_get_text_body (email), ==, "body");
    }
}

/* M07 */
static void
test_raw_words_are_kept (void)
{
  g_autoptr (GEmail) email = parse_text ("Subject: =?fake?q?abc?= =?utf-8?q?\n\n");

  g_assert_cmpstr (g_email_get_subject (email), ==, "=?fake?q?abc?= =?utf-8?q?");
}

/* M08 */
static void
test_parameter_segments (void)
{
  static const struct
  {
    const char *disposition;
    const char *name;
  } rows[] = {
    { "attachment; filename*0*=utf-8''a; filename*1=b.txt", "ab.txt" },
    { "attachment; filename*1=b.txt; filename*0=a", "ab.txt" },
    { "attachment; filename=plain.txt", "plain.txt" },
    { "attachment; filename*=utf-8''%e2%82%ac", "€" },
    { "attachment; filename*=utf-8''%e2%82", NULL },
    { "attachment; filename*=no-such''abc", "abc" },
    { "attachment; filename*=utf-8''..%2f..%2fx", "x" },
    { "attachment; filename=\"a\\\"b\"", "a_b" },
    { "attachment; filename=", NULL },
    { "attachment; filename", NULL },
    { "attachment; filename*=utf-8''a%00b", "a" },
    { "attachment; filename*0*=utf-8''%e2; filename*1*=%82%ac", "€" },
    { "attachment; filename*1*=%82%ac; filename*0*=utf-8''%e2", "€" },
    { "attachment; FILENAME*2=c; filename*1*=%82%ac; size=1; Filename*0*=utf-8''%e2", "€c" },
    { "attachment; filename*1=\"; filename*0*=b\"; filename*0*=utf-8''a", "a; filename_0_=b" },
    { "attachment; filename*1=\"\\\"; x\"; filename*0*=utf-8''a", "a_; x" },
    { "attachment; filename*10*=k; filename*9*=j; filename*8=i; filename*7=h; filename*6=g; "
      "filename*5=f; filename*4=e; filename*3=d; filename*2=c; filename*1=b; filename*0*=utf-8''a",
      "abcdefghijk" },
    { "attachment; filename*1*=b(1).pdf; filename*0*=utf-8''a", "ab(1).pdf" },
    { "attachment; filename*1*=b; filename*0*=utf-8''a; filename*x=c; *0=d; filename*=e", "ab" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GString *mime = g_string_new ("Content-Type: application/pdf\nContent-Disposition: ");
      g_autoptr (GEmail) email = NULL;
      g_autoptr (GMailAttachment) attachment = NULL;

      g_string_append_printf (mime, "%s\n\nx", rows[i].disposition);
      email = parse (mime);
      attachment = g_list_model_get_item (g_email_get_attachments (email), 0);
      g_assert_nonnull (attachment);
      g_assert_cmpstr (g_mail_attachment_get_name (attachment), ==, rows[i].name);
    }
}

static void
test_many_segments (void)
{
  GString *mime = g_string_new ("Content-Type: application/pdf\nContent-Disposition: attachment");
  g_autoptr (GEmail) email = NULL;
  g_autoptr (GMailAttachment) attachment = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (mime, ";\n filename*%u*=a", i);
  g_string_append (mime, "\n\nx");
  email = parse (mime);
  attachment = g_list_model_get_item (g_email_get_attachments (email), 0);

  g_assert_cmpuint (strlen (g_mail_attachment_get_name (attachment)), <=, LIMIT_FILE_NAME);
}

/* M09 */
static void
test_boundaries (void)
{
  static const struct
  {
    const char *mime;
    guint n_parts;
    const char *text;
  } rows[] = {
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n", 2, "x" },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a \t\n\nx\n--a-- \n", 2, "x" },
    { "Content-Type: multipart/mixed; boundary=\"a \"\n\n--a\n\nx\n--a--\n", 2, "x" },
    { "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nx\n--b\n--a--\n", 2,
      "x\n--b" },
    { "Content-Type: multipart/mixed; boundary=a (boundary=b)\n\n--a\n\nx\n--a--\n", 1, NULL },
    { "Content-Type: multipart/mixed; boundary=a\nContent-Type: multipart/mixed; boundary=b\n\n"
      "--a\n\nx\n--b\n--a--\n",
      2, "x\n--b" },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--aa\n--a--\n", 2, "x\n--aa" },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx", 2, "x" },
    { "Content-Type: multipart/mixed; boundary=a\n\nno part", 1, NULL },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a--\n", 1, NULL },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a--\n", 3, "\n" },
    { "Content-Type: multipart/mixed; boundary=a\n--a\n\nx\n--a--\n", 1, NULL },
    { "Content-Type: multipart/mixed\n\n--a\n\nx\n", 1, "--a\n\nx\n" },
    { "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n", 1, "--\n\nx\n" },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
      "boundary=a\n\n--a\n\nx\n--a--\n--a--\n",
      3, "x" },
    { "Content-Type: multipart/mixed; boundary=a--\n\n--a--\n\nx\n--a----\n", 2, "x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GEmail) email = parse_text (rows[i].mime);
      guint depth;
      gboolean is_truncated = FALSE;

      g_test_message ("%s", rows[i].mime);
      g_assert_cmpuint (walk (g_email_get_body_structure (email), &depth, &is_truncated), ==,
                        rows[i].n_parts);
      g_assert_cmpstr (g_email_get_text_body (email), ==, rows[i].text);
      g_assert_false (is_truncated);
    }
}

static void
test_long_boundary (void)
{
  g_autofree char *boundary = g_strnfill (100000, 'b');
  GString *mime = g_string_new (NULL);
  g_autoptr (GEmail) email = NULL;

  g_string_append_printf (mime, "Content-Type: multipart/mixed; boundary=%s\n\n", boundary);
  for (guint i = 0; i < 100; i++)
    g_string_append_printf (mime, "--%s\n\nx\n", boundary);
  email = parse (mime);
  ask_all (email);

  g_assert_cmpuint (g_list_model_get_n_items (
                        g_email_body_part_get_sub_parts (g_email_get_body_structure (email))),
                    ==, 0);
}

/* A hundred boundaries are open, and each line could be one of them. */
static void
test_many_boundaries_open (void)
{
  g_autofree char *stem = g_strnfill (900, 'b');
  GString *mime = g_string_new (NULL);
  g_autoptr (GEmail) email = NULL;

  for (guint i = 0; i < 90; i++)
    g_string_append_printf (mime, "Content-Type: multipart/mixed; boundary=%s%u\n\n--%s%u\n", stem,
                            i, stem, i);
  g_string_append (mime, "\n");
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (mime, "--%sx\n", stem);
  email = parse (mime);
  ask_all (email);
}

/* M10 */
static void
test_decoder_output (void)
{
  static const struct
  {
    const char *encoding;
    const char *piece;
    double growth;
  } rows[] = {
    { "base64", "A\n", 0.75 },
    { "base64", "=", 0.75 },
    { "base64", "*", 0.75 },
    { "base64", "AAAA", 0.75 },
    { "quoted-printable", "=\n", 1 },
    { "quoted-printable", "=", 1 },
    { "quoted-printable", "=3", 1 },
    { "quoted-printable", "=3D", 1 },
    { "x-uuencode", "begin 644 x\nM\n", 1 },
    { "x-uuencode", "begin 644 x\n", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GString *mime = g_string_new ("Content-Type: application/x-a\nContent-Transfer-Encoding: ");
      g_autoptr (GEmail) email = NULL;
      g_autoptr (GMailAttachment) attachment = NULL;
      g_autoptr (GBytes) content = NULL;

      g_string_append_printf (mime, "%s\n\n", rows[i].encoding);
      for (guint n = 0; n < 1000000; n++)
        g_string_append (mime, rows[i].piece);
      email = parse (mime);
      attachment = g_list_model_get_item (g_email_get_attachments (email), 0);
      content = g_mail_attachment_get_content (attachment, NULL, NULL);
      g_assert_cmpfloat (g_bytes_get_size (content), <=,
                         rows[i].growth * strlen (rows[i].piece) * 1000000 + 3);
    }
}

/* M11 */
static void
test_charset_output (void)
{
  static const char *const charsets[] = {
    "utf-7", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "utf-16",     "gb18030",
    "big5",  "tscii",       "no-such",     "utf-8",       "hz-gb-2312", "iso-2022-cn-ext"
  };
  static const char *const pieces[] = { "\033$B\033(B", "+",        "\377", "\016\017",
                                        "\033",         "\200\060", "\0ab", "~{" };

  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    for (guint j = 0; j < G_N_ELEMENTS (pieces); j++)
      {
        gsize length = MAX (strlen (pieces[j]), 1);
        GString *mime = g_string_new (NULL);
        g_autoptr (GEmail) email = NULL;
        const char *text;

        g_string_append_printf (mime, "Content-Type: text/plain; charset=%s\n\n", charsets[i]);
        for (guint n = 0; n < 20000; n++)
          g_string_append_len (mime, pieces[j], length);
        email = parse (mime);
        text = g_email_get_text_body (email);
        g_assert_true (g_utf8_validate (text, -1, NULL));
        g_assert_cmpuint (strlen (text), <=, EMAIL_LIMIT_CONVERSION_GROWTH * length * 20000 + 5000);
      }
}

/* M13 */
static void
test_odd_shapes (void)
{
  static const struct
  {
    const char *mime;
    const char *subject;
    const char *text;
  } rows[] = {
    { "", NULL, "" },
    { "\n", NULL, "" },
    { "\r\n", NULL, "" },
    { "\r", NULL, "" },
    { "\nSubject: no\n\nbody", NULL, "Subject: no\n\nbody" },
    { "Subject: a", "a", "" },
    { "Subject: a\n", "a", "" },
    { "Subject: a\r\n\r\nb", "a", "b" },
    { "Subject: a\r\rb\r", "a", "b\n" },
    { "Subject:a\n\nb", "a", "b" },
    { " folded\nSubject: a\n\nb", "a", "b" },
    { "Subject", NULL, "" },
    { ":", NULL, "" },
    { "Subject:", "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GEmail) email = parse_text (rows[i].mime);

      ask_all (email);
      g_assert_cmpstr (g_email_get_subject (email), ==, rows[i].subject);
      g_assert_cmpstr (g_email_get_text_body (email), ==, rows[i].text);
    }
}

/* M14 */
static void
test_header_tricks (void)
{
  static const char with_nul[] = "Sub\0ject: no\nSubject: a\0b\n\nbody";
  g_autoptr (GEmail) nul = parse (g_string_new_len (with_nul, sizeof with_nul - 1));
  g_autoptr (GEmail) bare_cr = parse_text ("Subject: a\rBcc: eve@example.com\n\n");
  g_autoptr (GEmail) space = parse_text ("Subject : a\nSub ject: b\n\n");
  g_autoptr (GEmail) twice = parse_text ("Subject: a\nSubject: b\n\n");
  g_autoptr (GEmail)
      types = parse_text ("Content-Type: text/html\nContent-Type: text/plain\n\n<p>");

  g_assert_cmpstr (g_email_get_subject (nul), ==, "a\357\277\275b");
  g_assert_cmpstr (g_email_get_subject (bare_cr), ==, "a Bcc: eve@example.com");
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_bcc (bare_cr)), ==, 0);
  g_assert_cmpstr (g_email_get_subject (space), ==, "a");
  g_assert_cmpstr (g_email_get_subject (twice), ==, "b");
  g_assert_cmpstr (g_email_get_html_body (types), ==, "<p>");
}

/* M14: what two programs read in two ways is said to be so, of the mail and of its parts. */
static void
test_ambiguous (void)
{
  static const char plain[] = "From: a@b\r\nSubject: a\r\n b\r\nX: 1\r\nX: 2\r\n\r\n";
  static const char *const odd[] = {
    "From: a@b\nFROM: c@d\n\n",
    "Subject: a\nSubject: a\n\n",
    "Content-Type: text/html\nContent-Type: text/plain\n\n",
    "Subject : a\n\n",
    "Sub ject: a\n\n",
    "Subject\nFrom: a@b\n\n",
    "Subject: a\rBcc: e@v\n\n",
    "Subject: a\r\r\n b\r\n\r\n",
  };
  static const char with_nul[] = "Subject: a\0b\n\n";
  static const char in_part[] = "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
                                "Content-Disposition: inline\nContent-Disposition: attachment\n\n";
  g_autoptr (GEmail) honest = parse_text (plain);
  g_autoptr (GEmail) nul = parse (g_string_new_len (with_nul, sizeof with_nul - 1));
  g_autoptr (GEmail) multipart = parse_text (in_part);
  g_autoptr (GEmailBodyPart) part = g_list_model_get_item (
      g_email_body_part_get_sub_parts (g_email_get_body_structure (multipart)), 0);

  g_assert_false (g_email_body_part_get_is_ambiguous (g_email_get_body_structure (honest)));
  g_assert_true (g_email_body_part_get_is_ambiguous (g_email_get_body_structure (nul)));
  g_assert_false (g_email_body_part_get_is_ambiguous (g_email_get_body_structure (multipart)));
  g_assert_true (g_email_body_part_get_is_ambiguous (part));
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (GEmail) email = parse_text (odd[i]);

      g_test_message ("%s", odd[i]);
      g_assert_true (g_email_body_part_get_is_ambiguous (g_email_get_body_structure (email)));
    }
}

/* Cut anywhere, or with any byte changed, it still is a mail. */
static void
test_cut_and_changed (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "mails", "full-tree.eml",
                                                 NULL);
  g_autofree char *content = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  for (gsize at = 0; at < length; at += at < 700 ? 1 : 37)
    {
      g_autoptr (GEmail) cut = parse (g_string_new_len (content, at));
      g_autoptr (GEmail) changed = NULL;
      char old = content[at];

      content[at] = at % 2 == 0 ? '\0' : '\n';
      changed = parse (g_string_new_len (content, length));
      content[at] = old;

      ask_all (cut);
      ask_all (changed);
      g_assert_nonnull (g_email_get_body_structure (cut));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/deep-multiparts", test_deep_multiparts);
  g_test_add_func ("/hostile/deep-messages", test_deep_messages);
  g_test_add_func ("/hostile/depth-at-the-limit", test_depth_at_the_limit);
  g_test_add_func ("/hostile/many-siblings", test_many_siblings);
  g_test_add_func ("/hostile/many-headers", test_many_headers);
  g_test_add_func ("/hostile/huge-header", test_huge_header);
  g_test_add_func ("/hostile/huge-header-block", test_huge_header_block);
  g_test_add_func ("/hostile/repetitions", test_repetitions);
  g_test_add_func ("/hostile/raw-words-are-kept", test_raw_words_are_kept);
  g_test_add_func ("/hostile/parameter-segments", test_parameter_segments);
  g_test_add_func ("/hostile/many-segments", test_many_segments);
  g_test_add_func ("/hostile/boundaries", test_boundaries);
  g_test_add_func ("/hostile/long-boundary", test_long_boundary);
  g_test_add_func ("/hostile/many-boundaries-open", test_many_boundaries_open);
  g_test_add_func ("/hostile/decoder-output", test_decoder_output);
  g_test_add_func ("/hostile/charset-output", test_charset_output);
  g_test_add_func ("/hostile/odd-shapes", test_odd_shapes);
  g_test_add_func ("/hostile/header-tricks", test_header_tricks);
  g_test_add_func ("/hostile/ambiguous", test_ambiguous);
  g_test_add_func ("/hostile/cut-and-changed", test_cut_and_changed);

  return g_test_run ();
}

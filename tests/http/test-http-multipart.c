/* Forms with files: what is read, what is refused, split at every byte, in linear time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-multipart.h"
#include "gimap4d/http/http-parameters.h"

/* What was told of the parts: "name|file name|start-end|content\n" of each. */
typedef struct
{
  GString *log;
  guint64 start;
  gsize n_content;
} Record;

static void
begin (HttpPartHead *head, guint64 offset, gpointer data)
{
  Record *record = data;

  g_string_append_printf (record->log, "%s|%s|", head->name,
                          head->file_name != NULL ? head->file_name : "-");
  record->start = offset;
  http_part_head_free (head);
}

static void
content (const char *bytes, gsize size, gpointer data)
{
  Record *record = data;

  g_string_append_len (record->log, bytes, (gssize) size);
  record->n_content += size;
}

static void
end (guint64 offset, gpointer data)
{
  Record *record = data;

  g_assert_cmpuint (offset - record->start, ==, record->n_content);
  record->n_content = 0;
  g_string_append_c (record->log, '\n');
}

static const HttpMultipartSink sink = { .begin = begin, .content = content, .end = end };

/* What the parts are, or "error: " and why there are none. @first, @step: where it is cut. */
static char *
read_form (const char *text, gsize size, gsize first, gsize step)
{
  Record record = { .log = g_string_new (NULL) };
  g_autoptr (HttpMultipart) form = http_multipart_new ("AB", &sink, &record);
  g_autoptr (GError) error = NULL;
  gsize done = 0;

  while (done < size && error == NULL)
    {
      gsize n = MIN (done == 0 && first > 0 ? first : step, size - done);
      /* A copy of just this piece: whoever reads past its end is caught. */
      g_autofree char *piece = g_memdup2 (text + done, n);

      http_multipart_feed (form, piece, n, &error);
      done += n;
    }
  if (error == NULL)
    http_multipart_finish (form, &error);
  if (error != NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_string_free (record.log, TRUE);
      return g_strdup ("error");
    }

  return g_string_free (record.log, FALSE);
}

static void
assert_form (const char *text, gsize size, const char *expected)
{
  g_autofree char *at_once = read_form (text, size, 0, size);
  g_autofree char *by_byte = read_form (text, size, 0, 1);

  g_assert_cmpstr (at_once, ==, expected);
  g_assert_cmpstr (by_byte, ==, expected);
  for (gsize i = 1; i < size; i++)
    {
      g_autofree char *split = read_form (text, size, i, size);

      g_assert_cmpstr (split, ==, expected);
    }
}

#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static const struct
{
  const char *text;
  const char *parts; /* NULL: it is refused */
} forms[] = {
  { "--AB\r\n" FIELD ("a") "1\r\n--AB--\r\n", "a|-|1\n" },
  { "--AB\r\n" FIELD ("a") "1\r\n--AB--", "a|-|1\n" },
  { "--AB--\r\n", "" },
  { "--AB--", "" },
  { "\r\n--AB--", "" },
  { "preamble\r\n--A\r\n--AX\r\n--AB\r\n" FIELD ("a") "1\r\n--AB--epilogue\r\n--AB\r\n",
    "a|-|1\n" },
  { "--AB\r\n" FIELD ("a") "1\r\n--AB \t \r\n" FIELD ("b") "2\r\n--AB--\r\n", "a|-|1\nb|-|2\n" },
  /* No content, with and without a line end of its own. */
  { "--AB\r\n" FIELD ("a") "\r\n--AB--\r\n", "a|-|\n" },
  { "--AB\r\n" FIELD ("a") "--AB--\r\n", "a|-|\n" },
  { "--AB\r\n" FIELD ("a") "--AC\r\n--AB--\r\n", "a|-|--AC\n" },
  /* What looks like a delimiter and is none. */
  { "--AB\r\n" FIELD ("a") "\r\r\n\r\n-\r\n--\r\n--A\r\n-AB\n--AB\r--AB\r\n--AB--\r\n",
    "a|-|\r\r\n\r\n-\r\n--\r\n--A\r\n-AB\n--AB\r--AB\n" },
  { "--AB\r\n" FIELD ("a") "x--AB\r\n\r\n--AB--\r\n", "a|-|x--AB\r\n\n" },
  /* Names, as browsers and curl write them. */
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: "
    "text/plain\r\n\r\nx\r\n--AB--\r\n",
    "f|a.txt|x\n" },
  { "--AB\r\ncontent-disposition:FORM-DATA;NAME=f;FILENAME=a.txt;x=y;\r\n\r\nx\r\n--AB--",
    "f|a.txt|x\n" },
  { "--AB\r\nContent-Disposition: form-data; name=\"\xc3\xa9%22\"; filename=\"\"\r\n\r\n\r\n--AB--",
    "\xc3\xa9\"||\n" },
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"; "
    "filename=\"C:\\dir\\a\\\"b.txt\"\r\n\r\n\r\n"
    "--AB--",
    "f|C:\\dir\\a\"b.txt|\n" },
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"; "
    "filename*=UTF-8''%E2%82%AC%20a\r\n\r\n\r\n--AB--",
    "f|\xe2\x82\xac a|\n" },
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"; filename*=iso-8859-1'fr'%E9; "
    "filename=\"a\"\r\n\r\n\r\n--AB--",
    "f|\xc3\xa9|\n" },
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"; filename*=UTF-8''%E2\r\n"
    "\r\n\r\n--AB--",
    "f|a|\n" },
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"; filename*=UTF-8''%00\r\n"
    "\r\n\r\n--AB--",
    "f|a|\n" },
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Transfer-Encoding: "
    "binary\r\n\r\nx\r\n--AB--",
    "f|-|x\n" },
  /* H14: a body that breaks off anywhere, as in CVE-2025-4969, -4948 and -32914. */
  { "", NULL },
  { "\r\n", NULL },
  { "-", NULL },
  { "--A", NULL },
  { "--AB", NULL },
  { "--AB-", NULL },
  { "--AB\r", NULL },
  { "--AB\r\n", NULL },
  { "--AB\r\n\r\n", NULL },
  { "--AB\r\n" FIELD ("a"), NULL },
  { "--AB\r\n" FIELD ("a") "1", NULL },
  { "--AB\r\n" FIELD ("a") "1\r", NULL },
  { "--AB\r\n" FIELD ("a") "1\r\n--AB", NULL },
  { "--AB\r\n" FIELD ("a") "1\r\n--AB-", NULL },
  { "--AB\r\n" FIELD ("a") "1\r\n--AB\r\n", NULL },
  { "--AB\r\n" FIELD ("a") "1\r\n--ABx--\r\n", NULL },
  { "--AB\r\n" FIELD ("a") "1\r\n--AB\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"a\"", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"a\"\r\n", NULL },
  { "--AB\r\n\r\n\r\n--AB--\r\n", NULL },
  { "--AB--AB--", "" },
  { "--ABx\r\n\r\n--AB--", NULL },
  /* Two meanings. */
  { "--AB\n" FIELD ("a") "1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"a\"\n\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; "
    "name=\"b\"\r\n\r\n1\r\n--AB--\r\n",
    NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=a b\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; =\"a\"\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition : form-data; name=\"a\"\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nno colon\r\n" FIELD ("a") "1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Type: text/plain\r\n\r\n1\r\n--AB--\r\n", NULL },
  { "--AB\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Transfer-Encoding: "
    "base64\r\n\r\neA==\r\n--AB--",
    NULL },
};

static void
test_forms (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_test_message ("form %u", i);
      assert_form (forms[i].text, strlen (forms[i].text),
                   forms[i].parts != NULL ? forms[i].parts : "error");
    }
}

static void
test_nul (void)
{
  static const char in_content[] = "--AB\r\n" FIELD ("a") "\0\1\0\r\n--AB--\r\n";
  static const char in_head[] = "--AB\r\nX: \0\r\n" FIELD ("a") "1\r\n--AB--\r\n";
  g_autofree char *parts = read_form (in_content, sizeof in_content - 1, 0, 4);

  g_assert_cmpmem (parts, 7, "a|-|\0\1\0", 7);
  assert_form (in_head, sizeof in_head - 1, "error");
}

static void
test_limits (void)
{
  g_autoptr (GString) form = g_string_new (NULL);
  g_autoptr (GString) most = NULL;
  g_autofree char *filler = g_strnfill (HTTP_LIMIT_PART_HEAD, 'x');
  g_autofree char *long_head = g_strconcat ("--AB\r\nX: ", filler, "\r\n" FIELD ("a") "\r\n--AB--",
                                            NULL);
  g_autofree char *endless_line = g_strconcat ("--AB\r\n", filler, filler, NULL);
  g_autofree char *blanks = g_strnfill (HTTP_LIMIT_PART_HEAD + 1, ' ');
  g_autofree char *padding = g_strconcat ("--AB", blanks, "\r\n" FIELD ("a") "\r\n--AB--", NULL);
  g_autofree char *parts = NULL;
  g_autofree char *refused = NULL;
  const char *wrong[] = { long_head, endless_line, padding };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *result = read_form (wrong[i], strlen (wrong[i]), 0, 1000);

      g_assert_cmpstr (result, ==, "error");
    }

  for (guint i = 0; i < HTTP_LIMIT_PARTS; i++)
    g_string_append (form, "--AB\r\n" FIELD ("a") "1\r\n");
  most = g_string_new (form->str);
  g_string_append (most, "--AB--");
  parts = read_form (most->str, most->len, 0, most->len);
  g_assert_cmpuint (strlen (parts), ==, HTTP_LIMIT_PARTS * strlen ("a|-|1\n"));
  g_string_append (form, "--AB\r\n" FIELD ("a") "1\r\n--AB--");
  refused = read_form (form->str, form->len, 0, form->len);
  g_assert_cmpstr (refused, ==, "error");
}

/* Contents that begin a delimiter again and again, and never end one. */
static void
test_almost_delimiters (void)
{
  static const char *const pieces[] = { "\r", "\r\n", "\r\n-", "\r\n--", "\r\n--A", "\r\r\n--A\r" };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GString) form = g_string_new ("--AB\r\n" FIELD ("a"));
      g_autofree char *expected = NULL;
      gsize start = form->len;

      for (guint j = 0; j < 200; j++)
        g_string_append (form, pieces[i]);
      expected = g_strconcat ("a|-|", form->str + start, "\n", NULL);
      g_string_append (form, "\r\n--AB--");
      assert_form (form->str, form->len, expected);
    }
}

static void
test_boundary (void)
{
  static const struct
  {
    const char *type;
    const char *boundary;
  } rows[] = {
    { "multipart/form-data; boundary=AaB03x", "AaB03x" },
    { "Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"a b\"", "a b" },
    { "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
      "----WebKitFormBoundary7MA4YWxkTrZu0gW" },
    { "multipart/form-data", NULL },
    { "multipart/form-data; boundary=", NULL },
    { "multipart/form-data; boundary=\"\"", NULL },
    { "multipart/form-data; boundary=\"a ", NULL },
    { "multipart/form-data; boundary=\"a \"", NULL },
    { "multipart/form-data; boundary=\"a\rb\"", NULL },
    { "multipart/form-data; boundary=a; boundary=b", NULL },
    { "multipart/form-data; boundary=\xc3\xa9", NULL },
    { "multipart/form-data; "
      "boundary=12345678901234567890123456789012345678901234567890123456789012345678901",
      NULL },
    { "multipart/form-datax; boundary=a", NULL },
    { "multipart/mixed; boundary=a", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *boundary = http_multipart_dup_boundary (rows[i].type);

      g_assert_cmpstr (boundary, ==, rows[i].boundary);
    }
}

static void
test_extended (void)
{
  static const struct
  {
    const char *value;
    const char *text;
  } rows[] = {
    { "UTF-8''a%20b", "a b" },
    { "utf-8'en'%C3%A9", "\xc3\xa9" },
    { "ISO-8859-1''%E9", "\xc3\xa9" },
    { "UTF-8''", "" },
    { "UTF-8''%", NULL },
    { "UTF-8''%C3", NULL },
    { "UTF-8''%00", NULL },
    { "KOI8-R''a", NULL },
    { "a", NULL },
    { "UTF-8'a", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = http_parameters_decode_extended (rows[i].value);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-multipart/H14/forms", test_forms);
  g_test_add_func ("/http-multipart/nul", test_nul);
  g_test_add_func ("/http-multipart/limits", test_limits);
  g_test_add_func ("/http-multipart/almost-delimiters", test_almost_delimiters);
  g_test_add_func ("/http-multipart/boundary", test_boundary);
  g_test_add_func ("/http-multipart/extended", test_extended);

  return g_test_run ();
}

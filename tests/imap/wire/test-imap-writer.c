/* The writer: what goes out is one command, or nothing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-writer.h"

#include <string.h>

/* Segments as text: "~" before one that waits, "#" before a secret, "|" between. */
static char *
finish (ImapWriter *writer, GError **error)
{
  g_autoptr (GPtrArray) segments = imap_writer_finish (writer, "A1", error);
  GString *text;

  if (segments == NULL)
    return NULL;

  text = g_string_new (NULL);
  for (guint i = 0; i < segments->len; i++)
    {
      const ImapSegment *segment = g_ptr_array_index (segments, i);

      g_string_append_printf (text, "%s%s%s", i > 0 ? "|" : "", segment->waits ? "~" : "",
                              segment->secret ? "#" : "");
      g_string_append_len (text, g_bytes_get_data (segment->bytes, NULL),
                           g_bytes_get_size (segment->bytes));
    }

  return g_string_free (text, FALSE);
}

static void
check (ImapWriter *writer, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = finish (writer, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
  imap_writer_free (writer);
}

static void
test_values (void)
{
  g_autoptr (ImapUidSet) set = imap_uid_set_parse ("1:3,9:*", -1, NULL);
  ImapWriter *writer = imap_writer_new ("UID STORE", IMAP_WRITER_NONE);

  imap_writer_space (writer);
  imap_writer_set (writer, set);
  imap_writer_raw (writer, " +FLAGS.SILENT (");
  imap_writer_flag (writer, "\\Seen");
  imap_writer_space (writer);
  imap_writer_flag (writer, "$Label1");
  imap_writer_char (writer, ')');
  imap_writer_space (writer);
  imap_writer_number (writer, G_MAXUINT64);
  imap_writer_space (writer);
  imap_writer_nstring (writer, NULL);
  imap_writer_space (writer);
  imap_writer_nstring (writer, "NIL");
  imap_writer_space (writer);
  imap_writer_atom (writer, "FOO-1");
  imap_writer_space (writer);
  imap_writer_astring (writer, "");
  check (writer, "A1 UID STORE 1:3,9:* +FLAGS.SILENT (\\Seen $Label1) 18446744073709551615 NIL "
                 "\"NIL\" FOO-1 \"\"\r\n");
}

static void
test_strings (void)
{
  static const struct
  {
    ImapWriterFeatures features;
    const char *text;
    const char *expected;
  } rows[] = {
    { IMAP_WRITER_NONE, "a b", "A1 X \"a b\"\r\n" },
    { IMAP_WRITER_NONE, "a\"\\", "A1 X \"a\\\"\\\\\"\r\n" },
    { IMAP_WRITER_NONE, "{5}", "A1 X \"{5}\"\r\n" },
    { IMAP_WRITER_NONE, "ü", "A1 X {2}\r\n|~ü|\r\n" },
    { IMAP_WRITER_UTF8, "ü", "A1 X \"ü\"\r\n" },
    { IMAP_WRITER_LITERAL_PLUS, "ü", "A1 X {2+}\r\nü\r\n" },
    { IMAP_WRITER_LITERAL_MINUS, "ü", "A1 X {2+}\r\nü\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ImapWriter *writer = imap_writer_new ("X", rows[i].features);

      imap_writer_space (writer);
      imap_writer_astring (writer, rows[i].text);
      check (writer, rows[i].expected);
    }
}

/* P31, P32: what may go unasked, to the octet. */
static void
test_p32_literals (void)
{
  static const struct
  {
    ImapWriterFeatures features;
    gsize size;
    gboolean waits;
  } rows[] = {
    { IMAP_WRITER_NONE, 0, TRUE },
    { IMAP_WRITER_NONE, 4096, TRUE },
    { IMAP_WRITER_LITERAL_MINUS, 4096, FALSE },
    { IMAP_WRITER_LITERAL_MINUS, 4097, TRUE },
    { IMAP_WRITER_LITERAL_PLUS, 4097, FALSE },
    { IMAP_WRITER_LITERAL_PLUS, 5000000, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapWriter) writer = imap_writer_new ("APPEND", rows[i].features);
      g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (rows[i].size), rows[i].size);
      g_autoptr (GPtrArray) segments = NULL;
      g_autofree char *head = g_strdup_printf ("A1 APPEND {%zu%s}\r\n", rows[i].size,
                                               rows[i].waits ? "" : "+");
      const ImapSegment *segment;

      imap_writer_space (writer);
      imap_writer_literal (writer, bytes);
      segments = imap_writer_finish (writer, "A1", NULL);
      g_assert_cmpuint (segments->len, ==, 3);
      segment = g_ptr_array_index (segments, 0);
      g_assert_cmpmem (g_bytes_get_data (segment->bytes, NULL), g_bytes_get_size (segment->bytes),
                       head, strlen (head));
      g_assert_false (segment->waits);
      segment = g_ptr_array_index (segments, 1);
      g_assert_true (segment->bytes == bytes);
      g_assert_cmpint (segment->waits, ==, rows[i].waits);
      segment = g_ptr_array_index (segments, 2);
      g_assert_cmpmem (g_bytes_get_data (segment->bytes, NULL), g_bytes_get_size (segment->bytes),
                       "\r\n", 2);
    }
}

static void
test_secret (void)
{
  ImapWriter *writer = imap_writer_new ("LOGIN", IMAP_WRITER_NONE);

  imap_writer_space (writer);
  imap_writer_astring (writer, "bob");
  imap_writer_space (writer);
  imap_writer_secret (writer, "p\"w");
  check (writer, "A1 LOGIN \"bob\" |#\"p\\\"w\"|\r\n");

  writer = imap_writer_new ("LOGIN", IMAP_WRITER_NONE);
  imap_writer_space (writer);
  imap_writer_secret (writer, "pä");
  check (writer, "A1 LOGIN {3}\r\n|~#pä|\r\n");

  writer = imap_writer_new ("LOGIN", IMAP_WRITER_LITERAL_PLUS);
  imap_writer_space (writer);
  imap_writer_secret (writer, "pä");
  check (writer, "A1 LOGIN {3+}\r\n|#pä|\r\n");
}

static void
test_box (void)
{
  static const struct
  {
    ImapWriterFeatures features;
    const char *name;
    const char *expected;
  } rows[] = {
    { IMAP_WRITER_NONE, "inBox", "\"INBOX\"" },
    { IMAP_WRITER_NONE, "inbox/Sub", "\"inbox/Sub\"" },
    { IMAP_WRITER_NONE, "Entwürfe & mehr", "\"Entw&APw-rfe &- mehr\"" },
    { IMAP_WRITER_UTF8, "Entwürfe & mehr", "\"Entwürfe & mehr\"" },
    { IMAP_WRITER_NONE, "a\"b\\c", "\"a\\\"b\\\\c\"" },
    { IMAP_WRITER_NONE, "", "\"\"" },
    { IMAP_WRITER_NONE, "../%*", "\"../%*\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ImapWriter *writer = imap_writer_new ("SELECT", rows[i].features);
      g_autofree char *expected = g_strdup_printf ("A1 SELECT %s\r\n", rows[i].expected);

      imap_writer_space (writer);
      imap_writer_box (writer, rows[i].name);
      check (writer, expected);
    }
}

static void
test_box_raw (void)
{
  ImapWriter *writer = imap_writer_new ("SELECT", IMAP_WRITER_UTF8);

  imap_writer_space (writer);
  imap_writer_box_raw (writer, "a&b");
  check (writer, "A1 SELECT \"a&b\"\r\n");

  writer = imap_writer_new ("SELECT", IMAP_WRITER_UTF8);
  imap_writer_space (writer);
  imap_writer_box_raw (writer, "\xfc\t");
  check (writer, "A1 SELECT {2}\r\n|~\xfc\t|\r\n");
}

typedef void (*WriteText) (ImapWriter *writer, const char *text);

/* P30: nothing of the caller's gets out of its value. */
static void
test_p30_injection (void)
{
  static const WriteText functions[] = {
    imap_writer_atom,   imap_writer_flag, imap_writer_astring, imap_writer_nstring,
    imap_writer_secret, imap_writer_box,  imap_writer_raw,
  };
  static const char *const texts[] = {
    "a\r\nA2 LOGOUT", "a\rb", "a\nb", "a\001b", "a\177", "\r\n", "a\xff", "\x1b[0m", "a\tb",
  };

  for (guint f = 0; f < G_N_ELEMENTS (functions); f++)
    for (guint t = 0; t < G_N_ELEMENTS (texts); t++)
      {
        g_autoptr (ImapWriter) writer = imap_writer_new ("LOGIN", IMAP_WRITER_LITERAL_PLUS);
        g_autoptr (GError) error = NULL;

        imap_writer_space (writer);
        imap_writer_astring (writer, "fine");
        imap_writer_space (writer);
        functions[f](writer, texts[t]);
        imap_writer_space (writer);
        imap_writer_astring (writer, "\n");
        g_assert_null (finish (writer, &error));
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull (strstr (error->message, "LOGIN"));
        if (functions[f] != imap_writer_raw)
          g_assert_nonnull (strstr (error->message, "Value 2"));
        g_assert_null (strstr (error->message, texts[t]));
      }
}

static void
test_p30_grammar (void)
{
  static const char *const atoms[] = { "", "a b", "a(", "a)", "a{", "a\"", "a\\", "a%", "a*", "ü" };
  g_autofree char *long_name = g_strnfill (IMAP_LIMIT_BOX_NAME + 1, 'x');
  g_autoptr (ImapUidSet) empty = imap_uid_set_new ();

  for (guint i = 0; i < 2 * G_N_ELEMENTS (atoms) + 2; i++)
    {
      g_autoptr (ImapWriter) writer = imap_writer_new ("X", IMAP_WRITER_NONE);
      g_autoptr (GError) error = NULL;
      guint n = G_N_ELEMENTS (atoms);

      imap_writer_space (writer);
      if (i < n)
        imap_writer_atom (writer, atoms[i]);
      else if (i < 2 * n)
        imap_writer_flag (writer, atoms[i - n]);
      else if (i == 2 * n)
        imap_writer_box (writer, long_name);
      else
        imap_writer_set (writer, empty);
      g_assert_null (finish (writer, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_command_size (void)
{
  g_autoptr (ImapWriter) writer = imap_writer_new ("X", IMAP_WRITER_NONE);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < IMAP_LIMIT_COMMAND_BYTES / 4; i++)
    imap_writer_raw (writer, " abc");
  g_assert_null (finish (writer, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/writer/values", test_values);
  g_test_add_func ("/writer/strings", test_strings);
  g_test_add_func ("/writer/P32-literals", test_p32_literals);
  g_test_add_func ("/writer/secret", test_secret);
  g_test_add_func ("/writer/box", test_box);
  g_test_add_func ("/writer/box-raw", test_box_raw);
  g_test_add_func ("/writer/P30-injection", test_p30_injection);
  g_test_add_func ("/writer/P30-grammar", test_p30_grammar);
  g_test_add_func ("/writer/command-size", test_command_size);

  return g_test_run ();
}

/* BODYSTRUCTURE as servers send it, and as nobody should.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/mail/email-values.h"

#include <string.h>

static EmailStructure *
parse (const char *structure)
{
  g_autofree char *line = g_strdup_printf ("* 1 FETCH (BODYSTRUCTURE %s UID 5)", structure);
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
  g_auto (ImapResponse) response = { 0 };
  g_auto (ImapFetch) fetch = { 0 };

  g_assert_true (imap_response_parse (&response, frame, NULL));
  if (!imap_data_parse_fetch (&response, &fetch, NULL))
    return NULL;

  return imap_fetch_parse_structure (&fetch);
}

/* "id type(children)" with "!" behind what is truncated. */
static void
describe (GString *to, const EmailStructure *part)
{
  g_string_append_printf (to, "%s:%s%s", part->part_id, part->type, part->is_truncated ? "!" : "");
  if (part->envelope != NULL)
    g_string_append_printf (to, "<%s>", part->envelope->subject);
  if (part->parts->len == 0)
    return;

  g_string_append_c (to, '(');
  for (guint i = 0; i < part->parts->len; i++)
    {
      if (i > 0)
        g_string_append_c (to, ' ');
      describe (to, g_ptr_array_index (part->parts, i));
    }
  g_string_append_c (to, ')');
}

#define TEXT "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 5 1 NIL NIL NIL NIL)"
#define IMAGE "(\"image\" \"png\" NIL NIL NIL \"base64\" 99)"
#define ENVELOPE "(NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL)"
#define MESSAGE(body) "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 77 " ENVELOPE " " body " 9)"

static void
test_shapes (void)
{
  static const char *const rows[][2] = {
    { TEXT, "1:text/plain" },
    { IMAGE, "1:image/png" },
    { "(" TEXT IMAGE " \"MIXED\")", ":multipart/mixed(1:text/plain 2:image/png)" },
    { "(" TEXT " " IMAGE " \"MIXED\" (\"BOUNDARY\" \"x\") NIL NIL NIL)",
      ":multipart/mixed(1:text/plain 2:image/png)" },
    { "((" TEXT TEXT " \"alternative\")" IMAGE " \"mixed\")",
      ":multipart/mixed(1:multipart/alternative(1.1:text/plain 1.2:text/plain) 2:image/png)" },
    { "(" TEXT MESSAGE (TEXT) " \"mixed\")",
      ":multipart/mixed(1:text/plain 2:message/rfc822<s>(2.1:text/plain))" },
    { "(" TEXT MESSAGE ("(" TEXT IMAGE " \"mixed\")") " \"mixed\")",
      ":multipart/mixed(1:text/plain 2:message/rfc822<s>(2.TEXT:multipart/mixed(2.1:text/plain "
      "2.2:image/png)))" },
    { MESSAGE ("(" TEXT "(" IMAGE " \"related\") \"mixed\")"),
      "1:message/rfc822<s>(1.TEXT:multipart/mixed(1.1:text/plain "
      "1.2:multipart/related(1.2.1:image/png)))" },
    { "(" MESSAGE (MESSAGE (TEXT)) " \"digest\")",
      ":multipart/digest(1:message/rfc822<s>(1.1:message/rfc822<s>(1.1.1:text/plain)))" },
    /* what servers do besides */
    { "(\"MIXED\" (\"BOUNDARY\" \"x\") NIL NIL)", "1:multipart/mixed" },
    { "(" TEXT "(\"alternative\" (\"boundary\" \"x\") NIL NIL NIL) \"mixed\")",
      ":multipart/mixed(1:text/plain 2:multipart/alternative)" },
    { "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 77 NIL NIL NIL NIL)", "1:message/rfc822" },
    { "(\"message\" \"rfc822\" (\"name\" \"x\") NIL NIL \"7bit\" 77)", "1:message/rfc822" },
    { "(NIL NIL NIL NIL NIL NIL NIL)", "1:application/octet-stream!" },
    { "(\"text\" NIL NIL NIL NIL NIL 5 1)", "1:text/x-unknown" },
    { "(\"text\" \"plain\" () NIL () \"7bit\" 5 1 NIL () () ())", "1:text/plain" },
    { "(\"text\" \"plain\" (\"a\") NIL NIL \"7bit\" 5 1)", "1:text/plain!" },
    { "(\"text\" \"plain\" \"x\" NIL NIL \"7bit\" 5 1)", "1:text/plain!" },
    { "(\"text\" \"plain\" NIL (x y) NIL \"7bit\" 5 1)", "1:text/plain!" },
    { "(\"text\" \"plain\" NIL NIL NIL \"7bit\" -1 1)", "1:text/plain!" },
    { "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1 NIL NIL NIL NIL (x (y)) 7)", "1:text/plain" },
    { "(\"text\" \"plain\")", "1:text/plain!" },
    { "(" TEXT ")", ":multipart/mixed(1:text/plain)" },
    { "()", "1:application/octet-stream!" },
    { "(" TEXT "(\"text\" \r \"html\") \"alternative\")",
      ":multipart/mixed!(1:text/plain 2:text/x-unknown!)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (EmailStructure) structure = parse (rows[i][0]);
      g_autoptr (GString) text = g_string_new (NULL);

      describe (text, structure);
      g_assert_cmpstr (text->str, ==, rows[i][1]);
    }
}

static void
test_fields (void)
{
  g_autoptr (EmailStructure) structure = parse (
      "(\"Application\" \"PDF\" (\"Name\" \"a.pdf\" \"NAME\" \"b.pdf\") \"<id@x>\" "
      "\"=?utf-8?q?=C3=BC?=\" \"BASE64\" 4294967296 \"md5\" (\"Attachment\" (\"FileName\" "
      "\"=?utf-8?b?w7wucGRm?=\")) (\"fr\" \"de\") \"http://x/\")");

  g_assert_cmpstr (structure->type, ==, "application/pdf");
  g_assert_cmpstr (g_hash_table_lookup (structure->parameters, "name"), ==, "a.pdf");
  g_assert_cmpstr (structure->content_id, ==, "id@x");
  g_assert_cmpstr (structure->description, ==, "ü");
  g_assert_cmpstr (structure->encoding, ==, "base64");
  g_assert_cmpuint (structure->size, ==, 4294967296);
  g_assert_cmpstr (structure->disposition, ==, "attachment");
  g_assert_cmpstr (g_hash_table_lookup (structure->disposition_parameters, "filename"), ==,
                   "ü.pdf");
  g_assert_cmpuint (g_strv_length (structure->language), ==, 2);
  g_assert_cmpstr (structure->location, ==, "http://x/");
  g_assert_false (structure->is_truncated);
}

static void
test_parameters (void)
{
  static const char *const rows[][2] = {
    { "\"name*\" \"utf-8''%C3%BC%20x\"", "ü x" },
    { "\"name*\" \"iso-8859-1'de'%FC\"", "ü" },
    { "\"name*0\" \"a\" \"name*1\" \"b\" \"name*2\" \"c\"", "abc" },
    { "\"name*1\" \"b\" \"NAME*0\" \"a\"", "ab" },
    { "\"name*1*\" \"%82%ac\" \"name*0*\" \"utf-8''%e2\"", "€" },
    { "\"name*0\" \"a\" \"name*1*\" \"it's%20'b\"", "ait's 'b" },
    { "\"name*0*\" \"utf-8''%C3\" \"name*1*\" \"%BC\" \"name*2\" \"%41\"", "ü%41" },
    { "\"name\" \"plain\" \"name*\" \"utf-8''better\"", "better" },
    { "\"name*\" \"utf-8''better\" \"name\" \"plain\"", "better" },
    { "\"name*\" \"nosuch''%FC\"", "ü" },
    { "\"name*\" \"plain\"", "plain" },
    { "\"name\" NIL", "" },
    { "\"name\" x", "x" },
    { "\"name\" {3}\r\na)b", "a)b" },
    { "\"name*x\" \"a\"", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("(\"a\" \"b\" (%s) NIL NIL \"7bit\" 5)", rows[i][0]);
      g_autoptr (EmailStructure) structure = parse (text);

      g_assert_cmpstr (g_hash_table_lookup (structure->parameters, "name"), ==, rows[i][1]);
      g_assert_false (structure->is_truncated);
    }
}

/* P09: a hundred real levels are complete. */
static void
test_p09_levels (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (EmailStructure) structure = NULL;
  const EmailStructure *part;
  guint depth = 0;

  for (guint i = 0; i < EMAIL_LIMIT_DEPTH; i++)
    g_string_append_c (text, '(');
  g_string_append (text, TEXT);
  for (guint i = 0; i < EMAIL_LIMIT_DEPTH; i++)
    g_string_append (text, " \"mixed\" (\"boundary\" \"x\") NIL NIL)");
  structure = parse (text->str);
  for (part = structure; part->parts->len > 0; part = g_ptr_array_index (part->parts, 0))
    {
      g_assert_false (part->is_truncated);
      depth++;
    }
  g_assert_cmpuint (depth, ==, EMAIL_LIMIT_DEPTH);
  g_assert_cmpstr (part->type, ==, "text/plain");
}

static guint
count_parts (const EmailStructure *part)
{
  guint n = 1;

  for (guint i = 0; i < part->parts->len; i++)
    n += count_parts (g_ptr_array_index (part->parts, i));

  return n;
}

static void
test_p09_parts (void)
{
  for (guint extra = 0; extra < 2; extra++)
    {
      g_autoptr (GString) text = g_string_new ("(");
      g_autoptr (EmailStructure) structure = NULL;

      for (guint i = 0; i < EMAIL_LIMIT_PARTS - 1 + extra; i++)
        g_string_append (text, IMAGE);
      g_string_append (text, " \"mixed\")");
      structure = parse (text->str);
      g_assert_cmpuint (count_parts (structure), ==, EMAIL_LIMIT_PARTS);
      g_assert_cmpint (structure->is_truncated, ==, extra == 1);
    }
}

/* P08: a million parentheses cost this structure, and not the stack. */
static void
test_p08_deep (void)
{
  guint n = 1000000;
  g_autofree char *deep = g_strnfill (2 * n, '(');
  g_autoptr (EmailStructure) closed = NULL;

  memset (deep + n, ')', n);
  closed = parse (deep);
  g_assert_nonnull (closed);
  g_assert_cmpuint (count_parts (closed), <=, IMAP_LIMIT_DEPTH_STRUCTURE);
  deep[n] = '\0';
  g_assert_null (parse (deep));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/structure/shapes", test_shapes);
  g_test_add_func ("/structure/fields", test_fields);
  g_test_add_func ("/structure/parameters", test_parameters);
  g_test_add_func ("/structure/P09-levels", test_p09_levels);
  g_test_add_func ("/structure/P09-parts", test_p09_parts);
  g_test_add_func ("/structure/P08-deep", test_p08_deep);

  return g_test_run ();
}

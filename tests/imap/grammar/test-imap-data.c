/* Boxes, words and numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"

#include <string.h>

static void
parse (ImapResponse *response, const char *line)
{
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
  g_autoptr (GError) error = NULL;

  imap_response_parse (response, frame, &error);
  g_assert_no_error (error);
}

static char *
join (GStrv words)
{
  g_auto (GStrv) owned = words;

  return words != NULL ? g_strjoinv ("|", words) : NULL;
}

static void
test_words (void)
{
  static const char *const rows[][2] = {
    { "* CAPABILITY IMAP4rev1  idle \"x\" ", "IMAP4REV1|IDLE|X" },
    { "* CAPABILITY", "" },
    { "* CAPABILITY LITERAL + IDLE", "LITERAL+|IDLE" },
    { "* CAPABILITY A (B C) D", "A|D" },
    { "* ENABLED utf8=accept", "UTF8=ACCEPT" },
    { "* FLAGS (\\Seen a]b NIL \"\\\\Flagged\" )", "\\Seen|a]b|\\Flagged" },
    { "* FLAGS NIL", "" },
    { "* FLAGS (a b", "a|b" },
    { "* ID (\"name\" \"x\" \"version\" NIL)", "name|x|version|" },
    { "* ID (\"a\")", "" },
    { "* ID (\"a\" \"b\" \"c\")", "a|b" },
    { "* ID (\"a\" {1}\r\nb )", "a|b" },
    { "* ID NIL", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ImapResponse) response = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *words = NULL;

      parse (&response, rows[i][0]);
      words = join (response.type == IMAP_DATA_ID ? imap_data_parse_id (&response, &error) :
                                                    imap_data_parse_words (&response, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (words, ==, rows[i][1]);
    }
}

static void
test_p22_many_flags (void)
{
  for (guint extra = 0; extra < 2; extra++)
    {
      g_autoptr (GString) line = g_string_new ("* FLAGS (");
      g_auto (ImapResponse) response = { 0 };
      g_auto (GStrv) words = NULL;
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < IMAP_LIMIT_FLAGS + extra; i++)
        g_string_append (line, i > 0 ? " x" : "x");
      g_string_append_c (line, ')');
      parse (&response, line->str);
      words = imap_data_parse_words (&response, &error);
      if (extra == 0)
        g_assert_cmpuint (g_strv_length (words), ==, IMAP_LIMIT_FLAGS);
      else
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
    }
}

static void
test_p20_list (void)
{
  static const struct
  {
    const char *line;
    const char *raw;
    const char *name;
    char delimiter;
    const char *attributes;
  } rows[] = {
    { "* LIST (\\HasNoChildren) \"/\" \"a b\"", "a b", "a b", '/', "\\HasNoChildren" },
    { "* LIST () NIL inbox", "inbox", "INBOX", 0, "" },
    { "* LIST () \".\" INBOX.x ()", "INBOX.x", "INBOX.x", '.', "" },
    { "* LIST NIL \"/\" x", "x", "x", '/', "" },
    { "* LSUB (\\Noselect \\Marked) \"\\\\\" \"a\\\\b\"", "a\\b", "a\\b", '\\',
      "\\Noselect|\\Marked" },
    { "* LIST () \"\\\" \"x\"", "x", "x", '\\', "" },
    { "* LIST () \"\\\"\" x", "x", "x", '"', "" },
    { "* XLIST () {1}\r\n/ {3}\r\na\"b", "a\"b", "a\"b", '/', "" },
    { "* LIST () \"/\" Entw&APw-rfe", "Entw&APw-rfe", "Entwürfe", '/', "" },
    { "* LIST () \"/\" \"Entw\xfcrfe\"", "Entw\xfcrfe", "Entwürfe", '/', "" },
    { "* LIST () \"/\" a%*]b", "a%*]b", "a%*]b", '/', "" },
    { "* LIST () \"/\" \"\"", "", "", '/', "" },
    { "* LIST () \"/\" \"../../etc/x\"", "../../etc/x", "../../etc/x", '/', "" },
    { "* LIST () \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\"))", "a", "a", '/', "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ImapResponse) response = { 0 };
      g_auto (ImapListItem) item = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *attributes = NULL;

      parse (&response, rows[i].line);
      imap_data_parse_list (&response, FALSE, &item, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (item.raw_name, ==, rows[i].raw);
      g_assert_cmpstr (item.name, ==, rows[i].name);
      g_assert_cmpint (item.delimiter, ==, rows[i].delimiter);
      attributes = g_strjoinv ("|", item.attributes);
      g_assert_cmpstr (attributes, ==, rows[i].attributes);
      g_assert_cmpint (imap_list_item_has (&item, "\\NOSELECT"), ==,
                       strstr (attributes, "Noselect") != NULL);
    }
}

static void
test_p20_list_failures (void)
{
  g_autofree char *name = g_strnfill (IMAP_LIMIT_BOX_NAME + 1, 'x');
  g_autofree char *long_line = g_strdup_printf ("* LIST () \"/\" \"%s\"", name);
  const char *const lines[] = { "* LIST",
                                "* LIST ()",
                                "* LIST () \"/\"",
                                "* LIST () / x",
                                "* LIST () \"/\" (x)",
                                long_line,
                                "* LIST (((((((((((((((((((" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (ImapResponse) response = { 0 };
      g_auto (ImapListItem) item = { 0 };
      g_autoptr (GError) error = NULL;

      parse (&response, lines[i]);
      g_assert_false (imap_data_parse_list (&response, FALSE, &item, &error));
      g_assert_nonnull (error);
      g_assert_null (item.name);
    }
}

static void
test_p33_status (void)
{
  g_auto (ImapResponse) response = { 0 };
  g_auto (ImapStatusItem) item = { 0 };

  parse (&response, "* STATUS \"a b\" (MESSAGES 5 UNSEEN -1 UIDNEXT x RECENT 9223372036854775808 "
                    "UIDVALIDITY 4294967296 SIZE 9.37e+06 XFOO (1 2) HIGHESTMODSEQ 7 MAILBOXID "
                    "(F1) ) ");
  g_assert_true (imap_data_parse_status (&response, FALSE, &item, NULL));
  g_assert_cmpstr (item.name, ==, "a b");
  g_assert_cmpint (item.messages, ==, 5);
  g_assert_cmpint (item.unseen, ==, -1);
  g_assert_cmpint (item.uid_next, ==, -1);
  g_assert_cmpint (item.recent, ==, -1);
  g_assert_cmpint (item.uid_validity, ==, 4294967296);
  g_assert_cmpint (item.size, ==, 9370000);
  g_assert_cmpint (item.highest_modseq, ==, 7);
  g_assert_cmpstr (item.mailbox_id, ==, "F1");
}

static void
test_cyrus_mailbox_id (void)
{
  g_auto (ImapResponse) response = { 0 };
  g_auto (ImapStatusItem) item = { 0 };

  parse (&response, "* STATUS Entw&APw-rfe (MESSAGES 5 MAILBOXID (\x17\x82"
                    "c\x96\xacU) UNSEEN 3)");
  g_assert_true (imap_data_parse_status (&response, FALSE, &item, NULL));
  g_assert_cmpint (item.messages, ==, 5);
  g_assert_cmpint (item.unseen, ==, 3);
  g_assert_null (item.mailbox_id);
}

static void
test_numbers (void)
{
  static const char *const rows[][2] = {
    { "* SEARCH", "" },
    { "* SEARCH ", "" },
    { "* SEARCH 3 1 2  9 ", "1:3,9" },
    { "* SEARCH 1 2 (MODSEQ 917162500)", "1:2" },
    { "* SEARCH 0 5 x -1 4294967296 7", "5,7" },
    { "* SORT 9 1", "1,9" },
    { "* ESEARCH (TAG \"A1\") UID ALL 1:3,7 COUNT 4", "1:3,7" },
    { "* ESEARCH (TAG \"A1\") UID COUNT 0", "" },
    { "* ESEARCH UID MIN 3 ALL 3:5 MODSEQ 5", "3:5" },
    { "* ESEARCH (TAG \"A1\")", "" },
    { "* VANISHED (EARLIER) 1:3", "1:3" },
    { "* VANISHED 405,407", "405,407" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ImapResponse) response = { 0 };
      g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      parse (&response, rows[i][0]);
      imap_data_parse_search (&response, ids, &error);
      g_assert_no_error (error);
      text = imap_uid_set_to_string (ids);
      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

static void
test_order_and_tag (void)
{
  g_auto (ImapResponse) sort = { 0 };
  g_auto (ImapResponse) search = { 0 };
  g_auto (ImapResponse) vanished = { 0 };
  g_autoptr (GArray) numbers = NULL;
  g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
  g_autofree char *tag = NULL;
  gboolean earlier = FALSE;

  parse (&sort, "* SORT 9 1 5");
  numbers = imap_data_parse_numbers (&sort, NULL);
  g_assert_cmpuint (numbers->len, ==, 3);
  g_assert_cmpuint (g_array_index (numbers, guint32, 0), ==, 9);
  g_assert_cmpuint (g_array_index (numbers, guint32, 2), ==, 5);
  parse (&search, "* ESEARCH (TAG \"A5\") UID ALL 1");
  tag = imap_data_dup_esearch_tag (&search);
  g_assert_cmpstr (tag, ==, "A5");
  parse (&vanished, "* VANISHED (EARLIER) 5");
  g_assert_true (imap_data_parse_vanished (&vanished, &earlier, ids, NULL));
  g_assert_true (earlier);
}

/* P07: all of a million numbers, as SEARCH and as ESEARCH; one range more than the limit is not. */
static void
test_p07_million (void)
{
  g_autoptr (GString) line = g_string_new ("* SEARCH");
  g_autoptr (GString) set = g_string_new ("* ESEARCH (TAG \"A1\") UID ALL 1");
  g_autoptr (ImapUidSet) first = imap_uid_set_new ();
  g_autoptr (ImapUidSet) second = imap_uid_set_new ();
  g_autoptr (GError) error = NULL;
  g_auto (ImapResponse) search = { 0 };
  g_auto (ImapResponse) esearch = { 0 };
  g_auto (ImapResponse) more = { 0 };

  for (guint i = 0; i < IMAP_LIMIT_RANGES; i++)
    g_string_append_printf (line, " %u", 2 * i + 1);
  for (guint i = 1; i < IMAP_LIMIT_RANGES; i++)
    g_string_append_printf (set, ",%u", 2 * i + 1);
  parse (&search, line->str);
  parse (&esearch, set->str);
  g_assert_true (imap_data_parse_search (&search, first, &error));
  g_assert_no_error (error);
  g_assert_true (imap_data_parse_search (&esearch, second, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (imap_uid_set_get_size (first), ==, IMAP_LIMIT_RANGES);
  g_assert_true (imap_uid_set_equal (first, second));

  g_string_append (line, " 4000000000");
  parse (&more, line->str);
  g_assert_false (imap_data_parse_search (&more, second, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
}

/* A hundred thousand in no order. */
static void
test_p07_shuffled (void)
{
  g_autoptr (GString) line = g_string_new ("* SEARCH");
  g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
  g_autoptr (GError) error = NULL;
  g_auto (ImapResponse) search = { 0 };

  for (guint i = 50000; i > 0; i--)
    g_string_append_printf (line, " %u %u", 2 * i, 300000 - 2 * i);
  parse (&search, line->str);
  g_assert_true (imap_data_parse_search (&search, ids, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (imap_uid_set_get_size (ids), ==, 100000);
}

static void
test_namespace (void)
{
  static const struct
  {
    const char *line;
    const char *prefixes; /* with spaces between them; NULL = not to be read */
  } rows[] = {
    { "* NAMESPACE ((\"\" \"/\")) NIL NIL", "" },
    { "* NAMESPACE ((\"INBOX.\" \".\")(\"x\" \".\")) ((\"~\" \".\")) NIL", "~" },
    { "* NAMESPACE NIL NIL ((\"#a/\" \"/\") (\"#b/\" \"/\"))", "#a/ #b/" },
    { "* NAMESPACE ((\"\" \"/\" \"X-P\" (\"a\" \"b\"))) ((\"~\" \"/\" \"X\" (\"c\"))) ((\"\" "
      "\"/\"))",
      "~" },
    { "* NAMESPACE ((NIL NIL)) ((NIL NIL)) ((\"s.\" NIL))", "s." },
    { "* NAMESPACE NIL NIL", NULL },
    { "* NAMESPACE ((\"\" \"/\") NIL NIL", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ImapResponse) response = { 0 };
      g_auto (GStrv) prefixes = NULL;
      g_autofree char *joined = NULL;

      parse (&response, rows[i].line);
      prefixes = imap_data_parse_foreign_prefixes (&response, NULL);
      joined = prefixes != NULL ? g_strjoinv (" ", prefixes) : NULL;
      g_assert_cmpstr (joined, ==, rows[i].prefixes);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/words", test_words);
  g_test_add_func ("/data/P22-many-flags", test_p22_many_flags);
  g_test_add_func ("/data/P20-list", test_p20_list);
  g_test_add_func ("/data/P20-list-failures", test_p20_list_failures);
  g_test_add_func ("/data/P33-status", test_p33_status);
  g_test_add_func ("/data/cyrus-mailbox-id", test_cyrus_mailbox_id);
  g_test_add_func ("/data/numbers", test_numbers);
  g_test_add_func ("/data/order-and-tag", test_order_and_tag);
  g_test_add_func ("/data/P07-million", test_p07_million);
  g_test_add_func ("/data/P07-shuffled", test_p07_shuffled);
  g_test_add_func ("/data/namespace", test_namespace);

  return g_test_run ();
}

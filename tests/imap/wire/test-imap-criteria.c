/* Search criteria: from text to tree, from tree to what is sent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-criteria.h"

#include <string.h>

/* What is sent behind "A1 SEARCH ", without the line end: "~" before a literal that waits. */
static char *
write_in (ImapCriteria *criteria,
          ImapWriterFeatures features,
          ImapCriteriaForm form,
          const char *charset,
          GError **error)
{
  g_autoptr (ImapWriter) writer = imap_writer_new ("SEARCH", features);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_written;

  imap_writer_space (writer);
  is_written = imap_writer_criteria (writer, criteria, form, charset);
  segments = imap_writer_finish (writer, "A1", error);
  g_assert_true (is_written == (segments != NULL));
  if (segments == NULL)
    return NULL;

  for (guint i = 0; i < segments->len; i++)
    {
      const ImapSegment *segment = g_ptr_array_index (segments, i);

      g_string_append (text, segment->waits ? "~" : "");
      g_string_append_len (text, g_bytes_get_data (segment->bytes, NULL),
                           g_bytes_get_size (segment->bytes));
    }
  g_assert_true (g_str_has_prefix (text->str, "A1 SEARCH "));
  g_assert_true (g_str_has_suffix (text->str, "\r\n"));
  g_string_truncate (text, text->len - 2);

  return g_strdup (text->str + strlen ("A1 SEARCH "));
}

static char *
write_wide (ImapCriteria *criteria, ImapWriterFeatures features, GError **error)
{
  return write_in (criteria, features, IMAP_CRITERIA_WIDE, NULL, error);
}

static void
test_text (void)
{
  static const struct
  {
    ImapWriterFeatures features;
    const char *criteria;
    const char *expected; /* NULL: refused */
  } rows[] = {
    { 0, "", "ALL" },
    { 0, "   ", "ALL" },
    { 0, "ALL", "ALL" },
    { 0, " UNSEEN  FROM  \"a b\" ", "UNSEEN FROM \"a b\"" },
    { 0, "OR (FROM a) ( TO b )", "OR (FROM a) (TO b)" },
    { 0, "OR OR SEEN FLAGGED (TO b CC c) DELETED", "OR OR SEEN FLAGGED (TO b CC c) DELETED" },
    { 0, "UID 5:* NOT DELETED", "UID 5:* NOT DELETED" },
    { 0, "1:3,7 NOT NOT SEEN", "1:3,7 NOT NOT SEEN" },
    { 0, "not (seen or from x to y)", "NOT (seen OR from x to y)" },
    { 0, "HEADER X-Spam \"\" KEYWORD $Work", "HEADER X-Spam \"\" KEYWORD $Work" },
    { 0, "SUBJECT 50% FROM a*b TO x\\y CC [a]",
      "SUBJECT \"50%\" FROM \"a*b\" TO \"x\\\\y\" CC \"[a]\"" },
    /* A star is one of a set only where a set can stand. */
    { 0, "* 1,4:* UID *:7,9", "* 1,4:* UID *:7,9" },
    { 0, "FROM * HEADER a 1:*", "FROM \"*\" HEADER a \"1:*\"" },
    { 0, "UID *, *,, 5:*:6 ** :* 1*", "UID \"*,\" \"*,,\" \"5:*:6\" \"**\" \":*\" \"1*\"" },
    { 0, "MODSEQ 5 SEEN", "MODSEQ 5 SEEN" },
    { 0, "MODSEQ \"/flags/\\\\draft\" all 620162338 SEEN",
      "MODSEQ \"/flags/\\\\draft\" all 620162338 SEEN" },
    { 0, "FUZZY (SUBJECT a BODY b) YOUNGER 5", "FUZZY (SUBJECT a BODY b) YOUNGER 5" },
    /* What nobody here knows stays where it stands. */
    { 0, "OR X-NEW \"a b\" SEEN", "OR X-NEW \"a b\" SEEN" },
    { 0, "X-NEW (1 2) NOT X", "X-NEW (1 2) NOT X" },
    { 0, "SUBJECT \"a\\\"b\\\\\"", "SUBJECT \"a\\\"b\\\\\"" },
    { 0, "SUBJECT \"{5}\"", "SUBJECT \"{5}\"" },
    { 0, "SUBJECT \"\"", "SUBJECT \"\"" },
    { 0, "SUBJECT \"ü\" SEEN", "CHARSET UTF-8 SUBJECT {2}\r\n~ü SEEN" },
    { 0, "SUBJECT ü", "CHARSET UTF-8 SUBJECT {2}\r\n~ü" },
    { 0, "NOT (SEEN OR SUBJECT ü TO b)", "CHARSET UTF-8 NOT (SEEN OR SUBJECT {2}\r\n~ü TO b)" },
    { IMAP_WRITER_LITERAL_PLUS, "SUBJECT ü", "CHARSET UTF-8 SUBJECT {2+}\r\nü" },
    { IMAP_WRITER_UTF8, "SUBJECT ü", "SUBJECT \"ü\"" },
    { IMAP_WRITER_UTF8, "CHARSET UTF-8 SUBJECT ü", "SUBJECT \"ü\"" },
    { 0, "charset utf-8 SUBJECT ü", "CHARSET UTF-8 SUBJECT {2}\r\n~ü" },
    { 0, "CHARSET UTF-8 SUBJECT a", "SUBJECT a" },
    { 0, "CHARSET US-ASCII SUBJECT a", "SUBJECT a" },
    { 0, "CHARSET US-ASCII SUBJECT ü", "CHARSET UTF-8 SUBJECT {2}\r\n~ü" },
    { 0, "CHARSET UTF-8", "ALL" },
    { 0, "CHARSET ISO-8859-1 SUBJECT a", NULL },
    { 0, "CHARSET", NULL },
    { 0, "CHARSET (a)", NULL },
    { 0, "CHARSET UTF-8 CHARSET UTF-8 SUBJECT ü", NULL },
    { 0, "SEEN CHARSET UTF-8", NULL },
    { 0, "SUBJECT CHARSET", "SUBJECT CHARSET" },
    { 0, "SUBJECT \"a", NULL },
    { 0, "SUBJECT \"a\\", NULL },
    { 0, "SUBJECT a\"b\"", NULL },
    { 0, "SUBJECT", NULL },
    { 0, "SUBJECT (a)", NULL },
    { 0, "(SUBJECT) a", NULL },
    { 0, "HEADER a", NULL },
    { 0, "NOT", NULL },
    { 0, "OR SEEN", NULL },
    { 0, "(OR SEEN) SEEN", NULL },
    { 0, "SEEN ()", NULL },
    { 0, "(SEEN", NULL },
    { 0, "SEEN)", NULL },
    { 0, ")(", NULL },
    { 0, "SUBJECT {3}", NULL },
    { 0, "SUBJECT a{3+}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ImapCriteria) criteria = imap_criteria_parse (rows[i].criteria, &error);
      g_autofree char *text = NULL;
      g_autofree char *again = NULL;
      g_autofree char *shown = NULL;
      g_autoptr (ImapCriteria) reread = NULL;

      if (rows[i].expected == NULL)
        {
          g_assert_null (criteria);
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      text = write_wide (criteria, rows[i].features, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, rows[i].expected);

      /* What people are shown says the same. */
      shown = imap_criteria_to_string (criteria);
      reread = imap_criteria_parse (shown, &error);
      g_assert_no_error (error);
      again = write_wide (reread, rows[i].features, NULL);
      g_assert_cmpstr (again, ==, rows[i].expected);
    }
}

/* P30: nothing of the caller's gets out of its value, in text or tree. */
static void
test_p30_injection (void)
{
  static const char *const texts[] = {
    "a\r\nA2 LOGOUT", "a\rb", "a\nb", "a\001b", "a\177", "\r\n", "a\xff", "\x1b[0m", "a\tb",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *quoted = g_strdup_printf ("SUBJECT \"%s\"", texts[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (ImapCriteria) key = imap_criteria_new_key ("FROM", texts[i], NULL);
      g_autoptr (ImapCriteria) header = imap_criteria_new_key ("HEADER", "x", texts[i]);
      g_autoptr (ImapCriteria) both = imap_criteria_join (IMAP_CRITERIA_ALL_OF, key, header);
      g_autoptr (ImapCriteria) keyword = imap_criteria_new_keyword (texts[i]);
      ImapCriteria *trees[] = { key, header, both, keyword };

      g_assert_null (imap_criteria_parse (texts[i], &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
      g_assert_null (imap_criteria_parse (quoted, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      for (guint j = 0; j < G_N_ELEMENTS (trees); j++)
        {
          g_clear_error (&error);
          g_assert_null (write_wide (trees[j], IMAP_WRITER_LITERAL_PLUS, &error));
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
        }
    }

  /* What stays a text, whatever it looks like. */
  for (guint i = 0; i < 5; i++)
    {
      static const char *const harmless[][2] = {
        { "x) OR (ALL", "FROM \"x) OR (ALL\"" },
        { "\" ALL \"", "FROM \"\\\" ALL \\\"\"" },
        { "{3}", "FROM \"{3}\"" },
        { "a\\", "FROM \"a\\\\\"" },
        { "", "FROM \"\"" },
      };
      g_autoptr (ImapCriteria) key = imap_criteria_new_key ("FROM", harmless[i][0], NULL);
      g_autofree char *text = write_wide (key, IMAP_WRITER_NONE, NULL);

      g_assert_cmpstr (text, ==, harmless[i][1]);
    }
}

/* The ladder of BADCHARSET. */
static void
test_charset (void)
{
  static const char *const charsets[] = { "US-ASCII", "NO SUCH", "NOSUCH", "UTF-16" };
  g_autoptr (ImapCriteria) criteria = imap_criteria_parse ("SUBJECT ü", NULL);
  g_autofree char *text = write_in (criteria, 0, IMAP_CRITERIA_WIDE, "ISO-8859-1", NULL);

  g_assert_cmpstr (text, ==, "CHARSET ISO-8859-1 SUBJECT {1}\r\n~\xfc");
  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (write_in (criteria, 0, IMAP_CRITERIA_WIDE, charsets[i], &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
    }
}

static gint64
at (const char *iso)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (iso, NULL);

  return g_date_time_to_unix (date) * G_USEC_PER_SEC;
}

/* A mail without a Date is none of those that surely match. */
static void
test_sent (void)
{
  g_autoptr (ImapCriteria)
      moment = imap_criteria_new_moment (IMAP_CRITERIA_SENT, FALSE, at ("2024-03-01T12:00:00Z"));
  g_autofree char *wide = write_in (moment, 0, IMAP_CRITERIA_WIDE, NULL, NULL);
  g_autofree char *narrow = write_in (moment, 0, IMAP_CRITERIA_NARROW, NULL, NULL);

  g_assert_cmpstr (wide, ==, "SENTBEFORE 3-Mar-2024");
  g_assert_cmpstr (narrow, ==, "(HEADER DATE \"\" SENTBEFORE 29-Feb-2024)");
}

static void
test_moments (void)
{
  static const struct
  {
    const char *moment;
    gboolean is_since;
    const char *wide;
    const char *narrow;
  } rows[] = {
    { "2024-03-01T12:00:00Z", TRUE, "SINCE 29-Feb-2024", "SINCE 3-Mar-2024" },
    { "2024-03-01T12:00:00Z", FALSE, "BEFORE 3-Mar-2024", "BEFORE 29-Feb-2024" },
    { "2024-01-01T00:00:00Z", TRUE, "SINCE 31-Dec-2023", "SINCE 3-Jan-2024" },
    { "2024-01-01T00:30:00+14:00", FALSE, "BEFORE 2-Jan-2024", "BEFORE 30-Dec-2023" },
    { "1969-12-31T23:59:59Z", TRUE, "SINCE 30-Dec-1969", "SINCE 2-Jan-1970" },
    { "0001-01-01T00:00:00Z", TRUE, "SINCE 6-Jan-0001", "SINCE 9-Jan-0001" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapCriteria) moment = imap_criteria_new_moment (
          IMAP_CRITERIA_RECEIVED, rows[i].is_since, at (rows[i].moment));
      g_autoptr (ImapCriteria) negated = imap_criteria_negate (moment);
      g_autofree char *not_narrow = g_strconcat ("NOT ", rows[i].narrow, NULL);
      g_autofree char *wide = write_in (moment, 0, IMAP_CRITERIA_WIDE, NULL, NULL);
      g_autofree char *narrow = write_in (moment, 0, IMAP_CRITERIA_NARROW, NULL, NULL);
      g_autofree char *negated_wide = write_in (negated, 0, IMAP_CRITERIA_WIDE, NULL, NULL);

      g_assert_cmpstr (wide, ==, rows[i].wide);
      g_assert_cmpstr (narrow, ==, rows[i].narrow);
      /* What all have that do not match is without none of them that must. */
      g_assert_cmpstr (negated_wide, ==, not_narrow);
    }
}

/* Trees with moments at 10 and 20, decided for mails around them. */
static void
test_decide (void)
{
  g_autoptr (ImapCriteria) since = imap_criteria_new_moment (IMAP_CRITERIA_RECEIVED, TRUE, 10);
  g_autoptr (ImapCriteria) before = imap_criteria_new_moment (IMAP_CRITERIA_SENT, FALSE, 20);
  g_autoptr (ImapCriteria) seen = imap_criteria_new_keyword ("\\Seen");
  g_autoptr (ImapCriteria) subject = imap_criteria_new_key ("SUBJECT", "x", NULL);
  g_autoptr (ImapCriteria) span = imap_criteria_join (IMAP_CRITERIA_ALL_OF, since, before);
  g_autoptr (ImapCriteria) plain = imap_criteria_join (IMAP_CRITERIA_ALL_OF, seen, span);
  g_autoptr (ImapCriteria) either = imap_criteria_join (IMAP_CRITERIA_ANY_OF, since, seen);
  g_autoptr (ImapCriteria) mixed = imap_criteria_join (IMAP_CRITERIA_ALL_OF, either, subject);
  g_autoptr (ImapCriteria) neither = imap_criteria_negate (either);
  struct
  {
    ImapCriteria *criteria;
    gint64 received; /* -1: has none */
    gint64 sent;
    const char *left;
  } rows[] = {
    { since, 9, 0, "NOT ALL" }, { since, 10, 0, "ALL" },       { since, -1, 0, "NOT ALL" },
    { before, 0, 19, "ALL" },   { before, 0, 20, "NOT ALL" },  { before, 0, -1, "NOT ALL" },
    { plain, 10, 19, "ALL" },   { plain, 10, 20, "NOT ALL" },  { plain, 9, 19, "NOT ALL" },
    { either, 10, 0, "ALL" },   { either, 9, 0, "SEEN" },      { mixed, 9, 0, "SEEN" },
    { mixed, 11, 0, "ALL" },    { neither, 9, 0, "NOT SEEN" }, { neither, 10, 0, "NOT ALL" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ImapCriteriaFacts dates = { { rows[i].received, rows[i].sent },
                                  { rows[i].received >= 0, rows[i].sent >= 0 } };
      g_autoptr (ImapCriteria) left = imap_criteria_decide (rows[i].criteria, &dates);
      g_autofree char *text = imap_criteria_to_string (left);

      g_assert_cmpstr (text, ==, rows[i].left);
      g_assert_true (imap_criteria_is_all (left) == g_str_equal (text, "ALL"));
      g_assert_true (imap_criteria_is_none (left) == g_str_equal (text, "NOT ALL"));
    }
}

static gboolean
contains (const char *field, const char *text, gpointer data)
{
  g_autofree char *wanted = g_strconcat (field, "=", text, NULL);

  return g_str_equal (wanted, data);
}

/* What a server cannot be asked for stays here, where it speaks of header fields. */
static void
test_fields (void)
{
  static const struct
  {
    const char *criteria;
    const char *wide; /* NULL: it cannot stay here */
    const char *narrow;
    const char *fields;
    const char *fact;
    const char *left;
  } rows[] = {
    { "SUBJECT ü", "ALL", "NOT ALL", "SUBJECT", "SUBJECT=ü", "ALL" },
    { "SUBJECT ü", "ALL", "NOT ALL", "SUBJECT", "SUBJECT=u", "NOT ALL" },
    { "SEEN NOT FROM ü", "SEEN NOT NOT ALL", "SEEN NOT ALL", "FROM", "FROM=ü", "NOT ALL" },
    { "OR HEADER X-Y ü FROM a", "OR ALL FROM a", "OR NOT ALL FROM a", "X-Y", "X-Y=u", "FROM a" },
    { "TO é CC é TO è", "ALL ALL ALL", "NOT ALL NOT ALL NOT ALL", "TO CC", "TO=é", "NOT ALL" },
    { "SUBJECT u SEEN", "SUBJECT u SEEN", "SUBJECT u SEEN", "", "", "ALL" },
    { "SUBJECT ü BODY ü", NULL, NULL, NULL, NULL, NULL },
    { "TEXT ü", NULL, NULL, NULL, NULL, NULL },
    { "HEADER ü x", NULL, NULL, NULL, NULL, NULL },
    { "KEYWORD ü", NULL, NULL, NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapCriteria) criteria = imap_criteria_parse (rows[i].criteria, NULL);
      g_autoptr (ImapCriteria) kept = imap_criteria_keep_fields (criteria);
      ImapCriteriaFacts facts = { .contains = contains, .data = (gpointer) rows[i].fact };
      g_autoptr (ImapCriteria) left = NULL;
      g_autoptr (GPtrArray) fields = NULL;
      g_autofree char *wide = NULL;
      g_autofree char *narrow = NULL;
      g_autofree char *names = NULL;
      g_autofree char *text = NULL;

      if (rows[i].wide == NULL)
        {
          g_assert_null (kept);
          continue;
        }
      wide = write_in (kept, 0, IMAP_CRITERIA_WIDE, NULL, NULL);
      g_assert_cmpstr (wide, ==, rows[i].wide);
      narrow = write_in (kept, 0, IMAP_CRITERIA_NARROW, NULL, NULL);
      g_assert_cmpstr (narrow, ==, rows[i].narrow);
      fields = imap_criteria_list_fields (kept);
      g_ptr_array_add (fields, NULL);
      names = g_strjoinv (" ", (GStrv) fields->pdata);
      g_assert_cmpstr (names, ==, rows[i].fields);
      left = imap_criteria_decide (kept, &facts);
      text = imap_criteria_to_string (left);
      g_assert_cmpstr (text, ==, rows[i].left);
    }
}

static void
test_prepare (void)
{
  g_autoptr (ImapCriteria) younger = imap_criteria_new_age (TRUE, 3600);
  g_autoptr (ImapCriteria) older = imap_criteria_new_age (FALSE, 3600);
  g_autoptr (ImapCriteria) subject = imap_criteria_new_key ("SUBJECT", "x", NULL);
  g_autoptr (ImapCriteria) fuzzy = imap_criteria_make_fuzzy (subject);
  g_autoptr (ImapCriteria) gmail = imap_criteria_parse ("SEEN X-GM-RAW \"has:attachment\"", NULL);
  struct
  {
    ImapCriteria *criteria;
    ImapCriteriaFeatures features;
    const char *expected; /* NULL: not supported */
  } rows[] = {
    { younger, IMAP_CRITERIA_HAS_WITHIN, "YOUNGER 3600" },
    { older, IMAP_CRITERIA_HAS_WITHIN, "OLDER 3600" },
    { younger, 0, "SINCE 2024-03-01T11:00:00Z" },
    { older, 0, "BEFORE 2024-03-01T11:00:00Z" },
    { fuzzy, 0, "SUBJECT \"x\"" },
    { fuzzy, IMAP_CRITERIA_HAS_FUZZY, "FUZZY SUBJECT \"x\"" },
    { gmail, IMAP_CRITERIA_HAS_GMAIL, "SEEN X-GM-RAW \"has:attachment\"" },
    { gmail, 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ImapCriteria) prepared = imap_criteria_prepare (
          rows[i].criteria, rows[i].features, at ("2024-03-01T12:00:00Z"), &error);
      g_autofree char *text = prepared != NULL ? imap_criteria_to_string (prepared) : NULL;

      g_assert_cmpstr (text, ==, rows[i].expected);
      if (prepared == NULL)
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED);
    }
}

/* Depth is bounded, length is not. */
static void
test_depth (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ImapCriteria) seen = imap_criteria_new_keyword ("\\Seen");
  ImapCriteria *tree = imap_criteria_ref (seen);

  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, i % 2 == 0 ? "(" : "NOT ");
  g_assert_null (imap_criteria_parse (text->str, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  for (guint i = 0; i < 10000; i++)
    {
      ImapCriteria *next = imap_criteria_join (
          i % 2 == 0 ? IMAP_CRITERIA_ALL_OF : IMAP_CRITERIA_ANY_OF, tree, seen);

      imap_criteria_unref (tree);
      tree = next;
    }
  g_assert_null (write_wide (tree, IMAP_WRITER_NONE, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  imap_criteria_unref (tree);

  tree = imap_criteria_ref (seen);
  for (guint i = 0; i < 1000; i++)
    {
      ImapCriteria *next = imap_criteria_join (IMAP_CRITERIA_ANY_OF, tree, seen);

      imap_criteria_unref (tree);
      tree = next;
    }
  {
    g_autofree char *written = write_wide (tree, IMAP_WRITER_NONE, NULL);

    g_assert_cmpuint (strlen (written), ==, 1000 * strlen ("OR SEEN ") + strlen ("SEEN"));
  }
  imap_criteria_unref (tree);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/criteria/text", test_text);
  g_test_add_func ("/criteria/p30-injection", test_p30_injection);
  g_test_add_func ("/criteria/charset", test_charset);
  g_test_add_func ("/criteria/moments", test_moments);
  g_test_add_func ("/criteria/sent", test_sent);
  g_test_add_func ("/criteria/decide", test_decide);
  g_test_add_func ("/criteria/fields", test_fields);
  g_test_add_func ("/criteria/prepare", test_prepare);
  g_test_add_func ("/criteria/depth", test_depth);

  return g_test_run ();
}

/* FETCH and ENVELOPE.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/mail/email-values.h"

#include <string.h>

static gboolean
parse (ImapFetch *fetch, const char *line, gssize length, GError **error)
{
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, length);
  g_auto (ImapResponse) response = { 0 };

  return imap_response_parse (&response, frame, error) && response.type == IMAP_DATA_FETCH &&
         imap_data_parse_fetch (&response, fetch, error);
}

static char *
dup_span (const ImapFetch *fetch, const ImapSpan *span)
{
  g_autoptr (GBytes) bytes = imap_fetch_dup_bytes (fetch, span);

  return bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) :
                         NULL;
}

static char *
describe (const ImapFetch *fetch)
{
  g_auto (GStrv) flags = imap_fetch_dup_flags (fetch);
  g_autofree char *joined = g_strjoinv (",", flags);
  g_autoptr (GDateTime) date = imap_fetch_dup_internal_date (fetch);
  g_autofree char *when = date != NULL ? g_date_time_format_iso8601 (date) : NULL;
  g_autofree char *body = dup_span (fetch, &fetch->body);
  g_autofree char *header = dup_span (fetch, &fetch->header);
  g_autofree char *section = dup_span (fetch, &fetch->section);

  return g_strdup_printf ("%u u%u s%" G_GINT64_FORMAT " m%" G_GUINT64_FORMAT
                          " f%d:%s d:%s b:%s h:%s "
                          "x:%s",
                          fetch->number, fetch->uid, fetch->size, fetch->modseq, fetch->has_flags,
                          joined, when, body, header, section);
}

static void
test_items (void)
{
  static const char *const rows[][2] = {
    { "(UID 5 FLAGS (\\Seen $X) RFC822.SIZE 77 MODSEQ (12))",
      "5 s77 m12 f1:\\Seen,$X d:(null) b:(null) h:(null) x:(null)" },
    { "(BODY[] \"abc\")", "0 s-1 m0 f0: d:(null) b:abc h:(null) x:(null)" },
    { "(BODY[] NIL UID 7)", "7 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(BODY[] {3}\r\na)b BODY[HEADER] {0}\r\n BODY[1.2]<5> ~{2}\r\nxy)",
      "0 s-1 m0 f0: d:(null) b:a)b h: x:xy" },
    { "(RFC822 {1}\r\nx RFC822.HEADER \"h\")", "0 s-1 m0 f0: d:(null) b:x h:h x:(null)" },
    { "(BODY[]<0> {2}\r\nab UID 1)", "1 s-1 m0 f0: d:(null) b:ab h:(null) x:(null)" },
    { "(BODY[]{2}\r\nab UID 1)", "1 s-1 m0 f0: d:(null) b:ab h:(null) x:(null)" },
    { "(body[header.fields (\"a]\" {1}\r\n] b)] \"v\" uid 3)",
      "3 s-1 m0 f0: d:(null) b:(null) h:(null) x:v" },
    { "(INTERNALDATE \"17-Jul-2024 02:44:25 -0730\")",
      "0 s-1 m0 f0: d:2024-07-17T02:44:25-07:30 b:(null) h:(null) x:(null)" },
    { "(INTERNALDATE \" 7-jul-2024 02:44:25 +0000\")",
      "0 s-1 m0 f0: d:2024-07-07T02:44:25Z b:(null) h:(null) x:(null)" },
    /* What servers do besides. */
    { "(RFC822.SIZE 9.37e+06 UID 5)", "5 s9370000 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(RFC822.SIZE -1 UID 5)", "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(RFC822.SIZE 18446744073709551616 UID 5)",
      "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(MODSEQ -1 UID 5)", "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(MODSEQ (-1) UID 5)", "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(MODSEQ 9 UID 5)", "5 s-1 m9 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(MODSEQ NIL UID 5)", "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(FLAGS NIL UID 5)", "5 s-1 m0 f1: d:(null) b:(null) h:(null) x:(null)" },
    { "(FLAGS (a]b NIL \"q\" \\Seen) UID 5)",
      "5 s-1 m0 f1:a]b,q,\\Seen d:(null) b:(null) h:(null) x:(null)" },
    { "(UID 5 UID 6 XFOO (a (b)) XBAR[x] \"y\" PREVIEW NIL)",
      "6 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "((UID 5) (FLAGS (x)))", "5 s-1 m0 f1:x d:(null) b:(null) h:(null) x:(null)" },
    { "(UID 0)", "0 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(UID 4294967296)", "0 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "( UID  5  )", "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "()", "0 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    /* One malformed item costs what stands behind it, not what stands before. */
    { "(UID 5 ENVELOPE (((", "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
    { "(UID 5 BODY[ \"x\" FLAGS (a))", "5 s-1 m0 f0: d:(null) b:(null) h:(null) x:(null)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strconcat ("* 3 FETCH ", rows[i][0], NULL);
      g_autofree char *expected = g_strconcat ("3 u", rows[i][1], NULL);
      g_auto (ImapFetch) fetch = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      parse (&fetch, line, -1, &error);
      g_assert_no_error (error);
      text = describe (&fetch);
      g_assert_cmpstr (text, ==, expected);
    }
}

/* P23: a date that is none costs the date. */
static void
test_p23_dates (void)
{
  g_autofree char *digits = g_strnfill (60000, '1');
  const char *const dates[] = {
    "",
    "99-Foo-9999 00:00:00 +0000",
    "00-Jan-0000 00:00:00 +0000",
    "01-Jan-0000 00:00:00 +0000",
    "17-Jul-2024 02:44:25 +9999",
    "31-Feb-2024 02:44:25 +0000",
    "17-Jul-2024 25:44:25 +0000",
    "17-Jul-2024 02:44:25 00000",
    "17/Jul/2024 02:44:25 +0000",
    "17-Jul-2024 02:44:25",
    "-7-Jul-2024 02:44:25 +0000",
    digits,
  };

  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_autofree char *line = g_strdup_printf ("* 1 FETCH (INTERNALDATE \"%s\" UID 9)", dates[i]);
      g_auto (ImapFetch) fetch = { 0 };

      g_assert_true (parse (&fetch, line, -1, NULL));
      g_assert_cmpuint (fetch.uid, ==, 9);
      g_assert_null (imap_fetch_dup_internal_date (&fetch));
    }
}

static void
test_failures (void)
{
  static const char *const lines[] = { "* 1 FETCH", "* 1 FETCH x", "* 1 FETCH (UID",
                                       "* 1 FETCH (\"", "* 1 FETCH ({5}\r\nab)" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (ImapFetch) fetch = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (parse (&fetch, lines[i], -1, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
    }
}

static char *
describe_addresses (const GPtrArray *addresses)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < addresses->len; i++)
    {
      const EmailAddressValue *address = g_ptr_array_index (addresses, i);

      g_string_append_printf (text, "%s%s<%s>", i > 0 ? "," : "",
                              address->name != NULL ? address->name : "",
                              address->email != NULL ? address->email : "");
    }

  return g_string_free (text, FALSE);
}

static char *
describe_envelope (const EmailEnvelope *envelope)
{
  g_autofree char *from = describe_addresses (envelope->from);
  g_autofree char *to = describe_addresses (envelope->to);

  return g_strdup_printf ("%s|%s|%s|%s|%s%s", envelope->date, envelope->subject, from, to,
                          envelope->message_id, envelope->is_truncated ? "!" : "");
}

static void
check_text_alone (const ImapFetch *fetch, EmailEnvelopeField field, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (imap_fetch_read_envelope_text (fetch, field, &text));
  g_assert_cmpstr (text, ==, expected);
}

static void
check_addresses_alone (const ImapFetch *fetch, EmailEnvelopeField field, const GPtrArray *expected)
{
  g_autoptr (GPtrArray) addresses = email_addresses_new ();
  g_autofree char *text = NULL;
  g_autofree char *expected_text = describe_addresses (expected);

  g_assert_true (imap_fetch_read_envelope_addresses (fetch, field, addresses));
  text = describe_addresses (addresses);
  g_assert_cmpstr (text, ==, expected_text);
}

/* A field that is read alone is what it is among the others. */
static void
check_fields_alone (const ImapFetch *fetch, const EmailEnvelope *envelope)
{
  check_text_alone (fetch, EMAIL_ENVELOPE_DATE, envelope->date);
  check_text_alone (fetch, EMAIL_ENVELOPE_SUBJECT, envelope->subject);
  check_text_alone (fetch, EMAIL_ENVELOPE_IN_REPLY_TO, envelope->in_reply_to);
  check_text_alone (fetch, EMAIL_ENVELOPE_MESSAGE_ID, envelope->message_id);
  check_addresses_alone (fetch, EMAIL_ENVELOPE_FROM, envelope->from);
  check_addresses_alone (fetch, EMAIL_ENVELOPE_SENDER, envelope->sender);
  check_addresses_alone (fetch, EMAIL_ENVELOPE_REPLY_TO, envelope->reply_to);
  check_addresses_alone (fetch, EMAIL_ENVELOPE_TO, envelope->to);
  check_addresses_alone (fetch, EMAIL_ENVELOPE_CC, envelope->cc);
  check_addresses_alone (fetch, EMAIL_ENVELOPE_BCC, envelope->bcc);
}

#define REST " NIL NIL NIL NIL \"<r>\" \"<m>\")"

static void
test_p24_envelope (void)
{
  static const char *const rows[][2] = {
    { "(\"d\" \"s\" ((\"A B\" NIL \"a\" \"b.c\")) NIL NIL ((NIL NIL \"x\" \"y\")(\"Z\" NIL \"z\" "
      "\"y\")) NIL NIL NIL \"<m>\")",
      "d|s|A B<a@b.c>|<x@y>,Z<z@y>|<m>" },
    { "({1}\r\nd {1}\r\ns (({1}\r\nA NIL {1}\r\na {1}\r\nb)) NIL" REST, "d|s|A<a@b>||<m>" },
    { "(\"d\" \"=?utf-8?q?=C3=BC?=\" NIL NIL" REST, "d|ü|||<m>" },
    { "(NIL NIL () NIL" REST, "(null)|(null)|||<m>" },
    /* groups */
    { "(NIL \"s\" ((NIL NIL \"team\" NIL)(NIL NIL \"a\" \"b\")(NIL NIL NIL NIL)) NIL" REST,
      "(null)|s|<a@b>||<m>" },
    { "(NIL \"s\" ((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL)) NIL" REST,
      "(null)|s|||<m>" },
    /* placeholders */
    { "(NIL \"s\" ((\"N\" NIL \"MISSING_MAILBOX\" \"MISSING_DOMAIN\")) NIL" REST,
      "(null)|s|N<>||<m>" },
    { "(NIL \"s\" ((\"N\" NIL \"root\" \".MISSING-HOST-NAME.\")) NIL" REST,
      "(null)|s|N<root>||<m>" },
    /* local parts that are quoted in a mail */
    { "(NIL NIL ((NIL NIL \"a b\" \"c\")(NIL NIL \"a@\\\"b\" \"c\")) NIL" REST,
      "(null)|(null)|<\"a b\"@c>,<\"a@\\\"b\"@c>||<m>" },
    { "(NIL NIL ((NIL NIL \"\\\"a b\\\"\" \"c\")(NIL NIL \"\\\"\" \"c\")) NIL" REST,
      "(null)|(null)|<\"a b\"@c>,<\"\\\"\"@c>||<m>" },
    { "(NIL NIL ((NIL NIL \"a..b.\" \"c\")(NIL NIL \"a b\" \"MISSING_DOMAIN\")) NIL" REST,
      "(null)|(null)|<a..b.@c>,<a b>||<m>" },
    /* wrong arity, wrong types */
    { "(\"d\" \"s\")", "d|s|||(null)!" },
    { "(\"d\")", "d|(null)|||(null)!" },
    { "()", "(null)|(null)|||(null)!" },
    { "(\"d\" (x) NIL NIL" REST, "d|(null)|||<m>!" },
    { "(\"d\" \"s\" \"a@b\" NIL" REST, "d|s|||<m>!" },
    { "(\"d\" \"s\" ((\"A\" NIL \"a\")(NIL NIL \"a\" \"b\")) NIL" REST, "d|s|<a@b>||<m>!" },
    { "(\"d\" \"s\" ((((((x)))))) NIL" REST, "d|s|||<m>!" },
    { "(\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL \"<m>\" \"more\")", "d|s|||<m>!" },
    { "(\"d\" \"a\rb\" NIL NIL" REST, "d|a b|||<m>" },
    { "(NIL NIL ((NIL NIL {3}\r\na\nb {4}\r\nc\r\nd)) NIL" REST,
      "(null)|(null)|<\"a b\"@c  d>||<m>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strdup_printf ("* 1 FETCH (ENVELOPE %s UID 5)", rows[i][0]);
      g_auto (ImapFetch) fetch = { 0 };
      g_autoptr (EmailEnvelope) envelope = NULL;
      g_autofree char *text = NULL;

      g_assert_true (parse (&fetch, line, -1, NULL));
      g_assert_cmpuint (fetch.uid, ==, 5);
      envelope = imap_fetch_parse_envelope (&fetch);
      text = describe_envelope (envelope);
      g_assert_cmpstr (text, ==, rows[i][1]);
      check_fields_alone (&fetch, envelope);
    }
}

static void
test_p24_many_addresses (void)
{
  g_autoptr (GString) line = g_string_new ("* 1 FETCH (ENVELOPE (NIL \"s\" (");
  g_auto (ImapFetch) fetch = { 0 };
  g_autoptr (EmailEnvelope) envelope = NULL;

  for (guint i = 0; i < 10 * IMAP_LIMIT_ADDRESSES; i++)
    g_string_append (line, "(NIL NIL \"a\" \"b\")");
  g_string_append (line, ") NIL" REST ")");
  g_assert_true (parse (&fetch, line->str, -1, NULL));
  envelope = imap_fetch_parse_envelope (&fetch);
  g_assert_cmpuint (envelope->from->len, ==, IMAP_LIMIT_ADDRESSES);
  g_assert_true (envelope->is_truncated);
  g_assert_cmpstr (envelope->message_id, ==, "<m>");
  check_fields_alone (&fetch, envelope);
}

/* Cut at every octet there is an answer or an error, and the answer can be read. */
static void
test_cut (void)
{
  static const char line[] =
      "* 1 FETCH (UID 5 FLAGS (\\Seen \"q\") INTERNALDATE \"17-Jul-2024 02:44:25 -0700\" ENVELOPE "
      "(\"d\" {1}\r\ns ((\"A\\\"\" NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL) MODSEQ (5) "
      "BODYSTRUCTURE ((\"text\" \"plain\" (\"name*0*\" \"utf-8''a\") NIL NIL \"7bit\" 5 1) "
      "\"mixed\" "
      "NIL (\"inline\" NIL) (\"en\") NIL) BODY[HEADER.FIELDS (\"a\")]<0> {3}\r\nabc)";

  for (gsize length = 0; length <= strlen (line); length++)
    {
      g_auto (ImapFetch) fetch = { 0 };
      g_autofree char *text = NULL;
      EmailEnvelope *envelope;
      EmailStructure *structure;

      if (!parse (&fetch, line, length, NULL))
        continue;
      text = describe (&fetch);
      envelope = imap_fetch_parse_envelope (&fetch);
      if (envelope != NULL && !envelope->is_truncated)
        check_fields_alone (&fetch, envelope);
      g_clear_pointer (&envelope, email_envelope_free);
      structure = imap_fetch_parse_structure (&fetch);
      g_clear_pointer (&structure, email_structure_free);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetch/P04-items", test_items);
  g_test_add_func ("/fetch/P23-dates", test_p23_dates);
  g_test_add_func ("/fetch/failures", test_failures);
  g_test_add_func ("/fetch/P24-envelope", test_p24_envelope);
  g_test_add_func ("/fetch/P24-many-addresses", test_p24_many_addresses);
  g_test_add_func ("/fetch/P19-cut", test_cut);

  return g_test_run ();
}

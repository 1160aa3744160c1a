/* Heads of responses and their codes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-response.h"

#include <string.h>

#define U IMAP_RESPONSE_UNTAGGED
#define T IMAP_RESPONSE_TAGGED
#define C IMAP_RESPONSE_CONTINUATION

static void
test_heads (void)
{
  static const struct
  {
    const char *line;
    ImapResponseKind kind;
    ImapCondition condition;
    ImapDataType type;
    guint32 number;
    ImapCode code;
    const char *text;
  } rows[] = {
    { "* OK hello", U, IMAP_CONDITION_OK, 0, 0, 0, "hello" },
    { "* OK", U, IMAP_CONDITION_OK, 0, 0, 0, "" },
    { "* ok  hello", U, IMAP_CONDITION_OK, 0, 0, 0, "hello" },
    { "*  BYE bye", U, IMAP_CONDITION_BYE, 0, 0, 0, "bye" },
    { "* PREAUTH x", U, IMAP_CONDITION_PREAUTH, 0, 0, 0, "x" },
    { "* BAD x", U, IMAP_CONDITION_BAD, 0, 0, 0, "x" },
    { "A1 NO", T, IMAP_CONDITION_NO, 0, 0, 0, "" },
    { "A1 NO [TRYCREATE] no box", T, IMAP_CONDITION_NO, 0, 0, IMAP_CODE_TRYCREATE, "no box" },
    { "A1 OK [trycreate]", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_TRYCREATE, "" },
    { "+", C, 0, 0, 0, 0, "" },
    { "+ ", C, 0, 0, 0, 0, "" },
    { "+ go on", C, 0, 0, 0, 0, "go on" },
    { "+abc=", C, 0, 0, 0, 0, "abc=" },
    { "* 5 EXISTS", U, 0, IMAP_DATA_EXISTS, 5, 0, "" },
    { "* 0 fetch (UID 1)", U, 0, IMAP_DATA_FETCH, 0, 0, "" },
    { "* 4294967295 EXPUNGE", U, 0, IMAP_DATA_EXPUNGE, G_MAXUINT32, 0, "" },
    { "* 4294967296 EXISTS", U, 0, IMAP_DATA_UNKNOWN, 0, 0, "" },
    { "* -1 EXISTS", U, 0, IMAP_DATA_UNKNOWN, 0, 0, "" },
    { "* 3 RECENT ", U, 0, IMAP_DATA_RECENT, 3, 0, "" },
    { "* 3 XYZ", U, 0, IMAP_DATA_UNKNOWN, 3, 0, "" },
    { "* search 1 2", U, 0, IMAP_DATA_SEARCH, 0, 0, "" },
    { "* VANISHED 1", U, 0, IMAP_DATA_VANISHED, 0, 0, "" },
    { "* XFOO {x", U, 0, IMAP_DATA_UNKNOWN, 0, 0, "" },
    { "* ", U, 0, IMAP_DATA_UNKNOWN, 0, 0, "" },
    /* P16: codes that nobody knows, are not closed or hold a literal. */
    { "A1 OK [XFOO 1 (2)] text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "text" },
    { "A1 OK [ALERT text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "[ALERT text" },
    { "A1 OK [] text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "text" },
    { "A1 OK [X {2}\r\n]]] text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "text" },
    { "A1 OK [X (] text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "text" },
    { "A1 OK [Error=\"a]b\"] text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "text" },
    { "A1 OK [UIDNEXT x] text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "text" },
    { "A1 OK [UIDNEXT] text", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_UNKNOWN, "text" },
    { "A1 OK [BADCHARSET]", T, IMAP_CONDITION_OK, 0, 0, IMAP_CODE_BADCHARSET, "" },
    /* T24: no controls, nothing that turns the text around. */
    { "* NO a\x1b[0m\tb\xe2\x80\xae"
      "c\rd",
      U, IMAP_CONDITION_NO, 0, 0, 0, "a [0m b c d" },
    { "* NO caf\xe9", U, IMAP_CONDITION_NO, 0, 0, 0, "café" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (rows[i].line, -1);
      g_auto (ImapResponse) response = { 0 };
      g_autoptr (GError) error = NULL;

      imap_response_parse (&response, frame, &error);
      g_assert_no_error (error);
      g_assert_cmpint (response.kind, ==, rows[i].kind);
      g_assert_cmpint (response.condition, ==, rows[i].condition);
      g_assert_cmpint (response.type, ==, rows[i].type);
      g_assert_cmpuint (response.number, ==, rows[i].number);
      g_assert_cmpint (response.code, ==, rows[i].code);
      g_assert_cmpstr (response.text, ==, rows[i].text);
      g_assert_cmpstr (response.tag, ==, rows[i].kind == T ? "A1" : "");
    }
}

static void
test_failures (void)
{
  static const char *const lines[] = {
    "",          "A1",
    "A1 ",       "A1 BYE x",
    "A1 FETCH",  "HTTP/1.1 400 Bad",
    "*",         "1234567890123456 OK x",
    "SSH-2.0-x", "\x16\x03\x01",
    "(A1) OK",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (lines[i], -1);
      g_auto (ImapResponse) response = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (imap_response_parse (&response, frame, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
      g_assert_null (response.frame);
    }
}

static char *
describe_code (const ImapResponse *response)
{
  g_autofree char *words = response->code_words != NULL ? g_strjoinv (",", response->code_words) :
                                                          g_strdup ("-");
  g_autofree char *source = response->code_source != NULL ?
                                imap_uid_set_to_string (response->code_source) :
                                g_strdup ("-");
  g_autofree char *uids = response->code_uids != NULL ?
                              imap_uid_set_to_string (response->code_uids) :
                              g_strdup ("-");

  return g_strdup_printf ("%s %" G_GUINT64_FORMAT " %s %s %s",
                          response->code == IMAP_CODE_UNKNOWN ? "?" : response->code_name,
                          response->code_number, source, uids, words);
}

static void
test_codes (void)
{
  static const char *const rows[][2] = {
    { "UIDNEXT 5", "UIDNEXT 5 - - -" },
    { "UIDVALIDITY 0", "UIDVALIDITY 0 - - -" },
    { "HIGHESTMODSEQ 18446744073709551615", "HIGHESTMODSEQ 18446744073709551615 - - -" },
    { "CAPABILITY imap4rev1 Literal + AUTH=PLAIN ",
      "CAPABILITY 0 - - IMAP4REV1,LITERAL+,AUTH=PLAIN" },
    { "PERMANENTFLAGS (\\Seen a]b \\*)", "PERMANENTFLAGS 0 - - \\Seen,a]b,\\*" },
    { "PERMANENTFLAGS ()", "PERMANENTFLAGS 0 - - " },
    { "PERMANENTFLAGS NIL", "PERMANENTFLAGS 0 - - " },
    { "BADCHARSET (UTF-8 \"US-ASCII\")", "BADCHARSET 0 - - UTF-8,US-ASCII" },
    { "REFERRAL imap://a/b c", "REFERRAL 0 - - imap://a/b c" },
    { "MAILBOXID (F22-x)", "MAILBOXID 0 - - F22-x" },
    { "MODIFIED 1:3,9", "MODIFIED 0 - 1:3,9 -" },
    { "APPENDUID 7 100", "APPENDUID 7 - 100 -" },
    { "APPENDUID 7 100:105", "APPENDUID 7 - 100:105 -" },
    { "COPYUID 7 1:3 11:13", "COPYUID 7 1:3 11:13 -" },
    { "COPYUID 7 1,3 11:12", "COPYUID 7 1,3 11:12 -" },
    /* P11: sets that match nothing are no mapping, malformed ones no code. */
    { "COPYUID 7 1:4294967295 1:4294967295", "COPYUID 7 1:4294967295 1:4294967295 -" },
    { "COPYUID 7 1:3 11:12", "COPYUID 7 - 11:12 -" },
    { "COPYUID 7 3:1 11:13", "COPYUID 7 - 11:13 -" },
    { "COPYUID 7 3,1 11:12", "COPYUID 7 - 11:12 -" },
    { "COPYUID 7 1:3,2:4 11:14", "COPYUID 7 - 11:14 -" },
    { "COPYUID 7 0 1", "? 0 - - -" },
    { "COPYUID 7 * 1", "? 0 - - -" },
    { "COPYUID 7 1, 1", "? 0 - - -" },
    { "COPYUID 7 1", "? 0 - - -" },
    { "COPYUID 7", "? 0 - - -" },
    { "COPYUID x 1 1", "? 0 - - -" },
    { "APPENDUID 7 *", "? 0 - - -" },
    { "APPENDUID 7 1,", "? 0 - - -" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strdup_printf ("A1 OK [%s] done", rows[i][0]);
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
      g_auto (ImapResponse) response = { 0 };
      g_autofree char *code = NULL;

      g_assert_true (imap_response_parse (&response, frame, NULL));
      code = describe_code (&response);
      g_assert_cmpstr (code, ==, rows[i][1]);
      g_assert_cmpstr (response.text, ==, "done");
    }
}

static void
test_long_text (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autofree char *condition = g_strconcat ("* NO ", text, NULL);
  g_autofree char *challenge = g_strconcat ("+ ", text, NULL);
  const char *const lines[] = { condition, challenge };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (lines[i], -1);
      g_auto (ImapResponse) response = { 0 };

      g_assert_true (imap_response_parse (&response, frame, NULL));
      g_assert_cmpuint (strlen (response.text), ==, i == 0 ? IMAP_LIMIT_ALERT_CHARS : 100000);
    }
}

/* Every line cut at every octet: an answer or an error, nothing else. */
static void
test_cut (void)
{
  static const char line[] = "A1 OK [COPYUID 7 1:3 {5}\r\n11:13] \"a\" (b [BADCHARSET (x)] y";

  for (gsize length = 0; length <= strlen (line); length++)
    {
      g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, length);
      g_auto (ImapResponse) response = { 0 };
      g_autoptr (GError) error = NULL;

      if (!imap_response_parse (&response, frame, &error))
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
      else
        g_assert_true (g_utf8_validate (response.text, -1, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/response/P16-heads", test_heads);
  g_test_add_func ("/response/failures", test_failures);
  g_test_add_func ("/response/P11-codes", test_codes);
  g_test_add_func ("/response/long-text", test_long_text);
  g_test_add_func ("/response/cut", test_cut);

  return g_test_run ();
}

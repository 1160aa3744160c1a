/* What a server could send to make a parser slow, in a size of one's choice: for linear.py.
 *
 *   linear                 prints the names of the cases
 *   linear CASE N          reads what CASE makes of the size N; under callgrind only that is counted
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/wire/imap-framer.h"
#include "gimap4d/mail/email-values.h"

#include <string.h>
#include <valgrind/callgrind.h>

/* No multiple of anything that comes again in what is read. */
#define PIECE 1021

typedef struct
{
  const char *name;
  const char *before;
  const char *again; /* n times; "%u" is replaced by the number of times */
  const char *after;
} Case;

#define PLAIN_PART "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1)"

static const Case cases[] = {
  { "lines", "", "* OK still here\r\n", "" },
  { "fetches", "", "* %u FETCH (UID %u FLAGS (\\Seen) RFC822.SIZE 5)\r\n", "" },
  { "search", "* SEARCH", " %u9", "\r\n" },
  { "search-downwards", "* SEARCH", " 5%u 4%u 3%u", "\r\n" },
  { "esearch", "* ESEARCH (TAG \"a\") UID ALL 1", ",%u3:%u7", "\r\n" },
  { "vanished", "* VANISHED 1", ",%u3:%u7", "\r\n" },
  { "capabilities", "* CAPABILITY IMAP4rev1", " WORD%u", "\r\n" },
  { "flags", "* 1 FETCH (UID 1 FLAGS (", " flag%u", "))\r\n" },
  { "items", "* 1 FETCH (", " X-ITEM-%u (a b c)", " UID 1)\r\n" },
  { "addresses", "* 1 FETCH (UID 1 ENVELOPE (NIL NIL (", "(\"n\" NIL \"a%u\" \"b\")",
    ") NIL NIL NIL NIL NIL NIL NIL))\r\n" },
  { "quoted", "* 1 FETCH (UID 1 ENVELOPE (NIL \"", "text of a subject ",
    "\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n" },
  { "escapes", "* 1 FETCH (UID 1 ENVELOPE (NIL \"", "\\\"\\\\",
    "\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n" },
  { "backslashes", "* 1 FETCH (UID 1 X-ITEM (\"", "\\", "\"))\r\n" },
  { "quotes", "* 1 FETCH (UID 1 X-ITEM (", "\"", "))\r\n" },
  { "braces", "* 1 FETCH (UID 1 X-ITEM (", "{", "))\r\n" },
  { "words", "* 1 FETCH (UID 1 ENVELOPE (NIL \"",
    " =?utf-8?q?=C3=BC?=", "\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n" },
  { "half-words", "* 1 FETCH (UID 1 ENVELOPE (NIL \"", "=?a?q?",
    "\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n" },
  { "parts", "* 1 FETCH (UID 1 BODYSTRUCTURE (", PLAIN_PART, " \"mixed\"))\r\n" },
  { "depth", "* 1 FETCH (UID 1 BODYSTRUCTURE ", "(", ")\r\n" },
  { "parameters", "* 1 FETCH (UID 1 BODYSTRUCTURE (\"text\" \"plain\" (\"a\" \"b\"",
    " \"name*%u*\" \"utf-8''a\"", ") NIL NIL \"7bit\" 5 1))\r\n" },
  { "small-literals", "* 1 FETCH (UID 1 X-ITEM (", " {1}\r\na", "))\r\n" },
  { "large-literals", "* 1 FETCH (UID 1 X-ITEM (", " {40000}\r\n%L", "))\r\n" },
  { "list", "* LIST (", " \\Attribute%u", ") \"/\" INBOX\r\n" },
};

static void
add_again (GString *stream, const char *again, guint number)
{
  for (; *again != '\0'; again++)
    {
      if (g_str_has_prefix (again, "%u"))
        g_string_append_printf (stream, "%u", number);
      else if (g_str_has_prefix (again, "%L"))
        for (guint i = 0; i < 40000; i++)
          g_string_append_c (stream, 'x');
      else
        g_string_append_c (stream, *again);
      again += *again == '%';
    }
}

static void
read_fetch (const ImapResponse *response)
{
  g_auto (ImapFetch) fetch = { 0 };
  g_autoptr (EmailEnvelope) envelope = NULL;
  g_autoptr (EmailStructure) structure = NULL;
  g_auto (GStrv) flags = NULL;
  g_autofree char *subject = NULL;

  if (!imap_data_parse_fetch (response, &fetch, NULL))
    return;
  flags = imap_fetch_dup_flags (&fetch);
  envelope = imap_fetch_parse_envelope (&fetch);
  structure = imap_fetch_parse_structure (&fetch);
  imap_fetch_read_envelope_text (&fetch, EMAIL_ENVELOPE_MESSAGE_ID, &subject);
}

static void
read_response (ImapFrame *frame)
{
  g_auto (ImapResponse) response = { 0 };
  g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
  g_auto (GStrv) words = NULL;
  g_auto (ImapListItem) item = { 0 };
  gboolean is_earlier;

  if (!imap_response_parse (&response, frame, NULL))
    return;

  switch ((int) response.type)
    {
    case IMAP_DATA_FETCH:
      read_fetch (&response);
      break;
    case IMAP_DATA_SEARCH:
    case IMAP_DATA_ESEARCH:
      imap_data_parse_search (&response, ids, NULL);
      break;
    case IMAP_DATA_VANISHED:
      imap_data_parse_vanished (&response, &is_earlier, ids, NULL);
      break;
    case IMAP_DATA_CAPABILITY:
      words = imap_data_parse_words (&response, NULL);
      break;
    case IMAP_DATA_LIST:
      imap_data_parse_list (&response, FALSE, &item, NULL);
      break;
    default:
      break;
    }
}

static void
read_all (const GString *stream)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  ImapFrame *frame;

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  for (gsize at = 0; at < stream->len; at += PIECE)
    {
      imap_framer_feed (framer, stream->str + at, MIN (PIECE, stream->len - at));
      while (imap_framer_next (framer, &frame, NULL) == IMAP_FRAMER_FRAME)
        {
          read_response (frame);
          imap_frame_unref (frame);
        }
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) stream = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (argc < 3)
        {
          g_print ("%s\n", cases[i].name);
          continue;
        }
      if (!g_str_equal (cases[i].name, argv[1]))
        continue;

      stream = g_string_new (cases[i].before);
      for (guint n = 1; n <= g_ascii_strtoull (argv[2], NULL, 10); n++)
        add_again (stream, cases[i].again, n);
      g_string_append (stream, cases[i].after);
    }
  if (stream == NULL)
    return argc >= 3;

  CALLGRIND_START_INSTRUMENTATION;
  read_all (stream);
  CALLGRIND_STOP_INSTRUMENTATION;

  return 0;
}

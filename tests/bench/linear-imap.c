/* What a server could send, cut in responses and read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "linear.h"

#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/grammar/imap-mender.h"
#include "gimap4d/imap/grammar/imap-quota-data.h"
#include "gimap4d/imap/grammar/imap-thread-tree.h"
#include "gimap4d/imap/wire/imap-framer.h"
#include "gimap4d/mail/email-fields.h"
#include "gimap4d/mail/email-values.h"

/* No multiple of anything that comes again in what is read. */
#define PIECE 1021

static void
read_fetch (const ImapResponse *response)
{
  g_auto (ImapFetch) fetch = { 0 };
  g_autoptr (EmailEnvelope) envelope = NULL;
  g_autoptr (EmailStructure) structure = NULL;
  g_autoptr (EmailFields) fields = NULL;
  g_autoptr (GDateTime) received = NULL;
  g_auto (GStrv) flags = NULL;
  g_autofree char *id = NULL;

  if (!imap_data_parse_fetch (response, &fetch, NULL))
    return;
  flags = imap_fetch_dup_flags (&fetch);
  received = imap_fetch_dup_internal_date (&fetch);
  fields = imap_fetch_read_fields (&fetch);
  envelope = imap_fetch_parse_envelope (&fetch);
  structure = imap_fetch_parse_structure (&fetch);
  imap_fetch_read_envelope_text (&fetch, EMAIL_ENVELOPE_MESSAGE_ID, &id);
}

static void
read_numbers (const ImapResponse *response)
{
  g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
  g_autoptr (ImapThreadTree) tree = imap_thread_tree_new ();
  g_autoptr (GArray) numbers = NULL;
  gboolean is_earlier;

  switch ((int) response->type)
    {
    case IMAP_DATA_SEARCH:
    case IMAP_DATA_ESEARCH:
      imap_data_parse_search (response, ids, NULL);
      break;
    case IMAP_DATA_SORT:
      numbers = imap_data_parse_numbers (response, NULL);
      break;
    case IMAP_DATA_VANISHED:
      imap_data_parse_vanished (response, &is_earlier, ids, NULL);
      break;
    case IMAP_DATA_THREAD:
      imap_data_parse_thread (response, tree, NULL);
      break;
    default:
      break;
    }
}

static void
read_data (const ImapResponse *response)
{
  g_autoptr (GPtrArray)
      quotas = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_quota_item_free);
  g_auto (ImapListItem) item = { 0 };
  g_auto (ImapStatusItem) status = { 0 };
  g_auto (GStrv) words = NULL;

  switch ((int) response->type)
    {
    case IMAP_DATA_FETCH:
      read_fetch (response);
      break;
    case IMAP_DATA_CAPABILITY:
    case IMAP_DATA_FLAGS:
      words = imap_data_parse_words (response, NULL);
      break;
    case IMAP_DATA_ID:
      words = imap_data_parse_id (response, NULL);
      break;
    case IMAP_DATA_NAMESPACE:
      words = imap_data_parse_foreign_prefixes (response, NULL);
      break;
    case IMAP_DATA_LIST:
      imap_data_parse_list (response, FALSE, &item, NULL);
      break;
    case IMAP_DATA_STATUS:
      imap_data_parse_status (response, FALSE, &status, NULL);
      break;
    case IMAP_DATA_QUOTA:
      imap_data_parse_quota (response, quotas, NULL);
      break;
    default:
      read_numbers (response);
    }
}

static void
read_frame (ImapFrame *frame)
{
  g_auto (ImapResponse) response = { 0 };

  if (imap_response_parse (&response, frame, NULL))
    read_data (&response);
}

static void
read_in_pieces (const GString *input, gsize piece)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_auto (ImapMender) mender = { 0 };
  ImapFrame *cut;
  ImapFrame *frame;

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  for (gsize at = 0; at < input->len; at += piece)
    {
      imap_framer_feed (framer, input->str + at, MIN (piece, input->len - at));
      while (imap_framer_next (framer, &cut, NULL) == IMAP_FRAMER_FRAME)
        {
          imap_mender_push (&mender, cut);
          imap_frame_unref (cut);
          while ((frame = imap_mender_pop (&mender)) != NULL)
            {
              read_frame (frame);
              imap_frame_unref (frame);
            }
        }
    }
}

static void
read_responses (GString *input)
{
  read_in_pieces (input, PIECE);
}

static void
read_octets (GString *input)
{
  read_in_pieces (input, 1);
}

#define PLAIN_PART "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1)"
#define SUBJECT "* 1 FETCH (UID 1 ENVELOPE (NIL \""
#define SUBJECT_END "\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n"
#define TO "* 1 FETCH (UID 1 ENVELOPE (NIL NIL NIL NIL NIL ("
#define TO_END ") NIL NIL NIL NIL))\r\n"
#define ITEM "* 1 FETCH (UID 1 X-ITEM ("
#define ITEM_END "))\r\n"

const LinearPattern linear_imap[] = {
  { "T20-challenge", 6000, read_responses, "+ ", "QUJD", "\r\n" },
  { "T23-greeting", 6000, read_responses, "* OK ", "text ", "\r\n" },
  { "T24-alert", 6000, read_responses, "* OK [ALERT] ", "\033[1m\r\342\200\256", "\r\n" },
  { "T25-identity", 15, read_responses, "* ID (\"a\" \"b\"", " \"n%u\" \"v\"", ")\r\n" },

  { "P01-digits", 6000, read_responses, ITEM "{", "1", "}\r\n" },
  { "P01-lengths-that-are-none", 6000, read_responses, ITEM, "{+1} {-1} ", ITEM_END },
  { "P01-braces", 6000, read_responses, ITEM, "{", ITEM_END },
  { "P03-empty-literals", 1500, read_responses, ITEM, " {0}\r\n", ITEM_END },
  { "P03-empty-strings", 1500, read_responses, ITEM, " \"\"", ITEM_END },
  { "P04-three-forms", 500, read_responses, "",
    "* LIST () \"/\" a%u\r\n* LIST () {1}\r\n/ \"a%u\"\r\n* LIST () NIL {2}\r\nab\r\n", "" },
  { "P05-octets", 6000, read_responses, SUBJECT, "\001\351\t\377", SUBJECT_END },
  { "P06-line-without-end", 2000, read_octets, ITEM, "abcd ", "" },
  { "P06-number-line-without-end", 2000, read_octets, "* SEARCH", " 1234", "" },
  { "P07-search", 6000, read_responses, "* SEARCH", " %u9", "\r\n" },
  { "P07-search-downwards", 6000, read_responses, "* SEARCH", " %r", "\r\n" },
  { "P07-search-up-and-down", 2000, read_responses, "* SEARCH", " 5%u 4%u 3%u", "\r\n" },
  { "P07-esearch", 6000, read_responses, "* ESEARCH (TAG \"a\") UID ALL 1", ",%u3:%u7", "\r\n" },
  { "P07-esearch-downwards", 6000, read_responses, "* ESEARCH (TAG \"a\") UID ALL 1", ",%r3:%r1",
    "\r\n" },
  { "P07-sort", 6000, read_responses, "* SORT", " %r9", "\r\n" },
  { "P07-vanished", 6000, read_responses, "* VANISHED 1", ",%u3:%u7", "\r\n" },
  { "P07-thread", 3000, read_responses, "* THREAD ", "(%u9 %u8)", "\r\n" },
  { "P08-deep-structure", 40, read_responses, "* 1 FETCH (UID 1 BODYSTRUCTURE ", "(", "", ")",
    ")\r\n" },
  { "P08-too-deep-structure", 6000, read_responses, "* 1 FETCH (UID 1 BODYSTRUCTURE ", "(", "", ")",
    ")\r\n" },
  { "P08-too-deep-item", 6000, read_responses, ITEM, "(", "", ")", ITEM_END },
  { "P08-too-deep-envelope", 6000, read_responses, TO, "(", "", ")", TO_END },
  { "P08-too-deep-list", 6000, read_responses, "* LIST () \"/\" INBOX (", "(", "", ")", ")\r\n" },
  { "P08-too-deep-identity", 6000, read_responses, "* ID ", "(", "", ")", "\r\n" },
  { "P08-deep-thread", 120, read_responses, "* THREAD ", "(%u ", "9", ")", "\r\n" },
  { "P08-too-deep-thread", 3000, read_responses, "* THREAD ", "(%u ", "9", ")", "\r\n" },
  { "P08-unclosed", 6000, read_responses, ITEM, "( ", "\r\n" },
  { "P08-closed-only", 6000, read_responses, ITEM, ") ", "\r\n" },
  { "P09-parts", 1500, read_responses, "* 1 FETCH (UID 1 BODYSTRUCTURE (", PLAIN_PART,
    " \"mixed\"))\r\n" },
  { "P09-levels", 45, read_responses, "* 1 FETCH (UID 1 BODYSTRUCTURE ", "(", PLAIN_PART,
    " \"mixed\")", ")\r\n" },
  { "P09-messages", 45, read_responses, "* 1 FETCH (UID 1 BODYSTRUCTURE ",
    "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ",
    PLAIN_PART, " 9)", ")\r\n" },
  { "P09-parameters", 120, read_responses,
    "* 1 FETCH (UID 1 BODYSTRUCTURE (\"text\" \"plain\" (\"a\" \"b\"", " \"a%u\" \"b\"",
    ") NIL NIL \"7bit\" 5 1))\r\n" },
  { "P09-too-many-parameters", 1500, read_responses,
    "* 1 FETCH (UID 1 BODYSTRUCTURE (\"text\" \"plain\" (\"a\" \"b\"", " \"a%u\" \"b\"",
    ") NIL NIL \"7bit\" 5 1))\r\n" },
  { "P09-languages", 100, read_responses,
    "* 1 FETCH (UID 1 BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1 NIL NIL (",
    "\"l%u\" ", ")))\r\n" },
  { "P09-extensions", 1500, read_responses,
    "* 1 FETCH (UID 1 BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1 NIL NIL NIL NIL",
    " (1 NIL \"x\")", "))\r\n" },
  { "P10-tiny-literals", 1500, read_responses, ITEM, " {1}\r\na", ITEM_END },
  { "P10-items", 1500, read_responses, "* 1 FETCH (", " X-ITEM-%u (a b c)", " UID 1)\r\n" },
  { "P10-quotes", 6000, read_responses, ITEM, "\"", ITEM_END },
  { "P10-backslashes", 6000, read_responses, ITEM "\"", "\\", "\"" ITEM_END },
  { "P10-escapes", 6000, read_responses, SUBJECT, "\\\"\\\\", SUBJECT_END },
  { "P11-copies", 3000, read_responses, "a OK [COPYUID 7 1:3", ",%u5",
    " 1:%n,9000000:9000002] done\r\n" },
  { "P11-copies-downwards", 3000, read_responses, "a OK [COPYUID 7 1", ",%r5",
    " 1:%n,9000000] done\r\n" },
  { "P11-appended", 3000, read_responses, "a OK [APPENDUID 7 1", ",%u5:%u3", "] done\r\n" },
  { "P11-codes", 1500, read_responses, "",
    "* OK [COPYUID 7 %u:%u %u] text\r\n* NO [X-%u (] text\r\n", "" },
  { "P13-numbers-outside", 1500, read_responses, "", "* 0 FETCH (UID %u)\r\n* -1 EXPUNGE\r\n", "" },
  { "P18-octet-by-octet", 1500, read_octets, ITEM, " \"a%u\"", ITEM_END },
  { "P18-literals-octet-by-octet", 500, read_octets, ITEM, " {3}\r\nabc", ITEM_END },
  { "P20-name", 400, read_responses, "* LIST () \"/\" \"", "&AOk-", "\"\r\n" },
  { "P20-name-that-is-none", 1900, read_responses, "* LIST () \"/\" \"", "&", "\"\r\n" },
  { "P20-name-of-levels", 1900, read_responses, "* LIST () \"/\" \"", "/", "\"\r\n" },
  { "P21-attributes", 450, read_responses, "* LIST (\\A", " \\Attribute%u", ") \"/\" INBOX\r\n" },
  { "P21-too-many-attributes", 3000, read_responses, "* LIST (\\A", " \\Attribute%u",
    ") \"/\" INBOX\r\n" },
  { "P21-namespaces", 1500, read_responses, "* NAMESPACE NIL (", "(\"#%u/\" \"/\")", ") NIL\r\n" },
  { "P22-keywords", 450, read_responses, "* 1 FETCH (UID 1 FLAGS (", " flag%u", "))\r\n" },
  { "P22-too-many-keywords", 3000, read_responses, "* 1 FETCH (UID 1 FLAGS (", " flag%u",
    "))\r\n" },
  { "P22-flags-of-a-box", 450, read_responses, "* FLAGS (", " flag%u", ")\r\n" },
  { "P22-permanent-flags", 450, read_responses, "* OK [PERMANENTFLAGS (\\Seen", " flag%u",
    ")] x\r\n" },
  { "P22-capabilities", 450, read_responses, "* CAPABILITY IMAP4rev1", " WORD%u", "\r\n" },
  { "P22-too-many-capabilities", 3000, read_responses, "* CAPABILITY IMAP4rev1", " WORD%u",
    "\r\n" },
  { "P23-date", 6000, read_responses, "* 1 FETCH (UID 1 INTERNALDATE \"", "0", "\")\r\n" },
  { "P23-too-many-blanks", 6000, read_responses, "* 1 FETCH (UID 1 INTERNALDATE \"", " ",
    "1-Jan-2026 10:00:00 +0000\")\r\n" },
  { "P24-addresses", 1500, read_responses, TO, "(\"n\" NIL \"a%u\" \"b\")", TO_END },
  { "P24-groups", 1500, read_responses, TO, "(NIL NIL \"g%u\" NIL)(NIL NIL NIL NIL)", TO_END },
  { "P24-open-groups", 1500, read_responses, TO, "(NIL NIL \"g%u\" NIL)", TO_END },
  { "P24-line-breaks", 1500, read_responses, SUBJECT, "text\r\n", SUBJECT_END },
  { "P24-long-subject", 1500, read_responses, SUBJECT, "text of a subject ", SUBJECT_END },
  { "P24-words", 1500, read_responses, SUBJECT, " =?utf-8?q?=C3=BC?=", SUBJECT_END },
  { "P24-half-words", 5000, read_responses, SUBJECT, "=?a?q?", SUBJECT_END },
  { "P27-still-here", 1500, read_responses, "", "* OK still here\r\n", "" },
  { "P28-flood", 1500, read_responses, "", "* %u FETCH (UID %u FLAGS (\\Seen) RFC822.SIZE 5)\r\n",
    "" },
  { "P29-text-of-bye", 6000, read_responses, "* BYE ", "text \033", "\r\n" },
  { "P33-values-of-a-box", 1500, read_responses, "* STATUS INBOX (MESSAGES 1",
    " MESSAGES 99999999999999999999 X%u (1)", ")\r\n" },
  { "P33-quotas", 450, read_responses, "* QUOTA \"\" (A 1 1", " R%u 99999999999999999999 x",
    ")\r\n" },
  { "P34-octets", 6000, read_responses, SUBJECT, "\377\303", SUBJECT_END },
  { "R08-literals", 50, read_responses, ITEM, " {40000}\r\n%L", ITEM_END },
  { "D13-answers-of-a-change", 1500, read_responses, "",
    "* %r FETCH (UID %r FLAGS (\\Seen a%u))\r\n", "" },
  { NULL },
};

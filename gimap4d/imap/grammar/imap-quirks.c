/* What servers send instead of what the RFC says, with who does it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-quirks.h"

#include <errno.h>
#include <string.h>

/* What a server sends: each has a transcript of this name in tests/imap/grammar/quirks/. */
static const ImapQuirk sent[] = {
  { "any-capability", "several", "capabilities in lower case, “LITERAL +” in two words",
    "read in any case and joined", "https://github.com/duesee/imap-codec (quirk_ features)" },
  { "any-continuation", "several", "“+” without a text", "taken as it is",
    "https://github.com/duesee/imap-codec (quirk_ features)" },
  { "any-delimiter", "several", "a delimiter that is NIL, or empty", "there is none",
    "https://github.com/jstedfast/MailKit (ImapUtils)" },
  { "any-envelope", "several", "an ENVELOPE with fields missing, too many, or of another kind",
    "what is right is kept", "https://github.com/ruby/net-imap (quirky_behaviors.yml)" },
  { "any-flags", "several", "flags that are quoted or NIL", "unquoted, and left out",
    "https://github.com/jstedfast/MailKit (ImapUtils)" },
  { "any-literal", "several", "a literal's length with leading zeros", "read as a number",
    "https://github.com/jstedfast/MailKit (ImapStream)" },
  { "any-numbers", "several", "numbers that are negative, NIL, quoted, or zero where none can be",
    "as if not told", "https://github.com/duesee/imap-codec (quirk_ features)" },
  { "any-partial", "several", "the whole of a section where a piece was asked for",
    "the caller is told that it is whole", "https://github.com/jstedfast/MailKit (ReleaseNotes)" },
  { "any-spaces", "several", "spaces at the end of SEARCH, STATUS, ID, FETCH, CAPABILITY",
    "passed over", "https://github.com/duesee/imap-codec (quirk_ features)" },
  { "any-structure", "several", "“()” for NIL, and values behind the end of a BODYSTRUCTURE",
    "taken for NIL, and passed over", "https://github.com/jstedfast/MailKit/issues/1841" },
  { "courier-zero", "Courier", "FETCH of a mail 0 when flags change", "taken for nobody's",
    "https://github.com/jstedfast/MailKit (ImapFolder)" },
  { "davmail-line-breaks", "DavMail", "line breaks in quoted strings of BODYSTRUCTURE",
    "the line goes on where the lists of a FETCH are open",
    "https://gitlab.gnome.org/GNOME/evolution-data-server/-/issues/27" },
  { "domino-parentheses", "Domino", "parentheses around items, a date of the year 0, \"\\\"",
    "passed over, and as if not told", "https://github.com/jstedfast/MailKit (ImapFolderFetch)" },
  { "dovecot-placeholders", "Dovecot", "MISSING_MAILBOX and MISSING_DOMAIN in addresses",
    "there is none", "https://gitlab.gnome.org/GNOME/geary (imap-quirks.vala)" },
  { "exchange-code", "Exchange, Office 365", "[Error=\"…\"] with quotes and brackets in it",
    "a code that nobody knows", "https://github.com/ruby/net-imap/pull/597" },
  { "exchange-names", "Exchange", "names of boxes unquoted, whatever is in them",
    "they end at the end", "https://github.com/jstedfast/MailKit (ImapUtils)" },
  { "exchange-placeholders", "Exchange, UW imapd", ".MISSING-HOST-NAME. in addresses",
    "there is none", "https://github.com/jstedfast/MailKit (ImapUtils)" },
  { "exchange-structure", "Exchange, Office 365", "dispositions and types that are NIL or a text",
    "what is right is kept", "https://github.com/jstedfast/MailKit/issues/919" },
  { "gmail-childless-multipart", "Gmail", "a multipart without parts",
    "known by what follows its subtype", "https://github.com/jstedfast/MailKit/issues/777" },
  { "gmail-flags", "Gmail", "“]” in flags, in PERMANENTFLAGS too", "lists are read whole",
    "https://github.com/jstedfast/MailKit (ImapUtils)" },
  { "gmail-message-as-basic", "Gmail", "message/rfc822 without its envelope and structure",
    "a part like others", "https://github.com/jstedfast/MailKit/issues/1393" },
  { "gmail-same-boundary", "Gmail",
    "a multipart in a multipart with the same boundary has no parts",
    "known by what follows its subtype", "https://github.com/jstedfast/MailKit/issues/205" },
  { "homepl-copyuid", "home.pl", "COPYUID in an untagged OK, XLIST where LIST was asked",
    "taken for what they are", "https://github.com/Foundry376/Mailspring/issues/967" },
  { "icloud-envelope", "iCloud", "an ENVELOPE that cannot be read, or none",
    "what is right is kept; without any, the header is fetched",
    "https://github.com/kenn-io/msgvault/issues/436" },
  { "icloud-header", "iCloud", "RFC822.HEADER for BODY[HEADER]", "the same",
    "https://github.com/jstedfast/MailKit (ImapFolderFetch)" },
  { "mailru-size", "mail.ru", "sizes such as 9.37e+06", "read as numbers",
    "https://github.com/jstedfast/MailKit (ImapEngine)" },
  { "proton-append", "Proton Bridge", "no APPENDUID, or an empty one, in spite of UIDPLUS",
    "the id is not known", "https://github.com/ProtonMail/proton-bridge/issues/170" },
  { "qq-multipart", "QQ", "a BODYSTRUCTURE with nothing in it", "a part of no known type",
    "https://github.com/jstedfast/MailKit (ImapUtils)" },
  { "yahoo-codes", "Yahoo", "XYMHIGHESTMODSEQ, and SERVERBUG for a search",
    "unknown codes are passed over", "https://github.com/mscdex/node-imap/issues/737" },
  { "yandex-body", "Yandex", "a FETCH without the body that was asked for",
    "the mail is fetched once more", "https://github.com/jstedfast/MailKit (ImapFolderFetch)" },
  { "zoho-modseq", "Zoho", "MODSEQ -1", "there is none",
    "https://github.com/jstedfast/MailKit (ReleaseNotes)" },
};

/* What a server does: each has a conversation in tests/imap/command/test-quirks.c. */
static const ImapQuirk done[] = {
  { "announced-sort", "several", "SORT or THREAD is announced and answered with BAD",
    "it is done here", "https://github.com/jstedfast/MailKit (ReleaseNotes)" },
  { "courier-zero", "Courier", "FETCH of a mail 0 while another one is fetched", "nobody takes it",
    "https://github.com/jstedfast/MailKit (ImapFolder)" },
  { "exchange-2003-namespace", "Exchange 2003", "NAMESPACE makes it drop the connection",
    "it is not asked again, and the list is made without it",
    "https://github.com/jstedfast/MailKit (ImapEngine)" },
  { "homepl-late", "home.pl", "COPYUID and EXPUNGE once more behind the end of the command",
    "nobody takes it", "https://github.com/Foundry376/Mailspring/issues/967" },
  { "extended-list", "Cyrus before 2.5.11, Proton Bridge", "BAD for a LIST with RETURN",
    "LIST and LSUB", "https://gitlab.gnome.org/GNOME/evolution-data-server/-/issues/14" },
  { "icloud-envelopes", "iCloud", "some mails of many have no ENVELOPE that can be read",
    "their headers are fetched", "https://github.com/kenn-io/msgvault/issues/436" },
  { "hmailserver-roles", "hMailServer", "no SPECIAL-USE, boxes in the user's language",
    "the role is known by the name", "https://github.com/hmailserver/hmailserver/issues/534" },
  { "hmailserver-sets", "hMailServer", "ranges that go down are not understood",
    "ranges are written upwards", "https://github.com/jstedfast/MailKit (ImapUtils)" },
  { "icloud-ghosts", "iCloud", "UID SEARCH finds ids that cannot be fetched",
    "they are told as not found", "https://github.com/kenn-io/msgvault/pull/436" },
  { "icloud-min-max", "iCloud", "MIN and MAX of ESEARCH are wrong", "only ALL is asked for",
    "https://github.com/nextcloud/mail/issues/5181" },
  { "netease-id", "163, 126, yeah.net", "SELECT is refused as unsafe to who has not sent ID",
    "ID goes before it", "https://github.com/emersion/go-imap/issues/524" },
  { "outlook-badcharset", "Office 365", "BADCHARSET for UTF-8",
    "the next charset that holds the text; with none, headers are looked at here",
    "https://github.com/jstedfast/MailKit/issues/808" },
  { "poisoned-mail", "Yahoo, Exchange, Courier", "one mail makes the FETCH of many fail",
    "it is found by halves, and costs itself only",
    "https://github.com/jakartaee/mail-api/issues/16" },
  { "proton-ids", "Proton Bridge", "no APPENDUID in spite of UIDPLUS", "the id is not known",
    "https://github.com/ProtonMail/proton-bridge/issues/170" },
  { "qq-empty-box", "QQ", "a set that goes up to “*” is refused in an empty box", "it is not sent",
    "https://github.com/pimalaya/himalaya/issues/572" },
  { "strato-inbox", "Strato", "LIST of all boxes leaves INBOX out", "it is asked for alone",
    "https://github.com/jstedfast/MailKit (ImapEngine)" },
  { "throttled", "Exchange, Office 365, Gmail",
    "“Request is throttled. Suggested Backoff Time: …” without a code, [THROTTLED]",
    "an error of its own with the server's text, not tried again",
    "https://github.com/ikvk/imap_tools/issues/135" },
  { "yahoo-stale-numbers", "Yahoo", "old sequence numbers after an EXPUNGE",
    "mails are known by their ids", "https://github.com/jstedfast/MailKit/issues/358" },
  { "yandex-bodies", "Yandex", "FETCH leaves the body of a mail out", "it is asked for once more",
    "https://github.com/jstedfast/MailKit (ImapFolderFetch)" },
};

const ImapQuirk *
imap_quirks_get_sent (guint *out_n)
{
  *out_n = G_N_ELEMENTS (sent);

  return sent;
}

const ImapQuirk *
imap_quirks_get_done (guint *out_n)
{
  *out_n = G_N_ELEMENTS (done);

  return done;
}

static const struct
{
  const char *text;
  const char *server;
} placeholders[] = {
  { "MISSING_MAILBOX", "Dovecot" },
  { "MISSING_DOMAIN", "Dovecot" },
  { ".MISSING-HOST-NAME.", "Exchange, UW imapd" },
  { ".SYNTAX-ERROR.", "UW imapd" },
};

gboolean
imap_quirk_is_placeholder (const ImapString *part)
{
  for (guint i = 0; i < G_N_ELEMENTS (placeholders); i++)
    if (imap_string_equals (part, placeholders[i].text))
      return TRUE;

  return FALSE;
}

/* mail.ru writes large sizes as 9.37e+06. */
static gint64
parse_float (const ImapString *text)
{
  char copy[40];
  char *stop;
  double number;

  if (text->length >= sizeof copy || text->length == 0 || !g_ascii_isdigit (text->data[0]))
    return -1;
  memcpy (copy, text->data, text->length);
  copy[text->length] = '\0';
  number = g_ascii_strtod (copy, &stop);

  return *stop == '\0' && number >= 0 && number < 9e18 ? (gint64) number : -1;
}

gboolean
imap_quirk_read_number (ImapReader *reader, gint64 *out_number)
{
  ImapString text = { 0 };
  gsize start = reader->at;
  guint32 number;

  if (imap_reader_accept_number (reader, &number))
    {
      char next = imap_reader_peek (reader);

      if (next == ' ' || next == ')' || imap_reader_at_end (reader))
        {
          *out_number = number;
          return TRUE;
        }
      reader->at = start;
    }

  *out_number = -1;
  if (imap_reader_accept_flag (reader, &text))
    {
      gint64 large = 0;
      gsize i = 0;

      for (; i < text.length && g_ascii_isdigit (text.data[i]); i++)
        if (large > (G_MAXINT64 - (text.data[i] - '0')) / 10)
          break;
        else
          large = large * 10 + (text.data[i] - '0');
      if (i == text.length && i > 0)
        *out_number = large;
      else if (i < text.length && !g_ascii_isdigit (text.data[i]))
        *out_number = parse_float (&text);
      imap_string_clear (&text);
      return TRUE;
    }

  return imap_reader_skip_value (reader, NULL);
}

gboolean
imap_quirk_read_delimiter (ImapReader *reader, char *out_delimiter)
{
  ImapString delimiter = { 0 };
  gsize start = reader->at;

  /* "\" with its backslash not escaped, from old Exchange and Domino. A delimiter is one character, so
   * it cannot be the beginning of something longer. */
  if (imap_reader_accept_char (reader, '"') && imap_reader_accept_char (reader, '\\') &&
      imap_reader_accept_char (reader, '"') && imap_reader_peek (reader) == ' ')
    {
      *out_delimiter = '\\';
      return TRUE;
    }

  reader->at = start;
  if (!imap_reader_expect_nstring (reader, &delimiter))
    return FALSE;
  *out_delimiter = delimiter.length > 0 ? delimiter.data[0] : '\0';
  imap_string_clear (&delimiter);

  return TRUE;
}

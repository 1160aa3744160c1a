/* What servers send instead of what the RFC says, with who does it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-quirks.h"

#include <errno.h>
#include <string.h>

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
        if (large > (G_MAXINT64 - 9) / 10)
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

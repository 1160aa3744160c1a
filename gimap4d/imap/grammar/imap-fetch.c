/* FETCH: finds the items of a message, and reads the small ones.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-data.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-quirks.h"
#include "gimap4d/imap/grammar/imap-words.h"
#include "gimap4d/mail/email-date.h"
#include "gimap4d/mail/email-fields.h"

#include <string.h>

static gboolean
read_uid (ImapReader *reader, ImapFetch *fetch)
{
  gint64 number;

  if (!imap_quirk_read_number (reader, &number))
    return FALSE;
  if (number > 0 && number <= G_MAXUINT32)
    fetch->uid = number;

  return TRUE;
}

/* "(5)", 5, NIL, and Zoho's -1 for none. */
static gboolean
read_modseq (ImapReader *reader, ImapFetch *fetch)
{
  gboolean listed = imap_reader_accept_list (reader);
  guint64 number;

  if (g_ascii_isdigit (imap_reader_peek (reader)))
    {
      if (!imap_reader_expect_number64 (reader, &number))
        return FALSE;
      fetch->modseq = number;
    }
  else if (imap_reader_peek (reader) != ')' && !imap_reader_skip_value (reader, NULL))
    {
      return FALSE;
    }

  return !listed || imap_reader_expect_list_end (reader);
}

static gboolean
read_section (ImapReader *reader, const ImapString *section, ImapFetch *fetch)
{
  ImapSpan *to = &fetch->section;

  if (section->length == 0)
    to = &fetch->body;
  else if (imap_string_equals (section, "HEADER"))
    to = &fetch->header;
  imap_reader_accept_space (reader);

  return imap_reader_skip_value (reader, to);
}

/* BODY and BINARY: with a section it is content, without one it is the structure. */
static gboolean
read_body (ImapReader *reader, gboolean is_decoded, ImapFetch *fetch)
{
  ImapString section;

  if (imap_reader_accept_section (reader, &section, &fetch->origin))
    {
      fetch->is_decoded = is_decoded;
      return read_section (reader, &section, fetch);
    }
  if (reader->error != NULL)
    return FALSE;
  imap_reader_accept_space (reader);

  return imap_reader_skip_value (reader,
                                 imap_span_is_empty (&fetch->structure) ? &fetch->structure : NULL);
}

/* Passed over field by field, that what is wrong with it is seen at once. */
static gboolean
read_envelope (ImapReader *reader, ImapFetch *fetch)
{
  /* Date and subject; from, sender, reply-to, to, cc, bcc; in-reply-to and message-id. */
  fetch->has_whole_envelope = imap_reader_accept_list_of (reader, "ssllllllss", &fetch->envelope);

  return fetch->has_whole_envelope || imap_reader_skip_value (reader, &fetch->envelope);
}

static gboolean
read_item (ImapReader *reader, const ImapString *name, ImapFetch *fetch)
{
  gint64 origin;

  if (imap_string_equals (name, "BODY"))
    return read_body (reader, FALSE, fetch);
  if (imap_string_equals (name, "BINARY"))
    return read_body (reader, TRUE, fetch);
  /* BODY.PEEK[…], BINARY.SIZE[…] and what extensions add. */
  if (imap_reader_peek (reader) == '[' &&
      !imap_reader_accept_section (reader, &(ImapString){ 0 }, &origin))
    return FALSE;
  imap_reader_accept_space (reader);

  if (imap_string_equals (name, "UID"))
    return read_uid (reader, fetch);
  if (imap_string_equals (name, "FLAGS"))
    return fetch->has_flags = imap_reader_skip_value (reader, &fetch->flags);
  if (imap_string_equals (name, "RFC822.SIZE"))
    return imap_quirk_read_number (reader, &fetch->size);
  if (imap_string_equals (name, "BINARY.SIZE"))
    return imap_quirk_read_number (reader, &fetch->decoded_size);
  if (imap_string_equals (name, "INTERNALDATE"))
    return imap_reader_skip_value (reader, &fetch->internal_date);
  if (imap_string_equals (name, "ENVELOPE"))
    return read_envelope (reader, fetch);
  if (imap_string_equals (name, "BODYSTRUCTURE"))
    return imap_reader_skip_value (reader, &fetch->structure);
  if (imap_string_equals (name, "MODSEQ"))
    return read_modseq (reader, fetch);
  if (imap_string_equals (name, "RFC822"))
    return imap_reader_skip_value (reader, &fetch->body);
  if (imap_string_equals (name, "RFC822.HEADER"))
    return imap_reader_skip_value (reader, &fetch->header);

  return imap_reader_skip_value (reader, NULL);
}

/* Domino puts parentheses around items: those between items are passed over. */
static gboolean
accept_item_start (ImapReader *reader)
{
  while (imap_reader_accept_char (reader, ' ') || imap_reader_accept_char (reader, '(') ||
         imap_reader_accept_char (reader, ')'))
    continue;

  return !imap_reader_at_end (reader) && reader->error == NULL;
}

gboolean
imap_data_parse_fetch (const ImapResponse *response, ImapFetch *out_fetch, GError **error)
{
  ImapFetch fetch = { .number = response->number, .size = -1, .origin = -1, .decoded_size = -1 };
  g_auto (ImapReader) reader = { 0 };
  guint n_items = 0;
  ImapString name;

  imap_reader_init_span (&reader, response->frame, &response->data);
  if (!imap_reader_expect_list (&reader))
    return !imap_reader_take_error (&reader, error);

  while (accept_item_start (&reader))
    {
      gboolean is_item = imap_reader_accept_item_name (&reader, &name);

      if (!(is_item ? read_item (&reader, &name, &fetch) : imap_reader_skip_value (&reader, NULL)))
        break;
      n_items += is_item;
    }

  /* What stands before something malformed is good. */
  if (n_items == 0 && imap_reader_take_error (&reader, error))
    return FALSE;

  fetch.frame = imap_frame_ref (response->frame);
  *out_fetch = fetch;

  return TRUE;
}

void
imap_fetch_clear (ImapFetch *fetch)
{
  g_clear_pointer (&fetch->frame, imap_frame_unref);
}

GStrv
imap_fetch_dup_flags (const ImapFetch *fetch)
{
  g_auto (ImapReader) reader = { 0 };
  GStrv flags = NULL;

  if (!imap_span_is_empty (&fetch->flags))
    {
      imap_reader_init_span (&reader, fetch->frame, &fetch->flags);
      flags = imap_words_read (&reader, IMAP_WORDS_LIST, IMAP_LIMIT_FLAGS, NULL);
    }
  else
    {
      imap_reader_init (&reader, fetch->frame);
    }

  return flags != NULL ? flags : g_new0 (char *, 1);
}

static int
parse_digits (const char *text, guint n)
{
  int number = 0;

  for (guint i = 0; i < n; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      number = number * 10 + (text[i] - '0');
    }

  return number;
}

static int
parse_month (const char *text)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

  for (int i = 0; i < 12; i++)
    if (g_ascii_strncasecmp (text, months + 3 * i, 3) == 0)
      return i + 1;

  return -1;
}

/* RFC 9051, date-time: "17-Jul-1996 02:44:25 -0700", the day with a space for a missing digit. */
static GDateTime *
parse_date_time (const char *text)
{
  g_autoptr (GTimeZone) zone = NULL;
  int day = parse_digits (text + (text[0] == ' '), text[0] == ' ' ? 1 : 2);
  int month = parse_month (text + 3);
  int year = parse_digits (text + 7, 4);
  int hour = parse_digits (text + 12, 2);
  int minute = parse_digits (text + 15, 2);
  int second = parse_digits (text + 18, 2);
  int zone_hour = parse_digits (text + 22, 2);
  int zone_minute = parse_digits (text + 24, 2);

  if (text[2] != '-' || text[6] != '-' || text[11] != ' ' || text[14] != ':' || text[17] != ':' ||
      text[20] != ' ' || (text[21] != '+' && text[21] != '-'))
    return NULL;
  if (day < 1 || month < 1 || year < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60 || zone_hour < 0 || zone_hour > 23 || zone_minute < 0 ||
      zone_minute > 59)
    return NULL;

  zone = g_time_zone_new_offset ((text[21] == '-' ? -60 : 60) * (zone_hour * 60 + zone_minute));

  return g_date_time_new (zone, year, month, day, hour, minute, MIN (second, 59));
}

GDateTime *
imap_fetch_dup_internal_date (const ImapFetch *fetch)
{
  g_auto (ImapString) text = { 0 };
  g_auto (ImapReader) reader = { 0 };

  imap_reader_init_span (&reader, fetch->frame, &fetch->internal_date);
  if (!imap_reader_expect_nstring (&reader, &text) ||
      text.length != strlen ("17-Jul-1996 02:44:25 -0700"))
    return NULL;

  return parse_date_time (text.data);
}

EmailFields *
imap_fetch_read_fields (const ImapFetch *fetch)
{
  g_autoptr (GBytes) block = imap_fetch_dup_bytes (fetch, &fetch->section);
  const char *bytes;
  gsize size;

  if (block == NULL)
    return email_fields_new ("", 0, '\n');
  bytes = g_bytes_get_data (block, &size);

  return email_fields_new (bytes != NULL ? bytes : "", size, '\n');
}

GDateTime *
imap_fetch_dup_sent_date (const ImapFetch *fetch)
{
  g_autoptr (EmailFields) fields = imap_fetch_read_fields (fetch);
  g_autofree char *date = email_fields_dup_structured (fields, "Date");

  return email_date_parse (date);
}

static char *
fold (const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  return g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
}

gboolean
imap_fetch_field_contains (const ImapFetch *fetch, const char *field, const char *text)
{
  g_autoptr (EmailFields) fields = imap_fetch_read_fields (fetch);
  g_autofree char *wanted = fold (text);

  for (guint i = 0; i < email_fields_get_count (fields); i++)
    {
      gsize length;
      const char *raw = email_fields_get_raw (fields, i, &length);
      g_autofree char *value = email_decode_text (raw, length);
      g_autofree char *folded = fold (value);

      if (g_ascii_strcasecmp (email_fields_get_name (fields, i), field) == 0 &&
          strstr (folded, wanted) != NULL)
        return TRUE;
    }

  return FALSE;
}

GBytes *
imap_fetch_dup_bytes (const ImapFetch *fetch, const ImapSpan *span)
{
  GBytes *bytes = NULL;
  g_auto (ImapReader) reader = { 0 };

  imap_reader_init_span (&reader, fetch->frame, span);
  imap_reader_expect_nstring_bytes (&reader, &bytes);

  return bytes;
}

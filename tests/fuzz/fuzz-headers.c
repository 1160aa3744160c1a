/* The fuzzer's entry: the first byte says what the others are: the text of a field, a header block,
 * addresses, a date, parameters, ids, bytes of some charset, HTML.
 *
 * Whatever they are, texts come out; and what the library writes it reads again.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fuzz-lib.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-parameters.h"
#include "gimap4d/mail/email-addresses.h"
#include "gimap4d/mail/email-charset.h"
#include "gimap4d/mail/email-date.h"
#include "gimap4d/mail/email-lists.h"
#include "gimap4d/mail/email-message-ids.h"
#include "gimap4d/mail/email-preview.h"
#include "gimap4d/mail/email-structure.h"
#include "gimap4d/mail/email-writer.h"

#define LONGEST_LINE 998

static void
check_text (const char *text)
{
  fuzz_demand (text == NULL || g_utf8_validate (text, -1, NULL));
}

/* The field that was written, and nothing else: what comes out of it belongs to the caller. */
static EmailFields *
read_written (EmailWriter *writer)
{
  const char *text = writer->out->str;
  EmailFields *fields;

  fuzz_demand (strlen (text) == writer->out->len);
  for (const char *line = text; *line != '\0';)
    {
      const char *end = strstr (line, "\r\n");

      fuzz_demand (end != NULL && end - line <= LONGEST_LINE);
      fuzz_demand (memchr (line, '\n', (gsize) (end - line)) == NULL);
      fuzz_demand (memchr (line, '\r', (gsize) (end - line)) == NULL);
      fuzz_demand (line == text || *line == ' ' || *line == '\t');
      line = end + 2;
    }
  fields = email_fields_new (text, writer->out->len, '\n');
  fuzz_demand (email_fields_get_count (fields) == (*text != '\0' ? 1 : 0));

  return fields;
}

static void
check_decoding (const char *text, gsize length)
{
  g_autofree char *decoded = email_decode_text (text, length);

  check_text (decoded);
  fuzz_demand (strlen (decoded) <= EMAIL_LIMIT_CONVERSION_GROWTH * length);
}

static void
check_writing (const char *text, GImapCharsetMode mode)
{
  g_autoptr (EmailWriter) writer = email_writer_new (mode);
  g_autoptr (EmailFields) fields = NULL;
  g_autofree char *expected = g_strdelimit (g_strdup (text), "\t", ' ');
  g_autofree char *read = NULL;

  email_writer_add_text (writer, "Subject", text);
  if (writer->error != NULL || *text == '\0')
    return;
  fields = read_written (writer);
  read = email_fields_dup_text (fields, "Subject");
  /* What is shown in one line has no tabs. */
  fuzz_demand (g_strcmp0 (read, expected) == 0);
}

static void
check_addresses (GPtrArray *addresses)
{
  fuzz_demand (addresses->len <= EMAIL_LIMIT_ADDRESSES);
  for (guint i = 0; i < addresses->len; i++)
    {
      const EmailAddressValue *address = g_ptr_array_index (addresses, i);

      check_text (address->name);
      check_text (address->email);
    }
}

static void
check_block (const char *block, gsize length)
{
  g_autoptr (EmailFields)
      fields = email_fields_new (block, length, email_fields_find_line_end (block, length));
  g_autoptr (EmailEnvelope) envelope = email_fields_dup_envelope (fields);
  g_autoptr (EmailStructure) structure = email_structure_from_fields (fields, "1", "text/plain");
  guint n = email_fields_get_count (fields);

  fuzz_demand (n <= EMAIL_LIMIT_HEADERS);
  for (guint i = 0; i < n; i++)
    {
      const char *name = email_fields_get_name (fields, i);
      gsize raw_length;
      const char *raw = email_fields_get_raw (fields, i, &raw_length);
      g_autofree char *text = email_fields_dup_text (fields, name);
      g_autofree char *structured = email_fields_dup_structured (fields, name);
      int first = email_fields_find_first (fields, name);
      int last = email_fields_find_last (fields, name);

      check_text (name);
      check_text (text);
      check_text (structured);
      fuzz_demand (first >= 0 && first <= (int) i && (int) i <= last);
      fuzz_demand (memmem (block, length, raw, raw_length) != NULL && raw[raw_length] == '\0');
    }
  check_text (envelope->subject);
  check_text (envelope->message_id);
  check_addresses (envelope->from);
  check_addresses (envelope->to);
  check_text (structure->type);
  check_text (email_structure_get_charset (structure));
  check_text (email_structure_get_raw_name (structure));
}

static void
demand_same_addresses (GPtrArray *a, GPtrArray *b)
{
  fuzz_demand (a->len == b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const EmailAddressValue *one = g_ptr_array_index (a, i);
      const EmailAddressValue *other = g_ptr_array_index (b, i);

      fuzz_demand (g_strcmp0 (one->name, other->name) == 0);
      /* A domain of another script is written in ASCII. */
      fuzz_demand (g_strcmp0 (one->email, other->email) == 0 || !email_text_is_ascii (one->email));
    }
}

static void
check_address_list (const char *text, gsize length, GImapCharsetMode mode)
{
  g_autoptr (GPtrArray) addresses = email_addresses_new ();
  g_autoptr (GPtrArray) again = email_addresses_new ();
  g_autoptr (EmailWriter) writer = email_writer_new (mode);
  g_autoptr (EmailFields) fields = NULL;
  g_autoptr (GListModel) list = NULL;
  const char *raw;
  gsize raw_length;

  email_addresses_parse (text, length, addresses);
  check_addresses (addresses);
  list = email_lists_new_addresses (addresses);
  fuzz_demand (g_list_model_get_n_items (list) == addresses->len);
  email_writer_add_addresses (writer, "To", list);
  /* Not everything that people send may be written. */
  if (writer->error != NULL || addresses->len == 0)
    return;

  fields = read_written (writer);
  raw = email_fields_get_raw (fields, 0, &raw_length);
  fuzz_demand (email_addresses_parse (raw, raw_length, again));
  demand_same_addresses (addresses, again);
}

static void
check_date (const char *text)
{
  g_autoptr (GDateTime) date = email_date_parse (text);
  g_autoptr (GDateTime) again = NULL;
  g_autofree char *written = NULL;
  int year = date != NULL ? g_date_time_get_year (date) : 0;

  if (date == NULL)
    return;
  fuzz_demand (year >= 1 && year <= 9999);
  if (year < 1000)
    return;
  written = g_strdup_printf (
      "%s, %d %s %d %02d:%02d:%02d %c%02d%02d", "Mon", g_date_time_get_day_of_month (date),
      &"Jan\0Feb\0Mar\0Apr\0May\0Jun\0Jul\0Aug\0Sep\0Oct\0Nov\0Dec"
          [4 * (g_date_time_get_month (date) - 1)],
      year, g_date_time_get_hour (date), g_date_time_get_minute (date),
      g_date_time_get_second (date), g_date_time_get_utc_offset (date) < 0 ? '-' : '+',
      (int) (ABS (g_date_time_get_utc_offset (date)) / G_TIME_SPAN_HOUR),
      (int) (ABS (g_date_time_get_utc_offset (date)) / G_TIME_SPAN_MINUTE % 60));
  again = email_date_parse (written);
  fuzz_demand (again != NULL && g_date_time_to_unix (again) == g_date_time_to_unix (date));
}

/* As a BODYSTRUCTURE has them. */
static void
check_parameter_list (const char *text, gsize length)
{
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (text, (gssize) length);
  g_autoptr (GHashTable)
      parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (ImapReader) reader = { 0 };
  GHashTableIter iter;
  gpointer name, value;

  imap_reader_init (&reader, frame);
  imap_parameters_read (&reader, parameters);
  fuzz_demand (g_hash_table_size (parameters) <= IMAP_LIMIT_PARAMETERS);
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      fuzz_demand (value != NULL);
      check_text (name);
      check_text (value);
    }
}

/* A file's name, as it is written behind Content-Disposition. */
static void
check_parameter (const char *text, GImapCharsetMode mode)
{
  g_autoptr (EmailWriter) writer = email_writer_new (mode);
  g_autoptr (EmailFields) fields = NULL;
  g_autoptr (EmailStructure) structure = NULL;
  g_autofree char *expected = g_strdelimit (g_strdup (text), "\t", ' ');
  g_autofree char *read = NULL;

  email_writer_begin (writer, "Content-Disposition", "attachment");
  email_writer_add_parameter (writer, "filename", text);
  email_writer_end (writer);
  if (writer->error != NULL)
    return;
  fields = read_written (writer);
  if (writer->out->len > EMAIL_LIMIT_PARAMETER_TEXT)
    return;
  structure = email_structure_from_fields (fields, "1", "text/plain");
  fuzz_demand (g_strcmp0 (structure->disposition, "attachment") == 0);
  read = g_strdup (g_hash_table_lookup (structure->disposition_parameters, "filename"));
  fuzz_demand (read != NULL && g_str_equal (g_strdelimit (read, "\t", ' '), expected));
  fuzz_demand (g_hash_table_size (structure->disposition_parameters) == 1);
}

static void
check_ids (const char *text)
{
  g_auto (GStrv) ids = email_message_ids_parse (text);
  g_auto (GStrv) again = NULL;
  g_autoptr (EmailWriter) writer = email_writer_new (G_IMAP_CHARSET_MODE_AUTOMATIC);
  g_autoptr (EmailFields) fields = NULL;
  g_autofree char *structured = NULL;

  fuzz_demand (g_strv_length (ids) <= EMAIL_LIMIT_REFERENCES);
  email_writer_add_ids (writer, "References", (const char *const *) ids);
  if (writer->error != NULL || ids[0] == NULL)
    return;
  fields = read_written (writer);
  structured = email_fields_dup_structured (fields, "References");
  again = email_message_ids_parse (structured);
  fuzz_demand (g_strv_equal ((const char *const *) ids, (const char *const *) again));
}

static void
check_charset (const char *charset, const char *text, gsize length)
{
  gboolean problem = FALSE;
  g_autofree char *converted = email_charset_to_utf8 (charset, text, length, &problem);

  check_text (converted);
  fuzz_demand (strlen (converted) <= EMAIL_LIMIT_CONVERSION_GROWTH * length);
}

static void
check_previews (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *from_text = email_preview_from_text (valid);
  g_autofree char *from_html = email_preview_from_html (valid);

  check_text (from_text);
  check_text (from_html);
  fuzz_demand (g_utf8_strlen (from_text, -1) <= EMAIL_LIMIT_PREVIEW_CHARS);
  fuzz_demand (g_utf8_strlen (from_html, -1) <= EMAIL_LIMIT_PREVIEW_CHARS);
  fuzz_demand (strpbrk (from_text, "\r\n") == NULL && strpbrk (from_html, "\r\n") == NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint kind = fuzz_take_byte (&input);
  GImapCharsetMode mode = kind / 16 % 4;
  g_autofree char *charset = kind % 16 == 8 ? fuzz_take_line (&input) : NULL;
  gsize length;
  g_autofree char *text = fuzz_take_rest (&input, &length);

  switch (kind % 16)
    {
    case 0:
      check_decoding (text, length);
      break;
    case 1:
      check_block (text, length);
      break;
    case 2:
      check_address_list (text, length, mode);
      break;
    case 3:
      check_date (text);
      break;
    case 4:
      check_parameter_list (text, length);
      break;
    case 5:
      check_parameter (text, mode);
      break;
    case 6:
      check_writing (text, mode);
      break;
    case 7:
      check_ids (text);
      break;
    case 8:
      check_charset (charset, text, length);
      break;
    case 9:
      check_previews (text);
      break;
    default:
      break;
    }

  return 0;
}

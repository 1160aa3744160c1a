/* The productions that hold message numbers: SEARCH, ESEARCH, SORT, VANISHED.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-data.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

/* The next number; what is none, as "(MODSEQ 5)", is skipped. FALSE at the end. */
static gboolean
read_next (ImapReader *reader, guint32 *out_number)
{
  for (;;)
    {
      imap_reader_accept_space (reader);
      if (imap_reader_accept_number (reader, out_number))
        return TRUE;
      if (imap_reader_at_end (reader) || !imap_reader_skip_value (reader, NULL))
        return FALSE;
    }
}

static gboolean
fail_too_many (GError **error)
{
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
               _ ("The server sent more than %d message numbers"), IMAP_LIMIT_RANGES);

  return FALSE;
}

static gboolean
read_numbers (ImapReader *reader, ImapUidSet *ids, GError **error)
{
  guint32 number;

  while (read_next (reader, &number))
    {
      if (imap_uid_set_get_n_ranges (ids) >= IMAP_LIMIT_RANGES)
        return fail_too_many (error);
      imap_uid_set_add (ids, number);
    }

  return !imap_reader_take_error (reader, error);
}

/* A sequence-set may be as long as the line. */
static gboolean
read_set (ImapReader *reader, ImapUidSet *ids, GError **error)
{
  g_autoptr (ImapUidSet) set = NULL;
  g_auto (ImapReader) inner = { 0 };
  ImapString text;
  ImapSpan span;

  if (!imap_reader_skip_value (reader, &span))
    return !imap_reader_take_error (reader, error);
  imap_reader_init_span (&inner, reader->frame, &span);
  imap_reader_take_rest (&inner, &text);
  set = imap_uid_set_parse (text.data, text.length, error);
  if (set == NULL)
    return FALSE;

  imap_uid_set_add_taken (ids, set);

  return imap_uid_set_get_n_ranges (ids) <= IMAP_LIMIT_RANGES || fail_too_many (error);
}

static gboolean
parse_esearch (ImapReader *reader, ImapUidSet *ids, GError **error)
{
  ImapString name;

  if (imap_reader_peek (reader) == '(')
    imap_reader_skip_value (reader, NULL);
  imap_reader_accept_space (reader);
  imap_reader_accept_keyword (reader, "UID");
  imap_reader_accept_space (reader);

  while (imap_reader_accept_atom (reader, &name))
    {
      imap_reader_accept_space (reader);
      if (imap_string_equals (&name, "ALL"))
        {
          if (!read_set (reader, ids, error))
            return FALSE;
        }
      else if (!imap_reader_at_end (reader))
        {
          imap_reader_skip_value (reader, NULL);
        }
      imap_reader_accept_space (reader);
    }

  return !imap_reader_take_error (reader, error);
}

gboolean
imap_data_parse_search (const ImapResponse *response, ImapUidSet *ids, GError **error)
{
  g_auto (ImapReader) reader = { 0 };

  imap_reader_init_span (&reader, response->frame, &response->data);
  if (response->type == IMAP_DATA_ESEARCH)
    return parse_esearch (&reader, ids, error);
  if (response->type == IMAP_DATA_VANISHED)
    return imap_data_parse_vanished (response, &(gboolean){ FALSE }, ids, error);

  return read_numbers (&reader, ids, error);
}

GArray *
imap_data_parse_numbers (const ImapResponse *response, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_auto (ImapReader) reader = { 0 };
  guint32 number;

  imap_reader_init_span (&reader, response->frame, &response->data);
  while (read_next (&reader, &number))
    {
      if (numbers->len >= IMAP_LIMIT_EXPANSION)
        {
          fail_too_many (error);
          return NULL;
        }
      g_array_append_val (numbers, number);
    }
  if (imap_reader_take_error (&reader, error))
    return NULL;

  return g_steal_pointer (&numbers);
}

char *
imap_data_dup_esearch_tag (const ImapResponse *response)
{
  g_auto (ImapReader) reader = { 0 };
  g_auto (ImapString) tag = { 0 };

  imap_reader_init_span (&reader, response->frame, &response->data);
  if (!imap_reader_accept_list (&reader) || !imap_reader_accept_keyword (&reader, "TAG") ||
      !imap_reader_accept_space (&reader) || !imap_reader_expect_astring (&reader, &tag))
    return NULL;

  return imap_string_dup_utf8 (&tag);
}

gboolean
imap_data_parse_vanished (const ImapResponse *response,
                          gboolean *out_earlier,
                          ImapUidSet *ids,
                          GError **error)
{
  g_auto (ImapReader) reader = { 0 };
  gboolean earlier;

  imap_reader_init_span (&reader, response->frame, &response->data);
  earlier = imap_reader_accept_list (&reader);
  if (earlier && imap_reader_accept_keyword (&reader, "EARLIER") &&
      imap_reader_expect_list_end (&reader))
    imap_reader_accept_space (&reader);
  if (!read_set (&reader, ids, error))
    return FALSE;
  *out_earlier = earlier;

  return TRUE;
}

/* What one response says: its kind, its condition, and where its data begins.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-response.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-code.h"

#include <string.h>

static const struct
{
  const char *name;
  ImapCondition condition;
} conditions[] = {
  { "OK", IMAP_CONDITION_OK },           { "NO", IMAP_CONDITION_NO },
  { "BAD", IMAP_CONDITION_BAD },         { "BYE", IMAP_CONDITION_BYE },
  { "PREAUTH", IMAP_CONDITION_PREAUTH },
};

/* Data without a number before its name. */
static const struct
{
  const char *name;
  ImapDataType type;
} data_names[] = {
  { "CAPABILITY", IMAP_DATA_CAPABILITY },
  { "ENABLED", IMAP_DATA_ENABLED },
  { "ID", IMAP_DATA_ID },
  { "NAMESPACE", IMAP_DATA_NAMESPACE },
  { "LIST", IMAP_DATA_LIST },
  { "LSUB", IMAP_DATA_LSUB },
  { "XLIST", IMAP_DATA_XLIST },
  { "STATUS", IMAP_DATA_STATUS },
  { "SEARCH", IMAP_DATA_SEARCH },
  { "ESEARCH", IMAP_DATA_ESEARCH },
  { "SORT", IMAP_DATA_SORT },
  { "THREAD", IMAP_DATA_THREAD },
  { "FLAGS", IMAP_DATA_FLAGS },
  { "VANISHED", IMAP_DATA_VANISHED },
  { "QUOTA", IMAP_DATA_QUOTA },
  { "QUOTAROOT", IMAP_DATA_QUOTAROOT },
};

static const struct
{
  const char *name;
  ImapDataType type;
} numbered_names[] = {
  { "FETCH", IMAP_DATA_FETCH },
  { "EXISTS", IMAP_DATA_EXISTS },
  { "RECENT", IMAP_DATA_RECENT },
  { "EXPUNGE", IMAP_DATA_EXPUNGE },
};

/* Controls and what turns the direction of text around: a server's words must not forge ours. */
static gboolean
is_hidden (gunichar c)
{
  return g_unichar_iscntrl (c) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static char *
dup_human_text (const ImapString *raw, gsize max_chars)
{
  g_autofree char *valid = NULL;
  GString *text;
  gsize n = 0;

  if (raw->length == 0)
    return g_strdup ("");

  valid = imap_string_dup_utf8 (raw);
  text = g_string_sized_new (raw->length);
  for (const char *at = valid; *at != '\0' && n < max_chars; at = g_utf8_next_char (at), n++)
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (text, is_hidden (c) ? ' ' : c);
    }

  return g_string_free (text, FALSE);
}

static void
parse_text (ImapResponse *response, ImapReader *reader, gsize max_chars)
{
  ImapString rest;

  imap_reader_accept_space (reader);
  imap_reader_take_rest (reader, &rest);
  response->text = dup_human_text (&rest, max_chars);
}

static ImapCondition
find_condition (const ImapString *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (imap_string_equals (name, conditions[i].name))
      return conditions[i].condition;

  return IMAP_CONDITION_NONE;
}

static void
parse_condition (ImapResponse *response, ImapReader *reader, ImapCondition condition)
{
  response->condition = condition;
  imap_reader_accept_space (reader);
  imap_code_parse (response, reader);
  parse_text (response, reader, IMAP_LIMIT_ALERT_CHARS);
}

static void
set_name (ImapResponse *response, const ImapString *name)
{
  gsize n = MIN (name->length, sizeof response->name - 1);

  for (gsize i = 0; i < n; i++)
    response->name[i] = g_ascii_isgraph (name->data[i]) ? g_ascii_toupper (name->data[i]) : '?';
  response->name[n] = '\0';
}

static void
set_data (ImapResponse *response, ImapReader *reader, const ImapString *name, ImapDataType type)
{
  set_name (response, name);
  response->type = type;
  imap_reader_accept_space (reader);
  response->data.start = reader->at;
  response->data.end = reader->end;
  response->text = g_strdup ("");
}

static gboolean
parse_numbered (ImapResponse *response, ImapReader *reader)
{
  ImapDataType type = IMAP_DATA_UNKNOWN;
  ImapString name = { 0 };

  imap_reader_accept_space (reader);
  imap_reader_accept_item_name (reader, &name);
  for (guint i = 0; i < G_N_ELEMENTS (numbered_names); i++)
    if (imap_string_equals (&name, numbered_names[i].name))
      {
        type = numbered_names[i].type;
        break;
      }
  set_data (response, reader, &name, type);

  return TRUE;
}

static gboolean
parse_untagged (ImapResponse *response, ImapReader *reader)
{
  ImapDataType type = IMAP_DATA_UNKNOWN;
  ImapString name = { 0 };
  ImapCondition condition;

  response->kind = IMAP_RESPONSE_UNTAGGED;
  if (imap_reader_accept_number (reader, &response->number))
    {
      if (imap_reader_peek (reader) == ' ')
        return parse_numbered (response, reader);
      response->number = 0;
    }

  imap_reader_accept_atom (reader, &name);
  condition = find_condition (&name);
  if (condition != IMAP_CONDITION_NONE)
    {
      parse_condition (response, reader, condition);
      return TRUE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (data_names); i++)
    if (imap_string_equals (&name, data_names[i].name))
      type = data_names[i].type;
  set_data (response, reader, &name, type);

  return TRUE;
}

static gboolean
parse_tagged (ImapResponse *response, ImapReader *reader, GError **error)
{
  ImapCondition condition = IMAP_CONDITION_NONE;
  ImapString tag = { 0 };
  ImapString name;

  response->kind = IMAP_RESPONSE_TAGGED;
  if (imap_reader_accept_atom (reader, &tag) && tag.length < sizeof response->tag &&
      imap_reader_accept_space (reader) && imap_reader_accept_atom (reader, &name))
    condition = find_condition (&name);
  if (condition != IMAP_CONDITION_OK && condition != IMAP_CONDITION_NO &&
      condition != IMAP_CONDITION_BAD)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                   _ ("The server sent a line that is no IMAP response: %zu octets that begin "
                      "neither with “*” or “+” nor with a tag and OK, NO or BAD"),
                   imap_frame_get_size (response->frame));
      return FALSE;
    }

  memcpy (response->tag, tag.data, tag.length);
  parse_condition (response, reader, condition);

  return TRUE;
}

static gboolean
parse_any (ImapResponse *response, ImapReader *reader, GError **error)
{
  if (imap_reader_accept_char (reader, '+'))
    {
      response->kind = IMAP_RESPONSE_CONTINUATION;
      /* The text may be a challenge, which must not be cut. */
      parse_text (response, reader, G_MAXSIZE);
      return TRUE;
    }
  if (imap_reader_accept_char (reader, '*') && imap_reader_accept_space (reader))
    return parse_untagged (response, reader);

  return parse_tagged (response, reader, error);
}

gboolean
imap_response_parse (ImapResponse *response, ImapFrame *frame, GError **error)
{
  ImapResponse parsed = { .frame = imap_frame_ref (frame) };
  g_auto (ImapReader) reader = { 0 };
  gboolean done;

  imap_reader_init (&reader, frame);
  done = parse_any (&parsed, &reader, error);
  if (done)
    *response = parsed;
  else
    imap_response_clear (&parsed);

  return done;
}

void
imap_response_clear (ImapResponse *response)
{
  g_clear_pointer (&response->frame, imap_frame_unref);
  g_clear_pointer (&response->text, g_free);
  imap_code_clear (response);
}

/* The productions that hold boxes and words: CAPABILITY, ID, LIST, STATUS, NAMESPACE.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-data.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-quirks.h"
#include "gimap4d/imap/grammar/imap-words.h"
#include "gimap4d/imap/wire/imap-utf7.h"

#include <string.h>

GStrv
imap_data_parse_words (const ImapResponse *response, GError **error)
{
  g_auto (ImapReader) reader = { 0 };
  gboolean is_flags = response->type == IMAP_DATA_FLAGS;

  imap_reader_init_span (&reader, response->frame, &response->data);

  return imap_words_read (&reader, is_flags ? IMAP_WORDS_LIST : IMAP_WORDS_UPPER,
                          is_flags ? IMAP_LIMIT_FLAGS : IMAP_LIMIT_CAPABILITIES, error);
}

static char *
take_utf8 (ImapString *string)
{
  char *text = imap_string_dup_utf8 (string);

  imap_string_clear (string);

  return text != NULL ? text : g_strdup ("");
}

GStrv
imap_data_parse_id (const ImapResponse *response, GError **error)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (g_free);
  g_auto (ImapReader) reader = { 0 };
  ImapString name, value;

  imap_reader_init_span (&reader, response->frame, &response->data);
  if (imap_reader_accept_nil (&reader))
    return NULL;

  imap_reader_expect_list (&reader);
  while (reader.error == NULL && !imap_reader_accept_list_end (&reader) &&
         pairs->len < 2 * IMAP_LIMIT_CAPABILITIES)
    {
      imap_reader_accept_space (&reader);
      if (!imap_reader_expect_nstring (&reader, &name))
        break;
      /* A name without a value is dropped. */
      if (!imap_reader_accept_space (&reader) || imap_reader_peek (&reader) == ')')
        {
          imap_string_clear (&name);
          continue;
        }
      if (!imap_reader_expect_nstring (&reader, &value))
        {
          imap_string_clear (&name);
          break;
        }
      g_ptr_array_add (pairs, take_utf8 (&name));
      g_ptr_array_add (pairs, take_utf8 (&value));
    }
  if (imap_reader_take_error (&reader, error))
    return NULL;

  g_ptr_array_add (pairs, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&pairs), FALSE);
}

/* A box name: as sent, and as it is shown. */
static gboolean
read_box (ImapReader *reader,
          gboolean utf8_accepted,
          char **out_raw_name,
          char **out_name,
          GError **error)
{
  g_auto (ImapString) name = { 0 };

  if (!imap_reader_expect_astring (reader, &name))
    return FALSE;
  if (name.length > IMAP_LIMIT_BOX_NAME)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE,
                   _ ("The server sent the name of a box with %zu octets, where at most %zu are "
                      "taken"),
                   name.length, (gsize) IMAP_LIMIT_BOX_NAME);
      return FALSE;
    }
  if (memchr (name.data, '\0', name.length) != NULL ||
      memchr (name.data, '\r', name.length) != NULL ||
      memchr (name.data, '\n', name.length) != NULL)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                   _ ("The server sent the name of a box with a NUL or a line break in it"));
      return FALSE;
    }

  *out_raw_name = g_strndup (name.data, name.length);
  if (imap_string_equals (&name, "INBOX"))
    *out_name = g_strdup ("INBOX");
  else if (utf8_accepted)
    *out_name = imap_string_dup_utf8 (&name);
  else
    *out_name = imap_utf7_decode (name.data, name.length);

  return TRUE;
}

gboolean
imap_data_parse_list (const ImapResponse *response,
                      gboolean utf8_accepted,
                      ImapListItem *out_item,
                      GError **error)
{
  g_auto (ImapListItem) item = { 0 };
  g_auto (ImapReader) reader = { 0 };

  imap_reader_init_span (&reader, response->frame, &response->data);
  item.attributes = imap_words_read (&reader, IMAP_WORDS_LIST, IMAP_LIMIT_FLAGS, error);
  if (item.attributes == NULL)
    return FALSE;

  imap_reader_expect_space (&reader);
  if (imap_quirk_read_delimiter (&reader, &item.delimiter) && imap_reader_expect_space (&reader) &&
      read_box (&reader, utf8_accepted, &item.raw_name, &item.name, error))
    {
      *out_item = item;
      item = (ImapListItem){ 0 };
      return TRUE;
    }
  imap_reader_take_error (&reader, error);

  return FALSE;
}

void
imap_list_item_clear (ImapListItem *item)
{
  g_clear_pointer (&item->raw_name, g_free);
  g_clear_pointer (&item->name, g_free);
  g_clear_pointer (&item->attributes, g_strfreev);
}

gboolean
imap_list_item_has (const ImapListItem *item, const char *attribute)
{
  for (guint i = 0; item->attributes != NULL && item->attributes[i] != NULL; i++)
    if (g_ascii_strcasecmp (item->attributes[i], attribute) == 0)
      return TRUE;

  return FALSE;
}

static gint64 *
find_status_value (ImapStatusItem *item, const ImapString *name)
{
  const struct
  {
    const char *name;
    gint64 *value;
  } values[] = {
    { "MESSAGES", &item->messages },
    { "RECENT", &item->recent },
    { "UNSEEN", &item->unseen },
    { "UIDNEXT", &item->uid_next },
    { "UIDVALIDITY", &item->uid_validity },
    { "HIGHESTMODSEQ", &item->highest_modseq },
    { "SIZE", &item->size },
    { "APPENDLIMIT", &item->append_limit },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (imap_string_equals (name, values[i].name))
      return values[i].value;

  return NULL;
}

/* RFC 8474, objectid; tolerant of what is printable. */
static gboolean
is_object_id (const ImapString *id)
{
  for (gsize i = 0; i < id->length; i++)
    if (!g_ascii_isgraph (id->data[i]))
      return FALSE;

  return id->length > 0;
}

/* "(id)", or the id without parentheses. One that is none costs itself, nothing else. */
static void
read_mailbox_id (ImapReader *reader, ImapStatusItem *item)
{
  g_auto (ImapReader) inner = { 0 };
  g_auto (ImapString) id = { 0 };
  ImapSpan span;

  if (!imap_reader_skip_value (reader, &span))
    return;

  imap_reader_init_span (&inner, reader->frame, &span);
  imap_reader_accept_list (&inner);
  if (!imap_reader_expect_astring (&inner, &id) || !is_object_id (&id))
    return;
  g_free (item->mailbox_id);
  item->mailbox_id = imap_string_dup_utf8 (&id);
}

static void
read_status_items (ImapReader *reader, ImapStatusItem *item)
{
  ImapString name;

  imap_reader_expect_list (reader);
  while (reader->error == NULL && !imap_reader_accept_list_end (reader))
    {
      gint64 *value;

      imap_reader_accept_space (reader);
      if (!imap_reader_expect_atom (reader, &name))
        return;
      imap_reader_accept_space (reader);
      value = find_status_value (item, &name);
      if (value != NULL)
        imap_quirk_read_number (reader, value);
      else if (imap_string_equals (&name, "MAILBOXID"))
        read_mailbox_id (reader, item);
      else
        imap_reader_skip_value (reader, NULL);
    }
}

gboolean
imap_data_parse_status (const ImapResponse *response,
                        gboolean utf8_accepted,
                        ImapStatusItem *out_item,
                        GError **error)
{
  g_auto (ImapStatusItem) item = { NULL, NULL, -1, -1, -1, -1, -1, -1, -1, -1, NULL };
  g_auto (ImapReader) reader = { 0 };

  imap_reader_init_span (&reader, response->frame, &response->data);
  if (!read_box (&reader, utf8_accepted, &item.raw_name, &item.name, error))
    {
      imap_reader_take_error (&reader, error);
      return FALSE;
    }
  imap_reader_expect_space (&reader);
  read_status_items (&reader, &item);
  if (imap_reader_take_error (&reader, error))
    return FALSE;

  *out_item = item;
  item = (ImapStatusItem){ 0 };

  return TRUE;
}

void
imap_status_item_clear (ImapStatusItem *item)
{
  g_clear_pointer (&item->raw_name, g_free);
  g_clear_pointer (&item->name, g_free);
  g_clear_pointer (&item->mailbox_id, g_free);
}

/* One class of namespaces; @prefixes is nullable. */
static void
read_namespaces (ImapReader *reader, GPtrArray *prefixes)
{
  if (imap_reader_accept_nil (reader) || !imap_reader_expect_list (reader))
    return;

  while (reader->error == NULL && !imap_reader_accept_list_end (reader))
    {
      g_auto (ImapString) prefix = { 0 };

      imap_reader_accept_space (reader);
      imap_reader_expect_list (reader);
      imap_reader_expect_nstring (reader, &prefix);
      while (reader->error == NULL && !imap_reader_accept_list_end (reader))
        {
          imap_reader_accept_space (reader);
          imap_reader_skip_value (reader, NULL);
        }
      if (reader->error == NULL && prefixes != NULL && prefix.length > 0 &&
          memchr (prefix.data, '\0', prefix.length) == NULL &&
          prefixes->len < IMAP_LIMIT_NAMESPACES)
        g_ptr_array_add (prefixes, g_strndup (prefix.data, prefix.length));
    }
}

GStrv
imap_data_parse_foreign_prefixes (const ImapResponse *response, GError **error)
{
  g_auto (ImapReader) reader = { 0 };
  g_autoptr (GPtrArray) prefixes = g_ptr_array_new_with_free_func (g_free);

  imap_reader_init_span (&reader, response->frame, &response->data);
  read_namespaces (&reader, NULL);
  imap_reader_expect_space (&reader);
  read_namespaces (&reader, prefixes);
  imap_reader_expect_space (&reader);
  read_namespaces (&reader, prefixes);
  if (imap_reader_take_error (&reader, error))
    return NULL;
  g_ptr_array_add (prefixes, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&prefixes), FALSE);
}

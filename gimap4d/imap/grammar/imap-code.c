/* The response code in the brackets of a condition (RFC 9051 7.1, RFC 5530, and extensions).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-code.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-words.h"

#include <string.h>

/* Each reads what stands behind the code's name; FALSE when it is malformed. */
typedef gboolean (*ReadArguments) (ImapResponse *response, ImapReader *reader);

static gboolean
read_nothing (ImapResponse *response, ImapReader *reader)
{
  return TRUE;
}

static gboolean
read_number (ImapResponse *response, ImapReader *reader)
{
  return imap_reader_expect_number64 (reader, &response->code_number);
}

static gboolean
read_words (ImapResponse *response, ImapReader *reader)
{
  response->code_words = imap_words_read (reader, IMAP_WORDS_UPPER, IMAP_LIMIT_CAPABILITIES, NULL);

  return response->code_words != NULL;
}

static gboolean
read_flags (ImapResponse *response, ImapReader *reader)
{
  response->code_words = imap_words_read (reader, IMAP_WORDS_LIST, IMAP_LIMIT_FLAGS, NULL);

  return response->code_words != NULL;
}

/* BADCHARSET may come without the list. */
static gboolean
read_charsets (ImapResponse *response, ImapReader *reader)
{
  return imap_reader_at_end (reader) || read_flags (response, reader);
}

static gboolean
read_text (ImapResponse *response, ImapReader *reader)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *text = NULL;
  ImapString rest;

  imap_reader_take_rest (reader, &rest);
  text = imap_string_dup_utf8 (&rest);
  g_strv_builder_add (words, text);
  response->code_words = g_strv_builder_end (words);

  return TRUE;
}

/* A set without "*"; @out_in_order says whether its ids ascend as they were sent. */
static ImapUidSet *
read_set (ImapReader *reader, gboolean *out_in_order)
{
  g_autoptr (ImapUidSet) set = NULL;
  ImapString text;
  ImapSpan span;
  guint64 before = 0;
  g_auto (ImapReader) inner = { 0 };

  if (!imap_reader_skip_value (reader, &span))
    return NULL;
  imap_reader_init_span (&inner, reader->frame, &span);
  imap_reader_take_rest (&inner, &text);
  set = imap_uid_set_parse (text.data, text.length, NULL);
  if (set == NULL || imap_uid_set_is_open (set))
    return NULL;

  *out_in_order = TRUE;
  for (gsize i = 0; i < text.length; i++)
    {
      guint64 id = 0;

      for (; i < text.length && g_ascii_isdigit (text.data[i]); i++)
        id = id * 10 + (text.data[i] - '0');
      *out_in_order = *out_in_order && id > before;
      before = id;
    }

  return g_steal_pointer (&set);
}

static gboolean
read_modified (ImapResponse *response, ImapReader *reader)
{
  gboolean in_order;

  response->code_uids = read_set (reader, &in_order);

  return response->code_uids != NULL;
}

static gboolean
read_append_uid (ImapResponse *response, ImapReader *reader)
{
  return read_number (response, reader) && imap_reader_expect_space (reader) &&
         read_modified (response, reader);
}

static gboolean
read_copy_uid (ImapResponse *response, ImapReader *reader)
{
  g_autoptr (ImapUidSet) source = NULL;
  gboolean source_in_order, in_order;

  if (!read_number (response, reader) || !imap_reader_expect_space (reader))
    return FALSE;
  source = read_set (reader, &source_in_order);
  if (source == NULL || !imap_reader_expect_space (reader))
    return FALSE;
  response->code_uids = read_set (reader, &in_order);
  if (response->code_uids == NULL)
    return FALSE;

  /* Ids are matched by place: a set loses the order, and a wrong match is worse than none. */
  if (source_in_order && in_order &&
      imap_uid_set_get_size (source) == imap_uid_set_get_size (response->code_uids))
    response->code_source = g_steal_pointer (&source);

  return TRUE;
}

static const struct
{
  const char *name;
  ImapCode code;
  ReadArguments read;
} codes[] = {
  { "ALERT", IMAP_CODE_ALERT, read_nothing },
  { "BADCHARSET", IMAP_CODE_BADCHARSET, read_charsets },
  { "CAPABILITY", IMAP_CODE_CAPABILITY, read_words },
  { "PARSE", IMAP_CODE_PARSE, read_nothing },
  { "PERMANENTFLAGS", IMAP_CODE_PERMANENTFLAGS, read_flags },
  { "READ-ONLY", IMAP_CODE_READ_ONLY, read_nothing },
  { "READ-WRITE", IMAP_CODE_READ_WRITE, read_nothing },
  { "TRYCREATE", IMAP_CODE_TRYCREATE, read_nothing },
  { "UIDNEXT", IMAP_CODE_UIDNEXT, read_number },
  { "UIDVALIDITY", IMAP_CODE_UIDVALIDITY, read_number },
  { "UNSEEN", IMAP_CODE_UNSEEN, read_number },
  { "APPENDUID", IMAP_CODE_APPENDUID, read_append_uid },
  { "COPYUID", IMAP_CODE_COPYUID, read_copy_uid },
  { "UIDNOTSTICKY", IMAP_CODE_UIDNOTSTICKY, read_nothing },
  { "HIGHESTMODSEQ", IMAP_CODE_HIGHESTMODSEQ, read_number },
  { "NOMODSEQ", IMAP_CODE_NOMODSEQ, read_nothing },
  { "MODIFIED", IMAP_CODE_MODIFIED, read_modified },
  { "CLOSED", IMAP_CODE_CLOSED, read_nothing },
  { "REFERRAL", IMAP_CODE_REFERRAL, read_text },
  { "UNAVAILABLE", IMAP_CODE_UNAVAILABLE, read_nothing },
  { "AUTHENTICATIONFAILED", IMAP_CODE_AUTHENTICATIONFAILED, read_nothing },
  { "AUTHORIZATIONFAILED", IMAP_CODE_AUTHORIZATIONFAILED, read_nothing },
  { "EXPIRED", IMAP_CODE_EXPIRED, read_nothing },
  { "PRIVACYREQUIRED", IMAP_CODE_PRIVACYREQUIRED, read_nothing },
  { "CONTACTADMIN", IMAP_CODE_CONTACTADMIN, read_nothing },
  { "NOPERM", IMAP_CODE_NOPERM, read_nothing },
  { "INUSE", IMAP_CODE_INUSE, read_nothing },
  { "EXPUNGEISSUED", IMAP_CODE_EXPUNGEISSUED, read_nothing },
  { "CORRUPTION", IMAP_CODE_CORRUPTION, read_nothing },
  { "SERVERBUG", IMAP_CODE_SERVERBUG, read_nothing },
  { "CLIENTBUG", IMAP_CODE_CLIENTBUG, read_nothing },
  { "CANNOT", IMAP_CODE_CANNOT, read_nothing },
  { "LIMIT", IMAP_CODE_LIMIT, read_nothing },
  { "OVERQUOTA", IMAP_CODE_OVERQUOTA, read_nothing },
  { "ALREADYEXISTS", IMAP_CODE_ALREADYEXISTS, read_nothing },
  { "NONEXISTENT", IMAP_CODE_NONEXISTENT, read_nothing },
  { "TOOBIG", IMAP_CODE_TOOBIG, read_nothing },
  { "THROTTLED", IMAP_CODE_THROTTLED, read_nothing },
  { "MAILBOXID", IMAP_CODE_MAILBOXID, read_flags },
};

/* The "]" that closes the code at @at, G_MAXSIZE when there is none. One inside quotes, literals or,
 * with @in_lists, lists does not close it: Gmail has flags with brackets. */
static gsize
find_end (ImapFrame *frame, gsize at, gsize end, gboolean in_lists)
{
  g_auto (ImapReader) reader = { 0 };

  imap_reader_init_span (&reader, frame, &(ImapSpan){ at, end });
  while (!imap_reader_at_end (&reader) && reader.error == NULL)
    {
      char next = imap_reader_peek (&reader);

      if (next == ']')
        return reader.at;
      if (next != '"' && next != '{' && (next != '(' || !in_lists))
        reader.at++;
      else if (!imap_reader_skip_value (&reader, NULL))
        {
          if (next != '{')
            break;
          imap_reader_take_error (&reader, NULL);
          reader.at++;
        }
    }

  return G_MAXSIZE;
}

static void
forget_arguments (ImapResponse *response)
{
  response->code_number = 0;
  g_clear_pointer (&response->code_source, imap_uid_set_unref);
  g_clear_pointer (&response->code_uids, imap_uid_set_unref);
  g_clear_pointer (&response->code_words, g_strfreev);
}

static void
parse_known (ImapResponse *response, ImapReader *reader)
{
  response->code = IMAP_CODE_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_ascii_strcasecmp (response->code_name, codes[i].name) == 0)
      {
        imap_reader_accept_space (reader);
        if (codes[i].read (response, reader))
          response->code = codes[i].code;
        else
          forget_arguments (response);
        return;
      }
}

void
imap_code_parse (ImapResponse *response, ImapReader *reader)
{
  g_auto (ImapReader) inner = { 0 };
  ImapSpan span;
  ImapString all;
  ImapString name;

  if (imap_reader_peek (reader) != '[')
    return;

  span.start = reader->at + 1;
  span.end = find_end (reader->frame, span.start, reader->end, TRUE);
  if (span.end == G_MAXSIZE)
    span.end = find_end (reader->frame, span.start, reader->end, FALSE);
  if (span.end == G_MAXSIZE)
    {
      response->code = IMAP_CODE_UNKNOWN;
      return;
    }

  imap_reader_init_span (&inner, reader->frame, &span);
  imap_reader_take_rest (&inner, &all);
  name = all;
  for (name.length = 0; name.length < all.length && all.data[name.length] != ' ';)
    name.length++;
  response->code_name = imap_string_dup_utf8 (&name);
  inner.at = span.start + name.length;
  parse_known (response, &inner);
  reader->at = span.end + 1;
}

void
imap_code_clear (ImapResponse *response)
{
  forget_arguments (response);
  g_clear_pointer (&response->code_name, g_free);
}

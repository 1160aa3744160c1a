/* A cursor over one frame, in the words of RFC 9051's grammar.
 *
 * accept_* tries: when the input is something else it returns FALSE and moves nothing. expect_* must
 * succeed: else it returns FALSE and the reader keeps the first error, which says what was expected
 * and what stands there. After an error every call returns FALSE, so that a production can be
 * written down as it stands in the RFC and asked for the error once, at its end.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-frame.h"

#include <string.h>

G_BEGIN_DECLS

/* A string as it stands in the frame: valid as long as the frame. @data is NULL for NIL. A quoted
 * string that holds a backslash is the exception: it lies in @unescaped, which the string owns. */
typedef struct
{
  const char *data;
  gsize length;
  char *unescaped;
} ImapString;

typedef struct
{
  ImapFrame *frame; /* unowned */
  gsize at;         /* offset into the frame's text */
  gsize end;        /* what is read ends here */
  guint depth;
  guint max_depth;
  GError *error; /* owned; the first one */
} ImapReader;

/* The place of a value that is skipped now and read later, perhaps in another thread. */
typedef struct
{
  gsize start;
  gsize end;
} ImapSpan;

void imap_reader_init (ImapReader *reader, ImapFrame *frame);
void imap_reader_init_span (ImapReader *reader, ImapFrame *frame, const ImapSpan *span);
void imap_reader_clear (ImapReader *reader);
/* Moves the error out; TRUE when there was one. */
gboolean imap_reader_take_error (ImapReader *reader, GError **error);
void imap_reader_set_max_depth (ImapReader *reader, guint max_depth);

gboolean imap_reader_at_end (const ImapReader *reader);
/* The character that comes next, 0 at the end; a literal shows as '{'. */
char imap_reader_peek (const ImapReader *reader);

gboolean imap_reader_accept_char (ImapReader *reader, char c);
gboolean imap_reader_expect_char (ImapReader *reader, char c);
/* One space; a tolerant reader takes several (servers pad STATUS, CAPABILITY, SEARCH, ID). */
gboolean imap_reader_accept_space (ImapReader *reader);
gboolean imap_reader_expect_space (ImapReader *reader);
/* A whole atom that is this word, in any case. */
gboolean imap_reader_accept_keyword (ImapReader *reader, const char *keyword);
gboolean imap_reader_accept_nil (ImapReader *reader);

/* An atom, which ends before any of ( ) { space % * " \ ] and controls. */
gboolean imap_reader_accept_atom (ImapReader *reader, ImapString *out_atom);
gboolean imap_reader_expect_atom (ImapReader *reader, ImapString *out_atom);
/* A flag: an atom with an optional backslash before it, "\*", and what servers put there besides. */
gboolean imap_reader_accept_flag (ImapReader *reader, ImapString *out_flag);

/* The name of a data item, which ends before "[" too: letters, digits, "." and "-". */
gboolean imap_reader_accept_item_name (ImapReader *reader, ImapString *out_name);
/* "[" section "]" and "<" origin ">"; @out_section is what is between the brackets. */
gboolean imap_reader_accept_section (ImapReader *reader,
                                     ImapString *out_section,
                                     gint64 *out_origin);

gboolean imap_reader_accept_number (ImapReader *reader, guint32 *out_number);
gboolean imap_reader_expect_number (ImapReader *reader, guint32 *out_number);
gboolean imap_reader_expect_number64 (ImapReader *reader, guint64 *out_number);

gboolean imap_reader_expect_string (ImapReader *reader, ImapString *out_string);
gboolean imap_reader_expect_nstring (ImapReader *reader, ImapString *out_string);
gboolean imap_reader_expect_astring (ImapReader *reader, ImapString *out_string);
/* An nstring as bytes that hold the frame's memory and copy nothing; NULL for NIL. */
gboolean imap_reader_expect_nstring_bytes (ImapReader *reader, GBytes **out_bytes);

/* "(" and ")" with the depth counted. */
gboolean imap_reader_accept_list (ImapReader *reader);
gboolean imap_reader_expect_list (ImapReader *reader);
gboolean imap_reader_accept_list_end (ImapReader *reader);
gboolean imap_reader_expect_list_end (ImapReader *reader);

/* Any one value: atom, string, number, list with all that is in it. Counts parentheses and does not
 * recurse, so that no depth is too deep to be skipped. */
gboolean imap_reader_skip_value (ImapReader *reader, ImapSpan *out_span);
/* A list of as many values as @kinds has letters, each NIL or of its kind: "s" a string, "l" a list, in
 * which may be anything. */
gboolean imap_reader_accept_list_of (ImapReader *reader, const char *kinds, ImapSpan *out_span);
/* The rest up to the end of the line, as it stands. */
void imap_reader_take_rest (ImapReader *reader, ImapString *out_rest);

void imap_string_clear (ImapString *string);
/* ASCII, any case. Here, because the compiler knows the length of a constant, and most words that are
 * compared differ in theirs; what is left is nearly always written as the RFCs write it. */
static inline gboolean
imap_string_equals (const ImapString *string, const char *word)
{
  return string->length == strlen (word) && string->data != NULL &&
         (memcmp (string->data, word, string->length) == 0 ||
          g_ascii_strncasecmp (string->data, word, string->length) == 0);
}
/* Valid UTF-8 in any case: Latin-1 where it is no UTF-8; NULs become U+FFFD. NULL for NIL. */
char *imap_string_dup_utf8 (const ImapString *string);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapReader, imap_reader_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapString, imap_string_clear)

G_END_DECLS

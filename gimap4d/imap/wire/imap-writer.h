/* Builds one command, and keeps the first error. Whatever the caller's strings hold, what comes out
 * is exactly one command: each value is written as atom, quoted string or literal, or refused.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

#include "gimap4d/imap/wire/imap-uid-set.h"

G_BEGIN_DECLS

typedef struct _ImapWriter ImapWriter;

typedef enum
{
  IMAP_WRITER_NONE = 0,
  IMAP_WRITER_LITERAL_PLUS = 1 << 0,  /* literals of any size go without waiting */
  IMAP_WRITER_LITERAL_MINUS = 1 << 1, /* those of up to 4096 octets do */
  IMAP_WRITER_UTF8 = 1 << 2,          /* UTF8=ACCEPT is enabled, or the server is IMAP4rev2 */
} ImapWriterFeatures;

/* A piece of a command that goes out in one go. */
typedef struct
{
  GBytes *bytes;   /* NULL: somebody else provides them while they are sent */
  gboolean waits;  /* only after the server's "+" */
  gboolean secret; /* never to be shown in a log */
} ImapSegment;

/* @name is the command's name, as "UID FETCH"; tag and CRLF are added by finish. */
ImapWriter *imap_writer_new (const char *name, ImapWriterFeatures features);
void imap_writer_free (ImapWriter *writer);

void imap_writer_space (ImapWriter *writer);
void imap_writer_char (ImapWriter *writer, char c); /* of the grammar: parentheses, brackets */
/* Text of our own making, known to be right: "(FLAGS UID)". */
void imap_writer_raw (ImapWriter *writer, const char *text);
void imap_writer_atom (ImapWriter *writer, const char *atom);
void imap_writer_flag (ImapWriter *writer, const char *flag);
/* The name of a header field: an atom where it can be one, as some servers know no other. */
void imap_writer_header_field (ImapWriter *writer, const char *name);
void imap_writer_number (ImapWriter *writer, guint64 number);
/* UTF-8 text: quoted where that can be, else a literal. */
void imap_writer_astring (ImapWriter *writer, const char *text);
/* Always quoted or a literal; @text NULL is NIL. */
void imap_writer_nstring (ImapWriter *writer, const char *text);
/* As astring, and kept out of every log. */
void imap_writer_secret (ImapWriter *writer, const char *text);
/* The same for text that stands as it is: base64. */
void imap_writer_secret_raw (ImapWriter *writer, const char *text);
/* A box name in UTF-8: sent as it is or in modified UTF-7; INBOX in any case is INBOX. */
void imap_writer_box (ImapWriter *writer, const char *name);
/* A name as a LIST gave it, when it does not come back from UTF-8 to the same octets. */
void imap_writer_box_raw (ImapWriter *writer, const char *raw_name);
void imap_writer_set (ImapWriter *writer, const ImapUidSet *uids);
void imap_writer_literal (ImapWriter *writer, GBytes *bytes);
/* The same for octets that no text has, where the server has BINARY (RFC 3516): it is always asked first. */
void imap_writer_literal8 (ImapWriter *writer, GBytes *bytes);
/* A literal of this size whose octets are not there yet: the server is always asked first. */
void imap_writer_literal_to_feed (ImapWriter *writer, guint64 size, gboolean is_binary);

/* The command's pieces: @tag, name, values, CRLF. Elements are ImapSegment, freed with the array. */
GPtrArray *imap_writer_finish (ImapWriter *writer, const char *tag, GError **error);
void imap_segment_free (ImapSegment *segment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapWriter, imap_writer_free)

G_END_DECLS

/* Finds the head of a literal at the end of a line, "{5}", "{5+}" or "~{5}", and says what may follow.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a line stands, as far as literals go. */
typedef enum
{
  IMAP_LINE_START, /* nothing of the response was looked at yet */
  IMAP_LINE_DATA,  /* tokens: a literal may stand at the end of the line */
  IMAP_LINE_CODE,  /* inside the brackets of a condition, where it may too */
  IMAP_LINE_TEXT,  /* what people read, where "{5}" is text */
} ImapLinePlace;

typedef enum
{
  IMAP_LITERAL_NONE,
  IMAP_LITERAL_FOUND,
  IMAP_LITERAL_MALFORMED, /* it is meant as one and cannot be one: "{-1}", "{}" */
} ImapLiteralResult;

/* @line is the text since the response's start or its last literal, without line end. @place is
 * what the last call left there. A number too large to be held counts as G_MAXSIZE. */
ImapLiteralResult imap_literal_find (const char *line,
                                     gsize length,
                                     ImapLinePlace *place,
                                     gsize *out_size);

/* TRUE when @line, which ends with a literal's head, announces a body section of a FETCH. */
gboolean imap_literal_is_body (const char *line, gsize length);

/* TRUE for the responses that are a list of numbers and may be long. @line is the response's start. */
gboolean imap_literal_is_number_line (const char *line, gsize length);

/* The head of a literal at the start of @text: its length with the line end, 0 when there is none. */
gsize imap_literal_parse_head (const char *text, gsize length, gsize *out_size);

G_END_DECLS

/* Lists of flags, attributes and capabilities.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-reader.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_WORDS_LIST = 0,       /* in parentheses, as sent */
  IMAP_WORDS_UPPER = 1 << 0, /* up to the end, upper case */
} ImapWordsForm;

/* Up to @limit words, more are an error (TOO_MANY). NIL stands for none, and NIL words are left out.
 * A list that is not closed ends with the line. */
GStrv imap_words_read (ImapReader *reader, ImapWordsForm form, guint limit, GError **error);

G_END_DECLS

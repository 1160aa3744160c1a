/* Lists of flags, attributes and capabilities.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-words.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

static char *
dup_word (ImapString *word, ImapWordsForm form)
{
  char *text = imap_string_dup_utf8 (word);

  if (form == IMAP_WORDS_UPPER)
    for (char *at = text; *at != '\0'; at++)
      *at = g_ascii_toupper (*at);
  imap_string_clear (word);

  return text;
}

/* "LITERAL +" was meant as one word. */
static gboolean
belongs_to_last (GPtrArray *words, const ImapString *word)
{
  return words->len > 0 && imap_string_equals (word, "+") &&
         g_str_equal (g_ptr_array_index (words, words->len - 1), "LITERAL");
}

static void
add_word (GPtrArray *words, ImapString *word, ImapWordsForm form)
{
  if (imap_string_equals (word, "NIL") || word->length == 0)
    {
      imap_string_clear (word);
      return;
    }
  if (form == IMAP_WORDS_UPPER && belongs_to_last (words, word))
    {
      g_free (g_ptr_array_steal_index (words, words->len - 1));
      g_ptr_array_add (words, g_strdup ("LITERAL+"));
      return;
    }

  g_ptr_array_add (words, dup_word (word, form));
}

GStrv
imap_words_read (ImapReader *reader, ImapWordsForm form, guint limit, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  gboolean listed = FALSE;
  ImapString word;

  if (form == IMAP_WORDS_LIST && !imap_reader_accept_nil (reader))
    listed = imap_reader_expect_list (reader);
  if (form == IMAP_WORDS_UPPER || listed)
    while (!(listed && imap_reader_accept_list_end (reader)) && !imap_reader_at_end (reader))
      {
        imap_reader_accept_space (reader);
        if (!imap_reader_accept_flag (reader, &word))
          {
            /* Not a word: a list in the list, or what nobody knows. */
            if (imap_reader_at_end (reader) || !imap_reader_skip_value (reader, NULL))
              break;
            continue;
          }
        if (words->len == limit)
          {
            imap_string_clear (&word);
            g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                         _ ("The server sent a list of more than %u words"), limit);
            return NULL;
          }
        add_word (words, &word, form);
      }
  if (imap_reader_take_error (reader, error))
    return NULL;

  g_ptr_array_add (words, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

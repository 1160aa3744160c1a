/* The fuzzer's entry: any text is search criteria or refused, and what is sent is one command.
 *
 * The first byte says what the server can do.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/wire/imap-criteria.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Passes what may follow the head of a literal that ends before @at; 0 when there is no head. */
static gsize
find_literal_size (const char *text, gsize at)
{
  gsize begin = at;

  while (begin > 0 && (g_ascii_isdigit (text[begin - 1]) || strchr ("+}", text[begin - 1]) != NULL))
    begin--;

  return begin > 0 && text[begin - 1] == '{' ? g_ascii_strtoull (text + begin, NULL, 10) : 0;
}

/* One line: line ends stand behind the heads of literals, and at the end. */
static void
check_one_command (const GString *sent)
{
  for (gsize i = 0; i < sent->len; i++)
    {
      gsize literal;

      if (sent->str[i] != '\r' && sent->str[i] != '\n' && sent->str[i] != '\0')
        continue;
      if (sent->str[i] != '\r' || sent->str[i + 1] != '\n')
        g_abort ();
      if (i + 2 == sent->len)
        return;
      literal = find_literal_size (sent->str, i);
      if (literal == 0 || i + 2 + literal > sent->len)
        g_abort ();
      i += 1 + literal;
    }
  g_abort ();
}

static void
write_form (ImapCriteria *criteria, ImapWriterFeatures features, ImapCriteriaForm form)
{
  g_autoptr (ImapWriter) writer = imap_writer_new ("UID SEARCH", features);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GString) sent = g_string_new (NULL);

  imap_writer_space (writer);
  imap_writer_criteria (writer, criteria, form, NULL);
  segments = imap_writer_finish (writer, "A1", NULL);
  for (guint i = 0; segments != NULL && i < segments->len; i++)
    {
      const ImapSegment *segment = g_ptr_array_index (segments, i);

      g_string_append_len (sent, g_bytes_get_data (segment->bytes, NULL),
                           g_bytes_get_size (segment->bytes));
    }
  if (segments != NULL)
    check_one_command (sent);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *again = NULL;
  g_autoptr (ImapCriteria) criteria = NULL;
  g_autoptr (ImapCriteria) reread = NULL;
  g_autoptr (ImapCriteria) kept = NULL;
  ImapWriterFeatures features;

  if (size < 1)
    return 0;
  features = data[0] & (IMAP_WRITER_LITERAL_PLUS | IMAP_WRITER_LITERAL_MINUS | IMAP_WRITER_UTF8);
  text = g_strndup ((const char *) data + 1, size - 1);
  criteria = imap_criteria_parse (text, NULL);
  if (criteria == NULL)
    return 0;

  write_form (criteria, features, IMAP_CRITERIA_WIDE);
  write_form (criteria, features, IMAP_CRITERIA_NARROW);
  kept = imap_criteria_keep_fields (criteria);
  if (kept != NULL)
    write_form (kept, features, IMAP_CRITERIA_WIDE);

  /* What people are shown says the same. */
  shown = imap_criteria_to_string (criteria);
  reread = imap_criteria_parse (shown, NULL);
  if (reread == NULL)
    g_abort ();
  again = imap_criteria_to_string (reread);
  if (!g_str_equal (shown, again))
    g_abort ();

  return 0;
}

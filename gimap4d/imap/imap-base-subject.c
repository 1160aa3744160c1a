/* The subject of a mail without what answering and forwarding put around it (RFC 5256, 2.1).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-base-subject.h"

#include <string.h>

/* What is left of a text: from begin to end. */
typedef struct
{
  const char *begin;
  const char *end;
} Rest;

static gboolean
begins_with (Rest rest, const char *word)
{
  gsize length = strlen (word);

  return (gsize) (rest.end - rest.begin) >= length &&
         g_ascii_strncasecmp (rest.begin, word, length) == 0;
}

static const char *
skip_spaces (const char *at, const char *end)
{
  while (at < end && *at == ' ')
    at++;

  return at;
}

/* Spaces and "(fwd)" at the end. */
static void
strip_trailer (Rest *rest, gboolean *is_answer)
{
  for (;;)
    {
      Rest tail = { rest->end - strlen ("(fwd)"), rest->end };

      if (rest->end > rest->begin && rest->end[-1] == ' ')
        {
          rest->end--;
        }
      else if (tail.begin >= rest->begin && begins_with (tail, "(fwd)"))
        {
          rest->end = tail.begin;
          *is_answer = TRUE;
        }
      else
        {
          return;
        }
    }
}

/* "[…]" and the spaces behind it, where it begins at @at; NULL when it does not. */
static const char *
skip_blob (const char *at, const char *end)
{
  if (at >= end || *at != '[')
    return NULL;
  for (at++; at < end && *at != '[' && *at != ']'; at++)
    continue;
  if (at >= end || *at != ']')
    return NULL;

  return skip_spaces (at + 1, end);
}

/* "Re", "Fw", "Fwd", with a blob behind it or not, and the colon; NULL when it is not there. */
static const char *
skip_answer (const char *at, const char *end)
{
  static const char *const words[] = { "fwd", "fw", "re" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (begins_with ((Rest){ at, end }, words[i]))
      {
        const char *blob;

        at = skip_spaces (at + strlen (words[i]), end);
        blob = skip_blob (at, end);
        if (blob != NULL)
          at = blob;
        return at < end && *at == ':' ? at + 1 : NULL;
      }

  return NULL;
}

/* Spaces, or blobs with "Re:" behind them. FALSE when there is nothing to take away. */
static gboolean
strip_leader (Rest *rest, gboolean *is_answer)
{
  const char *at = rest->begin;
  const char *next;

  if (at < rest->end && *at == ' ')
    {
      rest->begin = skip_spaces (at, rest->end);
      return TRUE;
    }
  while ((next = skip_blob (at, rest->end)) != NULL)
    at = next;
  next = skip_answer (at, rest->end);
  if (next == NULL)
    return FALSE;

  rest->begin = next;
  *is_answer = TRUE;

  return TRUE;
}

/* One blob in front, unless nothing is left then. */
static gboolean
strip_blob (Rest *rest)
{
  const char *next = skip_blob (rest->begin, rest->end);

  if (next == NULL || next >= rest->end)
    return FALSE;
  rest->begin = next;

  return TRUE;
}

/* "[fwd: …]" around all of it. */
static gboolean
strip_forward (Rest *rest, gboolean *is_answer)
{
  if (!begins_with (*rest, "[fwd:") || rest->end[-1] != ']')
    return FALSE;

  rest->begin += strlen ("[fwd:");
  rest->end--;
  *is_answer = TRUE;

  return TRUE;
}

/* Each run of spaces, tabs and line breaks is one space. */
static char *
squeeze (const char *subject)
{
  GString *text = g_string_sized_new (strlen (subject));

  for (const char *at = subject; *at != '\0'; at++)
    if (strchr (" \t\r\n", *at) == NULL)
      g_string_append_c (text, *at);
    else if (text->len == 0 || text->str[text->len - 1] != ' ')
      g_string_append_c (text, ' ');

  return g_string_free (text, FALSE);
}

char *
imap_base_subject (const char *subject, gboolean *out_is_answer)
{
  g_autofree char *text = squeeze (subject != NULL ? subject : "");
  Rest rest = { text, text + strlen (text) };
  gboolean is_answer = FALSE;

  do
    {
      strip_trailer (&rest, &is_answer);
      while (strip_leader (&rest, &is_answer) || strip_blob (&rest))
        continue;
    }
  while (strip_forward (&rest, &is_answer));

  if (out_is_answer != NULL)
    *out_is_answer = is_answer;

  return g_strndup (rest.begin, rest.end - rest.begin);
}

char *
imap_casemap (const char *text)
{
  GString *mapped = g_string_sized_new (strlen (text));

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar decomposed[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
      gsize n = g_unichar_fully_decompose (g_unichar_totitle (g_utf8_get_char (at)), TRUE,
                                           decomposed, G_N_ELEMENTS (decomposed));

      for (gsize i = 0; i < n; i++)
        g_string_append_unichar (mapped, decomposed[i]);
    }

  return g_string_free (mapped, FALSE);
}

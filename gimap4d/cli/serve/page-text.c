/* The text of a mail as HTML: its links can be followed, what it quotes is set apart.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-text.h"

#include <string.h>

#include "gimap4d/cli/serve/page-html.h"

/* More levels look the same anyway. */
#define DEEPEST_QUOTE 8
/* Longer than what a browser takes. */
#define LONGEST_LINK 8000

/* Only these become links: no javascript:, no file:, no data:. */
static const char *const schemes[] = { "https://", "http://", "mailto:" };

static gsize
measure_scheme (const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      gsize length = strlen (schemes[i]);

      if (g_ascii_strncasecmp (text, schemes[i], length) == 0)
        return length;
    }

  return 0;
}

static gboolean
is_end_of_link (char c)
{
  return g_ascii_isspace (c) || g_ascii_iscntrl (c) || strchr ("<>\"`", c) != NULL;
}

static gsize
count (const char *text, gsize length, char wanted)
{
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    if (text[i] == wanted)
      n++;

  return n;
}

/* A parenthesis belongs to a link if it was opened in it: "(see https://example.org/a_(b))". */
static gboolean
is_surplus (const char *text, gsize length)
{
  char last = text[length - 1];

  if (last == ')')
    return count (text, length, ')') > count (text, length, '(');
  if (last == ']')
    return count (text, length, ']') > count (text, length, '[');

  return strchr (".,;:!?'*_", last) != NULL;
}

/* How long the link at the start of the text is; 0 if there is none. */
static gsize
measure_link (const char *text, const char *end)
{
  gsize scheme = measure_scheme (text);
  gsize length = scheme;

  if (scheme == 0)
    return 0;
  while (text + length < end && length < LONGEST_LINK && !is_end_of_link (text[length]))
    length++;
  if (length == LONGEST_LINK)
    return 0;
  while (length > scheme && is_surplus (text, length))
    length--;

  return length > scheme ? length : 0;
}

static void
add_link (GString *html, const char *text, gsize length)
{
  g_autofree char *link = g_strndup (text, length);

  page_html_add (html,
                 "<a href=\"%s\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">%s</a>",
                 link, link);
}

static void
add_with_links (GString *html, const char *text, const char *end)
{
  const char *start = text;
  const char *c = text;

  while (c < end)
    {
      gboolean is_start = c == text || !g_ascii_isalnum (c[-1]);
      gsize length = is_start ? measure_link (c, end) : 0;

      if (length == 0)
        {
          c++;
          continue;
        }
      page_html_add_text (html, start, c - start);
      add_link (html, c, length);
      c += length;
      start = c;
    }
  page_html_add_text (html, start, end - start);
}

/* How often the line is quoted; moves it behind the marks. */
static guint
take_quote_marks (const char **line, const char *end)
{
  guint depth = 0;

  while (*line < end && **line == '>' && depth < DEEPEST_QUOTE)
    {
      depth++;
      (*line)++;
      if (*line < end && **line == ' ')
        (*line)++;
    }

  return depth;
}

static void
set_depth (GString *html, guint *depth, guint wanted)
{
  for (; *depth < wanted; (*depth)++)
    g_string_append (html, "<blockquote>");
  for (; *depth > wanted; (*depth)--)
    g_string_append (html, "</blockquote>");
}

static gboolean
is_signature_mark (const char *line, const char *end)
{
  return end - line == 3 && strncmp (line, "-- ", 3) == 0;
}

void
page_text_add (GString *html, const char *text)
{
  gboolean has_signature = FALSE;
  guint depth = 0;

  for (const char *line = text; *line != '\0';)
    {
      const char *end = line + strcspn (line, "\n");
      const char *next = *end != '\0' ? end + 1 : end;

      if (end > line && end[-1] == '\r')
        end--;
      set_depth (html, &depth, take_quote_marks (&line, end));
      if (depth == 0 && !has_signature && is_signature_mark (line, end))
        {
          g_string_append (html, "<div class=\"signature\">");
          has_signature = TRUE;
        }
      add_with_links (html, line, end);
      g_string_append_c (html, '\n');
      line = next;
    }
  set_depth (html, &depth, 0);
  if (has_signature)
    g_string_append (html, "</div>");
}

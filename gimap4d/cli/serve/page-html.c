/* HTML that is put together: the one place where text becomes HTML.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-html.h"

#include <string.h>

/* HTML cannot hold these, also not as references. */
static gboolean
is_forbidden (gunichar letter)
{
  return (letter < 0x20 && letter != '\t' && letter != '\n' && letter != '\r') ||
         (letter >= 0x7f && letter < 0xa0);
}

static void
add_letter (GString *html, gunichar letter)
{
  switch (letter)
    {
    case '&':
      g_string_append (html, "&amp;");
      break;
    case '<':
      g_string_append (html, "&lt;");
      break;
    case '>':
      g_string_append (html, "&gt;");
      break;
    case '"':
      g_string_append (html, "&quot;");
      break;
    case '\'':
      g_string_append (html, "&#39;");
      break;
    default:
      g_string_append_unichar (html, is_forbidden (letter) ? 0xfffd : letter);
    }
}

/* Any bytes: what is no UTF-8 becomes U+FFFD. Good as content, and as an attribute in quotes. */
void
page_html_add_text (GString *html, const char *text, gssize length)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    return;

  valid = g_utf8_make_valid (text, length);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    add_letter (html, g_utf8_get_char (c));
}

/* So many arguments may a sentence have. */
#define MOST_ARGUMENTS 9

typedef union
{
  const char *text;
  guint number;
} Argument;

/* One conversion: "%s", "%2$s"; the kind '%' takes no argument. */
typedef struct
{
  char kind;
  gboolean is_placed;
  guint index;
  gsize length;
} Conversion;

/* What begins with a percent sign; FALSE if it is none that is known. */
static gboolean
read_conversion (const char *format, guint n_before, Conversion *conversion)
{
  const char *kind = format + 1;

  *conversion = (Conversion){ .index = n_before };
  if (kind[0] >= '1' && kind[0] <= '9' && kind[1] == '$')
    {
      conversion->is_placed = TRUE;
      conversion->index = kind[0] - '1';
      kind += 2;
    }
  conversion->kind = *kind;
  conversion->length = kind + 1 - format;

  return *kind == 's' || *kind == 'u' || *kind == 'd' || (*kind == '%' && !conversion->is_placed);
}

/* The kinds of the arguments, all that there are up to the last one that is used; FALSE if they cannot
 * be told from the format. */
static gboolean
read_kinds (const char *format, char kinds[MOST_ARGUMENTS + 1])
{
  guint n_plain = 0;
  gboolean has_placed = FALSE;
  Conversion conversion;

  for (const char *c = strchr (format, '%'); c != NULL; c = strchr (c + conversion.length, '%'))
    {
      if (!read_conversion (c, n_plain, &conversion))
        return FALSE;
      if (conversion.kind == '%')
        continue;
      if (conversion.index >= MOST_ARGUMENTS ||
          (kinds[conversion.index] != '\0' && kinds[conversion.index] != conversion.kind))
        return FALSE;
      kinds[conversion.index] = conversion.kind;
      has_placed |= conversion.is_placed;
      n_plain += !conversion.is_placed;
    }
  for (guint i = strlen (kinds); i < MOST_ARGUMENTS; i++)
    if (kinds[i] != '\0')
      return FALSE;

  return !has_placed || n_plain == 0;
}

static void
add_argument (GString *html, char kind, const Argument *argument)
{
  if (kind == 's')
    page_html_add_text (html, argument->text, -1);
  else if (kind == 'u')
    g_string_append_printf (html, "%u", argument->number);
  else
    g_string_append_printf (html, "%d", (int) argument->number);
}

static void
add_arguments (GString *html, const char *format, const Argument *arguments)
{
  guint n_plain = 0;

  while (*format != '\0')
    {
      gsize length = strcspn (format, "%");
      Conversion conversion;

      g_string_append_len (html, format, length);
      format += length;
      if (*format == '\0' || !read_conversion (format, n_plain, &conversion))
        return;
      if (conversion.kind == '%')
        g_string_append_c (html, '%');
      else
        add_argument (html, conversion.kind, &arguments[conversion.index]);
      n_plain += conversion.kind != '%';
      format += conversion.length;
    }
}

/* The format is HTML of ours, or a sentence; what stands for its %s is text of others, always. It
 * knows %s, %u, %d and %% only, and where a translation has changed their order, %2$s. A translation
 * that has others is shown as it is. */
void
page_html_add (GString *html, const char *format, ...)
{
  char kinds[MOST_ARGUMENTS + 1] = "";
  Argument arguments[MOST_ARGUMENTS];
  va_list list;

  if (!read_kinds (format, kinds))
    {
      page_html_add_text (html, format, -1);
      return;
    }
  va_start (list, format);
  for (guint i = 0; kinds[i] != '\0'; i++)
    if (kinds[i] == 's')
      arguments[i].text = va_arg (list, const char *);
    else
      arguments[i].number = va_arg (list, guint);
  va_end (list);
  add_arguments (html, format, arguments);
}

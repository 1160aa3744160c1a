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

/* The format is HTML of ours, or a sentence; what stands for its %s is text of others, always. It
 * knows %s, %u, %d and %% only. */
void
page_html_add (GString *html, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  for (const char *c = format; *c != '\0'; c++)
    {
      if (*c != '%')
        {
          g_string_append_c (html, *c);
          continue;
        }
      c++;
      if (*c == 's')
        page_html_add_text (html, va_arg (arguments, const char *), -1);
      else if (*c == 'u')
        g_string_append_printf (html, "%u", va_arg (arguments, guint));
      else if (*c == 'd')
        g_string_append_printf (html, "%d", va_arg (arguments, int));
      else
        {
          g_assert (*c == '%');
          g_string_append_c (html, '%');
        }
    }
  va_end (arguments);
}

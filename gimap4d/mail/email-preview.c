/* The first words of a mail, for a list.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-preview.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

char *
email_preview_from_text (const char *text)
{
  GString *preview = g_string_new (NULL);
  gboolean has_space = FALSE;
  guint n = 0;

  for (const char *c = text; *c != '\0' && n < EMAIL_LIMIT_PREVIEW_CHARS; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (g_unichar_isspace (character) || g_unichar_iscntrl (character))
        {
          has_space = preview->len > 0;
          continue;
        }
      if (has_space && n + 1 < EMAIL_LIMIT_PREVIEW_CHARS)
        {
          g_string_append_c (preview, ' ');
          n++;
        }
      has_space = FALSE;
      g_string_append_unichar (preview, character);
      n++;
    }

  return g_string_free (preview, FALSE);
}

/* What stands in these is not shown. */
static const char *
find_hidden (const char *tag)
{
  static const char *const hidden[] = { "style", "script", "title" };

  for (guint i = 0; i < G_N_ELEMENTS (hidden); i++)
    {
      gsize length = strlen (hidden[i]);

      if (g_ascii_strncasecmp (tag + 1, hidden[i], length) == 0 &&
          !g_ascii_isalnum (tag[1 + length]))
        return hidden[i];
    }

  return NULL;
}

static const char *
skip_tag (const char *tag)
{
  const char *hidden = find_hidden (tag);
  const char *end = strchr (tag, '>');

  if (g_str_has_prefix (tag, "<!--"))
    {
      end = strstr (tag, "-->");
      return end != NULL ? end + strlen ("-->") : tag + strlen (tag);
    }

  while (end != NULL && hidden != NULL)
    {
      end = strstr (end, "</");
      if (end == NULL || g_ascii_strncasecmp (end + 2, hidden, strlen (hidden)) == 0)
        return end != NULL ? end : tag + strlen (tag);
      end += 2;
    }

  return end != NULL ? end + 1 : tag + strlen (tag);
}

static const char *
append_entity (const char *entity, GString *text)
{
  static const struct
  {
    const char *name;
    const char *meaning;
  } entities[] = {
    { "&amp;", "&" },   { "&lt;", "<" },   { "&gt;", ">" },
    { "&quot;", "\"" }, { "&apos;", "'" }, { "&nbsp;", " " },
  };
  gunichar character;
  char *end;

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (g_str_has_prefix (entity, entities[i].name))
      {
        g_string_append (text, entities[i].meaning);
        return entity + strlen (entities[i].name);
      }

  if (entity[1] == '#')
    {
      gboolean is_hex = entity[2] == 'x' || entity[2] == 'X';
      guint64 number = g_ascii_strtoull (entity + (is_hex ? 3 : 2), &end, is_hex ? 16 : 10);

      character = (gunichar) MIN (number, G_MAXUINT32);
      if (*end == ';' && character > 0 && g_unichar_validate (character))
        {
          g_string_append_unichar (text, character);
          return end + 1;
        }
    }

  g_string_append_c (text, '&');

  return entity + 1;
}

/* No parser of HTML: it is for a line in a list, and never shown as HTML. */
char *
email_preview_from_html (const char *html)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *at = html;

  while (*at != '\0')
    if (*at == '<' && (g_ascii_isalpha (at[1]) || at[1] == '/' || at[1] == '!' || at[1] == '?'))
      {
        at = skip_tag (at);
        g_string_append_c (text, ' ');
      }
    else if (*at == '&')
      at = append_entity (at, text);
    else
      g_string_append_c (text, *at++);

  return email_preview_from_text (text->str);
}

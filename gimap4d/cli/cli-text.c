/* What strangers wrote, made fit for a terminal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-text.h"

#include <string.h>

#define REPLACEMENT 0xFFFD
#define ELLIPSIS 0x2026

gboolean
cli_text_is_dangerous (gunichar character)
{
  switch (g_unichar_type (character))
    {
    case G_UNICODE_CONTROL: /* C0, DEL, and C1: some terminals obey the latter in UTF-8 too */
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return TRUE;
    case G_UNICODE_FORMAT:
      /* Joiners belong to scripts and emoji; soft hyphens do no harm. */
      return character != 0x200C && character != 0x200D && character != 0x00AD;
    default:
      return FALSE;
    }
}

static gboolean
is_blank (gunichar character)
{
  return character == '\n' || character == '\t' || character == '\r';
}

char *
cli_text_make_safe (const char *text, CliTextForm form)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  GString *safe = g_string_new (NULL);

  for (const char *p = valid; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (character == '\r' && p[1] == '\n')
        continue;
      if (is_blank (character))
        g_string_append_c (safe, form == CLI_TEXT_LINE ? ' ' : character == '\r' ? '\n' : *p);
      else
        g_string_append_unichar (safe, cli_text_is_dangerous (character) ? REPLACEMENT : character);
    }

  return g_string_free (safe, FALSE);
}

static guint
get_character_width (gunichar character)
{
  if (g_unichar_iszerowidth (character))
    return 0;

  return g_unichar_iswide (character) ? 2 : 1;
}

guint
cli_text_get_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += get_character_width (g_utf8_get_char (p));

  return width;
}

char *
cli_text_fit (const char *text, guint width)
{
  GString *fitted = g_string_new (NULL);
  gboolean is_cut = cli_text_get_width (text) > width;
  guint room = is_cut && width > 0 ? width - 1 : width;
  guint used = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (used + get_character_width (character) > room)
        break;
      used += get_character_width (character);
      g_string_append_unichar (fitted, character);
    }
  if (is_cut && width > 0)
    {
      g_string_append_unichar (fitted, ELLIPSIS);
      used++;
    }
  for (; used < width; used++)
    g_string_append_c (fitted, ' ');

  return g_string_free (fitted, FALSE);
}

/* File names that strangers chose.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/file-name.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

#define MAX_EXTENSION 16

/* They make "gpj.exe" look like "exe.jpg". */
static gboolean
is_direction (gunichar c)
{
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

static char *
clean (const char *name)
{
  GString *cleaned = g_string_new (NULL);

  for (const char *c = name; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (g_unichar_iscntrl (character) || is_direction (character) || character == 0x2028 ||
          character == 0x2029)
        continue;
      if (character < 0x80 && strchr ("<>:\"|?*", character) != NULL)
        character = '_';
      g_string_append_unichar (cleaned, character);
    }

  return g_string_free (cleaned, FALSE);
}

static void
strip_end (char *name)
{
  gsize length = strlen (name);

  while (length > 0 && (name[length - 1] == '.' || name[length - 1] == ' '))
    name[--length] = '\0';
}

static gboolean
is_reserved (const char *name)
{
  static const char *const devices[] = { "con", "prn", "aux", "nul" };
  gsize length = strcspn (name, ".");

  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    if (length == 3 && g_ascii_strncasecmp (name, devices[i], 3) == 0)
      return TRUE;

  return length == 4 && g_ascii_isdigit (name[3]) &&
         (g_ascii_strncasecmp (name, "com", 3) == 0 || g_ascii_strncasecmp (name, "lpt", 3) == 0);
}

/* Cuts between characters and keeps the extension. */
static char *
shorten (const char *name)
{
  gsize length = strlen (name);
  const char *dot = strrchr (name, '.');
  const char *end;
  gsize extension;

  if (length <= LIMIT_FILE_NAME)
    return g_strdup (name);

  extension = dot != NULL && strlen (dot) <= MAX_EXTENSION ? strlen (dot) : 0;
  end = g_utf8_find_prev_char (name, name + LIMIT_FILE_NAME - extension + 1);

  return g_strdup_printf ("%.*s%s", (int) (end - name), name, name + length - extension);
}

char *
file_name_sanitise (const char *name)
{
  g_autofree char *cleaned = NULL;
  g_autofree char *safe = NULL;
  const char *base;

  if (name == NULL)
    return NULL;

  cleaned = clean (name);
  base = cleaned + strlen (cleaned);
  while (base > cleaned && base[-1] != '/' && base[-1] != '\\')
    base--;
  while (*base == ' ')
    base++;

  /* A name that begins with a dot is hidden, or is no name at all. */
  safe = g_strconcat (*base == '.' || is_reserved (base) ? "_" : "", base, NULL);
  strip_end (safe);
  if (*safe == '\0' || strcmp (safe, "_") == 0)
    return NULL;

  return shorten (safe);
}

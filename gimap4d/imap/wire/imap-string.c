/* Strings as they stand in a frame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-reader.h"

#include <string.h>

void
imap_string_clear (ImapString *string)
{
  g_clear_pointer (&string->unescaped, g_free);
  string->data = NULL;
  string->length = 0;
}

static char *
dup_latin1 (const char *data, gsize length)
{
  char *text = g_malloc (2 * length + 1);
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    n += g_unichar_to_utf8 ((guchar) data[i], text + n);
  text[n] = '\0';

  return text;
}

/* @data holds NULs. */
static char *
dup_without_nul (const char *data, gsize length)
{
  g_autoptr (GString) clean = g_string_sized_new (length + 16);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == '\0')
        g_string_append (clean, "\xef\xbf\xbd");
      else
        g_string_append_c (clean, data[i]);
    }
  if (g_utf8_validate (clean->str, clean->len, NULL))
    return g_string_free (g_steal_pointer (&clean), FALSE);

  /* Latin-1 then: the replacement must not be taken for three letters of it. */
  g_string_truncate (clean, 0);
  for (gsize i = 0; i < length; i++)
    g_string_append_unichar (clean, data[i] == '\0' ? 0xfffd : (guchar) data[i]);

  return g_string_free (g_steal_pointer (&clean), FALSE);
}

char *
imap_string_dup_utf8 (const ImapString *string)
{
  if (string->data == NULL)
    return NULL;
  if (memchr (string->data, '\0', string->length) != NULL)
    return dup_without_nul (string->data, string->length);
  if (g_utf8_validate (string->data, string->length, NULL))
    return g_strndup (string->data, string->length);

  return dup_latin1 (string->data, string->length);
}

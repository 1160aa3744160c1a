/* What follows the value of a header such as Content-Type: ";" name "=" value, again and again.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-parameters.h"

#include <string.h>

#include "gimap4d/http/http-syntax.h"

#define BLANKS " \t"

char *
http_parameters_dup_value (const char *header)
{
  char *value = g_ascii_strdown (header, (gssize) strcspn (header, ";"));

  return g_strstrip (value);
}

static char *
read_quoted (const char **cursor)
{
  g_autoptr (GString) value = g_string_new (NULL);
  const char *c = *cursor + 1;

  for (; *c != '"'; c++)
    {
      if (*c == '\0')
        return NULL;
      if (*c == '\\' && (c[1] == '"' || c[1] == '\\'))
        c++;
      g_string_append_c (value, *c);
    }
  *cursor = c + 1;

  return g_strdup (value->str);
}

/* NULL when there is none. */
static char *
read_token (const char **cursor)
{
  gsize length = strcspn (*cursor, BLANKS ";=\"");
  g_autofree char *token = g_strndup (*cursor, length);

  if (!http_is_token (token))
    return NULL;
  *cursor += length;

  return g_steal_pointer (&token);
}

static void
skip_blanks (const char **cursor)
{
  *cursor += strspn (*cursor, BLANKS);
}

static gboolean
read_pair (const char **cursor, char **out_name, char **out_value)
{
  g_autofree char *name = read_token (cursor);
  g_autofree char *value = NULL;

  if (name == NULL || **cursor != '=')
    return FALSE;
  ++*cursor;
  value = **cursor == '"' ? read_quoted (cursor) : read_token (cursor);
  skip_blanks (cursor);
  if (value == NULL || (**cursor != ';' && **cursor != '\0'))
    return FALSE;

  *out_name = g_ascii_strdown (name, -1);
  *out_value = g_steal_pointer (&value);

  return TRUE;
}

gboolean
http_parameters_next (const char **cursor, char **out_name, char **out_value, gboolean *out_is_bad)
{
  *out_is_bad = FALSE;
  skip_blanks (cursor);
  while (**cursor == ';')
    {
      ++*cursor;
      skip_blanks (cursor);
    }
  if (**cursor == '\0')
    return FALSE;
  if (read_pair (cursor, out_name, out_value))
    return TRUE;

  *out_is_bad = TRUE;
  return FALSE;
}

char *
http_parameters_dup (const char *header, const char *name)
{
  const char *cursor = header + strcspn (header, ";");
  g_autofree char *found = NULL;
  gboolean is_bad = FALSE;
  char *key = NULL;
  char *value = NULL;

  while (http_parameters_next (&cursor, &key, &value, &is_bad))
    {
      gboolean is_wanted = g_str_equal (key, name);

      g_free (key);
      if (!is_wanted)
        {
          g_free (value);
          continue;
        }
      if (found != NULL)
        {
          g_free (value);
          return NULL;
        }
      found = value;
    }

  return is_bad ? NULL : g_steal_pointer (&found);
}

char *
http_parameters_decode_extended (const char *value)
{
  const char *quote = strchr (value, '\'');
  const char *end = quote != NULL ? strchr (quote + 1, '\'') : NULL;
  g_autofree char *charset = quote != NULL ? g_ascii_strdown (value, quote - value) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize size = 0;
  const char *data = NULL;

  if (end == NULL)
    return NULL;
  bytes = g_uri_unescape_bytes (end + 1, -1, NULL, NULL);
  if (bytes == NULL)
    return NULL;

  data = g_bytes_get_data (bytes, &size);
  if (size == 0)
    return g_strdup ("");
  if (memchr (data, '\0', size) != NULL)
    return NULL;
  if (g_str_equal (charset, "iso-8859-1"))
    return g_convert (data, (gssize) size, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);

  return g_str_equal (charset, "utf-8") && g_utf8_validate_len (data, size, NULL) ?
             g_strndup (data, size) :
             NULL;
}

/* JSON in and out with the limits that json-glib does not have.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-json.h"

#include <math.h>
#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-json-names.h"

/* A JSON number that says more than a double or a 64-bit integer can hold needs fewer digits. */
#define NUMBER_DIGITS 1024

static gboolean
refuse (GError **error, JsonParserError code, const char *reason)
{
  g_set_error (error, JSON_PARSER_ERROR, code, _ ("The JSON text is refused: %s"), reason);

  return FALSE;
}

static gsize
skip_digits (const char *text, gsize size, gsize position)
{
  while (position < size && g_ascii_isdigit (text[position]))
    position++;

  return position;
}

/* json-glib keeps whole numbers in 64 bits, and would take a larger one for another. */
static gboolean
fits_integer (const char *text, gsize length)
{
  char digits[24];

  if (length >= sizeof digits)
    return FALSE;
  memcpy (digits, text, length);
  digits[length] = '\0';

  return g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, NULL, NULL);
}

/* What is no longer a number in a double, JSON has no way to send back. */
static gboolean
fits_double (const char *text, gsize length)
{
  char digits[NUMBER_DIGITS + 1];

  memcpy (digits, text, length);
  digits[length] = '\0';

  return isfinite (g_ascii_strtod (digits, NULL));
}

/* number = [ "-" ] int [ frac ] [ exp ] (RFC 8259, 6); json-glib would take octal and
 * hexadecimal. */
static gboolean
scan_number (const char *text, gsize size, gsize *position)
{
  gsize start = *position + (text[*position] == '-');
  gsize end = skip_digits (text, size, start);
  gboolean is_whole = end == size || strchr (".eE", text[end]) == NULL;

  if (end == start || (text[start] == '0' && end > start + 1) ||
      (is_whole && !fits_integer (text + *position, end - *position)))
    return FALSE;

  if (end < size && text[end] == '.')
    {
      start = end + 1;
      end = skip_digits (text, size, start);
      if (end == start)
        return FALSE;
    }
  if (end < size && (text[end] == 'e' || text[end] == 'E'))
    {
      start = end + 1;
      if (start < size && (text[start] == '+' || text[start] == '-'))
        start++;
      end = skip_digits (text, size, start);
      if (end == start)
        return FALSE;
    }

  if (end - *position > NUMBER_DIGITS ||
      (!is_whole && !fits_double (text + *position, end - *position)))
    return FALSE;
  *position = end;

  return TRUE;
}

static gboolean
scan_escape_unit (const char *text, gsize size, gsize position, guint *out_unit)
{
  guint unit = 0;

  if (position + 6 > size || text[position] != '\\' || text[position + 1] != 'u')
    return FALSE;
  for (gsize i = position + 2; i < position + 6; i++)
    {
      if (!g_ascii_isxdigit (text[i]))
        return FALSE;
      unit = unit * 16 + g_ascii_xdigit_value (text[i]);
    }
  *out_unit = unit;

  return TRUE;
}

/* A surrogate stands only in a pair, and U+0000 would end the text for everybody who reads it. */
static gboolean
scan_escape (const char *text, gsize size, gsize *position)
{
  guint first = 0;
  guint second = 0;

  if (*position + 1 >= size)
    return FALSE;
  if (text[*position + 1] != 'u')
    {
      if (text[*position + 1] == '\0' || strchr ("\"\\/bfnrt", text[*position + 1]) == NULL)
        return FALSE;
      *position += 2;
      return TRUE;
    }

  if (!scan_escape_unit (text, size, *position, &first) || first == 0 ||
      (first >= 0xdc00 && first <= 0xdfff))
    return FALSE;
  *position += 6;
  if (first < 0xd800 || first > 0xdbff)
    return TRUE;
  if (!scan_escape_unit (text, size, *position, &second) || second < 0xdc00 || second > 0xdfff)
    return FALSE;
  *position += 6;

  return TRUE;
}

static gboolean
scan_string (const char *text, gsize size, gsize *position)
{
  gsize i = *position + 1;

  while (i < size && text[i] != '"')
    {
      if ((guchar) text[i] < 0x20)
        return FALSE;
      if (text[i] != '\\')
        i++;
      else if (!scan_escape (text, size, &i))
        return FALSE;
    }
  *position = i + 1;

  return i < size;
}

static gboolean
scan_word (const char *text, gsize size, gsize *position)
{
  static const char *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if (size - *position >= length && memcmp (text + *position, words[i], length) == 0)
        {
          *position += length;
          return TRUE;
        }
    }

  return FALSE;
}

/* A name as json-glib will know it. @raw: what stands between its quotation marks, scanned. */
static void
unescape_name (GString *name, const char *raw, gsize size)
{
  static const char meanings[] = "b\bf\fn\nr\rt\t";

  g_string_truncate (name, 0);
  for (gsize i = 0; i < size; i++)
    {
      const char *meaning;
      guint unit = 0;
      guint second = 0;

      if (raw[i] != '\\')
        {
          g_string_append_c (name, raw[i]);
          continue;
        }
      if (!scan_escape_unit (raw, size, i, &unit))
        {
          meaning = strchr (meanings, raw[++i]);
          g_string_append_c (name, meaning != NULL ? meaning[1] : raw[i]);
          continue;
        }
      i += 5;
      if (unit >= 0xd800 && unit <= 0xdbff && scan_escape_unit (raw, size, i + 1, &second))
        {
          unit = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
          i += 6;
        }
      g_string_append_unichar (name, unit);
    }
}

/* json-glib takes several values in a row, and keeps the last. */
static gboolean
is_second_root (char c, gboolean *has_root)
{
  gboolean had_root = *has_root;

  if (strchr (" \t\r\n", c) != NULL)
    return FALSE;
  *has_root = TRUE;

  return had_root || c == ',' || c == ':';
}

/* What is open at a place of the text. */
typedef struct
{
  guint depth;
  guint n_separators;                           /* commas and colons, which are twice the members */
  guint first_names[HTTP_LIMIT_JSON_DEPTH + 1]; /* of each level: in hashes */
  GArray *hashes;                               /* owned: of guint, of the names so far */
  GString *name;                                /* owned */
} Scanner;

static gboolean
scan_open (Scanner *scanner, GError **error)
{
  if (++scanner->depth > HTTP_LIMIT_JSON_DEPTH)
    return refuse (error, JSON_PARSER_ERROR_PARSE, _ ("it is nested too deeply"));
  scanner->first_names[scanner->depth] = scanner->hashes->len;

  return TRUE;
}

static gboolean
scan_close (Scanner *scanner, GError **error)
{
  guint first;

  if (scanner->depth == 0)
    return refuse (error, JSON_PARSER_ERROR_PARSE, _ ("it is not valid JSON"));
  first = scanner->first_names[scanner->depth--];
  /* An array that never had anything has no data to point into. */
  if (scanner->hashes->len > first &&
      http_json_names_collide (&g_array_index (scanner->hashes, guint, first),
                               scanner->hashes->len - first))
    return refuse (error, JSON_PARSER_ERROR_PARSE, _ ("too many names in it are alike"));
  g_array_set_size (scanner->hashes, first);

  return TRUE;
}

/* A string from @start to before @end; a name when a colon follows. */
static void
note_name (Scanner *scanner, const char *text, gsize size, gsize start, gsize end)
{
  gsize next = end;
  guint hash;

  while (next < size && strchr (" \t\r\n", text[next]) != NULL)
    next++;
  if (next == size || text[next] != ':')
    return;

  unescape_name (scanner->name, text + start + 1, end - start - 2);
  hash = g_str_hash (scanner->name->str);
  g_array_append_val (scanner->hashes, hash);
}

/* The token at *@position. */
static gboolean
scan_token (Scanner *scanner, const char *text, gsize size, gsize *position, GError **error)
{
  gsize start = *position;
  char c = text[start];
  gboolean is_fine = TRUE;

  if (c == '"')
    {
      is_fine = scan_string (text, size, position);
      if (is_fine)
        note_name (scanner, text, size, start, *position);
    }
  else if (c == '-' || g_ascii_isdigit (c))
    is_fine = scan_number (text, size, position);
  else if (strchr ("[]{},: \t\r\n", c) == NULL)
    is_fine = scan_word (text, size, position);
  else
    ++*position;

  if (!is_fine)
    return refuse (error, JSON_PARSER_ERROR_PARSE, _ ("it is not valid JSON"));
  if (c == '[' || c == '{')
    return scan_open (scanner, error);
  if (c == ']' || c == '}')
    return scan_close (scanner, error);
  if ((c == ',' || c == ':') && ++scanner->n_separators > 2 * HTTP_LIMIT_JSON_KEYS)
    return refuse (error, JSON_PARSER_ERROR_PARSE, _ ("it has too many members"));

  return TRUE;
}

static gboolean
scan_tokens (Scanner *scanner, const char *text, gsize size, GError **error)
{
  gboolean has_root = FALSE;
  gsize i = 0;

  while (i < size)
    {
      if (scanner->depth == 0 && is_second_root (text[i], &has_root))
        return refuse (error, JSON_PARSER_ERROR_PARSE, _ ("it is not valid JSON"));
      if (!scan_token (scanner, text, size, &i, error))
        return FALSE;
    }
  if (!has_root)
    return refuse (error, JSON_PARSER_ERROR_PARSE, _ ("it is empty"));

  return scanner->depth == 0 || refuse (error, JSON_PARSER_ERROR_PARSE, _ ("it is not complete"));
}

/* Tokens, depth and names only: json-glib checks what follows what. It recurses for each level and takes
 * comments, so that neither may reach it. */
static gboolean
scan (const char *text, gsize size, GError **error)
{
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GString) name = g_string_new (NULL);
  Scanner scanner = { .hashes = hashes, .name = name };

  return scan_tokens (&scanner, text, size, error);
}

JsonNode *
http_json_parse (const char *text, gsize size, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;

  if (!g_utf8_validate_len (text, size, NULL))
    {
      refuse (error, JSON_PARSER_ERROR_INVALID_DATA, _ ("it is not UTF-8, or has a NUL in it"));
      return NULL;
    }
  if (!scan (text, size, error))
    return NULL;

  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, size, error))
    return NULL;

  return json_parser_steal_root (parser);
}

static gboolean is_finite (JsonNode *node);

static gboolean
is_finite_object (JsonObject *object)
{
  JsonObjectIter iter;
  JsonNode *member = NULL;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, NULL, &member))
    if (!is_finite (member))
      return FALSE;

  return TRUE;
}

static gboolean
is_finite_array (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!is_finite (json_array_get_element (array, i)))
      return FALSE;

  return TRUE;
}

static gboolean
is_finite (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return is_finite_object (json_node_get_object (node));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return is_finite_array (json_node_get_array (node));
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return isfinite (json_node_get_double (node));

  return TRUE;
}

/* json-glib up to 1.6 writes "1e+40.0", which is no number (RFC 8259, 6). */
static void
mend_exponents (char *text)
{
  gboolean is_text = FALSE;
  gboolean has_exponent = FALSE;
  char *to = text;

  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"')
        is_text = !is_text;
      else if (is_text && *at == '\\')
        *to++ = *at++;
      else if (*at == 'e' && at > text && g_ascii_isdigit (at[-1]))
        has_exponent = !is_text;
      else if (!g_ascii_isdigit (*at) && strchr ("+-.", *at) == NULL)
        has_exponent = FALSE;

      if (has_exponent && g_str_has_prefix (at, ".0"))
        at++;
      else
        *to++ = *at;
    }
  *to = '\0';
}

/* Nor does it escape the last of the control characters, which no text of JSON has as it is. */
static char *
escape_last_control (char *text)
{
  g_auto (GStrv) parts = NULL;

  if (strchr (text, 0x1f) == NULL)
    return text;

  parts = g_strsplit (text, "\x1f", -1);
  g_free (text);

  return g_strjoinv ("\\u001f", parts);
}

char *
http_json_to_text (JsonNode *node, GError **error)
{
  g_autofree char *text = NULL;

  if (!is_finite (node))
    {
      g_set_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA,
                   _ ("JSON has no number for infinity or for what is not a number"));
      return NULL;
    }

  text = json_to_string (node, FALSE);
  mend_exponents (text);
  text = escape_last_control (text);
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA,
                   _ ("a text in the object is not UTF-8"));
      return NULL;
    }

  return g_steal_pointer (&text);
}

static JsonNode *
node_from_strings (const char *const *strings)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    json_array_add_string_element (array, strings[i]);
  json_node_take_array (node, array);

  return node;
}

static JsonNode *
node_from_basic (const GValue *value)
{
  g_auto (GValue) converted = G_VALUE_INIT;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_STRING:
      return json_node_init_string (json_node_alloc (), g_value_get_string (value));
    case G_TYPE_BOOLEAN:
      return json_node_init_boolean (json_node_alloc (), g_value_get_boolean (value));
    case G_TYPE_UINT64:
      if (g_value_get_uint64 (value) <= G_MAXINT64)
        return json_node_init_int (json_node_alloc (), g_value_get_uint64 (value));
      return json_node_init_double (json_node_alloc (), g_value_get_uint64 (value));
    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE:
      g_value_init (&converted, G_TYPE_DOUBLE);
      g_value_transform (value, &converted);
      return json_node_init_double (json_node_alloc (), g_value_get_double (&converted));
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_CHAR:
    case G_TYPE_UCHAR:
      g_value_init (&converted, G_TYPE_INT64);
      g_value_transform (value, &converted);
      return json_node_init_int (json_node_alloc (), g_value_get_int64 (&converted));
    default:
      return NULL;
    }
}

JsonNode *
http_json_from_value (const GValue *value)
{
  JsonNode *node = NULL;

  if (value == NULL || !G_IS_VALUE (value))
    return json_node_new (JSON_NODE_NULL);
  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) == NULL)
    return json_node_new (JSON_NODE_NULL);

  if (G_VALUE_HOLDS_VARIANT (value))
    return g_value_get_variant (value) != NULL ?
               json_gvariant_serialize (g_value_get_variant (value)) :
               json_node_new (JSON_NODE_NULL);
  if (G_VALUE_HOLDS (value, G_TYPE_STRV))
    return node_from_strings (g_value_get_boxed (value));
  if (!G_VALUE_HOLDS_BOXED (value))
    return node_from_basic (value);
  if (g_value_get_boxed (value) == NULL)
    return json_node_new (JSON_NODE_NULL);
  if (G_VALUE_HOLDS (value, JSON_TYPE_NODE))
    return json_node_ref (g_value_get_boxed (value));

  if (G_VALUE_HOLDS (value, JSON_TYPE_OBJECT))
    node = json_node_init_object (json_node_alloc (), g_value_get_boxed (value));
  else if (G_VALUE_HOLDS (value, JSON_TYPE_ARRAY))
    node = json_node_init_array (json_node_alloc (), g_value_get_boxed (value));

  return node;
}

/* The fuzzer's entry: the first byte says what the others are: what an application puts into a header,
 * a JSON text, a pattern and a path, an urlencoded form, a header with parameters.
 *
 * A value that is taken is one header with that value, for libsoup, too. What is read is what RFC 8259,
 * RFC 8187 and the others write.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fuzz-lib.h"

#include <libsoup/soup.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-cookie.h"
#include "gimap4d/http/http-form.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-json.h"
#include "gimap4d/http/http-parameters.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/outgoing-message-private.h"
#include "gimap4d/http/rest-router.h"

typedef struct
{
  GString *text;
  guint n;
} Wire;

static void
write_header (const char *name, const char *value, gpointer data)
{
  Wire *wire = data;

  g_string_append_printf (wire->text, "%s: %s\r\n", name, value);
  wire->n++;
}

static void
take_header (const char *name, const char *value, gpointer data)
{
  char **line = data;

  fuzz_demand (*line == NULL);
  *line = g_strdup_printf ("%s: %s", name, value);
}

/* The only header that @message has, as libsoup reads it from the wire. NULL when there is none. */
static char *
dup_only_header (GOutgoingMessage *message, gboolean is_secure)
{
  Wire wire = { .text = g_string_new ("HTTP/1.1 200 OK\r\n") };
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  char *line = NULL;
  guint n_ends = 0;

  outgoing_message_foreach_wire_header (message, is_secure, write_header, &wire);
  fuzz_demand (wire.n <= 1);
  fuzz_demand (strlen (wire.text->str) == wire.text->len);
  for (const char *c = wire.text->str; *c != '\0'; c++)
    {
      fuzz_demand (*c != '\r' || c[1] == '\n');
      fuzz_demand (*c != '\n' || c[-1] == '\r');
      n_ends += *c == '\n';
    }
  fuzz_demand (n_ends == 1 + wire.n);
  fuzz_demand (soup_headers_parse_response (wire.text->str, (int) wire.text->len, headers, NULL,
                                            NULL, NULL));
  soup_message_headers_foreach (headers, take_header, &line);
  fuzz_demand ((line != NULL) == (wire.n == 1));

  soup_message_headers_unref (headers);
  g_string_free (wire.text, TRUE);

  return line;
}

static void
check_set_header (const char *name, const char *value)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  gboolean is_set = g_outgoing_message_set_header (message, name, value, NULL);
  g_autofree char *line = dup_only_header (message, FALSE);

  fuzz_demand (is_set == (line != NULL));
  if (!is_set)
    return;
  fuzz_demand (g_strcmp0 (g_outgoing_message_get_header (message, name), value) == 0);
  fuzz_demand (g_ascii_strncasecmp (line, name, strlen (name)) == 0);
  fuzz_demand (line[strlen (name)] == ':');
}

/* The same as a browser reads it (RFC 6265, 5.2): name, value, and the attributes that were meant. */
static void
check_cookie (const char *name, const char *value, guint flags, int max_age)
{
  static const char *const known[] = {
    "Path=/", "Secure", "HttpOnly", "SameSite=Lax", "SameSite=Strict", "SameSite=None", NULL
  };
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  gboolean is_set = g_outgoing_message_add_cookie (message, name, value, max_age, flags, NULL);
  g_autofree char *line = dup_only_header (message, flags % 2 == 0);
  g_auto (GStrv) parts = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;

  fuzz_demand (is_set == (line != NULL));
  if (!is_set)
    return;
  expected = g_strdup_printf ("Set-Cookie: %s=%s", name, value);
  parts = g_strsplit (line, "; ", -1);
  fuzz_demand (g_str_equal (parts[0], expected));
  for (guint i = 1; parts[i] != NULL; i++)
    fuzz_demand (g_strv_contains (known, parts[i]) || g_str_has_prefix (parts[i], "Max-Age="));
  fuzz_demand (strlen (line) <= HTTP_LIMIT_COOKIE + strlen ("Set-Cookie: "));

  /* What comes back in a request is found again. */
  found = http_cookie_find (expected + strlen ("Set-Cookie: "), name);
  fuzz_demand (g_strcmp0 (found, value) == 0);
}

static void
check_attachment (const char *file_name)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  gboolean is_set = g_outgoing_message_set_attachment_name (message, file_name, NULL);
  g_autofree char *line = dup_only_header (message, FALSE);
  g_autofree char *plain = NULL;
  g_autofree char *extended = NULL;
  g_autofree char *name = NULL;

  fuzz_demand (is_set == (line != NULL));
  if (!is_set)
    return;
  fuzz_demand (g_str_is_ascii (line));
  plain = http_parameters_dup (line, "filename");
  extended = http_parameters_dup (line, "filename*");
  name = extended != NULL ? http_parameters_decode_extended (extended) : g_strdup (plain);
  fuzz_demand (plain != NULL && strpbrk (plain, "/\\\"") == NULL);
  fuzz_demand (name != NULL && strpbrk (name, "/\\") == NULL);
  fuzz_demand (g_utf8_strlen (name, -1) == g_utf8_strlen (file_name, -1));
  /* It is the name but for what is unsafe. */
  for (const char *a = name, *b = file_name; *a != '\0';
       a = g_utf8_next_char (a), b = g_utf8_next_char (b))
    fuzz_demand (*a == '_' || g_utf8_get_char (a) == g_utf8_get_char (b));
}

static void
check_redirect (const char *location)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  gboolean is_set = g_outgoing_message_set_redirect (message, location, 303, NULL);
  g_autofree char *line = dup_only_header (message, FALSE);

  fuzz_demand (is_set == (line != NULL));
  for (const char *c = is_set ? line + strlen ("Location: ") : ""; *c != '\0'; c++)
    fuzz_demand (*c > 0x20 && *c < 0x7f && strchr ("\"<>\\^`{|}", *c) == NULL);
}

static void
check_etag (const char *etag)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  gboolean is_set = g_outgoing_message_set_etag (message, etag, NULL);
  g_autofree char *line = dup_only_header (message, FALSE);
  const char *quote;

  fuzz_demand (is_set == (line != NULL));
  if (!is_set)
    return;
  quote = strchr (line, '"');
  fuzz_demand (quote != NULL && quote[1] != '\0');
  fuzz_demand (strchr (quote + 1, '"') == line + strlen (line) - 1);
}

/* RFC 8259 and nothing else; as deep as it may be. NULL when it is not that. */
static const char *json_pass_value (const char *at, guint depth, guint *keys);

static const char *
json_pass_space (const char *at)
{
  return at + strspn (at, " \t\r\n");
}

static const char *
json_pass_string (const char *at)
{
  if (*at++ != '"')
    return NULL;
  for (; *at != '"'; at++)
    {
      if ((guchar) *at < 0x20)
        return NULL;
      if (*at != '\\')
        continue;
      at++;
      if (*at == '\0' || strchr ("\"\\/bfnrtu", *at) == NULL)
        return NULL;
      for (guint i = 0; *at == 'u' && i < 4; i++)
        if (!g_ascii_isxdigit (at[1 + i]))
          return NULL;
    }

  return at + 1;
}

static const char *
json_pass_digits (const char *at)
{
  gsize n = strspn (at, "0123456789");

  return n > 0 ? at + n : NULL;
}

static const char *
json_pass_number (const char *at)
{
  if (*at == '-')
    at++;
  at = *at == '0' ? at + 1 : json_pass_digits (at);
  if (at != NULL && *at == '.')
    at = json_pass_digits (at + 1);
  if (at != NULL && (*at == 'e' || *at == 'E'))
    at = json_pass_digits (at + 1 + (at[1] == '+' || at[1] == '-'));

  return at;
}

static const char *
json_pass_list (const char *at, guint depth, guint *keys)
{
  gboolean is_object = *at == '{';
  char end = is_object ? '}' : ']';

  if (depth >= HTTP_LIMIT_JSON_DEPTH)
    return NULL;
  at = json_pass_space (at + 1);
  if (*at == end)
    return at + 1;
  for (;;)
    {
      if (is_object)
        {
          at = json_pass_string (json_pass_space (at));
          at = at != NULL ? json_pass_space (at) : NULL;
          if (at == NULL || *at++ != ':')
            return NULL;
          (*keys)++;
        }
      at = json_pass_value (json_pass_space (at), depth + 1, keys);
      if (at == NULL)
        return NULL;
      at = json_pass_space (at);
      if (*at == end)
        return at + 1;
      if (*at++ != ',')
        return NULL;
    }
}

static const char *
json_pass_value (const char *at, guint depth, guint *keys)
{
  if (*at == '{' || *at == '[')
    return json_pass_list (at, depth, keys);
  if (*at == '"')
    return json_pass_string (at);
  if (g_str_has_prefix (at, "true") || g_str_has_prefix (at, "null"))
    return at + 4;
  if (g_str_has_prefix (at, "false"))
    return at + 5;

  return json_pass_number (at);
}

static void
check_json (const char *text, gsize length)
{
  g_autoptr (JsonNode) node = http_json_parse (text, length, NULL);
  g_autoptr (JsonNode) again = NULL;
  g_autofree char *written = NULL;
  g_autofree char *rewritten = NULL;
  const char *end;
  guint keys = 0;

  if (node == NULL)
    return;
  fuzz_demand (strlen (text) == length && g_utf8_validate (text, -1, NULL));
  end = json_pass_value (json_pass_space (text), 0, &keys);
  fuzz_demand (end != NULL && *json_pass_space (end) == '\0');
  fuzz_demand (keys <= HTTP_LIMIT_JSON_KEYS);

  written = http_json_to_text (node, NULL);
  fuzz_demand (written != NULL);
  again = http_json_parse (written, strlen (written), NULL);
  fuzz_demand (again != NULL);
  rewritten = http_json_to_text (again, NULL);
  fuzz_demand (g_strcmp0 (written, rewritten) == 0);
}

static gboolean
is_parameter (const char *segment)
{
  return strlen (segment) > 2 && *segment == '{' && g_str_has_suffix (segment, "}");
}

/* Each segment of the pattern is one of the path, or takes it, whatever it is. */
static gboolean
should_match (GStrv pattern, GStrv path)
{
  for (guint i = 0; pattern[i] != NULL; i++)
    if (path[i] == NULL || (!is_parameter (pattern[i]) && !g_str_equal (pattern[i], path[i])))
      return FALSE;

  return TRUE;
}

static void
check_parameter_values (GHashTable *parameters, GStrv pattern, GStrv path)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_autofree char *segment = g_strdup_printf ("{%s}", (char *) name);
      gboolean is_found = FALSE;

      for (guint i = 0; pattern[i] != NULL; i++)
        is_found = is_found || (g_str_equal (pattern[i], segment) && g_str_equal (path[i], value));
      fuzz_demand (is_found);
    }
}

static void
check_match (const RestPattern *pattern, const char *path)
{
  RestRouter *router = rest_router_new ();
  g_autoptr (GHashTable)
      parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) segments = http_gate_split_path (path);
  g_auto (GStrv)
      pattern_segments = pattern->pattern != NULL ? http_gate_split_path (pattern->pattern) : NULL;
  g_autofree char *allow = NULL;
  RestRoute *route = NULL;
  RestMatch match = REST_MATCH_NONE;
  gboolean is_added = rest_router_add_handler (router, "rest", pattern, rest_route_new (NULL, NULL),
                                               NULL);

  fuzz_demand (!is_added || pattern->pattern == NULL || pattern_segments != NULL);
  if (is_added && segments != NULL)
    match = rest_router_find_handler (router, (const char *const *) segments, "GET", &route, &allow,
                                      parameters, NULL);
  if (is_added && segments != NULL && pattern_segments != NULL)
    {
      fuzz_demand ((match == REST_MATCH_FOUND || match == REST_MATCH_VERB) ==
                   should_match (pattern_segments, segments));
      if (match == REST_MATCH_FOUND)
        check_parameter_values (parameters, pattern_segments, segments);
    }
  fuzz_demand ((route != NULL) == (match == REST_MATCH_FOUND));
  fuzz_demand ((allow != NULL) == (match == REST_MATCH_VERB));
  g_clear_pointer (&route, rest_route_unref);
  rest_router_free (router);
}

static void
check_regex (guint kind, const char *path)
{
  static const char *const expressions[] = {
    "/(a+)+$",
    "/(?<year>[0-9]{4})/(?<slug>[^/]+)",
    "/(?P<a>.*)(?P<b>.*)$",
    "(?i)/files/(.*)",
    "/(x|xx|xxx)*y",
    "",
  };

  check_match (&(RestPattern){ .regex = expressions[kind % G_N_ELEMENTS (expressions)] }, path);
}

static void
check_form (const char *text, gsize length)
{
  g_autoptr (GPtrArray) fields = http_form_parse (text, length, NULL);
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GHashTable) table = NULL;
  g_autoptr (GString) written = g_string_new (NULL);

  if (fields == NULL)
    return;
  fuzz_demand (fields->len <= HTTP_LIMIT_FORM_FIELDS);
  for (guint i = 0; i < fields->len; i++)
    {
      const HttpField *field = g_ptr_array_index (fields, i);
      g_autofree char *name = g_uri_escape_string (field->name, NULL, FALSE);
      g_autofree char *value = g_uri_escape_string (field->value, NULL, FALSE);

      fuzz_demand (g_utf8_validate (field->name, -1, NULL));
      fuzz_demand (g_utf8_validate (field->value, -1, NULL));
      g_string_append_printf (written, "%s%s=%s", i > 0 ? "&" : "", name, value);
    }
  again = http_form_parse (written->str, written->len, NULL);
  fuzz_demand (again != NULL && again->len == fields->len);
  for (guint i = 0; i < fields->len; i++)
    {
      const HttpField *one = g_ptr_array_index (fields, i);
      const HttpField *other = g_ptr_array_index (again, i);

      fuzz_demand (g_str_equal (one->name, other->name));
      fuzz_demand (g_str_equal (one->value, other->value));
    }
  table = http_form_to_table (fields);
  fuzz_demand (g_hash_table_size (table) <= fields->len);
}

static void
check_parameters (const char *header)
{
  const char *cursor = header + strcspn (header, ";");
  gboolean is_bad = FALSE;
  char *name = NULL;
  char *text = NULL;

  for (const char *before = cursor; http_parameters_next (&cursor, &name, &text, &is_bad);
       before = cursor)
    {
      g_autofree char *found = http_parameters_dup (header, name);
      g_autofree char *decoded = http_parameters_decode_extended (text);

      fuzz_demand (cursor > before && cursor <= header + strlen (header));
      fuzz_demand (http_is_token (name) && strpbrk (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
      fuzz_demand (found == NULL || g_str_equal (found, text));
      fuzz_demand (decoded == NULL || g_utf8_validate (decoded, -1, NULL));
      g_clear_pointer (&name, g_free);
      g_clear_pointer (&text, g_free);
    }
  g_free (http_parameters_dup_value (header));
  g_free (name);
  g_free (text);
}

static void
check_host (const char *authority)
{
  g_autofree char *host = http_dup_host_name (authority);

  if (host == NULL)
    return;
  fuzz_demand (*host != '\0' && strpbrk (host, " /?#@[]%\\\r\n\t") == NULL);
  fuzz_demand (g_str_is_ascii (host));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint kind = fuzz_take_byte (&input);
  g_autofree char *first = kind % 16 < 6 ? fuzz_take_line (&input) : NULL;
  gsize length;
  g_autofree char *text = fuzz_take_rest (&input, &length);

  switch (kind % 16)
    {
    case 0:
      check_set_header (first, text);
      break;
    case 1:
      check_cookie (first, text, kind / 16, (int) length - 2);
      break;
    case 2:
      check_match (&(RestPattern){ .pattern = first }, text);
      break;
    case 3:
      check_match (&(RestPattern){ .pattern = first, .verbs = "POST" }, text);
      break;
    case 6:
      check_attachment (text);
      break;
    case 7:
      check_redirect (text);
      break;
    case 8:
      check_etag (text);
      break;
    case 9:
      check_json (text, length);
      break;
    case 10:
      check_regex (kind / 16, text);
      break;
    case 11:
      check_form (text, length);
      break;
    case 12:
      check_parameters (text);
      break;
    case 13:
      check_host (text);
      break;
    default:
      break;
    }

  return 0;
}

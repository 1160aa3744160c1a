/* JSON of strangers: what is refused before json-glib sees it (H15), and what goes out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-json.h"

#include <math.h>
#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

static gboolean
is_accepted (const char *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = http_json_parse (text, size, &error);

  g_assert_true ((node == NULL) == (error != NULL));

  return node != NULL;
}

static void
test_accepted (void)
{
  static const char *const rows[] = { "[]",
                                      "{}",
                                      " [1, -2.5e+3, \"a\\u00e9\\n\"] ",
                                      "null",
                                      "\"x\"",
                                      "{\"a\":{\"b\":[true,false,null]}}",
                                      "[0]",
                                      "[0.5]",
                                      "\"\\ud83d\\ude00\"",
                                      "\"é\"",
                                      "[1E5,-0]",
                                      "[9223372036854775807,-9223372036854775808]",
                                      "{\"a\":1,\"a\":2}" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!is_accepted (rows[i], strlen (rows[i])))
      g_error ("refused: %s", rows[i]);
}

static void
test_refused (void)
{
  static const char *const rows[] = { "",
                                      "  ",
                                      "[",
                                      "]",
                                      "{]",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "['a']",
                                      "[NaN]",
                                      "[Infinity]",
                                      "[-]",
                                      "[01]",
                                      "[0x10]",
                                      "[9223372036854775808]",
                                      "[-9223372036854775809]",
                                      "[1.]",
                                      "[1e]",
                                      "[1e309]",
                                      "[-1.5e999]",
                                      "[+1]",
                                      "\"\\ud800\"",
                                      "\"\\udc00\"",
                                      "\"\\ud800\\ud800\"",
                                      "\"\\u0000\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"a",
                                      "\"a\nb\"",
                                      "\"\\",
                                      "/* c */ []",
                                      "[] // c",
                                      "var a = []",
                                      "\xef\xbb\xbf[]",
                                      "\"\xff\"",
                                      "[] []",
                                      "1 2",
                                      "nul",
                                      "True" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_accepted (rows[i], strlen (rows[i])))
      g_error ("accepted: %s", rows[i]);
  g_assert_false (is_accepted ("[1]\0", 4));
  g_assert_false (is_accepted ("\"a\0b\"", 5));
}

static char *
nest (guint depth, char open, char close)
{
  char *text = g_malloc0 (2 * depth + 1);

  memset (text, open, depth);
  memset (text + depth, close, depth);

  return text;
}

static void
test_limits (void)
{
  g_autofree char *deepest = nest (HTTP_LIMIT_JSON_DEPTH, '[', ']');
  g_autofree char *too_deep = nest (HTTP_LIMIT_JSON_DEPTH + 1, '[', ']');
  g_autofree char *abyss = nest (1000000, '[', ']');
  g_autofree char *digits = g_strnfill (10000000, '9');
  g_autoptr (GString) many = g_string_new ("{");

  g_assert_true (is_accepted (deepest, strlen (deepest)));
  g_assert_false (is_accepted (too_deep, strlen (too_deep)));
  g_assert_false (is_accepted (abyss, strlen (abyss)));
  g_assert_false (is_accepted (digits, strlen (digits)));

  for (guint i = 0; i < 1000000; i++)
    g_string_append_printf (many, "%s\"k%u\":0", i > 0 ? "," : "", i);
  g_string_append_c (many, '}');
  g_assert_false (is_accepted (many->str, many->len));
}

/* Its names are made of the two letters, each as often as the other could be. */
static char *
make_object (guint n, const char *const *letters)
{
  GString *object = g_string_new ("{");

  for (guint i = 0; i < n; i++)
    {
      g_string_append (object, i > 0 ? ",\"" : "\"");
      for (guint bit = 0; bit < 17; bit++)
        g_string_append (object, letters[(i >> bit) % 2]);
      g_string_append (object, "\" : 0");
    }
  g_string_append_c (object, '}');

  return g_string_free (object, FALSE);
}

/* H15: names with one place in the table of a JsonObject would cost the square of their number. */
static void
test_names_alike (void)
{
  static const char *const alike[] = { "Ez", "FY" };
  static const char *const hidden[] = { "\\u0045z", "F\\u0059" };
  static const char *const others[] = { "ab", "cd" };
  static const char *const same[] = { "a", "\\u0061" };
  g_autofree char *most = make_object (HTTP_LIMIT_JSON_ALIKE, alike);
  g_autofree char *twice = g_strdup_printf ("[%s,{\"a\":%s}]", most, most);
  g_autofree char *too_many = make_object (HTTP_LIMIT_JSON_ALIKE + 1, alike);
  g_autofree char *inside = g_strdup_printf ("[{\"a\":1},{\"b\":%s}]", too_many);
  g_autofree char *all = make_object (HTTP_LIMIT_JSON_KEYS - 1, alike);
  g_autofree char *all_hidden = make_object (1000, hidden);
  g_autofree char *all_others = make_object (HTTP_LIMIT_JSON_KEYS - 1, others);
  g_autofree char *some_same = make_object (HTTP_LIMIT_JSON_ALIKE, same);
  g_autofree char *too_many_same = make_object (HTTP_LIMIT_JSON_ALIKE + 1, same);

  g_assert_true (is_accepted (most, strlen (most)));
  g_assert_true (is_accepted (twice, strlen (twice)));
  g_assert_false (is_accepted (too_many, strlen (too_many)));
  g_assert_false (is_accepted (inside, strlen (inside)));
  g_assert_false (is_accepted (all, strlen (all)));
  g_assert_false (is_accepted (all_hidden, strlen (all_hidden)));
  g_assert_true (is_accepted (all_others, strlen (all_others)));
  g_assert_true (is_accepted (some_same, strlen (some_same)));
  g_assert_false (is_accepted (too_many_same, strlen (too_many_same)));
}

/* As many names as may be, as programs make them. */
static void
test_many_names (void)
{
  static const char *const formats[] = { "\"k%u\":0,", "\"%08x\":0,", "\"%u.jpg\":0," };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GString) object = g_string_new ("{");

      for (guint n = 1; n < HTTP_LIMIT_JSON_KEYS; n++)
        {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
          g_string_append_printf (object, formats[i], n * 7919);
#pragma GCC diagnostic pop
        }
      g_string_append (object, "\"\":0}");
      g_assert_true (is_accepted (object->str, object->len));
    }
}

/* Every cut of a valid text is refused and read no further than it goes. */
static void
test_cut (void)
{
  static const char text[] = "{\"a\\u00e9\":[1.5e3,\"\\ud83d\\ude00\",true,null,{}]}";

  for (gsize size = 0; size < sizeof text - 1; size++)
    {
      g_autofree char *cut = g_memdup2 (text, size);

      g_assert_false (is_accepted (cut, size));
    }
}

static void
assert_text (const GValue *value, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = http_json_from_value (value);
  g_autofree char *text = http_json_to_text (node, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_from_value (void)
{
  static const char *const strings[] = { "a", "b", NULL };
  g_auto (GValue) text = G_VALUE_INIT;
  g_auto (GValue) number = G_VALUE_INIT;
  g_auto (GValue) unsigned_number = G_VALUE_INIT;
  g_auto (GValue) real = G_VALUE_INIT;
  g_auto (GValue) truth = G_VALUE_INIT;
  g_auto (GValue) strv = G_VALUE_INIT;
  g_auto (GValue) variant = G_VALUE_INIT;
  g_auto (GValue) object = G_VALUE_INIT;
  g_autoptr (JsonArray) array = json_array_new ();
  g_auto (GValue) list = G_VALUE_INIT;

  g_value_init (&text, G_TYPE_STRING);
  assert_text (&text, "null");
  g_value_set_static_string (&text, "a\"b");
  assert_text (&text, "\"a\\\"b\"");
  g_value_init (&number, G_TYPE_INT);
  g_value_set_int (&number, -7);
  assert_text (&number, "-7");
  g_value_init (&unsigned_number, G_TYPE_UINT64);
  g_value_set_uint64 (&unsigned_number, 9007199254740993);
  assert_text (&unsigned_number, "9007199254740993");
  g_value_init (&real, G_TYPE_DOUBLE);
  g_value_set_double (&real, 0.5);
  assert_text (&real, "0.5");
  g_value_init (&truth, G_TYPE_BOOLEAN);
  assert_text (&truth, "false");
  g_value_init (&strv, G_TYPE_STRV);
  g_value_set_boxed (&strv, strings);
  assert_text (&strv, "[\"a\",\"b\"]");
  g_value_init (&variant, G_TYPE_VARIANT);
  g_value_set_variant (&variant, g_variant_new_parsed ("{'a': <1>}"));
  assert_text (&variant, "{\"a\":1}");
  json_array_add_null_element (array);
  g_value_init (&list, JSON_TYPE_ARRAY);
  g_value_set_boxed (&list, array);
  assert_text (&list, "[null]");
  assert_text (NULL, "null");

  g_value_init (&object, G_TYPE_OBJECT);
  g_assert_null (http_json_from_value (&object));
}

static void
test_infinite (void)
{
  static const double numbers[] = { INFINITY, -INFINITY, NAN };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      g_autofree char *text = NULL;
      JsonArray *array = json_array_new ();
      JsonObject *object = json_object_new ();

      json_array_add_double_element (array, numbers[i]);
      json_object_set_array_member (object, "a", array);
      json_node_take_object (node, object);

      text = http_json_to_text (node, &error);
      g_assert_null (text);
      g_assert_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA);
    }
}

/* What json-glib writes wrong is mended, and not what only looks like it in a text. */
static void
test_mended (void)
{
  static const char *const texts[][2] = {
    { "1e40", "1e+40" },
    { "[\"a\\u001f\\u001fb\",\"\\u001e\"]", "[\"a\\u001f\\u001fb\",\"\\u001e\"]" },
    { "[1e40,-2.5e-9,1.6069380442589903e60]",
      "[1e+40,-2.5000000000000001e-09,1.6069380442589903e+60]" },
    { "{\"1e+40.0\":[\"2e9.0\",\"\\\\\",true,1e22,0.5]}",
      "{\"1e+40.0\":[\"2e9.0\",\"\\\\\",true,1e+22,0.5]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = http_json_parse (texts[i][0], strlen (texts[i][0]), &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = http_json_to_text (node, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, texts[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-json/accepted", test_accepted);
  g_test_add_func ("/http-json/refused", test_refused);
  g_test_add_func ("/http-json/H15/limits", test_limits);
  g_test_add_func ("/http-json/H15/names-alike", test_names_alike);
  g_test_add_func ("/http-json/H15/many-names", test_many_names);
  g_test_add_func ("/http-json/cut", test_cut);
  g_test_add_func ("/http-json/from-value", test_from_value);
  g_test_add_func ("/http-json/infinite", test_infinite);
  g_test_add_func ("/http-json/mended", test_mended);

  return g_test_run ();
}

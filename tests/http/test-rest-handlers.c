/* Handlers by expression, by parameter, and from HTTPHandlers.json.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static void
show (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  GHashTable *parameters = g_incoming_message_get_path_params (request);
  const char *id = g_hash_table_lookup (parameters, "id");
  const char *part = g_hash_table_lookup (parameters, "part");
  g_autofree char *text = g_strdup_printf ("%s:%s:%s", (const char *) data, id != NULL ? id : "-",
                                           part != NULL ? part : "-");
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  g_rest_call_return_value (call, &value);
}

static void
assert_answer (ServerFixture *fixture, const char *verb, const char *path, const char *expected)
{
  g_autofree char *text = server_fixture_curl_text (fixture, path, "-X", verb, "-w",
                                                    "|%{http_code}", NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_parameters (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autoptr (GError) error = NULL;

  g_rest_server_add_handler (fixture->server, "/mail/{id}/part/{part}", NULL, show,
                             (gpointer) "part", NULL, &error);
  g_rest_server_add_handler (fixture->server, "/mail/{id}", NULL, show, (gpointer) "mail", NULL,
                             &error);
  g_rest_server_add_handler (fixture->server, "/mail", NULL, show, (gpointer) "list", NULL, &error);
  g_assert_no_error (error);
  server_fixture_listen (fixture);
  assert_answer (fixture, "GET", "/mail/7/part/1.2", "part:7:1.2|200");
  assert_answer (fixture, "GET", "/mail/a%2Fb%20c", "mail:a/b c:-|200");
  assert_answer (fixture, "GET", "/mail/7/other", "mail:7:-|200");
  assert_answer (fixture, "GET", "/mail/", "list:-:-|200");
}

static void
test_regex (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autoptr (GError) error = NULL;
  g_autofree char *filler = g_strnfill (3000, 'x');
  g_autofree char *long_path = g_strconcat ("/any/", filler, NULL);

  g_rest_server_add_regex_handler (fixture->server, "/mail/(?<id>[0-9]+)(/(?P<part>.*))?$", "get",
                                   show, (gpointer) "mail", NULL, &error);
  g_rest_server_add_regex_handler (fixture->server, "/any|/rest|/\\$shared", NULL, show,
                                   (gpointer) "any", NULL, &error);
  g_assert_no_error (error);
  server_fixture_listen (fixture);
  assert_answer (fixture, "GET", "/mail/7/1.2", "mail:7:1.2|200");
  assert_answer (fixture, "GET", "/mail/7", "mail:7:-|200");
  assert_answer (fixture, "GET", "/mail/x", "Not Found\n|404");
  assert_answer (fixture, "GET", "/x/mail/7", "Not Found\n|404");
  assert_answer (fixture, "POST", "/mail/7", "Method Not Allowed\n|405");
  assert_answer (fixture, "GET", "/anything", "any:-:-|200");
  assert_answer (fixture, "GET", long_path, "Not Found\n|404");
  assert_answer (fixture, "GET", "/$shared/x", "Not Found\n|404");
  assert_answer (fixture, "GET", "/restaurant", "any:-:-|200");

  g_assert_false (
      g_rest_server_add_regex_handler (fixture->server, "(", NULL, show, NULL, NULL, &error));
  g_assert_error (error, G_REGEX_ERROR, G_REGEX_ERROR_UNMATCHED_PARENTHESIS);
}

/* H16 */
static void
test_endless_regex (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autoptr (GError) error = NULL;
  g_autofree char *filler = g_strnfill (2000, 'a');
  g_autofree char *path = g_strconcat ("/", filler, "!", NULL);

  g_rest_server_add_regex_handler (fixture->server, "/(a+)+$", NULL, show, (gpointer) "a", NULL,
                                   &error);
  g_assert_no_error (error);
  server_fixture_listen (fixture);
  assert_answer (fixture, "GET", path, "The function has failed\n|500");
  g_assert_cmpuint (fixture->failures->len, >, 0);
  assert_answer (fixture, "GET", "/aaaa", "a:-:-|200");
}

static gboolean
load (ServerFixture *fixture, const char *text, GError **error)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp ("gimap4d-XXXXXX", &name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (name);
  gboolean is_loaded = FALSE;

  g_assert_true (g_file_set_contents (name, text, -1, NULL));
  is_loaded = g_rest_server_load_handlers (fixture->server, file, error);
  g_close (fd, NULL);
  g_unlink (name);

  return is_loaded;
}

static void
test_load (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) singleton = g_cancellable_new ();

  g_assert_true (
      load (fixture,
            "[{\"class\":\"Shop\",\"method\":\"show\",\"pattern\":\"docs\",\"verbs\":\"GET, "
            "post\",\"comment\":\"x\"},"
            "{\"class\":\"Shop\",\"method\":\"all\",\"pattern\":\"never\",\"regexPattern\":"
            "\"/d.*\"},"
            "{\"class\":\"Nobody\",\"method\":\"show\",\"pattern\":\"/nobody\"},"
            "{\"class\":\"Empty\",\"method\":\"show\",\"pattern\":\"/empty\"}]",
            &error));
  g_assert_no_error (error);
  g_rest_server_add_singleton (fixture->server, "Empty", G_OBJECT (singleton));
  g_assert_true (g_rest_server_get_singleton (fixture->server, "Empty") == G_OBJECT (singleton));
  g_assert_null (g_rest_server_get_singleton (fixture->server, "Shop"));
  g_rest_server_add_singleton_function (fixture->server, "Shop", "show", show, (gpointer) "show",
                                        NULL);
  g_rest_server_add_singleton_function (fixture->server, "Shop", "all", show, (gpointer) "all",
                                        NULL);
  server_fixture_listen (fixture);
  assert_answer (fixture, "GET", "/docs/x", "show:-:-|200");
  assert_answer (fixture, "POST", "/docs", "show:-:-|200");
  assert_answer (fixture, "DELETE", "/docs", "all:-:-|200");
  assert_answer (fixture, "GET", "/dance", "all:-:-|200");
  assert_answer (fixture, "GET", "/never", "Not Found\n|404");
  assert_answer (fixture, "GET", "/nobody", "Cannot find singleton\n|500");
  assert_answer (fixture, "GET", "/empty", "Cannot find singleton function\n|500");
}

static void
test_load_refused (void)
{
  static const char *const rows[] = {
    "",
    "{}",
    "[1]",
    "[{}]",
    "[{\"class\":\"A\",\"method\":\"b\"}]",
    "[{\"class\":\"A\",\"pattern\":\"/x\"}]",
    "[{\"class\":1,\"method\":\"b\",\"pattern\":\"/x\"}]",
    "[{\"class\":\"A\",\"method\":\"b\",\"pattern\":\"/rest/x\"}]",
    "[{\"class\":\"A\",\"method\":\"b\",\"regexPattern\":\"(\"}]",
    "[{\"class\":\"A\",\"method\":\"b\",\"pattern\":\"/x\",\"verbs\":\"a b\"}]",
    "[{\"class\":\"A\",\"method\":\"b\",\"pattern\":\"/x\"},{}]",
  };
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autoptr (GFile) missing = g_file_new_for_path ("/nonexistent/HTTPHandlers.json");
  g_autoptr (GError) error = NULL;

  g_assert_false (g_rest_server_load_handlers (fixture->server, missing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) refusal = NULL;

      g_assert_false (load (fixture, rows[i], &refusal));
      g_assert_nonnull (refusal);
    }
  server_fixture_listen (fixture);
  assert_answer (fixture, "GET", "/x", "Not Found\n|404");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-handlers/parameters", test_parameters);
  g_test_add_func ("/rest-handlers/regex", test_regex);
  g_test_add_func ("/rest-handlers/H16/endless-regex", test_endless_regex);
  g_test_add_func ("/rest-handlers/load", test_load);
  g_test_add_func ("/rest-handlers/load-refused", test_load_refused);

  return g_test_run ();
}

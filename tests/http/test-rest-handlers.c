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

static GFile *
new_file (const char *text)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp ("gimap4d-XXXXXX.json", &name, NULL);

  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (name, text, -1, NULL));

  return g_file_new_for_path (name);
}

static void
rewrite (GFile *file, const char *text)
{
  g_assert_true (g_file_set_contents (g_file_peek_path (file), text, -1, NULL));
}

#define HANDLER(method, pattern)                                                                   \
  "{\"class\":\"Shop\",\"method\":\"" method "\",\"pattern\":\"" pattern "\"}"

static ServerFixture *
fixture_with_files (GFile *first, GFile *second)
{
  ServerFixture *fixture = server_fixture_new ("P");
  g_autoptr (GError) error = NULL;

  g_assert_true (g_rest_server_load_handlers (fixture->server, first, &error));
  g_assert_no_error (error);
  g_assert_true (g_rest_server_add_handler (fixture->server, "/own", NULL, show, (gpointer) "own",
                                            NULL, NULL));
  g_assert_true (g_rest_server_load_handlers (fixture->server, second, &error));
  g_assert_no_error (error);
  g_rest_server_add_singleton_function (fixture->server, "Shop", "a", show, (gpointer) "a", NULL);
  g_rest_server_add_singleton_function (fixture->server, "Shop", "b", show, (gpointer) "b", NULL);

  return fixture;
}

/* All files or none, and each in its place. */
static void
test_reload (void)
{
  g_autoptr (GFile) first = new_file ("[]");
  g_autoptr (GFile) second = new_file ("[" HANDLER ("b", "/") "]");
  g_autoptr (ServerFixture) fixture = fixture_with_files (first, second);
  g_autoptr (GError) error = NULL;

  server_fixture_listen (fixture);
  assert_answer (fixture, "GET", "/own", "own:-:-|200");
  assert_answer (fixture, "GET", "/x", "b:-:-|200");

  rewrite (first, "[" HANDLER ("a", "/x") "," HANDLER ("a", "/own/deep") "]");
  assert_answer (fixture, "GET", "/x", "b:-:-|200");
  g_assert_true (g_rest_server_reload (fixture->server, &error));
  g_assert_no_error (error);
  assert_answer (fixture, "GET", "/x", "a:-:-|200");
  assert_answer (fixture, "GET", "/own/deep", "a:-:-|200");
  assert_answer (fixture, "GET", "/own", "own:-:-|200");

  rewrite (first, "[]");
  rewrite (second, "[" HANDLER ("a", "/") "," HANDLER ("a", "/rest/x") "]");
  g_assert_false (g_rest_server_reload (fixture->server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, g_file_peek_path (second)));
  assert_answer (fixture, "GET", "/x", "a:-:-|200");
  assert_answer (fixture, "GET", "/y", "b:-:-|200");

  g_unlink (g_file_peek_path (first));
  g_clear_error (&error);
  g_assert_false (g_rest_server_reload (fixture->server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_answer (fixture, "GET", "/x", "a:-:-|200");
  g_unlink (g_file_peek_path (second));
}

static void
reload_failed_cb (GRestServer *server, const GError *error, gpointer data)
{
  guint *n_failed = data;

  g_assert_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE);
  ++*n_failed;
}

static void
test_watch (void)
{
  g_autoptr (GFile) first = new_file ("[" HANDLER ("a", "/x") "]");
  g_autoptr (GFile) second = new_file ("[]");
  g_autoptr (ServerFixture) fixture = fixture_with_files (first, second);
  guint n_failed = 0;

  g_object_set (fixture->server, "watch-files", TRUE, NULL);
  g_signal_connect (fixture->server, "reload-failed", G_CALLBACK (reload_failed_cb), &n_failed);
  server_fixture_listen (fixture);
  rewrite (first, "[");
  while (n_failed == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_answer (fixture, "GET", "/x", "a:-:-|200");

  rewrite (first, "[" HANDLER ("b", "/x") "]");
  for (;;)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, "/x", NULL);

      if (g_str_equal (text, "b:-:-"))
        break;
      g_assert_cmpstr (text, ==, "a:-:-");
    }
  g_unlink (g_file_peek_path (first));
  g_unlink (g_file_peek_path (second));
}

/* The names of 4D's documentation, in its spelling. */
static void
test_verbs (void)
{
  g_autoptr (GFile) first = new_file (
      "[{\"class\":\"Shop\",\"method\":\"a\",\"pattern\":\"/p\",\"verbs\":\"get,Post\"},"
      "{\"class\":\"Shop\",\"method\":\"b\",\"pattern\":\"p\",\"verbs\":\"\",\"comment\":1}]");
  g_autoptr (GFile) second = new_file ("[" HANDLER ("b", "4DACTIONS") "]");
  g_autoptr (ServerFixture) fixture = fixture_with_files (first, second);

  server_fixture_listen (fixture);
  assert_answer (fixture, "GET", "/p", "a:-:-|200");
  assert_answer (fixture, "POST", "/p/q", "a:-:-|200");
  assert_answer (fixture, "DELETE", "/p", "b:-:-|200");
  assert_answer (fixture, "GET", "/pq", "Not Found\n|404");
  assert_answer (fixture, "GET", "/4DACTIONS", "b:-:-|200");
  assert_answer (fixture, "GET", "/P", "Not Found\n|404");
  g_unlink (g_file_peek_path (first));
  g_unlink (g_file_peek_path (second));
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
  g_test_add_func ("/rest-handlers/reload", test_reload);
  g_test_add_func ("/rest-handlers/watch", test_watch);
  g_test_add_func ("/rest-handlers/verbs", test_verbs);

  return g_test_run ();
}

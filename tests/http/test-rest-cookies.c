/* Sessions of a server and their cookies: in memory, signed, of who logs in, and none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static void
read_session (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  GVariantDict *storage = g_rest_session_get_storage (g_incoming_message_get_session (request));
  g_auto (GValue) value = G_VALUE_INIT;
  guint32 calls = 0;

  g_variant_dict_lookup (storage, "calls", "u", &calls);
  g_variant_dict_insert (storage, "calls", "u", calls + 1);
  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, calls);
  g_rest_call_return_value (call, &value);
}

static char *
find_cookie (const char *text, const char *name)
{
  g_autofree char *start = g_strdup_printf ("Set-Cookie: %s=", name);
  const char *value = strstr (text, start);

  g_assert_nonnull (value);
  value += strlen (start);

  return g_strndup (value, strcspn (value, ";"));
}

static void
test_session (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autofree char *first = NULL;
  g_autofree char *id = NULL;
  g_autofree char *legacy_id = NULL;
  g_autofree char *cookie = NULL;
  g_autofree char *legacy_cookie = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *foreign = NULL;

  g_rest_server_expose (fixture->server, "S", "n", G_REST_EXPOSE_NONE, read_session, NULL, NULL);
  server_fixture_listen (fixture);
  first = server_fixture_curl_text (fixture, "/rest/S/n", "-i", "-d", "[]", NULL);
  assert_has (first, "{\"result\":0}");
  g_assert_cmpuint (count_text (first, "Set-Cookie: "), ==, 2);
  id = find_cookie (first, "4DSID_P");
  legacy_id = find_cookie (first, "WASID4D");
  g_assert_cmpstr (id, ==, legacy_id);
  g_assert_cmpuint (strlen (id), ==, 32);

  cookie = g_strconcat ("4DSID_P=", id, NULL);
  second = server_fixture_curl_text (fixture, "/rest/S/n", "-i", "-b", cookie, "-d", "[]", NULL);
  assert_has (second, "{\"result\":1}");
  assert_lacks (second, "Set-Cookie");
  legacy_cookie = g_strconcat ("a=b; WASID4D=", id, NULL);
  third = server_fixture_curl_text (fixture, "/rest/S/n", "-i", "-b", legacy_cookie, "-d", "[]",
                                    NULL);
  assert_has (third, "{\"result\":2}");

  foreign = server_fixture_curl_text (fixture, "/rest/S/n", "-i", "-b", "4DSID_P=made-up", "-d",
                                      "[]", NULL);
  assert_has (foreign, "{\"result\":0}");
  assert_has (foreign, "Set-Cookie: 4DSID_P=");
  assert_lacks (foreign, "made-up");
}

/* Two servers with one key: each knows the sessions of the other, and neither keeps them. */
static void
test_signed_cookie (void)
{
  static const char secret[] = "0123456789abcdef0123456789abcdef";
  g_autoptr (GBytes) key = g_bytes_new_static (secret, sizeof secret - 1);
  g_autoptr (GBytes) short_key = g_bytes_new_static (secret, 31);
  g_autoptr (GError) error = NULL;
  ServerFixture *fixtures[3];
  g_autofree char *cookie = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      fixtures[i] = server_fixture_new ("P");
      g_object_set (fixtures[i]->server, "session-mode", G_REST_SESSION_MODE_SIGNED_COOKIE,
                    "session-key", i < 2 ? key : short_key, NULL);
      g_rest_server_expose (fixtures[i]->server, "S", "n", G_REST_EXPOSE_NONE, read_session, NULL,
                            NULL);
    }
  server_fixture_listen (fixtures[0]);
  server_fixture_listen (fixtures[1]);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *header = g_strconcat ("Cookie: 4DSID_P=", cookie != NULL ? cookie : "",
                                             NULL);
      g_autofree char *result = g_strdup_printf ("{\"result\":%u}", i);
      g_autofree char *text = server_fixture_curl_text (fixtures[i % 2], "/rest/S/n", "-i", "-H",
                                                        header, "-d", "[]", NULL);

      assert_has (text, result);
      g_free (cookie);
      cookie = find_cookie (text, "4DSID_P");
    }
  g_assert_false (g_rest_server_listen (fixtures[2]->server, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);

  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    server_fixture_free (fixtures[i]);
}

static void
log_in (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  static const char *const privileges[] = { "admin", NULL };
  GRestSession *session = g_incoming_message_get_session (request);
  g_auto (GValue) value = G_VALUE_INIT;

  if (json_array_get_length (parameters) > 0)
    g_rest_session_set_privileges (session, privileges);
  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, g_rest_session_has_privilege (session, "admin"));
  g_rest_call_return_value (call, &value);
}

/* What a browser got before its user logged in leads to nothing afterwards. */
static void
test_login (void)
{
  static const GRestSessionMode modes[] = { G_REST_SESSION_MODE_MEMORY,
                                            G_REST_SESSION_MODE_SIGNED_COOKIE };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      static const char *const bodies[] = { "[]", "[1]", "[]" };
      g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
      g_autofree char *first = NULL;
      g_autofree char *header = g_strdup ("X-None: 1");
      g_autofree char *stranger = NULL;

      g_object_set (fixture->server, "session-mode", modes[i], NULL);
      g_rest_server_expose (fixture->server, "S", "in", G_REST_EXPOSE_NONE, log_in, NULL, NULL);
      server_fixture_listen (fixture);
      for (guint j = 0; j < G_N_ELEMENTS (bodies); j++)
        {
          g_autofree char *text = server_fixture_curl_text (fixture, "/rest/S/in", "-i", "-H",
                                                            header, "-d", bodies[j], NULL);
          gboolean has_cookie = strstr (text, "Set-Cookie: ") != NULL;
          g_autofree char *cookie = has_cookie ? find_cookie (text, "4DSID_P") : NULL;

          assert_has (text, j > 0 ? "{\"result\":true}" : "{\"result\":false}");
          g_assert_cmpint (has_cookie, ==, j < 2);
          if (!has_cookie)
            continue;
          g_free (header);
          header = g_strconcat ("Cookie: 4DSID_P=", cookie, NULL);
          if (first == NULL)
            first = g_strdup (header);
        }
      g_assert_cmpstr (first, !=, header);
      stranger = server_fixture_curl_text (fixture, "/rest/S/in", "-H", first, "-d", "[]", NULL);
      g_assert_cmpstr (stranger, ==, "{\"result\":false}");
    }
}

static void
fill_session (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  GVariantDict *storage = g_rest_session_get_storage (g_incoming_message_get_session (request));
  g_autofree char *text = g_strnfill (5000, 'x');

  g_variant_dict_insert (storage, "text", "s", text);
  g_rest_call_return_value (call, NULL);
}

static void
test_signed_cookie_full (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autofree char *text = NULL;

  g_object_set (fixture->server, "session-mode", G_REST_SESSION_MODE_SIGNED_COOKIE, NULL);
  g_rest_server_expose (fixture->server, "S", "fill", G_REST_EXPOSE_NONE, fill_session, NULL, NULL);
  server_fixture_listen (fixture);
  text = server_fixture_curl_text (fixture, "/rest/S/fill", "-i", "-d", "[]", NULL);
  assert_status (text, 200);
  assert_lacks (text, "Set-Cookie");
  g_assert_cmpuint (fixture->failures->len, >, 0);
}

static void
answer_lost_file (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  int fd = g_file_open_tmp (NULL, &path, &error);

  g_assert_no_error (error);
  close (fd);
  file = g_file_new_for_path (path);
  g_value_init (&value, G_TYPE_FILE);
  g_value_set_object (&value, file);
  g_outgoing_message_set_body (answer, &value, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rest_call_return_message (call, answer);
}

/* The body cannot begin: what is answered then leads to the session too. */
static void
test_session_of_failure (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autofree char *text = NULL;

  g_rest_server_expose (fixture->server, "S", "lost", G_REST_EXPOSE_NONE, answer_lost_file, NULL,
                        NULL);
  server_fixture_listen (fixture);
  text = server_fixture_curl_text (fixture, "/rest/S/lost", "-i", "-d", "[]", NULL);
  assert_status (text, 500);
  assert_has (text, "Set-Cookie: 4DSID_P=");
  g_assert_cmpuint (fixture->failures->len, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-cookies/H22/session", test_session);
  g_test_add_func ("/rest-cookies/signed-cookie", test_signed_cookie);
  g_test_add_func ("/rest-cookies/signed-cookie-full", test_signed_cookie_full);
  g_test_add_func ("/rest-cookies/login", test_login);
  g_test_add_func ("/rest-cookies/session-of-failure", test_session_of_failure);

  return g_test_run ();
}

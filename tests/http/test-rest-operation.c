/* What tells how a server fares: counts, metrics, the formats of its log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <string.h>

#include "gimap4d/http/http-access-log.h"
#include "gimap4d/http/rest-metrics.h"
#include "server-fixture.h"

#include <glib/gstdio.h>

static void
answer (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  guint running = 0;

  g_object_get (data, "running-count", &running, NULL);
  g_assert_cmpuint (running, ==, 1);
  if (strstr (g_incoming_message_get_url (request), "fail") != NULL)
    {
      g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "canary");

      g_rest_call_return_error (call, error);
      return;
    }
  g_rest_call_return_value (call, NULL);
}

static void
test_counts (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("My \"\\\nP");
  g_autofree char *off = NULL;
  g_autofree char *below = NULL;
  g_autofree char *posted = NULL;
  g_autofree char *metrics = NULL;
  guint64 requests = 0;
  guint64 failed = 0;
  guint64 refused = 1;
  guint running = 1;
  guint connections = 1;
  guint sessions = 0;

  g_rest_server_add_handler (fixture->server, "/x", NULL, answer, fixture->server, NULL, NULL);
  server_fixture_listen (fixture);
  off = server_fixture_curl_text (fixture, "/metrics", NULL);
  g_assert_cmpstr (off, ==, "Not Found\n");
  g_free (server_fixture_curl_text (fixture, "/x", NULL));
  g_free (server_fixture_curl_text (fixture, "/x/fail", NULL));
  do
    {
      g_main_context_iteration (NULL, FALSE);
      g_object_get (fixture->server, "request-count", &requests, "failed-count", &failed,
                    "refused-count", &refused, "running-count", &running, "connection-count",
                    &connections, "session-count", &sessions, NULL);
    }
  while (connections > 0);
  g_assert_cmpuint (requests, ==, 3);
  g_assert_cmpuint (failed, ==, 1);
  g_assert_cmpuint (refused, ==, 0);
  g_assert_cmpuint (running, ==, 0);
  g_assert_cmpuint (sessions, ==, 2);

  g_object_set (fixture->server, "metrics-path", "/metrics", NULL);
  below = server_fixture_curl_text (fixture, "/metrics/x", NULL);
  g_assert_cmpstr (below, ==, "Not Found\n");
  posted = server_fixture_curl_text (fixture, "/metrics", "-d", "", NULL);
  g_assert_cmpstr (posted, ==, "Not Found\n");
  metrics = server_fixture_curl_text (fixture, "/metrics", "-i", NULL);
  assert_has (metrics, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
  assert_has (metrics, "\r\n\r\n# HELP gimap4d_http_requests_total ");
  assert_has (metrics,
              "gimap4d_http_requests_total{project=\"My \\\"\\\\\\nP\",status=\"2xx\"} 1\n");
  assert_has (metrics, "status=\"4xx\"} 3\n");
  assert_has (metrics, "status=\"5xx\"} 1\n");
  assert_has (metrics, "# TYPE gimap4d_http_requests_running gauge\n");
  assert_has (metrics, "\ngimap4d_http_requests_running{project=\"My \\\"\\\\\\nP\"} 1\n");
  assert_has (metrics, "gimap4d_http_calls_failed_total{project=\"My \\\"\\\\\\nP\"} 1\n");
  g_assert_null (strstr (metrics, "Set-Cookie"));
}

/* What is counted of a client for which there is no room. */
static void
test_refused (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) first = NULL;
  g_autoptr (GSocketConnection) second = NULL;
  guint64 refused = 0;

  g_object_set (fixture->server, "max-connections", 1, NULL);
  server_fixture_listen (fixture);
  first = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->port, NULL, NULL);
  second = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->port, NULL, NULL);
  while (refused == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_object_get (fixture->server, "refused-count", &refused, NULL);
    }
  g_assert_cmpuint (refused, ==, 1);
}

static void
test_log_formats (void)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 3, 4, 5, 6, 7);
  HttpAccess access = {
    .client = "127.0.0.1", .verb = "GET", .url = "/\"x", .status = 200, .size = 5, .agent = "curl/8"
  };
  g_autofree char *combined = http_access_format (&access, time);
  g_autofree char *common = NULL;

  access.is_common = TRUE;
  common = http_access_format (&access, time);
  g_assert_cmpstr (
      combined, ==,
      "127.0.0.1 - - [04/Mar/2026:05:06:07 +0000] \"GET /\\x22x HTTP/1.1\" 200 5 \"-\" "
      "\"curl/8\"\n");
  g_assert_cmpstr (common, ==,
                   "127.0.0.1 - - [04/Mar/2026:05:06:07 +0000] \"GET /\\x22x HTTP/1.1\" 200 5\n");
}

/* S08: what lets somebody in is not in the log. */
static void
test_log_secrets (void)
{
  static const struct
  {
    const char *url;
    const char *shown;
  } urls[] = {
    { "/a?token=CANARY", "/a?token=***" },
    { "/a?x=1&access_token=CANARY&y=2", "/a?x=1&access_token=***&y=2" },
    { "/a?%74oken=CANARY", "/a?%74oken=***" },
    { "/a?%zz=CANARY", "/a?%zz=***" },
    { "/a?PASSWORD=CANARY;q=1", "/a?PASSWORD=***;q=1" },
    { "/a?code=CANARY=CANARY#id_token=CANARY", "/a?code=***#id_token=***" },
    { "/a?author=me&monkey=1", "/a?author=me&monkey=1" },
    { "http://bob:CANARY@host/a?sid=CANARY", "http://***@host/a?sid=***" },
    { "/a?u=http://host/@x", "/a?u=http://host/@x" },
    { "/token=1", "/token=1" },
    { "/a?token", "/a?token" },
    { "", "" },
  };
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 3, 4, 5, 6, 7);

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      HttpAccess access = { .client = "c",
                            .verb = "GET",
                            .url = urls[i].url,
                            .status = 200,
                            .size = 5,
                            .referer = urls[i].url };
      g_autofree char *line = http_access_format (&access, time);
      g_autofree char *wanted = g_strdup_printf (
          "c - - [04/Mar/2026:05:06:07 +0000] \"GET %s HTTP/1.1\" 200 5 \"%s\" \"-\"\n",
          urls[i].shown, urls[i].shown);

      g_assert_cmpstr (line, ==, wanted);
    }
}

/* S08: neither are headers that do, nor the cookies of an answer, whatever a log shows. */
static void
test_log_headers (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "access.log", NULL);
  g_autofree char *content = NULL;
  g_autofree char *answered = NULL;

  g_object_set (fixture->server, "access-log", path, NULL);
  g_rest_server_add_handler (fixture->server, "/x", NULL, answer, fixture->server, NULL, NULL);
  server_fixture_listen (fixture);
  answered = server_fixture_curl_text (fixture, "/x?token=CANARY", "-i", "-H",
                                       "Authorization: Bearer CANARY", "-H", "Cookie: a=CANARY",
                                       "-e", "http://from.test/?token=CANARY", NULL);
  assert_has (answered, "Set-Cookie: ");
  server_fixture_free (g_steal_pointer (&fixture));

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  assert_has (content, "GET /x?token=*** HTTP/1.1");
  g_assert_null (strstr (content, "CANARY"));
  g_assert_null (strstr (content, "4DSID"));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-operation/counts", test_counts);
  g_test_add_func ("/rest-operation/refused", test_refused);
  g_test_add_func ("/rest-operation/log-formats", test_log_formats);
  g_test_add_func ("/rest-operation/S08-log-secrets", test_log_secrets);
  g_test_add_func ("/rest-operation/S08-log-headers", test_log_headers);

  return g_test_run ();
}

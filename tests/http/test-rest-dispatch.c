/* Requests of the program itself: the same answers as over a connection, and no connection.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <string.h>

static void
echo (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, JSON_TYPE_ARRAY);
  g_value_set_boxed (&value, parameters);
  g_rest_call_return_value (call, &value);
}

static gboolean
answer_later_cb (gpointer data)
{
  g_rest_call_return_value (data, NULL);

  return G_SOURCE_REMOVE;
}

static void
answer_later (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_timeout_add_full (G_PRIORITY_DEFAULT, 1, answer_later_cb, g_object_ref (call), g_object_unref);
}

static void
keep (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  GCancellable **place = data;

  *place = g_object_ref (g_incoming_message_get_cancellable (request));
  g_object_set_data_full (G_OBJECT (*place), "call", g_object_ref (call), g_object_unref);
}

static void
show (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GBytes) body = g_incoming_message_get_blob (request);
  g_autofree char *text = g_strdup_printf (
      "%s %s %s %s %" G_GSIZE_FORMAT, g_incoming_message_get_verb (request),
      g_incoming_message_get_url (request), g_incoming_message_get_header (request, "host"),
      g_incoming_message_get_header (request, "x-name"), g_bytes_get_size (body));

  g_outgoing_message_set_text (message, text, NULL);
  g_outgoing_message_add_cookie (message, "a", "b", -1, G_OUTGOING_COOKIE_NONE, NULL);
  g_outgoing_message_set_etag (message, "v1", NULL);
  g_rest_call_return_message (call, message);
}

static void
send_stream (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autofree char *text = g_strnfill (300000, 's');
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (text, 300000, NULL);

  g_object_set_data_full (G_OBJECT (stream), "text", g_steal_pointer (&text), g_free);
  g_outgoing_message_set_stream (message, stream, GPOINTER_TO_INT (data), NULL, NULL);
  g_rest_call_return_message (call, message);
}

static GRestServer *
server_new (void)
{
  GRestServer *server = g_rest_server_new ("D");

  g_rest_server_expose (server, "$catalog", "echo", G_REST_EXPOSE_HTTP_GET, echo, NULL, NULL);
  g_rest_server_expose (server, "$catalog", "later", G_REST_EXPOSE_NONE, answer_later, NULL, NULL);
  g_rest_server_add_handler (server, "/show", NULL, show, NULL, NULL, NULL);
  g_rest_server_add_handler (server, "/stream", NULL, send_stream, GINT_TO_POINTER (-1), NULL,
                             NULL);
  g_rest_server_add_handler (server, "/exact", NULL, send_stream, GINT_TO_POINTER (300000), NULL,
                             NULL);
  g_rest_server_add_handler (server, "/short", NULL, send_stream, GINT_TO_POINTER (400000), NULL,
                             NULL);

  return server;
}

static GOutgoingMessage *
ask (GRestServer *server, const char *verb, const char *url, const char *header, const char *body)
{
  g_autoptr (GHashTable) headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  g_auto (GStrv) pair = header != NULL ? g_strsplit (header, ": ", 2) : NULL;
  g_autoptr (GError) error = NULL;
  GOutgoingMessage *answer = NULL;

  if (pair != NULL)
    g_hash_table_insert (headers, g_strdup (pair[0]), g_strdup (pair[1]));
  answer = g_rest_server_dispatch (server, verb, url, pair != NULL ? headers : NULL, bytes, NULL,
                                   &error);
  g_assert_no_error (error);

  return answer;
}

static char *
dup_body (GOutgoingMessage *answer)
{
  const GValue *body = g_outgoing_message_get_body (answer);
  gsize size = 0;
  const char *data = body != NULL ? g_bytes_get_data (g_value_get_boxed (body), &size) : NULL;

  return g_strndup (data != NULL ? data : "", size);
}

static void
test_answers (void)
{
  static const struct
  {
    const char *verb;
    const char *url;
    const char *header;
    const char *body;
    int status;
    const char *answer;
  } rows[] = {
    { "POST", "/rest/$catalog/echo", NULL, "[1,\"é\"]", 200, "{\"result\":[1,\"é\"]}" },
    { "GET", "/rest/$catalog/echo?$params=[2]", NULL, NULL, 200, "{\"result\":[2]}" },
    { "POST", "/rest/$catalog/later", NULL, NULL, 200, "{\"result\":null}" },
    { "GET", "/show?a=b%20c", NULL, NULL, 200, "GET /show?a=b%20c localhost (null) 0" },
    { "PUT", "/show/x", "X-Name: Zoé", "body", 200, "PUT /show/x localhost Zoé 4" },
    { "GET", "/show", "Host: mail.test", NULL, 200, "GET /show mail.test (null) 0" },
    { "HEAD", "/show", NULL, NULL, 200, "" },
    { "GET", "/show", "If-None-Match: \"v1\"", NULL, 304, "" },
    { "GET", "/show", "Range: bytes=0-2", NULL, 206, "GET" },
    { "POST", "/show", "Origin: http://evil.test", NULL, 403, "Forbidden\n" },
    { "GET", "/nothing", NULL, NULL, 404, "Not Found\n" },
    { "GET", "/a/../b", NULL, NULL, 400, "Bad Request\n" },
    { "TRACE", "/show", NULL, NULL, 405, "Method Not Allowed\n" },
  };
  g_autoptr (GRestServer) server = server_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GOutgoingMessage)
          answer = ask (server, rows[i].verb, rows[i].url, rows[i].header, rows[i].body);
      g_autofree char *body = dup_body (answer);

      g_test_message ("%s %s", rows[i].verb, rows[i].url);
      g_assert_cmpint (g_outgoing_message_get_status (answer), ==, rows[i].status);
      g_assert_cmpstr (body, ==, rows[i].answer);
    }
}

static void
test_headers (void)
{
  g_autoptr (GRestServer) server = server_new ();
  g_autoptr (GOutgoingMessage) answer = ask (server, "GET", "/show", NULL, NULL);
  const char *cookies = g_outgoing_message_get_header (answer, "Set-Cookie");

  g_assert_cmpstr (g_outgoing_message_get_header (answer, "content-type"), ==,
                   "text/plain; charset=utf-8");
  g_assert_cmpstr (g_outgoing_message_get_header (answer, "ETag"), ==, "\"v1\"");
  g_assert_cmpstr (g_outgoing_message_get_header (answer, "X-Content-Type-Options"), ==, "nosniff");
  g_assert_nonnull (strstr (cookies, "a=b; Path=/"));
  g_assert_nonnull (strstr (cookies, "4DSID_D="));
  g_assert_null (g_outgoing_message_get_header (answer, "Content-Length"));
  g_assert_null (g_outgoing_message_get_header (answer, "Connection"));
}

static void
test_streams (void)
{
  g_autoptr (GRestServer) server = server_new ();
  g_autoptr (GOutgoingMessage) endless = ask (server, "GET", "/stream", NULL, NULL);
  g_autoptr (GOutgoingMessage) exact = ask (server, "GET", "/exact", NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) cut = NULL;

  g_assert_cmpint (g_outgoing_message_get_content_length (endless), ==, 300000);
  g_assert_cmpint (g_outgoing_message_get_content_length (exact), ==, 300000);
  cut = g_rest_server_dispatch (server, "GET", "/short", NULL, NULL, NULL, &error);
  g_assert_null (cut);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
}

static void
test_refused (void)
{
  static const char *const rows[][4] = {
    { "G T", "/", NULL, NULL },
    { "", "/", NULL, NULL },
    { "GET", "/a b", NULL, NULL },
    { "GET", "/ HTTP/1.1\r\nX: y\r\n\r\n", NULL, NULL },
    { "GET", "/", "X", "a\r\nb" },
    { "GET", "/", "X y", "a" },
    { "GET", "/", "Content-Length", "7" },
    { "GET", "/", "Transfer-Encoding", "chunked" },
  };
  g_autoptr (GRestServer) server = server_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GHashTable) headers = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (GError) error = NULL;

      if (rows[i][2] != NULL)
        g_hash_table_insert (headers, (gpointer) rows[i][2], (gpointer) rows[i][3]);
      g_assert_null (
          g_rest_server_dispatch (server, rows[i][0], rows[i][1], headers, NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
dispatched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GError **place = data;

  g_assert_null (g_rest_server_dispatch_finish (G_REST_SERVER (source), result, place));
}

/* Whoever waits may leave; the function hears of it. */
static void
test_cancelled (void)
{
  g_autoptr (GRestServer) server = server_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) inside = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;

  g_rest_server_expose (server, "$catalog", "keep", G_REST_EXPOSE_HTTP_GET, keep, &inside, NULL);
  g_rest_server_dispatch_async (server, "GET", "/rest/$catalog/keep", NULL, NULL, cancellable,
                                dispatched_cb, &error);
  while (inside == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_cancellable_is_cancelled (inside));
  g_object_set_data (G_OBJECT (inside), "call", NULL);

  g_assert_null (g_rest_server_dispatch (server, "GET", "/show", NULL, NULL, cancellable, &again));
  g_assert_error (again, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_threads (void)
{
  g_autoptr (GRestServer) server = server_new ();
  g_autoptr (GOutgoingMessage) answer = NULL;
  g_autofree char *body = NULL;

  g_object_set (server, "n-threads", 2, NULL);
  answer = ask (server, "POST", "/rest/$catalog/echo", NULL, "[7]");
  body = dup_body (answer);
  g_assert_cmpstr (body, ==, "{\"result\":[7]}");
}

/* The server does not change by it: it can listen, and is let go of. */
static void
test_nothing_left (void)
{
  GRestServer *server = server_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GOutgoingMessage) answer = ask (server, "GET", "/show", NULL, NULL);

      g_assert_cmpint (g_outgoing_message_get_status (answer), ==, 200);
      g_assert_true (g_rest_server_listen (server, 0, &error));
      g_assert_no_error (error);
      g_rest_server_stop (server);
      g_rest_server_run (server);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-dispatch/answers", test_answers);
  g_test_add_func ("/rest-dispatch/headers", test_headers);
  g_test_add_func ("/rest-dispatch/streams", test_streams);
  g_test_add_func ("/rest-dispatch/refused", test_refused);
  g_test_add_func ("/rest-dispatch/cancelled", test_cancelled);
  g_test_add_func ("/rest-dispatch/threads", test_threads);
  g_test_add_func ("/rest-dispatch/nothing-left", test_nothing_left);

  return g_test_run ();
}

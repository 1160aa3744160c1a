/* A server in the test's own main loop, and clients beside it: curl, and bytes on a socket.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <string.h>

typedef struct
{
  guint16 port;
  GBytes *bytes;
  gsize step;
  GBytes *answer;
  gboolean is_done;
} Talk;

static void
failed_cb (GRestServer *server, const GError *error, gpointer data)
{
  g_string_append_printf (data, "%s\n", error->message);
}

ServerFixture *
server_fixture_new (const char *project_name)
{
  ServerFixture *fixture = g_new0 (ServerFixture, 1);

  fixture->server = g_rest_server_new (project_name);
  fixture->failures = g_string_new (NULL);
  fixture->scheme = "http";
  g_signal_connect (fixture->server, "call-failed", G_CALLBACK (failed_cb), fixture->failures);

  return fixture;
}

void
server_fixture_listen (ServerFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) uris = NULL;
  g_autoptr (GUri) uri = NULL;

  g_assert_true (g_rest_server_listen (fixture->server, 0, &error));
  g_assert_no_error (error);
  uris = g_rest_server_get_uris (fixture->server);
  uri = g_uri_parse (uris[0], G_URI_FLAGS_NONE, &error);
  g_assert_no_error (error);
  fixture->port = g_uri_get_port (uri);
}

void
server_fixture_free (ServerFixture *fixture)
{
  g_rest_server_stop (fixture->server);
  g_rest_server_run (fixture->server);
  /* What was cut is freed in the main loop. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->server);
  g_string_free (fixture->failures, TRUE);
  g_free (fixture);
}

static void
write_steps (GOutputStream *output, GBytes *bytes, gsize step)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  /* The server may have closed already: then there is nothing to write to. */
  for (gsize i = 0; i < size; i += step)
    if (!g_output_stream_write_all (output, data + i, MIN (step, size - i), NULL, NULL, NULL))
      return;
}

static gpointer
talk_thread (gpointer data)
{
  Talk *talk = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();

  g_socket_client_set_timeout (client, 30);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", talk->port, NULL, NULL);
  g_assert_nonnull (connection);
  g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (connection), FALSE);
  write_steps (g_io_stream_get_output_stream (G_IO_STREAM (connection)), talk->bytes,
               talk->step > 0 ? talk->step : g_bytes_get_size (talk->bytes));
  g_output_stream_splice (output, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                          G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL);
  g_output_stream_close (output, NULL, NULL);
  talk->answer = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
  g_atomic_int_set (&talk->is_done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

char *
server_fixture_talk (ServerFixture *fixture, const void *bytes, gsize size, gsize step)
{
  Talk talk = { .port = fixture->port, .bytes = g_bytes_new (bytes, size), .step = step };
  GThread *thread = g_thread_new ("client", talk_thread, &talk);
  gsize length = 0;
  char *data = NULL;

  while (!g_atomic_int_get (&talk.is_done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_bytes_unref (talk.bytes);

  data = g_bytes_unref_to_data (talk.answer, &length);
  data = g_realloc (data, length + 1);
  data[length] = '\0';

  return data;
}

char *
server_fixture_ask (ServerFixture *fixture, const char *text)
{
  return server_fixture_talk (fixture, text, strlen (text), 0);
}

static void
curl_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **place = data;

  *place = g_object_ref (result);
}

static GBytes *
run_curl (ServerFixture *fixture, const char *path, va_list arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) line = g_ptr_array_new ();
  g_autofree char *uri = g_strdup_printf ("%s://127.0.0.1:%u%s", fixture->scheme, fixture->port,
                                          path);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GBytes *output = NULL;
  char *argument = NULL;

  g_ptr_array_add (line, (gpointer) "curl");
  g_ptr_array_add (line, (gpointer) "-sSk");
  g_ptr_array_add (line, (gpointer) "--globoff");
  g_ptr_array_add (line, (gpointer) "--path-as-is");
  g_ptr_array_add (line, (gpointer) "--max-time");
  g_ptr_array_add (line, (gpointer) "120");
  while ((argument = va_arg (arguments, char *)) != NULL)
    g_ptr_array_add (line, argument);
  g_ptr_array_add (line, uri);
  g_ptr_array_add (line, NULL);

  process = g_subprocess_newv ((const char *const *) line->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_communicate_async (process, NULL, NULL, curl_done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_communicate_finish (process, result, &output, NULL, &error);
  g_assert_no_error (error);

  return output;
}

GBytes *
server_fixture_curl (ServerFixture *fixture, const char *path, ...)
{
  GBytes *output = NULL;
  va_list arguments;

  va_start (arguments, path);
  output = run_curl (fixture, path, arguments);
  va_end (arguments);

  return output;
}

char *
server_fixture_curl_text (ServerFixture *fixture, const char *path, ...)
{
  g_autoptr (GBytes) output = NULL;
  va_list arguments;
  gsize size = 0;
  const char *data = NULL;

  va_start (arguments, path);
  output = run_curl (fixture, path, arguments);
  va_end (arguments);
  data = g_bytes_get_data (output, &size);

  return g_strndup (data != NULL ? data : "", size);
}

void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no “%s” in: %s", part, text);
}

void
assert_lacks (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("“%s” in: %s", part, text);
}

void
assert_status (const char *answer, int status)
{
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %d ", status);

  if (!g_str_has_prefix (answer, line))
    g_error ("not %d: %s", status, answer);
}

guint
count_text (const char *text, const char *part)
{
  guint n_found = 0;

  for (; (text = strstr (text, part)) != NULL; text += strlen (part))
    n_found++;

  return n_found;
}

/* Server-sent events: their form, and what becomes of them when clients leave or do not read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <string.h>

#include "gimap4d/http/event-queue.h"
#include "server-fixture.h"

static void
test_format (void)
{
  static const struct
  {
    const char *data;
    const char *event;
    const char *id;
    const char *text; /* NULL: it is refused */
  } rows[] = {
    { "a", NULL, NULL, "data: a\n\n" },
    { "", NULL, NULL, "data: \n\n" },
    { " a", "mail", "7", "event: mail\nid: 7\ndata:  a\n\n" },
    { "a\nb", NULL, NULL, "data: a\ndata: b\n\n" },
    { "a\r\nb\rc\n", NULL, NULL, "data: a\ndata: b\ndata: c\ndata: \n\n" },
    { "\n\nevent: x\nid: 1", NULL, NULL, "data: \ndata: \ndata: event: x\ndata: id: 1\n\n" },
    { ":\r\r", NULL, NULL, "data: :\ndata: \ndata: \n\n" },
    { "a", "", "", "event: \nid: \ndata: a\n\n" },
    { "\xc3\xa9", "\xc3\xa9", "\xc3\xa9", "event: \xc3\xa9\nid: \xc3\xa9\ndata: \xc3\xa9\n\n" },
    { "a", "x\ny", NULL, NULL },
    { "a", "x\ry", NULL, NULL },
    { "a", NULL, "1\n\ndata: x", NULL },
    { "a", "\xff", NULL, NULL },
    { "a", NULL, "\xff", NULL },
    { "\xff", NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = event_queue_format (rows[i].data, rows[i].event, rows[i].id, &error);

      g_assert_cmpstr (text, ==, rows[i].text);
      if (rows[i].text == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

typedef struct
{
  ServerFixture *server;
  GEventStream *stream;
  guint n_closed;
  GSocketConnection *client;
  GString *seen;
} Fixture;

static void
closed_cb (GEventStream *stream, gpointer data)
{
  Fixture *fixture = data;

  g_assert_false (g_event_stream_get_is_open (stream));
  fixture->n_closed++;
}

static void
open_events (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  Fixture *fixture = data;
  g_auto (GValue) value = G_VALUE_INIT;

  g_clear_object (&fixture->stream);
  fixture->stream = g_event_stream_new (request);
  g_signal_connect (fixture->stream, "closed", G_CALLBACK (closed_cb), fixture);
  g_value_init (&value, G_TYPE_EVENT_STREAM);
  g_value_set_object (&value, fixture->stream);
  g_rest_call_return_value (call, &value);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = server_fixture_new ("P");
  fixture->seen = g_string_new (NULL);
  g_object_set (fixture->server->server, "session-mode", G_REST_SESSION_MODE_NONE, NULL);
  g_assert_true (g_rest_server_add_handler (fixture->server->server, "/events", NULL, open_events,
                                            fixture, NULL, NULL));
  server_fixture_listen (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->client);
  if (fixture->stream != NULL)
    {
      g_signal_handlers_disconnect_by_data (fixture->stream, fixture);
      g_assert_finalize_object (g_steal_pointer (&fixture->stream));
    }
  server_fixture_free (fixture->server);
  g_string_free (fixture->seen, TRUE);
}

static void
connect_client (Fixture *fixture, const char *head)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *request = g_strconcat (head, "\r\nHost: localhost\r\n\r\n", NULL);

  fixture->client = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->server->port,
                                                     NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (fixture->client)), request,
                             strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* FALSE when the server has closed the connection. */
static gboolean
read_some (Fixture *fixture)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (fixture->client));
  char buffer[4096];
  g_autoptr (GError) error = NULL;
  gssize size = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer,
                                                          sizeof buffer, NULL, &error);

  if (size > 0)
    g_string_append_len (fixture->seen, buffer, size);
  else if (size < 0)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);

  return size != 0;
}

static void
turn (void)
{
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (1000);
}

static void
wait_for (Fixture *fixture, const char *text)
{
  while (strstr (fixture->seen->str, text) == NULL)
    {
      g_assert_true (read_some (fixture));
      turn ();
    }
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutgoingMessage) other = g_outgoing_message_new ();

  connect_client (fixture, "GET /events HTTP/1.1\r\nLast-Event-ID: 41");
  wait_for (fixture, "\r\n\r\n");
  g_assert_nonnull (strstr (fixture->seen->str, "\r\nContent-Type: text/event-stream\r\n"));
  g_assert_nonnull (strstr (fixture->seen->str, "\r\nCache-Control: no-cache\r\n"));
  g_assert_nonnull (strstr (fixture->seen->str, "\r\nX-Accel-Buffering: no\r\n"));
  g_assert_cmpstr (g_event_stream_get_last_event_id (fixture->stream), ==, "41");

  g_assert_true (g_event_stream_send_retry (fixture->stream, 2000, &error));
  g_assert_true (g_event_stream_send (fixture->stream, "one\ntwo", "mail", "42", &error));
  wait_for (fixture, "retry: 2000\n\n");
  wait_for (fixture, "event: mail\nid: 42\ndata: one\ndata: two\n\n");
  g_assert_false (g_event_stream_send (fixture->stream, "x", "a\nb", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (g_outgoing_message_set_event_stream (other, fixture->stream, &error));
  g_assert_error (error, G_OUTGOING_MESSAGE_ERROR, G_OUTGOING_MESSAGE_ERROR_ALREADY_SENT);
  g_clear_error (&error);

  g_assert_true (g_event_stream_send (fixture->stream, "last", NULL, NULL, &error));
  g_event_stream_close (fixture->stream);
  g_assert_false (g_event_stream_send (fixture->stream, "more", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  wait_for (fixture, "data: last\n\n\r\n0\r\n\r\n");
  g_assert_null (strstr (fixture->seen->str, "more"));
  g_assert_cmpuint (fixture->n_closed, ==, 0);
}

static void
test_keep_alive (Fixture *fixture, gconstpointer data)
{
  connect_client (fixture, "GET /events HTTP/1.1");
  wait_for (fixture, "\r\n\r\n");
  g_assert_cmpuint (g_event_stream_get_keep_alive (fixture->stream), ==, 15);
  g_object_set (fixture->stream, "keep-alive", 1, NULL);
  g_assert_true (g_event_stream_send (fixture->stream, "a", NULL, NULL, NULL));
  wait_for (fixture, "data: a\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n");
}

static void
test_leaving (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  connect_client (fixture, "GET /events HTTP/1.1");
  wait_for (fixture, "\r\n\r\n");
  g_assert_true (g_event_stream_get_is_open (fixture->stream));
  g_clear_object (&fixture->client);
  while (fixture->n_closed == 0)
    turn ();
  g_assert_false (g_event_stream_send (fixture->stream, "a", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  for (guint i = 0; i < 20; i++)
    turn ();
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

/* Memory for one client has a limit, however much there is to tell. */
static void
test_not_reading (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (16 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  guint n_sent = 0;

  connect_client (fixture, "GET /events HTTP/1.1");
  wait_for (fixture, "\r\n\r\n");
  while (g_event_stream_send (fixture->stream, text, NULL, NULL, &error))
    {
      n_sent++;
      for (guint i = 0; i < 5; i++)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (n_sent, <, 10000);
    }
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (n_sent, >=, 15);
  g_assert_false (g_event_stream_get_is_open (fixture->stream));

  /* What was sent before comes, and then the end. */
  wait_for (fixture, "\r\n0\r\n\r\n");
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  connect_client (fixture, "GET /events HTTP/1.1");
  wait_for (fixture, "\r\n\r\n");
  g_rest_server_stop (fixture->server->server);
  g_assert_cmpuint (fixture->n_closed, ==, 1);
  wait_for (fixture, "\r\n0\r\n\r\n");
  g_rest_server_run (fixture->server->server);
  /* For the one who ends it once more. */
  server_fixture_listen (fixture->server);
}

static void
test_head (Fixture *fixture, gconstpointer data)
{
  connect_client (fixture, "HEAD /events HTTP/1.1");
  wait_for (fixture, "\r\n\r\n");
  g_assert_nonnull (strstr (fixture->seen->str, "text/event-stream"));
  g_assert_false (g_event_stream_get_is_open (fixture->stream));
}

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  connect_client (fixture, "GET /events HTTP/1.1");
  wait_for (fixture, "\r\n\r\n");
  g_assert_finalize_object (g_steal_pointer (&fixture->stream));
  wait_for (fixture, "\r\n0\r\n\r\n");
}

/* With its last answer, whose end libsoup still has to tell somebody. */
static void
test_server_dropped (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 40; i++)
    {
      Fixture other = { .server = server_fixture_new ("P"), .seen = g_string_new (NULL) };

      g_rest_server_add_handler (other.server->server, "/events", NULL, open_events, &other, NULL,
                                 NULL);
      server_fixture_listen (other.server);
      connect_client (&other, "GET /events HTTP/1.1");
      wait_for (&other, "\r\n\r\n");
      g_event_stream_close (other.stream);
      wait_for (&other, "\r\n0\r\n\r\n");
      g_object_add_weak_pointer (G_OBJECT (other.server->server),
                                 (gpointer *) &other.server->server);
      g_object_unref (other.server->server);
      while (other.server->server != NULL)
        turn ();
      turn ();
      g_object_unref (other.stream);
      g_object_unref (other.client);
      g_string_free (other.server->failures, TRUE);
      g_free (other.server);
      g_string_free (other.seen, TRUE);
    }
}

#define N_THREADS 4
#define N_EVENTS 100

static gpointer
send_many (gpointer data)
{
  for (guint i = 0; i < N_EVENTS; i++)
    g_assert_true (g_event_stream_send (data, "event", NULL, NULL, NULL));

  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[N_THREADS];
  guint n_seen = 0;

  connect_client (fixture, "GET /events HTTP/1.1");
  wait_for (fixture, "\r\n\r\n");
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("events", send_many, fixture->stream);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_event_stream_close (fixture->stream);
  wait_for (fixture, "\r\n0\r\n\r\n");
  for (const char *c = fixture->seen->str; (c = strstr (c, "data: event\n\n")) != NULL; c++)
    n_seen++;
  g_assert_cmpuint (n_seen, ==, N_THREADS * N_EVENTS);
}

static gpointer
push_and_close (gpointer data)
{
  g_assert_true (event_queue_push (data, "data: a\n\n", NULL));
  g_assert_true (event_queue_close (data));

  return NULL;
}

static gpointer
cancel_later (gpointer data)
{
  g_usleep (1000);
  g_cancellable_cancel (data);

  return NULL;
}

/* Where somebody reads in his own thread. */
static void
test_blocking (void)
{
  g_autoptr (EventQueue) queue = event_queue_new (100);
  g_autoptr (EventQueue) endless = event_queue_new (100);
  g_autoptr (GInputStream) input = event_queue_open_stream (queue);
  g_autoptr (GInputStream) other = event_queue_open_stream (endless);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("events", push_and_close, queue);
  char buffer[20];
  gsize size = 0;

  g_assert_true (g_input_stream_read_all (input, buffer, sizeof buffer, &size, NULL, NULL));
  g_assert_cmpmem (buffer, size, "data: a\n\n", 9);
  g_thread_join (thread);

  thread = g_thread_new ("cancel", cancel_later, cancellable);
  g_assert_cmpint (g_input_stream_read (other, buffer, sizeof buffer, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/event-stream/events", test_events },
    { "/event-stream/keep-alive", test_keep_alive },
    { "/event-stream/leaving", test_leaving },
    { "/event-stream/not-reading", test_not_reading },
    { "/event-stream/stop", test_stop },
    { "/event-stream/head", test_head },
    { "/event-stream/dropped", test_dropped },
    { "/event-stream/server-dropped", test_server_dropped },
    { "/event-stream/threads", test_threads },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-stream/format", test_format);
  g_test_add_func ("/event-stream/blocking", test_blocking);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);

  return g_test_run ();
}

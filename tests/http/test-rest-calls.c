/* Functions that answer later, from a thread, too late, or when nobody waits any more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <string.h>

typedef struct
{
  GRestCall *call;
  GCancellable *cancellable;
} Waiting;

static void
echo (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, JSON_TYPE_ARRAY);
  g_value_set_boxed (&value, parameters);
  g_rest_call_return_value (call, &value);
}

static gboolean
answer_later (gpointer data)
{
  g_autoptr (GRestCall) call = data;

  g_rest_call_return_value (call, NULL);

  return G_SOURCE_REMOVE;
}

static gpointer
answer_in_thread (gpointer data)
{
  answer_later (data);

  return NULL;
}

static void
wait_in_loop (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_timeout_add (5, answer_later, g_object_ref (call));
}

static void
wait_in_thread (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_thread_unref (g_thread_new ("answer", answer_in_thread, g_object_ref (call)));
}

static void
test_later (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");

  g_rest_server_expose (fixture->server, "L", "loop", G_REST_EXPOSE_NONE, wait_in_loop, NULL, NULL);
  g_rest_server_expose (fixture->server, "L", "thread", G_REST_EXPOSE_NONE, wait_in_thread, NULL,
                        NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *text = server_fixture_curl_text (
          fixture, i % 2 ? "/rest/L/loop" : "/rest/L/thread", "-d", "[]", NULL);

      g_assert_cmpstr (text, ==, "{\"result\":null}");
    }
}

static void
test_threads (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autofree char *text = NULL;

  g_rest_server_expose (fixture->server, "$catalog", "echo", G_REST_EXPOSE_NONE, echo, NULL, NULL);
  g_object_set (fixture->server, "n-threads", 2, NULL);
  server_fixture_listen (fixture);
  text = server_fixture_curl_text (fixture, "/rest/$catalog/echo", "-d", "[7]", NULL);
  g_assert_cmpstr (text, ==, "{\"result\":[7]}");
}

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_begun;
  gboolean is_released;
  gboolean is_destroyed;
} Gate;

static void
wait_at_gate (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  Gate *gate = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&gate->mutex);

  gate->n_begun++;
  while (!gate->is_released)
    g_cond_wait (&gate->cond, &gate->mutex);
}

static void
gate_destroyed (gpointer data)
{
  Gate *gate = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&gate->mutex);

  gate->is_destroyed = TRUE;
  g_cond_signal (&gate->cond);
}

/* A function that does not come back keeps its thread and not the server, and what waits for the
 * thread is not begun when nobody wants it any more. */
static void
test_threads_left (void)
{
  ServerFixture *fixture = server_fixture_new ("P");
  Gate gate = { 0 };

  g_mutex_init (&gate.mutex);
  g_cond_init (&gate.cond);
  g_object_set (fixture->server, "n-threads", 1, "call-timeout", 1, NULL);
  g_rest_server_expose (fixture->server, "L", "gate", G_REST_EXPOSE_NONE, wait_at_gate, &gate,
                        gate_destroyed);
  server_fixture_listen (fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *text = server_fixture_curl_text (fixture, "/rest/L/gate", "-i", "-d", "[]",
                                                        NULL);

      assert_status (text, 500);
    }
  server_fixture_free (fixture);

  g_mutex_lock (&gate.mutex);
  g_assert_false (gate.is_destroyed);
  gate.is_released = TRUE;
  g_cond_signal (&gate.cond);
  while (!gate.is_destroyed)
    g_cond_wait (&gate.cond, &gate.mutex);
  g_assert_cmpuint (gate.n_begun, ==, 1);
  g_mutex_unlock (&gate.mutex);
  g_mutex_clear (&gate.mutex);
  g_cond_clear (&gate.cond);
}

static void
keep_call (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  Waiting *waiting = data;

  waiting->call = g_object_ref (call);
  waiting->cancellable = g_object_ref (g_incoming_message_get_cancellable (request));
}

static void
test_call_timeout (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autofree char *text = NULL;
  Waiting waiting = { NULL };

  g_object_set (fixture->server, "call-timeout", 1, NULL);
  g_rest_server_expose (fixture->server, "L", "keep", G_REST_EXPOSE_NONE, keep_call, &waiting,
                        NULL);
  server_fixture_listen (fixture);
  text = server_fixture_curl_text (fixture, "/rest/L/keep", "-i", "-d", "[]", NULL);
  assert_status (text, 500);
  g_assert_true (g_cancellable_is_cancelled (waiting.cancellable));
  g_rest_call_return_value (waiting.call, NULL);
  g_object_unref (waiting.call);
  g_object_unref (waiting.cancellable);
}

static void
conceal_itself (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  ServerFixture *fixture = *(ServerFixture **) data;

  g_assert_true (g_rest_server_conceal (fixture->server, "L", "once"));
  g_timeout_add_full (G_PRIORITY_DEFAULT, 1, answer_later, g_object_ref (call), NULL);
}

/* A function is taken back while it is at work, and its data freed: the answer is given, and there
 * is no second. */
static void
test_concealed (void)
{
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  ServerFixture **place = g_new (ServerFixture *, 1);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  *place = fixture;
  g_rest_server_expose (fixture->server, "L", "once", G_REST_EXPOSE_NONE, conceal_itself, place,
                        g_free);
  server_fixture_listen (fixture);
  first = server_fixture_curl_text (fixture, "/rest/L/once", "-d", "[]", NULL);
  g_assert_cmpstr (first, ==, "{\"result\":null}");
  second = server_fixture_curl_text (fixture, "/rest/L/once", "-i", "-d", "[]", NULL);
  assert_status (second, 404);
}

/* The client leaves while its function is at work (H18). */
static void
test_client_leaves (void)
{
  static const char request[] = "POST /rest/C/echo HTTP/1.1\r\nHost: localhost\r\n"
                                "Content-Length: 2\r\n\r\n[]";
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  Waiting waiting = { NULL };

  g_rest_server_expose (fixture->server, "C", "echo", G_REST_EXPOSE_NONE, keep_call, &waiting,
                        NULL);
  server_fixture_listen (fixture);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocketConnection) connection = NULL;

      connection = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->port, NULL,
                                                    &error);
      g_assert_no_error (error);
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                                 sizeof request - 1, NULL, NULL, &error);
      g_assert_no_error (error);
      while (waiting.call == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_io_stream_close (G_IO_STREAM (connection), NULL, &error);
      while (!g_cancellable_is_cancelled (waiting.cancellable))
        g_main_context_iteration (NULL, TRUE);
      g_rest_call_return_value (waiting.call, NULL);
      g_clear_object (&waiting.call);
      g_clear_object (&waiting.cancellable);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-calls/later", test_later);
  g_test_add_func ("/rest-calls/threads", test_threads);
  g_test_add_func ("/rest-calls/threads-left", test_threads_left);
  g_test_add_func ("/rest-calls/H17/call-timeout", test_call_timeout);
  g_test_add_func ("/rest-calls/H17/concealed", test_concealed);
  g_test_add_func ("/rest-calls/H18/client-leaves", test_client_leaves);

  return g_test_run ();
}

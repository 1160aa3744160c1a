/* The REST server while calls of the system fail: a client may be lost, the server goes on.
 *
 * The server lives in the main thread, whose calls fail; each client is a thread of its own, whose do
 * not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-test.h"

#include "gimap4d/gimap4d.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than waits in memory: the rest waits in a file. */
#define LARGE 300000
#define MOST_CALLS 5000
#define SEEDS 3
#define SEEDS_SLOW 50
/* Of a client for the next bytes; the server has to have ended before, one way or the other. */
#define PATIENCE_SECONDS 60

static const FaultShim *shim;
static gint n_signals; /* atomic */

typedef struct
{
  const char *name;
  const char *head;
  gsize body;
} Request;

static const Request requests[] = {
  { "get", "GET /rest/T/ok HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 0 },
  { "upload",
    "POST /size HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n",
    LARGE },
  { "download", "GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 0 },
};

typedef struct
{
  const char *calls;
  int errors[6];
  gboolean is_harmless; /* no client notices */
} Fault;

static const Fault faults[] = {
  { "accept", { EMFILE, ENFILE, ECONNABORTED, ENOBUFS, ENOMEM, EPROTO }, TRUE },
  { "recv", { ECONNRESET, ETIMEDOUT, ENOMEM } },
  { "send", { EPIPE, ECONNRESET, ENOBUFS } },
  { "read", { EIO } },
  { "write", { EIO, ENOSPC } },
  { "open", { EMFILE, EACCES, ENOSPC }, TRUE },
  { "mmap", { ENOMEM } },
  { "malloc", { ENOMEM }, TRUE },
  { "setsockopt", { ENOPROTOOPT, ENOMEM }, TRUE },
  { "poll", { ENOMEM, EINTR }, TRUE },
  { "epoll_ctl", { ENOMEM, ENOSPC }, TRUE },
  { "epoll_wait", { EINTR }, TRUE },
  { "eventfd", { EMFILE }, TRUE },
};

static void
ok (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_rest_call_return_value (call, NULL);
}

static void
size (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GBytes) body = g_incoming_message_get_blob (request);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, body != NULL ? g_bytes_get_size (body) : 0);
  g_rest_call_return_value (call, &value);
}

static void
large (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_take_string (&value, g_strnfill (LARGE, 'x'));
  g_rest_call_return_value (call, &value);
}

static GRestServer *
server_new (guint16 *out_port)
{
  GRestServer *server = g_rest_server_new ("T");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) uris = NULL;
  g_autoptr (GUri) uri = NULL;

  g_object_set (server, "session-mode", G_REST_SESSION_MODE_NONE, "header-timeout", 3, NULL);
  g_rest_server_expose (server, "T", "ok", G_REST_EXPOSE_HTTP_GET, ok, NULL, NULL);
  g_assert_true (g_rest_server_add_handler (server, "/size", "POST", size, NULL, NULL, NULL));
  g_assert_true (g_rest_server_add_handler (server, "/large", "GET", large, NULL, NULL, NULL));
  g_assert_true (g_rest_server_listen (server, 0, &error));
  g_assert_no_error (error);
  uris = g_rest_server_get_uris (server);
  uri = g_uri_parse (uris[0], G_URI_FLAGS_NONE, &error);
  g_assert_no_error (error);
  *out_port = (guint16) g_uri_get_port (uri);

  return server;
}

static void
server_free (GRestServer *server)
{
  g_rest_server_stop (server);
  g_rest_server_run (server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (server);
}

typedef struct
{
  guint16 port;
  const Request *request;
  GString *answer;
  gboolean is_hanging;
  gboolean is_done; /* atomic */
} Talk;

static int
connect_to (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);

  return fd;
}

static void
send_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = send (fd, data, length, MSG_NOSIGNAL);

      if (n <= 0)
        return;
      data += n;
      length -= (gsize) n;
    }
}

static gpointer
talk_thread (gpointer data)
{
  Talk *talk = data;
  g_autofree char *body = g_strnfill (talk->request->body, 'b');
  char block[4096];
  gssize n;
  int fd;

  shim->exempt_thread (TRUE);
  fd = connect_to (talk->port);
  send_all (fd, talk->request->head, strlen (talk->request->head));
  send_all (fd, body, talk->request->body);
  while ((n = recv (fd, block, sizeof block, 0)) > 0)
    g_string_append_len (talk->answer, block, n);
  talk->is_hanging = n < 0 && errno == EAGAIN;
  close (fd);
  g_atomic_int_set (&talk->is_done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

/* The status line and what is below the head. Returns: (transfer full) */
static char *
get_gist (const char *answer)
{
  const char *line_end = strstr (answer, "\r\n");
  const char *head_end = strstr (answer, "\r\n\r\n");

  if (head_end == NULL)
    return g_strdup ("");

  return g_strdup_printf ("%.*s %s", (int) (line_end - answer), answer, head_end + 4);
}

static char *
ask (guint16 port, const Request *request)
{
  Talk talk = { .port = port, .request = request, .answer = g_string_new (NULL) };
  GThread *thread = g_thread_new ("client", talk_thread, &talk);
  char *gist;

  while (!g_atomic_int_get (&talk.is_done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  if (talk.is_hanging)
    g_error ("The server hung after: %.200s", talk.answer->str);
  gist = get_gist (talk.answer->str);
  g_string_free (talk.answer, TRUE);

  return gist;
}

static char *
ask_well (guint16 port, const Request *request)
{
  char *gist = ask (port, request);

  if (!g_str_has_prefix (gist, "HTTP/1.1 200 OK "))
    g_error ("not 200: %.200s", gist);

  return gist;
}

/* What a client may get when a call failed: the answer, whole or cut, none, or that the server cannot. */
static void
assert_fair (const char *gist, const char *expected)
{
  gboolean is_fair = g_str_has_prefix (expected, gist) || g_str_has_prefix (gist, "HTTP/1.1 5") ||
                     g_str_has_prefix (gist, "HTTP/1.1 408 ");

  if (!is_fair)
    g_error ("%.200s", gist);
}

static void
assert_descriptors (guint *n_before)
{
  guint n = fault_test_count_descriptors ();

  for (guint i = 0; n > *n_before && i < 1000; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
      n = fault_test_count_descriptors ();
    }
  g_assert_cmpuint (n, <=, *n_before);
  *n_before = n;
}

static gboolean
is_fatal_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  return strstr (message, "poll(2) failed") == NULL;
}

static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if (is_fatal_cb (domain, level, message, user_data))
    g_log_default_handler (domain, level, message, user_data);
}

static void
torture (guint16 port, const Request *request, const Fault *fault, int code)
{
  g_autofree char *expected = ask_well (port, request);
  guint n_before = fault_test_count_descriptors ();
  guint n_hit = 1;

  for (guint n = 1; n_hit > 0; n += fault_test_get_step (n))
    {
      g_autofree char *gist = NULL;
      g_autofree char *afterwards = NULL;

      shim->arm (FAULT_NTH, fault->calls, n, code, 0);
      gist = ask (port, request);
      n_hit = shim->disarm ();

      g_test_message ("%s, %s %u: %.60s", request->name, fault->calls, n, gist);
      if (fault->is_harmless)
        g_assert_cmpstr (gist, ==, expected);
      assert_fair (gist, expected);
      afterwards = ask_well (port, request);
      g_assert_cmpstr (afterwards, ==, expected);
      assert_descriptors (&n_before);
      g_assert_cmpuint (n, <, MOST_CALLS);
    }
}

static void
test_torture (gconstpointer data)
{
  const Fault *fault = data;
  guint16 port;
  GRestServer *server = server_new (&port);
  guint n_errors = 0;

  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  while (n_errors < G_N_ELEMENTS (fault->errors) && fault->errors[n_errors] != 0)
    n_errors++;
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      guint first = (guint) g_test_rand_int_range (0, (gint32) n_errors);

      for (guint j = 0; j < (g_test_slow () ? n_errors : 1); j++)
        torture (port, &requests[i], fault, fault->errors[(first + j) % n_errors]);
    }
  server_free (server);
}

static void
test_halves (gconstpointer data)
{
  const Request *request = data;
  guint16 port;
  GRestServer *server = server_new (&port);
  g_autofree char *expected = ask_well (port, request);
  guint n_seeds = g_test_slow () ? SEEDS_SLOW : SEEDS;

  for (guint i = 0; i < n_seeds; i++)
    {
      guint seed = (guint) g_test_rand_int ();
      g_autofree char *gist = NULL;

      g_test_message ("seed %u", seed);
      /* A few bytes at once where there are many, so that it does not take minutes. */
      shim->arm (i == 0 ? FAULT_SHORT : FAULT_AGAIN, "all", request == &requests[0] ? 1 : 97, 0,
                 seed);
      gist = ask_well (port, request);
      g_assert_cmpuint (shim->disarm (), >, 3);
      g_assert_cmpstr (gist, ==, expected);
    }
  server_free (server);
}

/* Without descriptors who knocks waits, and is let in when there are some. */
static void
test_descriptors (gconstpointer data)
{
  const Request *request = data;
  guint16 port;
  GRestServer *server = server_new (&port);
  g_autofree char *expected = ask_well (port, request);
  g_autofree char *answer = g_malloc0 (100);
  struct rlimit limit;
  struct rlimit none;
  guint n_connections = 0;
  gint64 end;
  int fd;
  int free_one;

  /* What the first client had must not become free meanwhile. */
  do
    {
      g_main_context_iteration (NULL, FALSE);
      g_object_get (server, "connection-count", &n_connections, NULL);
    }
  while (n_connections > 0);
  fd = connect_to (port);
  send_all (fd, request->head, strlen (request->head));
  free_one = dup (fd);
  close (free_one);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = (rlim_t) free_one;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);

  shim->arm (FAULT_COUNT, "accept", 0, 0, 0);
  end = g_get_monotonic_time () + G_USEC_PER_SEC;
  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  shim->disarm ();
  /* It looks again from time to time, not all the time. */
  g_assert_cmpuint (shim->get_count (), >, 0);
  g_assert_cmpuint (shim->get_count (), <, 20);
  g_assert_cmpint (recv (fd, answer, 99, MSG_DONTWAIT), ==, -1);

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  while (recv (fd, answer, 99, MSG_DONTWAIT | MSG_PEEK) < 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 OK"));
  close (fd);
  server_free (server);
}

static void
test_listen (void)
{
  static const char *const calls[] = { "socket", "setsockopt", "eventfd", "epoll_create" };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      GRestServer *server = g_rest_server_new ("T");
      guint n_before = fault_test_count_descriptors ();
      g_autoptr (GError) error = NULL;
      gboolean listens;

      shim->arm (FAULT_NTH, calls[i], 1, EMFILE, 0);
      listens = g_rest_server_listen (server, 0, &error);
      shim->disarm ();
      g_assert_true (listens == (error == NULL));
      if (!listens)
        {
          g_test_message ("%s: %s", calls[i], error->message);
          g_assert_cmpuint (fault_test_count_descriptors (), <=, n_before);
          g_clear_error (&error);
          g_assert_true (g_rest_server_listen (server, 0, &error));
        }
      g_assert_no_error (error);
      server_free (server);
    }
}

static void
count_signal (int number)
{
  g_atomic_int_inc (&n_signals);
}

/* Clients that go while they are answered. */
static void
test_broken_pipe (void)
{
  const struct linger reset = { 1, 0 };
  const Request *request = &requests[2];
  g_autoptr (GTypeClass) socket_class = g_type_class_ref (G_TYPE_SOCKET);
  guint16 port;
  GRestServer *server = server_new (&port);
  void (*before) (int) = signal (SIGPIPE, count_signal);

  raise (SIGPIPE);
  g_assert_cmpint (g_atomic_int_get (&n_signals), ==, 1);
  for (guint i = 0; i < 20; i++)
    {
      int fd = connect_to (port);
      g_autofree char *gist = NULL;

      send_all (fd, request->head, strlen (request->head));
      while (recv (fd, (char[1]){ 0 }, 1, MSG_DONTWAIT) != 1)
        g_main_context_iteration (NULL, FALSE);
      if (i % 2)
        setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      close (fd);
      gist = ask_well (port, request);
    }
  g_assert_cmpint (g_atomic_int_get (&n_signals), ==, 1);
  signal (SIGPIPE, before);
  server_free (server);
}

static void
add (const char *row, const char *name, GTestDataFunc func, gconstpointer data)
{
  g_autofree char *path = g_strdup_printf ("/faults/http/%s/%s", row, name);

  g_test_add_data_func (path, data, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("GLib", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, log_cb, NULL);
  shim = fault_test_find_shim ();
  g_assert_nonnull (shim);

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    add ("R11-short-and-again", requests[i].name, test_halves, &requests[i]);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    add ("R12-each-call-once", faults[i].calls, test_torture, &faults[i]);
  g_test_add_func ("/faults/http/R12-each-call-once/listen", test_listen);
  add ("R13-no-descriptors", "waits", test_descriptors, &requests[0]);
  g_test_add_func ("/faults/http/R21-no-sigpipe", test_broken_pipe);

  return g_test_run ();
}

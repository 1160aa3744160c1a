/* What a network may do: lines that die, sleep, lose packets, are slow, or are not read any more.
 *
 * What needs a network of its own is skipped where the kernel does not give one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "notifier-test.h"
#include "session-test.h"

#include "fault-relay.h"
#include "tun-line.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/session/imap-session-private.h"
#include "gimap4d/imap/session/imap-watch.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LARGE (8 * 1024 * 1024)
#define HOUR 3600
#define OPEN LOGGED_IN ("LITERAL+ UIDPLUS") SELECTED ("2", "3")
#define SEARCHED(number)                                                                           \
  "C: $" number " UID SEARCH ALL\nS: * SEARCH 1 2 3\nS: $" number " OK found\n"

static TunLine *line = NULL;
static char *no_line_reason = NULL;
static gint n_slept = 0; /* atomic, seconds */

/* A machine that sleeps: all clocks go on but the monotonic one. */
int
clock_gettime (clockid_t clock, struct timespec *time)
{
  int result = (int) syscall (SYS_clock_gettime, clock, time);

  if (clock == CLOCK_BOOTTIME || clock == CLOCK_REALTIME)
    time->tv_sec += g_atomic_int_get (&n_slept);

  return result;
}

/* A peer, and a relay in front of it at the other end of the line, or on loopback. */
typedef struct
{
  ScriptedPeer *peer;
  FaultRelay *relay;
} Server;

static void
server_begin (Server *server, const char *const *scripts, gboolean is_far)
{
  if (is_far)
    tun_line_enter (line, TUN_LINE_SERVER);
  server->peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  server->relay = fault_relay_new_on (is_far ? TUN_LINE_SERVER_ADDRESS : "127.0.0.1",
                                      scripted_peer_get_port (server->peer));
  if (is_far)
    tun_line_enter (line, TUN_LINE_CLIENT);
}

static void
server_end (Server *server)
{
  fault_relay_free (server->relay);
  scripted_peer_free (server->peer);
  if (line == NULL)
    return;
  tun_line_set_down (line, FALSE);
  tun_line_set_quality (line, 0, 0, 0);
}

#define connect_to(server, is_far, ...)                                                            \
  g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", is_far ? TUN_LINE_SERVER_ADDRESS : "127.0.0.1",   \
                "port", (guint) fault_relay_get_port ((server)->relay), "user", SESSION_TEST_USER, \
                "password", SESSION_TEST_PASSWORD, "accept-unsecure-connection", TRUE,             \
                __VA_ARGS__, NULL)

static gboolean
has_line (void)
{
  if (line != NULL)
    return TRUE;
  g_test_skip (no_line_reason);

  return FALSE;
}

static GError *
search (GImapTransporter *transporter)
{
  GError *error = NULL;
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);

  if (ids != NULL)
    g_assert_cmpuint (g_imap_message_set_get_size (ids), ==, 3);
  else
    g_test_message ("%s", error->message);

  return error;
}

static void
search_well (GImapTransporter *transporter)
{
  g_autoptr (GError) error = search (transporter);

  g_assert_no_error (error);
}

static GError *
add_seen (GImapTransporter *transporter)
{
  static const char *const flags[] = { "$seen", NULL };
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("1", NULL);
  GError *error = NULL;

  g_imap_transporter_add_flags (transporter, ids, flags, NULL, &error);
  if (error != NULL)
    g_test_message ("%s", error->message);

  return error;
}

static GError *
append (GImapTransporter *transporter, gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (GBytes) mail = g_bytes_new (text, size);
  GError *error = NULL;
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_append_mime (transporter, mail, "Old", NULL, NULL, NULL, &error);

  if (ids == NULL)
    g_test_message ("%s", error->message);

  return error;
}

/* The TCP socket that is connected to the other end of the line. */
static int
find_socket (void)
{
  for (int fd = 0; fd < 1024; fd++)
    {
      struct sockaddr_in address = { 0 };
      socklen_t length = sizeof address;

      if (getpeername (fd, (struct sockaddr *) &address, &length) != 0 ||
          address.sin_family != AF_INET)
        continue;
      if (ntohl (address.sin_addr.s_addr) == 0x0a630002)
        return fd;
    }

  g_error ("there is no connection over the line");
}

static int
get_tcp_option (int fd, int option)
{
  int value = 0;
  socklen_t length = sizeof value;

  g_assert_cmpint (getsockopt (fd, IPPROTO_TCP, option, &value, &length), ==, 0);

  return value;
}

static void
set_tcp_option (int fd, int option, int value)
{
  g_assert_cmpint (setsockopt (fd, IPPROTO_TCP, option, &value, sizeof value), ==, 0);
}

static const char *const two_searches[] = { OPEN SEARCHED ("3"), OPEN SEARCHED ("3"), NULL };

/* R03: the cable is pulled while nobody calls, and nobody is told. */
static void
test_cable (void)
{
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_line ())
    return;
  server_begin (&server, two_searches, TRUE);
  transporter = connect_to (&server, TRUE, "response-timeout", 1);
  session_test_select (transporter, "INBOX");
  search_well (transporter);

  tun_line_set_down (line, TRUE);
  error = search (transporter);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE);
  tun_line_set_down (line, FALSE);
  search_well (transporter);
  g_assert_cmpuint (fault_relay_get_n_connections (server.relay), ==, 2);
  g_clear_object (&transporter);
  server_end (&server);
}

/* R03: TCP finds a dead line by itself, in two minutes as it is set, in seconds as it is set here. */
static void
test_keepalive (void)
{
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  int fd;

  if (!has_line ())
    return;
  server_begin (&server, two_searches, TRUE);
  transporter = connect_to (&server, TRUE, "client-id", NULL);
  session_test_select (transporter, "INBOX");
  fd = find_socket ();
  g_assert_cmpint (get_tcp_option (fd, TCP_KEEPIDLE), ==, 60);
  g_assert_cmpint (get_tcp_option (fd, TCP_KEEPINTVL), ==, 15);
  g_assert_cmpint (get_tcp_option (fd, TCP_KEEPCNT), ==, 4);
  g_assert_cmpint (get_tcp_option (fd, TCP_USER_TIMEOUT), ==, 120000);
  set_tcp_option (fd, TCP_KEEPIDLE, 1);
  set_tcp_option (fd, TCP_KEEPINTVL, 1);
  set_tcp_option (fd, TCP_KEEPCNT, 1);
  set_tcp_option (fd, TCP_USER_TIMEOUT, 1000);

  tun_line_set_down (line, TRUE);
  while (g_imap_transporter_get_state (transporter) != G_IMAP_TRANSPORTER_STATE_CLOSED)
    g_usleep (10 * 1000);
  tun_line_set_down (line, FALSE);
  search_well (transporter);
  g_clear_object (&transporter);
  server_end (&server);
}

static void
pull_cb (FaultRelay *relay, gpointer data)
{
  tun_line_set_down (line, TRUE);
}

/* R04: the same in IDLE: found when it is renewed, and the news come over the next connection. */
static void
test_idle (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4"),
    LOGGED_IN ("IDLE") SELECTED ("2", "2") TWO_MAILS ("3") IDLING ("4") "S: * 2 EXPUNGE\n",
    NULL,
  };
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (NotifierTest) test = NULL;

  if (!has_line ())
    return;
  server_begin (&server, scripts, TRUE);
  transporter = connect_to (&server, TRUE, "client-id", NULL);
  /* Without a way to the world GLib takes this for no network. */
  imap_rest_times.network = TRUE;
  imap_rest_times.idle = 500;
  imap_rest_times.idle_done = 500;
  fault_relay_at_text (server.relay, FAULT_CLIENT, "DONE", pull_cb, NULL);
  test = notifier_test_new_started (transporter);
  notifier_test_await (test, "error timeout-idle\n");
  tun_line_set_down (line, FALSE);
  imap_rest_times.idle = IMAP_LIMIT_IDLE_MS;
  imap_rest_times.idle_done = IMAP_LIMIT_IDLE_DONE_MS;
  notifier_test_await (test, "deleted 6\n");
  imap_rest_times.network = -1;
  g_clear_pointer (&test, notifier_test_free);
  g_clear_object (&transporter);
  server_end (&server);
}

/* The lid is closed, the server gives up, and a good hour later the lid is opened. */
static void
sleep_long (Server *server)
{
  guint64 n_lost = tun_line_get_n_lost (line);

  tun_line_set_down (line, TRUE);
  fault_relay_reset (server->relay);
  while (tun_line_get_n_lost (line) == n_lost)
    g_usleep (1000);
  g_atomic_int_add (&n_slept, HOUR);
  tun_line_set_down (line, FALSE);
}

/* The box was selected in one flight with the login. */
#define OPEN_AHEAD                                                                                 \
  "S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN] hello\n"                                   \
  "C: $1 AUTHENTICATE PLAIN *\nC: $2 ID *\nC: $3 SELECT *\n"                                       \
  "S: $1 OK [CAPABILITY IMAP4rev1 ID] in\nS: * ID NIL\nS: $2 OK\n"                                 \
  "S: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] .\nS: $3 OK [READ-WRITE] selected\n"

typedef struct
{
  const char *scripts[3];
  GError *(*call) (GImapTransporter *transporter);
} Sleep;

static const Sleep sleeps[] = {
  { { OPEN, OPEN SEARCHED ("3"), NULL }, search },
  { { OPEN, OPEN "C: $3 UID STORE 1 *\nS: $3 OK stored\n", NULL }, add_seen },
  { { OPEN_AHEAD,
      "S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN] hello\nC: $1 AUTHENTICATE "
      "PLAIN *\nC: $2 ID *\nS: $1 OK [CAPABILITY IMAP4rev1 ID] in\nS: * ID NIL\nS: $2 "
      "OK\n" SELECTED ("3", "3") "C: $4 UID STORE 1 *\nS: $4 OK stored\n",
      NULL },
    add_seen },
};

/* R18: at wake-up the connection is tried before it is used: nothing is lost, and nothing is done
 * twice or perhaps. */
static void
test_sleep (gconstpointer data)
{
  const Sleep *test = data;
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_line ())
    return;
  server_begin (&server, test->scripts, TRUE);
  transporter = connect_to (&server, TRUE, "response-timeout", 5);
  session_test_select (transporter, "INBOX");
  sleep_long (&server);
  error = test->call (transporter);
  g_assert_no_error (error);
  scripted_peer_assert_done (server.peer);
  g_clear_object (&transporter);
  server_end (&server);
}

/* R18: in the middle of a mail. What came is worth nothing, and the next call gets it anew. */
static void
test_sleep_in_fetch (void)
{
  static const char *const scripts[] = {
    OPEN "C: $3 UID FETCH 1 *\nS: * 1 FETCH (UID 1 BODY[] {100}\nS: half of it\n",
    OPEN "C: $3 UID FETCH 1 *\nS: * 1 FETCH (UID 1 BODY[] {5}\nS: whole)\nS: $3 OK\n",
    NULL,
  };
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GBytes) mime = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_line ())
    return;
  server_begin (&server, scripts, TRUE);
  transporter = connect_to (&server, TRUE, "response-timeout", 1);
  session_test_select (transporter, "INBOX");
  g_assert_null (g_imap_transporter_get_mime_as_blob (transporter, "1", FALSE, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_STALL);
  g_clear_error (&error);
  sleep_long (&server);
  mime = g_imap_transporter_get_mime_as_blob (transporter, "1", FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (mime), ==, 5);
  g_clear_object (&transporter);
  server_end (&server);
}

#define SLOW_MAIL                                                                                  \
  OPEN "C: $3 UID FETCH 1 *\nS: * 1 FETCH (UID 1 BODY[] {6000}\nS-fill: 6000 x\nS: )\nS: $3 OK\n"

/* R19: half a second to the server and back, eight kilobytes a second, and one packet of ten is lost.
 * It works, in its time. */
static void
test_slow (gconstpointer data)
{
  static const char *const scripts[] = { SLOW_MAIL, NULL };
  gboolean is_far = GPOINTER_TO_INT (data);
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GBytes) mime = NULL;
  g_autoptr (GError) error = NULL;

  if (is_far && !has_line ())
    return;
  server_begin (&server, scripts, is_far);
  if (is_far)
    tun_line_set_quality (line, 10, 250, 8000);
  fault_relay_set_delay (server.relay, is_far ? 0 : 250);
  fault_relay_set_rate (server.relay, is_far ? 0 : 8000);
  transporter = connect_to (&server, is_far, "client-id", NULL);
  session_test_select (transporter, "INBOX");
  mime = g_imap_transporter_get_mime_as_blob (transporter, "1", FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (mime), ==, 6000);
  if (is_far)
    g_test_message ("%" G_GUINT64_FORMAT " packets were lost", tun_line_get_n_lost (line));
  g_clear_object (&transporter);
  server_end (&server);
}

static void
reset_cb (FaultRelay *relay, gpointer data)
{
  fault_relay_reset (relay);
}

static void
stop_reading_cb (FaultRelay *relay, gpointer data)
{
  fault_relay_stop_reading (relay);
}

/* R05: a router has forgotten the connection, and resets it when something is sent. What only reads is
 * asked once more over a new one. */
static void
test_forgotten (void)
{
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;

  server_begin (&server, two_searches, FALSE);
  transporter = connect_to (&server, FALSE, "client-id", NULL);
  session_test_select (transporter, "INBOX");
  fault_relay_at_text (server.relay, FAULT_CLIENT, "SEARCH", reset_cb, NULL);
  search_well (transporter);
  g_assert_cmpuint (fault_relay_get_n_connections (server.relay), ==, 2);
  g_clear_object (&transporter);
  server_end (&server);
}

/* R05: what changes mail is not, and nobody knows what became of it. */
static void
test_forgotten_change (void)
{
  static const char *const scripts[] = { OPEN, OPEN SEARCHED ("3"), NULL };
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *received = NULL;

  server_begin (&server, scripts, FALSE);
  transporter = connect_to (&server, FALSE, "client-id", NULL);
  session_test_select (transporter, "INBOX");
  fault_relay_at_text (server.relay, FAULT_CLIENT, "STORE", reset_cb, NULL);
  error = add_seen (transporter);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME);
  search_well (transporter);
  scripted_peer_assert_done (server.peer);
  received = session_test_dup_received (server.peer, FALSE);
  assert_contains_not (received, "STORE");
  g_clear_object (&transporter);
  server_end (&server);
}

/* R06: the server's window closes. Before the last octet was written nothing can have been appended. */
static void
test_zero_window (gconstpointer data)
{
  static const char *const scripts[] = { OPEN "may-close\nC: $3 APPEND *\nC-bytes: 8388610\n",
                                         NULL };
  gboolean is_large = GPOINTER_TO_INT (data);
  int code = is_large ? G_IMAP_ERROR_TIMEOUT_STALL : G_IMAP_ERROR_UNKNOWN_OUTCOME;
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;

  imap_session_stall_window = 500;
  server_begin (&server, scripts, FALSE);
  transporter = connect_to (&server, FALSE, "response-timeout", 1);
  session_test_select (transporter, "INBOX");
  fault_relay_at_text (server.relay, FAULT_CLIENT, "APPEND", stop_reading_cb, NULL);
  error = append (transporter, is_large ? LARGE : 500);
  g_assert_error (error, G_IMAP_ERROR, code);
  g_clear_object (&transporter);
  server_end (&server);
  imap_session_stall_window = IMAP_LIMIT_STALL_WINDOW_MS;
}

typedef struct
{
  const char *name;
  const char *script;
  gboolean is_tls;
  int code;
} Drip;

/* A drop every fifth of a second is never silence. */
static const Drip drips[] = {
  { "line",
    OPEN "C: $3 UID SEARCH ALL\nmay-close\ndrip 5/s\nS: * SEARCH 1 2 3 4 5 6 7 8 9 10 11 12 13\n",
    FALSE, G_IMAP_ERROR_TIMEOUT_STALL },
  { "literal",
    OPEN "C: $3 UID SEARCH ALL\nmay-close\nS: * 1 FETCH (UID 1 BODY[] {1000}\ndrip 5/s\nS-fill: "
         "1000 x\n",
    FALSE, G_IMAP_ERROR_TIMEOUT_STALL },
  { "handshake", "may-close\nS-raw: \\x16\\x03\\x03\\x40\\x00\ndrip 5/s\nS-fill: 1000 x\n", TRUE,
    G_IMAP_ERROR_TIMEOUT_TLS },
};

/* R07: an octet now and then keeps nobody waiting for ever. */
static void
test_drip (gconstpointer data)
{
  const Drip *drip = data;
  const char *const scripts[] = { drip->script, NULL };
  Server server;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;

  imap_session_stall_window = 1000;
  server_begin (&server, scripts, FALSE);
  transporter = connect_to (&server, FALSE, "response-timeout", 1, "connection-timeout",
                            drip->is_tls ? 1 : 10, "command-timeout", 8, "tls-mode",
                            drip->is_tls ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS);
  if (!drip->is_tls)
    session_test_select (transporter, "INBOX");
  error = search (transporter);
  g_assert_error (error, G_IMAP_ERROR, drip->code);
  g_clear_object (&transporter);
  server_end (&server);
  imap_session_stall_window = IMAP_LIMIT_STALL_WINDOW_MS;
}

static void
add_drips (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (drips); i++)
    {
      g_autofree char *path = g_strconcat ("/session/network/R07-drip-", drips[i].name, NULL);

      g_test_add_data_func (path, &drips[i], test_drip);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  line = tun_line_new (&no_line_reason);

  g_test_add_func ("/session/network/R03-cable", test_cable);
  g_test_add_func ("/session/network/R03-keepalive", test_keepalive);
  g_test_add_func ("/session/network/R04-cable-in-idle", test_idle);
  g_test_add_func ("/session/network/R05-forgotten", test_forgotten);
  g_test_add_func ("/session/network/R05-forgotten-change", test_forgotten_change);
  g_test_add_data_func ("/session/network/R06-zero-window", GINT_TO_POINTER (TRUE),
                        test_zero_window);
  g_test_add_data_func ("/session/network/R06-zero-window-at-the-end", GINT_TO_POINTER (FALSE),
                        test_zero_window);
  add_drips ();
  g_test_add_data_func ("/session/network/R18-sleep", &sleeps[0], test_sleep);
  g_test_add_data_func ("/session/network/R18-sleep-before-change", &sleeps[1], test_sleep);
  g_test_add_data_func ("/session/network/R18-sleep-after-ahead", &sleeps[2], test_sleep);
  g_test_add_func ("/session/network/R18-sleep-in-fetch", test_sleep_in_fetch);
  g_test_add_data_func ("/session/network/R19-slow", GINT_TO_POINTER (FALSE), test_slow);
  g_test_add_data_func ("/session/network/R19-slow-and-lossy", GINT_TO_POINTER (TRUE), test_slow);

  result = g_test_run ();
  g_clear_pointer (&line, tun_line_free);
  g_free (no_line_reason);

  return result;
}

/* R01, R02: the process of a real server stands still, or dies, in each state of a connection.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include "fault-relay.h"

#include "gimap4d/imap/session/imap-session-private.h"
#include "gimap4d/imap/session/imap-watch.h"

/* More than all that sockets on the way keep, so that the process is still at it. */
#define LARGE (8 * 1024 * 1024)
/* So much of it has passed then. */
#define MIDDLE 100000
#define BOX "States"
/* Seconds: far longer than it takes to see that a process is dead. */
#define PATIENCE 60

#define DONE -1
/* Another process may have taken the connection. */
#define DONE_OR_LOST -2
/* The buffers on the way may take all that the server did not read. */
#define STALLED_OR_UNKNOWN -3

typedef struct _Scene Scene;

typedef struct
{
  const char *name;
  const char *process; /* of the control: "" or "-login" */
  const char *port;
  FaultSide side;
  const char *text; /* when it happens, or after so many octets more */
  guint n_octets;
  gboolean (*call) (Scene *scene, GError **error);
  int stopped; /* the code of the error, or DONE */
  int killed;
} State;

/* All unowned. */
struct _Scene
{
  const State *state;
  FaultRelay *relay;
  GImapTransporter *transporter;
  gboolean is_killed;
};

static GBytes *
make_large_mail (void)
{
  static const char line[] = "All work and no play makes Jack a dull boy, they say again.\r\n";
  GString *mail = g_string_new ("Subject: large\r\n\r\n");

  while (mail->len < LARGE)
    g_string_append (mail, line);

  return g_string_free_to_bytes (mail);
}

static void
control (Scene *scene, const char *command)
{
  g_autofree char *line = g_strconcat (command, scene->state->process, NULL);
  g_auto (GStrv) pids = dovecot_control (line);

  /* What it had written before it died comes to the same point again. */
  if (!scene->is_killed)
    g_assert_cmpuint (g_strv_length (pids), >=, 1);
}

static void happen_cb (FaultRelay *relay, gpointer data);

static void
arm (Scene *scene)
{
  const State *state = scene->state;
  guint64 n_octets = fault_relay_get_n_octets (scene->relay, state->side);

  if (state->text != NULL)
    fault_relay_at_text (scene->relay, state->side, state->text, happen_cb, scene);
  else
    fault_relay_at_octet (scene->relay, state->side, n_octets + state->n_octets, happen_cb, scene);
}

/* One that dies does so each time that a login or a box comes to this point. */
static void
happen_cb (FaultRelay *relay, gpointer data)
{
  Scene *scene = data;

  control (scene, scene->is_killed ? "kill" : "stop");
  if (scene->is_killed && scene->state->process[0] == '\0')
    arm (scene);
}

static gboolean
check (Scene *scene, GError **error)
{
  g_autofree char *delimiter = g_imap_transporter_get_delimiter (scene->transporter, NULL, error);

  return delimiter != NULL;
}

static gboolean
do_nothing (Scene *scene, GError **error)
{
  g_autoptr (GImapStatus)
      status = g_imap_transporter_check_connection (scene->transporter, NULL, error);
  g_autoptr (GImapStatusError) first = NULL;

  if (status == NULL)
    return FALSE;
  if (g_imap_status_get_success (status))
    return TRUE;
  first = g_list_model_get_item (g_imap_status_get_errors (status), 0);
  g_set_error_literal (error, G_IMAP_ERROR, g_imap_status_error_get_code (first),
                       g_imap_status_error_get_message (first));

  return FALSE;
}

static gboolean
select_it (Scene *scene, GError **error)
{
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      scene->transporter, BOX, G_IMAP_BOX_STATE_WRITABLE, NULL, error);

  return info != NULL;
}

static gboolean
fetch (Scene *scene, GError **error)
{
  g_autoptr (GBytes) mime = g_imap_transporter_get_mime_as_blob_by_number (scene->transporter, 1,
                                                                           FALSE, NULL, error);

  return mime != NULL;
}

static gboolean
append (Scene *scene, GError **error)
{
  g_autoptr (GBytes) mail = make_large_mail ();
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_append_mime (scene->transporter, mail, BOX, NULL, NULL, NULL, error);

  return ids != NULL;
}

/* What comes from a stream is not sent before the server has said that it wants it. */
static gboolean
append_stream (Scene *scene, GError **error)
{
  g_autoptr (GBytes) mail = make_large_mail ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (mail);
  g_autoptr (GImapMessageSet) ids = g_imap_transporter_append_stream (
      scene->transporter, stream, g_bytes_get_size (mail), BOX, NULL, NULL, NULL, error);

  return ids != NULL;
}

static gboolean
store (Scene *scene, GError **error)
{
  static const char *const flags[] = { "$seen", NULL };
  g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();

  return g_imap_transporter_add_flags (scene->transporter, all, flags, NULL, error);
}

static gboolean
copy (Scene *scene, GError **error)
{
  g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_copy (scene->transporter, all, "INBOX", NULL, error);

  return ids != NULL;
}

/* A call that comes while the server is in IDLE. */
static gboolean
idle (Scene *scene, GError **error)
{
  GImapNotifier *notifier = g_imap_transporter_get_notifier (scene->transporter);
  g_autoptr (GImapMessageSet) ids = NULL;

  if (!g_imap_notifier_start (notifier, NULL, error))
    return FALSE;
  while (!fault_relay_has_happened (scene->relay))
    g_main_context_iteration (NULL, FALSE);
  ids = g_imap_transporter_search_mails (scene->transporter, "ALL", NULL, error);

  return ids != NULL;
}

static gboolean
leave (Scene *scene, GError **error)
{
  return g_imap_transporter_close (scene->transporter, NULL, error);
}

/* In IDLE the call gets another connection. What is only read is tried once more when the connection
 * was lost, and lost again. A good-bye is one, whatever the server does. */
static const State states[] = {
  { "greeting", "-login", "PLAIN_PORT", FAULT_CLIENT, NULL, 0, check, G_IMAP_ERROR_TIMEOUT_GREETING,
    DONE_OR_LOST },
  { "tls", "-login", "IMAPS_PORT", FAULT_CLIENT, NULL, 1, check, G_IMAP_ERROR_TIMEOUT_TLS,
    G_IMAP_ERROR_DISCONNECTED },
  { "auth", "-login", "PLAIN_PORT", FAULT_CLIENT, "AUTHENTICATE", 0, check,
    G_IMAP_ERROR_TIMEOUT_RESPONSE, G_IMAP_ERROR_DISCONNECTED },
  { "select", "", "PLAIN_PORT", FAULT_CLIENT, "SELECT", 0, select_it, G_IMAP_ERROR_TIMEOUT_RESPONSE,
    G_IMAP_ERROR_DISCONNECTED },
  { "fetch-literal", "", "PLAIN_PORT", FAULT_SERVER, NULL, MIDDLE, fetch,
    G_IMAP_ERROR_TIMEOUT_STALL, G_IMAP_ERROR_DISCONNECTED },
  { "append-plus", "", "PLAIN_PORT", FAULT_CLIENT, "APPEND", 0, append_stream,
    G_IMAP_ERROR_TIMEOUT_RESPONSE, G_IMAP_ERROR_DISCONNECTED },
  { "append-data", "", "PLAIN_PORT", FAULT_CLIENT, NULL, MIDDLE, append, STALLED_OR_UNKNOWN,
    G_IMAP_ERROR_DISCONNECTED },
  { "store", "", "PLAIN_PORT", FAULT_CLIENT, "STORE", 0, store, G_IMAP_ERROR_UNKNOWN_OUTCOME,
    G_IMAP_ERROR_UNKNOWN_OUTCOME },
  { "copy", "", "PLAIN_PORT", FAULT_CLIENT, "COPY", 0, copy, G_IMAP_ERROR_UNKNOWN_OUTCOME,
    G_IMAP_ERROR_UNKNOWN_OUTCOME },
  { "idle", "", "PLAIN_PORT", FAULT_CLIENT, "IDLE", 0, idle, DONE, DONE },
  { "noop", "", "PLAIN_PORT", FAULT_CLIENT, "NOOP", 0, do_nothing, G_IMAP_ERROR_TIMEOUT_RESPONSE,
    G_IMAP_ERROR_DISCONNECTED },
  { "logout", "", "PLAIN_PORT", FAULT_CLIENT, "LOGOUT", 0, leave, DONE, DONE },
};

static GImapTransporter *
connect_to (guint port, const State *state, guint seconds)
{
  gboolean is_tls = g_str_equal (state->port, "IMAPS_PORT");

  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", port, "user",
                       dovecot_get_setting ("USER"), "password", dovecot_get_setting ("PASSWORD"),
                       "tls-database", live_test_get_database (), "tls-mode",
                       is_tls ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS,
                       "accept-unsecure-connection", TRUE, "connection-timeout", seconds,
                       "response-timeout", seconds, NULL);
}

/* A process that serves logins waits for connections when this returns. */
static void
warm_up (const State *state)
{
  g_autoptr (GImapTransporter)
      transporter = connect_to (dovecot_get_port (state->port), state, PATIENCE);
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);

  g_assert_no_error (error);
}

/* With the box selected, but for the states before that. */
static void
enter (Scene *scene)
{
  const State *state = scene->state;
  g_autoptr (GError) error = NULL;

  if (state->process[0] != '\0')
    {
      warm_up (state);
    }
  else if (state->call != select_it)
    {
      select_it (scene, &error);
      g_assert_no_error (error);
    }
  if (g_str_equal (state->name, "greeting") && !scene->is_killed)
    control (scene, "stop");
  else
    arm (scene);
}

static void
play (const State *state, gboolean is_killed)
{
  g_autoptr (FaultRelay) relay = fault_relay_new (dovecot_get_port (state->port));
  g_autoptr (GImapTransporter)
      transporter = connect_to (fault_relay_get_port (relay), state, is_killed ? PATIENCE : 1);
  Scene scene = { state, relay, transporter, is_killed };
  g_autoptr (GError) error = NULL;
  gboolean is_done;
  int code = is_killed ? state->killed : state->stopped;

  enter (&scene);
  is_done = state->call (&scene, &error);
  if (!is_killed)
    control (&scene, "continue");

  g_test_message ("%s %s: %s", state->name, is_killed ? "killed" : "stopped",
                  is_done ? "done" : error->message);
  g_assert_true (is_done == (error == NULL));
  if (code == DONE || (code == DONE_OR_LOST && is_done))
    g_assert_no_error (error);
  else if (code == DONE_OR_LOST)
    g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
  else if (code == STALLED_OR_UNKNOWN)
    g_assert_true (g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_STALL) ||
                   g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME));
  else
    g_assert_error (error, G_IMAP_ERROR, code);
}

static void
test_stopped (gconstpointer data)
{
  play (data, FALSE);
}

static void
test_killed (gconstpointer data)
{
  play (data, TRUE);
}

/* One large mail in a box of its own. */
static void
prepare (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_user ("IMAPS_PORT");
  g_autoptr (GBytes) mail = make_large_mail ();
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autoptr (GError) error = NULL;

  g_imap_transporter_create_box (transporter, BOX, NULL, &error);
  g_assert_no_error (error);
  ids = g_imap_transporter_append_mime (transporter, mail, BOX, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  imap_session_stall_window = 500;
  imap_rest_times.idle_done = 500;
  prepare ();
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *stopped = g_strconcat ("/live/states/R01-stopped-", states[i].name, NULL);
      g_autofree char *killed = g_strconcat ("/live/states/R02-killed-", states[i].name, NULL);

      g_test_add_data_func (stopped, &states[i], test_stopped);
      g_test_add_data_func (killed, &states[i], test_killed);
    }

  return g_test_run ();
}

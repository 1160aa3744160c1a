/* What a watched session does while nobody wants anything of it: IDLE and renewing it, polling where
 * there is none, and connecting again after the connection was lost.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-watch.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-noop.h"
#include "gimap4d/imap/session/imap-io-thread.h"

#define MILLISECOND ((gint64) 1000)
#define NEVER G_MAXUINT
/* A change of the network is a reason to ask an IDLE that is older than this. */
#define FRESH_IDLE (5 * G_USEC_PER_SEC)

ImapRestTimes imap_rest_times = {
  .pause = IMAP_IDLE_PAUSE_MS,
  .idle = IMAP_LIMIT_IDLE_MS,
  .idle_min = IMAP_LIMIT_IDLE_MIN_MS,
  .idle_done = IMAP_LIMIT_IDLE_DONE_MS,
  .poll_min = IMAP_POLL_MIN_MS,
  .poll_max = IMAP_POLL_MAX_MS,
  .retry_min = IMAP_RETRY_MIN_MS,
  .retry_max = IMAP_RETRY_MAX_MS,
  .steady = IMAP_RETRY_STEADY_MS,
  .network = -1,
};

static void
set_rest (ImapWatch *watch, ImapRest rest, guint milliseconds)
{
  watch->rest = rest;
  g_source_set_ready_time (watch->timer, milliseconds == NEVER ?
                                             -1 :
                                             g_get_monotonic_time () + milliseconds * MILLISECOND);
}

static guint
get_idle_limit (const ImapSession *session)
{
  return session->idle_limit_ms > 0 ? MIN (session->idle_limit_ms, imap_rest_times.idle) :
                                      imap_rest_times.idle;
}

/* A server on this machine, or behind a proxy that the application knows, needs no network. */
static gboolean
is_near (const ImapSettings *settings)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (settings->host);

  if (settings->proxy_resolver != NULL || g_ascii_strcasecmp (settings->host, "localhost") == 0)
    return TRUE;

  return address != NULL && g_inet_address_get_is_loopback (address);
}

static gboolean
has_network (ImapSession *session)
{
  if (imap_rest_times.network >= 0)
    return imap_rest_times.network;

  return is_near (session->settings) ||
         g_network_monitor_get_network_available (session->watch->monitor);
}

/* Longer each time, and not at the same moment as everybody else whose server went away. */
static guint
get_retry_delay (ImapWatch *watch)
{
  guint64 delay = (guint64) imap_rest_times.retry_min << MIN (watch->n_retries, 20);

  delay = MIN (delay, imap_rest_times.retry_max);

  return (guint) (delay / 2 + (guint64) (g_random_double () * (double) (delay / 2 + 1)));
}

/* The time has come to open the connection again. */
static void
try_again (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  if (session->state != IMAP_SESSION_CLOSED)
    {
      set_rest (watch, IMAP_REST_OFFLINE, NEVER);
      return;
    }
  /* Whoever knows of the network tells when it is back. */
  if (!has_network (session))
    {
      imap_trace_note (session->trace, "There is no network");
      set_rest (watch, IMAP_REST_OFFLINE, imap_rest_times.retry_max);
      return;
    }

  watch->n_retries++;
  set_rest (watch, IMAP_REST_OFFLINE, NEVER);
  imap_session_open (session);
}

static void
poll_box (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  watch->poll_ms = watch->had_news ? imap_rest_times.poll_min :
                                     MIN (watch->poll_ms * 2, imap_rest_times.poll_max);
  watch->had_news = FALSE;
  set_rest (watch, IMAP_REST_NONE, NEVER);
  imap_session_start (session, imap_noop_operation_new_probe ());
  imap_session_send (session);
}

static void
end_pause (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  if (session->box == NULL)
    {
      set_rest (watch, IMAP_REST_NONE, NEVER);
      imap_session_pump (session);
    }
  else if (imap_session_can_idle (session))
    {
      set_rest (watch, IMAP_REST_IDLE, NEVER);
      imap_session_enter_idle (session);
    }
  else
    {
      poll_box (session);
    }
}

static gboolean
timer_cb (gpointer user_data)
{
  g_autoptr (ImapSession) session = imap_session_ref (user_data);
  ImapWatch *watch = session->watch;

  g_source_set_ready_time (watch->timer, -1);
  switch (watch->rest)
    {
    case IMAP_REST_PAUSE:
      end_pause (session);
      break;
    case IMAP_REST_IDLE:
      watch->is_hurried = TRUE;
      imap_session_leave_idle (session);
      break;
    case IMAP_REST_OFFLINE:
      try_again (session);
      break;
    case IMAP_REST_NONE:
    default:
      break;
    }

  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { NULL, NULL, timer_dispatch, NULL, NULL, NULL };

/* In the I/O thread. */
static void
network_is_back (gpointer data)
{
  g_autoptr (ImapSession) session = data;
  ImapWatch *watch = session->watch;

  if (watch == NULL)
    return;
  if (watch->rest == IMAP_REST_OFFLINE && session->state == IMAP_SESSION_CLOSED)
    {
      set_rest (watch, IMAP_REST_OFFLINE, 0);
    }
  else if (session->idle == IMAP_IDLE_ENTERED &&
           g_get_monotonic_time () - session->idle_since > FRESH_IDLE)
    {
      watch->is_hurried = TRUE;
      imap_session_leave_idle (session);
    }
}

/* In whatever thread the monitor lives. */
static void
network_changed_cb (GNetworkMonitor *monitor, gboolean is_available, gpointer user_data)
{
  ImapSession *session = user_data;

  if (!is_available)
    return;
  imap_session_ref (session);
  if (!imap_io_thread_post (network_is_back, session))
    imap_session_unref (session);
}

static void
drop_session (gpointer session, GClosure *closure)
{
  imap_session_unref (session);
}

void
imap_rest_begin (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  watch->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (watch->timer, timer_cb, session, NULL);
  g_source_set_static_name (watch->timer, "gimap4d notifier");
  g_source_attach (watch->timer, imap_io_thread_get_context ());
  watch->poll_ms = imap_rest_times.poll_min;
  watch->connected_at = g_get_monotonic_time ();
  watch->monitor_id = g_signal_connect_data (watch->monitor, "network-changed",
                                             G_CALLBACK (network_changed_cb),
                                             imap_session_ref (session), drop_session, 0);
}

void
imap_rest_end (ImapWatch *watch)
{
  g_source_destroy (watch->timer);
  g_clear_pointer (&watch->timer, g_source_unref);
  g_signal_handler_disconnect (watch->monitor, watch->monitor_id);
  g_clear_object (&watch->monitor);
}

static void
pause_session (ImapSession *session)
{
  ImapWatch *watch = session->watch;
  gint64 wait = watch->select_at - g_get_monotonic_time ();
  gboolean is_hurried = watch->is_hurried;

  watch->is_hurried = FALSE;
  if (session->box == NULL && (watch->box == NULL || session->wanted_box == NULL))
    set_rest (watch, IMAP_REST_NONE, NEVER);
  else if (session->box == NULL)
    set_rest (watch, IMAP_REST_PAUSE, (guint) (MAX (wait, 0) / MILLISECOND + 1));
  else if (imap_session_can_idle (session))
    set_rest (watch, IMAP_REST_PAUSE, is_hurried ? 0 : imap_rest_times.pause);
  else
    set_rest (watch, IMAP_REST_PAUSE, watch->poll_ms);
}

void
imap_rest_update (ImapSession *session)
{
  ImapWatch *watch = session->watch;
  gboolean is_wanted = !g_queue_is_empty (&session->waiting);

  if (watch == NULL || session->state != IMAP_SESSION_READY)
    return;

  if (session->idle != IMAP_IDLE_NONE)
    {
      if (is_wanted)
        imap_session_leave_idle (session);
    }
  else if (is_wanted || session->running->len > 0)
    {
      set_rest (watch, IMAP_REST_NONE, NEVER);
    }
  else if (watch->rest != IMAP_REST_PAUSE)
    {
      pause_session (session);
    }
}

void
imap_rest_idle_entered (ImapSession *session)
{
  if (session->watch != NULL)
    set_rest (session->watch, IMAP_REST_IDLE, get_idle_limit (session));
}

void
imap_rest_connected (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  if (watch == NULL)
    return;

  watch->connected_at = g_get_monotonic_time ();
  watch->select_at = 0;
  watch->is_hurried = TRUE;
  set_rest (watch, IMAP_REST_NONE, NEVER);
}

void
imap_rest_put_off_select (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  watch->select_at = g_get_monotonic_time () + get_retry_delay (watch) * MILLISECOND;
  watch->n_retries++;
}

/* A server that drops IDLE after a while is asked a little before that from then on. */
static void
learn (ImapSession *session)
{
  gint64 held = (g_get_monotonic_time () - session->idle_since) / MILLISECOND;

  if (session->idle != IMAP_IDLE_ENTERED || held < imap_rest_times.idle_min ||
      held >= get_idle_limit (session))
    return;

  session->idle_limit_ms = MAX (imap_rest_times.idle_min, (guint) (held * 4 / 5));
  imap_trace_note (session->trace, "IDLE is renewed after %u ms from now on",
                   session->idle_limit_ms);
}

/* What another try does not heal. */
static gboolean
is_final (const GError *error)
{
  static const GImapError codes[] = {
    G_IMAP_ERROR_INVALID_ARGUMENT, G_IMAP_ERROR_AUTH_FAILED,    G_IMAP_ERROR_AUTH_MECHANISM,
    G_IMAP_ERROR_AUTH_EXPIRED,     G_IMAP_ERROR_LOGIN_DISABLED, G_IMAP_ERROR_TLS_CERTIFICATE,
    G_IMAP_ERROR_TLS_REQUIRED,     G_IMAP_ERROR_TLS_TOO_OLD,    G_IMAP_ERROR_TLS_INJECTION,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_IMAP_ERROR, codes[i]))
      return TRUE;

  return FALSE;
}

static gboolean
was_steady (const ImapWatch *watch)
{
  return g_get_monotonic_time () - watch->connected_at >= imap_rest_times.steady * MILLISECOND;
}

void
imap_rest_lost (ImapSession *session, const GError *error, gboolean was_open)
{
  ImapWatch *watch = session->watch;

  learn (session);
  session->idle = IMAP_IDLE_NONE;
  session->is_idle_refused = FALSE;
  if (watch == NULL)
    return;
  if (!was_open && is_final (error))
    {
      imap_watch_end (session, error);
      return;
    }

  imap_watch_lost (session);
  if (was_open && !watch->is_lost)
    {
      watch->is_lost = TRUE;
      imap_watch_tell (session, error);
    }
  if (was_open && was_steady (watch))
    watch->n_retries = 0;
  set_rest (watch, IMAP_REST_OFFLINE, get_retry_delay (watch));
}

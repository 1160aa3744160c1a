/* Every wait of a session has its end here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/session/imap-io-thread.h"

#include <time.h>

#define MILLISECOND 1000
#define NEVER G_MAXINT64

int imap_session_stall_window = IMAP_LIMIT_STALL_WINDOW_MS;

/* The monotonic clock stands still while a laptop sleeps; a server's patience does not. */
gint64
imap_session_now_awake (void)
{
  struct timespec now;

  if (clock_gettime (CLOCK_BOOTTIME, &now) != 0)
    return g_get_monotonic_time ();

  return now.tv_sec * (gint64) G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint64
earlier (gint64 a, gint64 b)
{
  if (a == 0)
    return b;

  return b == 0 ? a : MIN (a, b);
}

/* When silence, or a command without progress, is too long; 0 = nothing is due. */
static gint64
get_reply_deadline (ImapSession *session, gboolean *out_is_silence)
{
  gint64 silence = session->moved_at +
                   session->settings->response_timeout * (gint64) G_USEC_PER_SEC;
  gint64 command = NEVER;

  /* What the server says is not heard, or it is not its turn: see the stall deadline. */
  if (session->held_since != 0 || imap_session_is_feeding (session) ||
      (session->channel != NULL && imap_channel_has_unwritten (session->channel)))
    return 0;

  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    {
      gint64 due = ((ImapCommand *) link->data)->progress_at +
                   session->settings->command_timeout * (gint64) G_USEC_PER_SEC;

      /* A server that never answers ID keeps nobody waiting; LOGOUT has its own time. */
      if ((((ImapCommand *) link->data)->traits & IMAP_COMMAND_INDEPENDENT) == 0)
        command = MIN (command, due);
    }
  if (command == NEVER)
    return 0;

  *out_is_silence = silence <= command;

  return MIN (silence, command);
}

/* A line that is begun is one, too: octet by octet it would never be silence. */
static gboolean
is_transferring (ImapSession *session)
{
  return session->channel != NULL && session->held_since == 0 &&
         (imap_channel_has_unwritten (session->channel) ||
          imap_framer_get_pending (session->framer) > 0);
}

static guint64
get_moved_octets (ImapSession *session)
{
  return session->n_delivered + imap_channel_get_n_written (session->channel);
}

/* The end of the window in which a transfer has to move; 0 = nothing is being transferred. */
static gint64
get_stall_deadline (ImapSession *session)
{
  if (!is_transferring (session))
    {
      session->stall_since = 0;
      return 0;
    }
  if (session->stall_since == 0)
    {
      session->stall_since = g_get_monotonic_time ();
      session->stall_octets = get_moved_octets (session);
    }

  return session->stall_since + imap_session_stall_window * (gint64) MILLISECOND;
}

static gboolean
is_awaiting (const ImapOperation *operation)
{
  return operation->awaits_octets && !operation->is_complete;
}

/* The end of the first window in which a caller's stream has to give something; 0 = none is awaited. */
static gint64
get_feed_deadline (ImapSession *session)
{
  gint64 first = 0;

  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if (!is_awaiting (operation))
        {
          operation->awaited_since = 0;
          continue;
        }
      if (operation->awaited_since == 0)
        {
          operation->awaited_since = g_get_monotonic_time ();
          operation->n_given_before = operation->klass->get_n_given (operation);
        }
      first = earlier (first,
                       operation->awaited_since + imap_session_stall_window * (gint64) MILLISECOND);
    }

  return first;
}

/* Ends the window of an operation, and tells what came in it. */
static gboolean
has_starved (ImapOperation *operation, gint64 now, guint64 *out_n_given)
{
  if (operation->awaited_since == 0 || !is_awaiting (operation) ||
      now < operation->awaited_since + imap_session_stall_window * (gint64) MILLISECOND)
    return FALSE;

  operation->awaited_since = 0;
  *out_n_given = operation->klass->get_n_given (operation) - operation->n_given_before;

  return *out_n_given < IMAP_LIMIT_STALL_RATE * (guint64) imap_session_stall_window / 1000;
}

static void
end_starved (ImapSession *session, gint64 now)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      g_autoptr (ImapOperation)
          operation = imap_operation_ref (g_ptr_array_index (session->running, i));
      guint64 n_given = 0;

      if (!has_starved (operation, now, &n_given))
        continue;
      operation->klass->starved (
          operation, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_STALL,
                                  _ ("the stream of the mail gave only %llu octets in %d seconds"),
                                  (unsigned long long) n_given, imap_session_stall_window / 1000));
      imap_session_settle (session, operation);
      imap_session_pump (session);
      /* The list is another one now; the others have their turn when the timer rings again. */
      return;
    }
}

/* When the operation that holds up the connection has to let it go on; 0 = none does. */
static gint64
get_hold_deadline (ImapSession *session)
{
  return session->held_since == 0 ? 0 :
                                    session->held_since + IMAP_LIMIT_HOLD_MS * (gint64) MILLISECOND;
}

static void
end_hold (ImapSession *session)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if (operation->is_holding && !operation->is_complete)
        operation->klass->hold_ended (operation);
      operation->is_holding = FALSE;
    }
  imap_session_update_hold (session);
}

static GError *
check_opening (ImapSession *session, gint64 now)
{
  gint64 deadline = earlier (session->deadline, session->stage_deadline);

  if (deadline == 0 || now < deadline)
    return NULL;

  switch (session->stage_error)
    {
    case G_IMAP_ERROR_TIMEOUT_TLS:
      return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_TLS,
                          _ ("the TLS handshake was not finished in time"));
    case G_IMAP_ERROR_TIMEOUT_GREETING:
      return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_GREETING,
                          _ ("connected, but no greeting came in time (where TLS comes first, set "
                             "tls-mode to implicit)"));
    case G_IMAP_ERROR_TIMEOUT_CONNECT:
      if (!session->awaits_token && session->proxy != NULL)
        return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_CONNECT,
                            _ ("no connection through the proxy %s within %u seconds"),
                            session->proxy, session->settings->connection_timeout);
      return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_CONNECT,
                          session->awaits_token ? _ ("no access token within %u seconds") :
                                                  _ ("no connection within %u seconds"),
                          session->settings->connection_timeout);
    default:
      return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE,
                          _ ("no answer came in time"));
    }
}

static GError *
check_reply (ImapSession *session, gint64 now)
{
  gboolean is_silence = FALSE;
  gint64 due = get_reply_deadline (session, &is_silence);
  gsize received;
  gsize announced;

  if (due == 0 || now < due)
    return NULL;
  if (session->bye != NULL)
    return g_error_new_literal (G_IMAP_ERROR, G_IMAP_ERROR_BYE, session->bye);
  if (is_silence && imap_framer_get_literal_progress (session->framer, &received, &announced))
    return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_STALL,
                        _ ("the server said nothing for %u seconds, at octet %zu of %zu"),
                        session->settings->response_timeout, received, announced);

  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE,
                      is_silence ? _ ("the server said nothing for %u seconds") :
                                   _ ("the command made no progress for %u seconds"),
                      is_silence ? session->settings->response_timeout :
                                   session->settings->command_timeout);
}

static GError *
check_stall (ImapSession *session, gint64 now)
{
  gint64 due = get_stall_deadline (session);
  guint64 moved;

  if (due == 0 || now < due)
    return NULL;

  moved = get_moved_octets (session) - session->stall_octets;
  session->stall_since = 0;
  if (moved >= IMAP_LIMIT_STALL_RATE * (guint64) imap_session_stall_window / 1000)
    return NULL;

  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_STALL,
                      _ ("only %llu octets came in %d seconds"), (unsigned long long) moved,
                      imap_session_stall_window / 1000);
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { NULL, NULL, timer_dispatch, NULL, NULL, NULL };

static gboolean
time_cb (gpointer user_data)
{
  g_autoptr (ImapSession) session = imap_session_ref (user_data);
  gint64 now = g_get_monotonic_time ();
  GError *error;

  if ((error = check_opening (session, now)) != NULL)
    imap_session_fail (session, error);
  else if ((error = check_reply (session, now)) != NULL ||
           (error = check_stall (session, now)) != NULL ||
           (error = imap_session_check_idle (session, now)) != NULL)
    imap_session_fail (session, error);
  else if (session->held_since != 0 && now >= get_hold_deadline (session))
    end_hold (session);
  else
    {
      end_starved (session, now);
      imap_session_watch_time (session);
    }

  return G_SOURCE_CONTINUE;
}

/* Sets the timer to the next wait that can end. It is not moved for each byte that comes: it looks
 * again when it rings. */
void
imap_session_watch_time (ImapSession *session)
{
  gboolean is_silence;
  gint64 next = earlier (session->deadline, session->stage_deadline);

  next = earlier (next, get_reply_deadline (session, &is_silence));
  next = earlier (next, get_stall_deadline (session));
  next = earlier (next, get_feed_deadline (session));
  next = earlier (next, get_hold_deadline (session));
  next = earlier (next, session->idle_deadline);

  if (session->timer == NULL)
    {
      if (next == 0)
        return;
      session->timer = g_source_new (&timer_funcs, sizeof (GSource));
      g_source_set_callback (session->timer, time_cb, session, NULL);
      g_source_set_static_name (session->timer, "gimap4d deadline");
      g_source_attach (session->timer, imap_io_thread_get_context ());
    }
  g_source_set_ready_time (session->timer, next == 0 ? -1 : next);
}

void
imap_session_restart_silence (ImapSession *session)
{
  session->moved_at = g_get_monotonic_time ();
  session->stall_since = 0;
  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    ((ImapCommand *) link->data)->progress_at = session->moved_at;
  imap_session_watch_time (session);
}

/* What has to be done within this time, but never later than the whole opening. */
void
imap_session_set_deadline (ImapSession *session, int error_code, guint milliseconds)
{
  session->stage_error = error_code;
  session->stage_deadline = milliseconds == 0 ?
                                0 :
                                g_get_monotonic_time () + milliseconds * (gint64) MILLISECOND;
  imap_session_watch_time (session);
}

void
imap_session_stop_time (ImapSession *session)
{
  session->deadline = 0;
  session->stage_deadline = 0;
  session->stall_since = 0;
  session->idle_deadline = 0;
  if (session->timer == NULL)
    return;
  g_source_destroy (session->timer);
  g_clear_pointer (&session->timer, g_source_unref);
}

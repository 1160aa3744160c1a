/* Which operation begins when, and that each ends once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-noop.h"
#include "gimap4d/imap/session/imap-watch.h"

#define MAX_RUNNING 64

void
imap_session_release_operation (ImapOperation *operation)
{
  if (operation->klass->ended != NULL)
    operation->klass->ended (operation);
  g_clear_pointer ((ImapCall **) &operation->caller, imap_call_unref);
  imap_operation_unref (operation);
}

void
imap_session_settle (ImapSession *session, ImapOperation *operation)
{
  if (operation->is_complete && operation->n_commands == 0)
    g_ptr_array_remove (session->running, operation);
}

static gboolean
is_anybody_holding (ImapSession *session)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if (operation->is_holding && !operation->is_complete)
        return TRUE;
    }

  return FALSE;
}

void
imap_session_update_hold (ImapSession *session)
{
  gboolean is_held = session->channel != NULL && is_anybody_holding (session);

  if (is_held == (session->held_since != 0))
    return;

  session->held_since = is_held ? g_get_monotonic_time () : 0;
  if (session->channel == NULL)
    return;

  imap_channel_set_paused (session->channel, is_held);
  imap_session_restart_silence (session);
}

static gboolean
has_barrier (ImapSession *session)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if ((operation->klass->traits & IMAP_OPERATION_BARRIER) != 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_others_than_numbers (ImapSession *session)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if ((operation->klass->traits & IMAP_OPERATION_BY_NUMBER) == 0)
        return TRUE;
    }

  return FALSE;
}

void
imap_session_start (ImapSession *session, ImapOperation *operation)
{
  operation->host = &imap_session_host;
  operation->host_data = session;
  operation->n_starts++;
  g_ptr_array_add (session->running, operation);

  imap_operation_ref (operation);
  operation->klass->start (operation);
  imap_session_settle (session, operation);
  imap_operation_unref (operation);
}

static gboolean
has_idled (ImapSession *session)
{
  gint64 delay = session->settings->check_connection_delay * (gint64) G_USEC_PER_SEC;

  return !session->is_checked && session->running->len == 0 &&
         imap_session_now_awake () - session->heard_at > delay;
}

/* Starts the operation at the head of the queue, or what it needs first. FALSE when it has to wait. */
static gboolean
start_next (ImapSession *session)
{
  ImapOperation *operation = g_queue_peek_head (&session->waiting);
  gboolean needs_box = (operation->klass->traits & IMAP_OPERATION_NEEDS_BOX) != 0;
  gpointer leave;

  if (imap_call_is_finished (operation->caller))
    {
      imap_session_release_operation (g_queue_pop_head (&session->waiting));
      return TRUE;
    }
  if (session->running->len < MAX_RUNNING && !imap_session_leaves_deleted (session, operation) &&
      imap_session_can_start_ahead (session, operation))
    {
      session->went_ahead = session->went_ahead || session->goes_ahead;
      imap_session_start (session, g_queue_pop_head (&session->waiting));
      return TRUE;
    }
  if (session->state != IMAP_SESSION_READY || has_barrier (session) ||
      session->running->len >= MAX_RUNNING)
    return FALSE;
  if ((operation->klass->traits & IMAP_OPERATION_BARRIER) != 0 && session->running->len > 0)
    return FALSE;
  if ((operation->klass->traits & IMAP_OPERATION_BY_NUMBER) != 0 &&
      has_others_than_numbers (session))
    return FALSE;

  if (!imap_session_is_close (operation) && has_idled (session))
    {
      session->is_checked = TRUE;
      imap_session_start (session, imap_noop_operation_new_probe ());
      return FALSE;
    }
  if ((needs_box && session->box == NULL && session->wanted_box != NULL) ||
      imap_session_needs_box_to_leave (session, operation))
    {
      imap_session_reselect (session);
      return FALSE;
    }
  leave = imap_session_new_leave_operation (session, operation);
  if (leave != NULL)
    {
      imap_session_start (session, leave);
      return FALSE;
    }

  g_queue_pop_head (&session->waiting);
  session->is_checked = FALSE;
  if (needs_box && session->box == NULL)
    imap_session_end_operation (session, operation,
                                g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED,
                                             _ ("no box is selected: call select_box first")));
  else if (!needs_box || imap_session_check_box (session, operation))
    imap_session_start (session, operation);

  return TRUE;
}

static void
logged_out (ImapCommand *command, const ImapResponse *response)
{
  /* Whoever waits for it gets his answer when the connection is closed. */
  imap_session_fail (command->operation->host_data,
                     g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                  _ ("the connection was closed on request")));
}

static void
say_good_bye (ImapSession *session, ImapOperation *operation)
{
  if (!imap_session_move (session, IMAP_SESSION_CLOSING))
    return;

  session->deadline = g_get_monotonic_time () + IMAP_LIMIT_LOGOUT_MS * (gint64) 1000;
  imap_operation_submit (operation, imap_operation_write (operation, "LOGOUT"),
                         IMAP_COMMAND_INDEPENDENT, NULL, logged_out);
}

static void
close_start (ImapOperation *operation)
{
  /* Who closes does not want it to be opened again by itself. */
  imap_watch_end (operation->host_data, NULL);
  say_good_bye (operation->host_data, operation);
}

static const ImapOperationClass close_class = {
  .size = sizeof (ImapOperation),
  .traits = IMAP_OPERATION_BARRIER | IMAP_OPERATION_OFFLINE | IMAP_OPERATION_LEAVES_BOX,
  .start = close_start,
};

gboolean
imap_session_is_close (const ImapOperation *operation)
{
  return operation->klass == &close_class;
}

gpointer
imap_session_new_close_operation (void)
{
  return imap_operation_new (&close_class, g_strdup (_ ("closing the connection")));
}

void
imap_session_pump (ImapSession *session)
{
  g_autoptr (ImapSession) alive = imap_session_ref (session);

  while ((session->goes_ahead ||
          (session->state == IMAP_SESSION_READY && !imap_watch_take_turn (session))) &&
         !g_queue_is_empty (&session->waiting))
    if (!start_next (session))
      break;

  /* Who comes later cannot rely on that answer any more. */
  if (g_queue_is_empty (&session->waiting))
    session->is_checked = FALSE;
  imap_rest_update (session);
  imap_session_send (session);

  while (session->state == IMAP_SESSION_CLOSED && !g_queue_is_empty (&session->waiting))
    {
      ImapOperation *operation = g_queue_peek_head (&session->waiting);

      if ((operation->klass->traits & IMAP_OPERATION_OFFLINE) != 0)
        {
          /* There is nothing to close, or to leave. */
          imap_watch_end_for (session, operation);
          if (imap_session_is_close (operation))
            imap_session_keep_deleted (session);
          imap_call_return (operation->caller, GINT_TO_POINTER (TRUE), NULL);
        }
      else if (!imap_call_is_finished (operation->caller))
        {
          imap_session_open (session);
          return;
        }
      imap_session_release_operation (g_queue_pop_head (&session->waiting));
    }
}

/* What becomes of all that is on its way when the connection is over, or cannot be opened.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/session/imap-watch.h"

/* Once, and once more after the connection was lost. */
#define MAX_STARTS 2

void
imap_session_end_operation (ImapSession *session, ImapOperation *operation, GError *error)
{
  if (!operation->is_complete)
    {
      operation->is_complete = TRUE;
      if (operation->caller != NULL && operation->settled != NULL)
        {
          imap_call_return (operation->caller, g_steal_pointer (&operation->settled),
                            operation->settled_destroy);
          g_error_free (error);
        }
      else if (operation->caller != NULL)
        imap_call_return_error (operation->caller,
                                imap_session_name_place (session, operation->title, error));
      else
        g_error_free (error);
    }
  else
    {
      g_error_free (error);
    }
  imap_session_release_operation (operation);
}

/* A change whose last octet has left may have been made. */
static void
mark_unknown_outcomes (ImapSession *session)
{
  gboolean is_cut = session->channel != NULL && imap_channel_has_unwritten (session->channel);

  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    {
      ImapCommand *command = link->data;
      gboolean is_whole = command->n_segments_sent == command->segments->len &&
                          !(is_cut && link->next == NULL);

      if ((command->traits & IMAP_COMMAND_MUTATES) != 0 && is_whole)
        command->operation->is_outcome_unknown = TRUE;
      /* Dovecot says BYE to a FETCH that it cannot do to its end, as with base64 that ends too early. */
      if ((command->traits & IMAP_COMMAND_DECODES) != 0)
        imap_capabilities_distrust (&session->capabilities, IMAP_CAPABILITY_BINARY);
    }
}

/* The connection is gone and with it all that was on its way. */
static void
drop_commands (ImapSession *session)
{
  ImapCommand *command;

  while ((command = g_queue_pop_head (&session->in_flight)) != NULL ||
         (command = g_queue_pop_head (&session->unsent)) != NULL)
    {
      command->operation->n_commands--;
      imap_command_free (command);
    }
}

/* The connection ended, as opposed to: it was ended because of what the server did or did not say. */
static gboolean
was_lost (const GError *error)
{
  return g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_TRUNCATED) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_IDLE) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_BYE);
}

/* Exchange 2003 drops the connection when it is asked for NAMESPACE: that goes on without it. TRUE when it
 * may have been that, as nothing else was waited for. */
static gboolean
check_namespace (ImapSession *session, const GError *error)
{
  const ImapCommand *command = g_queue_peek_head (&session->in_flight);

  if (command == NULL || (command->traits & IMAP_COMMAND_NAMESPACES) == 0 || !was_lost (error))
    return FALSE;
  imap_capabilities_distrust (&session->capabilities, IMAP_CAPABILITY_NAMESPACE);

  return TRUE;
}

/* @answered: the one whose answer was coming; nullable. */
static gboolean
can_repeat (ImapSession *session,
            const ImapOperation *operation,
            const ImapOperation *answered,
            const GError *error)
{
  /* A mail that is too large is the fault of the one who asked for it. */
  gboolean is_innocent = operation != answered && answered != NULL &&
                         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
  gboolean is_unsent = (operation->klass->traits & IMAP_OPERATION_RESTARTABLE) != 0 &&
                       !operation->has_sent;

  return ((operation->klass->traits & IMAP_OPERATION_REPEATABLE) != 0 || is_unsent) &&
         operation->n_starts < MAX_STARTS && !session->is_shut_down &&
         (was_lost (error) || is_innocent);
}

gboolean
imap_session_fail_waiting (ImapSession *session, ImapOperationTraits trait, const GError *error)
{
  gboolean has_failed = FALSE;
  GList *next;

  for (GList *link = session->waiting.head; link != NULL; link = next)
    {
      ImapOperation *operation = link->data;

      next = link->next;
      if ((operation->klass->traits & IMAP_OPERATION_BARRIER) != 0)
        break;
      if ((operation->klass->traits & trait) == 0)
        continue;
      g_queue_delete_link (&session->waiting, link);
      imap_session_end_operation (session, operation, g_error_copy (error));
      has_failed = TRUE;
    }

  return has_failed;
}

/* What an operation hears whose connection is gone. */
static GError *
get_loss (const ImapOperation *operation, const GError *error)
{
  if (!operation->is_outcome_unknown)
    return g_error_copy (error);

  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME,
                      _ ("it was sent, and may or may not have been done: %s"), error->message);
}

/* What was running goes back to the head of the queue where that is safe, or hears the error. Only
 * a connection that has served before is worth a second try. */
static void
settle_running (ImapSession *session,
                const ImapOperation *answered,
                const GError *error,
                gboolean is_worth_it)
{
  g_autoptr (GPtrArray) running = g_steal_pointer (&session->running);
  ImapOperation *next;
  gboolean was_reselected = FALSE;

  session->running = g_ptr_array_new_with_free_func (
      (GDestroyNotify) imap_session_release_operation);
  g_ptr_array_set_free_func (running, NULL);
  for (guint i = running->len; i > 0; i--)
    {
      ImapOperation *operation = g_ptr_array_index (running, i - 1);

      if (operation->is_complete || operation->caller == NULL)
        {
          was_reselected = was_reselected || operation == session->reselecting;
          imap_session_release_operation (operation);
        }
      else if (imap_session_is_close (operation))
        {
          /* Closed is closed, whoever did it. */
          imap_call_return (operation->caller, GINT_TO_POINTER (TRUE), NULL);
          imap_session_release_operation (operation);
        }
      else if (is_worth_it && can_repeat (session, operation, answered, error))
        {
          if (operation->klass->reset != NULL)
            operation->klass->reset (operation);
          g_queue_push_head (&session->waiting, operation);
        }
      else
        {
          imap_session_end_operation (session, operation, get_loss (operation, error));
        }
    }

  /* A server that drops the connection whenever the box is selected again is not tried for ever. */
  session->reselecting = NULL;
  if (was_reselected)
    imap_session_keep_deleted (session);
  next = g_queue_peek_head (&session->waiting);
  if (was_reselected && next != NULL && (++next->n_starts > MAX_STARTS || !was_lost (error)))
    imap_session_fail_waiting (session, IMAP_OPERATION_NEEDS_BOX, error);
}

static void
disconnect (ImapSession *session, const GError *error)
{
  gboolean was_open = session->state == IMAP_SESSION_READY ||
                      session->state == IMAP_SESSION_CLOSING;

  imap_trace_note (session->trace, "Disconnected: %s", error->message);
  mark_unknown_outcomes (session);
  imap_session_detach (session);
  imap_session_stop_time (session);
  session->held_since = 0;
  drop_commands (session);
  g_clear_pointer (&session->opening, imap_operation_unref);
  if (session->box != NULL)
    {
      session->wanted_read_only = session->box->is_read_only;
      session->wanted_uid_validity = session->box->uid_validity;
      g_clear_pointer (&session->box, imap_box_state_free);
    }
  if (session->state != IMAP_SESSION_CLOSED)
    imap_session_move (session, IMAP_SESSION_CLOSED);
  imap_rest_lost (session, error, was_open);
  if (was_open && session->events->disconnected != NULL)
    session->events->disconnected (session->owner, error);
}

void
imap_session_fail (ImapSession *session, GError *cause)
{
  g_autoptr (ImapSession) alive = imap_session_ref (session);
  g_autoptr (GError) error = cause;
  const ImapOperation *answered = NULL; /* to be compared only */
  gboolean is_worth_it;

  if (session->state == IMAP_SESSION_CLOSED)
    return;
  if (session->state != IMAP_SESSION_READY && session->state != IMAP_SESSION_CLOSING)
    {
      imap_session_fail_opening (session, g_steal_pointer (&error));
      return;
    }

  if (!g_queue_is_empty (&session->in_flight))
    answered = ((ImapCommand *) g_queue_peek_head (&session->in_flight))->operation;
  is_worth_it = check_namespace (session, error) || session->n_done > 0 ||
                imap_session_give_up_ahead (session, error);
  disconnect (session, error);
  settle_running (session, answered, error, is_worth_it);
  session->n_done = 0;
  imap_session_pump (session);
}

void
imap_session_reopen (ImapSession *session, const GError *error)
{
  gint64 deadline = session->deadline;

  disconnect (session, error);
  imap_session_begin_opening (session);
  session->deadline = deadline;
  imap_session_watch_time (session);
}

/* What had gone ahead of the login waits for it again. */
static void
put_back_running (ImapSession *session)
{
  while (session->running->len > 0)
    {
      ImapOperation *operation = g_ptr_array_steal_index (session->running,
                                                          session->running->len - 1);

      if (operation->is_complete || operation->caller == NULL)
        {
          imap_session_release_operation (operation);
          continue;
        }
      if (operation->klass->reset != NULL)
        operation->klass->reset (operation);
      operation->n_starts = 0;
      g_queue_push_head (&session->waiting, operation);
    }
}

/* A server may hang up on whoever has no valid token, instead of refusing it in words. TRUE when
 * that was what happened. */
static gboolean
check_hang_up (ImapSession *session, const GError *error)
{
  const char *failure = session->sasl != NULL ? imap_sasl_get_failure (session->sasl) : NULL;

  if (failure == NULL || !was_lost (error))
    return FALSE;

  imap_session_token_refused (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED,
                                                    _ ("the login (%s) failed: %s (%s)"),
                                                    session->mode, error->message, failure));

  return TRUE;
}

void
imap_session_fail_opening (ImapSession *session, GError *cause)
{
  g_autoptr (ImapSession) alive = imap_session_ref (session);
  g_autoptr (GError) error = cause;
  ImapOperation *operation;

  if (check_hang_up (session, error) && !session->awaits_token)
    return;
  if (session->awaits_token && was_lost (error))
    {
      imap_session_reopen (session, error);
      return;
    }
  /* The hang-up was for the old token, and crossed the new one. */
  if (session->retries_login && !session->is_logged_in && was_lost (error))
    {
      imap_session_reopen (session, error);
      imap_session_connect (session);
      return;
    }
  if (imap_session_give_up_ahead (session, error))
    {
      imap_session_reopen (session, error);
      put_back_running (session);
      imap_session_connect (session);
      return;
    }

  imap_session_forget_token_question (session);
  disconnect (session, error);
  put_back_running (session);
  while ((operation = g_queue_pop_head (&session->waiting)) != NULL)
    imap_session_end_operation (session, operation, g_error_copy (error));
}

/* One connection with all its protocol state: what it is asked to do, and in which order it does it.
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
#include "gimap4d/imap/command/imap-select.h"
#include "gimap4d/imap/net/imap-tls.h"
#include "gimap4d/imap/session/imap-io-thread.h"
#include "gimap4d/imap/session/imap-watch.h"

#define MAX_RUNNING 64
/* Once, and once more after the connection was lost. */
#define MAX_STARTS 2

#define MOVE(state) (1u << IMAP_SESSION_##state)

/* From each state to those that may follow. */
static const guint moves[IMAP_N_SESSION_STATES] = {
  [IMAP_SESSION_CLOSED] = MOVE (CONNECTING),
  [IMAP_SESSION_CONNECTING] = MOVE (GREETING) | MOVE (CLOSED),
  [IMAP_SESSION_GREETING] = MOVE (SECURING) | MOVE (LOGGING_IN) | MOVE (READY) | MOVE (CLOSED),
  [IMAP_SESSION_SECURING] = MOVE (LOGGING_IN) | MOVE (CLOSED),
  [IMAP_SESSION_LOGGING_IN] = MOVE (SECURING) | MOVE (READY) | MOVE (CLOSED),
  [IMAP_SESSION_READY] = MOVE (CLOSING) | MOVE (CLOSED),
  [IMAP_SESSION_CLOSING] = MOVE (CLOSED),
};

void
imap_session_facts_clear (ImapSessionFacts *facts)
{
  g_clear_pointer (&facts->capabilities, g_strfreev);
  g_clear_pointer (&facts->selected_box, g_free);
  g_clear_pointer (&facts->authentication_mode, g_free);
}

static void
release_operation (ImapOperation *operation)
{
  if (operation->klass->ended != NULL)
    operation->klass->ended (operation);
  g_clear_pointer ((ImapCall **) &operation->caller, imap_call_unref);
  imap_operation_unref (operation);
}

ImapSession *
imap_session_new (ImapSettings *settings,
                  const ImapSessionEvents *events,
                  gpointer owner,
                  GDestroyNotify owner_destroy)
{
  ImapSession *session = g_new0 (ImapSession, 1);

  g_atomic_ref_count_init (&session->ref_count);
  session->settings = imap_settings_ref (settings);
  session->events = events;
  session->owner = owner;
  session->owner_destroy = owner_destroy;
  g_queue_init (&session->waiting);
  g_queue_init (&session->unsent);
  g_queue_init (&session->in_flight);
  session->running = g_ptr_array_new_with_free_func ((GDestroyNotify) release_operation);
  session->raw_boxes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&session->mutex);

  return session;
}

ImapSession *
imap_session_ref (ImapSession *session)
{
  g_atomic_ref_count_inc (&session->ref_count);

  return session;
}

/* A session that is open holds itself: the last reference is only ever dropped when nothing of it
 * is left in the I/O thread. */
void
imap_session_unref (ImapSession *session)
{
  if (!g_atomic_ref_count_dec (&session->ref_count))
    return;

  g_assert (session->state == IMAP_SESSION_CLOSED);
  g_assert (session->channel == NULL && session->timer == NULL && session->watch == NULL);

  g_clear_pointer (&session->trace, imap_trace_free);
  g_clear_pointer (&session->bye, g_free);
  g_clear_object (&session->accepted_certificate);
  imap_sasl_wipe_text (session->token);
  imap_capabilities_clear (&session->capabilities);
  g_clear_pointer (&session->box, imap_box_state_free);
  g_clear_pointer (&session->wanted_box, g_free);
  g_ptr_array_unref (session->running);
  imap_session_free_deleted (session);
  g_free (session->left_box);
  g_hash_table_unref (session->raw_boxes);
  imap_session_facts_clear (&session->facts);
  g_mutex_clear (&session->mutex);
  imap_settings_unref (session->settings);
  if (session->owner_destroy != NULL)
    session->owner_destroy (session->owner);
  g_free (session);
}

gboolean
imap_session_move (ImapSession *session, ImapSessionState state)
{
  ImapSessionState from = session->state;

  if ((moves[from] & (1u << state)) == 0)
    {
      imap_session_fail (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                               _ ("a connection cannot go from state %u to %u"),
                                               from, state));
      return FALSE;
    }

  session->state = state;
  if (from == IMAP_SESSION_CLOSED)
    imap_session_ref (session);
  imap_session_publish (session);
  if (state == IMAP_SESSION_CLOSED)
    imap_session_unref (session);

  return TRUE;
}

/* What other threads may see of the session. */
void
imap_session_publish (ImapSession *session)
{
  ImapSessionFacts *facts = &session->facts;

  g_mutex_lock (&session->mutex);
  g_clear_pointer (&facts->capabilities, g_strfreev);
  g_clear_pointer (&facts->selected_box, g_free);
  g_clear_pointer (&facts->authentication_mode, g_free);
  facts->state = session->state;
  facts->capabilities = g_strdupv (session->capabilities.words);
  facts->selected_box = g_strdup (session->box != NULL ? session->box->name : NULL);
  facts->authentication_mode = g_strdup (session->mode);
  facts->tls_protocol = imap_tls_get_protocol_name (session->tls);
  g_mutex_unlock (&session->mutex);

  if (session->events->facts_changed != NULL)
    session->events->facts_changed (session->owner);
}

void
imap_session_count (ImapSession *session, guint64 *counter, guint64 n)
{
  g_mutex_lock (&session->mutex);
  *counter += n;
  g_mutex_unlock (&session->mutex);
}

/* What the channel has moved since. */
void
imap_session_count_wire (ImapSession *session)
{
  guint64 received = imap_channel_get_n_read (session->channel);
  guint64 sent = imap_channel_get_n_written (session->channel);

  g_mutex_lock (&session->mutex);
  session->facts.wire_octets_received += received - session->wire_received;
  session->facts.wire_octets_sent += sent - session->wire_sent;
  g_mutex_unlock (&session->mutex);
  session->wire_received = received;
  session->wire_sent = sent;
}

void
imap_session_get_facts (ImapSession *session, ImapSessionFacts *out_facts)
{
  g_mutex_lock (&session->mutex);
  *out_facts = session->facts;
  out_facts->capabilities = g_strdupv (session->facts.capabilities);
  out_facts->selected_box = g_strdup (session->facts.selected_box);
  out_facts->authentication_mode = g_strdup (session->facts.authentication_mode);
  g_mutex_unlock (&session->mutex);
}

char *
imap_session_blank (ImapSession *session, const char *text)
{
  const char *secrets[] = { NULL, NULL, NULL, NULL };
  guint n_secrets = 0;

  if (session->settings->password != NULL)
    secrets[n_secrets++] = session->settings->password;
  if (session->settings->token != NULL)
    secrets[n_secrets++] = session->settings->token;
  if (session->token != NULL)
    secrets[n_secrets++] = session->token;

  return imap_trace_blank (text, secrets);
}

GError *
imap_session_name_place (ImapSession *session, const char *title, GError *error)
{
  g_autofree char *blanked = NULL;
  g_autofree char *place = NULL;
  GError *named;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;

  blanked = imap_session_blank (session, error->message);
  place = session->settings->host != NULL ?
              g_strdup_printf ("%s:%u: ", session->settings->host, session->settings->port) :
              g_strdup ("");

  named = g_error_new (error->domain, error->code, "%s%s: %s", place, title, blanked);
  /* A name with a line break in it is refused, and shown without it. */
  g_strdelimit (named->message, "\r\n\t\033", ' ');
  g_error_free (error);

  return named;
}

/* Ends an operation that was not started, or whose connection is gone. Takes both. */
static void
end_operation (ImapSession *session, ImapOperation *operation, GError *error)
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
  release_operation (operation);
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

  return (operation->klass->traits & IMAP_OPERATION_REPEATABLE) != 0 &&
         operation->n_starts < MAX_STARTS && !session->is_shut_down &&
         (was_lost (error) || is_innocent);
}

static const ImapOperationClass close_class;

/* The box cannot be selected again: whoever waits for it hears why. */
static void
fail_needing_box (ImapSession *session, const GError *error)
{
  GList *next;

  for (GList *link = session->waiting.head; link != NULL; link = next)
    {
      ImapOperation *operation = link->data;

      next = link->next;
      if ((operation->klass->traits & IMAP_OPERATION_BARRIER) != 0)
        return;
      if ((operation->klass->traits & IMAP_OPERATION_NEEDS_BOX) == 0)
        continue;
      g_queue_delete_link (&session->waiting, link);
      end_operation (session, operation, g_error_copy (error));
    }
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

  session->running = g_ptr_array_new_with_free_func ((GDestroyNotify) release_operation);
  g_ptr_array_set_free_func (running, NULL);
  for (guint i = running->len; i > 0; i--)
    {
      ImapOperation *operation = g_ptr_array_index (running, i - 1);

      if (operation->is_complete || operation->caller == NULL)
        {
          was_reselected = was_reselected || operation == session->reselecting;
          release_operation (operation);
        }
      else if (operation->klass == &close_class)
        {
          /* Closed is closed, whoever did it. */
          imap_call_return (operation->caller, GINT_TO_POINTER (TRUE), NULL);
          release_operation (operation);
        }
      else if (is_worth_it && can_repeat (session, operation, answered, error))
        {
          if (operation->klass->reset != NULL)
            operation->klass->reset (operation);
          g_queue_push_head (&session->waiting, operation);
        }
      else
        {
          end_operation (session, operation, get_loss (operation, error));
        }
    }

  /* A server that drops the connection whenever the box is selected again is not tried for ever. */
  session->reselecting = NULL;
  if (was_reselected)
    imap_session_keep_deleted (session);
  next = g_queue_peek_head (&session->waiting);
  if (was_reselected && next != NULL && (++next->n_starts > MAX_STARTS || !was_lost (error)))
    fail_needing_box (session, error);
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
  is_worth_it = session->n_done > 0 || imap_session_give_up_ahead (session, error);
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
          release_operation (operation);
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
    end_operation (session, operation, g_error_copy (error));
}

/* An operation that has ended keeps its place until the replies to its commands have come. */
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

/* Takes the operation. */
static void
start_operation (ImapSession *session, ImapOperation *operation)
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

void
imap_session_start_own (ImapSession *session, ImapOperation *operation)
{
  start_operation (session, operation);
}

static GError *
new_validity_error (guint32 before, guint32 now)
{
  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED,
                      _ ("the box was made anew on the server (UIDVALIDITY %u, now %u): "
                         "ids from before do not count any more"),
                      before, now);
}

/* Ids that the caller had from before are worth nothing in a box that was made anew meanwhile. */
static void
fail_old_ids (ImapSession *session, guint32 uid_validity)
{
  GList *next;

  for (GList *link = session->waiting.head; link != NULL; link = next)
    {
      ImapOperation *operation = link->data;

      next = link->next;
      if ((operation->klass->traits & IMAP_OPERATION_BARRIER) != 0)
        return;
      if ((operation->klass->traits & IMAP_OPERATION_USES_IDS) == 0)
        continue;
      g_queue_delete_link (&session->waiting, link);
      end_operation (session, operation,
                     new_validity_error (session->lost_uid_validity, uid_validity));
      session->untold_validity = 0;
    }
}

/* What is on its way there cannot be called back; nothing more with these ids follows it. */
void
imap_session_made_anew (ImapSession *session, guint32 uid_validity)
{
  session->lost_uid_validity = uid_validity;
  session->untold_validity = uid_validity;
  fail_old_ids (session, session->box->uid_validity);
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if ((operation->klass->traits & IMAP_OPERATION_USES_IDS) == 0 || operation->is_complete)
        continue;
      imap_operation_fail (operation,
                           new_validity_error (uid_validity, session->box->uid_validity));
      session->untold_validity = 0;
    }
}

void
imap_session_doubt_box (ImapSession *session)
{
  if (session->box == NULL)
    return;

  session->wanted_read_only = session->box->is_read_only;
  g_clear_pointer (&session->box, imap_box_state_free);
  imap_session_publish (session);
}

static void
reselected_cb (gpointer data, const ImapBoxState *state, const GError *error)
{
  ImapSession *session = data;

  session->reselecting = NULL;
  if (error != NULL)
    {
      fail_needing_box (session, error);
      imap_watch_refused (session, error);
    }
  else if (session->lost_uid_validity != 0 && state->uid_validity != session->lost_uid_validity)
    fail_old_ids (session, state->uid_validity);
}

/* The next operation needs the box that was selected before the connection was lost. */
void
imap_session_reselect (ImapSession *session)
{
  ImapOperation *operation = imap_select_operation_new_again (
      session->wanted_box, session->wanted_read_only, reselected_cb, session);
  guint32 uid_validity;
  guint64 modseq;

  if (imap_watch_begin_resync (session, &uid_validity, &modseq))
    imap_select_operation_set_resync (operation, uid_validity, modseq);
  if (session->watch != NULL)
    imap_select_operation_set_modseqs (operation);
  session->reselecting = operation;
  session->lost_uid_validity = session->wanted_uid_validity;
  start_operation (session, operation);
}

static gboolean
has_idled (ImapSession *session)
{
  gint64 delay = session->settings->check_connection_delay * (gint64) G_USEC_PER_SEC;

  return !session->is_checked && session->running->len == 0 &&
         imap_session_now_awake () - session->used_at > delay;
}

/* FALSE when the ids that the operation brings are not of the selected box; it has ended then. */
static gboolean
check_box (ImapSession *session, ImapOperation *operation)
{
  GError *error = NULL;

  if (operation->box != NULL && !imap_box_name_is_same (operation->box, session->box->name))
    error = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                         _ ("the ids are of the box “%s”, but “%s” is selected"), operation->box,
                         session->box->name);
  else if (operation->uid_validity != 0 && operation->uid_validity != session->box->uid_validity)
    error = new_validity_error (operation->uid_validity, session->box->uid_validity);
  else if ((operation->klass->traits & IMAP_OPERATION_USES_IDS) != 0 &&
           session->untold_validity != 0)
    error = new_validity_error (session->untold_validity, session->box->uid_validity);
  session->untold_validity = 0;
  if (error == NULL)
    return TRUE;

  end_operation (session, operation, error);

  return FALSE;
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
      release_operation (g_queue_pop_head (&session->waiting));
      return TRUE;
    }
  if (session->running->len < MAX_RUNNING && !imap_session_leaves_deleted (session, operation) &&
      imap_session_can_start_ahead (session, operation))
    {
      session->went_ahead = session->went_ahead || session->goes_ahead;
      start_operation (session, g_queue_pop_head (&session->waiting));
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

  if (operation->klass != &close_class && has_idled (session))
    {
      session->is_checked = TRUE;
      start_operation (session, imap_noop_operation_new_probe ());
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
      start_operation (session, leave);
      return FALSE;
    }

  g_queue_pop_head (&session->waiting);
  session->is_checked = FALSE;
  if (needs_box && session->box == NULL)
    end_operation (session, operation,
                   g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED,
                                _ ("no box is selected: call select_box first")));
  else if (!needs_box || check_box (session, operation))
    start_operation (session, operation);

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

  if (session->state == IMAP_SESSION_READY)
    session->used_at = imap_session_now_awake ();
  imap_rest_update (session);
  imap_session_send (session);

  while (session->state == IMAP_SESSION_CLOSED && !g_queue_is_empty (&session->waiting))
    {
      ImapOperation *operation = g_queue_peek_head (&session->waiting);

      if ((operation->klass->traits & IMAP_OPERATION_OFFLINE) != 0)
        {
          /* There is nothing to close, or to leave. */
          imap_watch_end_for (session, operation);
          if (operation->klass == &close_class)
            imap_session_keep_deleted (session);
          imap_call_return (operation->caller, GINT_TO_POINTER (TRUE), NULL);
        }
      else if (!imap_call_is_finished (operation->caller))
        {
          imap_session_open (session);
          return;
        }
      release_operation (g_queue_pop_head (&session->waiting));
    }
}

/* What is posted to the I/O thread. */
typedef struct
{
  ImapSession *session;     /* owned */
  ImapOperation *operation; /* owned, nullable */
  ImapCall *call;           /* owned, nullable */
} Order;

static Order *
order_new (ImapSession *session, ImapOperation *operation, ImapCall *call)
{
  Order *order = g_new0 (Order, 1);

  order->session = imap_session_ref (session);
  order->operation = operation;
  order->call = call != NULL ? imap_call_ref (call) : NULL;

  return order;
}

static void
order_free (Order *order)
{
  imap_session_unref (order->session);
  g_clear_pointer (&order->operation, imap_operation_unref);
  g_clear_pointer (&order->call, imap_call_unref);
  g_free (order);
}

/* For what has gone ahead of the login. */
static gboolean
is_anybody_waiting (ImapSession *session)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if (!operation->is_complete && operation->caller != NULL &&
          !imap_call_is_finished (operation->caller))
        return TRUE;
    }

  return FALSE;
}

/* Nobody waits for what is being opened any more. */
static void
give_up_opening (ImapSession *session)
{
  if (session->waiting.length == 0 && session->watch == NULL && !is_anybody_waiting (session) &&
      session->state != IMAP_SESSION_READY && session->state != IMAP_SESSION_CLOSING &&
      session->state != IMAP_SESSION_CLOSED)
    imap_session_fail_opening (
        session, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The call was cancelled")));
}

/* An end to watching waits for nothing but IDLE. Takes the operation. */
static void
end_watching_at_once (ImapSession *session, ImapOperation *operation)
{
  imap_watch_end_for (session, operation);
  imap_call_return (operation->caller, GINT_TO_POINTER (TRUE), NULL);
  release_operation (operation);
  give_up_opening (session);
}

static void
perform_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;
  ImapOperation *operation = g_steal_pointer (&order->operation);

  operation->caller = g_steal_pointer (&order->call);
  if (imap_watch_is_end (operation) && session->idle == IMAP_IDLE_NONE)
    {
      end_watching_at_once (session, operation);
    }
  else
    {
      g_queue_push_tail (&session->waiting, operation);
      imap_session_pump (session);
    }
  order_free (order);
}

void
imap_session_perform (ImapSession *session, gpointer operation, ImapCall *call)
{
  Order *order = order_new (session, operation, call);

  if (imap_io_thread_post (perform_cb, order))
    return;

  imap_call_return_error (call, g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                             _ ("a connection cannot be used in a forked child")));
  order_free (order);
}

static void
abandon_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;

  for (GList *link = session->waiting.head; link != NULL; link = link->next)
    {
      ImapOperation *operation = link->data;

      if (operation->caller == order->call)
        {
          g_queue_delete_link (&session->waiting, link);
          release_operation (operation);
          break;
        }
    }

  /* One that runs keeps its place until its replies have come, but sends nothing more. */
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if (operation->caller == order->call)
        operation->is_complete = TRUE;
    }
  imap_session_update_hold (session);
  imap_session_check_half (session);
  give_up_opening (session);
  order_free (order);
}

void
imap_session_abandon (ImapSession *session, ImapCall *call)
{
  Order *order = order_new (session, NULL, call);

  if (!imap_io_thread_post (abandon_cb, order))
    order_free (order);
}

static void
poke_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;
  ImapOperation *operation = order->operation;

  /* While it waits to be started again it has nothing to do. */
  if (g_ptr_array_find (session->running, operation, NULL) && !operation->is_complete)
    {
      operation->klass->poked (operation);
      imap_session_settle (session, operation);
      imap_session_update_hold (session);
      imap_session_pump (session);
    }
  order_free (order);
}

void
imap_session_poke (ImapSession *session, ImapOperation *operation)
{
  Order *order = order_new (session, imap_operation_ref (operation), NULL);

  if (!imap_io_thread_post (poke_cb, order))
    order_free (order);
}

static void
shut_down_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;

  session->is_shut_down = TRUE;
  imap_watch_end (session, NULL);
  if (session->state == IMAP_SESSION_READY)
    {
      start_operation (session, imap_session_new_close_operation ());
      imap_session_send (session);
    }
  else if (session->state != IMAP_SESSION_CLOSED && session->state != IMAP_SESSION_CLOSING)
    {
      imap_session_fail_opening (session, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                       _ ("the connection was closed on request")));
    }
  order_free (order);
}

void
imap_session_shut_down (ImapSession *session)
{
  Order *order = order_new (session, NULL, NULL);

  /* In a forked child there is nothing to close: the connection is the parent's. */
  if (!imap_io_thread_post (shut_down_cb, order))
    order_free (order);
}

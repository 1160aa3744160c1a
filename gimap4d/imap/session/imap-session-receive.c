/* From the bytes that come to who they are for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/session/imap-watch.h"

#include <string.h>

static void
take_capabilities (ImapSession *session, const ImapResponse *response)
{
  GStrv words = NULL;

  if (response->type == IMAP_DATA_CAPABILITY)
    words = imap_data_parse_words (response, NULL);
  else if (response->code == IMAP_CODE_CAPABILITY)
    words = g_strdupv (response->code_words);
  if (words == NULL)
    return;

  imap_capabilities_set (&session->capabilities, words);
  if (session->is_rev2)
    imap_capabilities_enable_rev2 (&session->capabilities);
  imap_session_publish (session);
}

/* Before TLS nothing that comes is worth to be shown to a person. */
static void
pass_on_alert (ImapSession *session, const ImapResponse *response)
{
  g_autofree char *cut = NULL;

  if (response->code != IMAP_CODE_ALERT || response->text[0] == '\0' ||
      !imap_session_is_secure (session) || session->events->alert == NULL)
    return;

  cut = g_utf8_substring (response->text, 0,
                          MIN (g_utf8_strlen (response->text, -1), IMAP_LIMIT_ALERT_CHARS));
  session->events->alert (session->owner, cut);
}

static ImapCommand *
find_in_flight (ImapSession *session, const char *tag)
{
  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    if (strcmp (((ImapCommand *) link->data)->tag, tag) == 0)
      return link->data;

  return NULL;
}

/* What answers a call that nobody waits for any more comes to nothing, unless it changed what the
 * connection is. */
static gboolean
is_heard (const ImapCommand *command)
{
  return !command->operation->is_complete || (command->traits & IMAP_COMMAND_EXCLUSIVE) != 0;
}

/* Behind the refusal that said that there is no such box any more: it is left, unless somebody goes on. */
static void
leave_gone_box (ImapSession *session)
{
  if (!session->is_box_gone)
    return;

  session->is_box_gone = FALSE;
  if (session->running->len == 0)
    imap_session_doubt_box (session);
  else
    imap_session_publish (session);
}

/* A server that is about to hang up has answered what it was asked: it is not asked for more. */
static gboolean
is_left_by_server (ImapSession *session)
{
  return session->bye != NULL && session->state == IMAP_SESSION_READY &&
         g_queue_is_empty (&session->in_flight);
}

static void
handle_tagged (ImapSession *session, const ImapResponse *response)
{
  ImapCommand *command = find_in_flight (session, response->tag);
  g_autoptr (ImapSession) alive = imap_session_ref (session);
  ImapOperation *operation;
  gboolean is_half;

  /* What was there before the command went out answers somebody else's guess of it. */
  if (command == NULL || command->sent_in_turn == session->n_turns)
    {
      imap_session_fail (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                               _ ("the server answered a command, “%s”, that was "
                                                  "not sent"),
                                               response->tag));
      return;
    }

  if (response->condition == IMAP_CONDITION_OK && command->n_segments_sent < command->segments->len)
    {
      imap_session_fail (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                               _ ("the server answered OK to half a command")));
      return;
    }

  operation = imap_operation_ref (command->operation);
  g_queue_remove (&session->in_flight, command);
  session->n_unsolicited = 0;
  session->unsolicited_size = 0;
  operation->n_commands--;
  if (response->condition == IMAP_CONDITION_OK)
    take_capabilities (session, response);
  /* A change in several steps that breaks off behind this one was done in part. */
  if (response->condition == IMAP_CONDITION_OK && (command->traits & IMAP_COMMAND_MUTATES) != 0)
    operation->is_outcome_unknown = TRUE;
  imap_watch_see_tagged (session, response);
  /* Of a command that names no other box it is the selected one that does not exist any more; who
   * hears so must not see it selected. */
  session->is_box_gone = response->condition == IMAP_CONDITION_NO &&
                         response->code == IMAP_CODE_NONEXISTENT && session->running->len == 1 &&
                         (operation->klass->traits & IMAP_OPERATION_NEEDS_BOX) != 0 &&
                         (operation->klass->traits & IMAP_OPERATION_NAMES_BOX) == 0;
  if (session->is_box_gone)
    imap_session_publish (session);
  if (command->done != NULL && is_heard (command))
    command->done (command, response);
  is_half = command->is_feeding;
  imap_command_free (command);
  imap_session_settle (session, operation);
  imap_operation_unref (operation);
  leave_gone_box (session);
  /* Whatever is sent now would be taken for the rest of the mail. */
  if (is_half)
    imap_session_fail (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                             _ ("it was cut, as the server answered before a mail "
                                                "was whole")));
  else if (is_left_by_server (session))
    imap_session_fail (session, g_error_new_literal (G_IMAP_ERROR, G_IMAP_ERROR_BYE, session->bye));
  else
    imap_session_check_half (session);
  imap_session_pump (session);
}

/* TRUE when a command in flight took it. */
static gboolean
offer (ImapSession *session, const ImapResponse *response)
{
  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    {
      ImapCommand *command = link->data;

      if (is_heard (command) && command->claim != NULL && command->claim (command, response))
        {
          command->progress_at = g_get_monotonic_time ();
          return TRUE;
        }
    }

  return FALSE;
}

/* What comes for a call that nobody waits for any more was asked for all the same. */
static gboolean
has_abandoned (ImapSession *session)
{
  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    if (!is_heard (link->data))
      return TRUE;

  return FALSE;
}

static void
count_unsolicited (ImapSession *session, const ImapResponse *response)
{
  session->n_unsolicited++;
  session->unsolicited_size += imap_frame_get_size (response->frame);
  if (session->n_unsolicited <= IMAP_LIMIT_UNSOLICITED_LINES &&
      session->unsolicited_size <= IMAP_LIMIT_UNSOLICITED_BYTES)
    return;

  imap_session_fail (
      session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                            _ ("the server sent %u responses, %zu octets, that nobody asked for; "
                               "%u and %zu are the limits"),
                            session->n_unsolicited, session->unsolicited_size,
                            IMAP_LIMIT_UNSOLICITED_LINES, (gsize) IMAP_LIMIT_UNSOLICITED_BYTES));
}

/* Until the user is logged in a server has little to say, and before TLS anybody could say it. */
static gboolean
is_allowed_early (const ImapResponse *response)
{
  switch ((int) response->type)
    {
    case IMAP_DATA_NONE:
    case IMAP_DATA_CAPABILITY:
    case IMAP_DATA_ID:
    case IMAP_DATA_ENABLED:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
check_early (ImapSession *session, const ImapResponse *response)
{
  if (session->is_logged_in)
    return TRUE;

  if (!is_allowed_early (response))
    {
      imap_session_fail_opening (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                                       _ ("the server sent “%s” before the login"),
                                                       response->name));
      return FALSE;
    }
  if (session->tls == NULL && ++session->n_early_responses > IMAP_LIMIT_PLAIN_UNTAGGED)
    {
      imap_session_fail_opening (session,
                                 g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                                              _ ("the server sent more than %d responses before "
                                                 "TLS"),
                                              IMAP_LIMIT_PLAIN_UNTAGGED));
      return FALSE;
    }

  return TRUE;
}

/* What comes by itself may be news that something has to be asked for. An IDLE with very many of them
 * is left in time: what its next round brings is counted anew. */
static void
look_after_news (ImapSession *session)
{
  gboolean is_idle = session->idle == IMAP_IDLE_ENTERED;

  if (is_idle && session->n_unsolicited > IMAP_LIMIT_UNSOLICITED_LINES / 2)
    imap_session_leave_idle (session);
  else if (is_idle || (session->watch != NULL && g_queue_is_empty (&session->in_flight)))
    imap_session_pump (session);
}

static void
handle_untagged (ImapSession *session, const ImapResponse *response)
{
  gboolean is_claimed;
  guint32 validity;

  if (session->state == IMAP_SESSION_GREETING)
    {
      imap_session_greeted (session, response);
      return;
    }
  if (!check_early (session, response))
    return;

  if (response->condition == IMAP_CONDITION_BYE)
    {
      g_autoptr (GError) said = imap_failure_new (response);

      g_free (session->bye);
      session->bye = g_strdup (said->message);
      /* With a command on its way its refusal may still come, which says more. */
      if (g_queue_is_empty (&session->in_flight) || session->idle == IMAP_IDLE_ENTERED)
        imap_session_fail (session, g_steal_pointer (&said));
      return;
    }

  take_capabilities (session, response);
  pass_on_alert (session, response);
  imap_watch_see (session, response);
  is_claimed = offer (session, response);
  validity = session->box != NULL ? session->box->uid_validity : 0;
  /* Each EXPUNGE makes the box smaller, so they end by themselves; the others need not. */
  if (!is_claimed && session->box != NULL && imap_box_state_apply (session->box, response))
    is_claimed = response->type == IMAP_DATA_EXPUNGE || response->type == IMAP_DATA_VANISHED;
  if (validity != 0 && session->box != NULL && session->box->uid_validity != validity)
    {
      imap_session_check_deleted (session, session->box);
      imap_session_made_anew (session, validity);
    }
  if (!is_claimed && !has_abandoned (session))
    count_unsolicited (session, response);
  look_after_news (session);
}

/* A server may echo what it was sent; what it says goes into errors, signals and properties. */
static void
blank_text (ImapSession *session, ImapResponse *response)
{
  char *blanked = imap_session_blank (session, response->text);

  g_free (response->text);
  response->text = blanked;
}

static void
handle_frame (ImapSession *session, ImapFrame *frame)
{
  g_auto (ImapResponse) response = { 0 };
  GError *error = NULL;

  if (!imap_response_parse (&response, frame, &error))
    {
      imap_session_fail (session, error);
      return;
    }
  if (response.kind != IMAP_RESPONSE_CONTINUATION && response.text[0] != '\0')
    blank_text (session, &response);

  switch (response.kind)
    {
    case IMAP_RESPONSE_CONTINUATION:
      imap_session_continued (session, &response);
      break;
    case IMAP_RESPONSE_TAGGED:
      handle_tagged (session, &response);
      break;
    case IMAP_RESPONSE_UNTAGGED:
    default:
      handle_untagged (session, &response);
      break;
    }
}

static void
handle_mended (ImapSession *session, guint generation)
{
  ImapFrame *frame;

  while (session->generation == generation && (frame = imap_mender_pop (&session->mender)) != NULL)
    {
      handle_frame (session, frame);
      imap_frame_unref (frame);
    }
}

static guint8 *
reserve (gpointer user, gsize *out_size)
{
  ImapSession *session = user;

  session->reserved = imap_framer_reserve (session->framer, out_size);

  return session->reserved;
}

static void
commit (gpointer user, gsize n_read)
{
  g_autoptr (ImapSession) session = imap_session_ref (user);
  guint generation = session->generation;
  ImapFramerResult result = IMAP_FRAMER_NEED_MORE;
  GError *error = NULL;

  imap_trace_received (session->trace, session->reserved, n_read);
  session->moved_at = g_get_monotonic_time ();
  session->heard_at = imap_session_now_awake ();
  imap_session_count (session, &session->facts.octets_received, n_read);
  imap_session_count_wire (session);
  session->n_delivered += n_read;
  imap_framer_commit (session->framer, n_read);
  session->n_turns++;

  /* Any frame may end this connection, or put TLS under it: what is left then is not for us. */
  while (session->generation == generation)
    {
      g_autoptr (ImapFrame) frame = NULL;

      result = imap_framer_next (session->framer, &frame, &error);
      if (result != IMAP_FRAMER_FRAME)
        break;
      imap_mender_push (&session->mender, frame);
      handle_mended (session, generation);
    }

  if (result == IMAP_FRAMER_FAILED)
    imap_session_fail (session, error);
  session->n_turns++;
  imap_session_update_hold (session);
}

static void
closed (gpointer user, const GError *error)
{
  g_autoptr (ImapSession) session = imap_session_ref (user);
  gsize received = 0;
  gsize announced = 0;

  if (session->bye != NULL)
    imap_session_fail (session, g_error_new_literal (G_IMAP_ERROR, G_IMAP_ERROR_BYE, session->bye));
  else if (g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL))
    imap_session_fail (session, g_error_copy (error));
  else if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF))
    imap_session_fail (session,
                       g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_TRUNCATED,
                                    _ ("the encrypted connection was cut: %s"), error->message));
  else if (imap_framer_get_literal_progress (session->framer, &received, &announced))
    imap_session_fail (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                             _ ("the connection was lost at octet %zu of %zu"),
                                             received, announced));
  else
    imap_session_fail (session,
                       g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                    _ ("the connection was lost: %s"),
                                    error != NULL ? error->message : _ ("the server closed it")));
}

static void
written (gpointer user)
{
  g_autoptr (ImapSession) session = imap_session_ref (user);
  ImapCommand *last = g_queue_peek_tail (&session->in_flight);

  imap_session_restart_silence (session);
  if (last != NULL && last->is_feeding)
    last->hungry (last);
}

const ImapChannelSink imap_session_sink = { reserve, commit, closed, written };

/* Which command may go when, and how it goes: the pipelining rules are all here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/imap/session/imap-watch.h"

/* Outlook drops connections at about fifty commands in flight. */
#define MAX_IN_FLIGHT 16

static gboolean
is_waiting_to_continue (const ImapCommand *command)
{
  return command->n_segments_sent < command->segments->len;
}

/* May @next be sent while @other waits for its reply? */
static gboolean
can_go_beside (ImapSession *session, const ImapCommand *next, const ImapCommand *other)
{
  if (is_waiting_to_continue (other))
    return FALSE;
  /* The login, and what is behind it until a box is selected, have nothing that could be mistaken:
   * there are no mails yet that an EXPUNGE could renumber. */
  if (session->box == NULL && (other->traits & IMAP_COMMAND_LEADS) != 0 &&
      (next->traits & IMAP_COMMAND_AHEAD) != 0)
    return TRUE;
  /* The server's "+" would be ambiguous. */
  if (other->continued != NULL)
    return FALSE;
  if ((other->traits & IMAP_COMMAND_INDEPENDENT) != 0)
    return TRUE;
  if (((next->traits | other->traits) & IMAP_COMMAND_EXCLUSIVE) != 0)
    return FALSE;
  /* What others change must not become unknown because the mail of this one ends too early. */
  if ((next->traits & IMAP_COMMAND_FED) != 0 && (other->traits & IMAP_COMMAND_MUTATES) != 0)
    return FALSE;
  /* Nor because the server hangs up on it. */
  if (((next->traits | other->traits) & IMAP_COMMAND_DECODES) != 0 &&
      ((next->traits | other->traits) & IMAP_COMMAND_MUTATES) != 0)
    return FALSE;
  if ((next->traits & other->traits & (IMAP_COMMAND_SECTION | IMAP_COMMAND_SEARCH)) != 0)
    return FALSE;

  /* Numbers are only safe next to numbers: while FETCH, STORE and SEARCH by number are in progress
   * the server may not send EXPUNGE, with any other command it may (RFC 9051, 7.5.1). */
  return ((next->traits ^ other->traits) & IMAP_COMMAND_NUMBERS) == 0;
}

static gboolean
can_go (ImapSession *session, const ImapCommand *next)
{
  /* Behind a BYE only what is on its way is still answered. */
  if (session->in_flight.length >= MAX_IN_FLIGHT ||
      (session->bye != NULL && session->state == IMAP_SESSION_READY))
    return FALSE;

  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    if (!can_go_beside (session, next, link->data))
      return FALSE;

  return TRUE;
}

static void
write_segment (ImapSession *session, const ImapSegment *segment)
{
  gsize size;
  const void *data = g_bytes_get_data (segment->bytes, &size);

  if (segment->secret)
    imap_trace_sent_secret (session->trace, size);
  else
    imap_trace_sent (session->trace, data, size);
  imap_channel_write (session->channel, segment->bytes);
  imap_session_count (session, &session->facts.octets_sent, size);
}

/* Who cancels from here on cannot know what was done. FALSE when somebody has cancelled already: he
 * was told that nothing was done, and so it must be. */
static gboolean
announce_change (ImapSession *session, const ImapCommand *command)
{
  g_autoptr (GError) error = imap_session_name_place (
      session, command->operation->title,
      g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME,
                   _ ("it was cancelled after it was sent, and may or may not have been done")));

  return imap_call_set_cancelled_error (command->operation->caller, error);
}

/* What goes out next is the end of the command: from then on the server can carry it out. A mail that
 * is fed has an end of its own. */
static gboolean
is_last_flight (const ImapCommand *command)
{
  if ((command->traits & IMAP_COMMAND_FED) != 0)
    return FALSE;
  for (guint i = command->n_segments_sent + 1; i < command->segments->len; i++)
    if (((ImapSegment *) g_ptr_array_index (command->segments, i))->waits)
      return FALSE;

  return TRUE;
}

/* Whether the next flight of the command may go: nobody was told that it is not done. */
static gboolean
may_go_on (ImapSession *session, const ImapCommand *command)
{
  const ImapOperation *operation = command->operation;

  if ((command->traits & IMAP_COMMAND_MUTATES) == 0 || operation->caller == NULL)
    return TRUE;
  if (is_last_flight (command))
    return announce_change (session, command);

  return !operation->is_complete && !imap_call_is_finished (operation->caller);
}

/* Sends what may go without waiting. */
static void
send_segments (ImapSession *session, ImapCommand *command)
{
  gboolean is_first = TRUE;

  command->progress_at = g_get_monotonic_time ();
  while (is_waiting_to_continue (command))
    {
      ImapSegment *segment = g_ptr_array_index (command->segments, command->n_segments_sent);

      if (segment->waits && !is_first)
        return;
      if (segment->bytes == NULL)
        {
          command->is_feeding = TRUE;
          command->hungry (command);
          return;
        }
      write_segment (session, segment);
      command->n_segments_sent++;
      is_first = FALSE;
    }
}

gboolean
imap_session_is_feeding (ImapSession *session)
{
  ImapCommand *last = g_queue_peek_tail (&session->in_flight);

  return last != NULL && last->is_feeding;
}

/* Whether the answer to another command still matters to somebody. */
static gboolean
is_other_awaited (ImapSession *session, const ImapCommand *command)
{
  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    {
      const ImapCommand *other = link->data;

      if (other != command && !other->operation->is_complete && other->operation->caller != NULL)
        return TRUE;
    }

  return FALSE;
}

void
imap_session_check_half (ImapSession *session)
{
  ImapCommand *last = g_queue_peek_tail (&session->in_flight);

  if (last == NULL || !last->operation->is_complete)
    return;
  if (last->is_feeding)
    imap_session_fail (session,
                       g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                    _ ("it was cut, as a mail was given up in the middle")));
  /* Nothing else can be said to a server that waits for a literal; what it still has to say can be heard. */
  else if (is_waiting_to_continue (last) && (last->traits & IMAP_COMMAND_MUTATES) != 0 &&
           !is_other_awaited (session, last))
    imap_session_fail (session,
                       g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                    _ ("it was cut, as a change was given up before it was sent")));
}

/* What nobody waits for any more and was not begun is not sent at all. */
static void
drop_abandoned (ImapSession *session)
{
  GList *next;

  for (GList *link = session->unsent.head; link != NULL; link = next)
    {
      ImapCommand *command = link->data;
      g_autoptr (ImapOperation) operation = NULL;

      next = link->next;
      if (!command->operation->is_complete || command->operation->caller == NULL)
        continue;
      operation = imap_operation_ref (command->operation);
      g_queue_delete_link (&session->unsent, link);
      operation->n_commands--;
      imap_command_free (command);
      imap_session_settle (session, operation);
    }
}

static gboolean
is_reply_due (ImapSession *session)
{
  for (GList *link = session->in_flight.head; link != NULL; link = link->next)
    if ((((ImapCommand *) link->data)->traits & IMAP_COMMAND_INDEPENDENT) == 0)
      return TRUE;

  return FALSE;
}

void
imap_session_send (ImapSession *session)
{
  ImapCommand *next;

  drop_abandoned (session);
  while (session->channel != NULL && (next = g_queue_peek_head (&session->unsent)) != NULL &&
         can_go (session, next))
    {
      if (!may_go_on (session, next))
        {
          next->operation->is_complete = TRUE;
          drop_abandoned (session);
          continue;
        }
      g_queue_pop_head (&session->unsent);
      next->operation->has_sent = TRUE;
      /* Silence counts from the moment that a reply is due. */
      if (!is_reply_due (session))
        session->moved_at = g_get_monotonic_time ();
      g_queue_push_tail (&session->in_flight, next);
      next->progress_at = g_get_monotonic_time ();
      next->sent_in_turn = session->n_turns;
      send_segments (session, next);
    }

  if (session->channel != NULL)
    {
      imap_channel_flush (session->channel);
      imap_session_watch_time (session);
    }
  if (session->channel != NULL)
    imap_session_count_wire (session);
}

void
imap_session_continued (ImapSession *session, const ImapResponse *response)
{
  ImapCommand *last = g_queue_peek_tail (&session->in_flight);

  if (last != NULL && is_waiting_to_continue (last) && !last->is_feeding)
    {
      if (!may_go_on (session, last))
        {
          last->operation->is_complete = TRUE;
          imap_session_check_half (session);
          return;
        }
      send_segments (session, last);
      imap_session_send (session);
      return;
    }
  if (last != NULL && last->continued != NULL && last->continued (last, response))
    return;

  imap_session_fail (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                           _ ("the server asks to go on where nothing waits")));
}

/* A line in the middle of a command: an answer to a SASL challenge. */
void
imap_session_send_line (ImapSession *session, GString *line, gboolean is_secret)
{
  char *text = line->str;
  gsize length = line->len;
  ImapSegment segment = {
    .bytes = g_bytes_new_with_free_func (g_string_free (line, FALSE), length,
                                         (GDestroyNotify) imap_secret_wipe_text, text),
    .secret = is_secret,
  };

  write_segment (session, &segment);
  g_bytes_unref (segment.bytes);
  imap_channel_flush (session->channel);
  imap_session_watch_time (session);
}

static const ImapCapabilities *
host_get_capabilities (gpointer host)
{
  return &((ImapSession *) host)->capabilities;
}

static ImapWriterFeatures
host_get_features (gpointer host)
{
  ImapSession *session = host;
  ImapWriterFeatures features = IMAP_WRITER_NONE;

  if (imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_LITERAL_PLUS))
    features |= IMAP_WRITER_LITERAL_PLUS;
  if (imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_LITERAL_MINUS))
    features |= IMAP_WRITER_LITERAL_MINUS;
  if (session->is_utf8)
    features |= IMAP_WRITER_UTF8;

  return features;
}

static ImapBoxState *
host_get_box (gpointer host)
{
  return ((ImapSession *) host)->box;
}

static void
host_set_box (gpointer host, ImapBoxState *state)
{
  ImapSession *session = host;

  imap_session_check_deleted (session, state);
  session->untold_validity = 0;
  g_clear_pointer (&session->box, imap_box_state_free);
  g_clear_pointer (&session->wanted_box, g_free);
  session->box = state;
  if (state != NULL)
    {
      session->wanted_box = g_strdup (state->name);
      session->wanted_uid_validity = state->uid_validity;
    }
  imap_watch_selected (session);
  imap_session_publish (session);
}

static void
host_doubt_box (gpointer host)
{
  imap_session_doubt_box (host);
}

static const char *
host_get_raw_box (gpointer host, const char *name)
{
  return g_hash_table_lookup (((ImapSession *) host)->raw_boxes, name);
}

static void
host_set_raw_box (gpointer host, const char *name, const char *raw_name)
{
  GHashTable *raw_boxes = ((ImapSession *) host)->raw_boxes;

  if (g_hash_table_size (raw_boxes) < IMAP_LIMIT_BOXES)
    g_hash_table_replace (raw_boxes, g_strdup (name), g_strdup (raw_name));
}

static void
host_submit (gpointer host, ImapCommand *command)
{
  ImapSession *session = host;
  GError *error = NULL;

  if (command->operation->goes_ahead)
    command->traits |= IMAP_COMMAND_AHEAD;
  g_snprintf (command->tag, sizeof command->tag, "%s%" G_GUINT64_FORMAT, session->tag_prefix,
              ++session->last_tag);
  command->segments = imap_writer_finish (command->writer, command->tag, &error);
  g_clear_pointer (&command->writer, imap_writer_free);
  if (command->segments == NULL)
    {
      command->operation->n_commands--;
      imap_operation_fail (command->operation, error);
      imap_command_free (command);
      return;
    }

  imap_session_count (session, &session->facts.n_commands, 1);
  g_queue_push_tail (&session->unsent, command);
}

static void
host_complete (
    gpointer host, ImapOperation *operation, gpointer result, GDestroyNotify destroy, GError *error)
{
  ImapSession *session = host;
  ImapCall *call = operation->caller;

  if (call == NULL)
    {
      /* One of our own, which opens the connection or keeps it. */
      if (error != NULL && operation == session->opening)
        imap_session_fail_opening (session, error);
      else
        g_clear_error (&error);
      if (result != NULL && destroy != NULL)
        destroy (result);
      return;
    }

  if (error != NULL)
    imap_call_return_error (call, imap_session_name_place (session, operation->title, error));
  else
    imap_call_return (call, result, destroy);
  session->n_done++;
}

static void
host_hand_out (gpointer host,
               ImapOperation *operation,
               void (*func) (gpointer object, gpointer data),
               gpointer data,
               GDestroyNotify destroy)
{
  if (operation->caller != NULL)
    imap_call_hand_out (operation->caller, func, data, destroy);
  else
    destroy (data);
  if (operation->awaits_octets)
    imap_session_watch_time (host);
}

static void
host_poke (gpointer host, ImapOperation *operation)
{
  imap_session_poke (host, operation);
}

static gboolean
host_feed (gpointer host, ImapCommand *command, GBytes *bytes, gboolean is_last)
{
  ImapSession *session = host;
  ImapSegment segment = { .bytes = bytes };

  g_assert (command->is_feeding);

  if (is_last && !announce_change (session, command))
    {
      /* He who cancelled was told that nothing was done. */
      command->operation->is_complete = TRUE;
      imap_session_check_half (session);
      return FALSE;
    }

  write_segment (session, &segment);
  if (is_last)
    {
      command->is_feeding = FALSE;
      command->n_segments_sent++;
      send_segments (session, command);
      imap_session_restart_silence (session);
    }
  imap_session_send (session);

  return session->channel != NULL && !imap_channel_has_unwritten (session->channel);
}

static gboolean
host_wants_deleted (gpointer host)
{
  return ((ImapSession *) host)->settings->expunge_on_leave;
}

static void
host_note_deleted (gpointer host, ImapUidSet *uids, gboolean is_deleted)
{
  imap_session_note_deleted (host, uids, is_deleted);
}

static void
host_cut (gpointer host, GError *error)
{
  imap_session_fail (host, error);
}

const ImapOperationHost imap_session_host = {
  host_get_capabilities, host_get_features, host_get_box,     host_set_box,
  host_doubt_box,        host_get_raw_box,  host_set_raw_box, host_submit,
  host_complete,         host_hand_out,     host_poke,        host_feed,
  host_wants_deleted,    host_note_deleted, host_cut,
};

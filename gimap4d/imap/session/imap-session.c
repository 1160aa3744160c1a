/* One connection with all its protocol state: its life, its states, and what others may see of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/base/peer-hash.h"
#include "gimap4d/imap/net/imap-tls.h"

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
  session->running = g_ptr_array_new_with_free_func (
      (GDestroyNotify) imap_session_release_operation);
  session->raw_boxes = g_hash_table_new_full (peer_hash, g_str_equal, g_free, g_free);
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
  imap_secret_free (session->token);
  imap_capabilities_clear (&session->capabilities);
  g_clear_pointer (&session->box, imap_box_state_free);
  g_clear_pointer (&session->wanted_box, g_free);
  g_ptr_array_unref (session->running);
  imap_session_free_deleted (session);
  g_free (session->left_box);
  g_hash_table_unref (session->raw_boxes);
  g_free (session->proxy);
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
  if (session->box != NULL && !session->is_box_gone)
    facts->selected_box = g_strdup (session->box->name);
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
  for (char *at = named->message; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  g_error_free (error);

  return named;
}

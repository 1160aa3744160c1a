/* From nothing to a secured connection. The steps stand in the order in which they run; the login is
 * in imap-session-login.c.
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
#include "gimap4d/imap/net/imap-connector.h"
#include "gimap4d/imap/net/imap-tls.h"
#include "gimap4d/imap/session/imap-io-thread.h"

ImapStep *
imap_session_begin_step (ImapSession *session)
{
  ImapStep *step = g_new (ImapStep, 1);

  step->session = imap_session_ref (session);
  step->generation = session->generation;

  return step;
}

ImapSession *
imap_session_end_step (ImapStep *step)
{
  ImapSession *session = step->session;
  gboolean is_current = step->generation == session->generation;

  g_free (step);
  if (is_current)
    return session;
  imap_session_unref (session);

  return NULL;
}

static void
opening_start (ImapOperation *operation)
{
}

static const ImapOperationClass opening_class = {
  .size = sizeof (ImapOperation),
  .start = opening_start,
};

gboolean
imap_session_is_secure (const ImapSession *session)
{
  return session->tls != NULL;
}

void
imap_session_attach (ImapSession *session, GIOStream *stream, const ImapFramerLimits *limits)
{
  session->generation++;
  g_set_object (&session->stream, stream);
  g_clear_pointer (&session->framer, imap_framer_free);
  imap_mender_clear (&session->mender);
  session->framer = imap_framer_new ();
  imap_framer_set_limits (session->framer, limits);
  session->wire_received = 0;
  session->wire_sent = 0;
  session->channel = imap_channel_new (stream, &imap_session_sink, session);
}

GIOStream *
imap_session_take_stream (ImapSession *session)
{
  GIOStream *stream;

  imap_session_count_wire (session);
  stream = imap_channel_steal_stream (session->channel);
  g_clear_pointer (&session->channel, imap_channel_free);

  return stream;
}

void
imap_session_detach (ImapSession *session)
{
  session->generation++;
  if (session->cancellable != NULL)
    g_cancellable_cancel (session->cancellable);
  g_clear_object (&session->cancellable);
  if (session->channel != NULL)
    imap_session_count_wire (session);
  g_clear_pointer (&session->channel, imap_channel_free);
  g_clear_pointer (&session->framer, imap_framer_free);
  imap_mender_clear (&session->mender);
  g_clear_object (&session->stream);
  g_clear_object (&session->tls);
  g_clear_pointer (&session->sasl, imap_sasl_free);
  g_clear_pointer (&session->bye, g_free);
  imap_capabilities_clear (&session->capabilities);
  g_clear_pointer (&session->offered, g_strfreev);
  session->is_utf8 = FALSE;
  session->is_qresync = FALSE;
  session->is_rev2 = FALSE;
  session->is_logged_in = FALSE;
  session->goes_ahead = FALSE;
  session->went_ahead = FALSE;
  session->is_id_sent = FALSE;
  session->is_enable_sent = FALSE;
  session->is_enable_due = FALSE;
  session->is_list_due = FALSE;
  session->mode = NULL;
}

static gboolean
open_trace (ImapSession *session, GError **error)
{
  if (session->settings->log_file == NULL || session->trace != NULL)
    return TRUE;

  session->trace = imap_trace_new (session->settings->log_file, error);
  imap_trace_add_secret (session->trace, session->settings->password);
  imap_trace_add_secret (session->trace, session->settings->token);
  imap_trace_add_secret (session->trace, session->token);

  return session->trace != NULL;
}

static void connected_cb (GObject *source, GAsyncResult *result, gpointer user_data);

/* Letters only: what follows is a number. */
static void
choose_tags (ImapSession *session)
{
  for (guint i = 0; i < sizeof session->tag_prefix - 1; i++)
    session->tag_prefix[i] = (char) g_random_int_range ('A', 'Z' + 1);
  session->last_tag = 0;
}

void
imap_session_begin_opening (ImapSession *session)
{
  session->generation++;
  choose_tags (session);
  session->n_done = 0;
  session->retries_login = FALSE;
  session->n_early_responses = 0;
  session->n_unsolicited = 0;
  session->unsolicited_size = 0;
  session->cancellable = g_cancellable_new ();
  imap_session_move (session, IMAP_SESSION_CONNECTING);
}

static void
way_cb (const char *proxy, gpointer user_data)
{
  ImapStep *step = user_data;

  if (step->generation != step->session->generation)
    return;
  g_free (step->session->proxy);
  step->session->proxy = g_strdup (proxy);
  if (proxy != NULL)
    imap_trace_note (step->session->trace, "Through the proxy %s", proxy);
}

void
imap_session_connect (ImapSession *session)
{
  const ImapSettings *settings = session->settings;

  imap_trace_note (session->trace, "Connecting to %s:%u", settings->host, settings->port);
  g_clear_pointer (&session->proxy, g_free);
  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_CONNECT, 0);
  imap_connector_connect_async (settings->host, settings->port,
                                imap_settings_is_implicit_tls (settings) ? "imaps" : "imap",
                                settings->proxy_resolver, way_cb, session->cancellable,
                                connected_cb, imap_session_begin_step (session));
}

void
imap_session_open (ImapSession *session)
{
  const ImapSettings *settings = session->settings;
  GError *error = NULL;

  if (!imap_settings_check (settings, &error) || !open_trace (session, &error))
    {
      imap_session_fail_opening (session, error);
      return;
    }

  session->was_token_asked = FALSE;
  session->is_token_new = FALSE;
  session->deadline = g_get_monotonic_time () +
                      settings->connection_timeout * (gint64) G_USEC_PER_SEC;
  imap_session_begin_opening (session);
  imap_session_connect (session);
}

static void secured_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
start_tls (ImapSession *session, GIOStream *stream, guint milliseconds)
{
  const ImapSettings *settings = session->settings;

  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_TLS, milliseconds);
  imap_tls_start_async (stream, session->state == IMAP_SESSION_SECURING, settings->host,
                        settings->port, settings->tls_database, settings->tls_certificate,
                        session->cancellable, secured_cb, imap_session_begin_step (session));
}

static void
await_greeting (ImapSession *session)
{
  if (!imap_session_move (session, IMAP_SESSION_GREETING))
    return;

  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_GREETING, IMAP_LIMIT_GREETING_MS);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection = imap_connector_connect_finish (result, &error);
  g_autoptr (ImapSession) session = imap_session_end_step (user_data);

  if (session == NULL)
    {
      g_clear_error (&error);
      return;
    }
  if (connection == NULL)
    {
      imap_session_fail_opening (session, error);
      return;
    }

  g_mutex_lock (&session->mutex);
  session->facts.n_connections++;
  g_mutex_unlock (&session->mutex);

  if (imap_settings_is_implicit_tls (session->settings))
    {
      start_tls (session, G_IO_STREAM (connection), IMAP_LIMIT_TLS_HANDSHAKE_MS);
      return;
    }
  imap_session_attach (session, G_IO_STREAM (connection), &imap_framer_limits_plain);
  await_greeting (session);
}

static void
secured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (GTlsConnection) tls = imap_tls_start_finish (result, &error);
  g_autoptr (ImapSession) session = imap_session_end_step (user_data);
  GTlsCertificate *certificate;
  GTlsCertificateFlags errors;

  if (session == NULL)
    {
      g_clear_error (&error);
      return;
    }
  if (tls == NULL)
    {
      imap_session_fail_opening (session, error);
      return;
    }

  g_set_object (&session->tls, tls);
  g_set_object (&session->stream, G_IO_STREAM (tls));
  certificate = g_tls_connection_get_peer_certificate (tls);
  errors = g_tls_connection_get_peer_certificate_errors (tls);
  imap_trace_note (session->trace, "%s stands", imap_tls_get_protocol_name (tls));
  if (certificate == NULL)
    imap_session_fail_opening (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE,
                                                     _ ("the server showed no certificate")));
  else if (errors == 0 || (session->accepted_certificate != NULL &&
                           g_tls_certificate_is_same (certificate, session->accepted_certificate)))
    imap_session_go_on_securely (session);
  else
    imap_session_judge_certificate (session, certificate, errors);
}

/* The first byte of IMAP inside TLS is read or written behind this line only. */
void
imap_session_go_on_securely (ImapSession *session)
{
  g_autoptr (GIOStream) stream = g_object_ref (session->stream);

  imap_session_attach (session, stream, &imap_framer_limits_login);
  if (session->state == IMAP_SESSION_CONNECTING)
    {
      await_greeting (session);
      return;
    }

  /* The time of STARTTLS is over: the login has all that is left for the opening. */
  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_RESPONSE, 0);
  /* What was said before TLS is forgotten (RFC 9051, 6.2.1). */
  imap_capabilities_clear (&session->capabilities);
  g_clear_pointer (&session->bye, g_free);
  if (imap_session_move (session, IMAP_SESSION_LOGGING_IN))
    imap_session_ask_capabilities (session);
}

static void choose_security (ImapSession *session);

static void
preauthenticated (ImapSession *session)
{
  if (!imap_session_is_secure (session) && !session->settings->accept_unsecure_connection)
    imap_session_fail_opening (session,
                               g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_REQUIRED,
                                            _ ("the server greets with PREAUTH, which leaves no "
                                               "room for STARTTLS")));
  else if (!session->settings->allow_preauth)
    imap_session_fail_opening (session,
                               g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                            _ ("the server greets with PREAUTH, which is not "
                                               "allowed here")));
  else if (imap_session_move (session, IMAP_SESSION_LOGGING_IN))
    imap_session_prepare (session);
}

void
imap_session_greeted (ImapSession *session, const ImapResponse *response)
{
  session->opening = imap_operation_new (&opening_class, NULL);
  session->opening->host = &imap_session_host;
  session->opening->host_data = session;

  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_RESPONSE, 0);
  /* Cyrus 3.6 passes over what stands behind AUTHENTICATE, and says BAD to AUTHENTICATE once more
   * when the next command comes. */
  if (response->text != NULL && strstr (response->text, "Cyrus IMAP") != NULL)
    session->avoids_ahead = TRUE;
  if ((response->condition == IMAP_CONDITION_OK || response->condition == IMAP_CONDITION_PREAUTH) &&
      response->code == IMAP_CODE_CAPABILITY)
    imap_capabilities_set (&session->capabilities, g_strdupv (response->code_words));

  switch ((int) response->condition)
    {
    case IMAP_CONDITION_OK:
      if (imap_session_move (session, IMAP_SESSION_LOGGING_IN))
        choose_security (session);
      break;
    case IMAP_CONDITION_PREAUTH:
      preauthenticated (session);
      break;
    case IMAP_CONDITION_BYE:
      imap_session_fail_opening (session, imap_failure_new (response));
      break;
    default:
      imap_session_fail_opening (session,
                                 g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                              _ ("this is no greeting of an IMAP server")));
      break;
    }
}

/* What stands in the way of TLS on the plain connection. */
static void
fail_starttls (ImapSession *session, const ImapResponse *response)
{
  g_autoptr (GError) refusal = imap_failure_new (response);

  imap_session_fail_opening (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_REQUIRED,
                                                   _ ("encryption (STARTTLS) cannot be had: %s"),
                                                   refusal->message));
}

static void
capabilities_done (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;

  if (response->condition != IMAP_CONDITION_OK && !imap_session_is_secure (session))
    fail_starttls (session, response);
  else if (response->condition != IMAP_CONDITION_OK)
    imap_session_fail_opening (session, imap_failure_new (response));
  else if (!imap_capabilities_are_known (&session->capabilities))
    imap_session_fail_opening (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                                     _ ("the server does not say what it can do")));
  else
    choose_security (session);
}

void
imap_session_ask_capabilities (ImapSession *session)
{
  imap_operation_submit (session->opening, imap_operation_write (session->opening, "CAPABILITY"),
                         IMAP_COMMAND_EXCLUSIVE, NULL, capabilities_done);
  imap_session_send (session);
}

static void
starttls_done (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;
  gsize surplus = imap_framer_get_pending (session->framer);
  g_autoptr (GIOStream) stream = NULL;

  if (response->condition != IMAP_CONDITION_OK)
    {
      fail_starttls (session, response);
      return;
    }
  if (surplus > 0)
    {
      imap_session_fail_opening (
          session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_INJECTION,
                                _ ("%zu plain octets came where TLS had to begin"), surplus));
      return;
    }
  if (!imap_session_move (session, IMAP_SESSION_SECURING))
    return;

  stream = imap_session_take_stream (session);
  session->generation++;
  start_tls (session, stream, IMAP_LIMIT_STARTTLS_MS);
}

static gboolean
starttls_continued (ImapCommand *command, const ImapResponse *response)
{
  imap_session_fail_opening (command->operation->host_data,
                             g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_REQUIRED,
                                          _ ("the server does not begin TLS, but asks to go on")));

  return TRUE;
}

static void
ask_starttls (ImapSession *session)
{
  ImapCommand *command = imap_command_new (session->opening,
                                           imap_operation_write (session->opening, "STARTTLS"),
                                           IMAP_COMMAND_EXCLUSIVE, NULL, starttls_done);

  command->continued = starttls_continued;
  imap_command_submit (command);
  imap_session_send (session);
}

/* On the plain connection: TLS where it can be had, and nothing without it that was not allowed. */
static void
choose_security (ImapSession *session)
{
  if (imap_session_is_secure (session))
    {
      imap_session_log_in (session);
      return;
    }
  if (!imap_capabilities_are_known (&session->capabilities))
    {
      imap_session_ask_capabilities (session);
      return;
    }
  if (imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_STARTTLS))
    {
      ask_starttls (session);
      return;
    }
  if (session->settings->accept_unsecure_connection)
    {
      imap_trace_note (session->trace, "No STARTTLS is offered: going on without encryption");
      imap_framer_set_limits (session->framer, &imap_framer_limits_login);
      imap_session_log_in (session);
      return;
    }

  imap_session_fail_opening (session,
                             g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_REQUIRED,
                                          _ ("the server offers no encryption (STARTTLS)")));
}

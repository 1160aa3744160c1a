/* From nothing to a connection that is logged in. The steps stand in the order in which they run.
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
#include "gimap4d/imap/command/imap-id.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/net/imap-connector.h"
#include "gimap4d/imap/net/imap-tls.h"
#include "gimap4d/imap/session/imap-io-thread.h"

#include <string.h>

/* A step that ends in a callback: for which connection it was. */
typedef struct
{
  ImapSession *session; /* owned */
  guint generation;
} Step;

static Step *
step_new (ImapSession *session)
{
  Step *step = g_new (Step, 1);

  step->session = imap_session_ref (session);
  step->generation = session->generation;

  return step;
}

/* Frees the step. NULL when its connection was given up meanwhile. */
static ImapSession *
step_end (Step *step)
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
  session->framer = imap_framer_new ();
  imap_framer_set_limits (session->framer, limits);
  session->channel = imap_channel_new (stream, &imap_session_sink, session);
}

void
imap_session_detach (ImapSession *session)
{
  session->generation++;
  if (session->cancellable != NULL)
    g_cancellable_cancel (session->cancellable);
  g_clear_object (&session->cancellable);
  g_clear_pointer (&session->channel, imap_channel_free);
  g_clear_pointer (&session->framer, imap_framer_free);
  g_clear_object (&session->stream);
  g_clear_object (&session->tls);
  g_clear_pointer (&session->sasl, imap_sasl_free);
  g_clear_pointer (&session->bye, g_free);
  imap_capabilities_clear (&session->capabilities);
  session->is_utf8 = FALSE;
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
imap_session_open (ImapSession *session)
{
  const ImapSettings *settings = session->settings;
  GError *error = NULL;

  if (!imap_settings_check (settings, &error) || !open_trace (session, &error))
    {
      imap_session_fail_opening (session, error);
      return;
    }

  imap_trace_note (session->trace, "Connecting to %s:%u", settings->host, settings->port);
  session->generation++;
  choose_tags (session);
  session->n_done = 0;
  session->n_early_responses = 0;
  session->n_unsolicited = 0;
  session->unsolicited_size = 0;
  session->cancellable = g_cancellable_new ();
  session->deadline = g_get_monotonic_time () +
                      settings->connection_timeout * (gint64) G_USEC_PER_SEC;
  imap_session_move (session, IMAP_SESSION_CONNECTING);
  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_CONNECT, 0);
  imap_connector_connect_async (
      settings->host, settings->port, imap_settings_is_implicit_tls (settings) ? "imaps" : "imap",
      settings->proxy_resolver, session->cancellable, connected_cb, step_new (session));
}

static void secured_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
start_tls (ImapSession *session, GIOStream *stream, guint milliseconds)
{
  const ImapSettings *settings = session->settings;

  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_TLS, milliseconds);
  imap_tls_start_async (stream, settings->host, settings->port, settings->tls_database,
                        settings->tls_certificate, session->cancellable, secured_cb,
                        step_new (session));
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
  g_autoptr (ImapSession) session = step_end (user_data);

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

/* A certificate that does not verify, and whether somebody wants it all the same. */
typedef struct
{
  ImapSession *session; /* owned */
  guint generation;
  GTlsCertificate *certificate; /* owned */
  GTlsCertificateFlags errors;
  gint64 remaining; /* of the time for opening, in microseconds */
  gboolean was_asked;
  gboolean is_accepted;
} CertificateQuestion;

static void go_on_securely (ImapSession *session);
static void ask_certificate (ImapSession *session, CertificateQuestion *question);

static void
certificate_question_free (CertificateQuestion *question)
{
  g_object_unref (question->certificate);
  imap_session_unref (question->session);
  g_free (question);
}

static void
refuse_certificate (ImapSession *session, const CertificateQuestion *question)
{
  g_autofree char *what = imap_tls_describe_errors (question->certificate, question->errors);

  imap_session_fail_opening (
      session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE,
                            _ ("the certificate of the server is refused: %s"), what));
}

static void
certificate_answered_cb (gpointer data)
{
  CertificateQuestion *question = data;
  ImapSession *session = question->session;

  if (question->generation == session->generation && !question->was_asked)
    {
      ask_certificate (session, question);
      return;
    }

  if (question->generation == session->generation)
    {
      session->deadline = g_get_monotonic_time () + question->remaining;
      if (question->is_accepted)
        {
          g_set_object (&session->accepted_certificate, question->certificate);
          go_on_securely (session);
        }
      else
        {
          refuse_certificate (session, question);
        }
    }
  certificate_question_free (question);
}

/* In the caller's thread. */
static void
ask_certificate_cb (GObject *object, gpointer data)
{
  CertificateQuestion *question = data;

  question->was_asked = TRUE;
  question->is_accepted = question->session->events->accept_certificate (
      object, question->certificate, question->errors);
}

/* Asked, or dropped because the caller has gone. */
static void
certificate_asked (gpointer data)
{
  imap_io_thread_post (certificate_answered_cb, data);
}

/* The first one who still waits for the connection. */
static ImapCall *
find_caller (ImapSession *session)
{
  for (GList *link = session->waiting.head; link != NULL; link = link->next)
    {
      ImapOperation *operation = link->data;

      if (!imap_call_is_finished (operation->caller))
        return operation->caller;
    }

  return NULL;
}

/* Takes the question. A caller who goes before he was asked leaves it to the next one. */
static void
ask_certificate (ImapSession *session, CertificateQuestion *question)
{
  ImapCall *caller = find_caller (session);

  if (caller != NULL && session->events->accept_certificate != NULL)
    {
      imap_call_ask_caller (caller, ask_certificate_cb, question, certificate_asked);
      return;
    }

  question->was_asked = TRUE;
  certificate_answered_cb (question);
}

static void
judge_certificate (ImapSession *session, GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  CertificateQuestion *question = g_new0 (CertificateQuestion, 1);

  question->session = imap_session_ref (session);
  question->generation = session->generation;
  question->certificate = g_object_ref (certificate);
  question->errors = errors;
  question->remaining = session->deadline - g_get_monotonic_time ();

  /* A person may be asked now; the server's clock is not ours while he thinks. */
  session->deadline = 0;
  imap_session_set_deadline (session, 0, 0);
  ask_certificate (session, question);
}

static void
secured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (GTlsConnection) tls = imap_tls_start_finish (result, &error);
  g_autoptr (ImapSession) session = step_end (user_data);
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
    go_on_securely (session);
  else
    judge_certificate (session, certificate, errors);
}

static void ask_capabilities (ImapSession *session);

/* The first byte of IMAP inside TLS is read or written behind this line only. */
static void
go_on_securely (ImapSession *session)
{
  g_autoptr (GIOStream) stream = g_object_ref (session->stream);

  imap_session_attach (session, stream, &imap_framer_limits_login);
  if (session->state == IMAP_SESSION_CONNECTING)
    {
      await_greeting (session);
      return;
    }

  /* What was said before TLS is forgotten (RFC 9051, 6.2.1). */
  imap_capabilities_clear (&session->capabilities);
  if (imap_session_move (session, IMAP_SESSION_LOGGING_IN))
    ask_capabilities (session);
}

static void choose_security (ImapSession *session);
static void log_in (ImapSession *session);
static void prepare (ImapSession *session);

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
    prepare (session);
}

void
imap_session_greeted (ImapSession *session, const ImapResponse *response)
{
  session->opening = imap_operation_new (&opening_class, NULL);
  session->opening->host = &imap_session_host;
  session->opening->host_data = session;

  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_RESPONSE, 0);
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

static void
ask_capabilities (ImapSession *session)
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

  stream = imap_channel_steal_stream (session->channel);
  g_clear_pointer (&session->channel, imap_channel_free);
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
      log_in (session);
      return;
    }
  if (!imap_capabilities_are_known (&session->capabilities))
    {
      ask_capabilities (session);
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
      log_in (session);
      return;
    }

  imap_session_fail_opening (session,
                             g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TLS_REQUIRED,
                                          _ ("the server offers no encryption (STARTTLS)")));
}

static void
logged_in (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;
  const char *failure = session->sasl != NULL ? imap_sasl_get_failure (session->sasl) : NULL;
  g_autoptr (GError) refusal = NULL;
  int code;

  /* A mechanism that is still at work in a thread of its own has proved nothing. */
  if (response->condition == IMAP_CONDITION_OK &&
      (command->continued == NULL ||
       (session->sasl != NULL && imap_sasl_may_succeed (session->sasl))))
    {
      g_clear_pointer (&session->sasl, imap_sasl_free);
      prepare (session);
      return;
    }
  if (response->condition == IMAP_CONDITION_OK)
    {
      imap_session_fail_opening (session,
                                 g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED,
                                              _ ("the server did not prove that it knows the "
                                                 "password")));
      return;
    }

  refusal = imap_failure_new (response);
  code = refusal->code;
  if (code == G_IMAP_ERROR_NO && response->code != IMAP_CODE_UNAVAILABLE)
    code = G_IMAP_ERROR_AUTH_FAILED;
  if (failure != NULL)
    imap_session_fail_opening (session, g_error_new (G_IMAP_ERROR, code,
                                                     _ ("the login (%s) failed: %s (%s)"),
                                                     session->mode, refusal->message, failure));
  else
    imap_session_fail_opening (session,
                               g_error_new (G_IMAP_ERROR, code, _ ("the login (%s) failed: %s"),
                                            session->mode, refusal->message));
}

static void
send_login (ImapSession *session)
{
  ImapWriter *writer = imap_operation_write (session->opening, "LOGIN");

  imap_writer_space (writer);
  imap_writer_astring (writer, session->settings->user != NULL ? session->settings->user : "");
  imap_writer_space (writer);
  imap_writer_secret (writer,
                      session->settings->password != NULL ? session->settings->password : "");
  imap_operation_submit (session->opening, writer, IMAP_COMMAND_EXCLUSIVE, NULL, logged_in);
  imap_capabilities_clear (&session->capabilities);
  imap_session_send (session);
}

/* "=" stands for an empty initial response (RFC 4959). */
static char *
encode_response (GString *answer, gboolean is_initial)
{
  if (answer->len == 0)
    return g_strdup (is_initial ? "=" : "");

  return g_base64_encode ((const guchar *) answer->str, answer->len);
}

static void
send_answer (ImapSession *session, GString *answer)
{
  char *encoded = encode_response (answer, FALSE);
  GString *line = g_string_new (encoded);

  g_string_append (line, "\r\n");
  imap_sasl_wipe (answer);
  imap_sasl_wipe_text (encoded);
  imap_session_send_line (session, line, TRUE);
}

typedef struct
{
  ImapSasl *sasl; /* owned while the thread has it */
  char *challenge;
  gsize length;
} SlowStep;

static void
slow_step_free (SlowStep *slow)
{
  g_clear_pointer (&slow->sasl, imap_sasl_free);
  g_free (slow->challenge);
  g_free (slow);
}

static void
run_slow_step (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SlowStep *slow = data;
  GError *error = NULL;
  GString *answer = imap_sasl_step (slow->sasl, slow->challenge, slow->length, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, answer, (GDestroyNotify) imap_sasl_wipe);
}

static void
slow_step_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  GString *answer = g_task_propagate_pointer (G_TASK (result), &error);
  SlowStep *slow = g_task_get_task_data (G_TASK (result));
  g_autoptr (ImapSession) session = step_end (user_data);

  if (session == NULL)
    {
      g_clear_error (&error);
      g_clear_pointer (&answer, imap_sasl_wipe);
      return;
    }
  session->sasl = g_steal_pointer (&slow->sasl);
  if (answer == NULL)
    imap_session_fail_opening (session, error);
  else
    send_answer (session, answer);
}

/* Deriving a key takes as long as the server wants it to: not in the thread that others wait for. */
static void
step_slowly (ImapSession *session, char *challenge, gsize length)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, slow_step_cb, step_new (session));
  SlowStep *slow = g_new0 (SlowStep, 1);

  slow->sasl = g_steal_pointer (&session->sasl);
  slow->challenge = challenge;
  slow->length = length;
  g_task_set_task_data (task, slow, (GDestroyNotify) slow_step_free);
  g_task_run_in_thread (task, run_slow_step);
}

static gboolean
decode_challenge (const char *text, char **out_challenge, gsize *out_length)
{
  gsize length = strlen (text);

  /* g_base64_decode () passes over what is no base64. */
  if (length % 4 != 0 ||
      strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != length)
    return FALSE;

  *out_challenge = (char *) g_base64_decode (text, out_length);

  return TRUE;
}

static gboolean
challenged (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;
  g_autofree char *challenge = NULL;
  GString *answer;
  gsize length = 0;
  GError *error = NULL;

  if (session->sasl == NULL)
    return FALSE;
  if (++session->n_sasl_rounds > IMAP_LIMIT_SASL_ROUNDS ||
      strlen (response->text) > IMAP_LIMIT_SASL_MESSAGE)
    {
      imap_session_fail_opening (
          session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE,
                                _ ("the login takes more than %d rounds, or a "
                                   "challenge more than %zu octets"),
                                IMAP_LIMIT_SASL_ROUNDS, (gsize) IMAP_LIMIT_SASL_MESSAGE));
      return TRUE;
    }
  if (!decode_challenge (response->text, &challenge, &length))
    {
      imap_session_fail_opening (session,
                                 g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                              _ ("a challenge of the login is no base64")));
      return TRUE;
    }

  if (imap_sasl_is_next_step_slow (session->sasl))
    {
      step_slowly (session, g_steal_pointer (&challenge), length);
      return TRUE;
    }
  answer = imap_sasl_step (session->sasl, challenge, length, &error);
  if (answer == NULL)
    imap_session_fail_opening (session, error);
  else
    send_answer (session, answer);

  return TRUE;
}

/* Takes the initial answer, which may be NULL. */
static void
send_authenticate (ImapSession *session, GString *initial)
{
  ImapWriter *writer = imap_operation_write (session->opening, "AUTHENTICATE");
  ImapCommand *command;

  imap_writer_space (writer);
  imap_writer_atom (writer, imap_sasl_get_mechanism (session->sasl));
  if (initial != NULL)
    {
      char *encoded = encode_response (initial, TRUE);

      imap_writer_space (writer);
      imap_writer_secret_raw (writer, encoded);
      imap_sasl_wipe_text (encoded);
      imap_sasl_wipe (initial);
    }

  command = imap_command_new (session->opening, writer, IMAP_COMMAND_EXCLUSIVE, NULL, logged_in);
  command->continued = challenged;
  session->n_sasl_rounds = 0;
  imap_capabilities_clear (&session->capabilities);
  imap_command_submit (command);
  imap_session_send (session);
}

static const char *
get_public_mode (const char *mechanism)
{
  if (strcmp (mechanism, "OAUTHBEARER") == 0 || strcmp (mechanism, "XOAUTH2") == 0)
    return "OAUTH2";
  if (mechanism[0] == '\0')
    return "LOGIN";

  return mechanism;
}

static ImapSaslOffer
get_offer (ImapSession *session, gboolean has_binding)
{
  const ImapSettings *settings = session->settings;
  ImapSaslOffer offer = IMAP_SASL_OFFER_NONE;

  if (imap_session_is_secure (session) || settings->accept_unsecure_connection)
    offer |= IMAP_SASL_OFFER_SECURE;
  if (settings->password != NULL)
    offer |= IMAP_SASL_OFFER_PASSWORD;
  if (settings->token != NULL)
    offer |= IMAP_SASL_OFFER_TOKEN;
  if (has_binding)
    offer |= IMAP_SASL_OFFER_BINDING;
  if (settings->tls_certificate != NULL)
    offer |= IMAP_SASL_OFFER_CLIENT_CERTIFICATE;
  if (imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_LOGINDISABLED))
    offer |= IMAP_SASL_OFFER_LOGIN_DISABLED;

  return offer;
}

static gboolean
offers_plus (const ImapSession *session)
{
  for (guint i = 0; session->capabilities.words[i] != NULL; i++)
    if (g_str_has_prefix (session->capabilities.words[i], "AUTH=SCRAM-") &&
        g_str_has_suffix (session->capabilities.words[i], "-PLUS"))
      return TRUE;

  return FALSE;
}

static gboolean
start_sasl (ImapSession *session, const char *mechanism, GBytes *binding, const char *binding_type)
{
  const ImapSettings *settings = session->settings;
  ImapSaslSettings sasl = {
    .user = settings->user,
    .password = settings->password,
    .token = settings->token,
    .host = settings->host,
    .port = settings->port,
    .binding = { binding_type, binding },
    .server_offers_plus = offers_plus (session),
  };
  GString *initial = NULL;
  GError *error = NULL;

  session->sasl = imap_sasl_new (mechanism, &sasl, &error);
  if (session->sasl != NULL && imap_sasl_is_client_first (session->sasl) &&
      imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_SASL_IR))
    initial = imap_sasl_step (session->sasl, NULL, 0, &error);
  if (error != NULL)
    {
      imap_session_fail_opening (session, error);
      return FALSE;
    }

  send_authenticate (session, initial);

  return TRUE;
}

static void
log_in (ImapSession *session)
{
  g_autoptr (GBytes) binding = NULL;
  const char *binding_type = NULL;
  const char *mechanism;
  GError *error = NULL;

  if (!imap_capabilities_are_known (&session->capabilities))
    {
      ask_capabilities (session);
      return;
    }

  if (session->tls != NULL)
    binding = imap_tls_get_binding (session->tls, &binding_type);
  mechanism = imap_sasl_choose ((const char *const *) session->capabilities.words,
                                session->settings->authentication_mode,
                                get_offer (session, binding != NULL), &error);
  if (mechanism == NULL)
    {
      imap_session_fail_opening (session, error);
      return;
    }

  session->mode = get_public_mode (mechanism);
  if (mechanism[0] == '\0')
    send_login (session);
  else
    start_sasl (session, mechanism, binding, binding_type);
}

static void
become_ready (ImapSession *session)
{
  ImapFramerLimits limits = imap_framer_limits_open;

  /* On a server that is IMAP4rev2 only, names are UTF-8 without asking. */
  if (imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_IMAP4REV2) &&
      !imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_IMAP4REV1))
    session->is_utf8 = TRUE;
  if (!imap_session_move (session, IMAP_SESSION_READY))
    return;

  limits.body_literal = session->settings->max_message_size;
  imap_framer_set_limits (session->framer, &limits);
  g_clear_object (&session->cancellable);
  session->deadline = 0;
  imap_session_set_deadline (session, 0, 0);
  session->used_at = imap_session_now_awake ();
  session->is_checked = TRUE;
  if (session->events->connected != NULL)
    session->events->connected (session->owner);
  imap_session_pump (session);
}

static gboolean
enabled_claim (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;
  g_auto (GStrv) words = NULL;

  if (response->type != IMAP_DATA_ENABLED)
    return FALSE;

  words = imap_data_parse_words (response, NULL);
  session->is_utf8 = words != NULL && g_strv_contains ((const char *const *) words, "UTF8=ACCEPT");

  return TRUE;
}

static void
enabled (ImapCommand *command, const ImapResponse *response)
{
  become_ready (command->operation->host_data);
}

static void
capabilities_again_done (ImapCommand *command, const ImapResponse *response)
{
  prepare (command->operation->host_data);
}

/* Logged in. ID goes before the first SELECT, which some servers refuse otherwise, and is waited for by nobody. */
static void
prepare (ImapSession *session)
{
  ImapOperation *opening = session->opening;
  ImapWriter *writer;

  if (!imap_capabilities_are_known (&session->capabilities))
    {
      /* A server that still says nothing can do what everyone can. */
      imap_capabilities_set (&session->capabilities, g_new0 (char *, 1));
      imap_operation_submit (opening, imap_operation_write (opening, "CAPABILITY"),
                             IMAP_COMMAND_EXCLUSIVE, NULL, capabilities_again_done);
      imap_session_send (session);
      return;
    }

  if (imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_ID))
    imap_id_submit (opening, session->settings->client_id);
  if (!imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_ENABLE) ||
      (!imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_UTF8_ACCEPT) &&
       !imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_UTF8_ONLY)))
    {
      become_ready (session);
      return;
    }

  writer = imap_operation_write (opening, "ENABLE");
  imap_writer_space (writer);
  imap_writer_atom (writer, "UTF8=ACCEPT");
  imap_operation_submit (opening, writer, IMAP_COMMAND_EXCLUSIVE, enabled_claim, enabled);
  imap_session_send (session);
}

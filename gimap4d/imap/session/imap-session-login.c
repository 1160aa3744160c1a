/* The login, and what is settled right behind it. The steps stand in the order in which they run.
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
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/command/imap-id.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/net/imap-tls.h"
#include "gimap4d/imap/session/imap-watch.h"

#include <string.h>

#define OAUTH2 "OAUTH2"

static void
logged_in (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;
  const char *failure = session->sasl != NULL ? imap_sasl_get_failure (session->sasl) : NULL;
  g_autoptr (GError) refusal = NULL;
  GError *error;
  int code;

  /* A mechanism that is still at work in a thread of its own has proved nothing. */
  if (response->condition == IMAP_CONDITION_OK &&
      (command->continued == NULL ||
       (session->sasl != NULL && imap_sasl_may_succeed (session->sasl))))
    {
      g_clear_pointer (&session->sasl, imap_sasl_free);
      imap_session_prepare (session);
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
    error = g_error_new (G_IMAP_ERROR, code, _ ("the login (%s) failed: %s (%s)"), session->mode,
                         refusal->message, failure);
  else
    error = g_error_new (G_IMAP_ERROR, code, _ ("the login (%s) failed: %s"), session->mode,
                         refusal->message);
  if (strcmp (session->mode, OAUTH2) == 0 &&
      (code == G_IMAP_ERROR_AUTH_FAILED || code == G_IMAP_ERROR_AUTH_EXPIRED))
    imap_session_token_refused (session, error);
  else
    imap_session_fail_opening (session, error);
}

static void enable (ImapSession *session);
static void send_id (ImapSession *session);

/* The last command that was submitted waits for no "+" in the middle of it. */
static gboolean
is_in_one_piece (ImapSession *session)
{
  ImapCommand *command = g_queue_peek_tail (&session->unsent);

  for (guint i = 1; command != NULL && i < command->segments->len; i++)
    if (((ImapSegment *) g_ptr_array_index (command->segments, i))->waits)
      return FALSE;

  return command != NULL;
}

/* The login is submitted; the list of before it does not hold behind it. */
static void
send_behind_login (ImapSession *session, gboolean is_last_word)
{
  ImapCommand *login = g_queue_peek_tail (&session->unsent);
  gboolean has_id = imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_ID);

  /* Some servers refuse SELECT before ID: where it is not known yet whether there is one, nothing
   * goes ahead. */
  if (login == NULL || !has_id || !is_last_word || session->avoids_ahead)
    {
      imap_capabilities_clear (&session->capabilities);
      imap_session_send (session);
      return;
    }

  login->traits |= IMAP_COMMAND_LEADS;
  send_id (session);
  enable (session);
  imap_capabilities_clear (&session->capabilities);
  imap_session_go_ahead (session);
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
  send_behind_login (session, is_in_one_piece (session));
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
  GString *line = g_string_sized_new (strlen (encoded) + strlen ("\r\n") + 1);

  g_string_append (line, encoded);
  g_string_append (line, "\r\n");
  imap_sasl_wipe (answer);
  imap_secret_wipe_text (encoded);
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
  g_autoptr (ImapSession) session = imap_session_end_step (user_data);

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
  g_autoptr (GTask) task = g_task_new (NULL, NULL, slow_step_cb, imap_session_begin_step (session));
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
  gboolean is_last_word = initial != NULL && imap_sasl_is_one_step (session->sasl);
  ImapCommand *command;

  imap_writer_space (writer);
  imap_writer_atom (writer, imap_sasl_get_mechanism (session->sasl));
  if (initial != NULL)
    {
      char *encoded = encode_response (initial, TRUE);

      imap_writer_space (writer);
      imap_writer_secret_raw (writer, encoded);
      imap_secret_wipe_text (encoded);
      imap_sasl_wipe (initial);
    }

  command = imap_command_new (session->opening, writer, IMAP_COMMAND_EXCLUSIVE, NULL, logged_in);
  command->continued = challenged;
  session->n_sasl_rounds = 0;
  imap_command_submit (command);
  send_behind_login (session, is_last_word);
}

static const char *
get_public_mode (const char *mechanism)
{
  if (strcmp (mechanism, "OAUTHBEARER") == 0 || strcmp (mechanism, "XOAUTH2") == 0)
    return OAUTH2;
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
  if (imap_session_may_have_token (session))
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
    .token = imap_session_get_token (session),
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

void
imap_session_log_in (ImapSession *session)
{
  g_autoptr (GBytes) binding = NULL;
  const char *binding_type = NULL;
  const char *mechanism;
  GError *error = NULL;

  if (!imap_capabilities_are_known (&session->capabilities))
    {
      imap_session_ask_capabilities (session);
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
  if (strcmp (session->mode, OAUTH2) == 0 && imap_session_renew_token (session))
    return;
  /* The list of before the login does not hold behind it. */
  g_strfreev (session->offered);
  session->offered = g_strdupv (session->capabilities.words);
  if (mechanism[0] == '\0')
    send_login (session);
  else
    start_sasl (session, mechanism, binding, binding_type);
}

static void
become_ready (ImapSession *session)
{
  /* On a server that is IMAP4rev2 only, names are UTF-8 without asking. */
  if (imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_IMAP4REV2) &&
      !imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_IMAP4REV1))
    session->is_utf8 = TRUE;
  if (!imap_session_move (session, IMAP_SESSION_READY))
    return;

  session->goes_ahead = FALSE;
  g_clear_object (&session->cancellable);
  session->deadline = 0;
  imap_session_set_deadline (session, 0, 0);
  session->is_checked = TRUE;
  imap_rest_connected (session);
  if (session->events->connected != NULL)
    session->events->connected (session->owner);
  imap_session_pump (session);
}

static ImapFramerLimits
get_limits (ImapSession *session)
{
  ImapFramerLimits limits = imap_framer_limits_open;

  limits.body_literal = session->settings->max_message_size;

  return limits;
}

static void
compressed (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;
  ImapFramerLimits limits = get_limits (session);
  g_autoptr (GBytes) surplus = imap_framer_dup_pending (session->framer);
  g_autoptr (GIOStream) stream = NULL;

  /* A server that does not want to costs octets, nothing else. */
  if (response->condition == IMAP_CONDITION_OK)
    {
      imap_trace_note (session->trace, "From here on the connection is compressed");
      stream = imap_session_take_stream (session);
      imap_session_attach (session, stream, &limits);
      imap_channel_start_deflate (session->channel, surplus);
    }
  become_ready (session);
}

/* Nothing goes behind it before its reply: from there on the octets are other ones. */
static void
start_compression (ImapSession *session)
{
  if (!session->settings->compress ||
      !imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_COMPRESS_DEFLATE))
    {
      become_ready (session);
      return;
    }

  imap_operation_submit (session->opening,
                         imap_operation_write (session->opening, "COMPRESS DEFLATE"),
                         IMAP_COMMAND_EXCLUSIVE, NULL, compressed);
  imap_session_send (session);
}

static gboolean
enabled_claim (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;
  g_auto (GStrv) words = NULL;

  if (response->type != IMAP_DATA_ENABLED)
    return FALSE;

  words = imap_data_parse_words (response, NULL);
  if (words == NULL)
    return TRUE;
  session->is_rev2 = session->is_rev2 || g_strv_contains ((const char *const *) words, "IMAP4REV2");
  session->is_utf8 = session->is_utf8 || session->is_rev2 ||
                     g_strv_contains ((const char *const *) words, "UTF8=ACCEPT");
  session->is_qresync = session->is_qresync ||
                        g_strv_contains ((const char *const *) words, "QRESYNC");
  if (session->is_rev2)
    imap_capabilities_enable_rev2 (&session->capabilities);

  return TRUE;
}

static void
enabled (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;

  session->is_enable_due = FALSE;
  if (session->is_logged_in)
    imap_session_prepare (session);
}

/* What is switched on for this connection, with a space before each. */
static char *
dup_enable_words (ImapSession *session)
{
  const ImapCapabilities *capabilities = &session->capabilities;
  GString *words = g_string_new (NULL);

  if (imap_capabilities_has (capabilities, IMAP_CAPABILITY_IMAP4REV2) &&
      imap_capabilities_has (capabilities, IMAP_CAPABILITY_IMAP4REV1))
    g_string_append (words, " IMAP4rev2");
  if (imap_capabilities_has (capabilities, IMAP_CAPABILITY_UTF8_ACCEPT) ||
      imap_capabilities_has (capabilities, IMAP_CAPABILITY_UTF8_ONLY))
    g_string_append (words, " UTF8=ACCEPT");
  /* Only a notifier knows what to do with it. */
  if (session->watch != NULL && imap_capabilities_has (capabilities, IMAP_CAPABILITY_QRESYNC))
    g_string_append (words, " QRESYNC");

  return g_string_free (words, FALSE);
}

/* Only before a box is selected (RFC 9051, 6.3.1). */
static void
enable (ImapSession *session)
{
  g_autofree char *words = dup_enable_words (session);
  ImapWriter *writer;

  if (session->is_enable_sent || words[0] == '\0' || session->running->len > 0 ||
      session->box != NULL ||
      !imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_ENABLE))
    return;

  session->is_enable_sent = TRUE;
  session->is_enable_due = TRUE;
  writer = imap_operation_write (session->opening, "ENABLE");
  imap_writer_raw (writer, words);
  imap_operation_submit (session->opening, writer,
                         IMAP_COMMAND_EXCLUSIVE | IMAP_COMMAND_AHEAD | IMAP_COMMAND_LEADS,
                         enabled_claim, enabled);
}

static void
capabilities_again_done (ImapCommand *command, const ImapResponse *response)
{
  ImapSession *session = command->operation->host_data;

  session->is_list_due = FALSE;
  imap_session_prepare (session);
}

static void
send_id (ImapSession *session)
{
  session->is_id_sent = TRUE;
  imap_id_submit (session->opening, session->settings->client_id);
}

/* Logged in, and back here when one of the next steps is done. ID is waited for by nobody. */
void
imap_session_prepare (ImapSession *session)
{
  ImapOperation *opening = session->opening;
  ImapFramerLimits limits = get_limits (session);

  session->is_logged_in = TRUE;
  imap_framer_set_limits (session->framer, &limits);
  /* What has gone ahead has its own time from here on. */
  if (session->running->len > 0)
    session->deadline = 0;
  if (!imap_capabilities_are_known (&session->capabilities))
    {
      /* A server that still says nothing can do what everyone can. */
      imap_capabilities_set (&session->capabilities, g_new0 (char *, 1));
      imap_operation_submit (opening, imap_operation_write (opening, "CAPABILITY"),
                             IMAP_COMMAND_EXCLUSIVE, NULL, capabilities_again_done);
      session->is_list_due = TRUE;
    }
  if (session->is_list_due)
    {
      imap_session_send (session);
      return;
    }

  if (!session->is_id_sent && imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_ID))
    send_id (session);
  enable (session);
  if (session->is_enable_due)
    imap_session_send (session);
  else
    start_compression (session);
}

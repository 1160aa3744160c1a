/* The access token of the login, and where a newer one comes from: the provider first, in a thread of
 * its own, then whoever waits for the connection, in his.
 *
 * It is asked for once in each opening: before the login when there is no token or it is about to
 * expire, else when the server refuses it.
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
#include "gimap4d/imap/session/imap-io-thread.h"

#include <string.h>

/* Somebody is asked. */
typedef struct
{
  ImapSession *session; /* owned */
  guint number;         /* of the question */
  ImapTokenReason reason;
  GCancellable *cancellable; /* owned, nullable: the provider's */
  gint64 remaining;          /* of the time for opening, in microseconds; 0 = no limit */
  gboolean was_asked;
  char *answer; /* owned, nullable */
} TokenQuestion;

static TokenQuestion *
token_question_new (ImapSession *session)
{
  TokenQuestion *question = g_new0 (TokenQuestion, 1);

  question->session = imap_session_ref (session);
  question->number = session->token_question;
  question->reason = session->token_reason;

  return question;
}

static void
token_question_free (TokenQuestion *question)
{
  imap_secret_wipe_text (question->answer);
  g_clear_object (&question->cancellable);
  imap_session_unref (question->session);
  g_free (question);
}

const char *
imap_session_get_token (const ImapSession *session)
{
  return session->token != NULL ? session->token : session->settings->token;
}

static gboolean
has_provider (ImapSession *session)
{
  return session->events->has_token_provider != NULL &&
         session->events->has_token_provider (session->owner);
}

/* Whether somebody listens to the signal is only found out by emitting it, so a program that has
 * another way to log in is not asked for its first token. */
gboolean
imap_session_may_have_token (ImapSession *session)
{
  const ImapSettings *settings = session->settings;

  if (imap_session_get_token (session) != NULL)
    return TRUE;
  if (session->was_token_asked)
    return FALSE;

  return has_provider (session) || g_strcmp0 (settings->authentication_mode, "OAUTH2") == 0;
}

static gboolean
has_expired (ImapSession *session, gint64 margin)
{
  gint64 expires_at = session->token == NULL ? session->settings->token_expires_at : 0;

  return expires_at != 0 && expires_at - margin <= g_get_real_time () / G_USEC_PER_SEC;
}

/* A secret that is not used any more is not looked for in each line of the log. */
static void
take_token (ImapSession *session, char *token)
{
  imap_secret_free (session->token);
  session->token = imap_secret_take (token);
  imap_trace_forget_secrets (session->trace);
  imap_trace_add_secret (session->trace, session->settings->password);
  imap_trace_add_secret (session->trace, session->settings->token);
  imap_trace_add_secret (session->trace, session->token);
}

void
imap_session_forget_token_question (ImapSession *session)
{
  session->awaits_token = FALSE;
  session->token_question++;
  g_clear_error (&session->token_refusal);
  if (session->token_cancellable != NULL)
    g_cancellable_cancel (session->token_cancellable);
}

/* Goes on where the question came up; meanwhile the server may have hung up. */
static void
go_on (ImapSession *session)
{
  imap_session_forget_token_question (session);
  if (session->state == IMAP_SESSION_CONNECTING)
    {
      imap_session_connect (session);
      return;
    }

  session->retries_login = session->token_reason == IMAP_TOKEN_REFUSED;
  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_RESPONSE, 0);
  imap_session_log_in (session);
}

static void
settle_without (ImapSession *session)
{
  if (session->token_refusal != NULL)
    imap_session_fail_opening (session, g_steal_pointer (&session->token_refusal));
  else if (imap_session_get_token (session) == NULL && has_provider (session))
    imap_session_fail_opening (session, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED,
                                                     _ ("an access token is needed to log in, and "
                                                        "nobody gave one")));
  else
    go_on (session);
}

/* Takes the answer. */
static void
settle (ImapSession *session, char *answer)
{
  if (answer == NULL)
    {
      settle_without (session);
      return;
    }

  imap_trace_note (session->trace, "There is a new access token");
  take_token (session, answer);
  session->is_token_new = TRUE;
  go_on (session);
}

static void ask_caller (ImapSession *session, TokenQuestion *question);

static void
caller_answered_cb (gpointer data)
{
  TokenQuestion *question = data;
  ImapSession *session = question->session;

  if (session->awaits_token && question->number == session->token_question)
    {
      if (!question->was_asked)
        {
          ask_caller (session, question);
          return;
        }
      session->deadline = g_get_monotonic_time () + question->remaining;
      imap_session_watch_time (session);
      settle (session, g_steal_pointer (&question->answer));
    }
  token_question_free (question);
}

/* In the caller's thread. */
static void
ask_caller_cb (gpointer object, gpointer data)
{
  TokenQuestion *question = data;

  question->was_asked = TRUE;
  question->answer = question->session->events->request_token (object, question->reason);
}

/* Asked, or dropped because the caller has gone. */
static void
caller_asked (gpointer data)
{
  imap_io_thread_post (caller_answered_cb, data);
}

/* Takes the question. A caller who goes before he was asked leaves it to the next one. */
static void
ask_caller (ImapSession *session, TokenQuestion *question)
{
  ImapCall *caller = imap_session_find_caller (session);

  if (caller != NULL && session->events->request_token != NULL)
    {
      imap_call_ask_caller (caller, ask_caller_cb, question, caller_asked);
      return;
    }

  question->was_asked = TRUE;
  caller_answered_cb (question);
}

/* A person may be asked now: the time for opening stands still while he thinks. */
static void
begin_to_ask_callers (ImapSession *session)
{
  TokenQuestion *question = token_question_new (session);

  question->remaining = session->deadline - g_get_monotonic_time ();
  session->deadline = 0;
  imap_session_set_deadline (session, 0, 0);
  ask_caller (session, question);
}

static void ask_provider (ImapSession *session);

static void
provided_cb (gpointer data)
{
  TokenQuestion *question = data;
  ImapSession *session = question->session;
  gboolean is_for_this = question->number == session->token_question;

  g_clear_object (&session->token_cancellable);
  if (session->awaits_token && question->answer != NULL)
    settle (session, g_steal_pointer (&question->answer));
  else if (session->awaits_token && !is_for_this)
    ask_provider (session);
  else if (session->awaits_token)
    begin_to_ask_callers (session);
  else if (question->answer != NULL)
    /* Too late for the opening that asked, and good for the next one. */
    take_token (session, g_steal_pointer (&question->answer));
  token_question_free (question);
}

static gpointer
run_provider (gpointer data)
{
  TokenQuestion *question = data;
  ImapSession *session = question->session;

  question->answer = session->events->provide_token (session->owner, question->reason,
                                                     question->cancellable);
  imap_io_thread_post (provided_cb, question);

  return NULL;
}

/* One at a time: the answer to an older question serves, too. */
static void
ask_provider (ImapSession *session)
{
  TokenQuestion *question;
  GThread *thread;

  if (session->token_cancellable != NULL)
    return;

  question = token_question_new (session);
  session->token_cancellable = g_cancellable_new ();
  question->cancellable = g_object_ref (session->token_cancellable);
  thread = g_thread_try_new ("gimap4d token", run_provider, question, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    provided_cb (question);
}

static void
ask (ImapSession *session, ImapTokenReason reason)
{
  session->was_token_asked = TRUE;
  session->awaits_token = TRUE;
  session->token_reason = reason;
  session->token_question++;
  imap_session_set_deadline (session, G_IMAP_ERROR_TIMEOUT_CONNECT, 0);
  if (has_provider (session))
    ask_provider (session);
  else
    begin_to_ask_callers (session);
}

gboolean
imap_session_renew_token (ImapSession *session)
{
  gboolean is_missing = imap_session_get_token (session) == NULL;

  if (session->was_token_asked || (!is_missing && !has_expired (session, IMAP_TOKEN_MARGIN_S)))
    return FALSE;

  ask (session, is_missing ? IMAP_TOKEN_MISSING : IMAP_TOKEN_EXPIRED);

  return TRUE;
}

void
imap_session_token_refused (ImapSession *session, GError *error)
{
  /* What is left to do now is somebody's who can get a token by other means than ours. */
  if (g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED) &&
      (session->is_token_new || has_expired (session, 0)))
    error->code = G_IMAP_ERROR_AUTH_EXPIRED;
  if (session->was_token_asked)
    {
      imap_session_fail_opening (session, error);
      return;
    }

  /* What the login does not need any more: it begins again by the same list. */
  g_clear_pointer (&session->sasl, imap_sasl_free);
  imap_capabilities_set (&session->capabilities, g_strdupv (session->offered));
  session->token_refusal = error;
  ask (session, IMAP_TOKEN_REFUSED);
}

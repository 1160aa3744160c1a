/* A certificate that does not verify: whoever may accept it is asked, in his own thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/net/imap-tls.h"
#include "gimap4d/imap/session/imap-io-thread.h"

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
          imap_session_go_on_securely (session);
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
ask_certificate_cb (gpointer object, gpointer data)
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

ImapCall *
imap_session_find_caller (ImapSession *session)
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
  ImapCall *caller = imap_session_find_caller (session);

  if (caller != NULL && session->events->accept_certificate != NULL)
    {
      imap_call_ask_caller (caller, ask_certificate_cb, question, certificate_asked);
      return;
    }

  question->was_asked = TRUE;
  certificate_answered_cb (question);
}

void
imap_session_judge_certificate (ImapSession *session,
                                GTlsCertificate *certificate,
                                GTlsCertificateFlags errors)
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

/* The signals of a transporter, and what its session reports and asks.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/gimap4d-enum-types.h"
#include "gimap4d/imap/imap-relay.h"
#include "gimap4d/imap/imap-transporter-object.h"

enum
{
  ACCEPT_CERTIFICATE,
  ALERT,
  CONNECTED,
  DISCONNECTED,
  REQUEST_TOKEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* In the context in which the transporter was made. */
static void
relayed (GObject *object, ImapEvent event, const char *text, const GError *error)
{
  GImapTransporter *self = G_IMAP_TRANSPORTER (object);

  switch (event)
    {
    case IMAP_EVENT_CONNECTED:
      g_signal_emit (self, signals[CONNECTED], 0);
      break;
    case IMAP_EVENT_DISCONNECTED:
      g_signal_emit (self, signals[DISCONNECTED], 0, error);
      break;
    case IMAP_EVENT_ALERT:
      g_signal_emit (self, signals[ALERT], 0, text);
      break;
    case IMAP_EVENT_FACTS_CHANGED:
    default:
      imap_transporter_notice_facts (self);
      break;
    }
}

/* What the session knows of us: no reference, because it may outlive us. */
typedef struct
{
  ImapRelay *relay;        /* owned */
  ImapTokenSource *tokens; /* owned */
} Owner;

static Owner *
owner_new (GImapTransporter *self)
{
  Owner *owner = g_new0 (Owner, 1);

  owner->relay = imap_relay_new (G_OBJECT (self), relayed);
  owner->tokens = imap_token_source_ref (self->tokens);

  return owner;
}

static void
owner_free (Owner *owner)
{
  imap_relay_free (owner->relay);
  imap_token_source_unref (owner->tokens);
  g_free (owner);
}

static void
facts_changed (gpointer owner)
{
  imap_relay_send (((Owner *) owner)->relay, IMAP_EVENT_FACTS_CHANGED, NULL, NULL);
}

static void
connected (gpointer owner)
{
  imap_relay_send (((Owner *) owner)->relay, IMAP_EVENT_CONNECTED, NULL, NULL);
}

static void
disconnected (gpointer owner, const GError *error)
{
  imap_relay_send (((Owner *) owner)->relay, IMAP_EVENT_DISCONNECTED, NULL, error);
}

static void
alert (gpointer owner, const char *text)
{
  imap_relay_send (((Owner *) owner)->relay, IMAP_EVENT_ALERT, text, NULL);
}

static gboolean
accept_certificate (GObject *object, GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  gboolean is_accepted = FALSE;

  g_signal_emit (object, signals[ACCEPT_CERTIFICATE], 0, certificate, errors, &is_accepted);

  return is_accepted;
}

static gboolean
has_token_provider (gpointer owner)
{
  return imap_token_source_has_provider (((Owner *) owner)->tokens);
}

typedef struct
{
  ImapTokenSource *tokens;
  GImapTransporter *transporter;
  GImapTokenReason reason;
  GCancellable *cancellable;
  char *answer;
} TokenRequest;

static void
run_token_provider (gpointer data)
{
  TokenRequest *request = data;

  request->answer = imap_token_source_ask (request->tokens, request->transporter, request->reason,
                                           request->cancellable);
}

/* In a thread of its own. */
static char *
provide_token (gpointer owner, ImapTokenReason reason, GCancellable *cancellable)
{
  g_autoptr (GObject) object = imap_relay_ref_object (((Owner *) owner)->relay);
  TokenRequest request = { ((Owner *) owner)->tokens, (GImapTransporter *) object,
                           (GImapTokenReason) reason, cancellable, NULL };

  if (object == NULL)
    return NULL;

  imap_call_run_answering (object, run_token_provider, &request);

  return request.answer;
}

static char *
request_token (GObject *object, ImapTokenReason reason)
{
  g_autofree char *answer = NULL;

  g_signal_emit (object, signals[REQUEST_TOKEN], 0, (GImapTokenReason) reason, &answer);

  return answer != NULL && *answer != '\0' ? g_steal_pointer (&answer) : NULL;
}

static const ImapSessionEvents session_events = {
  facts_changed,      connected,          disconnected,  alert,
  accept_certificate, has_token_provider, provide_token, request_token,
};

ImapSession *
imap_transporter_new_session (GImapTransporter *self)
{
  return imap_session_new (self->settings, &session_events, owner_new (self),
                           (GDestroyNotify) owner_free);
}

static gboolean
take_first_text (GSignalInvocationHint *hint, GValue *sum, const GValue *answer, gpointer data)
{
  const char *text = g_value_get_string (answer);

  if (text == NULL || *text == '\0')
    return TRUE;
  g_value_set_string (sum, text);

  return FALSE;
}

void
imap_transporter_install_signals (GType type)
{
  /**
   * GImapTransporter::accept-certificate:
   * @self: the transporter
   * @certificate: the certificate of the server
   * @errors: what is wrong with it
   *
   * The certificate of the server does not verify. A handler that returns %TRUE accepts it for the
   * life of this object; without one it is refused with %G_IMAP_ERROR_TLS_CERTIFICATE. No byte of IMAP is sent before. Pin a
   * known certificate by comparing fingerprints, never accept just any.
   *
   * Emitted in the thread of the call that opens the connection: inside a synchronous call in the
   * calling thread, for an asynchronous one in its main context. A synchronous call on the same
   * transporter from the handler fails with %G_IO_ERROR_PENDING.
   *
   * Returns: %TRUE to accept the certificate
   *
   * Since: 1.0
   */
  signals[ACCEPT_CERTIFICATE] = g_signal_new (
      "accept-certificate", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL,
      NULL, G_TYPE_BOOLEAN, 2, G_TYPE_TLS_CERTIFICATE, G_TYPE_TLS_CERTIFICATE_FLAGS);

  /**
   * GImapTransporter::alert:
   * @self: the transporter
   * @text: what is said, of at most 1024 characters
   *
   * The server sent a text that must be shown to the user (RFC 9051, 7.1, ALERT). Texts that came
   * before encryption stood are not passed on. The same for what #GImapTransporter:expunge-on-leave
   * has to say.
   *
   * Since: 1.0
   */
  signals[ALERT] = g_signal_new ("alert", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_STRING);

  /**
   * GImapTransporter::connected:
   * @self: the transporter
   *
   * The connection is open and the user is logged in.
   *
   * Since: 1.0
   */
  signals[CONNECTED] = g_signal_new ("connected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);

  /**
   * GImapTransporter::disconnected:
   * @self: the transporter
   * @error: why
   *
   * The connection is closed or lost. The next call opens it again.
   *
   * Since: 1.0
   */
  signals[DISCONNECTED] = g_signal_new ("disconnected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * GImapTransporter::request-token:
   * @self: the transporter
   * @reason: why the token that there is will not do
   *
   * A new OAuth 2 access token is wanted: the server refused the last one, or it is about to
   * expire, or #GImapTransporter:authentication-mode is `OAUTH2` and there was none yet. The first
   * handler that returns a text wins; %NULL is no answer. It is emitted at most once for each opening of the
   * connection, after the function of g_imap_transporter_set_token_provider(), and the login begins again with
   * the answer by itself.
   *
   * Emitted in the thread of the call that needs the answer: inside a synchronous call in the calling thread, for an
   * asynchronous one in its main context. Meanwhile the time of #GImapTransporter:connection-timeout stands
   * still. A synchronous call on the same transporter from the handler fails with
   * %G_IO_ERROR_PENDING. When no call waits for the connection it is not emitted.
   *
   * Returns: (nullable) (transfer full): a new access token
   *
   * Since: 1.0
   */
  signals[REQUEST_TOKEN] = g_signal_new ("request-token", type, G_SIGNAL_RUN_LAST, 0,
                                         take_first_text, NULL, NULL, G_TYPE_STRING, 1,
                                         G_TYPE_IMAP_TOKEN_REASON);
}

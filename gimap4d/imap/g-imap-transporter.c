/* An IMAP connection: its settings, its facts, its signals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/gimap4d-enum-types.h"
#include "gimap4d/imap/imap-notifier-private.h"
#include "gimap4d/imap/imap-relay.h"
#include "gimap4d/imap/imap-server-object.h"
#include "gimap4d/imap/imap-token-source.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/imap/sasl/imap-sasl.h"
#include "gimap4d/imap/session/imap-session.h"

/**
 * SECTION:g-imap-transporter
 * @Title: GImapTransporter
 * @Short_description: a connection to an IMAP server
 *
 * #GImapTransporter is a connection to one mailbox account on an IMAP server (RFC 9051, RFC 3501).
 * Making one does no network I/O: it is set up with properties that cannot be changed afterwards, and
 * opens the connection when the first call needs it. When the connection was lost meanwhile it is
 * opened again by itself, with the same box selected. It is closed when the object is destroyed, or
 * with g_imap_transporter_close().
 *
 * Each function that talks to the server exists in a synchronous form, and in an asynchronous one
 * that ends with `_async` and `_finish`. The synchronous form blocks the calling thread and does not
 * run its main context.
 *
 * ## Safety
 *
 * The connection is encrypted: from the first byte on port 993, with STARTTLS on every other port.
 * A certificate that does not verify, or TLS older than 1.2, is an error. Only with
 * #GImapTransporter:accept-unsecure-connection may a server that offers no encryption be used without.
 * Password and tokens can be set and never be read, neither from a property nor from the log file.
 *
 * ## Threads
 *
 * A transporter may be used from any number of threads at once. Calls that may run side by side do;
 * calls that change what the connection is about, like g_imap_transporter_select_box(), wait for those
 * before them. The signals #GImapTransporter::alert, #GImapTransporter::connected and
 * #GImapTransporter::disconnected and all notifications are emitted in the thread-default main context of the
 * thread that made the object. #GImapTransporter::accept-certificate and
 * #GImapTransporter::request-token are emitted in the thread of the call that needs the answer. Cancelling a call returns at once and leaves the connection usable.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GImapTransporter) transporter =
 *     g_imap_transporter_new ("imap.example.com", "somebody", password);
 * g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);
 *
 * if (!g_imap_status_get_success (status))
 *   g_printerr ("An error occurred: %s\n", g_imap_status_get_status_text (status));
 * ]|
 *
 * The class follows 4D's `IMAP New transporter` and the object that it returns.
 */

/**
 * GImapTransporter:
 *
 * A connection to an IMAP server.
 *
 * Since: 1.0
 */
struct _GImapTransporter
{
  GObject parent_instance;

  ImapSettings *settings;  /* owned; complete when constructed */
  ImapSession *session;    /* owned */
  ImapTokenSource *tokens; /* owned */
  GImapNotifier *notifier; /* owned */
  char *token_problem;     /* owned, nullable: why the token object is of no use */

  /* What the properties said last; the creating thread's. */
  GImapTransporterState noticed_state;
  char *noticed_box;
  GStrv noticed_capabilities;
};

G_DEFINE_FINAL_TYPE (GImapTransporter, g_imap_transporter, G_TYPE_OBJECT)

enum
{
  PROP_HOST = 1,
  PROP_PORT,
  PROP_USER,
  PROP_PASSWORD,
  PROP_ACCESS_TOKEN_OAUTH2,
  PROP_ACCESS_TOKEN_OBJECT,
  PROP_AUTHENTICATION_MODE,
  PROP_ACCEPT_UNSECURE_CONNECTION,
  PROP_CHECK_CONNECTION_DELAY,
  PROP_CONNECTION_TIMEOUT,
  PROP_LOG_FILE,
  PROP_TLS_MODE,
  PROP_TLS_DATABASE,
  PROP_TLS_CERTIFICATE,
  PROP_PROXY_RESOLVER,
  PROP_RESPONSE_TIMEOUT,
  PROP_COMMAND_TIMEOUT,
  PROP_MAX_MESSAGE_SIZE,
  PROP_ALLOW_PREAUTH,
  PROP_CLIENT_ID,
  PROP_COMPRESS,
  PROP_EXPUNGE_ON_LEAVE,
  PROP_STATE,
  PROP_KNOWN_CAPABILITIES,
  PROP_SELECTED_BOX,
  PROP_TLS_PROTOCOL,
  PROP_STATISTICS,
  PROP_NOTIFIER,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

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

static gboolean
is_same_list (GStrv a, GStrv b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

static void
notice_facts (GImapTransporter *self)
{
  g_autofree char *box = g_imap_transporter_dup_selected_box (self);
  g_auto (GStrv) capabilities = g_imap_transporter_dup_known_capabilities (self);
  GImapTransporterState state = g_imap_transporter_get_state (self);

  g_object_freeze_notify (G_OBJECT (self));
  if (state != self->noticed_state)
    {
      self->noticed_state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUTHENTICATION_MODE]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TLS_PROTOCOL]);
    }
  if (!is_same_list (capabilities, self->noticed_capabilities))
    {
      g_strfreev (self->noticed_capabilities);
      self->noticed_capabilities = g_steal_pointer (&capabilities);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_KNOWN_CAPABILITIES]);
    }
  if (g_strcmp0 (box, self->noticed_box) != 0)
    {
      g_free (self->noticed_box);
      self->noticed_box = g_steal_pointer (&box);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_BOX]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

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
      notice_facts (self);
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

static void
g_imap_transporter_init (GImapTransporter *self)
{
  self->settings = imap_settings_new ();
  self->tokens = imap_token_source_new ();
}

static void
g_imap_transporter_constructed (GObject *object)
{
  GImapTransporter *self = G_IMAP_TRANSPORTER (object);

  G_OBJECT_CLASS (g_imap_transporter_parent_class)->constructed (object);

  self->session = imap_session_new (self->settings, &session_events, owner_new (self),
                                    (GDestroyNotify) owner_free);
  self->notifier = imap_notifier_new (self);
}

/* May run in any thread, and waits for nothing. */
static void
g_imap_transporter_finalize (GObject *object)
{
  GImapTransporter *self = G_IMAP_TRANSPORTER (object);

  if (self->session != NULL)
    imap_session_shut_down (self->session);
  g_clear_pointer (&self->session, imap_session_unref);
  /* The session may live on for a while; what the program gave us does not. */
  imap_token_source_set (self->tokens, NULL, NULL, NULL);
  imap_token_source_unref (self->tokens);
  g_clear_object (&self->notifier);
  imap_settings_unref (self->settings);
  g_free (self->token_problem);
  g_free (self->noticed_box);
  g_strfreev (self->noticed_capabilities);

  G_OBJECT_CLASS (g_imap_transporter_parent_class)->finalize (object);
}

static void
take_token_object (GImapTransporter *self, JsonNode *node)
{
  g_autoptr (GError) error = NULL;
  char *token;

  if (node == NULL)
    return;

  token = imap_server_object_dup_token (node, &error);
  if (token == NULL)
    {
      self->token_problem = g_strdup (error->message);
      return;
    }
  if (self->settings->token != NULL)
    {
      imap_secret_wipe_text (token);
      return;
    }
  self->settings->token = imap_secret_take (token);
  self->settings->token_expires_at = imap_server_object_get_expiration (node);
}

static void
set_secret (char **place, const GValue *value)
{
  if (g_value_get_string (value) == NULL)
    return;
  imap_secret_free (*place);
  *place = imap_secret_dup (g_value_get_string (value));
}

static void
g_imap_transporter_set_property (GObject *object,
                                 guint property_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  GImapTransporter *self = G_IMAP_TRANSPORTER (object);
  ImapSettings *settings = self->settings;

  switch (property_id)
    {
    case PROP_HOST:
      settings->host = g_value_dup_string (value);
      break;
    case PROP_PORT:
      settings->port = g_value_get_uint (value);
      break;
    case PROP_USER:
      settings->user = g_value_dup_string (value);
      break;
    case PROP_PASSWORD:
      set_secret (&settings->password, value);
      break;
    case PROP_ACCESS_TOKEN_OAUTH2:
      set_secret (&settings->token, value);
      if (g_value_get_string (value) != NULL)
        settings->token_expires_at = 0;
      break;
    case PROP_ACCESS_TOKEN_OBJECT:
      take_token_object (self, g_value_get_boxed (value));
      break;
    case PROP_AUTHENTICATION_MODE:
      settings->authentication_mode = g_value_dup_string (value);
      break;
    case PROP_ACCEPT_UNSECURE_CONNECTION:
      settings->accept_unsecure_connection = g_value_get_boolean (value);
      break;
    case PROP_CHECK_CONNECTION_DELAY:
      settings->check_connection_delay = g_value_get_uint (value);
      break;
    case PROP_CONNECTION_TIMEOUT:
      settings->connection_timeout = g_value_get_uint (value);
      break;
    case PROP_LOG_FILE:
      settings->log_file = g_value_dup_string (value);
      break;
    case PROP_TLS_MODE:
      settings->tls = (ImapTls) g_value_get_enum (value);
      break;
    case PROP_TLS_DATABASE:
      settings->tls_database = g_value_dup_object (value);
      break;
    case PROP_TLS_CERTIFICATE:
      settings->tls_certificate = g_value_dup_object (value);
      break;
    case PROP_PROXY_RESOLVER:
      settings->proxy_resolver = g_value_dup_object (value);
      break;
    case PROP_RESPONSE_TIMEOUT:
      settings->response_timeout = g_value_get_uint (value);
      break;
    case PROP_COMMAND_TIMEOUT:
      settings->command_timeout = g_value_get_uint (value);
      break;
    case PROP_MAX_MESSAGE_SIZE:
      settings->max_message_size = g_value_get_uint64 (value);
      break;
    case PROP_ALLOW_PREAUTH:
      settings->allow_preauth = g_value_get_boolean (value);
      break;
    case PROP_CLIENT_ID:
      settings->client_id = g_value_dup_string (value);
      break;
    case PROP_COMPRESS:
      settings->compress = g_value_get_boolean (value);
      break;
    case PROP_EXPUNGE_ON_LEAVE:
      settings->expunge_on_leave = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
g_imap_transporter_get_property (GObject *object,
                                 guint property_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  GImapTransporter *self = G_IMAP_TRANSPORTER (object);
  const ImapSettings *settings = self->settings;

  switch (property_id)
    {
    case PROP_HOST:
      g_value_set_string (value, settings->host);
      break;
    case PROP_PORT:
      g_value_set_uint (value, settings->port);
      break;
    case PROP_USER:
      g_value_set_string (value, settings->user);
      break;
    case PROP_AUTHENTICATION_MODE:
      g_value_take_string (value, g_imap_transporter_dup_authentication_mode (self));
      break;
    case PROP_ACCEPT_UNSECURE_CONNECTION:
      g_value_set_boolean (value, settings->accept_unsecure_connection);
      break;
    case PROP_CHECK_CONNECTION_DELAY:
      g_value_set_uint (value, settings->check_connection_delay);
      break;
    case PROP_CONNECTION_TIMEOUT:
      g_value_set_uint (value, settings->connection_timeout);
      break;
    case PROP_LOG_FILE:
      g_value_set_string (value, settings->log_file);
      break;
    case PROP_TLS_MODE:
      g_value_set_enum (value, (int) settings->tls);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, settings->tls_database);
      break;
    case PROP_TLS_CERTIFICATE:
      g_value_set_object (value, settings->tls_certificate);
      break;
    case PROP_PROXY_RESOLVER:
      g_value_set_object (value, settings->proxy_resolver);
      break;
    case PROP_RESPONSE_TIMEOUT:
      g_value_set_uint (value, settings->response_timeout);
      break;
    case PROP_COMMAND_TIMEOUT:
      g_value_set_uint (value, settings->command_timeout);
      break;
    case PROP_MAX_MESSAGE_SIZE:
      g_value_set_uint64 (value, settings->max_message_size);
      break;
    case PROP_ALLOW_PREAUTH:
      g_value_set_boolean (value, settings->allow_preauth);
      break;
    case PROP_CLIENT_ID:
      g_value_set_string (value, settings->client_id);
      break;
    case PROP_COMPRESS:
      g_value_set_boolean (value, settings->compress);
      break;
    case PROP_EXPUNGE_ON_LEAVE:
      g_value_set_boolean (value, settings->expunge_on_leave);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) g_imap_transporter_get_state (self));
      break;
    case PROP_KNOWN_CAPABILITIES:
      g_value_take_boxed (value, g_imap_transporter_dup_known_capabilities (self));
      break;
    case PROP_SELECTED_BOX:
      g_value_take_string (value, g_imap_transporter_dup_selected_box (self));
      break;
    case PROP_TLS_PROTOCOL:
      g_value_set_string (value, g_imap_transporter_get_tls_protocol (self));
      break;
    case PROP_STATISTICS:
      g_value_take_variant (value, g_imap_transporter_dup_statistics (self));
      break;
    case PROP_NOTIFIER:
      g_value_set_object (value, self->notifier);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

#define SETTING (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)
#define SECRET (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)
#define FACT (G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

static void
install_server_properties (void)
{
  /**
   * GImapTransporter:host:
   *
   * Name or address of the server. Mandatory: without it each call fails with
   * %G_IMAP_ERROR_INVALID_ARGUMENT. 4D: `host`.
   *
   * Since: 1.0
   */
  properties[PROP_HOST] = g_param_spec_string ("host", "Host", "Name or address of the server",
                                               NULL, SETTING);

  /**
   * GImapTransporter:port:
   *
   * The TCP port, 1 to 65535. 993 means TLS from the first byte, any other STARTTLS, unless
   * #GImapTransporter:tls-mode says otherwise. A port out of range fails each call with
   * %G_IMAP_ERROR_INVALID_ARGUMENT. 4D: `port`.
   *
   * Since: 1.0
   */
  properties[PROP_PORT] = g_param_spec_uint ("port", "Port", "TCP port of the server", 0, G_MAXUINT,
                                             993, SETTING);

  /**
   * GImapTransporter:user:
   *
   * The user to log in as. 4D: `user`.
   *
   * Since: 1.0
   */
  properties[PROP_USER] = g_param_spec_string ("user", "User", "The user to log in as", NULL,
                                               SETTING);

  /**
   * GImapTransporter:password:
   *
   * The password of the user. It can be set and never be read. 4D: `password`.
   *
   * Since: 1.0
   */
  properties[PROP_PASSWORD] = g_param_spec_string ("password", "Password",
                                                   "The password of the user", NULL, SECRET);

  /**
   * GImapTransporter:access-token-oauth2:
   *
   * An OAuth 2 access token. With a token OAUTH2 is used before all other modes when the server offers
   * it. It can be set and never be read; g_imap_transporter_set_token_provider() and
   * #GImapTransporter::request-token are for new ones. 4D: `accessTokenOAuth2` as text.
   *
   * Since: 1.0
   */
  properties[PROP_ACCESS_TOKEN_OAUTH2] = g_param_spec_string ("access-token-oauth2", "Access token",
                                                              "OAuth 2 access token", NULL, SECRET);

  /**
   * GImapTransporter:access-token-object:
   *
   * An OAuth 2 token object, as 4D's OAuth 2 provider gives it: its `token.access_token`, or an
   * `access_token` at the top, is the token. An object with neither fails each call with
   * %G_IMAP_ERROR_INVALID_ARGUMENT. `tokenExpiration` (a time in ISO 8601, UTC, or in seconds since
   * 1970), else `expires_in` (seconds from now) say when a new one is asked for. It can be set and
   * never be read. 4D: `accessTokenOAuth2` as object.
   *
   * Since: 1.0
   */
  properties[PROP_ACCESS_TOKEN_OBJECT] = g_param_spec_boxed (
      "access-token-object", "Access token object", "OAuth 2 token object", JSON_TYPE_NODE, SECRET);

  /**
   * GImapTransporter:authentication-mode:
   *
   * How to log in: `SCRAM-SHA-256-PLUS`, `SCRAM-SHA-256`, `SCRAM-SHA-1-PLUS`, `SCRAM-SHA-1`, `OAUTH2`,
   * `EXTERNAL`, `CRAM-MD5`, `PLAIN` or `LOGIN`. %NULL, the default, takes the most secure one that the
   * server offers. Once the connection is open it reads as the mode in use. After a refusal no weaker mode is tried.
   * 4D: `authenticationMode`.
   *
   * Since: 1.0
   */
  properties[PROP_AUTHENTICATION_MODE] = g_param_spec_string (
      "authentication-mode", "Authentication mode", "How to log in", NULL,
      SETTING | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * GImapTransporter:client-id:
   *
   * What is told to a server that asks for the client's identity (RFC 2971). %NULL, the default, tells
   * the name and the version of this library and nothing else.
   *
   * Since: 1.0
   */
  properties[PROP_CLIENT_ID] = g_param_spec_string ("client-id", "Client id",
                                                    "What ID tells the server", NULL, SETTING);

  /**
   * GImapTransporter:compress:
   *
   * Whether to compress what goes over the connection, where the server offers it
   * (COMPRESS=DEFLATE, RFC 4978). It costs time on both sides and one round trip more to open, and
   * pays on a slow line. An attacker who can make the server send mail of his choice may learn
   * something of other mail from the lengths of what is encrypted. #GImapTransporter:statistics tells what it
   * saved; the log file shows the dialogue as if it was not there.
   *
   * Since: 1.0
   */
  properties[PROP_COMPRESS] = g_param_spec_boolean (
      "compress", "Compress", "Whether to compress the connection", FALSE, SETTING);

  /**
   * GImapTransporter:expunge-on-leave:
   *
   * Whether the mails that were flagged as deleted through this object are removed for good when
   * another box is selected, and by g_imap_transporter_close(), as 4D does it. Off by default.
   *
   * It is done with UID EXPUNGE on exactly those mails, as far as they are still flagged then; what others
   * have flagged stays. Where that cannot be done nothing is removed, and #GImapTransporter::alert tells
   * how many mails stay, and why: the server has no UIDPLUS, it refuses, or the connection is gone. No
   * call fails for it. The last unref of the object removes nothing: it waits for nobody.
   *
   * Since: 1.0
   */
  properties[PROP_EXPUNGE_ON_LEAVE] = g_param_spec_boolean (
      "expunge-on-leave", "Expunge on leave",
      "Whether deleted mails are removed when their box is left", FALSE, SETTING);

  /**
   * GImapTransporter:log-file:
   *
   * A file that the whole dialogue with the server is appended to, with direction and time. It has
   * no size limit. A relative path is below `gimap4d` in g_get_user_state_dir(); the folder is made, the
   * file can be read by its user only. Passwords and tokens are blanked. A file that cannot be
   * written fails the call that opens the connection. 4D: `logFile`.
   *
   * Since: 1.0
   */
  properties[PROP_LOG_FILE] = g_param_spec_string ("log-file", "Log file",
                                                   "File for the whole dialogue", NULL, SETTING);
}

static void
install_security_properties (void)
{
  /**
   * GImapTransporter:accept-unsecure-connection:
   *
   * Whether a connection without encryption is allowed when an encrypted one is not possible. When
   * %FALSE, no encryption means %G_IMAP_ERROR_TLS_REQUIRED. A server that offers STARTTLS gets it in any case, and a
   * certificate that does not verify is an error in any case. 4D: `acceptUnsecureConnection`.
   *
   * Since: 1.0
   */
  properties[PROP_ACCEPT_UNSECURE_CONNECTION] = g_param_spec_boolean (
      "accept-unsecure-connection", "Accept unsecure connection",
      "Whether a connection without encryption is allowed", FALSE, SETTING);

  /**
   * GImapTransporter:allow-preauth:
   *
   * Whether a server may greet with PREAUTH, which says that the user is logged in already (RFC 9051,
   * 7.1.4). Without it such a greeting is an error: an attacker in the network could send it.
   *
   * Since: 1.0
   */
  properties[PROP_ALLOW_PREAUTH] = g_param_spec_boolean (
      "allow-preauth", "Allow PREAUTH", "Whether the server may say that nobody has to log in",
      FALSE, SETTING);

  /**
   * GImapTransporter:tls-mode:
   *
   * When encryption begins; %G_IMAP_TLS_MODE_AUTOMATIC, the default, goes by the port.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_MODE] = g_param_spec_enum ("tls-mode", "TLS mode", "When encryption begins",
                                                 G_TYPE_IMAP_TLS_MODE, G_IMAP_TLS_MODE_AUTOMATIC,
                                                 SETTING);

  /**
   * GImapTransporter:tls-database:
   *
   * The authorities that are trusted; %NULL, the default, for those of the system.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", "TLS database",
                                                       "The authorities that are trusted",
                                                       G_TYPE_TLS_DATABASE, SETTING);

  /**
   * GImapTransporter:tls-certificate:
   *
   * A certificate of the client with its private key, for servers that ask for one, and for
   * EXTERNAL.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_CERTIFICATE] = g_param_spec_object ("tls-certificate", "TLS certificate",
                                                          "The client's own certificate",
                                                          G_TYPE_TLS_CERTIFICATE, SETTING);

  /**
   * GImapTransporter:proxy-resolver:
   *
   * Which proxy to use; %NULL, the default, for the system's.
   *
   * Since: 1.0
   */
  properties[PROP_PROXY_RESOLVER] = g_param_spec_object (
      "proxy-resolver", "Proxy resolver", "Which proxy to use", G_TYPE_PROXY_RESOLVER, SETTING);
}

static void
install_limit_properties (void)
{
  /**
   * GImapTransporter:check-connection-delay:
   *
   * Seconds, 300 by default. When the connection was idle for longer between two calls it is
   * checked before the next one, and opened again when it is gone; 0 checks before each. Keep it
   * below the server's own timeout, or it is useless. 4D: `checkConnectionDelay`.
   *
   * Since: 1.0
   */
  properties[PROP_CHECK_CONNECTION_DELAY] = g_param_spec_uint (
      "check-connection-delay", "Check connection delay",
      "Seconds of idling after which the connection is checked", 0, G_MAXINT, 300, SETTING);

  /**
   * GImapTransporter:connection-timeout:
   *
   * Seconds, 30 by default: the longest wait for a connection, from the name's resolution to the
   * end of the login. Keep it below the server's own timeout, or it is useless. 4D: `connectionTimeOut`.
   *
   * Since: 1.0
   */
  properties[PROP_CONNECTION_TIMEOUT] = g_param_spec_uint (
      "connection-timeout", "Connection timeout", "Seconds that opening the connection may take", 1,
      G_MAXINT, 30, SETTING);

  /**
   * GImapTransporter:response-timeout:
   *
   * Seconds, 60 by default: how long the server may be silent while a reply is due. Then the call
   * fails with %G_IMAP_ERROR_TIMEOUT_RESPONSE, and the connection is given up.
   *
   * Since: 1.0
   */
  properties[PROP_RESPONSE_TIMEOUT] = g_param_spec_uint ("response-timeout", "Response timeout",
                                                         "Seconds of silence while a reply is due",
                                                         1, G_MAXINT, 60, SETTING);

  /**
   * GImapTransporter:command-timeout:
   *
   * Seconds, 300 by default: how long a command may take without progress, whatever else the server
   * says meanwhile.
   *
   * Since: 1.0
   */
  properties[PROP_COMMAND_TIMEOUT] = g_param_spec_uint (
      "command-timeout", "Command timeout", "Seconds that a command may take without progress", 1,
      G_MAXINT, 300, SETTING);

  /**
   * GImapTransporter:max-message-size:
   *
   * Octets, 256 MiB by default: the largest message or part that is collected in memory. A larger
   * one fails its call with %G_IMAP_ERROR_TOO_LARGE, and the connection is opened anew for the next.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_MESSAGE_SIZE] = g_param_spec_uint64 (
      "max-message-size", "Maximal message size", "Octets of one message that are kept in memory",
      1, G_MAXINT32, IMAP_DEFAULT_MESSAGE_SIZE, SETTING);
}

static void
install_fact_properties (void)
{
  /**
   * GImapTransporter:state:
   *
   * What the connection is doing.
   *
   * Since: 1.0
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", "State", "What the connection is doing",
                                              G_TYPE_IMAP_TRANSPORTER_STATE,
                                              G_IMAP_TRANSPORTER_STATE_CLOSED, FACT);

  /**
   * GImapTransporter:known-capabilities:
   *
   * What the server said it can do, in upper case; %NULL while there is no connection.
   *
   * Since: 1.0
   */
  properties[PROP_KNOWN_CAPABILITIES] = g_param_spec_boxed (
      "known-capabilities", "Known capabilities", "What the server said it can do", G_TYPE_STRV,
      FACT);

  /**
   * GImapTransporter:selected-box:
   *
   * The name of the selected box; %NULL when there is none.
   *
   * Since: 1.0
   */
  properties[PROP_SELECTED_BOX] = g_param_spec_string ("selected-box", "Selected box",
                                                       "The name of the selected box", NULL, FACT);

  /**
   * GImapTransporter:tls-protocol:
   *
   * The protocol that encrypts the connection, as `TLS 1.3`; %NULL when it is not encrypted or not
   * open.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_PROTOCOL] = g_param_spec_string ("tls-protocol", "TLS protocol",
                                                       "What encrypts the connection", NULL, FACT);

  /**
   * GImapTransporter:statistics:
   *
   * Numbers over the life of the object, of type `a{st}`: `octets-received` and `octets-sent` as
   * IMAP, `wire-octets-received` and `wire-octets-sent` as they went over the connection, which is
   * less where it is compressed (both without what encryption adds), `commands`, `connections`.
   *
   * Since: 1.0
   */
  properties[PROP_STATISTICS] = g_param_spec_variant ("statistics", "Statistics",
                                                      "Numbers over the life of the object",
                                                      G_VARIANT_TYPE ("a{st}"), NULL, FACT);

  /**
   * GImapTransporter:notifier:
   *
   * What tells of news in the selected box; always the same object. 4D: `notifier`.
   *
   * Since: 1.0
   */
  properties[PROP_NOTIFIER] = g_param_spec_object (
      "notifier", "Notifier", "What tells of news in the selected box", G_TYPE_IMAP_NOTIFIER, FACT);
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

static void
install_signals (GType type)
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

static void
g_imap_transporter_class_init (GImapTransporterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = g_imap_transporter_constructed;
  object_class->finalize = g_imap_transporter_finalize;
  object_class->set_property = g_imap_transporter_set_property;
  object_class->get_property = g_imap_transporter_get_property;

  install_server_properties ();
  install_security_properties ();
  install_limit_properties ();
  install_fact_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static gboolean
check_call (GImapTransporter *self, GError **error)
{
  if (self->token_problem == NULL)
    return TRUE;

  g_set_error_literal (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, self->token_problem);

  return FALSE;
}

/* An argument that was refused is refused for this server too: the sentence begins like all others. */
static void
name_place (GImapTransporter *self, GError **error)
{
  if (self->settings->host != NULL)
    g_prefix_error (error, "%s:%u: ", self->settings->host, self->settings->port);
}

ImapTokenSource *
imap_transporter_get_token_source (GImapTransporter *self)
{
  return self->tokens;
}

/* The caller has gone: the I/O thread is told, and swallows what still comes for him. */
static void
abandoned (gpointer object, gpointer call)
{
  imap_session_abandon (G_IMAP_TRANSPORTER (object)->session, call);
}

gpointer
imap_transporter_call (GImapTransporter *self,
                       gpointer operation,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (ImapOperation) owned = operation;
  g_autoptr (ImapCall) call = NULL;

  if (operation == NULL || !check_call (self, error))
    {
      name_place (self, error);
      return NULL;
    }
  if (imap_call_is_answering (self))
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_PENDING,
          _ ("a call on this transporter waits for this handler: use the asynchronous form"));
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  call = imap_call_new_sync (self, cancellable);
  imap_call_set_abandoned_func (call, abandoned, call);
  imap_session_perform (self->session, g_steal_pointer (&owned), call);

  return imap_call_wait (call, error);
}

void
imap_transporter_order (GImapTransporter *self, gpointer operation)
{
  g_autoptr (ImapCall) call = imap_call_new_sync (self, NULL);

  imap_session_perform (self->session, operation, call);
}

void
imap_transporter_call_async (GImapTransporter *self,
                             gpointer operation,
                             GError *cause,
                             gpointer source_tag,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  imap_transporter_call_async_with (self, operation, cause, source_tag, NULL, NULL, cancellable,
                                    callback, user_data);
}

void
imap_transporter_call_async_with (GImapTransporter *self,
                                  gpointer operation,
                                  GError *cause,
                                  gpointer source_tag,
                                  gpointer closure,
                                  GDestroyNotify closure_free,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (ImapOperation) owned = operation;
  g_autoptr (ImapCall) call = NULL;
  GError *error = cause;

  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, closure, closure_free);
  if (operation == NULL || !check_call (self, &error))
    {
      name_place (self, &error);
      g_task_return_error (task, error);
      return;
    }

  call = imap_call_new_async (task);
  imap_call_set_abandoned_func (call, abandoned, call);
  imap_call_start (call);
  imap_session_perform (self->session, g_steal_pointer (&owned), call);
}

gpointer
imap_transporter_call_finish (GImapTransporter *self,
                              GAsyncResult *result,
                              gpointer source_tag,
                              GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * g_imap_transporter_new:
 * @host: name or address of the server
 * @user: (nullable): the user to log in as
 * @password: (nullable): the password of the user
 *
 * Makes a transporter for port 993, with TLS from the first byte and all other settings at their
 * defaults. Does no network I/O. For other settings use g_object_new() or
 * g_imap_transporter_new_from_json().
 *
 * 4D: `IMAP New transporter`.
 *
 * Returns: (transfer full): a new transporter
 *
 * Since: 1.0
 */
GImapTransporter *
g_imap_transporter_new (const char *host, const char *user, const char *password)
{
  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", host, "user", user, "password", password,
                       NULL);
}

/**
 * g_imap_transporter_new_from_json:
 * @server: 4D's server object
 * @error: return location for an error
 *
 * Makes a transporter from 4D's object `server`, with 4D's names: `acceptUnsecureConnection`,
 * `accessTokenOAuth2` (a text or a token object), `authenticationMode`, `checkConnectionDelay`,
 * `connectionTimeOut`, `host`, `logFile`, `password`, `port`, `user`. Other members are ignored. Does no
 * network I/O.
 *
 * |[<!-- language="C" -->
 * g_autoptr (JsonNode) server = json_from_string ("{\"host\": \"imap.example.com\","
 *                                                 " \"user\": \"somebody\"}", &error);
 * ]|
 *
 * Fails with %G_IMAP_ERROR_INVALID_ARGUMENT when there is no host, or a member has the wrong type
 * or an impossible value.
 *
 * Returns: (transfer full): a new transporter
 *
 * Since: 1.0
 */
GImapTransporter *
g_imap_transporter_new_from_json (JsonNode *server, GError **error)
{
  g_autoptr (GImapTransporter) self = NULL;

  g_return_val_if_fail (server != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = imap_server_object_make (server, error);
  if (self == NULL || !imap_settings_check (self->settings, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * g_imap_transporter_get_host:
 * @self: a transporter
 *
 * Gets #GImapTransporter:host.
 *
 * Returns: (nullable) (transfer none): name or address of the server
 *
 * Since: 1.0
 */
const char *
g_imap_transporter_get_host (GImapTransporter *self)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return self->settings->host;
}

/**
 * g_imap_transporter_get_port:
 * @self: a transporter
 *
 * Gets #GImapTransporter:port.
 *
 * Returns: the TCP port
 *
 * Since: 1.0
 */
guint
g_imap_transporter_get_port (GImapTransporter *self)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), 0);

  return self->settings->port;
}

/**
 * g_imap_transporter_get_user:
 * @self: a transporter
 *
 * Gets #GImapTransporter:user.
 *
 * Returns: (nullable) (transfer none): the user to log in as
 *
 * Since: 1.0
 */
const char *
g_imap_transporter_get_user (GImapTransporter *self)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return self->settings->user;
}

/**
 * g_imap_transporter_dup_authentication_mode:
 * @self: a transporter
 *
 * Gets #GImapTransporter:authentication-mode.
 *
 * Returns: (nullable) (transfer full): the mode in use, else the one that was set
 *
 * Since: 1.0
 */
char *
g_imap_transporter_dup_authentication_mode (GImapTransporter *self)
{
  g_auto (ImapSessionFacts) facts = { 0 };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  imap_session_get_facts (self->session, &facts);
  if (facts.authentication_mode != NULL)
    return g_steal_pointer (&facts.authentication_mode);

  return g_strdup (self->settings->authentication_mode);
}

/**
 * g_imap_transporter_get_state:
 * @self: a transporter
 *
 * Gets #GImapTransporter:state.
 *
 * Returns: what the connection is doing
 *
 * Since: 1.0
 */
GImapTransporterState
g_imap_transporter_get_state (GImapTransporter *self)
{
  static const GImapTransporterState states[IMAP_N_SESSION_STATES] = {
    [IMAP_SESSION_CLOSED] = G_IMAP_TRANSPORTER_STATE_CLOSED,
    [IMAP_SESSION_CONNECTING] = G_IMAP_TRANSPORTER_STATE_CONNECTING,
    [IMAP_SESSION_GREETING] = G_IMAP_TRANSPORTER_STATE_CONNECTING,
    [IMAP_SESSION_SECURING] = G_IMAP_TRANSPORTER_STATE_CONNECTING,
    [IMAP_SESSION_LOGGING_IN] = G_IMAP_TRANSPORTER_STATE_AUTHENTICATING,
    [IMAP_SESSION_READY] = G_IMAP_TRANSPORTER_STATE_READY,
    [IMAP_SESSION_CLOSING] = G_IMAP_TRANSPORTER_STATE_CLOSING,
  };
  g_auto (ImapSessionFacts) facts = { 0 };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), G_IMAP_TRANSPORTER_STATE_CLOSED);

  imap_session_get_facts (self->session, &facts);
  if (facts.state == IMAP_SESSION_READY && facts.selected_box != NULL)
    return G_IMAP_TRANSPORTER_STATE_SELECTED;

  return states[facts.state];
}

/**
 * g_imap_transporter_dup_known_capabilities:
 * @self: a transporter
 *
 * Gets #GImapTransporter:known-capabilities.
 *
 * Returns: (nullable) (transfer full) (array zero-terminated=1): what the server said it can do
 *
 * Since: 1.0
 */
char **
g_imap_transporter_dup_known_capabilities (GImapTransporter *self)
{
  g_auto (ImapSessionFacts) facts = { 0 };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  imap_session_get_facts (self->session, &facts);

  return g_steal_pointer (&facts.capabilities);
}

/**
 * g_imap_transporter_dup_selected_box:
 * @self: a transporter
 *
 * Gets #GImapTransporter:selected-box.
 *
 * Returns: (nullable) (transfer full): the name of the selected box
 *
 * Since: 1.0
 */
char *
g_imap_transporter_dup_selected_box (GImapTransporter *self)
{
  g_auto (ImapSessionFacts) facts = { 0 };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  imap_session_get_facts (self->session, &facts);

  return g_steal_pointer (&facts.selected_box);
}

/**
 * g_imap_transporter_get_tls_protocol:
 * @self: a transporter
 *
 * Gets #GImapTransporter:tls-protocol.
 *
 * Returns: (nullable) (transfer none): what encrypts the connection
 *
 * Since: 1.0
 */
const char *
g_imap_transporter_get_tls_protocol (GImapTransporter *self)
{
  g_auto (ImapSessionFacts) facts = { 0 };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  imap_session_get_facts (self->session, &facts);

  return facts.tls_protocol;
}

/**
 * g_imap_transporter_dup_statistics:
 * @self: a transporter
 *
 * Gets #GImapTransporter:statistics.
 *
 * Returns: (transfer full): numbers over the life of the object, of type `a{st}`
 *
 * Since: 1.0
 */
GVariant *
g_imap_transporter_dup_statistics (GImapTransporter *self)
{
  g_auto (ImapSessionFacts) facts = { 0 };
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{st}"));

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  imap_session_get_facts (self->session, &facts);
  g_variant_builder_add (&builder, "{st}", "octets-received", facts.octets_received);
  g_variant_builder_add (&builder, "{st}", "octets-sent", facts.octets_sent);
  g_variant_builder_add (&builder, "{st}", "wire-octets-received", facts.wire_octets_received);
  g_variant_builder_add (&builder, "{st}", "wire-octets-sent", facts.wire_octets_sent);
  g_variant_builder_add (&builder, "{st}", "commands", facts.n_commands);
  g_variant_builder_add (&builder, "{st}", "connections", facts.n_connections);

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * g_imap_transporter_get_notifier:
 * @self: a transporter
 *
 * Gets #GImapTransporter:notifier. May be called from any thread.
 *
 * Returns: (transfer none): what tells of news in the selected box
 *
 * Since: 1.0
 */
GImapNotifier *
g_imap_transporter_get_notifier (GImapTransporter *self)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return self->notifier;
}

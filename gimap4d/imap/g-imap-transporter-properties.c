/* The properties of a transporter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/gimap4d-enum-types.h"
#include "gimap4d/imap/imap-server-object.h"
#include "gimap4d/imap/imap-transporter-object.h"

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
set_property (GObject *object, guint property_id, const GValue *value, GParamSpec *pspec)
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
get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
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
   * written fails the call that opens the connection, and so does a named pipe that nobody reads; what the
   * reader of a pipe is too slow for is left out. 4D: `logFile`.
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

void
imap_transporter_install_properties (GObjectClass *object_class)
{
  object_class->set_property = set_property;
  object_class->get_property = get_property;

  install_server_properties ();
  install_security_properties ();
  install_limit_properties ();
  install_fact_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static gboolean
is_same_list (GStrv a, GStrv b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

void
imap_transporter_notice_facts (GImapTransporter *self)
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

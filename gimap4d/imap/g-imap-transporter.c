/* An IMAP connection: how it is made, and the facts about it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/imap/imap-notifier-private.h"
#include "gimap4d/imap/imap-server-object.h"
#include "gimap4d/imap/imap-token-source.h"
#include "gimap4d/imap/imap-transporter-object.h"
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

G_DEFINE_FINAL_TYPE (GImapTransporter, g_imap_transporter, G_TYPE_OBJECT)

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

  self->session = imap_transporter_new_session (self);
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
g_imap_transporter_class_init (GImapTransporterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = g_imap_transporter_constructed;
  object_class->finalize = g_imap_transporter_finalize;
  imap_transporter_install_properties (object_class);
  imap_transporter_install_signals (G_TYPE_FROM_CLASS (klass));
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

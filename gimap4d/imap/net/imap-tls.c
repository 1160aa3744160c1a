/* TLS over a connected stream: handshake, what the certificate is worth, channel binding.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/net/imap-tls.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/imap-descriptors.h"
#include "gimap4d/imap/net/imap-first-octet.h"

#include <errno.h>
#include <sys/socket.h>

/* With these octets the first record of a server begins (RFC 8446, 5.1). */
#define RECORD_ALERT 0x15
#define RECORD_HANDSHAKE 0x16

/* Every certificate passes here, because the one who may accept a bad one is asked after the
 * handshake, in his own thread: see imap-session-open.c, which sends nothing before. */
static gboolean
accept_certificate_cb (GTlsConnection *connection,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       gpointer user_data)
{
  return TRUE;
}

static gboolean
check_protocol (GTlsConnection *connection, GError **error)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);

  if (version >= G_TLS_PROTOCOL_VERSION_TLS_1_2 && version < G_TLS_PROTOCOL_VERSION_DTLS_1_0)
    return TRUE;

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_TOO_OLD,
               _ ("the server speaks %s, at least TLS 1.2 is needed"),
               imap_tls_get_protocol_name (connection));

  return FALSE;
}

/* What TLS stands on, or was to. Returns: (transfer full) */
static GIOStream *
get_base (GTlsConnection *connection)
{
  GIOStream *stream = NULL;

  g_object_get (connection, "base-io-stream", &stream, NULL);

  return stream;
}

/* Whether the other side is gone, and has said nothing that TLS did not want to read. */
static gboolean
has_ended (GTlsConnection *connection)
{
  g_autoptr (GIOStream) stream = get_base (connection);
  GIOStream *base = IMAP_IS_FIRST_OCTET_STREAM (stream) ?
                        imap_first_octet_stream_get_base (IMAP_FIRST_OCTET_STREAM (stream)) :
                        stream;
  char octet;
  gssize length;

  if (!G_IS_SOCKET_CONNECTION (base))
    return FALSE;
  length = recv (g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base))),
                 &octet, 1, MSG_PEEK | MSG_DONTWAIT);

  return length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR);
}

/* The octet that came in plain where the first record of TLS had to; -1: none did. */
static int
get_plain_octet (GTlsConnection *connection)
{
  g_autoptr (GIOStream) stream = get_base (connection);
  int octet = -1;

  if (IMAP_IS_FIRST_OCTET_STREAM (stream))
    octet = imap_first_octet_stream_get_octet (IMAP_FIRST_OCTET_STREAM (stream));

  return octet != RECORD_ALERT && octet != RECORD_HANDSHAKE ? octet : -1;
}

/* @connection: nullable. */
static GError *
name_cause (GTlsConnection *connection, GError *cause)
{
  int plain_octet = connection != NULL ? get_plain_octet (connection) : -1;
  GError *named;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cause;

  if (plain_octet >= 0)
    named = g_error_new (
        G_IMAP_ERROR, G_IMAP_ERROR_TLS_INJECTION,
        _ ("plain octets came where TLS had to begin, the first one is 0x%02X: %s"),
        (guint) plain_octet, cause->message);
  else if (!g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    named = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_CONNECT,
                         _ ("the TLS handshake failed, perhaps the server speaks no TLS here: %s"),
                         cause->message);
  else if (connection != NULL && has_ended (connection))
    named = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                         _ ("the connection was lost in the TLS handshake: %s"), cause->message);
  else
    named = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_CONNECT,
                         _ ("the server speaks no TLS here: %s"), cause->message);
  g_error_free (cause);

  return named;
}

static void
handshake_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GTlsConnection *connection = G_TLS_CONNECTION (source);
  GError *error = NULL;

  /* A certificate that comes later, with a renegotiation, would be shown to nobody. */
  g_signal_handlers_disconnect_by_func (connection, accept_certificate_cb, NULL);
  g_cancellable_release_fd (g_task_get_cancellable (task));
  if (!g_tls_connection_handshake_finish (connection, result, &error))
    g_task_return_error (task, name_cause (connection, error));
  else if (!check_protocol (connection, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_object_ref (connection), g_object_unref);
}

/* The handshake waits in a thread, where GLib makes the descriptor of the cancellable when it first
 * waits, and ends the program when it cannot. It gets one that is there. */
static gboolean
hold_descriptor (GCancellable *cancellable, GError **error)
{
  GPollFD unused;

  if (!imap_descriptors_are_left (error))
    return FALSE;
  g_cancellable_make_pollfd (cancellable, &unused);

  return TRUE;
}

void
imap_tls_start_async (GIOStream *stream,
                      gboolean was_plain,
                      const char *host,
                      guint16 port,
                      GTlsDatabase *database,
                      GTlsCertificate *client_certificate,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketConnectable) identity = g_network_address_new (host, port);
  g_autoptr (GTlsDatabase) trusted = NULL;
  g_autoptr (GIOStream) base = was_plain ? imap_first_octet_stream_new (stream) :
                                           g_object_ref (stream);
  g_autoptr (GInitable) connection = NULL;
  GTlsBackend *backend = g_tls_backend_get_default ();
  GError *error = NULL;

  g_task_set_source_tag (task, imap_tls_start_async);

  if (!g_tls_backend_supports_tls (backend))
    {
      g_task_return_new_error (
          task, G_IMAP_ERROR, G_IMAP_ERROR_TLS_REQUIRED,
          _ ("this system has no TLS: the package glib-networking is missing"));
      return;
    }

  trusted = database != NULL ? g_object_ref (database) :
                               g_tls_backend_get_default_database (backend);
  /* With the database given here; set later, the connection has read the system's whole bundle
   * already. */
  connection = g_initable_new (g_tls_backend_get_client_connection_type (backend), NULL, &error,
                               "base-io-stream", base, "server-identity", identity, "database",
                               trusted, NULL);
  if (connection == NULL)
    {
      g_task_return_error (task, name_cause (NULL, error));
      return;
    }

  if (!hold_descriptor (cancellable, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  if (client_certificate != NULL)
    g_tls_connection_set_certificate (G_TLS_CONNECTION (connection), client_certificate);
  g_signal_connect (connection, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (connection), G_PRIORITY_DEFAULT, cancellable,
                                    handshake_cb, g_steal_pointer (&task));
}

GTlsConnection *
imap_tls_start_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

GBytes *
imap_tls_get_binding (GTlsConnection *connection, const char **out_type)
{
  /* RFC 9266 for TLS 1.3, RFC 5929 below; the end point's hash where the others cannot be had. */
  static const struct
  {
    GTlsChannelBindingType type;
    const char *name;
  } bindings[] = {
    { G_TLS_CHANNEL_BINDING_TLS_EXPORTER, "tls-exporter" },
    { G_TLS_CHANNEL_BINDING_TLS_UNIQUE, "tls-unique" },
    { G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, "tls-server-end-point" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bindings); i++)
    {
      g_autoptr (GByteArray) data = g_byte_array_new ();

      if (g_tls_connection_get_channel_binding_data (connection, bindings[i].type, data, NULL) &&
          data->len > 0)
        {
          *out_type = bindings[i].name;
          return g_byte_array_free_to_bytes (g_steal_pointer (&data));
        }
    }

  return NULL;
}

const char *
imap_tls_get_protocol_name (GTlsConnection *connection)
{
  if (connection == NULL)
    return NULL;

  switch (g_tls_connection_get_protocol_version (connection))
    {
    case G_TLS_PROTOCOL_VERSION_SSL_3_0:
      return "SSL 3.0";
    case G_TLS_PROTOCOL_VERSION_TLS_1_0:
      return "TLS 1.0";
    case G_TLS_PROTOCOL_VERSION_TLS_1_1:
      return "TLS 1.1";
    case G_TLS_PROTOCOL_VERSION_TLS_1_2:
      return "TLS 1.2";
    case G_TLS_PROTOCOL_VERSION_TLS_1_3:
      return "TLS 1.3";
    case G_TLS_PROTOCOL_VERSION_UNKNOWN:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_0:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_2:
    default:
      return _ ("an unknown protocol");
    }
}

char *
imap_tls_describe_errors (GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  static const struct
  {
    GTlsCertificateFlags flag;
    const char *text;
  } texts[] = {
    { G_TLS_CERTIFICATE_UNKNOWN_CA, N_ ("it was not issued by a trusted authority") },
    { G_TLS_CERTIFICATE_BAD_IDENTITY, N_ ("it belongs to another server") },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, N_ ("it is not valid yet") },
    { G_TLS_CERTIFICATE_EXPIRED, N_ ("it has expired") },
    { G_TLS_CERTIFICATE_REVOKED, N_ ("it was revoked") },
    { G_TLS_CERTIFICATE_INSECURE, N_ ("its algorithm is not secure") },
    { G_TLS_CERTIFICATE_GENERIC_ERROR, N_ ("it cannot be verified") },
  };
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *subject = NULL;
  g_autoptr (GDateTime) not_after = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if ((errors & texts[i].flag) != 0)
      g_ptr_array_add (parts, g_strdup (_ (texts[i].text)));

  if (certificate != NULL)
    {
      subject = g_tls_certificate_get_subject_name (certificate);
      not_after = g_tls_certificate_get_not_valid_after (certificate);
    }
  if (subject != NULL && not_after != NULL)
    {
      g_autofree char *date = g_date_time_format (not_after, "%Y-%m-%d");
      g_autofree char *valid_subject = g_utf8_make_valid (subject, -1);

      g_ptr_array_add (parts, g_strdup_printf (_ ("its subject is “%s”, it is valid until %s"),
                                               valid_subject, date));
    }
  g_ptr_array_add (parts, NULL);

  return g_strjoinv ("; ", (char **) parts->pdata);
}

/* The TLS of one client: how it begins, and how it says goodbye.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-tls.h"

/* What waits for a thread of TLS. */
typedef struct
{
  GSocket *socket;           /* owned */
  GCancellable *cancellable; /* owned */
  HttpTlsFunc func;
  gpointer data; /* perhaps freed when cancellable is cancelled */
} Wait;

static Wait *
wait_new (GSocket *socket, GCancellable *cancellable, HttpTlsFunc func, gpointer data)
{
  Wait *wait = g_new0 (Wait, 1);

  wait->socket = g_object_ref (socket);
  wait->cancellable = g_object_ref (cancellable);
  wait->func = func;
  wait->data = data;

  return wait;
}

/* The thread has left the socket: its descriptor may go, and be that of another connection. */
static void
end_waiting (Wait *wait, gboolean is_done)
{
  if (g_cancellable_is_cancelled (wait->cancellable))
    g_socket_close (wait->socket, NULL);
  else
    wait->func (is_done, wait->data);
  g_object_unref (wait->socket);
  g_object_unref (wait->cancellable);
  g_free (wait);
}

static void
handshake_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  end_waiting (data, g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL));
}

GIOStream *
http_tls_begin (GSocketConnection *base,
                GTlsCertificate *certificate,
                GMainContext *context,
                GCancellable *cancellable,
                HttpTlsFunc func,
                gpointer data)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  GType type = g_tls_backend_get_server_connection_type (g_tls_backend_get_default ());
  GObject *tls = NULL;

  /* Without a database given here each handshake reads the system's certificates. */
  tls = g_initable_new (type, NULL, NULL, "base-io-stream", base, "certificate", certificate,
                        "database", NULL, "require-close-notify", FALSE, "advertised-protocols",
                        protocols, NULL);
  if (tls == NULL)
    return NULL;

  g_main_context_push_thread_default (context);
  g_tls_connection_handshake_async (
      G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, cancellable, handshake_cb,
      wait_new (g_socket_connection_get_socket (base), cancellable, func, data));
  g_main_context_pop_thread_default (context);

  return G_IO_STREAM (tls);
}

static void
close_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  end_waiting (data, g_io_stream_close_finish (G_IO_STREAM (source), result, NULL));
}

void
http_tls_end (GIOStream *tls,
              GSocket *socket,
              GMainContext *context,
              GCancellable *cancellable,
              HttpTlsFunc func,
              gpointer data)
{
  g_main_context_push_thread_default (context);
  g_io_stream_close_async (tls, G_PRIORITY_DEFAULT, cancellable, close_cb,
                           wait_new (socket, cancellable, func, data));
  g_main_context_pop_thread_default (context);
}

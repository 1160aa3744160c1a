/* A network of memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "memory-server.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/imap/net/imap-connector.h"
#include "gimap4d/imap/net/imap-tls.h"
#include "gimap4d/imap/session/imap-io-thread.h"

#include <string.h>

#define MAX_TURNS 20000

static const MemoryServer *server;
static gpointer server_user;
static gsize write_limit;

/* What the client reads. */

#define MEMORY_TYPE_INPUT (memory_input_get_type ())
G_DECLARE_FINAL_TYPE (MemoryInput, memory_input, MEMORY, INPUT, GInputStream)

struct _MemoryInput
{
  GInputStream parent_instance;

  GByteArray *unread; /* owned */
  gboolean is_ended;
  gboolean is_reset;
};

typedef struct
{
  GSource source;
  MemoryInput *input; /* owned */
} InputSource;

static gboolean
input_is_readable (GPollableInputStream *pollable)
{
  MemoryInput *self = MEMORY_INPUT (pollable);

  return self->unread->len > 0 || self->is_ended;
}

static gboolean
input_source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;

  return input_is_readable (G_POLLABLE_INPUT_STREAM (((InputSource *) source)->input));
}

static gboolean
input_source_check (GSource *source)
{
  return input_is_readable (G_POLLABLE_INPUT_STREAM (((InputSource *) source)->input));
}

static gboolean
input_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return ((GPollableSourceFunc) (void (*) (void)) callback) (
      G_OBJECT (((InputSource *) source)->input), user_data);
}

static void
input_source_finalize (GSource *source)
{
  g_object_unref (((InputSource *) source)->input);
}

static GSource *
input_create_source (GPollableInputStream *pollable, GCancellable *cancellable)
{
  static GSourceFuncs funcs = { input_source_prepare,
                                input_source_check,
                                input_source_dispatch,
                                input_source_finalize,
                                NULL,
                                NULL };
  GSource *source = g_source_new (&funcs, sizeof (InputSource));

  ((InputSource *) source)->input = g_object_ref (MEMORY_INPUT (pollable));

  return source;
}

static gssize
input_read (GPollableInputStream *pollable, void *buffer, gsize count, GError **error)
{
  MemoryInput *self = MEMORY_INPUT (pollable);
  gsize n = MIN (count, self->unread->len);

  if (n > 0)
    {
      memcpy (buffer, self->unread->data, n);
      g_byte_array_remove_range (self->unread, 0, (guint) n);
      return (gssize) n;
    }
  if (self->is_ended && !self->is_reset)
    return 0;

  g_set_error_literal (error, G_IO_ERROR,
                       self->is_ended ? G_IO_ERROR_CONNECTION_CLOSED : G_IO_ERROR_WOULD_BLOCK,
                       self->is_ended ? "reset by the test" : "nothing there");

  return -1;
}

static void
memory_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MemoryInput,
                               memory_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      memory_input_pollable_init))

static void
memory_input_init (MemoryInput *self)
{
  self->unread = g_byte_array_new ();
}

static void
memory_input_finalize (GObject *object)
{
  g_byte_array_unref (MEMORY_INPUT (object)->unread);
  G_OBJECT_CLASS (memory_input_parent_class)->finalize (object);
}

static void
memory_input_class_init (MemoryInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = memory_input_finalize;
}

/* What it writes. */

#define MEMORY_TYPE_OUTPUT (memory_output_get_type ())
G_DECLARE_FINAL_TYPE (MemoryOutput, memory_output, MEMORY, OUTPUT, GOutputStream)

struct _MemoryOutput
{
  GOutputStream parent_instance;

  gboolean is_secure;
  gboolean is_full; /* the next write takes nothing */
};

static gboolean
output_is_writable (GPollableOutputStream *pollable)
{
  return TRUE;
}

static gboolean
output_source_prepare (GSource *source, int *timeout)
{
  *timeout = 0;

  return TRUE;
}

static gboolean
output_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return ((GPollableSourceFunc) (void (*) (void)) callback) (NULL, user_data);
}

static GSource *
output_create_source (GPollableOutputStream *pollable, GCancellable *cancellable)
{
  static GSourceFuncs funcs = {
    output_source_prepare, NULL, output_source_dispatch, NULL, NULL, NULL
  };

  return g_source_new (&funcs, sizeof (GSource));
}

static gssize
output_write (GPollableOutputStream *pollable, const void *buffer, gsize count, GError **error)
{
  MemoryOutput *self = MEMORY_OUTPUT (pollable);
  gsize n = write_limit > 0 ? MIN (count, write_limit) : count;

  self->is_full = write_limit > 0 && !self->is_full;
  if (write_limit > 0 && !self->is_full)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "no room");
      return -1;
    }
  if (server != NULL)
    server->received (server_user, buffer, n, self->is_secure);

  return (gssize) n;
}

static void
memory_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
  iface->write_nonblocking = output_write;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MemoryOutput,
                               memory_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      memory_output_pollable_init))

static void
memory_output_init (MemoryOutput *self)
{
}

static void
memory_output_class_init (MemoryOutputClass *klass)
{
}

/* Both, as a connection. */

#define MEMORY_TYPE_STREAM (memory_stream_get_type ())
G_DECLARE_FINAL_TYPE (MemoryStream, memory_stream, MEMORY, STREAM, GIOStream)

struct _MemoryStream
{
  GIOStream parent_instance;

  MemoryInput *input;   /* owned */
  MemoryOutput *output; /* owned */
  gboolean is_closed;   /* by the client */
};

G_DEFINE_FINAL_TYPE (MemoryStream, memory_stream, G_TYPE_IO_STREAM)

static MemoryStream *current; /* owned, nullable */

static void
memory_stream_init (MemoryStream *self)
{
  self->input = g_object_new (MEMORY_TYPE_INPUT, NULL);
  self->output = g_object_new (MEMORY_TYPE_OUTPUT, NULL);
}

static void
memory_stream_finalize (GObject *object)
{
  MemoryStream *self = MEMORY_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->output);
  G_OBJECT_CLASS (memory_stream_parent_class)->finalize (object);
}

static GInputStream *
memory_stream_get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (MEMORY_STREAM (stream)->input);
}

static GOutputStream *
memory_stream_get_output (GIOStream *stream)
{
  return G_OUTPUT_STREAM (MEMORY_STREAM (stream)->output);
}

static gboolean
memory_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  MEMORY_STREAM (stream)->is_closed = TRUE;

  return TRUE;
}

static void
close_async (GIOStream *stream,
             int priority,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  G_IO_STREAM_GET_CLASS (stream)->close_fn (stream, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
memory_stream_class_init (MemoryStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = memory_stream_finalize;
  stream_class->get_input_stream = memory_stream_get_input;
  stream_class->get_output_stream = memory_stream_get_output;
  stream_class->close_fn = memory_stream_close;
  stream_class->close_async = close_async;
  stream_class->close_finish = close_finish;
}

/* The server's certificate, which is beyond doubt. */

#define MEMORY_TYPE_CERTIFICATE (memory_certificate_get_type ())
G_DECLARE_FINAL_TYPE (MemoryCertificate, memory_certificate, MEMORY, CERTIFICATE, GTlsCertificate)

struct _MemoryCertificate
{
  GTlsCertificate parent_instance;
};

G_DEFINE_FINAL_TYPE (MemoryCertificate, memory_certificate, G_TYPE_TLS_CERTIFICATE)

/* Whoever is no object of GnuTLS has nothing to keep of what it is made with. */
static void
ignore_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
}

static void
get_no_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
}

static void
override_properties (GObjectClass *klass, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    g_object_class_override_property (klass, i + 1, names[i]);
}

static void
memory_certificate_init (MemoryCertificate *self)
{
}

static void
memory_certificate_class_init (MemoryCertificateClass *klass)
{
  static const char *const names[] = { "certificate",     "certificate-pem", "private-key",
                                       "private-key-pem", "issuer",          NULL };

  G_OBJECT_CLASS (klass)->set_property = ignore_property;
  G_OBJECT_CLASS (klass)->get_property = get_no_property;
  override_properties (G_OBJECT_CLASS (klass), names);
}

/* TLS: the same stream with a mark on it. */

#define MEMORY_TYPE_TLS (memory_tls_get_type ())
G_DECLARE_FINAL_TYPE (MemoryTls, memory_tls, MEMORY, TLS, GTlsConnection)

struct _MemoryTls
{
  GTlsConnection parent_instance;

  GIOStream *base; /* owned */
  GTlsCertificate *certificate;
};

G_DEFINE_FINAL_TYPE (MemoryTls, memory_tls, G_TYPE_TLS_CONNECTION)

enum
{
  PROP_CERTIFICATE = 1,
};

static void
memory_tls_init (MemoryTls *self)
{
  self->certificate = g_object_new (MEMORY_TYPE_CERTIFICATE, NULL);
}

static void
memory_tls_finalize (GObject *object)
{
  g_clear_object (&MEMORY_TLS (object)->base);
  g_clear_object (&MEMORY_TLS (object)->certificate);
  G_OBJECT_CLASS (memory_tls_parent_class)->finalize (object);
}

static void
memory_tls_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_CERTIFICATE)
    g_value_set_object (value, MEMORY_TLS (object)->certificate);
}

static GInputStream *
memory_tls_get_input (GIOStream *stream)
{
  return g_io_stream_get_input_stream (MEMORY_TLS (stream)->base);
}

static GOutputStream *
memory_tls_get_output (GIOStream *stream)
{
  return g_io_stream_get_output_stream (MEMORY_TLS (stream)->base);
}

static gboolean
memory_tls_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return memory_stream_close (MEMORY_TLS (stream)->base, NULL, NULL);
}

static void
memory_tls_class_init (MemoryTlsClass *klass)
{
  static const char *const names[] = {
    "peer-certificate",
    "base-io-stream",
    "require-close-notify",
    "rehandshake-mode",
    "use-system-certdb",
    "database",
    "certificate",
    "interaction",
    "peer-certificate-errors",
    "advertised-protocols",
    "negotiated-protocol",
    "protocol-version",
    "ciphersuite-name",
    NULL,
  };
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = memory_tls_finalize;
  G_OBJECT_CLASS (klass)->set_property = ignore_property;
  G_OBJECT_CLASS (klass)->get_property = memory_tls_get_property;
  override_properties (G_OBJECT_CLASS (klass), names);
  stream_class->get_input_stream = memory_tls_get_input;
  stream_class->get_output_stream = memory_tls_get_output;
  stream_class->close_fn = memory_tls_close;
  stream_class->close_async = close_async;
  stream_class->close_finish = close_finish;
}

/* In place of imap-connector.c. */

void
imap_connector_connect_async (const char *host,
                              guint16 port,
                              const char *scheme,
                              GProxyResolver *proxy_resolver,
                              ImapConnectorWayFunc way_func,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  if (server == NULL || !server->connected (server_user))
    {
      g_task_return_new_error (task, G_IMAP_ERROR, G_IMAP_ERROR_CONNECT, "nobody listens");
      return;
    }
  g_clear_object (&current);
  current = g_object_new (MEMORY_TYPE_STREAM, NULL);
  g_task_return_pointer (task, g_object_ref (current), g_object_unref);
}

GSocketConnection *
imap_connector_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* In place of imap-tls.c. */

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
  MemoryStream *base = MEMORY_STREAM (stream);
  MemoryTls *tls;

  /* What lies there was written before TLS, and is none. */
  if (base->input->unread->len > 0 || base->input->is_ended || server == NULL ||
      !server->secured (server_user))
    {
      g_task_return_new_error (task, G_IMAP_ERROR, G_IMAP_ERROR_CONNECT, "this is no TLS");
      return;
    }
  base->output->is_secure = TRUE;
  tls = g_object_new (MEMORY_TYPE_TLS, NULL);
  tls->base = g_object_ref (stream);
  g_task_return_pointer (task, tls, g_object_unref);
}

GTlsConnection *
imap_tls_start_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

GBytes *
imap_tls_get_binding (GTlsConnection *connection, const char **out_type)
{
  return NULL;
}

const char *
imap_tls_get_protocol_name (GTlsConnection *connection)
{
  return connection != NULL ? "TLS 1.3" : NULL;
}

char *
imap_tls_describe_errors (GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  return g_strdup ("nothing");
}

/* In place of imap-io-thread.c, and of the threads that GIO has. */

typedef struct
{
  ImapIoFunc func;
  gpointer data;
} Post;

static gboolean
post_cb (gpointer user_data)
{
  Post *post = user_data;

  post->func (post->data);

  return G_SOURCE_REMOVE;
}

gboolean
imap_io_thread_start (GError **error)
{
  return TRUE;
}

gboolean
imap_io_thread_post (ImapIoFunc func, gpointer data)
{
  Post *post = g_new (Post, 1);

  *post = (Post){ func, data };
  g_idle_add_full (G_PRIORITY_DEFAULT, post_cb, post, g_free);

  return TRUE;
}

GMainContext *
imap_io_thread_get_context (void)
{
  return g_main_context_default ();
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc func)
{
  func (task, g_task_get_source_object (task), g_task_get_task_data (task),
        g_task_get_cancellable (task));
}

/* What the test does. */

void
memory_server_start (const MemoryServer *new_server, gpointer user, gsize limit)
{
  server = new_server;
  server_user = user;
  write_limit = limit;
}

void
memory_server_stop (void)
{
  server = NULL;
  if (current != NULL)
    g_assert_cmpuint (G_OBJECT (current)->ref_count, ==, 1);
  g_clear_object (&current);
}

gboolean
memory_server_is_open (void)
{
  return current != NULL && !current->is_closed && !current->input->is_ended;
}

gboolean
memory_server_is_secure (void)
{
  return current != NULL && current->output->is_secure;
}

gboolean
memory_server_has_unread (void)
{
  return current != NULL && current->input->unread->len > 0;
}

void
memory_server_send (const char *bytes, gsize size)
{
  if (memory_server_is_open ())
    g_byte_array_append (current->input->unread, (const guint8 *) bytes, (guint) size);
}

void
memory_server_end (gboolean is_reset)
{
  if (current == NULL)
    return;

  current->input->is_ended = TRUE;
  current->input->is_reset = is_reset;
}

gboolean
memory_server_settle (void)
{
  for (guint i = 0; i < MAX_TURNS; i++)
    if (!g_main_context_iteration (NULL, FALSE))
      return TRUE;

  return FALSE;
}

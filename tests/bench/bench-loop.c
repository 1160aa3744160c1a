/* The loops that the library is compared with.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "bench-loop.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK (256 * 1024)
/* Longer than any tagged line of Dovecot: it may have come in two reads. */
#define TAIL 4096

struct _BenchLoop
{
  gssize (*read) (BenchLoop *loop, guint8 *to, gsize size);
  void (*write) (BenchLoop *loop, const guint8 *data, gsize size);

  int socket;
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;

  GIOStream *stream;

  gsize n_tail;
  guint8 buffer[TAIL + BLOCK];
};

GPtrArray *
bench_journal_read (const char *path)
{
  GPtrArray *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *data = NULL;
  gsize size;
  g_autoptr (GError) error = NULL;
  guint64 length;

  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);
  for (gsize at = 0; at < size; at += sizeof length + length)
    {
      memcpy (&length, data + at, sizeof length);
      g_assert (length <= size - at - sizeof length);
      g_ptr_array_add (commands, g_bytes_new (data + at + sizeof length, length));
    }

  return commands;
}

gboolean
bench_journal_is (GBytes *command, const char *name)
{
  const char *text = memchr (g_bytes_get_data (command, NULL), ' ', g_bytes_get_size (command));
  gsize length = strlen (name);

  return text != NULL && strncmp (text + 1, name, length) == 0 &&
         !g_ascii_isalnum (text[1 + length]);
}

static gssize
read_socket (BenchLoop *loop, guint8 *to, gsize size)
{
  return read (loop->socket, to, size);
}

static void
write_socket (BenchLoop *loop, const guint8 *data, gsize size)
{
  for (gssize n; size > 0; data += n, size -= n)
    {
      n = write (loop->socket, data, size);
      g_assert_cmpint (n, >, 0);
    }
}

static gssize
read_gnutls (BenchLoop *loop, guint8 *to, gsize size)
{
  gssize n;

  /* Tickets of TLS 1.3 come in between. */
  do
    n = gnutls_record_recv (loop->session, to, size);
  while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);

  return n;
}

static void
write_gnutls (BenchLoop *loop, const guint8 *data, gsize size)
{
  for (gssize n; size > 0; data += n, size -= n)
    {
      n = gnutls_record_send (loop->session, data, size);
      g_assert_cmpint (n, >, 0);
    }
}

static gssize
read_stream (BenchLoop *loop, guint8 *to, gsize size)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (loop->stream));

  return g_pollable_stream_read (G_INPUT_STREAM (input), to, size, TRUE, NULL, NULL);
}

static void
write_stream (BenchLoop *loop, const guint8 *data, gsize size)
{
  gboolean done = g_output_stream_write_all (g_io_stream_get_output_stream (loop->stream), data,
                                             size, NULL, NULL, NULL);

  g_assert_true (done);
}

static int
connect_to (guint16 port)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = g_htons (port),
    .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK),
  };
  int descriptor = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;

  if (connect (descriptor, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));
  setsockopt (descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);

  return descriptor;
}

BenchLoop *
bench_loop_new_bare (guint16 port, gboolean with_tls)
{
  BenchLoop *loop = g_new0 (BenchLoop, 1);
  int result;

  loop->socket = connect_to (port);
  loop->read = read_socket;
  loop->write = write_socket;
  if (!with_tls)
    return loop;

  gnutls_certificate_allocate_credentials (&loop->credentials);
  gnutls_init (&loop->session, GNUTLS_CLIENT);
  gnutls_set_default_priority (loop->session);
  gnutls_credentials_set (loop->session, GNUTLS_CRD_CERTIFICATE, loop->credentials);
  gnutls_transport_set_int (loop->session, loop->socket);
  do
    result = gnutls_handshake (loop->session);
  while (result < 0 && !gnutls_error_is_fatal (result));
  g_assert_cmpint (result, ==, GNUTLS_E_SUCCESS);
  loop->read = read_gnutls;
  loop->write = write_gnutls;

  return loop;
}

static gboolean
accept_certificate_cb (GTlsConnection *connection,
                       GTlsCertificate *peer,
                       GTlsCertificateFlags errors,
                       gpointer user_data)
{
  return TRUE;
}

BenchLoop *
bench_loop_new_gio (guint16 port, gboolean with_tls)
{
  BenchLoop *loop = g_new0 (BenchLoop, 1);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *socket = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL,
                                                               &error);

  g_assert_no_error (error);
  loop->stream = G_IO_STREAM (socket);
  loop->read = read_stream;
  loop->write = write_stream;
  if (with_tls)
    {
      /* An empty database: reading the system's would be measured, too. */
      g_autoptr (GTlsDatabase) database = g_tls_file_database_new ("/dev/null", NULL);

      loop->stream = g_initable_new (
          g_tls_backend_get_client_connection_type (g_tls_backend_get_default ()), NULL, &error,
          "base-io-stream", socket, "database", database, NULL);
      g_assert_no_error (error);
      g_object_unref (socket);
      g_signal_connect (loop->stream, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                        NULL);
    }

  return loop;
}

void
bench_loop_free (BenchLoop *loop)
{
  g_clear_object (&loop->stream);
  g_clear_pointer (&loop->session, gnutls_deinit);
  g_clear_pointer (&loop->credentials, gnutls_certificate_free_credentials);
  if (loop->socket > 0)
    close (loop->socket);
  g_free (loop);
}

/* Whether what was read so far ends with a line that begins with the tag. */
static gboolean
ends_with_tagged (BenchLoop *loop, gsize n, const char *tag, gsize tag_length)
{
  guint8 *start = loop->buffer + TAIL - loop->n_tail;
  guint8 *end = loop->buffer + TAIL + n;
  guint8 *line;

  if (end[-1] != '\n')
    return FALSE;
  line = end - start > TAIL ? end - TAIL : start;
  line = memrchr (line, '\n', end - 1 - line);
  line = line != NULL ? line + 1 : start;

  return (gsize) (end - line) > tag_length && memcmp (line, tag, tag_length) == 0;
}

static guint64
read_until (BenchLoop *loop, const char *tag, gsize tag_length)
{
  guint64 total = 0;
  gboolean done = FALSE;

  loop->n_tail = 0;
  while (!done)
    {
      gssize n = loop->read (loop, loop->buffer + TAIL, BLOCK);
      gsize kept;

      if (n <= 0)
        g_error ("the connection has ended");
      total += n;
      done = ends_with_tagged (loop, n, tag, tag_length);
      kept = MIN (loop->n_tail + n, TAIL);
      memmove (loop->buffer + TAIL - kept, loop->buffer + TAIL + n - kept, kept);
      loop->n_tail = kept;
    }

  return total;
}

guint64
bench_loop_read_greeting (BenchLoop *loop)
{
  return read_until (loop, "* ", strlen ("* "));
}

guint64
bench_loop_run (BenchLoop *loop, GBytes *command)
{
  gsize size;
  const char *data = g_bytes_get_data (command, &size);
  const char *space = memchr (data, ' ', size);

  loop->write (loop, (const guint8 *) data, size);

  return read_until (loop, data, space + 1 - data);
}

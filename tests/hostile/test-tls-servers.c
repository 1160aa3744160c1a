/* Servers that do with TLS what no script can: old versions, and floods of its own messages.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "heap-watch.h"

#include "scripted-peer.h"

#include <gimap4d/gimap4d.h>
#include <string.h>

#define FLOOD 300
#define LONGEST_CALL (6 * G_USEC_PER_SEC)
#define MEMORY_CLASS_A (1024 * 1024)

/* openssl s_server, to which one writes as a server of IMAP would. */
typedef struct
{
  GSubprocess *process;     /* owned */
  GDataInputStream *output; /* owned */
  GOutputStream *input;     /* unowned */
  GThread *reader;          /* owned, nullable */
  guint16 port;
} Server;

static gboolean
has_openssl (void)
{
  g_autofree char *path = g_find_program_in_path ("openssl");

  if (path == NULL)
    g_test_skip ("openssl is missing");

  return path != NULL;
}

/* Whatever it says: else it would wait for somebody who reads it. */
static gpointer
reader_thread (gpointer data)
{
  Server *server = data;

  while (g_input_stream_skip (G_INPUT_STREAM (server->output), 65536, NULL, NULL) > 0)
    continue;

  return NULL;
}

static void
read_port (Server *server)
{
  g_autofree char *line = NULL;

  while ((line = g_data_input_stream_read_line (server->output, NULL, NULL, NULL)) != NULL)
    {
      const char *colon = strrchr (line, ':');

      if (g_str_has_prefix (line, "ACCEPT ") && colon != NULL)
        {
          server->port = (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
          return;
        }
      g_clear_pointer (&line, g_free);
    }
  g_error ("openssl s_server did not begin");
}

/* The options are words with one space between. */
static void
server_start (Server *server, const char *options)
{
  g_autofree char *command = g_strdup_printf (
      "openssl s_server -accept 127.0.0.1:0 -crlf -cert %s/server.pem -key %s/server.key %s",
      SERVER_CERTIFICATES, SERVER_CERTIFICATES, options);
  g_auto (GStrv) words = g_strsplit (command, " ", -1);
  g_autoptr (GError) error = NULL;

  server->process = g_subprocess_newv ((const char *const *) words,
                                       G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                           G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                           G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                       &error);
  g_assert_no_error (error);
  server->input = g_subprocess_get_stdin_pipe (server->process);
  server->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  read_port (server);
  server->reader = g_thread_new ("reader", reader_thread, server);
}

static void
server_stop (Server *server)
{
  g_subprocess_force_exit (server->process);
  g_subprocess_wait (server->process, NULL, NULL);
  g_clear_pointer (&server->reader, g_thread_join);
  g_clear_object (&server->output);
  g_clear_object (&server->process);
}

static void
server_say (Server *server, const char *text)
{
  g_output_stream_write_all (server->input, text, strlen (text), NULL, NULL, NULL);
  g_output_stream_flush (server->input, NULL, NULL);
}

static GImapTransporter *
new_transporter (Server *server)
{
  g_autoptr (GTlsDatabase) database = scripted_peer_new_database ();

  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", (guint) server->port,
                       "user", "bob", "password", "CANARY-servers", "tls-mode",
                       G_IMAP_TLS_MODE_IMPLICIT, "tls-database", database, "connection-timeout", 4,
                       "response-timeout", 1, NULL);
}

/* T15: the versions that openssl still has. */
static void
test_old_versions (gconstpointer option)
{
  Server server = { 0 };
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autofree char *options = g_strdup_printf ("%s -cipher ALL:@SECLEVEL=0", (const char *) option);
  g_autofree char *delimiter = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_openssl ())
    return;
  server_start (&server, options);
  transporter = new_transporter (&server);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_test_message ("%s", error != NULL ? error->message : "no error");
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_TOO_OLD);
  g_assert_nonnull (strstr (error->message, "TLS 1.2"));
  server_stop (&server);
}

typedef struct
{
  const char *name;
  const char *options;
  const char *command; /* a line that s_server takes for itself; nullable */
} Flood;

static const Flood floods[] = {
  { "key-updates", "-tls1_3", "k\n" },
  { "asked-key-updates", "-tls1_3", "K\n" },
  { "renegotiations", "-tls1_2", "r\n" },
  { "tickets", "-tls1_3 -num_tickets 2000", NULL },
};

typedef struct
{
  Server *server;
  const Flood *flood;
  int is_over; /* atomic */
} Flooder;

/* Greets, and floods while the client waits for the answer to its login. */
static gpointer
flooder_thread (gpointer data)
{
  Flooder *flooder = data;

  g_usleep (300 * 1000);
  server_say (flooder->server, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\n");
  for (guint i = 0;
       i < FLOOD && flooder->flood->command != NULL && !g_atomic_int_get (&flooder->is_over); i++)
    {
      g_usleep (3000);
      server_say (flooder->server, flooder->flood->command);
    }

  return NULL;
}

/* T18: what floods is no answer: the call ends at its deadline, and needs no more memory. */
static void
test_flood (gconstpointer data)
{
  static const guint64 n_received = MEMORY_CLASS_A;
  Server server = { 0 };
  Flooder flooder = { &server, data, FALSE };
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autofree char *delimiter = NULL;
  g_autoptr (GError) error = NULL;
  HeapWatchFigures heap;
  GThread *thread;
  gint64 start;

  if (!has_openssl ())
    return;
  server_start (&server, flooder.flood->options);
  transporter = new_transporter (&server);
  thread = g_thread_new ("flooder", flooder_thread, &flooder);

  heap_watch_start (&n_received);
  start = g_get_monotonic_time ();
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_assert_cmpint (g_get_monotonic_time () - start, <,
                   heap_watch_works () ? LONGEST_CALL : 10 * LONGEST_CALL);
  heap_watch_stop (&heap);

  g_test_message ("%s; heap %" G_GINT64_FORMAT, error != NULL ? error->message : "no error",
                  heap.peak);
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_IMAP_ERROR);
  if (heap_watch_works ())
    g_assert_cmpint (heap.peak, <=, MEMORY_CLASS_A);
  g_atomic_int_set (&flooder.is_over, TRUE);
  g_thread_join (thread);
  server_stop (&server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/servers/T15-tls-1.0", "-tls1", test_old_versions);
  g_test_add_data_func ("/servers/T15-tls-1.1", "-tls1_1", test_old_versions);
  for (guint i = 0; i < G_N_ELEMENTS (floods); i++)
    {
      g_autofree char *path = g_strconcat ("/servers/T18-", floods[i].name, NULL);

      g_test_add_data_func (path, &floods[i], test_flood);
    }

  return g_test_run ();
}

/* Scripted peers in a process of their own: their memory and descriptors are not the client's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "peer-process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* From us: the flags, the seed, where to cut, the scripts; end, waiting or not. */
#define BEGIN_TYPE "(uutas)"
#define END_TYPE "b"
/* From the process: the port; what it found. */
#define FINDINGS_TYPE "(msayaysuu)"

/* Of blackhole.test, see fake-names.c. */
#define BLACK_HOLE "127.0.0.79"
#define N_FILLERS 4

struct _PeerProcess
{
  pid_t pid;
  int fd;
  guint64 *n_sent; /* owned: shared with the process */
};

static gboolean
write_all (int fd, const void *data, gsize length)
{
  const guint8 *next = data;

  while (length > 0)
    {
      gssize written = send (fd, next, length, MSG_NOSIGNAL);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return FALSE;
      next += written;
      length -= (gsize) written;
    }

  return TRUE;
}

static gboolean
read_all (int fd, void *data, gsize length)
{
  guint8 *next = data;

  while (length > 0)
    {
      gssize n_read = read (fd, next, length);

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read <= 0)
        return FALSE;
      next += n_read;
      length -= (gsize) n_read;
    }

  return TRUE;
}

/* Takes the message. */
static gboolean
send_message (int fd, GVariant *message)
{
  g_autoptr (GVariant) taken = g_variant_ref_sink (message);
  guint64 size = g_variant_get_size (taken);

  return write_all (fd, &size, sizeof size) && write_all (fd, g_variant_get_data (taken), size);
}

/* Returns: (transfer full) (nullable) */
static GVariant *
receive_message (int fd, const char *type)
{
  guint64 size;
  guint8 *data;
  GVariant *message;

  if (!read_all (fd, &size, sizeof size))
    return NULL;
  data = g_malloc (size + 1);
  if (!read_all (fd, data, size))
    {
      g_free (data);
      return NULL;
    }
  message = g_variant_new_from_data (G_VARIANT_TYPE (type), data, size, TRUE, g_free, data);

  return g_variant_ref_sink (message);
}

static GVariant *
new_octets (GBytes *bytes)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

static GVariant *
collect_findings (ScriptedPeer *peer, gboolean waits)
{
  g_autofree char *problem = waits ? scripted_peer_dup_problem (peer) : NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GBytes) tls = NULL;
  g_autofree char *transcript = NULL;

  if (problem == NULL)
    scripted_peer_await_ends (peer);
  plain = scripted_peer_get_received (peer, FALSE);
  tls = scripted_peer_get_received (peer, TRUE);
  transcript = scripted_peer_dup_transcript (peer);

  return g_variant_new ("(ms@ay@aysuu)", problem, new_octets (plain), new_octets (tls), transcript,
                        scripted_peer_get_n_connections (peer), scripted_peer_get_n_flights (peer));
}

/* A place where connections come to nothing: its queue is short, and full. It stays until the
 * process ends. */
static void
open_black_hole (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  inet_pton (AF_INET, BLACK_HOLE, &address.sin_addr);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, 0) != 0)
    g_error ("no black hole: %s", g_strerror (errno));
  for (guint i = 0; i < N_FILLERS; i++)
    {
      int filler = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

      if (connect (filler, (struct sockaddr *) &address, sizeof address) != 0 &&
          errno != EINPROGRESS)
        g_error ("the black hole is not full: %s", g_strerror (errno));
    }
}

/* The life of the process: one peer after the other, until nobody wants one any more. */
static void
serve (int fd, guint64 *n_sent)
{
  GVariant *begin;

  while ((begin = receive_message (fd, BEGIN_TYPE)) != NULL)
    {
      g_autofree const char **scripts = NULL;
      ScriptedPeerOptions options = { .n_sent = n_sent };
      g_autoptr (ScriptedPeer) peer = NULL;
      g_autoptr (GVariant) end = NULL;

      __atomic_store_n (n_sent, 0, __ATOMIC_SEQ_CST);
      g_variant_get (begin, "(uut^a&s)", &options.flags, &options.seed, &options.cut_at, &scripts);
      peer = scripted_peer_new_with_options (scripts, &options);
      g_variant_unref (begin);
      if (options.flags & PEER_PROCESS_BLACK_HOLE)
        open_black_hole (scripted_peer_get_port (peer));

      if (!send_message (fd, g_variant_new_uint16 (scripted_peer_get_port (peer))))
        return;
      end = receive_message (fd, END_TYPE);
      if (end == NULL || !send_message (fd, collect_findings (peer, g_variant_get_boolean (end))))
        return;
    }
}

PeerProcess *
peer_process_new (void)
{
  PeerProcess *process = g_new0 (PeerProcess, 1);
  int fds[2];

  process->n_sent = mmap (NULL, sizeof *process->n_sent, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (process->n_sent == MAP_FAILED ||
      socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    g_error ("no process for the peers: %s", g_strerror (errno));

  process->pid = fork ();
  if (process->pid < 0)
    g_error ("no process for the peers: %s", g_strerror (errno));
  if (process->pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      close (fds[0]);
      serve (fds[1], process->n_sent);
      g_free (process);
      _exit (0);
    }
  close (fds[1]);
  process->fd = fds[0];

  return process;
}

void
peer_process_free (PeerProcess *process)
{
  close (process->fd);
  waitpid (process->pid, NULL, 0);
  munmap (process->n_sent, sizeof *process->n_sent);
  g_free (process);
}

guint16
peer_process_begin (PeerProcess *process,
                    const char *const *scripts,
                    const ScriptedPeerOptions *options)
{
  GVariant *message = g_variant_new ("(uut^as)", (guint32) options->flags, options->seed,
                                     options->cut_at, scripts);
  g_autoptr (GVariant) port = NULL;

  if (send_message (process->fd, message))
    port = receive_message (process->fd, "q");

  return port != NULL ? g_variant_get_uint16 (port) : 0;
}

const guint64 *
peer_process_get_n_sent (PeerProcess *process)
{
  return process->n_sent;
}

gboolean
peer_process_end (PeerProcess *process, gboolean waits, PeerFindings *out_findings)
{
  g_autoptr (GVariant) findings = NULL;
  g_autoptr (GVariant) plain = NULL;
  g_autoptr (GVariant) tls = NULL;

  if (send_message (process->fd, g_variant_new_boolean (waits)))
    findings = receive_message (process->fd, FINDINGS_TYPE);
  if (findings == NULL)
    return FALSE;
  g_variant_get (findings, "(ms@ay@aysuu)", &out_findings->problem, &plain, &tls,
                 &out_findings->transcript, &out_findings->n_connections, &out_findings->n_flights);
  out_findings->plain = g_variant_get_data_as_bytes (plain);
  out_findings->tls = g_variant_get_data_as_bytes (tls);

  return TRUE;
}

void
peer_findings_clear (PeerFindings *findings)
{
  g_clear_pointer (&findings->problem, g_free);
  g_clear_pointer (&findings->plain, g_bytes_unref);
  g_clear_pointer (&findings->tls, g_bytes_unref);
  g_clear_pointer (&findings->transcript, g_free);
}

/* A TCP relay in front of a server that counts what passes, and does harm at the wanted octet.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK "127.0.0.1"
#define READ_SIZE 65536
/* So that a writer soon feels that nobody reads. */
#define BUFFER_SIZE 65536
/* What may be on its way before the writer has to wait. */
#define QUEUE_LIMIT (256 * 1024)
/* With a rate: how much goes at once. */
#define SLICES_PER_SECOND 50
#define NEVER G_MAXINT64

/* Octets that came together. */
typedef struct
{
  gint64 due;
  gsize position;
  GBytes *bytes; /* owned */
} Packet;

/* One direction of a connection. */
typedef struct
{
  FaultSide side;
  int from; /* unowned: of the connection */
  int to;
  GQueue packets; /* of Packet, owned */
  gsize n_queued;
  gint64 next_at;       /* with a rate: nothing goes before */
  gboolean has_ended;   /* nothing more comes */
  gboolean is_finished; /* and the other side has been told */
  gboolean is_lost;     /* what comes is thrown away */
} Flow;

typedef struct
{
  int client; /* owned; -1 once it is closed */
  int server;
  Flow flows[2]; /* by side */
  gboolean is_silent;
  gboolean is_deaf;
} Line;

struct _FaultRelay
{
  int listener; /* owned */
  int bell;     /* owned: wakes the thread */
  guint16 port;
  guint16 target_port;
  GThread *thread; /* owned */

  /* Held by the thread but while it waits, and again by what func calls. */
  GRecMutex mutex;
  gboolean is_stopping;
  GPtrArray *lines; /* owned: of Line */
  guint n_connections;
  guint64 n_octets[2];
  guint rate;
  gint64 delay;

  FaultSide side;
  guint64 at;
  char *text; /* owned, nullable */
  FaultFunc func;
  gpointer data;
  gboolean has_happened;
};

static void
packet_free (Packet *packet)
{
  g_bytes_unref (packet->bytes);
  g_free (packet);
}

static void
close_line (Line *line)
{
  if (line->client >= 0)
    close (line->client);
  if (line->server >= 0)
    close (line->server);
  line->client = -1;
  line->server = -1;
}

static void
line_free (Line *line)
{
  close_line (line);
  for (guint i = 0; i < G_N_ELEMENTS (line->flows); i++)
    g_queue_clear_full (&line->flows[i].packets, (GDestroyNotify) packet_free);
  g_free (line);
}

static void
make_ready (int fd)
{
  int yes = 1;

  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static struct sockaddr_in
make_address (const char *text, guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };

  g_assert_cmpint (inet_pton (AF_INET, text, &address.sin_addr), ==, 1);

  return address;
}

static void
listen_on (FaultRelay *relay, const char *text)
{
  struct sockaddr_in address = make_address (text, 0);
  socklen_t length = sizeof address;
  int size = BUFFER_SIZE;

  relay->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_cmpint (relay->listener, >=, 0);
  /* Those that are accepted inherit it. */
  setsockopt (relay->listener, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  g_assert_cmpint (bind (relay->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (relay->listener, 100), ==, 0);
  g_assert_cmpint (getsockname (relay->listener, (struct sockaddr *) &address, &length), ==, 0);
  relay->port = ntohs (address.sin_port);
}

static void
happen (FaultRelay *relay)
{
  FaultFunc func = g_steal_pointer (&relay->func);

  relay->has_happened = TRUE;
  func (relay, relay->data);
}

static void
queue (FaultRelay *relay, Flow *flow, const char *data, gsize length)
{
  Packet packet = { g_get_monotonic_time () + relay->delay, 0, NULL };

  if (flow->is_lost || length == 0)
    return;
  packet.bytes = g_bytes_new (data, length);
  g_queue_push_tail (&flow->packets, g_memdup2 (&packet, sizeof packet));
  flow->n_queued += length;
}

/* How much of what came may pass before it happens; all of it when it does not happen yet. */
static gsize
find_place (FaultRelay *relay, FaultSide side, const char *data, gsize length)
{
  const char *found = NULL;

  if (relay->func == NULL || relay->side != side)
    return length;
  if (relay->text != NULL)
    found = memmem (data, length, relay->text, strlen (relay->text));
  if (relay->text != NULL)
    return found == NULL ? length : (gsize) (found - data);

  return (gsize) MIN (length, relay->at - relay->n_octets[side]);
}

/* It happens when what was in front of the place is written: a queue may be left. */
static gboolean
is_due (FaultRelay *relay, FaultSide side, const char *data, gsize length)
{
  if (relay->func == NULL || relay->side != side)
    return FALSE;
  if (relay->text != NULL)
    return length >= strlen (relay->text) && memcmp (data, relay->text, strlen (relay->text)) == 0;

  return relay->n_octets[side] == relay->at;
}

static gsize
write_packet (FaultRelay *relay, Flow *flow, Packet *packet)
{
  gsize length;
  const char *data = g_bytes_get_data (packet->bytes, &length);
  gssize written;

  length -= packet->position;
  if (relay->rate > 0)
    length = MIN (length, MAX (1, relay->rate / SLICES_PER_SECOND));
  written = send (flow->to, data + packet->position, length, MSG_NOSIGNAL);
  if (written < 0 && errno != EAGAIN)
    {
      flow->is_lost = TRUE;
      return length;
    }

  return written < 0 ? 0 : (gsize) written;
}

/* Writes what is due; sets the time of the next that is. */
static void
drain (FaultRelay *relay, Flow *flow)
{
  gint64 now = g_get_monotonic_time ();
  Packet *packet;

  while ((packet = g_queue_peek_head (&flow->packets)) != NULL && packet->due <= now &&
         flow->next_at <= now && flow->to >= 0)
    {
      gsize written = write_packet (relay, flow, packet);

      if (written == 0)
        return;
      packet->position += written;
      flow->n_queued -= written;
      if (relay->rate > 0)
        flow->next_at = now + (gint64) written * G_USEC_PER_SEC / relay->rate;
      if (packet->position == g_bytes_get_size (packet->bytes))
        packet_free (g_queue_pop_head (&flow->packets));
    }

  if (packet == NULL && flow->has_ended && !flow->is_finished)
    {
      shutdown (flow->to, SHUT_WR);
      flow->is_finished = TRUE;
    }
}

static void
pass (FaultRelay *relay, Line *line, Flow *flow, const char *data, gsize length)
{
  gboolean has_just_happened = FALSE;

  while (length > 0)
    {
      /* Who wants it to happen again means the next place, not this one. */
      gsize n = has_just_happened ? 1 : find_place (relay, flow->side, data, length);

      queue (relay, flow, data, n);
      drain (relay, flow);
      relay->n_octets[flow->side] += n;
      data += n;
      length -= n;
      has_just_happened = is_due (relay, flow->side, data, length);
      if (has_just_happened)
        happen (relay);
      if (line->client < 0 || line->is_silent)
        return;
    }
}

static void
read_flow (FaultRelay *relay, Line *line, Flow *flow)
{
  char buffer[READ_SIZE];
  gssize length = recv (flow->from, buffer, sizeof buffer, 0);

  if (length < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (length <= 0)
    {
      flow->has_ended = TRUE;
      if (!line->is_silent)
        drain (relay, flow);
      return;
    }
  if (!line->is_silent)
    pass (relay, line, flow, buffer, (gsize) length);
}

static void
accept_line (FaultRelay *relay)
{
  struct sockaddr_in address = make_address (LOOPBACK, relay->target_port);
  int client = accept4 (relay->listener, NULL, NULL, SOCK_CLOEXEC);
  int size = BUFFER_SIZE;
  Line *line;

  if (client < 0)
    return;

  line = g_new0 (Line, 1);
  line->client = client;
  line->server = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (line->server, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  g_assert_cmpint (connect (line->server, (struct sockaddr *) &address, sizeof address), ==, 0);
  make_ready (line->client);
  make_ready (line->server);
  line->flows[FAULT_CLIENT] = (Flow){ FAULT_CLIENT, line->client, line->server };
  line->flows[FAULT_SERVER] = (Flow){ FAULT_SERVER, line->server, line->client };
  g_ptr_array_add (relay->lines, line);
  relay->n_connections++;
  if (relay->func != NULL && relay->text == NULL && relay->at == 0)
    happen (relay);
}

static gboolean
is_over (const Line *line)
{
  return line->client < 0 || (line->flows[0].is_finished && line->flows[1].is_finished);
}

static void
remove_old_lines (FaultRelay *relay)
{
  for (guint i = relay->lines->len; i > 0; i--)
    if (is_over (g_ptr_array_index (relay->lines, i - 1)))
      g_ptr_array_remove_index (relay->lines, i - 1);
}

static short
get_events (const Line *line, const Flow *reads, const Flow *writes, gint64 now)
{
  const Packet *packet = g_queue_peek_head ((GQueue *) &writes->packets);
  gboolean wants_in = !reads->has_ended && !line->is_deaf &&
                      (line->is_silent || reads->n_queued < QUEUE_LIMIT);
  gboolean wants_out = packet != NULL && packet->due <= now && writes->next_at <= now &&
                       !line->is_silent;

  return (wants_in ? POLLIN : 0) | (wants_out ? POLLOUT : 0);
}

/* What is to be waited for, two places for each line, behind the listener and the bell. */
static GArray *
list_polls (FaultRelay *relay)
{
  GArray *polls = g_array_new (FALSE, FALSE, sizeof (struct pollfd));
  struct pollfd fixed[] = { { relay->listener, POLLIN, 0 }, { relay->bell, POLLIN, 0 } };
  gint64 now = g_get_monotonic_time ();

  g_array_append_vals (polls, fixed, G_N_ELEMENTS (fixed));
  for (guint i = 0; i < relay->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (relay->lines, i);
      const Flow *up = &line->flows[FAULT_CLIENT];
      const Flow *down = &line->flows[FAULT_SERVER];
      struct pollfd both[] = { { line->client, get_events (line, up, down, now), 0 },
                               { line->server, get_events (line, down, up, now), 0 } };

      /* An error of a socket that nobody waits for would wake again and again. */
      for (guint k = 0; k < G_N_ELEMENTS (both); k++)
        if (both[k].events == 0)
          both[k].fd = -1;
      g_array_append_vals (polls, both, G_N_ELEMENTS (both));
    }

  return polls;
}

/* Until a packet that waits for its time is due. In milliseconds, or -1. */
static int
get_timeout (FaultRelay *relay)
{
  gint64 now = g_get_monotonic_time ();
  gint64 next = NEVER;

  for (guint i = 0; i < relay->lines->len; i++)
    {
      Line *line = g_ptr_array_index (relay->lines, i);

      for (guint k = 0; k < G_N_ELEMENTS (line->flows) && !line->is_silent; k++)
        {
          const Packet *packet = g_queue_peek_head (&line->flows[k].packets);
          gint64 due = packet == NULL ? NEVER : MAX (packet->due, line->flows[k].next_at);

          /* One that is due already waits for its socket. */
          if (due > now)
            next = MIN (next, due);
        }
    }

  return next == NEVER ? -1 : (int) ((next - now + 999) / 1000);
}

/* Lines are only added while the results are looked at. */
static void
serve (FaultRelay *relay, const GArray *polls)
{
  for (guint i = 0; 2 + 2 * i < polls->len; i++)
    {
      Line *line = g_ptr_array_index (relay->lines, i);
      const struct pollfd *client = &g_array_index (polls, struct pollfd, 2 + 2 * i);
      const struct pollfd *server = client + 1;
      Flow *up = &line->flows[FAULT_CLIENT];
      Flow *down = &line->flows[FAULT_SERVER];

      if (line->client >= 0 && (client->revents & ~POLLOUT) != 0)
        read_flow (relay, line, up);
      if (line->client >= 0 && (server->revents & ~POLLOUT) != 0)
        read_flow (relay, line, down);
      if (line->client >= 0 && !line->is_silent)
        {
          drain (relay, up);
          drain (relay, down);
        }
    }

  if (g_array_index (polls, struct pollfd, 0).revents != 0)
    accept_line (relay);
}

static gpointer
run (gpointer user_data)
{
  FaultRelay *relay = user_data;

  g_rec_mutex_lock (&relay->mutex);
  while (!relay->is_stopping)
    {
      g_autoptr (GArray) polls = list_polls (relay);
      int timeout = get_timeout (relay);
      guint64 rings;

      g_rec_mutex_unlock (&relay->mutex);
      poll ((struct pollfd *) (void *) polls->data, polls->len, timeout);
      g_rec_mutex_lock (&relay->mutex);
      if (g_array_index (polls, struct pollfd, 1).revents != 0 &&
          read (relay->bell, &rings, sizeof rings) < 0)
        g_assert_cmpint (errno, ==, EAGAIN);
      serve (relay, polls);
      remove_old_lines (relay);
    }
  g_rec_mutex_unlock (&relay->mutex);

  return NULL;
}

FaultRelay *
fault_relay_new_on (const char *address, guint16 target_port)
{
  FaultRelay *relay = g_new0 (FaultRelay, 1);

  relay->target_port = target_port;
  relay->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  relay->bell = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_assert_cmpint (relay->bell, >=, 0);
  g_rec_mutex_init (&relay->mutex);
  listen_on (relay, address);
  relay->thread = g_thread_new ("fault-relay", run, relay);

  return relay;
}

FaultRelay *
fault_relay_new (guint16 target_port)
{
  return fault_relay_new_on (LOOPBACK, target_port);
}

/* With the mutex held. */
static void
ring (FaultRelay *relay)
{
  guint64 one = 1;

  g_assert_cmpint (write (relay->bell, &one, sizeof one), ==, sizeof one);
}

void
fault_relay_free (FaultRelay *relay)
{
  g_rec_mutex_lock (&relay->mutex);
  relay->is_stopping = TRUE;
  ring (relay);
  g_rec_mutex_unlock (&relay->mutex);
  g_thread_join (relay->thread);

  g_ptr_array_unref (relay->lines);
  close (relay->listener);
  close (relay->bell);
  g_rec_mutex_clear (&relay->mutex);
  g_free (relay->text);
  g_free (relay);
}

guint16
fault_relay_get_port (FaultRelay *relay)
{
  return relay->port;
}

guint
fault_relay_get_n_connections (FaultRelay *relay)
{
  guint n_connections;

  g_rec_mutex_lock (&relay->mutex);
  n_connections = relay->n_connections;
  g_rec_mutex_unlock (&relay->mutex);

  return n_connections;
}

guint64
fault_relay_get_n_octets (FaultRelay *relay, FaultSide side)
{
  guint64 n_octets;

  g_rec_mutex_lock (&relay->mutex);
  n_octets = relay->n_octets[side];
  g_rec_mutex_unlock (&relay->mutex);

  return n_octets;
}

static void
set_trigger (FaultRelay *relay,
             FaultSide side,
             guint64 n_octets,
             const char *text,
             FaultFunc func,
             gpointer data)
{
  g_rec_mutex_lock (&relay->mutex);
  g_assert (text != NULL || n_octets >= relay->n_octets[side]);
  relay->side = side;
  relay->at = n_octets;
  g_free (relay->text);
  relay->text = g_strdup (text);
  relay->func = func;
  relay->data = data;
  g_rec_mutex_unlock (&relay->mutex);
}

void
fault_relay_at_octet (
    FaultRelay *relay, FaultSide side, guint64 n_octets, FaultFunc func, gpointer data)
{
  set_trigger (relay, side, n_octets, NULL, func, data);
}

void
fault_relay_at_text (
    FaultRelay *relay, FaultSide side, const char *text, FaultFunc func, gpointer data)
{
  set_trigger (relay, side, 0, text, func, data);
}

void
fault_relay_disarm (FaultRelay *relay)
{
  g_rec_mutex_lock (&relay->mutex);
  relay->func = NULL;
  g_rec_mutex_unlock (&relay->mutex);
}

gboolean
fault_relay_has_happened (FaultRelay *relay)
{
  gboolean has_happened;

  g_rec_mutex_lock (&relay->mutex);
  has_happened = relay->has_happened;
  g_rec_mutex_unlock (&relay->mutex);

  return has_happened;
}

static void
do_to_all (FaultRelay *relay, void (*func) (Line *line))
{
  g_rec_mutex_lock (&relay->mutex);
  for (guint i = 0; i < relay->lines->len; i++)
    func (g_ptr_array_index (relay->lines, i));
  ring (relay);
  g_rec_mutex_unlock (&relay->mutex);
}

static void
cut (Line *line)
{
  Flow *down = &line->flows[FAULT_SERVER];

  shutdown (line->client, SHUT_WR);
  down->is_lost = TRUE;
  down->is_finished = TRUE;
  g_queue_clear_full (&down->packets, (GDestroyNotify) packet_free);
  down->n_queued = 0;
}

static void
reset (Line *line)
{
  struct linger linger = { 1, 0 };

  setsockopt (line->client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  setsockopt (line->server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close_line (line);
}

static void
silence (Line *line)
{
  line->is_silent = TRUE;
}

static void
stop_reading (Line *line)
{
  line->is_deaf = TRUE;
}

void
fault_relay_cut (FaultRelay *relay)
{
  do_to_all (relay, cut);
}

void
fault_relay_sever (FaultRelay *relay)
{
  do_to_all (relay, close_line);
}

void
fault_relay_reset (FaultRelay *relay)
{
  do_to_all (relay, reset);
}

void
fault_relay_silence (FaultRelay *relay)
{
  do_to_all (relay, silence);
}

void
fault_relay_stop_reading (FaultRelay *relay)
{
  do_to_all (relay, stop_reading);
}

void
fault_relay_set_rate (FaultRelay *relay, guint octets_per_second)
{
  g_rec_mutex_lock (&relay->mutex);
  relay->rate = octets_per_second;
  ring (relay);
  g_rec_mutex_unlock (&relay->mutex);
}

void
fault_relay_set_delay (FaultRelay *relay, guint milliseconds)
{
  g_rec_mutex_lock (&relay->mutex);
  relay->delay = milliseconds * (gint64) 1000;
  ring (relay);
  g_rec_mutex_unlock (&relay->mutex);
}

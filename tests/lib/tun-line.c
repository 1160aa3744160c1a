/* A line between two networks of the test's own, which loses packets, is slow, or is pulled out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "tun-line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLIENT_ADDRESS "10.99.0.1"
#define INTERFACE "line"
#define PACKET_SIZE 65536
/* What does not fit into the buffers of a slow line is lost. */
#define QUEUE_LIMIT 65536
#define NEVER G_MAXINT64

typedef struct
{
  gint64 due;
  gsize length;
  guint8 *data; /* owned */
} Packet;

/* One end, and what is on its way from there. */
typedef struct
{
  int space; /* owned: the namespace */
  int tun;   /* owned */
  GQueue packets;
  gsize n_queued;
  gint64 free_at; /* with a rate: when the line has sent what it was given */
} End;

struct _TunLine
{
  End ends[2];
  int bell; /* owned: wakes the thread */
  GThread *thread;

  GMutex mutex;
  gboolean is_stopping;
  gboolean is_down;
  guint percent_lost;
  gint64 delay;
  guint rate;
  guint64 n_lost;
};

static void
packet_free (Packet *packet)
{
  g_free (packet->data);
  g_free (packet);
}

static gboolean
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean is_written = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);

  return is_written;
}

/* Who is not root may do it in a user namespace, where the kernel allows that. */
static gboolean
leave_network (void)
{
  g_autofree char *users = g_strdup_printf ("0 %u 1\n", getuid ());
  g_autofree char *groups = g_strdup_printf ("0 %u 1\n", getgid ());

  if (unshare (CLONE_NEWNET) == 0)
    return TRUE;

  return unshare (CLONE_NEWUSER | CLONE_NEWNET) == 0 && write_file ("/proc/self/uid_map", users) &&
         write_file ("/proc/self/setgroups", "deny") && write_file ("/proc/self/gid_map", groups);
}

static struct sockaddr
make_address (const char *text)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  struct sockaddr result;

  inet_pton (AF_INET, text, &address.sin_addr);
  memcpy (&result, &address, sizeof result);

  return result;
}

static gboolean
bring_up (int fd, const char *name, const char *address, const char *other)
{
  struct ifreq request = { 0 };

  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  if (address != NULL)
    {
      request.ifr_addr = make_address (address);
      if (ioctl (fd, SIOCSIFADDR, &request) != 0)
        return FALSE;
      request.ifr_dstaddr = make_address (other);
      if (ioctl (fd, SIOCSIFDSTADDR, &request) != 0)
        return FALSE;
    }
  if (ioctl (fd, SIOCGIFFLAGS, &request) != 0)
    return FALSE;
  request.ifr_flags |= IFF_UP | IFF_RUNNING;

  return ioctl (fd, SIOCSIFFLAGS, &request) == 0;
}

static gboolean
open_tun (End *end)
{
  struct ifreq request = { 0 };

  end->tun = open ("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  g_strlcpy (request.ifr_name, INTERFACE, sizeof request.ifr_name);

  return end->tun >= 0 && ioctl (end->tun, TUNSETIFF, &request) == 0;
}

static gboolean
make_end (End *end, const char *address, const char *other, const char **out_step)
{
  int fd;
  gboolean is_up;

  *out_step = "a network namespace";
  if (!leave_network ())
    return FALSE;
  end->space = open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (end->space < 0)
    return FALSE;

  *out_step = "/dev/net/tun";
  if (!open_tun (end))
    return FALSE;

  *out_step = "the addresses";
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  is_up = fd >= 0 && bring_up (fd, "lo", NULL, NULL) && bring_up (fd, INTERFACE, address, other);
  if (fd >= 0)
    close (fd);

  return is_up;
}

/* With the mutex held. */
static void
take_packet (TunLine *line, End *from, const guint8 *data, gsize length)
{
  gint64 now = g_get_monotonic_time ();
  gboolean is_lost = line->is_down || from->n_queued > QUEUE_LIMIT ||
                     (guint) g_random_int_range (0, 100) < line->percent_lost;
  Packet packet = { now, length, NULL };

  if (is_lost)
    {
      line->n_lost++;
      return;
    }
  if (line->rate > 0)
    {
      from->free_at = MAX (from->free_at, now) + (gint64) length * G_USEC_PER_SEC / line->rate;
      packet.due = from->free_at;
    }
  packet.due += line->delay;
  packet.data = g_memdup2 (data, length);
  g_queue_push_tail (&from->packets, g_memdup2 (&packet, sizeof packet));
  from->n_queued += length;
}

static void
read_packets (TunLine *line, End *from)
{
  guint8 data[PACKET_SIZE];
  gssize length;

  while ((length = read (from->tun, data, sizeof data)) > 0)
    take_packet (line, from, data, (gsize) length);
}

/* Returns: when the next is due. */
static gint64
deliver_packets (End *from, End *to)
{
  Packet *packet;

  while ((packet = g_queue_peek_head (&from->packets)) != NULL)
    {
      if (packet->due > g_get_monotonic_time ())
        return packet->due;
      /* One that the other end does not take is lost, as on any line. */
      if (write (to->tun, packet->data, packet->length) < 0)
        g_assert_cmpint (errno, !=, EBADF);
      from->n_queued -= packet->length;
      packet_free (g_queue_pop_head (&from->packets));
    }

  return NEVER;
}

static gpointer
run (gpointer user_data)
{
  TunLine *line = user_data;
  End *client = &line->ends[TUN_LINE_CLIENT];
  End *server = &line->ends[TUN_LINE_SERVER];

  g_mutex_lock (&line->mutex);
  while (!line->is_stopping)
    {
      gint64 next = MIN (deliver_packets (client, server), deliver_packets (server, client));
      gint64 wait = next == NEVER ? -1 : MAX (0, next - g_get_monotonic_time () + 999) / 1000;
      struct pollfd polls[] = { { client->tun, POLLIN, 0 },
                                { server->tun, POLLIN, 0 },
                                { line->bell, POLLIN, 0 } };

      g_mutex_unlock (&line->mutex);
      poll (polls, G_N_ELEMENTS (polls), (int) wait);
      g_mutex_lock (&line->mutex);
      read_packets (line, client);
      read_packets (line, server);
    }
  g_mutex_unlock (&line->mutex);

  return NULL;
}

static void
close_end (End *end)
{
  if (end->space >= 0)
    close (end->space);
  if (end->tun >= 0)
    close (end->tun);
  g_queue_clear_full (&end->packets, (GDestroyNotify) packet_free);
}

TunLine *
tun_line_new (char **out_reason)
{
  TunLine *line = g_new0 (TunLine, 1);
  End *client = &line->ends[TUN_LINE_CLIENT];
  End *server = &line->ends[TUN_LINE_SERVER];
  const char *step = NULL;

  *client = (End){ .space = -1, .tun = -1 };
  *server = *client;
  if (!make_end (server, TUN_LINE_SERVER_ADDRESS, CLIENT_ADDRESS, &step) ||
      !make_end (client, CLIENT_ADDRESS, TUN_LINE_SERVER_ADDRESS, &step))
    {
      *out_reason = g_strdup_printf ("%s: %s", step, g_strerror (errno));
      close_end (client);
      close_end (server);
      g_free (line);
      return NULL;
    }

  g_mutex_init (&line->mutex);
  line->bell = eventfd (0, EFD_CLOEXEC);
  line->thread = g_thread_new ("tun-line", run, line);

  return line;
}

void
tun_line_free (TunLine *line)
{
  guint64 one = 1;

  g_mutex_lock (&line->mutex);
  line->is_stopping = TRUE;
  g_mutex_unlock (&line->mutex);
  g_assert_cmpint (write (line->bell, &one, sizeof one), ==, sizeof one);
  g_thread_join (line->thread);
  close_end (&line->ends[TUN_LINE_CLIENT]);
  close_end (&line->ends[TUN_LINE_SERVER]);
  close (line->bell);
  g_mutex_clear (&line->mutex);
  g_free (line);
}

void
tun_line_enter (TunLine *line, TunLineEnd end)
{
  g_assert_cmpint (setns (line->ends[end].space, CLONE_NEWNET), ==, 0);
}

void
tun_line_set_down (TunLine *line, gboolean is_down)
{
  g_mutex_lock (&line->mutex);
  line->is_down = is_down;
  g_mutex_unlock (&line->mutex);
}

void
tun_line_set_quality (TunLine *line, guint percent_lost, guint milliseconds, guint rate)
{
  g_mutex_lock (&line->mutex);
  line->percent_lost = percent_lost;
  line->delay = milliseconds * (gint64) 1000;
  line->rate = rate;
  g_mutex_unlock (&line->mutex);
}

guint64
tun_line_get_n_lost (TunLine *line)
{
  guint64 n_lost;

  g_mutex_lock (&line->mutex);
  n_lost = line->n_lost;
  g_mutex_unlock (&line->mutex);

  return n_lost;
}

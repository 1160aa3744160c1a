/* Makes calls of the system fail, or do less than they could: a library for LD_PRELOAD.
 *
 * A test that knows it looks for the table of fault-shim.h. Any other program is told by its
 * environment:
 *
 *   GIMAP4D_FAULT_MODE    count, nth, from, short or again, as FaultMode has them; none is off
 *   GIMAP4D_FAULT_CALLS   which, with commas: connect socket send recv read write poll getaddrinfo
 *                         setsockopt accept eventfd epoll_create epoll_ctl epoll_wait open pipe mmap
 *                         malloc; or all, or descriptors (those that make one)
 *   GIMAP4D_FAULT_NTH     from 1; in the mode short, how many bytes are moved at most
 *   GIMAP4D_FAULT_ERRNO   a number, or a name like ECONNRESET
 *   GIMAP4D_FAULT_SEED    of the random numbers of again
 *   GIMAP4D_FAULT_CLOCK   seconds that the wall clock is ahead
 *   GIMAP4D_FAULT_REPORT  a file that gets a line "seen N, hit N" when the program ends
 *
 * send is also sendto, sendmsg and writev on a socket; recv is recvfrom and recvmsg; poll is ppoll;
 * read and write are those of files, pipes and sockets. Descriptors of eventfd and epoll are never
 * made to fail in read and write, because the kernel does not: a signal that comes in between is all
 * that can happen to them. mmap counts from 64 KiB on. malloc is what GLib's functions that may fail
 * are asked for, g_try_malloc and so on, and what GnuTLS asks for, from 64 KiB on: the rest of a program
 * with GLib ends when there is no memory.
 *
 * getaddrinfo answers for all names that end in .test: they are 127.0.0.1.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-shim.h"

#include "fault-shim-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const call_names[N_CALLS] = {
  "connect",   "socket",      "send",       "recv",   "read",    "write",
  "poll",      "getaddrinfo", "setsockopt", "accept", "eventfd", "epoll_create",
  "epoll_ctl", "epoll_wait",  "open",       "pipe",   "mmap",    "malloc",
};

static const char *const mode_names[FAULT_MODES] = { "count", "nth", "from", "short", "again" };

#define BIT(call) (1u << (call))
#define DESCRIPTORS                                                                                \
  (BIT (CALL_SOCKET) | BIT (CALL_ACCEPT) | BIT (CALL_EVENTFD) | BIT (CALL_EPOLL_CREATE) |          \
   BIT (CALL_OPEN) | BIT (CALL_PIPE))
/* What a signal can interrupt. */
#define INTERRUPTED                                                                                \
  (BIT (CALL_CONNECT) | BIT (CALL_SEND) | BIT (CALL_RECV) | BIT (CALL_READ) | BIT (CALL_WRITE) |   \
   BIT (CALL_POLL) | BIT (CALL_ACCEPT) | BIT (CALL_EPOLL_WAIT) | BIT (CALL_OPEN))

static atomic_uint armed; /* of BIT(): nothing happens to other calls */
static atomic_uint mode;
static atomic_uint nth;
static atomic_int error_code;
static atomic_uint random_state;
static atomic_uint n_seen;
static atomic_uint n_hit;
static atomic_long clock_ahead;
static const char *report_path;

static __thread int is_exempt;
static __thread unsigned refused; /* of BIT(): those that were told to come again */

typedef enum
{
  KIND_SOCKET,
  KIND_FILE,
  KIND_EVENT /* eventfd, epoll, timerfd: no type at all */
} Kind;

static Kind
get_kind (int fd)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return KIND_FILE;
  if (S_ISSOCK (status.st_mode))
    return KIND_SOCKET;

  return (status.st_mode & S_IFMT) == 0 ? KIND_EVENT : KIND_FILE;
}

int
fault_is_armed (FaultCall call)
{
  return !is_exempt && (atomic_load (&armed) & BIT (call)) != 0;
}

static unsigned
next_random (void)
{
  unsigned x = atomic_load (&random_state);

  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  atomic_store (&random_state, x);

  return x;
}

/* Every second time the call goes through, so that whoever tries again gets on. */
static int
choose_again (FaultCall call, int fd)
{
  int code = EINTR;

  if ((BIT (call) & INTERRUPTED) == 0 || (refused & BIT (call)) != 0)
    {
      refused &= ~BIT (call);
      return 0;
    }
  refused |= BIT (call);

  if (fd >= 0 && call != CALL_CONNECT && call != CALL_POLL && call != CALL_EPOLL_WAIT &&
      get_kind (fd) == KIND_SOCKET && (fcntl (fd, F_GETFL) & O_NONBLOCK) != 0 && next_random () % 2)
    code = EAGAIN;

  return code;
}

/* What the call is to fail with, 0 when it goes through. */
int
fault_choose_error (FaultCall call, int fd)
{
  unsigned number;
  int code = 0;

  if (!fault_is_armed (call))
    return 0;

  number = atomic_fetch_add (&n_seen, 1) + 1;
  switch (atomic_load (&mode))
    {
    case FAULT_NTH:
      code = number == atomic_load (&nth) ? atomic_load (&error_code) : 0;
      break;
    case FAULT_FROM:
      code = number >= atomic_load (&nth) ? atomic_load (&error_code) : 0;
      break;
    case FAULT_AGAIN:
      code = choose_again (call, fd);
      break;
    default:
      break;
    }
  if (code != 0)
    atomic_fetch_add (&n_hit, 1);

  return code;
}

int
fault_fails (FaultCall call, int fd)
{
  int code = fault_choose_error (call, fd);

  if (code != 0)
    errno = code;

  return code != 0;
}

/* For read and write: whose error an eventfd does not have. */
int
fault_stream_fails (FaultCall call, int fd)
{
  if (!fault_is_armed (call) || (atomic_load (&mode) != FAULT_AGAIN && get_kind (fd) == KIND_EVENT))
    return 0;

  return fault_fails (call, fd);
}

size_t
fault_shorten (FaultCall call, int fd, size_t size)
{
  size_t most = atomic_load (&nth);

  if (!fault_is_armed (call) || atomic_load (&mode) != FAULT_SHORT)
    return size;
  most = most > 0 ? most : 1;
  if (size <= most || get_kind (fd) == KIND_EVENT)
    return size;

  atomic_fetch_add (&n_hit, 1);
  return most;
}

long
fault_get_clock (void)
{
  return atomic_load (&clock_ahead);
}

/* Control. */

static unsigned
parse_call (const char *name, size_t length)
{
  if (length == strlen ("all") && strncmp (name, "all", length) == 0)
    return BIT (N_CALLS) - 1;
  if (length == strlen ("descriptors") && strncmp (name, "descriptors", length) == 0)
    return DESCRIPTORS;
  for (unsigned i = 0; i < N_CALLS; i++)
    if (strlen (call_names[i]) == length && strncmp (call_names[i], name, length) == 0)
      return BIT (i);

  fprintf (stderr, "fault-shim: there is no call “%.*s”\n", (int) length, name);
  abort ();
}

static unsigned
parse_calls (const char *names)
{
  unsigned calls = 0;

  while (*names != '\0')
    {
      size_t length = strcspn (names, ",");

      calls |= parse_call (names, length);
      names += length + (names[length] == ',');
    }

  return calls;
}

static void
arm (FaultMode new_mode, const char *calls, unsigned new_nth, int error, unsigned seed)
{
  unsigned chosen = parse_calls (calls);

  atomic_store (&armed, 0);
  atomic_store (&mode, new_mode);
  atomic_store (&nth, new_nth);
  atomic_store (&error_code, error);
  atomic_store (&random_state, seed != 0 ? seed : 1);
  atomic_store (&n_seen, 0);
  atomic_store (&n_hit, 0);
  atomic_store (&armed, chosen);
}

static unsigned
disarm (void)
{
  atomic_store (&armed, 0);

  return atomic_load (&n_hit);
}

static unsigned
get_count (void)
{
  return atomic_load (&n_seen);
}

static void
exempt_thread (int exempt)
{
  is_exempt = exempt;
}

static void
set_clock (long seconds)
{
  atomic_store (&clock_ahead, seconds);
}

EXPORT const FaultShim fault_shim = { arm, disarm, get_count, exempt_thread, set_clock };

static int
parse_error (const char *text)
{
  if (text == NULL)
    return EIO;
  for (int i = 1; i < 200; i++)
    if (strerrorname_np (i) != NULL && strcmp (strerrorname_np (i), text) == 0)
      return i;

  return atoi (text);
}

static const char *
get_setting (const char *name, const char *otherwise)
{
  const char *value = getenv (name);

  return value != NULL ? value : otherwise;
}

__attribute__ ((constructor)) static void
read_environment (void)
{
  const char *mode_name = getenv ("GIMAP4D_FAULT_MODE");

  report_path = getenv ("GIMAP4D_FAULT_REPORT");
  set_clock (atol (get_setting ("GIMAP4D_FAULT_CLOCK", "0")));
  if (mode_name == NULL)
    return;

  for (unsigned i = 0; i < FAULT_MODES; i++)
    if (strcmp (mode_names[i], mode_name) == 0)
      {
        arm (i, get_setting ("GIMAP4D_FAULT_CALLS", "all"),
             (unsigned) atoi (get_setting ("GIMAP4D_FAULT_NTH", "1")),
             parse_error (getenv ("GIMAP4D_FAULT_ERRNO")),
             (unsigned) atoi (get_setting ("GIMAP4D_FAULT_SEED", "1")));
        return;
      }

  fprintf (stderr, "fault-shim: there is no mode “%s”\n", mode_name);
  abort ();
}

__attribute__ ((destructor)) static void
write_report (void)
{
  FILE *file;

  disarm ();
  file = report_path != NULL ? fopen (report_path, "a") : NULL;
  if (file == NULL)
    return;
  fprintf (file, "seen %u, hit %u\n", atomic_load (&n_seen), atomic_load (&n_hit));
  fclose (file);
}

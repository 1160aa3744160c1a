/* The calls of the system that the fault shim stands before; see fault-shim.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

/* Else open () would be another name of open64 (), and both are called. */
#undef _FILE_OFFSET_BITS

#include "fault-shim-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Connecting, listening, names. */

EXPORT int
connect (int fd, const struct sockaddr *address, socklen_t length)
{
  return fault_fails (CALL_CONNECT, fd) ? -1 : REAL (connect) (fd, address, length);
}

EXPORT int
socket (int domain, int type, int protocol)
{
  return fault_fails (CALL_SOCKET, -1) ? -1 : REAL (socket) (domain, type, protocol);
}

EXPORT int
accept (int fd, struct sockaddr *address, socklen_t *length)
{
  return fault_fails (CALL_ACCEPT, fd) ? -1 : REAL (accept) (fd, address, length);
}

EXPORT int
accept4 (int fd, struct sockaddr *address, socklen_t *length, int flags)
{
  return fault_fails (CALL_ACCEPT, fd) ? -1 : REAL (accept4) (fd, address, length, flags);
}

EXPORT int
setsockopt (int fd, int level, int name, const void *value, socklen_t length)
{
  return fault_fails (CALL_SETSOCKOPT, fd) ? -1 :
                                             REAL (setsockopt) (fd, level, name, value, length);
}

EXPORT int
getaddrinfo (const char *node,
             const char *service,
             const struct addrinfo *hints,
             struct addrinfo **result)
{
  int code = fault_choose_error (CALL_GETADDRINFO, -1);
  size_t length = node != NULL ? strlen (node) : 0;

  if (code == EAI_SYSTEM)
    errno = EMFILE;
  if (code != 0)
    return code;
  if (length > strlen (".test") && strcmp (node + length - strlen (".test"), ".test") == 0)
    node = "127.0.0.1";

  return REAL (getaddrinfo) (node, service, hints, result);
}

/* Bytes in and out. */

EXPORT ssize_t
read (int fd, void *buffer, size_t size)
{
  FaultCall call = CALL_READ;

  return fault_stream_fails (call, fd) ? -1 :
                                         REAL (read) (fd, buffer, fault_shorten (call, fd, size));
}

EXPORT ssize_t
write (int fd, const void *buffer, size_t size)
{
  FaultCall call = CALL_WRITE;

  return fault_stream_fails (call, fd) ? -1 :
                                         REAL (write) (fd, buffer, fault_shorten (call, fd, size));
}

/* Whether not all parts may be moved; then @out_part is what may. */
static int
shorten_parts (
    FaultCall call, int fd, const struct iovec *parts, size_t n_parts, struct iovec *out_part)
{
  size_t most = fault_shorten (call, fd, SIZE_MAX);

  if (most == SIZE_MAX || n_parts == 0)
    return 0;

  for (size_t i = 0; i < n_parts - 1 && parts->iov_len == 0; i++)
    parts++;
  *out_part = *parts;
  if (out_part->iov_len > most)
    out_part->iov_len = most;

  return 1;
}

EXPORT ssize_t
writev (int fd, const struct iovec *parts, int n_parts)
{
  struct iovec part;

  if (fault_stream_fails (CALL_WRITE, fd))
    return -1;
  if (n_parts > 0 && shorten_parts (CALL_WRITE, fd, parts, (size_t) n_parts, &part))
    return REAL (write) (fd, part.iov_base, part.iov_len);

  return REAL (writev) (fd, parts, n_parts);
}

EXPORT ssize_t
recv (int fd, void *buffer, size_t size, int flags)
{
  if (fault_fails (CALL_RECV, fd))
    return -1;

  return REAL (recv) (fd, buffer, fault_shorten (CALL_RECV, fd, size), flags);
}

EXPORT ssize_t
recvfrom (int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *length)
{
  if (fault_fails (CALL_RECV, fd))
    return -1;

  return REAL (recvfrom) (fd, buffer, fault_shorten (CALL_RECV, fd, size), flags, from, length);
}

EXPORT ssize_t
send (int fd, const void *buffer, size_t size, int flags)
{
  if (fault_fails (CALL_SEND, fd))
    return -1;

  return REAL (send) (fd, buffer, fault_shorten (CALL_SEND, fd, size), flags);
}

EXPORT ssize_t
sendto (
    int fd, const void *buffer, size_t size, int flags, const struct sockaddr *to, socklen_t length)
{
  if (fault_fails (CALL_SEND, fd))
    return -1;

  return REAL (sendto) (fd, buffer, fault_shorten (CALL_SEND, fd, size), flags, to, length);
}

EXPORT ssize_t
recvmsg (int fd, struct msghdr *message, int flags)
{
  struct iovec *parts = message->msg_iov;
  size_t n_parts = message->msg_iovlen;
  struct iovec part;
  ssize_t result;

  if (fault_fails (CALL_RECV, fd))
    return -1;
  if (!shorten_parts (CALL_RECV, fd, parts, n_parts, &part))
    return REAL (recvmsg) (fd, message, flags);

  message->msg_iov = &part;
  message->msg_iovlen = 1;
  result = REAL (recvmsg) (fd, message, flags);
  message->msg_iov = parts;
  message->msg_iovlen = n_parts;

  return result;
}

EXPORT ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  struct msghdr shortened = *message;
  struct iovec part;

  if (fault_fails (CALL_SEND, fd))
    return -1;
  if (shorten_parts (CALL_SEND, fd, message->msg_iov, message->msg_iovlen, &part))
    {
      shortened.msg_iov = &part;
      shortened.msg_iovlen = 1;
    }

  return REAL (sendmsg) (fd, &shortened, flags);
}

/* Waiting. */

EXPORT int
poll (struct pollfd *fds, nfds_t n_fds, int timeout)
{
  return fault_fails (CALL_POLL, -1) ? -1 : REAL (poll) (fds, n_fds, timeout);
}

EXPORT int
ppoll (struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout, const sigset_t *mask)
{
  return fault_fails (CALL_POLL, -1) ? -1 : REAL (ppoll) (fds, n_fds, timeout, mask);
}

EXPORT int
epoll_create1 (int flags)
{
  return fault_fails (CALL_EPOLL_CREATE, -1) ? -1 : REAL (epoll_create1) (flags);
}

EXPORT int
epoll_ctl (int epoll, int operation, int fd, struct epoll_event *event)
{
  return fault_fails (CALL_EPOLL_CTL, fd) ? -1 : REAL (epoll_ctl) (epoll, operation, fd, event);
}

EXPORT int
epoll_wait (int epoll, struct epoll_event *events, int n_events, int timeout)
{
  return fault_fails (CALL_EPOLL_WAIT, epoll) ?
             -1 :
             REAL (epoll_wait) (epoll, events, n_events, timeout);
}

EXPORT int
eventfd (unsigned value, int flags)
{
  return fault_fails (CALL_EVENTFD, -1) ? -1 : REAL (eventfd) (value, flags);
}

EXPORT int
pipe (int ends[2])
{
  return fault_fails (CALL_PIPE, -1) ? -1 : REAL (pipe) (ends);
}

EXPORT int
pipe2 (int ends[2], int flags)
{
  return fault_fails (CALL_PIPE, -1) ? -1 : REAL (pipe2) (ends, flags);
}

/* Files and memory. */

static mode_t
get_mode (int flags, va_list arguments)
{
  return flags & (O_CREAT | O_TMPFILE) ? va_arg (arguments, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                                                          \
  EXPORT int name (const char *path, int flags, ...)                                               \
  {                                                                                                \
    va_list arguments;                                                                             \
    mode_t permissions;                                                                            \
                                                                                                   \
    va_start (arguments, flags);                                                                   \
    permissions = get_mode (flags, arguments);                                                     \
    va_end (arguments);                                                                            \
                                                                                                   \
    return fault_fails (CALL_OPEN, -1) ? -1 : REAL (name) (path, flags, permissions);              \
  }
#define DEFINE_OPENAT(name)                                                                        \
  EXPORT int name (int folder, const char *path, int flags, ...)                                   \
  {                                                                                                \
    va_list arguments;                                                                             \
    mode_t permissions;                                                                            \
                                                                                                   \
    va_start (arguments, flags);                                                                   \
    permissions = get_mode (flags, arguments);                                                     \
    va_end (arguments);                                                                            \
                                                                                                   \
    return fault_fails (CALL_OPEN, -1) ? -1 : REAL (name) (folder, path, flags, permissions);      \
  }

DEFINE_OPEN (open)
DEFINE_OPEN (open64)
DEFINE_OPENAT (openat)
DEFINE_OPENAT (openat64)

EXPORT void *
mmap (void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
  if (length >= FAULT_LARGE && fault_fails (CALL_MMAP, -1))
    return MAP_FAILED;

  return REAL (mmap) (address, length, protection, flags, fd, offset);
}

EXPORT void *
mmap64 (void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
  if (length >= FAULT_LARGE && fault_fails (CALL_MMAP, -1))
    return MAP_FAILED;

  return REAL (mmap64) (address, length, protection, flags, fd, offset);
}

/* The wall clock. */

EXPORT int
clock_gettime (clockid_t clock, struct timespec *now)
{
  int result = REAL (clock_gettime) (clock, now);

  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
    now->tv_sec += fault_get_clock ();

  return result;
}

EXPORT int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  int result = REAL (gettimeofday) (now, zone);

  now->tv_sec += fault_get_clock ();

  return result;
}

EXPORT time_t
time (time_t *now)
{
  time_t result = REAL (time) (NULL) + fault_get_clock ();

  if (now != NULL)
    *now = result;

  return result;
}

/* Between the parts of the fault shim: what is chosen, and who is called in the end.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <dlfcn.h>
#include <stddef.h>

#define EXPORT __attribute__ ((visibility ("default")))

/* What is smaller never fails in malloc and mmap. */
#define FAULT_LARGE 65536

/* The function that would have been called without us. */
#define REAL(name)                                                                                 \
  ({                                                                                               \
    static __typeof__ (&name) real;                                                                \
                                                                                                   \
    if (real == NULL)                                                                              \
      real = (__typeof__ (&name)) dlsym (RTLD_NEXT, #name);                                        \
    real;                                                                                          \
  })

typedef enum
{
  CALL_CONNECT,
  CALL_SOCKET,
  CALL_SEND,
  CALL_RECV,
  CALL_READ,
  CALL_WRITE,
  CALL_POLL,
  CALL_GETADDRINFO,
  CALL_SETSOCKOPT,
  CALL_ACCEPT,
  CALL_EVENTFD,
  CALL_EPOLL_CREATE,
  CALL_EPOLL_CTL,
  CALL_EPOLL_WAIT,
  CALL_OPEN,
  CALL_PIPE,
  CALL_MMAP,
  CALL_MALLOC,
  N_CALLS
} FaultCall;

/* Whether anything may happen to this call in this thread. */
int fault_is_armed (FaultCall call);

/* What the call is to fail with, 0 when it goes through. @fd: -1 without. */
int fault_choose_error (FaultCall call, int fd);

/* The same, with errno set. */
int fault_fails (FaultCall call, int fd);

/* For read and write: an eventfd does not have the errors of a stream. */
int fault_stream_fails (FaultCall call, int fd);

/* How much of @size bytes the call may move. */
size_t fault_shorten (FaultCall call, int fd, size_t size);

/* How many seconds the wall clock is ahead. */
long fault_get_clock (void);

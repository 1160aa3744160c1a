/* What a test can tell the fault shim that it was loaded with; see fault-shim.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

typedef enum
{
  FAULT_COUNT, /* nothing fails, calls are counted */
  FAULT_NTH,   /* the nth call fails, once */
  FAULT_FROM,  /* the nth call fails and all after it, as without descriptors or memory */
  FAULT_SHORT, /* reads and writes move nth bytes at most, one when that is 0 */
  FAULT_AGAIN, /* EINTR or EAGAIN first, at random, then the call */
  FAULT_MODES
} FaultMode;

/* The shim exports one symbol, this table: dlsym (RTLD_DEFAULT, "fault_shim") finds it, or NULL in a
 * program without the shim. */
typedef struct
{
  /* @calls: names with commas between them, see the head of fault-shim.c. @error: of errno.h; for
   * getaddrinfo one of netdb.h. @seed: of FAULT_AGAIN. */
  void (*arm) (FaultMode mode, const char *calls, unsigned nth, int error, unsigned seed);
  /* Returns: how many calls failed or were made short since arm (). */
  unsigned (*disarm) (void);
  /* How many of the chosen calls there were since arm (), whether they failed or not. */
  unsigned (*get_count) (void);
  /* What this thread calls from here on, or not any more, goes through untouched and uncounted. */
  void (*exempt_thread) (int is_exempt);
  /* The wall clock is this much ahead; the monotonic one is left alone. */
  void (*set_clock) (long seconds);
} FaultShim;

/* For LD_PRELOAD: the nth call that puts a file on the disk fails, once, as on a disk that breaks; those
 * after it succeed, as fsync(2) says. GIMAP4D_TEST_FAILING_SYNC is n.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
call (long number, int fd)
{
  static int n_calls;
  const char *failing = getenv ("GIMAP4D_TEST_FAILING_SYNC");

  if (failing == NULL || ++n_calls != atoi (failing))
    return (int) syscall (number, fd);
  errno = EIO;

  return -1;
}

int
fsync (int fd)
{
  return call (SYS_fsync, fd);
}

int
fdatasync (int fd)
{
  return call (SYS_fdatasync, fd);
}

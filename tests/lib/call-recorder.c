/* Which public functions of the library a program really calls: an auditor of the dynamic linker.
 *
 * With LD_AUDIT the linker tells when a symbol is bound. A program that binds lazily does so at the
 * first call, and so do the language bindings, which look a function up when they are to call it.
 * What the library calls of itself does not count.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "g_imap_"

unsigned int la_version (unsigned int version);
unsigned int la_objopen (struct link_map *map, Lmid_t id, uintptr_t *cookie);
uintptr_t la_symbind64 (Elf64_Sym *symbol,
                        unsigned int index,
                        uintptr_t *from,
                        uintptr_t *to,
                        unsigned int *flags,
                        const char *name);

unsigned int
la_version (unsigned int version)
{
  return LAV_CURRENT;
}

/* The cookie says whether an object is the library. */
unsigned int
la_objopen (struct link_map *map, Lmid_t id, uintptr_t *cookie)
{
  *cookie = strstr (map->l_name, "libgimap4d") != NULL;

  return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

static void
record (const char *name)
{
  const char *path = getenv ("GIMAP4D_TEST_CALLS");
  int file = path != NULL ? open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
  char line[256];
  size_t length = strlen (name);

  if (file < 0)
    return;
  if (length < sizeof line)
    {
      memcpy (line, name, length);
      line[length] = '\n';
      if (write (file, line, length + 1) < 0)
        abort ();
    }
  close (file);
}

uintptr_t
la_symbind64 (Elf64_Sym *symbol,
              unsigned int index,
              uintptr_t *from,
              uintptr_t *to,
              unsigned int *flags,
              const char *name)
{
  if (*from == 0 && *to != 0 && strncmp (name, PREFIX, strlen (PREFIX)) == 0)
    record (name);

  return symbol->st_value;
}

/* Where the translations are.
 *
 * They stand where they were installed. The tests run what is not installed, and say in their
 * environment where the translations of that are; what is installed does not listen to it: a sentence
 * of a stranger decides how its arguments are read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/locale-folder.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

/* The library or the program that this is in; NULL when that cannot be told. */
static char *
find_own_file (void)
{
  struct link_map *map = NULL;
  Dl_info info;

  if (dladdr1 ((void *) locale_folder_get, &info, (void **) &map, RTLD_DL_LINKMAP) == 0 ||
      map == NULL)
    return NULL;

  /* The program has no name there. */
  return realpath (*map->l_name != '\0' ? map->l_name : "/proc/self/exe", NULL);
}

static gboolean
is_in (const char *file, const char *folder)
{
  g_autofree char *parent = g_path_get_dirname (file);
  char *resolved = realpath (folder, NULL);
  gboolean is_same = g_strcmp0 (parent, resolved) == 0;

  free (resolved);

  return is_same;
}

static gboolean
is_installed (void)
{
  char *file = find_own_file ();
  gboolean is_there = file == NULL || is_in (file, LIBDIR) || is_in (file, BINDIR);

  free (file);

  return is_there;
}

const char *
locale_folder_get (void)
{
  const char *uninstalled = g_getenv ("GIMAP4D_TEST_LOCALEDIR");

  return uninstalled != NULL && !is_installed () ? uninstalled : LOCALEDIR;
}

/* Runs a fuzzer's entry over the files of some folders, so that what it once found stays found, without a
 * fuzzer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fuzz-lib.h"

static gboolean
run_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *content = NULL;
  gsize length;

  if (!g_file_get_contents (path, &content, &length, NULL))
    return FALSE;
  if (g_getenv ("FUZZ_VERBOSE") != NULL)
    g_printerr ("%s\n", path);
  LLVMFuzzerTestOneInput ((const guint8 *) content, length);

  return TRUE;
}

/* How many there are; 0 when one of them cannot be read. */
static guint
run_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if (!run_file (folder, name))
        return 0;
      n++;
    }

  return n;
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (run_folder (argv[i]) == 0)
      return 1;

  return argc > 1 ? 0 : 1;
}

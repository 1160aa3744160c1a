/* Runs a fuzzer's entry over files, so that what it once found stays found, without a fuzzer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folder = argc > 1 ? g_dir_open (argv[1], 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *content = NULL;
      gsize length;

      if (!g_file_get_contents (path, &content, &length, NULL))
        return 1;
      LLVMFuzzerTestOneInput ((const guint8 *) content, length);
      n++;
    }

  return n > 0 ? 0 : 1;
}

/* For the tests in Python: reads a mail in JSON, writes its message.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <stdio.h>
#include <stdlib.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GEmail) email = NULL;
  g_autoptr (GBytes) mime = NULL;
  int mode = argc > 2 ? atoi (argv[2]) : 0;

  if (argc < 2 || !json_parser_load_from_file (parser, argv[1], &error))
    return 2;

  email = g_email_new_from_json (json_parser_get_root (parser), &error);
  if (email != NULL)
    mime = g_email_to_mime (email, mode, mode, &error);
  if (mime == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  fwrite (g_bytes_get_data (mime, NULL), 1, g_bytes_get_size (mime), stdout);

  return 0;
}

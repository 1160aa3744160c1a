/* Octets of the server go to standard output.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-progress.h"
#include "gimap4d/cli/cli-text.h"

#define PIECE 65536
/* What may be left of a character whose end has not come yet. */
#define CHARACTER_LIMIT 4

/* How much of it ends with a whole character. */
static gsize
find_whole (const char *octets, gsize length)
{
  for (gsize i = 1; i < CHARACTER_LIMIT && i <= length; i++)
    {
      guchar octet = octets[length - i];

      if ((octet & 0xC0) == 0xC0)
        return length - i;
      if (octet < 0x80)
        break;
    }

  return length;
}

static void
show (char *octets, gsize length)
{
  g_autofree char *text = NULL;
  g_autofree char *safe = NULL;

  /* A NUL would end the text; what stands for it is not shown either. */
  for (gsize i = 0; i < length; i++)
    if (octets[i] == '\0')
      octets[i] = '\1';
  text = g_strndup (octets, length);
  safe = cli_text_make_safe (text, CLI_TEXT_LINES);
  cli_print ("%s", safe);
}

gboolean
cli_print_stream (GInputStream *stream, guint64 size, GCancellable *cancellable, GError **error)
{
  gboolean is_terminal = isatty (STDOUT_FILENO);
  g_autoptr (CliProgress) progress = is_terminal ? NULL : cli_progress_new (_ ("Fetching"), size);
  g_autofree char *octets = g_malloc (PIECE + CHARACTER_LIMIT);
  gsize kept = 0;
  gssize length;

  while ((length = g_input_stream_read (stream, octets + kept, PIECE, cancellable, error)) > 0)
    {
      gsize whole = is_terminal ? find_whole (octets, kept + length) : (gsize) length;

      if (is_terminal)
        {
          show (octets, whole);
          kept = kept + length - whole;
          memmove (octets, octets + whole, kept);
        }
      else if (fwrite (octets, 1, length, stdout) != (gsize) length)
        return cli_print_finish (error);
      else
        cli_progress_add (progress, length);
    }
  if (kept > 0)
    show (octets, kept);

  return length == 0 && cli_print_finish (error);
}

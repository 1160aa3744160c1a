/* What comes out: lines for people, JSON for programs, errors.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-text.h"

#define COLUMNS_UNKNOWN 80

static void
write_text (FILE *stream, const char *text)
{
  g_autofree char *local = NULL;
  const char *charset;

  if (!g_get_charset (&charset))
    local = g_convert_with_fallback (text, -1, charset, "UTF-8", "?", NULL, NULL, NULL);
  fputs (local != NULL ? local : text, stream);
}

/* Nobody reads any more: the program ends as others do. GIO has the signal ignored for its sockets. */
static void
leave_broken_pipe (void)
{
  if (!ferror (stdout) || errno != EPIPE)
    return;
  signal (SIGPIPE, SIG_DFL);
  raise (SIGPIPE);
}

void
cli_print (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  write_text (stdout, text);
  leave_broken_pipe ();
}

/* They can only stand in strings, where an escape means the same. */
static char *
escape_dangerous (const char *json)
{
  GString *safe = g_string_new (NULL);

  for (const char *p = json; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (!cli_text_is_dangerous (character))
        g_string_append_unichar (safe, character);
      else if (character <= 0xFFFF)
        g_string_append_printf (safe, "\\u%04x", character);
      else
        g_string_append_printf (safe, "\\u%04x\\u%04x", 0xD800 + ((character - 0x10000) >> 10),
                                0xDC00 + ((character - 0x10000) & 0x3FF));
    }

  return g_string_free (safe, FALSE);
}

/* https://no-color.org */
static gboolean
has_colours (void)
{
  const char *refusal = g_getenv ("NO_COLOR");

  return isatty (STDOUT_FILENO) && (refusal == NULL || *refusal == '\0') &&
         g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

const char *
cli_print_bold (void)
{
  return has_colours () ? "\033[1m" : "";
}

const char *
cli_print_plain (void)
{
  return has_colours () ? "\033[0m" : "";
}

guint
cli_print_get_width (void)
{
  struct winsize size;

  if (!isatty (STDOUT_FILENO))
    return 0;

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col :
                                                                            COLUMNS_UNKNOWN;
}

void
cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  cli_print_json_node (root);
}

void
cli_print_json_node (JsonNode *node)
{
  g_autofree char *json = json_to_string (node, FALSE);
  g_autofree char *safe = escape_dangerous (json);

  fputs (safe, stdout);
  fputc ('\n', stdout);
  leave_broken_pipe ();
}

void
cli_complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *safe = NULL;
  g_autofree char *line = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  safe = cli_text_make_safe (text, CLI_TEXT_LINE);
  line = g_strdup_printf ("gimap4d: %s\n", safe);
  fflush (stdout);
  write_text (stderr, line);
}

gboolean
cli_print_finish (GError **error)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  leave_broken_pipe ();
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED, _ ("standard output cannot be written: %s"),
               g_strerror (errno));

  return FALSE;
}

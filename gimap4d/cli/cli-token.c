/* OAuth 2 tokens from a program of the user.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-token.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-password.h"

#define LONGEST_OUTPUT 65536

static GSubprocess *
start (const char *command, GError **error)
{
  g_auto (GStrv) words = NULL;

  if (!g_shell_parse_argv (command, NULL, &words, error))
    return NULL;

  return g_subprocess_newv ((const char *const *) words, G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
}

/* All that it prints, up to a limit; it is ended with a zero octet. */
static gboolean
read_output (GSubprocess *program, char *octets, GCancellable *cancellable, GError **error)
{
  GInputStream *output = g_subprocess_get_stdout_pipe (program);
  gsize length;

  if (!g_input_stream_read_all (output, octets, LONGEST_OUTPUT, &length, cancellable, error))
    {
      g_subprocess_force_exit (program);
      return FALSE;
    }
  octets[length] = '\0';
  /* What more it has to say it says to nobody. */
  g_input_stream_close (output, NULL, NULL);

  return TRUE;
}

static char *
take_token (const char *command, char *octets, GError **error)
{
  gsize length = strlen (octets);

  octets[strcspn (octets, "\n")] = '\0';
  g_strstrip (octets);
  if (*octets != '\0' && length < LONGEST_OUTPUT && g_str_is_ascii (octets))
    return g_strdup (octets);
  g_set_error (error, CLI_ERROR, CLI_EXIT_LOGIN,
               _ ("what “%s” printed is no token; it has to print the token as its first line"),
               command);

  return NULL;
}

char *
cli_token_run (const char *command, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSubprocess) program = start (command, error);
  g_autofree char *octets = g_malloc0 (LONGEST_OUTPUT + 1);
  char *token = NULL;

  if (program == NULL)
    {
      g_prefix_error (error, "--token-command: ");
      return NULL;
    }
  if (read_output (program, octets, cancellable, error) &&
      g_subprocess_wait (program, cancellable, error))
    {
      if (g_subprocess_get_successful (program))
        token = take_token (command, octets, error);
      else
        g_set_error (error, CLI_ERROR, CLI_EXIT_LOGIN, _ ("“%s” failed; run it by hand to see why"),
                     command);
    }
  explicit_bzero (octets, LONGEST_OUTPUT + 1);

  return token;
}

static char *
provide_cb (GImapTransporter *transporter,
            GImapTokenReason reason,
            GCancellable *cancellable,
            gpointer command)
{
  g_autoptr (GError) error = NULL;
  char *token = cli_token_run (command, cancellable, &error);

  if (token == NULL && !cli_error_is_interrupt (error))
    cli_complain ("%s", error->message);

  return token;
}

void
cli_token_provide (GImapTransporter *transporter, const char *command)
{
  g_imap_transporter_set_token_provider (transporter, provide_cb, g_strdup (command), g_free);
}

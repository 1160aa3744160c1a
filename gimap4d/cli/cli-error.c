/* What makes the command fail: codes, exit codes, and the sentence that people read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-error.h"

#include <gimap4d/gimap4d.h>

#include "gimap4d/base/gimap4d-i18n.h"

G_DEFINE_QUARK (gimap4d - cli - error - quark, cli_error)

/* What is not here is CLI_EXIT_FAILED, and speaks for itself. */
static const struct
{
  GImapError code;
  CliExit exit;
  const char *advice; /* nullable */
} failures[] = {
  { G_IMAP_ERROR_INVALID_ARGUMENT, CLI_EXIT_USAGE, NULL },
  { G_IMAP_ERROR_CONNECT, CLI_EXIT_CONNECTION,
    N_ ("check host and port, and whether the server runs") },
  { G_IMAP_ERROR_DNS, CLI_EXIT_CONNECTION, N_ ("check how the host is spelled, and the network") },
  { G_IMAP_ERROR_TIMEOUT_CONNECT, CLI_EXIT_CONNECTION,
    N_ ("check the port and the network, or wait longer with --timeout") },
  { G_IMAP_ERROR_TIMEOUT_TLS, CLI_EXIT_CONNECTION,
    N_ ("check the port: imaps:// is for 993, imap:// for 143") },
  { G_IMAP_ERROR_TIMEOUT_GREETING, CLI_EXIT_CONNECTION,
    N_ ("check the port: imaps:// is for 993, imap:// for 143") },
  { G_IMAP_ERROR_TIMEOUT_RESPONSE, CLI_EXIT_CONNECTION, N_ ("try again later") },
  { G_IMAP_ERROR_TIMEOUT_STALL, CLI_EXIT_CONNECTION, N_ ("try again later") },
  { G_IMAP_ERROR_TIMEOUT_IDLE, CLI_EXIT_CONNECTION, N_ ("try again later") },
  { G_IMAP_ERROR_TLS_REQUIRED, CLI_EXIT_TLS,
    N_ ("use imaps://, or --allow-plain where everybody may read the password") },
  { G_IMAP_ERROR_TLS_INJECTION, CLI_EXIT_TLS,
    N_ ("somebody may be tampering with the connection: use imaps://") },
  { G_IMAP_ERROR_TLS_CERTIFICATE, CLI_EXIT_TLS,
    N_ ("name the authority that issued it with --ca-file") },
  { G_IMAP_ERROR_TLS_TOO_OLD, CLI_EXIT_TLS, N_ ("the server has to be updated") },
  { G_IMAP_ERROR_TLS_TRUNCATED, CLI_EXIT_TLS, N_ ("try again") },
  { G_IMAP_ERROR_DISCONNECTED, CLI_EXIT_CONNECTION, N_ ("try again") },
  { G_IMAP_ERROR_BYE, CLI_EXIT_CONNECTION, N_ ("try again later") },
  { G_IMAP_ERROR_PROTOCOL, CLI_EXIT_CONNECTION, N_ ("see what was said with --log-file") },
  { G_IMAP_ERROR_AUTH_FAILED, CLI_EXIT_LOGIN, N_ ("check user and password") },
  { G_IMAP_ERROR_AUTH_MECHANISM, CLI_EXIT_LOGIN,
    N_ ("try imaps://, or a token with --token-file") },
  { G_IMAP_ERROR_AUTH_EXPIRED, CLI_EXIT_LOGIN, N_ ("get a new password or token") },
  { G_IMAP_ERROR_LOGIN_DISABLED, CLI_EXIT_LOGIN, N_ ("use imaps://") },
  { G_IMAP_ERROR_REFERRAL, CLI_EXIT_NOT_FOUND, N_ ("use the URL that it names") },
  { G_IMAP_ERROR_NONEXISTENT, CLI_EXIT_NOT_FOUND, N_ ("“gimap4d boxes” lists the boxes") },
  { G_IMAP_ERROR_TRYCREATE, CLI_EXIT_NOT_FOUND, N_ ("make the box with --create") },
  { G_IMAP_ERROR_NOT_FOUND, CLI_EXIT_NOT_FOUND, N_ ("“gimap4d list” lists the mails") },
  { G_IMAP_ERROR_OVERQUOTA, CLI_EXIT_FAILED, N_ ("make room first") },
  { G_IMAP_ERROR_LIMIT, CLI_EXIT_FAILED, N_ ("wait a while") },
  { G_IMAP_ERROR_UNKNOWN_OUTCOME, CLI_EXIT_UNKNOWN_OUTCOME,
    N_ ("look whether it was done before you do it again") },
};

CliExit
cli_error_get_exit (const GError *error)
{
  if (error->domain == CLI_ERROR)
    return error->code;
  if (error->domain == G_OPTION_ERROR)
    return CLI_EXIT_USAGE;
  if (error->domain == G_IMAP_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
      if (error->code == (int) failures[i].code)
        return failures[i].exit;

  return CLI_EXIT_FAILED;
}

char *
cli_error_make_sentence (const GError *error)
{
  if (error->domain == G_IMAP_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
      if (error->code == (int) failures[i].code && failures[i].advice != NULL)
        /* Translators: what happened, and what to do next. */
        return g_strdup_printf (_ ("%s; %s"), error->message, _ (failures[i].advice));

  return g_strdup (error->message);
}

gboolean
cli_error_is_interrupt (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

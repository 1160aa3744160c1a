/* gimap4d check: is the server there, and what can it do?
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-text.h"
#include "gimap4d/cli/command.h"

static void
print_json (const CommandRun *run, GImapTransporter *transporter, const char *const *capabilities)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *mode = g_imap_transporter_dup_authentication_mode (transporter);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "host");
  json_builder_add_string_value (builder, run->url->host);
  json_builder_set_member_name (builder, "port");
  json_builder_add_int_value (builder, run->url->port);
  json_builder_set_member_name (builder, "user");
  json_builder_add_string_value (builder, run->url->user);
  json_builder_set_member_name (builder, "tls");
  json_builder_add_string_value (builder, g_imap_transporter_get_tls_protocol (transporter));
  json_builder_set_member_name (builder, "authentication");
  json_builder_add_string_value (builder, mode);
  json_builder_set_member_name (builder, "capabilities");
  json_builder_begin_array (builder);
  for (guint i = 0; capabilities[i] != NULL; i++)
    json_builder_add_string_value (builder, capabilities[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_lines (const CommandRun *run, GImapTransporter *transporter, const char *const *capabilities)
{
  g_autofree char *mode = g_imap_transporter_dup_authentication_mode (transporter);
  g_autofree char *all = g_strjoinv (" ", (char **) capabilities);
  g_autofree char *safe = cli_text_make_safe (all, CLI_TEXT_LINE);
  const char *tls = g_imap_transporter_get_tls_protocol (transporter);

  cli_print (_ ("%s:%u is an IMAP server that lets %s in.\n"), run->url->host, run->url->port,
             run->url->user);
  cli_print (_ ("Encryption: %s\n"), tls != NULL ? tls : _ ("none, everybody can read along"));
  cli_print (_ ("Login: %s\n"), mode != NULL ? mode : "–");
  cli_print (_ ("It can do: %s\n"), safe);
}

static gboolean
run_check (const CommandRun *run, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_auto (GStrv) capabilities = NULL;

  transporter = cli_account_connect (run->account, run->url, run->cancellable, error);
  if (transporter == NULL)
    return FALSE;
  capabilities = g_imap_transporter_get_capabilities (transporter, run->cancellable, error);
  if (capabilities == NULL)
    return FALSE;
  if (run->is_json)
    print_json (run, transporter, (const char *const *) capabilities);
  else
    print_lines (run, transporter, (const char *const *) capabilities);

  return TRUE;
}

const Command command_check = {
  .name = "check",
  .summary = N_ ("Connect, log in, and tell what the server can do"),
  .examples = "gimap4d check imaps://ada@imap.example.org/",
  .run = run_check,
};

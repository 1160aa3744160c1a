/* What happens in a box: told as a line, as JSON, and to a program.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-event.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-mail.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-text.h"

typedef struct
{
  CliEventSink *sink;
  GError *error; /* owned, nullable */
} NewMails;

static JsonBuilder *
begin_event (CliEventSink *sink, const char *name)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "box");
  json_builder_add_string_value (builder, sink->box);

  return builder;
}

/* What strangers wrote goes through its standard input only, as JSON: nobody can mistake it for code. */
static gboolean
run_command (CliEventSink *sink, const char *name, const char *ids, JsonNode *event, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *json = NULL;

  if (sink->command == NULL)
    return TRUE;
  json = json_to_string (event, FALSE);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE);
  g_subprocess_launcher_setenv (launcher, "GIMAP4D_EVENT", name, TRUE);
  g_subprocess_launcher_setenv (launcher, "GIMAP4D_BOX", sink->box, TRUE);
  g_subprocess_launcher_setenv (launcher, "GIMAP4D_ID", ids, TRUE);
  program = g_subprocess_launcher_spawnv (launcher, sink->command, error);
  if (program == NULL)
    {
      g_prefix_error (error, "--exec: ");
      return FALSE;
    }
  /* A program that does not read is none of our business, nor is how it ends. */
  if (!g_subprocess_communicate_utf8 (program, json, sink->cancellable, NULL, NULL, &problem) &&
      g_cancellable_is_cancelled (sink->cancellable))
    return !g_cancellable_set_error_if_cancelled (sink->cancellable, error);
  if (!g_subprocess_wait (program, sink->cancellable, error))
    return FALSE;
  if (!g_subprocess_get_successful (program))
    cli_complain (_ ("“%s” failed; watching goes on"), sink->command[0]);

  return TRUE;
}

static gboolean
finish_event (
    CliEventSink *sink, const char *name, const char *ids, JsonBuilder *builder, GError **error)
{
  g_autoptr (JsonNode) event = NULL;

  json_builder_end_object (builder);
  event = json_builder_get_root (builder);
  if (sink->is_json)
    cli_print_json_node (event);
  /* Before a program takes its time. */
  if (!cli_print_finish (error))
    return FALSE;

  return run_command (sink, name, ids, event, error);
}

static gboolean
new_mail_cb (GEmail *mail, gpointer data)
{
  NewMails *news = data;
  g_autoptr (JsonBuilder) builder = begin_event (news->sink, "new");

  json_builder_set_member_name (builder, "mail");
  json_builder_add_value (builder, g_email_to_json (mail));
  if (!news->sink->is_json)
    cli_mail_print_line (mail);

  return finish_event (news->sink, "new", g_email_get_id (mail), builder, &news->error);
}

gboolean
cli_event_tell_new (CliEventSink *sink,
                    GImapTransporter *transporter,
                    GImapMessageSet *ids,
                    GError **error)
{
  NewMails news = { sink };
  GError *cause = NULL;

  g_imap_transporter_fetch_mails (transporter, ids, G_IMAP_FETCH_SUMMARY, new_mail_cb, &news,
                                  sink->cancellable, &cause);
  if (news.error != NULL)
    {
      g_clear_error (&cause);
      g_propagate_error (error, news.error);
      return FALSE;
    }
  if (cause == NULL)
    return TRUE;
  if (g_cancellable_is_cancelled (sink->cancellable))
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  cli_complain (_ ("%s; watching goes on"), cause->message);
  g_error_free (cause);

  return TRUE;
}

gboolean
cli_event_tell_gone (CliEventSink *sink, GImapMessageSet *ids, GError **error)
{
  g_autofree char *text = g_imap_message_set_to_string (ids);
  g_autoptr (JsonBuilder) builder = begin_event (sink, "removed");

  json_builder_set_member_name (builder, "ids");
  json_builder_add_string_value (builder, text);
  if (!sink->is_json)
    cli_print (_ ("%s removed\n"), text);

  return finish_event (sink, "removed", text, builder, error);
}

gboolean
cli_event_tell_flags (CliEventSink *sink,
                      GImapMessageSet *ids,
                      const char *const *flags,
                      GError **error)
{
  g_autofree char *text = g_imap_message_set_to_string (ids);
  g_autofree char *all = g_strjoinv (" ", (char **) flags);
  g_autofree char *safe = cli_text_make_safe (all, CLI_TEXT_LINE);
  g_autoptr (JsonBuilder) builder = begin_event (sink, "changed");

  json_builder_set_member_name (builder, "ids");
  json_builder_add_string_value (builder, text);
  json_builder_set_member_name (builder, "keywords");
  json_builder_begin_array (builder);
  for (guint i = 0; flags[i] != NULL; i++)
    json_builder_add_string_value (builder, flags[i]);
  json_builder_end_array (builder);
  if (!sink->is_json)
    cli_print (_ ("%s changed: %s\n"), text, *safe != '\0' ? safe : _ ("no keywords"));

  return finish_event (sink, "changed", text, builder, error);
}

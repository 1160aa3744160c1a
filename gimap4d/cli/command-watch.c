/* gimap4d watch: tells what happens in a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-event.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/command.h"

static gboolean is_once;
static char *exec;

static const GOptionEntry entries[] = {
  { "exec", 0, 0, G_OPTION_ARG_STRING, &exec,
    N_ ("Run COMMAND for each event, without a shell; it finds the event as JSON on its standard "
        "input, and in GIMAP4D_EVENT, GIMAP4D_BOX and GIMAP4D_ID"),
    N_ ("COMMAND") },
  { "once", 0, 0, G_OPTION_ARG_NONE, &is_once, N_ ("End after the first event"), NULL },
  { NULL },
};

typedef struct
{
  const CommandRun *run;         /* unowned */
  GImapTransporter *transporter; /* owned */
  GMainLoop *loop;               /* owned */
  CliEventSink sink;
  GError *error; /* owned, nullable: why it ends */
} Watch;

static void
take_error (Watch *watch, GError *error)
{
  if (watch->error == NULL)
    watch->error = error;
  else
    g_error_free (error);
  g_main_loop_quit (watch->loop);
}

static void
event_done (Watch *watch, GError *error)
{
  if (error == NULL)
    cli_print_finish (&error);
  if (error != NULL)
    take_error (watch, error);
  else if (is_once)
    g_main_loop_quit (watch->loop);
}

static void
created_cb (GImapNotifier *notifier, GImapMessageSet *ids, guint mail_count, Watch *watch)
{
  GError *error = NULL;

  cli_event_tell_new (&watch->sink, watch->transporter, ids, &error);
  event_done (watch, error);
}

static void
deleted_cb (GImapNotifier *notifier, GImapMessageSet *ids, Watch *watch)
{
  GError *error = NULL;

  cli_event_tell_gone (&watch->sink, ids, &error);
  event_done (watch, error);
}

static void
flags_cb (GImapNotifier *notifier, GImapMessageSet *ids, const char *const *flags, Watch *watch)
{
  GError *error = NULL;

  cli_event_tell_flags (&watch->sink, ids, flags, &error);
  event_done (watch, error);
}

/* The connection comes back by itself, unless the notifier has ended. */
static void
error_cb (GImapNotifier *notifier, GError *error, Watch *watch)
{
  if (g_imap_notifier_get_is_started (notifier))
    cli_complain (_ ("%s; watching goes on"), error->message);
  else
    take_error (watch, g_error_copy (error));
}

static gboolean
interrupted_cb (GCancellable *cancellable, gpointer data)
{
  g_main_loop_quit (data);

  return G_SOURCE_REMOVE;
}

/* What is cancelled before the loop runs, or just then, ends it, too. */
static void
wait_for_end (Watch *watch)
{
  g_autoptr (GSource) source = g_cancellable_source_new (watch->run->cancellable);

  g_source_set_callback (source, G_SOURCE_FUNC (interrupted_cb), watch->loop, NULL);
  g_source_attach (source, NULL);
  g_main_loop_run (watch->loop);
  g_source_destroy (source);
}

static gboolean
watch_box (Watch *watch, GError **error)
{
  GCancellable *cancellable = watch->run->cancellable;
  GImapNotifier *notifier = g_imap_transporter_get_notifier (watch->transporter);

  g_signal_connect (notifier, "mail-created", G_CALLBACK (created_cb), watch);
  g_signal_connect (notifier, "mail-deleted", G_CALLBACK (deleted_cb), watch);
  g_signal_connect (notifier, "flags-modified", G_CALLBACK (flags_cb), watch);
  g_signal_connect (notifier, "error", G_CALLBACK (error_cb), watch);
  if (!g_imap_notifier_start (notifier, cancellable, error))
    return FALSE;
  if (!watch->run->is_json)
    cli_complain (_ ("watching “%s” until Ctrl-C"), watch->sink.box);

  wait_for_end (watch);
  g_signal_handlers_disconnect_by_data (notifier, watch);
  g_imap_notifier_stop (notifier, NULL, NULL);
  g_imap_transporter_close (watch->transporter, NULL, NULL);
  /* Ctrl-C is how it is meant to end. */
  if (watch->error != NULL && !cli_error_is_interrupt (watch->error))
    {
      g_propagate_error (error, g_steal_pointer (&watch->error));
      return FALSE;
    }
  g_clear_error (&watch->error);

  return TRUE;
}

static gboolean
run_watch (const CommandRun *run, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) box = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_auto (GStrv) command = NULL;
  Watch watch = { run };

  if (exec != NULL && !g_shell_parse_argv (exec, NULL, &command, error))
    {
      g_prefix_error (error, "--exec: ");
      return FALSE;
    }
  box = command_open_box (run, G_IMAP_BOX_STATE_READ_ONLY, &transporter, error);
  if (box == NULL)
    return FALSE;
  loop = g_main_loop_new (NULL, FALSE);
  watch.transporter = transporter;
  watch.loop = loop;
  watch.sink = (CliEventSink){ run->is_json, g_imap_box_info_get_name (box),
                               (const char *const *) command, run->cancellable };

  return watch_box (&watch, error);
}

const Command command_watch = {
  .name = "watch",
  .summary = N_ ("Tell what happens in a box, as it happens"),
  .examples = "gimap4d watch imaps://ada@imap.example.org/INBOX\n"
              "  gimap4d watch --json imaps://ada@imap.example.org/ | jq -r .mail.subject\n"
              "  gimap4d watch --exec 'notify-send \"New mail\"' imaps://ada@imap.example.org/",
  .entries = entries,
  .run = run_watch,
};

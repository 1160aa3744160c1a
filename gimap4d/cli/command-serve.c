/* gimap4d serve: the mailbox as pages for the browsers of this machine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/command.h"
#include "gimap4d/cli/serve/serve-listen.h"
#include "gimap4d/cli/serve/serve-open.h"
#include "gimap4d/cli/serve/serve-site.h"

#define THREADS 8
/* For so long a browser stays in although it asks for nothing. */
#define SESSION_SECONDS (7 * 24 * 60 * 60)

static int port;
static gboolean opens;
static gboolean is_read_only;

static const GOptionEntry entries[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &port, N_ ("Listen on this port (default: a free one)"),
    N_ ("PORT") },
  { "open", 0, 0, G_OPTION_ARG_NONE, &opens, N_ ("Open the page in the browser"), NULL },
  { "read-only", 0, 0, G_OPTION_ARG_NONE, &is_read_only,
    N_ ("Change nothing, also when the user asks for it"), NULL },
  { NULL },
};

/* What the callbacks need. */
typedef struct
{
  const CommandRun *run;
  ServeSite *site;     /* owned, nullable */
  GRestServer *server; /* owned */
  char *base;          /* owned: the address without a token */
} Serving;

static GImapTransporter *
connect_cb (gpointer data, GError **error)
{
  const Serving *serving = data;

  return cli_account_new_transporter (serving->run->account, serving->run->url, NULL, error);
}

static gboolean
print_next_cb (gpointer data)
{
  const Serving *serving = data;
  g_autofree char *address = serve_site_make_address (serving->site, serving->base);

  cli_print (_ ("For another browser: %s\n"), address);
  fflush (stdout);

  return G_SOURCE_REMOVE;
}

static void
used_cb (gpointer data)
{
  g_idle_add (print_next_cb, data);
}

static gboolean
stop_cb (GCancellable *cancellable, gpointer data)
{
  g_rest_server_stop (data);

  return G_SOURCE_REMOVE;
}

/* The cookie of a session has the name of the project in it: two of us on one machine do not take
 * theirs from each other. */
static GRestServer *
new_server (void)
{
  g_autofree char *random = serve_door_make_random ();
  g_autofree char *name = g_strconcat ("gimap4d-", random, NULL);

  return g_object_new (G_TYPE_REST_SERVER, "project-name", name, "n-threads", THREADS,
                       "legacy-rest-cookie", FALSE, "session-idle-timeout", SESSION_SECONDS,
                       "call-timeout", 0, NULL);
}

static gboolean
listen_somewhere (Serving *serving, GError **error)
{
  g_autofree char *host = serve_listen_make_host ();

  serving->base = serve_listen (serving->server, host, (guint16) port, error);

  return serving->base != NULL;
}

static char *
open_browser (const Serving *serving)
{
  g_autofree char *address = serve_site_make_address (serving->site, serving->base);
  g_autoptr (GError) error = NULL;
  char *path = serve_open (address, &error);

  if (path == NULL)
    cli_complain (_ ("The browser could not be opened: %s"), error->message);

  return path;
}

static void
serve (Serving *serving)
{
  g_autoptr (GSource) source = g_cancellable_source_new (serving->run->cancellable);
  g_autofree char *address = serve_site_make_address (serving->site, serving->base);
  g_autofree char *path = NULL;

  g_source_set_callback (source, G_SOURCE_FUNC (stop_cb), serving->server, NULL);
  g_source_attach (source, NULL);
  cli_print (_ ("The mailbox is at %s\n"), address);
  cli_print (_ ("Each address is good for one browser of this machine. Ctrl-C stops.\n"));
  fflush (stdout);
  if (opens)
    path = open_browser (serving);
  g_rest_server_run (serving->server);
  g_source_destroy (source);
  if (path != NULL)
    g_unlink (path);
  cli_print (_ ("Stopped.\n"));
}

static gboolean
run_serve (const CommandRun *run, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autofree char *account = NULL;
  Serving serving = { .run = run };
  ServeSettings settings = {
    .is_read_only = is_read_only, .connect = connect_cb, .used = used_cb, .data = &serving
  };
  gboolean is_done = FALSE;

  if (port < 0 || port > G_MAXUINT16)
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE, _ ("--port takes a number up to 65535"));
      return FALSE;
    }
  /* Each connection of the mailbox logs in. */
  cli_account_keep_secret (run->account);
  transporter = cli_account_connect (run->account, run->url, run->cancellable, error);
  if (transporter == NULL)
    return FALSE;

  account = strchr (run->url->user, '@') != NULL ?
                g_strdup (run->url->user) :
                g_strdup_printf ("%s@%s", run->url->user, run->url->host);
  settings.account = account;
  settings.transporter = transporter;
  serving.server = new_server ();
  serving.site = serve_site_new (&settings);
  if (serve_site_add_to (serving.site, serving.server, error) && listen_somewhere (&serving, error))
    {
      serve (&serving);
      is_done = TRUE;
    }

  g_object_unref (serving.server);
  serve_site_free (serving.site);
  g_free (serving.base);

  return is_done;
}

const Command command_serve = {
  .name = "serve",
  .summary = N_ ("Show the mailbox as pages in your browser"),
  .examples = "gimap4d serve imaps://ada@imap.example.org/ --open",
  .entries = entries,
  .run = run_serve,
};

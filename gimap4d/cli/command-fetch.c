/* gimap4d fetch: mails of a box become files, and what was interrupted goes on.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-fetcher.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-store.h"
#include "gimap4d/cli/command.h"

static gboolean is_maildir;
static gboolean is_mbox;
static gboolean may_replace;
static char *ids_text;
static char *criteria;

static const GOptionEntry entries[] = {
  { "maildir", 0, 0, G_OPTION_ARG_NONE, &is_maildir, N_ ("Make TARGET a Maildir"), NULL },
  { "mbox", 0, 0, G_OPTION_ARG_NONE, &is_mbox, N_ ("Make TARGET one file, an mbox"), NULL },
  { "ids", 0, 0, G_OPTION_ARG_STRING, &ids_text, N_ ("Only these mails: 1:20,42"), N_ ("SET") },
  { "search", 0, 0, G_OPTION_ARG_STRING, &criteria,
    N_ ("Only mails that meet these criteria, see gimap4d search"), N_ ("CRITERIA") },
  { "force", 0, 0, G_OPTION_ARG_NONE, &may_replace,
    N_ ("Use TARGET even when it has mails of which nothing is known"), NULL },
  { NULL },
};

static GImapSearch *
make_search (GError **error)
{
  g_autoptr (GImapSearch) search = NULL;
  g_autoptr (GImapSearch) some = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;

  search = g_imap_search_parse (criteria != NULL ? criteria : "", error);
  if (search == NULL || ids_text == NULL)
    return g_steal_pointer (&search);
  ids = g_imap_message_set_parse (ids_text, error);
  if (ids == NULL)
    return NULL;
  some = g_imap_search_new_ids (ids);

  return g_imap_search_both (search, some);
}

static void
tell (const CommandRun *run, const CliFetchResult *result)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!run->is_json)
    {
      cli_print (gimap4d_ngettext ("%u mail was fetched.\n", "%u mails were fetched.\n",
                                   result->n_fetched),
                 result->n_fetched);
      if (result->n_known > 0)
        cli_print (gimap4d_ngettext ("%u was there already.\n", "%u were there already.\n",
                                     result->n_known),
                   result->n_known);
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "fetched");
  json_builder_add_int_value (builder, result->n_fetched);
  json_builder_set_member_name (builder, "known");
  json_builder_add_int_value (builder, result->n_known);
  json_builder_set_member_name (builder, "refused");
  json_builder_add_int_value (builder, result->n_refused);
  json_builder_set_member_name (builder, "octets");
  json_builder_add_int_value (builder, result->octets);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static gboolean
fetch (const CommandRun *run,
       GImapTransporter *transporter,
       GImapSearch *search,
       CliStore *store,
       GError **error)
{
  g_autoptr (GImapMessageSet) ids = NULL;
  CliFetchResult result = { 0 };
  gboolean is_done;

  ids = g_imap_transporter_search (transporter, search, run->cancellable, error);
  if (ids == NULL)
    return FALSE;
  is_done = cli_fetcher_run (run, transporter, ids, store, &result, error);
  if (is_done || result.n_fetched > 0)
    tell (run, &result);

  return is_done;
}

static gboolean
run_fetch (const CommandRun *run, GError **error)
{
  const char *box_name = run->url->box != NULL ? run->url->box : "INBOX";
  g_autofree char *place = cli_url_make_text (run->url, box_name);
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) box = NULL;
  g_autoptr (GImapSearch) search = NULL;
  CliStore *store;
  gboolean is_done;

  if (run->words[0] == NULL || (is_mbox && is_maildir))
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                   is_mbox && is_maildir ?
                       _ ("give one of --mbox and --maildir") :
                       _ ("there is no target; name a folder, or with --mbox a file"));
      return FALSE;
    }
  search = make_search (error);
  if (search == NULL)
    return FALSE;
  box = command_open_box (run, G_IMAP_BOX_STATE_READ_ONLY, &transporter, error);
  if (box == NULL)
    return FALSE;
  store = cli_store_open (is_mbox    ? CLI_STORE_MBOX :
                          is_maildir ? CLI_STORE_MAILDIR :
                                       CLI_STORE_FILES,
                          run->words[0], place, g_imap_box_info_get_uid_validity (box), may_replace,
                          error);
  if (store == NULL)
    return FALSE;
  is_done = fetch (run, transporter, search, store, error);
  store->klass->free (store);

  return is_done;
}

const Command command_fetch = {
  .name = "fetch",
  .words = N_ ("TARGET"),
  .summary = N_ (
      "Fetch the mails of a box into a folder, a Maildir or an mbox; again for the rest"),
  .examples = "gimap4d fetch imaps://ada@imap.example.org/INBOX backup\n"
              "  gimap4d fetch --mbox imaps://ada@imap.example.org/Archive/2024 2024.mbox\n"
              "  gimap4d fetch --maildir --search UNSEEN imaps://ada@imap.example.org/ Mail",
  .n_words = 1,
  .takes_files = TRUE,
  .entries = entries,
  .run = run_fetch,
};

/* gimap4d append: mails in files go into a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <sys/stat.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-date.h"
#include "gimap4d/cli/cli-mail-file.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-progress.h"
#include "gimap4d/cli/command.h"

static gboolean is_mbox;
static gboolean may_create;
static char **flags;
static char *date_text;
static int first_number = 1;

static const GOptionEntry entries[] = {
  { "mbox", 0, 0, G_OPTION_ARG_NONE, &is_mbox, N_ ("Each FILE is an mbox with many mails"), NULL },
  { "flag", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &flags,
    N_ ("Give the mails this keyword: $seen, $flagged, $answered, $draft, or one of your own; may "
        "be given again"),
    N_ ("KEYWORD") },
  { "date", 0, 0, G_OPTION_ARG_STRING, &date_text,
    N_ ("They count as received then (default: now; of an mbox what it says)"), N_ ("DATE") },
  { "create", 0, 0, G_OPTION_ARG_NONE, &may_create, N_ ("Make the box when it does not exist"),
    NULL },
  { "start", 0, 0, G_OPTION_ARG_INT, &first_number,
    N_ ("Begin with this mail of all that there are, to go on after a failure"), N_ ("NUMBER") },
  { NULL },
};

typedef struct
{
  const CommandRun *run;         /* unowned */
  GImapTransporter *transporter; /* unowned */
  GDateTime *date;               /* unowned, nullable */
  const char *box;
  CliProgress *progress;
  guint number; /* of the mail, over all files; from 1 */
} Adder;

/* What went wrong with one mail leaves those before it in the box: how to go on without any of them
 * twice. */
static gboolean
explain (Adder *adder, CliSpool *mail, GError *cause, GError **error)
{
  g_autofree char *message_id = cli_spool_find_message_id (mail);
  g_autoptr (GError) owned = cause;
  g_autofree char *sentence = cli_error_make_sentence (cause);

  if (g_error_matches (cause, G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME))
    g_set_error (error, CLI_ERROR, CLI_EXIT_UNKNOWN_OUTCOME,
                 _ ("%s; look with “gimap4d search URL 'HEADER Message-ID \"%s\"'” whether mail %u "
                    "is in the box, then go on with --start %u if it is and --start %u if not"),
                 cause->message, message_id != NULL ? message_id : "", adder->number,
                 adder->number + 1, adder->number);
  else if (adder->number == (guint) first_number)
    g_propagate_error (error, g_steal_pointer (&owned));
  else
    g_set_error (error, CLI_ERROR, cli_error_get_exit (cause),
                 _ ("mail %u was not added, all before it were: %s; go on with --start %u"),
                 adder->number, sentence, adder->number);

  return FALSE;
}

/* The same of a file that gives no mail. */
static gboolean
explain_file (Adder *adder, GError *cause, GError **error)
{
  g_autoptr (GError) owned = cause;

  if (adder->number < (guint) first_number)
    g_propagate_error (error, g_steal_pointer (&owned));
  else
    g_set_error (error, CLI_ERROR, cli_error_get_exit (cause),
                 _ ("%s; all mails before it were added: go on with --start %u"), cause->message,
                 adder->number + 1);

  return FALSE;
}

static GImapMessageSet *
send (Adder *adder, CliSpool *mail, GDateTime *date, GError **error)
{
  g_autoptr (GInputStream) stream = cli_spool_open (mail, error);

  if (stream == NULL)
    return NULL;

  return g_imap_transporter_append_stream (adder->transporter, stream, cli_spool_get_size (mail),
                                           adder->box, (const char *const *) flags,
                                           adder->date != NULL ? adder->date : date,
                                           adder->run->cancellable, error);
}

static void
tell (Adder *adder, const char *path, GImapMessageSet *ids)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *id = g_imap_message_set_to_string (ids);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!adder->run->is_json)
    return;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "number");
  json_builder_add_int_value (builder, adder->number);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, shown);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, *id != '\0' ? id : NULL);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static gboolean
add_mail (Adder *adder, const char *path, CliSpool *mail, GDateTime *date, GError **error)
{
  g_autoptr (GImapMessageSet) ids = NULL;
  GError *cause = NULL;

  ids = send (adder, mail, date, &cause);
  if (ids == NULL && may_create && g_error_matches (cause, G_IMAP_ERROR, G_IMAP_ERROR_TRYCREATE))
    {
      g_clear_error (&cause);
      if (g_imap_transporter_create_box (adder->transporter, adder->box, adder->run->cancellable,
                                         &cause))
        ids = send (adder, mail, date, &cause);
    }
  if (ids == NULL)
    return explain (adder, mail, cause, error);
  tell (adder, path, ids);

  return TRUE;
}

static gboolean
add_file (Adder *adder, const char *path, GError **error)
{
  GError *problem = NULL;
  g_autoptr (CliMailFile) file = cli_mail_file_open (path, is_mbox, &problem);

  if (file == NULL)
    return explain_file (adder, problem, error);
  while (TRUE)
    {
      g_autoptr (CliSpool) mail = NULL;
      g_autoptr (GDateTime) date = NULL;

      if (!cli_mail_file_next (file, &mail, &date, &problem))
        break;
      adder->number++;
      if (adder->number >= (guint) first_number && !add_mail (adder, path, mail, date, error))
        return FALSE;
      cli_progress_add (adder->progress, cli_spool_get_size (mail));
    }

  return problem == NULL || explain_file (adder, problem, error);
}

static guint64
sum_sizes (const char *const *paths)
{
  struct stat facts;
  guint64 sum = 0;

  for (guint i = 0; paths[i] != NULL; i++)
    if (stat (paths[i], &facts) == 0)
      sum += facts.st_size;

  return sum;
}

static gboolean
add_files (Adder *adder, GError **error)
{
  static const char *const input[] = { "-", NULL };
  const char *const *paths = adder->run->words[0] != NULL ? adder->run->words : input;
  g_autoptr (CliProgress) progress = cli_progress_new (_ ("Adding"), sum_sizes (paths));
  guint n_added;

  adder->progress = progress;
  for (guint i = 0; paths[i] != NULL; i++)
    if (!add_file (adder, paths[i], error))
      return FALSE;
  g_clear_pointer (&progress, cli_progress_free);
  n_added = adder->number >= (guint) first_number ? adder->number - first_number + 1 : 0;
  if (!adder->run->is_json)
    cli_print (gimap4d_ngettext ("%u mail was added.\n", "%u mails were added.\n", n_added),
               n_added);

  return TRUE;
}

static gboolean
run_append (const CommandRun *run, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GDateTime) date = NULL;
  Adder adder = { run };

  if (first_number < 1)
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE, _ ("--start takes a number from 1 on"));
      return FALSE;
    }
  if (date_text != NULL)
    {
      date = cli_date_parse (date_text, error);
      if (date == NULL)
        return FALSE;
    }
  transporter = cli_account_connect (run->account, run->url, run->cancellable, error);
  if (transporter == NULL)
    return FALSE;
  adder.transporter = transporter;
  adder.date = date;
  adder.box = run->url->box != NULL ? run->url->box : "INBOX";

  return add_files (&adder, error);
}

const Command command_append = {
  .name = "append",
  .words = N_ ("[FILE…]"),
  .summary = N_ ("Put mails into a box, from files or standard input"),
  .examples = "gimap4d append imaps://ada@imap.example.org/Drafts --flag '$draft' mail.eml\n"
              "  gimap4d append imaps://ada@imap.example.org/Old --create --mbox old.mbox\n"
              "  generate-report | gimap4d append --password-file secret "
              "imaps://ada@imap.example.org/",
  .n_words = G_MAXUINT - 1,
  .takes_files = TRUE,
  .entries = entries,
  .run = run_append,
};

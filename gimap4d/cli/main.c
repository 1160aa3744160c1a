/* The command gimap4d: reads the command line and runs what it asks for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-complete.h"
#include "gimap4d/cli/cli-interrupt.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/command.h"

static const Command *const commands[] = {
  &command_check, &command_boxes,  &command_list,  &command_search, &command_get,
  &command_fetch, &command_append, &command_watch, &command_serve,
};

static const char *
translate_cb (const char *text, gpointer data)
{
  return gimap4d_gettext (text);
}

static void
print_help (void)
{
  cli_print (_ ("Usage:\n  gimap4d COMMAND URL [OPTION…]\n\n"
                "URL says where the mail is: imaps://user@host[:port]/[box]\n\nCommands:\n"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    cli_print ("  %-8s  %s\n", commands[i]->name, _ (commands[i]->summary));
  cli_print (_ ("\n“gimap4d COMMAND --help” tells more of a command, gimap4d(1) tells all.\n"));
}

static const Command *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];

  return NULL;
}

static gboolean is_json;

static const GOptionEntry entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("Print JSON, for programs"), NULL },
  { NULL },
};

static GOptionContext *
new_context (const Command *command, const GOptionEntry *account_entries)
{
  g_autofree char *usage = g_strdup_printf (command->words != NULL ? "%s URL %s" : "%s URL",
                                            command->name,
                                            command->words != NULL ? _ (command->words) : "");
  g_autofree char *examples = g_strdup_printf (_ ("Examples:\n  %s"), command->examples);
  GOptionContext *context = g_option_context_new (usage);

  g_option_context_set_translate_func (context, translate_cb, NULL, NULL);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_description (context, examples);
  if (command->entries != NULL)
    g_option_context_add_main_entries (context, command->entries, NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, account_entries, NULL);

  return context;
}

/* The words of the command line may be in another character set; the name of a file is what its octets
 * are. */
static char *
take_word (const char *word, gboolean is_file, GError **error)
{
  char *text = is_file || g_utf8_validate (word, -1, NULL) ?
                   g_strdup (word) :
                   g_locale_to_utf8 (word, -1, NULL, NULL, NULL);

  if (text == NULL)
    g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                 _ ("“%s” is no text in the character set of the locale"), word);

  return text;
}

static gboolean
take_words (const Command *command, char **words, GStrv *out_words, GError **error)
{
  g_autoptr (GStrvBuilder) taken = g_strv_builder_new ();
  guint n_words = g_strv_length (words);

  /* What stands between options and a word that looks like one. */
  if (n_words > 0 && strcmp (words[0], "--") == 0)
    {
      words++;
      n_words--;
    }
  if (n_words == 0)
    g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                 _ ("there is no URL; “gimap4d %s --help” tells how it is used"), command->name);
  else if (n_words - 1 > command->n_words)
    g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                 _ ("“%s” is too much; “gimap4d %s --help” tells how it is used"),
                 words[command->n_words + 1], command->name);
  else
    {
      for (guint i = 0; i < n_words; i++)
        {
          g_autofree char *word = take_word (words[i], i > 0 && command->takes_files, error);

          if (word == NULL)
            return FALSE;
          g_strv_builder_add (taken, word);
        }
      *out_words = g_strv_builder_end (taken);
      return TRUE;
    }

  return FALSE;
}

/* @given: the program's name, then what follows the name of the command. */
static gboolean
run_command (const Command *command, char **given, GError **error)
{
  g_auto (GStrv) words = g_strdupv (given);
  g_autoptr (CliAccount) account = cli_account_new ();
  g_autofree GOptionEntry *account_entries = cli_account_make_entries (account);
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (CliUrl) url = NULL;
  g_auto (GStrv) rest = NULL;
  CommandRun run = { .account = account };

  context = new_context (command, account_entries);
  if (!g_option_context_parse_strv (context, &words, error))
    {
      g_prefix_error (error, "%s: ", command->name);
      return FALSE;
    }
  if (!take_words (command, words + 1, &rest, error))
    return FALSE;
  url = cli_url_parse (rest[0], error);
  if (url == NULL)
    return FALSE;

  run.is_json = is_json;
  run.url = url;
  run.words = (const char *const *) rest + 1;
  run.cancellable = cli_interrupt_watch ();

  return command->run (&run, error) && cli_print_finish (error);
}

/* @name: of the command whose options are wanted; NULL for the commands. */
static void
print_completion (const char *name)
{
  g_autoptr (CliAccount) account = cli_account_new ();
  g_autofree GOptionEntry *account_entries = cli_account_make_entries (account);
  const Command *command = name != NULL ? find_command (name) : NULL;

  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (commands); i++)
    cli_complete_print_command (commands[i]);
  if (command == NULL)
    return;
  cli_complete_print_options (command->entries);
  cli_complete_print_options (entries);
  cli_complete_print_options (account_entries);
}

/* What is no command of its own. */
static gboolean
run_option (const char *option, const char *word)
{
  if (g_str_equal (option, "--help") || g_str_equal (option, "-h"))
    print_help ();
  else if (g_str_equal (option, "--version"))
    cli_print ("gimap4d %s\n", PACKAGE_VERSION);
  else if (g_str_equal (option, "--complete"))
    print_completion (word);
  else
    return FALSE;

  return TRUE;
}

static int
report (const GError *error)
{
  g_autofree char *sentence = cli_error_make_sentence (error);

  /* Who stopped it knows; but a command may have to say what was done until then. */
  if (!cli_error_is_interrupt (error) || !cli_interrupt_has_come ())
    cli_complain ("%s", sentence);
  cli_interrupt_raise ();

  return cli_error_get_exit (error);
}

int
main (int argc, char **argv)
{
  /* Passwords pass through the heap of this program. One octet, unlike none, also keeps the kernel
   * from handing the core to another program. */
  static const struct rlimit no_core = { 1, 1 };
  g_autoptr (GError) error = NULL;
  const Command *command;

  setrlimit (RLIMIT_CORE, &no_core);
  setlocale (LC_ALL, "");
  g_set_prgname ("gimap4d");
  if (argc >= 2 && run_option (argv[1], argv[2]))
    return CLI_EXIT_OK;

  command = argc >= 2 ? find_command (argv[1]) : NULL;
  if (command == NULL)
    g_set_error (&error, CLI_ERROR, CLI_EXIT_USAGE,
                 argc >= 2 ? _ ("there is no command “%s”; “gimap4d --help” lists them") :
                             _ ("there is no command; “gimap4d --help” lists them"),
                 argv[1]);
  else
    {
      argv[1] = argv[0];
      if (run_command (command, argv + 1, &error))
        return CLI_EXIT_OK;
    }

  return report (error);
}

/* The hostile suite: plays each script in three chunkings over three transports, and judges.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "anywhere.h"
#include "play.h"
#include "report.h"
#include "verdict.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define SUFFIX ".script"
#define ALL_SETS 7

static char *over_option;
static char *chunk_option;
static char *letter_option;
static char *report_option;
static gboolean show_option;
static gboolean verbose_option;
static gboolean cut_option;
static gboolean cancel_option;
static int sample_option;

static const GOptionEntry option_entries[] = {
  { "over", 0, 0, G_OPTION_ARG_STRING, &over_option, "Only plain, starttls or tls", "NAME" },
  { "chunk", 0, 0, G_OPTION_ARG_STRING, &chunk_option, "Only one, whole, random or random:SEED",
    "NAME" },
  { "letter", 0, 0, G_OPTION_ARG_STRING, &letter_option,
    "Only the scripts of the suite whose names begin so", "LETTER" },
  { "show", 0, 0, G_OPTION_ARG_NONE, &show_option, "Show what goes to and fro, with times", NULL },
  { "details", 0, 0, G_OPTION_ARG_NONE, &verbose_option, "Show what each call returned", NULL },
  { "report", 0, 0, G_OPTION_ARG_FILENAME, &report_option, "Write an object of JSON for each play",
    "FILE" },
  { "cut-anywhere", 0, 0, G_OPTION_ARG_NONE, &cut_option,
    "Play again and again, cut after each byte", NULL },
  { "cancel-anywhere", 0, 0, G_OPTION_ARG_NONE, &cancel_option,
    "Play again and again, cancelled after each byte", NULL },
  { "sample", 0, 0, G_OPTION_ARG_INT, &sample_option, "… at so many places only, by chance",
    "NUMBER" },
  { NULL }
};

/* One test: a script and how it is played. */
typedef struct
{
  Stage *stage;           /* unowned */
  const ScriptFile *file; /* unowned */
  PlayPlan plan;
} Case;

static Stage stage;
static GPtrArray *files;  /* owned: of ScriptFile */
static GPtrArray *cases;  /* owned: of Case */
static FILE *report_file; /* owned, nullable */

static void
tell (const Case *test, const PlayPlan *plan, const PlayRecord *record, GPtrArray *faults)
{
  gboolean is_wanted = show_option || verbose_option || faults->len > 0;
  g_autofree char *text = is_wanted ? report_to_text (test->file, plan, record, faults,
                                                      show_option || faults->len > 0) :
                                      NULL;

  if (text != NULL)
    g_test_message ("%s", text);
  if (report_file != NULL)
    {
      g_autofree char *json = report_to_json (test->file, plan, record, faults);

      fprintf (report_file, "%s\n", json);
      fflush (report_file);
    }
  if (faults->len > 0)
    g_test_fail ();
}

static void
disturbed_cb (const PlayPlan *plan, const PlayRecord *record, GPtrArray *faults, gpointer data)
{
  if (faults->len > 0)
    g_test_message ("cut at %" G_GUINT64_FORMAT ", cancelled at %" G_GUINT64_FORMAT, plan->cut_at,
                    plan->cancel_at);
  tell (data, plan, record, faults);
}

static gboolean
has_addresses_for (const ScriptFile *file)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         limit.rlim_cur >= (rlim_t) file->needs;
}

static void
run_case (gconstpointer data)
{
  const Case *test = data;
  g_auto (PlayRecord) record = { 0 };
  g_autoptr (GPtrArray) faults = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_addresses_for (test->file))
    {
      g_test_skip ("this program may not have as many addresses as the mail needs");
      return;
    }
  if (test->plan.chunk == SCRIPT_CHUNK_RANDOM)
    g_test_message ("--chunk random:%u", test->plan.seed);
  if (!play_script (test->stage, test->file, &test->plan, &record, &error))
    g_error ("%s", error->message);
  faults = verdict_find_faults (test->file, &test->plan, &record);
  tell (test, &test->plan, &record, faults);
}

static void
run_anywhere (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;

  if (!anywhere_play (test->stage, test->file, &test->plan,
                      cut_option ? ANYWHERE_CUT : ANYWHERE_CANCEL, (guint) MAX (sample_option, 0),
                      disturbed_cb, (gpointer) test, &error))
    g_error ("%s", error->message);
}

static void
add_case (const ScriptFile *file,
          const ScriptEach *each,
          ScriptOver over,
          ScriptChunk chunk,
          guint32 seed)
{
  Case *test = g_new0 (Case, 1);
  const char *folder = cut_option ? "cut" : cancel_option ? "cancel" : "hostile";
  g_autofree char *path = g_strdup_printf ("/%s/%s%s%s/%s/%s", folder, file->name, each ? "/" : "",
                                           each ? each->name : "", script_over_get_name (over),
                                           script_chunk_get_name (chunk));

  test->stage = &stage;
  test->file = file;
  play_plan_init (&test->plan, over, chunk, seed);
  test->plan.each = each;
  g_ptr_array_add (cases, test);
  g_test_add_data_func (path, test, cut_option || cancel_option ? run_anywhere : run_case);
}

/* What the option allows. */
static guint
read_overs (void)
{
  guint over = over_option != NULL ? script_over_from_name (over_option) : ALL_SETS;

  if (over == 0)
    g_error ("--over plain, starttls or tls, not %s", over_option);

  return over;
}

static guint
read_chunks (guint32 *seed)
{
  const char *colon = chunk_option != NULL ? strchr (chunk_option, ':') : NULL;
  g_autofree char *name = colon != NULL ? g_strndup (chunk_option, (gsize) (colon - chunk_option)) :
                                          g_strdup (chunk_option);
  guint chunk = name != NULL ? script_chunk_from_name (name) : ALL_SETS;

  if (chunk == 0)
    g_error ("--chunk one, whole, random or random:SEED, not %s", chunk_option);
  if (colon != NULL)
    *seed = (guint32) g_ascii_strtoull (colon + 1, NULL, 10);

  return chunk;
}

static void
add_cases_of_each (const ScriptFile *file, const ScriptEach *each)
{
  guint32 seed = (guint32) g_test_rand_int ();
  guint overs = file->over & read_overs ();
  guint chunks = file->chunks & read_chunks (&seed);

  for (guint over = 1; over <= overs; over <<= 1)
    for (guint chunk = 1; chunk <= chunks; chunk <<= 1)
      if ((overs & over) != 0 && (chunks & chunk) != 0)
        add_case (file, each, (ScriptOver) over, (ScriptChunk) chunk, seed);
}

static void
add_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  ScriptFile *file = script_file_load (path, &error);

  if (file == NULL)
    g_error ("%s", error->message);
  g_ptr_array_add (files, file);
  for (guint i = 0; i < file->eachs->len; i++)
    add_cases_of_each (file, g_ptr_array_index (file->eachs, i));
  if (file->eachs->len == 0)
    add_cases_of_each (file, NULL);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* In the order of their names. */
static void
add_folder (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_suffix (name, SUFFIX) &&
        (letter_option == NULL || g_str_has_prefix (name, letter_option)))
      g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    add_file (g_ptr_array_index (names, i));
}

static void
add_arguments (int argc, char **argv)
{
  g_autofree char *suite = g_test_build_filename (G_TEST_DIST, "hostile", NULL);

  if (argc == 1)
    add_folder (suite);
  for (int i = 1; i < argc; i++)
    if (g_file_test (argv[i], G_FILE_TEST_IS_DIR))
      add_folder (argv[i]);
    else
      add_file (argv[i]);
}

/* What is made once in the life of a program is not charged to the first play. */
static void
warm_up (void)
{
  static const char text[] = "do: check\n---\nuse login\nC: $1 NOOP\nS: $1 OK\n";
  g_autoptr (ScriptFile) file = script_file_parse ("warm-up.script", text, NULL);

  /* What a notifier listens to. */
  g_network_monitor_get_default ();
  for (guint over = SCRIPT_OVER_PLAIN; over <= SCRIPT_OVER_TLS; over <<= 1)
    {
      PlayPlan plan;
      g_auto (PlayRecord) record = { 0 };
      g_autoptr (GError) error = NULL;

      play_plan_init (&plan, (ScriptOver) over, SCRIPT_CHUNK_WHOLE, 0);
      if (!play_script (&stage, file, &plan, &record, &error))
        g_error ("%s", error->message);
    }
}

/* A plain number for --seed becomes what GLib wants, and one fault does not end the program.
 * Returns: (transfer container): with the strings of the old one */
static char **
prepare_arguments (int *argc, char **argv)
{
  static char seed[64];
  char **result = g_new0 (char *, *argc + 2);

  for (int i = 0; i < *argc; i++)
    {
      result[i] = argv[i];
      if (i > 0 && g_str_equal (argv[i - 1], "--seed") && g_ascii_isdigit (argv[i][0]))
        {
          g_snprintf (seed, sizeof seed, "R02S%08x%08x%08x%08x",
                      (guint) g_ascii_strtoull (argv[i], NULL, 10), 0, 0, 0);
          result[i] = seed;
        }
    }
  result[(*argc)++] = (char *) "-k";

  return result;
}

/* Debug messages, which GLib shows in tests, are copies of what came: they would count as memory. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)) != 0)
    return G_LOG_WRITER_HANDLED;

  return g_log_writer_default (level, fields, n_fields, data);
}

static void
drop_log (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)) == 0)
    g_log_default_handler (domain, level, message, data);
}

int
main (int argc, char **argv)
{
  PeerProcess *peers = peer_process_new ();
  g_autoptr (GOptionContext) context = g_option_context_new ("[SCRIPT | FOLDER]…");
  g_autofree char **arguments = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_add_main_entries (context, option_entries, NULL);
  arguments = prepare_arguments (&argc, argv);
  argv = arguments;
  g_test_init (&argc, &argv, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_log_set_writer_func (write_log, NULL, NULL);
  g_log_set_default_handler (drop_log, NULL);
  if (report_option != NULL)
    report_file = fopen (report_option, "w");

  stage_init (&stage, peers);
  files = g_ptr_array_new_with_free_func ((GDestroyNotify) script_file_free);
  cases = g_ptr_array_new_with_free_func (g_free);
  add_arguments (argc, argv);
  warm_up ();
  status = g_test_run ();

  g_ptr_array_unref (cases);
  g_ptr_array_unref (files);
  stage_clear (&stage);
  g_clear_pointer (&report_file, fclose);

  return status;
}

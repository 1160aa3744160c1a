/* P19, D11, R14, D18: what a client does in ordinary talk (P18-….script), with the connection cut, or
 * the call cancelled, at any octet of the wire: nobody hangs, nobody is told what is not so, and
 * nothing is sent twice.
 *
 *   test-anywhere --kind cut --sample 3       at so many places of each side, by chance
 *   test-anywhere --kind cancel               at all of them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-text.h"
#include "disturbed-play.h"
#include "heap-in-use.h"
#include "scripted-peer.h"
#include "sent-commands.h"

#include "gimap4d/imap/session/imap-watch.h"

#include <gimap4d/gimap4d.h>
#include <string.h>

#define PREFIX "P18-"
#define SUFFIX ".script"
/* Of a handshake one script shows each octet; the others take steps, beginning anywhere. */
#define WHOLE_HANDSHAKE "P18-login-plain"
#define TLS_STEP 17
/* A call that is cancelled returns in 250 ms on a machine that has nothing else to do. */
#define CANCEL_TARGET_US 250000
#define CANCEL_LIMIT_US 3000000
#define TIME_STEP_US 1000
/* What the allocator keeps, and then: a leak in each play is more. */
#define HEAP_SLACK (1536 * 1024)
#define HEAP_PER_PLAY 16
#define HEAP_DEADLINE_US (20 * G_USEC_PER_SEC)
#define WARM_UP_ROUNDS 5

static char *kind = NULL;
static int n_samples = 0;
static GTlsDatabase *tls_database;
static GPtrArray *files;

static guint n_plays = 0;
static guint n_faults = 0;
static guint n_unknown = 0;
static guint n_done = 0;
static guint n_late = 0;
static gint64 slowest_cancel = 0;
static gsize first_heap = 0;

static const GOptionEntry option_entries[] = {
  { "kind", 0, 0, G_OPTION_ARG_STRING, &kind, "cut or cancel", "KIND" },
  { "sample", 0, 0, G_OPTION_ARG_INT, &n_samples, "At so many places of each side only", "N" },
  { NULL },
};

/* What changes mail, and the commands that do it. */
static const struct
{
  const char *call;
  const char *verbs;
} changing_calls[] = {
  { "add-flags", "STORE" },
  { "append", "APPEND" },
  { "append-binary", "APPEND" },
  { "copy", "COPY" },
  { "create", "CREATE" },
  { "delete", "STORE" },
  { "delete-box", "DELETE" },
  { "expunge", "EXPUNGE" },
  { "move", "MOVE COPY STORE EXPUNGE" },
  { "remove-flags", "STORE" },
  { "rename", "RENAME" },
  { "subscribe", "SUBSCRIBE" },
  { "unsubscribe", "UNSUBSCRIBE" },
};

typedef struct
{
  const ScriptFile *file; /* unowned */
  ScriptOver over;
} Case;

/* What an undisturbed play is like. */
typedef struct
{
  DisturbedPlay *play;
  GHashTable *changes;
} Ideal;

static GHashTable *
count_changes (const DisturbedPlay *play)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < play->written->len; i++)
    sent_commands_count_changes (g_ptr_array_index (play->written, i), counts);

  return counts;
}

static gboolean
is_call (const DisturbedCall *call, const char *name)
{
  gsize length = strlen (name);

  return strncmp (call->text, name, length) == 0 &&
         (call->text[length] == ' ' || call->text[length] == '\0');
}

/* The commands with which the call changes something; NULL: it does not. */
static const char *
get_verbs (const DisturbedCall *call)
{
  for (guint i = 0; i < G_N_ELEMENTS (changing_calls); i++)
    if (is_call (call, changing_calls[i].call))
      return changing_calls[i].verbs;

  return NULL;
}

/* How many of the changes are such commands. */
static guint
count_of_call (GHashTable *changes, const DisturbedCall *call)
{
  const char *verbs = get_verbs (call);
  GHashTableIter iter;
  gpointer change;
  guint count = 0;

  g_hash_table_iter_init (&iter, changes);
  while (verbs != NULL && g_hash_table_iter_next (&iter, &change, NULL))
    {
      const char *verb = g_str_has_prefix (change, "UID ") ? (char *) change + 4 : change;
      g_autofree char *word = g_strndup (verb, strcspn (verb, " \r"));
      g_auto (GStrv) words = g_strsplit (verbs, " ", -1);

      if (g_strv_contains ((const char *const *) words, word))
        count++;
    }

  return count;
}

static void G_GNUC_PRINTF (2, 3) add_fault (GPtrArray *faults, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (faults, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
check_changes (const Ideal *ideal, GHashTable *changes, GPtrArray *faults)
{
  GHashTableIter iter;
  gpointer change;
  gpointer count;

  g_hash_table_iter_init (&iter, changes);
  while (g_hash_table_iter_next (&iter, &change, &count))
    if (GPOINTER_TO_UINT (count) > GPOINTER_TO_UINT (g_hash_table_lookup (ideal->changes, change)))
      add_fault (faults, "this was sent %u times: %s", GPOINTER_TO_UINT (count),
                 (const char *) change);
}

/* What a call that failed may say, after all that was written. */
static void
check_failure (const DisturbedCall *call,
               const Disturbance *disturbance,
               GHashTable *changes,
               GPtrArray *faults)
{
  g_autofree char *name = client_text_dup_error_name (call->error);
  guint n_changes = count_of_call (changes, call);
  gboolean is_unknown = g_str_equal (name, "UNKNOWN_OUTCOME");
  gboolean is_loss = g_str_equal (name, "DISCONNECTED") || g_str_equal (name, "TLS_TRUNCATED") ||
                     g_str_equal (name, "BYE") ||
                     /* It was reset while it was made. */
                     (disturbance->n_octets == 0 && g_str_equal (name, "CONNECT"));
  gboolean is_cancel = g_str_equal (name, "CANCELLED");

  n_unknown += is_unknown ? 1 : 0;
  if (!is_unknown && !(disturbance->harm == HARM_CANCEL ? is_cancel : is_loss))
    add_fault (faults, "“%s” is no error for this: %s: %s", call->text, name, call->error->message);
  if (is_unknown && get_verbs (call) == NULL)
    add_fault (faults, "“%s” changes nothing, and its outcome is said to be unknown", call->text);
  /* A cut that the server sees, too, hides the rest of what was written. */
  if (is_unknown && n_changes == 0 &&
      (disturbance->harm == HARM_CUT || disturbance->harm == HARM_CANCEL))
    add_fault (faults, "the outcome is said to be unknown, and nothing was sent: %s",
               call->error->message);
  /* Of a change in several steps the sentence tells which were done. */
  if (!is_unknown && n_changes > 0 && strstr (call->error->message, "copied") == NULL)
    add_fault (faults, "the server had got “%s” when it was said to be %s", call->text, name);
}

static void
check_call (const Ideal *ideal,
            guint index,
            const DisturbedPlay *play,
            const Disturbance *disturbance,
            GHashTable *changes,
            GPtrArray *faults)
{
  const DisturbedCall *call = g_ptr_array_index (play->calls, index);
  const DisturbedCall *wanted = g_ptr_array_index (ideal->play->calls, index);

  if (call->error != NULL)
    {
      check_failure (call, disturbance, changes, faults);
      return;
    }
  /* It tells of the loss as of any other news. */
  if (is_call (call, "notify"))
    return;
  if (!g_str_equal (call->result, wanted->result))
    add_fault (faults, "“%s” returned “%s”, not “%s”", call->text, call->result, wanted->result);
  if (count_of_call (changes, call) < count_of_call (ideal->changes, call))
    add_fault (faults, "“%s” is said to be done, and was not sent", call->text);
}

static GPtrArray *
find_faults (const Ideal *ideal, const DisturbedPlay *play, const Disturbance *disturbance)
{
  GPtrArray *faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) changes = count_changes (play);
  const DisturbedCall *last = g_ptr_array_index (play->calls, play->calls->len - 1);

  check_changes (ideal, changes, faults);
  for (guint i = 0; i < play->calls->len; i++)
    check_call (ideal, i, play, disturbance, changes, faults);
  if (play->cancel_took > CANCEL_LIMIT_US)
    add_fault (faults, "“%s” came back %" G_GINT64_FORMAT " ms after it was cancelled", last->text,
               play->cancel_took / 1000);
  if (!play->is_freed)
    add_fault (faults, "somebody keeps the transporter");
  n_done += last->error == NULL ? 1 : 0;
  n_late += play->cancel_took > CANCEL_TARGET_US ? 1 : 0;
  slowest_cancel = MAX (slowest_cancel, play->cancel_took);

  return faults;
}

static void
tell (const Case *test,
      const Disturbance *disturbance,
      const DisturbedPlay *play,
      const char *fault)
{
  static const char *const harms[] = { "none", "cut", "sever", "reset", "cancel" };
  g_autofree char *when = disturbance->after_us >= 0 ?
                              g_strdup_printf ("after %" G_GINT64_FORMAT " µs",
                                               disturbance->after_us) :
                              g_strdup_printf (
                                  "at octet %" G_GUINT64_FORMAT " of the %s", disturbance->n_octets,
                                  disturbance->side == FAULT_CLIENT ? "client" : "server");

  g_test_message ("%s over %s, %s %s: %s", test->file->name, script_over_get_name (test->over),
                  harms[disturbance->harm], when, fault);
  for (guint i = 0; i < play->written->len; i++)
    {
      GBytes *written = g_ptr_array_index (play->written, i);
      g_autofree char *text = g_strndup (g_bytes_get_data (written, NULL),
                                         g_bytes_get_size (written));
      g_autofree char *escaped = g_strescape (text != NULL ? text : "", NULL);

      g_test_message ("  connection %u: %s", i + 1, escaped);
    }
}

static void
play_disturbed (const Case *test, const Ideal *ideal, const Disturbance *disturbance)
{
  g_autoptr (DisturbedPlay)
      play = disturbed_play_new (test->file, test->over, tls_database, disturbance);
  g_autoptr (GPtrArray) faults = find_faults (ideal, play, disturbance);

  n_plays++;
  for (guint i = 0; i < faults->len; i++)
    tell (test, disturbance, play, g_ptr_array_index (faults, i));
  n_faults += faults->len;
  if (faults->len > 0)
    g_test_fail ();
}

/* A server that is cut off has got exactly what passed; how it sees that makes no difference. */
static Harm
choose_harm (FaultSide side)
{
  if (g_str_equal (kind, "cancel"))
    return HARM_CANCEL;
  if (side == FAULT_SERVER)
    return HARM_CUT;

  return g_test_rand_bit () ? HARM_SEVER : HARM_RESET;
}

/* Whether a place in the full run is one that is taken. */
static guint64
get_step (const Case *test)
{
  if (test->over == SCRIPT_OVER_PLAIN || g_str_equal (test->file->name, WHOLE_HANDSHAKE))
    return 1;

  return TLS_STEP;
}

static void
play_side (const Case *test, const Ideal *ideal, FaultSide side)
{
  guint64 n_octets = ideal->play->n_octets[side];
  guint64 step = get_step (test);
  Disturbance disturbance = { .side = side, .after_us = -1 };

  for (int i = 0; i < n_samples; i++)
    {
      disturbance.harm = choose_harm (side);
      disturbance.n_octets = (guint64) g_test_rand_int_range (0, (gint32) n_octets + 1);
      play_disturbed (test, ideal, &disturbance);
    }
  if (n_samples > 0)
    return;
  for (guint64 at = (guint64) g_test_rand_int_range (0, (gint32) step); at <= n_octets; at += step)
    {
      disturbance.harm = choose_harm (side);
      disturbance.n_octets = at;
      play_disturbed (test, ideal, &disturbance);
    }
}

/* Cancelled by the clock: between octets, and while nothing passes. */
static void
play_times (const Case *test, const Ideal *ideal)
{
  gint64 duration = MIN (ideal->play->duration * 3 / 2, 100 * 1000);
  Disturbance disturbance = { .harm = HARM_CANCEL };

  for (int i = 0; i < n_samples; i++)
    {
      disturbance.after_us = g_test_rand_int_range (0, (gint32) duration);
      play_disturbed (test, ideal, &disturbance);
    }
  for (gint64 at = 0; at < duration && n_samples == 0; at += TIME_STEP_US)
    {
      disturbance.after_us = at;
      play_disturbed (test, ideal, &disturbance);
    }
}

static const Disturbance none = { .harm = HARM_NONE, .after_us = -1 };

/* What libraries make once and keep is not charged to the plays. */
static void
warm_up (void)
{
  for (guint i = 0; i < WARM_UP_ROUNDS; i++)
    for (guint over = SCRIPT_OVER_PLAIN; over <= SCRIPT_OVER_TLS; over <<= 1)
      disturbed_play_free (disturbed_play_new (g_ptr_array_index (files, 0), (ScriptOver) over,
                                               tls_database, &none));
  first_heap = heap_get_in_use ();
}

static void
run_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (DisturbedPlay) play = disturbed_play_new (test->file, test->over, tls_database, &none);
  g_autoptr (GHashTable) changes = count_changes (play);
  Ideal ideal = { play, changes };
  const DisturbedCall *last = g_ptr_array_index (play->calls, play->calls->len - 1);

  g_assert_no_error (last->error);
  play_side (test, &ideal, FAULT_SERVER);
  play_side (test, &ideal, FAULT_CLIENT);
  if (g_str_equal (kind, "cancel"))
    play_times (test, &ideal);
}

static void
add_file (ScriptFile *file)
{
  g_ptr_array_add (files, file);
  for (guint over = SCRIPT_OVER_PLAIN; over <= SCRIPT_OVER_TLS; over <<= 1)
    {
      Case test = { file, (ScriptOver) over };
      g_autofree char *path = NULL;

      if ((file->over & over) == 0)
        continue;
      path = g_strdup_printf ("/%s/%s/%s",
                              g_str_equal (kind, "cut") ? "P19-D11-cut" : "R14-D18-cancel",
                              file->name, script_over_get_name (test.over));
      g_test_add_data_func_full (path, g_memdup2 (&test, sizeof test), run_case, g_free);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
add_files (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "hostile", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, PREFIX) && g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      ScriptFile *file = script_file_load (g_ptr_array_index (names, i), &error);

      g_assert_no_error (error);
      add_file (file);
    }
}

/* Connections that were cut go in a thread of their own: what stays is what is in use after that. */
static void
test_heap (void)
{
  gsize limit = first_heap + HEAP_SLACK + n_plays * (gsize) HEAP_PER_PLAY;
  gint64 deadline = g_get_monotonic_time () + HEAP_DEADLINE_US;
  gsize heap = heap_get_in_use ();

  while (heap > limit && g_get_monotonic_time () < deadline)
    {
      g_usleep (G_USEC_PER_SEC / 100);
      heap = heap_get_in_use ();
    }

  g_test_message (
      "%u plays: %u done, %u of unknown outcome, %u faults; the slowest came back %.1f ms "
      "after it was cancelled, %u later than %d ms; %" G_GSIZE_FORMAT
      " KiB in use before, %" G_GSIZE_FORMAT " at the end",
      n_plays, n_done, n_unknown, n_faults, (double) slowest_cancel / 1000, n_late,
      CANCEL_TARGET_US / 1000, first_heap / 1024, heap / 1024);
  g_assert_cmpuint (heap, <=, limit);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, option_entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (g_strcmp0 (kind, "cut") != 0 && g_strcmp0 (kind, "cancel") != 0)
    g_error ("--kind cut or --kind cancel");

  tls_database = scripted_peer_new_database ();
  files = g_ptr_array_new_with_free_func ((GDestroyNotify) script_file_free);
  imap_rest_times.retry_min = 1;
  imap_rest_times.pause = 1;
  add_files ();
  g_test_add_func ("/total/in-use", test_heap);

  warm_up ();
  result = g_test_run ();
  g_ptr_array_unref (files);
  g_object_unref (tls_database);

  return result;
}

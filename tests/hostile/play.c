/* Plays one hostile script once, over real sockets, and records what came of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "play.h"

#include "client-calls.h"
#include "peer-script.h"

#include <string.h>

/* A call that runs for so long would never come back. */
#define STUCK_US (60 * G_USEC_PER_SEC)
#define POLL_US 500
/* A good-bye that nobody answers takes IMAP_LIMIT_LOGOUT_MS. */
#define DESCRIPTORS_POLLS 7000
#define REST_POLLS 12000

/* Who cancels a call: as the plan has it, or when it is stuck. */
typedef struct
{
  GCancellable *cancellable; /* owned */
  const guint64 *n_sent;     /* unowned */
  guint64 cancel_at;
  gint64 start;
  gint64 cancel_time;

  GMutex mutex;
  GCond changed;
  gboolean is_over;
  gint64 cancelled_at;
  gboolean was_stuck;
} Canceller;

void
stage_init (Stage *stage, PeerProcess *peers)
{
  stage->peers = peers;
  stage->database = scripted_peer_new_database ();
}

void
stage_clear (Stage *stage)
{
  g_clear_pointer (&stage->peers, peer_process_free);
  g_clear_object (&stage->database);
}

void
play_plan_init (PlayPlan *plan, ScriptOver over, ScriptChunk chunk, guint32 seed)
{
  *plan = (PlayPlan){ .over = over,
                      .chunk = chunk,
                      .seed = seed,
                      .cut_at = G_MAXUINT64,
                      .cancel_at = G_MAXUINT64,
                      .cancel_after_us = -1 };
}

static void
clear_call (PlayCall *call)
{
  g_free (call->result);
  g_clear_error (&call->error);
}

void
play_record_clear (PlayRecord *record)
{
  g_clear_pointer (&record->calls, g_array_unref);
  peer_findings_clear (&record->findings);
}

/* With the canceller's mutex. */
static gboolean
is_due (Canceller *canceller)
{
  gint64 now = g_get_monotonic_time ();

  if (now >= canceller->start + STUCK_US)
    canceller->was_stuck = TRUE;

  return canceller->was_stuck || now >= canceller->cancel_time ||
         __atomic_load_n (canceller->n_sent, __ATOMIC_RELAXED) >= canceller->cancel_at;
}

static gpointer
canceller_thread (gpointer data)
{
  Canceller *canceller = data;
  gint64 wait = canceller->cancel_at != G_MAXUINT64 ? POLL_US : STUCK_US;
  gboolean is_over;

  g_mutex_lock (&canceller->mutex);
  while (!canceller->is_over && !is_due (canceller))
    g_cond_wait_until (&canceller->changed, &canceller->mutex,
                       MIN (g_get_monotonic_time () + wait,
                            MIN (canceller->cancel_time, canceller->start + STUCK_US)));
  is_over = canceller->is_over;
  if (!is_over)
    canceller->cancelled_at = g_get_monotonic_time () - canceller->start;
  g_mutex_unlock (&canceller->mutex);

  if (!is_over)
    g_cancellable_cancel (canceller->cancellable);

  return NULL;
}

/* "cancel-after MS CALL" in a script is a plan for this call. Returns: the call itself. */
static const char *
read_cancel_after (const char *line, gint64 *out_microseconds)
{
  char *end = NULL;

  if (!g_str_has_prefix (line, "cancel-after "))
    return line;
  *out_microseconds = (gint64) g_ascii_strtoull (line + strlen ("cancel-after "), &end, 10) * 1000;

  return g_strchug (end);
}

static void
do_call (Client *client, const PlayPlan *plan, guint index, const guint64 *n_sent, PlayCall *call)
{
  gboolean is_planned = plan->cancelled_call == index;
  gint64 cancel_after = is_planned ? plan->cancel_after_us : -1;
  const char *line = read_cancel_after (call->call->call, &cancel_after);
  g_autofree char *expanded = script_each_expand (plan->each, line);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GString) result = g_string_new (NULL);
  Canceller canceller = { .cancellable = cancellable,
                          .n_sent = n_sent,
                          .cancel_at = is_planned ? plan->cancel_at : G_MAXUINT64,
                          .start = g_get_monotonic_time (),
                          .cancelled_at = -1 };
  GThread *thread;

  canceller.cancel_time = cancel_after >= 0 ? canceller.start + cancel_after : G_MAXINT64;
  g_mutex_init (&canceller.mutex);
  g_cond_init (&canceller.changed);
  thread = g_thread_new ("canceller", canceller_thread, &canceller);

  client_do (client, expanded, cancellable, result, &call->error);
  call->duration = g_get_monotonic_time () - canceller.start;
  call->n_sent_by_peer = __atomic_load_n (n_sent, __ATOMIC_RELAXED);

  g_mutex_lock (&canceller.mutex);
  canceller.is_over = TRUE;
  g_cond_signal (&canceller.changed);
  g_mutex_unlock (&canceller.mutex);
  g_thread_join (thread);
  g_mutex_clear (&canceller.mutex);
  g_cond_clear (&canceller.changed);
  call->cancelled_at = canceller.cancelled_at;
  call->was_stuck = canceller.was_stuck;
  call->result = g_string_free (g_steal_pointer (&result), FALSE);
}

/* Takes the value. A property may be set once only. */
static void
replace_value (GArray *values, GPtrArray *names, const char *name, GValue *value)
{
  guint index;

  if (g_ptr_array_find_with_equal_func (names, name, g_str_equal, &index))
    {
      g_ptr_array_remove_index (names, index);
      g_array_remove_index (values, index);
    }
  g_array_append_val (values, *value);
  g_ptr_array_add (names, (gpointer) name);
}

/* A property from text, by its type. Ends the program when there is none: a mistake in the test. */
static void
set_from_text (GArray *values, GPtrArray *names, const char *name, const char *text)
{
  g_autoptr (GTypeClass) class = g_type_class_ref (G_TYPE_IMAP_TRANSPORTER);
  GParamSpec *pspec = g_object_class_find_property ((GObjectClass *) class, name);
  g_auto (GValue) content = G_VALUE_INIT;
  GValue value = G_VALUE_INIT;

  if (pspec == NULL)
    g_error ("set: there is no property %s", name);
  g_value_init (&value, pspec->value_type);
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    g_value_set_boolean (&value, g_ascii_strcasecmp (text, "true") == 0);
  else if (G_IS_PARAM_SPEC_ENUM (pspec))
    g_value_set_enum (
        &value, g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, text)->value);
  else if (G_IS_PARAM_SPEC_STRING (pspec))
    g_value_set_string (&value, text);
  else
    {
      g_value_init (&content, G_TYPE_UINT64);
      g_value_set_uint64 (&content, g_ascii_strtoull (text, NULL, 10));
      if (!g_value_transform (&content, &value))
        g_error ("set: %s cannot be given as text", name);
    }
  replace_value (values, names, pspec->name, &value);
}

/* The settings of the play, then those of the script, so that the last one holds. */
GImapTransporter *
play_new_transporter (Stage *stage, const ScriptFile *file, const PlayPlan *plan, guint16 port)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (GValue));
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  /* Under sanitizers and valgrind all is slower. */
  const char *patience = heap_watch_works () ? "5" : "25";
  const char *defaults[] = {
    "host",
    "127.0.0.1",
    "port",
    port_text,
    "user",
    PLAY_USER,
    "password",
    PLAY_PASSWORD,
    "connection-timeout",
    patience,
    "response-timeout",
    patience,
    "accept-unsecure-connection",
    plan->over == SCRIPT_OVER_PLAIN ? "true" : "false",
    "tls-mode",
    plan->over == SCRIPT_OVER_TLS ? "implicit" : "starttls",
    NULL,
  };
  GValue database = G_VALUE_INIT;
  GImapTransporter *transporter;

  g_array_set_clear_func (values, (GDestroyNotify) g_value_unset);
  for (guint i = 0; defaults[i] != NULL; i += 2)
    set_from_text (values, names, defaults[i], defaults[i + 1]);
  for (guint i = 0; file->settings[i] != NULL; i += 2)
    {
      g_autofree char *expanded = script_each_expand (plan->each, file->settings[i + 1]);
      g_autoptr (GBytes) bytes = peer_script_unescape (expanded);
      g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

      set_from_text (values, names, file->settings[i], text);
    }
  g_value_init (&database, G_TYPE_TLS_DATABASE);
  g_value_set_object (&database, stage->database);
  g_array_append_val (values, database);
  g_ptr_array_add (names, (gpointer) "tls-database");

  transporter = G_IMAP_TRANSPORTER (
      g_object_new_with_properties (G_TYPE_IMAP_TRANSPORTER, names->len,
                                    (const char **) names->pdata, (const GValue *) values->data));

  return transporter;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    count++;

  return count;
}

/* The I/O thread closes what the last reference left open. */
static guint
await_descriptors (guint wanted)
{
  guint count = count_descriptors ();

  for (guint i = 0; i < DESCRIPTORS_POLLS && count > wanted; i++)
    {
      g_usleep (1000);
      count = count_descriptors ();
    }

  return count;
}

/* A connection that is being opened when its call is cancelled may still come, or fail. */
static GImapTransporterState
await_rest (GImapTransporter *transporter)
{
  GImapTransporterState state = g_imap_transporter_get_state (transporter);

  for (guint i = 0;
       i < REST_POLLS && state != G_IMAP_TRANSPORTER_STATE_CLOSED &&
       state != G_IMAP_TRANSPORTER_STATE_READY && state != G_IMAP_TRANSPORTER_STATE_SELECTED;
       i++)
    {
      g_usleep (1000);
      state = g_imap_transporter_get_state (transporter);
    }

  return state;
}

static void
do_all_calls (Client *client,
              const ScriptFile *file,
              const PlayPlan *plan,
              PlayRecord *record,
              const guint64 *n_sent)
{
  for (guint i = 0; i < file->calls->len; i++)
    {
      PlayCall call = { .call = g_ptr_array_index (file->calls, i) };

      do_call (client, plan, i, n_sent, &call);
      g_array_append_val (record->calls, call);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }
}

static void
play_client (Stage *stage, const ScriptFile *file, const PlayPlan *plan, PlayRecord *record)
{
  const guint64 *n_sent = peer_process_get_n_sent (stage->peers);
  Client client;

  record->n_descriptors_before = count_descriptors ();
  heap_watch_start (n_sent);
  client_init (&client, play_new_transporter (stage, file, plan, record->port));
  do_all_calls (&client, file, plan, record, n_sent);
  heap_watch_stop (&record->heap);
  record->state = await_rest (client.transporter);
  record->n_given = client.n_given;
  client_clear (&client);
  record->n_descriptors_after = await_descriptors (record->n_descriptors_before);
  record->n_sent_by_peer = __atomic_load_n (n_sent, __ATOMIC_RELAXED);
}

gboolean
play_script (Stage *stage,
             const ScriptFile *file,
             const PlayPlan *plan,
             PlayRecord *out_record,
             GError **error)
{
  g_auto (GStrv) scripts = script_file_expand (file, plan->over, plan->each, error);
  gboolean is_disturbed = plan->cut_at != G_MAXUINT64 || plan->cancel_at != G_MAXUINT64 ||
                          plan->cancel_after_us >= 0;
  ScriptedPeerOptions options = { .flags = SCRIPTED_PEER_ENDS,
                                  .seed = plan->seed,
                                  .cut_at = plan->cut_at };

  if (scripts == NULL)
    return FALSE;
  if (g_strv_contains ((const char *const *) file->settings, "blackhole.test"))
    options.flags |= PEER_PROCESS_BLACK_HOLE;
  if (plan->over == SCRIPT_OVER_TLS)
    options.flags |= SCRIPTED_PEER_TLS;
  if (plan->chunk == SCRIPT_CHUNK_ONE)
    options.flags |= SCRIPTED_PEER_CHUNK_ONE;
  if (plan->chunk == SCRIPT_CHUNK_RANDOM)
    options.flags |= SCRIPTED_PEER_CHUNK_RANDOM;

  *out_record = (PlayRecord){ .is_heap_watched = heap_watch_works () };
  out_record->calls = g_array_new (FALSE, TRUE, sizeof (PlayCall));
  g_array_set_clear_func (out_record->calls, (GDestroyNotify) clear_call);
  out_record->port = peer_process_begin (stage->peers, (const char *const *) scripts, &options);
  if (out_record->port != 0)
    play_client (stage, file, plan, out_record);
  if (out_record->port != 0 &&
      peer_process_end (stage->peers, !is_disturbed, &out_record->findings))
    return TRUE;

  play_record_clear (out_record);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "%s: the peer ended, which says why above", file->path);

  return FALSE;
}

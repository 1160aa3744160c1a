/* An IMAP server that follows a script, over real sockets, in its own threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "scripted-peer.h"

#include "peer-channel.h"
#include "peer-script.h"

#include <string.h>

#define DEEPEST_REPEAT 8
#define ENDS_SECONDS 2
#define FILL_SIZE 4096

struct _ScriptedPeer
{
  ScriptedPeerFlags flags;
  GPtrArray *scripts; /* owned: of GPtrArray of PeerStep */
  GSocket *listener;  /* owned */
  guint16 port;
  GCancellable *cancellable; /* owned: ends accepting */
  GThread *thread;           /* owned: accepts */
  guint32 seed;
  guint64 n_sent; /* atomic, when nobody else counts */

  /* Under record.mutex, told through changed. */
  PeerRecord record;
  GCond changed;
  GPtrArray *runs; /* owned: of PeerRun, in the order of the connections */
  guint n_done;
  guint n_ended;
  char *problem; /* owned, nullable: the first one */
};

/* One connection and its script. */
typedef struct
{
  ScriptedPeer *peer;      /* unowned: waits for our thread */
  GThread *thread;         /* owned */
  GMainContext *context;   /* owned: of the thread */
  GSocket *socket;         /* owned */
  GPtrArray *steps;        /* owned, nullable: none for a connection that nobody expected */
  guint number;            /* from 1 */
  const PeerStep *current; /* unowned, nullable; under record.mutex */

  PeerVariables *variables;     /* owned */
  PeerChannel *channel;         /* owned by the thread */
  GTlsCertificate *certificate; /* owned */
  guint64 *literal_size;        /* unowned, nullable: what is sent is only counted, to here */
  gboolean may_close;
  gboolean is_closed; /* by the script */
  gboolean is_stalled;
} PeerRun;

static void
peer_run_free (PeerRun *run)
{
  g_thread_join (run->thread);
  g_main_context_unref (run->context);
  g_object_unref (run->socket);
  g_clear_pointer (&run->steps, g_ptr_array_unref);
  peer_variables_free (run->variables);
  g_clear_object (&run->certificate);
  g_free (run);
}

static guint64
parse_number (const PeerStep *step, const char *text)
{
  char *end = NULL;
  guint64 number = g_ascii_strtoull (text, &end, 10);

  if (end == text)
    g_error ("script, line %u: this needs a number: %s", step->line, step->source);

  return number;
}

static gboolean
push (PeerRun *run, const void *data, gsize length, GError **error)
{
  if (run->literal_size == NULL)
    return peer_channel_push (run->channel, data, length, error);
  *run->literal_size += length;

  return TRUE;
}

static gboolean
send_text (PeerRun *run, const char *text, gboolean is_raw, GError **error)
{
  g_autofree char *expanded = peer_variables_expand (run->variables, text);
  g_autoptr (GBytes) raw = NULL;

  if (!is_raw)
    return push (run, expanded, strlen (expanded), error) && push (run, "\r\n", 2, error);

  raw = peer_script_unescape (expanded);

  return push (run, g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), error);
}

static gboolean
send_lower (PeerRun *run, const char *text, GError **error)
{
  g_autofree char *expanded = peer_variables_expand (run->variables, text);
  g_autofree char *lower = g_ascii_strdown (expanded, -1);

  return push (run, lower, strlen (lower), error) && push (run, "\r\n", 2, error);
}

static gboolean
send_fill (PeerRun *run, const PeerStep *step, GError **error)
{
  guint64 count = parse_number (step, step->argument);
  const char *character = strchr (step->argument, ' ');
  char block[FILL_SIZE];

  if (character == NULL || character[1] == '\0')
    g_error ("script, line %u: S-fill: N c", step->line);
  memset (block, character[1], sizeof block);

  for (; count > 0; count -= MIN (count, FILL_SIZE))
    if (!push (run, block, MIN (count, FILL_SIZE), error))
      return FALSE;

  return TRUE;
}

static gboolean
send_file (PeerRun *run, const PeerStep *step, GError **error)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, step->argument, NULL);
  g_autofree char *content = NULL;
  gsize length;

  return g_file_get_contents (path, &content, &length, error) && push (run, content, length, error);
}

/* Returns: (transfer full): the bytes for a message */
static char *
dup_printable (const void *data, gsize length)
{
  g_autofree char *text = g_strndup (data, MIN (length, 200));

  return g_strescape (text, NULL);
}

static gboolean
expect_line (PeerRun *run, const PeerStep *step, GError **error)
{
  g_autoptr (GBytes) line = peer_channel_read_line (run->channel, error);
  g_autofree char *printable = NULL;
  const char *data;
  gsize length;

  if (line == NULL)
    return FALSE;
  data = g_bytes_get_data (line, &length);
  if (peer_variables_match (run->variables, step, data != NULL ? data : "", length))
    return TRUE;

  printable = dup_printable (data, length);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the client sent “%s”", printable);

  return FALSE;
}

static gboolean
expect_raw (PeerRun *run, const PeerStep *step, GError **error)
{
  g_autofree char *expanded = peer_variables_expand (run->variables, step->argument);
  g_autoptr (GBytes) wanted = peer_script_unescape (expanded);
  g_autoptr (GBytes) got = peer_channel_read_bytes (run->channel, g_bytes_get_size (wanted), error);
  g_autofree char *printable = NULL;

  if (got == NULL)
    return FALSE;
  if (g_bytes_equal (got, wanted))
    return TRUE;

  printable = dup_printable (g_bytes_get_data (got, NULL), g_bytes_get_size (got));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the client sent “%s”", printable);

  return FALSE;
}

static gboolean
expect_close (PeerRun *run, GError **error)
{
  gsize length = 0;

  if (!peer_channel_read_to_end (run->channel, &length, error))
    return FALSE;
  run->is_closed = TRUE;
  if (length == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "the client sent %" G_GSIZE_FORMAT " more bytes before it closed", length);

  return FALSE;
}

static gboolean
start_tls (PeerRun *run, GError **error)
{
  if (run->certificate == NULL)
    run->certificate = scripted_peer_get_certificate ("server");

  return peer_channel_start_tls (run->channel, run->certificate, error);
}

static void
set_chunk (PeerRun *run, const PeerStep *step)
{
  if (g_str_equal (step->argument, "1"))
    peer_channel_set_chunk (run->channel, PEER_CHUNK_ONE, 0);
  else if (g_str_equal (step->argument, "whole"))
    peer_channel_set_chunk (run->channel, PEER_CHUNK_WHOLE, 0);
  else if (g_str_has_prefix (step->argument, "random "))
    peer_channel_set_chunk (run->channel, PEER_CHUNK_RANDOM,
                            (guint32) parse_number (step, step->argument + strlen ("random ")));
  else
    g_error ("script, line %u: chunk 1|whole|random SEED", step->line);
}

/* What ends the connection from our side. */
static gboolean
close_channel (PeerRun *run, PeerVerb verb, GError **error)
{
  if (!peer_channel_flush (run->channel, error))
    return FALSE;

  if (verb == PEER_VERB_CUT)
    peer_channel_close (run->channel);
  else if (verb == PEER_VERB_RST)
    peer_channel_reset (run->channel);
  else
    peer_channel_close_without_notify (run->channel);
  run->is_closed = TRUE;

  return TRUE;
}

/* Steps that change how the next ones go. */
static gboolean
run_setting (PeerRun *run, const PeerStep *step, GError **error)
{
  if (step->verb != PEER_VERB_CERTIFICATE && step->verb != PEER_VERB_MAY_CLOSE &&
      !peer_channel_flush (run->channel, error))
    return FALSE;

  switch (step->verb)
    {
    case PEER_VERB_CERTIFICATE:
      g_clear_object (&run->certificate);
      run->certificate = scripted_peer_get_certificate (step->argument);
      return TRUE;
    case PEER_VERB_MAY_CLOSE:
      run->may_close = TRUE;
      return TRUE;
    case PEER_VERB_CHUNK:
      set_chunk (run, step);
      return TRUE;
    case PEER_VERB_DRIP:
      peer_channel_set_drip (run->channel, (guint) parse_number (step, step->argument));
      return TRUE;
    case PEER_VERB_DELAY:
      peer_channel_sleep (run->channel, (guint) parse_number (step, step->argument));
      return TRUE;
    case PEER_VERB_FIN:
      peer_channel_half_close (run->channel);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
run_step (PeerRun *run, const PeerStep *step, GError **error)
{
  switch (step->verb)
    {
    case PEER_VERB_SEND:
    case PEER_VERB_SEND_RAW:
      if (step->bytes != NULL)
        return push (run, g_bytes_get_data (step->bytes, NULL), g_bytes_get_size (step->bytes),
                     error);
      return send_text (run, step->argument, step->verb == PEER_VERB_SEND_RAW, error);
    case PEER_VERB_SEND_LOWER:
      return send_lower (run, step->argument, error);
    case PEER_VERB_SEND_FILL:
      return send_fill (run, step, error);
    case PEER_VERB_SEND_FILE:
      return send_file (run, step, error);
    case PEER_VERB_EXPECT:
    case PEER_VERB_EXPECT_REGEX:
      return expect_line (run, step, error);
    case PEER_VERB_EXPECT_RAW:
      return expect_raw (run, step, error);
    case PEER_VERB_EXPECT_BYTES:
      {
        g_autoptr (GBytes) bytes = peer_channel_read_bytes (
            run->channel, parse_number (step, step->argument), error);

        return bytes != NULL;
      }
    case PEER_VERB_EXPECT_CLOSE:
      return expect_close (run, error);
    case PEER_VERB_TLS:
      return start_tls (run, error);
    case PEER_VERB_NO_TLS:
      return TRUE;
    case PEER_VERB_DEFLATE:
      return peer_channel_start_deflate (run->channel, error);
    case PEER_VERB_CUT:
    case PEER_VERB_RST:
    case PEER_VERB_TLS_NO_CLOSE_NOTIFY:
      return close_channel (run, step->verb, error);
    default:
      return run_setting (run, step, error);
    }
}

static void
set_current (PeerRun *run, const PeerStep *step)
{
  g_mutex_lock (&run->peer->record.mutex);
  run->current = step;
  g_mutex_unlock (&run->peer->record.mutex);
}

static gboolean run_steps (PeerRun *run, guint first, guint last, guint depth, GError **error);

static gboolean
run_rounds (PeerRun *run, guint at, guint depth, GError **error)
{
  const PeerStep *repeat = g_ptr_array_index (run->steps, at);
  guint64 n_rounds = parse_number (repeat, repeat->argument);

  for (guint64 round = 1; round <= n_rounds; round++)
    {
      peer_variables_set_round (run->variables, round);
      if (!run_steps (run, at + 1, repeat->partner, depth, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_for_literal (const PeerStep *step)
{
  return step->verb <= PEER_VERB_SEND_FILE || step->verb == PEER_VERB_REPEAT ||
         step->verb == PEER_VERB_END;
}

static gboolean
send_literal (PeerRun *run, guint at, guint depth, GError **error)
{
  const PeerStep *literal = g_ptr_array_index (run->steps, at);
  g_autofree char *announcement = NULL;
  guint64 size = 0;

  for (guint i = at + 1; i < literal->partner; i++)
    if (!is_for_literal (g_ptr_array_index (run->steps, i)))
      g_error ("script, line %u: a literal has only steps that send", literal->line);

  run->literal_size = &size;
  run_steps (run, at + 1, literal->partner, depth, NULL);
  run->literal_size = NULL;
  announcement = g_strdup_printf ("{%" G_GUINT64_FORMAT "}\r\n", size);

  return push (run, announcement, strlen (announcement), error) &&
         run_steps (run, at + 1, literal->partner, depth, error);
}

/* Runs the steps from first to before last; repeat and S-literal run their own in here. */
static gboolean
run_steps (PeerRun *run, guint first, guint last, guint depth, GError **error)
{
  g_assert (depth < DEEPEST_REPEAT);

  for (guint i = first; i < last && !run->is_closed; i++)
    {
      const PeerStep *step = g_ptr_array_index (run->steps, i);

      set_current (run, step);
      if (step->verb == PEER_VERB_STALL)
        {
          run->is_stalled = TRUE;
          return peer_channel_flush (run->channel, error);
        }
      if (step->verb == PEER_VERB_REPEAT || step->verb == PEER_VERB_SEND_LITERAL)
        {
          gboolean is_repeat = step->verb == PEER_VERB_REPEAT;

          if (!(is_repeat ? run_rounds : send_literal) (run, i, depth + 1, error))
            return FALSE;
          i = step->partner;
        }
      else if (!run_step (run, step, error))
        {
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
has_verb (GPtrArray *steps, guint index, PeerVerb verb)
{
  return ((const PeerStep *) g_ptr_array_index (steps, index))->verb == verb;
}

/* With TLS from the first byte only the choice of the certificate goes before the handshake. */
static gboolean
run_script (PeerRun *run, GError **error)
{
  gboolean has_tls;
  guint first = 0;

  if (run->peer->flags & SCRIPTED_PEER_CHUNK_ONE)
    peer_channel_set_chunk (run->channel, PEER_CHUNK_ONE, 0);
  if (run->peer->flags & SCRIPTED_PEER_CHUNK_RANDOM)
    peer_channel_set_chunk (run->channel, PEER_CHUNK_RANDOM, run->peer->seed);

  if (run->peer->flags & SCRIPTED_PEER_TLS)
    {
      while (first < run->steps->len)
        {
          const PeerStep *step = g_ptr_array_index (run->steps, first);

          set_current (run, step);
          if (step->verb != PEER_VERB_CERTIFICATE && step->verb != PEER_VERB_MAY_CLOSE)
            break;
          run_setting (run, step, NULL);
          first++;
        }
      has_tls = first == run->steps->len || !has_verb (run->steps, first, PEER_VERB_NO_TLS);
      if (has_tls && !start_tls (run, error))
        return FALSE;
    }

  return run_steps (run, first, run->steps->len, 0, error) &&
         (run->is_closed || peer_channel_flush (run->channel, error));
}

static void
finish_run (PeerRun *run, const GError *error)
{
  ScriptedPeer *peer = run->peer;

  g_mutex_lock (&peer->record.mutex);
  if (error != NULL && peer->problem == NULL)
    peer->problem = g_strdup_printf ("connection %u, line %u, “%s”: %s", run->number,
                                     run->current ? run->current->line : 0,
                                     run->current ? run->current->source : "", error->message);
  run->current = NULL;
  peer->n_done++;
  g_cond_broadcast (&peer->changed);
  g_mutex_unlock (&peer->record.mutex);
}

/* The rest is read so that the record is whole; a silent client may stay. */
static void
read_rest (PeerRun *run)
{
  gboolean is_silent = TRUE;
  gsize length;

  while (is_silent)
    {
      g_autoptr (GError) end = NULL;

      is_silent = !peer_channel_read_to_end (run->channel, &length, &end) &&
                  g_error_matches (end, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    }
}

/* Answers the LOGOUT of a client that goes, whatever it says before. */
static void
answer_logout (PeerRun *run)
{
  g_autoptr (GBytes) line = NULL;

  while ((line = peer_channel_read_line (run->channel, NULL)) != NULL)
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (line, NULL), g_bytes_get_size (line));
      char *space = strchr (text, ' ');

      g_clear_pointer (&line, g_bytes_unref);
      if (space == NULL || !g_str_equal (space, " LOGOUT"))
        continue;
      *space = '\0';
      if (!send_text (run, "* BYE bye", FALSE, NULL) || !send_text (run, text, TRUE, NULL) ||
          !send_text (run, " OK done", FALSE, NULL) || !peer_channel_flush (run->channel, NULL))
        return;
    }
}

static gpointer
run_thread (gpointer data)
{
  PeerRun *run = data;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (run->context);
  run->channel = peer_channel_new (run->socket, &run->peer->record);

  if (run->steps == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "nobody expected this connection");
  else if (!run_script (run, &error) && run->may_close &&
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    g_clear_error (&error);
  finish_run (run, error);

  if (error == NULL && !run->is_closed && !run->is_stalled &&
      (run->peer->flags & SCRIPTED_PEER_ENDS))
    answer_logout (run);
  if (error == NULL && !run->is_closed)
    read_rest (run);

  g_clear_pointer (&run->channel, peer_channel_free);
  g_main_context_pop_thread_default (run->context);
  g_mutex_lock (&run->peer->record.mutex);
  run->peer->n_ended++;
  g_cond_broadcast (&run->peer->changed);
  g_mutex_unlock (&run->peer->record.mutex);

  return NULL;
}

static GPtrArray *
choose_script (ScriptedPeer *peer, guint index)
{
  if (index >= peer->scripts->len && (peer->flags & SCRIPTED_PEER_LAST_AGAIN))
    index = peer->scripts->len - 1;
  if (index >= peer->scripts->len)
    return NULL;

  return g_ptr_array_ref (g_ptr_array_index (peer->scripts, index));
}

static gpointer
accept_thread (gpointer data)
{
  ScriptedPeer *peer = data;
  GSocket *socket;

  while ((socket = g_socket_accept (peer->listener, peer->cancellable, NULL)) != NULL)
    {
      PeerRun *run = g_new0 (PeerRun, 1);

      run->peer = peer;
      run->socket = socket;
      run->context = g_main_context_new ();
      run->variables = peer_variables_new ();
      g_mutex_lock (&peer->record.mutex);
      run->steps = choose_script (peer, peer->runs->len);
      g_ptr_array_add (peer->runs, run);
      run->number = peer->runs->len;
      run->thread = g_thread_new ("scripted-peer", run_thread, run);
      g_mutex_unlock (&peer->record.mutex);
    }

  return NULL;
}

static GSocket *
listen_on_loopback (guint16 *out_port)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                  &error);

  g_assert_no_error (error);
  g_socket_bind (socket, wanted, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  address = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *out_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));

  return socket;
}

ScriptedPeer *
scripted_peer_new_with_options (const char *const *scripts, const ScriptedPeerOptions *options)
{
  ScriptedPeer *peer = g_new0 (ScriptedPeer, 1);

  g_assert (scripts[0] != NULL);

  peer->flags = options->flags;
  peer->seed = options->seed;
  peer->scripts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; scripts[i] != NULL; i++)
    g_ptr_array_add (peer->scripts, peer_script_parse (scripts[i]));

  g_mutex_init (&peer->record.mutex);
  g_cond_init (&peer->changed);
  peer->record.plain = g_byte_array_new ();
  peer->record.tls = g_byte_array_new ();
  peer->record.transcript = g_string_new (NULL);
  peer->record.start = g_get_monotonic_time ();
  peer->record.n_sent = options->n_sent != NULL ? options->n_sent : &peer->n_sent;
  peer->record.cut_at = options->cut_at;
  peer->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_run_free);
  peer->cancellable = g_cancellable_new ();
  peer->listener = listen_on_loopback (&peer->port);
  peer->thread = g_thread_new ("scripted-peer-accept", accept_thread, peer);

  return peer;
}

ScriptedPeer *
scripted_peer_new_many (const char *const *scripts, ScriptedPeerFlags flags)
{
  ScriptedPeerOptions options = { .flags = flags, .cut_at = G_MAXUINT64 };

  if (flags & SCRIPTED_PEER_CHUNK_RANDOM)
    {
      options.seed = (guint32) g_test_rand_int ();
      g_test_message ("chunk random %u", options.seed);
    }

  return scripted_peer_new_with_options (scripts, &options);
}

ScriptedPeer *
scripted_peer_new (const char *script, ScriptedPeerFlags flags)
{
  const char *const scripts[] = { script, NULL };

  return scripted_peer_new_many (scripts, flags);
}

void
scripted_peer_free (ScriptedPeer *peer)
{
  g_cancellable_cancel (peer->cancellable);
  g_thread_join (peer->thread);
  g_atomic_int_set (&peer->record.is_stopping, TRUE);
  for (guint i = 0; i < peer->runs->len; i++)
    g_main_context_wakeup (((PeerRun *) g_ptr_array_index (peer->runs, i))->context);
  g_ptr_array_unref (peer->runs);

  g_object_unref (peer->listener);
  g_object_unref (peer->cancellable);
  g_ptr_array_unref (peer->scripts);
  g_byte_array_unref (peer->record.plain);
  g_byte_array_unref (peer->record.tls);
  g_string_free (peer->record.transcript, TRUE);
  g_mutex_clear (&peer->record.mutex);
  g_cond_clear (&peer->changed);
  g_free (peer->problem);
  g_free (peer);
}

guint16
scripted_peer_get_port (ScriptedPeer *peer)
{
  return peer->port;
}

guint
scripted_peer_get_n_connections (ScriptedPeer *peer)
{
  guint count;

  g_mutex_lock (&peer->record.mutex);
  count = peer->runs->len;
  g_mutex_unlock (&peer->record.mutex);

  return count;
}

guint
scripted_peer_get_n_flights (ScriptedPeer *peer)
{
  guint count;

  g_mutex_lock (&peer->record.mutex);
  count = peer->record.n_flights;
  g_mutex_unlock (&peer->record.mutex);

  return count;
}

GBytes *
scripted_peer_get_received (ScriptedPeer *peer, gboolean is_inside_tls)
{
  GByteArray *received = is_inside_tls ? peer->record.tls : peer->record.plain;
  GBytes *bytes;

  g_mutex_lock (&peer->record.mutex);
  bytes = g_bytes_new (received->data, received->len);
  g_mutex_unlock (&peer->record.mutex);

  return bytes;
}

char *
scripted_peer_dup_transcript (ScriptedPeer *peer)
{
  char *text;

  g_mutex_lock (&peer->record.mutex);
  text = g_strdup (peer->record.transcript->str);
  g_mutex_unlock (&peer->record.mutex);

  return text;
}

/* What the peer waits for. Returns: (transfer full) */
static char *
describe_wait (ScriptedPeer *peer)
{
  for (guint i = 0; i < peer->runs->len; i++)
    {
      const PeerRun *run = g_ptr_array_index (peer->runs, i);

      if (run->current != NULL)
        return g_strdup_printf ("connection %u is still at line %u, “%s”", run->number,
                                run->current->line, run->current->source);
    }

  return g_strdup_printf ("connection %u never came", peer->runs->len + 1);
}

char *
scripted_peer_dup_problem (ScriptedPeer *peer)
{
  gint64 deadline = g_get_monotonic_time () + (PEER_DEADLINE_SECONDS + 1) * G_USEC_PER_SEC;
  gboolean is_late = FALSE;
  char *problem;

  g_mutex_lock (&peer->record.mutex);
  while (peer->problem == NULL && peer->n_done < MAX (peer->scripts->len, peer->runs->len) &&
         !is_late)
    is_late = !g_cond_wait_until (&peer->changed, &peer->record.mutex, deadline);
  problem = is_late ? describe_wait (peer) : g_strdup (peer->problem);
  g_mutex_unlock (&peer->record.mutex);

  return problem;
}

void
scripted_peer_await_ends (ScriptedPeer *peer)
{
  gint64 deadline = g_get_monotonic_time () + ENDS_SECONDS * G_USEC_PER_SEC;

  g_mutex_lock (&peer->record.mutex);
  while (peer->n_ended < peer->runs->len)
    if (!g_cond_wait_until (&peer->changed, &peer->record.mutex, deadline))
      break;
  g_mutex_unlock (&peer->record.mutex);
}

/* An IMAP server that follows a script, over real sockets, in its own threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "scripted-peer.h"

#include "peer-player.h"

#include <string.h>

#define ENDS_SECONDS 2

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
  GPtrArray *runs;  /* owned: of PeerRun, in the order of the connections */
  guint n_optional; /* scripts whose connections may not come */
  guint n_done;
  guint n_ended;
  char *problem; /* owned, nullable: the first one */
};

/* One connection and its script. */
typedef struct
{
  ScriptedPeer *peer;    /* unowned: waits for our thread */
  GThread *thread;       /* owned */
  GMainContext *context; /* owned: of the thread */
  GSocket *socket;       /* owned */
  guint number;          /* from 1 */
  GByteArray *received;  /* owned; under record.mutex */
  PeerPlayer player;
} PeerRun;

static void
peer_run_free (PeerRun *run)
{
  g_thread_join (run->thread);
  g_main_context_unref (run->context);
  g_object_unref (run->socket);
  peer_player_clear (&run->player);
  g_byte_array_unref (run->received);
  g_free (run);
}

static void
finish_run (PeerRun *run, const GError *error)
{
  ScriptedPeer *peer = run->peer;
  const PeerStep *step = run->player.current;

  g_mutex_lock (&peer->record.mutex);
  if (error != NULL && peer->problem == NULL)
    peer->problem = g_strdup_printf ("connection %u, line %u, “%s”: %s", run->number,
                                     step ? step->line : 0, step ? step->source : "",
                                     error->message);
  run->player.current = NULL;
  peer->n_done++;
  g_cond_broadcast (&peer->changed);
  g_mutex_unlock (&peer->record.mutex);
}

static gpointer
run_thread (gpointer data)
{
  PeerRun *run = data;
  PeerPlayer *player = &run->player;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (run->context);
  player->channel = peer_channel_new (run->socket, &run->peer->record, run->received);

  if (player->steps == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "nobody expected this connection");
  else if (!peer_player_play (player, &error) && player->may_close &&
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    g_clear_error (&error);
  finish_run (run, error);

  if (error == NULL && !player->is_closed && !player->is_stalled &&
      (player->flags & SCRIPTED_PEER_ENDS))
    peer_player_answer_logout (player);
  if (error == NULL && !player->is_closed)
    peer_player_read_rest (player);

  g_clear_pointer (&player->channel, peer_channel_free);
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
      run->received = g_byte_array_new ();
      run->player.record = &peer->record;
      run->player.variables = peer_variables_new ();
      run->player.flags = peer->flags;
      run->player.seed = peer->seed;
      g_mutex_lock (&peer->record.mutex);
      run->player.steps = choose_script (peer, peer->runs->len);
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
    {
      GPtrArray *steps = peer_script_parse (scripts[i]);

      g_ptr_array_add (peer->scripts, steps);
      if (steps->len > 0 && ((PeerStep *) g_ptr_array_index (steps, 0))->verb == PEER_VERB_OPTIONAL)
        peer->n_optional++;
    }

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

GBytes *
scripted_peer_get_received_by (ScriptedPeer *peer, guint connection)
{
  const PeerRun *run;
  GBytes *bytes;

  g_mutex_lock (&peer->record.mutex);
  run = g_ptr_array_index (peer->runs, connection);
  bytes = g_bytes_new (run->received->data, run->received->len);
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

      const PeerStep *step = run->player.current;

      if (step != NULL)
        return g_strdup_printf ("connection %u is still at line %u, “%s”", run->number, step->line,
                                step->source);
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
  while (peer->problem == NULL &&
         peer->n_done < MAX (peer->scripts->len - peer->n_optional, peer->runs->len) && !is_late)
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

/* Plays a script once with harm done at one octet of the wire, and records what came of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "disturbed-play.h"

#include "client-calls.h"
#include "play.h"
#include "scripted-peer.h"

#define FREED_POLLS 3000

/* Who cancels the call that runs, from another thread. */
typedef struct
{
  GMutex mutex;
  GCancellable *current; /* unowned, nullable: between two calls there is none */
  gint64 cancelled_at;
  gint64 after_us;
} Canceller;

static void
disturbed_call_free (DisturbedCall *call)
{
  g_free (call->text);
  g_free (call->result);
  g_clear_error (&call->error);
  g_free (call);
}

void
disturbed_play_free (DisturbedPlay *play)
{
  g_ptr_array_unref (play->calls);
  g_ptr_array_unref (play->written);
  g_free (play);
}

static void
cancel_now (Canceller *canceller)
{
  g_autoptr (GCancellable) cancellable = NULL;

  g_mutex_lock (&canceller->mutex);
  g_set_object (&cancellable, canceller->current);
  if (cancellable != NULL)
    canceller->cancelled_at = g_get_monotonic_time ();
  g_mutex_unlock (&canceller->mutex);

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

static void
cancel_cb (FaultRelay *relay, gpointer data)
{
  cancel_now (data);
}

static gpointer
cancel_later (gpointer data)
{
  Canceller *canceller = data;

  g_usleep ((gulong) canceller->after_us);
  cancel_now (canceller);

  return NULL;
}

static void
cut_cb (FaultRelay *relay, gpointer data)
{
  fault_relay_cut (relay);
}

static void
sever_cb (FaultRelay *relay, gpointer data)
{
  fault_relay_sever (relay);
}

static void
reset_cb (FaultRelay *relay, gpointer data)
{
  fault_relay_reset (relay);
}

static void
arm (FaultRelay *relay, const Disturbance *disturbance, Canceller *canceller)
{
  static const FaultFunc funcs[] = {
    [HARM_CUT] = cut_cb, [HARM_SEVER] = sever_cb, [HARM_RESET] = reset_cb, [HARM_CANCEL] = cancel_cb
  };

  if (disturbance->harm != HARM_NONE && disturbance->after_us < 0)
    fault_relay_at_octet (relay, disturbance->side, disturbance->n_octets, funcs[disturbance->harm],
                          canceller);
}

static void
set_current (Canceller *canceller, GCancellable *cancellable)
{
  g_mutex_lock (&canceller->mutex);
  canceller->current = cancellable;
  g_mutex_unlock (&canceller->mutex);
}

/* FALSE: it failed, or was cancelled, and nothing more is to be done. */
static gboolean
do_call (Client *client, const ScriptCall *wanted, Canceller *canceller, DisturbedPlay *play)
{
  DisturbedCall *call = g_new0 (DisturbedCall, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GString) result = g_string_new (NULL);

  g_ptr_array_add (play->calls, call);
  call->text = g_strdup (wanted->call);
  set_current (canceller, cancellable);
  client_do (client, wanted->call, cancellable, result, &call->error);
  set_current (canceller, NULL);
  if (canceller->cancelled_at > 0)
    play->cancel_took = g_get_monotonic_time () - canceller->cancelled_at;
  call->result = g_string_free (g_steal_pointer (&result), FALSE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  return call->error == NULL && canceller->cancelled_at == 0;
}

static void
do_calls (Client *client,
          const ScriptFile *file,
          const Disturbance *disturbance,
          Canceller *canceller,
          DisturbedPlay *play)
{
  gint64 start = g_get_monotonic_time ();
  GThread *thread = NULL;

  if (disturbance->after_us >= 0)
    thread = g_thread_new ("canceller", cancel_later, canceller);
  for (guint i = 0; i < file->calls->len; i++)
    if (!do_call (client, g_ptr_array_index (file->calls, i), canceller, play))
      break;
  play->duration = g_get_monotonic_time () - start;
  if (thread != NULL)
    g_thread_join (thread);
}

/* The I/O thread may have it for a moment longer. */
static gboolean
await_freed (GWeakRef *weak)
{
  for (guint i = 0; i < FREED_POLLS; i++)
    {
      g_autoptr (GObject) object = g_weak_ref_get (weak);

      if (object == NULL)
        return TRUE;
      g_clear_object (&object);
      g_usleep (1000);
    }

  return FALSE;
}

static void
play_client (const ScriptFile *file,
             ScriptOver over,
             GTlsDatabase *tls_database,
             FaultRelay *relay,
             const Disturbance *disturbance,
             DisturbedPlay *play)
{
  Client client;
  Canceller canceller = { .after_us = disturbance->after_us };
  Stage stage = { .database = tls_database };
  PlayPlan plan;
  GWeakRef weak;

  g_mutex_init (&canceller.mutex);
  arm (relay, disturbance, &canceller);
  play_plan_init (&plan, over, SCRIPT_CHUNK_WHOLE, 0);
  client_init (&client, play_new_transporter (&stage, file, &plan, fault_relay_get_port (relay)));
  g_weak_ref_init (&weak, client.transporter);
  do_calls (&client, file, disturbance, &canceller, play);
  if (disturbance->harm == HARM_CANCEL)
    fault_relay_disarm (relay);
  client_clear (&client);
  play->is_freed = await_freed (&weak);
  g_weak_ref_clear (&weak);
  g_mutex_clear (&canceller.mutex);
}

static void
collect (ScriptedPeer *peer, FaultRelay *relay, DisturbedPlay *play)
{
  guint n_connections;

  scripted_peer_await_ends (peer);
  n_connections = scripted_peer_get_n_connections (peer);
  for (guint i = 0; i < n_connections; i++)
    g_ptr_array_add (play->written, scripted_peer_get_received_by (peer, i));
  play->n_octets[FAULT_CLIENT] = fault_relay_get_n_octets (relay, FAULT_CLIENT);
  play->n_octets[FAULT_SERVER] = fault_relay_get_n_octets (relay, FAULT_SERVER);
}

DisturbedPlay *
disturbed_play_new (const ScriptFile *file,
                    ScriptOver over,
                    GTlsDatabase *tls_database,
                    const Disturbance *disturbance)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) scripts = script_file_expand (file, over, NULL, &error);
  ScriptedPeerOptions options = { .flags = SCRIPTED_PEER_LAST_AGAIN | SCRIPTED_PEER_ENDS,
                                  .cut_at = G_MAXUINT64 };
  g_autoptr (ScriptedPeer) peer = NULL;
  g_autoptr (FaultRelay) relay = NULL;
  DisturbedPlay *play = g_new0 (DisturbedPlay, 1);

  if (scripts == NULL)
    g_error ("%s", error->message);
  if (over == SCRIPT_OVER_TLS)
    options.flags |= SCRIPTED_PEER_TLS;
  play->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) disturbed_call_free);
  play->written = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  play->cancel_took = -1;

  peer = scripted_peer_new_with_options ((const char *const *) scripts, &options);
  relay = fault_relay_new (scripted_peer_get_port (peer));
  play_client (file, over, tls_database, relay, disturbance, play);
  collect (peer, relay, play);

  return play;
}

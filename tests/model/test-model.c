/* Three clients work on the same boxes at random, the server is killed again and again, and a model
 * tells what has to be there: nothing is lost, nothing of others is removed, nothing is there twice
 * unless a call said that its outcome is unknown, and no call fails without a reason.
 *
 *   private-dovecot -- test-model --operations 100000 [--begin N]
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client.h"

#include "dovecot-control.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPERATIONS_PER_ROUND 40
#define LONGEST_WAIT 40000
#define YOUTH_TICKS 12

static gint n_operations = 1500;
static gint wanted_seed = 0;

static const GOptionEntry options[] = {
  { "operations", 0, 0, G_OPTION_ARG_INT, &n_operations, "How many, of all clients", "N" },
  { "begin", 0, 0, G_OPTION_ARG_INT, &wanted_seed, "What the random numbers begin with", "N" },
  { NULL },
};

static gpointer
run_clock (gpointer data)
{
  GMainLoop *loop = data;

  g_main_loop_run (loop);

  return NULL;
}

typedef struct
{
  World *world;
  GRand *random;
} Killer;

/* Their parent buries them; until then they may be at work. */
static void
wait_until_gone (pid_t pid)
{
  for (guint i = 0; pid > 0 && i < 1000 && kill (pid, 0) == 0; i++)
    g_usleep (1000);
}

/* Dovecot waits for seconds after a process that dies before it has said anything. */
static gboolean
is_grown_up (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = NULL;
  const char *rest;
  g_auto (GStrv) words = NULL;
  gint64 started;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (rest = strrchr (text, ')')) == NULL)
    return FALSE;
  words = g_strsplit (rest, " ", -1);
  /* The 22nd field, in ticks since the system's start; this is the second one. */
  started = g_strv_length (words) > 20 ? g_ascii_strtoll (words[20], NULL, 10) : 0;

  return g_get_monotonic_time () / (G_USEC_PER_SEC / sysconf (_SC_CLK_TCK)) - started >=
         YOUTH_TICKS;
}

static void
kill_sessions (Killer *self, gboolean is_all)
{
  g_auto (GStrv) pids = dovecot_control ("pids");

  g_atomic_int_inc (&self->world->n_kills);
  for (guint i = 0; pids[i] != NULL; i++)
    {
      pid_t pid = (pid_t) g_ascii_strtoll (pids[i], NULL, 10);

      if (pid <= 0 || (!is_all && g_rand_boolean (self->random)))
        continue;
      while (is_all && !is_grown_up (pid) && kill (pid, 0) == 0)
        g_usleep (1000);
      if (is_grown_up (pid) && kill (pid, SIGKILL) == 0)
        wait_until_gone (pid);
    }
  g_atomic_int_inc (&self->world->n_kills_over);
}

/* Until a process of it has ended well, Dovecot takes each that is killed for a sign that nothing
 * works, and waits for longer and longer before it starts another. */
static void
end_sessions_well (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GImapTransporter) transporter = library_client_new_transporter (i);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) pids = NULL;

      g_strfreev (g_imap_transporter_get_capabilities (transporter, NULL, &error));
      g_assert_no_error (error);
      pids = dovecot_control ("pids");
      g_imap_transporter_close (transporter, NULL, &error);
      g_assert_no_error (error);
      for (guint j = 0; pids[j] != NULL; j++)
        wait_until_gone ((pid_t) g_ascii_strtoll (pids[j], NULL, 10));
    }
}

static void
restart (Killer *self)
{
  g_atomic_int_inc (&self->world->n_kills);
  g_atomic_int_inc (&self->world->n_restarts);
  g_atomic_int_set (&self->world->is_down, TRUE);
  g_strfreev (dovecot_control ("down"));
  g_strfreev (dovecot_control ("up"));
  end_sessions_well ();
  g_atomic_int_set (&self->world->is_down, FALSE);
  g_atomic_int_inc (&self->world->n_kills_over);
}

static gpointer
run_killer (gpointer data)
{
  Killer *self = data;

  g_usleep ((gulong) g_rand_int_range (self->random, 0, LONGEST_WAIT));
  if (g_rand_int_range (self->random, 0, 8) == 0)
    restart (self);
  else
    kill_sessions (self, g_rand_boolean (self->random));

  return NULL;
}

static char *
check (World *world, PlainClient *inspector, gboolean is_repaired)
{
  GArray *entries[MODEL_N_BOXES];
  char *wrong;

  for (guint i = 0; i < MODEL_N_BOXES; i++)
    entries[i] = plain_client_list (inspector, model_boxes[i].wire);
  wrong = model_check (world->model, entries, is_repaired);
  for (guint i = 0; i < MODEL_N_BOXES; i++)
    g_array_unref (entries[i]);

  return wrong;
}

static void
run_round (World *world, Client *clients, Killer *killer, guint n_each)
{
  GThread *threads[MODEL_N_CLIENTS + 1] = { NULL };
  gint n_kills = world->n_kills;

  for (guint i = 0; i < MODEL_N_CLIENTS; i++)
    {
      clients[i].n_left = n_each;
      threads[i] = g_thread_new ("client", client_run, &clients[i]);
    }
  if (g_rand_int_range (killer->random, 0, 3) == 0)
    threads[MODEL_N_CLIENTS] = g_thread_new ("killer", run_killer, killer);
  for (guint i = 0; i <= MODEL_N_CLIENTS; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);

  /* The server may still be at work on what was cancelled or killed. */
  if (g_atomic_int_exchange (&world->n_cancelled, 0) > 0 || world->n_kills != n_kills)
    kill_sessions (killer, TRUE);
}

static void
init_clients (World *world, Client *clients)
{
  for (guint i = 0; i < MODEL_N_CLIENTS; i++)
    {
      clients[i] = (Client){ .world = world, .index = i, .selected = -1, .plain_selected = -1 };
      clients[i].journal = g_string_new (NULL);
      clients[i].random = g_rand_new_with_seed (world->seed + i);
      if (i == MODEL_N_CLIENTS - 1)
        {
          clients[i].class = &plain_client_class;
          clients[i].plain = plain_client_new ();
        }
      else
        {
          clients[i].class = &library_client_class;
          clients[i].transporter = library_client_new_transporter (i);
        }
    }
}

static void
clear_clients (Client *clients)
{
  for (guint i = 0; i < MODEL_N_CLIENTS; i++)
    {
      g_rand_free (clients[i].random);
      g_string_free (clients[i].journal, TRUE);
      g_clear_object (&clients[i].transporter);
      g_clear_pointer (&clients[i].plain, plain_client_free);
    }
}

static void
tell (World *world, const Client *clients, guint n_rounds)
{
  static const char *const kinds[MODEL_N_CLIENTS] = { "plain", "TLS", "not the library" };
  guint n_items = 0;

  for (guint i = 0; i < MODEL_N_CLIENTS; i++)
    {
      n_items += world->model->items[i]->len;
      g_test_message ("client %u (%s): %u done, %u not done, %u unknown, %u copied only", i,
                      kinds[i], clients[i].n_done[OUTCOME_DONE],
                      clients[i].n_done[OUTCOME_NOT_DONE], clients[i].n_done[OUTCOME_UNKNOWN],
                      clients[i].n_done[OUTCOME_HALF_DONE]);
    }
  g_test_message ("%u rounds, %d kills, %d of them of the whole server; %u open states looked up, "
                  "%u mails there twice as an unknown outcome allows; %d times the server said "
                  "SERVERBUG, and %u removed mails came back with its repair; %u mails at the end",
                  n_rounds, world->n_kills, world->n_restarts, world->model->n_resolved,
                  world->model->n_duplicates, world->n_server_faults, world->model->n_risen,
                  n_items);
}

/* They may be there already. */
static void
make_boxes (PlainClient *inspector)
{
  for (guint i = 0; i < MODEL_N_BOXES; i++)
    {
      g_autofree char *command = g_strconcat ("CREATE ", model_boxes[i].wire, NULL);

      plain_client_run (inspector, command, NULL);
    }
}

static void
test_model (void)
{
  World world = { .seed = wanted_seed != 0 ? (guint32) wanted_seed : g_random_int () >> 1 };
  Client clients[MODEL_N_CLIENTS];
  PlainClient *inspector = plain_client_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  GThread *clock = g_thread_new ("clock", run_clock, loop);
  Killer killer = { &world, g_rand_new_with_seed (world.seed + MODEL_N_CLIENTS) };
  guint n_done = 0;
  guint n_rounds = 0;

  g_test_message ("--begin %u --operations %d", world.seed, n_operations);
  g_mutex_init (&world.mutex);
  world.clock = context;
  world.model = model_new ();
  init_clients (&world, clients);
  end_sessions_well ();
  make_boxes (inspector);

  while (n_done < (guint) n_operations && world.wrong == NULL)
    {
      gint n_faults = world.n_server_faults;
      guint n_each = MIN (OPERATIONS_PER_ROUND,
                          ((guint) n_operations - n_done) / MODEL_N_CLIENTS + 1);

      run_round (&world, clients, &killer, n_each);
      n_done += n_each * MODEL_N_CLIENTS;
      n_rounds++;
      if (world.wrong == NULL)
        world.wrong = check (&world, inspector, world.n_server_faults != n_faults);
    }
  tell (&world, clients, n_rounds);
  for (guint i = 0; world.wrong != NULL && i < MODEL_N_CLIENTS; i++)
    g_printerr ("Client %u in the last round:\n%s", i, clients[i].journal->str);
  if (world.wrong != NULL)
    g_error ("after %u operations, --begin %u: %s", n_done, world.seed, world.wrong);

  g_main_loop_quit (loop);
  g_thread_join (clock);
  g_rand_free (killer.random);
  clear_clients (clients);
  plain_client_free (inspector);
  model_free (world.model);
  g_mutex_clear (&world.mutex);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_test_add_func ("/model/D22-three-clients", test_model);

  return g_test_run ();
}

/* The fuzzer's entry: a server follows a script, whatever it says, while a program makes its calls.
 *
 * Nothing but STARTTLS and what leads to it is written before TLS, above all no secret. All that is written
 * is commands, in their grammar. Every call comes back. What changes something is never sent twice, unless
 * the server has refused it.
 *
 * The first bytes are the settings, how many octets go with one write, how many with one read, how many calls
 * there are, and which. The rest is the script: what the server writes, each line feed as CRLF, and
 *
 *   0x01  the tag of the oldest command that is not answered; the client does what it can before
 *   0x02  nothing, but the client does what it can
 *   0x03  the end of this connection, 0x04 its reset; the rest is for the next one
 *   0x05  a line feed alone
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-calls.h"
#include "dialogue.h"
#include "fuzz-lib.h"
#include "memory-server.h"

#define MAX_CALLS 5
#define MAX_CONNECTIONS 4
#define SECRET "CANARY-4711"

enum
{
  ALLOWS_PLAIN = 1 << 0,
  IS_IMPLICIT = 1 << 1,
  ALLOWS_PREAUTH = 1 << 2,
  HAS_TOKEN = 1 << 3,
  LEAVES_EMPTY = 1 << 4,
  IN_ORDER = 1 << 5, /* each call begins when the one before is done */
  CANCELS = 1 << 6,  /* all of them, when the script is at its end */
};

/* A command that changes something, and for which call. */
typedef struct
{
  char *what;         /* owned */
  char *tag;          /* owned */
  Dialogue *dialogue; /* unowned */
} Change;

typedef struct
{
  guint settings;
  guint read_limit;
  FuzzInput script;
  GPtrArray *dialogues; /* owned, of Dialogue: the last one is of the connection */
  GArray *changes;      /* owned, of Change */
  ClientCall calls[MAX_CALLS];
  guint n_calls;
  GCancellable *cancellable; /* owned */
} Run;

static Dialogue *
current (Run *run)
{
  return g_ptr_array_index (run->dialogues, run->dialogues->len - 1);
}

static void
change_clear (gpointer data)
{
  Change *change = data;

  g_free (change->what);
  g_free (change->tag);
}

/* "UID COPY Mark3", NULL for what changes nothing. Marks are in the texts of the calls. */
static char *
dup_change (const FuzzCommand *command, const char *raw)
{
  static const char *const names[] = { "APPEND", "UID COPY", "UID MOVE", "CREATE",
                                       "DELETE", "RENAME",   NULL };
  g_autofree char *text = g_strndup (raw, command->size);
  const char *mark = strstr (text, "Mark");

  if (mark == NULL || !g_strv_contains (names, command->name))
    return NULL;

  return g_strdup_printf ("%s %.5s", command->name, mark);
}

static void
check_once (Run *run, const char *what)
{
  for (guint i = 0; i < run->changes->len; i++)
    {
      const Change *change = &g_array_index (run->changes, Change, i);

      if (g_str_equal (change->what, what) && !dialogue_is_refused (change->dialogue, change->tag))
        {
          g_printerr ("sent twice: %s\n", what);
          fuzz_demand (FALSE);
        }
    }
}

static void
command_cb (gpointer user, const FuzzCommand *command, const char *raw, gboolean is_secure)
{
  static const char *const harmless[] = { "CAPABILITY", "STARTTLS", "LOGOUT", NULL };
  Run *run = user;
  char *what = dup_change (command, raw);

  if (g_getenv ("FUZZ_VERBOSE") != NULL)
    g_printerr ("C: %.*s", (int) command->size, raw);
  fuzz_demand (is_secure || (run->settings & ALLOWS_PLAIN) != 0 ||
               g_strv_contains (harmless, command->name));
  if (what != NULL)
    {
      Change change = { what, g_strdup (command->tag), current (run) };

      check_once (run, what);
      g_array_append_val (run->changes, change);
    }
}

static gboolean
connected_cb (gpointer user)
{
  Run *run = user;

  if (run->dialogues->len >= MAX_CONNECTIONS || run->script.size == 0)
    return FALSE;
  g_ptr_array_add (run->dialogues, dialogue_new (command_cb, run));

  return TRUE;
}

static gboolean
secured_cb (gpointer user)
{
  return TRUE;
}

static void
received_cb (gpointer user, const char *bytes, gsize size, gboolean is_secure)
{
  dialogue_client_wrote (current (user), bytes, size, is_secure);
}

static void
say (Run *run, GString *bytes)
{
  if (g_getenv ("FUZZ_VERBOSE") != NULL)
    g_printerr ("S: %s\n", bytes->str);
  dialogue_server_wrote (current (run), bytes->str, bytes->len);
  memory_server_send (bytes->str, bytes->len);
}

static void
say_tag (Run *run, GString *bytes)
{
  const char *tag = dialogue_take_tag (current (run));

  g_string_append (bytes, tag != NULL ? tag : "X0");
}

/* What the server does before the client may answer. */
static void
go_on_with_script (Run *run)
{
  g_autoptr (GString) bytes = g_string_new (NULL);

  if (run->script.size == 0)
    {
      memory_server_end (FALSE);
      return;
    }
  if (*run->script.data == 0x01)
    {
      fuzz_take_byte (&run->script);
      say_tag (run, bytes);
    }
  while (run->script.size > 0 && (run->read_limit == 0 || bytes->len < run->read_limit) &&
         *run->script.data != 0x01)
    {
      char c = (char) fuzz_take_byte (&run->script);

      if (c == 0x02)
        break;
      if (c == 0x03 || c == 0x04)
        {
          say (run, bytes);
          memory_server_end (c == 0x04);
          return;
        }
      if (c == '\n')
        g_string_append_c (bytes, '\r');
      g_string_append_c (bytes, c == 0x05 ? '\n' : c);
    }
  say (run, bytes);
}

/* TRUE when one has begun. */
static gboolean
begin_calls (Run *run, GImapTransporter *transporter)
{
  gboolean has_begun = FALSE;

  for (guint i = 0; i < run->n_calls; i++)
    {
      ClientCall *call = &run->calls[i];

      if (!call->is_begun)
        {
          client_call_begin (call, transporter, run->cancellable);
          has_begun = TRUE;
        }
      if ((run->settings & IN_ORDER) != 0 && !call->is_done)
        break;
    }

  return has_begun;
}

static gboolean
are_done (Run *run)
{
  for (guint i = 0; i < run->n_calls; i++)
    if (!run->calls[i].is_done)
      return FALSE;

  return TRUE;
}

static void
run_calls (Run *run, GImapTransporter *transporter)
{
  for (;;)
    {
      if (begin_calls (run, transporter))
        {
          fuzz_demand (memory_server_settle ());
          continue;
        }
      if (are_done (run))
        return;
      /* Nobody would ever answer. */
      fuzz_demand (memory_server_is_open ());
      if ((run->settings & CANCELS) != 0 && run->script.size == 0)
        g_cancellable_cancel (run->cancellable);
      go_on_with_script (run);
      fuzz_demand (memory_server_settle ());
    }
}

static GImapTransporter *
new_transporter (guint settings)
{
  gboolean allows_plain = (settings & ALLOWS_PLAIN) != 0;
  gboolean is_implicit = !allows_plain && (settings & IS_IMPLICIT) != 0;
  const char *secret_name = (settings & HAS_TOKEN) != 0 ? "access-token-oauth2" : "password";

  return g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "example.org", "port", 143, "user", "bob", secret_name,
      SECRET, "tls-mode", is_implicit ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS,
      "accept-unsecure-connection", allows_plain, "allow-preauth", (settings & ALLOWS_PREAUTH) != 0,
      "expunge-on-leave", (settings & LEAVES_EMPTY) != 0, NULL);
}

static void
take_calls (Run *run, FuzzInput *input)
{
  run->n_calls = 1 + fuzz_take_byte (input) % MAX_CALLS;
  for (guint i = 0; i < run->n_calls; i++)
    {
      ClientCall *call = &run->calls[i];
      gboolean is_in_box;

      call->kind = fuzz_take_byte (input) % CLIENT_N_CALLS;
      is_in_box = call->kind == CLIENT_SELECT || call->kind == CLIENT_EXAMINE ||
                  call->kind == CLIENT_BOX_INFO || call->kind == CLIENT_QUOTA;
      if (is_in_box)
        call->text = g_strdup ("INBOX");
      else if (call->kind == CLIENT_SEARCH_MAILS)
        call->text = g_strdup ("SUBJECT x SINCE 5-Jan-2026");
      else if (call->kind == CLIENT_SORT)
        call->text = g_strdup ("REVERSE ARRIVAL SUBJECT");
      else if (call->kind == CLIENT_OPEN_PART)
        call->text = g_strdup ("1.2");
      else
        call->text = g_strdup_printf ("Mark%u", i);
      call->other = g_strdup_printf ("Mark%uO", i);
      call->ids = g_strdup ("1:3,7");
    }
}

/* In itself, and in base64 at each place of a group. */
static void
check_no_secret (const GString *plain)
{
  fuzz_demand (memmem (plain->str, plain->len, SECRET, strlen (SECRET)) == NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = g_strdup_printf ("%.*s" SECRET, (int) i, "xx");
      g_autofree char *encoded = g_base64_encode ((const guchar *) text, strlen (text) / 3 * 3);
      const char *inner = encoded + (i > 0 ? 4 : 0);

      fuzz_demand (memmem (plain->str, plain->len, inner, strlen (inner)) == NULL);
    }
}

static void
end_run (Run *run)
{
  for (guint i = 0; i < run->dialogues->len; i++)
    if ((run->settings & ALLOWS_PLAIN) == 0)
      check_no_secret (dialogue_get_plain (g_ptr_array_index (run->dialogues, i)));
  for (guint i = 0; i < run->n_calls; i++)
    {
      if (g_getenv ("FUZZ_VERBOSE") != NULL)
        g_printerr ("call %u: %s\n", run->calls[i].kind,
                    run->calls[i].error != NULL ? run->calls[i].error->message : "done");
      client_call_clear (&run->calls[i]);
    }
  g_array_unref (run->changes);
  g_ptr_array_unref (run->dialogues);
  g_object_unref (run->cancellable);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const MemoryServer server = { connected_cb, secured_cb, received_cb };
  FuzzInput input = { data, size };
  Run run = { .settings = fuzz_take_byte (&input) };
  gsize write_limit = fuzz_take_byte (&input) % 64;
  GImapTransporter *transporter;

  /* The same tags each time. */
  g_random_set_seed (1);
  run.read_limit = fuzz_take_byte (&input) % 64;
  run.dialogues = g_ptr_array_new_with_free_func ((GDestroyNotify) dialogue_free);
  run.changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_array_set_clear_func (run.changes, change_clear);
  run.cancellable = g_cancellable_new ();
  take_calls (&run, &input);
  run.script = input;

  memory_server_start (&server, &run, write_limit);
  transporter = new_transporter (run.settings);
  run_calls (&run, transporter);

  /* It says good-bye, and nobody answers. */
  g_object_unref (transporter);
  fuzz_demand (memory_server_settle ());
  memory_server_end (FALSE);
  fuzz_demand (memory_server_settle ());
  memory_server_stop ();
  end_run (&run);

  return 0;
}

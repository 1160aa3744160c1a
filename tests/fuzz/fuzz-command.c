/* The fuzzer's entry: a program gives any texts to its calls, and a server does what it is told.
 *
 * Each call writes commands, which the grammar of command-grammar.c reads, or fails. What was done was done
 * with the texts that the program gave: decoded again, they stand in the command.
 *
 * The first byte says what the server can do, the second how many calls there are. Two lines are user and
 * password; a byte and three lines are a call.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-calls.h"
#include "dialogue.h"
#include "fuzz-lib.h"
#include "memory-server.h"

#include "gimap4d/imap/wire/imap-utf7.h"

#define MAX_CALLS 3
#define MAX_SIZE 3000
#define MAX_STEPS 2000

typedef struct
{
  GString *capabilities; /* owned */
  gboolean has_greeted;
  gboolean is_utf8;    /* ENABLE was answered */
  Dialogue *dialogue;  /* owned, nullable */
  GPtrArray *commands; /* owned, of FuzzCommand: all that were written */
  guint n_answered;
  char *user;     /* owned */
  char *password; /* owned */
  ClientCall calls[MAX_CALLS];
  guint n_calls;
} Run;

/* The parsed command again, as the one that is given is only lent. */
static void
command_cb (gpointer user, const FuzzCommand *command, const char *raw, gboolean is_secure)
{
  Run *run = user;

  if (g_getenv ("FUZZ_VERBOSE") != NULL)
    g_printerr ("C: %.*s", (int) command->size, raw);
  fuzz_demand (is_secure);
  g_ptr_array_add (run->commands, fuzz_command_parse (raw, command->size, TRUE));
}

static gboolean
connected_cb (gpointer user)
{
  Run *run = user;

  if (run->dialogue != NULL)
    return FALSE;
  run->dialogue = dialogue_new (command_cb, run);

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
  dialogue_client_wrote (((Run *) user)->dialogue, bytes, size, is_secure);
}

static void say (Run *run, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (Run *run, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (g_getenv ("FUZZ_VERBOSE") != NULL)
    g_printerr ("S: %s", text);
  dialogue_server_wrote (run->dialogue, text, strlen (text));
  memory_server_send (text, strlen (text));
}

static void
say_data (Run *run, const FuzzCommand *command)
{
  const char *name = command->name;

  if (g_str_equal (name, "CAPABILITY"))
    say (run, "* CAPABILITY %s\r\n", run->capabilities->str);
  else if (g_str_equal (name, "SELECT") || g_str_equal (name, "EXAMINE"))
    say (run, "* 9 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 10] x\r\n"
              "* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n");
  else if (g_str_equal (name, "NAMESPACE"))
    say (run, "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
  else if (g_str_equal (name, "LIST"))
    say (run, "* LIST (\\HasNoChildren) \"/\" INBOX\r\n");
  else if (g_str_equal (name, "ENABLE"))
    {
      run->is_utf8 = strstr (run->capabilities->str, "UTF8=ACCEPT") != NULL;
      say (run, "* ENABLED %s\r\n", run->is_utf8 ? "UTF8=ACCEPT" : "CONDSTORE");
    }
}

/* What the server does next; FALSE when it is the client's turn and he does nothing. */
static gboolean
go_on (Run *run)
{
  const FuzzCommand *command;

  if (!run->has_greeted)
    {
      run->has_greeted = TRUE;
      say (run, "* OK [CAPABILITY %s] hi\r\n", run->capabilities->str);
      return TRUE;
    }
  if (dialogue_wants_continuation (run->dialogue))
    {
      say (run, "+ go on\r\n");
      return TRUE;
    }
  if (run->n_answered == run->commands->len)
    return FALSE;

  command = g_ptr_array_index (run->commands, run->n_answered++);
  say_data (run, command);
  say (run, "%s OK %sdone\r\n", command->tag,
       g_str_equal (command->name, "SELECT") ? "[READ-WRITE] " : "");

  return TRUE;
}

/* The name of a box, as the server reads it. */
static gboolean
is_box (Run *run, const char *sent, const char *name)
{
  g_autofree char *decoded = run->is_utf8 ? g_strdup (sent) :
                                            imap_utf7_decode (sent, strlen (sent));

  if (g_ascii_strcasecmp (name, "INBOX") == 0)
    return g_ascii_strcasecmp (sent, "INBOX") == 0;

  return g_str_equal (decoded, name);
}

static gboolean
has_box (Run *run, const FuzzCommand *command, guint index, const char *name)
{
  const char *sent = fuzz_command_get_text (command, index);

  return sent != NULL && is_box (run, sent, name);
}

/* "HEADER" field text, somewhere among the criteria. */
static gboolean
has_words (const GPtrArray *tokens, const char *const *words)
{
  guint n = g_strv_length ((GStrv) words);

  for (guint i = 0; i + n <= tokens->len; i++)
    {
      guint same = 0;

      while (same < n &&
             g_str_equal (((FuzzToken *) tokens->pdata[i + same])->text->str, words[same]))
        same++;
      if (same == n)
        return TRUE;
    }
  for (guint i = 0; i < tokens->len; i++)
    {
      const FuzzToken *token = tokens->pdata[i];

      if (token->members != NULL && has_words (token->members, words))
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_flag (const FuzzCommand *command, guint index, const char *keyword)
{
  const char *const words[] = { keyword, NULL };
  const FuzzToken *list = index < command->arguments->len ? command->arguments->pdata[index] : NULL;

  return list != NULL && list->members != NULL && has_words (list->members, words);
}

static gboolean
has_mime (const FuzzCommand *command, const ClientCall *call)
{
  const FuzzToken *last = command->arguments->pdata[command->arguments->len - 1];
  g_autofree char *mime = g_strdup_printf ("Subject: %s\r\n\r\nbody\r\n", call->other);

  return g_str_equal (last->text->str, mime);
}

/* Whether it does what the call was asked for. */
static gboolean
is_command_of (Run *run, const FuzzCommand *command, const ClientCall *call)
{
  const char *const header[] = { "HEADER", call->text, call->other, NULL };

  switch ((int) call->kind)
    {
    case CLIENT_CREATE_BOX:
      return g_str_equal (command->name, "CREATE") && has_box (run, command, 0, call->text);
    case CLIENT_DELETE_BOX:
      return g_str_equal (command->name, "DELETE") && has_box (run, command, 0, call->text);
    case CLIENT_SUBSCRIBE:
      return g_str_equal (command->name, "SUBSCRIBE") && has_box (run, command, 0, call->text);
    case CLIENT_UNSUBSCRIBE:
      return g_str_equal (command->name, "UNSUBSCRIBE") && has_box (run, command, 0, call->text);
    case CLIENT_SELECT:
      return g_str_equal (command->name, "SELECT") && has_box (run, command, 0, call->text);
    case CLIENT_EXAMINE:
      return g_str_equal (command->name, "EXAMINE") && has_box (run, command, 0, call->text);
    case CLIENT_RENAME_BOX:
      return g_str_equal (command->name, "RENAME") && has_box (run, command, 0, call->text) &&
             has_box (run, command, 1, call->other);
    case CLIENT_COPY:
      return g_str_equal (command->name, "UID COPY") && has_box (run, command, 1, call->text);
    case CLIENT_MOVE:
      return (g_str_equal (command->name, "UID MOVE") || g_str_equal (command->name, "UID COPY")) &&
             has_box (run, command, 1, call->text);
    case CLIENT_APPEND:
      return g_str_equal (command->name, "APPEND") && has_box (run, command, 0, call->text) &&
             has_mime (command, call) &&
             (*call->ids == '$' || *call->ids == '\\' || has_flag (command, 1, call->ids));
    case CLIENT_APPEND_STREAM:
      return g_str_equal (command->name, "APPEND") && has_box (run, command, 0, call->text) &&
             has_mime (command, call);
    case CLIENT_ADD_FLAGS:
    case CLIENT_REMOVE_FLAGS:
      return g_str_equal (command->name, "UID STORE") && has_flag (command, 2, "\\Seen") &&
             (*call->text == '$' || *call->text == '\\' || has_flag (command, 2, call->text));
    case CLIENT_SEARCH_HEADER:
      return g_str_equal (command->name, "UID SEARCH") && has_words (command->arguments, header);
    default:
      return TRUE;
    }
}

/* A call that succeeded has done what it was asked for: one of the commands since @first is that. */
static void
check_call (Run *run, const ClientCall *call, guint first)
{
  gboolean is_found = first == run->commands->len && call->kind >= CLIENT_CHECK;

  for (guint i = first; i < run->commands->len && !is_found; i++)
    is_found = is_command_of (run, run->commands->pdata[i], call);
  if (call->error == NULL && !is_found)
    g_printerr ("call %u: “%s” “%s” “%s”\n", call->kind, call->text, call->other, call->ids);
  fuzz_demand (call->error != NULL || is_found);
}

static void
run_call (Run *run, ClientCall *call, GImapTransporter *transporter)
{
  guint first = run->commands->len;
  guint n_steps = 0;

  client_call_begin (call, transporter, NULL);
  for (;;)
    {
      fuzz_demand (memory_server_settle ());
      if (call->is_done)
        break;
      fuzz_demand (++n_steps < MAX_STEPS);
      /* It waits for what this server does not say. */
      if (run->dialogue == NULL || !go_on (run))
        memory_server_end (FALSE);
    }
  if (g_getenv ("FUZZ_VERBOSE") != NULL)
    g_printerr ("call %u: %s\n", call->kind, call->error != NULL ? call->error->message : "done");
  check_call (run, call, first);
}

static void
check_login (Run *run)
{
  for (guint i = 0; i < run->commands->len; i++)
    {
      const FuzzCommand *command = run->commands->pdata[i];

      if (!g_str_equal (command->name, "LOGIN"))
        continue;
      fuzz_demand (g_str_equal (fuzz_command_get_text (command, 0), run->user));
      fuzz_demand (g_str_equal (fuzz_command_get_text (command, 1), run->password));
    }
}

static void
take_capabilities (Run *run, guint8 bits)
{
  static const char *const names[] = {
    "AUTH=PLAIN SASL-IR", "LITERAL+", "LITERAL-", "ENABLE UTF8=ACCEPT",
    "MOVE UIDPLUS",       "ESEARCH",  "BINARY",   "SORT THREAD=REFERENCES QUOTA WITHIN"
  };

  run->capabilities = g_string_new ("IMAP4rev1");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((bits & 1 << i) != 0)
      g_string_append_printf (run->capabilities, " %s", names[i]);
}

static void
take_calls (Run *run, FuzzInput *input)
{
  run->n_calls = 1 + fuzz_take_byte (input) % MAX_CALLS;
  run->user = fuzz_take_line (input);
  run->password = fuzz_take_line (input);
  for (guint i = 0; i < run->n_calls; i++)
    {
      ClientCall *call = &run->calls[i];

      call->kind = fuzz_take_byte (input) % CLIENT_N_CALLS;
      call->text = fuzz_take_line (input);
      call->other = fuzz_take_line (input);
      call->ids = fuzz_take_line (input);
    }
}

static void
end_run (Run *run)
{
  for (guint i = 0; i < run->n_calls; i++)
    client_call_clear (&run->calls[i]);
  g_clear_pointer (&run->dialogue, dialogue_free);
  g_ptr_array_unref (run->commands);
  g_string_free (run->capabilities, TRUE);
  g_free (run->user);
  g_free (run->password);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const MemoryServer server = { connected_cb, secured_cb, received_cb };
  FuzzInput input = { data, MIN (size, MAX_SIZE) };
  Run run = { .commands = g_ptr_array_new_with_free_func ((GDestroyNotify) fuzz_command_free) };
  g_autoptr (GImapTransporter) transporter = NULL;
  ClientCall select = { .kind = CLIENT_SELECT };

  g_random_set_seed (1);
  take_capabilities (&run, fuzz_take_byte (&input));
  take_calls (&run, &input);

  memory_server_start (&server, &run, 0);
  transporter = g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "example.org", "port", 993, "user",
                              run.user, "password", run.password, NULL);
  select.text = g_strdup ("INBOX");
  select.ids = g_strdup ("");
  run_call (&run, &select, transporter);
  for (guint i = 0; i < run.n_calls && select.error == NULL; i++)
    run_call (&run, &run.calls[i], transporter);
  check_login (&run);

  g_clear_object (&transporter);
  fuzz_demand (memory_server_settle ());
  memory_server_end (FALSE);
  fuzz_demand (memory_server_settle ());
  memory_server_stop ();
  client_call_clear (&select);
  end_run (&run);

  return 0;
}

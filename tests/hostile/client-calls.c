/* What the client of a hostile script does: the calls of its do: lines, and their results as text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-calls.h"

#include "client-mail.h"
#include "client-signals.h"
#include "client-text.h"
#include "heap-watch.h"
#include "peer-script.h"

#include <string.h>

#define LONGEST_WAIT_MS 8000
#define DEFAULT_APPEND_SIZE 64
#define MOST_SHOWN_IDS 10000

/* The words of a line, and where its results go. */
typedef struct
{
  Client *client;
  GImapTransporter *transporter;
  char **words;     /* words[0] is the name */
  const char *rest; /* all after the name */
  GCancellable *cancellable;
  GString *result;
} Call;

typedef struct
{
  const char *name;
  gboolean (*function) (const Call *call, GError **error);
  guint n_arguments; /* at least */
} CallType;

void
client_init (Client *client, GImapTransporter *transporter)
{
  client->transporter = transporter;
  client->signals = g_string_new (NULL);
  client->n_signals = 0;
  client->n_given = 0;
  client_signals_connect (client);
}

void
client_clear (Client *client)
{
  client_signals_disconnect (client);
  g_clear_object (&client->transporter);
  g_string_free (client->signals, TRUE);
}

/* The set of a word: all, or its ranges. */
static GImapMessageSet *
parse_set (const char *word, GError **error)
{
  return g_str_equal (word, "all") ? g_imap_message_set_new_all () :
                                     g_imap_message_set_parse (word, error);
}

static gboolean
do_check (const Call *call, GError **error)
{
  g_autoptr (GImapStatus)
      status = g_imap_transporter_check_connection (call->transporter, call->cancellable, error);

  return status != NULL && client_text_take_status (status, call->result, error);
}

static gboolean
do_status (const Call *call, GError **error)
{
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_get_box_info (
      call->transporter, call->words[1], call->cancellable, error);

  if (info != NULL)
    client_text_add_info (call->result, info);

  return info != NULL;
}

static gboolean
do_boxes (const Call *call, GError **error)
{
  GImapBoxListFlags flags = G_IMAP_BOX_LIST_NONE;
  g_autoptr (GListModel) boxes = NULL;

  if (strstr (call->rest, "subscribed") != NULL)
    flags |= G_IMAP_BOX_LIST_SUBSCRIBED;
  if (strstr (call->rest, "status") != NULL)
    flags |= G_IMAP_BOX_LIST_WITH_STATUS;
  boxes = g_imap_transporter_get_box_list (call->transporter, flags, call->cancellable, error);
  if (boxes != NULL)
    client_text_add_boxes (call->result, boxes);

  return boxes != NULL;
}

static gboolean
do_select (const Call *call, GError **error)
{
  gboolean is_read_only = call->words[2] != NULL && g_str_equal (call->words[2], "read-only");
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      call->transporter, call->words[1],
      is_read_only ? G_IMAP_BOX_STATE_READ_ONLY : G_IMAP_BOX_STATE_WRITABLE, call->cancellable,
      error);

  if (info != NULL)
    client_text_add_info (call->result, info);

  return info != NULL;
}

static gboolean
do_delimiter (const Call *call, GError **error)
{
  g_autofree char *delimiter = g_imap_transporter_get_delimiter (call->transporter,
                                                                 call->cancellable, error);

  if (delimiter != NULL)
    g_string_append (call->result, delimiter);

  return delimiter != NULL;
}

static gboolean
do_capabilities (const Call *call, GError **error)
{
  g_auto (GStrv) capabilities = g_imap_transporter_get_capabilities (call->transporter,
                                                                     call->cancellable, error);

  if (capabilities != NULL)
    client_text_add_words (call->result, (const char *const *) capabilities);

  return capabilities != NULL;
}

static gboolean
do_create (const Call *call, GError **error)
{
  return g_imap_transporter_create_box (call->transporter, call->words[1], call->cancellable,
                                        error);
}

static gboolean
do_delete_box (const Call *call, GError **error)
{
  return g_imap_transporter_delete_box (call->transporter, call->words[1], call->cancellable,
                                        error);
}

static gboolean
do_rename (const Call *call, GError **error)
{
  return g_imap_transporter_rename_box (call->transporter, call->words[1], call->words[2],
                                        call->cancellable, error);
}

static gboolean
do_subscribe (const Call *call, GError **error)
{
  return g_imap_transporter_subscribe (call->transporter, call->words[1], call->cancellable, error);
}

static gboolean
do_unsubscribe (const Call *call, GError **error)
{
  return g_imap_transporter_unsubscribe (call->transporter, call->words[1], call->cancellable,
                                         error);
}

/* The parts that a word names: body, summary, seen; nothing: headers. */
static GImapFetchFlags
read_fetch_flags (const char *word)
{
  GImapFetchFlags flags = G_IMAP_FETCH_HEADERS;

  if (word == NULL)
    return G_IMAP_FETCH_SUMMARY;
  if (strstr (word, "body") != NULL)
    flags |= G_IMAP_FETCH_WITH_BODY;
  if (strstr (word, "summary") != NULL)
    flags |= G_IMAP_FETCH_SUMMARY;
  if (strstr (word, "seen") != NULL)
    flags |= G_IMAP_FETCH_UPDATE_SEEN;

  return flags;
}

static gboolean
do_mails (const Call *call, GError **error)
{
  g_autoptr (GImapMessageSet) ids = parse_set (call->words[1], error);
  g_autoptr (GImapMails) mails = NULL;

  if (ids == NULL)
    return FALSE;
  mails = g_imap_transporter_get_mails (call->transporter, ids, read_fetch_flags (call->words[2]),
                                        call->cancellable, error);
  if (mails != NULL)
    client_text_add_mails (call->result, mails);

  return mails != NULL;
}

static gboolean
do_numbered_mails (const Call *call, GError **error)
{
  g_autoptr (GImapMails) mails = g_imap_transporter_get_mails_by_number (
      call->transporter, (guint) g_ascii_strtoull (call->words[1], NULL, 10),
      (guint) g_ascii_strtoull (call->words[2], NULL, 10), read_fetch_flags (call->words[3]),
      call->cancellable, error);

  if (mails != NULL)
    client_text_add_mails (call->result, mails);

  return mails != NULL;
}

static gboolean
do_mail (const Call *call, GError **error)
{
  g_autoptr (GEmail) email = g_imap_transporter_get_mail (call->transporter, call->words[1],
                                                          read_fetch_flags (call->words[2]),
                                                          call->cancellable, error);

  if (email != NULL)
    client_text_add_email (call->result, email);

  return email != NULL;
}

static gboolean
do_read (const Call *call, GError **error)
{
  GImapFetchFlags flags = call->words[2] != NULL ? read_fetch_flags (call->words[2]) :
                                                   G_IMAP_FETCH_WITH_BODY;
  g_autoptr (GEmail) email = g_imap_transporter_get_mail (call->transporter, call->words[1], flags,
                                                          call->cancellable, error);

  if (email != NULL)
    client_mail_add_facts (call->result, email, (flags & G_IMAP_FETCH_WITH_BODY) != 0);

  return email != NULL;
}

static gboolean
fetched_cb (GEmail *email, gpointer data)
{
  client_text_add_email (data, email);

  return TRUE;
}

static gboolean
do_fetch (const Call *call, GError **error)
{
  g_autoptr (GImapMessageSet) ids = parse_set (call->words[1], error);

  return ids != NULL &&
         g_imap_transporter_fetch_mails (call->transporter, ids, read_fetch_flags (call->words[2]),
                                         fetched_cb, call->result, call->cancellable, error);
}

static gboolean
do_mime (const Call *call, GError **error)
{
  g_autoptr (GBytes) mime = g_imap_transporter_get_mime_as_blob (call->transporter, call->words[1],
                                                                 FALSE, call->cancellable, error);

  if (mime != NULL)
    client_text_add_bytes (call->result, mime);

  return mime != NULL;
}

/* Takes the stream. */
static gboolean
read_stream (const Call *call, GInputStream *stream, GError **error)
{
  g_autoptr (GInputStream) input = stream;
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) bytes = NULL;

  if (input == NULL || g_output_stream_splice (output, input,
                                               G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE |
                                                   G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                               call->cancellable, error) < 0)
    return FALSE;
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
  client_text_add_bytes (call->result, bytes);

  return TRUE;
}

static gboolean
do_open (const Call *call, GError **error)
{
  return read_stream (call,
                      g_imap_transporter_open_mime (call->transporter, call->words[1], FALSE,
                                                    call->cancellable, error),
                      error);
}

static gboolean
do_part (const Call *call, GError **error)
{
  return read_stream (call,
                      g_imap_transporter_open_part (call->transporter, call->words[1],
                                                    call->words[2], call->cancellable, error),
                      error);
}

/* Takes the set. One that is large is not written out. */
static gboolean
take_set (const Call *call, GImapMessageSet *ids, gboolean is_nullable)
{
  g_autoptr (GImapMessageSet) taken = ids;
  guint n_ids = taken != NULL ? g_imap_message_set_get_size (taken) : 0;

  if (n_ids > MOST_SHOWN_IDS)
    {
      g_string_append_printf (call->result, "%u ids, %u to %u", n_ids,
                              g_imap_message_set_get_uid (taken, 0),
                              g_imap_message_set_get_uid (taken, n_ids - 1));
    }
  else if (taken != NULL)
    {
      g_autofree char *text = g_imap_message_set_to_string (taken);

      g_string_append (call->result, text);
    }

  return taken != NULL || is_nullable;
}

/* For the functions that return NULL when it is not known, too. Takes set and error. */
static gboolean
take_new_ids (const Call *call, GImapMessageSet *ids, GError *problem, GError **error)
{
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }

  return take_set (call, ids, TRUE);
}

static gboolean
do_search (const Call *call, GError **error)
{
  return take_set (
      call,
      g_imap_transporter_search_mails (call->transporter, call->rest, call->cancellable, error),
      FALSE);
}

static gboolean
do_numbers (const Call *call, GError **error)
{
  return take_set (call,
                   g_imap_transporter_num_to_id (
                       call->transporter, (guint) g_ascii_strtoull (call->words[1], NULL, 10),
                       (guint) g_ascii_strtoull (call->words[2], NULL, 10), call->cancellable,
                       error),
                   FALSE);
}

/* What stands behind the first word after the name. Returns: (nullable) */
static GImapSearch *
parse_search_behind (const Call *call, GError **error)
{
  const char *space = strchr (call->rest, ' ');

  return g_imap_search_parse (space != NULL ? space + 1 : "ALL", error);
}

static gboolean
do_sort (const Call *call, GError **error)
{
  g_autoptr (GImapSearch) search = parse_search_behind (call, error);
  g_auto (GStrv) ids = NULL;

  if (search == NULL)
    return FALSE;
  ids = g_imap_transporter_sort (call->transporter, call->words[1], search, call->cancellable,
                                 error);
  if (ids != NULL)
    client_text_add_words (call->result, (const char *const *) ids);

  return ids != NULL;
}

static gboolean
do_thread (const Call *call, GError **error)
{
  g_autoptr (GImapSearch) search = parse_search_behind (call, error);
  g_autoptr (GListModel) threads = NULL;

  if (search == NULL)
    return FALSE;
  threads = g_imap_transporter_thread (call->transporter,
                                       g_str_equal (call->words[1], "subject") ?
                                           G_IMAP_THREADING_ORDERED_SUBJECT :
                                           G_IMAP_THREADING_REFERENCES,
                                       search, call->cancellable, error);
  if (threads != NULL)
    client_text_add_threads (call->result, threads);

  return threads != NULL;
}

static gboolean
do_quota (const Call *call, GError **error)
{
  g_autoptr (GListModel) quotas = g_imap_transporter_get_quota (call->transporter, call->words[1],
                                                                call->cancellable, error);

  if (quotas != NULL)
    client_text_add_quotas (call->result, quotas);

  return quotas != NULL;
}

static gboolean
change_flags (const Call *call, gboolean adds, GError **error)
{
  g_autoptr (GImapMessageSet) ids = parse_set (call->words[1], error);
  const char *const *keywords = (const char *const *) call->words + 2;

  if (ids == NULL)
    return FALSE;

  return adds ? g_imap_transporter_add_flags (call->transporter, ids, keywords, call->cancellable,
                                              error) :
                g_imap_transporter_remove_flags (call->transporter, ids, keywords,
                                                 call->cancellable, error);
}

static gboolean
do_add_flags (const Call *call, GError **error)
{
  return change_flags (call, TRUE, error);
}

static gboolean
do_remove_flags (const Call *call, GError **error)
{
  return change_flags (call, FALSE, error);
}

/* A mail with lines of x, as large as the word says; a binary one ends in a NUL. */
static GBytes *
new_mail (Client *client, const char *size_word, gboolean is_binary)
{
  gsize size = size_word != NULL ? (gsize) g_ascii_strtoull (size_word, NULL, 10) :
                                   DEFAULT_APPEND_SIZE;
  GString *mail;

  client->n_given += size;
  /* Once to be built, and once to be sent. */
  heap_watch_allow (2 * size);
  mail = g_string_new ("Subject: hostile\r\n\r\n");
  while (mail->len < size)
    g_string_append_len (mail, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
                         (gssize) MIN (size - mail->len, 64));
  if (is_binary)
    mail->str[mail->len - 1] = '\0';

  return g_string_free_to_bytes (mail);
}

static gboolean
append (const Call *call, gboolean is_binary, GError **error)
{
  g_autoptr (GBytes) mail = new_mail (call->client, call->words[2], is_binary);
  GError *problem = NULL;
  GImapMessageSet *ids;

  ids = g_imap_transporter_append_mime (call->transporter, mail, call->words[1], NULL, NULL,
                                        call->cancellable, &problem);

  return take_new_ids (call, ids, problem, error);
}

static gboolean
do_append (const Call *call, GError **error)
{
  return append (call, FALSE, error);
}

static gboolean
do_append_binary (const Call *call, GError **error)
{
  return append (call, TRUE, error);
}

static gboolean
do_copy (const Call *call, GError **error)
{
  g_autoptr (GImapMessageSet) ids = parse_set (call->words[1], error);
  GError *problem = NULL;
  GImapMessageSet *copies;

  if (ids == NULL)
    return FALSE;
  copies = g_imap_transporter_copy (call->transporter, ids, call->words[2], call->cancellable,
                                    &problem);

  return take_new_ids (call, copies, problem, error);
}

static gboolean
do_move (const Call *call, GError **error)
{
  g_autoptr (GImapMessageSet) ids = parse_set (call->words[1], error);
  GError *problem = NULL;
  GImapMessageSet *moved;

  if (ids == NULL)
    return FALSE;
  moved = g_imap_transporter_move (call->transporter, ids, call->words[2], call->cancellable,
                                   &problem);

  return take_new_ids (call, moved, problem, error);
}

static gboolean
do_delete (const Call *call, GError **error)
{
  g_autoptr (GImapMessageSet) ids = parse_set (call->words[1], error);

  return ids != NULL &&
         g_imap_transporter_delete (call->transporter, ids, call->cancellable, error);
}

static gboolean
do_expunge (const Call *call, GError **error)
{
  g_autoptr (GImapMessageSet) ids = NULL;

  if (call->words[1] == NULL)
    return g_imap_transporter_expunge (call->transporter, call->cancellable, error);
  ids = parse_set (call->words[1], error);

  return ids != NULL &&
         g_imap_transporter_expunge_ids (call->transporter, ids, call->cancellable, error);
}

/* notify [N]: starts and waits for N signals, one when nothing is said. */
static gboolean
do_notify (const Call *call, GError **error)
{
  Client *client = call->client;
  guint n_signals = call->words[1] != NULL ? (guint) g_ascii_strtoull (call->words[1], NULL, 10) :
                                             1;

  if (!client_signals_start (client, call->cancellable, error))
    return FALSE;
  client_signals_await (client, client->n_signals + n_signals, LONGEST_WAIT_MS);
  g_string_append (call->result, client->signals->str);

  return TRUE;
}

static gboolean
do_stop (const Call *call, GError **error)
{
  return g_imap_notifier_stop (g_imap_transporter_get_notifier (call->transporter),
                               call->cancellable, error);
}

static gboolean
do_wait (const Call *call, GError **error)
{
  client_signals_await (call->client, G_MAXUINT,
                        (guint) g_ascii_strtoull (call->words[1], NULL, 10));

  return TRUE;
}

static gboolean
do_signals (const Call *call, GError **error)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_string_append (call->result, call->client->signals->str);

  return TRUE;
}

static gboolean
do_property (const Call *call, GError **error)
{
  client_text_add_property (call->result, G_OBJECT (call->transporter), call->words[1]);

  return TRUE;
}

static gboolean
do_close (const Call *call, GError **error)
{
  return g_imap_transporter_close (call->transporter, call->cancellable, error);
}

static const CallType call_types[] = {
  { "check", do_check, 0 },
  { "status", do_status, 1 },
  { "boxes", do_boxes, 0 },
  { "select", do_select, 1 },
  { "delimiter", do_delimiter, 0 },
  { "capabilities", do_capabilities, 0 },
  { "create", do_create, 1 },
  { "delete-box", do_delete_box, 1 },
  { "rename", do_rename, 2 },
  { "subscribe", do_subscribe, 1 },
  { "unsubscribe", do_unsubscribe, 1 },
  { "mails", do_mails, 1 },
  { "mails-by-number", do_numbered_mails, 2 },
  { "mail", do_mail, 1 },
  { "read", do_read, 1 },
  { "fetch", do_fetch, 1 },
  { "mime", do_mime, 1 },
  { "open", do_open, 1 },
  { "part", do_part, 2 },
  { "search", do_search, 1 },
  { "numbers", do_numbers, 2 },
  { "sort", do_sort, 1 },
  { "thread", do_thread, 1 },
  { "quota", do_quota, 1 },
  { "add-flags", do_add_flags, 2 },
  { "remove-flags", do_remove_flags, 2 },
  { "append", do_append, 1 },
  { "append-binary", do_append_binary, 1 },
  { "copy", do_copy, 2 },
  { "move", do_move, 2 },
  { "delete", do_delete, 1 },
  { "expunge", do_expunge, 0 },
  { "notify", do_notify, 0 },
  { "stop-notifying", do_stop, 0 },
  { "wait", do_wait, 1 },
  { "signals", do_signals, 0 },
  { "property", do_property, 1 },
  { "close", do_close, 0 },
};

static char *
unescape (const char *text)
{
  g_autoptr (GBytes) bytes = peer_script_unescape (text);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data != NULL ? data : "", size);
}

/* Words stand between spaces; "two words" is one. Escapes come last. */
static char **
split_words (const char *line)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  while (*line != '\0')
    {
      gboolean is_quoted = *line == '"';
      const char *start = line + (is_quoted ? 1 : 0);
      const char *end = strchrnul (start, is_quoted ? '"' : ' ');
      g_autofree char *raw = g_strndup (start, (gsize) (end - start));
      g_autofree char *word = unescape (raw);

      if (is_quoted || end > start)
        g_strv_builder_add (words, word);
      line = *end != '\0' ? end + 1 : end;
    }

  return g_strv_builder_end (words);
}

gboolean
client_do (
    Client *client, const char *line, GCancellable *cancellable, GString *result, GError **error)
{
  g_auto (GStrv) words = split_words (line);
  const char *space = strchr (line, ' ');
  g_autofree char *rest = unescape (space != NULL ? space + 1 : "");
  Call call = { client, client->transporter, words, rest, cancellable, result };

  for (guint i = 0; i < G_N_ELEMENTS (call_types); i++)
    if (g_strcmp0 (words[0], call_types[i].name) == 0 &&
        g_strv_length (words) > call_types[i].n_arguments)
      return call_types[i].function (&call, error);

  g_error ("this is no call: %s", line);
}

/* An IMAP server for benchmarks: it sends from memory what a real one has sent.
 *
 *   replay-server --upstream PORT --certificate FILE --key FILE --journal FILE [--without WORD…]
 *
 * It prints three ports in one line: "learn", "plain" and "TLS". What goes over the first is passed on
 * to the real server (IMAPS, on 127.0.0.1), and every reply is kept with its command. The other two
 * answer the same commands with the same octets, the tag apart, and know no others; but a UID FETCH may
 * ask for other sets of mails than were learned, one by one. The commands of
 * the last connection that learned, with their tags, are in the journal: for each eight octets with
 * its length, in the order of the machine, and then its own. The server ends when its standard input
 * does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gio/gio.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define CHUNK (256 * 1024)
/* Longer than any tagged line of Dovecot. */
#define TAIL 4096

typedef struct
{
  GBytes *body;
  char *tag;  /* of the command that was learned */
  char *rest; /* of the tagged line, behind the tag */
} Reply;

static int upstream_port;
static char *certificate_file;
static char *key_file;
static char *journal_file;
static char **without;

static GTlsCertificate *certificate;
static GMutex mutex;
/* Both are guarded by the mutex and only grow. */
static GHashTable *replies; /* GBytes to Reply */
static GHashTable *mails;   /* "UID items" to GBytes: the response with this mail */
static GBytes *greeting;

typedef struct
{
  GIOStream *stream;
  GByteArray *input; /* what was read and not used */
  GIOStream *upstream;
  GOutputStream *journal;
} Connection;

static gboolean
write_all (GIOStream *stream, gconstpointer data, gsize size)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, size, NULL, NULL,
                                    NULL);
}

/* FALSE at the end. */
static gboolean
read_more (GIOStream *stream, GByteArray *to)
{
  guint before = to->len;
  gssize n;

  g_byte_array_set_size (to, before + CHUNK);
  n = g_input_stream_read (g_io_stream_get_input_stream (stream), to->data + before, CHUNK, NULL,
                           NULL);
  g_byte_array_set_size (to, before + MAX (n, 0));

  return n > 0;
}

/* The octets of the literal that the line ending at @end announces. */
static gsize
get_literal_size (const guint8 *line, gsize end)
{
  gsize at = end - strlen ("}\r\n");

  if (end < strlen ("{0+}\r\n") || memcmp (line + at, "}\r\n", 3) != 0)
    return 0;
  if (line[at - 1] != '+')
    g_error ("a literal that waits for “+” cannot be learned");
  for (at--; at > 0 && g_ascii_isdigit (line[at - 1]);)
    at--;

  return g_ascii_strtoull ((const char *) line + at, NULL, 10);
}

/* A whole command with its literals and its line end; NULL at the end. */
static GBytes *
read_command (Connection *connection)
{
  GByteArray *input = connection->input;
  GBytes *command;
  gsize at = 0; /* where the line begins that is looked for */
  gsize literal;

  do
    {
      const guint8 *feed = input->len > at ? memchr (input->data + at, '\n', input->len - at) :
                                             NULL;

      if (feed != NULL)
        {
          literal = get_literal_size (input->data, feed + 1 - input->data);
          at = feed + 1 - input->data + literal;
        }
      else
        {
          literal = 1;
          if (!read_more (connection->stream, input))
            return NULL;
        }
    }
  while (literal > 0);

  command = g_bytes_new (input->data, at);
  g_byte_array_remove_range (input, 0, at);

  return command;
}

static gsize
get_tag_length (GBytes *command)
{
  gsize size;
  const char *data = g_bytes_get_data (command, &size);
  const char *space = memchr (data, ' ', size);

  return space != NULL ? (gsize) (space - data) : 0;
}

/* The command without its tag: what a reply is kept under. */
static GBytes *
make_key (GBytes *command)
{
  gsize tag = get_tag_length (command);

  return g_bytes_new_from_bytes (command, tag, g_bytes_get_size (command) - tag);
}

/* Takes the words that the real server is not to have out of its capabilities. */
static void
hide_words (GByteArray *text, guint from)
{
  for (guint i = 0; without != NULL && without[i] != NULL; i++)
    {
      g_autofree char *word = g_strconcat (" ", without[i], NULL);
      guint8 *found;

      if (memmem (text->data + from, text->len - from, "CAPABILITY", strlen ("CAPABILITY")) == NULL)
        return;
      while ((found = memmem (text->data + from, text->len - from, word, strlen (word))) != NULL)
        g_byte_array_remove_range (text, found - text->data, strlen (word));
    }
}

/* Where the tagged line begins that ends @text; -1 when it has not come whole. */
static gssize
find_tagged (const GByteArray *text, const char *tag, gsize tag_length)
{
  gsize from = text->len > TAIL ? text->len - TAIL : 0;
  const guint8 *line = text->data + text->len;

  if (text->len == 0 || line[-1] != '\n')
    return -1;
  for (line--; line > text->data + from && line[-1] != '\n';)
    line--;

  return memcmp (line, tag, tag_length) == 0 && line[tag_length] == ' ' ? line - text->data : -1;
}

/* Behind the response that begins at @at, with its literals. */
static gsize
find_response_end (const guint8 *text, gsize size, gsize at)
{
  while (at < size)
    {
      const guint8 *feed = memchr (text + at, '\n', size - at);
      gsize end = feed != NULL ? (gsize) (feed + 1 - text) : size;
      const guint8 *brace = end >= 3 && text[end - 3] == '}' ? memrchr (text + at, '{', end - at) :
                                                               NULL;

      if (brace == NULL)
        return end;
      at = end + g_ascii_strtoull ((const char *) brace + 1, NULL, 10);
    }

  return size;
}

/* " UID FETCH 1:5 (items)\r\n": @out_set and @out_items are owned. */
static gboolean
split_uid_fetch (GBytes *key, char **out_set, char **out_items)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (key, NULL), g_bytes_get_size (key));
  g_auto (GStrv) words = g_strsplit (text, " ", 5);

  if (g_strv_length (words) != 5 || !g_str_equal (words[1], "UID") ||
      !g_str_equal (words[2], "FETCH"))
    return FALSE;
  *out_set = g_strdup (words[3]);
  *out_items = g_strdup (words[4]);

  return TRUE;
}

/* Under the mutex. */
static void
keep_mails (GBytes *key, GBytes *body)
{
  g_autofree char *set = NULL;
  g_autofree char *items = NULL;
  gsize size;
  const guint8 *text = g_bytes_get_data (body, &size);

  if (!split_uid_fetch (key, &set, &items))
    return;

  for (gsize at = 0, end; at < size; at = end)
    {
      const guint8 *uid;

      end = find_response_end (text, size, at);
      uid = memmem (text + at, MIN (end - at, 64), "(UID ", strlen ("(UID "));
      if (uid != NULL)
        g_hash_table_replace (
            mails,
            g_strdup_printf ("%u %s", (guint) g_ascii_strtoull ((const char *) uid + 5, NULL, 10),
                             items),
            g_bytes_new_from_bytes (body, at, end - at));
    }
}

/* Puts together what was learned in other sets; NULL when it is no UID FETCH of single mails. */
static GBytes *
find_mails (GBytes *key)
{
  g_autofree char *set = NULL;
  g_autofree char *items = NULL;
  g_auto (GStrv) ranges = NULL;
  GByteArray *found;

  if (!split_uid_fetch (key, &set, &items) || strchr (set, '*') != NULL)
    return NULL;

  found = g_byte_array_new ();
  ranges = g_strsplit (set, ",", -1);
  for (guint i = 0; ranges[i] != NULL; i++)
    {
      char *end;
      guint64 first = g_ascii_strtoull (ranges[i], &end, 10);
      guint64 last = *end == ':' ? g_ascii_strtoull (end + 1, NULL, 10) : first;

      for (guint64 uid = first; uid <= last; uid++)
        {
          g_autofree char *name = g_strdup_printf ("%u %s", (guint) uid, items);
          GBytes *mail = g_hash_table_lookup (mails, name);

          if (mail != NULL)
            g_byte_array_append (found, g_bytes_get_data (mail, NULL), g_bytes_get_size (mail));
        }
    }

  return g_byte_array_free_to_bytes (found);
}

static void
keep_reply (GBytes *command, const GByteArray *text, gsize tagged)
{
  gsize rest = tagged + get_tag_length (command);
  g_autoptr (GBytes) key = make_key (command);
  Reply *reply = g_new (Reply, 1);

  reply->body = g_bytes_new (text->data, tagged);
  reply->tag = g_strndup ((const char *) text->data + tagged, rest - tagged);
  reply->rest = g_strndup ((const char *) text->data + rest, text->len - rest);
  g_mutex_lock (&mutex);
  g_hash_table_replace (replies, g_bytes_ref (key), reply);
  keep_mails (key, reply->body);
  g_mutex_unlock (&mutex);
}

static gboolean
write_journal (Connection *connection, gconstpointer command, guint64 size)
{
  return g_output_stream_write_all (connection->journal, &size, sizeof size, NULL, NULL, NULL) &&
         g_output_stream_write_all (connection->journal, command, size, NULL, NULL, NULL);
}

static gboolean
pass_on (Connection *connection, GBytes *command)
{
  gsize size;
  const char *data = g_bytes_get_data (command, &size);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  gssize tagged;

  if (!write_journal (connection, data, size) || !write_all (connection->upstream, data, size))
    return FALSE;

  do
    {
      guint before = text->len;

      if (!read_more (connection->upstream, text))
        return FALSE;
      hide_words (text, before);
      tagged = find_tagged (text, data, get_tag_length (command));
      /* Who has the end of the reply may ask for it again at once. */
      if (tagged >= 0)
        keep_reply (command, text, tagged);
      if (!write_all (connection->stream, text->data + before, text->len - before))
        return FALSE;
    }
  while (tagged < 0);

  return TRUE;
}

/* An ESEARCH names the command that it answers. */
static void
put_tag (GByteArray *body, const char *learned, const char *tag)
{
  g_autofree char *named = g_strdup_printf ("(TAG \"%s\")", learned);
  guint8 *found = body->len > 0 ? memmem (body->data, body->len, named, strlen (named)) : NULL;

  if (found != NULL && strlen (learned) == strlen (tag))
    memcpy (found + strlen ("(TAG \""), tag, strlen (tag));
}

static gboolean
answer (Connection *connection, GBytes *command)
{
  gsize tag_length = get_tag_length (command);
  g_autofree char *tag = g_strndup (g_bytes_get_data (command, NULL), tag_length);
  g_autoptr (GBytes) key = make_key (command);
  g_autofree char *last = NULL;
  g_autoptr (GBytes) put_together = NULL;
  const void *body = NULL;
  gsize size = g_bytes_get_size (key);
  Reply *reply;

  g_mutex_lock (&mutex);
  reply = g_hash_table_lookup (replies, key);
  if (reply == NULL)
    put_together = find_mails (key);
  g_mutex_unlock (&mutex);

  if (reply == NULL && memmem (g_bytes_get_data (key, NULL), size, "LOGOUT", 6) != NULL)
    return FALSE;
  if (reply == NULL && put_together == NULL)
    g_printerr ("replay-server: not learned: %.*s\n", (int) MIN (size, 200),
                (const char *) g_bytes_get_data (command, NULL));
  size = 0;
  if (reply != NULL)
    body = g_bytes_get_data (reply->body, &size);
  else if (put_together != NULL)
    body = g_bytes_get_data (put_together, &size);
  last = g_strconcat (tag,
                      reply != NULL        ? reply->rest :
                      put_together != NULL ? " OK Fetch completed.\r\n" :
                                             " BAD not learned\r\n",
                      NULL);
  /* What is short goes as one packet, as the real server sends it. */
  if (size < CHUNK)
    {
      g_autoptr (GByteArray) joined = g_byte_array_new ();

      g_byte_array_append (joined, body, size);
      if (reply != NULL)
        put_tag (joined, reply->tag, tag);
      g_byte_array_append (joined, (guint8 *) last, strlen (last));

      return write_all (connection->stream, joined->data, joined->len);
    }

  return write_all (connection->stream, body, size) &&
         write_all (connection->stream, last, strlen (last));
}

static gboolean
accept_certificate_cb (GTlsConnection *connection,
                       GTlsCertificate *peer,
                       GTlsCertificateFlags errors,
                       gpointer user_data)
{
  return TRUE;
}

static gboolean
open_upstream (Connection *connection)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) socket = g_socket_client_connect_to_host (
      client, "127.0.0.1", (guint16) upstream_port, NULL, NULL);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autoptr (GFile) file = g_file_new_for_path (journal_file);

  if (socket == NULL)
    return FALSE;
  connection->upstream = g_tls_client_connection_new (G_IO_STREAM (socket), NULL, NULL);
  g_signal_connect (connection->upstream, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                    NULL);
  /* Not replaced: it has to be there before the connection is closed. */
  g_file_delete (file, NULL, NULL);
  connection->journal = G_OUTPUT_STREAM (g_file_create (file, G_FILE_CREATE_NONE, NULL, NULL));
  if (connection->journal == NULL || !read_more (connection->upstream, text))
    return FALSE;
  hide_words (text, 0);
  g_mutex_lock (&mutex);
  g_clear_pointer (&greeting, g_bytes_unref);
  greeting = g_bytes_new (text->data, text->len);
  g_mutex_unlock (&mutex);

  return TRUE;
}

static void
serve (GIOStream *stream, gboolean learns)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();
  Connection connection = { .stream = stream, .input = input };
  gboolean is_open = !learns || open_upstream (&connection);
  GBytes *command;
  gsize size;

  is_open = is_open && greeting != NULL &&
            write_all (stream, g_bytes_get_data (greeting, &size), g_bytes_get_size (greeting));
  while (is_open && (command = read_command (&connection)) != NULL)
    {
      is_open = learns ? pass_on (&connection, command) : answer (&connection, command);
      g_bytes_unref (command);
    }
  if (connection.journal != NULL)
    g_output_stream_close (connection.journal, NULL, NULL);
  g_clear_object (&connection.journal);
  g_clear_object (&connection.upstream);
}

typedef enum
{
  LEARN,
  PLAIN,
  TLS,
} Kind;

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *socket,
        GObject *source,
        gpointer user_data)
{
  Kind kind = GPOINTER_TO_INT (user_data);
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (socket));

  g_socket_set_option (g_socket_connection_get_socket (socket), IPPROTO_TCP, TCP_NODELAY, TRUE,
                       NULL);
  if (kind == TLS)
    {
      g_object_unref (stream);
      stream = g_tls_server_connection_new (G_IO_STREAM (socket), certificate, NULL);
    }
  serve (stream, kind == LEARN);
  g_io_stream_close (stream, NULL, NULL);

  return TRUE;
}

static guint16
listen_to (Kind kind)
{
  GSocketService *service = g_threaded_socket_service_new (8);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error))
    g_error ("%s", error->message);
  g_signal_connect (service, "run", G_CALLBACK (run_cb), GINT_TO_POINTER (kind));

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
}

static gboolean
input_cb (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static const GOptionEntry options[] = {
  { "upstream", 0, 0, G_OPTION_ARG_INT, &upstream_port, "The real server's port", "PORT" },
  { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &certificate_file, "Our certificate", "FILE" },
  { "key", 0, 0, G_OPTION_ARG_FILENAME, &key_file, "Its key", "FILE" },
  { "journal", 0, 0, G_OPTION_ARG_FILENAME, &journal_file, "Where the commands go", "FILE" },
  { "without", 0, 0, G_OPTION_ARG_STRING_ARRAY, &without, "A capability to hide", "WORD" },
  { 0 },
};

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  certificate = g_tls_certificate_new_from_files (certificate_file, key_file, &error);
  if (certificate == NULL)
    g_error ("%s", error->message);
  mails = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  replies = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                   NULL);

  g_print ("%u %u %u\n", listen_to (LEARN), listen_to (PLAIN), listen_to (TLS));
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, input_cb, loop);
  g_main_loop_run (loop);

  return 0;
}

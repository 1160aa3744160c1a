/* Mails appended from a stream: whole, or not at all.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "gimap4d/imap/session/imap-session-private.h"
#include "scripted-peer.h"

#include <string.h>

#define SIZE 3000000
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF (x)

/* A stream of as many octets as wanted, that does something when it has come to a place. */
#define TEST_TYPE_STREAM (test_stream_get_type ())
G_DECLARE_FINAL_TYPE (TestStream, test_stream, TEST, STREAM, GInputStream)

typedef enum
{
  PLAIN,
  FAIL,
  GIVE_NUL,
  CANCEL,
  PAUSE, /* long enough for the server to say something */
  STOP,  /* for ever, but for who cancels */
  SLOW,  /* a hundred octets at a time, some thousand in a second */
} Trick;

struct _TestStream
{
  GInputStream parent_instance;

  gsize size;
  gsize n_read;
  Trick trick;
  gsize place;
  GCancellable *cancellable; /* unowned, nullable */
};

G_DEFINE_FINAL_TYPE (TestStream, test_stream, G_TYPE_INPUT_STREAM)

static void
test_stream_init (TestStream *self)
{
}

static gssize
test_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  TestStream *self = TEST_STREAM (stream);
  gsize n = MIN (MIN (count, 10000), self->size - self->n_read);

  memset (buffer, 'x', n);
  if (self->trick != PLAIN && self->place < self->n_read + n)
    switch (self->trick)
      {
      case FAIL:
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the source is dry");
        return -1;
      case GIVE_NUL:
        ((char *) buffer)[0] = '\0';
        break;
      case CANCEL:
        g_cancellable_cancel (self->cancellable);
        break;
      case PAUSE:
        self->trick = PLAIN;
        g_usleep (500000);
        break;
      case STOP:
        while (!g_cancellable_set_error_if_cancelled (cancellable, error))
          g_usleep (1000);
        return -1;
      case SLOW:
        n = MIN (n, 100);
        g_usleep (20000);
        break;
      case PLAIN:
      default:
        break;
      }
  self->n_read += n;

  return n;
}

static void
test_stream_class_init (TestStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = test_stream_read;
}

static GImapTransporter *
connect_to (ScriptedPeer *peer)
{
  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
                       (guint) scripted_peer_get_port (peer), "user", "me", "password", "secret",
                       "accept-unsecure-connection", TRUE, "response-timeout", 2, NULL);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GImapMessageSet *
append (GImapTransporter *transporter,
        TestStream *stream,
        guint64 size,
        gboolean is_async,
        GError **error)
{
  static const char *const keywords[] = { "$seen", NULL };
  g_autoptr (GAsyncResult) result = NULL;

  if (!is_async)
    return g_imap_transporter_append_stream (transporter, G_INPUT_STREAM (stream), size, "Old",
                                             keywords, NULL, stream->cancellable, error);

  g_imap_transporter_append_stream_async (transporter, G_INPUT_STREAM (stream), size, "Old",
                                          keywords, NULL, stream->cancellable, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_imap_transporter_append_stream_finish (transporter, result, error);
}

#define DONE -1
#define ASKED "C: $8 APPEND \"Old\" (\\Seen) {" TEXT (SIZE) "}\nS: + go\n"
#define ALL "C-bytes: " TEXT (SIZE) "\nC-raw: \\r\\n\n"

/* The name of a row that the reliability rules number begins with that number. */
static const struct
{
  const char *name;
  const char *capabilities;
  gsize stream_size;
  guint64 size;
  Trick trick;
  gsize place;
  const char *script;
  int code;           /* of the error, or DONE; a GIOErrorEnum where is_io */
  const char *result; /* of the set, or in the error's message */
  gboolean is_io;
} rows[] = {
  { "small", "LITERAL+ UIDPLUS", 5, 5, PLAIN, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {5+}\nC-raw: xxxxx\\r\\n\nS: $8 OK [APPENDUID 4 31] done\n",
    DONE, "31" },
  { "P32-literal-minus", "LITERAL- UIDPLUS", 5000, 5000, PLAIN, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {5000}\nS: + go\nC-bytes: 5000\nC-raw: \\r\\n\nS: $8 OK done\n",
    DONE, "" },
  { "large", "LITERAL+ UIDPLUS", SIZE, SIZE, PLAIN, 0, ASKED ALL "S: $8 OK [APPENDUID 4 31] done\n",
    DONE, "31" },
  { "final-line-end-small", "XYMHIGHESTMODSEQ UIDPLUS", 5, 5, PLAIN, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {7}\nS: + go\nC-raw: xxxxx\\r\\n\\r\\n\nS: $8 OK done\n", DONE,
    "" },
  { "final-line-end-large", "XYMHIGHESTMODSEQ UIDPLUS", 300000, 300000, PLAIN, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {300002}\nS: + go\nC-bytes: 300000\nC-raw: \\r\\n\\r\\n\n"
    "S: $8 OK done\n",
    DONE, "" },
  { "ends-early", "UIDPLUS", 2000000, SIZE, PLAIN, 0,
    ASKED "C-bytes: 1500000\nmay-close\nC-bytes: 1500000\n", G_IMAP_ERROR_INVALID_ARGUMENT,
    "ended after 2000000" },
  { "ends-early-small", "UIDPLUS", 4, 5, PLAIN, 0, "", G_IMAP_ERROR_INVALID_ARGUMENT,
    "ended after 4" },
  { "goes-on", "UIDPLUS", SIZE + 1, SIZE, PLAIN, 0,
    ASKED "C-bytes: 2000000\nmay-close\nC-bytes: 1000000\n", G_IMAP_ERROR_INVALID_ARGUMENT,
    "goes on" },
  { "goes-on-small", "UIDPLUS", 6, 5, PLAIN, 0, "", G_IMAP_ERROR_INVALID_ARGUMENT, "goes on" },
  { "nul", "UIDPLUS", SIZE, SIZE, GIVE_NUL, 2000000,
    ASKED "C-bytes: 1500000\nmay-close\nC-bytes: 1500000\n", G_IMAP_ERROR_INVALID_ARGUMENT, "NUL" },
  { "nul-small", "UIDPLUS", 5, 5, GIVE_NUL, 0, "", G_IMAP_ERROR_INVALID_ARGUMENT, "no BINARY" },
  { "binary-small", "LITERAL+ UIDPLUS BINARY", 5, 5, GIVE_NUL, 0,
    "C: $8 APPEND \"Old\" (\\Seen) ~{5}\nS: + go\nC-raw: \\x00xxxx\\r\\n\n"
    "S: $8 OK [APPENDUID 4 31] done\n",
    DONE, "31" },
  { "binary-large", "LITERAL+ UIDPLUS BINARY", SIZE, SIZE, GIVE_NUL, 100,
    "C: $8 APPEND \"Old\" (\\Seen) ~{" TEXT (SIZE) "}\nS: + go\n" ALL
                                                   "S: $8 OK [APPENDUID 4 31] done\n",
    DONE, "31" },
  { "binary-not-announced", "UIDPLUS BINARY", SIZE, SIZE, GIVE_NUL, 2000000,
    ASKED "C-bytes: 1500000\nmay-close\nC-bytes: 1500000\n", G_IMAP_ERROR_INVALID_ARGUMENT,
    "does not announce" },
  { "binary-refused", "UIDPLUS BINARY", 5, 5, GIVE_NUL, 0,
    "C: $8 APPEND \"Old\" (\\Seen) ~{5}\nS: $8 NO [UNKNOWN-CTE] cannot\n", G_IMAP_ERROR_NO,
    "cannot" },
  { "stream-fails", "UIDPLUS", SIZE, SIZE, FAIL, 2000000,
    ASKED "C-bytes: 1500000\nmay-close\nC-bytes: 1500000\n", G_IO_ERROR_NO_SPACE, "is dry", TRUE },
  { "stops-small", "UIDPLUS", 5, 5, STOP, 0, "", G_IMAP_ERROR_TIMEOUT_STALL, "gave only 0 octets" },
  { "stops-in-the-middle", "UIDPLUS", SIZE, SIZE, STOP, 2000000,
    ASKED "C-bytes: 1500000\nmay-close\nC-bytes: 1500000\n", G_IMAP_ERROR_TIMEOUT_STALL,
    "gave only" },
  { "slow-small", "LITERAL+ UIDPLUS", 4000, 4000, SLOW, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {4000+}\nC-bytes: 4000\nC-raw: \\r\\n\nS: $8 OK done\n", DONE,
    "" },
  { "slow-in-the-middle", "UIDPLUS", SIZE, SIZE, SLOW, 2995000, ASKED ALL "S: $8 OK done\n", DONE,
    "" },
  { "D18-cancel-in-the-middle", "UIDPLUS", SIZE, SIZE, CANCEL, 2000000,
    ASKED "C-bytes: 1500000\nmay-close\nC-bytes: 1500000\n", G_IO_ERROR_CANCELLED, "cancelled",
    TRUE },
  { "D11-cut-in-the-middle", "UIDPLUS", 30000000, 30000000, PLAIN, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {30000000}\nS: + go\nC-bytes: 1000\nrst\n",
    G_IMAP_ERROR_DISCONNECTED, "lost" },
  { "D11-cut-at-the-end", "UIDPLUS", SIZE, SIZE, PLAIN, 0, ASKED ALL "cut\n",
    G_IMAP_ERROR_UNKNOWN_OUTCOME, "may or may not" },
  { "D11-refused-at-the-end", "UIDPLUS", SIZE, SIZE, PLAIN, 0, ASKED ALL "S: $8 NO disk full\n",
    G_IMAP_ERROR_NO, "disk full" },
  { "P31-refused-before", "UIDPLUS", SIZE, SIZE, PLAIN, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {" TEXT (SIZE) "}\nS: $8 NO [TRYCREATE] no such box\n",
    G_IMAP_ERROR_TRYCREATE, "no such box" },
  { "refused-in-the-middle", "UIDPLUS", SIZE, SIZE, PAUSE, 2000000,
    ASKED "C-bytes: 1000\nS: $8 NO [OVERQUOTA] full\nmay-close\nC-bytes: 2999000\n",
    G_IMAP_ERROR_OVERQUOTA, "full" },
  { "accepted-in-the-middle", "UIDPLUS", SIZE, SIZE, PAUSE, 2000000,
    ASKED "C-bytes: 1000\nS: $8 OK done\nmay-close\nC-bytes: 2999000\n", G_IMAP_ERROR_PROTOCOL,
    "half a command" },
  { "D11-never-asked-to-go-on", "UIDPLUS", SIZE, SIZE, PLAIN, 0,
    "C: $8 APPEND \"Old\" (\\Seen) {" TEXT (SIZE) "}\nexpect-close\n",
    G_IMAP_ERROR_TIMEOUT_RESPONSE, "said nothing" },
  { "bye-in-the-middle", "UIDPLUS", SIZE, SIZE, PAUSE, 2000000,
    ASKED "C-bytes: 1000\nS: * BYE I die\ncut\n", G_IMAP_ERROR_BYE, "I die" },
  { "D12-append-limit", "APPENDLIMIT=2999999 UIDPLUS", SIZE, SIZE, PLAIN, 0, "",
    G_IMAP_ERROR_OVERQUOTA, "at most 2999999" },
  { "empty", "UIDPLUS", 0, 0, PLAIN, 0, "", G_IMAP_ERROR_INVALID_ARGUMENT, "empty" },
};

#define GREETED                                                                                    \
  "S: * OK [CAPABILITY IMAP4rev1 %s] hello\n"                                                      \
  "C: $1 LOGIN \"me\" \"secret\"\n"                                                                \
  "S: $1 OK [CAPABILITY IMAP4rev1 %s] in\n"

static void
test_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data) / 2;
  gboolean is_async = GPOINTER_TO_UINT (data) % 2;
  g_autofree char *script = g_strdup_printf (GREETED "C: $2 NOOP\nS: $2 OK\n%s",
                                             rows[i].capabilities, rows[i].capabilities,
                                             rows[i].script);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (TestStream) stream = g_object_new (TEST_TYPE_STREAM, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GImapMessageSet) set = NULL;
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_imap_status_get_success (status));
  stream->size = rows[i].stream_size;
  stream->trick = rows[i].trick;
  stream->place = rows[i].place;
  stream->cancellable = cancellable;
  set = append (transporter, stream, rows[i].size, is_async, &error);
  scripted_peer_assert_done (peer);
  /* Nothing was sent twice, by no way around. */
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);

  if (rows[i].code == DONE)
    {
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = g_imap_message_set_to_string (set);
      g_assert_cmpstr (text, ==, rows[i].result);
    }
  else
    {
      GQuark domain = rows[i].is_io ? G_IO_ERROR : G_IMAP_ERROR;

      g_assert_null (set);
      g_assert_error (error, domain, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].result));
    }
}

/* Twenty mails that are appended at once go together where the server allows it. */
static void
test_pipelined (void)
{
  g_autoptr (GString) script = g_string_new (NULL);
  g_autoptr (ScriptedPeer) peer = NULL;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GBytes) mime = g_bytes_new_static ("A: b\r\n\r\nc", 9);
  GAsyncResult *results[20] = { NULL };

  g_string_printf (script, GREETED, "LITERAL+ UIDPLUS", "LITERAL+ UIDPLUS");
  for (guint i = 0; i < 20; i++)
    {
      g_string_append_printf (
          script, "C: $%u APPEND \"Old\" {9+}\nC-raw: A: b\\r\\n\\r\\nc\\r\\n\n", 10 + i);
      for (guint j = 0; i == 15 && j < 16; j++)
        g_string_append_printf (script, "S: $%u OK [APPENDUID 4 %u] done\n", 10 + j, 1 + j);
    }
  for (guint j = 16; j < 20; j++)
    g_string_append_printf (script, "S: $%u OK [APPENDUID 4 %u] done\n", 10 + j, 1 + j);

  peer = scripted_peer_new (script->str, SCRIPTED_PEER_NONE);
  transporter = connect_to (peer);
  for (guint i = 0; i < 20; i++)
    g_imap_transporter_append_mime_async (transporter, mime, "Old", NULL, NULL, NULL, result_cb,
                                          &results[i]);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GImapMessageSet) set = NULL;
      g_autoptr (GError) error = NULL;

      while (results[i] == NULL)
        g_main_context_iteration (NULL, TRUE);
      set = g_imap_transporter_append_mime_finish (transporter, results[i], &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_imap_message_set_get_uid (set, 0), ==, i + 1);
      g_object_unref (results[i]);
    }
  scripted_peer_assert_done (peer);
  /* LOGIN, and the mails in two or three. */
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), <=, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  imap_session_stall_window = 400;
  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/append/", rows[i / 2].name, i % 2 ? "/async" : "/sync",
                                           NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/append/pipelined", test_pipelined);

  return g_test_run ();
}

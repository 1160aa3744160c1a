/* What the tests with faults share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-test.h"

#include <dlfcn.h>
#include <stdlib.h>

#define HOST "mail.test"
#define ADDRESS "127.0.0.1"

#define INSIDE_TLS                                                                                 \
  "C: $2 CAPABILITY\nS: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\nS: $2 OK\n"                     \
  "C: $3 AUTHENTICATE PLAIN *\nS: $3 OK [CAPABILITY IMAP4rev1 UIDPLUS] in\n"
#define STARTTLS                                                                                   \
  "may-close\n"                                                                                    \
  "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\n"                                                \
  "C: $1 STARTTLS\nS: $1 OK go\ntls\n" INSIDE_TLS
#define TLS                                                                                        \
  "may-close\ntls\n"                                                                               \
  "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\n"                                      \
  "C: $1 AUTHENTICATE PLAIN *\nS: $1 OK [CAPABILITY IMAP4rev1 UIDPLUS] in\n"
#define COMPRESSED                                                                                 \
  "may-close\n"                                                                                    \
  "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\n"                                      \
  "C: $1 AUTHENTICATE PLAIN *\nS: $1 OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in\n"              \
  "C: $2 COMPRESS DEFLATE\nS: $2 OK go\ndeflate\n"

#define SELECT                                                                                     \
  "C: $10 SELECT *\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] .\nS: $10 OK [READ-WRITE] selected\n"
#define BYE "C: $20 LOGOUT\nS: * BYE\nS: $20 OK\nexpect-close\n"
#define FETCH_OF(size)                                                                             \
  SELECT "C: $11 UID FETCH 1 *\nS: * 1 FETCH (UID 1 BODY[] {" size "}\nS-fill: " size " a\n"       \
         "S: )\nS: $11 OK fetched\n" BYE
#define FETCH FETCH_OF ("100000")
#define FLAGS                                                                                      \
  SELECT "C: $11 UID STORE 1 *\nS: * 1 FETCH (UID 1 FLAGS (\\Seen))\nS: $11 OK stored\n" BYE
#define APPEND                                                                                     \
  "C: $11 APPEND * {20000}\nS: + go\nC-bytes: 20000\nC-raw: \\r\\n\n"                              \
  "S: $11 OK [APPENDUID 7 9] there\n" BYE

const FaultShim *
fault_test_find_shim (void)
{
  return dlsym (RTLD_DEFAULT, "fault_shim");
}

static gboolean
select_inbox (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, error);

  return info != NULL;
}

static char *
run_fetch (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GBytes) mail = NULL;

  if (!select_inbox (transporter, error))
    return NULL;
  mail = g_imap_transporter_get_mime_as_blob (transporter, "1", FALSE, NULL, error);

  return mail != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, mail) : NULL;
}

static char *
run_flags (GImapTransporter *transporter, GError **error)
{
  static const char *const keywords[] = { "$seen", NULL };
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("1", NULL);

  if (!select_inbox (transporter, error) ||
      !g_imap_transporter_add_flags (transporter, ids, keywords, NULL, error))
    return NULL;

  return g_strdup ("stored");
}

static char *
run_append (GImapTransporter *transporter, GError **error)
{
  g_autofree char *text = g_strnfill (20000, 'x');
  g_autoptr (GBytes) mail = g_bytes_new_take (g_steal_pointer (&text), 20000);
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_append_mime (transporter, mail, "INBOX", NULL, NULL, NULL, error);

  return ids != NULL ? g_imap_message_set_to_string (ids) : NULL;
}

const Conversation fault_test_conversations[] = {
  { "fetch", FAULT_TEST_LOGIN FETCH, HOST, G_IMAP_TLS_MODE_AUTOMATIC, FALSE, run_fetch },
  { "flags", FAULT_TEST_LOGIN FLAGS, ADDRESS, G_IMAP_TLS_MODE_AUTOMATIC, FALSE, run_flags },
  { "append", FAULT_TEST_LOGIN APPEND, ADDRESS, G_IMAP_TLS_MODE_AUTOMATIC, FALSE, run_append },
  { "compressed", COMPRESSED FETCH, ADDRESS, G_IMAP_TLS_MODE_AUTOMATIC, TRUE, run_fetch },
  { "starttls", STARTTLS FETCH, ADDRESS, G_IMAP_TLS_MODE_STARTTLS, FALSE, run_fetch },
  { "tls", TLS APPEND, ADDRESS, G_IMAP_TLS_MODE_IMPLICIT, FALSE, run_append },
  { NULL }
};

const Conversation fault_test_large = { "large", FAULT_TEST_LOGIN FETCH_OF ("3000000"),
                                        ADDRESS, G_IMAP_TLS_MODE_AUTOMATIC,
                                        FALSE,   run_fetch };

const Conversation fault_test_huge = { "huge",  FAULT_TEST_LOGIN FETCH_OF ("200000000"),
                                       ADDRESS, G_IMAP_TLS_MODE_AUTOMATIC,
                                       FALSE,   run_fetch };

static GTlsDatabase *
get_database (void)
{
  static GTlsDatabase *database = NULL;
  g_autoptr (GError) error = NULL;

  if (database == NULL)
    database = g_tls_file_database_new (PEER_AUTHORITY, &error);
  g_assert_no_error (error);

  return database;
}

/* Before anything is armed, and the peer without the shim. GIO looks for its TLS once, so that has to be
 * while it can be found. */
PeerProcess *
peer_process_new (const char *script)
{
  PeerProcess *peer = g_new0 (PeerProcess, 1);
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "faults", "peer-process", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  get_database ();
  g_subprocess_launcher_unsetenv (launcher, "LD_PRELOAD");
  peer->process = g_subprocess_launcher_spawn (launcher, &error, program, script, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (peer->process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (output), FALSE);
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  peer->port = (guint) atoi (line);

  return peer;
}

void
peer_process_free (PeerProcess *peer)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (peer->process), NULL, NULL);
  g_subprocess_wait (peer->process, NULL, NULL);
  g_object_unref (peer->process);
  g_free (peer);
}

GImapTransporter *
fault_test_new_transporter (const Conversation *conversation, PeerProcess *peer)
{
  return g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", conversation->host, "port", peer->port, "user", "bob",
      "password", "secret", "client-id", NULL, "tls-mode", conversation->tls_mode, "compress",
      conversation->is_compressed, "accept-unsecure-connection",
      conversation->tls_mode == G_IMAP_TLS_MODE_AUTOMATIC, "tls-database", get_database (),
      "response-timeout", conversation->response_timeout > 0 ? conversation->response_timeout : 20,
      NULL);
}

guint
fault_test_count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;

  return n;
}

guint
fault_test_get_step (guint n)
{
  return n < 3 || g_test_slow () ? 1 : (guint) g_test_rand_int_range (1, 40);
}

char *
fault_test_converse (const Conversation *conversation, PeerProcess *peer, GError **error)
{
  GImapTransporter *transporter = fault_test_new_transporter (conversation, peer);
  char *result = conversation->run (transporter, error);

  g_imap_transporter_close (transporter, NULL, NULL);
  g_assert_finalize_object (transporter);

  return result;
}

void
fault_test_assert_clean (const GError *error, const Conversation *conversation)
{
  g_assert_nonnull (error);
  if (error->domain != G_IMAP_ERROR)
    g_error ("%s, %d: %s", g_quark_to_string (error->domain), error->code, error->message);
  switch (error->code)
    {
    case G_IMAP_ERROR_TIMEOUT_CONNECT:
    case G_IMAP_ERROR_TIMEOUT_TLS:
    case G_IMAP_ERROR_TIMEOUT_GREETING:
    case G_IMAP_ERROR_TIMEOUT_RESPONSE:
    case G_IMAP_ERROR_TIMEOUT_STALL:
    case G_IMAP_ERROR_TIMEOUT_IDLE:
      g_error ("It hung: %s", error->message);
      break;
    default:
      break;
    }
  if (strstr (error->message, conversation->host) == NULL)
    g_error ("With whom? %s", error->message);
}

/* What the tests with faults share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-test.h"

#include <dlfcn.h>

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

/* No test has more of them at once. */
#define N_PROCESSES 2

static PeerProcess *processes[N_PROCESSES];
static gboolean is_taken[N_PROCESSES];

void
fault_test_begin_peers (void)
{
  for (guint i = 0; i < N_PROCESSES; i++)
    processes[i] = peer_process_new ();
}

void
fault_test_end_peers (void)
{
  /* A later one has what was there when it was made, the end of the one before too. */
  for (guint i = N_PROCESSES; i > 0; i--)
    g_clear_pointer (&processes[i - 1], peer_process_free);
}

static GTlsDatabase *
get_database (void)
{
  static GTlsDatabase *database = NULL;

  if (database == NULL)
    database = scripted_peer_new_database ();

  return database;
}

/* Before anything is armed: GIO looks for its TLS once, so that has to be while it can be found. */
FaultPeer *
fault_peer_new (const char *script)
{
  const char *scripts[] = { script, NULL };
  ScriptedPeerOptions options = { .flags = SCRIPTED_PEER_LAST_AGAIN, .cut_at = G_MAXUINT64 };
  FaultPeer *peer = g_new0 (FaultPeer, 1);
  guint i = 0;

  get_database ();
  while (is_taken[i])
    g_assert_cmpuint (++i, <, N_PROCESSES);
  is_taken[i] = TRUE;
  peer->process = processes[i];
  peer->port = peer_process_begin (peer->process, scripts, &options);
  g_assert_cmpuint (peer->port, !=, 0);

  return peer;
}

void
fault_peer_free (FaultPeer *peer)
{
  g_auto (PeerFindings) findings = { 0 };

  g_assert_true (peer_process_end (peer->process, FALSE, &findings));
  for (guint i = 0; i < N_PROCESSES; i++)
    if (processes[i] == peer->process)
      is_taken[i] = FALSE;
  g_free (peer);
}

GImapTransporter *
fault_test_new_transporter (const Conversation *conversation, FaultPeer *peer)
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
fault_test_converse (const Conversation *conversation, FaultPeer *peer, GError **error)
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

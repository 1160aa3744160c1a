/* From the first byte to TLS: greetings, STARTTLS, PREAUTH, and what nobody may slip in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

#define PLAIN_GREETING "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hello\n"
#define INSIDE                                                                                     \
  "C: $2 CAPABILITY\n"                                                                             \
  "S: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\n"                                                 \
  "S: $2 OK\n"                                                                                     \
  "C: $3 AUTHENTICATE PLAIN *\n"                                                                   \
  "S: $3 OK [CAPABILITY IMAP4rev1] in\n"                                                           \
  "C: $4 NOOP\n"                                                                                   \
  "S: $4 OK alive\n"

typedef struct
{
  const char *name;
  const char *script;
  int code;
  int other_code; /* is as good, where a race decides; 0 = none */
  const char *text;
  gboolean is_tls;
} Case;

static const Case cases[] = {
  { "t01",
    PLAIN_GREETING
    "C: $1 STARTTLS\nmay-close\nS: $1 OK\nS: * CAPABILITY IMAP4rev1 AUTH=X\nS: A2 OK\n",
    G_IMAP_ERROR_TLS_INJECTION, G_IMAP_ERROR_CONNECT, NULL, FALSE },
  { "t02",
    PLAIN_GREETING
    "C: $1 STARTTLS\nmay-close\nS: $1 OK\ndelay 50\nS: * CAPABILITY IMAP4rev1\nS: A2 OK\n",
    G_IMAP_ERROR_TLS_INJECTION, G_IMAP_ERROR_CONNECT, NULL, FALSE },
  { "t03-bye", PLAIN_GREETING "C: $1 STARTTLS\nmay-close\nS: $1 OK\nS: * BYE\n",
    G_IMAP_ERROR_TLS_INJECTION, G_IMAP_ERROR_CONNECT, NULL, FALSE },
  { "t03-alert", PLAIN_GREETING "C: $1 STARTTLS\nmay-close\nS: $1 OK\nS: * OK [ALERT] suffix\n",
    G_IMAP_ERROR_TLS_INJECTION, G_IMAP_ERROR_CONNECT, NULL, FALSE },
  { "t04-greeting", "may-close\n" PLAIN_GREETING "S: A1 OK\n", G_IMAP_ERROR_PROTOCOL, 0, NULL,
    FALSE },
  { "t04-ahead",
    "S: * OK hello\nC: $1 CAPABILITY\nmay-close\nS: * CAPABILITY IMAP4rev1 STARTTLS\nS: $1 OK\nS: "
    "A2 OK\n",
    G_IMAP_ERROR_PROTOCOL, G_IMAP_ERROR_CONNECT, NULL, FALSE },
  { "t05", "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\nexpect-close\n",
    G_IMAP_ERROR_TLS_REQUIRED, 0, "no encryption", FALSE },
  { "t05-asked",
    "S: * OK hello\nC: $1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: $1 OK\nexpect-close\n",
    G_IMAP_ERROR_TLS_REQUIRED, 0, "no encryption", FALSE },
  { "t06-no", PLAIN_GREETING "C: $1 STARTTLS\nS: $1 NO not today\nexpect-close\n",
    G_IMAP_ERROR_TLS_REQUIRED, 0, "not today", FALSE },
  { "t06-bad", PLAIN_GREETING "C: $1 STARTTLS\nS: $1 BAD what?\nexpect-close\n",
    G_IMAP_ERROR_TLS_REQUIRED, 0, "what?", FALSE },
  { "t06-continue", PLAIN_GREETING "C: $1 STARTTLS\nS: + go on\nexpect-close\n",
    G_IMAP_ERROR_TLS_REQUIRED, 0, NULL, FALSE },
  { "t07-no", "S: * OK hello\nC: $1 CAPABILITY\nS: $1 NO no\nexpect-close\n",
    G_IMAP_ERROR_TLS_REQUIRED, 0, "NO", FALSE },
  { "t07-bad", "S: * OK hello\nC: $1 CAPABILITY\nS: $1 BAD no\nexpect-close\n",
    G_IMAP_ERROR_TLS_REQUIRED, 0, "BAD", FALSE },
  { "t07-invalid", "may-close\nS: hello\nS: * OK hello\n", G_IMAP_ERROR_PROTOCOL, 0, NULL, FALSE },
  { "t08", "S: * PREAUTH welcome\nexpect-close\n", G_IMAP_ERROR_TLS_REQUIRED, 0, "PREAUTH", FALSE },
  { "t09", "S: * PREAUTH welcome\nexpect-close\n", G_IMAP_ERROR_PROTOCOL, 0, "PREAUTH", TRUE },
  { "t16-http", "may-close\nS: HTTP/1.1 400 Bad Request\n", G_IMAP_ERROR_PROTOCOL, 0, NULL, FALSE },
  { "t17-greeting", "S-raw: * OK hel\ntls-no-close-notify\n", G_IMAP_ERROR_TLS_TRUNCATED,
    G_IMAP_ERROR_DISCONNECTED, NULL, TRUE },
  { "t23-bye", "S: * BYE too many\nexpect-close\n", G_IMAP_ERROR_BYE, 0, "too many", TRUE },
  { "t23-bye-plain", "may-close\nS: * BYE [UNAVAILABLE] too many\ncut\n", G_IMAP_ERROR_BYE, 0,
    "too many", FALSE },
  { "t23-no", "S: * NO no\nexpect-close\n", G_IMAP_ERROR_PROTOCOL, 0, "greeting", TRUE },
  { "t23-tagged", "S: A1 OK hello\nexpect-close\n", G_IMAP_ERROR_PROTOCOL, 0, NULL, TRUE },
  { "t23-large", "may-close\nS-raw: * OK \nS-fill: 1048576 x\nS:\n", G_IMAP_ERROR_TOO_LARGE, 0,
    NULL, TRUE },
  { "t23-large-plain", "may-close\nS-raw: * OK \nS-fill: 1048576 x\nS:\n", G_IMAP_ERROR_TOO_LARGE,
    0, NULL, FALSE },
  { "t23-binary", "may-close\nS-raw: \\x00\\xff\\x80\\r\\n\n", G_IMAP_ERROR_PROTOCOL, 0, NULL,
    TRUE },
  { "t23-empty", "may-close\nS:\n", G_IMAP_ERROR_PROTOCOL, 0, NULL, TRUE },
  { "t23-continuation", "S: + hello\nexpect-close\n", G_IMAP_ERROR_PROTOCOL, 0, NULL, TRUE },
  { "t23-closed", "cut\n", G_IMAP_ERROR_DISCONNECTED, 0, "closed", FALSE },
  { "t27-reset", "rst\n", G_IMAP_ERROR_DISCONNECTED, G_IMAP_ERROR_CONNECT, NULL, FALSE },
};

static void
run_case (const Case *test, ScriptedPeerFlags chunks)
{
  ScriptedPeerFlags flags = chunks | (test->is_tls ? SCRIPTED_PEER_TLS : 0);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (test->script, flags);
  g_autofree char *prefix = g_strdup_printf ("127.0.0.1:%u: ", scripted_peer_get_port (peer));
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *received = NULL;

  transporter = new_transporter (
      peer, "tls-mode", test->is_tls ? G_IMAP_TLS_MODE_IMPLICIT : G_IMAP_TLS_MODE_STARTTLS);
  error = session_test_fail (transporter);
  g_test_message ("%s: %s", test->name, error->message);
  g_assert_true (error->domain == G_IMAP_ERROR);
  if (error->code != test->other_code || test->other_code == 0)
    g_assert_cmpint (error->code, ==, test->code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  if (test->text != NULL)
    assert_contains (error->message, test->text);
  g_assert_cmpint (g_imap_transporter_get_state (transporter), ==, G_IMAP_TRANSPORTER_STATE_CLOSED);
  scripted_peer_assert_done (peer);
  received = session_test_dup_received (peer, test->is_tls);
  assert_contains_not (received, "LOGIN");
  assert_contains_not (received, "AUTHENTICATE");
}

static void
test_case (gconstpointer data)
{
  run_case (data, SCRIPTED_PEER_NONE);
  if (strstr (((const Case *) data)->script, "S-fill") != NULL)
    return;
  run_case (data, SCRIPTED_PEER_CHUNK_ONE);
  run_case (data, SCRIPTED_PEER_CHUNK_RANDOM);
}

/* T10: what a server says before the login is not believed, and not kept. */
static void
test_early_data (void)
{
  static const char *const responses[] = {
    "LIST () \"/\" x", "LSUB () \"/\" x", "STATUS x (MESSAGES 1)",
    "SEARCH 1",        "FLAGS (\\Seen)",  "5 EXISTS",
    "5 RECENT",        "1 EXPUNGE",       "1 FETCH (UID 1)",
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (responses); i++)
    {
      const char *response = responses[i / 2];
      g_autofree char *script = g_strdup_printf (
          i % 2 == 0 ? PLAIN_GREETING "C: $1 STARTTLS\nmay-close\nS: * %s\n" :
                       "may-close\n" PLAIN_GREETING "S: * %s\n",
          response);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_transporter (peer, "client-id", NULL);
      g_autoptr (GError) error = session_test_fail (transporter);

      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL);
      scripted_peer_assert_done (peer);
    }
}

/* T10: more than can be needed before TLS. */
static void
test_early_flood (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      PLAIN_GREETING "C: $1 STARTTLS\nmay-close\nrepeat 40\nS: * OK x\nend\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
}

/* T11: only what is said inside of TLS counts. */
static void
test_capabilities (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=CRAM-MD5 X-GREETING] hello\n"
      "C: $1 STARTTLS\n"
      "S: $1 OK [CAPABILITY IMAP4rev1 AUTH=CRAM-MD5 X-STARTTLS] go\n"
      "tls\n" INSIDE,
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_transporter (peer, "client-id", NULL);
  g_auto (GStrv) capabilities = NULL;
  g_autofree char *mode = NULL;

  session_test_check (transporter);
  capabilities = g_imap_transporter_dup_known_capabilities (transporter);
  g_assert_cmpuint (g_strv_length (capabilities), ==, 1);
  g_assert_cmpstr (capabilities[0], ==, "IMAP4REV1");
  mode = g_imap_transporter_dup_authentication_mode (transporter);
  g_assert_cmpstr (mode, ==, "PLAIN");
  g_assert_nonnull (g_imap_transporter_get_tls_protocol (transporter));
  g_assert_cmpint (g_imap_transporter_get_state (transporter), ==, G_IMAP_TRANSPORTER_STATE_READY);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static void
count_cb (GImapTransporter *transporter, const char *text, char **out_text)
{
  g_free (*out_text);
  *out_text = g_strdup (text);
}

static void
run_context (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* T24: not before TLS, and after it without what could deceive, and not without end. */
static void
test_alerts (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      "S: * OK [ALERT] forged\nC: $1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 STARTTLS\nS: $1 OK\n"
      "C: $5 STARTTLS\nS: $5 OK\ntls\n"
      "C: $2 CAPABILITY\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\nS: $2 OK\n"
      "C: $3 AUTHENTICATE PLAIN *\nS: $3 OK [CAPABILITY IMAP4rev1] in\n"
      "C: $4 NOOP\nS-raw: * OK [ALERT] \\x1b[31m\\xe2\\x80\\xaered\nS-fill: 2000 x\nS:\nS: $4 OK "
      "alive\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_transporter (peer, "client-id", NULL);
  g_autofree char *text = NULL;

  g_signal_connect (transporter, "alert", G_CALLBACK (count_cb), &text);
  session_test_check (transporter);
  run_context ();
  g_assert_nonnull (text);
  assert_contains_not (text, "forged");
  assert_contains (text, "red");
  assert_contains_not (text, "\033");
  assert_contains_not (text, "\342\200\256");
  g_assert_cmpint (g_utf8_strlen (text, -1), <=, 1024);
}

/* T25: whatever ID says before the login. */
static void
test_early_id (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (PLAIN_GREETING "S: * ID (\"a\")\nS: * ID NIL\nS: * ID (\"a\" \"b\" "
                                               "\"c\")\nC: $1 STARTTLS\nS: $1 OK\ntls\n" INSIDE,
                                SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_transporter (peer, "client-id", NULL);

  session_test_check (transporter);
}

/* T09, and the plain form: allowed when both properties say so. */
static void
test_preauth_allowed (void)
{
  static const char script[] =
      "S: * PREAUTH [CAPABILITY IMAP4rev1] welcome\nC: $1 NOOP\nS: $1 OK alive\n";
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_TLS);
  g_autoptr (ScriptedPeer) plain_peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapTransporter) plain = NULL;

  transporter = new_transporter (peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT, "allow-preauth", TRUE);
  session_test_check (transporter);
  plain = new_plain_transporter (plain_peer, "allow-preauth", TRUE);
  session_test_check (plain);
}

/* A refused STARTTLS is never taken for "not possible". */
static void
test_no_downgrade (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      PLAIN_GREETING "C: $1 STARTTLS\nS: $1 NO not today\nexpect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_REQUIRED);
  scripted_peer_assert_done (peer);
}

/* T16: plain text where TLS has to be. */
static void
test_plain_on_tls_port (void)
{
  static const char *const scripts[] = { "may-close\nS: * OK hello\n",
                                         "may-close\nS: HTTP/1.1 400 Bad Request\n",
                                         "may-close\nS-raw: \\x16\\x03\\x01\\xff\\xff\\x00\\x00\n"
                                         "cut\n" };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (scripts[i], SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter)
          transporter = new_transporter (peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT);
      g_autoptr (GError) error = session_test_fail (transporter);

      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_CONNECT);
      assert_contains (error->message, "TLS");
    }
}

/* R02: a server that goes in the middle of the handshake may well speak TLS. */
static void
test_lost_in_handshake (void)
{
  static const char *const scripts[] = { "C-bytes: 100\ncut\n", "C-bytes: 100\nrst\n",
                                         "C-bytes: 100\nfin\nmay-close\nC-bytes: 1000000\n" };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (scripts[i], SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter)
          transporter = new_transporter (peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT);
      g_autoptr (GError) error = session_test_fail (transporter);

      g_test_message ("%s", error->message);
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
      assert_contains (error->message, "TLS");
    }
}

/* T26, T27: nobody there. */
static void
test_nobody (void)
{
  ScriptedPeer *peer = scripted_peer_new ("cut\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) refused = new_transporter (peer, "client-id", NULL);
  g_autoptr (GImapTransporter) nowhere = g_imap_transporter_new ("gimap4d.invalid", "bob", "x");
  g_autoptr (GImapTransporter) nobody = g_imap_transporter_new (NULL, "bob", "x");
  g_autoptr (GError) error = NULL;

  scripted_peer_free (peer);
  error = session_test_fail (refused);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_CONNECT);
  g_clear_error (&error);
  error = session_test_fail (nowhere);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DNS);
  g_clear_error (&error);
  error = session_test_fail (nobody);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/session/greeting/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/session/greeting/t10-data", test_early_data);
  g_test_add_func ("/session/greeting/t10-flood", test_early_flood);
  g_test_add_func ("/session/greeting/t11", test_capabilities);
  g_test_add_func ("/session/greeting/t16-tls", test_plain_on_tls_port);
  g_test_add_func ("/session/greeting/R02-in-handshake", test_lost_in_handshake);
  g_test_add_func ("/session/greeting/t24", test_alerts);
  g_test_add_func ("/session/greeting/t25", test_early_id);
  g_test_add_func ("/session/greeting/t26-t27", test_nobody);
  g_test_add_func ("/session/greeting/preauth-allowed", test_preauth_allowed);
  g_test_add_func ("/session/greeting/no-downgrade", test_no_downgrade);

  return g_test_run ();
}

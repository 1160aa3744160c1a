/* Logging in: what is sent, what proves what, which refusal is which, and that no secret gets out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <glib/gstdio.h>
#include <string.h>

#define GREETING(capabilities) "S: * OK [CAPABILITY IMAP4rev1 " capabilities "] hello\n"
#define IN(number) "S: $" number " OK [CAPABILITY IMAP4rev1] in\n"
/* NUL bob NUL CANARY-päss */
#define PLAIN_MESSAGE "AGJvYgBDQU5BUlktcMOkc3M="

static const struct
{
  const char *name;
  const char *script;
} successes[] = {
  { "plain-initial",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN " PLAIN_MESSAGE "\n" IN ("1") },
  { "plain",
    GREETING ("AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN\nS: + \nC: " PLAIN_MESSAGE "\n" IN ("1") },
  { "plain-bare-plus",
    GREETING ("AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN\nS: +\nC: " PLAIN_MESSAGE "\n" IN ("1") },
  { "login-literal",
    GREETING ("") "C: $1 LOGIN \"bob\" {12}\nS: + go\nC-raw: CANARY-p\\xc3\\xa4ss\\r\\n\n" IN (
        "1") },
  { "login-literal-plus",
    GREETING ("LITERAL+") "C: $1 LOGIN \"bob\" {12+}\nC-raw: CANARY-p\\xc3\\xa4ss\\r\\n\n" IN (
        "1") },
  { "login-mechanism",
    GREETING ("AUTH=LOGIN LOGINDISABLED") "C: $1 AUTHENTICATE LOGIN\nS: + VXNlcm5hbWU6\nC: "
                                          "Ym9i\nS: + UGFzc3dvcmQ6\n"
                                          "C: Q0FOQVJZLXDDpHNz\n" IN ("1") },
  { "no-capability",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 OK in\nC: $7 CAPABILITY\nS: "
                                    "* CAPABILITY IMAP4rev1\nS: $7 OK\n" },
  { "untagged-capability",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: * CAPABILITY IMAP4rev1 X\nS: "
                                    "$1 OK in\n" },
  { "capability-refused", GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 OK "
                                                          "in\nC: $7 CAPABILITY\nS: $7 NO\n" },
};

static void
test_success (gconstpointer data)
{
  g_autofree char *script = g_strconcat (data, "C: $8 NOOP\nS: $8 OK alive\n", NULL);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);

  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* Most are scripts of tests/hostile, too: here they are what the log is looked at for. */
static const struct
{
  const char *name;
  const char *script;
  const char *mode;  /* nullable */
  const char *token; /* nullable */
  int code;
  const char *text;
} failures[] = {
  { "t12",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 NO [REFERRAL "
                                    "imap://elsewhere.example/] gone\n",
    NULL, NULL, G_IMAP_ERROR_REFERRAL, "gone" },
  { "t13-disabled", GREETING ("LOGINDISABLED") "expect-close\n", NULL, NULL,
    G_IMAP_ERROR_LOGIN_DISABLED, NULL },
  { "t13-mechanism", GREETING ("AUTH=X-OTHER LOGINDISABLED") "expect-close\n", "SCRAM-SHA-256",
    NULL, G_IMAP_ERROR_AUTH_MECHANISM, "X-OTHER" },
  { "t19-ok-at-once",
    GREETING ("AUTH=SCRAM-SHA-256") "C: $1 AUTHENTICATE SCRAM-SHA-256\nS: $1 OK in\n", NULL, NULL,
    G_IMAP_ERROR_AUTH_FAILED, "prove" },
  { "t19-garbage",
    GREETING (
        "AUTH=SCRAM-SHA-256 SASL-IR") "C: $1 AUTHENTICATE SCRAM-SHA-256 *\nS: + cj1hLHM9YSxpPTE=\n",
    NULL, NULL, G_IMAP_ERROR_AUTH_FAILED, NULL },
  { "t20-no-base64", GREETING ("AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN\nS: + !\n", NULL, NULL,
    G_IMAP_ERROR_PROTOCOL, "base64" },
  { "t20-after-final", GREETING ("AUTH=PLAIN SASL-IR") "C: $1 AUTHENTICATE PLAIN *\nS: + \n", NULL,
    NULL, G_IMAP_ERROR_PROTOCOL, NULL },
  { "t20-large",
    GREETING ("AUTH=CRAM-MD5") "C: $1 AUTHENTICATE CRAM-MD5\nmay-close\nS-raw: + \nS-fill: 1048576 "
                               "A\nS:\n",
    NULL, NULL, G_IMAP_ERROR_TOO_LARGE, NULL },
  { "t21-oauthbearer",
    GREETING ("AUTH=OAUTHBEARER SASL-IR") "C: $1 AUTHENTICATE OAUTHBEARER *\nS: + "
                                          "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\nC: AQ==\nS: $1 NO "
                                          "[AUTHENTICATIONFAILED] no\n",
    NULL, "CANARY-token", G_IMAP_ERROR_AUTH_FAILED, "invalid_token" },
  { "t21-xoauth2",
    GREETING (
        "AUTH=XOAUTH2 SASL-IR") "C: $1 AUTHENTICATE XOAUTH2 *\nS: + eyJzdGF0dXMiOiI0MDAifQ==\nC: "
                                "\nS: $1 NO [AUTHENTICATIONFAILED] no\n",
    "OAUTH2", "CANARY-token", G_IMAP_ERROR_AUTH_FAILED, "400" },
  { "t22-failed",
    GREETING ("SASL-IR AUTH=PLAIN AUTH=LOGIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 NO "
                                               "[AUTHENTICATIONFAILED] wrong\nexpect-close\n",
    NULL, NULL, G_IMAP_ERROR_AUTH_FAILED, "wrong" },
  { "t22-bare-no",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 NO wrong\nexpect-close\n",
    NULL, NULL, G_IMAP_ERROR_AUTH_FAILED, "wrong" },
  { "t22-unavailable",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 NO [UNAVAILABLE] "
                                    "later\nexpect-close\n",
    NULL, NULL, G_IMAP_ERROR_NO, "later" },
  { "t22-expired",
    GREETING (
        "SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 NO [EXPIRED] old\nexpect-close\n",
    NULL, NULL, G_IMAP_ERROR_AUTH_EXPIRED, "old" },
  { "t22-privacy",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 NO [PRIVACYREQUIRED] "
                                    "tls\nexpect-close\n",
    NULL, NULL, G_IMAP_ERROR_TLS_REQUIRED, "tls" },
  { "t22-bye", GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: * BYE enough\ncut\n",
    NULL, NULL, G_IMAP_ERROR_BYE, "enough" },
  { "r23-limit",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 NO [LIMIT] too many "
                                    "connections\nexpect-close\n",
    NULL, NULL, G_IMAP_ERROR_LIMIT, "too many connections" },
  { "r23-bye", "S: * BYE Too many connections\nexpect-close\n", NULL, NULL, G_IMAP_ERROR_BYE,
    "Too many connections" },
  { "t22-literal-refused", GREETING ("") "C: $1 LOGIN \"bob\" {12}\nS: $1 NO never\nexpect-close\n",
    NULL, NULL, G_IMAP_ERROR_AUTH_FAILED, "never" },
  { "s04-plain",
    GREETING ("SASL-IR AUTH=PLAIN") "C: $1 AUTHENTICATE PLAIN *\nS: $1 BAD AUTHENTICATE "
                                    "PLAIN " PLAIN_MESSAGE "\n",
    NULL, NULL, G_IMAP_ERROR_BAD, "BAD" },
  { "s04-login",
    GREETING ("LITERAL+") "C: $1 LOGIN \"bob\" {12+}\nC-bytes: 14\nS-raw: $1 BAD LOGIN bob "
                          "CANARY-p\\xc3\\xa4ss\\r\\n\n",
    NULL, NULL, G_IMAP_ERROR_BAD, "LOGIN bob" },
  { "s04-token",
    GREETING ("AUTH=OAUTHBEARER SASL-IR") "C: $1 AUTHENTICATE OAUTHBEARER *\nS: $1 NO CANARY-token "
                                          "is wrong\n",
    NULL, "CANARY-token", G_IMAP_ERROR_AUTH_FAILED, "is wrong" },
};

static void
test_failure (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (failures[i].script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;

  transporter = new_plain_transporter (peer, "authentication-mode", failures[i].mode,
                                       "access-token-oauth2", failures[i].token);
  error = session_test_fail (transporter);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, failures[i].code);
  assert_contains_not (error->message, "CANARY");
  assert_contains_not (error->message, "Q0FOQVJZ");
  assert_contains_not (error->message, "DQU5BUlkt");
  if (failures[i].text != NULL)
    assert_contains (error->message, failures[i].text);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

/* T19: an OK while the key is still being derived is no proof. The challenge has to go on from the
 * client's nonce, so the server is made by hand. */
static gpointer
hasty_server (gpointer data)
{
  g_autoptr (GSocketListener) listener = data;
  g_autoptr (GSocketConnection) connection = g_socket_listener_accept (listener, NULL, NULL, NULL);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream)
      input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree char *first = NULL;
  g_autofree char *challenge = NULL;
  g_autofree char *encoded = NULL;
  g_autofree char *answer = NULL;
  gsize length;

  g_output_stream_printf (output, NULL, NULL, NULL,
                          "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256] hello\r\n");
  line = g_data_input_stream_read_line (input, NULL, NULL, NULL);
  words = g_strsplit (line, " ", 4);
  first = (char *) g_base64_decode (words[3], &length);
  first = g_realloc (first, length + 1);
  first[length] = '\0';
  challenge = g_strdup_printf ("%sSERVER,s=c2FsdHNhbHRzYWx0,i=900000", strstr (first, "r="));
  encoded = g_base64_encode ((const guchar *) challenge, strlen (challenge));
  answer = g_strdup_printf ("+ %s\r\n%s OK [CAPABILITY IMAP4rev1] in\r\n", encoded, words[0]);
  g_output_stream_write_all (output, answer, strlen (answer), NULL, NULL, NULL);
  while (g_input_stream_skip (G_INPUT_STREAM (input), 100, NULL, NULL) > 0)
    ;

  return NULL;
}

static void
test_hasty_ok (void)
{
  GSocketListener *listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  GThread *thread = g_thread_new ("hasty", hasty_server, listener);
  g_autoptr (GImapTransporter) transporter = g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", (guint) port, "user", "bob", "password",
      "secret", "accept-unsecure-connection", TRUE, NULL);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED);
  g_thread_join (thread);
}

/* The server that never answers ID gets its SELECT all the same, and behind it. */
static void
test_id (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("ID") "C: $2 ID (\"name\" \"tester\")\n" SELECTED (
                                    "3", "1") "C: $4 NOOP\nS: $4 OK alive\n",
                                SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, "client-id", "tester", "response-timeout", 1);

  session_test_select (transporter, "INBOX");
  /* Its silence is nobody's. */
  g_usleep (1500 * 1000);
  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static void
test_utf8 (void)
{
  static const char *const scripts[] = {
    LOGGED_IN (
        "ENABLE UTF8=ACCEPT") "C: $2 ENABLE UTF8=ACCEPT\nS: * ENABLED UTF8=ACCEPT\nS: $2 OK\n"
                              "C: $3 SELECT \"Entw\303\274rfe\"\nS: * 1 EXISTS\nS: $3 OK\n",
    LOGGED_IN ("ENABLE UTF8=ONLY") "C: $2 ENABLE UTF8=ACCEPT\nS: * ENABLED utf8=accept\nS: $2 OK\n"
                                   "C: $3 SELECT \"Entw\303\274rfe\"\nS: * 1 EXISTS\nS: $3 OK\n",
    LOGGED_IN ("ENABLE UTF8=ACCEPT") "C: $2 ENABLE UTF8=ACCEPT\nS: $2 NO\n"
                                     "C~ (?<tag>\\S+) SELECT \"?Entw&APw-rfe\"?\nrepeat 0\nend\n",
    "S: * OK [CAPABILITY IMAP4rev2 AUTH=PLAIN] hello\nC: $1 AUTHENTICATE PLAIN *\nS: $1 OK "
    "[CAPABILITY IMAP4rev2] in\n"
    "C: $3 SELECT \"Entw\303\274rfe\"\nS: * 1 EXISTS\nS: $3 OK\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (scripts[i], SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter)
          transporter = new_plain_transporter (peer, "response-timeout", 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
          transporter, "Entwürfe", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

      /* The third is not answered: what it sent is what counts. */
      if (i != 2)
        g_assert_no_error (error);
      g_clear_object (&transporter);
      scripted_peer_assert_done (peer);
    }
}

/* S01: the log, in each mode, success and failure, and however the server echoes. */
static void
test_log (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "log.txt", NULL);
  g_autofree char *content = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (failures) + G_N_ELEMENTS (successes); i++)
    {
      gboolean fails = i < G_N_ELEMENTS (failures);
      guint j = fails ? i : i - G_N_ELEMENTS (failures);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (
          fails ? failures[j].script : successes[j].script, SCRIPTED_PEER_CHUNK_RANDOM);
      g_autoptr (GImapTransporter) transporter = NULL;

      if (strstr (fails ? failures[j].script : successes[j].script, "S-fill") != NULL)
        continue;
      transporter = new_plain_transporter (peer, "log-file", path, "response-timeout", 1,
                                           "authentication-mode", fails ? failures[j].mode : NULL,
                                           "access-token-oauth2", fails ? failures[j].token : NULL);
      g_free (g_imap_transporter_get_delimiter (transporter, NULL, NULL));
    }

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  assert_contains (content, "AUTHENTICATE");
  assert_contains_not (content, "CANARY");
  assert_contains_not (content, "Q0FOQVJZ");
  assert_contains_not (content, "DQU5BUlkt");
  assert_contains_not (content, "NBTkFSWS");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (successes); i++)
    {
      g_autofree char *path = g_strconcat ("/session/login/", successes[i].name, NULL);

      g_test_add_data_func (path, successes[i].script, test_success);
    }
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/session/login/", failures[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_failure);
    }
  g_test_add_func ("/session/login/t19-hasty-ok", test_hasty_ok);
  g_test_add_func ("/session/login/id", test_id);
  g_test_add_func ("/session/login/utf8", test_utf8);
  g_test_add_func ("/session/login/s01", test_log);

  return g_test_run ();
}

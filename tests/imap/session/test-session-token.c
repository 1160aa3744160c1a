/* Access tokens: who is asked for a newer one, when, how often, and what comes of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <glib/gstdio.h>
#include <string.h>

#define GREETING "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN] hello\n"
/* user=bob ^A auth=Bearer CANARY-old ^A ^A, and the same with CANARY-new */
#define OLD "dXNlcj1ib2IBYXV0aD1CZWFyZXIgQ0FOQVJZLW9sZAEB"
#define NEW "dXNlcj1ib2IBYXV0aD1CZWFyZXIgQ0FOQVJZLW5ldwEB"
/* {"status":"invalid_token"} */
#define REFUSES(number, token)                                                                     \
  "C: $" number " AUTHENTICATE XOAUTH2 " token "\n"                                                \
  "S: + eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\n"                                                    \
  "C: \n"                                                                                          \
  "S: $" number " NO [AUTHENTICATIONFAILED] no\n"
#define ACCEPTS(number, token)                                                                     \
  "C: $" number " AUTHENTICATE XOAUTH2 " token "\n"                                                \
  "S: $" number " OK [CAPABILITY IMAP4rev1] in\n"
#define CHECKED "C: $9 NOOP\nS: $9 OK alive\n"

#define OLD_TOKEN "access-token-oauth2", "CANARY-old"
#define NO_TOKEN "log-file", NULL

/* A provider that counts. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  const char *answer; /* nullable */
  guint n_calls;
  GImapTokenReason reason;
  GThread *thread;
  gboolean hangs; /* until it is let go */
  gboolean was_cancelled;
  gboolean is_destroyed; /* atomic: in the thread that lets go last */
} Provider;

static void
provider_init (Provider *provider, const char *answer)
{
  memset (provider, 0, sizeof *provider);
  g_mutex_init (&provider->mutex);
  g_cond_init (&provider->cond);
  provider->answer = answer;
}

static char *
provide (GImapTransporter *self, GImapTokenReason reason, GCancellable *cancellable, gpointer data)
{
  Provider *provider = data;

  g_assert_true (G_IS_IMAP_TRANSPORTER (self));
  g_mutex_lock (&provider->mutex);
  provider->n_calls++;
  provider->reason = reason;
  provider->thread = g_thread_self ();
  g_cond_broadcast (&provider->cond);
  while (provider->hangs)
    g_cond_wait (&provider->cond, &provider->mutex);
  provider->was_cancelled = g_cancellable_is_cancelled (cancellable);
  g_mutex_unlock (&provider->mutex);

  return g_strdup (provider->answer);
}

static void
provider_destroyed (gpointer data)
{
  g_atomic_int_set (&((Provider *) data)->is_destroyed, TRUE);
}

static void
set_provider (GImapTransporter *transporter, Provider *provider)
{
  g_imap_transporter_set_token_provider (transporter, provide, provider, provider_destroyed);
}

static void
let_go (Provider *provider)
{
  g_mutex_lock (&provider->mutex);
  provider->hangs = FALSE;
  g_cond_broadcast (&provider->cond);
  g_mutex_unlock (&provider->mutex);
}

static void
wait_for_call (Provider *provider)
{
  g_mutex_lock (&provider->mutex);
  while (provider->n_calls == 0)
    g_cond_wait (&provider->cond, &provider->mutex);
  g_mutex_unlock (&provider->mutex);
}

static void
test_refused (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING REFUSES ("1", OLD) ACCEPTS ("2", NEW) CHECKED, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, 1);
  g_assert_cmpint (provider.reason, ==, G_IMAP_TOKEN_REASON_REFUSED);
  g_assert_true (provider.thread != g_thread_self ());
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
  g_assert_true (g_atomic_int_get (&provider.is_destroyed));
}

/* With OAUTH2 before the password, as a token would have it. */
static void
test_missing (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (GREETING ACCEPTS ("1", NEW) CHECKED, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, NO_TOKEN);
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, 1);
  g_assert_cmpint (provider.reason, ==, G_IMAP_TOKEN_REASON_MISSING);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static void
test_not_offered (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (LOGGED_IN ("") CHECKED, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, NO_TOKEN);
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, 0);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static const struct
{
  const char *name;
  const char *object; /* a token object */
  gboolean is_asked;
} expirations[] = {
  { "expires-in-past", "{\"token\":{\"access_token\":\"CANARY-old\",\"expires_in\":-5}}", TRUE },
  { "expires-in-soon", "{\"access_token\":\"CANARY-old\",\"expires_in\":\"20\"}", TRUE },
  { "expires-in-later", "{\"access_token\":\"CANARY-old\",\"expires_in\":3599}", FALSE },
  { "expires-in-huge", "{\"access_token\":\"CANARY-old\",\"expires_in\":1e300}", FALSE },
  { "expires-in-nonsense", "{\"access_token\":\"CANARY-old\",\"expires_in\":[1]}", FALSE },
  { "expiration-past",
    "{\"token\":{\"access_token\":\"CANARY-old\",\"expires_in\":3599},"
    "\"tokenExpiration\":\"2020-01-02T03:04:05Z\"}",
    TRUE },
  { "expiration-number", "{\"access_token\":\"CANARY-old\",\"tokenExpiration\":1577934245}", TRUE },
  { "expiration-later",
    "{\"token\":{\"access_token\":\"CANARY-old\",\"expires_in\":0},"
    "\"tokenExpiration\":\"9020-01-02T03:04:05\"}",
    FALSE },
  { "expiration-nonsense", "{\"access_token\":\"CANARY-old\",\"tokenExpiration\":\"soon\"}",
    FALSE },
};

static void
test_expiration (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  const char *script = expirations[i].is_asked ? GREETING ACCEPTS ("1", NEW) CHECKED :
                                                 GREETING ACCEPTS ("1", OLD) CHECKED;
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (JsonNode) object = json_from_string (expirations[i].object, NULL);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, "access-token-object", object);
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, expirations[i].is_asked ? 1 : 0);
  if (expirations[i].is_asked)
    g_assert_cmpint (provider.reason, ==, G_IMAP_TOKEN_REASON_EXPIRED);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* S05, T21: one retry, and what the server said. */
static void
test_refused_twice (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING REFUSES ("1", OLD) REFUSES ("2", NEW) "expect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  g_autoptr (GError) error = NULL;
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  error = session_test_fail (transporter);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_EXPIRED);
  assert_contains (error->message, "invalid_token");
  assert_contains_not (error->message, "CANARY");
  g_assert_cmpuint (provider.n_calls, ==, 1);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

/* Nobody has a newer one: the refusal is what the call hears. */
static void
test_no_answer (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (GREETING REFUSES ("1", OLD) "expect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  g_autoptr (GError) error = NULL;
  Provider provider;

  provider_init (&provider, "");
  set_provider (transporter, &provider);
  error = session_test_fail (transporter);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED);
  assert_contains (error->message, "invalid_token");
  g_assert_cmpuint (provider.n_calls, ==, 1);
  scripted_peer_assert_done (peer);
}

static void
test_nothing_at_all (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (GREETING "expect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, NO_TOKEN);
  g_autoptr (GError) error = NULL;
  Provider provider;

  provider_init (&provider, NULL);
  set_provider (transporter, &provider);
  error = session_test_fail (transporter);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED);
  scripted_peer_assert_done (peer);
}

/* What no token can be is refused before it is sent. */
static void
test_bad_answer (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (GREETING "expect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, NO_TOKEN);
  g_autoptr (GError) error = NULL;
  Provider provider;

  provider_init (&provider, "CANARY\r\nA1 LOGOUT");
  set_provider (transporter, &provider);
  error = session_test_fail (transporter);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  assert_contains_not (error->message, "CANARY");
  scripted_peer_assert_done (peer);
}

/* A handler of the signal, and in which thread it was called. */
typedef struct
{
  const char *answer;
  guint n_calls;
  GImapTokenReason reason;
  GThread *thread;
} Handler;

static char *
request_token (GImapTransporter *self, GImapTokenReason reason, gpointer data)
{
  Handler *handler = data;
  g_autoptr (GError) error = NULL;

  handler->n_calls++;
  handler->reason = reason;
  handler->thread = g_thread_self ();
  g_assert_null (g_imap_transporter_get_delimiter (self, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);

  return g_strdup (handler->answer);
}

/* The provider goes first; of the handlers the first with an answer wins. */
static void
test_signal (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING REFUSES ("1", OLD) ACCEPTS ("2", NEW) CHECKED, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  Handler silent = { NULL };
  Handler helpful = { "CANARY-new" };
  Handler late = { "CANARY-late" };
  Provider provider;

  provider_init (&provider, NULL);
  set_provider (transporter, &provider);
  g_signal_connect (transporter, "request-token", G_CALLBACK (request_token), &silent);
  g_signal_connect (transporter, "request-token", G_CALLBACK (request_token), &helpful);
  g_signal_connect (transporter, "request-token", G_CALLBACK (request_token), &late);
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, 1);
  g_assert_cmpuint (silent.n_calls, ==, 1);
  g_assert_cmpuint (helpful.n_calls, ==, 1);
  g_assert_cmpuint (late.n_calls, ==, 0);
  g_assert_cmpint (helpful.reason, ==, G_IMAP_TOKEN_REASON_REFUSED);
  g_assert_true (helpful.thread == g_thread_self ());
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static void
test_signal_async (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING ACCEPTS ("1", NEW) "C: $2 LIST *\nS: * LIST () \"/\" \"\"\nS: $2 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, "authentication-mode", "OAUTH2");
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autofree char *delimiter = NULL;
  g_autoptr (GError) error = NULL;
  Handler handler = { "CANARY-new" };

  g_signal_connect (transporter, "request-token", G_CALLBACK (request_token), &handler);
  g_imap_transporter_get_delimiter_async (transporter, NULL, session_test_answer_cb, &answer);
  session_test_await (&answer);
  delimiter = g_imap_transporter_get_delimiter_finish (transporter, answer.result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (handler.n_calls, ==, 1);
  g_assert_cmpint (handler.reason, ==, G_IMAP_TOKEN_REASON_MISSING);
  g_assert_true (handler.thread == g_thread_self ());
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* From inside of the provider a synchronous call would wait for itself. */
static char *
calling_provider (GImapTransporter *self,
                  GImapTokenReason reason,
                  GCancellable *cancellable,
                  gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (g_imap_transporter_get_delimiter (self, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);

  return g_strdup ("CANARY-new");
}

static void
test_pending (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (GREETING ACCEPTS ("1", NEW) CHECKED, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, NO_TOKEN);

  g_imap_transporter_set_token_provider (transporter, calling_provider, NULL, NULL);
  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* A server that hangs up on the refused one: in words, in mid-refusal, while the provider is asked. */
static const struct
{
  const char *name;
  const char *end;
} hang_ups[] = {
  { "behind", "S: $1 NO [AUTHENTICATIONFAILED] no\nS: * BYE enough\ncut\n" },
  { "instead", "cut\n" },
  { "reset", "S: $1 NO no\nrst\n" },
  { "late", "S: $1 NO no\nC: $2 AUTHENTICATE XOAUTH2 " NEW "\ncut\n" },
};

static void
test_hang_up (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *first = g_strconcat (GREETING
                                        "C: $1 AUTHENTICATE XOAUTH2 " OLD
                                        "\nS: + eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\nC: \n",
                                        hang_ups[i].end, NULL);
  const char *const scripts[] = { first, GREETING ACCEPTS ("1", NEW) CHECKED, NULL };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, 1);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 2);
}

/* The token expired while the connection was open: it is lost, and the call that finds out hears
 * nothing of all that. */
static void
test_reconnect (void)
{
  const char *const scripts[] = {
    GREETING ACCEPTS ("1", OLD) CHECKED "C: $2 LIST *\ncut\n",
    GREETING REFUSES ("1", OLD)
        ACCEPTS ("2", NEW) "C: $3 LIST *\nS: * LIST () \"/\" \"\"\nS: $3 OK\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  g_autofree char *delimiter = NULL;
  g_autoptr (GError) error = NULL;
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  session_test_check (transporter);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (delimiter, ==, "/");
  g_assert_cmpuint (provider.n_calls, ==, 1);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* Where no call waits for the connection, only the provider is asked. */
static void
test_nobody_waits (void)
{
  const char *const scripts[] = {
    GREETING "C: $1 AUTHENTICATE XOAUTH2 " OLD
             "\nS: $1 OK [CAPABILITY IMAP4rev1 IDLE] in\n" SELECTED (
                 "2", "0") "C: $3 IDLE\nS: + idling\ncut\n",
    GREETING REFUSES ("1", OLD) "C: $2 AUTHENTICATE XOAUTH2 " NEW
                                "\nS: $2 OK [CAPABILITY IMAP4rev1 IDLE] in\n" SELECTED (
                                    "3", "0") "C: $4 IDLE\nS: + idling\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  g_autoptr (GError) error = NULL;
  Handler handler = { "CANARY-never" };
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  g_signal_connect (transporter, "request-token", G_CALLBACK (request_token), &handler);
  session_test_select (transporter, "INBOX");
  g_imap_notifier_start (g_imap_transporter_get_notifier (transporter), NULL, &error);
  g_assert_no_error (error);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (provider.n_calls, ==, 1);
  g_assert_cmpuint (handler.n_calls, ==, 0);
}

/* The new token is kept, and each opening may ask again. */
static void
test_next_opening (void)
{
  const char *const scripts[] = {
    GREETING REFUSES ("1", OLD) ACCEPTS ("2", NEW) CHECKED "C: $3 LOGOUT\nS: * BYE\nS: $3 OK\n",
    GREETING REFUSES ("1", NEW) ACCEPTS ("2", OLD) CHECKED,
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, OLD_TOKEN);
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  session_test_check (transporter);
  g_assert_true (g_imap_transporter_close (transporter, NULL, NULL));
  provider.answer = "CANARY-old";
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, 2);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* A provider that hangs costs no more than the time for opening; its late answer serves the next. */
static void
test_hanging (void)
{
  const char *const scripts[] = { GREETING "expect-close\n", GREETING ACCEPTS ("1", NEW) CHECKED,
                                  NULL };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter)
      transporter = new_plain_transporter (peer, NO_TOKEN, "connection-timeout", 1);
  g_autoptr (GError) error = NULL;
  Provider provider;

  provider_init (&provider, "CANARY-new");
  provider.hangs = TRUE;
  set_provider (transporter, &provider);
  error = session_test_fail (transporter);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_CONNECT);
  assert_contains (error->message, "token");
  let_go (&provider);
  session_test_check (transporter);
  g_assert_cmpuint (provider.n_calls, ==, 1);
  g_assert_true (provider.was_cancelled);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static void
test_cancel (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (GREETING "expect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, NO_TOKEN);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  Provider provider;

  provider_init (&provider, "CANARY-new");
  provider.hangs = TRUE;
  set_provider (transporter, &provider);
  g_imap_transporter_get_delimiter_async (transporter, cancellable, session_test_answer_cb,
                                          &answer);
  wait_for_call (&provider);
  g_cancellable_cancel (cancellable);
  session_test_await (&answer);
  g_assert_null (g_imap_transporter_get_delimiter_finish (transporter, answer.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  scripted_peer_assert_done (peer);
  let_go (&provider);
  g_clear_object (&answer.result);
  g_clear_object (&transporter);
  while (!g_atomic_int_get (&provider.is_destroyed))
    g_usleep (1000);
}

/* Neither the old token nor the new one gets out. */
static void
test_secrets (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      GREETING REFUSES ("1", OLD) "C: $2 AUTHENTICATE XOAUTH2 " NEW
                                  "\nS: $2 OK [CAPABILITY IMAP4rev1] CANARY-old and CANARY-new\n"
                                  "C: $3 LIST *\nS: $3 NO CANARY-new " NEW "\n",
      SCRIPTED_PEER_NONE);
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "access-token-oauth2",
                                                                    "CANARY-old", "log-file", path);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;
  Provider provider;

  provider_init (&provider, "CANARY-new");
  set_provider (transporter, &provider);
  error = session_test_fail (transporter);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO);
  assert_contains_not (error->message, "CANARY");
  assert_contains_not (error->message, "Q0FOQVJZ");
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
  g_assert_true (g_file_get_contents (path, &log, NULL, NULL));
  assert_contains (log, "new access token");
  assert_contains_not (log, "CANARY");
  assert_contains_not (log, "Q0FOQVJZ");
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/token/refused", test_refused);
  g_test_add_func ("/session/token/missing", test_missing);
  g_test_add_func ("/session/token/not-offered", test_not_offered);
  for (guint i = 0; i < G_N_ELEMENTS (expirations); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/token/%s", expirations[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_expiration);
    }
  g_test_add_func ("/session/token/s05-t21-refused-twice", test_refused_twice);
  g_test_add_func ("/session/token/no-answer", test_no_answer);
  g_test_add_func ("/session/token/nothing-at-all", test_nothing_at_all);
  g_test_add_func ("/session/token/bad-answer", test_bad_answer);
  g_test_add_func ("/session/token/signal", test_signal);
  g_test_add_func ("/session/token/signal-async", test_signal_async);
  g_test_add_func ("/session/token/pending", test_pending);
  for (guint i = 0; i < G_N_ELEMENTS (hang_ups); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/token/hang-up-%s", hang_ups[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_hang_up);
    }
  g_test_add_func ("/session/token/reconnect", test_reconnect);
  g_test_add_func ("/session/token/nobody-waits", test_nobody_waits);
  g_test_add_func ("/session/token/next-opening", test_next_opening);
  g_test_add_func ("/session/token/hanging", test_hanging);
  g_test_add_func ("/session/token/cancel", test_cancel);
  g_test_add_func ("/session/token/secrets", test_secrets);

  return g_test_run ();
}

/* Certificates that do not verify: who is asked, where, how often, and what is sent before.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

#define INSIDE                                                                                     \
  "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\n"                                      \
  "C: $1 AUTHENTICATE PLAIN *\n"                                                                   \
  "S: $1 OK [CAPABILITY IMAP4rev1] in\n"                                                           \
  "C: $2 *\n"                                                                                      \
  "S: * LIST () \"/\" \"\"\n"                                                                      \
  "S: $2 OK done\n"                                                                                \
  "C: $3 LOGOUT\n"                                                                                 \
  "S: $3 OK\n"

static const struct
{
  const char *name;
  GTlsCertificateFlags flag;
  const char *text;
} kinds[] = {
  { "expired", G_TLS_CERTIFICATE_EXPIRED, "has expired" },
  { "other-name", G_TLS_CERTIFICATE_BAD_IDENTITY, "another server" },
  { "other-ca", G_TLS_CERTIFICATE_UNKNOWN_CA, "trusted authority" },
};

typedef struct
{
  gboolean accepts;
  guint n_asked;
  GThread *thread;
  GTlsCertificateFlags errors;
  GError *inner_error;     /* owned: of a synchronous call from the handler */
  GCancellable *to_cancel; /* unowned, nullable */
  ScriptedPeer *peer;
  GImapTransporter *outer; /* unowned, nullable */
} Judge;

static gboolean
judge_cb (GImapTransporter *transporter,
          GTlsCertificate *certificate,
          GTlsCertificateFlags errors,
          Judge *judge)
{
  g_autofree char *sent = session_test_dup_received (judge->peer, TRUE);

  g_assert_true (G_IS_TLS_CERTIFICATE (certificate));
  g_assert_cmpstr (sent, ==, "");
  judge->n_asked++;
  judge->thread = g_thread_self ();
  judge->errors = errors;
  g_clear_error (&judge->inner_error);
  judge->inner_error = session_test_fail (judge->outer != NULL ? judge->outer : transporter);
  g_cancellable_cancel (judge->to_cancel);

  return judge->accepts;
}

static GImapTransporter *
new_judged (ScriptedPeer *peer, Judge *judge)
{
  GImapTransporter *transporter = new_transporter (peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT);

  judge->peer = peer;
  g_signal_connect (transporter, "accept-certificate", G_CALLBACK (judge_cb), judge);

  return transporter;
}

static ScriptedPeer *
new_peer (const char *kind, const char *rest, ScriptedPeerFlags flags)
{
  g_autofree char *script = g_strdup_printf ("certificate %s\nmay-close\n%s", kind, rest);

  return scripted_peer_new (script, flags | SCRIPTED_PEER_TLS);
}

static void
assert_nothing_sent (ScriptedPeer *peer)
{
  g_autofree char *sent = session_test_dup_received (peer, TRUE);

  g_assert_cmpstr (sent, ==, "");
}

/* T14: nobody is there to ask. */
static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (ScriptedPeer) peer = new_peer (kinds[i].name, INSIDE, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter)
          transporter = new_transporter (peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT);
      g_autoptr (GError) error = session_test_fail (transporter);

      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE);
      assert_contains (error->message, kinds[i].text);
      assert_contains (error->message, "CN=");
      assert_nothing_sent (peer);
    }
}

/* A database that knows of a revocation: the one of GLib has no lists of them. */
G_DECLARE_FINAL_TYPE (RevokingDatabase, revoking_database, REVOKING, DATABASE, GTlsDatabase)

struct _RevokingDatabase
{
  GTlsDatabase parent_instance;
};

G_DEFINE_FINAL_TYPE (RevokingDatabase, revoking_database, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
say_revoked (GTlsDatabase *database,
             GTlsCertificate *chain,
             const char *purpose,
             GSocketConnectable *identity,
             GTlsInteraction *interaction,
             GTlsDatabaseVerifyFlags flags,
             GCancellable *cancellable,
             GError **error)
{
  return G_TLS_CERTIFICATE_REVOKED;
}

static void
revoking_database_init (RevokingDatabase *database)
{
}

static void
revoking_database_class_init (RevokingDatabaseClass *klass)
{
  G_TLS_DATABASE_CLASS (klass)->verify_chain = say_revoked;
}

static void
test_revoked (void)
{
  g_autoptr (ScriptedPeer) peer = new_peer ("server", INSIDE, SCRIPTED_PEER_NONE);
  g_autoptr (GTlsDatabase) database = g_object_new (revoking_database_get_type (), NULL);
  g_autoptr (GImapTransporter) transporter = g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", (guint) scripted_peer_get_port (peer),
      "user", "bob", "password", "CANARY", "tls-database", database, "tls-mode",
      G_IMAP_TLS_MODE_IMPLICIT, NULL);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE);
  assert_contains (error->message, "revoked");
  assert_nothing_sent (peer);
}

/* The unencrypted connection that is allowed is no way out of a bad certificate. */
static void
test_refused_unsecure (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      "certificate expired\nS: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hello\n"
      "C: $1 STARTTLS\nS: $1 OK\nmay-close\ntls\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE);
  assert_nothing_sent (peer);
}

static void
test_sync (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (ScriptedPeer)
          peer = new_peer (kinds[i / 2].name, INSIDE, SCRIPTED_PEER_LAST_AGAIN);
      Judge judge = { .accepts = i % 2 == 0 };
      g_autoptr (GImapTransporter) transporter = new_judged (peer, &judge);
      g_autoptr (GError) error = NULL;
      g_autofree char *delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);

      g_assert_cmpuint (judge.n_asked, ==, 1);
      g_assert_true (judge.thread == g_thread_self ());
      g_assert_true ((judge.errors & kinds[i / 2].flag) != 0);
      g_assert_error (judge.inner_error, G_IO_ERROR, G_IO_ERROR_PENDING);
      if (judge.accepts)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE);
      if (!judge.accepts)
        assert_nothing_sent (peer);

      /* What was accepted is not asked again, what was refused is. */
      g_assert_true (g_imap_transporter_close (transporter, NULL, NULL));
      g_clear_pointer (&delimiter, g_free);
      delimiter = g_imap_transporter_get_delimiter (transporter, NULL, NULL);
      g_assert_cmpuint (judge.n_asked, ==, judge.accepts ? 1 : 2);
      g_clear_error (&judge.inner_error);
    }
}

static gpointer
call_in_thread (gpointer data)
{
  GImapTransporter *transporter = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_auto (SessionTestAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = NULL;

  g_main_context_push_thread_default (context);
  g_imap_transporter_get_delimiter_async (transporter, NULL, session_test_answer_cb, &answer);
  session_test_await (&answer);
  delimiter = g_imap_transporter_get_delimiter_finish (transporter, answer.result, &error);
  g_assert_no_error (error);
  g_assert_true (answer.thread == g_thread_self ());
  g_main_context_pop_thread_default (context);

  return g_thread_self ();
}

/* Asked where the call's callback runs, which is not where the object was made. */
static void
test_async (void)
{
  g_autoptr (ScriptedPeer) peer = new_peer ("expired", INSIDE, SCRIPTED_PEER_NONE);
  Judge judge = { .accepts = TRUE };
  g_autoptr (GImapTransporter) transporter = new_judged (peer, &judge);
  gpointer thread = g_thread_join (g_thread_new ("caller", call_in_thread, transporter));

  g_assert_cmpuint (judge.n_asked, ==, 1);
  g_assert_true (judge.thread == thread);
  g_assert_error (judge.inner_error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&judge.inner_error);
}

/* The handler of one asks another one, whose handler comes back to the first. */
static void
test_nested (void)
{
  g_autoptr (ScriptedPeer) peer = new_peer ("expired", INSIDE, SCRIPTED_PEER_NONE);
  g_autoptr (ScriptedPeer) inner_peer = new_peer ("expired", INSIDE, SCRIPTED_PEER_NONE);
  Judge judge = { 0 };
  Judge inner_judge = { 0 };
  g_autoptr (GImapTransporter) outer = new_judged (peer, &judge);
  g_autoptr (GImapTransporter) inner = new_judged (inner_peer, &inner_judge);
  g_autoptr (GError) error = NULL;

  judge.outer = inner;
  inner_judge.outer = outer;
  error = session_test_fail (outer);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE);
  g_assert_error (judge.inner_error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_CERTIFICATE);
  g_assert_error (inner_judge.inner_error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&judge.inner_error);
  g_clear_error (&inner_judge.inner_error);
}

/* Cancelled by the handler itself. */
static void
test_cancelled (void)
{
  g_autoptr (ScriptedPeer) peer = new_peer ("expired", INSIDE, SCRIPTED_PEER_NONE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Judge judge = { .accepts = TRUE, .to_cancel = cancellable };
  g_autoptr (GImapTransporter) transporter = new_judged (peer, &judge);
  g_autoptr (GError) error = NULL;

  g_assert_null (g_imap_transporter_get_delimiter (transporter, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&judge.inner_error);
}

/* The one who would be asked never looks, and goes: the next one is asked in his place. */
static void
test_asker_goes (void)
{
  g_autoptr (ScriptedPeer) peer = new_peer ("expired", INSIDE, SCRIPTED_PEER_NONE);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Judge judge = { .accepts = TRUE };
  g_autoptr (GImapTransporter) transporter = new_judged (peer, &judge);
  g_auto (SessionTestAnswer) first = { 0 };
  g_auto (SessionTestAnswer) second = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = NULL;

  g_main_context_push_thread_default (context);
  g_imap_transporter_get_delimiter_async (transporter, cancellable, session_test_answer_cb, &first);
  g_main_context_pop_thread_default (context);
  g_imap_transporter_get_delimiter_async (transporter, NULL, session_test_answer_cb, &second);

  /* Long enough for the handshake: the question waits in a context that nobody runs. */
  g_usleep (300 * 1000);
  g_cancellable_cancel (cancellable);
  g_main_context_push_thread_default (context);
  session_test_await (&first);
  g_main_context_pop_thread_default (context);
  g_assert_null (g_imap_transporter_get_delimiter_finish (transporter, first.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  session_test_await (&second);
  delimiter = g_imap_transporter_get_delimiter_finish (transporter, second.result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (judge.n_asked, ==, 1);
  g_clear_error (&judge.inner_error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/certificate/t14-refused", test_refused);
  g_test_add_func ("/session/certificate/T14-revoked", test_revoked);
  g_test_add_func ("/session/certificate/t14-refused-unsecure", test_refused_unsecure);
  g_test_add_func ("/session/certificate/t14-sync", test_sync);
  g_test_add_func ("/session/certificate/t14-async", test_async);
  g_test_add_func ("/session/certificate/nested", test_nested);
  g_test_add_func ("/session/certificate/cancelled", test_cancelled);
  g_test_add_func ("/session/certificate/asker-goes", test_asker_goes);

  return g_test_run ();
}

/* Connecting to a real server: TLS and none, certificates, ways to log in, and the server's death.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <glib/gstdio.h>
#include <string.h>

static void
assert_success (GImapTransporter *transporter)
{
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);

  if (!g_imap_status_get_success (status))
    g_error ("%s", g_imap_status_get_status_text (status));
}

static void
assert_failure (GImapTransporter *transporter, int code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);

  g_assert_null (delimiter);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, code);
  g_assert_null (strstr (error->message, dovecot_get_setting ("PASSWORD")));
  g_assert_false (g_imap_status_get_success (status));
}

static void
test_tls (void)
{
  static const char *const ports[] = { "IMAPS_PORT", "STARTTLS_PORT" };

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autoptr (GImapTransporter) transporter = live_test_new_user (ports[i]);
      g_autofree char *mode = NULL;

      assert_success (transporter);
      g_assert_cmpstr (g_imap_transporter_get_tls_protocol (transporter), ==, "TLS 1.3");
      mode = g_imap_transporter_dup_authentication_mode (transporter);
      g_assert_cmpstr (mode, ==, "SCRAM-SHA-256");
    }
}

static void
test_plain (void)
{
  g_autoptr (GImapTransporter) refused = live_test_new_user ("PLAIN_PORT");
  g_autoptr (GImapTransporter)
      accepted = live_test_new ("PLAIN_PORT", "password", dovecot_get_setting ("PASSWORD"),
                                "accept-unsecure-connection", TRUE);

  assert_failure (refused, G_IMAP_ERROR_TLS_REQUIRED);
  assert_success (accepted);
  g_assert_null (g_imap_transporter_get_tls_protocol (accepted));
}

static gboolean
accept_cb (GImapTransporter *transporter,
           GTlsCertificate *certificate,
           guint errors,
           guint *n_asked)
{
  ++*n_asked;

  return TRUE;
}

static void
test_certificates (void)
{
  static const char *const ports[] = { "EXPIRED_PORT", "OTHER_NAME_PORT", "OTHER_CA_PORT" };

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autoptr (GImapTransporter) transporter = live_test_new_user (ports[i]);
      guint n_asked = 0;

      assert_failure (transporter, G_IMAP_ERROR_TLS_CERTIFICATE);
      g_signal_connect (transporter, "accept-certificate", G_CALLBACK (accept_cb), &n_asked);
      assert_success (transporter);
      g_assert_true (g_imap_transporter_close (transporter, NULL, NULL));
      assert_success (transporter);
      g_assert_cmpuint (n_asked, ==, 1);
    }
}

static void
test_modes (void)
{
  static const char *const modes[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN",
                                       "LOGIN" };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (GImapTransporter) transporter = NULL;
      g_autoptr (GImapTransporter) wrong = NULL;
      g_autofree char *mode = NULL;

      /* The second user's password has a letter outside of ASCII. */
      transporter = g_object_new (
          G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
          (guint) dovecot_get_port ("IMAPS_PORT"), "tls-mode", G_IMAP_TLS_MODE_IMPLICIT,
          "tls-database", live_test_get_database (), "authentication-mode", modes[i / 2], "user",
          dovecot_get_setting (i % 2 == 0 ? "USER" : "USER2"), "password",
          dovecot_get_setting (i % 2 == 0 ? "PASSWORD" : "PASSWORD2"), NULL);
      wrong = live_test_new ("IMAPS_PORT", "authentication-mode", modes[i / 2], "password",
                             "wrong");
      assert_success (transporter);
      mode = g_imap_transporter_dup_authentication_mode (transporter);
      g_assert_cmpstr (mode, ==, modes[i / 2]);
      assert_failure (wrong, G_IMAP_ERROR_AUTH_FAILED);
    }
}

static void
test_log (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gimap4d-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "log.txt", NULL);
  g_autofree char *content = NULL;
  g_autofree char *encoded = NULL;
  static const char *const modes[] = { "SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN" };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (GImapTransporter)
          transporter = live_test_new ("IMAPS_PORT", "password", dovecot_get_setting ("PASSWORD"),
                                       "log-file", path, "authentication-mode", modes[i]);

      assert_success (transporter);
    }

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  encoded = g_base64_encode ((const guchar *) dovecot_get_setting ("PASSWORD"),
                             strlen (dovecot_get_setting ("PASSWORD")) / 3 * 3);
  g_assert_null (strstr (content, dovecot_get_setting ("PASSWORD")));
  g_assert_null (strstr (content, encoded));
  g_assert_nonnull (strstr (content, " < * OK"));
  g_assert_nonnull (strstr (content, "NOOP"));
  g_assert_nonnull (strstr (content, "AUTHENTICATE PLAIN"));
  g_unlink (path);
  g_rmdir (folder);
}

/* R01, R02: the server's process stops, or dies, while a call waits. */
static void
test_stopped (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new (
      "IMAPS_PORT", "password", dovecot_get_setting ("PASSWORD"), "response-timeout", 1);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) stopped = NULL;
  g_auto (GStrv) going = NULL;

  live_test_select (transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE);
  stopped = dovecot_control ("stop");
  g_assert_cmpuint (g_strv_length (stopped), >=, 1);
  g_assert_null (g_imap_transporter_search_mails (transporter, "ALL", NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE);
  going = dovecot_control ("continue");
  g_assert_cmpuint (live_test_count (transporter, "ALL"), >, 0);
}

static gpointer
run_control (gpointer data)
{
  g_usleep (300 * 1000);
  g_strfreev (dovecot_control (data));

  return NULL;
}

static void
test_killed (void)
{
  static const char *const ways[] = { "kill", "terminate" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
      g_auto (GStrv) stopped = NULL;
      GThread *thread;
      guint n_mails = live_test_count (transporter, "ALL");

      /* While idle. */
      g_strfreev (dovecot_control (ways[i]));
      g_assert_cmpuint (live_test_count (transporter, "ALL"), ==, n_mails);

      /* While a call waits, which is then done again. */
      if (i == 0)
        stopped = dovecot_control ("stop");
      thread = g_thread_new ("killer", run_control, (gpointer) ways[i]);
      g_assert_cmpuint (live_test_count (transporter, "ALL"), ==, n_mails);
      g_thread_join (thread);
    }
}

static void
test_renumbered (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (GEmail) mail = NULL;
  g_autoptr (GImapMessageSet)
      ids = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);

  g_assert_no_error (error);
  g_strfreev (dovecot_control ("renumber INBOX"));
  g_assert_null (
      g_imap_transporter_get_mails (transporter, ids, G_IMAP_FETCH_HEADERS, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
  g_clear_error (&error);
  mail = g_imap_transporter_get_mail_by_number (transporter, 1, G_IMAP_FETCH_HEADERS, NULL, &error);
  g_assert_no_error (error);
}

static guint64
get_number (GImapTransporter *transporter, const char *name)
{
  g_autoptr (GVariant) statistics = g_imap_transporter_dup_statistics (transporter);
  guint64 number = 0;

  g_assert_true (g_variant_lookup (statistics, name, "t", &number));

  return number;
}

/* Three megabytes: one that compresses well and two that do not, in pieces that no socket takes at
 * once. */
static GBytes *
make_large_mail (void)
{
  GString *mail = g_string_new ("Subject: large\r\n\r\n");
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  while (mail->len < 1024 * 1024)
    g_string_append (mail, "All work and no play makes Jack a dull boy.\r\n");
  while (mail->len < 3 * 1024 * 1024)
    {
      for (guint i = 0; i < 70; i++)
        g_string_append_c (mail, (char) g_rand_int_range (random, '!', '~'));
      g_string_append (mail, "\r\n");
    }

  return g_string_free_to_bytes (mail);
}

/* What goes out compressed is what comes back, over each kind of connection. */
static void
test_compress (void)
{
  static const char *const ports[] = { "IMAPS_PORT", "STARTTLS_PORT" };
  g_autoptr (GBytes) mail = make_large_mail ();

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autoptr (GImapTransporter) transporter = live_test_new (
          ports[i], "password", dovecot_get_setting ("PASSWORD"), "compress", TRUE);
      g_autoptr (GImapMessageSet) ids = NULL;
      g_autoptr (GBytes) back = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *id = NULL;

      if (!live_test_offers (transporter, "COMPRESS=DEFLATE"))
        {
          g_test_skip ("the server does not compress");
          return;
        }
      live_test_select (transporter, "Many", G_IMAP_BOX_STATE_WRITABLE);
      ids = g_imap_transporter_append_mime (transporter, mail, "Many", NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      back = g_imap_transporter_get_mime_as_blob (transporter, g_imap_message_set_get_id (ids, 0),
                                                  FALSE, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (back, mail));
      g_assert_cmpuint (get_number (transporter, "wire-octets-sent") * 10, <,
                        get_number (transporter, "octets-sent") * 9);
      g_assert_cmpuint (get_number (transporter, "wire-octets-received") * 10, <,
                        get_number (transporter, "octets-received") * 9);
      g_assert_true (g_imap_transporter_close (transporter, NULL, &error));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/connection/tls", test_tls);
  g_test_add_func ("/live/connection/plain", test_plain);
  g_test_add_func ("/live/connection/certificates", test_certificates);
  g_test_add_func ("/live/connection/modes", test_modes);
  g_test_add_func ("/live/connection/log", test_log);
  g_test_add_func ("/live/connection/compress", test_compress);
  g_test_add_func ("/live/connection/stopped", test_stopped);
  g_test_add_func ("/live/connection/killed", test_killed);
  g_test_add_func ("/live/connection/renumbered", test_renumbered);

  return g_test_run ();
}

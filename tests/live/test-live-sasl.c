/* The ways to log in that Dovecot does not have, and servers that prove the wrong thing or nothing.
 *
 * With the argument "fault" the peer around it does something wrong, and every SCRAM has to fail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <string.h>

static const char *const modes[] = {
  "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN",
};

static GImapTransporter *
new_transporter (const char *mode)
{
  return live_test_new ("IMAPS_PORT", "password", dovecot_get_setting ("PASSWORD"),
                        "authentication-mode", mode);
}

static void
test_modes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (GImapTransporter) transporter = new_transporter (modes[i]);
      g_autoptr (GImapStatus)
          status = g_imap_transporter_check_connection (transporter, NULL, NULL);
      g_autofree char *mode = NULL;

      if (!g_imap_status_get_success (status))
        g_error ("%s: %s", modes[i], g_imap_status_get_status_text (status));
      mode = g_imap_transporter_dup_authentication_mode (transporter);
      g_assert_cmpstr (mode, ==, modes[i]);
    }
}

static void
test_automatic (void)
{
  g_autoptr (GImapTransporter) with_password = new_transporter (NULL);
  g_autoptr (GImapTransporter) with_token = NULL;
  g_autoptr (GImapTransporter) with_old_token = NULL;
  g_autoptr (GImapStatus) status = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *strongest = NULL;
  g_autofree char *by_token = NULL;

  status = g_imap_transporter_check_connection (with_password, NULL, NULL);
  g_assert_true (g_imap_status_get_success (status));
  strongest = g_imap_transporter_dup_authentication_mode (with_password);
  g_assert_cmpstr (strongest, ==, "SCRAM-SHA-256-PLUS");
  g_clear_object (&status);

  with_token = live_test_new ("IMAPS_PORT", "access-token-oauth2", dovecot_get_setting ("TOKEN"));
  status = g_imap_transporter_check_connection (with_token, NULL, NULL);
  g_assert_true (g_imap_status_get_success (status));
  by_token = g_imap_transporter_dup_authentication_mode (with_token);
  g_assert_cmpstr (by_token, ==, "OAUTH2");

  with_old_token = live_test_new ("IMAPS_PORT", "access-token-oauth2", "CANARY-old");
  g_assert_null (g_imap_transporter_get_delimiter (with_old_token, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_true (error->domain == G_IMAP_ERROR);
  g_assert_true (error->code == G_IMAP_ERROR_AUTH_FAILED ||
                 error->code == G_IMAP_ERROR_AUTH_EXPIRED);
  g_assert_null (strstr (error->message, "CANARY"));
}

/* T19. */
static void
test_fault (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GImapTransporter) transporter = new_transporter (modes[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (g_imap_transporter_get_delimiter (transporter, NULL, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_FAILED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1 && strcmp (argv[1], "fault") == 0)
    {
      g_test_add_func ("/live/sasl/t19", test_fault);
    }
  else
    {
      g_test_add_func ("/live/sasl/modes", test_modes);
      g_test_add_func ("/live/sasl/automatic", test_automatic);
    }

  return g_test_run ();
}

/* What a user's first program does, compiled against the installed library.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase)
      database = g_tls_file_database_new (g_getenv ("GIMAP4D_TEST_CA"), &error);
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) info = NULL;
  g_autoptr (GEmail) email = NULL;

  g_assert_no_error (error);
  transporter = g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", g_getenv ("GIMAP4D_TEST_HOST"), "port",
      (guint) g_ascii_strtoull (g_getenv ("GIMAP4D_TEST_IMAPS_PORT"), NULL, 10), "user",
      g_getenv ("GIMAP4D_TEST_USER"), "password", g_getenv ("GIMAP4D_TEST_PASSWORD"), "tls-mode",
      G_IMAP_TLS_MODE_IMPLICIT, "tls-database", database, NULL);
  info = g_imap_transporter_select_box (transporter, "Many", G_IMAP_BOX_STATE_READ_ONLY, NULL,
                                        &error);
  g_assert_no_error (error);
  email = g_imap_transporter_get_mail (transporter, "7", G_IMAP_FETCH_DEFAULT, NULL, &error);
  g_assert_no_error (error);
  g_print ("%u %s\n", g_imap_box_info_get_mail_count (info), g_email_get_subject (email));

  return 0;
}

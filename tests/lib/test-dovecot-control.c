/* A C test finds the private Dovecot and controls it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "dovecot-control.h"

static GSocketConnection *
connect_to_plain_port (GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_timeout (client, 10);

  return g_socket_client_connect_to_host (client, dovecot_get_setting ("HOST"),
                                          dovecot_get_port ("PLAIN_PORT"), NULL, error);
}

static void
test_settings (void)
{
  g_assert_cmpstr (dovecot_get_setting ("USER"), ==, "alice");
  g_assert_cmpstr (dovecot_get_setting ("PASSWORD2"), ==, "bäcker");
  g_assert_cmpuint (dovecot_get_port ("IMAPS_PORT"), >, 0);
  g_assert_true (g_file_test (dovecot_get_setting ("CA"), G_FILE_TEST_IS_REGULAR));
}

static void
test_restart (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) nobody = dovecot_control ("pids");
  g_auto (GStrv) down = dovecot_control ("down");
  g_autoptr (GSocketConnection) refused = connect_to_plain_port (&error);
  g_auto (GStrv) up = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  g_assert_cmpuint (g_strv_length (nobody), ==, 0);
  g_assert_null (refused);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_clear_error (&error);

  up = dovecot_control ("up");
  connection = connect_to_plain_port (&error);
  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dovecot-control/settings", test_settings);
  g_test_add_func ("/dovecot-control/restart", test_restart);

  return g_test_run ();
}

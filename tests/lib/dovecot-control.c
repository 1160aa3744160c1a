/* What a C test may ask of the private Dovecot around it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "dovecot-control.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#define TIMEOUT_SECONDS 30

const char *
dovecot_get_setting (const char *name)
{
  g_autofree char *variable = g_strconcat ("GIMAP4D_TEST_", name, NULL);
  const char *value = g_getenv (variable);

  if (value == NULL)
    g_error ("%s is not set: this test runs inside of private-dovecot", variable);

  return value;
}

guint16
dovecot_get_port (const char *name)
{
  return (guint16) g_ascii_strtoull (dovecot_get_setting (name), NULL, 10);
}

GStrv
dovecot_control (const char *command)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (dovecot_get_setting ("CONTROL"));
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GDataInputStream) input = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strconcat (command, "\n", NULL);
  g_autofree char *answer = NULL;

  g_socket_client_set_timeout (client, TIMEOUT_SECONDS);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), line,
                             strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
  input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  answer = g_data_input_stream_read_line_utf8 (input, NULL, NULL, &error);
  g_assert_no_error (error);
  if (answer == NULL || !g_str_has_prefix (answer, "OK"))
    g_error ("%s: %s", command, answer != NULL ? answer : "no answer");

  return g_strsplit (g_strchug (answer + strlen ("OK")), " ", -1);
}

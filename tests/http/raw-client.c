/* Clients that are bytes on a socket, in the thread of the server: polite, rude and slow ones.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "raw-client.h"

#include <string.h>
#include <sys/socket.h>

guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n_found = 0;

  while (g_dir_read_name (dir) != NULL)
    n_found++;

  return n_found;
}

void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

Client *
client_new (ServerFixture *fixture)
{
  g_autoptr (GSocketAddress)
      address = g_inet_socket_address_new_from_string ("127.0.0.1", fixture->port);

  return client_new_to (address);
}

Client *
client_new_to (GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  Client *client = g_new0 (Client, 1);

  client->socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, 0,
                                 &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_connect (client->socket, address, NULL, &error));
  g_socket_set_blocking (client->socket, FALSE);
  client->answer = g_string_new (NULL);

  return client;
}

void
client_free (Client *client)
{
  g_object_unref (client->socket);
  g_string_free (client->answer, TRUE);
  g_free (client);
}

void
client_send (Client *client, const char *text, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_socket_send (client->socket, text, size, NULL, &error), ==, size);
  g_assert_no_error (error);
}

void
client_reset (Client *client)
{
  struct linger linger = { 1, 0 };

  setsockopt (g_socket_get_fd (client->socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  g_socket_close (client->socket, NULL);
}

void
client_read (Client *client)
{
  char block[4096];
  gssize size = 0;

  while (!client->has_ended &&
         (size = g_socket_receive (client->socket, block, sizeof block, NULL, NULL)) > 0)
    g_string_append_len (client->answer, block, size);
  if (size == 0)
    client->has_ended = TRUE;
}

void
client_wait_for (Client *client, const char *text)
{
  while (strstr (client->answer->str, text) == NULL)
    {
      g_assert_false (client->has_ended);
      g_main_context_iteration (NULL, FALSE);
      client_read (client);
    }
}

void
client_wait_for_end (Client *client)
{
  while (!client->has_ended)
    {
      g_main_context_iteration (NULL, FALSE);
      client_read (client);
    }
}

/* How slow a client may be: the arithmetic, without a clock; and how an address is called.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-pace.h"

#include <gio/gio.h>

#include "gimap4d/http/http-address.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static void
test_body (void)
{
  HttpPace pace = { .start = 5 * SECOND };

  g_assert_false (http_pace_is_body_late (&pace, 65 * SECOND, 60000));
  g_assert_true (http_pace_is_body_late (&pace, 65 * SECOND + 1, 60000));
  pace.received = 500;
  g_assert_false (http_pace_is_body_late (&pace, 66 * SECOND, 60000));
  g_assert_true (http_pace_is_body_late (&pace, 66 * SECOND + 1, 60000));
}

static void
test_answer (void)
{
  HttpPace pace = { .start = 0 };

  /* Who does not have to take anything is not late, and what the socket took does not count. */
  http_pace_take (&pace, 1000000);
  g_assert_false (http_pace_is_answer_late (&pace, 1000 * SECOND, 60000, 500));
  http_pace_block (&pace, 1000 * SECOND);
  http_pace_block (&pace, 1010 * SECOND);
  g_assert_true (http_pace_is_blocked (&pace));
  g_assert_false (http_pace_is_answer_late (&pace, 1060 * SECOND, 60000, 500));
  g_assert_true (http_pace_is_answer_late (&pace, 1060 * SECOND + 1, 60000, 500));
  g_assert_false (http_pace_is_answer_late (&pace, 9999 * SECOND, 0, 500));
  g_assert_false (http_pace_is_answer_late (&pace, 9999 * SECOND, 60000, 0));

  /* 30 s of the time are over, and 1000 bytes allow 2 s more. */
  http_pace_unblock (&pace, 1030 * SECOND);
  http_pace_unblock (&pace, 1040 * SECOND);
  g_assert_false (http_pace_is_blocked (&pace));
  http_pace_take (&pace, 1000);
  http_pace_block (&pace, 2000 * SECOND);
  g_assert_false (http_pace_is_answer_late (&pace, 2032 * SECOND, 60000, 500));
  g_assert_true (http_pace_is_answer_late (&pace, 2032 * SECOND + 1, 60000, 500));
}

static void
test_hosts (void)
{
  static const char *const rows[][3] = {
    { "127.0.0.1", "127.0.0.1", "127.0.0.1" },
    { "::1", "::1", "::" },
    { "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1" },
    { "::ffff:0:192.0.2.1", "::ffff:0:c000:201", "::" },
    { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (rows[i][0], 80);
      g_autoptr (GSocketAddress) copy = http_address_copy (address);
      g_autofree char *host = http_address_dup_host (address);
      g_autofree char *network = http_address_dup_network (address);

      g_assert_cmpstr (host, ==, rows[i][1]);
      g_assert_cmpstr (network, ==, rows[i][2]);
      g_assert_true (copy != address);
      g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (copy)), ==, 80);
    }
}

static void
test_no_address (void)
{
  g_autofree char *host = http_address_dup_host (NULL);
  g_autofree char *network = http_address_dup_network (NULL);

  g_assert_cmpstr (host, ==, "unix");
  g_assert_cmpstr (network, ==, "unix");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-pace/body", test_body);
  g_test_add_func ("/http-pace/answer", test_answer);
  g_test_add_func ("/http-pace/hosts", test_hosts);
  g_test_add_func ("/http-pace/no-address", test_no_address);

  return g_test_run ();
}

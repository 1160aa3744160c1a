/* Who the client is behind proxies that are trusted, and behind such that are not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-proxy.h"

static const char *const trusted[] = { "127.0.0.1", "10.0.0.0/8", "fd00::/8", "unix", NULL };

static void
test_client (void)
{
  static const struct
  {
    const char *remote;
    const char *header;
    const char *client;
  } rows[] = {
    { "127.0.0.1", NULL, "127.0.0.1" },
    { "127.0.0.1", "192.0.2.1", "192.0.2.1" },
    { "unix", "192.0.2.1", "192.0.2.1" },
    { "127.0.0.1", "192.0.2.1:4711", "192.0.2.1" },
    { "127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1" },
    { "127.0.0.1", "2001:DB8::1", "2001:db8::1" },
    /* What the client has written itself is never taken. */
    { "127.0.0.1", "1.1.1.1, 192.0.2.1", "192.0.2.1" },
    { "127.0.0.1", "1.1.1.1, 192.0.2.1, 10.1.2.3", "192.0.2.1" },
    { "192.0.2.9", "1.1.1.1", "192.0.2.9" },
    { "unix2", "1.1.1.1", "unix2" },
    { "127.0.0.1", "10.1.2.3", "10.1.2.3" },
    { "127.0.0.1", "unknown", "127.0.0.1" },
    { "127.0.0.1", "1.1.1.1, evil\t", "127.0.0.1" },
    { "127.0.0.1", "", "127.0.0.1" },
    { "127.0.0.1", ",,", "127.0.0.1" },
    { "fd00::1", "192.0.2.1", "192.0.2.1" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (HttpProxies) proxies = http_proxies_new (trusted, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *client = http_proxies_find_client (proxies, rows[i].remote, rows[i].header);

      g_assert_cmpstr (client, ==, rows[i].client);
    }
}

static void
test_nobody (void)
{
  g_autofree char *client = http_proxies_find_client (NULL, "127.0.0.1", "1.1.1.1");

  g_assert_cmpstr (client, ==, "127.0.0.1");
  g_assert_false (http_proxies_trust (NULL, "unix"));
}

static void
test_refused (void)
{
  static const char *const rows[][2] = {
    { "", NULL }, { "localhost", NULL }, { "10.0.0.0/33", NULL }, { "10.0.0.1/8", NULL }
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (http_proxies_new (rows[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-proxy/client", test_client);
  g_test_add_func ("/http-proxy/nobody", test_nobody);
  g_test_add_func ("/http-proxy/refused", test_refused);

  return g_test_run ();
}

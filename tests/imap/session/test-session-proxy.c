/* R20: proxies that nobody expected: dead ones, ones that refuse, and ones that lie.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <malloc.h>
#include <string.h>

/* Always the same proxy, whatever is asked for. */
#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GObject)

struct _TestResolver
{
  GObject parent_instance;

  char *proxy; /* owned */
};

static void test_resolver_init_interface (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestResolver,
                               test_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                                                      test_resolver_init_interface))

static void
test_resolver_init (TestResolver *self)
{
}

static void
test_resolver_finalize (GObject *object)
{
  g_free (TEST_RESOLVER (object)->proxy);
  G_OBJECT_CLASS (test_resolver_parent_class)->finalize (object);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_resolver_finalize;
}

static GStrv
test_resolver_lookup (GProxyResolver *resolver,
                      const char *uri,
                      GCancellable *cancellable,
                      GError **error)
{
  const char *proxies[] = { TEST_RESOLVER (resolver)->proxy, NULL };

  return g_strdupv ((GStrv) proxies);
}

static void
test_resolver_lookup_async (GProxyResolver *resolver,
                            const char *uri,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_return_pointer (task, test_resolver_lookup (resolver, uri, cancellable, NULL),
                         (GDestroyNotify) g_strfreev);
}

static GStrv
test_resolver_lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_init_interface (GProxyResolverInterface *iface)
{
  iface->lookup = test_resolver_lookup;
  iface->lookup_async = test_resolver_lookup_async;
  iface->lookup_finish = test_resolver_lookup_finish;
}

/* By TLS to imap at 127.0.0.1, port 993, through the peer. */
static GImapTransporter *
connect_through (ScriptedPeer *peer, const char *scheme, guint seconds)
{
  g_autoptr (TestResolver) resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);

  resolver->proxy = g_strdup_printf ("%s://127.0.0.1:%u", scheme, scripted_peer_get_port (peer));

  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", 993, "user",
                       SESSION_TEST_USER, "password", SESSION_TEST_PASSWORD, "tls-database",
                       session_test_get_database (), "proxy-resolver", resolver,
                       "connection-timeout", seconds, "client-id", NULL, NULL);
}

typedef struct
{
  const char *name;
  const char *scheme;
  const char *script;
  int code; /* of the error; -1: it works */
  const char *text;
} Case;

/* The client's greeting, and that it wants 127.0.0.1:993. */
#define SOCKS "C-raw: \\x05\\x01\\x00\nS-raw: \\x05\\x00\nC-bytes: 10\n"
#define SOCKS_CONNECTED SOCKS "S-raw: \\x05\\x00\\x00\\x01\\x7f\\x00\\x00\\x01\\x03\\xe1\n"
#define HTTP "C: CONNECT 127.0.0.1:993 *\nC: *\nC: *\nC: *\nC:\n"
#define HTTP_CONNECTED HTTP "S: HTTP/1.0 200 Connection established\nS:\n"
#define IMAP LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK alive\n"

static const Case cases[] = {
  { "socks-works", "socks5", SOCKS_CONNECTED "tls\n" IMAP, -1, NULL },
  { "http-works", "http", HTTP_CONNECTED "tls\n" IMAP, -1, NULL },
  { "socks-dead", "socks5", "stall\n", G_IMAP_ERROR_TIMEOUT_CONNECT, "proxy" },
  { "http-dead", "http", "stall\n", G_IMAP_ERROR_TIMEOUT_CONNECT, "proxy" },
  { "socks-hangs-up", "socks5", "C-bytes: 3\ncut\n", G_IMAP_ERROR_CONNECT, "proxy" },
  { "http-hangs-up", "http", HTTP "cut\n", G_IMAP_ERROR_CONNECT, "proxy" },
  { "socks-refuses", "socks5", SOCKS "S-raw: \\x05\\x02\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\n",
    G_IMAP_ERROR_CONNECT, "proxy" },
  { "http-refuses", "http", HTTP "S: HTTP/1.0 403 Forbidden\nS:\n", G_IMAP_ERROR_CONNECT, "proxy" },
  { "socks-is-http", "socks5", "C-bytes: 3\nmay-close\nS: HTTP/1.0 400 Bad Request\nS:\n",
    G_IMAP_ERROR_CONNECT, "proxy" },
  { "http-is-imap", "http", "may-close\nS: * OK hello\nstall\n", G_IMAP_ERROR_TIMEOUT_CONNECT,
    "proxy" },
  { "http-never-ends", "http",
    HTTP "may-close\nS: HTTP/1.0 200 OK\nS-raw: X: \nS-fill: 300000000 x\n", G_IMAP_ERROR_CONNECT,
    "proxy" },
  { "socks-other-server", "socks5", SOCKS_CONNECTED "certificate other-name\ntls\nmay-close\n" IMAP,
    G_IMAP_ERROR_TLS_CERTIFICATE, NULL },
  { "http-other-server", "http", HTTP_CONNECTED "certificate other-ca\ntls\nmay-close\n" IMAP,
    G_IMAP_ERROR_TLS_CERTIFICATE, NULL },
  { "http-lies", "http",
    HTTP_CONNECTED "may-close\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\n",
    G_IMAP_ERROR_CONNECT, "TLS" },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (test->script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_through (
      peer, test->scheme, test->code == G_IMAP_ERROR_TIMEOUT_CONNECT ? 1 : 120);
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *secret = NULL;

  if (test->code == -1)
    {
      session_test_check (transporter);
      scripted_peer_assert_done (peer);
      return;
    }
  error = session_test_fail (transporter);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, test->code);
  if (test->text != NULL)
    assert_contains (error->message, test->text);
  plain = session_test_dup_received (peer, FALSE);
  secret = session_test_dup_received (peer, TRUE);
  assert_contains_not (plain, "AUTHENTICATE");
  assert_contains_not (secret, "AUTHENTICATE");
}

/* Nobody there, and a kind of proxy that there is none of. */
static void
test_nobody (void)
{
  static const char *const schemes[] = { "socks5", "http", "gopher" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      ScriptedPeer *peer = scripted_peer_new ("cut\n", SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = connect_through (peer, schemes[i], 30);
      g_autoptr (GError) error = NULL;

      scripted_peer_free (peer);
      error = session_test_fail (transporter);
      g_test_message ("%s", error->message);
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_CONNECT);
      assert_contains (error->message, "proxy");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/session/proxy/R20-", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/session/proxy/R20-nobody", test_nobody);

  return g_test_run ();
}

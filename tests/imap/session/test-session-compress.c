/* A compressed connection: when it is, what goes over it, and what a server may do with it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <glib/gstdio.h>
#include <string.h>

#define COMPRESSED LOGGED_IN ("COMPRESS=DEFLATE") "C: $2 COMPRESS DEFLATE\nS: $2 OK go\n"
/* A block that is stored as it is: the untagged line of 34 octets. */
#define SURPLUS "\\x00\\x22\\x00\\xdd\\xff* CAPABILITY IMAP4rev1 X-SURPLUS\\r\\n"

#define new_compressing(peer, ...)                                                                 \
  new_plain_transporter (peer, "compress", TRUE, "client-id", NULL __VA_OPT__ (, ) __VA_ARGS__)

static guint64
get_number (GImapTransporter *transporter, const char *name)
{
  g_autoptr (GVariant) statistics = g_imap_transporter_dup_statistics (transporter);
  guint64 number = 0;

  g_assert_true (g_variant_lookup (statistics, name, "t", &number));

  return number;
}

static const struct
{
  const char *name;
  const char *script;
} successes[] = {
  { "works", COMPRESSED "deflate\nC: $3 NOOP\nS: $3 OK alive\n" },
  { "one-by-one", COMPRESSED "deflate\nchunk 1\nC: $3 NOOP\nS: $3 OK alive\n" },
  { "no", LOGGED_IN ("COMPRESS=DEFLATE") "C: $2 COMPRESS DEFLATE\nS: $2 NO [COMPRESSIONACTIVE] "
                                         "TLS does\nC: $3 NOOP\nS: $3 OK\n" },
  { "bad",
    LOGGED_IN ("COMPRESS=DEFLATE") "C: $2 COMPRESS DEFLATE\nS: $2 BAD what?\nC: $3 NOOP\nS: $3 "
                                   "OK\n" },
  { "not-offered", LOGGED_IN ("COMPRESS=LZ4") "C: $3 NOOP\nS: $3 OK\n" },
  { "behind-enable", LOGGED_IN ("COMPRESS=DEFLATE ENABLE UTF8=ACCEPT") "C: $2 ENABLE "
                                                                       "UTF8=ACCEPT\nS: * ENABLED "
                                                                       "UTF8=ACCEPT\nS: $2 OK\nC: "
                                                                       "$3 COMPRESS DEFLATE\nS: $3 "
                                                                       "OK\ndeflate\nC: $4 "
                                                                       "NOOP\nS: $4 OK\n" },
};

static void
test_success (gconstpointer data)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (data, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_compressing (peer);

  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static void
test_not_asked_for (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("COMPRESS=DEFLATE") "C: $2 NOOP\nS: $2 OK\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);

  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* What comes in one piece with the consent is compressed already. */
static void
test_surplus (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("COMPRESS=DEFLATE") "C: $2 COMPRESS DEFLATE\nS-raw: $2 OK go\\r\\n" SURPLUS
                                     "\ndeflate\nC: $3 NOOP\nS: $3 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_compressing (peer);
  g_auto (GStrv) capabilities = NULL;

  session_test_check (transporter);
  capabilities = g_imap_transporter_dup_known_capabilities (transporter);
  g_assert_true (g_strv_contains ((const char *const *) capabilities, "X-SURPLUS"));
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* TLS first: what is compressed is what is encrypted. */
static void
test_tls (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      COMPRESSED "deflate\nC: $3 NOOP\nS: $3 OK alive\n", SCRIPTED_PEER_TLS);
  g_autoptr (GImapTransporter) transporter = new_transporter (
      peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT, "compress", TRUE, "client-id", NULL);

  session_test_check (transporter);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

static void
test_log_and_numbers (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      COMPRESSED "deflate\n" SELECTED ("3", "1") "C: $4 UID FETCH 1 *\n"
                                                 "S-raw: * 1 FETCH (UID 1 BODY[] {100000}\\r\\n\n"
                                                 "S-fill: 100000 a\nS: )\nS: $4 OK fetched\n",
      SCRIPTED_PEER_NONE);
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  g_autoptr (GImapTransporter) transporter = new_compressing (peer, "log-file", path);
  g_autoptr (GBytes) blob = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  session_test_select (transporter, "INBOX");
  blob = g_imap_transporter_get_mime_as_blob (transporter, "1", FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (blob), ==, 100000);
  g_assert_cmpuint (get_number (transporter, "octets-received"), >, 100000);
  g_assert_cmpuint (get_number (transporter, "wire-octets-received"), <, 10000);
  g_assert_cmpuint (get_number (transporter, "wire-octets-sent"), >, 0);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
  g_assert_true (g_file_get_contents (path, &log, NULL, NULL));
  assert_contains (log, "UID FETCH 1");
  assert_contains (log, "OK fetched");
  assert_contains (log, "compressed");
  g_unlink (path);
  g_rmdir (folder);
}

/* Without compression both pairs of numbers are the same. */
static void
test_numbers_without (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (LOGGED_IN ("") "C: $2 NOOP\nS: $2 OK\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);

  session_test_check (transporter);
  g_assert_cmpuint (get_number (transporter, "octets-received"), ==,
                    get_number (transporter, "wire-octets-received"));
  g_assert_cmpuint (get_number (transporter, "octets-sent"), ==,
                    get_number (transporter, "wire-octets-sent"));
}

/* R09. */
static const struct
{
  const char *name;
  const char *script;
  int code;
} attacks[] = {
  { "bomb-line", "deflate\nC: $3 LIST *\nmay-close\nS-fill: 100000000 a\n",
    G_IMAP_ERROR_TOO_LARGE },
  { "bomb-literal",
    "deflate\nC: $3 LIST *\nmay-close\nS-raw: * LIST () \"/\" {50000000}\\r\\n\nS-fill: "
    "50000000 a\n",
    G_IMAP_ERROR_TOO_LARGE },
  { "bomb-lines", "deflate\nC: $3 LIST *\nmay-close\nrepeat 200000\nS: * OK more\nend\n",
    G_IMAP_ERROR_TOO_MANY },
  { "garbage", "C-bytes: 4\nS-raw: \\x07\\x00\\x00\n", G_IMAP_ERROR_PROTOCOL },
  { "dictionary", "C-bytes: 4\nS-raw: \\x78\\xbb\\x12\\x34\\x56\\x78\n", G_IMAP_ERROR_PROTOCOL },
  { "plain-text", "C-bytes: 4\nS: * BYE you do not see this\n", G_IMAP_ERROR_PROTOCOL },
  { "ended", "C-bytes: 4\nS-raw: \\x03\\x00\n", G_IMAP_ERROR_DISCONNECTED },
  { "cut", "C-bytes: 4\nS-raw: \\x4a\ncut\n", G_IMAP_ERROR_DISCONNECTED },
  { "cut-in-literal", "deflate\nC: $3 LIST *\nS-raw: * LIST () \"/\" {40}\\r\\nabcdefghijk\ncut\n",
    G_IMAP_ERROR_DISCONNECTED },
};

static void
test_attack (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *script = g_strconcat (COMPRESSED, attacks[i].script, NULL);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_compressing (peer, "response-timeout", 5);
  g_autoptr (GError) error = session_test_fail (transporter);

  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, attacks[i].code);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

/* The next connection begins without it, and asks again. */
static void
test_reconnect (void)
{
  const char *const scripts[] = {
    COMPRESSED "deflate\nC: $3 NOOP\nS: $3 OK alive\nC: $4 LIST *\ncut\n",
    COMPRESSED "deflate\nC: $3 LIST *\nS: * LIST () \"/\" \"\"\nS: $3 OK\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_compressing (peer);
  g_autoptr (GError) error = NULL;
  g_autofree char *delimiter = NULL;

  session_test_check (transporter);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (delimiter, ==, "/");
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (successes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/compress/%s", successes[i].name);

      g_test_add_data_func (path, successes[i].script, test_success);
    }
  g_test_add_func ("/session/compress/not-asked-for", test_not_asked_for);
  g_test_add_func ("/session/compress/surplus", test_surplus);
  g_test_add_func ("/session/compress/tls", test_tls);
  g_test_add_func ("/session/compress/log-and-numbers", test_log_and_numbers);
  g_test_add_func ("/session/compress/numbers-without", test_numbers_without);
  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/compress/r09-%s", attacks[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_attack);
    }
  g_test_add_func ("/session/compress/reconnect", test_reconnect);

  return g_test_run ();
}

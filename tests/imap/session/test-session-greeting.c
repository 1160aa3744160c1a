/* From the first byte to TLS: what the scripts of tests/hostile (T01 to T27) do not show.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

#define PLAIN_GREETING "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hello\n"
#define INSIDE                                                                                     \
  "C: $2 CAPABILITY\n"                                                                             \
  "S: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\n"                                                 \
  "S: $2 OK\n"                                                                                     \
  "C: $3 AUTHENTICATE PLAIN *\n"                                                                   \
  "S: $3 OK [CAPABILITY IMAP4rev1] in\n"                                                           \
  "C: $4 NOOP\n"                                                                                   \
  "S: $4 OK alive\n"

/* T25: whatever ID says before the login. */
static void
test_early_id (void)
{
  g_autoptr (ScriptedPeer)
      peer = scripted_peer_new (PLAIN_GREETING "S: * ID (\"a\")\nS: * ID NIL\nS: * ID (\"a\" \"b\" "
                                               "\"c\")\nC: $1 STARTTLS\nS: $1 OK\ntls\n" INSIDE,
                                SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_transporter (peer, "client-id", NULL);

  session_test_check (transporter);
}

/* R02: a server that goes in the middle of the handshake may well speak TLS. */
static void
test_lost_in_handshake (void)
{
  static const char *const scripts[] = { "C-bytes: 100\ncut\n", "C-bytes: 100\nrst\n",
                                         "C-bytes: 100\nfin\nmay-close\nC-bytes: 1000000\n" };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (scripts[i], SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter)
          transporter = new_transporter (peer, "tls-mode", G_IMAP_TLS_MODE_IMPLICIT);
      g_autoptr (GError) error = session_test_fail (transporter);

      g_test_message ("%s", error->message);
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
      assert_contains (error->message, "TLS");
    }
}

static void
test_no_host (void)
{
  g_autoptr (GImapTransporter) nobody = g_imap_transporter_new (NULL, "bob", "x");
  g_autoptr (GError) error = session_test_fail (nobody);

  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/greeting/R02-in-handshake", test_lost_in_handshake);
  g_test_add_func ("/session/greeting/t25", test_early_id);
  g_test_add_func ("/session/greeting/no-host", test_no_host);

  return g_test_run ();
}

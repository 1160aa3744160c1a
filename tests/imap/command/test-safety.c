/* What happens to ids and boxes behind our back: the right mails are touched, or none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "scripted-peer.h"

#include <string.h>

#define HEAD                                                                                       \
  "S: * OK [CAPABILITY IMAP4rev1 UIDPLUS] hello\n"                                                 \
  "C: $1 LOGIN \"me\" \"secret\"\n"                                                                \
  "S: $1 OK [CAPABILITY IMAP4rev1 UIDPLUS] in\n"
#define SELECTED(validity)                                                                         \
  HEAD "C: $2 SELECT \"INBOX\"\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY " validity "] ok\n"            \
       "S: $2 OK selected\n"
#define STORE(tag) "C: $" tag " UID STORE 3,5 +FLAGS.SILENT (\\Seen)\nS: $" tag " OK stored\n"

static const char *const seen[] = { "$seen", NULL };

static GImapTransporter *
connect_to (ScriptedPeer *peer)
{
  GImapTransporter *transporter = g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", (guint) scripted_peer_get_port (peer),
      "user", "me", "password", "secret", "accept-unsecure-connection", TRUE, "response-timeout", 1,
      NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (info);

  return transporter;
}

static void
check (GImapTransporter *transporter)
{
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);

  g_assert_true (g_imap_status_get_success (status));
}

static void
wait_for_loss (GImapTransporter *transporter)
{
  while (g_imap_transporter_get_state (transporter) != G_IMAP_TRANSPORTER_STATE_CLOSED)
    g_usleep (1000);
}

static gboolean
add_seen (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse ("3,5", NULL);

  return g_imap_transporter_add_flags (transporter, set, seen, NULL, error);
}

/* D01: no answer to the COPY of a MOVE. Nothing of the source is touched. */
static void
test_copy_timeout (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("5") "C: $3 UID COPY 3 \"Old\"\nexpect-close\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse ("3", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (g_imap_transporter_move (transporter, set, "Old", NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
}

/* D08: the server makes the box anew while it is selected. The next call with ids hears of it, and
 * nothing of it is sent; after that the caller knows. */
static void
test_validity_changes (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("5") "C: $3 NOOP\nS: * OK [UIDVALIDITY 4] anew\nS: $3 OK\n" STORE ("4"),
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;

  check (transporter);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
  g_clear_error (&error);
  g_assert_true (add_seen (transporter, &error));
  g_assert_no_error (error);
  scripted_peer_assert_done (peer);
}

/* D08: a set that the library gave out is of the box as it was, for good. */
static void
test_validity_of_set (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("5") "C: $3 UID SEARCH ALL\nS: * SEARCH 3 5\nS: $3 OK\n"
                     "C: $4 NOOP\nS: * OK [UIDVALIDITY 0] anew\nS: $4 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GImapMessageSet) set = NULL;
  g_autoptr (GError) error = NULL;

  set = g_imap_transporter_search_mails (transporter, "ALL", NULL, &error);
  g_assert_no_error (error);
  check (transporter);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (g_imap_transporter_add_flags (transporter, set, seen, NULL, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
      g_clear_error (&error);
    }
  scripted_peer_assert_done (peer);
}

/* D08: the same found out after the connection was lost: smaller, or none at all any more. */
static void
test_validity_after_loss (void)
{
  static const char *const others[] = { SELECTED ("4"), SELECTED ("0"),
                                        HEAD "C: $2 SELECT \"INBOX\"\nS: * 9 EXISTS\n"
                                             "S: $2 OK selected\n" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      const char *scripts[] = { SELECTED ("5") "cut\n", others[i], NULL };
      g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = connect_to (peer);
      g_autoptr (GError) error = NULL;

      wait_for_loss (transporter);
      g_assert_false (add_seen (transporter, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
      scripted_peer_assert_done (peer);
    }
}

/* D09: another client removes mails before, while and after we change those that we have found. */
static void
test_expunged_between (void)
{
  static const char *const scripts[] = {
    "C: $4 NOOP\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE\nS: $4 OK\n" STORE ("5"),
    "C: $4 NOOP\nS: $4 OK\nC: $5 UID STORE 3,5 +FLAGS.SILENT (\\Seen)\n"
    "S: * 3 EXPUNGE\nS: * 1 EXPUNGE\nS: $5 OK stored\n",
    "C: $4 NOOP\nS: $4 OK\n" STORE ("5") "S: * 3 EXPUNGE\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *script = g_strconcat (
          SELECTED ("5"), "C: $3 UID SEARCH UNSEEN\nS: * SEARCH 3 5\nS: $3 OK\n", scripts[i], NULL);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = connect_to (peer);
      g_autoptr (GImapMessageSet) set = NULL;
      g_autoptr (GError) error = NULL;

      set = g_imap_transporter_search_mails (transporter, "UNSEEN", NULL, &error);
      g_assert_no_error (error);
      check (transporter);
      g_assert_true (g_imap_transporter_add_flags (transporter, set, seen, NULL, &error));
      g_assert_no_error (error);
      scripted_peer_assert_done (peer);
    }
}

/* D14: the box becomes read-only while it is selected. */
static void
test_read_only_later (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("5") "C: $3 NOOP\nS: * OK [READ-ONLY] from now on\nS: $3 OK\n", SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;

  check (transporter);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_READ_ONLY);
  scripted_peer_assert_done (peer);
}

/* D19: the connection is lost between two changes. The box is selected again, and only the second one
 * is made. */
static void
test_lost_between (void)
{
  static const char *const scripts[] = { SELECTED ("5") STORE ("3") "cut\n",
                                         SELECTED ("5") STORE ("3"), NULL };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;

  g_assert_true (add_seen (transporter, &error));
  wait_for_loss (transporter);
  g_assert_true (add_seen (transporter, &error));
  g_assert_no_error (error);
  scripted_peer_assert_done (peer);
}

/* D21: the selected box is removed by somebody else, and the server drops who has it open. */
static void
test_box_removed (void)
{
  static const char *const scripts[] = {
    SELECTED ("5") "S: * BYE the box is gone\ncut\n",
    HEAD "C: $2 SELECT \"INBOX\"\nS: $2 NO [NONEXISTENT] no such box\n", NULL
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autofree char *selected = NULL;
  g_autoptr (GError) error = NULL;

  wait_for_loss (transporter);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT);
  g_clear_error (&error);
  selected = g_imap_transporter_dup_selected_box (transporter);
  g_assert_null (selected);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
  scripted_peer_assert_done (peer);
}

/* D21: the server says of a command that there is no box any more. */
static void
test_box_gone (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("5") "C: $3 UID STORE 3,5 +FLAGS.SILENT (\\Seen)\n"
                     "S: $3 NO [NONEXISTENT] somebody has removed it\n"
                     "C: $4 SELECT \"INBOX\"\nS: $4 NO [NONEXISTENT] really\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autofree char *selected = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT);
  g_clear_error (&error);
  selected = g_imap_transporter_dup_selected_box (transporter);
  g_assert_null (selected);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT);
  g_clear_error (&error);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
  scripted_peer_assert_done (peer);
}

/* D08, D21: what was made anew before it was doubted is not anew once more. */
static void
test_anew_and_doubted (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("5") "C: $3 NOOP\nS: * OK [UIDVALIDITY 4] anew\nS: $3 OK\n"
                     "C: $4 UID STORE *\nS: $4 NO [NONEXISTENT] perhaps\n"
                     "C: $5 SELECT \"INBOX\"\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 4] ok\n"
                     "S: $5 OK selected\n" STORE ("6"),
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;

  check (transporter);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED);
  g_clear_error (&error);
  g_assert_false (add_seen (transporter, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT);
  g_clear_error (&error);
  g_assert_true (add_seen (transporter, &error));
  g_assert_no_error (error);
  scripted_peer_assert_done (peer);
}

/* P12: codes in answers where they mean nothing. */
static void
test_codes_elsewhere (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("5") "C: $3 NOOP\nS: $3 OK [APPENDUID 1 2] what\n"
                     "C: $4 LIST *\nS: * LIST () \"/\" \"\"\n"
                     "S: $4 OK [COPYUID 5 1:4294967295 1:4294967295] what\n" STORE ("5"),
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autofree char *delimiter = NULL;
  g_autoptr (GError) error = NULL;

  check (transporter);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (delimiter, ==, "/");
  g_assert_true (add_seen (transporter, &error));
  scripted_peer_assert_done (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safety/D01-copy-timeout", test_copy_timeout);
  g_test_add_func ("/safety/D08-changes", test_validity_changes);
  g_test_add_func ("/safety/D08-set", test_validity_of_set);
  g_test_add_func ("/safety/D08-after-loss", test_validity_after_loss);
  g_test_add_func ("/safety/D09-expunged-between", test_expunged_between);
  g_test_add_func ("/safety/D14-read-only-later", test_read_only_later);
  g_test_add_func ("/safety/D19-lost-between", test_lost_between);
  g_test_add_func ("/safety/D21-box-removed", test_box_removed);
  g_test_add_func ("/safety/D21-box-gone", test_box_gone);
  g_test_add_func ("/safety/D08-anew-and-doubted", test_anew_and_doubted);
  g_test_add_func ("/safety/P12-codes-elsewhere", test_codes_elsewhere);

  return g_test_run ();
}

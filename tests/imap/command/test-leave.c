/* Mails flagged as deleted here are removed when their box is left: these, or none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "scripted-peer.h"

#include <string.h>

#define HEAD(capabilities)                                                                         \
  "S: * OK [CAPABILITY IMAP4rev1 " capabilities "] hello\n"                                        \
  "C: $1 LOGIN \"me\" \"secret\"\n"                                                                \
  "S: $1 OK [CAPABILITY IMAP4rev1 " capabilities "] in\n"
#define SELECT(tag, box, validity)                                                                 \
  "C: $" tag " SELECT \"" box "\"\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY " validity "] ok\n"         \
  "S: $" tag " OK selected\n"
#define DELETED(tag)                                                                               \
  "C: $" tag " UID STORE 3:5 +FLAGS (\\Deleted)\n"                                                 \
  "S: * 7 FETCH (UID 7 FLAGS (\\Deleted))\n"                                                       \
  "S: * 3 FETCH (UID 3 FLAGS (\\Deleted))\n"                                                       \
  "S: * 5 FETCH (UID 5 FLAGS (\\Seen \\Deleted))\n"                                                \
  "S: $" tag " OK stored\n"
#define GONE(tag)                                                                                  \
  "C: $" tag " UID EXPUNGE 3,5\nS: * 3 EXPUNGE\nS: * 4 EXPUNGE\nS: $" tag " OK gone\n"
#define BYE(tag) "C: $" tag " LOGOUT\nS: * BYE bye\nS: $" tag " OK out\ncut\n"

typedef struct
{
  GImapTransporter *transporter; /* owned */
  ScriptedPeer *peer;            /* owned */
  GString *alerts;               /* owned */
} Fixture;

static void
alert_cb (GImapTransporter *transporter, const char *text, gpointer user_data)
{
  g_string_append_printf (user_data, "%s\n", text);
}

static void
set_up (Fixture *fixture, const char *first, const char *second)
{
  const char *scripts[] = { first, second, NULL };

  fixture->peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  fixture->alerts = g_string_new (NULL);
  fixture->transporter = g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
                                       (guint) scripted_peer_get_port (fixture->peer), "user", "me",
                                       "password", "secret", "accept-unsecure-connection", TRUE,
                                       "expunge-on-leave", TRUE, "tls-mode",
                                       G_IMAP_TLS_MODE_STARTTLS, NULL);
  g_signal_connect (fixture->transporter, "alert", G_CALLBACK (alert_cb), fixture->alerts);
}

static void
tear_down (Fixture *fixture)
{
  scripted_peer_assert_done (fixture->peer);
  g_clear_object (&fixture->transporter);
  scripted_peer_free (fixture->peer);
  g_string_free (fixture->alerts, TRUE);
}

static void
select_box (Fixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      fixture->transporter, name, G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (info);
}

static void
mark_deleted (Fixture *fixture)
{
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse ("3:5", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_imap_transporter_delete (fixture->transporter, set, NULL, &error));
  g_assert_no_error (error);
}

static void
close_transporter (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_imap_transporter_close (fixture->transporter, NULL, &error));
  g_assert_no_error (error);
}

/* Waits for an alert that says this. */
static void
await_alert (Fixture *fixture, const char *words)
{
  while (fixture->alerts->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (fixture->alerts->str, words));
}

/* What the server says was flagged, no more; once; and not when the same box is selected again. */
static void
test_select (void)
{
  Fixture fixture;

  set_up (&fixture,
          HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED ("3") SELECT ("4", "INBOX", "5")
              GONE ("5") SELECT ("6", "Old", "8") SELECT ("7", "INBOX", "5") BYE ("8"),
          NULL);
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  select_box (&fixture, "inbox");
  select_box (&fixture, "Old");
  select_box (&fixture, "INBOX");
  close_transporter (&fixture);
  g_assert_cmpstr (fixture.alerts->str, ==, "");
  tear_down (&fixture);
}

static void
test_close (void)
{
  Fixture fixture;

  set_up (&fixture, HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED ("3") GONE ("4") BYE ("5"),
          NULL);
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  close_transporter (&fixture);
  tear_down (&fixture);
}

/* Flags that were taken away again, and mails that are gone, are nobody's business any more. */
static void
test_taken_back (void)
{
  static const char *const deleted[] = { "$deleted", NULL };
  g_autoptr (GImapMessageSet) third = g_imap_message_set_parse ("3", NULL);
  g_autoptr (GImapMessageSet) fifth = g_imap_message_set_parse ("5", NULL);
  Fixture fixture;

  set_up (&fixture,
          HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED (
              "3") "C: $4 UID STORE 3 -FLAGS.SILENT (\\Deleted)\nS: $4 OK\n"
                   "C: $5 UID EXPUNGE 5\nS: * 5 EXPUNGE\nS: $5 OK\n" SELECT ("6", "Old", "8"),
          NULL);
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  g_assert_true (g_imap_transporter_remove_flags (fixture.transporter, third, deleted, NULL, NULL));
  g_assert_true (g_imap_transporter_expunge_ids (fixture.transporter, fifth, NULL, NULL));
  select_box (&fixture, "Old");
  tear_down (&fixture);
}

static void
test_no_uidplus (void)
{
  Fixture fixture;

  set_up (&fixture, HEAD ("IDLE") SELECT ("2", "INBOX", "5") DELETED ("3") SELECT ("4", "Old", "8"),
          NULL);
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  select_box (&fixture, "Old");
  await_alert (&fixture, "2 mails that were flagged as deleted stay in the box “INBOX”: the server "
                         "has no UIDPLUS");
  tear_down (&fixture);
}

/* Never a plain EXPUNGE instead. */
static void
test_refused (void)
{
  Fixture fixture;

  set_up (&fixture,
          HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5")
              DELETED ("3") "C: $4 UID EXPUNGE 3,5\nS: $4 BAD what\n" SELECT ("5", "Old", "8")
                  BYE ("6"),
          NULL);
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  select_box (&fixture, "Old");
  await_alert (&fixture, "stay in the box “INBOX”: the server answered BAD: what");
  close_transporter (&fixture);
  tear_down (&fixture);
}

/* In the middle of it: not tried again, and the box is selected all the same. */
static void
test_cut (void)
{
  Fixture fixture;

  set_up (&fixture,
          HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED ("3") "C: $4 UID EXPUNGE 3,5\ncut\n",
          HEAD ("UIDPLUS") SELECT ("2", "Old", "8"));
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  select_box (&fixture, "Old");
  await_alert (&fixture, "some may be gone");
  tear_down (&fixture);
}

static void
wait_for_loss (Fixture *fixture)
{
  while (g_imap_transporter_get_state (fixture->transporter) != G_IMAP_TRANSPORTER_STATE_CLOSED)
    g_usleep (1000);
}

/* The ids outlive the connection where the box is still the same one. */
static void
test_lost (void)
{
  Fixture fixture;

  set_up (&fixture, HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED ("3") "cut\n",
          HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") GONE ("3") SELECT ("4", "Old", "8"));
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  wait_for_loss (&fixture);
  select_box (&fixture, "Old");
  tear_down (&fixture);
}

/* Other mails may have these ids by now. */
static void
test_lost_validity (void)
{
  Fixture fixture;

  set_up (&fixture, HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED ("3") "cut\n",
          HEAD ("UIDPLUS") SELECT ("2", "INBOX", "6") SELECT ("3", "Old", "8"));
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  wait_for_loss (&fixture);
  select_box (&fixture, "Old");
  await_alert (&fixture, "the box was made anew");
  tear_down (&fixture);
}

/* D07: closing opens no connection; how many stay is told. */
static void
test_lost_close (void)
{
  Fixture fixture;

  set_up (&fixture, HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED ("3") "cut\n", NULL);
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  wait_for_loss (&fixture);
  close_transporter (&fixture);
  await_alert (&fixture, "2 mails that were flagged as deleted stay in the box “INBOX”: the "
                         "connection was lost");
  g_assert_cmpuint (scripted_peer_get_n_connections (fixture.peer), ==, 1);
  tear_down (&fixture);
}

/* The last unref says good-bye and removes nothing. */
static void
test_unref (void)
{
  Fixture fixture;

  set_up (&fixture, HEAD ("UIDPLUS") SELECT ("2", "INBOX", "5") DELETED ("3") BYE ("4"), NULL);
  select_box (&fixture, "INBOX");
  mark_deleted (&fixture);
  g_clear_object (&fixture.transporter);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/leave/D06-select", test_select);
  g_test_add_func ("/leave/D06-close", test_close);
  g_test_add_func ("/leave/D06-taken-back", test_taken_back);
  g_test_add_func ("/leave/D06-no-uidplus", test_no_uidplus);
  g_test_add_func ("/leave/D06-refused", test_refused);
  g_test_add_func ("/leave/D06-unref", test_unref);
  g_test_add_func ("/leave/D07-cut", test_cut);
  g_test_add_func ("/leave/D07-lost", test_lost);
  g_test_add_func ("/leave/D07-lost-validity", test_lost_validity);
  g_test_add_func ("/leave/D07-lost-close", test_lost_close);

  return g_test_run ();
}

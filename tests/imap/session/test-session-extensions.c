/* Extensions of the connection: each used where the server has it, and what is done where it has not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "session-test.h"

#include <string.h>

#define ITEMS "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT"
#define FACTS "MESSAGES 3 UIDNEXT 9 UIDVALIDITY 4 UNSEEN 1"

/* One box, what it is for, whether it is subscribed, and its mails, -1 where nobody asked. */
static const struct
{
  const char *name;
  const char *script;
  GImapBoxListFlags flags;
  GImapBoxRole role;
  gboolean is_subscribed;
  gint64 mail_count;
} lists[] = {
  { "all-in-one",
    LOGGED_IN ("LIST-EXTENDED LIST-STATUS SPECIAL-USE CHILDREN") "C: $2 LIST \"\" \"*\" RETURN "
                                                                 "(SUBSCRIBED CHILDREN SPECIAL-USE "
                                                                 "STATUS " ITEMS "))\n"
                                                                 "S: * LIST (\\HasNoChildren "
                                                                 "\\Sent \\Subscribed) \"/\" x\n"
                                                                 "S: * LIST (\\Noselect) \"/\" "
                                                                 "INBOX\nS: * STATUS x (" FACTS
                                                                 ")\nS: $2 OK\n",
    G_IMAP_BOX_LIST_WITH_STATUS, G_IMAP_BOX_ROLE_SENT, TRUE, 3 },
  { "extended-subscribed",
    LOGGED_IN ("LIST-EXTENDED") "C: $2 LIST (SUBSCRIBED) \"\" \"*\" RETURN (CHILDREN)\n"
                                "S: * LIST (\\Subscribed) \"/\" x\nS: $2 OK\n",
    G_IMAP_BOX_LIST_SUBSCRIBED, G_IMAP_BOX_ROLE_NONE, TRUE, -1 },
  { "no-list-status",
    LOGGED_IN (
        "LIST-EXTENDED") "C: $2 LIST \"\" \"*\" RETURN (SUBSCRIBED CHILDREN)\n"
                         "S: * LIST () \"/\" x\nS: * LIST (\\Noselect) \"/\" INBOX\nS: $2 OK\n"
                         "C: $3 STATUS \"x\" " ITEMS ")\nS: * STATUS x (" FACTS ")\nS: $3 OK\n",
    G_IMAP_BOX_LIST_WITH_STATUS, G_IMAP_BOX_ROLE_NONE, FALSE, 3 },
  { "xlist",
    LOGGED_IN ("XLIST") "C: $2 XLIST \"\" \"*\"\nC: $3 LSUB \"\" \"*\"\n"
                        "S: * XLIST (\\Spam) \"/\" x\nS: * XLIST () \"/\" INBOX\nS: $2 OK\nS: * "
                        "LSUB () \"/\" x\nS: $3 OK\n",
    G_IMAP_BOX_LIST_NONE, G_IMAP_BOX_ROLE_JUNK, TRUE, -1 },
  { "special-use-before-xlist",
    LOGGED_IN ("XLIST SPECIAL-USE") "C: $2 LIST \"\" \"*\"\nC: $3 LSUB \"\" \"*\"\n"
                                    "S: * LIST (\\Drafts) \"/\" x\nS: * LIST () \"/\" INBOX\nS: $2 "
                                    "OK\nS: $3 OK\n",
    G_IMAP_BOX_LIST_NONE, G_IMAP_BOX_ROLE_DRAFTS, FALSE, -1 },
  { "localized",
    LOGGED_IN ("") "C: $2 LIST \"\" \"*\"\nC: $3 LSUB \"\" \"*\"\n"
                   "S: * LIST () \"/\" Papierkorb\nS: * LIST () \"/\" INBOX\nS: $2 OK\nS: $3 OK\n",
    G_IMAP_BOX_LIST_NONE, G_IMAP_BOX_ROLE_TRASH, FALSE, -1 },
};

static void
test_list (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (lists[i].script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel)
      boxes = g_imap_transporter_get_box_list (transporter, lists[i].flags, NULL, &error);
  g_autoptr (GImapBox) box = NULL;

  g_assert_no_error (error);
  /* Beside INBOX. */
  box = g_list_model_get_item (boxes, 0);
  g_assert_cmpint (g_imap_box_get_role (box), ==, lists[i].role);
  g_assert_cmpint (g_imap_box_get_subscribed (box), ==, lists[i].is_subscribed);
  if (lists[i].mail_count < 0)
    g_assert_null (g_imap_box_get_info (box));
  else
    g_assert_cmpint (g_imap_box_info_get_mail_count (g_imap_box_get_info (box)), ==,
                     lists[i].mail_count);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

#define REV2_ENABLED                                                                               \
  LOGGED_IN ("IMAP4rev2 ENABLE")                                                                   \
  "C: $2 ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: $2 OK\n"

static const struct
{
  const char *name;
  const char *script;
  const char *box;
  const char *id;
  gint64 size;
} facts[] = {
  { "nothing",
    LOGGED_IN ("") "C: $2 STATUS \"x\" " ITEMS ")\nS: * STATUS x (" FACTS ")\nS: $2 OK\n", "x", "4",
    -1 },
  { "status-size",
    LOGGED_IN ("STATUS=SIZE") "C: $2 STATUS \"x\" " ITEMS " SIZE)\nS: * STATUS x (" FACTS
                              " SIZE 12345678901)\nS: $2 OK\n",
    "x", "4", 12345678901 },
  { "objectid",
    LOGGED_IN ("OBJECTID") "C: $2 STATUS \"x\" " ITEMS " MAILBOXID)\nS: * STATUS x (" FACTS
                           " MAILBOXID (F2212ea87))\nS: $2 OK\n",
    "x", "F2212ea87", -1 },
  /* It brings what belongs to it: no RECENT, SIZE, and names in UTF-8. */
  { "rev2",
    REV2_ENABLED
    "C: $3 STATUS \"Entw\303\274rfe\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN SIZE)\nS: * "
    "STATUS \"Entw\303\274rfe\" (" FACTS " SIZE 77)\nS: $3 OK\n",
    "Entwürfe", "4", 77 },
  { "rev2-refused",
    LOGGED_IN ("IMAP4rev2 ENABLE") "C: $2 ENABLE IMAP4rev2\nS: $2 NO\nC: $3 STATUS \"x\" " ITEMS
                                   ")\nS: * STATUS x (" FACTS ")\nS: $3 OK\n",
    "x", "4", -1 },
  { "rev2-without-enable",
    LOGGED_IN ("IMAP4rev2") "C: $2 STATUS \"x\" " ITEMS ")\nS: * STATUS x (" FACTS ")\nS: $2 OK\n",
    "x", "4", -1 },
};

static void
test_facts (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (facts[i].script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo)
      info = g_imap_transporter_get_box_info (transporter, facts[i].box, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_imap_box_info_get_mail_count (info), ==, 3);
  g_assert_cmpstr (g_imap_box_info_get_id (info), ==, facts[i].id);
  g_assert_cmpint (g_imap_box_info_get_size (info), ==, facts[i].size);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

/* OBJECTID of the selected box. */
static void
test_select_objectid (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      LOGGED_IN ("OBJECTID") "C: $2 SELECT *\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] .\nS: * OK "
                             "[MAILBOXID (Fabc)] .\nS: $2 OK\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "x", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_imap_box_info_get_id (info), ==, "Fabc");
}

/* A box that is deleted while it is selected is left, and never by what would expunge. */
static void
test_unselect (void)
{
  static const char *const scripts[] = {
    LOGGED_IN ("UNSELECT") SELECTED ("2", "3") "C: $3 UNSELECT\nS: $3 OK\n"
                                               "C: $4 DELETE \"x\"\nS: $4 OK\n",
    LOGGED_IN ("UNSELECT") SELECTED ("2", "3") "C: $3 UNSELECT\nS: $3 BAD what\n"
                                               "C: $4 DELETE \"x\"\nS: $4 OK\n",
    LOGGED_IN ("") SELECTED ("2", "3") "C: $3 DELETE \"x\"\nS: $3 OK\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *script = g_strconcat (scripts[i], "C: $5 NOOP\nS: $5 OK\n", NULL);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (GError) error = NULL;

      session_test_select (transporter, "x");
      g_assert_true (g_imap_transporter_delete_box (transporter, "x", NULL, &error));
      g_assert_no_error (error);
      g_assert_null (g_imap_transporter_search_mails (transporter, "ALL", NULL, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO_BOX_SELECTED);
      session_test_check (transporter);
      g_clear_object (&transporter);
      scripted_peer_assert_done (peer);
    }
}

/* T12: a referral is shown, and nobody goes there. */
static void
test_referral (void)
{
  g_autoptr (ScriptedPeer) elsewhere = scripted_peer_new ("S: * OK hello\n", SCRIPTED_PEER_NONE);
  g_autofree char *script = g_strdup_printf (
      LOGGED_IN ("") "C: $2 SELECT *\nS: * OK [REFERRAL imap://127.0.0.1:%u/] look there\n"
                     "S: $2 NO [REFERRAL imap://127.0.0.1:%u/x] not here\nC: $3 NOOP\nS: $3 OK\n",
      scripted_peer_get_port (elsewhere), scripted_peer_get_port (elsewhere));
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      g_imap_transporter_select_box (transporter, "x", G_IMAP_BOX_STATE_WRITABLE, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_REFERRAL);
  session_test_check (transporter);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (elsewhere), ==, 0);
}

/* R23: whoever asks too much hears that, and what the server says of when to come back. */
static void
test_limit (void)
{
  static const char *const answers[] = {
    "BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds",
    "NO [THROTTLED] Account exceeded command or bandwidth limits.",
    "NO [LIMIT] too many searches",
  };
  static const char *const texts[] = { "299961", "bandwidth", "searches" };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *script = g_strconcat (LOGGED_IN ("") "C: $2 LIST *\nS: $2 ", answers[i],
                                             "\nC: $3 NOOP\nS: $3 OK\n", NULL);
      g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
      g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
      g_autoptr (GError) error = session_test_fail (transporter);

      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_LIMIT);
      assert_contains (error->message, texts[i]);
      session_test_check (transporter);
      scripted_peer_assert_done (peer);
    }
}

/* What others share is asked for where the list of all has none of it. */
static const struct
{
  const char *name;
  const char *script;
  guint n_boxes;
} namespaces[] = {
  { "shared",
    LOGGED_IN (
        "NAMESPACE") "C: $2 LIST \"\" \"*\"\nC: $3 LSUB \"\" \"*\"\nC: $4 NAMESPACE\n"
                     "S: * LIST () \"/\" INBOX\nS: * LIST () \"/\" ~bob/x\nS: $2 OK\nS: $3 "
                     "OK\nS: * NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) ((\"#pub/\" \"/\"))\nS: "
                     "$4 OK\nC: $5 LIST \"\" \"#pub/*\"\nS: * LIST () \"/\" #pub/y\nS: $5 OK\n",
    3 },
  { "own-only",
    LOGGED_IN (
        "NAMESPACE") "C: $2 LIST *\nC: $3 LSUB *\nC: $4 NAMESPACE\nS: * LIST () \"/\" "
                     "INBOX\nS: $2 OK\nS: $3 OK\nS: * NAMESPACE ((\"\" \"/\")) NIL NIL\nS: $4 "
                     "OK\n",
    1 },
  { "refused",
    LOGGED_IN ("NAMESPACE") "C: $2 LIST *\nC: $3 LSUB *\nC: $4 NAMESPACE\nS: * LIST () \"/\" "
                            "INBOX\nS: $2 OK\nS: $3 OK\nS: $4 BAD what?\n",
    1 },
  { "not-offered",
    LOGGED_IN ("") "C: $2 LIST *\nC: $3 LSUB *\nS: * LIST () \"/\" INBOX\nS: $2 OK\nS: $3 OK\n",
    1 },
};

static void
test_namespace (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (namespaces[i].script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = new_plain_transporter (peer, "client-id", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel)
      boxes = g_imap_transporter_get_box_list (transporter, G_IMAP_BOX_LIST_NONE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (boxes), ==, namespaces[i].n_boxes);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/extensions/list-%s", lists[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_list);
    }
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/extensions/facts-%s", facts[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_facts);
    }
  for (guint i = 0; i < G_N_ELEMENTS (namespaces); i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/extensions/namespace-%s",
                                               namespaces[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_namespace);
    }
  g_test_add_func ("/session/extensions/select-objectid", test_select_objectid);
  g_test_add_func ("/session/extensions/unselect", test_unselect);
  g_test_add_func ("/session/extensions/t12-referral", test_referral);
  g_test_add_func ("/session/extensions/r23-limit", test_limit);

  return g_test_run ();
}

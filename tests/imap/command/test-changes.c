/* What changes mail: done once, told exactly, and never more than was asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "scripted-peer.h"
#include "session-test.h"

#include <string.h>

typedef GImapMessageSet *(*Change) (GImapTransporter *transporter, GError **error);

/* What a change that has no ids to tell returns here: an empty set. */
static GImapMessageSet *
as_set (gboolean is_done)
{
  static const char *const none[] = { NULL };

  return is_done ? g_imap_message_set_new (none, NULL) : NULL;
}

static GImapMessageSet *
ids (void)
{
  return g_imap_message_set_parse ("3:5", NULL);
}

static GImapMessageSet *
move (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) set = ids ();

  return g_imap_transporter_move (transporter, set, "Old", NULL, error);
}

static GImapMessageSet *
copy (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) set = ids ();

  return g_imap_transporter_copy (transporter, set, "Old", NULL, error);
}

static GImapMessageSet *
expunge_ids (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) set = ids ();

  return as_set (g_imap_transporter_expunge_ids (transporter, set, NULL, error));
}

static GImapMessageSet *
expunge (GImapTransporter *transporter, GError **error)
{
  return as_set (g_imap_transporter_expunge (transporter, NULL, error));
}

static GImapMessageSet *
mark_deleted (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) set = ids ();

  return as_set (g_imap_transporter_delete (transporter, set, NULL, error));
}

static GImapMessageSet *
add_flags (GImapTransporter *transporter, GError **error)
{
  static const char *const keywords[] = { "$seen", "work", NULL };
  g_autoptr (GImapMessageSet) set = ids ();

  return as_set (g_imap_transporter_add_flags (transporter, set, keywords, NULL, error));
}

static GImapMessageSet *
remove_flags_of_all (GImapTransporter *transporter, GError **error)
{
  static const char *const keywords[] = { "$flagged", NULL };
  g_autoptr (GImapMessageSet) all = g_imap_message_set_new_all ();

  return as_set (g_imap_transporter_remove_flags (transporter, all, keywords, NULL, error));
}

static GImapMessageSet *
append (GImapTransporter *transporter, GError **error)
{
  static const char *const keywords[] = { "$draft", NULL };
  g_autoptr (GBytes) mime = g_bytes_new_static ("A: b\n\nc", 7);
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (-3600);
  g_autoptr (GDateTime) date = g_date_time_new (zone, 2024, 2, 5, 9, 8, 7);

  return g_imap_transporter_append_mime (transporter, mime, "Drafts", keywords, date, NULL, error);
}

static GImapMessageSet *
append_to (GImapTransporter *transporter, const char *box, GError **error)
{
  static const char text[] = "Message-ID: <a@b>\r\n\r\n.\r\n";
  g_autoptr (GBytes) mime = g_bytes_new_static (text, strlen (text));

  return g_imap_transporter_append_mime (transporter, mime, box, NULL, NULL, NULL, error);
}

static GImapMessageSet *
append_with_id (GImapTransporter *transporter, GError **error)
{
  return append_to (transporter, "Drafts", error);
}

static GImapMessageSet *
append_here (GImapTransporter *transporter, GError **error)
{
  return append_to (transporter, NULL, error);
}

static GImapMessageSet *
append_octets (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GBytes) mime = g_bytes_new_static ("\n\n\0a\nb", 6);

  return g_imap_transporter_append_mime (transporter, mime, NULL, NULL, NULL, NULL, error);
}

static GImapMessageSet *
create (GImapTransporter *transporter, GError **error)
{
  return as_set (g_imap_transporter_create_box (transporter, "Été", NULL, error));
}

static GImapMessageSet *
rename_box (GImapTransporter *transporter, GError **error)
{
  return as_set (g_imap_transporter_rename_box (transporter, "A", "B", NULL, error));
}

#define DONE -1

/* Servers without UIDPLUS: what is put where, and how its ids are looked for. */
#define COPIED                                                                                     \
  "C: $8 STATUS \"Old\" (UIDNEXT UIDVALIDITY)\n"                                                   \
  "S: * STATUS \"Old\" (UIDNEXT 10 UIDVALIDITY 77)\nS: $8 OK\n"                                    \
  "C: $9 UID COPY 3:5 \"Old\"\nS: $9 OK copied\n"
#define LOOK_AGAIN                                                                                 \
  "C: $10 NOOP\nC: $11 UID SEARCH UID 3:5\nC: $12 STATUS \"Old\" (UIDNEXT UIDVALIDITY)\n"
#define STILL_THERE LOOK_AGAIN "S: $10 OK\nS: * SEARCH "
#define COUNTED(validity, next)                                                                    \
  "\nS: $11 OK\nS: * STATUS \"Old\" (UIDNEXT " next " UIDVALIDITY " validity ")\nS: $12 OK\n"
#define MAIL " {24}\nS: + go\nC-raw: Message-ID: <a@b>\\r\\n\\r\\n.\\r\\n\\r\\n\n"
#define PUT_DRAFT                                                                                  \
  "C: $8 STATUS \"Drafts\" (UIDNEXT UIDVALIDITY)\n"                                                \
  "S: * STATUS \"Drafts\" (UIDNEXT 31 UIDVALIDITY 4)\nS: $8 OK\n"                                  \
  "C: $9 APPEND \"Drafts\"" MAIL "S: $9 OK done\n"
#define DRAFTS(validity, next)                                                                     \
  "C: $10 STATUS \"Drafts\" (UIDNEXT UIDVALIDITY)\n"                                               \
  "S: * STATUS \"Drafts\" (UIDNEXT " next " UIDVALIDITY " validity ")\nS: $10 OK\n"
#define PUT_HERE "C: $8 APPEND \"INBOX\"" MAIL "S: $8 OK done\n"
#define SOUGHT "C: $9 NOOP\nC: $10 UID SEARCH UID 20:* HEADER Message-ID \"<a@b>\"\n"
#define FOUND "S: $9 OK\nS: $10 OK\n"

/* The name of a row that the reliability rules number begins with that number. */
static const struct
{
  const char *name;
  Change change;
  const char *capabilities;
  const char *selected; /* what SELECT tells besides EXISTS */
  const char *script;
  int code;           /* of the error, or DONE */
  const char *result; /* of the set, or in the error's message */
} rows[] = {
  { "move", move, "MOVE UIDPLUS", "",
    "C: $8 UID MOVE 3:5 \"Old\"\n"
    "S: * OK [COPYUID 77 3:5 10:12] copied\nS: * 3 EXPUNGE\nS: $8 OK moved\n",
    DONE, "10:12" },
  { "move-by-copy", move, "UIDPLUS", "",
    "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK [COPYUID 77 3,5 10:11] copied\n"
    "C: $9 UID STORE 3,5 +FLAGS.SILENT (\\Deleted)\nS: $9 OK stored\n"
    "C: $10 UID EXPUNGE 3,5\nS: * 3 EXPUNGE\nS: * 4 EXPUNGE\nS: $10 OK gone\n",
    DONE, "10:11" },
  { "D16-foreign-copyuid", move, "UIDPLUS", "",
    "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK [COPYUID 77 1:9 10:18] copied\n", G_IMAP_ERROR_NO_UIDPLUS,
    "originals were not removed" },
  { "D01-copy-refused", move, "UIDPLUS", "",
    "C: $8 UID COPY 3:5 \"Old\"\nS: $8 NO [TRYCREATE] no such box\n", G_IMAP_ERROR_TRYCREATE,
    "no such box" },
  { "D01-copy-bad", move, "UIDPLUS", "", "C: $8 UID COPY 3:5 \"Old\"\nS: $8 BAD what\n",
    G_IMAP_ERROR_BAD, "what" },
  { "D01-copy-cut", move, "UIDPLUS", "", "C: $8 UID COPY 3:5 \"Old\"\ncut\n",
    G_IMAP_ERROR_UNKNOWN_OUTCOME, "may or may not" },
  { "D02-store-refused", move, "UIDPLUS", "",
    "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK [COPYUID 77 3:5 10:12] copied\n"
    "C: $9 UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\nS: $9 NO not now\n",
    G_IMAP_ERROR_NO, "were copied to “Old”" },
  { "D03-no-uidplus", move, "IDLE", "", "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK copied\n",
    G_IMAP_ERROR_NO_UIDPLUS, "originals were not removed" },
  { "D03-expunge-ids", expunge_ids, "IDLE", "", "", G_IMAP_ERROR_NO_UIDPLUS, "UIDPLUS" },
  { "D04-lower-case", expunge_ids, "uidplus", "", "C: $8 UID EXPUNGE 3:5\nS: $8 OK gone\n", DONE,
    "" },
  { "D05-uid-expunge-refused", expunge_ids, "UIDPLUS", "",
    "C: $8 UID EXPUNGE 3:5\nS: $8 BAD never heard of it\n", G_IMAP_ERROR_BAD, "never heard" },
  { "D11-cut", append, "LITERAL+ UIDPLUS", "",
    "C: $8 APPEND \"Drafts\" (\\Draft) \" 5-Feb-2024 09:08:07 -0100\" {9+}\n"
    "C-raw: A: b\\r\\n\\r\\nc\\r\\n\ncut\n",
    G_IMAP_ERROR_UNKNOWN_OUTCOME, "may or may not" },
  { "D11-refused-before", append, "UIDPLUS", "",
    "C: $8 APPEND \"Drafts\" (\\Draft) \" 5-Feb-2024 09:08:07 -0100\" {9}\nS: $8 NO no\n",
    G_IMAP_ERROR_NO, "answered NO: no" },
  { "D11-refused-after", append, "UIDPLUS", "",
    "C: $8 APPEND \"Drafts\" (\\Draft) \" 5-Feb-2024 09:08:07 -0100\" {9}\nS: + go\n"
    "C-raw: A: b\\r\\n\\r\\nc\\r\\n\nS: $8 NO [OVERQUOTA] full\n",
    G_IMAP_ERROR_OVERQUOTA, "full" },
  { "D11-no-appenduid", append, "UIDPLUS", "",
    "C: $8 APPEND \"Drafts\" (\\Draft) \" 5-Feb-2024 09:08:07 -0100\" {9}\nS: + go\n"
    "C-raw: A: b\\r\\n\\r\\nc\\r\\n\nS: $8 OK done\n",
    DONE, "" },
  { "append", append, "LITERAL- UIDPLUS", "",
    "C: $8 APPEND \"Drafts\" (\\Draft) \" 5-Feb-2024 09:08:07 -0100\" {9+}\n"
    "C-raw: A: b\\r\\n\\r\\nc\\r\\n\nS: $8 OK [APPENDUID 4 31] done\n",
    DONE, "31" },
  { "D12-append-limit", append, "APPENDLIMIT=8 UIDPLUS", "", "", G_IMAP_ERROR_OVERQUOTA,
    "at most 8" },
  { "append-octets", append_octets, "LITERAL+ UIDPLUS BINARY", "",
    "C: $8 APPEND \"INBOX\" ~{6}\nS: + go\nC-raw: \\n\\n\\x00a\\nb\\r\\n\nS: $8 OK [APPENDUID 4 "
    "31] done\n",
    DONE, "31" },
  { "append-octets-without", append_octets, "LITERAL+ UIDPLUS", "", "",
    G_IMAP_ERROR_INVALID_ARGUMENT, "no BINARY" },
  { "D14-read-only-store", add_flags, "UIDPLUS", "S: * OK [READ-ONLY] now\n", "",
    G_IMAP_ERROR_READ_ONLY, "read-only" },
  { "D14-read-only-expunge", expunge, "UIDPLUS", "S: * OK [READ-ONLY] now\n", "",
    G_IMAP_ERROR_READ_ONLY, "read-only" },
  { "D15-keyword-not-kept", add_flags, "UIDPLUS",
    "S: * OK [PERMANENTFLAGS (\\Seen \\Deleted)] some\n", "", G_IMAP_ERROR_UNSUPPORTED, "work" },
  { "store", add_flags, "UIDPLUS", "S: * OK [PERMANENTFLAGS (\\Seen \\*)] all\n",
    "C: $8 UID STORE 3:5 +FLAGS.SILENT (\\Seen work)\nS: $8 OK stored\n", DONE, "" },
  { "store-all", remove_flags_of_all, "UIDPLUS", "",
    "C: $8 UID STORE 1:* -FLAGS.SILENT (\\Flagged)\nS: $8 OK stored\n", DONE, "" },
  { "D13-some-are-gone", add_flags, "UIDPLUS", "",
    "C: $8 UID STORE 3:5 +FLAGS.SILENT (\\Seen work)\nS: * 4 EXPUNGE\n"
    "S: $8 OK [EXPUNGEISSUED] some were gone\n",
    DONE, "" },
  { "D13-refused-in-part", add_flags, "UIDPLUS", "",
    "C: $8 UID STORE 3:5 +FLAGS.SILENT (\\Seen work)\nS: * 3 FETCH (UID 3 FLAGS (\\Seen work))\n"
    "S: $8 NO the others are locked\n",
    G_IMAP_ERROR_NO, "the others are locked" },
  { "D16-fewer", move, "UIDPLUS", "",
    "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK [COPYUID 77 3 10] copied\n"
    "C: $9 UID STORE 3 +FLAGS.SILENT (\\Deleted)\nS: $9 OK stored\n"
    "C: $10 UID EXPUNGE 3\nS: * 3 EXPUNGE\nS: $10 OK gone\n",
    DONE, "10" },
  { "D16-unequal", move, "UIDPLUS", "",
    "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK [COPYUID 77 3:5 10:11] copied\n", G_IMAP_ERROR_NO_UIDPLUS,
    "originals were not removed" },
  { "D16-no-copyuid", move, "UIDPLUS", "", "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK copied\n",
    G_IMAP_ERROR_NO_UIDPLUS, "originals were not removed" },
  { "copy", copy, "UIDPLUS", "",
    "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK [COPYUID 77 3:5 10:12] copied\n", DONE, "10:12" },
  { "copy-untold", copy, "UIDPLUS", "", "C: $8 UID COPY 3:5 \"Old\"\nS: $8 OK copied\n", DONE, "" },
  { "copy-counted", copy, "IDLE", "", COPIED STILL_THERE "3 4 5" COUNTED ("77", "13"), DONE,
    "10:12" },
  { "copy-and-one-more", copy, "IDLE", "", COPIED STILL_THERE "3 4 5" COUNTED ("77", "14"), DONE,
    "" },
  { "copy-one-was-gone", copy, "IDLE", "", COPIED STILL_THERE "3 5" COUNTED ("77", "13"), DONE,
    "" },
  { "copy-other-box-now", copy, "IDLE", "", COPIED STILL_THERE "3 4 5" COUNTED ("78", "13"), DONE,
    "" },
  { "copy-search-refused", copy, "IDLE", "",
    COPIED LOOK_AGAIN "S: $10 OK\nS: $11 NO no\nS: * STATUS \"Old\" (UIDNEXT 13 UIDVALIDITY 77)\n"
                      "S: $12 OK\n",
    DONE, "" },
  { "copy-lost-behind", copy, "IDLE", "", COPIED LOOK_AGAIN "cut\n", DONE, "" },
  { "copy-no-such-box", copy, "IDLE", "",
    "C: $8 STATUS \"Old\" (UIDNEXT UIDVALIDITY)\nS: $8 NO [NONEXISTENT] no Old\n"
    "C: $9 UID COPY 3:5 \"Old\"\nS: $9 NO [TRYCREATE] no Old\n",
    G_IMAP_ERROR_TRYCREATE, "no Old" },
  { "append-counted", append_with_id, "IDLE", "", PUT_DRAFT DRAFTS ("4", "32"), DONE, "31" },
  { "append-and-one-more", append_with_id, "IDLE", "", PUT_DRAFT DRAFTS ("4", "33"), DONE, "" },
  { "append-not-counted", append_with_id, "IDLE", "", PUT_DRAFT DRAFTS ("4", "31"), DONE, "" },
  { "append-other-box-now", append_with_id, "IDLE", "", PUT_DRAFT DRAFTS ("5", "32"), DONE, "" },
  { "append-status-refused", append_with_id, "IDLE", "",
    PUT_DRAFT "C: $10 STATUS \"Drafts\" (UIDNEXT UIDVALIDITY)\nS: $10 NO no\n", DONE, "" },
  { "append-lost-behind", append_with_id, "IDLE", "",
    PUT_DRAFT "C: $10 STATUS \"Drafts\" (UIDNEXT UIDVALIDITY)\ncut\n", DONE, "" },
  { "append-here", append_here, "IDLE", "S: * OK [UIDNEXT 20] .\n",
    PUT_HERE SOUGHT "S: * SEARCH 22\n" FOUND, DONE, "22" },
  { "append-here-esearch", append_here, "ESEARCH", "S: * OK [UIDNEXT 20] .\n",
    PUT_HERE "C: $9 NOOP\nC: $10 UID SEARCH RETURN (ALL) UID 20:* HEADER Message-ID \"<a@b>\"\n"
             "S: $9 OK\nS: * ESEARCH (TAG \"$10\") UID ALL 22\nS: $10 OK\n",
    DONE, "22" },
  { "append-here-twice", append_here, "IDLE", "S: * OK [UIDNEXT 20] .\n",
    PUT_HERE SOUGHT "S: * SEARCH 20 22\n" FOUND, DONE, "" },
  { "append-here-older", append_here, "IDLE", "S: * OK [UIDNEXT 20] .\n",
    PUT_HERE SOUGHT "S: * SEARCH 19\n" FOUND, DONE, "" },
  { "append-here-not-found", append_here, "IDLE", "S: * OK [UIDNEXT 20] .\n",
    PUT_HERE SOUGHT "S: * SEARCH\n" FOUND, DONE, "" },
  { "append-here-refused", append_here, "IDLE", "S: * OK [UIDNEXT 20] .\n",
    PUT_HERE SOUGHT "S: $9 OK\nS: $10 BAD what\n", DONE, "" },
  { "append-here-lost-behind", append_here, "IDLE", "S: * OK [UIDNEXT 20] .\n",
    PUT_HERE SOUGHT "rst\n", DONE, "" },
  { "append-here-no-uidnext", append_here, "IDLE", "", PUT_HERE, DONE, "" },
  { "D12-append-limit-of-box", append, "UIDPLUS APPENDLIMIT", "",
    "C: $8 STATUS \"Drafts\" (APPENDLIMIT)\nS: * STATUS \"Drafts\" (APPENDLIMIT 8)\nS: $8 OK\n",
    G_IMAP_ERROR_OVERQUOTA, "at most 8" },
  { "D12-append-limit-none", append_with_id, "UIDPLUS APPENDLIMIT", "",
    "C: $8 STATUS \"Drafts\" (APPENDLIMIT)\nS: * STATUS \"Drafts\" (APPENDLIMIT NIL)\nS: $8 OK\n"
    "C: $9 APPEND \"Drafts\"" MAIL "S: $9 OK [APPENDUID 4 31] done\n",
    DONE, "31" },
  { "D12-append-limit-here", append_here, "APPENDLIMIT", "S: * OK [UIDNEXT 20] .\n",
    "C: $8 STATUS \"INBOX\" (APPENDLIMIT)\nS: * STATUS \"INBOX\" (APPENDLIMIT 0)\nS: $8 OK\n",
    G_IMAP_ERROR_OVERQUOTA, "at most 0" },
  { "expunge", expunge, "IDLE", "", "C: $8 EXPUNGE\nS: * 1 EXPUNGE\nS: $8 OK gone\n", DONE, "" },
  { "delete-cut", mark_deleted, "IDLE", "", "C: $8 UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\nrst\n",
    G_IMAP_ERROR_UNKNOWN_OUTCOME, "may or may not" },
  { "create", create, "IDLE", "", "C: $8 CREATE \"&AMk-t&AOk-\"\nS: $8 OK made\n", DONE, "" },
  { "rename-refused", rename_box, "IDLE", "",
    "C: $8 RENAME \"A\" \"B\"\nS: $8 NO [NONEXISTENT] no A\n", G_IMAP_ERROR_NONEXISTENT, "no A" },
};

static char *
make_script (const char *capabilities, const char *selected, const char *script)
{
  return g_strdup_printf ("S: * OK [CAPABILITY IMAP4rev1 %s] hello\n"
                          "C: $1 LOGIN \"me\" \"secret\"\n"
                          "S: $1 OK [CAPABILITY IMAP4rev1 %s] in\n"
                          "C: $2 SELECT \"INBOX\"\n"
                          "S: * 9 EXISTS\nS: * OK [UIDVALIDITY 5] ok\n%s"
                          "S: $2 OK selected\n%s",
                          capabilities, capabilities, selected, script);
}

static GImapTransporter *
connect_to (ScriptedPeer *peer)
{
  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
                       (guint) scripted_peer_get_port (peer), "user", "me", "password", "secret",
                       "accept-unsecure-connection", TRUE, NULL);
}

static void
select_inbox (GImapTransporter *transporter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (info);
}

static void
test_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *script = make_script (rows[i].capabilities, rows[i].selected, rows[i].script);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GImapMessageSet) set = NULL;
  g_autoptr (GError) error = NULL;

  select_inbox (transporter);
  set = rows[i].change (transporter, &error);
  scripted_peer_assert_done (peer);
  /* Nothing was sent twice, by no way around. */
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);

  if (rows[i].code == DONE)
    {
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = g_imap_message_set_to_string (set);
      g_assert_cmpstr (text, ==, rows[i].result);
    }
  else
    {
      g_assert_null (set);
      g_assert_error (error, G_IMAP_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].result));
    }
}

/* D17: the first piece was done, the second one refused, and the third one never sent. */
static void
test_pieces (void)
{
  static const char *const keywords[] = { "$seen", NULL };
  g_autofree char *script = make_script (
      "UIDPLUS", "",
      "C: $8 UID STORE 1:1000 +FLAGS.SILENT (\\Seen)\nS: $8 OK stored\n"
      "C: $9 UID STORE 1001:2000 +FLAGS.SILENT (\\Seen)\nS: $9 NO disk full\n");
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GImapMessageSet) many = g_imap_message_set_new_range (1, 2500, NULL);
  g_autoptr (GError) error = NULL;

  select_inbox (transporter);
  g_assert_false (g_imap_transporter_add_flags (transporter, many, keywords, NULL, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO);
  g_assert_nonnull (strstr (error->message, "1 of 3"));
  scripted_peer_assert_done (peer);
}

/* The changes once more, with a cancellable. */
static gboolean
change_with (guint i, GImapTransporter *transporter, GCancellable *cancellable, GError **error)
{
  static const char *const seen[] = { "$seen", NULL };
  g_autoptr (GImapMessageSet) set = ids ();
  g_autoptr (GImapMessageSet) result = NULL;
  g_autoptr (GBytes) mime = g_bytes_new_static ("A: b\r\n\r\n", 8);

  switch (i)
    {
    case 0:
      result = g_imap_transporter_move (transporter, set, "Old", cancellable, error);
      return result != NULL;
    case 1:
      result = g_imap_transporter_copy (transporter, set, "Old", cancellable, error);
      return result != NULL;
    case 2:
      return g_imap_transporter_add_flags (transporter, set, seen, cancellable, error);
    case 3:
      return g_imap_transporter_expunge_ids (transporter, set, cancellable, error);
    case 4:
      return g_imap_transporter_rename_box (transporter, "A", "B", cancellable, error);
    case 5:
      return g_imap_transporter_delete_box (transporter, "A", cancellable, error);
    default:
      result = g_imap_transporter_append_mime (transporter, mime, "Old", NULL, NULL, cancellable,
                                               error);
      return result != NULL;
    }
}

#define N_CHANGES 7

/* D18: what was sent may have been done; what was not sent, was not. */
static void
test_cancel (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  const char *literal = i == N_CHANGES - 1 ? "C-raw: A: b\\r\\n\\r\\n\\r\\n\n" : "";
  g_autofree char *tail = g_strdup_printf ("C: $8 *\n%sdelay 500\nS: $8 OK done\n"
                                           "C: $9 NOOP\nS: $9 OK still here\n",
                                           literal);
  g_autofree char *script = make_script ("MOVE UIDPLUS LITERAL+", "", tail);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GImapStatus) status = NULL;
  g_autoptr (GError) error = NULL;
  SessionTestCanceller canceller = { transporter, cancellable, 0 };
  GThread *thread;

  select_inbox (transporter);
  g_cancellable_cancel (cancellable);
  g_assert_false (change_with (i, transporter, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_cancellable_reset (cancellable);

  canceller.n_sent = session_test_count_sent (transporter) + 1;
  thread = session_test_cancel (&canceller);
  g_assert_false (change_with (i, transporter, cancellable, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME);
  g_thread_join (thread);

  status = g_imap_transporter_check_connection (transporter, NULL, NULL);
  g_assert_true (g_imap_status_get_success (status));
  scripted_peer_assert_done (peer);
}

/* What can never be a command is refused before a byte is written. */
static void
test_arguments (void)
{
  static const char *const empty[] = { "", NULL };
  static const char *const spaced[] = { "a b", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (GImapTransporter) transporter = g_imap_transporter_new ("localhost", "me", "secret");
  g_autoptr (GImapMessageSet) set = ids ();
  g_autoptr (GBytes) no_mail = g_bytes_new_static ("", 0);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  GError *error[7] = { NULL };

  g_imap_transporter_add_flags (transporter, set, empty, NULL, &error[0]);
  g_imap_transporter_add_flags (transporter, set, spaced, NULL, &error[1]);
  g_imap_transporter_remove_flags (transporter, set, none, NULL, &error[2]);
  g_imap_transporter_append_mime (transporter, no_mail, NULL, NULL, NULL, NULL, &error[3]);
  g_imap_transporter_create_box (transporter, "", NULL, &error[4]);
  g_imap_transporter_rename_box (transporter, "a", "", NULL, &error[5]);
  g_imap_transporter_copy (transporter, set, "", NULL, &error[6]);
  for (guint i = 0; i < G_N_ELEMENTS (error); i++)
    {
      g_assert_error (error[i], G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      g_ptr_array_add (errors, error[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/changes/", rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/changes/D17-pieces", test_pieces);
  for (guint i = 0; i < N_CHANGES; i++)
    {
      g_autofree char *path = g_strdup_printf ("/changes/D18-cancel/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_cancel);
    }
  g_test_add_func ("/changes/arguments", test_arguments);

  return g_test_run ();
}

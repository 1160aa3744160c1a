/* What servers do instead of what the RFC says, and what the library makes of it: each row is a quirk of
 * imap-quirks.c, and the conversation that shows it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"
#include "gimap4d/imap/grammar/imap-quirks.h"

#include "scripted-peer.h"

#include <string.h>

/* Returns what came, in words; NULL with an error. */
typedef char *(*Call) (GImapTransporter *transporter, GError **error);

static char *
describe_set (GImapMessageSet *set)
{
  char *text;

  if (set == NULL)
    return NULL;
  text = g_imap_message_set_to_string (set);
  g_imap_message_set_unref (set);

  return text;
}

static char *
describe_mails (GImapMails *mails)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (mails == NULL)
    return NULL;
  for (guint i = 0; i < g_list_model_get_n_items (g_imap_mails_get_list (mails)); i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (g_imap_mails_get_list (mails), i);

      g_string_append_printf (text, "%s:%s ", g_email_get_id (mail), g_email_get_subject (mail));
    }
  for (guint i = 0; g_imap_mails_get_not_found (mails)[i] != NULL; i++)
    g_string_append_printf (text, "-%s ", g_imap_mails_get_not_found (mails)[i]);
  for (guint i = 0; g_imap_mails_get_failed (mails)[i] != NULL; i++)
    g_string_append_printf (text, "!%s ", g_imap_mails_get_failed (mails)[i]);
  g_object_unref (mails);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
get_mails (GImapTransporter *transporter, const char *set, GImapFetchFlags flags, GError **error)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse (set, NULL);

  return describe_mails (g_imap_transporter_get_mails (transporter, ids, flags, NULL, error));
}

static char *
list_four (GImapTransporter *transporter, GError **error)
{
  return get_mails (transporter, "1:4", G_IMAP_FETCH_SUMMARY, error);
}

static char *
list_and_read (GImapTransporter *transporter, GError **error)
{
  return get_mails (transporter, "1:2", G_IMAP_FETCH_SUMMARY | G_IMAP_FETCH_WITH_BODY, error);
}

static char *
read_four (GImapTransporter *transporter, GError **error)
{
  return get_mails (transporter, "1:4", G_IMAP_FETCH_WITH_BODY, error);
}

static char *
read_all (GImapTransporter *transporter, GError **error)
{
  return get_mails (transporter, "1:*", G_IMAP_FETCH_WITH_BODY, error);
}

static gboolean
take_mail_cb (GEmail *mail, gpointer data)
{
  g_string_append_printf (data, "%s:%s ", g_email_get_id (mail), g_email_get_subject (mail));

  return TRUE;
}

/* What was handed out goes into the error's message. */
static char *
read_each (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("1:4", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!g_imap_transporter_fetch_mails (transporter, ids, G_IMAP_FETCH_WITH_BODY, take_mail_cb, text,
                                       NULL, error))
    g_prefix_error (error, "%s", text->str);

  return NULL;
}

static char *
read_by_number (GImapTransporter *transporter, GError **error)
{
  return describe_mails (g_imap_transporter_get_mails_by_number (
      transporter, 0, 0, G_IMAP_FETCH_WITH_BODY, NULL, error));
}

static char *
search_open (GImapTransporter *transporter, GError **error)
{
  return describe_set (g_imap_transporter_search_mails (transporter, "UID 1:*", NULL, error));
}

static char *
search_umlaut (GImapTransporter *transporter, GError **error)
{
  return describe_set (g_imap_transporter_search_mails (transporter, "SUBJECT ü", NULL, error));
}

static char *
move (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_parse ("1:2", NULL);

  return describe_set (g_imap_transporter_move (transporter, ids, "Old", NULL, error));
}

static char *
append (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GBytes) mime = g_bytes_new_static ("A: b\r\n\r\nc", 9);

  return describe_set (
      g_imap_transporter_append_mime (transporter, mime, NULL, NULL, NULL, NULL, error));
}

static char *
list_boxes (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GListModel) boxes = g_imap_transporter_get_box_list (transporter, 0, NULL, error);
  g_autoptr (GString) text = g_string_new (NULL);

  if (boxes == NULL)
    return NULL;
  for (guint i = 0; i < g_list_model_get_n_items (boxes); i++)
    {
      g_autoptr (GImapBox) box = g_list_model_get_item (boxes, i);

      g_string_append_printf (text, "%s ", g_imap_box_get_name (box));
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* With the role of each. */
static char *
list_roles (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GListModel) boxes = g_imap_transporter_get_box_list (transporter, 0, NULL, error);
  g_autoptr (GString) text = g_string_new (NULL);

  if (boxes == NULL)
    return NULL;
  for (guint i = 0; i < g_list_model_get_n_items (boxes); i++)
    {
      g_autoptr (GImapBox) box = g_list_model_get_item (boxes, i);
      g_autofree char *role = g_enum_to_string (G_TYPE_IMAP_BOX_ROLE, g_imap_box_get_role (box));

      g_string_append_printf (text, "%s:%s ", g_imap_box_get_name (box), role);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The sets are written downwards. */
static char *
read_down_to_last (GImapTransporter *transporter, GError **error)
{
  return get_mails (transporter, "*:1", G_IMAP_FETCH_WITH_BODY, error);
}

static char *
search_and_read (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapMessageSet) found = NULL;

  found = g_imap_transporter_search_mails (transporter, "ALL", NULL, error);
  if (found == NULL)
    return NULL;

  return describe_mails (
      g_imap_transporter_get_mails (transporter, found, G_IMAP_FETCH_WITH_BODY, NULL, error));
}

static char *
read_down (GImapTransporter *transporter, GError **error)
{
  return get_mails (transporter, "2:1", G_IMAP_FETCH_WITH_BODY, error);
}

static char *
select_box (GImapTransporter *transporter, GError **error)
{
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, error);

  return info != NULL ? g_strdup ("selected") : NULL;
}

static char *
sort (GImapTransporter *transporter, GError **error)
{
  g_auto (GStrv) ids = g_imap_transporter_sort (transporter, "REVERSE SIZE", NULL, NULL, error);

  return ids != NULL ? g_strjoinv (" ", ids) : NULL;
}

#define SUMMARY "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)"
#define BODY "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
#define HEADER "(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER])"
#define PLAIN "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])"
#define LISTED(n, envelope)                                                                        \
  "S: * " n " FETCH (UID " n " FLAGS () RFC822.SIZE 9 ENVELOPE " envelope                          \
  " BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1))\n"
#define GOOD(n) LISTED (n, "(NIL \"s" n "\" NIL NIL NIL NIL NIL NIL NIL \"<" n "@x>\")")
#define READ(n)                                                                                    \
  "S: * " n " FETCH (UID " n " RFC822.SIZE 13 BODY[] {15}\n"                                       \
  "S: Subject: s" n "\n"                                                                           \
  "S: \n"                                                                                          \
  "S: )\n"
#define HEAD(n)                                                                                    \
  "S: * " n " FETCH (UID " n " RFC822.SIZE 13 BODY[HEADER] {15}\n"                                 \
  "S: Subject: h" n "\n"                                                                           \
  "S: \n"                                                                                          \
  "S: )\n"

static const struct
{
  const char *quirk;
  Call call;
  const char *capabilities;
  const char *exists;
  const char *script; /* behind "again": of a second connection, after its login */
  const char *result; /* or in the error's message */
  int code;           /* of the error, 0 for none */
} rows[] = {
  { "icloud-envelopes", list_four, "", "4",
    "C: $3 UID FETCH 1:4 " SUMMARY "\n" GOOD ("1") LISTED ("2", "(NIL s2 NIL NIL)")
        LISTED ("3", "NIL") GOOD ("4") "S: $3 OK .\n"
                                       "C: $4 UID FETCH 2:3 " HEADER "\n" HEAD ("2")
                                           HEAD ("3") "S: $4 OK .\n",
    "1:s1 2:h2 3:h3 4:s4 ", 0 },
  /* One whose header is not told, either, stays what it is. */
  { "icloud-envelopes", list_four, "", "4",
    "C: $3 UID FETCH 1:4 " SUMMARY "\n" GOOD ("1")
        LISTED ("2", "(NIL \"x\")") "S: $3 OK .\n"
                                    "C: $4 UID FETCH 2 " HEADER "\n"
                                    "S: $4 NO [SERVERBUG] no\n",
    "1:s1 2:x -3 -4 ", 0 },
  /* With the whole mail there no header is missing. */
  { "icloud-envelopes", list_and_read, "", "4",
    "C: $3 UID FETCH 1:2 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[])\n"
    "S: * 1 FETCH (UID 1 RFC822.SIZE 13 ENVELOPE NIL BODY[] {15}\n"
    "S: Subject: s1\n"
    "S: \n"
    "S: )\n"
    "S: $3 OK .\n",
    "1:s1 -2 ", 0 },
  { "poisoned-mail", read_four, "", "4",
    "C: $3 UID FETCH 1:4 " BODY "\n"
    "S: $3 NO [SERVERBUG] no\n"
    "C: $4 UID FETCH 1:2 " BODY "\n"
    "C: $5 UID FETCH 3:4 " BODY "\n" READ ("1")
        READ ("2") "S: $4 OK .\n"
                   "S: $5 BAD no\n"
                   "C: $6 UID FETCH 3 " BODY "\n"
                   "C: $7 UID FETCH 4 " BODY "\n"
                   "S: $6 NO no\n" READ ("4") "S: $7 OK .\n",
    "1:s1 2:s2 4:s4 !3 ", 0 },
  /* What came before the refusal is not asked for again; by number, and up to the last. */
  { "poisoned-mail", read_by_number, "", "4",
    "C: $3 FETCH 1:4 " BODY "\n" READ ("1") READ ("2") "S: $3 NO no\n"
                                                       "C: $4 UID SEARCH 1:4\n"
                                                       "S: * SEARCH 1 2 3 4\n"
                                                       "S: $4 OK .\n"
                                                       "C: $5 UID FETCH 3 " BODY "\n"
                                                       "C: $6 UID FETCH 4 " BODY "\n"
                                                       "S: $5 NO no\n" READ ("4") "S: $6 OK .\n",
    "1:s1 2:s2 4:s4 !3 ", 0 },
  { "poisoned-mail", read_all, "", "2",
    "C: $3 UID FETCH 1:* " BODY "\n"
    "S: $3 NO no\n"
    "C: $4 UID SEARCH UID 1:*\n"
    "S: * SEARCH 1 4\n"
    "S: $4 OK .\n"
    "C: $5 UID FETCH 1 " BODY "\n"
    "C: $6 UID FETCH 4 " BODY "\n"
    "S: $5 NO no\n" READ ("4") "S: $6 OK .\n",
    "4:s4 !1 ", 0 },
  /* The envelope may be the poison. */
  { "poisoned-mail", list_four, "", "4",
    "C: $3 UID FETCH 1:4 " SUMMARY "\n" GOOD ("1") GOOD ("2")
        GOOD ("4") "S: $3 NO [SERVERBUG] no\n"
                   "C: $4 UID FETCH 3 " HEADER "\n"
                   "S: $4 NO no\n"
                   "C: $5 UID FETCH 3 " PLAIN "\n" HEAD ("3") "S: $5 OK .\n",
    "1:s1 2:s2 3:h3 4:s4 ", 0 },
  /* What is refused to all, or for now, is not tried over and over. */
  { "poisoned-mail", read_four, "", "4",
    "C: $3 UID FETCH 1:4 " BODY "\n"
    "S: $3 NO [UNAVAILABLE] come back later\n",
    "come back later", G_IMAP_ERROR_NO },
  { "poisoned-mail", read_each, "", "4",
    "C: $3 UID FETCH 1:4 " BODY
    "\n" READ ("1") "S: $3 NO no\n"
                    "C: $4 UID FETCH 2 " BODY "\n"
                    "C: $5 UID FETCH 3 " BODY "\n"
                    "C: $6 UID FETCH 4 " BODY
                    "\n" READ ("2") "S: $4 OK .\n"
                                    "S: $5 NO not this one\n" READ ("4") "S: $6 OK .\n",
    "1:s1 2:s2 4:s4 127.0.0.1", G_IMAP_ERROR_NO },
  { "yandex-bodies", read_four, "", "4",
    "C: $3 UID FETCH 1:4 " BODY "\n" READ ("1") "S: * 2 FETCH (UID 2 RFC822.SIZE 9)\n"
                                                "S: * 3 FETCH (UID 3 RFC822.SIZE 9)\n"
                                                "S: $3 OK .\n"
                                                "C: $4 UID FETCH 2:3 " BODY "\n" READ (
                                                    "2") "S: * 3 FETCH (UID 3 RFC822.SIZE 9)\n"
                                                         "S: $4 OK .\n",
    "1:s1 2:s2 -4 !3 ", 0 },
  { "courier-zero", read_four, "", "4",
    "C: $3 UID FETCH 1:4 " BODY "\n"
    "S: * 0 FETCH (FLAGS (\\Seen))\n" READ ("1") "S: * 0 EXISTS\n"
                                                 "S: $3 OK .\n",
    "1:s1 -2 -3 -4 ", 0 },
  { "qq-empty-box", read_all, "", "0", "", "", 0 },
  { "qq-empty-box", search_open, "", "0", "", "", 0 },
  { "icloud-min-max", search_open, "ESEARCH", "4",
    "C: $3 UID SEARCH RETURN (ALL) UID 1:*\n"
    "S: * ESEARCH (TAG \"x\") UID MIN 1\n"
    "S: * ESEARCH (TAG \"$3\") UID ALL 1:3\n"
    "S: $3 OK .\n",
    "1:3", 0 },
  { "outlook-badcharset", search_umlaut, "", "4",
    "C: $3 UID SEARCH CHARSET UTF-8 SUBJECT {2}\n"
    "S: $3 NO [BADCHARSET (US-ASCII ISO-8859-15)] no\n"
    "C: $4 UID SEARCH CHARSET ISO-8859-15 SUBJECT {1}\n"
    "S: + go\n"
    "C-raw: \\xfc\\r\\n\n"
    "S: * SEARCH 2\n"
    "S: $4 OK .\n",
    "2", 0 },
  /* Nothing else holds the letter: the subjects are looked at here. */
  { "outlook-badcharset", search_umlaut, "", "4",
    "C: $3 UID SEARCH CHARSET UTF-8 SUBJECT {2}\n"
    "S: $3 NO [BADCHARSET (US-ASCII)] no\n"
    "C: $4 UID SEARCH ALL\n"
    "S: * SEARCH 1 2 4\n"
    "S: $4 OK .\n"
    "C: $5 UID SEARCH NOT ALL\n"
    "S: * SEARCH\n"
    "S: $5 OK .\n"
    "C: $6 UID FETCH 1:2,4 (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT)])\n"
    "S: * 1 FETCH (UID 1 INTERNALDATE \"x\" BODY[HEADER.FIELDS (SUBJECT)] {29}\n"
    "S: Subject: =?utf-8?q?=C3=9C?=\n"
    "S: )\n"
    "S: * 2 FETCH (UID 2 INTERNALDATE \"x\" BODY[HEADER.FIELDS (SUBJECT)] {12}\n"
    "S: Subject: u\n"
    "S: )\n"
    "S: * 3 FETCH (UID 4 INTERNALDATE \"x\" BODY[HEADER.FIELDS (SUBJECT)] {12}\n"
    "S-raw: Subject: \\xfc\\r\\n)\\r\\n\n"
    "S: $6 OK .\n",
    "1,4", 0 },
  { "extended-list", list_boxes, "LIST-EXTENDED SPECIAL-USE", NULL,
    "C: $2 LIST \"\" \"*\" RETURN *\n"
    "S: $2 BAD what\n"
    "C: $3 LIST \"\" \"*\"\n"
    "C: $4 LSUB \"\" \"*\"\n"
    "S: * LIST () \".\" \"INBOX\"\n"
    "S: $3 OK .\n"
    "S: $4 OK .\n",
    "INBOX ", 0 },
  { "exchange-2003-namespace", list_boxes, "NAMESPACE", NULL,
    "C: $2 LIST \"\" \"*\"\n"
    "C: $3 LSUB \"\" \"*\"\n"
    "C: $4 NAMESPACE\n"
    "S: * LIST () \"/\" \"INBOX\"\n"
    "S: $2 OK .\n"
    "S: $3 OK .\n"
    "cut\n"
    "again\n"
    "C: $2 LIST \"\" \"*\"\n"
    "C: $3 LSUB \"\" \"*\"\n"
    "S: * LIST () \"/\" \"INBOX\"\n"
    "S: $2 OK .\n"
    "S: $3 OK .\n",
    "INBOX ", 0 },
  { "netease-id", list_boxes, "ID", NULL,
    "C: $2 ID (\"name\" *\n"
    "S: * ID NIL\n"
    "S: $2 OK .\n"
    "C: $3 LIST *\n"
    "C: $4 LSUB *\n"
    "S: * LIST () \".\" \"INBOX\"\n"
    "S: $3 OK .\n"
    "S: $4 OK .\n",
    "INBOX ", 0 },
  { "netease-id", select_box, "ID", NULL,
    "C: $2 ID (\"name\" *\n"
    "S: * ID NIL\n"
    "S: $2 OK .\n"
    "C: $3 SELECT *\n"
    "S: * 0 EXISTS\n"
    "S: * OK [UIDVALIDITY 7] .\n"
    "S: $3 OK [READ-WRITE] .\n",
    "selected", 0 },
  { "throttled", read_four, "", "4",
    "C: $3 UID FETCH 1:4 " BODY
    "\n" READ ("1") "S: $3 NO Request is throttled. Suggested Backoff Time: 299961 milliseconds\n",
    "Suggested Backoff Time: 299961 milliseconds", G_IMAP_ERROR_LIMIT },
  { "throttled", search_open, "", "4",
    "C: $3 UID SEARCH UID 1:*\n"
    "S: $3 BAD Request is throttled. Suggested Backoff Time: 5 milliseconds\n",
    "Suggested Backoff Time: 5 milliseconds", G_IMAP_ERROR_LIMIT },
  { "throttled", read_four, "", "4",
    "C: $3 UID FETCH 1:4 " BODY "\n"
    "S: $3 NO [THROTTLED] slow down\n",
    "slow down", G_IMAP_ERROR_LIMIT },
  /* Gmail says it when all is done, too. */
  { "throttled", search_open, "", "4",
    "C: $3 UID SEARCH UID 1:*\n"
    "S: * SEARCH 2\n"
    "S: $3 OK [THROTTLED] .\n",
    "2", 0 },
  { "icloud-ghosts", search_and_read, "", "4",
    "C: $3 UID SEARCH ALL\n"
    "S: * SEARCH 1 2 3000 4\n"
    "S: $3 OK .\n"
    "C: $4 UID FETCH 1:2,4,3000 " BODY "\n" READ ("1") READ ("2") READ ("4") "S: $4 OK .\n",
    "1:s1 2:s2 4:s4 -3000 ", 0 },
  /* The numbers of the answers are wrong, the ids are right. */
  { "yahoo-stale-numbers", read_four, "", "4",
    "C: $3 UID FETCH 1:4 " BODY "\n"
    "S: * 1 EXPUNGE\n" READ ("2") READ ("3") READ ("4") "S: $3 OK .\n",
    "2:s2 3:s3 4:s4 -1 ", 0 },
  { "hmailserver-sets", read_down, "", "4",
    "C: $3 UID FETCH 1:2 " BODY "\n" READ ("1") READ ("2") "S: $3 OK .\n", "1:s1 2:s2 ", 0 },
  { "hmailserver-sets", read_down_to_last, "", "2",
    "C: $3 UID FETCH 1:* " BODY "\n" READ ("1") READ ("2") "S: $3 OK .\n", "1:s1 2:s2 ", 0 },
  { "hmailserver-roles", list_roles, "", NULL,
    "C: $2 LIST \"\" \"*\"\n"
    "C: $3 LSUB \"\" \"*\"\n"
    "S: * LIST (\\HasNoChildren) \".\" \"INBOX\"\n"
    "S: * LIST (\\HasNoChildren) \".\" \"Gesendete Elemente\"\n"
    "S: * LIST (\\HasNoChildren) \".\" \"Other\"\n"
    "S: $2 OK .\n"
    "S: $3 OK .\n",
    "INBOX:G_IMAP_BOX_ROLE_INBOX Gesendete Elemente:G_IMAP_BOX_ROLE_SENT "
    "Other:G_IMAP_BOX_ROLE_NONE ",
    0 },
  { "strato-inbox", list_boxes, "", NULL,
    "C: $2 LIST \"\" \"*\"\n"
    "C: $3 LSUB \"\" \"*\"\n"
    "S: * LIST () \".\" \"INBOX.Sent\"\n"
    "S: $2 OK .\n"
    "S: * LSUB () \".\" \"INBOX.Sent\"\n"
    "S: $3 OK .\n"
    "C: $4 LIST \"\" \"INBOX\"\n"
    "S: * LIST () \".\" \"INBOX\"\n"
    "S: $4 OK .\n",
    "INBOX.Sent INBOX ", 0 },
  { "homepl-late", move, "MOVE UIDPLUS", "4",
    "C: $3 UID MOVE 1:2 \"Old\"\n"
    "S: * OK [COPYUID 7 1:2 11:12] .\n"
    "S: * 1 EXPUNGE\n"
    "S: $3 OK .\n"
    "S: * 1 EXPUNGE\n"
    "S: * OK [COPYUID 7 1:2 11:12] .\n",
    "11:12", 0 },
  { "proton-ids", append, "UIDPLUS", "4",
    "C: $3 APPEND \"INBOX\" {9}\n"
    "S: + go\n"
    "C-raw: A: b\\r\\n\\r\\nc\\r\\n\n"
    "S: $3 OK APPEND\n",
    "", 0 },
  { "announced-sort", sort, "SORT", "2",
    "C: $3 UID SORT (REVERSE SIZE) US-ASCII ALL\n"
    "S: $3 BAD what\n"
    "C: $4 UID SEARCH ALL\n"
    "S: * SEARCH 1 2\n"
    "S: $4 OK .\n"
    "C: $5 UID FETCH 1:2 (UID INTERNALDATE RFC822.SIZE)\n"
    "S: * 1 FETCH (UID 1 RFC822.SIZE 5)\n"
    "S: * 2 FETCH (UID 2 RFC822.SIZE 7)\n"
    "S: $5 OK .\n",
    "2 1", 0 },
};

static char *
make_script (const char *capabilities, const char *box, const char *rest)
{
  return g_strdup_printf ("S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\n"
                          "C: $1 AUTHENTICATE PLAIN *\n"
                          "S: $1 OK [CAPABILITY IMAP4rev1 %s] in\n%s%smay-close\n",
                          capabilities, box, rest);
}

static void
test_quirk (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  g_autofree char *box = NULL;
  g_auto (GStrv) parts = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (ScriptedPeer) peer = NULL;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  box = rows[row].exists == NULL ? g_strdup ("") :
                                   g_strdup_printf ("C: $2 SELECT *\n"
                                                    "S: * %s EXISTS\n"
                                                    "S: * OK [UIDVALIDITY 7] .\n"
                                                    "S: $2 OK [READ-WRITE] .\n",
                                                    rows[row].exists);
  parts = g_strsplit (rows[row].script, "again\n", 2);
  first = make_script (rows[row].capabilities, box, parts[0] != NULL ? parts[0] : "");
  if (parts[0] != NULL && parts[1] != NULL)
    second = make_script (rows[row].capabilities, "", parts[1]);
  peer = scripted_peer_new_many ((const char *const[]){ first, second, NULL }, SCRIPTED_PEER_NONE);
  transporter = g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
                              (guint) scripted_peer_get_port (peer), "user", "bob", "password",
                              "secret", "accept-unsecure-connection", TRUE, NULL);
  if (rows[row].exists != NULL)
    {
      g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
          transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (info);
    }

  text = rows[row].call (transporter, &error);
  g_clear_object (&transporter);
  scripted_peer_assert_done (peer);
  if (rows[row].code == 0)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, rows[row].result);
      return;
    }
  g_assert_error (error, G_IMAP_ERROR, rows[row].code);
  g_assert_nonnull (strstr (error->message, rows[row].result));
}

/* Each quirk of the table has a row, and each row one of the table. */
static void
test_all_are_known (void)
{
  guint n;
  const ImapQuirk *quirks = imap_quirks_get_done (&n);
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_hash_table_add (shown, (char *) rows[i].quirk);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (strlen (quirks[i].source), >, 0);
      g_hash_table_add (known, (char *) quirks[i].name);
      if (!g_hash_table_contains (shown, quirks[i].name))
        g_error ("no conversation shows %s", quirks[i].name);
    }
  g_assert_cmpuint (g_hash_table_size (shown), ==, g_hash_table_size (known));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/quirks/%s-%zu", rows[i].quirk, i);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_quirk);
    }
  g_test_add_func ("/quirks/all-are-known", test_all_are_known);

  return g_test_run ();
}

/* Parts that the server decodes, and mails that have octets which no line has (BINARY, RFC 3516).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "scripted-peer.h"

#include <string.h>

#define SELECTED(capabilities)                                                                     \
  "S: * OK [CAPABILITY IMAP4rev1 " capabilities "] hello\n"                                        \
  "C: $1 LOGIN \"me\" \"secret\"\n"                                                                \
  "S: $1 OK [CAPABILITY IMAP4rev1 " capabilities "] in\n"                                          \
  "C: $2 SELECT \"INBOX\"\n"                                                                       \
  "S: * 9 EXISTS\nS: * OK [UIDVALIDITY 5] ok\nS: $2 OK selected\n"

#define HEADER(text)                                                                               \
  "C: $3 UID FETCH 4 (UID BODY.PEEK[2.MIME]<0.1048576>)\n"                                         \
  "S-raw: * 1 FETCH (UID 4 BODY[2.MIME]<0> {" text "\\r\\n\\r\\n)\\r\\n\n"                         \
  "S: $3 OK\n"
#define BASE64 HEADER ("37}\\r\\nContent-Transfer-Encoding: base64")
#define MESSAGE                                                                                    \
  HEADER ("67}\\r\\nContent-Type: message/rfc822\\r\\nContent-Transfer-Encoding: base64")
#define PLAIN HEADER ("35}\\r\\nContent-Transfer-Encoding: 8bit")
#define DECODED "C: $4 UID FETCH 4 (UID BINARY.SIZE[2] BINARY.PEEK[2]<0.1048576>)\n"
#define RAW(variable)                                                                              \
  "C: $" variable " UID FETCH 4 (UID BODY.PEEK[2]<0.1048576>)\n"                                   \
  "S: * 1 FETCH (UID 4 BODY[2]<0> \"YQBi\")\n"                                                     \
  "S: $" variable " OK\n"

/* What is read is always three octets: a, NUL, b. */
static const struct
{
  const char *name;
  const char *capabilities;
  const char *script;
} parts[] = {
  { "decoded", "BINARY",
    BASE64 DECODED
    "S-raw: * 1 FETCH (UID 4 BINARY.SIZE[2] 3 BINARY[2]<0> ~{3}\\r\\na\\x00b)\\r\\n\n"
    "S: $4 OK\n" },
  { "size-apart", "BINARY",
    BASE64 DECODED "S: * 1 FETCH (UID 4 BINARY.SIZE[2] 3)\n"
                   "S-raw: * 1 FETCH (UID 4 BINARY[2]<0> ~{3}\\r\\na\\x00b)\\r\\n\nS: $4 OK\n" },
  { "unknown-cte", "BINARY", BASE64 DECODED "S: $4 NO [UNKNOWN-CTE] cannot\n" RAW ("5") },
  { "bad", "BINARY", BASE64 DECODED "S: $4 BAD what\n" RAW ("5") },
  { "nil", "BINARY",
    BASE64 DECODED "S: * 1 FETCH (UID 4 BINARY.SIZE[2] 3 BINARY[2]<0> NIL)\nS: $4 OK\n" RAW ("5") },
  { "nothing", "BINARY", BASE64 DECODED "S: $4 OK\n" RAW ("5") },
  { "no-size", "BINARY",
    BASE64 DECODED
    "S-raw: * 1 FETCH (UID 4 BINARY[2]<0> ~{3}\\r\\na\\x00b)\\r\\n\nS: $4 OK\n" RAW ("5") },
  { "wrong-size", "BINARY",
    BASE64 DECODED
    "S-raw: * 1 FETCH (UID 4 BINARY.SIZE[2] 4 BINARY[2]<0> ~{3}\\r\\na\\x00b)\\r\\n\n"
    "S: $4 OK\n" RAW ("5") },
  { "other-piece", "BINARY",
    BASE64 DECODED
    "S-raw: * 1 FETCH (UID 4 BINARY.SIZE[2] 3 BINARY[2]<1> ~{3}\\r\\na\\x00b)\\r\\n\n"
    "S: $4 OK\n" RAW ("5") },
  { "not-decoded", "BINARY",
    BASE64 DECODED
    "S: * 1 FETCH (UID 4 BINARY.SIZE[2] 3 BODY[2]<0> \"YQBi\")\nS: $4 OK\n" RAW ("5") },
  { "mail-inside", "BINARY", MESSAGE RAW ("4") },
  { "without", "IDLE", BASE64 RAW ("4") },
  { "plain", "BINARY",
    PLAIN "C: $4 UID FETCH 4 (UID BODY.PEEK[2]<0.1048576>)\n"
          "S-raw: * 1 FETCH (UID 4 BODY[2]<0> {3}\\r\\na\\x00b)\\r\\n\nS: $4 OK\n" },
};

static GImapTransporter *
connect_to (ScriptedPeer *peer)
{
  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
                       (guint) scripted_peer_get_port (peer), "user", "me", "password", "secret",
                       "accept-unsecure-connection", TRUE, "response-timeout", 2, NULL);
}

static void
select_inbox (GImapTransporter *transporter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

  g_assert_no_error (error);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GInputStream *
open_part (GImapTransporter *transporter, gboolean is_async, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!is_async)
    return g_imap_transporter_open_part (transporter, "4", "2", NULL, error);

  g_imap_transporter_open_part_async (transporter, "4", "2", NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_imap_transporter_open_part_finish (transporter, result, error);
}

static void
test_part (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data) / 2;
  g_autofree char *script = g_strdup_printf (SELECTED ("%s") "%s", parts[i].capabilities,
                                             parts[i].capabilities, parts[i].script);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_CHUNK_RANDOM);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  char content[10];
  gsize n_read = 0;

  select_inbox (transporter);
  stream = open_part (transporter, GPOINTER_TO_UINT (data) % 2 != 0, &error);
  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (stream, content, sizeof content, &n_read, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (content, n_read, "a\0b", 3);
  scripted_peer_assert_done (peer);
}

#define FIRST_PIECE                                                                                \
  BASE64 DECODED "S-raw: * 1 FETCH (UID 4 BINARY.SIZE[2] 1048579 BINARY[2]<0> ~{1048576}\\r\\n\n"  \
                 "S-fill: 1048576 x\nS: )\nS: $4 OK\n"                                             \
                 "C: $5 UID FETCH 4 (UID BINARY.PEEK[2]<1048576.1048576>)\n"

/* A part of more than one piece: its size was told, and it has to keep to it. */
static void
read_large (const char *answer, int code)
{
  g_autofree char *script = g_strconcat (SELECTED ("BINARY"), FIRST_PIECE, answer, NULL);
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (script, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = g_malloc (2000000);
  gsize n_read = 0;
  gboolean is_read;

  select_inbox (transporter);
  stream = open_part (transporter, FALSE, &error);
  g_assert_no_error (error);
  is_read = g_input_stream_read_all (stream, content, 2000000, &n_read, NULL, &error);
  scripted_peer_assert_done (peer);
  if (code == 0)
    {
      g_assert_no_error (error);
      g_assert_true (is_read);
      g_assert_cmpuint (n_read, ==, 1048579);
      g_assert_cmpmem (content + 1048576, 3, "\0\r\n", 3);
    }
  else
    {
      g_assert_error (error, G_IMAP_ERROR, code);
      g_assert_cmpuint (n_read, ==, 1048576);
    }
}

static void
test_pieces (void)
{
  read_large ("S-raw: * 1 FETCH (UID 4 BINARY[2]<1048576> ~{3}\\r\\n\\x00\\r\\n)\\r\\n\nS: $5 OK\n",
              0);
  read_large ("S-raw: * 1 FETCH (UID 4 BINARY[2]<1048576> ~{2}\\r\\n\\x00\\r)\\r\\n\nS: $5 OK\n",
              G_IMAP_ERROR_PROTOCOL);
  read_large ("S: $5 NO [UNKNOWN-CTE] after all\n", G_IMAP_ERROR_NO);
}

/* A server may decode a large part from its beginning for each piece: it is not asked to. */
static void
test_large_is_raw (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("BINARY") BASE64 DECODED
      "S-raw: * 1 FETCH (UID 4 BINARY.SIZE[2] 9000000 BINARY[2]<0> ~{1048576}\\r\\n\n"
      "S-fill: 1048576 x\nS: )\nS: $4 OK\n" RAW ("5"),
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  char content[10];
  gsize n_read = 0;

  select_inbox (transporter);
  stream = open_part (transporter, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (stream, content, sizeof content, &n_read, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (content, n_read, "a\0b", 3);
  scripted_peer_assert_done (peer);
}

/* A server that hangs up on BINARY is not asked for it again, by this call or the next one. */
static void
test_hangs_up (void)
{
  static const char *const scripts[] = {
    SELECTED ("BINARY") BASE64 DECODED "S: * BYE FETCH failed\ncut\n",
    SELECTED ("BINARY") RAW ("3") "C: $5 UID FETCH 4 (UID BODY.PEEK[2.MIME]<0.1048576>)\n"
                                  "S-raw: * 1 FETCH (UID 4 BODY[2.MIME]<0> "
                                  "{37}\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\n)\\r\\n\n"
                                  "S: $5 OK\n" RAW ("6"),
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);

  select_inbox (transporter);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GInputStream) stream = open_part (transporter, FALSE, &error);
      char content[10];
      gsize n_read = 0;

      g_assert_no_error (error);
      g_assert_true (
          g_input_stream_read_all (stream, content, sizeof content, &n_read, NULL, &error));
      g_assert_cmpmem (content, n_read, "a\0b", 3);
    }
  scripted_peer_assert_done (peer);
}

/* A literal of octets has the limit of any other. */
static void
test_limit (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      SELECTED ("BINARY") BASE64 DECODED
      "S-raw: * 1 FETCH (UID 4 BINARY.SIZE[2] 3 BINARY[2]<0> ~{99999999999999999999}\\r\\n\n"
      "expect-close\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  select_inbox (transporter);
  stream = open_part (transporter, FALSE, &error);
  g_assert_null (stream);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
  scripted_peer_assert_done (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_strconcat ("/binary/part/", parts[i / 2].name,
                                           i % 2 ? "/async" : "/sync", NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_part);
    }
  g_test_add_func ("/binary/pieces", test_pieces);
  g_test_add_func ("/binary/large-is-raw", test_large_is_raw);
  g_test_add_func ("/binary/hangs-up", test_hangs_up);
  g_test_add_func ("/binary/limit", test_limit);

  return g_test_run ();
}

/* What the library builds, it reads; and nobody can write a field that he was not asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <glib/gstdio.h>
#include <string.h>

#define AUTOMATIC G_IMAP_CHARSET_MODE_AUTOMATIC

static GEmail *
from_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);
  GEmail *email;

  g_assert_no_error (error);
  email = g_email_new_from_json (node, &error);
  g_assert_no_error (error);

  return email;
}

static GEmail *
build_and_read (GEmail *email, GImapCharsetMode mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) mime = g_email_to_mime (email, mode, mode, &error);
  GEmail *read;

  g_assert_no_error (error);
  read = g_email_new_from_mime (mime, &error);
  g_assert_no_error (error);

  return read;
}

static char *
describe (JsonNode *node, const char *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), name);

  return member != NULL ? json_to_string (member, FALSE) : NULL;
}

static void
test_round_trip (void)
{
  static const char json[] =
      "{\"subject\":\"Grüße 会議 🎉\","
      "\"from\":{\"name\":\"Jürgen \\\"J\\\" Müller\",\"email\":\"j@example.com\"},"
      "\"to\":[\"a@example.com, Ben <b@example.com>\",{\"email\":\"c@example.com\"}],"
      "\"cc\":\"\\\"Example, Cleo\\\" <cleo@example.net>\",\"bcc\":\"d@example.org\","
      "\"replyTo\":\"r@example.com\",\"sender\":\"s@example.com\","
      "\"messageId\":\"m@example.com\",\"inReplyTo\":\"x@y\",\"references\":[\"x@y\",\"z@y\"],"
      "\"sendAt\":\"2026-01-05T10:00:00Z\",\"comments\":\"ä\","
      "\"textBody\":\"Zeile eins\\n\\nZeile = drei ä\\n\",\"htmlBody\":\"<p>ä</p>\\n\","
      "\"attachments\":[{\"name\":\"ü.bin\",\"content\":\"AAECAw==\",\"type\":\"application/x-y\"},"
      "{\"name\":\"p.png\",\"cid\":\"p@x\",\"content\":\"AAEC\",\"type\":\"image/png\"}]}";
  static const char *const members[] = {
    "subject",   "from",      "to",         "cc",     "bcc",      "replyTo",  "sender",
    "messageId", "inReplyTo", "references", "sendAt", "comments", "textBody", "htmlBody",
  };

  for (int mode = AUTOMATIC; mode <= G_IMAP_CHARSET_MODE_ISO_2022_JP; mode++)
    {
      g_autoptr (GEmail) email = from_json (json);
      g_autoptr (GEmail) read = build_and_read (email, mode);
      g_autoptr (JsonNode) before = g_email_to_json (email);
      g_autoptr (JsonNode) after = g_email_to_json (read);
      GListModel *attachments = g_email_get_attachments (read);
      g_autoptr (GMailAttachment) picture = g_list_model_get_item (attachments, 0);
      g_autoptr (GMailAttachment) file = g_list_model_get_item (attachments, 1);
      g_autoptr (GBytes) content = g_mail_attachment_get_content (file, NULL, NULL);

      for (guint i = 0; i < G_N_ELEMENTS (members); i++)
        {
          g_autofree char *one = describe (before, members[i]);
          g_autofree char *other = describe (after, members[i]);

          g_assert_nonnull (one);
          g_assert_cmpstr (one, ==, other);
        }
      g_assert_cmpuint (g_list_model_get_n_items (attachments), ==, 2);
      g_assert_cmpstr (g_mail_attachment_get_cid (picture), ==, "p@x");
      g_assert_cmpstr (g_mail_attachment_get_disposition (picture), ==, "inline");
      g_assert_cmpstr (g_mail_attachment_get_name (file), ==, "ü.bin");
      g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), "\0\1\2\3", 4);
    }
}

static void
check_name (const char *name, GImapCharsetMode mode)
{
  g_autoptr (GEmail) email = from_json ("{\"from\":\"a@b.c\"}");
  g_autoptr (GEmail) read = NULL;
  g_autoptr (GListStore) to = g_list_store_new (G_TYPE_EMAIL_ADDRESS);
  g_autoptr (GEmailAddress) address = g_email_address_new (name, "d@e.f");
  g_autoptr (GEmailAddress) again = NULL;

  g_list_store_append (to, address);
  g_email_set_to (email, G_LIST_MODEL (to));
  g_email_set_text_body (email, name);
  read = build_and_read (email, mode);
  again = g_list_model_get_item (g_email_get_to (read), 0);
  g_assert_cmpstr (g_email_address_get_name (again), ==, name);
  g_assert_cmpstr (g_email_get_text_body (read), ==, name);
}

/* Names that other readers, or our own, would take for something else when they stood there as they
 * are. The control characters of ISO 8859-1 are read as signs of windows-1252. */
static void
test_odd_names (void)
{
  g_autofree char *long_name = g_strnfill (1200, ',');
  const char *const names[] = { "two  spaces", "a,  b",     "=?utf-8?q?x?=",
                                "\"q\" \\",    "a\302\205", long_name };

  for (char *c = long_name + 50; *c != '\0' && c[1] != '\0'; c += 50)
    *c = ' ';
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (int mode = AUTOMATIC; mode <= G_IMAP_CHARSET_MODE_ISO_2022_JP; mode++)
      check_name (names[i], mode);
}

static void
test_odd_file_names (void)
{
  /* A file's name has no question marks. */
  static const char *const names[][2] = {
    { "=?utf-8?q?x?=", "=_utf-8_q_x_=" },
    { "two  spaces", "two  spaces" },
    { "a;b=c'd%41", "a;b=c'd%41" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *json = g_strdup_printf (
          "{\"from\":\"a@b.c\",\"attachments\":[{\"name\":\"%s\",\"content\":\"AAEC\"}]}",
          names[i][0]);
      g_autoptr (GEmail) email = from_json (json);
      g_autoptr (GEmail) read = build_and_read (email, AUTOMATIC);
      g_autoptr (GMailAttachment) file = g_list_model_get_item (g_email_get_attachments (read), 0);

      g_assert_cmpstr (g_mail_attachment_get_name (file), ==, names[i][1]);
    }
}

/* A type that does not fit into a line is none. */
static void
test_long_types (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *filler = g_strnfill (1200, 'x');
      g_autofree char *type = g_strconcat ("text/", i == 0 ? "" : "plain; a=", filler, NULL);
      g_autoptr (GBytes) content = g_bytes_new_static ("x", 1);
      g_autoptr (GMailAttachment)
          file = g_mail_attachment_new_from_bytes (content, "n", NULL, type, NULL);
      g_autoptr (GEmail) email = from_json ("{\"from\":\"a@b.c\"}");
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) mime = NULL;
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;

      g_email_add_attachment (email, file);
      mime = g_email_to_mime (email, AUTOMATIC, AUTOMATIC, &error);
      g_assert_no_error (error);
      text = g_strndup (g_bytes_get_data (mime, NULL), g_bytes_get_size (mime));
      g_assert_nonnull (strstr (text, "application/octet-stream"));
      lines = g_strsplit (text, "\r\n", -1);
      for (guint j = 0; lines[j] != NULL; j++)
        g_assert_cmpuint (strlen (lines[j]), <=, 998);
    }
}

static void
test_unchanged_bytes (void)
{
  static const char mime[] = "subject:  odd\n form\n\nbody";
  g_autoptr (GBytes) bytes = g_bytes_new_static (mime, sizeof mime - 1);
  g_autoptr (GEmail) email = g_email_new_from_mime (bytes, NULL);
  g_autoptr (GBytes) same = g_email_to_mime (email, AUTOMATIC, AUTOMATIC, NULL);
  g_autoptr (GEmail) changed = NULL;

  g_assert_true (g_bytes_equal (bytes, same));
  g_email_set_comments (email, "changed");
  changed = build_and_read (email, AUTOMATIC);
  g_assert_cmpstr (g_email_get_subject (changed), ==, "odd form");
  g_assert_cmpstr (g_email_get_comments (changed), ==, "changed");
  g_assert_cmpstr (g_email_get_text_body (changed), ==, "body");
}

/* Each mail of the corpus, made anew: what is read of it stays. */
static void
test_corpus_made_anew (void)
{
  static const char *const members[] = { "subject", "to",       "cc",       "bcc",       "replyTo",
                                         "sender",  "textBody", "htmlBody", "references" };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "mails", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GEmail) email = NULL;
      g_autoptr (GEmail) read = NULL;
      g_autoptr (JsonNode) before = NULL;
      g_autoptr (JsonNode) after = NULL;
      char *content;
      gsize length;

      g_assert_true (g_file_get_contents (file, &content, &length, NULL));
      bytes = g_bytes_new_take (content, length);
      email = g_email_new_from_mime (bytes, NULL);
      g_email_set_keywords (email, NULL);
      read = build_and_read (email, AUTOMATIC);
      before = g_email_to_json (email);
      after = g_email_to_json (read);
      for (guint i = 0; i < G_N_ELEMENTS (members); i++)
        {
          g_autofree char *one = describe (before, members[i]);
          g_autofree char *other = describe (after, members[i]);

          g_test_message ("%s %s", name, members[i]);
          g_assert_cmpstr (one, ==, other);
        }
      g_assert_cmpuint (g_list_model_get_n_items (g_email_get_attachments (email)), ==,
                        g_list_model_get_n_items (g_email_get_attachments (read)));
    }
}

/* M16 */
static void
test_injection (void)
{
  static const char *const evils[] = {
    "a\r\nBcc: eve@example.com", "a\nb", "a\rb", "a\001b", "a\177b", "a\r\n b", "\303"
  };
  static const char *const texts[] = { "subject", "message-id", "in-reply-to", "comments" };
  static const char *const lists[] = { "from", "sender", "reply-to", "to", "cc", "bcc" };

  for (guint i = 0; i < G_N_ELEMENTS (evils); i++)
    {
      const char *const references[] = { evils[i], NULL };
      g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

      for (guint j = 0; j < G_N_ELEMENTS (texts) + 2 * G_N_ELEMENTS (lists) + 7; j++)
        {
          g_autoptr (GEmail) email = g_email_new ();
          g_autoptr (GListStore) store = NULL;
          g_autoptr (GObject) item = NULL;
          g_autoptr (GError) error = NULL;
          guint k = j;

          if (k < G_N_ELEMENTS (texts))
            g_object_set (email, texts[k], evils[i], NULL);
          else if ((k -= G_N_ELEMENTS (texts)) < 2 * G_N_ELEMENTS (lists))
            {
              store = g_list_store_new (G_TYPE_EMAIL_ADDRESS);
              item = G_OBJECT (k % 2 == 0 ? g_email_address_new ("name", evils[i]) :
                                            g_email_address_new (evils[i], "a@example.com"));
              g_list_store_append (store, item);
              g_object_set (email, lists[k / 2], store, NULL);
            }
          else if ((k -= 2 * G_N_ELEMENTS (lists)) == 0)
            g_email_set_references (email, references);
          else if (k <= 2)
            {
              store = g_list_store_new (G_TYPE_EMAIL_HEADER);
              item = G_OBJECT (k == 1 ? g_email_header_new ("X-Name", evils[i]) :
                                        g_email_header_new (evils[i], "value"));
              g_list_store_append (store, item);
              g_email_set_headers (email, G_LIST_MODEL (store));
            }
          else if (k <= 4)
            {
              item = G_OBJECT (
                  k == 3 ? g_mail_attachment_new_from_bytes (bytes, evils[i], NULL, "a/b", NULL) :
                           g_mail_attachment_new_from_bytes (bytes, "n", evils[i], "a/b", NULL));
              g_email_add_attachment (email, G_MAIL_ATTACHMENT (item));
            }
          else if (k == 5)
            {
              g_autofree char *type = g_strconcat ("a/", evils[i], NULL);

              item = G_OBJECT (g_mail_attachment_new_from_bytes (bytes, "n", NULL, type, NULL));
              g_email_add_attachment (email, G_MAIL_ATTACHMENT (item));
            }
          else if (evils[i][0] == '\303')
            g_email_set_text_body (email, evils[i]);
          else
            continue;

          g_test_message ("%u %u", i, j);
          g_assert_null (g_email_to_mime (email, AUTOMATIC, AUTOMATIC, &error));
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
        }
    }
}

static GEmail *
new_to (const char *address)
{
  g_autoptr (GEmailAddress) item = g_email_address_new (NULL, address);
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_EMAIL_ADDRESS);
  GEmail *email = g_email_new ();

  g_list_store_append (store, item);
  g_email_set_to (email, G_LIST_MODEL (store));

  return email;
}

static void
test_unlawful_addresses (void)
{
  g_autofree char *long_local = g_strnfill (500, 'a');
  g_autofree char *too_long = g_strdup_printf ("%s@%s", long_local, long_local);
  const char *const evils[] = { "",
                                "a b@example.com",
                                "a@example.com, eve@example.com",
                                "a@example.com>, <eve@example.com",
                                "a@b@c",
                                "a@",
                                "@b",
                                "a(b)@c",
                                "g:a@b;",
                                "\"a\" \"b\"@c",
                                "\"a\", \"b\"@c",
                                "\"a\\\"@c",
                                "\"a>\"@c",
                                "ä@example.com",
                                "a@[1.2.3.4], b@[c]",
                                "a@[1.2.3.4]:b]",
                                "a@[[1.2.3.4]",
                                "a@[]",
                                "a@[>]",
                                too_long };

  for (guint i = 0; i < G_N_ELEMENTS (evils); i++)
    {
      g_autoptr (GEmail) email = new_to (evils[i]);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", evils[i]);
      g_assert_null (g_email_to_mime (email, AUTOMATIC, AUTOMATIC, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_lawful_addresses (void)
{
  static const char *const lawful[] = {
    "a@example.com",       "a+b.c@sub.example.com", "root",
    "=?utf-8?q?root?=",    "\"a b\"@example.com",   "\"a, b\"@example.com",
    "\"a@b\"@example.com", "a@[192.0.2.1]",         "a@[IPv6:2001:db8::1]"
  };

  for (guint i = 0; i < G_N_ELEMENTS (lawful); i++)
    {
      g_autoptr (GEmail) email = new_to (lawful[i]);
      g_autoptr (GEmail) read = build_and_read (email, AUTOMATIC);
      g_autoptr (GEmailAddress) address = NULL;

      g_test_message ("%s", lawful[i]);
      g_assert_cmpuint (g_list_model_get_n_items (g_email_get_to (read)), ==, 1);
      address = g_list_model_get_item (g_email_get_to (read), 0);
      g_assert_cmpstr (g_email_address_get_email (address), ==, lawful[i]);
      g_assert_null (g_email_address_get_name (address));
    }
}

static void
test_set_addresses (void)
{
  static const struct
  {
    const char *field;
    const char *text;
    int n; /* -1 for an error */
  } rows[] = {
    { "to", "", 0 },
    { "to", "a@b", 1 },
    { "cc", "Ada <a@b>, \"B, C\" <d@e>", 2 },
    { "from", "Ada Example", -1 },
    { "from", "a@", -1 },
    { "from", "@b", -1 },
    { "from", "a@b\r\nBcc: c@d", -1 },
    { "from", "\303", -1 },
    { "subject", "a@b", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GEmail) email = g_email_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) list = NULL;

      g_assert_cmpint (g_email_set_addresses (email, rows[i].field, rows[i].text, &error), ==,
                       rows[i].n >= 0);
      if (rows[i].n < 0)
        {
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      g_object_get (email, rows[i].field, &list, NULL);
      g_assert_cmpuint (g_list_model_get_n_items (list), ==, rows[i].n);
    }
}

static void
test_bad_json (void)
{
  static const char *const bad[] = {
    "[]",
    "{\"subject\":1}",
    "{\"subject\":[\"a\"]}",
    "{\"sendAt\":\"yesterday\"}",
    "{\"references\":\"a\"}",
    "{\"references\":[1]}",
    "{\"keywords\":{\"a\":1}}",
    "{\"keywords\":1}",
    "{\"to\":1}",
    "{\"to\":[1]}",
    "{\"to\":[null]}",
    "{\"to\":{\"name\":\"a\"}}",
    "{\"to\":\"nobody\"}",
    "{\"headers\":{}}",
    "{\"headers\":[1]}",
    "{\"headers\":[{\"name\":\"a\"}]}",
    "{\"attachments\":{}}",
    "{\"attachments\":[{\"path\":\"/etc/passwd\"}]}",
    "{\"attachments\":[{\"content\":1}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (bad[i], NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (g_email_new_from_json (node, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_good_json (void)
{
  g_autoptr (GEmail) email = from_json ("{\"subject\":null,\"keywords\":{\"$seen\":true,"
                                        "\"$draft\":false},\"unknown\":1,\"size\":7}");
  g_autoptr (GEmail) listed = from_json ("{\"keywords\":[\"a\",\"b\"]}");

  g_assert_null (g_email_get_subject (email));
  g_assert_cmpuint (g_strv_length ((char **) g_email_get_keywords (email)), ==, 1);
  g_assert_cmpstr (g_email_get_keywords (email)[0], ==, "$seen");
  g_assert_cmpuint (g_strv_length ((char **) g_email_get_keywords (listed)), ==, 2);
}

static void
test_missing_file (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GEmail) email = g_email_new ();
  g_autoptr (GMailAttachment) file = NULL;

  g_assert_cmpint (g_file_open_tmp (NULL, &path, &error), >=, 0);
  file = g_mail_attachment_new_from_path (path, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_email_add_attachment (email, file);
  g_assert_null (g_email_to_mime (email, AUTOMATIC, AUTOMATIC, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/build/round-trip", test_round_trip);
  g_test_add_func ("/build/odd-names", test_odd_names);
  g_test_add_func ("/build/odd-file-names", test_odd_file_names);
  g_test_add_func ("/build/long-types", test_long_types);
  g_test_add_func ("/build/unchanged-bytes", test_unchanged_bytes);
  g_test_add_func ("/build/corpus-made-anew", test_corpus_made_anew);
  g_test_add_func ("/build/M16-injection", test_injection);
  g_test_add_func ("/build/unlawful-addresses", test_unlawful_addresses);
  g_test_add_func ("/build/lawful-addresses", test_lawful_addresses);
  g_test_add_func ("/build/set-addresses", test_set_addresses);
  g_test_add_func ("/build/bad-json", test_bad_json);
  g_test_add_func ("/build/good-json", test_good_json);
  g_test_add_func ("/build/missing-file", test_missing_file);

  return g_test_run ();
}

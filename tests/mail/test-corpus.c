/* Every mail of tests/data/mails gives what is expected of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

#include <string.h>

typedef struct
{
  const char *file;
  const char *subject;
  const char *from;        /* "name <email>" of each, with commas */
  const char *text;        /* NULL for none */
  const char *html;        /* the beginning; NULL for none */
  const char *attachments; /* "name type disposition size" of each, with semicolons */
  gboolean is_problem;     /* of any part */
} Expected;

#define ADA "Ada Example <ada@example.com>"
#define BARE "<ada@example.com>"
#define DUMMY_PNG "image/png inline 1796"

static const Expected table[] = {
  { "ascii-plain", "Lunch on Friday", ADA, "Hello Ben,\n\nshall we meet at noon?\n\nAda\n", NULL,
    "", FALSE },
  { "utf8-8bit", "Grüße aus Köln", "Jürgen Müller <juergen@example.com>",
    "Schöne Grüße — bis bald.\n", NULL, "", FALSE },
  { "latin1-qp", "Déjà vu", ADA,
    "Le café est prêt. Une ligne assez longue pour être coupée par un retour doux, n'est-ce pas, "
    "même "
    "ici.\n",
    NULL, "", FALSE },
  { "latin9-qp", "Price", ADA, "It costs 20 € and an œuf.\n", NULL, "", FALSE },
  { "windows1252", "Quotes", ADA, "“Smart” quotes – and a € sign…\n", NULL, "", FALSE },
  { "latin1-really-1252", "Mislabelled", ADA, "It’s “really” windows-1252\n", NULL, "", FALSE },
  { "koi8-r", "Привет из Москвы", "Иван Пример <ivan@example.org>", "Добрый день!\n", NULL, "",
    FALSE },
  { "iso-2022-jp", "会議のお知らせ", ADA, "来週の会議は月曜日です。\n", NULL, "", FALSE },
  { "shift-jis", "見積書", ADA, "見積書を添付します。\n", NULL, "", FALSE },
  { "gb2312", "会议通知", ADA, "下周一开会。\n", NULL, "", FALSE },
  { "gb18030", "镕基𠮷", ADA, "名字里有生僻字：𠮷。\n", NULL, "", FALSE },
  { "big5", "開會通知", ADA, "下週一開會。\n", NULL, "", FALSE },
  { "euc-kr", "회의 안내", ADA, "다음 주 월요일에 회의가 있습니다.\n", NULL, "", FALSE },
  { "arabic", "دعوة إلى الاجتماع", ADA, "مرحبا بكم.\n", NULL, "", FALSE },
  { "hebrew", "הזמנה לפגישה", ADA, "שלום לכולם.\n", NULL, "", FALSE },
  { "emoji-subject", "Party 🎉 tonight 🥳 bring 🍰", ADA, "See you 👋\n", NULL, "", FALSE },
  { "long-folded-subject",
    "Ein sehr langer Betreff mit Umlauten äöü, der über mehrere Zeilen geht (end)", ADA, "Body.\n",
    NULL, "", FALSE },
  { "split-character", "Übergröße", ADA, "Body.\n", NULL, "", FALSE },
  { "alternative", "Newsletter", ADA, "Plain news.\n", "<html><head><title>no", "", FALSE },
  { "html-only", "Only HTML", ADA, NULL, "<p>Hello &lt;world&gt;</p>", "", FALSE },
  { "related-cid", "Picture inside", ADA, NULL, "<p>Look: <img src=\"cid:pic1@example.com\">",
    "chart.png " DUMMY_PNG ";photo.jpg image/jpeg inline 161", FALSE },
  { "mixed-pdf", "Your invoice", ADA, "Please find the invoice attached – thank you.\n", NULL,
    "invoice-2026-017.pdf application/pdf attachment 596", FALSE },
  { "full-tree", "Everything", ADA, "The text.\n\nA footer from the list.\n", "<p>The <img",
    "- " DUMMY_PNG ";list.csv text/csv attachment 10", FALSE },
  { "rfc2231-names", "Names", ADA, "Files.\n", NULL,
    "€ rates.txt application/octet-stream attachment 3;"
    "Schöne Grüße.txt application/octet-stream attachment 3;"
    "übersicht.txt application/octet-stream attachment 3;"
    "two.txt application/octet-stream attachment 3",
    FALSE },
  { "forwarded-message", "Fwd: The inner one", ADA, "See below.\n", NULL,
    "inner.eml message/rfc822 attachment 2779", FALSE },
  { "signed", "Signed", ADA, "I really wrote this.\n", NULL,
    "signature.asc application/pgp-signature attachment 116", FALSE },
  { "calendar-invite", "Invitation: Planning", ADA, "Planning, Monday 10:00\n", "<p>Planning</p>",
    "- text/calendar attachment 199", FALSE },
  { "delivery-report", "Delivery failed", "Mail Delivery System <MAILER-DAEMON@example.com>",
    "Your mail could not be delivered.\n", NULL,
    "- message/delivery-status attachment 114;- text/rfc822-headers attachment 72", FALSE },
  { "format-flowed", "Flowed", ADA,
    "This paragraph is flowed \nover two lines.\n> A quotation \n> that flows.\n-- \nAda\n", NULL,
    "", FALSE },
  { "threaded", "Re: Lunch on Friday", ADA, "Noon is fine.\n", NULL, "", FALSE },
  { "empty-body", "Nothing", BARE, "", NULL, "", FALSE },
  { "headers-only", "Headers only", BARE, "", NULL, "", FALSE },
  { "no-final-newline", "No newline", BARE, "last line", NULL, "", FALSE },
  { "lf-line-ends", "Unix lines", ADA, "One\nTwo\n", NULL, "", FALSE },
  { "cr-line-ends", "Old Mac lines", ADA, "One\nTwo\n", NULL, "a.txt text/plain attachment 9",
    FALSE },
  { "no-end-boundary", "Cut off", ADA, "The text is whole.\n", NULL,
    "half.png image/png attachment 296", FALSE },
  { "unknown-charset", "=?x-klingon?Q?qapla=27?= yes", ADA, "Grüße trotzdem.\n", NULL, "", TRUE },
  { "wrong-charset", "Says utf-8", ADA, "Gr\357\277\275\357\277\275e in latin-1.\n", NULL, "",
    TRUE },
  { "header-8bit", "Café um acht", "Jürgen <j@example.com>", "Body.\n", NULL, "", FALSE },
  { "invalid-base64", "Junk in base64", ADA, "Hello world!!", NULL, "", TRUE },
  { "unknown-encoding", "Unknown encoding", ADA, "Uryyb\n", NULL, "", TRUE },
  { "nested-deep", "Deep", ADA, "At the bottom.\n", NULL, "", FALSE },
  { "duplicate-from", "Two authors in two fields", ADA ", Eve <eve@example.net>", "Which one?\n",
    NULL, "", FALSE },
  { "no-from", "Nobody", "", "Who was it?\n", NULL, "", FALSE },
  { "no-date", "Timeless", ADA, "When was it?\n", NULL, "", FALSE },
  { "bad-date", "Strange time", ADA, "When was it?\n", NULL, "", FALSE },
  { "group-address", "To a group", ADA, "Hello all.\n", NULL, "", FALSE },
  { "no-subject", NULL, ADA, "No subject at all.\n", NULL, "", FALSE },
  { "bad-fields", "Survives", BARE, "Body.\n", NULL, "", FALSE },
  { "boundary-prefix", "Prefix", ADA, "Inner\n--aabc is text", NULL,
    "o.txt text/plain attachment 5", FALSE },
  { "uuencode", "uu", ADA, "Old times.\n", NULL, "cat.txt application/octet-stream attachment 3",
    FALSE },
};

static GEmail *
load (const char *name)
{
  g_autofree char *file_name = g_strconcat (name, ".eml", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "mails", file_name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GEmail *email;
  char *content;
  gsize length;

  g_file_get_contents (path, &content, &length, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (content, length);
  email = g_email_new_from_mime (bytes, &error);
  g_assert_no_error (error);

  return email;
}

static char *
describe_addresses (GListModel *addresses)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (addresses); i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, i);
      const char *name = g_email_address_get_name (address);
      const char *email = g_email_address_get_email (address);

      g_string_append_printf (text, "%s%s%s<%s>", i > 0 ? ", " : "", name != NULL ? name : "",
                              name != NULL ? " " : "", email != NULL ? email : "");
    }

  return g_string_free (text, FALSE);
}

static char *
describe_attachments (GListModel *attachments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (attachments); i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (attachments, i);
      g_autoptr (GBytes) content = g_mail_attachment_get_content (attachment, NULL, NULL);
      const char *name = g_mail_attachment_get_name (attachment);

      g_assert_nonnull (content);
      g_assert_cmpuint (g_mail_attachment_get_size (attachment), ==, g_bytes_get_size (content));
      g_string_append_printf (
          text, "%s%s %s %s %" G_GSIZE_FORMAT, i > 0 ? ";" : "", name != NULL ? name : "-",
          g_mail_attachment_get_content_type (attachment),
          g_mail_attachment_get_disposition (attachment), g_bytes_get_size (content));
    }

  return g_string_free (text, FALSE);
}

static gboolean
has_problem (GEmailBodyPart *part)
{
  GListModel *parts = g_email_body_part_get_sub_parts (part);

  for (guint i = 0; i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr (GEmailBodyPart) child = g_list_model_get_item (parts, i);

      if (has_problem (child))
        return TRUE;
    }

  return g_email_body_part_get_is_encoding_problem (part);
}

static void
test_row (gconstpointer data)
{
  const Expected *expected = data;
  g_autoptr (GEmail) email = load (expected->file);
  g_autofree char *from = describe_addresses (g_email_get_from (email));
  g_autofree char *attachments = describe_attachments (g_email_get_attachments (email));
  const char *html = g_email_get_html_body (email);

  g_assert_cmpstr (g_email_get_subject (email), ==, expected->subject);
  g_assert_cmpstr (from, ==, expected->from);
  g_assert_cmpstr (g_email_get_text_body (email), ==, expected->text);
  g_assert_cmpint (html != NULL, ==, expected->html != NULL);
  if (html != NULL && !g_str_has_prefix (html, expected->html))
    g_assert_cmpstr (html, ==, expected->html);
  g_assert_cmpstr (attachments, ==, expected->attachments);
  g_assert_cmpint (has_problem (g_email_get_body_structure (email)), ==, expected->is_problem);
}

static void
test_all_files_are_known (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "mails", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_suffix (name, ".eml"))
      n++;
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (table));
}

static void
test_dates (void)
{
  g_autoptr (GEmail) plain = load ("ascii-plain");
  g_autoptr (GEmail) bad = load ("bad-date");
  g_autoptr (GEmail) none = load ("no-date");
  g_autofree char *text = g_date_time_format_iso8601 (g_email_get_send_at (plain));

  g_assert_cmpstr (text, ==, "2026-01-06T10:01:00+01");
  g_assert_null (g_email_get_send_at (bad));
  g_assert_null (g_email_get_send_at (none));
  g_assert_null (g_email_get_received_at (plain));
  g_assert_cmpuint (g_email_get_size (plain), >, 300);
}

static void
test_addresses (void)
{
  g_autoptr (GEmail) email = load ("group-address");
  g_autoptr (GEmail) plain = load ("ascii-plain");
  g_autofree char *to = describe_addresses (g_email_get_to (email));
  g_autofree char *cc = describe_addresses (g_email_get_cc (email));
  g_autofree char *reply_to = describe_addresses (g_email_get_reply_to (plain));

  g_assert_cmpstr (to, ==, "Ben <ben@example.org>, <cleo@example.net>");
  g_assert_cmpstr (cc, ==, "Doe, Jane <jane@example.com>, Max <max@example.com>");
  g_assert_cmpstr (reply_to, ==, "Lunch Desk <lunch@example.com>");
  g_assert_cmpuint (g_list_model_get_n_items (g_email_get_sender (plain)), ==, 0);
}

static void
test_thread_fields (void)
{
  g_autoptr (GEmail) email = load ("threaded");
  const char *const *references = g_email_get_references (email);
  g_autofree char *sender = describe_addresses (g_email_get_sender (email));
  g_autofree char *bcc = describe_addresses (g_email_get_bcc (email));
  GListModel *headers = g_email_get_headers (email);
  g_autoptr (GEmailHeader) first = g_list_model_get_item (headers, 0);

  g_assert_cmpstr (g_email_get_message_id (email), ==, "030.corpus@example.com");
  g_assert_cmpstr (g_email_get_in_reply_to (email), ==, "001.corpus@example.com");
  g_assert_cmpuint (g_strv_length ((char **) references), ==, 2);
  g_assert_cmpstr (references[0], ==, "000.corpus@example.com");
  g_assert_cmpstr (references[1], ==, "001.corpus@example.com");
  g_assert_cmpstr (g_email_get_comments (email), ==, "only a test");
  g_assert_cmpstr (sender, ==, "Desk <desk@example.com>");
  g_assert_cmpstr (bcc, ==, "<secret@example.net>");
  g_assert_cmpuint (g_list_model_get_n_items (headers), ==, 10);
  g_assert_cmpstr (g_email_header_get_name (first), ==, "From");
  g_assert_cmpstr (g_email_header_get_value (first), ==, "Ada Example <ada@example.com>");
}

static void
print_tree (GEmailBodyPart *part, GString *text)
{
  GListModel *parts = g_email_body_part_get_sub_parts (part);

  g_string_append_printf (text, "%s:%s", g_email_body_part_get_part_id (part),
                          g_email_body_part_get_content_type (part));
  if (g_list_model_get_n_items (parts) == 0)
    return;

  g_string_append_c (text, '(');
  for (guint i = 0; i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr (GEmailBodyPart) child = g_list_model_get_item (parts, i);

      if (i > 0)
        g_string_append_c (text, ' ');
      print_tree (child, text);
    }
  g_string_append_c (text, ')');
}

static void
test_trees (void)
{
  static const struct
  {
    const char *file;
    const char *tree;
  } trees[] = {
    { "ascii-plain", "1:text/plain" },
    { "full-tree", ":multipart/mixed(1:multipart/alternative(1.1:text/plain 1.2:multipart/related("
                   "1.2.1:text/html 1.2.2:image/png)) 2:text/csv 3:text/plain)" },
    { "forwarded-message", ":multipart/mixed(1:text/plain 2:message/rfc822(2.TEXT:multipart/mixed("
                           "2.1:text/plain 2.2:image/png)))" },
    { "boundary-prefix", ":multipart/mixed(1:multipart/mixed(1.1:text/plain) 2:text/plain)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (trees); i++)
    {
      g_autoptr (GEmail) email = load (trees[i].file);
      g_autoptr (GString) text = g_string_new (NULL);

      print_tree (g_email_get_body_structure (email), text);
      g_assert_cmpstr (text->str, ==, trees[i].tree);
    }
}

static void
test_body_part (void)
{
  g_autoptr (GEmail) email = load ("related-cid");
  GListModel *parts = g_email_body_part_get_sub_parts (g_email_get_body_structure (email));
  g_autoptr (GEmailBodyPart) html = g_list_model_get_item (parts, 0);
  g_autoptr (GEmailBodyPart) picture = g_list_model_get_item (parts, 1);
  g_autofree char *text = g_email_body_part_dup_text (html);
  g_autofree char *no_text = g_email_body_part_dup_text (picture);
  g_autoptr (GBytes) raw = g_email_body_part_dup_raw (picture);
  GListModel *headers = g_email_body_part_get_headers (picture);
  g_autofree char *type = NULL;
  guint64 size;

  g_assert_true (g_str_has_prefix (text, "<p>Look"));
  g_assert_null (no_text);
  g_assert_true (g_str_has_prefix (g_bytes_get_data (raw, NULL), "iVBORw0KGgo"));
  g_assert_cmpuint (g_list_model_get_n_items (headers), ==, 4);
  g_assert_cmpstr (g_email_body_part_get_name (picture), ==, "chart.png");
  g_assert_cmpstr (g_email_body_part_get_encoding (picture), ==, "base64");
  g_assert_cmpstr (g_email_body_part_get_disposition (picture), ==, "inline");
  g_assert_cmpstr (g_email_body_part_get_charset (html), ==, "us-ascii");
  g_object_get (picture, "content-type", &type, "size", &size, NULL);
  g_assert_cmpstr (type, ==, "image/png");
  g_assert_cmpuint (size, ==, g_bytes_get_size (raw));
}

static void
test_previews (void)
{
  g_autoptr (GEmail) plain = load ("ascii-plain");
  g_autoptr (GEmail) html = load ("html-only");
  g_autoptr (GEmail) both = load ("alternative");

  g_assert_cmpstr (g_email_get_preview (plain), ==, "Hello Ben, shall we meet at noon? Ada");
  g_assert_cmpstr (g_email_get_preview (html), ==, "Hello <world> Second line €");
  g_assert_cmpstr (g_email_get_preview (both), ==, "Plain news.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *path = g_strconcat ("/corpus/", table[i].file, NULL);

      g_test_add_data_func (path, &table[i], test_row);
    }
  g_test_add_func ("/corpus/all-files-are-known", test_all_files_are_known);
  g_test_add_func ("/corpus/dates", test_dates);
  g_test_add_func ("/corpus/addresses", test_addresses);
  g_test_add_func ("/corpus/thread-fields", test_thread_fields);
  g_test_add_func ("/corpus/trees", test_trees);
  g_test_add_func ("/corpus/body-part", test_body_part);
  g_test_add_func ("/corpus/previews", test_previews);

  return g_test_run ();
}

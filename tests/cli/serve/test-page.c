/* The pages of `gimap4d serve`: from mails to HTML, without a server.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <string.h>

#include <glib/gstdio.h>

#include "gimap4d/cli/serve/page-html.h"
#include "gimap4d/cli/serve/page-letter.h"
#include "gimap4d/cli/serve/page-list.h"
#include "gimap4d/cli/serve/page-mail.h"
#include "gimap4d/cli/serve/page-notice.h"
#include "gimap4d/cli/serve/page-text.h"

#define HOSTILE "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&"
#define HOSTILE_ESCAPED                                                                            \
  "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&amp;"

typedef struct
{
  const char *input;
  const char *expected;
} Case;

static void
check_cases (const Case *cases, gsize n_cases, void (*add) (GString *html, const char *text))
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autoptr (GString) html = g_string_new (NULL);

      add (html, cases[i].input);
      g_assert_cmpstr (html->str, ==, cases[i].expected);
    }
}

static void
add_escaped (GString *html, const char *text)
{
  page_html_add (html, "<p>%s</p>", text);
}

static void
test_escape (void)
{
  const Case cases[] = {
    { "", "<p></p>" },
    { NULL, "<p></p>" },
    { "a & b", "<p>a &amp; b</p>" },
    { HOSTILE, "<p>" HOSTILE_ESCAPED "</p>" },
    { "&amp;", "<p>&amp;amp;</p>" },
    { "100 %s %n", "<p>100 %s %n</p>" },
    { "tab\tline\n", "<p>tab\tline\n</p>" },
    { "\x01\x1b[31m\x7f", "<p>\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd</p>" },
    { "\xc2\x85", "<p>\xef\xbf\xbd</p>" },
    { "a\xff\xfe<", "<p>a\xef\xbf\xbd\xef\xbf\xbd&lt;</p>" },
    { "日本 é", "<p>日本 é</p>" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), add_escaped);
}

static void
test_format (void)
{
  g_autoptr (GString) html = g_string_new (NULL);

  page_html_add (html, "%u of %d: %s, 50 %%", 7u, -3, "<b>");
  g_assert_cmpstr (html->str, ==, "7 of -3: &lt;b&gt;, 50 %");
}

static char *
format (const char *text, guint number, const char *word)
{
  /* The compiler would not let these pass. */
  void (*const add) (GString *, const char *, ...) = page_html_add;
  GString *html = g_string_new (NULL);

  add (html, text, number, word);

  return g_string_free (html, FALSE);
}

/* What a translation may have made of "%u: %s", and what it must not. */
static void
test_translated_format (void)
{
  const Case cases[] = {
    { "%u: %s", "7: &lt;b&gt;" },
    { "%2$s: %1$u", "&lt;b&gt;: 7" },
    { "%1$u: %2$s, %2$s %%", "7: &lt;b&gt;, &lt;b&gt; %" },
    { "%1$u", "7" },
    { "%u", "7" },
    { "%%", "%" },
    { "<p>", "<p>" },
    /* Which argument these mean is not known. */
    { "<b>%2$s", "&lt;b&gt;%2$s" },
    { "%1$u %s", "%1$u %s" },
    { "%u %2$s", "%u %2$s" },
    { "%1$u %1$s", "%1$u %1$s" },
    { "%0$u", "%0$u" },
    { "%10$u", "%10$u" },
    { "%4294967297$u", "%4294967297$u" },
    { "%x %s", "%x %s" },
    { "%1u", "%1u" },
    { "%1$", "%1$" },
    { "50 %", "50 %" },
    { "%u %u %u %u %u %u %u %u %u %u", "%u %u %u %u %u %u %u %u %u %u" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *html = format (cases[i].input, 7, "<b>");

      g_assert_cmpstr (html, ==, cases[i].expected);
    }
}

#define LINK(url)                                                                                  \
  "<a href=\"" url "\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">" url "</a>"

static void
test_links (void)
{
  const Case cases[] = {
    { "See https://example.org/a.", "See " LINK ("https://example.org/a") ".\n" },
    { "(http://example.org/a_(b))", "(" LINK ("http://example.org/a_(b)") ")\n" },
    { "<https://example.org/?a=1&b=2>", "&lt;" LINK ("https://example.org/?a=1&amp;b=2") "&gt;\n" },
    { "HTTPS://EXAMPLE.ORG!", LINK ("HTTPS://EXAMPLE.ORG") "!\n" },
    { "mailto:a@example.org, b", LINK ("mailto:a@example.org") ", b\n" },
    { "https://bücher.example/ö", LINK ("https://bücher.example/ö") "\n" },
    { "https://a.example/\"onclick=\"alert(1)",
      LINK ("https://a.example/") "&quot;onclick=&quot;alert(1)\n" },
    { "https://a.example/'x", LINK ("https://a.example/&#39;x") "\n" },
    { "javascript:alert(1)", "javascript:alert(1)\n" },
    { "xhttps://a.example", "xhttps://a.example\n" },
    { "https:// and http://", "https:// and http://\n" },
    { "data:text/html,x file:///etc/passwd", "data:text/html,x file:///etc/passwd\n" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), page_text_add);
}

static void
test_quotes (void)
{
  const Case cases[] = {
    { "a\n> b\n> c\nd", "a\n<blockquote>b\nc\n</blockquote>d\n" },
    { ">> b\n> c", "<blockquote><blockquote>b\n</blockquote>c\n</blockquote>" },
    { "> > b", "<blockquote><blockquote>b\n</blockquote></blockquote>" },
    { "a\r\nb", "a\nb\n" },
    { "a\n-- \nAda", "a\n<div class=\"signature\">-- \nAda\n</div>" },
    { "> a\n> -- \n> Ada", "<blockquote>a\n-- \nAda\n</blockquote>" },
    { "> <script>", "<blockquote>&lt;script&gt;\n</blockquote>" },
    { ">>>>>>>>>> x", "<blockquote><blockquote><blockquote><blockquote><blockquote><blockquote>"
                      "<blockquote><blockquote>&gt;&gt; x\n</blockquote></blockquote></blockquote>"
                      "</blockquote></blockquote></blockquote></blockquote></blockquote>" },
    { "", "" },
  };

  check_cases (cases, G_N_ELEMENTS (cases), page_text_add);
}

static char *
find_picture (const char *content_id, gpointer data)
{
  return g_strcmp0 (content_id, "p1@x") == 0 ? g_strdup ("/part/\"1") : NULL;
}

static void
test_letter (void)
{
  const Case cases[] = {
    { "<p>Hi</p>", "<p>Hi</p>" },
    { "<img src='cid:p1@x'>", "<img src='/part/&quot;1'>" },
    { "<img src=cid:p1%40x>", "<img src=/part/&quot;1>" },
    { "<img src='cid:other'>", "<img src='cid:other'>" },
    { "<LINK rel=preconnect href=//a>", "<!LINK rel=preconnect href=//a>" },
    { "<meta http-equiv=refresh content=0>", "<!meta http-equiv=refresh content=0>" },
    { "<base href=//a>", "<!base href=//a>" },
    { "<iframe src=//a></iframe>", "<!iframe src=//a></iframe>" },
    { "<Frame src=//a><OBJECT data=//a>", "<!Frame src=//a><!OBJECT data=//a>" },
    { "<embed/src=//a>", "<!embed/src=//a>" },
    { "<basefont><metadata><linked>", "<basefont><metadata><linked>" },
    { "bad \xff", "bad \xef\xbf\xbd" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *letter = page_letter_prepare (cases[i].input, find_picture, NULL);

      g_assert_true (g_str_has_prefix (letter, "<!DOCTYPE html>"));
      g_assert_true (g_str_has_suffix (letter, cases[i].expected));
    }
}

static void
test_remote (void)
{
  const struct
  {
    const char *letter;
    gboolean is_remote;
  } cases[] = {
    { "<img src=\"https://a.example/x.png\">", TRUE },
    { "<IMG SRC = '//a.example/x.png'>", TRUE },
    { "<td background=http://a.example/x>", TRUE },
    { "<p style=\"background: url( 'https://a.example/x' )\">", TRUE },
    { "<svg><image href=\"https://a.example/x\"/></svg>", TRUE },
    { "<a href=\"https://a.example/\">a</a>", FALSE },
    { "<img src=\"cid:x\"><img src='data:image/png;base64,AA'>", FALSE },
    { "Look at https://a.example/", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (page_letter_has_remote (cases[i].letter), ==, cases[i].is_remote);
}

/* What makes careless expressions slow: it ends, and with the right result. */
static void
test_long_letters (void)
{
  const char *const units[] = { "<", "<a ", "src=    ", "url((((", "cid:", "<img ", "\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) letter = g_string_new (NULL);
      g_autofree char *prepared = NULL;

      while (letter->len < 300000)
        g_string_append (letter, units[i]);
      prepared = page_letter_prepare (letter->str, find_picture, NULL);
      g_assert_true (g_str_has_suffix (prepared, letter->str));
      g_assert_false (page_letter_has_remote (letter->str));
      g_assert_nonnull (page_letter_guess_size (letter->str));
    }
}

static void
test_boxes_in_links (void)
{
  const char *const names[] = {
    "INBOX", "a/b", "..", ".", "~x", "a?b#c%d", "日本語", "a b", "\"<>"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *link = page_link_box (names[i], NULL, 1);
      const char *segment = link + strlen ("/box/");
      g_autofree char *decoded = g_uri_unescape_string (segment, NULL);
      g_autofree char *name = page_box_from_link (decoded);

      g_assert_true (g_str_has_prefix (link, "/box/"));
      g_assert_null (strpbrk (segment, "/?#\"<> "));
      g_assert_cmpstr (segment, !=, "..");
      g_assert_cmpstr (name, ==, names[i]);
    }
}

static void
test_queries_in_links (void)
{
  const PageQuery query = { .text = "a&b=c", .is_whole = TRUE, .is_unread = TRUE };
  g_autofree char *link = page_link_box ("INBOX", &query, 3);

  g_assert_cmpstr (link, ==, "/box/INBOX?q=a%26b%3Dc&in=all&show=unread&page=3");
}

static GEmail *
new_mail (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  GEmail *mail = g_email_new_from_mime (bytes, &error);

  g_assert_no_error (error);
  g_email_set_id (mail, "42");

  return mail;
}

static const char hostile_mail[] =
    "From: =?utf-8?q?=22=27=3E=3Cscript=3Ealert=281=29=3C/script=3E?= <a@example.org>\r\n"
    "To: b@example.org\r\n"
    "Subject: =?utf-8?q?=22=27=3E=3Cscript=3Ealert=281=29=3C/script=3E?=\r\n"
    "X-Odd: <script>alert(1)</script>\r\n"
    "Date: Mon, 01 Jan 2024 10:00:00 +0000\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=B\r\n\r\n"
    "--B\r\nContent-Type: text/plain\r\n\r\n<script>alert(1)</script>\r\n"
    "--B\r\nContent-Type: application/x-\"><script>\r\n"
    "Content-Disposition: attachment; filename=\"<script>alert(1)</script>.html\"\r\n\r\nx\r\n"
    "--B--\r\n";

static PageView
new_view (void)
{
  PageView view = { .words = page_words_choose ("en"), .account = HOSTILE, .box = HOSTILE };
  PageBox *box = g_new0 (PageBox, 1);

  box->name = g_strdup (HOSTILE);
  box->is_selectable = TRUE;
  box->delimiter = '/';
  box->unseen = 3;
  view.boxes = g_ptr_array_new_with_free_func ((GDestroyNotify) page_box_free);
  g_ptr_array_add (view.boxes, box);

  return view;
}

/* The only script is ours; nothing of a stranger opens a tag or leaves an attribute. */
static void
check_harmless (const char *html)
{
  const char *script = strstr (html, "<script");

  g_assert_nonnull (script);
  g_assert_true (g_str_has_prefix (script, "<script src=\"/assets/page.js\" defer></script>"));
  g_assert_null (strstr (script + 1, "<script"));
  g_assert_null (strstr (html, "<img src=x"));
  g_assert_null (strstr (html, "onerror=alert(2)>"));
  g_assert_nonnull (strstr (html, "&lt;script&gt;"));
}

static void
test_hostile_list (void)
{
  g_autoptr (GPtrArray) mails = g_ptr_array_new_with_free_func (g_object_unref);
  PageView view = new_view ();
  const PageList list = { .uid_validity = 7,
                          .n_mails = 101,
                          .page = 2,
                          .n_pages = 3,
                          .n_before = 50,
                          .mails = mails,
                          .query = { .text = HOSTILE } };
  g_autofree char *html = NULL;

  g_ptr_array_add (mails, new_mail (hostile_mail));
  html = page_list_build (&view, &list);
  check_harmless (html);
  g_assert_nonnull (strstr (html, "value=\"" HOSTILE_ESCAPED "\""));
  g_assert_nonnull (strstr (html, "51–51 of 101"));
  g_assert_nonnull (strstr (html, "rel=\"prev\""));
  g_assert_nonnull (strstr (html, "rel=\"next\""));
  g_assert_nonnull (strstr (html, "class=\"unread\""));
  g_ptr_array_unref (view.boxes);
}

static void
test_hostile_mail (void)
{
  g_autoptr (GEmail) mail = new_mail (hostile_mail);
  PageView view = new_view ();
  const PageMail page = { .uid_validity = 7,
                          .mail = mail,
                          .attachments = g_email_get_attachments (mail),
                          .text = g_email_get_text_body (mail) };
  g_autofree char *html = page_mail_build (&view, &page);

  check_harmless (html);
  g_assert_nonnull (strstr (html, "<bdi>script_.html</bdi>"));
  g_assert_nonnull (strstr (html, "X-Odd"));
  g_assert_nonnull (strstr (html, "<form class=\"changes\" method=\"post\""));
  g_ptr_array_unref (view.boxes);
}

static void
test_letter_frame (void)
{
  g_autoptr (GEmail) mail = new_mail (hostile_mail);
  PageView view = new_view ();
  PageMail page = {
    .uid_validity = 7, .mail = mail, .html = "<p>Hi", .has_remote = TRUE, .images_key = "abc"
  };
  g_autofree char *closed = NULL;
  g_autofree char *open = NULL;

  view.is_read_only = TRUE;
  closed = page_mail_build (&view, &page);
  g_assert_nonnull (strstr (closed, "sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
  g_assert_null (strstr (closed, "allow-scripts"));
  g_assert_null (strstr (closed, "allow-same-origin"));
  g_assert_null (strstr (closed, "/html?images="));
  g_assert_null (strstr (closed, "method=\"post\""));

  page.shows_images = TRUE;
  open = page_mail_build (&view, &page);
  g_assert_nonnull (strstr (open, "/html?images=abc\""));
  g_ptr_array_unref (view.boxes);
}

static void
test_notice (void)
{
  PageView view = new_view ();
  g_autofree char *html = page_notice_build (&view, "Title", "Sentence", HOSTILE, "/box/\"x");

  check_harmless (html);
  g_assert_nonnull (strstr (html, "href=\"/box/&quot;x\""));
  g_ptr_array_unref (view.boxes);
}

static void
test_languages (void)
{
  const struct
  {
    const char *header;
    const char *language;
  } cases[] = {
    { "fr", "fr" },
    { "fr-CA,fr;q=0.9,en;q=0.8", "fr" },
    { "en-GB,en;q=0.9,fr;q=0.8", "en" },
    { "de-DE, fr;q=0.5, en;q=0.1", "fr" },
    { "de;q=1, en;q=0.2,fr;q=0.1", "en" },
    { "FR", "fr" },
    { "frx", "en" },
    { "fr;q=0", "en" },
    { "", "en" },
    { ";;,,q=,-", "en" },
    { "*", "en" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (page_words_get_language (page_words_choose (cases[i].header)), ==,
                     cases[i].language);
  g_assert_cmpstr (page_words_get (page_words_choose ("fr"), "Search"), ==, "Chercher");
  g_assert_cmpstr (page_words_get (page_words_choose ("en"), "Search"), ==, "Search");
  g_assert_cmpstr (page_words_get (page_words_choose ("fr"), "not in it"), ==, "not in it");
}

static void
test_sizes_and_dates (void)
{
  const PageWords *words = page_words_choose ("en");
  const struct
  {
    guint64 size;
    const char *text;
  } sizes[] = { { 0, "0 bytes" },     { 999, "999 bytes" },     { 1000, "1.0 kB" },
                { 9949, "9.9 kB" },   { 9950, "10 kB" },        { 999499, "999 kB" },
                { 999500, "1.0 MB" }, { 5000000000, "5.0 GB" }, { G_MAXUINT64, "18446744074 GB" } };
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 11, 29, 12, 0, 0);
  g_autoptr (GDateTime) today = g_date_time_new_local (2026, 11, 29, 9, 5, 0);
  g_autoptr (GDateTime) this_year = g_date_time_new_local (2026, 3, 1, 9, 5, 0);
  g_autoptr (GDateTime) before = g_date_time_new_local (2025, 11, 29, 9, 5, 0);
  g_autofree char *first = page_words_format_short_date (words, today, now);
  g_autofree char *second = page_words_format_short_date (words, this_year, now);
  g_autofree char *third = page_words_format_short_date (words, before, now);
  g_autofree char *whole = page_words_format_date (words, before);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = page_words_format_size (words, sizes[i].size);

      g_assert_cmpstr (text, ==, sizes[i].text);
    }
  g_assert_cmpstr (first, ==, "09:05");
  g_assert_cmpstr (second, ==, "1 Mar");
  g_assert_cmpstr (third, ==, "29 Nov 2025");
  g_assert_cmpstr (whole, ==, "29 Nov 2025, 09:05");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/page/escape", test_escape);
  g_test_add_func ("/page/format", test_format);
  g_test_add_func ("/page/translated-format", test_translated_format);
  g_test_add_func ("/page/text/links", test_links);
  g_test_add_func ("/page/text/quotes", test_quotes);
  g_test_add_func ("/page/letter/prepare", test_letter);
  g_test_add_func ("/page/letter/remote", test_remote);
  g_test_add_func ("/page/letter/long", test_long_letters);
  g_test_add_func ("/page/links/boxes", test_boxes_in_links);
  g_test_add_func ("/page/links/queries", test_queries_in_links);
  g_test_add_func ("/page/hostile/list", test_hostile_list);
  g_test_add_func ("/page/hostile/mail", test_hostile_mail);
  g_test_add_func ("/page/hostile/notice", test_notice);
  g_test_add_func ("/page/letter/frame", test_letter_frame);
  g_test_add_func ("/page/languages", test_languages);
  g_test_add_func ("/page/sizes-and-dates", test_sizes_and_dates);

  return g_test_run ();
}

/* The page that shows one mail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-mail.h"

#include <string.h>

#include "gimap4d/cli/serve/page-html.h"
#include "gimap4d/cli/serve/page-letter.h"
#include "gimap4d/cli/serve/page-text.h"

#define SAY(text) page_words_get (view->words, text)

static char *
link_mail (const PageView *view, const PageMail *page, const char *rest)
{
  return page_link_mail (view->box, page->uid_validity, g_email_get_id (page->mail), rest);
}

static void
add_neighbour (
    const PageView *view, GString *html, const PageMail *page, const char *id, const char *relation)
{
  g_autofree char *link = page_link_mail (view->box, page->uid_validity, id, "");

  page_html_add (html, "<a class=\"button\" rel=\"%s\" href=\"%s\">%s</a>\n", relation, link,
                 strcmp (relation, "prev") == 0 ? SAY (N_ ("← Newer")) : SAY (N_ ("Older →")));
}

static void
add_ways (const PageView *view, GString *html, const PageMail *page)
{
  g_autofree char *list = page_link_box (view->box, NULL, 1);

  page_html_add (html, "<nav class=\"ways\" aria-label=\"%s\">\n", SAY (N_ ("Mails")));
  page_html_add (html, "<a class=\"button up\" rel=\"up\" href=\"%s\">", list);
  page_add_box_name (view, html, view->box);
  g_string_append (html, "</a>\n");
  if (page->newer_id != NULL)
    add_neighbour (view, html, page, page->newer_id, "prev");
  if (page->older_id != NULL)
    add_neighbour (view, html, page, page->older_id, "next");
  g_string_append (html, "</nav>\n");
}

static void
add_address (GString *html, GEmailAddress *address)
{
  const char *name = g_email_address_get_name (address);
  const char *email = g_email_address_get_email (address);

  if (name != NULL && *name != '\0')
    page_html_add (html, "<bdi>%s</bdi> <span class=\"address\">&lt;%s&gt;</span>", name, email);
  else
    page_html_add (html, "<bdi>%s</bdi>", email);
}

static void
add_addresses (GString *html, const char *label, GListModel *addresses)
{
  guint n = addresses != NULL ? g_list_model_get_n_items (addresses) : 0;

  if (n == 0)
    return;

  page_html_add (html, "<dt>%s</dt><dd>", label);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, i);

      g_string_append (html, i > 0 ? ", " : "");
      add_address (html, address);
    }
  g_string_append (html, "</dd>\n");
}

/* Servers say that it is the sender where the mail does not say it. */
static gboolean
is_reply_elsewhere (GEmail *mail)
{
  GListModel *reply_to = g_email_get_reply_to (mail);
  GListModel *from = g_email_get_from (mail);
  g_autoptr (GEmailAddress) first = NULL;
  g_autoptr (GEmailAddress) second = NULL;

  if (reply_to == NULL || from == NULL)
    return reply_to != NULL;
  if (g_list_model_get_n_items (reply_to) != g_list_model_get_n_items (from))
    return TRUE;

  first = g_list_model_get_item (reply_to, 0);
  second = g_list_model_get_item (from, 0);

  return first != NULL && second != NULL &&
         g_strcmp0 (g_email_address_get_email (first), g_email_address_get_email (second)) != 0;
}

static void
add_facts (const PageView *view, GString *html, GEmail *mail)
{
  GDateTime *date = g_email_get_send_at (mail);

  g_string_append (html, "<dl class=\"facts\">\n");
  add_addresses (html, SAY (N_ ("From")), g_email_get_from (mail));
  add_addresses (html, SAY (N_ ("To")), g_email_get_to (mail));
  add_addresses (html, SAY (N_ ("Copy")), g_email_get_cc (mail));
  if (is_reply_elsewhere (mail))
    add_addresses (html, SAY (N_ ("Reply to")), g_email_get_reply_to (mail));
  page_html_add (html, "<dt>%s</dt><dd>", SAY (N_ ("Date")));
  page_add_date (view, html, date != NULL ? date : g_email_get_received_at (mail), FALSE);
  g_string_append (html, "</dd>\n</dl>\n");
}

static void
add_header_lines (const PageView *view, GString *html, GEmail *mail)
{
  GListModel *headers = g_email_get_headers (mail);
  guint n = headers != NULL ? g_list_model_get_n_items (headers) : 0;

  if (n == 0)
    return;

  page_html_add (html, "<details class=\"headers\">\n<summary>%s</summary>\n<dl>\n",
                 SAY (N_ ("All header lines")));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GEmailHeader) header = g_list_model_get_item (headers, i);

      page_html_add (html, "<dt><bdi>%s</bdi></dt><dd dir=\"auto\">%s</dd>\n",
                     g_email_header_get_name (header), g_email_header_get_value (header));
    }
  g_string_append (html, "</dl>\n</details>\n");
}

static gboolean
has_keyword (GEmail *mail, const char *keyword)
{
  const char *const *keywords = g_email_get_keywords (mail);

  return keywords != NULL && g_strv_contains (keywords, keyword);
}

static void
add_change (GString *html, const char *value, const char *sentence)
{
  page_html_add (html, "<button type=\"submit\" name=\"do\" value=\"%s\">%s</button>\n", value,
                 sentence);
}

/* To read a mail changes nothing; who wants its state changed says so. */
static void
add_changes (const PageView *view, GString *html, const PageMail *page)
{
  g_autofree char *link = link_mail (view, page, "/flags");

  if (view->is_read_only)
    return;

  page_html_add (html, "<form class=\"changes\" method=\"post\" action=\"%s\">\n", link);
  if (has_keyword (page->mail, "$seen"))
    add_change (html, "unread", SAY (N_ ("Mark as unread")));
  else
    add_change (html, "read", SAY (N_ ("Mark as read")));
  if (has_keyword (page->mail, "$flagged"))
    add_change (html, "unflag", SAY (N_ ("Remove the flag")));
  else
    add_change (html, "flag", SAY (N_ ("Flag")));
  g_string_append (html, "</form>\n");
}

char *
page_mail_name_attachment (const PageWords *words, GMailAttachment *attachment, guint index)
{
  const char *name = g_mail_attachment_get_name (attachment);

  if (name != NULL && *name != '\0')
    return g_strdup (name);

  return g_strdup_printf ("%s-%u", page_words_get (words, N_ ("attachment")), index + 1);
}

static void
add_attachment (const PageView *view,
                GString *html,
                const PageMail *page,
                GMailAttachment *attachment,
                guint index)
{
  g_autofree char *rest = g_strdup_printf ("/part/%u", index);
  g_autofree char *link = link_mail (view, page, rest);
  g_autofree char *name = page_mail_name_attachment (view->words, attachment, index);
  g_autofree char *size = page_words_format_size (view->words,
                                                  g_mail_attachment_get_size (attachment));

  page_html_add (html,
                 "<li><a class=\"icon file\" href=\"%s\" download><bdi>%s</bdi></a> "
                 "<span class=\"kind\"><bdi>%s</bdi>, %s</span></li>\n",
                 link, name, g_mail_attachment_get_content_type (attachment), size);
}

static void
add_attachments (const PageView *view, GString *html, const PageMail *page)
{
  guint n = page->attachments != NULL ? g_list_model_get_n_items (page->attachments) : 0;
  GString *items = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (page->attachments, i);

      if (!page_letter_shows (page->html, g_mail_attachment_get_cid (attachment)))
        add_attachment (view, items, page, attachment, i);
    }
  if (items->len > 0)
    {
      page_html_add (html,
                     "<section class=\"attachments\" aria-labelledby=\"attachments\">\n"
                     "<h2 id=\"attachments\">%s</h2>\n<ul>\n",
                     SAY (N_ ("Attachments")));
      g_string_append_len (html, items->str, items->len);
      g_string_append (html, "</ul>\n</section>\n");
    }
  g_string_free (items, TRUE);
}

static void
add_view (GString *html, const char *link, const char *sentence, gboolean is_current)
{
  page_html_add (html, "<a href=\"%s\"", link);
  page_html_add (html, is_current ? " aria-current=\"true\">%s</a>\n" : ">%s</a>\n", sentence);
}

static void
add_views (const PageView *view, GString *html, const PageMail *page)
{
  g_autofree char *html_link = link_mail (view, page, "");
  g_autofree char *text_link = link_mail (view, page, "?as=text");
  g_autofree char *source_link = link_mail (view, page, "/source");

  page_html_add (html, "<nav class=\"views\" aria-label=\"%s\">\n", SAY (N_ ("Views of the mail")));
  if (page->html != NULL)
    add_view (html, html_link, SAY (N_ ("Formatted")), !page->shows_text);
  if (page->html == NULL || page->text != NULL)
    add_view (html, text_link, SAY (N_ ("Plain text")), page->html == NULL || page->shows_text);
  add_view (html, source_link, SAY (N_ ("Source")), FALSE);
  g_string_append (html, "</nav>\n");
}

static void
add_remote (const PageView *view, GString *html, const PageMail *page)
{
  g_autofree char *link = link_mail (view, page, "");

  if (!page->has_remote || page->images_key == NULL)
    return;

  page_html_add (html, "<form class=\"remote\" method=\"get\" action=\"%s\">\n", link);
  if (page->shows_images)
    page_html_add (html, "<p>%s</p>\n<button type=\"submit\">%s</button>\n",
                   SAY (N_ ("Images from the net are shown: their hosts know that you read this.")),
                   SAY (N_ ("Hide them")));
  else
    page_html_add (html,
                   "<p>%s</p>\n<input type=\"hidden\" name=\"images\" value=\"%s\">"
                   "<button type=\"submit\">%s</button>\n",
                   SAY (N_ ("Images from the net were not loaded.")), page->images_key,
                   SAY (N_ ("Load remote images")));
  g_string_append (html, "</form>\n");
}

/* The frame may do nothing but open a link in a window of its own. */
static void
add_frame (const PageView *view, GString *html, const PageMail *page)
{
  g_autofree char *plain = link_mail (view, page, "/html");
  g_autofree char *link = page->shows_images ?
                              g_strconcat (plain, "?images=", page->images_key, NULL) :
                              g_strdup (plain);

  page_html_add (html,
                 "<iframe class=\"letter %s\" "
                 "sandbox=\"allow-popups allow-popups-to-escape-sandbox\" "
                 "referrerpolicy=\"no-referrer\" src=\"%s\" title=\"%s\"></iframe>\n",
                 page_letter_guess_size (page->html), link, SAY (N_ ("The mail")));
}

static void
add_body (const PageView *view, GString *html, const PageMail *page)
{
  if (page->html != NULL && !page->shows_text)
    {
      add_remote (view, html, page);
      add_frame (view, html, page);
    }
  else if (page->text != NULL && *page->text != '\0')
    {
      g_string_append (html, "<div class=\"plain\" dir=\"auto\">");
      page_text_add (html, page->text);
      g_string_append (html, "</div>\n");
    }
  else
    page_html_add (html, "<p class=\"empty\">%s</p>\n", SAY (N_ ("This mail has no text.")));
  if (page->is_cut)
    page_html_add (html, "<p class=\"cut\">%s</p>\n",
                   SAY (N_ ("The mail is longer: the rest is in its source.")));
}

char *
page_mail_build (const PageView *view, const PageMail *page)
{
  const char *subject = g_email_get_subject (page->mail);
  g_autofree char *title = g_strstrip (g_strdup (subject != NULL ? subject : ""));
  const char *shown = *title != '\0' ? title : SAY (N_ ("(no subject)"));
  g_autofree char *part = page_link_in_box (view->box, "/boxes");
  const PageHead head = { .title = shown, .events = page->events, .part = part, .kind = "mail" };
  GString *html = page_begin (view, &head);

  add_ways (view, html, page);
  page_html_add (html, "<article>\n<h1><bdi>%s</bdi></h1>\n", shown);
  add_facts (view, html, page->mail);
  add_header_lines (view, html, page->mail);
  add_changes (view, html, page);
  add_attachments (view, html, page);
  add_views (view, html, page);
  add_body (view, html, page);
  g_string_append (html, "</article>\n");

  return page_end (view, html);
}

/* The page with the mails of a box, or with those that were found in it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-list.h"

#include <string.h>

#include "gimap4d/cli/serve/page-html.h"

#define SAY(text) page_words_get (view->words, text)

static void
add_option (GString *html, const char *value, const char *sentence, gboolean is_chosen)
{
  page_html_add (html,
                 is_chosen ? "<option value=\"%s\" selected>%s</option>" :
                             "<option value=\"%s\">%s</option>",
                 value, sentence);
}

static void
add_choices (const PageView *view, GString *html, const PageQuery *query)
{
  page_html_add (html,
                 "<label class=\"hidden\" for=\"in\">%s</label><select id=\"in\" name=\"in\">",
                 SAY (N_ ("Search where")));
  add_option (html, "", SAY (N_ ("People and subjects")), !query->is_whole);
  add_option (html, "all", SAY (N_ ("Whole mails")), query->is_whole);
  page_html_add (html,
                 "</select>\n<label class=\"hidden\" for=\"show\">%s</label>"
                 "<select id=\"show\" name=\"show\">",
                 SAY (N_ ("Show which mails")));
  add_option (html, "", SAY (N_ ("All mails")), !query->is_unread && !query->is_flagged);
  add_option (html, "unread", SAY (N_ ("Unread")), query->is_unread);
  add_option (html, "flagged", SAY (N_ ("Flagged")), query->is_flagged);
  g_string_append (html, "</select>\n");
}

static void
add_search (const PageView *view, GString *html, const PageQuery *query)
{
  g_autofree char *link = page_link_box (view->box, NULL, 1);

  page_html_add (html, "<form class=\"search\" role=\"search\" method=\"get\" action=\"%s\">\n",
                 link);
  page_html_add (html,
                 "<label class=\"hidden\" for=\"search\">%s</label>"
                 "<input id=\"search\" name=\"q\" type=\"search\" maxlength=\"200\" value=\"%s\" "
                 "placeholder=\"%s\">\n",
                 SAY (N_ ("Search in this box")), query->text, SAY (N_ ("Search in this box")));
  add_choices (view, html, query);
  page_html_add (html, "<button type=\"submit\">%s</button>\n</form>\n", SAY (N_ ("Search")));
}

/* "1–50 of 1234" */
static void
add_range (const PageView *view, GString *html, const PageList *list)
{
  page_html_add (html, "<p class=\"range\">");
  if (list->mails->len > 0)
    page_html_add (html, SAY (N_ ("%u–%u of %u")), list->n_before + 1,
                   list->n_before + list->mails->len, list->n_mails);
  if (!page_query_is_empty (&list->query))
    {
      g_autofree char *link = page_link_box (view->box, NULL, 1);

      page_html_add (html, " <a class=\"all\" href=\"%s\">%s</a>", link,
                     SAY (N_ ("Show all mails")));
    }
  g_string_append (html, "</p>\n");
}

static gboolean
has_keyword (GEmail *mail, const char *keyword)
{
  const char *const *keywords = g_email_get_keywords (mail);

  return keywords != NULL && g_strv_contains (keywords, keyword);
}

/* In boxes of mails that the user has written it matters to whom. */
static gboolean
is_own_box (const PageView *view)
{
  for (guint i = 0; view->boxes != NULL && i < view->boxes->len; i++)
    {
      const PageBox *box = g_ptr_array_index (view->boxes, i);

      if (strcmp (box->name, view->box) == 0)
        return box->role == G_IMAP_BOX_ROLE_SENT || box->role == G_IMAP_BOX_ROLE_DRAFTS;
    }

  return FALSE;
}

static void
add_person (const PageView *view, GString *html, GEmail *mail)
{
  gboolean is_own = is_own_box (view);
  g_autofree char *names = page_join_addresses (is_own ? g_email_get_to (mail) :
                                                         g_email_get_from (mail));

  g_string_append (html, "<span class=\"who\">");
  if (is_own)
    page_html_add (html, "<span class=\"to\">%s</span> ", SAY (N_ ("To:")));
  page_html_add (html, "<bdi>%s</bdi></span>", *names != '\0' ? names : SAY (N_ ("(nobody)")));
}

static void
add_subject (const PageView *view, GString *html, GEmail *mail)
{
  const char *subject = g_email_get_subject (mail);
  g_autofree char *text = g_strstrip (g_strdup (subject != NULL ? subject : ""));

  page_html_add (html, "<span class=\"what\"><bdi>%s</bdi></span>",
                 *text != '\0' ? text : SAY (N_ ("(no subject)")));
}

static void
add_mark (GString *html, const char *kind, const char *sentence)
{
  page_html_add (html, "<span class=\"mark %s\"><span class=\"hidden\">%s</span></span>", kind,
                 sentence);
}

static void
add_marks (const PageView *view, GString *html, GEmail *mail)
{
  GListModel *attachments = g_email_get_attachments (mail);

  g_string_append (html, "<span class=\"marks\">");
  if (has_keyword (mail, "$answered"))
    add_mark (html, "answered", SAY (N_ ("answered")));
  if (has_keyword (mail, "$flagged"))
    add_mark (html, "starred", SAY (N_ ("flagged")));
  if (attachments != NULL && g_list_model_get_n_items (attachments) > 0)
    add_mark (html, "attached", SAY (N_ ("with attachments")));
  g_string_append (html, "</span>");
}

static void
add_mail (const PageView *view, GString *html, const PageList *list, GEmail *mail)
{
  const char *id = g_email_get_id (mail);
  g_autofree char *link = page_link_mail (view->box, list->uid_validity, id, "");
  gboolean is_unread = !has_keyword (mail, "$seen");
  GDateTime *date = g_email_get_received_at (mail);

  page_html_add (html, "<li id=\"mail-%s\" class=\"%s\"><a href=\"%s\">", id,
                 is_unread ? "unread" : "read", link);
  g_string_append (html, "<span class=\"state\">");
  if (is_unread)
    add_mark (html, "new", SAY (N_ ("unread")));
  g_string_append (html, "</span> ");
  add_person (view, html, mail);
  g_string_append (html, " ");
  add_subject (view, html, mail);
  g_string_append (html, " ");
  add_marks (view, html, mail);
  g_string_append (html, " ");
  page_add_date (view, html, date != NULL ? date : g_email_get_send_at (mail), TRUE);
  g_string_append (html, "</a></li>\n");
}

static void
add_mails (const PageView *view, GString *html, const PageList *list)
{
  if (list->mails->len == 0)
    {
      page_html_add (html, "<p class=\"empty\">%s</p>\n",
                     page_query_is_empty (&list->query) ? SAY (N_ ("There are no mails here.")) :
                                                          SAY (N_ ("No mail fits.")));
      return;
    }

  g_string_append (html, "<ul class=\"mails\">\n");
  for (guint i = 0; i < list->mails->len; i++)
    add_mail (view, html, list, g_ptr_array_index (list->mails, i));
  g_string_append (html, "</ul>\n");
}

static void
add_turn (const PageView *view,
          GString *html,
          const PageList *list,
          const char *relation,
          const char *sentence)
{
  guint page = strcmp (relation, "prev") == 0 ? list->page - 1 : list->page + 1;
  g_autofree char *link = page_link_box (view->box, &list->query, page);

  page_html_add (html, "<a class=\"button\" rel=\"%s\" href=\"%s\">%s</a>\n", relation, link,
                 sentence);
}

static void
add_turns (const PageView *view, GString *html, const PageList *list)
{
  if (list->n_pages < 2)
    return;

  page_html_add (html, "<nav class=\"turns\" aria-label=\"%s\">\n", SAY (N_ ("Pages")));
  if (list->page > 1)
    add_turn (view, html, list, "prev", SAY (N_ ("← Newer")));
  g_string_append (html, "<span class=\"place\">");
  page_html_add (html, SAY (N_ ("Page %u of %u")), list->page, list->n_pages);
  g_string_append (html, "</span>\n");
  if (list->page < list->n_pages)
    add_turn (view, html, list, "next", SAY (N_ ("Older →")));
  g_string_append (html, "</nav>\n");
}

static void
add_found (const PageView *view, GString *html, const PageList *list)
{
  g_string_append (html, "<div id=\"found\">\n");
  add_range (view, html, list);
  add_mails (view, html, list);
  add_turns (view, html, list);
  g_string_append (html, "</div>\n");
}

static char *
link_part (const PageView *view, const PageList *list)
{
  g_autofree char *page = page_link_box (view->box, &list->query, list->page);

  return g_strconcat (page, strchr (page, '?') != NULL ? "&" : "?", "part=list", NULL);
}

char *
page_list_build (const PageView *view, const PageList *list)
{
  gboolean is_inbox = g_ascii_strcasecmp (view->box, "INBOX") == 0;
  g_autofree char *title = g_strdup_printf ("%s – %s", is_inbox ? SAY (N_ ("Inbox")) : view->box,
                                            view->account);
  g_autofree char *part = link_part (view, list);
  const PageHead head = { .title = title, .events = list->events, .part = part, .kind = "list" };
  GString *html = page_begin (view, &head);

  g_string_append (html, "<h1>");
  page_add_box_name (view, html, view->box);
  g_string_append (html, "</h1>\n");
  add_search (view, html, &list->query);
  add_found (view, html, list);

  return page_end (view, html);
}

char *
page_list_build_part (const PageView *view, const PageList *list)
{
  GString *html = g_string_new (NULL);

  page_add_boxes (view, html);
  add_found (view, html, list);

  return g_string_free (html, FALSE);
}

/* What all pages have: the head, the list of boxes, the foot; and where everything is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-view.h"

#include <string.h>

#include "gimap4d/cli/serve/page-html.h"

#define SAY(text) page_words_get (view->words, text)
#define DEEPEST_BOX 4
#define MOST_NAMES 3

PageBox *
page_box_new (GImapBox *box)
{
  PageBox *result = g_new0 (PageBox, 1);
  const char *delimiter = g_imap_box_get_delimiter (box);
  GImapBoxInfo *info = g_imap_box_get_info (box);

  result->name = g_strdup (g_imap_box_get_name (box));
  result->delimiter = delimiter != NULL ? *delimiter : '\0';
  result->role = g_imap_box_get_role (box);
  result->is_selectable = g_imap_box_get_selectable (box);
  result->unseen = info != NULL ? g_imap_box_info_get_unseen (info) : -1;

  return result;
}

void
page_box_free (PageBox *box)
{
  g_free (box->name);
  g_free (box);
}

/* The inbox is the first, then those with a role in the order of the roles; below each its own. */
int
page_box_compare (gconstpointer a, gconstpointer b)
{
  const PageBox *first = *(const PageBox *const *) a;
  const PageBox *second = *(const PageBox *const *) b;
  guint first_rank = first->role == G_IMAP_BOX_ROLE_NONE ? G_MAXUINT : first->role;
  guint second_rank = second->role == G_IMAP_BOX_ROLE_NONE ? G_MAXUINT : second->role;
  g_autofree char *first_key = NULL;
  g_autofree char *second_key = NULL;

  if (first_rank != second_rank)
    return first_rank < second_rank ? -1 : 1;

  first_key = g_utf8_collate_key_for_filename (first->name, -1);
  second_key = g_utf8_collate_key_for_filename (second->name, -1);

  return strcmp (first_key, second_key);
}

gboolean
page_query_is_empty (const PageQuery *query)
{
  return query->text == NULL && !query->is_unread && !query->is_flagged;
}

/* Browsers go up at "." and "..", however they are escaped. */
static char *
escape_box (const char *box)
{
  g_autofree char *escaped = g_uri_escape_string (box, NULL, FALSE);
  gboolean is_special = strcmp (box, ".") == 0 || strcmp (box, "..") == 0 || *box == '~';

  return g_strconcat (is_special ? "~" : "", escaped, NULL);
}

/* The name of the box that a segment of a path, decoded, stands for. */
char *
page_box_from_link (const char *segment)
{
  return g_strdup (*segment == '~' ? segment + 1 : segment);
}

static void
add_parameter (GString *link, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  g_string_append_printf (link, "%c%s=%s", strchr (link->str, '?') != NULL ? '&' : '?', name,
                          escaped);
}

char *
page_link_box (const char *box, const PageQuery *query, guint page)
{
  g_autofree char *escaped = escape_box (box);
  g_autofree char *number = g_strdup_printf ("%u", page);
  GString *link = g_string_new ("/box/");

  g_string_append (link, escaped);
  if (query != NULL && query->text != NULL)
    add_parameter (link, "q", query->text);
  if (query != NULL && query->is_whole)
    add_parameter (link, "in", "all");
  if (query != NULL && (query->is_unread || query->is_flagged))
    add_parameter (link, "show", query->is_unread ? "unread" : "flagged");
  if (page > 1)
    add_parameter (link, "page", number);

  return g_string_free (link, FALSE);
}

char *
page_link_in_box (const char *box, const char *rest)
{
  g_autofree char *escaped = escape_box (box);

  return g_strconcat ("/box/", escaped, rest, NULL);
}

/* With UIDVALIDITY in it: what it leads to is always the same mail (RFC 9051, 2.3.1.1). */
char *
page_link_mail (const char *box, guint uid_validity, const char *id, const char *rest)
{
  g_autofree char *escaped = escape_box (box);

  return g_strdup_printf ("/box/%s/%u-%s%s", escaped, uid_validity, id, rest);
}

void
page_add_box_name (const PageView *view, GString *html, const char *name)
{
  if (g_ascii_strcasecmp (name, "INBOX") == 0)
    page_html_add (html, "<bdi>%s</bdi>", SAY (N_ ("Inbox")));
  else
    page_html_add (html, "<bdi>%s</bdi>", name);
}

static const char *
name_role (GImapBoxRole role)
{
  switch (role)
    {
    case G_IMAP_BOX_ROLE_INBOX:
      return "inbox";
    case G_IMAP_BOX_ROLE_SENT:
      return "sent";
    case G_IMAP_BOX_ROLE_DRAFTS:
      return "drafts";
    case G_IMAP_BOX_ROLE_TRASH:
      return "trash";
    case G_IMAP_BOX_ROLE_JUNK:
      return "junk";
    case G_IMAP_BOX_ROLE_ARCHIVE:
    case G_IMAP_BOX_ROLE_ALL:
      return "archive";
    case G_IMAP_BOX_ROLE_FLAGGED:
      return "flagged";
    case G_IMAP_BOX_ROLE_NONE:
    default:
      return "folder";
    }
}

/* The part of the name behind the last delimiter, and how many stand before it. */
static const char *
find_leaf (const PageBox *box, guint *out_depth)
{
  const char *leaf = box->name;

  *out_depth = 0;
  if (box->delimiter == '\0')
    return leaf;
  for (const char *c = box->name; *c != '\0'; c++)
    if (*c == box->delimiter && c[1] != '\0')
      {
        leaf = c + 1;
        (*out_depth)++;
      }

  return leaf;
}

static void
add_label (const PageView *view, GString *html, const PageBox *box, const char *leaf)
{
  g_autofree char *parents = g_strndup (box->name, leaf - box->name);

  g_string_append (html, "<span class=\"label\">");
  if (*parents != '\0')
    page_html_add (html, "<span class=\"parents\"><bdi>%s</bdi></span>", parents);
  page_add_box_name (view, html, leaf);
  g_string_append (html, "</span>");
}

static void
add_unread_count (const PageView *view, GString *html, gint64 unseen)
{
  if (unseen > 0)
    page_html_add (html, " <span class=\"count\">%u<span class=\"hidden\"> %s</span></span>",
                   (guint) MIN (unseen, G_MAXINT), SAY (N_ ("unread")));
}

static void
begin_box (const PageView *view, GString *html, const PageBox *box)
{
  g_autofree char *link = page_link_box (box->name, NULL, 1);

  if (!box->is_selectable)
    {
      page_html_add (html, "<span class=\"icon %s\">", name_role (box->role));
      return;
    }

  page_html_add (html, "<a class=\"icon %s\" href=\"%s\"", name_role (box->role), link);
  if (view->box != NULL && strcmp (box->name, view->box) == 0)
    g_string_append (html, " aria-current=\"page\"");
  g_string_append (html, ">");
}

static void
add_box (const PageView *view, GString *html, const PageBox *box)
{
  guint depth = 0;
  const char *leaf = find_leaf (box, &depth);

  page_html_add (html, "<li class=\"depth-%u\">", MIN (depth, DEEPEST_BOX));
  begin_box (view, html, box);
  add_label (view, html, box, leaf);
  add_unread_count (view, html, box->unseen);
  g_string_append (html, box->is_selectable ? "</a></li>\n" : "</span></li>\n");
}

void
page_add_boxes (const PageView *view, GString *html)
{
  page_html_add (html, "<nav class=\"boxes\" aria-label=\"%s\">\n<ul>\n", SAY (N_ ("Boxes")));
  for (guint i = 0; view->boxes != NULL && i < view->boxes->len; i++)
    add_box (view, html, g_ptr_array_index (view->boxes, i));
  g_string_append (html, "</ul>\n</nav>\n");
}

static void
add_head (const PageView *view, GString *html, const PageHead *head)
{
  page_html_add (html, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                 page_words_get_language (view->words));
  page_html_add (html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n"
                       "<meta name=\"referrer\" content=\"same-origin\">\n");
  page_html_add (html, "<title>%s</title>\n", head->title);
  page_html_add (html, "<link rel=\"icon\" href=\"/assets/icon.svg\" type=\"image/svg+xml\">\n"
                       "<link rel=\"stylesheet\" href=\"/assets/page.css\">\n"
                       "<script src=\"/assets/page.js\" defer></script>\n</head>\n");
}

GString *
page_begin (const PageView *view, const PageHead *head)
{
  GString *html = g_string_new (NULL);

  add_head (view, html, head);
  page_html_add (html, "<body class=\"%s\">\n<a class=\"skip\" href=\"#content\">%s</a>\n",
                 head->kind, SAY (N_ ("Skip to the content")));
  page_html_add (html,
                 "<header>\n<a class=\"brand\" href=\"/\">"
                 "<img src=\"/assets/icon.svg\" alt=\"\" width=\"28\" height=\"28\">%s</a>\n",
                 SAY (N_ ("Mailbox")));
  page_html_add (html, "<span class=\"account\"><bdi>%s</bdi></span>\n</header>\n", view->account);
  if (view->boxes != NULL)
    page_add_boxes (view, html);
  page_html_add (html, "<p id=\"news\" class=\"hidden\" role=\"status\" data-text=\"%s\"></p>\n",
                 /* From whom, and the subject; the page puts them in. */
                 SAY (N_ ("New mail from %s: %s")));
  g_string_append (html, "<main id=\"content\" tabindex=\"-1\"");
  if (head->events != NULL)
    page_html_add (html, " data-events=\"%s\" data-part=\"%s\"", head->events, head->part);
  g_string_append (html, ">\n");
  if (head->events != NULL)
    page_html_add (html, "<p class=\"stale\" role=\"status\" data-text=\"%s\" hidden></p>\n",
                   SAY (N_ ("What is new does not come by itself now; it is tried again.")));

  return html;
}

static void
add_key (GString *html, const char *key, const char *sentence)
{
  page_html_add (html, "<dt><kbd>%s</kbd></dt><dd>%s</dd>\n", key, sentence);
}

/* It is of use with scripts only, and they show it. */
static void
add_keys (const PageView *view, GString *html)
{
  page_html_add (html, "<details class=\"keys\" hidden>\n<summary>%s</summary>\n<dl>\n",
                 SAY (N_ ("Keyboard")));
  add_key (html, "j", SAY (N_ ("the next, older mail")));
  add_key (html, "k", SAY (N_ ("the previous, newer mail")));
  add_key (html, "o", SAY (N_ ("open the mail")));
  add_key (html, "u", SAY (N_ ("back to the list")));
  add_key (html, "/", SAY (N_ ("search")));
  page_html_add (html,
                 "</dl>\n<label><input type=\"checkbox\" id=\"use-keys\" checked> %s</label>\n"
                 "</details>\n",
                 SAY (N_ ("Use these keys")));
}

char *
page_end (const PageView *view, GString *html)
{
  g_string_append (html, "</main>\n<footer>\n");
  add_keys (view, html);
  page_html_add (html, "<p>%s</p>\n</footer>\n</body>\n</html>\n",
                 view->is_read_only ? SAY (N_ ("Served from IMAP by gimap4d, for reading only.")) :
                                      SAY (N_ ("Served from IMAP by gimap4d.")));

  return g_string_free (html, FALSE);
}

void
page_add_date (const PageView *view, GString *html, GDateTime *date, gboolean is_short)
{
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *machine = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *text = NULL;

  if (date == NULL)
    return;

  now = g_date_time_new_now_local ();
  machine = g_date_time_format_iso8601 (date);
  whole = page_words_format_date (view->words, date);
  if (is_short)
    text = page_words_format_short_date (view->words, date, now);
  page_html_add (html, "<time datetime=\"%s\" title=\"%s\">%s</time>", machine, whole,
                 is_short ? text : whole);
}

/* The names, or where there is none the addresses, of the first. */
char *
page_join_addresses (GListModel *addresses)
{
  guint n = addresses != NULL ? g_list_model_get_n_items (addresses) : 0;
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < MIN (n, MOST_NAMES); i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, i);
      const char *name = g_email_address_get_name (address);
      const char *email = g_email_address_get_email (address);

      if (names->len > 0)
        g_string_append (names, ", ");
      if (name != NULL && *name != '\0')
        g_string_append (names, name);
      else
        g_string_append (names, email != NULL ? email : "");
    }
  if (n > MOST_NAMES)
    g_string_append (names, ", …");

  return g_string_free (names, FALSE);
}

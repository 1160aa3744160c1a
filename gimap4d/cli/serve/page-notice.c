/* Pages that say something: what went wrong, or how to come in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-notice.h"

#include "gimap4d/cli/serve/page-html.h"

#define SAY(text) page_words_get (view->words, text)

/* What the server has said is the detail, in its own words; retry is where the page asked for is. */
char *
page_notice_build (const PageView *view,
                   const char *title,
                   const char *sentence,
                   const char *detail,
                   const char *retry)
{
  const PageHead head = { .title = title, .kind = "notice" };
  GString *html = page_begin (view, &head);

  page_html_add (html, "<h1>%s</h1>\n<p>%s</p>\n", title, sentence);
  if (detail != NULL)
    page_html_add (html, "<p class=\"detail\" dir=\"auto\">%s</p>\n", detail);
  g_string_append (html, "<p class=\"ways\">");
  if (retry != NULL)
    page_html_add (html, "<a class=\"button\" href=\"%s\">%s</a> ", retry, SAY (N_ ("Try again")));
  page_html_add (html, "<a class=\"button\" href=\"/\">%s</a></p>\n", SAY (N_ ("To the inbox")));

  return page_end (view, html);
}

/* A redirection would not do: when the link was on a page of another site, or a file, the browser
 * sends the cookie that it has just got only with a request that this page makes. */
char *
page_notice_build_entrance (const PageView *view)
{
  GString *html = g_string_new (NULL);

  page_html_add (html,
                 "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<meta http-equiv=\"refresh\" content=\"0; url=/\">\n<title>%s</title>\n"
                 "<link rel=\"icon\" href=\"/assets/icon.svg\" type=\"image/svg+xml\">\n"
                 "</head>\n",
                 page_words_get_language (view->words), SAY (N_ ("Mailbox")));
  page_html_add (html,
                 "<body>\n<main>\n<h1>%s</h1>\n<p><a href=\"/\">%s</a></p>\n</main>\n</body>\n"
                 "</html>\n",
                 SAY (N_ ("Mailbox")), SAY (N_ ("To the inbox")));

  return g_string_free (html, FALSE);
}

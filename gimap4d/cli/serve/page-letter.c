/* The HTML of a mail, made ready for a frame in which it may do nothing.
 *
 * What keeps it harmless is not here: its answer has a policy that allows no script, no form and
 * nothing from the net, and its frame is a sandbox. But no policy keeps a browser from connecting to
 * a host that a link element names, and Chromium connects to that of a frame before it looks at the
 * policy which forbids it. So the elements that lead out of the page are taken out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-letter.h"

#include <string.h>

#include "gimap4d/cli/serve/page-html.h"

#define LONGEST_CONTENT_ID 1000

/* Each costs time in proportion to the size of the mail: what repeats has a bound, or an end that it
 * cannot contain. */
static const char *const remote_pattern =
    "(?:\\b(?:src|background|poster|srcset|href|data)\\s{0,9}=\\s{0,9}[\"']?|"
    "url\\s{0,9}\\(\\s{0,9}[\"']?)\\s{0,9}(?:https?:)?//";
static const char *const visible_link_pattern = "<a\\b[^<>]{0,4000}>";
static const char *const tag_pattern = "<[^<>]{0,4000}>";
static const char *const outward_pattern =
    "<(?=(?:link|meta|base|i?frame|frameset|fencedframe|portal|object|embed|applet)\\b)";
static const char *const content_id_pattern = "\\bcid:([^\"'\\s>)]{1,1000})";
static const char *const line_pattern = "<(?:br|p|div|tr|li|h[1-6]|hr)\\b";

static GRegex *
compile (const char *pattern)
{
  GRegex *regex = g_regex_new (pattern, G_REGEX_CASELESS, 0, NULL);

  g_assert (regex != NULL);

  return regex;
}

static char *
replace (const char *text, const char *pattern, const char *by)
{
  g_autoptr (GRegex) regex = compile (pattern);
  char *result = g_regex_replace_literal (regex, text, -1, 0, by, 0, NULL);

  return result != NULL ? result : g_strdup ("");
}

typedef struct
{
  PageLetterFindFunc find;
  gpointer data;
} Finder;

static gboolean
replace_content_id_cb (const GMatchInfo *match, GString *result, gpointer data)
{
  const Finder *finder = data;
  g_autofree char *whole = g_match_info_fetch (match, 0);
  g_autofree char *escaped = g_match_info_fetch (match, 1);
  g_autofree char *content_id = g_uri_unescape_string (escaped, NULL);
  g_autofree char *link = content_id != NULL ? finder->find (content_id, finder->data) : NULL;

  if (link != NULL)
    page_html_add (result, "%s", link);
  else
    g_string_append (result, whole);

  return FALSE;
}

static char *
replace_content_ids (const char *mail, PageLetterFindFunc find, gpointer data)
{
  g_autoptr (GRegex) regex = compile (content_id_pattern);
  Finder finder = { .find = find, .data = data };
  char *result = g_regex_replace_eval (regex, mail, -1, 0, 0, replace_content_id_cb, &finder, NULL);

  return result != NULL ? result : g_strdup (mail);
}

/* Not changed otherwise: the browser reads it as it reads all HTML. */
char *
page_letter_prepare (const char *mail, PageLetterFindFunc find, gpointer data)
{
  g_autofree char *valid = g_utf8_make_valid (mail, -1);
  /* What begins with "<!" and a letter is a comment that ends with the next ">". */
  g_autofree char *tamed = replace (valid, outward_pattern, "<!");
  g_autofree char *body = replace_content_ids (tamed, find, data);

  return g_strconcat (
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><base target=\"_blank\">"
      "<style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem; "
      "overflow-wrap: anywhere } img, table { max-width: 100% } img { height: auto }</style>"
      "</head><body>\n",
      body, NULL);
}

/* Whether there seems to be something to load from the net: a button depends on it, nothing else. */
gboolean
page_letter_has_remote (const char *mail)
{
  g_autofree char *valid = g_utf8_make_valid (mail, -1);
  g_autofree char *rest = replace (valid, visible_link_pattern, "");
  g_autoptr (GRegex) regex = compile (remote_pattern);

  return g_regex_match (regex, rest, 0, NULL);
}

static guint
count_matches (const char *text, const char *pattern)
{
  g_autoptr (GRegex) regex = compile (pattern);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  g_regex_match (regex, text, 0, &match);
  while (g_match_info_matches (match) && n < 1000)
    {
      n++;
      g_match_info_next (match, NULL);
    }

  return n;
}

/* A frame does not learn how high its content is when it may not run scripts: a guess is better than
 * one height for a line and for a newsletter. The name of a class. */
const char *
page_letter_guess_size (const char *mail)
{
  g_autofree char *valid = g_utf8_make_valid (mail, -1);
  g_autofree char *text = replace (valid, tag_pattern, "");
  gsize n_lines = strlen (text) / 90 + count_matches (valid, line_pattern) +
                  8 * count_matches (valid, "<img\\b");

  return n_lines < 8 ? "short" : n_lines < 20 ? "middle" : "long";
}

/* Whether the mail shows the part with that content id itself. */
gboolean
page_letter_shows (const char *mail, const char *content_id)
{
  g_autofree char *plain = NULL;
  g_autofree char *link = NULL;

  if (mail == NULL || content_id == NULL || strlen (content_id) > LONGEST_CONTENT_ID)
    return FALSE;

  plain = g_strdup (*content_id == '<' ? content_id + 1 : content_id);
  if (g_str_has_suffix (plain, ">"))
    plain[strlen (plain) - 1] = '\0';
  if (*plain == '\0')
    return FALSE;
  link = g_strconcat ("cid:", plain, NULL);

  return strstr (mail, link) != NULL;
}

/* What all pages have: the head, the list of boxes, the foot; and where everything is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

#include "gimap4d/cli/serve/page-words.h"

G_BEGIN_DECLS

/* A box in the list of all. */
typedef struct
{
  char *name; /* owned */
  char delimiter;
  GImapBoxRole role;
  gboolean is_selectable;
  gint64 unseen; /* -1 when it is not known */
} PageBox;

PageBox *page_box_new (GImapBox *box);
void page_box_free (PageBox *box);
int page_box_compare (gconstpointer a, gconstpointer b);

/* The page of one request. */
typedef struct
{
  const PageWords *words;
  const char *account;
  GPtrArray *boxes; /* (element-type PageBox) (nullable) */
  const char *box;  /* (nullable): the one that is shown */
  gboolean is_read_only;
} PageView;

/* What is looked for in a box. */
typedef struct
{
  const char *text; /* (nullable) */
  gboolean is_whole;
  gboolean is_unread;
  gboolean is_flagged;
} PageQuery;

gboolean page_query_is_empty (const PageQuery *query);

/* Where a page is. */
char *page_link_box (const char *box, const PageQuery *query, guint page);
char *page_link_in_box (const char *box, const char *rest);
char *page_link_mail (const char *box, guint uid_validity, const char *id, const char *rest);
char *page_box_from_link (const char *segment);

typedef struct
{
  const char *title;
  const char *events; /* (nullable): where news of this page are told, */
  const char *part;   /* and then what of it may have changed is */
  const char *kind;   /* a class: "list", "mail" or "notice" */
} PageHead;

GString *page_begin (const PageView *view, const PageHead *head);
char *page_end (const PageView *view, GString *html);

void page_add_boxes (const PageView *view, GString *html);
void page_add_box_name (const PageView *view, GString *html, const char *name);
void page_add_date (const PageView *view, GString *html, GDateTime *date, gboolean is_short);
char *page_join_addresses (GListModel *addresses);

G_END_DECLS

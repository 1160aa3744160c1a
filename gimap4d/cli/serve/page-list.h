/* The page with the mails of a box, or with those that were found in it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/serve/page-view.h"

G_BEGIN_DECLS

typedef struct
{
  guint uid_validity;
  guint n_mails;    /* of the box, or found */
  guint page;       /* from 1 */
  guint n_pages;    /* 0 without a mail */
  guint n_before;   /* on the pages before this one */
  GPtrArray *mails; /* (element-type GEmail), the newest first */
  PageQuery query;
  const char *events; /* (nullable) */
} PageList;

char *page_list_build (const PageView *view, const PageList *list);
/* What changes with the mails, for a page that is there already. */
char *page_list_build_part (const PageView *view, const PageList *list);

G_END_DECLS

/* Answers to browsers: pages and files, each with the headers that keep it harmless.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/serve/page-view.h"

G_BEGIN_DECLS

GOutgoingMessage *serve_answer_page (char *html, int status);
GOutgoingMessage *serve_answer_error (const PageView *view, const GError *error, const char *retry);
gboolean serve_answer_is_missing (const GError *error);
GOutgoingMessage *serve_answer_missing (const PageView *view);
GOutgoingMessage *serve_answer_closed (const PageView *view);
GOutgoingMessage *serve_answer_asset (const char *name);
GOutgoingMessage *serve_answer_letter (const char *html, gboolean with_images);
GOutgoingMessage *serve_answer_redirect (const char *link);
GOutgoingMessage *serve_answer_not_modified (const char *etag);

/* A stream of what a mail holds. */
typedef struct
{
  const char *etag;
  const char *content_type; /* (nullable): the mail says so; any text */
  const char *name;         /* (nullable): then it is saved, not shown */
  gboolean is_for_frames;   /* the frame with the HTML of the mail, which has no origin, loads it */
} ServeFile;

GOutgoingMessage *serve_answer_stream (GInputStream *stream, const ServeFile *file);

G_END_DECLS

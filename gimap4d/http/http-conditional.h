/* What a client that has a copy, or wants a part, is to get (RFC 9110, 13 and 14): pure decisions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The request's headers and the answer's; each may be NULL. */
typedef struct
{
  const char *if_match;
  const char *if_none_match;
  const char *if_modified_since;
  const char *if_unmodified_since;
  const char *if_range;
  const char *range;
  const char *entity_tag;
  const char *last_modified;
} HttpConditions;

/* For GET and HEAD: 0 to send, 304 or 412 instead. */
guint http_conditional_check (const HttpConditions *conditions);

/* 0 for the whole, 206 for the part from *out_start with *out_length bytes, 416 when there is none.
 * Several parts are answered with the whole. */
guint http_conditional_find_part (const HttpConditions *conditions,
                                  guint64 size,
                                  guint64 *out_start,
                                  guint64 *out_length);

G_END_DECLS

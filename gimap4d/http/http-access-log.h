/* One line for each answer, in one of the formats that web servers share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *client;
  const char *verb;
  const char *url;
  gboolean is_http_1_0;
  guint status;
  gint64 size;         /* -1 when it is not known */
  gboolean is_common;  /* the common format, which ends with the size */
  const char *referer; /* nullable */
  const char *agent;   /* nullable */
} HttpAccess;

/* With its line end. What a client has written is escaped: it cannot make a line of its own. What
 * lets somebody in, as ?token=…, is masked; headers with such things have no place in it. */
char *http_access_format (const HttpAccess *access, GDateTime *time);

G_END_DECLS

/* What a server counts, and how monitoring reads it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 n_by_class[6]; /* answered requests: [2] are those with a status of 200 to 299 */
  guint64 n_failed;      /* calls that failed with what the client is not told */
  guint n_running;
  gint64 duration; /* µs, of all that were answered */
  guint n_connections;
  guint64 n_accepted;
  guint64 n_refused;
  guint n_sessions;
} RestMetrics;

guint64 rest_metrics_count_requests (const RestMetrics *metrics);

/* In the text format of Prometheus, 0.0.4. */
char *rest_metrics_format (const RestMetrics *metrics, const char *project);

G_END_DECLS

/* What a server counts, and how monitoring reads it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-metrics.h"

guint64
rest_metrics_count_requests (const RestMetrics *metrics)
{
  guint64 n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (metrics->n_by_class); i++)
    n += metrics->n_by_class[i];

  return n;
}

static char *
escape_label (const char *text)
{
  GString *label = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '\n')
        g_string_append (label, "\\n");
      else if (*c == '\\' || *c == '"')
        g_string_append_printf (label, "\\%c", *c);
      else
        g_string_append_c (label, *c);
    }

  return g_string_free (label, FALSE);
}

static void
append (GString *text,
        const char *name,
        const char *kind,
        const char *help,
        const char *project,
        guint64 value)
{
  g_string_append_printf (text,
                          "# HELP gimap4d_http_%s %s\n# TYPE gimap4d_http_%s %s\n"
                          "gimap4d_http_%s{project=\"%s\"} %" G_GUINT64_FORMAT "\n",
                          name, help, name, kind, name, project, value);
}

static void
append_requests (GString *text, const RestMetrics *metrics, const char *project)
{
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, "# HELP gimap4d_http_requests_total Requests that were answered.\n"
                         "# TYPE gimap4d_http_requests_total counter\n");
  for (guint i = 2; i < G_N_ELEMENTS (metrics->n_by_class); i++)
    g_string_append_printf (text,
                            "gimap4d_http_requests_total{project=\"%s\",status=\"%uxx\"} "
                            "%" G_GUINT64_FORMAT "\n",
                            project, i, metrics->n_by_class[i]);

  g_ascii_formatd (seconds, sizeof seconds, "%.6f", (double) metrics->duration / G_USEC_PER_SEC);
  g_string_append_printf (
      text,
      "# HELP gimap4d_http_request_seconds From the request to the end of its answer.\n"
      "# TYPE gimap4d_http_request_seconds summary\n"
      "gimap4d_http_request_seconds_sum{project=\"%s\"} %s\n"
      "gimap4d_http_request_seconds_count{project=\"%s\"} %" G_GUINT64_FORMAT "\n",
      project, seconds, project, rest_metrics_count_requests (metrics));
}

char *
rest_metrics_format (const RestMetrics *metrics, const char *project)
{
  GString *text = g_string_new (NULL);
  g_autofree char *label = escape_label (project);

  append_requests (text, metrics, label);
  append (text, "requests_running", "gauge", "Requests that are being answered.", label,
          metrics->n_running);
  append (text, "calls_failed_total", "counter", "Functions and handlers that have failed.", label,
          metrics->n_failed);
  append (text, "connections", "gauge", "Clients that are connected.", label,
          metrics->n_connections);
  append (text, "connections_total", "counter", "Clients that have connected.", label,
          metrics->n_accepted);
  append (text, "connections_refused_total", "counter", "Clients for which there was no room.",
          label, metrics->n_refused);
  append (text, "sessions", "gauge", "Sessions in memory.", label, metrics->n_sessions);

  return g_string_free (text, FALSE);
}

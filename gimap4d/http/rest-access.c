/* What is noted of each request when its answer has ended: a line in the log, and the metrics.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-access.h"

#include <string.h>

#include "gimap4d/http/http-access-log.h"

typedef struct
{
  RestService *service;      /* of owner */
  GObject *owner;            /* owned: the server */
  GIncomingMessage *request; /* owned */
  GOutputStream *log;        /* owned, nullable */
  gint64 start;              /* monotonic µs */
} Access;

static void
access_free (gpointer data, GClosure *closure)
{
  Access *access = data;

  g_object_unref (access->owner);
  g_object_unref (access->request);
  g_clear_object (&access->log);
  g_free (access);
}

static void
write_line (const Access *access, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  gboolean has_length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH;
  const HttpAccess line = {
    .client = g_incoming_message_get_remote_address (access->request),
    .verb = g_incoming_message_get_verb (access->request),
    .url = g_incoming_message_get_url (access->request),
    .is_http_1_0 = soup_server_message_get_http_version (message) == SOUP_HTTP_1_0,
    .status = soup_server_message_get_status (message),
    .size = has_length ? soup_message_headers_get_content_length (headers) : -1,
    .is_common = access->service->has_common_log,
    .referer = g_incoming_message_get_header (access->request, "referer"),
    .agent = g_incoming_message_get_header (access->request, "user-agent"),
  };
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *text = http_access_format (&line, now);

  g_output_stream_write_all (access->log, text, strlen (text), NULL, NULL, NULL);
}

static void
count (const Access *access, SoupServerMessage *message)
{
  RestMetrics *metrics = &access->service->metrics;
  guint class = soup_server_message_get_status (message) / 100;

  metrics->n_running--;
  metrics->duration += g_get_monotonic_time () - access->start;
  if (class < G_N_ELEMENTS (metrics->n_by_class))
    metrics->n_by_class[class]++;
}

/* Whole or not. */
static void
ended_cb (SoupServerMessage *message, gpointer data)
{
  const Access *access = data;

  count (access, message);
  if (access->log != NULL)
    write_line (access, message);
  g_signal_handlers_disconnect_by_func (message, ended_cb, data);
}

void
rest_access_watch (RestService *service, SoupServerMessage *message, GIncomingMessage *request)
{
  Access *access = g_new0 (Access, 1);

  access->service = service;
  access->owner = g_object_ref (service->failed_object);
  access->request = g_object_ref (request);
  access->log = service->access_log != NULL ? g_object_ref (service->access_log) : NULL;
  access->start = g_get_monotonic_time ();
  service->metrics.n_running++;

  g_signal_connect_data (message, "finished", G_CALLBACK (ended_cb), access, access_free, 0);
  g_signal_connect (message, "disconnected", G_CALLBACK (ended_cb), access);
}

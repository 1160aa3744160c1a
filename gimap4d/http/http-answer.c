/* A GOutgoingMessage written as the answer of a SoupServer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-answer.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/event-queue.h"
#include "gimap4d/http/http-conditional.h"
#include "gimap4d/http/http-gzip.h"
#include "gimap4d/http/outgoing-message-private.h"
#include "gimap4d/http/http-status.h"

/* A body on its way: one block is read when the one before has been written. */
typedef struct
{
  SoupServerMessage *message; /* owned until it has ended */
  GInputStream *input;        /* owned */
  GCancellable *cancellable;  /* owned */
  gint64 remaining;           /* -1 when only the end will tell */
  gboolean is_reading;
  gboolean has_ended; /* the message, not the body */
  HttpAnswerFailedFunc failed;
  gpointer data;
} Transfer;

static void
transfer_free (Transfer *transfer)
{
  event_queue_end_stream (transfer->input);
  g_object_unref (transfer->message);
  g_object_unref (transfer->input);
  g_object_unref (transfer->cancellable);
  g_free (transfer);
}

static GQuark
transfer_quark (void)
{
  return g_quark_from_static_string ("gimap4d-http-transfer");
}

void
http_answer_abort (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  if (g_object_get_qdata (G_OBJECT (message), transfer_quark ()) == NULL)
    return;

  soup_message_body_append (body, SOUP_MEMORY_STATIC, "", 1);
  soup_server_message_unpause (message);
}

static void
add_header (const char *name, const char *value, gpointer data)
{
  soup_message_headers_append (data, name, value);
}

/* libsoup sets it before the request is read, and loses it when it sends 100 Continue. */
static void
add_date (SoupMessageHeaders *headers)
{
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *date = NULL;

  if (soup_message_headers_get_one (headers, "Date") != NULL)
    return;

  now = g_date_time_new_now_utc ();
  date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  soup_message_headers_append (headers, "Date", date);
}

/* What a browser must not guess, and what a cache must not keep. */
static void
add_careful_headers (SoupMessageHeaders *headers)
{
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  if (soup_message_headers_get_one (headers, "Set-Cookie") != NULL &&
      soup_message_headers_get_one (headers, "Cache-Control") == NULL)
    soup_message_headers_append (headers, "Cache-Control", "no-store");
}

static void
set_length (SoupServerMessage *message, gint64 length)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (length >= 0)
    {
      soup_message_headers_set_encoding (headers, SOUP_ENCODING_CONTENT_LENGTH);
      soup_message_headers_set_content_length (headers, length);
    }
  else if (soup_server_message_get_http_version (message) == SOUP_HTTP_1_0)
    {
      soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
    }
  else
    {
      soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
    }
}

static void read_block (Transfer *transfer);

static void
complete_body (Transfer *transfer)
{
  transfer->remaining = 0;
  soup_message_body_complete (soup_server_message_get_response_body (transfer->message));
  soup_server_message_unpause (transfer->message);
}

static void
fail_body (Transfer *transfer, const GError *error)
{
  g_autoptr (GError) cut = NULL;

  if (error == NULL)
    cut = g_error_new (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                       _ ("The body has ended %lld bytes too early"),
                       (long long) transfer->remaining);
  transfer->failed (transfer->message, error != NULL ? error : cut, transfer->data);
}

static void
read_block_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Transfer *transfer = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) block = NULL;
  gsize size = 0;

  block = g_input_stream_read_bytes_finish (transfer->input, result, &error);
  transfer->is_reading = FALSE;
  if (transfer->has_ended)
    {
      transfer_free (transfer);
      return;
    }

  size = block != NULL ? g_bytes_get_size (block) : 0;
  if (block == NULL || (size == 0 && transfer->remaining > 0))
    {
      fail_body (transfer, error);
      return;
    }
  /* An empty chunk would say that the body ends. */
  if (size == 0)
    {
      complete_body (transfer);
      return;
    }

  if (transfer->remaining > 0)
    transfer->remaining -= size;
  soup_message_body_append_bytes (soup_server_message_get_response_body (transfer->message), block);
  soup_server_message_unpause (transfer->message);
}

static void
read_block (Transfer *transfer)
{
  gsize size = HTTP_LIMIT_BUFFER;

  if (transfer->remaining >= 0)
    size = MIN (size, (guint64) transfer->remaining);

  transfer->is_reading = TRUE;
  g_input_stream_read_bytes_async (transfer->input, size, G_PRIORITY_DEFAULT, transfer->cancellable,
                                   read_block_cb, transfer);
}

static void
wrote_chunk_cb (SoupServerMessage *message, gpointer data)
{
  Transfer *transfer = data;

  if (transfer->is_reading || transfer->has_ended)
    return;
  if (transfer->remaining != 0)
    read_block (transfer);
}

static void
ended_cb (SoupServerMessage *message, gpointer data)
{
  Transfer *transfer = data;

  if (transfer->has_ended)
    return;

  transfer->has_ended = TRUE;
  g_object_set_qdata (G_OBJECT (message), transfer_quark (), NULL);
  g_signal_handlers_disconnect_by_data (message, transfer);
  g_cancellable_cancel (transfer->cancellable);
  if (!transfer->is_reading)
    transfer_free (transfer);
}

static void
begin_transfer (SoupServerMessage *message,
                GInputStream *input,
                gint64 length,
                HttpAnswerFailedFunc failed,
                gpointer data)
{
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->message = g_object_ref (message);
  transfer->input = g_object_ref (input);
  transfer->cancellable = g_cancellable_new ();
  transfer->remaining = length;
  transfer->failed = failed;
  transfer->data = data;
  g_object_set_qdata (G_OBJECT (message), transfer_quark (), transfer);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), transfer);
  g_signal_connect (message, "finished", G_CALLBACK (ended_cb), transfer);
  g_signal_connect (message, "disconnected", G_CALLBACK (ended_cb), transfer);
  read_block (transfer);
}

/* What becomes of the answer once the request's conditions are looked at. */
typedef struct
{
  guint status;
  guint64 start;
  gint64 length; /* -1 when only the end will tell */
  gboolean has_body;
  gboolean has_parts; /* parts of it can be asked for */
} Plan;

static gboolean
is_reading (SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);

  return method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD;
}

static gboolean
can_begin_anywhere (const OutgoingBody *body)
{
  return body->stream == NULL ||
         (G_IS_SEEKABLE (body->stream) && g_seekable_can_seek (G_SEEKABLE (body->stream)));
}

static void
apply_conditions (SoupServerMessage *message,
                  GOutgoingMessage *answer,
                  OutgoingBody *body,
                  Plan *plan)
{
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  g_autofree char *last_modified = outgoing_message_dup_last_modified (answer);
  const HttpConditions conditions = {
    .if_match = soup_message_headers_get_list (request, "If-Match"),
    .if_none_match = soup_message_headers_get_list (request, "If-None-Match"),
    .if_modified_since = soup_message_headers_get_one (request, "If-Modified-Since"),
    .if_unmodified_since = soup_message_headers_get_one (request, "If-Unmodified-Since"),
    .if_range = soup_message_headers_get_one (request, "If-Range"),
    .range = soup_message_headers_get_list (request, "Range"),
    .entity_tag = g_outgoing_message_get_header (answer, "ETag"),
    .last_modified = last_modified,
  };
  guint64 length = 0;
  guint status = http_conditional_check (&conditions);

  plan->has_parts = status == 0 && body != NULL && plan->length >= 0 && can_begin_anywhere (body);
  /* A range means something to GET only (RFC 9110, 14.2). */
  if (plan->has_parts && soup_server_message_get_method (message) == SOUP_METHOD_GET)
    {
      status = http_conditional_find_part (&conditions, plan->length, &plan->start, &length);
    }
  if (status == 0)
    return;

  plan->status = status;
  plan->has_body = plan->has_body && status == 206;
  plan->length = (gint64) length;
}

static void
make_plan (SoupServerMessage *message, GOutgoingMessage *answer, Plan *plan)
{
  OutgoingBody *body = outgoing_message_get_wire_body (answer);

  plan->status = g_outgoing_message_get_status (answer);
  plan->length = body != NULL ? body->length : 0;
  if (plan->status == 205)
    plan->length = 0;
  plan->has_body = body != NULL && plan->status != 204 && plan->status != 205 &&
                   plan->status != 304 &&
                   soup_server_message_get_method (message) != SOUP_METHOD_HEAD;
  if (plan->status == 200 && is_reading (message))
    apply_conditions (message, answer, body, plan);
}

/* NULL without an error when the bytes are there already, or nothing is to be sent. */
static GInputStream *
open_body (OutgoingBody *body, const Plan *plan, GError **error)
{
  g_autoptr (GInputStream) input = NULL;
  gint64 length = 0;

  if (body != NULL && body->stream != NULL && !plan->has_body)
    event_queue_end_stream (body->stream);
  if (!plan->has_body || body->bytes != NULL)
    return NULL;

  input = outgoing_body_open (body, &length, NULL, error);
  if (input == NULL)
    return NULL;
  if (plan->start > 0 &&
      !g_seekable_seek (G_SEEKABLE (input), (goffset) plan->start, G_SEEK_CUR, NULL, error))
    return NULL;

  return g_steal_pointer (&input);
}

static void
add_part_headers (SoupMessageHeaders *headers, const OutgoingBody *body, const Plan *plan)
{
  g_autofree char *range = NULL;

  if (plan->has_parts)
    soup_message_headers_append (headers, "Accept-Ranges", "bytes");
  if (plan->status == 206)
    range = g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GINT64_FORMAT,
                             plan->start, plan->start + (guint64) plan->length - 1, body->length);
  else if (plan->status == 416 && plan->has_parts)
    range = g_strdup_printf ("bytes */%" G_GINT64_FORMAT, body->length);
  if (range != NULL)
    soup_message_headers_replace (headers, "Content-Range", range);
}

static void
fill_headers (SoupServerMessage *message,
              GOutgoingMessage *answer,
              const Plan *plan,
              gboolean is_secure)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, plan->status, http_status_get_phrase (plan->status));
  outgoing_message_foreach_wire_header (answer, is_secure, add_header, headers);
  add_careful_headers (headers);
  add_date (headers);
  add_part_headers (headers, outgoing_message_get_wire_body (answer), plan);
  if (plan->status == 204 || plan->status == 304)
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_NONE);
  else
    set_length (message, plan->length);
}

static GBytes *
take_part (OutgoingBody *body, const Plan *plan)
{
  return g_bytes_new_from_bytes (body->bytes, plan->start, (gsize) plan->length);
}

/* The length of what is compressed tells of its content: a secret beside text of a stranger can be
 * guessed by it, so that neither secrets nor what sets a cookie are compressed. */
static gboolean
may_compress (GOutgoingMessage *answer, SoupMessageHeaders *headers)
{
  OutgoingBody *body = outgoing_message_get_wire_body (answer);
  const char *cache_control = soup_message_headers_get_list (headers, "Cache-Control");

  return body != NULL && http_gzip_is_for_size (body->length) &&
         http_gzip_is_for_type (soup_message_headers_get_one (headers, "Content-Type")) &&
         !g_outgoing_message_get_is_secret (answer) &&
         soup_message_headers_get_one (headers, "Set-Cookie") == NULL &&
         soup_message_headers_get_one (headers, "Content-Encoding") == NULL &&
         (cache_control == NULL || strstr (cache_control, "no-transform") == NULL);
}

/* Whether the body is to be compressed. A cache has to know that it might be, also when it gets no
 * body now. */
static gboolean
choose_coding (SoupServerMessage *message, GOutgoingMessage *answer, const Plan *plan)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);

  if (!may_compress (answer, headers))
    return FALSE;
  soup_message_headers_append (headers, "Vary", "Accept-Encoding");

  return plan->status != 206 && plan->status != 304 && plan->length > 0 &&
         http_gzip_is_accepted (soup_message_headers_get_list (request, "Accept-Encoding"));
}

/* A compressed body is another one: its entity tag is no longer that of every byte. */
static void
mark_compressed (SoupServerMessage *message, gint64 size)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *tag = soup_message_headers_get_one (headers, "ETag");

  if (tag != NULL && !g_str_has_prefix (tag, "W/"))
    {
      g_autofree char *weak = g_strconcat ("W/", tag, NULL);

      soup_message_headers_replace (headers, "ETag", weak);
    }
  soup_message_headers_append (headers, "Content-Encoding", "gzip");
  soup_message_headers_remove (headers, "Accept-Ranges");
  set_length (message, size);
}

static void
send_bytes (SoupServerMessage *message,
            GOutgoingMessage *answer,
            const Plan *plan,
            gboolean is_compressed)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  OutgoingBody *wire_body = outgoing_message_get_wire_body (answer);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) compressed = NULL;

  if (plan->length > 0 && wire_body->bytes != NULL)
    bytes = take_part (wire_body, plan);
  if (bytes != NULL && is_compressed)
    compressed = http_gzip_compress (bytes);
  if (compressed != NULL)
    mark_compressed (message, (gint64) g_bytes_get_size (compressed));
  if (bytes != NULL && plan->has_body)
    soup_message_body_append_bytes (body, compressed != NULL ? compressed : bytes);
  soup_message_body_complete (body);
}

/* Takes @input. */
static GInputStream *
compress_stream (SoupServerMessage *message, GInputStream *input)
{
  g_autoptr (GInputStream) plain = input;

  mark_compressed (message, -1);

  return http_gzip_open (plain);
}

gboolean
http_answer_begin (SoupServerMessage *message,
                   GOutgoingMessage *answer,
                   gboolean is_secure,
                   HttpAnswerFailedFunc failed,
                   gpointer data,
                   GError **error)
{
  OutgoingBody *body = outgoing_message_get_wire_body (answer);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GInputStream) input = NULL;
  Plan plan = { 0 };
  gboolean is_compressed = FALSE;

  if (!outgoing_message_begin_sending (answer, error))
    return FALSE;
  make_plan (message, answer, &plan);
  input = open_body (body, &plan, &cause);
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }

  /* Off, so that libsoup's own answer to Range stays off too. */
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  fill_headers (message, answer, &plan, is_secure);
  is_compressed = choose_coding (message, answer, &plan);
  if (input == NULL || plan.length == 0)
    {
      send_bytes (message, answer, &plan, is_compressed);
      return TRUE;
    }

  if (is_compressed && soup_server_message_get_http_version (message) != SOUP_HTTP_1_0)
    {
      input = compress_stream (message, g_steal_pointer (&input));
      plan.length = -1;
    }
  begin_transfer (message, input, plan.length, failed, data);

  return TRUE;
}

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
#include "gimap4d/http/outgoing-message-private.h"

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
} Transfer;

static void
transfer_free (Transfer *transfer)
{
  g_object_unref (transfer->message);
  g_object_unref (transfer->input);
  g_object_unref (transfer->cancellable);
  g_free (transfer);
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
                       _ ("The body has ended %" G_GINT64_FORMAT " bytes too early"),
                       transfer->remaining);
  transfer->failed (transfer->message, error != NULL ? error : cut);
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
  g_signal_handlers_disconnect_by_data (message, transfer);
  g_cancellable_cancel (transfer->cancellable);
  if (!transfer->is_reading)
    transfer_free (transfer);
}

static void
begin_transfer (SoupServerMessage *message,
                GInputStream *input,
                gint64 length,
                HttpAnswerFailedFunc failed)
{
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->message = g_object_ref (message);
  transfer->input = g_object_ref (input);
  transfer->cancellable = g_cancellable_new ();
  transfer->remaining = length;
  transfer->failed = failed;
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), transfer);
  g_signal_connect (message, "finished", G_CALLBACK (ended_cb), transfer);
  g_signal_connect (message, "disconnected", G_CALLBACK (ended_cb), transfer);
  read_block (transfer);
}

static void
send_bytes (SoupServerMessage *message, GBytes *bytes)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  if (bytes != NULL && g_bytes_get_size (bytes) > 0)
    soup_message_body_append_bytes (body, bytes);
  soup_message_body_complete (body);
}

static gboolean
has_body (SoupServerMessage *message, int status)
{
  return status != 204 && status != 304 &&
         soup_server_message_get_method (message) != SOUP_METHOD_HEAD;
}

gboolean
http_answer_begin (SoupServerMessage *message,
                   GOutgoingMessage *answer,
                   gboolean is_secure,
                   HttpAnswerFailedFunc failed,
                   GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  OutgoingBody *body = outgoing_message_get_wire_body (answer);
  int status = g_outgoing_message_get_status (answer);
  gint64 length = body != NULL ? body->length : 0;
  g_autoptr (GInputStream) input = NULL;

  if (!outgoing_message_begin_sending (answer, error))
    return FALSE;
  if (body != NULL && body->bytes == NULL && has_body (message, status))
    {
      input = outgoing_body_open (body, &length, NULL, error);
      if (input == NULL)
        return FALSE;
    }

  /* Off, so that libsoup's own answer to Range stays off too. */
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  soup_server_message_set_status (message, status, NULL);
  outgoing_message_foreach_wire_header (answer, is_secure, add_header, headers);
  add_careful_headers (headers);
  add_date (headers);
  if (status == 204 || status == 304)
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_NONE);
  else
    set_length (message, length);

  if (input != NULL && length != 0)
    begin_transfer (message, input, length, failed);
  else
    send_bytes (message, body != NULL && has_body (message, status) ? body->bytes : NULL);

  return TRUE;
}

/* Requests that a program asks of its own server, without a socket.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-server.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/http-dispatch.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-refusal.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/outgoing-message-private.h"
#include "gimap4d/http/rest-server-private.h"

typedef struct
{
  GTask *task;            /* unowned: this is its data */
  SoupServer *soup;       /* owned, nullable */
  HttpDispatch *dispatch; /* unowned, nullable: until it is done */
  GSource *cancelled;     /* owned, nullable */
  gboolean is_head;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->cancelled != NULL)
    {
      g_source_destroy (request->cancelled);
      g_source_unref (request->cancelled);
    }
  g_clear_object (&request->soup);
  g_free (request);
}

static gboolean
refuse (const char *name, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               _ ("The header “%.64s” of the request cannot be sent"), name);

  return FALSE;
}

static gboolean
append_header (GString *head, const char *name, const char *value, GError **error)
{
  if (!http_is_token (name) || !http_is_field_value (value) ||
      (http_is_framing_field (name) && g_ascii_strcasecmp (name, "Host") != 0))
    return refuse (name, error);

  g_string_append_printf (head, "%s: %s\r\n", name, value);

  return TRUE;
}

/* Its own name, so that it is let in. */
static const char *
own_host (GRestServer *self)
{
  return self->service.allowed_hosts != NULL && self->service.allowed_hosts[0] != NULL ?
             self->service.allowed_hosts[0] :
             "localhost";
}

static GString *
build_head (GRestServer *self,
            const char *verb,
            const char *url,
            GHashTable *headers,
            gsize body_size,
            GError **error)
{
  g_autoptr (GString) head = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer value = NULL;
  gboolean has_host = FALSE;

  if (!http_is_token (verb) || strpbrk (url, " \r\n") != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("A request cannot begin with “%.16s %.64s”"), verb, url);
      return NULL;
    }

  /* HTTP/1.0: what has no length ends with the stream. */
  g_string_append_printf (head, "%s %s HTTP/1.0\r\n", verb, url);
  if (headers != NULL)
    {
      g_hash_table_iter_init (&iter, headers);
      while (g_hash_table_iter_next (&iter, &name, &value))
        {
          has_host = has_host || g_ascii_strcasecmp (name, "Host") == 0;
          if (!append_header (head, name, value, error))
            return NULL;
        }
    }
  if (!has_host)
    g_string_append_printf (head, "Host: %s\r\n", own_host (self));
  if (body_size > 0)
    g_string_append_printf (head, "Content-Length: %" G_GSIZE_FORMAT "\r\n", body_size);
  g_string_append (head, "\r\n");

  return g_steal_pointer (&head);
}

/* What the guard would answer before anybody else saw the request; 0 when it would not. */
static guint
ask_gate (GRestServer *self, const GString *head)
{
  HttpHead facts = { 0 };
  gsize scanned = 0;
  guint status = 0;
  HttpGateResult result = http_gate_scan_head (head->str, head->len, &scanned,
                                               self->max_request_size, &facts, &status);

  return result == HTTP_GATE_NEEDS_MORE ? 400 : status;
}

static void
add_answer_header (const char *name, const char *value, gpointer data)
{
  GOutgoingMessage *answer = data;
  g_autofree char *text = g_convert (value, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  const char *before = g_outgoing_message_get_header (answer, name);
  g_autofree char *joined = NULL;

  if (http_is_framing_field (name))
    return;
  if (g_ascii_strcasecmp (name, "Set-Cookie") == 0)
    {
      outgoing_message_add_cookie_line (answer, text, text, NULL);
      return;
    }
  if (before != NULL)
    joined = g_strconcat (before, ", ", text, NULL);
  g_outgoing_message_set_header (answer, name, joined != NULL ? joined : text, NULL);
}

static GOutgoingMessage *
refuse_answer (GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
               _ ("The answer of the server has ended too early"));

  return NULL;
}

static GOutgoingMessage *
build_answer (SoupMessageHeaders *headers, guint status, GBytes *body, GError **error)
{
  g_autoptr (GOutgoingMessage) answer = g_outgoing_message_new ();
  g_auto (GValue) value = G_VALUE_INIT;

  if (!g_outgoing_message_set_status (answer, (int) status, error))
    return NULL;
  soup_message_headers_foreach (headers, add_answer_header, answer);
  if (g_bytes_get_size (body) > 0)
    {
      g_value_init (&value, G_TYPE_BYTES);
      g_value_set_boxed (&value, body);
      g_object_set (answer, "body", &value, NULL);
    }

  return g_steal_pointer (&answer);
}

static GOutgoingMessage *
parse_answer (GBytes *bytes, gboolean is_head, GError **error)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  const char *end = size > 0 ? g_strstr_len (data, (gssize) size, "\r\n\r\n") : NULL;
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *head = NULL;
  guint status = 0;

  if (end == NULL)
    return refuse_answer (error);
  head = g_strndup (data, end + 2 - data);
  if (!soup_headers_parse_response (head, (int) strlen (head), headers, NULL, &status, NULL))
    return refuse_answer (error);

  body = g_bytes_new_from_bytes (bytes, end + 4 - data, size - (end + 4 - data));
  if (!is_head && soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) != (goffset) g_bytes_get_size (body))
    return refuse_answer (error);

  return build_answer (headers, status, body, error);
}

static void
answered_cb (GBytes *bytes, gpointer data)
{
  g_autoptr (GTask) task = data;
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GOutgoingMessage *answer = NULL;

  request->dispatch = NULL;
  if (g_task_return_error_if_cancelled (task))
    return;
  answer = bytes != NULL ? parse_answer (bytes, request->is_head, &error) : refuse_answer (&error);
  if (answer != NULL)
    g_task_return_pointer (task, answer, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  Request *request = data;

  if (request->dispatch != NULL)
    http_dispatch_cut (request->dispatch);

  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (Request *request, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;

  request->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (request->cancelled, G_SOURCE_FUNC (cancelled_cb), request, NULL);
  g_source_attach (request->cancelled, g_task_get_context (request->task));
}

static void
return_refusal (GTask *task, guint status)
{
  Request *request = g_task_get_task_data (task);
  g_autofree char *text = http_refusal_build (status);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  GOutgoingMessage *answer = parse_answer (bytes, request->is_head, &error);

  g_task_return_pointer (task, answer, g_object_unref);
}

static void
begin (GTask *task, const char *verb, const char *url, GHashTable *headers, GBytes *body)
{
  GRestServer *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GString) head = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint status = 0;

  if (rest_server_prepare (self, &error))
    head = build_head (self, verb, url, headers, body != NULL ? g_bytes_get_size (body) : 0,
                       &error);
  if (head == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  status = ask_gate (self, head);
  if (status != 0)
    {
      return_refusal (task, status);
      return;
    }

  if (body != NULL)
    g_string_append_len (head, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body));
  bytes = g_string_free_to_bytes (g_steal_pointer (&head));
  request->is_head = g_str_equal (verb, "HEAD");
  request->soup = rest_server_make_soup (self);
  watch_cancellable (request, g_task_get_cancellable (task));
  request->dispatch = http_dispatch_begin (request->soup, bytes, answered_cb, g_object_ref (task));
}

/**
 * g_rest_server_dispatch_async:
 * @self: a #GRestServer
 * @verb: the verb of the request, such as `GET`
 * @url: path and query, percent-encoded
 * @headers: (nullable) (element-type utf8 utf8): its headers
 * @body: (nullable): its body
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (closure data): called when the answer is there
 * @data: what is given to @callback
 *
 * Answers a request of this program, as g_rest_server_dispatch() does, without waiting for it.
 *
 * Since: 1.0
 */
void
g_rest_server_dispatch_async (GRestServer *self,
                              const char *verb,
                              const char *url,
                              GHashTable *headers,
                              GBytes *body,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = NULL;
  Request *request = NULL;

  g_return_if_fail (G_IS_REST_SERVER (self));
  g_return_if_fail (verb != NULL);
  g_return_if_fail (url != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, g_rest_server_dispatch_async);
  request = g_new0 (Request, 1);
  request->task = task;
  g_task_set_task_data (task, request, request_free);
  if (!g_task_return_error_if_cancelled (task))
    begin (task, verb, url, headers, body);
}

/**
 * g_rest_server_dispatch_finish:
 * @self: a #GRestServer
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Gets the answer of g_rest_server_dispatch_async().
 *
 * Returns: (transfer full): the answer, or %NULL with an error
 *
 * Since: 1.0
 */
GOutgoingMessage *
g_rest_server_dispatch_finish (GRestServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_REST_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
dispatched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **place = data;

  *place = g_object_ref (result);
}

/**
 * g_rest_server_dispatch:
 * @self: a #GRestServer
 * @verb: the verb of the request, such as `GET`
 * @url: path and query, percent-encoded
 * @headers: (nullable) (element-type utf8 utf8): its headers
 * @body: (nullable): its body
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Answers a request of this program as if it had come over a connection, without one: for tests, and
 * for programs that speak to themselves. The server need not listen. All checks, sessions, functions
 * and handlers are those of a real request; its client has no address, and its name is the first of
 * #GRestServer:allowed-hosts unless @headers has a `Host`.
 *
 * The answer is what a client would get: its status, its headers, with the cookies but without those
 * that belong to a connection, and its body as bytes. A status of 400 or 500 is an answer, too.
 *
 * The call is made in the thread of the server, and runs its main context until the answer is there.
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT when @verb, @url or a header can be in no request, with
 * %G_IO_ERROR_PARTIAL_INPUT when the body of the answer has failed, with %G_IO_ERROR_CANCELLED, or as
 * g_rest_server_listen_address() does when the server cannot begin to work.
 *
 * Returns: (transfer full): the answer, or %NULL with an error
 *
 * Since: 1.0
 */
GOutgoingMessage *
g_rest_server_dispatch (GRestServer *self,
                        const char *verb,
                        const char *url,
                        GHashTable *headers,
                        GBytes *body,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (G_IS_REST_SERVER (self), NULL);
  g_return_val_if_fail (verb != NULL, NULL);
  g_return_val_if_fail (url != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  context = g_main_context_ref_thread_default ();
  g_rest_server_dispatch_async (self, verb, url, headers, body, cancellable, dispatched_cb,
                                &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);

  return g_rest_server_dispatch_finish (self, result, error);
}

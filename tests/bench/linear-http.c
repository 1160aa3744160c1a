/* What a client could send to a server that listens, over a connection; and what a program answers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "linear.h"

#include <gimap4d/gimap4d.h>
#include <string.h>

#include "gimap4d/http/http-access-log.h"

/* One request, and whatever comes back. */
typedef struct
{
  const GString *request;
  gsize step; /* octets that go at once */
  gsize written;
  gboolean is_done;
} Talk;

static void
look (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autofree char *text = g_incoming_message_get_text (request);
  g_autoptr (GHashTable) form = g_incoming_message_get_form (request, NULL);
  g_autoptr (GListModel) parts = g_incoming_message_get_parts (request, NULL);
  g_auto (GStrv) values = g_incoming_message_get_query_values (request, "a1");

  g_incoming_message_is_fresh (request, "tag");
  g_rest_call_return_value (call, NULL);
}

static void
answer (GIncomingMessage *request, GRestCall *call, gpointer data)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autofree char *text = g_strnfill (2000, 'a');

  g_outgoing_message_set_text (message, text, NULL);
  g_outgoing_message_set_etag (message, "tag", NULL);
  g_rest_call_return_message (call, message);
}

static void
echo (GIncomingMessage *request, JsonArray *parameters, GRestCall *call, gpointer data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, JSON_TYPE_ARRAY);
  g_value_set_boxed (&value, parameters);
  g_rest_call_return_value (call, &value);
}

static guint16
get_port (void)
{
  static const char *const proxies[] = { "127.0.0.0/8", NULL };
  static GRestServer *server;
  g_auto (GStrv) uris = NULL;
  g_autoptr (GUri) uri = NULL;

  if (server == NULL)
    {
      server = g_rest_server_new ("P");
      g_object_set (server, "trusted-proxies", proxies, NULL);
      g_rest_server_expose (server, "C", "echo", G_REST_EXPOSE_NONE, echo, NULL, NULL);
      g_rest_server_add_regex_handler (server, "/files/(?<path>([a-z]+/)*)$", NULL, answer, NULL,
                                       NULL, NULL);
      g_rest_server_add_handler (server, "/look", NULL, look, NULL, NULL, NULL);
      g_rest_server_add_handler (server, "/answer", NULL, answer, NULL, NULL, NULL);
      g_assert_true (g_rest_server_listen (server, 0, NULL));
    }
  uris = g_rest_server_get_uris (server);
  uri = g_uri_parse (uris[0], G_URI_FLAGS_NONE, NULL);

  return (guint16) g_uri_get_port (uri);
}

static gboolean
write_cb (GObject *stream, gpointer data)
{
  Talk *talk = data;
  gsize size = MIN (talk->request->len - talk->written, talk->step);
  gssize n = g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (stream), talk->request->str + talk->written, size, NULL, NULL);

  talk->written += n > 0 ? (gsize) n : 0;

  return talk->written < talk->request->len && !talk->is_done;
}

static gboolean
read_cb (GObject *stream, gpointer data)
{
  Talk *talk = data;
  char block[16384];
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), block,
                                                       sizeof block, NULL, &error);

  talk->is_done = n == 0 || (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));

  return !talk->is_done;
}

static void
watch (GSource *source, gboolean (*func) (GObject *, gpointer), Talk *talk)
{
  g_source_set_callback (source, G_SOURCE_FUNC (func), talk, NULL);
  g_source_attach (source, NULL);
}

/* Client and server take turns in one main loop. */
static void
talk_in_steps (const GString *request, gsize step)
{
  Talk talk = { .request = request, .step = step };
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection)
      connection = g_socket_client_connect_to_host (client, "127.0.0.1", get_port (), NULL, NULL);
  GIOStream *stream = G_IO_STREAM (connection);
  g_autoptr (GSource) input = NULL;
  g_autoptr (GSource) output = NULL;

  g_assert_nonnull (connection);
  input = g_pollable_input_stream_create_source (
      G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream)), NULL);
  output = g_pollable_output_stream_create_source (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream)), NULL);
  watch (input, read_cb, &talk);
  watch (output, write_cb, &talk);
  while (!talk.is_done)
    g_main_context_iteration (NULL, TRUE);
  g_source_destroy (input);
  g_source_destroy (output);
  g_io_stream_close (stream, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
talk (GString *request)
{
  talk_in_steps (request, 16384);
}

static void
talk_octet_by_octet (GString *request)
{
  talk_in_steps (request, 1);
}

static void
post (const char *path, const char *type, const GString *body)
{
  g_autoptr (GString) request = g_string_new (NULL);

  g_string_printf (request,
                   "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                   "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                   path, type, body->len);
  g_string_append_len (request, body->str, (gssize) body->len);
  talk (request);
}

static void
post_chunk (GString *body)
{
  g_autoptr (GString) request = g_string_new (NULL);

  g_string_printf (request,
                   "POST /look HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
                   body->len, body->str);
  talk_octet_by_octet (request);
}

static void
post_json (GString *body)
{
  post ("/rest/C/echo", "application/json", body);
}

static void
post_form (GString *body)
{
  post ("/look", "application/x-www-form-urlencoded", body);
}

static void
post_parts (GString *body)
{
  post ("/look", "multipart/form-data; boundary=b", body);
}

static void
set_header (GString *value)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_outgoing_message_set_header (message, "X-Name", value->str, NULL);
  g_outgoing_message_set_etag (message, value->str, NULL);
}

static void
set_name (GString *name)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();

  g_outgoing_message_set_attachment_name (message, name->str, NULL);
  g_outgoing_message_set_redirect (message, name->str, 303, NULL);
}

static void
set_cookies (GString *names)
{
  g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_auto (GStrv) words = g_strsplit (names->str, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    g_outgoing_message_add_cookie (message, words[i], "x", -1, G_OUTGOING_COOKIE_NONE, NULL);
  g_outgoing_message_write (message, output, NULL, NULL);
}

static void
log_access (GString *url)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (0);
  const HttpAccess access = {
    .client = "::1", .verb = "GET", .url = url->str, .referer = url->str
  };
  g_autofree char *line = http_access_format (&access, time);
}

#define HEAD " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
#define GET "GET /answer" HEAD
#define CHUNKED "POST /look" HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define DISPOSITION "Content-Disposition: form-data; name="
#define PART "--b\r\n" DISPOSITION "\"p\"\r\n"
#define FORM_END "\r\n--b--\r\n"

const LinearPattern linear_http[] = {
  { "H01-header", 1900, set_header, "", "ab", "" },
  { "H02-file-name", 1500, set_name, "", "ü\"/;", "" },
  { "H06-chunks", 2000, talk, CHUNKED, "1\r\nx\r\n", "0\r\n\r\n" },
  { "H06-chunks-with-extensions", 2000, talk, CHUNKED, "1;a=b;c=d;e=f;g=h\r\nx\r\n", "0\r\n\r\n" },
  { "H07-too-long-host", 1900, talk, "GET /answer HTTP/1.1\r\nConnection: close\r\nHost: ", "a.",
    "b\r\n\r\n" },
  { "H08-ranges", 900, talk, GET "Range: bytes=0-0", ",1-1", "\r\n\r\n" },
  { "H08-entity-tags", 450, talk, GET "If-None-Match: \"a\"", ", \"b%u\"", "\r\n\r\n" },
  { "H08-half-tags", 1500, talk, GET "If-Match: ", "W/\"", "\r\n\r\n" },
  { "H08-commas-of-tags", 3500, talk, GET "If-None-Match: ", ",", "\r\n\r\n" },
  { "H09-segments", 1500, talk, "GET /look", "/a", HEAD "\r\n" },
  { "H09-escapes", 1000, talk, "GET /look/", "%%41", HEAD "\r\n" },
  { "H09-slashes", 3500, talk, "GET /look", "/", HEAD "\r\n" },
  { "H09-dots", 1000, talk, "GET /look", "/..", HEAD "\r\n" },
  { "H09-path-of-an-expression", 400, talk, "GET /files/", "a/", HEAD "\r\n" },
  { "H10-query", 450, talk, "GET /look?a", "&a%u", HEAD "\r\n" },
  { "H10-query-alike", 80, talk, "GET /look?a", "&%k", HEAD "\r\n" },
  { "H10-headers", 45, talk, GET, "X-%u: a\r\n", "\r\n" },
  { "H10-headers-of-one-name", 45, talk, GET, "X-Name: %nabcdefghijklmnopqrstuvwxyz%n\r\n",
    "\r\n" },
  { "H10-headers-alike", 45, talk, GET, "%k: a\r\n", "\r\n" },
  { "H10-too-many-headers", 1500, talk, GET, "X-%u: a\r\n", "\r\n" },
  { "H10-long-header", 1900, talk, GET "X: ", "ab", "\r\n\r\n" },
  { "H10-too-long-header", 12000, talk, GET "X: ", "ab", "\r\n\r\n" },
  { "H10-blanks-of-a-header", 1900, talk, GET "X: ", " \t", "a\r\n\r\n" },
  { "H10-too-long-request-line", 12000, talk, "GET /look?", "ab", HEAD "\r\n" },
  { "H10-empty-lines", 6000, talk, "", "\r\n", GET "\r\n" },
  { "H10-cookies", 20, talk, GET "Cookie: a=b", "; a%u=bcdefghijklmnopqrstuvwxyz", "\r\n\r\n" },
  { "H10-too-many-cookies", 400, talk, GET "Cookie: a=b", "; a%u=b", "\r\n\r\n" },
  { "H10-forwarded-for", 350, talk, GET "X-Forwarded-For: 10.0.0.1", ",127.0.0.1", "\r\n\r\n" },
  { "H11-parameters", 400, talk,
    "POST /look" HEAD "Content-Length: 1\r\nContent-Type: multipart/form-data", ";a%u=b",
    "\r\n\r\nx" },
  { "H11-quotes", 1500, talk,
    "POST /look" HEAD "Content-Length: 1\r\nContent-Type: multipart/form-data;a=\"", "\\\"\\\351",
    "\"\r\n\r\nx" },
  { "H12-head-octet-by-octet", 1000, talk_octet_by_octet, GET "X: ", "a", "\r\n\r\n" },
  { "H12-chunk-octet-by-octet", 1000, post_chunk, "", "a", "" },
  { "H12-chunks-octet-by-octet", 300, talk_octet_by_octet, CHUNKED, "1\r\nx\r\n", "0\r\n\r\n" },
  { "H13-body", 30, post_form, "", "%L", "" },
  { "H13-form", 450, post_form, "a", "&a%u=b", "" },
  { "H13-form-alike", 450, post_form, "a", "&%k=b", "" },
  { "H13-form-of-too-many", 1500, post_form, "a", "&a%u=b", "" },
  { "H13-form-of-ampersands", 6000, post_form, "a", "&", "" },
  { "H13-form-of-escapes", 3000, post_form, "a=", "%%41+", "" },
  { "H14-parts", 450, post_parts, "", "--b\r\n" DISPOSITION "p%u\r\n\r\nx\r\n", "--b--\r\n" },
  { "H14-files", 450, post_parts, "",
    "--b\r\n" DISPOSITION "f; filename=f%u\r\nContent-Type: text/plain\r\n\r\nx\r\n", "--b--\r\n" },
  { "H14-too-many-parts", 1500, post_parts, "", "--b\r\n" DISPOSITION "p\r\n\r\nx\r\n",
    "--b--\r\n" },
  { "H14-lines-like-boundaries", 3000, post_parts, PART "\r\n", "\r\n--a", FORM_END },
  { "H14-returns", 6000, post_parts, PART "\r\n", "\r", FORM_END },
  { "H14-content", 6000, post_parts, PART "\r\n", "abcd", FORM_END },
  { "H14-preamble", 6000, post_parts, "", "\r\n-", "\r\n" PART "\r\nx" FORM_END },
  { "H14-blanks-behind-a-boundary", 3500, post_parts, "--b", " ", "\r\n\r\nx" FORM_END },
  { "H14-headers", 300, post_parts, PART, "X-%u: a\r\n", "\r\nx" FORM_END },
  { "H14-headers-alike", 80, post_parts, PART, "%k: a\r\n", "\r\nx" FORM_END },
  { "H14-parameters", 400, post_parts, "--b\r\n" DISPOSITION "p", ";a%u=b", "\r\n\r\nx" FORM_END },
  { "H14-escapes-of-a-name", 1200, post_parts, "--b\r\n" DISPOSITION "\"", "%%22",
    "\"\r\n\r\nx" FORM_END },
  { "H14-extended-name", 1000, post_parts, "--b\r\n" DISPOSITION "p;filename*=utf-8''", "%%41",
    "\r\n\r\nx" FORM_END },
  { "H15-depth", 60, post_json, "", "[", "", "]", "" },
  { "H15-too-deep", 6000, post_json, "", "[", "", "]", "" },
  { "H15-items", 3000, post_json, "[1", ",%u", "]" },
  { "H15-lists", 1500, post_json, "[[]", ",[{}]", "]" },
  { "H15-keys", 1500, post_json, "[{\"a\":1", ",\"a%u\":1", "}]" },
  { "H15-keys-too-alike", 1500, post_json, "[{\"a\":1", ",\"%k\":1", "}]" },
  { "H15-keys-too-often", 1500, post_json, "[{\"a\":1", ",\"a\":%u", "}]" },
  { "H15-digits", 30000, post_json, "[", "1", "]" },
  { "H15-digits-of-a-fraction", 450, post_json, "[1.", "1", "]" },
  { "H15-text", 6000, post_json, "[\"", "ab", "\"]" },
  { "H15-escapes", 3000, post_json, "[\"", "\\u00fc\\n", "\"]" },
  { "H15-surrogates", 3000, post_json, "[\"", "\\ud83d\\ude00", "\"]" },
  { "H15-half-surrogates", 3000, post_json, "[\"", "\\ud83d", "\"]" },
  { "H15-blanks", 6000, post_json, "[", " \n", "]" },
  { "H15-commas", 6000, post_json, "[1", ",", "]" },
  { "H16-path", 900, talk, "GET /files/", "a", HEAD "\r\n" },
  { "H25-accepted-codings", 300, talk, GET "Accept-Encoding: a", ", b%u;q=0.5", "\r\n\r\n" },
  { "H25-parameters-of-a-coding", 450, talk, GET "Accept-Encoding: gzip", ";q=0.%u", "\r\n\r\n" },
  { "H30-cookies", 450, set_cookies, "a", " b%u", "" },
  { "H30-one-cookie-again", 450, set_cookies, "a", " b", "" },
  { "S08-log", 1500, log_access, "/a?b=c", "&token=%u&a\"\351", "" },
  { "S08-log-of-names", 1500, log_access, "/a?", "%%41", "=b" },
  { NULL },
};

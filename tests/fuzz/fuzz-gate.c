/* The fuzzer's entry: any bytes are what a client sends. What passes the gate has one meaning: the
 * same at every split, and the same for libsoup behind it.
 *
 * The first byte says in which steps the others arrive.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-gate.h"

#include <libsoup/soup.h>
#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

#define MAX_BODY 1000

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  HttpGateResult result;
  HttpHead head;
  guint status;
} Reading;

static void
demand (gboolean holds)
{
  if (!holds)
    g_abort ();
}

/* Each piece in memory of its own, so that a sanitizer sees what reads beyond it. */
static Reading
read_head (const char *data, gsize size, gsize step)
{
  Reading reading = { .result = HTTP_GATE_NEEDS_MORE };
  gsize scanned = 0;

  for (gsize i = MIN (step, size);; i = MIN (i + step, size))
    {
      g_autofree char *exact = g_memdup2 (data, i);

      reading.result = http_gate_scan_head (exact, i, &scanned, MAX_BODY, &reading.head,
                                            &reading.status);
      if (reading.result != HTTP_GATE_NEEDS_MORE || i == size)
        return reading;
    }
}

static void
check_path (const char *target)
{
  g_autofree char *path = g_strndup (target, strcspn (target, "?"));
  g_auto (GStrv) segments = http_gate_split_path (path);

  demand (segments != NULL);
  for (guint i = 0; segments[i] != NULL; i++)
    {
      demand (g_utf8_validate (segments[i], -1, NULL));
      demand (strcmp (segments[i], "..") != 0 && strcmp (segments[i], ".") != 0);
      demand (*segments[i] != '\0');
    }
}

/* libsoup reads the head again, and has to read the same. */
static void
check_head (const char *data, const HttpHead *head)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree char *text = g_strndup (data, head->size - 2);
  g_autofree char *method = NULL;
  g_autofree char *target = NULL;
  SoupHTTPVersion version;
  SoupEncoding encoding;

  demand (strlen (text) == head->size - 2);
  demand (memcmp (data + head->size - 4, "\r\n\r\n", 4) == 0);
  demand (strstr (text, "\r\n\r\n") == NULL);
  demand (head->size <= HTTP_LIMIT_HEADER_BLOCK);
  demand (soup_headers_parse_request (text, strlen (text), headers, &method, &target, &version) ==
          200);
  demand (version == SOUP_HTTP_1_0 || version == SOUP_HTTP_1_1);
  demand (target[0] == '/' || strcmp (target, "*") == 0);
  if (target[0] == '/')
    check_path (target);

  encoding = soup_message_headers_get_encoding (headers);
  demand ((encoding == SOUP_ENCODING_CHUNKED) == head->is_chunked);
  demand (head->is_chunked ||
          soup_message_headers_get_content_length (headers) == (goffset) head->content_length);
  demand (head->content_length <= MAX_BODY);
  demand (!head->is_keep_alive || version == SOUP_HTTP_1_1);
  demand (version == SOUP_HTTP_1_0 || soup_message_headers_get_one (headers, "Host") != NULL);
  soup_message_headers_unref (headers);
}

static Reading
read_chunks (const char *data, gsize size, gsize step, gsize *out_consumed)
{
  Reading reading = { .result = HTTP_GATE_NEEDS_MORE };
  HttpChunks chunks = { 0 };

  *out_consumed = 0;
  for (gsize i = 0; i < size && reading.result == HTTP_GATE_NEEDS_MORE; i += step)
    {
      gsize part = MIN (step, size - i);
      g_autofree char *exact = g_memdup2 (data + i, part);
      gsize consumed = 0;

      reading.result = http_gate_scan_chunks (&chunks, exact, part, MAX_BODY, &consumed,
                                              &reading.status);
      if (reading.result == HTTP_GATE_BAD)
        return reading;
      demand (consumed <= part);
      demand (reading.result == HTTP_GATE_COMPLETE || consumed == part);
      *out_consumed += consumed;
    }
  demand (chunks.total <= MAX_BODY);

  return reading;
}

/* The same chunks, read as RFC 9112 writes them: 1*HEXDIG [ext] CRLF data CRLF … "0" [ext] CRLF CRLF.
 * Returns where they end. */
static gsize
find_end_of_chunks (const char *data, gsize size)
{
  gsize at = 0;
  gsize length = 1;

  while (length > 0)
    {
      const char *end = memmem (data + at, size - at, "\r\n", 2);

      demand (end != NULL && g_ascii_isxdigit (data[at]));
      length = g_ascii_strtoull (data + at, NULL, 16);
      at = (gsize) (end - data) + 2 + length;
      demand (at + 2 <= size && memcmp (data + at, "\r\n", 2) == 0);
      at += 2;
    }

  return at;
}

static void
check_chunks (const char *data, gsize size, gsize step)
{
  gsize consumed = 0;
  gsize consumed_in_steps = 0;
  Reading reading = read_chunks (data, size, MAX (size, 1), &consumed);
  Reading in_steps = read_chunks (data, size, step, &consumed_in_steps);

  demand (reading.result == in_steps.result && reading.status == in_steps.status);
  if (reading.result == HTTP_GATE_BAD)
    {
      demand (reading.status == 400 || reading.status == 413);
      return;
    }
  demand (consumed == consumed_in_steps);
  if (reading.result == HTTP_GATE_COMPLETE)
    demand (find_end_of_chunks (data, size) == consumed);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data + 1;
  Reading reading;
  Reading in_steps;
  gsize step = 0;

  if (size == 0)
    return 0;
  step = data[0] % 64 + 1;
  size--;

  reading = read_head (text, size, MAX (size, 1));
  in_steps = read_head (text, size, step);
  /* A line that is too long may be seen before what is wrong behind it. */
  demand (reading.result == in_steps.result);
  if (reading.result == HTTP_GATE_COMPLETE)
    {
      demand (memcmp (&reading.head, &in_steps.head, sizeof reading.head) == 0);
      check_head (text, &reading.head);
      if (reading.head.is_chunked)
        check_chunks (text + reading.head.size, size - reading.head.size, step);
    }
  else if (reading.result == HTTP_GATE_BAD)
    {
      demand (reading.status >= 400 && reading.status <= 505);
    }

  return 0;
}

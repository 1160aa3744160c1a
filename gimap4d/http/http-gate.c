/* The strict reading of a request's head and of its chunks: pure functions on a buffer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-gate.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-syntax.h"

typedef struct
{
  HttpHead *head;
  guint64 max_body;
  gboolean is_http_1_1;
  gsize line_at; /* the one that is read */
  gsize line_size;
  guint n_headers;
  guint n_hosts;
  gboolean has_length;
  guint status; /* what is wrong, 0 as long as nothing is */
} HeadReader;

static HttpGateResult
refuse (guint *out_status, guint status)
{
  *out_status = status;

  return HTTP_GATE_BAD;
}

/* Where the head ends: after the first empty line. Line ends are CR LF and nothing else. */
static HttpGateResult
find_end (const char *data, gsize size, gsize *scanned, gsize *out_end, guint *out_status)
{
  for (gsize i = *scanned; i < size; i++)
    {
      gboolean ends_line = i > 0 && data[i - 1] == '\r';

      if (data[i] == '\0' || (data[i] == '\n') != ends_line)
        return refuse (out_status, 400);
      if (data[i] == '\n' && i >= 3 && data[i - 2] == '\n')
        {
          *out_end = i + 1;
          return HTTP_GATE_COMPLETE;
        }
    }
  *scanned = size;

  return HTTP_GATE_NEEDS_MORE;
}

/* "%" and two hexadecimal digits, that are no NUL (RFC 3986, 2.1). */
static gboolean
is_escape (const char *text)
{
  return g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]) &&
         (text[1] != '0' || text[2] != '0');
}

static gboolean
is_target_text (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text < 0x21 || *text > 0x7e || *text == '#' || (*text == '%' && !is_escape (text)))
      return FALSE;

  return TRUE;
}

/* Without escapes, and without a segment that begins with a dot, ASCII has nothing to hide. */
static gboolean
is_plain_path (const char *path)
{
  return strpbrk (path, "%\\") == NULL && strstr (path, "/.") == NULL;
}

/* @target is changed on the way, and is as it was afterwards. */
static gboolean
is_target (const char *method, char *target)
{
  char *query = strchr (target, '?');
  g_auto (GStrv) segments = NULL;
  gboolean is_safe = FALSE;

  if (strcmp (target, "*") == 0)
    return strcmp (method, "OPTIONS") == 0;
  if (*target != '/' || !is_target_text (target))
    return FALSE;

  if (query != NULL)
    *query = '\0';
  is_safe = is_plain_path (target) || (segments = http_gate_split_path (target)) != NULL;
  if (query != NULL)
    *query = '?';

  return is_safe;
}

static gboolean
is_version (const char *text)
{
  return g_str_has_prefix (text, "HTTP/") && strlen (text) == 8 && g_ascii_isdigit (text[5]) &&
         text[6] == '.' && g_ascii_isdigit (text[7]);
}

/* method SP request-target SP HTTP-version; the target in origin form (RFC 9112, 3.2). */
static guint
read_request_line (HeadReader *reader, char *method)
{
  char *target = strchr (method, ' ');
  char *version = target != NULL ? strchr (target + 1, ' ') : NULL;

  if (version == NULL)
    return 400;
  *target++ = '\0';
  *version++ = '\0';

  if (!http_is_token (method) || !is_version (version))
    return 400;
  if (strcmp (version, "HTTP/1.1") != 0 && strcmp (version, "HTTP/1.0") != 0)
    return 505;
  if (strcmp (method, "CONNECT") == 0 || strcmp (method, "TRACE") == 0)
    return 405;
  if (!is_target (method, target))
    return 400;

  reader->is_http_1_1 = version[7] == '1';
  reader->head->is_keep_alive = reader->is_http_1_1;

  return 0;
}

static guint
read_length (HeadReader *reader, const char *value)
{
  gsize digits = strlen (value);

  if (reader->has_length || digits == 0 || strspn (value, "0123456789") != digits)
    return 400;
  reader->has_length = TRUE;
  if (digits > 18)
    return 413;
  reader->head->content_length = g_ascii_strtoull (value, NULL, 10);

  return reader->head->content_length > reader->max_body ? 413 : 0;
}

static guint
read_transfer_encoding (HeadReader *reader, const char *value)
{
  if (reader->head->is_chunked || !reader->is_http_1_1 ||
      g_ascii_strcasecmp (value, "chunked") != 0)
    return 400;
  reader->head->is_chunked = TRUE;

  return 0;
}

static gboolean
has_item (const char *list, const char *item)
{
  gsize length = strlen (item);

  while (*list != '\0')
    {
      gsize size = strcspn (list, ",");
      gsize start = strspn (list, " \t");

      if (size >= start + length && g_ascii_strncasecmp (list + start, item, length) == 0 &&
          strspn (list + start + length, " \t") == size - start - length)
        return TRUE;
      list += size + (list[size] == ',');
    }

  return FALSE;
}

static guint
read_host (HeadReader *reader, const char *value)
{
  g_autofree char *host = http_dup_host_name (value);

  reader->n_hosts++;

  return host != NULL && reader->n_hosts == 1 ? 0 : 400;
}

/* A client of HTTP/1.0 would take the interim answer for the answer (RFC 9110, 10.1.1). */
static guint
read_expectation (HeadReader *reader, const char *value)
{
  if (g_ascii_strcasecmp (value, "100-continue") != 0)
    return 417;
  if (reader->is_http_1_1)
    return 0;
  if (reader->head->ignored_size > 0)
    return 400;
  reader->head->ignored_at = reader->line_at;
  reader->head->ignored_size = reader->line_size;

  return 0;
}

static guint
read_header (HeadReader *reader, const char *name, const char *value)
{
  if (g_ascii_strcasecmp (name, "Host") == 0)
    return read_host (reader, value);
  if (g_ascii_strcasecmp (name, "Content-Length") == 0)
    return read_length (reader, value);
  if (g_ascii_strcasecmp (name, "Transfer-Encoding") == 0)
    return read_transfer_encoding (reader, value);
  if (g_ascii_strcasecmp (name, "Connection") == 0 && has_item (value, "close"))
    reader->head->is_keep_alive = FALSE;
  if (g_ascii_strcasecmp (name, "Upgrade") == 0 && has_item (value, "websocket"))
    return 400;
  if (g_ascii_strcasecmp (name, "Expect") == 0)
    return read_expectation (reader, value);

  return 0;
}

static gboolean
has_control (const char *text)
{
  for (; *text != '\0'; text++)
    if (((guchar) *text < 0x20 && *text != '\t') || *text == 0x7f)
      return TRUE;

  return FALSE;
}

/* Beyond the one space that everybody writes. */
static gboolean
is_padded (const char *value)
{
  gsize size = strlen (value);

  if (*value == ' ')
    {
      value++;
      size--;
    }

  return size > 0 && (strchr (" \t", value[0]) != NULL || strchr (" \t", value[size - 1]) != NULL);
}

/* Some readers compare the value of such a field as it stands, and some without what surrounds it:
 * they would not agree where the request ends. */
static gboolean
is_framing (const char *name)
{
  return g_ascii_strcasecmp (name, "Content-Length") == 0 ||
         g_ascii_strcasecmp (name, "Transfer-Encoding") == 0;
}

/* field-name ":" OWS field-value OWS, never folded (RFC 9112, 5). */
static guint
read_header_line (HeadReader *reader, char *line)
{
  char *colon = strchr (line, ':');

  if (++reader->n_headers > HTTP_LIMIT_HEADERS)
    return 431;
  if (colon == NULL || has_control (line))
    return 400;
  *colon = '\0';
  if (!http_is_token (line) || (is_framing (line) && is_padded (colon + 1)))
    return 400;

  return read_header (reader, line, g_strstrip (colon + 1));
}

/* Cuts the next line off; NULL when there is none. */
static char *
next_line (char **rest)
{
  char *line = *rest;
  char *end = line != NULL ? strstr (line, "\r\n") : NULL;

  *rest = end != NULL ? end + 2 : NULL;
  if (end != NULL)
    *end = '\0';

  return line;
}

static guint
read_head (HeadReader *reader, const char *data, gsize size)
{
  g_autofree char *text = g_strndup (data, size - 4);
  char *rest = text;
  char *line = next_line (&rest);
  guint status = 0;

  if (strlen (line) > HTTP_LIMIT_REQUEST_LINE)
    return 414;

  status = read_request_line (reader, line);
  while (status == 0 && (line = next_line (&rest)) != NULL)
    {
      reader->line_at = line - text;
      reader->line_size = strlen (line) + strlen ("\r\n");
      status = read_header_line (reader, line);
    }
  if (status != 0)
    return status;

  if ((reader->is_http_1_1 && reader->n_hosts == 0) ||
      (reader->head->is_chunked && reader->has_length))
    return 400;

  return 0;
}

HttpGateResult
http_gate_scan_head (const char *data,
                     gsize size,
                     gsize *scanned,
                     guint64 max_body,
                     HttpHead *out_head,
                     guint *out_status)
{
  HttpHead head = { 0 };
  HeadReader reader = { .head = &head, .max_body = max_body };
  HttpGateResult result = find_end (data, size, scanned, &head.size, out_status);
  guint status = 0;

  if (result == HTTP_GATE_BAD)
    return result;
  if (result == HTTP_GATE_NEEDS_MORE)
    {
      /* CR and LF end a line of just that length. */
      if (size >= HTTP_LIMIT_REQUEST_LINE + 2 &&
          memchr (data, '\n', HTTP_LIMIT_REQUEST_LINE + 2) == NULL)
        return refuse (out_status, 414);
      return size > HTTP_LIMIT_HEADER_BLOCK ? refuse (out_status, 431) : result;
    }
  if (head.size > HTTP_LIMIT_HEADER_BLOCK)
    return refuse (out_status, 431);

  status = read_head (&reader, data, head.size);
  if (status != 0)
    return refuse (out_status, status);
  *out_head = head;

  return result;
}

enum
{
  CHUNK_SIZE,
  CHUNK_EXTENSION,
  CHUNK_SIZE_LF,
  CHUNK_DATA,
  CHUNK_DATA_CR,
  CHUNK_DATA_LF,
  CHUNK_END_CR,
  CHUNK_END_LF,
};

static guint
read_size_byte (HttpChunks *chunks, char c)
{
  if (++chunks->line_size > HTTP_LIMIT_CHUNK_LINE)
    return 400;

  if (chunks->state == CHUNK_SIZE && g_ascii_isxdigit (c))
    {
      chunks->remaining = chunks->remaining * 16 + g_ascii_xdigit_value (c);
      return ++chunks->digits > HTTP_LIMIT_CHUNK_DIGITS ? 400 : 0;
    }
  if (chunks->digits == 0)
    return 400;
  if (c == '\r')
    chunks->state = CHUNK_SIZE_LF;
  else if (c == ';' || (chunks->state == CHUNK_EXTENSION && (guchar) c >= 0x20 && c != 0x7f))
    chunks->state = CHUNK_EXTENSION;
  else
    return 400;

  return 0;
}

static guint
begin_data (HttpChunks *chunks, guint64 max_body)
{
  chunks->total += chunks->remaining;
  chunks->state = chunks->remaining > 0 ? CHUNK_DATA : CHUNK_END_CR;
  chunks->digits = 0;
  chunks->line_size = 0;

  return chunks->total > max_body ? 413 : 0;
}

/* Everything but data, byte by byte. A trailer could say again what the head said: there is
 * none. */
static guint
read_framing_byte (HttpChunks *chunks, char c, guint64 max_body)
{
  switch (chunks->state)
    {
    case CHUNK_SIZE:
    case CHUNK_EXTENSION:
      return read_size_byte (chunks, c);
    case CHUNK_SIZE_LF:
      return c == '\n' ? begin_data (chunks, max_body) : 400;
    case CHUNK_DATA_CR:
      chunks->state = CHUNK_DATA_LF;
      return c == '\r' ? 0 : 400;
    case CHUNK_DATA_LF:
      chunks->state = CHUNK_SIZE;
      return c == '\n' ? 0 : 400;
    case CHUNK_END_CR:
      chunks->state = CHUNK_END_LF;
      return c == '\r' ? 0 : 400;
    default:
      return c == '\n' ? 0 : 400;
    }
}

HttpGateResult
http_gate_scan_chunks (HttpChunks *chunks,
                       const char *data,
                       gsize size,
                       guint64 max_body,
                       gsize *out_consumed,
                       guint *out_status)
{
  gsize i = 0;

  while (i < size)
    {
      gboolean is_last = chunks->state == CHUNK_END_LF;
      guint status = 0;

      if (chunks->state == CHUNK_DATA)
        {
          gsize step = MIN (chunks->remaining, size - i);

          i += step;
          chunks->remaining -= step;
          if (chunks->remaining == 0)
            chunks->state = CHUNK_DATA_CR;
          continue;
        }

      status = read_framing_byte (chunks, data[i++], max_body);
      if (status != 0)
        return refuse (out_status, status);
      if (is_last)
        {
          *out_consumed = i;
          return HTTP_GATE_COMPLETE;
        }
    }
  *out_consumed = i;

  return HTTP_GATE_NEEDS_MORE;
}

/* ".." hidden behind an encoded slash or backslash is looked for too. */
static gboolean
is_safe_segment (const char *segment)
{
  g_auto (GStrv) parts = NULL;

  if (strchr (segment, '.') == NULL)
    return TRUE;

  parts = g_strsplit_set (segment, "/\\", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
      return FALSE;

  return TRUE;
}

/* NULL when it has more than one reading. */
static char *
decode_segment (const char *raw)
{
  g_autoptr (GBytes) bytes = g_uri_unescape_bytes (raw, -1, NULL, NULL);
  g_autofree char *segment = NULL;
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (bytes == NULL || !g_utf8_validate_len (data, size, NULL))
    return NULL;
  segment = g_strndup (data, size);

  return is_safe_segment (segment) ? g_steal_pointer (&segment) : NULL;
}

static gboolean
is_plain_segment (const char *segment)
{
  return strpbrk (segment, "%.\\") == NULL && g_utf8_validate (segment, -1, NULL);
}

GStrv
http_gate_split_path (const char *path)
{
  g_auto (GStrv) raw = g_strsplit (path, "/", -1);
  g_autoptr (GStrvBuilder) segments = g_strv_builder_new ();

  for (guint i = 0; raw[i] != NULL; i++)
    {
      g_autofree char *decoded = NULL;

      if (*raw[i] == '\0')
        continue;
      if (is_plain_segment (raw[i]))
        {
          g_strv_builder_add (segments, raw[i]);
          continue;
        }
      decoded = decode_segment (raw[i]);
      if (decoded == NULL)
        return NULL;
      g_strv_builder_add (segments, decoded);
    }

  return g_strv_builder_end (segments);
}
